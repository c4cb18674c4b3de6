//! `shaders/rope.wgsl`: rotary position embedding (RoPE) and the write to the KV cache, with biases and the norms of heads
//! fused.

use bytemuck::{Pod, Zeroable};

use crate::buffer::{Buffer, BufferUse};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::heads::Heads;
use crate::matvec::EPSILON;
use crate::program::{Program, WORKGROUP, program};
use crate::reference_check::{
    CheckResult, POISON, Random, cache_of, floats, normalized_error, random_columns, read_cache, storage,
    wide,
};
use crate::rms_norm::rms_norm;

pub(crate) static PROGRAM: Program = program!("rope", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Rope {
    pub(crate) heads: u32,
    pub(crate) kv_heads: u32,
    pub(crate) head_dim: u32,
    pub(crate) stride: u32,
    pub(crate) context: u32,
    pub(crate) values_at: u32,
    pub(crate) epsilon: f32,
}

/// What is done to q, k and v besides the rotation; nothing in a Llama.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeadChanges<'a> {
    /// Added to q, k and v first: one element a row of the joined matrix.
    pub bias: Option<&'a Buffer>,
    /// RMSNorm of each head of q and k.
    pub norm: Option<HeadNorm<'a>>,
}

/// RMSNorm of each head of q and k.
#[derive(Debug, Clone, Copy)]
pub struct HeadNorm<'a> {
    /// Learned gains (2, head_dim): of q, then of k.
    pub gains: &'a Buffer,
    /// ε under the root.
    pub epsilon: f32,
    /// Whether it follows the rotation.
    pub after_rope: bool,
}

/// Widest head that can be normed: a workgroup takes four elements an invocation.
pub const MAX_NORMED_HEAD: u32 = 4 * WORKGROUP;

/// The overrides; none for a Llama, as [`Device::compile_common`] compiles it.
fn constants(bias: bool, norm_after_rope: Option<bool>) -> Vec<(&'static str, u32)> {
    let norm = norm_after_rope.map(|after| ("HEAD_NORM", 1 + u32::from(after)));
    bias.then_some(("BIAS", 1)).into_iter().chain(norm).collect()
}

/// Compiles the kernel before its first dispatch: with biases, and with the norm after the rotation or before it.
pub fn compile(device: &Device, bias: bool, norm_after_rope: Option<bool>) -> Result<()> {
    device.pipeline(&PROGRAM, None, &constants(bias, norm_after_rope)).map(|_| ())
}

/// (cos, sin) of position · inverse frequency, (positions, head_dim / 2), computed in f64: the drivers' sine is
/// accurate only near zero.
pub fn rotations(inverse_frequencies: &[f32], positions: u32) -> Vec<[f32; 2]> {
    (0..positions)
        .flat_map(|position| {
            inverse_frequencies.iter().map(move |&frequency| {
                let (sine, cosine) = (f64::from(position) * f64::from(frequency)).sin_cos();
                [cosine as f32, sine as f32]
            })
        })
        .collect()
}

/// Rotates the queries of qkv (columns, stride) in place and writes keys and values of every column to `cache`. A normed
/// head has at most [`MAX_NORMED_HEAD`] elements.
pub fn dispatch(
    device: &Device,
    heads: &Heads,
    (columns, feed): (&Buffer, &Buffer),
    changes: HeadChanges<'_>,
    rotations: &Buffer,
    qkv: &Buffer,
    cache: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&Rope {
        heads: heads.heads,
        kv_heads: heads.kv_heads,
        head_dim: heads.head_dim,
        stride: heads.qkv_stride(),
        context: heads.context,
        values_at: heads.cache_pairs() as u32,
        epsilon: changes.norm.map_or(0.0, |norm| norm.epsilon),
    })?;
    let bindings = [
        (0, shape.all()),
        (1, columns.all()),
        (2, feed.all()),
        (3, rotations.all()),
        (4, qkv.all()),
        (5, cache.all()),
        // Not read where nothing is changed, but the layout has them.
        (6, changes.bias.unwrap_or(rotations).all()),
        (7, changes.norm.map_or(rotations, |norm| norm.gains).all()),
    ];
    let all_heads = heads.heads + 2 * heads.kv_heads;
    let workgroups = match changes.norm {
        Some(_) => all_heads,
        None => (all_heads * heads.head_dim / 4).div_ceil(WORKGROUP),
    };
    let grid = [GridDim::Fixed(workgroups), GridDim::Columns, GridDim::Fixed(1)];
    let constants = constants(changes.bias.is_some(), changes.norm.map(|norm| norm.after_rope));
    device.dispatch(&PROGRAM, None, &constants, &bindings, grid)
}

