use super::*;
use crate::glossary::Term;

const SOURCE: &str = "Der Zug fährt um 300 Uhr ab, und niemand weiß, warum das so ist.";
const LOOP: &str = "The train leaves leaves leaves leaves leaves leaves";

struct Scene {
    sentence: SentenceTask,
    pair: LanguagePair,
    last: Strategy,
}

fn scene(last: Strategy) -> Scene {
    let sentence = SentenceTask::new(sentences::Sentence { text: SOURCE, separator: "" });
    Scene { sentence, pair: "de-en".parse().expect("a pair"), last }
}

impl Scene {
    fn output(&mut self, piece: usize, translation: &str) -> NextStep {
        self.pulled_output(piece, translation, None)
    }

    fn pulled_output(&mut self, piece: usize, translation: &str, pull: Option<Prefix>) -> NextStep {
        let answer = SentenceReport {
            translation: translation.to_owned(),
            ..SentenceReport::kept(&self.sentence.pieces[piece].text, SentenceStatus::Done)
        };
        self.sentence.record_candidate(
            piece,
            answer,
            pull,
            RetryLimits { pair: &self.pair, last_strategy: self.last },
        )
    }

    fn done(&self) -> (&str, SentenceStatus, &[Reason]) {
        let report = self.sentence.done.as_ref().expect("it is done");
        (&report.translation, report.status, &report.reasons)
    }
}

#[test]
fn a_good_answer_is_taken_at_once() {
    let mut scene = scene(Strategy::LargeAlone);
    assert_eq!(scene.output(0, "The train leaves at 300, and nobody knows why."), NextStep::Done);
    assert_eq!(scene.done().1, SentenceStatus::Done);
}

#[test]
fn a_failed_check_takes_the_context_away_before_the_sentence_is_cut() {
    let mut scene = scene(Strategy::LargeAlone);
    scene.sentence.pieces[0].context = "Wir warten.".to_owned();
    assert_eq!(scene.output(0, LOOP), NextStep::Retry);
    assert!(scene.sentence.without_context && scene.sentence.is_whole());
    assert_eq!(scene.output(0, LOOP), NextStep::Retry);
    assert_eq!(scene.sentence.pieces.len(), 3, "then it is cut");
}

#[test]
fn pieces_end_a_loop() {
    let mut scene = scene(Strategy::LargeAlone);
    assert_eq!(scene.output(0, LOOP), NextStep::Retry);
    let pieces: Vec<&str> = scene.sentence.pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(pieces, ["Der Zug fährt um 300 Uhr ab,", "und niemand weiß,", "warum das so ist."]);
    assert_eq!(scene.output(1, "and nobody knows"), NextStep::Wait);
    assert_eq!(scene.output(0, "The train leaves at 300,"), NextStep::Wait);
    assert_eq!(scene.output(2, "why this is."), NextStep::Done);
    let text = "The train leaves at 300, and nobody knows why this is.";
    assert_eq!(scene.done(), (text, SentenceStatus::Done, &[][..]));
}

#[test]
fn where_every_try_loops_the_source_stays_and_says_so() {
    let mut scene = scene(Strategy::LargeAlone);
    assert_eq!(scene.output(0, LOOP), NextStep::Retry);
    assert_eq!(
        (scene.output(0, LOOP), scene.output(1, LOOP), scene.output(2, LOOP)),
        (NextStep::Wait, NextStep::Wait, NextStep::Retry)
    );
    assert_eq!((scene.sentence.strategy, scene.sentence.pieces.len()), (Strategy::LargeAlone, 1));
    assert_eq!(scene.output(0, LOOP), NextStep::Done);
    let (text, status, reasons) = scene.done();
    assert_eq!((text, status), (SOURCE, SentenceStatus::Kept));
    assert!(reasons.contains(&Reason::Repeated), "{reasons:?}");
}

