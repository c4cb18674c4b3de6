//! The documents of the queue.

use serde::{Deserialize, Serialize};
use translation::{LanguagePair, LeftAlone, Problem, TermCount, UnitOrigin};

/// State of a document in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It seems to be in another language than the pair's, or it is a table, and waits for an answer.
    Held,
    /// Queued.
    Waiting,
    /// In progress.
    Translating,
    /// Paused by the user.
    Paused,
    /// The program ended before the document was finished.
    Interrupted,
    /// The output file is written.
    Done,
    /// `Row::problem` contains the reason.
    Failed,
    /// Cancelled by the user.
    Cancelled,
}

impl RowState {
    /// Whether it is queued or in progress.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Waiting | Self::Translating)
    }

    /// Whether "Resume all" resumes it.
    pub fn is_resumable(self) -> bool {
        matches!(self, Self::Paused | Self::Interrupted)
    }
}

/// A document in the queue. File names only: paths stay in Rust.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Identifies the row in commands and events.
    pub id: u64,
    /// File name of the document.
    pub name: String,
    /// Its language pair.
    pub pair: LanguagePair,
    /// Code of the detected source language, if certain.
    pub looks_like: Option<String>,
    /// The columns of a table that has several.
    pub columns: Vec<Column>,
    /// Its state.
    pub state: RowState,
    /// Translated segments.
    pub done: usize,
    /// Number of segments.
    pub total: usize,
    /// Decoding speed at the last progress event.
    pub tokens_per_second: f32,
    /// Estimated seconds left, if known.
    pub eta_s: Option<f32>,
    /// Segments that need review.
    pub to_review: usize,
    /// Glossary terms in the source, by whether the translation uses them.
    pub terms: TermCount,
    /// File name of the translation, once written.
    pub output: Option<String>,
    /// Whether built-in models translated it, which only demonstrate.
    pub demonstration: bool,
    /// What is left on purpose: how many places of each kind.
    pub left_alone: LeftAlone,
    /// Unsaved corrections.
    pub drafts: usize,
    /// Why it failed.
    pub problem: Option<Problem>,
}

impl Row {
    /// The row of a newly queued document.
    pub fn waiting(id: u64, name: String, pair: LanguagePair) -> Self {
        Self {
            id,
            name,
            pair,
            looks_like: None,
            columns: Vec::new(),
            state: RowState::Waiting,
            done: 0,
            total: 0,
            tokens_per_second: 0.0,
            eta_s: None,
            to_review: 0,
            terms: TermCount::default(),
            output: None,
            demonstration: false,
            left_alone: LeftAlone::default(),
            drafts: 0,
            problem: None,
        }
    }
}

/// A translation memory match for a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    pub source: String,
    pub target: String,
    /// Similarity of the sources, 75 to 100.
    pub percent: u8,
    pub origin: UnitOrigin,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its title; empty without a header row.
    pub title: String,
    /// The beginning of its first cell with something in it.
    pub sample: String,
    /// Whether it is translated.
    pub chosen: bool,
}

/// What a translated document is exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// A web page with source and translation side by side.
    Bilingual,
    /// A translation memory, as TMX.
    Memory,
}

impl ExportKind {
    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Bilingual => "html",
            Self::Memory => "tmx",
        }
    }
}
