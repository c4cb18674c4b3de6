//! Reads and checks an encoder's `config.json`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::limits;

/// The families of encoders, which differ in position numbering and in how text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Positions start at 0.
    Bert,
    /// Positions start at the padding token's id + 1; adds a space before the text.
    Roberta,
    /// Like RoBERTa, without the space.
    XlmRoberta,
}

/// Activation function of the feed-forward network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Activation {
    /// x·Φ(x).
    #[serde(rename = "gelu")]
    Gelu,
    /// GELU approximated by tanh.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh")]
    GeluTanh,
    /// max(0, x).
    #[serde(rename = "relu")]
    Relu,
    /// x·σ(x).
    #[serde(rename = "silu", alias = "swish")]
    Silu,
}

#[derive(Deserialize)]
struct RawConfig {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    hidden_act: Activation,
    layer_norm_eps: f64,
    pad_token_id: Option<u32>,
    position_embedding_type: Option<String>,
}

/// An encoder's sizes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its family.
    pub family: Family,
    /// Width between layers.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Attention heads; they divide the width.
    pub heads: usize,
    /// Width of the feed-forward network.
    pub feed_forward: usize,
    /// Pieces of the vocabulary.
    pub vocabulary: usize,
    /// Rows of the position table.
    pub positions: usize,
    /// Rows of the segment table; only row 0 is used.
    pub segments: usize,
    /// Activation function of the feed-forward network.
    pub activation: Activation,
    /// Added to the variance in each norm.
    pub norm_eps: f64,
    /// The position of the first token.
    pub first_position: usize,
}

impl Config {
    /// Reads and checks `config.json` of a folder.
    pub fn open(folder: &Path) -> Result<Self> {
        let raw: RawConfig = read_json(&folder.join("config.json"))?;
        let family = match raw.model_type.as_str() {
            "bert" => Family::Bert,
            "roberta" => Family::Roberta,
            "xlm-roberta" | "camembert" => Family::XlmRoberta,
            _ => return Err(Error::UnknownEncoder { found: raw.model_type }),
        };
        if let Some(kind) = raw.position_embedding_type.filter(|kind| kind != "absolute") {
            return Err(Error::UnknownEncoder { found: format!("{} with {kind} positions", raw.model_type) });
        }
        for (setting, found, limit) in [
            ("hidden_size", raw.hidden_size, limits::HIDDEN_SIZE),
            ("num_hidden_layers", raw.num_hidden_layers, limits::LAYERS),
            ("num_attention_heads", raw.num_attention_heads, raw.hidden_size),
            ("intermediate_size", raw.intermediate_size, limits::FEED_FORWARD),
            ("vocab_size", raw.vocab_size, limits::VOCABULARY),
            ("max_position_embeddings", raw.max_position_embeddings, limits::POSITIONS),
            ("type_vocab_size", raw.type_vocab_size, limits::VOCABULARY),
        ] {
            if found == 0 || found > limit {
                return Err(Error::Setting { reason: "out of range", setting, found: found.to_string() });
            }
        }
        if !raw.hidden_size.is_multiple_of(raw.num_attention_heads) {
            let found = raw.num_attention_heads.to_string();
            return Err(Error::Setting {
                reason: "does not divide hidden_size",
                setting: "num_attention_heads",
                found,
            });
        }
        let padding = raw.pad_token_id.unwrap_or(if family == Family::Bert { 0 } else { 1 });
        let config = Self {
            family,
            hidden: raw.hidden_size,
            layers: raw.num_hidden_layers,
            heads: raw.num_attention_heads,
            feed_forward: raw.intermediate_size,
            vocabulary: raw.vocab_size,
            positions: raw.max_position_embeddings,
            segments: raw.type_vocab_size,
            activation: raw.hidden_act,
            norm_eps: raw.layer_norm_eps,
            first_position: if family == Family::Bert { 0 } else { (padding as usize).saturating_add(1) },
        };
        if config.max_tokens() < 3 {
            let found = config.positions.to_string();
            let reason = "is too small for a text";
            return Err(Error::Setting { reason, setting: "max_position_embeddings", found });
        }
        Ok(config)
    }

    /// Maximum length of a text in tokens.
    pub fn max_tokens(&self) -> usize {
        self.positions.saturating_sub(self.first_position)
    }
}

/// Reads a file of at most `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |source| Error::Read { source, path: path.to_owned() };
    let file = File::open(path).map_err(failed)?;
    let found = file.metadata().map_err(failed)?.len();
    if found > limit {
        return Err(Error::FileTooLarge { limit, found, path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Reads a small JSON file.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = read(path, limits::CONFIG_BYTES)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::Damaged { reason: error.to_string(), path: path.to_owned() })
}
