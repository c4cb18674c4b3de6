//! `shaders/attention_row.wgsl`: one head's attention to a run of positions. Read for word alignment (Garg et al.
//! 2019 for the idea of one chosen head; the heads of a model are picked by measuring).

use bytemuck::{Pod, Zeroable};
use half::f16;

use crate::attention;
use crate::check::{POISON, Random, Verdict, error_of, floats, poisoned, storage, wide};
use crate::commands::{Dim, Dispatch};
use crate::device::{Buffer, Device, Use};
use crate::error::Result;
use crate::program::{Program, program};
use crate::rope::{Heads, random_columns};

pub(crate) static PROGRAM: Program = program!("attention_row", weights: false);

/// Constants of a chosen head.
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
    pub(crate) head: u32,
    pub(crate) place: u32,
    pub(crate) chosen: u32,
}

/// The positions that are looked at.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct Run {
    /// The first position.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// A head whose attention is read.
#[derive(Debug, Clone, Copy)]
pub struct Chosen {
    /// Query head.
    pub head: u32,
    /// Its place among the model's chosen heads.
    pub place: u32,
    /// How many those are.
    pub of: u32,
}

/// `rows` (columns, chosen heads, run.count) of one head, from the queries in qkv, the keys in the cache and the
/// `partials` that [`attention`] has just written. `run` is a uniform that holds a [`Run`].
pub fn dispatch(
    device: &Device,
    heads: &Heads,
    (columns, feed): (&Buffer, &Buffer),
    (qkv, cache, partials): (&Buffer, &Buffer, &Buffer),
    (chosen, run): (Chosen, &Buffer),
    rows: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&AttentionRow {
        heads: heads.heads,
        kv_heads: heads.kv_heads,
        head_dim: heads.head_dim,
        stride: heads.qkv_stride(),
        context: heads.context,
        splits: heads.splits(),
        scale: 1.0 / (heads.head_dim as f32).sqrt(),
        head: chosen.head,
        place: chosen.place,
        chosen: chosen.of,
    })?;
    let bindings = [
        (0, shape.all()),
        (1, run.all()),
        (2, columns.all()),
        (3, feed.all()),
        (4, qkv.all()),
        (5, cache.all()),
        (6, partials.all()),
        (7, rows.all()),
    ];
    // A run is no longer than its sequence, so the sequence's splits hold it.
    device.dispatch(&PROGRAM, None, &[], &bindings, [Dim::Splits, Dim::Columns, Dim::Fixed(1)])
}

/// The reference: softmax(q · Kᵀ / √d) of one head over whole rows.
pub fn attention_row(query: &[f64], keys: &[Vec<f64>]) -> Vec<f64> {
    let scale = 1.0 / (query.len() as f64).sqrt();
    let scores: Vec<f64> =
        keys.iter().map(|key| query.iter().zip(key).map(|(q, k)| q * k).sum::<f64>() * scale).collect();
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    scores.iter().map(|score| (score - most).exp() / total).collect()
}

/// Runs attention and attention_row for the first and the last head against the reference, over a run that some
/// columns have not reached. NMSE ≤ 1e-9.
pub fn check(device: &Device, heads: &Heads, columns: u32, seed: u64) -> Result<Verdict> {
    let mut random = Random::new(seed);
    let (cells, feed) = random_columns(&mut random, heads, columns);
    let stride = heads.qkv_stride() as usize;
    let qkv: Vec<f32> = random.normals(columns as usize * stride);
    let cache: Vec<f16> =
        random.normals(4 * heads.cache_pairs() as usize).into_iter().map(f16::from_f32).collect();
    let first = random.below(heads.context);
    let run = Run { first, count: 1 + random.below(heads.context - first) };
    let (dim, kv, count) = (heads.head_dim as usize, heads.kv_heads as usize, run.count as usize);
    let picks = [0, heads.heads - 1];
    // One column more than there is, so that writing past the end is seen.
    let mut expected = vec![f64::from(POISON); (columns as usize + 1) * picks.len() * count];
    for column in 0..columns as usize {
        let length = cells[column].base + feed[column].step + 1;
        for (place, &head) in picks.iter().enumerate() {
            let key = |position: u32| {
                let row = (cells[column].slot * heads.context + position) as usize * kv;
                let at = (row + head as usize * kv / heads.heads as usize) * dim;
                cache[at..at + dim].iter().map(|&h| f64::from(h)).collect()
            };
            let keys: Vec<Vec<f64>> = (0..length).map(key).collect();
            let query = wide(&qkv[column * stride + head as usize * dim..][..dim]);
            let mut row = attention_row(&query, &keys);
            row.resize(heads.context as usize, 0.0);
            expected[(column * picks.len() + place) * count..][..count]
                .copy_from_slice(&row[run.first as usize..][..count]);
        }
    }
    let (cells, feed) = (storage(device, &cells)?, storage(device, &feed)?);
    let (qkv, cache) = (storage(device, &qkv)?, storage(device, &cache)?);
    let partials = poisoned(device, columns as usize * heads.partial_floats() as usize)?;
    let rows = poisoned(device, expected.len())?;
    let run = device.buffer_with("check", bytemuck::bytes_of(&run), Use::Uniform)?;
    let mut made = vec![attention::dispatch(device, heads, (&cells, &feed), &qkv, &cache, &partials)?];
    for (place, &head) in picks.iter().enumerate() {
        let chosen = Chosen { head, place: place as u32, of: picks.len() as u32 };
        let memory = (&qkv, &cache, &partials);
        made.push(dispatch(device, heads, (&cells, &feed), memory, (chosen, &run), &rows)?);
    }
    let mut commands = device.commands();
    // Every position of the run is written, also where no column has come so far.
    commands.pass(&made, columns, heads.context);
    commands.submit()?;
    let error = error_of(&floats(device, &rows, expected.len())?, &expected);
    Ok(Verdict { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
