//! `shaders/rms_norm.wgsl`: RMSNorm (Zhang & Sennrich 2019) for the matmul path.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::matvec::Norm;
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, Random, floats, normalized_error, poisoned, storage, wide};

pub(crate) static PROGRAM: Program = program!("rms_norm", weights: false);

/// The uniform: constants of a model.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct RmsNorm {
    pub(crate) fours: u32,
    pub(crate) width: f32,
    pub(crate) epsilon: f32,
}

/// Writes `y` (columns, padded width) = x · gain / rms(x).
pub fn dispatch(device: &Device, x: &Buffer, norm: Norm<'_>, y: &Buffer) -> Result<Dispatch> {
    let fours = norm.width.next_multiple_of(32) / 4;
    let shape = device.uniform(&RmsNorm { fours, width: norm.width as f32, epsilon: norm.epsilon })?;
    let bindings = [(0, shape.all()), (1, x.all()), (2, norm.gain.all()), (3, y.all())];
    device.dispatch(&PROGRAM, None, &[], &bindings, [GridDim::Columns, GridDim::Fixed(1), GridDim::Fixed(1)])
}

/// CPU reference for one column.
pub fn rms_norm(x: &[f64], gain: &[f64], epsilon: f64) -> Vec<f64> {
    let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
    x.iter().zip(gain).map(|(v, g)| v * g / (mean + epsilon).sqrt()).collect()
}

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-10.
pub fn check(device: &Device, width: u32, columns: u32, seed: u64) -> Result<CheckResult> {
    let mut random = Random::new(seed);
    let padded = width.next_multiple_of(32) as usize;
    let gain = random.normals(width as usize);
    let mut x = vec![0.0; columns as usize * padded];
    let mut expected = vec![0.0; x.len()];
    for (x, y) in x.chunks_mut(padded).zip(expected.chunks_mut(padded)) {
        x[..width as usize].copy_from_slice(&random.normals(width as usize));
        y[..width as usize].copy_from_slice(&rms_norm(&wide(&x[..width as usize]), &wide(&gain), 1e-5));
    }
    let mut padded_gain = gain;
    padded_gain.resize(padded, 0.0);
    let gain = storage(device, &padded_gain)?;
    let (input, y) = (storage(device, &x)?, poisoned(device, x.len())?);
    let made = dispatch(device, &input, Norm { gain: &gain, width, epsilon: 1e-5 }, &y)?;
    let mut commands = device.commands();
    commands.pass([&made], columns, 1);
    commands.submit()?;
    let error = normalized_error(&floats(device, &y, x.len())?, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-10 })
}
