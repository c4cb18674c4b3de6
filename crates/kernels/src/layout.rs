//! How a quantized matrix is stored; ARCHITECTURE.md describes the layouts.

use half::f16;

/// How a matrix's weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Bits per weight: 4, 8 or 16 (f16).
    pub bits: u8,
    /// Weights per scale: 16 (8 bits only) or 32.
    pub group: u8,
    /// Whether a group has a minimum beside its scale.
    pub min: bool,
}

impl Layout {
    /// Bytes of quants in a row of `width` weights.
    pub fn quant_bytes(&self, width: u32) -> usize {
        width as usize * usize::from(self.bits) / 8
    }

    /// Bytes of scales (and minima) in a row of `width` weights.
    pub fn scale_bytes(&self, width: u32) -> usize {
        let groups = width.div_ceil(u32::from(self.group)) as usize;
        match (self.bits, self.min) {
            (16, _) => 0,
            (_, true) => groups * 4,
            (_, false) => groups.div_ceil(2) * 4,
        }
    }

    /// Decodes weight `k` of a row exactly. CPU reference for what the shaders read.
    pub fn weight(&self, quants: &[u8], scales: &[u8], k: usize) -> f64 {
        let half =
            |bytes: &[u8], at: usize| f64::from(f16::from_le_bytes([bytes[2 * at], bytes[2 * at + 1]]));
        if self.bits == 16 {
            return half(quants, k);
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
}
