//! Qwen 2 and 2.5 with biases of q, k and v; Qwen 3 with norms of q and k instead.

use super::llama::LLAMA;
use super::{Defaults, FamilyFiles, GgufWindow, NO_DEFAULTS};
use crate::architecture::{Family, HeadNorm};

pub(super) const QWEN_2: FamilyFiles = FamilyFiles {
    family: Family::Qwen2,
    model_types: &["qwen2"],
    gguf: "qwen2",
    layer_names: &[
        ("post_attention_layernorm.weight", "ffn_norm"),
        ("self_attn.q_proj.bias", "q_bias"),
        ("self_attn.k_proj.bias", "k_bias"),
        ("self_attn.v_proj.bias", "v_bias"),
    ],
    interleaved_gguf: false,
    // Published settings have a window that `use_sliding_window` switches off.
    gguf_window: GgufWindow::Ignored,
    qkv_bias: true,
    ..LLAMA
};

pub(super) const QWEN_3: FamilyFiles = FamilyFiles {
    family: Family::Qwen3,
    model_types: &["qwen3"],
    gguf: "qwen3",
    layer_names: &[
        ("post_attention_layernorm.weight", "ffn_norm"),
        ("self_attn.q_norm.weight", "q_norm"),
        ("self_attn.k_norm.weight", "k_norm"),
    ],
    defaults: Defaults { head_dim: Some(128), ..NO_DEFAULTS },
    qkv_bias: false,
    head_norm: Some(HeadNorm::BeforeRope),
    ..QWEN_2
};
