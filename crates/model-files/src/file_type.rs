//! Kinds of quantized GGUF files, and what a model takes in each: in the file, and repacked by an import.
//!
//! llama.cpp's `llama-quantize` gives each tensor a type by rules of its own (`llama_tensor_get_type`): a few matrices
//! keep more bits than the name of the file says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::blocks::WeightType;
use crate::parts::{Joined, Part};
use crate::{Architecture, Layout, MatrixInfo};

/// A kind of quantized GGUF file, by its usual name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileType {
    /// 4 bits with a minimum for 32 weights; the head has 6 bits.
    #[serde(rename = "Q4_1")]
    Q4_1,
    /// 4 bits in nested blocks; the head, and half of the v and down matrices, have 6 bits.
    #[serde(rename = "Q4_K_M")]
    Q4KM,
    /// 8 bits.
    #[serde(rename = "Q8_0")]
    Q8_0,
}

/// What a model takes in a file of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSizes {
    /// Bytes of the tensors in the GGUF file, without its header and tokenizer.
    pub source_bytes: u64,
    /// The matrices of the imported model.
    pub matrices: BTreeMap<String, MatrixInfo>,
}

impl FileType {
    /// The sizes of a model of this architecture.
    pub fn sizes(self, architecture: &Architecture) -> FileSizes {
        let a = architecture;
        let heads = a.heads * a.head_dim;
        let mut sizes = FileSizes { source_bytes: 0, matrices: BTreeMap::new() };
        let output = self.output(a.hidden_size);
        if a.tied_head {
            sizes.add("embed", a, &[output]);
        } else {
            sizes.add("embed", a, &[self.usual(a.hidden_size)]);
            sizes.add("head", a, &[output]);
        }
        for layer in 0..a.layers {
            let more = self == Self::Q4KM && has_more_bits(layer, a.layers);
            let usual = self.usual(a.hidden_size);
            let v = if more { self.output(a.hidden_size) } else { usual };
            let down = if more { self.output(a.feed_forward) } else { self.usual(a.feed_forward) };
            let name = |matrix: &str| format!("layers.{layer}.{matrix}");
            sizes.add(&name("qkv"), a, &[usual, usual, v]);
            sizes.add(&name("o"), a, &[self.usual(heads)]);
            sizes.add(&name("gate_up"), a, &[usual, usual]);
            sizes.add(&name("down"), a, &[down]);
        }
        sizes.source_bytes += a.vectors().iter().map(|(_, length)| 4 * *length as u64).sum::<u64>();
        sizes
    }

    // The type of most matrices. Rows that are no whole blocks of 256 get a type with blocks of 32.
    fn usual(self, columns: usize) -> WeightType {
        match self {
            Self::Q4_1 => WeightType::Q4_1,
            Self::Q4KM if columns.is_multiple_of(WeightType::Q4K.block_weights()) => WeightType::Q4K,
            Self::Q4KM => WeightType::Q5_0,
            Self::Q8_0 => WeightType::Q8_0,
        }
    }

    // The type of the head, and of matrices with more bits.
    fn output(self, columns: usize) -> WeightType {
        match self {
            Self::Q4_1 | Self::Q4KM if columns.is_multiple_of(WeightType::Q6K.block_weights()) => {
                WeightType::Q6K
            }
            _ => WeightType::Q8_0,
        }
    }
}

impl FileSizes {
    // Adds the matrix that is made of tensors of these types.
    fn add(&mut self, name: &str, a: &Architecture, types: &[WeightType]) {
        let columns = match name.rsplit('.').next() {
            Some("o") => a.heads * a.head_dim,
            Some("down") => a.feed_forward,
            _ => a.hidden_size,
        };
        let joined = Joined::new(a, name);
        let layouts: Vec<_> = types.iter().map(|kind| kind.layout().unwrap_or(Layout::Q8)).collect();
        for Part { name, rows, tensors } in joined.split(&layouts) {
            let (Some(kind), Some(layout)) = (types.get(tensors.start), layouts.get(tensors.start)) else {
                continue;
            };
            self.source_bytes += (rows * kind.row_bytes(columns).unwrap_or(0)) as u64;
            self.matrices.insert(name, MatrixInfo { layout: *layout, rows, columns });
        }
    }
}

// The first and last eighth of the layers, and every third between them.
fn has_more_bits(layer: usize, layers: usize) -> bool {
    layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EuroLLM-1.7B-Instruct, whose Q4_K_M file has 145 tensors of type Q4_K and 25 of type Q6_K.
    fn eurollm() -> Architecture {
        Architecture {
            vocab_size: 128_000,
            hidden_size: 2048,
            layers: 24,
            heads: 16,
            kv_heads: 8,
            feed_forward: 5632,
            ..Architecture::llama(128)
        }
    }

    #[test]
    fn half_of_the_v_and_down_matrices_have_six_bits() {
        let sizes = FileType::Q4KM.sizes(&eurollm());
        let with_six = |suffix: &str| {
            let of_kind = sizes.matrices.iter().filter(|(name, _)| name.ends_with(suffix));
            of_kind.filter(|(_, matrix)| matrix.layout == Layout::Q6_K).count()
        };
        assert_eq!((with_six(".v"), with_six(".down"), with_six(".o"), with_six("head")), (12, 12, 0, 1));
        assert_eq!(sizes.matrices["embed"].layout, Layout::Q4_K);
        assert_eq!(sizes.matrices["layers.0.qk"].layout, Layout::Q4_K);
        assert_eq!(sizes.matrices["layers.3.qkv"].layout, Layout::Q4_K);
    }

    /// Llama-3.1-8B: llama.cpp reads 4.63 GB a token of its Q4_K_M file, all but the embedding (292,569,088 B of
    /// 4,920,734,272 B with a tokenizer of 7.8 MB).
    #[test]
    fn a_token_reads_what_the_file_holds() {
        let eight = Architecture {
            vocab_size: 128_256,
            hidden_size: 4096,
            layers: 32,
            heads: 32,
            kv_heads: 8,
            feed_forward: 14_336,
            ..Architecture::llama(128)
        };
        let sizes = FileType::Q4KM.sizes(&eight);
        let read = |name: &&String| name.as_str() != "embed";
        let read: u64 = sizes.matrices.keys().filter(read).map(|name| sizes.matrices[name].bytes()).sum();
        assert!((4.60e9..4.65e9).contains(&(read as f64)), "{read}");
    }

    /// The tokenizer of 128,000 tokens takes about 3 MB of the real files.
    #[test]
    fn sizes_of_real_files_are_predicted() {
        for (kind, real) in [(FileType::Q8_0, 1_763_775_712u64), (FileType::Q4KM, 1_045_157_088)] {
            let rest =
                real.checked_sub(kind.sizes(&eurollm()).source_bytes).expect("no larger than the file");
            assert!((1_000_000..4_000_000).contains(&rest), "{kind:?}: {rest}");
        }
    }
}
