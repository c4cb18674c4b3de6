//! The report of a translated sentence: translation, status, reasons to review it.

use documents::Link;
use serde::{Deserialize, Serialize};

use crate::checks::Reason;
use crate::glossary::Terms;
use crate::quality::{Evidence, QualityEstimate};

/// A word of a translation and the word of its sentence that it translates. Offsets count from the start of the translation and
/// of the sentence, in UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Its start.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// Start and end of the source word; none if the alignment finds none.
    pub source: Option<(usize, usize)>,
}

/// Where a sentence of typed text is: start and end, in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// In the text.
    pub source: (usize, usize),
    /// In its translation.
    pub target: (usize, usize),
}

/// A word with low model confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UncertainWord {
    /// Start in the text, in UTF-16 code units.
    pub start: usize,
    /// End.
    pub end: usize,
    /// The next likeliest tokens, likeliest first.
    pub alternatives: Vec<String>,
    /// Confidence of its least likely token, between 0 and 1.
    pub probability: f32,
}

/// The status of a translated sentence; its [`Reason`]s give the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceStatus {
    /// Translated; every check passed.
    Done,
    /// Reused: translated earlier by a person or with the same models and settings.
    Reused,
    /// Written by a person in review.
    Edited,
    /// Translated, but to be reviewed.
    Doubtful,
    /// Not translated: the source was kept.
    Kept,
    /// Copied: it contains nothing to translate.
    Copied,
}

impl SentenceStatus {
    /// Whether it was translated, not kept or copied.
    pub fn is_translated(self) -> bool {
        !matches!(self, Self::Kept | Self::Copied)
    }

    /// Whether a person should review it.
    pub fn is_to_review(self) -> bool {
        matches!(self, Self::Doubtful | Self::Kept)
    }
}

/// A token in the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenReport {
    /// Token id.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Natural logarithm of its probability under the sum, with weights normalized to Σ|weight| = 1.
    pub log_probability: f32,
    /// The most likely tokens at its position; none for a token that was given.
    pub alternatives: Vec<(String, f32)>,
    /// Their ids.
    #[serde(skip)]
    pub alternative_ids: Vec<u32>,
    /// For each term of the recipe, in order: its model's own most likely tokens before summing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Vec<(String, f32)>>,
    /// The ids of each model's likeliest tokens.
    #[serde(skip)]
    pub vote_ids: Vec<Vec<u32>>,
}

/// One of several translations between which the models chose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HypothesisReport {
    /// The translation.
    pub translation: String,
    /// The outputs that gave it: 0 is the sum's own, 1 the one that branches off where the sum was least certain, and so on.
    pub outputs: Vec<usize>,
    /// Mean log P(translation | source) and mean log P(source | translation) a token; none for those that the checks rule
    /// out.
    pub scores: Option<(f32, f32)>,
}

/// The report of a translated sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentenceReport {
    /// The sentence.
    pub source: String,
    /// Its translation.
    pub translation: String,
    /// Its status.
    pub status: SentenceStatus,
    /// Reasons to review it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Documents: the glossary terms in it.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
    /// Mean log-probability per token under the normalized sum (beam search: its score).
    pub score: f32,
    /// Mean log P(source | translation) a token of the source under the specialist for its language (without one: the sum), where it was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconstruction: Option<f32>,
    /// The translations between which the models chose, if there were several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hypotheses: Vec<HypothesisReport>,
    /// Its estimated quality; none for what the models did not translate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityEstimate>,
    /// What the quality was estimated from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Further translations, best first (n-best).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Links of target words to source words; empty for documents unless needed to place their markup.
    #[serde(skip)]
    pub links: Vec<Link>,
    /// Typed text: where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Typed text: the words of the translation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// Typed text: the words with low confidence; offsets count from the start of the translation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<UncertainWord>,
    /// The word after a given beginning, if only that was wanted.
    #[serde(skip)]
    pub(crate) next_word: Option<String>,
    /// Its tokens; empty unless a report was requested.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenReport>,
}

impl SentenceReport {
    /// A report whose translation is the source.
    pub fn kept(source: &str, status: SentenceStatus) -> Self {
        Self {
            source: source.to_owned(),
            translation: source.to_owned(),
            status,
            reasons: Vec::new(),
            terms: Terms::default(),
            score: 0.0,
            reconstruction: None,
            hypotheses: Vec::new(),
            quality: None,
            evidence: None,
            others: Vec::new(),
            links: Vec::new(),
            place: None,
            words: Vec::new(),
            doubts: Vec::new(),
            next_word: None,
            tokens: Vec::new(),
        }
    }
}
