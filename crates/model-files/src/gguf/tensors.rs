//! The table of tensors in a GGUF file, and the parameters that they hold.

use std::collections::HashSet;

use super::metadata::GgufHeader;
use crate::blocks::WeightType;
use crate::families::{FamilyFiles, Names};
use crate::files::InputFile;
use crate::source::{SourceTensor, layer_parameter};
use crate::{Error, Result};

/// Divisors of the RoPE frequencies.
pub(super) const ROPE_DIVISORS: &str = "rope_freqs.weight";
const IMAGE_PARTS: [&str; 2] = ["v.", "mm."];

/// The tensors of a layer in all families.
const LAYER_NAMES: Names = &[
    ("attn_norm.weight", "attn_norm"),
    ("ffn_norm.weight", "ffn_norm"),
    ("attn_q.weight", "q"),
    ("attn_k.weight", "k"),
    ("attn_v.weight", "v"),
    ("attn_output.weight", "o"),
    ("ffn_gate.weight", "gate"),
    ("ffn_up.weight", "up"),
    ("ffn_down.weight", "down"),
    ("attn_q.bias", "q_bias"),
    ("attn_k.bias", "k_bias"),
    ("attn_v.bias", "v_bias"),
    ("attn_q_norm.weight", "q_norm"),
    ("attn_k_norm.weight", "k_norm"),
    ("post_attention_norm.weight", "attn_output_norm"),
    ("post_ffw_norm.weight", "ffn_output_norm"),
];

/// Reads the table of tensors and checks every size against the file and the other tensors.
pub(super) fn read(header: &GgufHeader, file: &InputFile) -> Result<Vec<SourceTensor>> {
    let damaged = |problem, location: &str| Error::Gguf { problem, location: location.into() };
    let mut tensors = Vec::with_capacity(header.tensors.len());
    let (mut names, mut ranges) = (HashSet::new(), Vec::new());
    for entry in &header.tensors {
        let name = &entry.name;
        if !names.insert(name) {
            return Err(damaged("a tensor occurs twice", name));
        }
        let weight_type = weight_type(entry.type_id).ok_or_else(|| Error::Unsupported {
            feature: "a GGUF weight type",
            found: format!("type {} of {name}", entry.type_id),
        })?;
        let too_large = || damaged("a tensor is larger than any file", name);
        let sizes = entry.dimensions.iter().map(|size| usize::try_from(*size).ok());
        let mut shape = sizes.collect::<Option<Vec<_>>>().ok_or_else(too_large)?;
        let columns = shape.first().copied().unwrap_or(0);
        if !columns.is_multiple_of(weight_type.block_weights()) {
            return Err(damaged("a row does not consist of whole blocks", name));
        }
        let row_bytes = weight_type.row_bytes(columns).ok_or_else(too_large)?;
        let bytes = shape.iter().skip(1).try_fold(row_bytes, |bytes, size| bytes.checked_mul(*size));
        let offset = header.data.checked_add(entry.offset).ok_or_else(too_large)?;
        let end = offset.checked_add(bytes.ok_or_else(too_large)? as u64).ok_or_else(too_large)?;
        if end > file.len() {
            return Err(Error::Truncated { what: name.clone() });
        }
        if !entry.offset.is_multiple_of(header.alignment) {
            return Err(damaged("a tensor is not aligned", name));
        }
        ranges.push((offset, end, name));
        shape.reverse();
        tensors.push(SourceTensor { name: name.clone(), file: 0, offset, weight_type, shape });
    }
    ranges.sort_unstable();
    match ranges.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => Err(damaged("two tensors share bytes", pair[1].2)),
        None => Ok(tensors),
    }
}

/// ggml's numbers of the supported types.
fn weight_type(type_id: u32) -> Option<WeightType> {
    Some(match type_id {
        0 => WeightType::F32,
        1 => WeightType::F16,
        2 => WeightType::Q4_0,
        3 => WeightType::Q4_1,
        6 => WeightType::Q5_0,
        7 => WeightType::Q5_1,
        8 => WeightType::Q8_0,
        10 => WeightType::Q2K,
        11 => WeightType::Q3K,
        12 => WeightType::Q4K,
        13 => WeightType::Q5K,
        14 => WeightType::Q6K,
        30 => WeightType::BF16,
        _ => return None,
    })
}

/// The parameter that a tensor holds; `None` for the RoPE divisors, which are read separately, and for parts that read
/// images. Returns an unknown name unchanged, for the error message.
pub(super) fn parameter(name: &str, family: &FamilyFiles) -> Option<String> {
    match name {
        "token_embd.weight" => Some("embed".into()),
        "output.weight" => Some("head".into()),
        "output_norm.weight" => Some("final_norm".into()),
        ROPE_DIVISORS => None,
        // Ollama's files of Gemma 3 hold them too.
        _ if family.is_gemma() && IMAGE_PARTS.iter().any(|part| name.starts_with(part)) => None,
        _ => Some(layer_parameter(name, "blk.", LAYER_NAMES).unwrap_or_else(|| name.into())),
    }
}
