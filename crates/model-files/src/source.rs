//! What both kinds of source come to: an architecture, and tensors found by the part of a Llama that they are.

use std::collections::HashMap;

use crate::blocks::Kind;
use crate::files::InputFile;
use crate::{Architecture, Error, Result, Role, Tokenizer, prompt};

/// A model to be imported, with its headers read and nothing else.
pub(crate) struct Source {
    pub name: String,
    pub architecture: Architecture,
    /// `head_dim / 2` values, scaling applied.
    pub rope_inv_freq: Vec<f32>,
    pub files: Vec<InputFile>,
    pub tensors: Tensors,
    /// Whether rows of q and k alternate the halves that RoPE turns together, as in GGUF.
    pub interleaved_rope: bool,
    /// Contents of the `tokenizer.json` to be written.
    pub tokenizer: Option<Vec<u8>>,
    pub chat: Chat,
    pub bos: Option<u32>,
    pub end_tokens: Vec<u32>,
    pub own: Own,
}

impl Source {
    /// Its own prompt, else the one that suits its family.
    pub fn prompt(&self, tokenizer: &Tokenizer) -> String {
        self.own.prompt.clone().unwrap_or_else(|| prompt::choose(tokenizer, &self.chat, self.bos))
    }
}

/// What a source says about its prompts.
#[derive(Default)]
pub(crate) struct Chat {
    /// The Jinja template, read only to recognise its family.
    pub template: Option<String>,
    /// Whether the begin token goes before a chat template's text.
    pub adds_bos: bool,
}

/// Our own optional `wasan.json` in a source folder; its values are defaults for an import.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Own {
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
pub(crate) struct Tensor {
    pub name: String,
    /// Index into [`Source::files`].
    pub file: usize,
    /// Of its first byte in the file.
    pub offset: u64,
    pub kind: Kind,
    /// Rows and columns; a vector has its length only.
    pub shape: Vec<usize>,
}

/// Tensors by part: `embed`, `head`, `final_norm`, `layers.N.` + `attn_norm` `ffn_norm` `q` `k` `v` `o` `gate` `up` `down`.
pub(crate) struct Tensors(HashMap<String, Tensor>);

impl Tensors {
    /// Sorts `tensors` by part; `part` maps a source's name to ours, or none for one that is to be left out.
    /// A tensor that is no part of a Llama of this shape is refused.
    pub fn new(
        architecture: &Architecture,
        tensors: impl IntoIterator<Item = Tensor>,
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

    pub fn get(&self, part: &str) -> Result<&Tensor> {
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
