//! The metadata of a GGUF file → the architecture. Names of keys begin with the family's `general.architecture`.

use super::metadata::{GgufHeader, MetadataValue};
use crate::architecture::{Architecture, Window};
use crate::families::{FamilyFiles, GgufWindow, gemma};
use crate::source::SourceTensor;
use crate::{Error, Result, window};

const EMBEDDING: &str = "token_embd.weight";
const HEAD: &str = "output.weight";

/// The settings of a family's model.
pub(super) struct Settings<'a> {
    pub header: &'a GgufHeader,
    pub family: &'static FamilyFiles,
}

impl Settings<'_> {
    pub fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.family.gguf)
    }

    pub fn float(&self, name: &str) -> Result<Option<f64>> {
        self.header.float(&self.key(name))
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        self.header.text(&self.key(name))
    }

    fn size(&self, name: &str) -> Result<Option<usize>> {
        self.header.integer(&self.key(name))
    }

    pub fn architecture(&self, tensors: &[SourceTensor]) -> Result<Architecture> {
        self.refuse_unsupported()?;
        let needed = |name: &str, default: Option<usize>| {
            let missing = || Error::Setting { problem: "a setting is missing", setting: self.key(name) };
            self.size(name)?.or(default).ok_or_else(missing)
        };
        let defaults = &self.family.defaults;
        let embedding = tensors.iter().find(|tensor| tensor.name == EMBEDDING);
        let vocab_size = embedding.and_then(|tensor| tensor.shape.first());
        let hidden_size = needed("embedding_length", None)?;
        let heads = needed("attention.head_count", defaults.heads)?;
        let head_dim = match self.size("attention.key_length")?.or(defaults.head_dim) {
            Some(head_dim) => head_dim,
            None => hidden_size.checked_div(heads).unwrap_or(0),
        };
        for name in ["attention.value_length", "rope.dimension_count"] {
            if let Some(other) = self.size(name)?.filter(|other| *other != head_dim) {
                let found = format!("{other} for {}, {head_dim} for a head", self.key(name));
                return Err(Error::Unsupported {
                    feature: "query, value and rotary dimensions that differ",
                    found,
                });
            }
        }
        let layers = needed("block_count", None)?;
        let norm_eps = self.float("attention.layer_norm_rms_epsilon")?.map(|eps| eps as f32);
        let mut architecture = Architecture {
            vocab_size: *vocab_size.ok_or_else(|| Error::MissingTensor { name: EMBEDDING.into() })?,
            hidden_size,
            layers,
            heads,
            kv_heads: self.size("attention.head_count_kv")?.or(defaults.kv_heads).unwrap_or(heads),
            feed_forward: needed("feed_forward_length", None)?,
            max_positions: needed("context_length", defaults.max_positions)?,
            norm_eps: norm_eps.or(defaults.norm_eps).unwrap_or(0.0),
            tied_head: !tensors.iter().any(|tensor| tensor.name == HEAD),
            ..self.family.architecture(head_dim)
        };
        if self.family.is_gemma() {
            architecture.embed_scale = gemma::embed_scale(hidden_size);
            architecture.attention_scale = gemma::gguf_attention_scale(layers, hidden_size, heads, head_dim);
        }
        if let Some(scale) = self.float("attention.scale")? {
            architecture.attention_scale = scale as f32;
        }
        // Before the list of layers, which is as long as their number.
        architecture.check()?;
        let windows = self.window(layers)?;
        window::set(&mut architecture, windows, self.family.is_gemma())?;
        architecture.check()?;
        Ok(architecture)
    }

    fn refuse_unsupported(&self) -> Result<()> {
        if self.size("expert_count")?.is_some_and(|count| count > 0) {
            let found = self.key("expert_count");
            return Err(Error::Unsupported { feature: "a mixture of experts", found });
        }
        for name in ["attn_logit_softcapping", "final_logit_softcapping"] {
            if self.float(name)?.is_some_and(|cap| cap != 0.0) {
                let found = self.key(name);
                return Err(Error::Unsupported { feature: "softcapping of scores and logits", found });
            }
        }
        Ok(())
    }

    /// The sliding window, of any length, of those layers that have one.
    fn window(&self, layers: usize) -> Result<Option<Window>> {
        let GgufWindow::FullEvery(default) = self.family.gguf_window else { return Ok(None) };
        let Some(size) = self.size("attention.sliding_window")?.filter(|size| *size > 0) else {
            return Ok(None);
        };
        let key = self.key("attention.sliding_window_pattern");
        let full_every = match self.header.get(&key) {
            Some(MetadataValue::Bools(windowed)) if windowed.len() == layers => window::full_every(windowed)?,
            Some(MetadataValue::Bools(windowed)) => {
                let setting = format!("{key} names {} of {layers}", windowed.len());
                return Err(Error::Setting { problem: "the kinds of layers are incomplete", setting });
            }
            // 1 means that no layer has the window.
            _ => self.header.integer(&key)?.or(Some(default)).filter(|full_every| *full_every != 1),
        };
        Ok(full_every.map(|full_every| Window { size, full_every }))
    }
}
