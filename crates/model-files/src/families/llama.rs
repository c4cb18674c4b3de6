//! Llama, and Mistral: a Llama that may have a sliding window.

use super::{FamilyFiles, GgufWindow, NO_DEFAULTS};
use crate::architecture::{Activation, Family};

pub(super) const LLAMA: FamilyFiles = FamilyFiles {
    family: Family::Llama,
    model_types: &["llama"],
    gguf: "llama",
    layer_names: &[("post_attention_layernorm.weight", "ffn_norm")],
    gain_offset: 0.0,
    interleaved_gguf: true,
    gguf_window: GgufWindow::FullEvery(0),
    defaults: NO_DEFAULTS,
    activation: Activation::Silu,
    qkv_bias: false,
    head_norm: None,
    output_norms: false,
};

/// Its GGUF files call themselves `llama`.
pub(super) const MISTRAL: FamilyFiles =
    FamilyFiles { family: Family::Mistral, model_types: &["mistral"], ..LLAMA };
