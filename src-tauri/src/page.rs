//! What Rust sends to the page: the types and the channel. The other side is `ui/src/bridge.ts`.

mod documents;
mod models;
mod settings;
mod words;

pub use documents::*;
pub use models::*;
pub use settings::*;
pub use words::*;

use crate::settings::Preferences;
use parking_lot::Mutex;
use serde::Serialize;
use tauri::ipc::Channel;
use translation::{LanguagePair, LoadedModel, LoadingStage, Problem, UncertainWord};

/// A language in the language menus.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Language {
    /// ISO 639-1 code: "de".
    pub code: &'static str,
    /// Name in English: "German".
    pub name: &'static str,
    /// Name in the language itself: "Deutsch".
    pub endonym: &'static str,
}

/// What the available models can translate; empty until they have been read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Offer {
    /// Supported pairs, best first.
    pub pairs: Vec<LanguagePair>,
    /// The pairs that only built-in models translate, which demonstrate.
    pub demonstrations: Vec<LanguagePair>,
    /// The languages of these pairs.
    pub languages: Vec<Language>,
}

/// State of the engine.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Engine {
    /// Models are loading; the unit of `done` and `total` depends on the stage.
    Loading { stage: LoadingStage, done: u64, total: u64 },
    /// Models are loaded. `software`: the adapter runs on the CPU. `memory`: GPU memory in use, in bytes.
    /// `demonstration`: the models are built in and only demonstrate. `aligns`: they align words; else links are guessed.
    Ready {
        adapter: String,
        software: bool,
        recipe: String,
        models: Vec<LoadedModel>,
        memory: u64,
        demonstration: bool,
        aligns: bool,
    },
    /// Loading failed; `restart` tries again.
    Failed { problem: Problem },
}

/// The complete state that a page needs when it loads.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    pub engine: Engine,
    pub offer: Offer,
    pub pair: Option<LanguagePair>,
    /// Recently used pairs, newest first.
    pub recent: Vec<LanguagePair>,
    pub rows: Vec<Row>,
    /// Display names of the supported formats.
    pub formats: Vec<&'static str>,
    pub preferences: Preferences,
    /// Where translations go; none: beside their sources.
    pub output_folder: Option<String>,
    /// A problem that occurred before the page subscribed.
    pub notice: Option<Problem>,
}

/// A change of state. `seq` is the number that the page passed to `translate`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Engine {
        engine: Engine,
        offer: Offer,
        pair: Option<LanguagePair>,
    },
    /// The whole translation so far.
    Text {
        seq: u64,
        text: String,
        doubts: Vec<UncertainWord>,
    },
    /// Sentences of the text done and in all.
    Progress {
        seq: u64,
        done: usize,
        total: usize,
        eta_s: Option<f32>,
    },
    /// The back-translation so far, its end or its failure.
    Back {
        seq: u64,
        text: Option<String>,
        done: bool,
        problem: Option<Problem>,
    },
    Finished {
        seq: u64,
        tokens_per_second: f32,
        sentences: Vec<MarkedSentence>,
    },
    Stopped {
        seq: u64,
    },
    Failed {
        seq: u64,
        problem: Problem,
    },
    /// A row was added or changed.
    Row {
        row: Row,
    },
    /// A row was removed.
    Gone {
        id: u64,
    },
    /// What is held over the window; none when it leaves.
    Drag {
        over: Option<Dragged>,
    },
    /// Something failed outside a command of the page.
    Refused {
        problem: Problem,
    },
    /// Sets or models were added, removed or changed.
    Models {
        models: Models,
    },
    /// Work on models was begun or went on.
    Work {
        work: Work,
    },
    /// Work was cancelled or dismissed.
    WorkGone {
        id: String,
    },
    /// The user wants to close the window while work goes on, and is to be asked; or a later start wants it, and no longer.
    Closing {
        asking: bool,
    },
    /// A file or folder was chosen or dropped, to be imported.
    Candidate {
        candidate: Candidate,
    },
}

/// What is dragged over the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dragged {
    Documents,
    Models,
}

/// The event channel to the page, if one is subscribed.
#[derive(Default)]
pub struct PageChannel(Mutex<Option<Channel<Event>>>);

impl PageChannel {
    /// Sends later events to this channel; a reloaded page opens a new one.
    pub fn attach(&self, channel: Channel<Event>) {
        *self.0.lock() = Some(channel);
    }

    /// Whether a page listens.
    pub fn is_attached(&self) -> bool {
        self.0.lock().is_some()
    }

    /// Sends an event; events of one thread arrive in order. Drops the channel if the page is closed.
    pub fn send(&self, event: Event) {
        let mut channel = self.0.lock();
        if channel.as_ref().is_some_and(|channel| channel.send(event).is_err()) {
            *channel = None;
        }
    }
}
