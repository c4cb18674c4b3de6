//! `shaders/logit_sum.wgsl`: the weighted sum of the models' logits (eq. 2 of the Collab-MT paper, eq. 1 of
//! proxy-tuning, or any other sum).

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{Program, WORKGROUP, program};
use crate::reference_check::{CheckResult, POISON, Random, floats, poisoned, storage};

pub(crate) static PROGRAM: Program = program!("logit_sum", weights: false);

/// Most terms of a recipe; MAX_TERMS in the shader.
pub const MAX_TERMS: usize = 8;

/// The part of one model in a column's sum; with weight 0 it has none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct Term {
    /// Factor of its logits.
    pub weight: f32,
    /// Row of its logits.
    pub row: u32,
}

/// The sum of a column.
pub type ColumnSum = [Term; MAX_TERMS];

/// The sum of a column whose logits are in `row` of every model, with these weights of the models.
pub fn column_sum(weights: &[f32], row: u32) -> ColumnSum {
    std::array::from_fn(|term| Term { weight: weights.get(term).copied().unwrap_or(0.0), row })
}

/// The uniform: constants of a recipe.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct LogitSum {
    pub(crate) vocab: u32,
    pub(crate) stride: u32,
    pub(crate) capacity: u32,
    pub(crate) terms: u32,
}

/// The shape of a buffer of logits: one row per column.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// Tokens of the vocabulary.
    pub vocab: u32,
    /// Elements between rows, a multiple of 64 so that one term can be bound separately.
    pub stride: u32,
    /// Rows allocated per term.
    pub capacity: u32,
}

impl Rows {
    /// Rows for `capacity` columns.
    pub fn new(vocab: u32, capacity: u32) -> Self {
        Self { vocab, stride: vocab.next_multiple_of(64), capacity }
    }

    /// Bytes of one term.
    pub fn term_bytes(&self) -> u64 {
        u64::from(self.stride) * u64::from(self.capacity) * 4
    }
}

/// Writes `summed` (columns, stride) from `logits` (terms, capacity, stride) and `sums`, a [`ColumnSum`] a column. Rows that
/// no column names may hold anything.
///
/// # Example
/// Sums the logits of two models over a vocabulary of three tokens:
/// ```
/// use kernels::logit_sum::{self, Rows};
/// use kernels::{BufferUse, Device, DeviceOptions};
///
/// # fn main() -> kernels::Result<()> {
/// let device = Device::open(&DeviceOptions::default())?;
/// let rows = Rows::new(3, 1);
/// let mut logits = vec![0.0; 2 * rows.stride as usize];
/// logits[..3].copy_from_slice(&[1.0, 2.0, 3.0]);
/// logits[rows.stride as usize..][..3].copy_from_slice(&[4.0, 0.0, -4.0]);
/// let logits: Vec<u8> = logits.iter().flat_map(|logit: &f32| logit.to_le_bytes()).collect();
/// let logits = device.buffer_with("logits", &logits, BufferUse::Storage)?;
/// let sum = logit_sum::column_sum(&[1.0, 0.5], 0);
/// let sums = device.buffer_with("sums", bytemuck::cast_slice(&sum), BufferUse::Storage)?;
/// let summed = device.buffer("summed logits", rows.term_bytes(), BufferUse::Storage)?;
///
/// let dispatch = logit_sum::dispatch(&device, (&rows, 2), &logits, &sums, &summed)?;
/// let mut commands = device.commands();
/// commands.pass([&dispatch], 1, 1);
/// commands.submit()?;
/// let expected = [3.0f32, 2.0, 1.0].map(f32::to_le_bytes).concat();
/// assert_eq!(device.read(&summed, 0, 12)?, expected);
/// # Ok(())
/// # }
/// ```
pub fn dispatch(
    device: &Device,
    (rows, terms): (&Rows, usize),
    logits: &Buffer,
    sums: &Buffer,
    summed: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&LogitSum {
        vocab: rows.vocab,
        stride: rows.stride,
        capacity: rows.capacity,
        terms: terms.min(MAX_TERMS) as u32,
    })?;
    let bindings = [(0, shape.all()), (1, logits.all()), (2, sums.all()), (3, summed.all())];
    let grid = [GridDim::Fixed(rows.vocab.div_ceil(WORKGROUP)), GridDim::Columns, GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, &[], &bindings, grid)
}

/// CPU reference: Σ weight · logit of one token, and Σ |weight · logit|, which bounds its error.
pub fn logit_sum(weights: &[f32], logits: &[f32]) -> (f64, f64) {
    let products = || weights.iter().zip(logits).map(|(&w, &x)| f64::from(w) * f64::from(x));
    (products().sum(), products().map(f64::abs).sum())
}

/// Compares the kernel with its reference on random rows. Each column has the weights from another term on, and 0 in place of
/// one of several; its row differs from term to term, and rows that no column names are NaN. The error is the largest |got − sum| / Σ|weight · logit|. Allowed: 2⁻²³
/// up to four terms (every preset), and 2⁻²⁵ more for each term beyond.
pub fn check(device: &Device, weights: &[f32], vocab: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let rows = Rows::new(vocab, columns + 1);
    let (terms, stride, capacity) = (weights.len(), rows.stride as usize, rows.capacity as usize);
    let mut logits: Vec<f32> = random.normals(terms * stride * capacity).iter().map(|x| x * 4.0).collect();
    let mut by_column: Vec<ColumnSum> = Vec::new();
    for column in 0..columns {
        let mut sum = ColumnSum::default();
        for (term, part) in sum.iter_mut().enumerate().take(terms) {
            let row = (column + term as u32) % columns;
            *part = Term { weight: weights[(term + column as usize) % terms], row };
        }
        if terms > 1 {
            let left_out = random.below(terms as u32) as usize;
            sum[left_out].weight = 0.0;
            logits[(left_out * capacity + sum[left_out].row as usize) * stride..][..stride].fill(f32::NAN);
        }
        by_column.push(sum);
    }
    let all: Vec<Term> = by_column.concat();
    let (input, all) = (storage(device, &logits)?, storage(device, &all)?);
    let summed = poisoned(device, stride * columns as usize)?;
    let made = dispatch(device, (&rows, terms), &input, &all, &summed)?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let got = floats(device, &summed, stride * columns as usize)?;
    let mut error = 0f64;
    for (i, &got) in got.iter().enumerate() {
        let (column, v) = (i / stride, i % stride);
        if v >= vocab as usize {
            error = if got == POISON { error } else { f64::INFINITY };
            continue;
        }
        let read = by_column[column].iter().enumerate().filter(|(_, part)| part.weight != 0.0);
        let (own, terms): (Vec<f32>, Vec<f32>) = read
            .map(|(t, part)| (part.weight, logits[(t * capacity + part.row as usize) * stride + v]))
            .unzip();
        let (sum, size) = logit_sum(&own, &terms);
        let this = (f64::from(got) - sum).abs() / size.max(f64::MIN_POSITIVE);
        error = if this.is_nan() { f64::INFINITY } else { error.max(this) };
    }
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 2f64.powi(-25) * terms.max(4) as f64 })
}
