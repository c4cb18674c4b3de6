//! `shaders/rms_norm.wgsl`: RMSNorm (Zhang & Sennrich 2019) for the matmul path and for the outputs of layers.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::matvec::Norm;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, POISON, Random, floats, normalized_error, storage, wide};

pub(crate) static PROGRAM: Program = program!("rms_norm", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct RmsNorm {
    pub(crate) fours: u32,
    pub(crate) width: f32,
    pub(crate) epsilon: f32,
}

/// What the kernel does with the normed x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// y = x · gain / rms(x).
    Store,
    /// y += x · gain / rms(x) (the residual).
    Add,
}

impl Target {
    fn constants(self) -> &'static [(&'static str, u32)] {
        match self {
            // None, as `Device::compile_common` compiles it.
            Self::Store => &[],
            Self::Add => &[("ADD", 1)],
        }
    }
}

/// Compiles the kernel before its first dispatch.
pub fn compile(device: &Device, target: Target) -> Result<()> {
    device.pipeline(&PROGRAM, None, target.constants()).map(|_| ())
}

/// Writes `y` (columns, padded width) from `x` of the same shape.
pub fn dispatch(
    device: &Device,
    x: &Buffer,
    norm: Norm<'_>,
    (y, target): (&Buffer, Target),
) -> Result<Dispatch> {
    let fours = norm.width.next_multiple_of(32) / 4;
    let shape = device.uniform(&RmsNorm { fours, width: norm.width as f32, epsilon: norm.epsilon })?;
    let bindings = [(0, shape.all()), (1, x.all()), (2, norm.gain.all()), (3, y.all())];
    let grid = [GridDim::Columns, GridDim::Fixed(1), GridDim::Fixed(1)];
    device.dispatch(&PROGRAM, None, target.constants(), &bindings, grid)
}

/// CPU reference for one column.
pub fn rms_norm(x: &[f64], gain: &[f64], epsilon: f64) -> Vec<f64> {
    let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
    x.iter().zip(gain).map(|(v, g)| v * g / (mean + epsilon).sqrt()).collect()
}

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-10.
pub fn check(device: &Device, width: u32, columns: u32, target: Target, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let padded = width.next_multiple_of(32) as usize;
    let gain = random.normals(width as usize);
    let mut x = vec![0.0; columns as usize * padded];
    // The residual stream; its padding holds zeros. When it is not added to, every element must be written.
    let mut before = vec![POISON; x.len()];
    let mut expected = vec![0.0; x.len()];
    let rows = x.chunks_mut(padded).zip(before.chunks_mut(padded)).zip(expected.chunks_mut(padded));
    for ((x, before), y) in rows {
        x[..width as usize].copy_from_slice(&random.normals(width as usize));
        y[..width as usize].copy_from_slice(&rms_norm(&wide(&x[..width as usize]), &wide(&gain), 1e-5));
        if target == Target::Add {
            before.fill(0.0);
            before[..width as usize].copy_from_slice(&random.normals(width as usize));
            y.iter_mut().zip(wide(before)).for_each(|(y, before)| *y += before);
        }
    }
    let mut padded_gain = gain;
    padded_gain.resize(padded, 0.0);
    let gain = storage(device, &padded_gain)?;
    let (input, y) = (storage(device, &x)?, storage(device, &before)?);
    let made = dispatch(device, &input, Norm { gain: &gain, width, epsilon: 1e-5 }, (&y, target))?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let error = normalized_error(&floats(device, &y, x.len())?, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-10 })
}
