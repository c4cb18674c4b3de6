//! Glossary terms: a word that the models would not choose occurs once in the output, within a sentence.

mod support {
    pub mod device;
    pub mod starter;
}

use engine::{BeamOptions, Error, GlossaryTerm, Output, Request, Status};
use support::device::device;
use support::starter::{SENTENCES, Starter};

// Enough for "airport" with the sum of three models.
const BONUS: f32 = 30.0;

fn starter() -> Starter {
    Starter::on(device(true, true))
}

/// A sentence with the forms of one term; the tokenizer puts a space before a word.
fn wanting(starter: &Starter, text: &str, forms: &[&str], bonus: f32) -> Request {
    let forms = forms.iter().map(|form| starter.tokenizer.encode(form).expect("encodes")).collect();
    Request { glossary: vec![GlossaryTerm { forms, bonus }], ..starter.request(text) }
}

fn text(starter: &Starter, output: &Output) -> String {
    let ids: Vec<u32> = output.tokens.iter().map(|token| token.id).collect();
    starter.tokenizer.decode(&ids).expect("decodes").trim().to_owned()
}

fn run(starter: &Starter, requests: Vec<Request>) -> Vec<(String, Output)> {
    let outputs = starter.batch(4).run(requests).expect("runs");
    outputs.into_iter().map(|output| (text(starter, &output), output)).collect()
}

/// The smallest sufficient bonus puts the term where the models had chosen another word.
#[test]
fn a_term_occurs_once_and_the_rest_of_the_sentence_is_unchanged() {
    let starter = starter();
    let cases = [
        ("Wo ist der Bahnhof?", "terminal", "Where is the terminal?"),
        ("Das Buch liegt auf dem Tisch.", "chair", "The book is on the chair."),
        ("Er trinkt jeden Morgen Kaffee.", "tea", "He drinks tea every morning."),
        ("Ich habe heute keine Zeit.", "now", "I don't have time now."),
    ];
    let plain = run(&starter, cases.iter().map(|(source, ..)| starter.request(source)).collect());
    for ((source, term, expected), (plain, before)) in cases.iter().zip(&plain) {
        assert!(!plain.contains(term) && before.terms.is_empty(), "{plain}: the models say it by themselves");
        let tried = GlossaryTerm::BONUSES.map(|bonus| wanting(&starter, source, &[term], 3.0 * bonus));
        let tried = run(&starter, tried.to_vec());
        let (text, output) = tried.iter().find(|(_, output)| output.terms == [true]).expect("one is enough");
        assert_eq!((text.matches(term).count(), output.status), (1, Status::Ended), "{text}");
        assert_eq!(text, expected);
    }
}

#[test]
fn a_term_without_a_bonus_changes_nothing_and_is_missing() {
    let starter = starter();
    let (plain, _) = run(&starter, vec![starter.request(SENTENCES[2])]).swap_remove(0);
    let (text, output) =
        run(&starter, vec![wanting(&starter, SENTENCES[2], &["airport"], 0.0)]).swap_remove(0);
    assert_eq!((text, output.terms), (plain.clone(), vec![false]));
    let (text, output) =
        run(&starter, vec![wanting(&starter, SENTENCES[2], &["airport", "station"], 0.0)]).swap_remove(0);
    assert_eq!((text, output.terms), (plain, vec![true]));
}

/// Beside a sentence with a term the others get the same tokens as alone.
#[test]
fn terms_of_one_sentence_do_not_change_others() {
    let starter = starter();
    let others = || SENTENCES[3..6].iter().map(|text| starter.request(text));
    let alone: Vec<_> = run(&starter, others().collect());
    let wanted = wanting(&starter, SENTENCES[2], &["airport"], BONUS);
    let beside = run(&starter, others().chain([wanted.clone()]).collect());
    for ((expected, _), (got, output)) in alone.iter().zip(&beside) {
        assert_eq!((got, output.terms.len()), (expected, 0));
    }
    assert_eq!(beside[3].0, run(&starter, vec![wanted]).swap_remove(0).0);
}

#[test]
fn beam_search_uses_terms() {
    let starter = starter();
    let beam = Some(BeamOptions { beams: 3, length_penalty: 1.0, n_best: 1 });
    let request = Request { beam, ..wanting(&starter, SENTENCES[2], &["airport"], BONUS) };
    let (text, output) = run(&starter, vec![request]).swap_remove(0);
    assert!(text.contains("airport") && output.terms == [true], "{text}");
}

/// One dispatch per step while a term is missing, and none otherwise.
#[test]
fn terms_cost_one_dispatch_a_step_until_the_output_contains_them() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let mut cost = |request: Request| {
        let before = starter.device.counters().dispatches;
        let steps = batch.run(vec![request]).expect("runs").swap_remove(0).tokens.len() as u64;
        (starter.device.counters().dispatches - before, steps)
    };
    let plain = Request { limit: 6, end_tokens: Vec::new(), ..starter.request(SENTENCES[3]) };
    let never = GlossaryTerm { forms: vec![vec![5]], bonus: -50.0 };
    let (first, second) = (cost(plain.clone()), cost(plain.clone()));
    assert_eq!(first, second);
    let with = cost(Request { glossary: vec![never], ..plain.clone() });
    // Without a term a step is submitted before the last result is known; with a term none is.
    let step = cost(Request { limit: 7, ..plain }).0 - first.0;
    assert_eq!((with.1, with.0), (6, first.0 - step + 6), "{first:?}, {step} a step");
}

#[test]
fn invalid_terms_are_refused() {
    let starter = starter();
    let request = |forms: Vec<Vec<u32>>| Request {
        glossary: vec![GlossaryTerm { forms, bonus: 1.0 }],
        ..starter.request(SENTENCES[0])
    };
    let mut batch = starter.batch(1);
    let error = batch.run(vec![request(vec![vec![8192]])]).expect_err("no such token");
    assert!(matches!(error, Error::UnknownToken { token: 8192, vocab: 8192 }));
    let error = batch.run(vec![request(vec![vec![1]; 129])]).expect_err("too many");
    assert!(matches!(error, Error::TooManyForms { count: 129, max: 128 }));
}
