//! What goes to the translator and what comes back: the setup, jobs, and what is told of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use engine::Choice;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem};
use crate::glossary::{Term, TermCount};
use crate::languages::LanguagePair;
use crate::sentence_report::{SentenceReport, UncertainWord};

/// Sampling instead of the likeliest token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Greater is bolder.
    pub temperature: f32,
    /// Smallest probability mass kept, (0, 1].
    pub top_p: f32,
    /// Tokens considered, at most 31.
    pub top_k: u32,
    /// Key of the draws.
    pub seed: u32,
}

/// How beam search works.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BeamOptions {
    /// Sequences kept side by side, 1 to 15.
    pub beams: u32,
    /// Score = Σ log p / length^penalty; larger prefers longer answers.
    pub length_penalty: f32,
    /// Answers returned, best first.
    pub n_best: u32,
}

impl From<BeamOptions> for engine::BeamOptions {
    fn from(options: BeamOptions) -> Self {
        Self { beams: options.beams, length_penalty: options.length_penalty, n_best: options.n_best }
    }
}

/// How a job is translated. The default is greedy, with the recipe of the setup, the memory and the glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecodeOptions {
    /// The sum, instead of the setup's.
    pub recipe: Option<String>,
    /// Models for the recipe's terms, instead of the setup's.
    pub chosen: BTreeMap<String, String>,
    /// Beam search.
    pub beam: Option<BeamOptions>,
    /// Sampling.
    pub sampling: Option<Sampling>,
    /// Whether the result carries every token with its alternatives and each model's votes.
    pub report: bool,
    /// Documents: whether what a person wrote before is reused, and the memory learns.
    pub memory: bool,
    /// Whether the glossary's terms are favoured.
    pub glossary: bool,
    /// Terms besides those of the glossary; of two with the same source these hold.
    pub terms: Vec<Term>,
    /// Tables: the columns to translate, from 0; none = those that hold text.
    pub columns: Option<Vec<usize>>,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            recipe: None,
            chosen: BTreeMap::new(),
            beam: None,
            sampling: None,
            report: false,
            memory: true,
            glossary: true,
            terms: Vec::new(),
            columns: None,
        }
    }
}

impl DecodeOptions {
    pub(crate) fn choice(&self) -> Choice {
        self.sampling.map_or(Choice::GREEDY, |s| Choice {
            temperature: s.temperature,
            top_p: s.top_p,
            top_k: s.top_k.clamp(1, 31),
            seed: s.seed,
        })
    }
}

/// What is translated.
#[derive(Debug, Clone)]
pub enum Source {
    /// Typed text; its translation streams.
    Text(String),
    /// A document; its translation is a new file beside it, or at `output`, or with a free name in the folder `output`.
    File {
        /// The document.
        input: PathBuf,
        /// Where the translation goes.
        output: Option<PathBuf>,
    },
}

/// Something to translate.
#[derive(Debug, Clone)]
pub struct Job {
    /// From which language into which.
    pub pair: LanguagePair,
    /// What.
    pub source: Source,
    /// How.
    pub options: DecodeOptions,
}

/// What a person should know of a document that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// No text to translate was found in it; the translation is a copy.
    NoText,
}

/// What became of a job.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct JobResult {
    /// The written file, for a document.
    pub output: Option<PathBuf>,
    /// The translation, for typed text.
    pub text: Option<String>,
    /// Sentences.
    pub segments: usize,
    /// Those that were translated before.
    pub reused: usize,
    /// Those that a person should look at.
    pub to_review: usize,
    /// Documents: how often terms of the glossary stand in it, by whether the translation has them.
    pub terms: TermCount,
    /// What a person should know of the whole of it.
    pub warning: Option<Warning>,
    /// Words of the source; characters in languages without spaces.
    pub words: usize,
    /// Those in sentences that the models translated now.
    pub words_decoded: usize,
    /// Tokens decoded.
    pub tokens: usize,
    /// Seconds from the first sentence handed to the engine to the end.
    pub seconds: f32,
    /// Tokens a second.
    pub tokens_per_second: f32,
    /// Every sentence with its translation and status.
    pub sentences: Vec<SentenceReport>,
}

/// What is told of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEvent {
    /// It was read and split.
    Started {
        /// Sentences.
        segments: usize,
    },
    /// The whole text so far (typed text only).
    Text {
        /// The text.
        text: String,
        /// Its doubtful words.
        doubts: Vec<UncertainWord>,
    },
    /// How far it is.
    Progress {
        /// Sentences done.
        done: usize,
        /// Sentences in all.
        total: usize,
        /// Tokens a second.
        tokens_per_second: f32,
        /// Seconds left, as far as can be told.
        eta_s: Option<f32>,
    },
    /// It is done.
    Finished(JobResult),
    /// It failed.
    Failed(Problem),
    /// It was cancelled.
    Cancelled,
    /// It was set aside; [`Translator::resume`](crate::Translator::resume) goes on with it.
    Paused,
}

impl JobEvent {
    /// Whether nothing comes after it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Failed(_) | Self::Cancelled | Self::Paused)
    }
}

/// Receives a job's events, on the engine thread.
pub(crate) type OnEvent = Box<dyn FnMut(JobEvent) + Send>;

/// Wraps an event callback so that it always receives a final event: `Failed` if the engine thread ends first.
pub(crate) fn with_final_event(on_event: impl FnMut(JobEvent) + Send + 'static) -> OnEvent {
    let mut guard = FinalEventGuard { on_event, ended: false };
    Box::new(move |event| guard.emit(event))
}

struct FinalEventGuard<F: FnMut(JobEvent)> {
    on_event: F,
    ended: bool,
}

impl<F: FnMut(JobEvent)> FinalEventGuard<F> {
    fn emit(&mut self, event: JobEvent) {
        self.ended = event.is_last();
        (self.on_event)(event);
    }
}

impl<F: FnMut(JobEvent)> Drop for FinalEventGuard<F> {
    fn drop(&mut self) {
        if !self.ended {
            (self.on_event)(JobEvent::Failed(Error::Stopped.problem()));
        }
    }
}
