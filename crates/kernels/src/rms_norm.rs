//! `shaders/rms_norm.wgsl`: RMSNorm (Zhang & Sennrich 2019) for products with several columns and for the outputs of
//! layers.

use bytemuck::{Pod, Zeroable};

use crate::activations::{deinterleaved, interleaved};
use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::program::{Program, program};
use crate::reference_check::{
    CheckResult, POISON, Random, floats, normalized_error, poisoned, storage, wide,
};

pub(crate) static PROGRAM: Program = program!("rms_norm", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct RmsNorm {
    pub(crate) steps: u32,
    pub(crate) width: f32,
    pub(crate) epsilon: f32,
}

/// RMSNorm.
#[derive(Debug, Clone, Copy)]
pub struct Norm<'a> {
    /// Learned gain, as [`interleaved`] stores it.
    pub gain: &'a Buffer,
    /// Unpadded width.
    pub width: u32,
    /// ε under the root.
    pub epsilon: f32,
}

/// What the kernel does with the normed x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// y = x · gain, with the factor 1 / rms(x) beside it.
    Product,
    /// y += x · gain / rms(x) (the residual).
    Add,
}

impl Target {
    fn constants(self) -> &'static [(&'static str, u32)] {
        match self {
            // None, as `Device::compile_common` compiles it.
            Self::Product => &[],
            Self::Add => &[("ADD", 1)],
        }
    }
}

/// Compiles the kernel before its first dispatch.
pub fn compile(device: &Device, target: Target) -> Result<()> {
    device.pipeline(&PROGRAM, None, target.constants()).map(|_| ())
}

/// Writes `y` (columns, padded width) from `x` of the same shape, and `factors` (columns) unless it is added.
pub fn dispatch(
    device: &Device,
    x: &Buffer,
    norm: Norm<'_>,
    (y, factors): (&Buffer, &Buffer),
    target: Target,
) -> Result<Dispatch> {
    let steps = norm.width.div_ceil(32);
    let shape = device.uniform(&RmsNorm { steps, width: norm.width as f32, epsilon: norm.epsilon })?;
    let bindings = [(0, shape.all()), (1, x.all()), (2, norm.gain.all()), (3, y.all()), (4, factors.all())];
    let grid = [GridDim::Columns, GridDim::Fixed(1), GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, target.constants(), &bindings, grid)
}

/// CPU reference for one column.
pub fn rms_norm(x: &[f64], gain: &[f64], epsilon: f64) -> Vec<f64> {
    let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
    x.iter().zip(gain).map(|(v, g)| v * g / (mean + epsilon).sqrt()).collect()
}

/// Compares the kernel with its reference on random inputs; a product is compared times its factor. NMSE ≤ 1e-10.
pub fn check(device: &Device, width: u32, columns: u32, target: Target, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let width = width as usize;
    let padded = width.next_multiple_of(32);
    let gain = random.normals(width);
    let (mut x, mut before, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..columns {
        let column = random.normals(width);
        let mut y = rms_norm(&wide(&column), &wide(&gain), 1e-5);
        y.resize(padded, 0.0);
        // The residual stream; its padding holds zeros. When it is not added to, every element must be written.
        let mut stream = vec![POISON; padded];
        if target == Target::Add {
            stream = random.normals(width);
            stream.resize(padded, 0.0);
            y.iter_mut().zip(&stream).for_each(|(y, &before)| *y += f64::from(before));
        }
        x.extend(interleaved(&column));
        before.extend(interleaved(&stream));
        expected.extend(y);
    }
    let (gain, input) = (storage(device, &interleaved(&gain))?, storage(device, &x)?);
    let (y, factors) = (storage(device, &before)?, poisoned(device, columns as usize)?);
    let norm = Norm { gain: &gain, width: width as u32, epsilon: 1e-5 };
    let made = dispatch(device, &input, norm, (&y, &factors), target)?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let factors = floats(device, &factors, columns as usize)?;
    let got: Vec<f32> = floats(device, &y, x.len())?
        .chunks(padded)
        .zip(factors)
        .flat_map(|(column, factor)| {
            let factor = if target == Target::Add { 1.0 } else { factor };
            deinterleaved(column, padded).into_iter().map(move |v| v * factor)
        })
        .collect();
    let error = normalized_error(&got, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-10 })
}
