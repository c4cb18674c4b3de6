//! `shaders/matvec.wgsl`: a quantized matrix times 1–8 columns, with RMSNorm and an epilogue fused.

use bytemuck::{Pod, Zeroable};

use crate::buffer::{Buffer, BufferView};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Program, program};
use crate::reference_check::{
    CheckResult, HostWeights, POISON, Random, floats, normalized_error, poisoned, storage, wide,
};
use crate::weights::Weights;

pub(crate) static PROGRAM: Program = program!("matvec", weights: true);

/// Most columns of one dispatch.
pub const MAX_COLUMNS: u32 = 8;

/// The uniform: constants of one shard of a matrix.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Matvec {
    pub(crate) rows: u32,
    pub(crate) first_row: u32,
    pub(crate) steps: u32,
    pub(crate) stride: u32,
    pub(crate) width: f32,
    pub(crate) epsilon: f32,
}

/// What the kernel does with the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Epilogue {
    /// y = sum.
    Store = 0,
    /// y += sum (the residual).
    Add = 1,
    /// y[r / 2] = silu(sum of row r) · sum of row r + 1, for even r.
    Swiglu = 2,
    /// y[r / 2] = gelu(sum of row r) · sum of row r + 1, for even r; GELU by tanh (Hendrycks & Gimpel 2016).
    Geglu = 3,
    /// `y[r] = silu(y[r]) · sum`, where the gate's matrix has been stored in y.
    TimesSilu = 4,
    /// `y[r] = gelu(y[r]) · sum`, likewise.
    TimesGelu = 5,
}

impl Epilogue {
    /// Whether it reads y.
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Add | Self::TimesSilu | Self::TimesGelu)
    }

    /// Outputs of a matrix with this many rows.
    pub(crate) fn outputs(self, rows: u32) -> u32 {
        if matches!(self, Self::Swiglu | Self::Geglu) { rows / 2 } else { rows }
    }
}

/// RMSNorm applied to x.
#[derive(Debug, Clone, Copy)]
pub struct Norm<'a> {
    /// Learned gain (width, padded with zeros).
    pub gain: &'a Buffer,
    /// Unpadded width.
    pub width: u32,
    /// ε under the root.
    pub epsilon: f32,
}

