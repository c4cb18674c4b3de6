//! `shaders/logit_bias.wgsl`: adds a bonus to the summed logits of a few tokens, to favour glossary terms.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::logit_sum::Rows;
use crate::program::{Program, WORKGROUP, program};
use crate::reference_check::{CheckResult, POISON, Random, floats, storage};

pub(crate) static PROGRAM: Program = program!("logit_bias", weights: false);

/// Most biases per column; MAX_BIASES in the shader.
pub const MAX_BIASES: usize = 128;

/// The uniform: constants of a vocabulary.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct LogitBias {
    pub(crate) vocab: u32,
    pub(crate) stride: u32,
}

/// A bonus for one token.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Bias {
    /// Token id.
    pub token: u32,
    /// Added to its summed logit.
    pub bonus: f32,
}

impl Bias {
    /// Fills the unused entries of a column.
    pub const NONE: Self = Self { token: u32::MAX, bonus: 0.0 };
}

/// Bytes of `biases` per column.
pub const COLUMN_BYTES: u64 = (MAX_BIASES * size_of::<Bias>()) as u64;

/// Adds `biases` (columns, [`MAX_BIASES`]) to `summed` (columns, stride). A token occurs at most once per column.
pub fn dispatch(device: &Device, rows: &Rows, biases: &Buffer, summed: &Buffer) -> Result<Dispatch> {
    let shape = device.uniform(&LogitBias { vocab: rows.vocab, stride: rows.stride })?;
    let bindings = [(0, shape.all()), (1, biases.all()), (2, summed.all())];
    let grid = [GridDim::Fixed(MAX_BIASES as u32 / WORKGROUP), GridDim::Columns, GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, &[], &bindings, grid)
}

/// CPU reference for one row.
pub fn logit_bias(row: &mut [f64], biases: &[Bias]) {
    for bias in biases {
        if let Some(logit) = row.get_mut(bias.token as usize) {
            *logit += f64::from(bias.bonus);
        }
    }
}

/// Compares the kernel with its reference on random rows and biases (none, some, all in use); the error is the largest
/// difference relative to the larger of the two numbers added, allowed 2⁻²³; other logits must be unchanged.
pub fn check(device: &Device, vocab: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let rows = Rows::new(vocab, columns);
    let logits: Vec<f32> = (0..columns)
        .flat_map(|_| {
            let mut row = random.normals(vocab as usize);
            row.resize(rows.stride as usize, POISON);
            row
        })
        .collect();
    let mut biases = Vec::new();
    for column in 0..columns as usize {
        let used = [0, 1 + random.below(40) as usize, MAX_BIASES][column % 3].min(vocab as usize);
        let first = random.below(vocab);
        biases.extend((0..MAX_BIASES as u32).map(|i| match (i as usize) < used {
            true => Bias { token: (first + i) % vocab, bonus: random.normal() * 5.0 },
            false => Bias::NONE,
        }));
    }
    let (summed, input) = (storage(device, &logits)?, storage(device, &biases)?);
    let made = dispatch(device, &rows, &input, &summed)?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let got = floats(device, &summed, logits.len())?;
    let stride = rows.stride as usize;
    let mut error = 0f64;
    for (column, row) in logits.chunks(stride).enumerate() {
        let mut expected: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
        let column_biases = &biases[column * MAX_BIASES..][..MAX_BIASES];
        logit_bias(&mut expected[..vocab as usize], column_biases);
        for (v, (&got, &expected)) in got[column * stride..].iter().zip(&expected).enumerate() {
            let bonus = column_biases.iter().find(|bias| bias.token as usize == v).map(|bias| bias.bonus);
            error = match bonus {
                Some(bonus) => {
                    let size = f64::from(bonus.abs().max(row[v].abs())).max(f64::MIN_POSITIVE);
                    let this = (f64::from(got) - expected).abs() / size;
                    if this.is_nan() { f64::INFINITY } else { error.max(this) }
                }
                None if got == row[v] => error,
                None => f64::INFINITY,
            };
        }
    }
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 2f64.powi(-23) })
}
