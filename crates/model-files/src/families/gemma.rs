//! Gemma 3: GeGLU, norms of outputs, a scaled embedding, and windowed layers with their own RoPE.

use super::llama::LLAMA;
use super::{Defaults, FamilyFiles, GgufWindow};
use crate::architecture::{Activation, Family, HeadNorm};

pub(super) const GEMMA_3: FamilyFiles = FamilyFiles {
    family: Family::Gemma3,
    model_types: &["gemma3_text", "gemma3"],
    gguf: "gemma3",
    layer_names: &[
        ("post_attention_layernorm.weight", "attn_output_norm"),
        ("pre_feedforward_layernorm.weight", "ffn_norm"),
        ("post_feedforward_layernorm.weight", "ffn_output_norm"),
        ("self_attn.q_norm.weight", "q_norm"),
        ("self_attn.k_norm.weight", "k_norm"),
    ],
    gain_offset: 1.0,
    interleaved_gguf: false,
    gguf_window: GgufWindow::FullEvery(FULL_EVERY),
    // Published settings of the larger models omit most of them.
    defaults: Defaults {
        vocab_size: Some(262_208),
        heads: Some(8),
        kv_heads: Some(4),
        head_dim: Some(256),
        max_positions: Some(131_072),
        norm_eps: Some(1e-6),
        rope_theta: 1_000_000.0,
        window_rope_theta: 10_000.0,
        tied_head: true,
    },
    activation: Activation::GeluTanh,
    head_norm: Some(HeadNorm::BeforeRope),
    output_norms: true,
    ..LLAMA
};

/// Five layers with the window, then one without.
pub(crate) const FULL_EVERY: usize = 6;
/// The window, where settings omit it.
pub(crate) const WINDOW: usize = 4096;
/// `query_pre_attn_scalar`, where settings omit it.
pub(crate) const QUERY_SCALAR: f64 = 256.0;

/// Layers of the only model whose heads are narrower than `query_pre_attn_scalar` would have them: 27B. Its GGUF files
/// do not say so.
const LAYERS_OF_27B: usize = 62;

/// The factor of q · k that a GGUF file of this shape is meant to have.
pub(crate) fn gguf_attention_scale(layers: usize, hidden_size: usize, heads: usize, head_dim: usize) -> f32 {
    let width = if layers == LAYERS_OF_27B { hidden_size.checked_div(heads).unwrap_or(0) } else { head_dim };
    1.0 / (width as f32).sqrt()
}

/// The factor of the embedding's rows.
pub(crate) fn embed_scale(hidden_size: usize) -> f32 {
    (hidden_size as f64).sqrt() as f32
}
