//! Float weights of a model, read tensor by tensor, as the base of a training run.

use std::path::Path;

use crate::context_section::PromptForms;
use crate::prompt::turn_ends;
use crate::source::ModelSource;
use crate::{Architecture, Error, Result, Tokenizer, gguf, hf};

/// A Hugging Face folder or GGUF file with checked headers.
pub struct Checkpoint {
    source: ModelSource,
}

impl Checkpoint {
    /// Opens the model at `path`.
    ///
    /// # Errors
    /// If it is damaged, not supported, or not a Llama.
    pub fn open(path: &Path) -> Result<Self> {
        let source = if path.is_dir() { hf::open(path, None)? } else { gguf::open(path, None)? };
        if !source.architecture.is_llama() {
            let found = source.architecture.family.name().into();
            return Err(Error::Unsupported { feature: "training a model that is not a Llama", found });
        }
        Ok(Self { source })
    }

    /// The architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.source.architecture
    }

    /// `head_dim / 2` inverse frequencies of RoPE in radians per position, scaling applied.
    pub fn rope_inv_freq(&self) -> &[f32] {
        &self.source.rope.full
    }

    /// The values of a parameter, row by row (rows are outputs), RoPE in the half-split layout. The parameters are
    /// `embed`, `head` unless tied, `final_norm`, and for each layer N `layers.N.` + `attn_norm`, `q`, `k`, `v`, `o`,
    /// `ffn_norm`, `gate`, `up`, `down`.
    ///
    /// # Errors
    /// If the parameter is missing, unreadable, not finite or quantized, and for GGUF files, whose rows interleave the
    /// halves of RoPE.
    pub fn values(&self, parameter: &str) -> Result<Vec<f32>> {
        if self.source.interleaved_rope {
            let found = self.source.name.clone();
            return Err(Error::Unsupported { feature: "training from a GGUF file", found });
        }
        self.source.tensors.get(parameter)?.floats(&self.source)
    }

    /// The contents of its `tokenizer.json`, if it has one.
    pub fn tokenizer_json(&self) -> Option<&[u8]> {
        self.source.tokenizer.as_deref()
    }

    /// Its tokenizer.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let json = self.tokenizer_json().ok_or(Error::NoTokenizer)?;
        Tokenizer::from_bytes(json)
    }

    /// The token that begins every sequence.
    pub fn bos(&self) -> Option<u32> {
        self.source.bos
    }

    /// The tokens that end an output.
    pub fn end_tokens(&self) -> &[u32] {
        &self.source.end_tokens
    }

    /// The prompt that an import would store with it, in the form of [`ModelInfo::prompt`](crate::ModelInfo::prompt), but
    /// without a part for context: a model that is trained on single sentences learns to use none.
    ///
    /// # Errors
    /// If its chat template cannot be used.
    pub fn prompt(&self, tokenizer: &Tokenizer) -> Result<String> {
        let prompt = self.source.prompt(tokenizer, None)?;
        Ok(PromptForms::of(&prompt).map_or(prompt, |forms| forms.alone))
    }

    /// The token that ends a turn in the prompt's family, or in the prompt that the chat template makes, if there is one
    /// besides [`Checkpoint::end_tokens`].
    pub fn turn_end(&self, tokenizer: &Tokenizer, prompt: &str) -> Option<u32> {
        turn_ends(tokenizer, prompt).next().or_else(|| {
            let end = self.source.chat.turn_end(tokenizer)?;
            tokenizer.specials().any(|(text, id)| id == end && prompt.contains(text)).then_some(end)
        })
    }

    /// The licence that its `wasan.json` or model card names.
    pub fn licence(&self) -> Option<&str> {
        self.source.defaults.licence.as_deref()
    }
}
