//! HunYuan without experts: norms of q and k after RoPE.

use super::llama::LLAMA;
use super::{FamilyFiles, GgufWindow};
use crate::architecture::{Family, HeadNorm};

pub(super) const HUNYUAN: FamilyFiles = FamilyFiles {
    family: Family::Hunyuan,
    model_types: &["hunyuan_v1_dense"],
    gguf: "hunyuan-dense",
    layer_names: &[
        ("post_attention_layernorm.weight", "ffn_norm"),
        ("self_attn.query_layernorm.weight", "q_norm"),
        ("self_attn.key_layernorm.weight", "k_norm"),
    ],
    interleaved_gguf: false,
    gguf_window: GgufWindow::Ignored,
    head_norm: Some(HeadNorm::AfterRope),
    ..LLAMA
};
