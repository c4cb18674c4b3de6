//! Quantized matrices on the GPU, in the layouts of ARCHITECTURE.md.

use half::f16;

use crate::device::{Buffer, Device, Use};
use crate::error::Result;

/// How a matrix's weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Bits a weight: 4, 8 or 16 (f16).
    pub bits: u8,
    /// Weights that share a scale: 16 (8 bits only) or 32.
    pub group: u8,
    /// Whether a group has a minimum beside its scale.
    pub min: bool,
}

/// A matrix in GPU memory, split by rows where it exceeds the adapter's binding limit.
#[derive(Debug, Clone)]
pub struct Weights {
    /// How the weights are stored.
    pub layout: Layout,
    /// Rows (outputs).
    pub rows: u32,
    /// Columns (inputs), padded to a multiple of 32.
    pub width: u32,
    /// The pieces, in row order.
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub first_row: u32,
    pub rows: u32,
    pub quants: Buffer,
    pub scales: Option<Buffer>,
}

// One write to the GPU; small enough that a software adapter's staging copy does not matter.
const CHUNK_BYTES: usize = 8 << 20;
// After so many bytes the writes are handed over, so that staging memory stays bounded.
const FLUSH_BYTES: usize = 64 << 20;

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

    /// One weight of a row, exactly. The reference for what the shaders read.
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

impl Weights {
    /// Copies a matrix to the GPU in pieces. `quants` and `scales` hold whole rows; `uploaded` hears of the bytes done.
    pub fn upload(
        device: &Device,
        name: &str,
        layout: Layout,
        (rows, width): (u32, u32),
        (quants, scales): (&[u8], &[u8]),
        uploaded: &mut dyn FnMut(u64),
    ) -> Result<Self> {
        let quant_row = layout.quant_bytes(width);
        let scale_row = layout.scale_bytes(width);
        // Rows go in pairs: matvec makes two at a time, SwiGLU joins two.
        let fitting = (device.max_binding_bytes() / quant_row.max(scale_row).max(1) as u64) as u32 / 2 * 2;
        let mut parts = Vec::new();
        let mut first_row = 0;
        while first_row < rows {
            let count = fitting.max(2).min(rows - first_row);
            let piece = |bytes: &'_ [u8], row: usize| -> std::ops::Range<usize> {
                let start = first_row as usize * row;
                start..(start + count as usize * row).min(bytes.len())
            };
            let send = |bytes: &[u8], uploaded: &mut dyn FnMut(u64)| -> Result<Buffer> {
                let buffer = device.buffer(name, bytes.len() as u64, Use::Storage)?;
                let mut pending = 0;
                for (i, chunk) in bytes.chunks(CHUNK_BYTES).enumerate() {
                    device.write(&buffer, (i * CHUNK_BYTES) as u64, chunk);
                    uploaded(chunk.len() as u64);
                    pending += chunk.len();
                    if pending >= FLUSH_BYTES {
                        device.flush()?;
                        pending = 0;
                    }
                }
                Ok(buffer)
            };
            let part_quants = send(&quants[piece(quants, quant_row)], uploaded)?;
            let part_scales = match scale_row {
                0 => None,
                _ => Some(send(&scales[piece(scales, scale_row)], uploaded)?),
            };
            parts.push(Part { first_row, rows: count, quants: part_quants, scales: part_scales });
            first_row += count;
        }
        Ok(Self { layout, rows, width, parts })
    }

    /// Bytes that a mat-vec reads.
    pub fn bytes(&self) -> u64 {
        self.rows as u64 * (self.layout.quant_bytes(self.width) + self.layout.scale_bytes(self.width)) as u64
    }

    /// Steps of 32 weights in a row.
    pub(crate) fn steps(&self) -> u32 {
        self.width / 32
    }
}
