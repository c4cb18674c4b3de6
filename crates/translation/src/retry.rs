//! One sentence on its way. An answer that a check finds fault with is not taken at once: the sentence is tried again
//! in shorter pieces, then with the large model alone; in the end the best answer stands with its faults named, or,
//! if none is a translation at all, the source does. Where nothing but a term of the glossary is missing that surely
//! stands in it, the sentence is tried again with the term pulled at, harder each time.

use engine::{GlossaryTerm, Token};

use crate::checks::{self, Candidate, Reason};
use crate::glossary::TermMatch;
use crate::languages::LanguagePair;
use crate::sentence_report::{SentenceReport, SentenceStatus, UncertainWord};
use crate::store::Hash;
use crate::{alignment, sentences};

/// How a sentence is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strategy {
    /// As it is.
    Whole,
    /// In shorter pieces.
    Pieces,
    /// As it is, with L without its specialists.
    LargeAlone,
    /// As it is, in several ways of which one may fit a subtitle: only once all of the document is done.
    Shorter,
}

/// What is to happen after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Other pieces of the sentence are under way.
    Wait,
    /// It is done.
    Done,
    /// It is to be decoded again, with the same models.
    Retry,
    /// It is to be decoded again, with L alone.
    RetryLargeAlone,
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
pub(crate) struct RetryLimits<'a> {
    pub pair: &'a LanguagePair,
    /// The last rung. Typed text is tried again for the glossary's sake alone: a person waits.
    pub last_strategy: Strategy,
}

// Of typed text.
const LIVE_PULLS: usize = 3;

impl RetryLimits<'_> {
    fn pulls(&self) -> usize {
        if self.last_strategy > Strategy::Whole { GlossaryTerm::BONUSES.len() } else { LIVE_PULLS }
    }
}

/// A sentence on its way.
pub(crate) struct SentenceTask {
    pub text: String,
    pub separator: String,
    /// What must stand in its translation letter for letter.
    pub locked: Vec<String>,
    /// Whether markup of the document stands in it, so that its words have to be found in the translation.
    pub marked: bool,
    /// Terms of the glossary that stand in it.
    pub terms: Vec<TermMatch>,
    /// The store's key; none where nothing is kept.
    pub key: Option<Hash>,
    pub pieces: Vec<Piece>,
    /// Whether the pieces are known to fit the models' context.
    pub fits: bool,
    pub strategy: Strategy,
    // How often its terms were pulled at.
    pulls: usize,
    /// Tokens decoded for it, over all tries.
    pub tokens: usize,
    /// Of a finished sentence of live text, so that they are not looked for at every event.
    pub doubts: Vec<UncertainWord>,
    pub done: Option<SentenceReport>,
    /// The best answer before it is done.
    pub best: Option<SentenceReport>,
}

// The models were unsure of nearly every word: Whisper's threshold for a mean log-probability.
const UNSURE: f32 = -1.0;

// A piece of fewer characters lacks the context that it is understood by.
const LEAST_PIECE: usize = 12;

impl SentenceTask {
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
            strategy: Strategy::Whole,
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
        self.best.is_none() && self.strategy == Strategy::Whole
    }

    /// Forgets what was decoded of it since the rung was climbed.
    pub fn rewind(&mut self) {
        for piece in &mut self.pieces {
            piece.tokens.clear();
            piece.answer = None;
        }
    }

    /// Takes the answer to a piece, and says what is to be done.
    pub fn answered(&mut self, piece: usize, answer: SentenceReport, limits: RetryLimits<'_>) -> NextStep {
        if let Some(piece) = self.pieces.get_mut(piece) {
            self.tokens += piece.tokens.len();
            piece.tokens.clear();
            piece.answer = Some(answer);
        }
        let Some(attempt) = self.attempt(limits.pair) else { return NextStep::Wait };
        let again = attempt.reasons.iter().any(Reason::is_worth_a_retry);
        let is_missing = |hit: &&TermMatch| attempt.reasons.contains(&Reason::Term(hit.term.target.clone()));
        let lacks_a_term = self.terms.iter().filter(|hit| hit.certain).any(|hit| is_missing(&hit));
        // The earlier of two equally good ones had more context.
        if self.best.as_ref().is_none_or(|best| faults(&attempt) < faults(best)) {
            self.best = Some(attempt);
        }
        // A pull that brings more faults than the term is worth is the last.
        if lacks_a_term && !again && self.pulls < limits.pulls() {
            self.pulls += 1;
            self.cut(usize::MAX);
            return NextStep::Retry;
        }
        if again && self.pulls == 0 && self.next_strategy(limits.last_strategy) {
            return if self.strategy == Strategy::LargeAlone {
                NextStep::RetryLargeAlone
            } else {
                NextStep::Retry
            };
        }
        self.settle();
        NextStep::Done
    }

    /// Sends a finished sentence back to be said in fewer words; its answer stands unless a shorter one is as good.
    pub fn reopen(&mut self) {
        self.strategy = Strategy::Shorter;
        self.best = self.done.take();
        let mut reasons = self.best.iter().flat_map(|best| &best.reasons);
        // A pull that did not bring its term did harm.
        if reasons.any(|reason| matches!(reason, Reason::Term(_))) {
            self.pulls = 0;
        }
        self.cut(usize::MAX);
    }

    /// Those of other answers that the checks find no more faults with than with the one that there is.
    pub fn as_good(&self, mut answers: Vec<SentenceReport>, pair: &LanguagePair) -> Vec<SentenceReport> {
        let most = self.taken().map(faults);
        answers.iter_mut().for_each(|answer| self.judge(answer, pair));
        answers.retain(|answer| most.is_none_or(|most| faults(answer) <= most));
        answers
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
        self.strategy > Strategy::Whole || report.translation.is_empty()
    }

    fn next_strategy(&mut self, last: Strategy) -> bool {
        if self.strategy < Strategy::Pieces && last >= Strategy::Pieces {
            self.strategy = Strategy::Pieces;
            let half = self.text.chars().count().div_ceil(2).max(LEAST_PIECE);
            self.cut(half);
            if self.pieces.len() > 1 {
                return true;
            }
        }
        if self.strategy < Strategy::LargeAlone && last >= Strategy::LargeAlone {
            self.strategy = Strategy::LargeAlone;
            self.cut(usize::MAX);
            return true;
        }
        // Every try was made.
        self.strategy = self.strategy.max(last);
        false
    }

    // The pieces' answers as one, checked; none while one is missing.
    fn attempt(&self, pair: &LanguagePair) -> Option<SentenceReport> {
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
    fn judge(&self, report: &mut SentenceReport, pair: &LanguagePair) {
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

    fn check(&self, translation: &str, pair: &LanguagePair) -> Vec<Reason> {
        let Self { text: source, locked, terms, .. } = self;
        checks::check(&Candidate { source, translation, pair, locked, terms })
    }

    /// What the models once made of it, as the checks of today see it.
    pub fn reused(&self, mut report: SentenceReport, pair: &LanguagePair) -> SentenceReport {
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
    pub fn remembered(&self, translation: String, pair: &LanguagePair) -> SentenceReport {
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
mod tests;
