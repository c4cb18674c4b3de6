//! `shaders/embed.wgsl`: looks up rows of the quantized embedding.

use bytemuck::{Pod, Zeroable};

use crate::activations::deinterleaved;
use crate::buffer::Buffer;
use crate::column::{Column, Feed};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Program, WORKGROUP, program};
use crate::reference_check::{
    CheckResult, HostWeights, Random, floats, is_tiny, normalized_error, poisoned, storage,
};
use crate::weights::Weights;

pub(crate) static PROGRAM: Program = program!("embed", weights: true);

/// The uniform: constants of one shard of the embedding.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Embed {
    pub(crate) first_row: u32,
    pub(crate) rows: u32,
    pub(crate) steps: u32,
    pub(crate) scale: f32,
}

/// Writes `x` (columns, width), each row times `scale`, with one dispatch per shard of the embedding.
pub fn dispatches(
    device: &Device,
    (embedding, scale): (&Weights, f32),
    (columns, feed): (&Buffer, &Buffer),
    x: &Buffer,
) -> Result<Vec<Dispatch>> {
    let steps = embedding.steps();
    let mut made = Vec::with_capacity(embedding.shards.len());
    for shard in &embedding.shards {
        let shape = device.uniform(&Embed { first_row: shard.first_row, rows: shard.rows, steps, scale })?;
        let mut bindings = vec![
            (0, shape.all()),
            (1, shard.quants.all()),
            (3, columns.all()),
            (4, feed.all()),
            (5, x.all()),
        ];
        bindings.extend(shard.scales.as_ref().map(|scales| (2, scales.all())));
        let grid = [GridDim::Fixed(steps.div_ceil(WORKGROUP)), GridDim::Columns, GridDim::Fixed(1)];
        made.push(device.dispatch(&PROGRAM, Some(shard.layout), &[], &bindings, grid)?);
    }
    Ok(made)
}

/// CPU reference: the row of each token times `scale`.
pub fn embed(rows: &[Vec<f64>], scale: f64, tokens: &[u32]) -> Vec<f64> {
    tokens.iter().flat_map(|&token| rows[token as usize].iter().map(move |weight| weight * scale)).collect()
}

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-12: two roundings.
pub fn check(
    device: &Device,
    layout: Layout,
    vocab: u32,
    width: u32,
    columns: u32,
    seed: u64,
) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let host = HostWeights::random(&mut random, layout, vocab, width.next_multiple_of(layout.block()));
    let rows: Vec<_> = (0..vocab).map(|row| host.row(row)).collect();
    // Step 0 feeds the column's own first token, later steps the shared one.
    let mut tokens: Vec<u32> = (0..columns).map(|_| random.below(vocab)).collect();
    tokens.iter_mut().zip((0..vocab).rfind(|row| is_tiny(*row))).for_each(|(token, tiny)| *token = tiny);
    let cells: Vec<Column> = tokens
        .iter()
        .enumerate()
        .map(|(c, &t)| Column {
            first: if c % 2 == 0 { t } else { vocab },
            row: columns - 1 - c as u32,
            ..Column::default()
        })
        .collect();
    let feed: Vec<Feed> = tokens
        .iter()
        .enumerate()
        .rev()
        .map(
            |(c, &t)| {
                if c % 2 == 0 { Feed { token: vocab, step: 0 } } else { Feed { token: t, step: c as u32 } }
            },
        )
        .collect();
    // Gemma's scale for a width of 640.
    let scale = 25.25;
    let expected = embed(&rows, scale.into(), &tokens);
    let x = poisoned(device, expected.len())?;
    let weights = host.upload(device)?;
    let at = (&storage(device, &cells)?, &storage(device, &feed)?);
    let made = dispatches(device, (&weights, scale), at, &x)?;
    let mut commands = device.commands();
    commands.pass(&made, columns, 1);
    commands.submit()?;
    let stored = floats(device, &x, expected.len())?;
    let padded = width.next_multiple_of(layout.block()) as usize;
    let got: Vec<f32> = stored.chunks(padded).flat_map(|column| deinterleaved(column, padded)).collect();
    // By column, as a row of tiny weights would be hidden by the others.
    let columns = got.chunks(padded).zip(expected.chunks(padded));
    let error = columns.map(|(got, expected)| normalized_error(got, expected)).fold(0.0, f64::max);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-12 })
}
