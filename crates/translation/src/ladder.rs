//! One sentence on its way. An answer that a check finds fault with is not taken at once: the sentence is tried again
//! in shorter pieces, then with the large model alone; in the end the best answer stands with its faults named, or,
//! if none is a translation at all, the source does. Where nothing but a term of the glossary is missing that surely
//! stands in it, the sentence is tried again with the term pulled at, harder each time.

use engine::{GlossaryTerm, Token};

use crate::alignment;
use crate::answer::{Doubt, SentenceReport, SentenceStatus};
use crate::checks::{self, Answer, Reason};
use crate::glossary::Hit;
use crate::languages::Pair;
use crate::sentences;
use crate::store::segments::Hash;

/// How a sentence is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rung {
    /// As it is.
    Whole,
    /// In shorter pieces.
    Pieces,
    /// As it is, with L without its specialists.
    Alone,
}

/// What is to happen after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Other pieces of the sentence are under way.
    Wait,
    /// It is done.
    Done,
    /// It is to be decoded again, with the same models.
    Again,
    /// It is to be decoded again, with L alone.
    Alone,
}

/// A part of a sentence that is decoded at once; mostly all of it.
pub(crate) struct Piece {
    pub text: String,
    pub separator: String,
    /// What has been decoded of it so far.
    pub tokens: Vec<Token>,
    pub answer: Option<SentenceReport>,
}

impl Piece {
    fn new(part: sentences::Sentence<'_>) -> Self {
        let (text, separator) = (part.text.to_owned(), part.separator.to_owned());
        Self { text, separator, tokens: Vec::new(), answer: None }
    }
}

/// How far up a sentence may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub pair: &'a Pair,
    /// The last rung. Typed text is tried again for the glossary's sake alone: a person waits.
    pub last: Rung,
}

// Of typed text.
const LIVE_PULLS: usize = 3;

impl Limits<'_> {
    fn pulls(&self) -> usize {
        if self.last > Rung::Whole { GlossaryTerm::BONUSES.len() } else { LIVE_PULLS }
    }
}

/// A sentence on its way.
pub(crate) struct Sentence {
    pub text: String,
    pub separator: String,
    /// What must stand in its translation letter for letter.
    pub locked: Vec<String>,
    /// Whether markup of the document stands in it, so that its words have to be found in the translation.
    pub marked: bool,
    /// Terms of the glossary that stand in it.
    pub terms: Vec<Hit>,
    /// The store's key; none where nothing is kept.
    pub key: Option<Hash>,
    pub pieces: Vec<Piece>,
    /// Whether the pieces are known to fit the models' context.
    pub fits: bool,
    pub rung: Rung,
    // How often its terms were pulled at.
    pulls: usize,
    /// Tokens decoded for it, over all tries.
    pub tokens: usize,
    /// Of a finished sentence of live text, so that they are not looked for at every event.
    pub doubts: Vec<Doubt>,
    pub done: Option<SentenceReport>,
    best: Option<SentenceReport>,
}

// The models were unsure of nearly every word: Whisper's threshold for a mean log-probability.
const UNSURE: f32 = -1.0;

// A piece of fewer characters lacks the context that it is understood by.
const LEAST_PIECE: usize = 12;

impl Sentence {
    pub fn new(sentence: sentences::Sentence<'_>) -> Self {
        let mut new = Self {
            text: sentence.text.to_owned(),
            separator: sentence.separator.to_owned(),
            locked: Vec::new(),
            marked: false,
            terms: Vec::new(),
            key: None,
            pieces: Vec::new(),
            fits: false,
            rung: Rung::Whole,
            pulls: 0,
            tokens: 0,
            doubts: Vec::new(),
            done: None,
            best: None,
        };
        new.cut(usize::MAX);
        new
    }

    /// Divides it into pieces of at most so many characters, none of them decoded yet.
    pub fn cut(&mut self, most: usize) {
        self.pieces = sentences::cut(&self.text, most).into_iter().map(Piece::new).collect();
        self.fits = false;
    }

