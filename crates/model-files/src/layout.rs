//! Storage layouts of matrices in `model.safetensors`, and a plain decoder.
//! ARCHITECTURE.md, "A model on disk", specifies the layouts; the shaders read the same bytes.

use half::f16;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Columns are padded with zeros to a multiple of this.
const COLUMN_MULTIPLE: usize = 32;
/// Weights of a block that have a common factor, if a layout is nested; rows consist of whole blocks.
pub(crate) const NESTED_BLOCK: usize = 256;

/// How weights are packed: weight = scale · q (+ minimum).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Layout {
    /// Bits per weight: 2 to 6 or 8; or 16 (f16, no scales).
    pub bits: u8,
    /// Weights per scale: 16 or 32.
    pub group: u8,
    /// Whether each group has a minimum beside its scale.
    pub min: bool,
    /// Whether scales and minima are integers times factors of a block of 256 weights, as in ggml's K-quants.
    pub nested: bool,
}

impl Layout {
    /// 4 bits, one scale per 32 weights.
    pub const Q4: Self = Self::plain(4, false);
    /// 4 bits, one scale and minimum per 32 weights.
    pub const Q4_MIN: Self = Self::plain(4, true);
    /// 8 bits, one scale per 32 weights.
    pub const Q8: Self = Self::plain(8, false);
    /// 8 bits, one scale and minimum per 32 weights.
    pub const Q8_MIN: Self = Self::plain(8, true);
    /// Half-precision floats.
    pub const F16: Self = Self::plain(16, false);
    /// 2 bits, a 4-bit scale and minimum per 16 weights.
    pub const Q2_K: Self = Self::nested(2, 16, true);
    /// 3 bits, a signed scale per 16 weights.
    pub const Q3_K: Self = Self::nested(3, 16, false);
    /// 4 bits, a 6-bit scale and minimum per 32 weights.
    pub const Q4_K: Self = Self::nested(4, 32, true);
    /// 5 bits, a 6-bit scale and minimum per 32 weights.
    pub const Q5_K: Self = Self::nested(5, 32, true);
    /// 6 bits, a signed scale per 16 weights.
    pub const Q6_K: Self = Self::nested(6, 16, false);

    const ALL: [Self; 10] = [
        Self::Q4,
        Self::Q4_MIN,
        Self::Q8,
        Self::Q8_MIN,
        Self::F16,
        Self::Q2_K,
        Self::Q3_K,
        Self::Q4_K,
        Self::Q5_K,
        Self::Q6_K,
    ];

    const fn plain(bits: u8, min: bool) -> Self {
        Self { bits, group: 32, min, nested: false }
    }

    const fn nested(bits: u8, group: u8, min: bool) -> Self {
        Self { bits, group, min, nested: true }
    }

    /// Refuses combinations that the kernels do not support, and rows that are no whole blocks.
    pub(crate) fn check(self, columns: usize) -> Result<()> {
        if !Self::ALL.contains(&self) {
            return Err(Error::Setting { problem: "unknown weight layout", setting: format!("{self:?}") });
        }
        if self.nested && !columns.is_multiple_of(NESTED_BLOCK) {
            let setting = format!("{columns} columns");
            return Err(Error::Setting { problem: "rows must consist of whole blocks of 256", setting });
        }
        Ok(())
    }

    /// Bits of a weight that lie together in a row's first plane; the others lie in a second plane after it.
    pub(crate) fn low_bits(self) -> u8 {
        match self.bits {
            3 => 2,
            5 | 6 => 4,
            bits => bits,
        }
    }

    /// U32 words of a nested block's scales.
    pub(crate) fn nested_scale_words(self) -> usize {
        if self.group == 32 { 4 } else { 5 }
    }

    /// `columns` rounded up to whole groups of 32.
    pub(crate) fn padded_columns(columns: usize) -> usize {
        columns.next_multiple_of(COLUMN_MULTIPLE)
    }

    /// U32 words of quants per row of `columns` weights.
    pub(crate) fn words_per_row(self, columns: usize) -> usize {
        Self::padded_columns(columns) * usize::from(self.bits) / 32
    }

    /// U32 words of scales per row of `columns` weights.
    pub(crate) fn scale_words_per_row(self, columns: usize) -> usize {
        let groups = Self::padded_columns(columns) / usize::from(self.group);
        if self.nested {
            return columns / NESTED_BLOCK * self.nested_scale_words();
        }
        match (self.bits, self.min) {
            (16, _) => 0,
            (_, true) => groups,
            (_, false) => groups.div_ceil(2),
        }
    }
}

