//! `shaders/gate.wgsl`: the weights of a gated sum for one step.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::logit_sum::{ColumnSum, MAX_TERMS, Rows, Term, column_sum};
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, Random, storage, wide};
use crate::vocab_blocks;

pub(crate) static PROGRAM: Program = program!("gate", weights: false);

/// When the weights of a sum fall to L alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateSettings {
    /// Probability that L gives its likeliest token from which L decides alone, 0…1; above 1: never.
    pub certain: f32,
    /// Two other models disagree wildly where each gives the likeliest token of the other less than this share of the
    /// probability of its own, 0…1; 0: never.
    pub share: f32,
}

/// The uniform: constants of a recipe.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Gate {
    pub(crate) stride: u32,
    pub(crate) capacity: u32,
    pub(crate) blocks: u32,
    pub(crate) pitch: u32,
    pub(crate) terms: u32,
    pub(crate) large: u32,
    pub(crate) certain: f32,
    pub(crate) apart: f32,
}

/// Buffers of a gated sum.
#[derive(Clone, Copy)]
pub struct GateBuffers<'a> {
    /// The columns' own sums, a [`ColumnSum`] each.
    pub sums: &'a Buffer,
    /// (terms, capacity, stride)
    pub logits: &'a Buffer,
    /// Of each term's logits, (terms, [`Rows::blocks_pitch`]), from [`vocab_blocks`].
    pub blocks: &'a Buffer,
    /// The sums of this step.
    pub gated: &'a Buffer,
}

/// Writes `gated`, whose weights [`logit_sum`](crate::logit_sum) reads, for a recipe in which term `large` is L.
pub fn dispatch(
    device: &Device,
    (rows, terms): (&Rows, usize),
    (gate, large): (GateSettings, usize),
    buffers: GateBuffers<'_>,
) -> Result<Dispatch> {
    let shape = device.uniform(&Gate {
        stride: rows.stride,
        capacity: rows.capacity,
        blocks: rows.blocks(),
        pitch: rows.blocks_pitch(),
        terms: terms.min(MAX_TERMS) as u32,
        large: large as u32,
        certain: gate.certain.ln(),
        apart: -gate.share.ln(),
    })?;
    let GateBuffers { sums, logits, blocks, gated } = buffers;
    let bindings =
        [(0, shape.all()), (1, sums.all()), (2, logits.all()), (3, blocks.all()), (4, gated.all())];
    device.dispatch(&PROGRAM, None, &[], &bindings, [GridDim::Columns, GridDim::Fixed(1), GridDim::Fixed(1)])
}

/// CPU reference: whether L decides alone, for the logits of each term with its weight, and how far from that limit the
/// decision is, in nats.
pub fn gate(weights: &[f32], logits: &[Vec<f64>], (gate, large): (GateSettings, usize)) -> (bool, f64) {
    let best = |row: &[f64]| (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
    if weights.get(large).is_none_or(|weight| *weight <= 0.0) {
        return (false, f64::INFINITY);
    }
    let top = logits[large][best(&logits[large])];
    let total: f64 = logits[large].iter().map(|logit| (logit - top).exp()).sum();
    let mut excess = vec![-total.ln() - f64::from(gate.certain).ln()];
    let specialist = |term: &usize| *term != large && weights[*term] > 0.0;
    for term in (0..weights.len()).filter(specialist) {
        for other in (0..term).filter(specialist) {
            let distance = |a: usize, b: usize| logits[a][best(&logits[a])] - logits[a][best(&logits[b])];
            excess.push(distance(term, other).min(distance(other, term)) + f64::from(gate.share).ln());
        }
    }
    let alone = excess.first().is_some_and(|excess| *excess >= 0.0) || excess[1..].iter().any(|e| *e > 0.0);
    (alone, excess.iter().map(|excess| excess.abs()).fold(f64::INFINITY, f64::min))
}

/// Compares the kernel with its reference on random rows; each column has a weight of 0 for one of several terms. The error
/// counts the columns whose weights or rows differ although the decision is not within 1e-4 of its limit; none is allowed.
pub fn check(device: &Device, terms: usize, vocab: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let rows = Rows::new(vocab, columns + 1);
    let (stride, capacity) = (rows.stride as usize, rows.capacity as usize);
    // Some rows are flat and some steep, so that some columns are certain, some disagree, and some do neither.
    let mut logits = Vec::with_capacity(terms * capacity * stride);
    for _ in 0..terms * capacity {
        let steepness = [0.5, 2.0, 6.0][random.below(3) as usize];
        logits.extend(random.normals(stride).iter().map(|x| x * steepness));
    }
    let (settings, large) = (GateSettings { certain: 0.6, share: 0.05 }, terms / 2);
    let mut sums: Vec<ColumnSum> = Vec::new();
    for column in 0..columns {
        let mut weights: Vec<f32> = (0..terms).map(|term| 0.5 + term as f32).collect();
        if column % 3 > 0 {
            weights[random.below(terms as u32) as usize] = 0.0;
        }
        let mut sum = column_sum(&weights, 0);
        sum.iter_mut().enumerate().for_each(|(term, part)| part.row = (column + term as u32) % columns);
        sums.push(sum);
    }
    let (input, own) = (storage(device, &logits)?, storage(device, &sums.concat())?);
    let pitch = rows.blocks_pitch_bytes();
    let blocks = storage(device, &vec![0u8; terms * pitch as usize])?;
    let gated = storage(device, &vec![Term { weight: f32::NAN, row: u32::MAX }; sums.len() * MAX_TERMS])?;
    let mut commands = device.commands();
    for term in 0..terms as u64 {
        let logits = input.part(term * rows.term_bytes(), rows.term_bytes());
        let blocks = blocks.part(term * pitch, pitch);
        commands.pass([&vocab_blocks::dispatch(device, &rows, logits, blocks)?], columns, 1);
    }
    let buffers = GateBuffers { sums: &own, logits: &input, blocks: &blocks, gated: &gated };
    let made = dispatch(device, (&rows, terms), (settings, large), buffers)?;
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let bytes = (sums.len() * size_of::<ColumnSum>()) as u64;
    let got: Vec<Term> = bytemuck::pod_collect_to_vec(&device.read(&gated, 0, bytes)?);
    let mut wrong = 0.0;
    for (sum, got) in sums.iter().zip(got.chunks(MAX_TERMS)) {
        let weights: Vec<f32> = sum.iter().take(terms).map(|part| part.weight).collect();
        let row = |(term, part): (usize, &Term)| {
            wide(&logits[(term * capacity + part.row as usize) * stride..][..vocab as usize])
        };
        let own_logits: Vec<Vec<f64>> = sum.iter().take(terms).enumerate().map(row).collect();
        let (alone, margin) = gate(&weights, &own_logits, (settings, large));
        let whole: f32 = weights.iter().map(|weight| weight.abs()).sum();
        let expected = |(term, part): (usize, &Term)| match alone {
            true => Term { weight: if term == large { whole } else { 0.0 }, row: part.row },
            false => *part,
        };
        let same = sum.iter().enumerate().map(expected).zip(got).all(|(expected, got)| expected == *got);
        wrong += if same || margin < 1e-4 { 0.0 } else { 1.0 };
    }
    Ok(CheckResult { kernel: PROGRAM.name, error: wrong, allowed: 0.0 })
}
