//! A model's float weights, read tensor by tensor: what a trainer starts from.

use std::path::Path;

use crate::prompt::turn_ends;
use crate::source::{ModelSource, parts};
use crate::{Architecture, Error, Result, Tokenizer, gguf, hf};

/// A Hugging Face folder or GGUF file whose headers have been read and checked.
pub struct Checkpoint {
    source: ModelSource,
}

impl Checkpoint {
    /// Opens the model at `path`.
    ///
    /// # Errors
    /// When it is damaged, or no Llama that Wasan runs.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { source: if path.is_dir() { hf::open(path)? } else { gguf::open(path)? } })
    }

    /// The shape.
    pub fn architecture(&self) -> &Architecture {
        &self.source.architecture
    }

    /// `head_dim / 2` inverse frequencies of RoPE in radians a position, scaling applied.
    pub fn rope_inv_freq(&self) -> &[f32] {
        &self.source.rope_inv_freq
    }

    /// Every part with its shape, (rows, columns) or (length): `embed`, `head` unless tied, `final_norm`, and for each
    /// layer N `layers.N.` + `attn_norm`, `q`, `k`, `v`, `o`, `ffn_norm`, `gate`, `up`, `down`. Rows are outputs.
    pub fn parts(&self) -> Vec<(String, Vec<usize>)> {
        parts(self.architecture())
    }

    /// The values of a part, row by row, RoPE in the half-split layout.
    ///
    /// # Errors
    /// For a part that is not there, cannot be read, or holds a value that is not finite; for rows that alternate the
    /// halves of RoPE, as GGUF stores them, and for quantized weights: only floats can be trained.
    pub fn values(&self, part: &str) -> Result<Vec<f32>> {
        if self.source.interleaved_rope {
            let found = self.source.name.clone();
            return Err(Error::Unsupported { feature: "training from a GGUF file", found });
        }
        self.source.tensors.get(part)?.floats(&self.source)
    }

    /// The contents of its `tokenizer.json`, if it has one.
    pub fn tokenizer_json(&self) -> Option<&[u8]> {
        self.source.tokenizer.as_deref()
    }

    /// Its tokenizer.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let json = self.tokenizer_json().ok_or(Error::NoTokenizer)?;
        Tokenizer::from_bytes(json)
    }

    /// The token that begins every sequence.
    pub fn bos(&self) -> Option<u32> {
        self.source.bos
    }

    /// The tokens that end an answer.
    pub fn end_tokens(&self) -> &[u32] {
        &self.source.end_tokens
    }

    /// The prompt that an import would store with it, in the form of [`ModelInfo::prompt`](crate::ModelInfo::prompt).
    pub fn prompt(&self, tokenizer: &Tokenizer) -> String {
        self.source.prompt(tokenizer)
    }

    /// The token that ends an answer to `prompt`, where its family has one besides [`Checkpoint::end_tokens`].
    pub fn turn_end(&self, tokenizer: &Tokenizer, prompt: &str) -> Option<u32> {
        turn_ends(tokenizer, prompt).next()
    }

    /// The licence that its `wasan.json` names.
    pub fn licence(&self) -> Option<&str> {
        self.source.defaults.licence.as_deref()
    }
}
