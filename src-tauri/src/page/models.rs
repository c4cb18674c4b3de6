//! What Rust sends to the Models page. Sizes are in bytes.

use super::Language;
use serde::Serialize;
use translation::{LanguagePair, ModelProgram, Problem, TestVerdict, Verdict, WaitReason};

/// Everything on the page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Models {
    /// The published sets, in the catalogue's order.
    pub sets: Vec<SetCard>,
    pub installed: Vec<InstalledModel>,
    /// Models of other programs.
    pub found: Vec<FoundModel>,
    pub recipes: Vec<PairRecipes>,
    pub works: Vec<Work>,
    pub candidate: Option<Candidate>,
    /// Disk space that installed models and unfinished downloads take.
    pub disk_used: u64,
    /// None if the system does not say.
    pub disk_free: Option<u64>,
    /// Every language that a model can have.
    pub languages: Vec<Language>,
}

/// Memory that a set takes, and whether this computer has it.
#[derive(Clone, Debug, Serialize)]
pub struct Fit {
    pub verdict: Verdict,
    pub weights: u64,
    pub cache: u64,
    pub buffers: u64,
    /// None if the system does not say.
    pub available: Option<u64>,
    /// Whether it is the system's memory.
    pub shared: bool,
    /// Estimated tokens a second of one sentence.
    pub tokens_per_second: Option<f32>,
    /// If it does not fit: title of the set for these languages that does.
    pub instead: Option<String>,
}

/// A licence of a set's models.
#[derive(Clone, Debug, Serialize)]
pub struct LicenceName {
    pub id: &'static str,
    pub title: &'static str,
    pub limits_use: bool,
}

/// A model of a published set.
#[derive(Clone, Debug, Serialize)]
pub struct SetMember {
    /// Its term in the set's recipes.
    pub term: String,
    pub repository: String,
    pub file: String,
    pub bytes: u64,
    pub licence: String,
    pub gated: bool,
    pub notes: String,
    /// Name of the installed model.
    pub installed: Option<String>,
}

/// A published set, or a single model.
#[derive(Clone, Debug, Serialize)]
pub struct SetCard {
    pub id: String,
    pub title: String,
    pub single: bool,
    pub languages: Vec<String>,
    pub notes: String,
    pub members: Vec<SetMember>,
    pub licences: Vec<LicenceName>,
    /// Still to download.
    pub download_bytes: u64,
    /// Free disk space that getting it needs for a while.
    pub peak_bytes: u64,
    /// What its models take, installed or to be installed.
    pub disk_bytes: u64,
    /// None without an adapter.
    pub fit: Option<Fit>,
    pub installed: bool,
}

/// An installed or built-in model.
#[derive(Clone, Debug, Serialize)]
pub struct InstalledModel {
    pub name: String,
    /// "large", "other", or the language of a specialist.
    pub role: String,
    pub languages: Vec<String>,
    pub licence: Option<String>,
    pub repository: Option<String>,
    pub commit: Option<String>,
    /// Name of the model that it is a LoRA adapter of.
    pub base: Option<String>,
    /// Quantization of its weights.
    pub bits: String,
    pub bytes: u64,
    pub built_in: bool,
    /// Why it cannot be used.
    pub broken: Option<String>,
}

/// A model of another program on this computer.
#[derive(Clone, Debug, Serialize)]
pub struct FoundModel {
    pub id: String,
    pub name: String,
    pub program: ModelProgram,
    pub bytes: u64,
    /// Title of a published set that has it.
    pub set: Option<String>,
    /// Why it cannot be imported.
    pub problem: Option<String>,
}

/// A sum of models that can translate a pair.
#[derive(Clone, Debug, Serialize)]
pub struct RecipeChoice {
    pub id: String,
    pub label: String,
    pub sum: String,
    /// Whether it uses built-in models, which only demonstrate.
    pub demonstration: bool,
}

/// What translates a pair, and what else could.
#[derive(Clone, Debug, Serialize)]
pub struct PairRecipes {
    pub pair: LanguagePair,
    /// Id of a choice.
    pub current: String,
    pub choices: Vec<RecipeChoice>,
}

/// A file or folder to import. Its path stays in Rust.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    pub id: u64,
    /// Proposed name of the model.
    pub name: String,
    /// File or folder name.
    pub file: String,
    pub source_bytes: u64,
    /// Size of the repacked copy.
    pub import_bytes: u64,
    /// Empty: unknown.
    pub languages: Vec<String>,
    pub role: String,
    pub licence: Option<String>,
    /// What else is asked if it is a LoRA adapter.
    pub adapter: Option<LoraAdapter>,
    /// Why it cannot be imported.
    pub problem: Option<Problem>,
}

/// A LoRA adapter, which needs a base.
#[derive(Clone, Debug, Serialize)]
pub struct LoraAdapter {
    /// The installed models that it fits, the likeliest first.
    pub bases: Vec<LoraBase>,
    /// What its files call its base.
    pub base_name: Option<String>,
}

/// An installed model that an adapter fits.
#[derive(Clone, Debug, Serialize)]
pub struct LoraBase {
    pub name: String,
    /// Which the adapter has too, unless its files name others.
    pub languages: Vec<String>,
}

/// Progress of a file in a download.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileProgress {
    pub name: String,
    pub done: u64,
    pub total: u64,
}

/// A sentence of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestedSentence {
    pub source: String,
    pub translation: String,
    pub reference: String,
}

/// Result of a test in one direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DirectionReport {
    pub pair: LanguagePair,
    pub chrf: f64,
    pub tokens_per_second: f32,
    pub verdict: TestVerdict,
    pub remarks: Vec<String>,
    pub sentences: Vec<TestedSentence>,
}

/// Progress of getting, importing or testing models.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum WorkState {
    /// Other work comes first.
    Queued,
    /// In bytes of all files.
    Downloading { done: u64, total: u64, bytes_per_second: u64, eta_s: Option<f64>, files: Vec<FileProgress> },
    /// The download goes on by itself after some seconds.
    Waiting { reason: WaitReason, seconds: u64, done: u64, total: u64 },
    /// In bytes of the file.
    Verifying { file: String, done: u64, total: u64 },
    /// By the user, or because the program ended.
    Paused { done: u64, total: u64 },
    /// In bytes of the source.
    Importing { model: String, done: u64, total: u64 },
    /// In sentences.
    Testing { done: u64, total: u64 },
    /// Without directions: it was not tested.
    Ready { directions: Vec<DirectionReport> },
    /// `page`: the page of the model's owner can be opened. `done`: what was downloaded and is kept.
    Failed { problem: Problem, page: bool, done: u64, total: u64 },
}

/// Work on a published set or on an imported model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Work {
    /// Id of the set; the imported model's with a prefix.
    pub id: String,
    pub title: String,
    pub state: WorkState,
}

impl Work {
    /// Whether models are being tested.
    pub fn is_test(&self) -> bool {
        matches!(self.state, WorkState::Testing { .. })
    }
}
