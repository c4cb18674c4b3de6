//! Weight types of source files, and their exact decoding into small integers with a scale.
//! Block layouts follow ggml's description of its types (`ggml-common.h`, `block_q4_0` … `block_q6_K`).

use half::{bf16, f16};

use crate::Layout;

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
            Self::Q4K | Self::Q5K | Self::Q6K => 256,
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
            Self::Q4K => 144,
            Self::Q5K => 176,
            Self::Q6K => 210,
        }
    }

    /// The layout that represents these blocks exactly (scales rounded to f16); `None` for floats.
    pub fn layout(self) -> Option<Layout> {
        match self {
            Self::F32 | Self::F16 | Self::BF16 => None,
            Self::Q4_0 => Some(Layout::Q4),
            Self::Q4_1 | Self::Q4K => Some(Layout::Q4_MIN),
            Self::Q5_0 | Self::Q8_0 => Some(Layout::Q8),
            Self::Q5_1 | Self::Q5K => Some(Layout::Q8_MIN),
            Self::Q6K => Some(Layout::Q8_16),
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

    /// Decodes a row of blocks, in order of the columns. Does nothing for floats.
    pub fn read_units(self, row: &[u8], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
        for block in row.chunks_exact(self.block_bytes()) {
            match self {
                Self::F32 | Self::F16 | Self::BF16 => {}
                Self::Q8_0 => q8_0(block, units)?,
                Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 => self.small_block(block, units)?,
                Self::Q4K | Self::Q5K => self.k_block(block, units)?,
                Self::Q6K => q6_k(block, units)?,
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

    /// Q4_K, Q5_K: scale and minimum of the block, 12 bytes of 6-bit scales and minima of 8 groups of 32,
    /// fifth bits (Q5_K), then 4 × 32 bytes: a group in the low nibbles, the next in the high ones.
    fn k_block(self, block: &[u8], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
        let (block_scale, block_min) = (float_at(block, 0), float_at(block, 2));
        let packed = &block[4..16];
        let fifth_bits = if self == Self::Q5K { &block[16..48] } else { &[][..] };
        let nibbles = &block[block.len() - 128..];
        for group in 0..8 {
            let (scale, min) = match group {
                0..4 => (packed[group] & 63, packed[group + 4] & 63),
                _ => (
                    packed[group + 4] & 15 | packed[group - 4] >> 6 << 4,
                    packed[group + 4] >> 4 | packed[group] >> 6 << 4,
                ),
            };
            let scale = to_f16(block_scale * f32::from(scale))?;
            let min = to_f16(-block_min * f32::from(min))?;
            for half in 0..2 {
                let q = std::array::from_fn(|i| {
                    let byte = half * UNIT + i;
                    let nibble = nibbles[group / 2 * 32 + byte] >> (4 * (group % 2)) & 15;
                    let fifth = fifth_bits.get(byte).map_or(0, |bits| bits >> group & 1);
                    (nibble | fifth << 4) as i8
                });
                units.push(WeightUnit { scale, min, q });
            }
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

/// Q6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales, the scale of the block; weight − 32.
/// In each half of the block (128 weights) four runs of 32 share 64 low bytes and 32 bytes of bit pairs.
fn q6_k(block: &[u8], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
    let (low, rest) = block.split_at(128);
    let (high, rest) = rest.split_at(64);
    let (scales, block_scale) = rest.split_at(16);
    let block_scale = float_at(block_scale, 0);
    for (unit, scale) in scales.iter().enumerate() {
        let (half, run, sixteenth) = (unit / 8, unit / 2 % 4, unit % 2);
        let q = std::array::from_fn(|i| {
            let column = sixteenth * UNIT + i;
            let nibble = low[half * 64 + run % 2 * 32 + column] >> (run / 2 * 4) & 15;
            let pair = high[half * 32 + column] >> (run * 2) & 3;
            (nibble | pair << 4) as i8 - 32
        });
        let scale = to_f16(block_scale * f32::from(*scale as i8))?;
        units.push(WeightUnit { scale, min: f16::ZERO, q });
    }
    Ok(())
}
