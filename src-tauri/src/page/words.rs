//! Sentences and words of typed text, as the page shows them.

use serde::Serialize;
use translation::quality::QualityEstimate;
use translation::{Place, Reason, SentenceReport, SentenceStatus, UncertainWord, Word};

/// A sentence of typed text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkedSentence {
    /// Its index among the sentences of the text.
    pub index: usize,
    /// Where it is, in UTF-16 code units.
    pub place: Place,
    pub status: SentenceStatus,
    pub reasons: Vec<Reason>,
    pub quality: Option<QualityEstimate>,
    /// The words of its translation; offsets count from its start.
    pub words: Vec<Word>,
}

/// A sentence whose translation begins as the user wants.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BegunSentence {
    /// Its translation.
    pub text: String,
    /// Words with low confidence; offsets count from the start of the translation.
    pub doubts: Vec<UncertainWord>,
    pub sentence: MarkedSentence,
}

/// The sentences of a text with words; none of a document.
pub fn marked_sentences(reports: Vec<SentenceReport>) -> Vec<MarkedSentence> {
    reports.into_iter().enumerate().filter_map(|(index, report)| marked_sentence(index, report)).collect()
}

fn marked_sentence(index: usize, report: SentenceReport) -> Option<MarkedSentence> {
    let SentenceReport { status, reasons, quality, words, source, .. } = report;
    let place = report.place.filter(|_| !source.is_empty())?;
    Some(MarkedSentence { index, place, status, reasons, quality, words })
}

/// One of the sentences of a text.
pub fn begun_sentence(index: usize, reports: Vec<SentenceReport>) -> Option<BegunSentence> {
    let report = reports.into_iter().nth(index)?;
    let (text, doubts) = (report.translation.clone(), report.doubts.clone());
    Some(BegunSentence { text, doubts, sentence: marked_sentence(index, report)? })
}