/// A lost number is no reason to throw a translation away.
#[test]
fn the_best_of_doubtful_answers_stands() {
    let mut scene = scene(Strategy::LargeAlone);
    let text = "The train leaves, and nobody knows why it is like that.";
    assert_eq!(scene.output(0, text), NextStep::Retry);
    assert_eq!(
        (scene.output(0, "a"), scene.output(1, "b"), scene.output(2, "c")),
        (NextStep::Wait, NextStep::Wait, NextStep::Retry)
    );
    assert_eq!(scene.sentence.strategy, Strategy::LargeAlone);
    assert_eq!(scene.output(0, LOOP), NextStep::Done);
    assert_eq!(scene.done(), (text, SentenceStatus::Doubtful, &[Reason::Number("300".into())][..]));
}

/// Words of another script are decoded again: in pieces, then with L alone; the first translation without them is taken.
#[test]
fn words_in_another_script_are_decoded_again_and_replaced() {
    let wrong = "The 列車 leaves at 300, and nobody knows why it is so.";
    let script = [Reason::Script("列車".into())];
    let pieces = ["The train leaves at 300,", "and nobody knows", "why this is."];
    let mut scene = scene(Strategy::LargeAlone);
    assert_eq!(scene.output(0, wrong), NextStep::Retry);
    assert_eq!(scene.sentence.current_best().map(|first| first.reasons.as_slice()), Some(&script[..]));
    let steps = [0, 1, 2].map(|piece| scene.output(piece, pieces[piece]));
    assert_eq!(steps, [NextStep::Wait, NextStep::Wait, NextStep::Done]);
    let text = "The train leaves at 300, and nobody knows why this is.";
    assert_eq!(scene.done(), (text, SentenceStatus::Done, &[][..]));

    let mut scene = self::scene(Strategy::LargeAlone);
    assert_eq!(scene.output(0, wrong), NextStep::Retry);
    let steps = ["The 列車 leaves at 300,", pieces[1], pieces[2]];
    let steps = [0, 1, 2].map(|piece| scene.output(piece, steps[piece]));
    assert_eq!(steps, [NextStep::Wait, NextStep::Wait, NextStep::Retry]);
    assert_eq!((scene.sentence.strategy, scene.sentence.is_whole()), (Strategy::LargeAlone, true));
    assert_eq!(scene.output(0, text), NextStep::Done);
    assert_eq!(scene.done(), (text, SentenceStatus::Done, &[][..]));

    let mut scene = self::scene(Strategy::Whole);
    assert_eq!(scene.output(0, wrong), NextStep::Done, "typed text is shown, with the mark");
    assert_eq!(scene.done(), (wrong, SentenceStatus::Doubtful, &script[..]));
}

#[test]
fn a_missing_term_is_biased_until_it_comes_or_harms() {
    let term = || Term { source: "Zug".to_owned(), target: "railcar".to_owned() };
    let hit = |certain| TermMatch { term: term(), certain };
    let plain = "The train leaves at 300, and nobody knows why.";
    let mut scene = scene(Strategy::LargeAlone);
    scene.sentence.terms = vec![hit(true)];
    assert_eq!((scene.sentence.bonus(), scene.output(0, plain)), (None, NextStep::Retry));
    let first = scene.sentence.bonus();
    assert_eq!((first, scene.output(0, plain)), (Some(GlossaryTerm::BONUSES[0]), NextStep::Retry));
    assert!(scene.sentence.bonus() > first);
    assert_eq!(scene.output(0, "The railcar leaves at 300, and nobody knows why."), NextStep::Done);
    assert_eq!(scene.done().1, SentenceStatus::Done);

    let mut scene = self::scene(Strategy::LargeAlone);
    scene.sentence.terms = vec![hit(true)];
    assert_eq!(scene.output(0, plain), NextStep::Retry);
    assert_eq!(scene.output(0, LOOP), NextStep::Done, "a loop is worse than another word");
    assert_eq!(scene.done(), (plain, SentenceStatus::Doubtful, &[Reason::Term("railcar".into())][..]));

    let mut scene = self::scene(Strategy::LargeAlone);
    scene.sentence.terms = vec![hit(false)];
    assert_eq!(scene.output(0, plain), NextStep::Done, "an uncertain term gets no bias");
    assert_eq!(scene.done(), (plain, SentenceStatus::Doubtful, &[Reason::Term("railcar".into())][..]));
}

