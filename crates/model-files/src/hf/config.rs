//! `config.json` → the architecture. What is unsupported is refused by name.

use half::{bf16, f16};
use serde::Deserialize;
use serde_json::Value;

use super::TokenIds;
use crate::architecture::{Activation, Architecture, Family, Window};
use crate::families::{FamilyFiles, gemma};
use crate::{Error, Result, window};

/// `config.json`; what it omits has the family's default.
#[derive(Deserialize)]
pub(super) struct Config {
    pub model_type: Option<String>,
    pub bos_token_id: Option<u32>,
    pub eos_token_id: Option<TokenIds>,
    /// The text part of a model that also reads images.
    pub text_config: Option<Box<Config>>,
    hidden_act: Option<String>,
    hidden_activation: Option<String>,
    vocab_size: Option<usize>,
    hidden_size: Option<usize>,
    intermediate_size: Option<usize>,
    num_hidden_layers: Option<usize>,
    num_attention_heads: Option<usize>,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    max_position_embeddings: Option<usize>,
    rms_norm_eps: Option<f32>,
    pub rope_theta: Option<f64>,
    pub rope_local_base_freq: Option<f64>,
    pub rope_scaling: Option<RopeConfig>,
    pub rope_parameters: Option<RopeConfig>,
    sliding_window: Option<usize>,
    sliding_window_pattern: Option<usize>,
    use_sliding_window: Option<bool>,
    max_window_layers: Option<usize>,
    layer_types: Option<Vec<String>>,
    query_pre_attn_scalar: Option<f64>,
    attn_logit_softcapping: Option<f64>,
    final_logit_softcapping: Option<f64>,
    use_bidirectional_attention: Option<bool>,
    tie_word_embeddings: Option<bool>,
    attention_bias: Option<bool>,
    mlp_bias: Option<bool>,
    dtype: Option<String>,
    torch_dtype: Option<String>,
    quantization_config: Option<Value>,
}

/// `rope_scaling`, or the newer `rope_parameters`, which also has the base, and a part for each kind of layer where
/// they differ.
#[derive(Deserialize)]
pub(super) struct RopeConfig {
    pub full_attention: Option<Box<RopeConfig>>,
    pub sliding_attention: Option<Box<RopeConfig>>,
    pub rope_type: Option<String>,
    pub r#type: Option<String>,
    pub rope_theta: Option<f64>,
    pub factor: Option<f64>,
    pub alpha: Option<f64>,
    pub low_freq_factor: Option<f64>,
    pub high_freq_factor: Option<f64>,
    pub original_max_position_embeddings: Option<f64>,
    pub partial_rotary_factor: Option<f64>,
}

