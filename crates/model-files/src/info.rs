//! `model.json`: the description of an imported model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Error, Layout, Result, limits};

/// The supported `format`.
pub(crate) const FORMAT: u32 = 1;

/// The dimensions of a Llama.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Rows of the embedding and of the logits.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Transformer layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of one head, even.
    pub head_dim: usize,
    /// Width of the feed-forward layer.
    pub feed_forward: usize,
    /// Longest sequence of the model.
    pub max_positions: usize,
    /// Added to the mean square in RMSNorm.
    pub norm_eps: f32,
    /// Whether the embedding is also the head.
    pub tied_head: bool,
}

impl Architecture {
    /// Refuses zeros, sizes beyond [`limits`] and inconsistent dimensions.
    ///
    /// # Errors
    /// The first problem found.
    pub fn check(&self) -> Result<()> {
        let sizes = [
            ("the vocabulary size", self.vocab_size, limits::VOCABULARY),
            ("the hidden size", self.hidden_size, limits::HIDDEN_SIZE),
            ("the number of layers", self.layers, limits::LAYERS),
            ("the number of heads", self.heads, limits::HEADS),
            ("the number of key-value heads", self.kv_heads, limits::HEADS),
            ("the head dimension", self.head_dim, limits::HEAD_DIM),
            ("the feed-forward size", self.feed_forward, limits::FEED_FORWARD),
            ("the number of positions", self.max_positions, limits::POSITIONS),
        ];
        for (what, found, limit) in sizes {
            if found == 0 {
                return Err(Error::Setting { problem: "must not be zero", setting: what.into() });
            }
            if found > limit {
                return Err(Error::TooLarge { what, limit: limit as u64, found: found as u64 });
            }
        }
        let setting = |problem, setting: String| Err(Error::Setting { problem, setting });
        if !self.heads.is_multiple_of(self.kv_heads) {
            let found = format!("{} heads, {} key-value heads", self.heads, self.kv_heads);
            return setting("heads must be a multiple of key-value heads", found);
        }
        if !self.head_dim.is_multiple_of(2) {
            return setting("the head dimension must be even", self.head_dim.to_string());
        }
        if !(self.norm_eps > 0.0 && self.norm_eps < 1.0) {
            return setting("the norm's epsilon must lie between 0 and 1", self.norm_eps.to_string());
        }
        Ok(())
    }

    /// Refuses attention heads that the model does not have, and duplicates.
    pub(crate) fn check_heads(&self, heads: &[[usize; 2]]) -> Result<()> {
        if heads.len() > limits::ALIGNMENT_HEADS {
            let (limit, found) = (limits::ALIGNMENT_HEADS as u64, heads.len() as u64);
            return Err(Error::TooLarge { what: "the number of alignment heads", limit, found });
        }
        for (index, &[layer, head]) in heads.iter().enumerate() {
            if layer >= self.layers
                || head >= self.heads
                || heads.iter().take(index).any(|h| *h == [layer, head])
            {
                return Err(Error::Setting {
                    problem: "each alignment head must exist in the model and occur once",
                    setting: format!("layer {layer}, head {head}"),
                });
            }
        }
        Ok(())
    }

    /// Every matrix of an imported model: name, rows, columns.
    pub(crate) fn matrices(&self) -> Vec<(String, usize, usize)> {
        let heads = self.heads * self.head_dim;
        let kv = self.kv_heads * self.head_dim;
        let mut all = vec![("embed".to_owned(), self.vocab_size, self.hidden_size)];
        if !self.tied_head {
            all.push(("head".to_owned(), self.vocab_size, self.hidden_size));
        }
        for layer in 0..self.layers {
            all.push((format!("layers.{layer}.qkv"), heads + 2 * kv, self.hidden_size));
            all.push((format!("layers.{layer}.o"), self.hidden_size, heads));
            all.push((format!("layers.{layer}.gate_up"), 2 * self.feed_forward, self.hidden_size));
            all.push((format!("layers.{layer}.down"), self.hidden_size, self.feed_forward));
        }
        all
    }

    /// Every vector of an imported model: name, length.
    pub(crate) fn vectors(&self) -> Vec<(String, usize)> {
        let mut all = vec![
            ("final_norm".to_owned(), self.hidden_size),
            ("rope_inv_freq".to_owned(), self.head_dim / 2),
        ];
        for layer in 0..self.layers {
            all.push((format!("layers.{layer}.attn_norm"), self.hidden_size));
            all.push((format!("layers.{layer}.ffn_norm"), self.hidden_size));
        }
        all
    }
}

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

/// The repository on the Hugging Face Hub that a model's files come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Owner and name, such as `utter-project/EuroLLM-1.7B-Instruct`.
    pub id: String,
    /// The commit of the files, 40 hexadecimal digits; `None` if it is not known.
    pub commit: Option<String>,
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

/// The contents of `model.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Version of the folder's format.
    pub format: u32,
    /// The displayed name.
    pub name: String,
    /// The dimensions.
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
    /// and `{source}`; special tokens are written literally.
    pub prompt: Option<String>,
    /// What the translator uses the model for.
    pub role: Role,
    /// Codes of its languages; empty if unknown.
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
    /// Every matrix by name.
    pub matrices: BTreeMap<String, MatrixInfo>,
}