#[test]
fn what_is_reused_is_looked_at_again() {
    let Scene { mut sentence, pair, .. } = scene(Strategy::LargeAlone);
    let good = "The train leaves at 300, and nobody knows why.";
    let kept = |translation: &str, status, reasons: &[Reason]| SentenceReport {
        translation: translation.to_owned(),
        reasons: reasons.to_vec(),
        ..SentenceReport::kept(SOURCE, status)
    };
    let old = [Reason::Number("7".into()), Reason::CutOff];
    let report = sentence.cached_report(kept(good, SentenceStatus::Doubtful, &old), &pair);
    assert_eq!((report.status, report.reasons), (SentenceStatus::Doubtful, vec![Reason::CutOff]));
    let report = sentence.cached_report(kept(good, SentenceStatus::Doubtful, &old[..1]), &pair);
    assert_eq!((report.status, report.reasons), (SentenceStatus::Reused, vec![]));
    let bad = "The train leaves, and nobody knows why it is so.";
    let lacks = vec![Reason::Number("300".into())];
    let report = sentence.cached_report(kept(bad, SentenceStatus::Done, &[]), &pair);
    assert_eq!((report.status, &report.reasons), (SentenceStatus::Doubtful, &lacks));
    let report = sentence.cached_report(kept(SOURCE, SentenceStatus::Kept, &old), &pair);
    assert_eq!((report.status, report.reasons.as_slice()), (SentenceStatus::Kept, &old[..]));

    // Of a person's translation only what is missing is said, not that it is short.
    let report = sentence.memory_report("At 300.".to_owned(), &pair);
    assert_eq!((report.status, report.reasons), (SentenceStatus::Reused, vec![]));
    let term = Term { source: "Zug".to_owned(), target: "railcar".to_owned() };
    sentence.terms = vec![TermMatch { term, certain: true }];
    sentence.locked =
        vec![SOURCE.match_indices("300").map(|(at, item)| at..at + item.len()).next().expect("a number")];
    let report = sentence.memory_report("No train.".to_owned(), &pair);
    let missing =
        [Reason::Placeholder("300".into()), Reason::Number("300".into()), Reason::Term("railcar".into())];
    assert_eq!((report.status, report.reasons.as_slice()), (SentenceStatus::Doubtful, &missing[..]));
}

/// A scene of a sentence with one placeholder.
fn placeholder_scene(text: &str) -> Scene {
    let mut scene = scene(Strategy::LargeAlone);
    scene.sentence = SentenceTask::new(sentences::Sentence { text, separator: "" });
    scene.sentence.locked = documents::locked_in_prose(text);
    assert_eq!(scene.sentence.locked.len(), 1);
    scene
}

fn pull() -> Option<Prefix> {
    let token = Token { id: 5, log_probability: -1.0, alternatives: Vec::new(), votes: Vec::new() };
    Some(Prefix { tokens: vec![token], ..Prefix::default() })
}

#[test]
fn a_lost_item_is_pulled_and_the_models_own_position_wins() {
    let mut scene = placeholder_scene("Hallo %s, wie geht es dir?");
    assert_eq!(scene.sentence.items_to_pull("Hello, how are you?"), scene.sentence.locked);
    assert_eq!(scene.pulled_output(0, "Hello, how are you?", pull()), NextStep::Retry);
    assert_eq!(scene.sentence.pieces[0].tokens.len(), 1, "the given tokens are shown");
    let first = scene.sentence.current_best().expect("a candidate").clone();
    assert!(first.translation.contains("%s"), "{first:?}");
    assert_eq!(first.reasons, [Reason::Inserted("%s".into())]);
    assert_eq!(scene.output(0, "Hello %s, how are you?"), NextStep::Done);
    assert_eq!(scene.done(), ("Hello %s, how are you?", SentenceStatus::Done, &[][..]));
}