impl Config {
    /// The family that the model's type names.
    pub fn family(&self) -> Result<&'static FamilyFiles> {
        FamilyFiles::of_model_type(self.model_type.as_deref().unwrap_or("config.json without model_type"))
    }

    /// The type of the weights as saved.
    pub fn dtype(&self) -> Option<&str> {
        self.dtype.as_deref().or(self.torch_dtype.as_deref())
    }

    /// `dtype` is that of the whole model, for a part that does not name one.
    pub fn architecture(&self, family: &FamilyFiles, dtype: Option<&str>) -> Result<Architecture> {
        self.refuse_unsupported()?;
        let needed = |value: Option<usize>, name: &str| value.ok_or_else(|| missing(name));
        let defaults = &family.defaults;
        let hidden_size = needed(self.hidden_size, "hidden_size")?;
        let heads = needed(self.num_attention_heads.or(defaults.heads), "num_attention_heads")?;
        let head_dim = match self.head_dim.or(defaults.head_dim) {
            Some(head_dim) => head_dim,
            None => hidden_size.checked_div(heads).unwrap_or(0),
        };
        let mut architecture = Architecture {
            vocab_size: needed(self.vocab_size.or(defaults.vocab_size), "vocab_size")?,
            hidden_size,
            layers: needed(self.num_hidden_layers, "num_hidden_layers")?,
            heads,
            kv_heads: self.num_key_value_heads.or(defaults.kv_heads).unwrap_or(heads),
            feed_forward: needed(self.intermediate_size, "intermediate_size")?,
            max_positions: needed(
                self.max_position_embeddings.or(defaults.max_positions),
                "max_position_embeddings",
            )?,
            norm_eps: self.rms_norm_eps.or(defaults.norm_eps).ok_or_else(|| missing("rms_norm_eps"))?,
            tied_head: self.tie_word_embeddings.unwrap_or(defaults.tied_head),
            activation: self.activation(family.activation)?,
            ..family.architecture(head_dim)
        };
        if family.is_gemma() {
            let scale = gemma::embed_scale(hidden_size);
            architecture.embed_scale = rounded(scale, self.dtype().or(dtype));
            let scalar = self.query_pre_attn_scalar.unwrap_or(gemma::QUERY_SCALAR);
            architecture.attention_scale = (1.0 / scalar.sqrt()) as f32;
        }
        // Before the list of layers, which is as long as their number.
        architecture.check()?;
        let windows = self.window(family, architecture.layers)?;
        window::set(&mut architecture, windows, family.is_gemma())?;
        architecture.check()?;
        Ok(architecture)
    }

    /// Refuses what no family may have.
    pub fn refuse_unsupported(&self) -> Result<()> {
        let unsupported = |feature, found: &str| Err(Error::Unsupported { feature, found: found.into() });
        if self.attention_bias == Some(true) || self.mlp_bias == Some(true) {
            return unsupported("biases", "attention_bias or mlp_bias");
        }
        if self.attn_logit_softcapping.or(self.final_logit_softcapping).is_some() {
            return unsupported("softcapping of scores and logits", "logit_softcapping");
        }
        if self.use_bidirectional_attention == Some(true) {
            return unsupported("attention in both directions", "use_bidirectional_attention");
        }
        if let Some(quantization) = &self.quantization_config {
            return unsupported(
                "weights quantized by another tool",
                &quantization["quant_method"].to_string(),
            );
        }
        Ok(())
    }

    fn activation(&self, default: Activation) -> Result<Activation> {
        match self.hidden_activation.as_deref().or(self.hidden_act.as_deref()) {
            None => Ok(default),
            Some("silu" | "swish") => Ok(Activation::Silu),
            Some("gelu_pytorch_tanh") => Ok(Activation::GeluTanh),
            Some(other) => Err(Error::Unsupported {
                feature: "an activation other than SiLU and GELU by tanh",
                found: other.into(),
            }),
        }
    }

    /// The sliding window, of any length, of those layers that have one.
    fn window(&self, family: &FamilyFiles, layers: usize) -> Result<Option<Window>> {
        let size = match family.family {
            Family::Gemma3 => self.sliding_window.or(Some(gemma::WINDOW)),
            Family::Mistral => self.sliding_window,
            Family::Qwen2 | Family::Qwen3 => {
                self.sliding_window.filter(|_| self.use_sliding_window == Some(true))
            }
            Family::Llama | Family::Hunyuan => None,
        };
        let Some(size) = size else { return Ok(None) };
        let windowed: Vec<bool> = match (&self.layer_types, family.family) {
            (_, Family::Mistral) => vec![true; layers],
            (Some(types), _) if types.len() == layers => {
                types.iter().map(|kind| layer_has_window(kind)).collect::<Result<_>>()?
            }
            (Some(types), _) => {
                let setting = format!("layer_types names {} of {layers}", types.len());
                return Err(Error::Setting { problem: "the kinds of layers are incomplete", setting });
            }
            (None, Family::Gemma3) => {
                let period = self.sliding_window_pattern.unwrap_or(gemma::FULL_EVERY);
                (1..=layers).map(|layer| !layer.is_multiple_of(period)).collect()
            }
            (None, _) => {
                let first = self.max_window_layers.unwrap_or(0);
                (0..layers).map(|layer| layer >= first).collect()
            }
        };
        Ok(window::full_every(&windowed)?.map(|full_every| Window { size, full_every }))
    }
}

fn layer_has_window(kind: &str) -> Result<bool> {
    match kind {
        "sliding_attention" => Ok(true),
        "full_attention" => Ok(false),
        other => Err(Error::Unsupported { feature: "a kind of attention", found: other.into() }),
    }
}

fn missing(name: &str) -> Error {
    Error::Setting { problem: "a setting is missing", setting: name.into() }
}

/// As transformers rounds the embedding's scale: to the type of the weights.
fn rounded(scale: f32, dtype: Option<&str>) -> f32 {
    match dtype {
        Some("bfloat16") => bf16::from_f32(scale).to_f32(),
        Some("float16") => f16::from_f32(scale).to_f32(),
        _ => scale,
    }
}

#[cfg(test)]
mod tests;
