//! What the page hears, and how it is told. The other side is `ui/src/bridge.ts`.

use crate::engine::{
    LanguagePair, LoadedModel, LoadingStage, Problem, Reason, SentenceStatus, SpanMark, TermCount, Terms,
    UncertainWord, UnitOrigin,
};
use crate::state::lock;
use serde::Serialize;
use std::sync::Mutex;
use tauri::ipc::Channel;

/// A language that can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Language {
    /// "de"
    pub code: &'static str,
    /// "German"
    pub name: &'static str,
    /// "Deutsch"
    pub endonym: &'static str,
}

/// What the models at hand can do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Offer {
    /// The best first.
    pub pairs: Vec<LanguagePair>,
    /// Those that occur in `pairs`.
    pub languages: Vec<Language>,
}

/// What the engine is doing.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Engine {
    /// `done` and `total` are in the stage's own unit.
    Loading { stage: LoadingStage, done: u64, total: u64 },
    /// `software`: the adapter computes on the processor.
    Ready { adapter: String, software: bool, recipe: String, models: Vec<LoadedModel> },
    /// Until it is started again.
    Failed { problem: Problem },
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// In the queue.
    Waiting,
    /// In work.
    Translating,
    /// Set aside by the reader.
    Paused,
    /// The program ended before the document did.
    Interrupted,
    /// Written.
    Done,
    /// `Row::problem` says why.
    Failed,
    /// By the reader.
    Cancelled,
}

impl RowState {
    /// Whether it waits or is in work.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Waiting | Self::Translating)
    }

    /// Whether the reader is offered to go on with it.
    pub fn is_aside(self) -> bool {
        matches!(self, Self::Paused | Self::Interrupted)
    }
}

/// A document in the queue. Names only: paths stay in Rust.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What the page calls it by.
    pub id: u64,
    /// The document's file name.
    pub name: String,
    /// As it was chosen when the document was added, or later.
    pub pair: LanguagePair,
    /// Code of the language that its text seems to be in, where that is clear.
    pub looks_like: Option<String>,
    /// How far it is.
    pub state: RowState,
    /// Segments translated.
    pub done: usize,
    /// Segments in all.
    pub total: usize,
    /// Of the last progress.
    pub tokens_per_second: f32,
    /// Seconds left, where they can be guessed.
    pub eta_s: Option<f32>,
    /// Segments that a reader should look at.
    pub to_review: usize,
    /// How often terms of the glossary stand in it, by whether the translation has them.
    pub terms: TermCount,
    /// The translated file's name.
    pub output: Option<String>,
    /// Why it failed.
    pub problem: Option<Problem>,
}

impl Row {
    /// The row of a document that nothing is known of yet.
    pub fn waiting(id: u64, name: String, pair: LanguagePair) -> Self {
        Self {
            id,
            name,
            pair,
            looks_like: None,
            state: RowState::Waiting,
            done: 0,
            total: 0,
            tokens_per_second: 0.0,
            eta_s: None,
            to_review: 0,
            terms: TermCount::default(),
            output: None,
            problem: None,
        }
    }
}

/// A sentence of a translated document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// Its place in the document.
    pub index: usize,
    /// The paragraph, cell or cue that it stands in.
    pub block: usize,
    /// The source.
    pub source: String,
    /// The translation.
    pub target: String,
    /// How it stands.
    pub status: SentenceStatus,
    /// Why it is worth a second look.
    pub reasons: Vec<Reason>,
    /// The document's markup in the source.
    pub spans: Vec<SpanMark>,
    /// The terms of the glossary that stand in the source.
    pub terms: Terms,
}

/// A unit of the translation memory that comes near a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    /// Its source.
    pub source: String,
    /// Its translation.
    pub target: String,
    /// How near the sources are, 75 to 100.
    pub percent: u8,
    /// Who wrote it.
    pub origin: UnitOrigin,
}

/// Everything that a page needs to show the present.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    pub engine: Engine,
    pub offer: Offer,
    pub pair: Option<LanguagePair>,
    /// Newest first.
    pub recent: Vec<LanguagePair>,
    pub rows: Vec<Row>,
    /// What people call them.
    pub formats: Vec<&'static str>,
    /// What went wrong before anybody listened.
    pub notice: Option<Problem>,
}

/// What happened. `seq` is the number that the page gave its text.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Engine {
        engine: Engine,
        offer: Offer,
        pair: Option<LanguagePair>,
    },
    /// The whole text so far.
    Text {
        seq: u64,
        text: String,
        doubts: Vec<UncertainWord>,
    },
    Finished {
        seq: u64,
        tokens_per_second: f32,
    },
    Stopped {
        seq: u64,
    },
    Failed {
        seq: u64,
        problem: Problem,
    },
    Row {
        row: Row,
    },
    /// A row that was removed.
    Gone {
        id: u64,
    },
    /// Files are held over the window.
    Drag {
        over: bool,
    },
    /// Something that no command of the page asked for was refused.
    Refused {
        problem: Problem,
    },
}

/// The page that listens, if there is one.
#[derive(Default)]
pub struct Page(Mutex<Option<Channel<Event>>>);

impl Page {
    /// From now on events go to this channel; a page that was reloaded has a new one.
    pub fn attach(&self, channel: Channel<Event>) {
        *lock(&self.0) = Some(channel);
    }

    /// Events of one thread arrive in their order. A page that is gone is forgotten.
    pub fn say(&self, event: Event) {
        let mut channel = lock(&self.0);
        if channel.as_ref().is_some_and(|channel| channel.send(event).is_err()) {
            *channel = None;
        }
    }
}
