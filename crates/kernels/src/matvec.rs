//! `shaders/matvec.wgsl`: a quantized matrix times 1–8 columns, with RMSNorm and an epilogue fused.

mod check;

use bytemuck::{Pod, Zeroable};

use crate::buffer::{Buffer, BufferView};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::program::{Program, program};
use crate::reference_check::CheckResult;
use crate::rms_norm::Norm;
use crate::weights::Weights;
pub use check::MatrixCase;
pub(crate) use check::{EPSILON, Prepared};

pub(crate) static PROGRAM: Program = program!("matvec", weights: true, shared: ["epilogue"]);

/// Most columns that a workgroup computes.
pub const MAX_COLUMNS: u32 = 8;

// It is compiled for these numbers of columns, others round up: a pipeline for each number would cost more compilation
// time than it saves.
pub(crate) const COMPILED_COLUMNS: [u32; 5] = [1, 2, 4, 6, MAX_COLUMNS];

// Most columns for which this kernel is better than matmul: they read the weights twice, the second time from a cache.
pub(crate) const MOST_COLUMNS: u32 = 2 * MAX_COLUMNS;

/// The columns that the kernel is compiled for to run `columns` of them; `None` where matmul is better.
pub fn compiled_columns(columns: u32) -> Option<u32> {
    let compiled = COMPILED_COLUMNS.into_iter().find(|&compiled| compiled >= columns);
    compiled.or((columns <= MOST_COLUMNS).then_some(MAX_COLUMNS))
}

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
    pub(crate) all_rows: u32,
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
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Store, Self::Add, Self::Swiglu, Self::Geglu, Self::TimesSilu, Self::TimesGelu];

    /// Whether it reads y.
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Add | Self::TimesSilu | Self::TimesGelu)
    }

    /// Outputs of a matrix with this many rows.
    pub(crate) fn outputs(self, rows: u32) -> u32 {
        if matches!(self, Self::Swiglu | Self::Geglu) { rows / 2 } else { rows }
    }
}

/// What is done to x on its way into a product.
#[derive(Debug, Clone, Copy)]
pub enum Normed<'a> {
    /// Nothing.
    No,
    /// Its RMSNorm, computed in the product (matvec of one column only).
    Fused(Norm<'a>),
    /// x is the product with the norm's gain, and the sums of a column are multiplied by its factor: both by `rms_norm`.
    Scaled(&'a Buffer),
}

/// Where a product goes.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    /// Columns of outputs.
    pub y: BufferView<'a>,
    /// Elements between them.
    pub stride: u32,
    /// Whether another product reads them, which so finds them in the order of activations.
    pub interleaved: bool,
}

/// Input and output of a matrix's product with the columns of a pass.
#[derive(Debug, Clone, Copy)]
pub struct Product<'a> {
    /// The columns (columns, padded width), in the order of activations.
    pub x: BufferView<'a>,
    /// Whether they are normed.
    pub normed: Normed<'a>,
    /// What is done with the sums.
    pub epilogue: Epilogue,
    /// Where they go.
    pub output: Output<'a>,
    /// What is added to them first (columns, rows).
    pub plus: Option<&'a Buffer>,
    /// A [`PassSize`](crate::PassSize).
    pub pass_size: &'a Buffer,
}

/// What decides a pipeline of the kernel, besides the layout of the weights.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Columns that a workgroup computes.
    pub columns: u32,
    /// Whether RMSNorm is fused.
    pub fused_norm: bool,
    /// What is done with the sums.
    pub epilogue: Epilogue,
    /// Whether they are stored in the order of activations.
    pub interleaved: bool,
    /// Whether something is added to the sums first.
    pub plus: bool,
}

