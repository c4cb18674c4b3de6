//! `shaders/log_probability.wgsl`: the log-probability of a given token of each row.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::logit_sum::Rows;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, POISON, Random, floats, poisoned, storage, wide};
use crate::vocab_blocks;

pub(crate) static PROGRAM: Program = program!("log_probability", weights: false);

/// The uniform: constants of a vocabulary.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct LogProbability {
    pub(crate) stride: u32,
    pub(crate) blocks: u32,
}

/// Writes `log_probabilities` (columns), each that of its column's token in `tokens` (columns), which must be in the
/// vocabulary, from `logits` (columns, stride) and their blocks.
pub fn dispatch(
    device: &Device,
    rows: &Rows,
    logits: &Buffer,
    blocks: &Buffer,
    tokens: &Buffer,
    log_probabilities: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&LogProbability { stride: rows.stride, blocks: rows.blocks() })?;
    let bindings = [
        (0, shape.all()),
        (1, logits.all()),
        (2, blocks.all()),
        (3, tokens.all()),
        (4, log_probabilities.all()),
    ];
    device.dispatch(&PROGRAM, None, &[], &bindings, [GridDim::Columns, GridDim::Fixed(1), GridDim::Fixed(1)])
}

/// CPU reference for one row.
pub fn log_probability(row: &[f64], token: usize) -> f64 {
    let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    row[token] - most - row.iter().map(|v| (v - most).exp()).sum::<f64>().ln()
}

/// Compares vocab_blocks followed by this kernel with the reference on random rows, the first and the last token of the
/// vocabulary among those given; the error is the largest difference, allowed 1e-4.
pub fn check(device: &Device, vocab: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let rows = Rows::new(vocab, columns);
    let logits = vocab_blocks::tied_rows(&mut random, &rows);
    let tokens: Vec<u32> = (0..columns)
        .map(|column| match column {
            0 => vocab - 1,
            1 => 0,
            _ => random.below(vocab),
        })
        .collect();
    let input = storage(device, &logits)?;
    let blocks = storage(device, &vec![f32::NAN; (rows.block_bytes() / 4) as usize])?;
    let (given, output) = (storage(device, &tokens)?, poisoned(device, columns as usize + 1)?);
    let made = [
        vocab_blocks::dispatch(device, &rows, input.all(), blocks.all())?,
        dispatch(device, &rows, &input, &blocks, &given, &output)?,
    ];
    let mut commands = device.commands();
    commands.pass(&made, columns, 1);
    commands.submit()?;
    let got = floats(device, &output, columns as usize + 1)?;
    let logits = wide(&logits);
    let differences = tokens.iter().enumerate().map(|(column, &token)| {
        let row = &logits[column * rows.stride as usize..][..vocab as usize];
        let difference = (f64::from(got[column]) - log_probability(row, token as usize)).abs();
        if difference.is_nan() { f64::INFINITY } else { difference }
    });
    let worst = differences.fold(0f64, f64::max);
    let error = if got[columns as usize] == POISON { worst } else { f64::INFINITY };
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-4 })
}
