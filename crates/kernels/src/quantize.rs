//! `shaders/quantize.wgsl`: activations in int8, for products whose integers are multiplied (`matmul_int8.wgsl`).

use bytemuck::{Pod, Zeroable};

use crate::activations::interleaved;
use crate::buffer::{Buffer, BufferUse, BufferView};
use crate::column::PassSize;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{Program, WORKGROUP, program};
use crate::reference_check::{CheckResult, Random, floats, storage};

pub(crate) static PROGRAM: Program = program!("quantize", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Quantize {
    pub(crate) steps: u32,
}

/// Room for columns in int8: 32 bytes and 16 of factors for each step of 32 elements.
#[derive(Debug, Clone)]
pub struct Quantized {
    /// Integers (steps, columns, 32).
    pub(crate) quants: Buffer,
    /// (steps, columns) of scale, and its products with the sums of elements 0…15, of 16…31 and of all.
    pub(crate) factors: Buffer,
}

impl Quantized {
    /// Allocates it for `columns` columns of at most `width` elements, padded to a multiple of 32.
    pub fn new(device: &Device, columns: u64, width: u32) -> Result<Self> {
        let steps = columns * u64::from(width / 32);
        Ok(Self {
            quants: device.buffer("activations in int8", 32 * steps, BufferUse::Storage)?,
            factors: device.buffer("factors of activations", 16 * steps, BufferUse::Storage)?,
        })
    }

    /// Bytes of both buffers.
    pub fn bytes(columns: u64, width: u32) -> u64 {
        48 * columns * u64::from(width / 32)
    }

    /// The columns as they are read, `scale` · q.
    pub(crate) fn read(&self, device: &Device, columns: usize, steps: usize) -> Result<Vec<Vec<f64>>> {
        let quants = device.read(&self.quants, 0, 32 * (steps * columns) as u64)?;
        let factors = floats(device, &self.factors, 4 * steps * columns)?;
        let element = |column: usize, k: usize| {
            let at = k / 32 * columns + column;
            f64::from(quants[32 * at + k % 32] as i8) * f64::from(factors[4 * at])
        };
        Ok((0..columns).map(|c| (0..32 * steps).map(|k| element(c, k)).collect()).collect())
    }
}

/// Writes `quantized` from `x` (columns, steps · 32), for as many columns as the pass has.
pub fn dispatch(
    device: &Device,
    x: BufferView<'_>,
    steps: u32,
    quantized: &Quantized,
    pass_size: &Buffer,
) -> Result<Dispatch> {
    let shape = device.uniform(&Quantize { steps })?;
    let bindings = [
        (0, shape.all()),
        (1, x),
        (2, quantized.quants.all()),
        (3, quantized.factors.all()),
        (4, pass_size.all()),
    ];
    let grid = [GridDim::Fixed(steps.div_ceil(WORKGROUP)), GridDim::Columns, GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, &[], &bindings, grid)
}

/// CPU reference for a step of 32 elements: its scale and, not rounded, its integers.
pub fn quantize(step: &[f64]) -> (f64, Vec<f64>) {
    let most = step.iter().fold(0f64, |most, v| most.max(v.abs()));
    if most < 1e-30 {
        return (0.0, vec![0.0; step.len()]);
    }
    (most / 127.0, step.iter().map(|v| v * 127.0 / most).collect())
}

/// Compares the kernel with its reference on random inputs, with a step of zeros, a tiny and a huge one. The error is the largest
/// of: scales and sums, relative; integers, by as much as they are farther than ½ from what they round. ≤ 2e-5, as WGSL
/// allows 2.5 units in the last place for a division.
pub fn check(device: &Device, width: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let steps = width.div_ceil(32) as usize;
    let mut x = Vec::with_capacity(columns as usize);
    for column in 0..columns {
        let mut values = random.normals(width as usize);
        values.resize(32 * steps, 0.0);
        let sizes = [0.0, 1e-38, 1e-25, 1e30];
        let chosen = values.chunks_mut(32).skip(column as usize % 3).step_by(3);
        chosen.zip(sizes).for_each(|(step, size)| step.iter_mut().for_each(|v| *v *= size));
        x.push(values);
    }
    let input = storage(device, &x.iter().flat_map(|column| interleaved(column)).collect::<Vec<_>>())?;
    let quantized = Quantized::new(device, columns.into(), 32 * steps as u32)?;
    let poison = vec![0x55; (32 * steps) * columns as usize];
    device.write(&quantized.quants, 0, &poison);
    device.write(&quantized.factors, 0, &poison[..poison.len() / 2]);
    let size = device.buffer_with("pass", bytemuck::bytes_of(&PassSize { columns }), BufferUse::Uniform)?;
    let mut commands = device.commands();
    commands.pass([&dispatch(device, input.all(), steps as u32, &quantized, &size)?], columns, 1);
    commands.submit()?;
    let count = steps * columns as usize;
    let quants = device.read(&quantized.quants, 0, 32 * count as u64)?;
    let factors = floats(device, &quantized.factors, 4 * count)?;
    let mut error = 0f64;
    let mut at_most = |found: f64| error = if found <= error { error } else { found };
    for (c, column) in x.iter().enumerate() {
        for (step, values) in column.chunks(32).enumerate() {
            let at = step * columns as usize + c;
            let (scale, wanted) = quantize(&crate::reference_check::wide(values));
            let got: Vec<f64> = quants[32 * at..][..32].iter().map(|&q| f64::from(q as i8)).collect();
            for (got, wanted) in got.iter().zip(wanted) {
                at_most((got - wanted).abs() - 0.5);
            }
            let sum = |part: &[f64]| part.iter().sum::<f64>();
            let expected = [1.0, sum(&got[..16]), sum(&got[16..]), sum(&got)].map(|factor| factor * scale);
            for (&got, expected) in factors[4 * at..][..4].iter().zip(expected) {
                let difference = (f64::from(got) - expected).abs();
                at_most(if scale == 0.0 { difference } else { difference / expected.abs().max(scale) });
            }
        }
    }
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 2e-5 })
}
