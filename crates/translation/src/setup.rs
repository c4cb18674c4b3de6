//! The engine's setup, and the states that it reports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::error::Problem;
use crate::languages::LanguagePair;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Folder of imported models; none = the user's own.
    pub models: Option<PathBuf>,
    /// Folder of the store: the queue, the memory, the glossary; none = the user's own.
    pub data: Option<PathBuf>,
    /// Adapter: its index in `wasan gpu`, or a part of its name; none = the best.
    pub adapter: Option<String>,
    /// Keep keys and values as f32 instead of f16, for comparison with references.
    pub cache_f32: bool,
    /// How prompts are multiplied.
    pub prompts: PromptPrecision,
    /// The recipe; none = the pair's default.
    pub recipe: Option<String>,
    /// Models for the recipe's terms ("L", "src", "tgt", "base", "mt"): a name or a folder.
    pub chosen: BTreeMap<String, String>,
    /// Number of sequences that decode at once.
    pub sequences: u32,
    /// The pair to load models for before the first job.
    pub pair: Option<LanguagePair>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            models: None,
            data: None,
            adapter: None,
            cache_f32: false,
            prompts: PromptPrecision::default(),
            recipe: None,
            chosen: BTreeMap::new(),
            sequences: 8,
            pair: None,
        }
    }
}

/// How the products of prompts are computed; all others are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PromptPrecision {
    /// In int8 where that was measured to be much faster on the adapter.
    #[default]
    Fastest,
    /// In f32.
    Exact,
    /// With activations in int8.
    Int8,
}

/// Stages of loading models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadingStage {
    /// Opening the GPU and the models' files.
    Reading,
    /// Copying weights to the GPU; bytes.
    Uploading,
    /// Allocating buffers and compiling kernels.
    Pipelines,
    /// Decoding a short test sequence.
    WarmingUp,
}

/// A loaded model of the recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadedModel {
    /// Its term: "L", "src", "tgt".
    pub term: String,
    /// Its name.
    pub name: String,
    /// Quantization of its weights.
    pub bits: String,
}

/// The GPU and models in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineInfo {
    /// Name of the GPU.
    pub adapter: String,
    /// Whether it is a software renderer on the CPU.
    pub software: bool,
    /// The recipe.
    pub recipe: String,
    /// Its models.
    pub models: Vec<LoadedModel>,
    /// GPU memory in use: weights, KV caches and buffers.
    pub memory_bytes: u64,
    /// Whether built-in models are among them, which only demonstrate.
    pub demonstration: bool,
    /// Whether one of them has heads that align words; else links between words are guessed from their order.
    pub aligns: bool,
}

/// The engine's state.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// Loading models.
    Loading {
        /// The stage.
        stage: LoadingStage,
        /// Units done in this stage: models, bytes or steps.
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// Ready to translate.
    Ready(EngineInfo),
    /// Loading or decoding failed.
    Failed(Problem),
}