#[test]
fn an_item_that_no_try_brings_is_put_in() {
    let mut scene = placeholder_scene("Hallo %s, wie geht es dir?");
    for _ in 0..3 {
        assert_eq!(scene.pulled_output(0, "Hello, how are you?", pull()), NextStep::Retry);
    }
    assert!(scene.sentence.items_to_pull("Hello, how are you?").is_empty());
    assert_eq!(scene.output(0, "Hello, how are you?"), NextStep::Done);
    let (text, status, reasons) = scene.done();
    assert_eq!(text.matches("%s").count(), 1, "{text}");
    assert_eq!((status, reasons), (SentenceStatus::Doubtful, &[Reason::Inserted("%s".into())][..]));
}

#[test]
fn a_sentence_of_locked_items_has_no_words() {
    for (text, has_words) in
        [("%s", false), ("%s 12!", false), ("https://a.example/b", false), ("Hallo %s", true)]
    {
        assert_eq!(placeholder_scene(text).sentence.has_words(), has_words, "{text}");
    }
}

#[test]
fn typed_text_is_biased_a_few_times() {
    let mut scene = scene(Strategy::Whole);
    let term = Term { source: "Zug".to_owned(), target: "railcar".to_owned() };
    scene.sentence.terms = vec![TermMatch { term, certain: true }];
    let plain = "The train leaves at 300, and nobody knows why.";
    for pulls in 0..INTERACTIVE_BIAS_STEPS {
        assert_eq!(scene.output(0, plain), NextStep::Retry, "{pulls}");
        assert!(scene.sentence.bonus().is_some());
        assert_eq!(scene.sentence.current_best().map(|taken| taken.translation.as_str()), Some(plain));
    }
    assert_eq!(scene.output(0, plain), NextStep::Done);
    assert_eq!(scene.done(), (plain, SentenceStatus::Doubtful, &[Reason::Term("railcar".into())][..]));
}

#[test]
fn typed_text_is_tried_once_and_shown() {
    let mut scene = scene(Strategy::Whole);
    assert_eq!(scene.output(0, LOOP), NextStep::Done);
    assert_eq!((scene.done().0, scene.done().1), (LOOP, SentenceStatus::Doubtful));
}

#[test]
fn what_does_not_fit_goes_in_pieces() {
    let mut scene = scene(Strategy::Whole);
    assert!(scene.sentence.cut_to_fit(|text| text.chars().count() <= 20));
    let whole: String = scene.sentence.pieces.iter().map(|p| format!("{}{}", p.text, p.separator)).collect();
    assert_eq!(whole, SOURCE);
    assert!(scene.sentence.pieces.len() > 3);
    assert!(!scene.sentence.cut_to_fit(|_| false));
    scene.sentence.accept_best();
    assert_eq!(scene.done(), (SOURCE, SentenceStatus::Kept, &[Reason::TooLong][..]));
}

#[test]
fn a_reopened_sentence_keeps_its_answer_unless_another_is_as_good() {
    let mut scene = scene(Strategy::LargeAlone);
    let first = "The train leaves at 300, and nobody at all knows why this should be so.";
    assert_eq!(scene.output(0, first), NextStep::Done);
    scene.sentence.reopen_to_shorten();
    assert_eq!((scene.sentence.strategy, scene.sentence.pieces.len()), (Strategy::Shorter, 1));
    let short = "The train leaves at 300, and nobody knows why.";
    let answers =
        ["The train leaves, and nobody knows why it is so.", short, LOOP].map(|text| SentenceReport {
            translation: text.to_owned(),
            score: -0.5,
            ..SentenceReport::kept(SOURCE, SentenceStatus::Done)
        });
    let good = scene.sentence.not_worse(answers.to_vec(), &scene.pair);
    let texts: Vec<&str> = good.iter().map(|report| &*report.translation).collect();
    assert_eq!(texts, [short], "a number is missing in the likeliest, and the last one loops");
    assert_eq!(good[0].status, SentenceStatus::Done);
    scene.sentence.accept_best();
    assert_eq!(scene.done().0, first);
}
