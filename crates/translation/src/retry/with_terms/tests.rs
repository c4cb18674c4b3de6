use super::*;
use crate::document_terms::BONUSES;
use crate::sentence_report::SentenceStatus;
use crate::sentences::Sentence;

const SOURCE: &str = "Der Vertrag endet am 3. Mai.";

fn report(translation: &str) -> SentenceReport {
    let kept = SentenceReport::kept(SOURCE, SentenceStatus::Done);
    SentenceReport { translation: translation.to_owned(), ..kept }
}

/// A finished sentence, reopened for a term.
fn reopened(first: &str, target: &str) -> SentenceTask {
    let mut sentence = SentenceTask::new(Sentence { text: SOURCE, separator: "" });
    sentence.key = Some([7; 32]);
    sentence.done = Some(report(first));
    sentence.reopen_to_keep(vec![Term { source: "Vertrag".to_owned(), target: target.to_owned() }]);
    sentence
}

fn record(sentence: &mut SentenceTask, translation: &str) -> (NextStep, Option<String>) {
    let pair = "de-en".parse().expect("a pair");
    let (next, candidate) = sentence.record_with_terms(report(translation), &pair);
    (next, candidate.map(|candidate| candidate.translation))
}

const FIRST: &str = "The agreement ends on 3 May.";

#[test]
fn the_bonus_rises_until_the_term_comes() {
    let mut sentence = reopened(FIRST, "contract");
    assert_eq!(sentence.terms_to_keep().1, BONUSES[0]);
    assert_eq!(record(&mut sentence, FIRST), (NextStep::Retry, None));
    assert_eq!(sentence.terms_to_keep().1, BONUSES[1]);
    let with = "The contract ends on 3 May.";
    assert_eq!(record(&mut sentence, with), (NextStep::Done, Some(with.to_owned())));
    assert_eq!(sentence.best.map(|best| best.translation).as_deref(), Some(FIRST), "until it is scored");
}

#[test]
fn a_translation_with_more_faults_is_no_candidate() {
    let mut sentence = reopened(FIRST, "contract");
    for (lost, next) in
        [("The contract ends in May.", NextStep::Retry), ("The contract ends.", NextStep::Done)]
    {
        assert_eq!(record(&mut sentence, lost), (next, None));
    }
    let looping = "contract ".repeat(30);
    assert_eq!(record(&mut reopened(FIRST, "contract"), &looping), (NextStep::Retry, None));
}

#[test]
fn only_a_lacking_sentence_is_reopened_and_its_terms_are_part_of_its_key() {
    let mut sentence = reopened(FIRST, "contract");
    let contract = sentence.key;
    assert_ne!((contract, reopened(FIRST, "agreement").key), (Some([7; 32]), contract));
    assert_eq!(contract, reopened("Anything.", "contract").key, "what it was before is no part of it");
    let terms = [Term { source: "Vertrag".to_owned(), target: "contract".to_owned() }];
    assert!(!sentence.lacks_one_of(&terms, "en"), "it is not finished");
    sentence.done = Some(report(FIRST));
    assert!(sentence.lacks_one_of(&terms, "en"));
    sentence.done = Some(report("The Contracts end."));
    assert!(!sentence.lacks_one_of(&terms, "en"));
}
