//! `shaders/vocab_blocks.wgsl`: the largest logit and the softmax sum of each block of 256 tokens.

use bytemuck::{Pod, Zeroable};

use crate::buffer::BufferView;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::logit_sum::Rows;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, Random, normalized_error, storage, wide};

pub(crate) static PROGRAM: Program = program!("vocab_blocks", weights: false);

// Tokens per block; BLOCK in the shader.
const BLOCK: u32 = 256;

/// The uniform: constants of a vocabulary.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct VocabBlocks {
    pub(crate) vocab: u32,
    pub(crate) stride: u32,
    pub(crate) blocks: u32,
}

/// Result for one block.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct Block {
    /// The largest logit.
    pub most: f32,
    /// Its token; the first one on a tie.
    pub token: u32,
    /// Σ e^(logit − most).
    pub total: f32,
}

impl Rows {
    /// Blocks per row.
    pub fn blocks(&self) -> u32 {
        self.vocab.div_ceil(BLOCK)
    }

    /// Bytes of the blocks of every column.
    pub fn block_bytes(&self) -> u64 {
        u64::from(self.blocks()) * u64::from(self.capacity) * size_of::<Block>() as u64
    }

    /// Blocks from one term to the next where several terms have theirs in one buffer: each is bound separately, so it begins
    /// at a multiple of 256 bytes.
    pub fn blocks_pitch(&self) -> u32 {
        (self.blocks() * self.capacity).next_multiple_of(64)
    }

    /// The same in bytes.
    pub fn blocks_pitch_bytes(&self) -> u64 {
        u64::from(self.blocks_pitch()) * size_of::<Block>() as u64
    }
}

/// Writes `blocks` (columns, blocks) from `logits` (columns, stride).
pub fn dispatch(
    device: &Device,
    rows: &Rows,
    logits: BufferView<'_>,
    blocks: BufferView<'_>,
) -> Result<Dispatch> {
    let shape =
        device.uniform(&VocabBlocks { vocab: rows.vocab, stride: rows.stride, blocks: rows.blocks() })?;
    let bindings = [(0, shape.all()), (1, logits), (2, blocks)];
    device.dispatch(
        &PROGRAM,
        None,
        &[],
        &bindings,
        [GridDim::Fixed(rows.blocks()), GridDim::Columns, GridDim::Fixed(1)],
    )
}

/// CPU reference for one row.
pub fn vocab_blocks(row: &[f64]) -> Vec<(f64, u32, f64)> {
    row.chunks(BLOCK as usize)
        .enumerate()
        .map(|(b, block)| {
            let most = block.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let first = block.iter().position(|&v| v == most).unwrap_or(0);
            (most, b as u32 * BLOCK + first as u32, block.iter().map(|v| (v - most).exp()).sum())
        })
        .collect()
}

/// Compares the kernel with its reference on random rows with ties. NMSE ≤ 1e-10 and equal tokens.
pub fn check(device: &Device, vocab: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let rows = Rows::new(vocab, columns);
    let logits = tied_rows(&mut random, &rows);
    let input = storage(device, &logits)?;
    let output = storage(device, &vec![f32::NAN; (rows.block_bytes() / 4) as usize])?;
    let made = dispatch(device, &rows, input.all(), output.all())?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let got: Vec<Block> = bytemuck::pod_collect_to_vec(&device.read(&output, 0, rows.block_bytes())?);
    let expected: Vec<_> = wide(&logits)
        .chunks(rows.stride as usize)
        .flat_map(|row| vocab_blocks(&row[..vocab as usize]))
        .collect();
    let tokens_equal = got.iter().zip(&expected).all(|(got, expected)| got.token == expected.1);
    let numbers: Vec<f32> = got.iter().flat_map(|block| [block.most, block.total]).collect();
    let error = normalized_error(&numbers, &expected.iter().flat_map(|e| [e.0, e.2]).collect::<Vec<_>>());
    Ok(CheckResult {
        kernel: PROGRAM.name,
        error: if tokens_equal { error } else { f64::INFINITY },
        allowed: 1e-10,
    })
}

/// Random rows in steps of 1/4, so that equal logits are common.
pub(crate) fn tied_rows(random: &mut Random, rows: &Rows) -> Vec<f32> {
    let count = (rows.stride * rows.capacity) as usize;
    random.normals(count).iter().map(|x| (x * 8.0).round() / 4.0).collect()
}
