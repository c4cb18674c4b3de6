//! Blocks of 256 weights with two levels of scales: ggml's K-quants (`ggml-common.h`, `block_q2_K` … `block_q6_K`).
//!
//! A group of 16 or 32 weights has a small integer as its scale (and one as its minimum), and the block a factor for
//! them: weight = (factor · scale) · q + (minimum factor · minimum). In f32 both products in brackets and the one with q
//! are exact (at most 24 bits), so the sum is rounded once, whatever the order and with or without `fma`: the weights of
//! the source's own decoder, bit for bit. Here the integers keep their bits, rearranged as ARCHITECTURE.md describes.

use half::f16;

use crate::blocks::{ConversionError, UNIT, WeightType, to_f16};
use crate::layout::NESTED_BLOCK;
use crate::{Layout, Matrix};

/// Factors stored as f16 are multiplied by this: the result is no subnormal f16, which a GPU may read as zero.
const HALF_FACTOR: f32 = 4096.0;
/// Units of 16 weights in a block.
const UNITS: usize = NESTED_BLOCK / UNIT;

/// A block's integers and factors. A unit of 16 weights has its group's scale and minimum.
struct NestedBlock {
    factor: f32,
    min_factor: f32,
    scales: [i8; UNITS],
    mins: [u8; UNITS],
    /// As they are stored, not negative.
    q: [u8; NESTED_BLOCK],
}

/// Repacks a row of blocks into zeroed `quants` and `scales` of the type's own layout.
pub(crate) fn repack_row(
    weight_type: WeightType,
    row: &[u8],
    quants: &mut [u8],
    scales: &mut [u8],
) -> Result<(), ConversionError> {
    let Some(layout) = weight_type.layout() else { return Ok(()) };
    let scale_bytes = layout.nested_scale_words() * 4;
    let blocks = row.chunks_exact(weight_type.block_bytes());
    for (index, (bytes, scales)) in blocks.zip(scales.chunks_exact_mut(scale_bytes)).enumerate() {
        let block = NestedBlock::read(weight_type, bytes)?;
        block.write_quants(layout, index, quants);
        block.write_scales(layout, scales)?;
    }
    Ok(())
}

impl NestedBlock {
    fn read(weight_type: WeightType, block: &[u8]) -> Result<Self, ConversionError> {
        let half = |at: usize| f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
        let mut read =
            Self { factor: 0.0, min_factor: 0.0, scales: [0; UNITS], mins: [0; UNITS], q: [0; NESTED_BLOCK] };
        match weight_type {
            WeightType::Q2K => {
                (read.factor, read.min_factor) = (half(80), -half(82));
                read.scales = std::array::from_fn(|unit| (block[unit] & 15) as i8);
                read.mins = std::array::from_fn(|unit| block[unit] >> 4);
                read.quarters(&block[16..80]);
            }
            WeightType::Q3K => {
                read.factor = half(108);
                let packed = &block[96..108];
                for unit in 0..UNITS {
                    let low = packed[unit % 8] >> (unit / 8 * 4) & 15;
                    let high = packed[8 + unit % 4] >> (unit / 4 * 2) & 3;
                    read.scales[unit] = (low | high << 4) as i8 - 32;
                }
                read.quarters(&block[32..96]);
                for (column, q) in read.q.iter_mut().enumerate() {
                    *q |= (block[column % 32] >> (column / 32) & 1) << 2;
                }
            }
            WeightType::Q6K => {
                read.factor = half(208);
                read.scales = std::array::from_fn(|unit| block[192 + unit] as i8);
                // In each half of the block, four runs of 32 share 64 bytes of nibbles and 32 bytes of bit pairs.
                for (column, q) in read.q.iter_mut().enumerate() {
                    let (half, run, at) = (column / 128, column / 32 % 4, column % 32);
                    let nibble = block[half * 64 + run % 2 * 32 + at] >> (run / 2 * 4) & 15;
                    *q = nibble | (block[128 + half * 32 + at] >> (run * 2) & 3) << 4;
                }
            }
            _ => {
                (read.factor, read.min_factor) = (half(0), -half(2));
                read.six_bits(&block[4..16]);
                // Runs of 64 share 32 bytes: a group in the low nibbles, the next in the high ones.
                let nibbles = &block[block.len() - 128..];
                for (column, q) in read.q.iter_mut().enumerate() {
                    *q = nibbles[column / 64 * 32 + column % 32] >> (column / 32 % 2 * 4) & 15;
                    if weight_type == WeightType::Q5K {
                        *q |= (block[16 + column % 32] >> (column / 32) & 1) << 4;
                    }
                }
            }
        }
        match read.factor.is_finite() && read.min_factor.is_finite() {
            true => Ok(read),
            false => Err(ConversionError::NotFinite),
        }
    }

    /// Q2_K, Q3_K: in each half of the block, four runs of 32 share 32 bytes of bit pairs.
    fn quarters(&mut self, pairs: &[u8]) {
        for (column, q) in self.q.iter_mut().enumerate() {
            *q = pairs[column / 128 * 32 + column % 32] >> (column / 32 % 4 * 2) & 3;
        }
    }

    /// Q4_K, Q5_K: 6-bit scales and minima of 8 groups of 32 in 12 bytes.
    fn six_bits(&mut self, packed: &[u8]) {
        for unit in 0..UNITS {
            let group = unit / 2;
            let (scale, min) = match group {
                0..4 => (packed[group] & 63, packed[group + 4] & 63),
                _ => (
                    packed[group + 4] & 15 | packed[group - 4] >> 6 << 4,
                    packed[group + 4] >> 4 | packed[group] >> 6 << 4,
                ),
            };
            (self.scales[unit], self.mins[unit]) = (scale as i8, min);
        }
    }

