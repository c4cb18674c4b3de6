//! `shaders/attention_reduce.wgsl`: combines the splits of attention (Milakov & Gimelshein 2018).

use bytemuck::{Pod, Zeroable};

use crate::activations::deinterleaved;
use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim, SPLIT};
use crate::device::Device;
use crate::error::Result;
use crate::heads::Heads;
use crate::program::{Program, program};
use crate::reference_check::{
    CheckResult, POISON, Random, floats, normalized_error, poisoned, random_columns, storage, wide,
};

pub(crate) static PROGRAM: Program = program!("attention_reduce", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct AttentionReduce {
    pub(crate) heads: u32,
    pub(crate) head_dim: u32,
    pub(crate) context: u32,
    pub(crate) splits: u32,
    pub(crate) steps: u32,
    pub(crate) window: u32,
}

/// Writes `attended` (columns, stride), in the order of activations, from `partials` (columns, heads, splits, head_dim + 2).
pub fn dispatch(
    device: &Device,
    heads: &Heads,
    (columns, feed): (&Buffer, &Buffer),
    partials: &Buffer,
    (attended, stride): (&Buffer, u32),
) -> Result<Dispatch> {
    let shape = device.uniform(&AttentionReduce {
        heads: heads.heads,
        head_dim: heads.head_dim,
        context: heads.context,
        splits: heads.splits(),
        steps: stride / 32,
        window: heads.window_size(),
    })?;
    let bindings =
        [(0, shape.all()), (1, columns.all()), (2, feed.all()), (3, partials.all()), (4, attended.all())];
    let grid = [GridDim::Fixed(heads.heads), GridDim::Columns, GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, heads.window_constants(), &bindings, grid)
}

/// CPU reference: the partial results (o, m, l) of one head, combined.
pub fn attention_reduce(splits: &[&[f64]]) -> Vec<f64> {
    let dim = splits.first().map_or(0, |split| split.len() - 2);
    let most = splits.iter().map(|split| split[dim]).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = splits.iter().map(|split| (split[dim] - most).exp() * split[dim + 1]).sum();
    (0..dim)
        .map(|i| splits.iter().map(|split| (split[dim] - most).exp() * split[i]).sum::<f64>() / total)
        .collect()
}

/// Compares the kernel with its reference on random partials. NMSE ≤ 1e-9.
pub fn check(device: &Device, heads: &Heads, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let (cells, feed) = random_columns(&mut random, heads, columns);
    let dim = heads.head_dim as usize;
    let mut partials = random.normals(columns as usize * heads.partial_floats() as usize);
    partials.chunks_exact_mut(dim + 2).for_each(|split| split[dim + 1] = split[dim + 1].abs() + 1.0);
    let stride = (heads.heads as usize * dim).next_multiple_of(32) + 32;
    let mut expected = vec![f64::from(POISON); columns as usize * stride];
    let wide_partials = wide(&partials);
    let splits = heads.splits() as usize;
    for column in 0..columns as usize {
        let attended = heads.attended(cells[column].base + feed[cells[column].row as usize].step + 1).len();
        for head in 0..heads.heads as usize {
            let first = (column * heads.heads as usize + head) * splits * (dim + 2);
            let splits = attended.div_ceil(SPLIT as usize);
            let parts: Vec<&[f64]> = wide_partials[first..].chunks_exact(dim + 2).take(splits).collect();
            expected[column * stride + head * dim..][..dim].copy_from_slice(&attention_reduce(&parts));
        }
    }
    let (cells, feed) = (storage(device, &cells)?, storage(device, &feed)?);
    let (partials, attended) = (storage(device, &partials)?, poisoned(device, expected.len())?);
    let made = dispatch(device, heads, (&cells, &feed), &partials, (&attended, stride as u32))?;
    let mut commands = device.commands();
    commands.pass([&made], columns, heads.context);
    commands.submit()?;
    let got: Vec<f32> = floats(device, &attended, expected.len())?
        .chunks(stride)
        .flat_map(|column| deinterleaved(column, stride))
        .collect();
    let error = normalized_error(&got, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
