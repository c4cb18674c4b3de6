//! Translation jobs: their sources, options, events and results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use documents::{Format, LeftAlone};
use engine::Choice;
use serde::{Deserialize, Serialize};

use crate::beginning::Beginning;
use crate::document_terms::DocumentTerm;
use crate::error::{Error, Problem};
use crate::glossary::{Term, TermCount};
use crate::languages::LanguagePair;
use crate::name_style::NameStyle;
use crate::quality::Summary;
use crate::sentence_report::{SentenceReport, UncertainWord};

/// Sampling parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Divisor of the logits; larger values make unlikely tokens more frequent.
    pub temperature: f32,
    /// Probability mass of the likeliest tokens to sample from, (0, 1].
    pub top_p: f32,
    /// Number of the likeliest tokens to sample from, at most 31.
    pub top_k: u32,
    /// Random seed.
    pub seed: u32,
}

/// Beam search parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BeamOptions {
    /// Number of beams, 1 to 15.
    pub beams: u32,
    /// Score = Σ log p / length^penalty; larger prefers longer translations.
    pub length_penalty: f32,
    /// Translations returned, best first.
    pub n_best: u32,
}

impl From<BeamOptions> for engine::BeamOptions {
    fn from(options: BeamOptions) -> Self {
        Self { beams: options.beams, length_penalty: options.length_penalty, n_best: options.n_best }
    }
}

/// How much time a translation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// One translation of each sentence.
    #[default]
    Fast,
    /// Several translations of each sentence, of which the models choose one; see [`Reranking`](crate::Reranking).
    Best,
}

/// From what the quality of a translation is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimate {
    /// The log-probabilities of decoding, which cost nothing.
    #[default]
    Cheap,
    /// Also the log-probability of the source given the translation, which takes one more pass over both.
    Full,
}

/// Decoding options of a job. The default is greedy, with the setup's recipe, the memory and the glossary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecodeOptions {
    /// The recipe, instead of the setup's.
    pub recipe: Option<String>,
    /// Models for the recipe's terms, instead of the setup's.
    pub chosen: BTreeMap<String, String>,
    /// Beam search.
    pub beam: Option<BeamOptions>,
    /// Sampling.
    pub sampling: Option<Sampling>,
    /// How much time it may take. Beam search and sampling say themselves which translation is taken, so they are fast.
    pub quality: Quality,
    /// From what quality is estimated; with [`Quality::Best`] always the full estimate, since its choice needs the same pass.
    pub estimate: Estimate,
    /// Whether the result carries every token with its alternatives and each model's votes.
    pub report: bool,
    /// Whether to reuse exact matches of the translation memory, and, of documents, to store translations in it.
    pub memory: bool,
    /// Typed text: whether to reuse sentences that were translated before with the same settings, and those of the memory.
    #[serde(skip)]
    pub reuse: bool,
    /// Typed text: whether its words are linked to those of the source, which takes a pass over each output; with a report always.
    #[serde(skip)]
    pub link_words: bool,
    /// Whether to prefer the glossary's terms.
    pub glossary: bool,
    /// Documents: whether sentences that lack the usual translation of a term that the document repeats are decoded again.
    pub document_terms: bool,
    /// The most sentences before each that models with a place for context in their prompt get with it.
    pub context: u32,
    /// Additional terms; they override glossary terms with the same source. The store keeps a document's beside its
    /// other options; rows of the queue have none here.
    #[serde(skip)]
    pub terms: Vec<Term>,
    /// Typed text: how the translation of one sentence begins. It has one translation then, whatever the quality.
    #[serde(skip)]
    pub beginning: Option<Beginning>,
    /// Tables: indices of the columns to translate; none = those that contain text.
    pub columns: Option<Vec<usize>>,
    /// Documents: how the language is written into the translation's name.
    pub names: NameStyle,
    /// Documents: the format to read them as, instead of that of their content and name.
    pub format: Option<Format>,
}

/// What a pronoun stands for is mostly in one of the two sentences before, and each costs its tokens once more.
const DEFAULT_CONTEXT: u32 = 2;

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            recipe: None,
            chosen: BTreeMap::new(),
            beam: None,
            sampling: None,
            quality: Quality::Fast,
            estimate: Estimate::Cheap,
            report: false,
            memory: true,
            reuse: false,
            link_words: false,
            glossary: true,
            document_terms: true,
            context: DEFAULT_CONTEXT,
            terms: Vec::new(),
            beginning: None,
            columns: None,
            names: NameStyle::Dot,
            format: None,
        }
    }
}

impl DecodeOptions {
    /// Whether the models choose between several translations.
    pub(crate) fn reranks(&self) -> bool {
        let is_plain = self.beam.is_none() && self.sampling.is_none() && self.beginning.is_none();
        self.quality == Quality::Best && is_plain
    }

    /// Whether log P(source | translation) of each sentence is computed.
    pub(crate) fn reconstructs(&self) -> bool {
        self.estimate == Estimate::Full || self.reranks()
    }