    /// Makes its pieces so short that they fit; false when that cannot be.
    pub fn cut_to_fit(&mut self, fits: impl Fn(&str) -> bool) -> bool {
        let mut most = self.text.chars().count();
        while !self.pieces.iter().all(|piece| fits(&piece.text)) {
            most /= 2;
            if most == 0 {
                return false;
            }
            self.cut(most);
        }
        self.fits = true;
        true
    }

    /// Whether it is on its way in one piece, as typed text is while it streams.
    pub fn is_whole(&self) -> bool {
        self.pieces.len() == 1
    }

    /// Whether no try of it has come to an end.
    pub fn is_fresh(&self) -> bool {
        self.best.is_none() && self.rung == Rung::Whole
    }

    /// Forgets what was decoded of it since the rung was climbed.
    pub fn rewind(&mut self) {
        for piece in &mut self.pieces {
            piece.tokens.clear();
            piece.answer = None;
        }
    }

    /// Takes the answer to a piece, and says what is to be done.
    pub fn answered(&mut self, piece: usize, answer: SentenceReport, limits: Limits<'_>) -> Next {
        if let Some(piece) = self.pieces.get_mut(piece) {
            self.tokens += piece.tokens.len();
            piece.tokens.clear();
            piece.answer = Some(answer);
        }
        let Some(attempt) = self.attempt(limits.pair) else { return Next::Wait };
        let again = attempt.reasons.iter().any(Reason::is_worth_a_retry);
        let is_missing = |hit: &&Hit| attempt.reasons.contains(&Reason::Term(hit.term.target.clone()));
        let lacks_a_term = self.terms.iter().filter(|hit| hit.sure).any(|hit| is_missing(&hit));
        // The earlier of two equally good ones had more context.
        if self.best.as_ref().is_none_or(|best| faults(&attempt) < faults(best)) {
            self.best = Some(attempt);
        }
        // A pull that brings more faults than the term is worth is the last.
        if lacks_a_term && !again && self.pulls < limits.pulls() {
            self.pulls += 1;
            self.cut(usize::MAX);
            return Next::Again;
        }
        if again && self.pulls == 0 && self.climb(limits.last) {
            return if self.rung == Rung::Alone { Next::Alone } else { Next::Again };
        }
        self.settle();
        Next::Done
    }

    /// The bonus that its terms are to be pulled at with, for models whose weights add up to 1.
    pub fn bonus(&self) -> Option<f32> {
        self.pulls.checked_sub(1).and_then(|pull| GlossaryTerm::BONUSES.get(pull).copied())
    }

    /// The best answer that there is so far.
    pub fn taken(&self) -> Option<&SentenceReport> {
        self.done.as_ref().or(self.best.as_ref())
    }

    /// Takes the best answer that there was; without one the source stays.
    pub fn settle(&mut self) {
        // What has no answer at all did not fit.
        let mut report = self.best.take().unwrap_or_else(|| SentenceReport {
            reasons: vec![Reason::TooLong],
            ..SentenceReport::kept(&self.text, SentenceStatus::Kept)
        });
        if report.reasons.iter().any(Reason::is_broken) && self.text_is_better(&report) {
            report.translation.clone_from(&self.text);
            report.links.clear();
            report.status = SentenceStatus::Kept;
        }
        self.pieces.clear();
        self.done = Some(report);
    }

    // A reader can do more with a source than with a loop; but typed text, tried once, shows what there is.
    fn text_is_better(&self, report: &SentenceReport) -> bool {
        self.rung > Rung::Whole || report.translation.is_empty()
    }

    fn climb(&mut self, last: Rung) -> bool {
        if self.rung < Rung::Pieces && last >= Rung::Pieces {
            self.rung = Rung::Pieces;
            let half = self.text.chars().count().div_ceil(2).max(LEAST_PIECE);
            self.cut(half);
            if self.pieces.len() > 1 {
                return true;
            }
        }
        if self.rung < Rung::Alone && last >= Rung::Alone {
            self.rung = Rung::Alone;
            self.cut(usize::MAX);
            return true;
        }
        // Every try was made.
        self.rung = self.rung.max(last);
        false
    }