/// A view of one matrix of an imported model.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// The layout of the bytes.
    pub layout: Layout,
    /// Rows: outputs.
    pub rows: usize,
    /// Columns without padding: inputs.
    pub columns: usize,
    /// Little-endian U32 words, `rows` × [`Self::words_per_row`].
    pub quants: &'a [u8],
    /// Little-endian U32 words, `rows` × [`Self::scale_words_per_row`]; empty for f16.
    pub scales: &'a [u8],
}

impl Matrix<'_> {
    /// Columns with padding, a multiple of 32.
    pub fn padded_columns(&self) -> usize {
        Layout::padded_columns(self.columns)
    }

    /// U32 words of `quants` per row.
    pub fn words_per_row(&self) -> usize {
        self.layout.words_per_row(self.columns)
    }

    /// U32 words of `scales` per row; 0 for f16.
    pub fn scale_words_per_row(&self) -> usize {
        self.layout.scale_words_per_row(self.columns)
    }

    /// Writes the weights of `row` as f32 into `out`, as many as `out` is long (up to the padded columns).
    ///
    /// # Panics
    /// When `row` or the length of `out` lies outside the matrix.
    pub fn dequantize_row(&self, row: usize, out: &mut [f32]) {
        let quant_bytes = self.words_per_row() * 4;
        let scale_bytes = self.scale_words_per_row() * 4;
        let quants = &self.quants[row * quant_bytes..][..quant_bytes];
        let scales = &self.scales[row * scale_bytes..][..scale_bytes];
        let f16_at = |bytes: &[u8], index: usize| {
            f16::from_le_bytes([bytes[index * 2], bytes[index * 2 + 1]]).to_f32()
        };
        assert!(out.len() <= self.padded_columns());
        if self.layout.nested {
            return self.dequantize_nested(quants, scales, out);
        }
        for (column, weight) in out.iter_mut().enumerate() {
            let group = column / usize::from(self.layout.group);
            let q = match self.layout.bits {
                16 => {
                    *weight = f16_at(quants, column);
                    continue;
                }
                8 => f32::from(quants[column] as i8),
                _ => {
                    let byte = quants[column / 8 * 4 + column % 4];
                    let nibble = if column % 8 < 4 { byte & 15 } else { byte >> 4 };
                    f32::from(nibble) - if self.layout.min { 0.0 } else { 8.0 }
                }
            };
            *weight = if self.layout.min {
                f16_at(scales, group * 2) * q + f16_at(scales, group * 2 + 1)
            } else {
                f16_at(scales, group) * q
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_a_padded_row() {
        let words = |layout: Layout| (layout.words_per_row(260), layout.scale_words_per_row(260));
        assert_eq!(Layout::padded_columns(260), 288);
        assert_eq!(words(Layout::Q4), (36, 5));
        assert_eq!(words(Layout::Q4_MIN), (36, 9));
        assert_eq!(words(Layout::Q8), (72, 5));
        assert_eq!(words(Layout::F16), (144, 0));
    }

    /// Bits a weight, of 256: at most 0.25 more than in ggml's blocks of 84, 110, 144, 176 and 210 bytes.
    #[test]
    fn nested_layouts_are_hardly_larger_than_their_blocks() {
        let of_file = [
            (Layout::Q2_K, 2.625),
            (Layout::Q3_K, 3.4375),
            (Layout::Q4_K, 4.5),
            (Layout::Q5_K, 5.5),
            (Layout::Q6_K, 6.5625),
        ];
        for (layout, bits) in of_file {
            let words = layout.words_per_row(512) + layout.scale_words_per_row(512);
            let more = words as f64 * 32.0 / 512.0 - bits;
            assert!((0.0..=0.25).contains(&more), "{layout:?}: {more} bits more");
        }
    }

    #[test]
    fn nibbles_alternate_by_four() {
        let mut quants = [0u8; 16];
        quants[0] = 0x21;
        quants[3] = 0x43;
        quants[4] = 0x65;
        let mut scales = [0u8; 4];
        scales[..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
        let matrix = Matrix { layout: Layout::Q4, rows: 1, columns: 32, quants: &quants, scales: &scales };
        let mut row = [0.0; 32];
        matrix.dequantize_row(0, &mut row);
        assert_eq!(row[..9], [-3.5, -4.0, -4.0, -2.5, -3.0, -4.0, -4.0, -2.0, -1.5]);
        assert_eq!(row[12], -1.0);
    }

    #[test]
    fn layouts_without_kernels_are_refused() {
        assert!(Layout { bits: 4, group: 16, min: false, nested: false }.check(256).is_err());
        assert!(Layout { bits: 8, group: 32, min: false, nested: true }.check(256).is_err());
        assert!(Layout::Q4.check(288).is_ok() && Layout::Q6_K.check(512).is_ok());
        assert!(Layout::Q4_K.check(288).is_err());
    }
}
