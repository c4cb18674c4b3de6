//! How a quantized matrix is stored; ARCHITECTURE.md describes the layouts.

use half::f16;

/// How a matrix's weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Bits per weight: 2 to 6 or 8; or 16 (f16).
    pub bits: u8,
    /// Weights per scale: 16 (2, 3 and 6 bits) or 32.
    pub group: u8,
    /// Whether a group has a minimum beside its scale.
    pub min: bool,
    /// Whether scales and minima are integers times factors of a block of 256 weights (ggml's K-quants).
    pub nested: bool,
}

impl Layout {
    /// Every layout that the kernels read.
    pub const ALL: [Self; 10] = [
        Self::plain(4, false),
        Self::plain(4, true),
        Self::plain(8, false),
        Self::plain(8, true),
        Self::plain(16, false),
        Self::nested(2, 16, true),
        Self::nested(3, 16, false),
        Self::nested(4, 32, true),
        Self::nested(5, 32, true),
        Self::nested(6, 16, false),
    ];

    const fn plain(bits: u8, min: bool) -> Self {
        Self { bits, group: 32, min, nested: false }
    }

    const fn nested(bits: u8, group: u8, min: bool) -> Self {
        Self { bits, group, min, nested: true }
    }

    /// Bytes of quants in a row of `width` weights.
    pub fn quant_bytes(&self, width: u32) -> usize {
        width as usize * usize::from(self.bits) / 8
    }

    /// Rows consist of whole blocks of this many weights.
    pub fn block(&self) -> u32 {
        if self.nested { 256 } else { 32 }
    }

    /// Bytes of scales (and minima) in a row of `width` weights.
    pub fn scale_bytes(&self, width: u32) -> usize {
        if self.nested {
            return (width / self.block()) as usize * self.block_scale_bytes();
        }
        let groups = width.div_ceil(u32::from(self.group)) as usize;
        match (self.bits, self.min) {
            (16, _) => 0,
            (_, true) => groups * 4,
            (_, false) => groups.div_ceil(2) * 4,
        }
    }

    /// Bytes of scales of a nested block.
    pub(crate) fn block_scale_bytes(&self) -> usize {
        if self.group == 32 { 16 } else { 20 }
    }

    /// Decodes weight `k` of a row exactly. CPU reference for what the shaders read.
    pub fn weight(&self, quants: &[u8], scales: &[u8], k: usize) -> f64 {
        let half =
            |bytes: &[u8], at: usize| f64::from(f16::from_le_bytes([bytes[2 * at], bytes[2 * at + 1]]));
        if self.bits == 16 {
            return half(quants, k);
        }
        if self.nested {
            let (scale, minimum) = self.nested_scale(&scales[k / 256 * self.block_scale_bytes()..], k % 256);
            return scale * f64::from(self.nested_integer(quants, k)) + minimum;
        }
        let group = k / usize::from(self.group);
        let (scale, minimum) = match self.min {
            true => (half(scales, 2 * group), half(scales, 2 * group + 1)),
            false => (half(scales, group), 0.0),
        };
        let q = if self.bits == 8 {
            f64::from(quants[k] as i8)
        } else {
            let byte = quants[k / 8 * 4 + k % 4];
            let nibble = if k % 8 < 4 { byte & 15 } else { byte >> 4 };
            f64::from(nibble) - if self.min { 0.0 } else { 8.0 }
        };
        scale * q + minimum
    }

    /// The integer of weight `k` of a nested row, as it is stored.
    fn nested_integer(&self, quants: &[u8], k: usize) -> u32 {
        let word = |at: usize| little_word(&quants[4 * at..]);
        let (step, eight, upper, lane) = (k / 32, k % 32 / 8, k % 8 / 4, k % 4);
        let low_bits = if self.bits < 4 { 2 } else { 4 };
        let low = match low_bits {
            2 => word(2 * step + eight / 2) >> (8 * lane + 4 * (eight % 2) + 2 * upper) & 3,
            _ => word(4 * step + eight) >> (8 * lane + 4 * upper) & 15,
        };
        let high_plane = quants.len() / 4 / usize::from(self.bits) * low_bits;
        let high = match usize::from(self.bits) - low_bits {
            0 => 0,
            1 => word(high_plane + step) >> (8 * lane + 4 * upper + eight) & 1,
            _ => word(high_plane + 2 * step + upper) >> (8 * lane + 2 * eight) & 3,
        };
        low | high << low_bits
    }

    /// Scale and minimum of weight `k` of a nested block.
    fn nested_scale(&self, block: &[u8], k: usize) -> (f64, f64) {
        let half = |at: usize| f64::from(f16::from_le_bytes([block[at], block[at + 1]])) / 4096.0;
        let byte = block[k / usize::from(self.group)];
        match (self.group, self.min) {
            (32, _) => {
                let high = little_word(&block[8..]) >> (k / 32 * 4) & 15;
                let minimum = u32::from(byte >> 6) | high << 2;
                (half(12) * f64::from(byte & 63), half(14) * f64::from(minimum))
            }
            (_, true) => (half(16) * f64::from(byte & 15), half(18) * f64::from(byte >> 4)),
            (_, false) => {
                let scale = f64::from(f32::from_bits(little_word(&block[16..]))) * f64::from(byte as i8);
                (scale, -scale * f64::from(1u32 << (self.bits - 1)))
            }
        }
    }
}

fn little_word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
