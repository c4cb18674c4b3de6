//! The report of a translated sentence: translation, status, reasons to review it.

use documents::Link;
use serde::{Deserialize, Serialize};

use crate::checks::Reason;
use crate::glossary::Terms;

/// A word that the models were not sure of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UncertainWord {
    /// Where it begins in the text, in UTF-16 units.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What else was likely there, likeliest first.
    pub alternatives: Vec<String>,
    /// Confidence in the least likely of its tokens, between 0 and 1.
    pub probability: f32,
}

/// How it stands with a sentence. What is not said in words here is in its [`Reason`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceStatus {
    /// Translated, and no check fired.
    Done,
    /// Translated before, by a person or with the same models and settings.
    Reused,
    /// Written by a person in review.
    Edited,
    /// Translated, but a person should look at it.
    Doubtful,
    /// It could not be translated; the source stands in its place.
    Kept,
    /// There was nothing to translate.
    Copied,
}

impl SentenceStatus {
    /// Whether there is a translation that differs from copying.
    pub fn is_translated(self) -> bool {
        !matches!(self, Self::Kept | Self::Copied)
    }

    /// Whether a person should look at it.
    pub fn is_to_review(self) -> bool {
        matches!(self, Self::Doubtful | Self::Kept)
    }
}

/// A token as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenReport {
    /// Token id.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Natural logarithm of its probability under the sum.
    pub log_probability: f32,
    /// The most likely tokens in its place.
    pub alternatives: Vec<(String, f32)>,
    /// For each term of the recipe in its order, the model's own most likely tokens before the sum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Vec<(String, f32)>>,
}

/// A sentence as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentenceReport {
    /// The sentence.
    pub source: String,
    /// Its translation.
    pub translation: String,
    /// How it stands.
    pub status: SentenceStatus,
    /// Why it is worth a second look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Documents: the terms of the glossary that stand in it.
    #[serde(skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
    /// Mean log-probability a token (beam search: its score).
    pub score: f32,
    /// Further translations, best first (n-best).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Which words of the translation came from which; empty unless the document's markup has to find them.
    #[serde(skip)]
    pub links: Vec<Link>,
    /// Its tokens; empty unless a report was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenReport>,
}

impl SentenceReport {
    /// A sentence whose source stands in its place.
    pub(crate) fn kept(source: &str, status: SentenceStatus) -> Self {
        Self {
            source: source.to_owned(),
            translation: source.to_owned(),
            status,
            reasons: Vec::new(),
            terms: Terms::default(),
            score: 0.0,
            others: Vec::new(),
            links: Vec::new(),
            tokens: Vec::new(),
        }
    }
}
