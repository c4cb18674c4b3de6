//! The dispatches from the models' logits to their sum, with the gate of a recipe that has one.

use kernels::gate::{self, GateBuffers, GateSettings};
use kernels::logit_sum::{self, ColumnSum, Rows};
use kernels::{Buffer, BufferUse, Device, Dispatch, vocab_blocks};

use crate::error::Result;

/// A sum in the rows of some columns.
pub(super) struct SumPass {
    pub dispatches: Vec<Dispatch>,
    // The device counts their memory while they are held.
    _of_gate: Option<[Buffer; 2]>,
}

impl SumPass {
    /// From `logits` (terms, capacity, stride) and `sums`, one a column, to `summed`; `gate` with the term of L.
    pub fn new(
        device: &Device,
        (rows, terms): (&Rows, usize),
        gate: Option<(GateSettings, usize)>,
        [logits, sums, summed]: [&Buffer; 3],
    ) -> Result<Self> {
        let Some(gate) = gate else {
            let sum = logit_sum::dispatch(device, (rows, terms), logits, sums, summed)?;
            return Ok(Self { dispatches: vec![sum], _of_gate: None });
        };
        let (term, pitch) = (rows.term_bytes(), rows.blocks_pitch_bytes());
        let blocks =
            device.buffer("vocabulary blocks of the models", terms as u64 * pitch, BufferUse::Storage)?;
        let bytes = u64::from(rows.capacity) * size_of::<ColumnSum>() as u64;
        let gated = device.buffer("gated sums", bytes, BufferUse::Storage)?;
        let mut dispatches = Vec::with_capacity(terms + 2);
        for model in 0..terms as u64 {
            let (logits, blocks) = (logits.part(model * term, term), blocks.part(model * pitch, pitch));
            dispatches.push(vocab_blocks::dispatch(device, rows, logits, blocks)?);
        }
        let buffers = GateBuffers { sums, logits, blocks: &blocks, gated: &gated };
        dispatches.push(gate::dispatch(device, (rows, terms), gate, buffers)?);
        dispatches.push(logit_sum::dispatch(device, (rows, terms), logits, &gated, summed)?);
        Ok(Self { dispatches, _of_gate: Some([blocks, gated]) })
    }
}
