//! What both kinds of source come to: an architecture, and tensors found by the part of a Llama that they are.

use std::collections::HashMap;

use crate::blocks::WeightType;
use crate::files::InputFile;
use crate::prompt::{self, ChatTemplate};
use crate::{Architecture, Error, Result, Role, Tokenizer};

/// A model to be imported, with its headers read and nothing else.
pub(crate) struct ModelSource {
    pub name: String,
    pub architecture: Architecture,
    /// `head_dim / 2` values, scaling applied.
    pub rope_inv_freq: Vec<f32>,
    pub files: Vec<InputFile>,
    pub tensors: SourceTensors,
    /// Whether rows of q and k alternate the halves that RoPE turns together, as in GGUF.
    pub interleaved_rope: bool,
    /// Contents of the `tokenizer.json` to be written.
    pub tokenizer: Option<Vec<u8>>,
    pub chat: ChatTemplate,
    pub bos: Option<u32>,
    pub end_tokens: Vec<u32>,
    pub defaults: ImportDefaults,
}

impl ModelSource {
    /// Its own prompt, else the one that suits its family.
    pub fn prompt(&self, tokenizer: &Tokenizer) -> String {
        self.defaults.prompt.clone().unwrap_or_else(|| prompt::choose(tokenizer, &self.chat, self.bos))
    }
}

/// Our own optional `wasan.json` in a source folder; its values are defaults for an import.
#[derive(Default, serde::Deserialize)]
pub(crate) struct ImportDefaults {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub prompt: Option<String>,
    pub licence: Option<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    #[serde(default)]
    pub pairs: Vec<[String; 2]>,
}

/// Where a tensor lies. Its name is kept for messages.
#[derive(Debug, Clone)]
pub(crate) struct SourceTensor {
    pub name: String,
    /// Index into [`ModelSource::files`].
    pub file: usize,
    /// Of its first byte in the file.
    pub offset: u64,
    pub weight_type: WeightType,
    /// Rows and columns; a vector has its length only.
    pub shape: Vec<usize>,
}

/// Tensors by part: `embed`, `head`, `final_norm`, `layers.N.` + `attn_norm` `ffn_norm` `q` `k` `v` `o` `gate` `up` `down`.
pub(crate) struct SourceTensors(HashMap<String, SourceTensor>);

impl SourceTensors {
    /// Sorts `tensors` by part; `part` maps a source's name to ours, or none for one that is to be left out.
    /// A tensor that is no part of a Llama of this shape is refused.
    pub fn new(
        architecture: &Architecture,
        tensors: impl IntoIterator<Item = SourceTensor>,
        part: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let mut by_part: HashMap<_, _> = HashMap::new();
        for tensor in tensors {
            let Some(part) = part(&tensor.name) else { continue };
            by_part.insert(part, tensor);
        }
        if architecture.tied_head {
            // Checkpoints of tied models sometimes carry a second copy of the embedding.
            by_part.remove("head");
        }
        let all = Self(by_part);
        let parts = parts(architecture);
        for (part, shape) in &parts {
            let tensor = all.get(part)?;
            if tensor.shape != *shape {
                let (expected, found) = (shape.clone(), tensor.shape.clone());
                return Err(Error::Shape { expected, found, name: tensor.name.clone() });
            }
        }
        if all.0.len() > parts.len() {
            let known: std::collections::HashSet<_> = parts.iter().map(|(part, _)| part).collect();
            if let Some((_, tensor)) = all.0.iter().find(|(part, _)| !known.contains(part)) {
                let found = tensor.name.clone();
                return Err(Error::Unsupported { feature: "a tensor that a Llama does not have", found });
            }
        }
        Ok(all)
    }

    pub fn get(&self, part: &str) -> Result<&SourceTensor> {
        self.0.get(part).ok_or_else(|| Error::MissingTensor { name: part.into() })
    }
}

/// Every part with its shape.
pub(crate) fn parts(architecture: &Architecture) -> Vec<(String, Vec<usize>)> {
    let a = architecture;
    let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
    let mut parts = vec![
        ("embed".to_owned(), vec![a.vocab_size, a.hidden_size]),
        ("final_norm".to_owned(), vec![a.hidden_size]),
    ];
    if !a.tied_head {
        parts.push(("head".to_owned(), vec![a.vocab_size, a.hidden_size]));
    }
    let of_layer = [
        ("attn_norm", vec![a.hidden_size]),
        ("ffn_norm", vec![a.hidden_size]),
        ("q", vec![heads, a.hidden_size]),
        ("k", vec![kv, a.hidden_size]),
        ("v", vec![kv, a.hidden_size]),
        ("o", vec![a.hidden_size, heads]),
        ("gate", vec![a.feed_forward, a.hidden_size]),
        ("up", vec![a.feed_forward, a.hidden_size]),
        ("down", vec![a.hidden_size, a.feed_forward]),
    ];
    for layer in 0..a.layers {
        parts.extend(of_layer.iter().map(|(part, shape)| (format!("layers.{layer}.{part}"), shape.clone())));
    }
    parts
}

/// `layers.N.PART` for a source's name `PREFIX.N.NAME`, with `names` giving ours for each of theirs.
pub(crate) fn layer_part(name: &str, prefix: &str, names: &[(&str, &str)]) -> Option<String> {
    let (layer, name) = name.strip_prefix(prefix)?.split_once('.')?;
    let layer: usize = layer.parse().ok()?;
    let (_, part) = names.iter().find(|(theirs, _)| *theirs == name)?;
    Some(format!("layers.{layer}.{part}"))
}
