//! Weight types of source files, and the exact decoding of blocks of 32 into small integers with a scale.
//! Block layouts follow ggml's description of its types (`ggml-common.h`, `block_q4_0` … `block_q8_0`); blocks of 256 are
//! read by `nested.rs`.

use half::{bf16, f16};

use safetensors::Dtype;

use crate::layout::NESTED_BLOCK;
use crate::{Error, Layout};

/// Weights decoded at a time: the smallest group with its own scale.
pub(crate) const UNIT: usize = 16;

/// How a source tensor stores its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WeightType {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

/// 16 quantized weights: weight = scale · q + min.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WeightUnit {
    pub scale: f16,
    pub min: f16,
    pub q: [i8; UNIT],
}

/// A value that an imported matrix cannot represent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConversionError {
    NotFinite,
    Overflow,
}

/// `value` as f16.
pub(crate) fn to_f16(value: f32) -> Result<f16, ConversionError> {
    let rounded = f16::from_f32(value);
    match (value.is_finite(), rounded.is_finite()) {
        (true, true) => Ok(rounded),
        (true, false) => Err(ConversionError::Overflow),
        (false, _) => Err(ConversionError::NotFinite),
    }
}

impl WeightType {
    /// Weights per block; rows consist of whole blocks.
    pub fn block_weights(self) -> usize {
        match self {
            Self::F32 | Self::F16 | Self::BF16 => 1,
            Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 | Self::Q8_0 => 32,
            Self::Q2K | Self::Q3K | Self::Q4K | Self::Q5K | Self::Q6K => NESTED_BLOCK,
        }
    }

    /// Bytes per block.
    pub fn block_bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q2K => 84,
            Self::Q3K => 110,
            Self::Q4K => 144,
            Self::Q5K => 176,
            Self::Q6K => 210,
        }
    }

    /// The layout that represents these blocks exactly; `None` for floats.
    pub fn layout(self) -> Option<Layout> {
        match self {
            Self::F32 | Self::F16 | Self::BF16 => None,
            Self::Q4_0 => Some(Layout::Q4),
            Self::Q4_1 => Some(Layout::Q4_MIN),
            Self::Q5_0 | Self::Q8_0 => Some(Layout::Q8),
            Self::Q5_1 => Some(Layout::Q8_MIN),
            Self::Q2K => Some(Layout::Q2_K),
            Self::Q3K => Some(Layout::Q3_K),
            Self::Q4K => Some(Layout::Q4_K),
            Self::Q5K => Some(Layout::Q5_K),
            Self::Q6K => Some(Layout::Q6_K),
        }
    }

    /// Bytes of a row; `None` if the row does not consist of whole blocks.
    pub fn row_bytes(self, columns: usize) -> Option<usize> {
        let blocks = columns / self.block_weights();
        if columns.is_multiple_of(self.block_weights()) {
            blocks.checked_mul(self.block_bytes())
        } else {
            None
        }
    }

    /// The float type of the tensor `name` of a safetensors file.
    pub fn of_floats(dtype: Dtype, name: &str) -> Result<Self, Error> {
        match dtype {
            Dtype::F32 => Ok(Self::F32),
            Dtype::F16 => Ok(Self::F16),
            Dtype::BF16 => Ok(Self::BF16),
            other => {
                Err(Error::Unsupported { feature: "a weight type", found: format!("{other:?} in {name}") })
            }
        }
    }

    /// Decodes a row of floats into `out`, which has one element per weight.
    pub fn read_floats(self, row: &[u8], out: &mut [f32]) {
        match self {
            Self::F32 => {
                let (values, _) = row.as_chunks();
                out.iter_mut().zip(values).for_each(|(out, bytes)| *out = f32::from_le_bytes(*bytes));
            }
            Self::F16 => {
                let (values, _) = row.as_chunks();
                out.iter_mut()
                    .zip(values)
                    .for_each(|(out, bytes)| *out = f16::from_le_bytes(*bytes).to_f32());
            }
            _ => {
                let (values, _) = row.as_chunks();
                out.iter_mut()
                    .zip(values)
                    .for_each(|(out, bytes)| *out = bf16::from_le_bytes(*bytes).to_f32());
            }
        }
    }

    /// Decodes a row of blocks of 32, in order of the columns. Does nothing for other types.
    pub fn read_units(self, row: &[u8], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
        for block in row.chunks_exact(self.block_bytes()) {
            match self {
                Self::Q8_0 => q8_0(block, units)?,
                Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 => self.small_block(block, units)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Q4_0, Q4_1, Q5_0, Q5_1: scale, minimum (_1), fifth bits (Q5), then 16 bytes: weights 0…15 in the low nibbles,
    /// 16…31 in the high ones.
    fn small_block(self, block: &[u8], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
        let five = matches!(self, Self::Q5_0 | Self::Q5_1);
        let with_min = matches!(self, Self::Q4_1 | Self::Q5_1);
        let centre = match (with_min, five) {
            (true, _) => 0,
            (false, true) => 16,
            (false, false) => 8,
        };
        let scale = to_f16(float_at(block, 0))?;
        let min = if with_min { to_f16(float_at(block, 2))? } else { f16::ZERO };
        let fifth_bits = if five {
            let at = if with_min { 4 } else { 2 };
            u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
        } else {
            0
        };
        let nibbles = &block[block.len() - UNIT..];
        for half in 0..2 {
            let q = std::array::from_fn(|i| {
                let nibble = nibbles[i] >> (4 * half) & 15;
                let fifth = fifth_bits >> (i + UNIT * half) & 1;
                (nibble | (fifth as u8) << 4) as i8 - centre
            });
            units.push(WeightUnit { scale, min, q });
        }
        Ok(())
    }
}

fn float_at(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

fn q8_0(block: &[u8], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
    let scale = to_f16(float_at(block, 0))?;
    for half in block[2..].chunks_exact(UNIT) {
        units.push(WeightUnit { scale, min: f16::ZERO, q: std::array::from_fn(|i| half[i] as i8) });
    }
    Ok(())
}