fn constants(device: &Device, columns: u32, norm: bool, epilogue: Epilogue) -> [(&'static str, u32); 5] {
    [
        ("COLUMNS", columns),
        ("NORM", u32::from(norm)),
        ("EPILOGUE", epilogue as u32),
        ("TEAMS", device.teams()),
        ("FOURS", device.matvec_fours()),
    ]
}

/// Compiles the kernel before its first dispatch.
pub fn compile(device: &Device, layout: Layout, columns: u32, norm: bool, epilogue: Epilogue) -> Result<()> {
    device.pipeline(&PROGRAM, Some(layout), &constants(device, columns, norm, epilogue)).map(|_| ())
}

/// One dispatch for each shard of the matrix. `x` is (columns, width), `y` (columns, stride).
pub fn dispatches(
    device: &Device,
    weights: &Weights,
    columns: u32,
    x: BufferView<'_>,
    (y, stride): (BufferView<'_>, u32),
    norm: Option<Norm<'_>>,
    epilogue: Epilogue,
) -> Result<Vec<Dispatch>> {
    let constants = constants(device, columns, norm.is_some(), epilogue);
    let mut made = Vec::with_capacity(weights.shards.len());
    for shard in &weights.shards {
        let shape = device.uniform(&Matvec {
            rows: shard.rows,
            first_row: shard.first_row,
            steps: weights.steps(),
            stride,
            width: norm.map_or(1.0, |n| n.width as f32),
            epsilon: norm.map_or(0.0, |n| n.epsilon),
        })?;
        let mut bindings = vec![(0, shape.all()), (1, shard.quants.all()), (3, x), (4, y)];
        bindings.extend(shard.scales.as_ref().map(|scales| (2, scales.all())));
        // Without NORM the kernel does not read binding 5, but the layout has it.
        bindings.push((5, norm.map_or(x, |n| n.gain.all())));
        let grid =
            [GridDim::Fixed(shard.rows.div_ceil(device.matvec_rows())), GridDim::Fixed(1), GridDim::Fixed(1)];
        made.push(device.dispatch(&PROGRAM, Some(shard.layout), &constants, &bindings, grid)?);
    }
    Ok(made)
}

/// CPU reference: `rows` of weights times one column, in f64.
pub fn matvec(rows: &[Vec<f64>], x: &[f64], norm: Option<(&[f64], f64)>, epilogue: Epilogue, y: &mut [f64]) {
    let x: Vec<f64> = match norm {
        None => x.to_vec(),
        Some((gain, epsilon)) => {
            let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
            x.iter().zip(gain).map(|(v, g)| v * g / (mean + epsilon).sqrt()).collect()
        }
    };
    let sums: Vec<f64> = rows.iter().map(|row| row.iter().zip(&x).map(|(w, v)| w * v).sum()).collect();
    match epilogue {
        Epilogue::Store => y[..sums.len()].copy_from_slice(&sums),
        Epilogue::Add => y.iter_mut().zip(&sums).for_each(|(y, sum)| *y += sum),
        Epilogue::Swiglu => {
            y.iter_mut().zip(sums.chunks_exact(2)).for_each(|(y, pair)| *y = silu(pair[0]) * pair[1]);
        }
        Epilogue::Geglu => {
            y.iter_mut().zip(sums.chunks_exact(2)).for_each(|(y, pair)| *y = gelu(pair[0]) * pair[1]);
        }
        Epilogue::TimesSilu => y.iter_mut().zip(&sums).for_each(|(y, sum)| *y = silu(*y) * sum),
        Epilogue::TimesGelu => y.iter_mut().zip(&sums).for_each(|(y, sum)| *y = gelu(*y) * sum),
    }
}

fn silu(v: f64) -> f64 {
    v / (1.0 + (-v).exp())
}

fn gelu(v: f64) -> f64 {
    0.5 * v * (1.0 + (std::f64::consts::FRAC_2_PI.sqrt() * (v + 0.044715 * v.powi(3))).tanh())
}

/// Input shape of a check; `width` is padded to a multiple of 32 (nested layouts: 256), as in model files.
#[derive(Debug, Clone, Copy)]
pub struct MatrixCase {
    /// How the weights are stored.
    pub layout: Layout,
    /// Rows of the matrix.
    pub rows: u32,
    /// Unpadded columns of the matrix.
    pub width: u32,
    /// Columns of x.
    pub columns: u32,
    /// Whether RMSNorm is fused (matvec only).
    pub norm: bool,
    /// What the kernel does with the sums.
    pub epilogue: Epilogue,
}

// Elements between the columns of y: more than the rows, so that the check sees stray writes.
pub(crate) fn stride_of(rows: u32) -> u32 {
    rows + 3
}

/// Inputs and expected output for checking matvec and matmul.
pub(crate) struct Prepared {
    pub weights: HostWeights,
    pub x: Vec<f32>,
    pub gain: Vec<f32>,
    pub before: Vec<f32>,
    pub expected: Vec<f64>,
}

pub(crate) const EPSILON: f32 = 1e-5;

pub(crate) fn prepare(case: &MatrixCase, seed: u64) -> Prepared {
    let mut random = Random::new(seed);
    let padded = case.width.next_multiple_of(case.layout.block());
    let weights = HostWeights::random(&mut random, case.layout, case.rows, padded);
    let pad = |values: Vec<f32>| -> Vec<f32> {
        values
            .chunks(case.width as usize)
            .flat_map(|row| {
                let mut row = row.to_vec();
                row.resize(padded as usize, 0.0);
                row
            })
            .collect()
    };
    let x = random.normals((case.columns * case.width) as usize);
    let gain = random.normals(case.width as usize);
    let stride = stride_of(case.rows) as usize;
    let mut before = vec![POISON; case.columns as usize * stride];
    if case.epilogue.reads() {
        for column in before.chunks_mut(stride) {
            column[..case.rows as usize].copy_from_slice(&random.normals(case.rows as usize));
        }
    }
    let mut expected = wide(&before);
    let rows: Vec<Vec<f64>> =
        (0..case.rows).map(|row| weights.row(row)[..case.width as usize].to_vec()).collect();
    let gain_wide = wide(&gain);
    for (column, y) in wide(&x).chunks(case.width as usize).zip(expected.chunks_mut(stride)) {
        let norm = case.norm.then_some((gain_wide.as_slice(), f64::from(EPSILON)));
        matvec(&rows, column, norm, case.epilogue, &mut y[..case.epilogue.outputs(case.rows) as usize]);
    }
    Prepared { weights, x: pad(x), gain: pad(gain), before, expected }
}

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-9: f32 sums of exact weights.
pub fn check(device: &Device, case: &MatrixCase, seed: u64) -> Result<CheckResult> {
    let Prepared { weights, x, gain, before, expected } = prepare(case, seed);
    let weights = weights.upload(device)?;
    let (x, gain) = (storage(device, &x)?, storage(device, &gain)?);
    let y = poisoned(device, before.len())?;
    device.write(&y, 0, bytemuck::cast_slice(&before));
    let norm = case.norm.then_some(Norm { gain: &gain, width: case.width, epsilon: EPSILON });
    let output = (y.all(), stride_of(case.rows));
    let made = dispatches(device, &weights, case.columns, x.all(), output, norm, case.epilogue)?;
    let mut commands = device.commands();
    commands.pass(&made, case.columns, 1);
    commands.submit()?;
    let error = normalized_error(&floats(device, &y, before.len())?, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