    // The pieces' answers as one, checked; none while one is missing.
    fn attempt(&self, pair: &Pair) -> Option<SentenceReport> {
        let answers: Option<Vec<&SentenceReport>> =
            self.pieces.iter().map(|piece| piece.answer.as_ref()).collect();
        let answers = answers?;
        let mut report = match answers.as_slice() {
            [whole] => SentenceReport::clone(whole),
            pieces => {
                let parts = pieces.iter().zip(&self.pieces);
                let parts = parts.map(|(a, piece)| (a.translation.as_str(), piece.separator.as_str()));
                let (translation, starts) = sentences::join_at(parts, &pair.to);
                let mut links = Vec::new();
                let mut from = 0;
                for ((answer, piece), to) in pieces.iter().zip(&self.pieces).zip(starts) {
                    links.extend(alignment::moved(&answer.links, (from, to)));
                    from += piece.text.len() + piece.separator.len();
                }
                SentenceReport {
                    translation,
                    reasons: pieces.iter().flat_map(|answer| answer.reasons.clone()).collect(),
                    score: pieces.iter().map(|answer| answer.score).sum::<f32>() / pieces.len().max(1) as f32,
                    links,
                    tokens: pieces.iter().flat_map(|answer| answer.tokens.clone()).collect(),
                    ..SentenceReport::kept(&self.text, SentenceStatus::Done)
                }
            }
        };
        report.source.clone_from(&self.text);
        self.judge(&mut report, pair);
        Some(report)
    }

    // Adds what the checks find to what the models said of an answer.
    fn judge(&self, report: &mut SentenceReport, pair: &Pair) {
        report.reasons.extend(self.check(&report.translation, pair));
        if report.score < UNSURE {
            report.reasons.push(Reason::Unsure);
        }
        let mut seen: Vec<Reason> = Vec::new();
        report.reasons.retain(|reason| {
            !seen.contains(reason) && {
                seen.push(reason.clone());
                true
            }
        });
        report.status =
            if report.reasons.is_empty() { SentenceStatus::Done } else { SentenceStatus::Doubtful };
    }

    fn check(&self, translation: &str, pair: &Pair) -> Vec<Reason> {
        let Self { text: source, locked, terms, .. } = self;
        checks::check(&Answer { source, translation, pair, locked, terms })
    }

    /// What the models once made of it, as the checks of today see it.
    pub fn reused(&self, mut report: SentenceReport, pair: &Pair) -> SentenceReport {
        if report.status != SentenceStatus::Kept {
            report.reasons.retain(|reason| matches!(reason, Reason::CutOff | Reason::Repeated));
            self.judge(&mut report, pair);
        }
        if report.status == SentenceStatus::Done {
            report.status = SentenceStatus::Reused;
        }
        report
    }

    /// What a person made of it, here or elsewhere: it is taken as it is, but not where this document wants something
    /// that is not in it.
    pub fn remembered(&self, translation: String, pair: &Pair) -> SentenceReport {
        let mut reasons = self.check(&translation, pair);
        reasons.retain(Reason::is_something_missing);
        let status = if reasons.is_empty() { SentenceStatus::Reused } else { SentenceStatus::Doubtful };
        SentenceReport { translation, reasons, ..SentenceReport::kept(&self.text, status) }
    }
}