    pub(crate) fn choice(&self) -> Choice {
        self.sampling.map_or(Choice::GREEDY, |s| Choice {
            temperature: s.temperature,
            top_p: s.top_p,
            top_k: s.top_k.clamp(1, 31),
            seed: s.seed,
        })
    }
}

/// The source of a job.
#[derive(Debug, Clone)]
pub enum Source {
    /// Typed text; its translation is streamed.
    Text(String),
    /// A document in a file; it is added to the queue.
    File {
        /// The document.
        input: PathBuf,
        /// Where the translation goes; none = beside it, under a free name.
        output: Option<Target>,
    },
    /// A document in memory, and so is its translation. Only the translation memory stores something of it.
    Bytes {
        /// Its name, whose extension says the format.
        name: String,
        /// The document.
        bytes: Vec<u8>,
    },
}

/// Where the translation of a document goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A new file with this name.
    File(PathBuf),
    /// A new file with a free name in this folder, which is made if it is not there.
    Folder(PathBuf),
}

impl Target {
    /// The path of the file or the folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Folder(path) => path,
        }
    }

    /// The same target under a path that does not depend on the current folder.
    pub fn absolute(&self) -> Self {
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        match self {
            Self::File(path) => Self::File(absolute(path)),
            Self::Folder(path) => Self::Folder(absolute(path)),
        }
    }
}

/// A translation job.
#[derive(Debug, Clone)]
pub struct Job {
    /// The language pair.
    pub pair: LanguagePair,
    /// The text or document.
    pub source: Source,
    /// Decoding options.
    pub options: DecodeOptions,
}

/// A warning about a finished document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// It contains no text to translate; the translation is a copy.
    NoText,
}

/// The result of a finished job.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct JobResult {
    /// The written file, for a document in a file.
    pub output: Option<PathBuf>,
    /// The translation, for a document in memory.
    #[serde(skip)]
    pub bytes: Option<Vec<u8>>,
    /// The translation, for typed text.
    pub text: Option<String>,
    /// Number of sentences.
    pub segments: usize,
    /// Sentences reused from the memory, the cache or an equal sentence.
    pub reused: usize,
    /// Sentences to review.
    pub to_review: usize,
    /// Of these, sentences whose translation is probably wrong.
    pub poor: usize,
    /// Whether these are so many that the models do not know this kind of text.
    pub unknown_text: bool,
    /// Whether quality was estimated by weights that were not fitted for these models.
    pub uncalibrated: bool,
    /// Of these, sentences of a program's messages that kept their source, since the translation's placeholders differ.
    pub placeholders_kept: usize,
    /// Documents: occurrences of glossary terms, used and missing in the translation.
    pub terms: TermCount,
    /// Documents: the repeated terms that keep their translation.
    pub document_terms: Vec<DocumentTerm>,
    /// Whether built-in models translated it, which only demonstrate.
    pub demonstration: bool,
    /// Documents: the places whose text is left on purpose.
    pub left_alone: LeftAlone,
    /// A warning about the whole document.
    pub warning: Option<Warning>,
    /// Words of the source; characters in languages without spaces.
    pub words: usize,
    /// Words in sentences that this job decoded.
    pub words_decoded: usize,
    /// Tokens decoded.
    pub tokens: usize,
    /// Tokens of the prompts of all models.
    pub prompt_tokens: usize,
    /// Of these, tokens that sentences before the translated ones added as context.
    pub context_tokens: usize,
    /// Seconds from the first sentence sent to the engine to the end.
    pub seconds: f32,
    /// Tokens per second.
    pub tokens_per_second: f32,
    /// The recipe's terms with their weights, in the order of each token's votes.
    pub recipe: Vec<(String, f32)>,
    /// Every sentence with its translation and status.
    pub sentences: Vec<SentenceReport>,
}

impl JobResult {
    /// What the estimates say of its sentences.
    pub fn summary(&self) -> Summary {
        Summary { sentences: self.segments, poor: self.poor, uncalibrated: self.uncalibrated }
    }
}

/// An event of a job.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a job has one result, so its size costs nothing")]
pub enum JobEvent {
    /// The source was read and split.
    Started {
        /// Number of sentences.
        segments: usize,
    },
    /// The whole translation so far (typed text only).
    Text {
        /// The text.
        text: String,
        /// Its words with low confidence.
        doubts: Vec<UncertainWord>,
    },
    /// Progress.
    Progress {
        /// Sentences done.
        done: usize,
        /// Sentences in all.
        total: usize,
        /// Tokens per second.
        tokens_per_second: f32,
        /// Estimated seconds left, once a sentence is decoded.
        eta_s: Option<f32>,
    },
    /// It is finished.
    Finished(JobResult),
    /// It failed.
    Failed(Problem),
    /// It was cancelled.
    Cancelled,
    /// It was paused; [`Translator::resume`](crate::Translator::resume) resumes it.
    Paused,
}

impl JobEvent {
    /// Whether it is the job's last event.
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
