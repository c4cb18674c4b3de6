//! `model.json`: the description of an imported model.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Architecture, Layout, Repository};

/// The supported `format`.
pub(crate) const FORMAT: u32 = 2;

/// What the translator uses a model for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// L: the large multilingual model.
    Large,
    /// S: a small model for one language.
    Specialist {
        /// The language's code, such as `de`.
        language: String,
    },
    /// Not specified.
    #[default]
    Other,
}

/// A file that a model was imported from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name without folders.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// One matrix of an imported model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixInfo {
    /// How its bytes are packed.
    #[serde(flatten)]
    pub layout: Layout,
    /// Rows: outputs.
    pub rows: usize,
    /// Columns without padding: inputs.
    pub columns: usize,
}

/// What the description of a model says of its adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterInfo {
    /// The base's folder, seen from the folder that holds this model's.
    pub base: PathBuf,
    /// The files that the base was imported from.
    pub base_sources: Vec<SourceFile>,
    /// Rows of A and columns of B, by tensor: `layers.N.` + `q` `k` `v` `o` `gate` `up` `down`.
    pub ranks: BTreeMap<String, usize>,
}

/// The contents of `model.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Version of the folder's format.
    pub format: u32,
    /// The displayed name.
    pub name: String,
    /// Its dimensions, and what distinguishes it from a Llama.
    pub architecture: Architecture,
    /// Quantization at import: `q4`, `q8`, `f16`, or the GGUF types of the source.
    pub quantization: String,
    /// The files it was imported from.
    pub sources: Vec<SourceFile>,
    /// The repository of these files, if it is known.
    pub repository: Option<Repository>,
    /// The licence according to the source.
    pub licence: Option<String>,
    /// The prompt template, with the placeholders `{from}` `{to}` (codes), `{from_name}` `{to_name}` (English names)
    /// and `{source}`, and at most one part `{if_context}…{context}…{end_context}` for the sentences before the text;
    /// special tokens are written literally.
    pub prompt: Option<String>,
    /// What the translator uses the model for.
    pub role: Role,
    /// Codes of its languages: two letters where there are any, else three. Empty if unknown: no pair is offered.
    pub languages: Vec<String>,
    /// The language pairs it was trained on, in both directions; empty for any two of its languages.
    pub pairs: Vec<[String; 2]>,
    /// The token that begins every sequence.
    pub bos: Option<u32>,
    /// The tokens that end an output.
    pub end_tokens: Vec<u32>,
    /// [`Tokenizer::fingerprint`](crate::Tokenizer::fingerprint) of its tokenizer; `None` only without a tokenizer.
    pub vocabulary: Option<String>,
    /// The attention heads, as [layer, head], that give the best word alignment; empty if they have not been measured.
    pub alignment_heads: Vec<[usize; 2]>,
    /// The adapter, if it is another model with one: what else this description says of weights is the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapter: Option<AdapterInfo>,
    /// Every matrix by name.
    pub matrices: BTreeMap<String, MatrixInfo>,
}

impl MatrixInfo {
    /// Bytes of its quants and scales.
    pub fn bytes(&self) -> u64 {
        let words = self.layout.words_per_row(self.columns) + self.layout.scale_words_per_row(self.columns);
        4 * (self.rows * words) as u64
    }
}

/// Bytes of the quants and scales of matrices.
pub(crate) fn matrix_bytes<'a>(matrices: impl IntoIterator<Item = &'a MatrixInfo>) -> u64 {
    matrices.into_iter().map(MatrixInfo::bytes).sum()
}

impl ModelInfo {
    /// Bytes of the quants and scales of its matrices.
    pub fn matrix_bytes(&self) -> u64 {
        matrix_bytes(self.matrices.values())
    }
}
