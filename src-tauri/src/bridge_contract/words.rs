//! Samples of the words of typed text.

use super::qualities;
use crate::fake_translator::{next_words, sentence};
use crate::page::{BegunSentence, MarkedSentence, begun_sentence, marked_sentences};
use translation::{NextWord, NextWords, Reason, UncertainWord, Word};

pub fn sentences() -> Vec<MarkedSentence> {
    let mut report = sentence("Ja.", "Ja.");
    report.reasons = vec![Reason::Number("300".into())];
    report.quality = qualities().drain(..1).next();
    report.words.push(Word { text: ".".into(), start: 2, end: 3, source: None });
    marked_sentences(vec![report])
}

pub fn begun() -> Vec<BegunSentence> {
    let mut report = sentence("Ja.", "Ja.");
    report.doubts =
        vec![UncertainWord { start: 0, end: 2, alternatives: vec!["Yes".into()], probability: 0.5 }];
    begun_sentence(0, vec![report]).into_iter().collect()
}

pub fn next() -> Vec<NextWords> {
    let mut next = next_words();
    next.words.push(NextWord { text: "other".into(), probability: None, votes: vec![None, Some(0.5)] });
    vec![next]
}
