//! `shaders/attention.wgsl`: grouped-query attention (Ainslie et al. 2023) over one split of the cache.

use bytemuck::{Pod, Zeroable};

use crate::activations::deinterleaved;
use crate::attention_reduce;
use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::heads::Heads;
use crate::program::{Program, program};
use crate::reference_check::{
    CheckResult, POISON, Random, cache_of, floats, normalized_error, poisoned, random_columns, storage, wide,
};

pub(crate) static PROGRAM: Program = program!("attention", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Attention {
    pub(crate) heads: u32,
    pub(crate) kv_heads: u32,
    pub(crate) head_dim: u32,
    pub(crate) stride: u32,
    pub(crate) context: u32,
    pub(crate) values_at: u32,
    pub(crate) splits: u32,
    pub(crate) scale: f32,
    pub(crate) window: u32,
}

fn constants(heads: &Heads) -> [(&'static str, u32); 2] {
    [("GROUP", heads.group()), ("WINDOWED", u32::from(heads.window.is_some()))]
}

/// Compiles the kernel, and what a window needs besides, before its first dispatch.
pub fn compile(device: &Device, heads: &Heads) -> Result<()> {
    device.pipeline(&PROGRAM, None, &constants(heads))?;
    device.pipeline(&attention_reduce::PROGRAM, None, heads.window_constants()).map(|_| ())
}

/// Writes `partials` (columns, heads, splits, head_dim + 2) from the queries in `qkv` and the cache.
pub fn dispatch(
    device: &Device,
    heads: &Heads,
    (columns, feed): (&Buffer, &Buffer),
    qkv: &Buffer,
    cache: &Buffer,
    partials: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&Attention {
        heads: heads.heads,
        kv_heads: heads.kv_heads,
        head_dim: heads.head_dim,
        stride: heads.qkv_stride(),
        context: heads.context,
        values_at: heads.cache_pairs() as u32,
        splits: heads.splits(),
        scale: heads.scale,
        window: heads.window_size(),
    })?;
    let bindings = [
        (0, shape.all()),
        (1, columns.all()),
        (2, feed.all()),
        (3, qkv.all()),
        (4, cache.all()),
        (5, partials.all()),
    ];
    let grid = [heads.split_grid(), GridDim::Fixed(heads.heads / heads.group()), GridDim::Columns];
    device.dispatch(&PROGRAM, None, &constants(heads), &bindings, grid)
}

/// CPU reference: softmax(scale · q · Kᵀ) · V of one head over the positions that it attends to.
pub fn attention(query: &[f64], keys: &[Vec<f64>], values: &[Vec<f64>], scale: f64) -> Vec<f64> {
    let scores: Vec<f64> =
        keys.iter().map(|key| query.iter().zip(key).map(|(q, k)| q * k).sum::<f64>() * scale).collect();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    let mut sum = vec![0.0; query.len()];
    for (score, value) in scores.iter().zip(values) {
        let share = (score - most).exp() / total;
        sum.iter_mut().zip(value).for_each(|(sum, v)| *sum += share * v);
    }
    sum
}

/// Compares attention followed by attention_reduce with the reference on random inputs. NMSE ≤ 1e-9.
pub fn check(device: &Device, heads: &Heads, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let (cells, feed) = random_columns(&mut random, heads, columns);
    let stride = heads.qkv_stride() as usize;
    let mut qkv: Vec<f32> = random.normals(columns as usize * stride);
    // Every other column attends sharply: without its maximum the softmax would overflow.
    qkv.chunks_mut(stride).step_by(2).flatten().for_each(|q| *q *= 40.0);
    let pairs = heads.cache_pairs() as usize;
    let (cache, wide_cache) = cache_of(device, random.normals(4 * pairs))?;
    let (dim, kv) = (heads.head_dim as usize, heads.kv_heads as usize);
    let out_stride = (heads.heads * heads.head_dim).next_multiple_of(32) as usize + 32;
    let mut expected = vec![f64::from(POISON); columns as usize * out_stride];
    let mut longest = 0;
    for column in 0..columns as usize {
        let length = cells[column].base + feed[cells[column].row as usize].step + 1;
        longest = longest.max(length);
        for head in 0..heads.heads as usize {
            let row = |first: usize, position: u32| {
                let row = (cells[column].slot * heads.context + position) as usize * kv;
                let at = first + (row + head * kv / heads.heads as usize) * dim;
                wide_cache[at..at + dim].to_vec()
            };
            let keys: Vec<_> = heads.attended(length).map(|p| row(0, p)).collect();
            let values: Vec<_> = heads.attended(length).map(|p| row(2 * pairs, p)).collect();
            let query = wide(&qkv[column * stride + head * dim..][..dim]);
            expected[column * out_stride + head * dim..][..dim].copy_from_slice(&attention(
                &query,
                &keys,
                &values,
                heads.scale.into(),
            ));
        }
    }
    let (cells, feed) = (storage(device, &cells)?, storage(device, &feed)?);
    let qkv = storage(device, &qkv)?;
    let partials = poisoned(device, columns as usize * heads.partial_floats() as usize)?;
    let attended = poisoned(device, expected.len())?;
    let made = [
        dispatch(device, heads, (&cells, &feed), &qkv, &cache, &partials)?,
        attention_reduce::dispatch(
            device,
            heads,
            (&cells, &feed),
            &partials,
            (&attended, out_stride as u32),
        )?,
    ];
    let mut commands = device.commands();
    commands.pass(&made, columns, longest);
    commands.submit()?;
    let got: Vec<f32> = floats(device, &attended, expected.len())?
        .chunks(out_stride)
        .flat_map(|column| deinterleaved(column, out_stride))
        .collect();
    let error = normalized_error(&got, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
