//! `shaders/top_list.wgsl`: the most likely tokens of each row with their log-probabilities.

use bytemuck::{Pod, Zeroable};

use crate::buffer::{Buffer, BufferView};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::logit_sum::Rows;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, Random, storage, wide};
use crate::vocab_blocks;

pub(crate) static PROGRAM: Program = program!("top_list", weights: false);

/// Most tokens of a list: with the picked token they take 256 bytes.
pub const MAX_COUNT: u32 = 31;
/// Largest vocabulary; MAX_BLOCKS blocks in the shader.
pub const MAX_VOCAB: u32 = 1280 * 256;

/// The uniform: constants of a vocabulary and a list.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct TopList {
    pub(crate) vocab: u32,
    pub(crate) stride: u32,
    pub(crate) blocks: u32,
    pub(crate) count: u32,
}

/// A token with its log-probability.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Candidate {
    /// Token id.
    pub token: u32,
    /// Natural logarithm of its probability.
    pub log_probability: f32,
}

/// Writes `candidates` (columns, count) from `logits` (columns, stride) and their blocks.
pub fn dispatch(
    device: &Device,
    rows: &Rows,
    count: u32,
    logits: BufferView<'_>,
    blocks: &Buffer,
    candidates: BufferView<'_>,
) -> Result<Dispatch> {
    let shape =
        device.uniform(&TopList { vocab: rows.vocab, stride: rows.stride, blocks: rows.blocks(), count })?;
    let bindings = [(0, shape.all()), (1, logits), (2, blocks.all()), (3, candidates)];
    device.dispatch(&PROGRAM, None, &[], &bindings, [GridDim::Columns, GridDim::Fixed(1), GridDim::Fixed(1)])
}

/// CPU reference for one row: a full sort.
pub fn top_list(row: &[f64], count: usize) -> Vec<(u32, f64)> {
    let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let normalizer = most + row.iter().map(|v| (v - most).exp()).sum::<f64>().ln();
    let mut order: Vec<u32> = (0..row.len() as u32).collect();
    order.sort_by(|&a, &b| row[b as usize].total_cmp(&row[a as usize]).then(a.cmp(&b)));
    order.into_iter().take(count).map(|token| (token, row[token as usize] - normalizer)).collect()
}

/// Compares vocab_blocks followed by top_list with the reference on random rows with many ties; the error is the
/// largest difference of a log-probability, allowed 1e-4; a different token fails.
pub fn check(device: &Device, vocab: u32, columns: u32, count: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let rows = Rows::new(vocab, columns);
    let logits = vocab_blocks::tied_rows(&mut random, &rows);
    let input = storage(device, &logits)?;
    let blocks = storage(device, &vec![f32::NAN; (rows.block_bytes() / 4) as usize])?;
    let output = storage(device, &vec![f32::NAN; (columns * count * 2) as usize])?;
    let made = [
        vocab_blocks::dispatch(device, &rows, input.all(), blocks.all())?,
        dispatch(device, &rows, count, input.all(), &blocks, output.all())?,
    ];
    let mut commands = device.commands();
    commands.pass(&made, columns, 1);
    commands.submit()?;
    let got: Vec<Candidate> =
        bytemuck::pod_collect_to_vec(&device.read(&output, 0, u64::from(columns * count) * 8)?);
    let expected: Vec<_> = wide(&logits)
        .chunks(rows.stride as usize)
        .flat_map(|row| top_list(&row[..vocab as usize], count as usize))
        .collect();
    let error = got.iter().zip(&expected).fold(0f64, |worst, (got, &(token, log_probability))| {
        let this = (f64::from(got.log_probability) - log_probability).abs();
        if got.token == token && !this.is_nan() { worst.max(this) } else { f64::INFINITY }
    });
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-4 })
}