    /// Writes block `index` of a row.
    fn write_quants(&self, layout: Layout, index: usize, quants: &mut [u8]) {
        let low_mask = (1 << layout.low_bits()) - 1;
        let high_plane = quants.len() / usize::from(layout.bits) * usize::from(layout.low_bits());
        let (low_plane, high_plane) = quants.split_at_mut(high_plane);
        for (column, q) in self.q.iter().enumerate() {
            let places = BitPlaces::new(layout, index * NESTED_BLOCK + column);
            low_plane[places.low_byte] |= (q & low_mask) << places.low_shift;
            if let Some(byte) = high_plane.get_mut(places.high_byte) {
                *byte |= (q >> layout.low_bits()) << places.high_shift;
            }
        }
    }

    fn write_scales(&self, layout: Layout, scales: &mut [u8]) -> Result<(), ConversionError> {
        let factor = match layout.min {
            true => half_factors(self.factor, self.min_factor)?,
            false => self.factor.to_le_bytes(),
        };
        let (integers, rest) = scales.split_at_mut(scales.len() - 4);
        rest.copy_from_slice(&factor);
        if layout.group == 32 {
            let (bytes, nibbles) = integers.split_at_mut(8);
            for group in 0..8 {
                let (scale, min) = (self.scales[2 * group] as u8, self.mins[2 * group]);
                bytes[group] = scale | (min & 3) << 6;
                nibbles[group / 2] |= (min >> 2) << (group % 2 * 4);
            }
        } else {
            for (byte, (scale, min)) in integers.iter_mut().zip(self.scales.iter().zip(self.mins)) {
                *byte = *scale as u8 | min << 4;
            }
        }
        Ok(())
    }
}

fn half_factors(factor: f32, min_factor: f32) -> Result<[u8; 4], ConversionError> {
    let [a, b] = to_f16(factor * HALF_FACTOR)?.to_le_bytes();
    let [c, d] = to_f16(min_factor * HALF_FACTOR)?.to_le_bytes();
    Ok([a, b, c, d])
}

/// Where the bits of a weight lie: the byte in the plane of its low bits, that in the plane of its high bits (if the
/// layout has one), and the shifts in these bytes.
struct BitPlaces {
    low_byte: usize,
    low_shift: usize,
    high_byte: usize,
    high_shift: usize,
}

impl BitPlaces {
    fn new(layout: Layout, column: usize) -> Self {
        let (step, eight, upper, lane) = (column / 32, column % 32 / 8, column % 8 / 4, column % 4);
        let (low_byte, low_shift) = match layout.low_bits() {
            4 => (step * 16 + eight * 4 + lane, upper * 4),
            _ => (step * 8 + eight / 2 * 4 + lane, eight % 2 * 4 + upper * 2),
        };
        let (high_byte, high_shift) = match layout.bits - layout.low_bits() {
            2 => (step * 8 + upper * 4 + lane, eight * 2),
            _ => (step * 4 + lane, upper * 4 + eight),
        };
        Self { low_byte, low_shift, high_byte, high_shift }
    }
}

impl Matrix<'_> {
    /// The weights of a row whose layout is nested.
    pub(crate) fn dequantize_nested(&self, quants: &[u8], scales: &[u8], out: &mut [f32]) {
        let layout = self.layout;
        let low_mask = (1 << layout.low_bits()) - 1;
        let (low_plane, high_plane) =
            quants.split_at(self.padded_columns() * usize::from(layout.low_bits()) / 8);
        let blocks = scales.chunks_exact(layout.nested_scale_words() * 4);
        for (block, (out, scales)) in out.chunks_mut(NESTED_BLOCK).zip(blocks).enumerate() {
            for (column, weight) in out.iter_mut().enumerate() {
                let places = BitPlaces::new(layout, block * NESTED_BLOCK + column);
                let low = low_plane[places.low_byte] >> places.low_shift & low_mask;
                let high = high_plane.get(places.high_byte).map_or(0, |byte| byte >> places.high_shift);
                let high_mask = (1 << (layout.bits - layout.low_bits())) - 1;
                let q = f32::from(low | (high & high_mask) << layout.low_bits());
                let (scale, min) = group_scale(layout, scales, column / usize::from(layout.group));
                let centre = if layout.min { 0.0 } else { f32::from(1u8 << (layout.bits - 1)) };
                *weight = scale * (q - centre) + min;
            }
        }
    }
}

/// Scale and minimum of a group.
fn group_scale(layout: Layout, scales: &[u8], group: usize) -> (f32, f32) {
    let (integers, factor) = scales.split_at(scales.len() - 4);
    if !layout.min {
        let factor = f32::from_le_bytes([factor[0], factor[1], factor[2], factor[3]]);
        return (factor * f32::from(integers[group] as i8), 0.0);
    }
    let half = |at: usize| f16::from_le_bytes([factor[at], factor[at + 1]]).to_f32() / HALF_FACTOR;
    let (scale, min) = match layout.group {
        32 => {
            let high = integers[8 + group / 2] >> (group % 2 * 4) & 15;
            (integers[group] & 63, integers[group] >> 6 | high << 2)
        }
        _ => (integers[group] & 15, integers[group] >> 4),
    };
    (half(0) * f32::from(scale), half(2) * f32::from(min))
}