/// CPU reference: rotates one head's vector to a position.
pub fn rope(head: &mut [f64], inverse_frequencies: &[f32], position: u32) {
    let half = head.len() / 2;
    for i in 0..half {
        let (sine, cosine) = (f64::from(position) * f64::from(inverse_frequencies[i])).sin_cos();
        let (a, b) = (head[i], head[i + half]);
        head[i] = a * cosine - b * sine;
        head[i + half] = b * cosine + a * sine;
    }
}

/// Which changes a check makes.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChangesCase {
    /// Whether there are biases.
    pub bias: bool,
    /// Whether heads are normed, and after the rotation.
    pub norm_after_rope: Option<bool>,
}

/// Compares the kernel with its reference on random inputs; returns the worse error of qkv (NMSE ≤ 1e-10) and of the
/// cache (NMSE ≤ 1e-6: f16 rounding, scaled to the bound of qkv).
pub fn check(
    device: &Device,
    heads: &Heads,
    case: ChangesCase,
    columns: u32,
    seed: u64,
) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let half = heads.head_dim as usize / 2;
    let frequencies: Vec<f32> = (0..half).map(|i| 10000f32.powf(-(i as f32) / half as f32)).collect();
    let (cells, feed) = random_columns(&mut random, heads, columns);
    let stride = heads.qkv_stride() as usize;
    let qkv = random.normals(columns as usize * stride);
    let bias = random.normals(stride);
    let gains = random.normals(4 * half);
    let pairs = heads.cache_pairs() as usize;
    let (cache, mut expected_cache) = cache_of(device, vec![POISON; 4 * pairs])?;
    let mut expected = wide(&qkv);
    let (queries, keys) = (heads.heads as usize, heads.kv_heads as usize);
    for (column, qkv) in expected.chunks_mut(stride).enumerate() {
        let position = cells[column].base + feed[cells[column].row as usize].step;
        let row = (cells[column].slot * heads.context + position) as usize * keys;
        for (h, head) in qkv.chunks_exact_mut(2 * half).take(queries + 2 * keys).enumerate() {
            let mut turned = head.to_vec();
            if case.bias {
                turned.iter_mut().zip(wide(&bias[2 * half * h..])).for_each(|(v, bias)| *v += bias);
            }
            let gain = wide(&gains[if h < queries { 0 } else { 2 * half }..][..2 * half]);
            if h < queries + keys {
                if case.norm_after_rope == Some(false) {
                    turned = rms_norm(&turned, &gain, EPSILON.into());
                }
                rope(&mut turned, &frequencies, position);
                if case.norm_after_rope == Some(true) {
                    turned = rms_norm(&turned, &gain, EPSILON.into());
                }
            }
            if h < queries {
                head.copy_from_slice(&turned);
            } else {
                let (first, h) =
                    if h < queries + keys { (0, h - queries) } else { (2 * pairs, h - queries - keys) };
                let to = first + (row + h) * 2 * half;
                expected_cache[to..to + 2 * half].copy_from_slice(&turned);
            }
        }
    }
    let (cells, feed) = (storage(device, &cells)?, storage(device, &feed)?);
    let turns = storage(device, &rotations(&frequencies, heads.context))?;
    let buffer = device.buffer_with("check", bytemuck::cast_slice(&qkv), BufferUse::Storage)?;
    let (bias, gains) = (storage(device, &bias)?, storage(device, &gains)?);
    let changes = HeadChanges {
        bias: case.bias.then_some(&bias),
        norm: case.norm_after_rope.map(|after_rope| HeadNorm { gains: &gains, epsilon: EPSILON, after_rope }),
    };
    let made = dispatch(device, heads, (&cells, &feed), changes, &turns, &buffer, &cache)?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let qkv_error = normalized_error(&floats(device, &buffer, qkv.len())?, &expected);
    let cache_error = normalized_error(&read_cache(device, &cache, 4 * pairs)?, &expected_cache);
    Ok(CheckResult { kernel: PROGRAM.name, error: qkv_error.max(cache_error * 1e-4), allowed: 1e-10 })
}