// The less the better: what makes it no translation, then what another try might mend, then all.
fn faults(report: &SentenceReport) -> (usize, usize, usize) {
    let count = |is: fn(&Reason) -> bool| report.reasons.iter().filter(|reason| is(reason)).count();
    (count(Reason::is_broken), count(Reason::is_worth_a_retry), report.reasons.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary::Term;

    const SOURCE: &str = "Der Zug fährt um 300 Uhr ab, und niemand weiß, warum das so ist.";
    const LOOP: &str = "The train leaves leaves leaves leaves leaves leaves";

    struct Scene {
        sentence: Sentence,
        pair: Pair,
        last: Rung,
    }

    fn scene(last: Rung) -> Scene {
        let sentence = Sentence::new(sentences::Sentence { text: SOURCE, separator: "" });
        Scene { sentence, pair: "de-en".parse().expect("a pair"), last }
    }

    impl Scene {
        fn say(&mut self, piece: usize, translation: &str) -> Next {
            let answer = SentenceReport {
                translation: translation.to_owned(),
                ..SentenceReport::kept(&self.sentence.pieces[piece].text, SentenceStatus::Done)
            };
            self.sentence.answered(piece, answer, Limits { pair: &self.pair, last: self.last })
        }

        fn done(&self) -> (&str, SentenceStatus, &[Reason]) {
            let report = self.sentence.done.as_ref().expect("it is done");
            (&report.translation, report.status, &report.reasons)
        }
    }

    #[test]
    fn a_good_answer_is_taken_at_once() {
        let mut scene = scene(Rung::Alone);
        assert_eq!(scene.say(0, "The train leaves at 300, and nobody knows why."), Next::Done);
        assert_eq!(scene.done().1, SentenceStatus::Done);
    }

    #[test]
    fn pieces_mend_a_loop() {
        let mut scene = scene(Rung::Alone);
        assert_eq!(scene.say(0, LOOP), Next::Again);
        let pieces: Vec<&str> = scene.sentence.pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(pieces, ["Der Zug fährt um 300 Uhr ab,", "und niemand weiß,", "warum das so ist."]);
        assert_eq!(scene.say(1, "and nobody knows"), Next::Wait);
        assert_eq!(scene.say(0, "The train leaves at 300,"), Next::Wait);
        assert_eq!(scene.say(2, "why this is."), Next::Done);
        let text = "The train leaves at 300, and nobody knows why this is.";
        assert_eq!(scene.done(), (text, SentenceStatus::Done, &[][..]));
    }

    #[test]
    fn where_every_try_loops_the_source_stays_and_says_so() {
        let mut scene = scene(Rung::Alone);
        assert_eq!(scene.say(0, LOOP), Next::Again);
        assert_eq!(
            (scene.say(0, LOOP), scene.say(1, LOOP), scene.say(2, LOOP)),
            (Next::Wait, Next::Wait, Next::Alone)
        );
        assert_eq!(scene.sentence.pieces.len(), 1);
        assert_eq!(scene.say(0, LOOP), Next::Done);
        let (text, status, reasons) = scene.done();
        assert_eq!((text, status), (SOURCE, SentenceStatus::Kept));
        assert!(reasons.contains(&Reason::Repeated), "{reasons:?}");
    }

    /// A lost number is no reason to throw a translation away.
    #[test]
    fn the_best_of_doubtful_answers_stands() {
        let mut scene = scene(Rung::Alone);
        let text = "The train leaves, and nobody knows why it is like that.";
        assert_eq!(scene.say(0, text), Next::Again);
        assert_eq!(
            (scene.say(0, "a"), scene.say(1, "b"), scene.say(2, "c")),
            (Next::Wait, Next::Wait, Next::Alone)
        );
        assert_eq!(scene.say(0, LOOP), Next::Done);
        assert_eq!(scene.done(), (text, SentenceStatus::Doubtful, &[Reason::Number("300".into())][..]));
    }

    #[test]
    fn a_missing_term_is_pulled_at_until_it_comes_or_harms() {
        let term = || Term { source: "Zug".to_owned(), target: "railcar".to_owned() };
        let hit = |sure| Hit { term: term(), sure };
        let plain = "The train leaves at 300, and nobody knows why.";
        let mut scene = scene(Rung::Alone);
        scene.sentence.terms = vec![hit(true)];
        assert_eq!((scene.sentence.bonus(), scene.say(0, plain)), (None, Next::Again));
        let first = scene.sentence.bonus();
        assert_eq!((first, scene.say(0, plain)), (Some(GlossaryTerm::BONUSES[0]), Next::Again));
        assert!(scene.sentence.bonus() > first);
        assert_eq!(scene.say(0, "The railcar leaves at 300, and nobody knows why."), Next::Done);
        assert_eq!(scene.done().1, SentenceStatus::Done);

        let mut scene = self::scene(Rung::Alone);
        scene.sentence.terms = vec![hit(true)];
        assert_eq!(scene.say(0, plain), Next::Again);
        assert_eq!(scene.say(0, LOOP), Next::Done, "a loop is worse than another word");
        assert_eq!(scene.done(), (plain, SentenceStatus::Doubtful, &[Reason::Term("railcar".into())][..]));

        let mut scene = self::scene(Rung::Alone);
        scene.sentence.terms = vec![hit(false)];
        assert_eq!(scene.say(0, plain), Next::Done, "what may be another word is not pulled at");
        assert_eq!(scene.done(), (plain, SentenceStatus::Doubtful, &[Reason::Term("railcar".into())][..]));
    }

    #[test]
    fn what_is_reused_is_looked_at_again() {
        let Scene { mut sentence, pair, .. } = scene(Rung::Alone);
        let good = "The train leaves at 300, and nobody knows why.";
        let kept = |translation: &str, status, reasons: &[Reason]| SentenceReport {
            translation: translation.to_owned(),
            reasons: reasons.to_vec(),
            ..SentenceReport::kept(SOURCE, status)
        };
        let old = [Reason::Number("7".into()), Reason::CutOff];
        let report = sentence.reused(kept(good, SentenceStatus::Doubtful, &old), &pair);
        assert_eq!((report.status, report.reasons), (SentenceStatus::Doubtful, vec![Reason::CutOff]));
        let report = sentence.reused(kept(good, SentenceStatus::Doubtful, &old[..1]), &pair);
        assert_eq!((report.status, report.reasons), (SentenceStatus::Reused, vec![]));
        let bad = "The train leaves, and nobody knows why it is so.";
        let lacks = vec![Reason::Number("300".into())];
        let report = sentence.reused(kept(bad, SentenceStatus::Done, &[]), &pair);
        assert_eq!((report.status, &report.reasons), (SentenceStatus::Doubtful, &lacks));
        let report = sentence.reused(kept(SOURCE, SentenceStatus::Kept, &old), &pair);
        assert_eq!((report.status, report.reasons.as_slice()), (SentenceStatus::Kept, &old[..]));

        // Of a person's translation only what is missing is said, not that it is short.
        let report = sentence.remembered("At 300.".to_owned(), &pair);
        assert_eq!((report.status, report.reasons), (SentenceStatus::Reused, vec![]));
        let term = Term { source: "Zug".to_owned(), target: "railcar".to_owned() };
        sentence.terms = vec![Hit { term, sure: true }];
        sentence.locked = vec!["%s".to_owned()];
        let report = sentence.remembered("No train.".to_owned(), &pair);
        let missing =
            [Reason::Placeholder("%s".into()), Reason::Number("300".into()), Reason::Term("railcar".into())];
        assert_eq!((report.status, report.reasons.as_slice()), (SentenceStatus::Doubtful, &missing[..]));
    }

    #[test]
    fn typed_text_is_pulled_at_a_few_times() {
        let mut scene = scene(Rung::Whole);
        let term = Term { source: "Zug".to_owned(), target: "railcar".to_owned() };
        scene.sentence.terms = vec![Hit { term, sure: true }];
        let plain = "The train leaves at 300, and nobody knows why.";
        for pulls in 0..LIVE_PULLS {
            assert_eq!(scene.say(0, plain), Next::Again, "{pulls}");
            assert!(scene.sentence.bonus().is_some());
            assert_eq!(scene.sentence.taken().map(|taken| taken.translation.as_str()), Some(plain));
        }
        assert_eq!(scene.say(0, plain), Next::Done);
        assert_eq!(scene.done(), (plain, SentenceStatus::Doubtful, &[Reason::Term("railcar".into())][..]));
    }

    #[test]
    fn typed_text_is_tried_once_and_shown() {
        let mut scene = scene(Rung::Whole);
        assert_eq!(scene.say(0, LOOP), Next::Done);
        assert_eq!((scene.done().0, scene.done().1), (LOOP, SentenceStatus::Doubtful));
    }

    #[test]
    fn what_does_not_fit_goes_in_pieces() {
        let mut scene = scene(Rung::Whole);
        assert!(scene.sentence.cut_to_fit(|text| text.chars().count() <= 20));
        let whole: String =
            scene.sentence.pieces.iter().map(|p| format!("{}{}", p.text, p.separator)).collect();
        assert_eq!(whole, SOURCE);
        assert!(scene.sentence.pieces.len() > 3);
        assert!(!scene.sentence.cut_to_fit(|_| false));
        scene.sentence.settle();
        assert_eq!(scene.done(), (SOURCE, SentenceStatus::Kept, &[Reason::TooLong][..]));
    }
}
