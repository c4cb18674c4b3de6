//! The engine's setup, and the states that it reports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::error::Problem;
use crate::languages::LanguagePair;

/// How the engine is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Folder of imported models; none = the user's own.
    pub models: Option<PathBuf>,
    /// Folder of the store: the queue, the memory, the glossary; none = the user's own.
    pub data: Option<PathBuf>,
    /// Adapter: its place in `wasan gpu`, or a part of its name; none = the best.
    pub adapter: Option<String>,
    /// The sum to decode with; none = what suits the models of the pair.
    pub recipe: Option<String>,
    /// Models for the recipe's terms ("L", "src", "tgt", "base", "mt"): a name or a folder.
    pub chosen: BTreeMap<String, String>,
    /// Sentences that decode at once.
    pub sequences: u32,
    /// LanguagePair to load models for before the first job.
    pub pair: Option<LanguagePair>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            models: None,
            data: None,
            adapter: None,
            recipe: None,
            chosen: BTreeMap::new(),
            sequences: 8,
            pair: None,
        }
    }
}

/// What loading is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadingStage {
    /// Opening the GPU and the models' files.
    Reading,
    /// Copying weights to the GPU; bytes.
    Uploading,
    /// Making room and compiling kernels.
    Pipelines,
    /// Decoding once.
    WarmingUp,
}

/// A model of the recipe at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadedModel {
    /// Its term: "L", "src", "tgt".
    pub term: String,
    /// Its name.
    pub name: String,
    /// How its weights are stored.
    pub bits: String,
}

/// What is at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineInfo {
    /// Name of the GPU.
    pub adapter: String,
    /// Whether it is none, but the CPU.
    pub software: bool,
    /// The sum.
    pub recipe: String,
    /// Its models.
    pub models: Vec<LoadedModel>,
}

/// What the engine is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// Loading, in stages.
    Loading {
        /// What.
        stage: LoadingStage,
        /// How much of it is done.
        done: u64,
        /// Out of how much.
        total: u64,
    },
    /// Ready to translate.
    Ready(EngineInfo),
    /// It cannot be loaded.
    Failed(Problem),
}