fn constants(device: &Device, of: &Variant, scaled: bool) -> Result<[(&'static str, u32); 8]> {
    Ok([
        ("PLUS", u32::from(of.plus)),
        ("COLUMNS", of.columns),
        ("NORM", if of.fused_norm { 1 } else { 2 * u32::from(scaled) }),
        ("EPILOGUE", of.epilogue as u32),
        ("INTERLEAVED", u32::from(of.interleaved)),
        ("TEAMS", device.teams()?),
        ("TEAMS_ARE_FIXED", u32::from(device.teams_are_fixed())),
        ("FOURS", device.matvec_fours()),
    ])
}

/// Compiles the kernel before its first dispatch.
pub fn compile(device: &Device, layout: Layout, variant: &Variant) -> Result<()> {
    device.pipeline(&PROGRAM, Some(layout), &constants(device, variant, false)?).map(|_| ())
}

/// One dispatch for each shard of the matrix, compiled for [`compiled_columns`] of the pass's.
pub fn dispatches(
    device: &Device,
    weights: &Weights,
    columns: u32,
    product: &Product<'_>,
) -> Result<Vec<Dispatch>> {
    let Product { x, normed, epilogue, output, plus, pass_size } = *product;
    let (norm, factors) = match normed {
        Normed::No => (None, None),
        Normed::Fused(norm) => (Some(norm), None),
        Normed::Scaled(factors) => (None, Some(factors)),
    };
    let (fused_norm, interleaved) = (norm.is_some(), output.interleaved);
    let variant = Variant { columns, fused_norm, epilogue, interleaved, plus: plus.is_some() };
    let constants = constants(device, &variant, factors.is_some())?;
    let mut made = Vec::with_capacity(weights.shards.len());
    for shard in &weights.shards {
        let shape = device.uniform(&Matvec {
            rows: shard.rows,
            first_row: shard.first_row,
            steps: weights.steps(),
            stride: output.stride,
            width: norm.map_or(1.0, |n| n.width as f32),
            epsilon: norm.map_or(0.0, |n| n.epsilon),
            all_rows: weights.rows,
        })?;
        let mut bindings = vec![(0, shape.all()), (1, shard.quants.all()), (3, x), (4, output.y)];
        bindings.extend(shard.scales.as_ref().map(|scales| (2, scales.all())));
        // Which of these the kernel reads depends on NORM and PLUS, but the layout has all.
        bindings.push((5, norm.map_or(x, |n| n.gain.all())));
        bindings.push((6, factors.map_or(x, Buffer::all)));
        bindings.push((8, plus.map_or(x, Buffer::all)));
        bindings.push((7, pass_size.all()));
        let grid = [
            GridDim::Fixed(shard.rows.div_ceil(device.matvec_rows()?)),
            GridDim::ColumnsBy(columns),
            GridDim::Fixed(1),
        ];
        made.push(device.dispatch(&PROGRAM, Some(shard.layout), &constants, &bindings, grid)?);
    }
    Ok(made)
}

/// CPU reference: `rows` of weights times one column, plus what is added to the sums, in f64.
pub fn matvec(
    rows: &[Vec<f64>],
    x: &[f64],
    norm: Option<(&[f64], f64)>,
    plus: &[f64],
    epilogue: Epilogue,
    y: &mut [f64],
) {
    let x: Vec<f64> = match norm {
        None => x.to_vec(),
        Some((gain, epsilon)) => {
            let mean = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
            x.iter().zip(gain).map(|(v, g)| v * g / (mean + epsilon).sqrt()).collect()
        }
    };
    let product = |row: &Vec<f64>| row.iter().zip(&x).map(|(w, v)| w * v).sum::<f64>();
    let sums: Vec<f64> = rows.iter().zip(plus).map(|(row, plus)| product(row) + plus).collect();
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

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-9: f32 sums of exact weights.
pub fn check(device: &Device, case: &MatrixCase, seed: u64) -> Result<CheckResult> {
    check_runs(device, case, &[case.columns], seed)
}

/// The same for several numbers of columns, at most the case's, which must give each column the same bits.
pub fn check_runs(device: &Device, case: &MatrixCase, runs: &[u32], seed: u64) -> Result<CheckResult> {
    let prepared = Prepared::new(device, case, seed)?;
    let error = prepared.compare(runs, |columns| {
        prepared.run(device, (columns, true), |weights, product| {
            dispatches(device, weights, compiled_columns(columns).unwrap_or(MAX_COLUMNS), product)
        })
    })?;
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
