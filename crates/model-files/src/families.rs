//! How the files of each family differ from a Llama's: names, defaults, and what its forward pass has besides.
//! Facts about Hugging Face folders follow transformers' configurations, those about GGUF files llama.cpp's loader.

pub(crate) mod gemma;
mod hunyuan;
mod llama;
mod qwen;

use crate::architecture::{Activation, Architecture, Family, HeadNorm};
use crate::{Error, Result};

/// A name in a source, and the parameter that the tensor of this name holds.
pub(crate) type Names = &'static [(&'static str, &'static str)];

/// A family's files.
pub(crate) struct FamilyFiles {
    pub family: Family,
    /// `model_type` of `config.json`, also that of a model that reads images and has this text part.
    pub model_types: &'static [&'static str],
    /// `general.architecture` of a GGUF file.
    pub gguf: &'static str,
    /// The tensors of a layer in safetensors files, besides [`COMMON_NAMES`].
    pub layer_names: Names,
    /// Added to the gains of norms in safetensors files; GGUF files hold the sum.
    pub gain_offset: f32,
    /// Whether GGUF files interleave the rows of q and k that RoPE rotates together.
    pub interleaved_gguf: bool,
    /// Which layers `attention.sliding_window` of a GGUF file is meant for.
    pub gguf_window: GgufWindow,
    /// Settings that files may omit.
    pub defaults: Defaults,
    pub activation: Activation,
    pub qkv_bias: bool,
    pub head_norm: Option<HeadNorm>,
    pub output_norms: bool,
}

/// Which layers of a GGUF model have the window that its settings name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GgufWindow {
    /// None: the setting has no effect in this family.
    Ignored,
    /// Those of this pattern, unless the file has another ([`crate::Window::full_every`]).
    FullEvery(usize),
}

/// What a setting is when a file omits it; `None`: it must be there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Defaults {
    pub vocab_size: Option<usize>,
    pub heads: Option<usize>,
    pub kv_heads: Option<usize>,
    /// `None`: `hidden_size / heads`.
    pub head_dim: Option<usize>,
    pub max_positions: Option<usize>,
    pub norm_eps: Option<f32>,
    pub rope_theta: f64,
    /// Of layers with the window.
    pub window_rope_theta: f64,
    pub tied_head: bool,
}

const NO_DEFAULTS: Defaults = Defaults {
    vocab_size: None,
    heads: None,
    kv_heads: None,
    head_dim: None,
    max_positions: None,
    norm_eps: None,
    rope_theta: 10_000.0,
    window_rope_theta: 10_000.0,
    tied_head: false,
};

/// The tensors of a layer in every family's safetensors files.
pub(crate) const COMMON_NAMES: Names = &[
    ("input_layernorm.weight", "attn_norm"),
    ("self_attn.q_proj.weight", "q"),
    ("self_attn.k_proj.weight", "k"),
    ("self_attn.v_proj.weight", "v"),
    ("self_attn.o_proj.weight", "o"),
    ("mlp.gate_proj.weight", "gate"),
    ("mlp.up_proj.weight", "up"),
    ("mlp.down_proj.weight", "down"),
];

const ALL: [&FamilyFiles; 6] =
    [&llama::LLAMA, &llama::MISTRAL, &qwen::QWEN_2, &qwen::QWEN_3, &gemma::GEMMA_3, &hunyuan::HUNYUAN];

impl FamilyFiles {
    /// The family with this `model_type`.
    pub fn of_model_type(name: &str) -> Result<&'static Self> {
        ALL.into_iter().find(|files| files.model_types.contains(&name)).ok_or_else(|| unsupported(name))
    }

    /// The family with this `general.architecture`.
    pub fn of_gguf(name: &str) -> Result<&'static Self> {
        ALL.into_iter().find(|files| files.gguf == name).ok_or_else(|| unsupported(name))
    }

    /// Whether the embedding and attention have scales of their own, and windowed layers their own RoPE.
    pub fn is_gemma(&self) -> bool {
        self.family == Family::Gemma3
    }

    /// What a model of this family has; sizes are 0, scales and windows a Llama's.
    pub fn architecture(&self, head_dim: usize) -> Architecture {
        Architecture {
            family: self.family,
            activation: self.activation,
            qkv_bias: self.qkv_bias,
            head_norm: self.head_norm,
            output_norms: self.output_norms,
            ..Architecture::llama(head_dim)
        }
    }
}

fn unsupported(name: &str) -> Error {
    let feature = match name {
        "gemma2" => "softcapping of scores and logits",
        "mixtral" | "gpt_oss" | "gpt-oss" => "a mixture of experts",
        "deepseek_v2" | "deepseek_v3" | "deepseek2" => "latent attention",
        "mistral3" | "ministral3" => "RoPE scaled by YaRN",
        other if other.contains("moe") => "a mixture of experts",
        _ => "another architecture",
    };
    Error::Unsupported { feature, found: name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_is_found_by_both_of_its_names() {
        for (model_type, gguf, family) in [
            ("llama", "llama", Family::Llama),
            ("qwen2", "qwen2", Family::Qwen2),
            ("qwen3", "qwen3", Family::Qwen3),
            ("gemma3", "gemma3", Family::Gemma3),
            ("gemma3_text", "gemma3", Family::Gemma3),
            ("hunyuan_v1_dense", "hunyuan-dense", Family::Hunyuan),
        ] {
            assert_eq!(FamilyFiles::of_model_type(model_type).unwrap().family, family);
            assert_eq!(FamilyFiles::of_gguf(gguf).unwrap().family, family);
        }
        // A GGUF file does not say which of the two it is.
        assert_eq!(FamilyFiles::of_model_type("mistral").unwrap().family, Family::Mistral);
        assert!(FamilyFiles::of_gguf("mistral").is_err());
    }

    #[test]
    fn others_are_refused_by_what_they_need() {
        for (name, feature) in [
            ("gemma2", "softcapping"),
            ("qwen3moe", "experts"),
            ("qwen2_moe", "experts"),
            ("deepseek2", "latent attention"),
            ("mistral3", "YaRN"),
            ("mamba", "another architecture"),
        ] {
            let error = FamilyFiles::of_gguf(name).err().unwrap().to_string();
            assert!(error.contains(feature) && error.contains(name), "{error}");
        }
    }

    /// An import puts interleaved rows of matrices into order, not those of biases and of gains.
    #[test]
    fn interleaved_rows_have_no_biases_or_gains() {
        for files in ALL.into_iter().filter(|files| files.interleaved_gguf) {
            assert!(!files.qkv_bias && files.head_norm.is_none(), "{:?}", files.family);
        }
    }
}
