//! `shaders/attention_row.wgsl`: one head's attention to a range of positions, for word alignment (Garg et al. 2019 use
//! one chosen head; `wasan models align` measures which heads of a model align best).

use bytemuck::{Pod, Zeroable};

use crate::attention;
use crate::buffer::{Buffer, BufferUse};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::heads::Heads;
use crate::program::{Program, program};
use crate::reference_check::{
    CheckResult, POISON, Random, cache_of, floats, normalized_error, poisoned, random_columns, storage, wide,
};

pub(crate) static PROGRAM: Program = program!("attention_row", weights: false);

/// The uniform: constants of a chosen head.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct AttentionRow {
    pub(crate) heads: u32,
    pub(crate) kv_heads: u32,
    pub(crate) head_dim: u32,
    pub(crate) stride: u32,
    pub(crate) context: u32,
    pub(crate) splits: u32,
    pub(crate) scale: f32,
    pub(crate) window: u32,
    pub(crate) head: u32,
    pub(crate) index: u32,
    pub(crate) chosen_heads: u32,
}

/// The positions whose attention is read.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct PositionRange {
    /// The first position.
    pub first: u32,
    /// Number of positions.
    pub count: u32,
}

/// One of the heads whose attention is read.
#[derive(Debug, Clone, Copy)]
pub struct ChosenHead {
    /// Query head.
    pub head: u32,
    /// Its index among the model's chosen heads.
    pub index: u32,
    /// Number of chosen heads.
    pub count: u32,
}

/// Writes one head of `rows` (columns, chosen heads, positions.count), from the queries in qkv, the keys in the cache
/// and the `partials` that [`attention`] has just written. `positions` is a uniform that holds a [`PositionRange`].
pub fn dispatch(
    device: &Device,
    heads: &Heads,
    (columns, feed): (&Buffer, &Buffer),
    (qkv, cache, partials): (&Buffer, &Buffer, &Buffer),
    (chosen, positions): (ChosenHead, &Buffer),
    rows: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&AttentionRow {
        heads: heads.heads,
        kv_heads: heads.kv_heads,
        head_dim: heads.head_dim,
        stride: heads.qkv_stride(),
        context: heads.context,
        splits: heads.splits(),
        scale: heads.scale,
        window: heads.window_size(),
        head: chosen.head,
        index: chosen.index,
        chosen_heads: chosen.count,
    })?;
    let bindings = [
        (0, shape.all()),
        (1, positions.all()),
        (2, columns.all()),
        (3, feed.all()),
        (4, qkv.all()),
        (5, cache.all()),
        (6, partials.all()),
        (7, rows.all()),
    ];
    // The range is no longer than its sequence, so the sequence's splits hold it.
    let grid = [GridDim::Splits, GridDim::Columns, GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, heads.window_constants(), &bindings, grid)
}

/// CPU reference: softmax(scale · q · Kᵀ) of one head over the positions that it attends to.
pub fn attention_row(query: &[f64], keys: &[Vec<f64>], scale: f64) -> Vec<f64> {
    let scores: Vec<f64> =
        keys.iter().map(|key| query.iter().zip(key).map(|(q, k)| q * k).sum::<f64>() * scale).collect();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    scores.iter().map(|score| (score - most).exp() / total).collect()
}

/// Compares attention followed by attention_row with the reference, for the first and the last head, over a range that
/// some columns have not reached. NMSE ≤ 1e-9.
pub fn check(device: &Device, heads: &Heads, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let (cells, feed) = random_columns(&mut random, heads, columns);
    let stride = heads.qkv_stride() as usize;
    let qkv: Vec<f32> = random.normals(columns as usize * stride);
    let (cache, wide_cache) = cache_of(device, random.normals(4 * heads.cache_pairs() as usize))?;
    let first = random.below(heads.context);
    let positions = PositionRange { first, count: 1 + random.below(heads.context - first) };
    let (dim, kv, count) = (heads.head_dim as usize, heads.kv_heads as usize, positions.count as usize);
    let picks = [0, heads.heads - 1];
    // One extra column, so that the check sees a write past the end.
    let mut expected = vec![f64::from(POISON); (columns as usize + 1) * picks.len() * count];
    for column in 0..columns as usize {
        let length = cells[column].base + feed[cells[column].row as usize].step + 1;
        for (index, &head) in picks.iter().enumerate() {
            let key = |position: u32| {
                let row = (cells[column].slot * heads.context + position) as usize * kv;
                let at = (row + head as usize * kv / heads.heads as usize) * dim;
                wide_cache[at..at + dim].to_vec()
            };
            let attended = heads.attended(length);
            let keys: Vec<Vec<f64>> = attended.clone().map(key).collect();
            let query = wide(&qkv[column * stride + head as usize * dim..][..dim]);
            let mut row = vec![0.0; heads.context as usize];
            row[attended.start as usize..attended.end as usize].copy_from_slice(&attention_row(
                &query,
                &keys,
                heads.scale.into(),
            ));
            expected[(column * picks.len() + index) * count..][..count]
                .copy_from_slice(&row[positions.first as usize..][..count]);
        }
    }
    let (cells, feed) = (storage(device, &cells)?, storage(device, &feed)?);
    let qkv = storage(device, &qkv)?;
    let partials = poisoned(device, columns as usize * heads.partial_floats() as usize)?;
    let rows = poisoned(device, expected.len())?;
    let positions = device.buffer_with("check", bytemuck::bytes_of(&positions), BufferUse::Uniform)?;
    let mut made = vec![attention::dispatch(device, heads, (&cells, &feed), &qkv, &cache, &partials)?];
    for (index, &head) in picks.iter().enumerate() {
        let chosen = ChosenHead { head, index: index as u32, count: picks.len() as u32 };
        let memory = (&qkv, &cache, &partials);
        made.push(dispatch(device, heads, (&cells, &feed), memory, (chosen, &positions), &rows)?);
    }
    let mut commands = device.commands();
    // The kernel writes every position of the range, also those beyond a column's own.
    commands.pass(&made, columns, heads.context);
    commands.submit()?;
    let error = normalized_error(&floats(device, &rows, expected.len())?, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
