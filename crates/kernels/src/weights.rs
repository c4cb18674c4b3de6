//! Quantized matrices in GPU memory.

use crate::buffer::{Buffer, BufferUse};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;

/// A matrix in GPU memory, split by rows where its parts have different layouts or exceed the adapter's binding limit.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Rows (outputs).
    pub rows: u32,
    /// Columns (inputs), padded to a multiple of 32.
    pub width: u32,
    /// In row order.
    pub(crate) shards: Vec<RowShard>,
}

/// Consecutive rows of a matrix with buffers of their own.
#[derive(Debug, Clone)]
pub(crate) struct RowShard {
    pub layout: Layout,
    pub first_row: u32,
    pub rows: u32,
    pub quants: Buffer,
    pub scales: Option<Buffer>,
}

// Bytes of one write; small enough that a software adapter's staging copy does not matter.
const CHUNK_BYTES: usize = 8 << 20;
// Bytes after which the writes are submitted, so that staging memory stays bounded.
const FLUSH_BYTES: usize = 64 << 20;

/// Rows that fit one binding and one dispatch. Even, since two are combined where a gate is applied.
fn rows_per_shard(row_bytes: u64, max_bytes: u64, max_rows: u32) -> u32 {
    let rows = (max_bytes / row_bytes.max(1)).min(u64::from(max_rows)) as u32;
    (rows / 2 * 2).max(2)
}

impl Weights {
    /// Copies a matrix to the GPU. `quants` and `scales` hold whole rows; `uploaded` receives the bytes of each write.
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
        let row_bytes = quant_row.max(scale_row) as u64;
        let most_rows = device.max_workgroups().saturating_mul(device.matvec_rows()?);
        let rows_per_shard = rows_per_shard(row_bytes, device.max_binding_bytes(), most_rows);
        let mut shards = Vec::new();
        let mut first_row = 0;
        while first_row < rows {
            let count = rows_per_shard.min(rows - first_row);
            let piece = |bytes: &'_ [u8], row: usize| -> std::ops::Range<usize> {
                let start = first_row as usize * row;
                start..(start + count as usize * row).min(bytes.len())
            };
            let send = |bytes: &[u8], uploaded: &mut dyn FnMut(u64)| -> Result<Buffer> {
                let buffer = device.buffer(name, bytes.len() as u64, BufferUse::Storage)?;
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
            let shard_quants = send(&quants[piece(quants, quant_row)], uploaded)?;
            let shard_scales = match scale_row {
                0 => None,
                _ => Some(send(&scales[piece(scales, scale_row)], uploaded)?),
            };
            shards.push(RowShard {
                layout,
                first_row,
                rows: count,
                quants: shard_quants,
                scales: shard_scales,
            });
            first_row += count;
        }
        Ok(Self { rows, width, shards })
    }

    /// The matrix whose rows are those of `self`, then those of `other`, which has the same width.
    pub fn followed_by(mut self, mut other: Self) -> Self {
        other.shards.iter_mut().for_each(|shard| shard.first_row += self.rows);
        self.rows += other.rows;
        self.shards.append(&mut other.shards);
        self
    }

    /// Bytes that matvec reads.
    pub fn bytes(&self) -> u64 {
        let row_bytes =
            |layout: Layout| (layout.quant_bytes(self.width) + layout.scale_bytes(self.width)) as u64;
        self.shards.iter().map(|shard| u64::from(shard.rows) * row_bytes(shard.layout)).sum()
    }

    /// Steps of 32 weights per row.
    pub(crate) fn steps(&self) -> u32 {
        self.width / 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gemma 3's vocabulary is one workgroup more than a dispatch may have, where a subgroup has 64 lanes.
    #[test]
    fn a_shard_fits_one_binding_and_one_dispatch() {
        assert_eq!(rows_per_shard(320, 128 << 20, 65_535 * 4), 262_140);
        assert_eq!(rows_per_shard(640, 128 << 20, 65_535 * 4), 209_714);
        assert_eq!(rows_per_shard(1, u64::from(u32::MAX) * 2, 65_535 * 16), 65_535 * 16);
        assert_eq!(rows_per_shard(1 << 20, 1 << 10, 65_535), 2);
    }
}
