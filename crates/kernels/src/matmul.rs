//! `shaders/matmul.wgsl`: a quantized matrix times many columns, in tiles.

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::matvec::{Epilogue, MatrixCase, Normed, Prepared, Product};
use crate::program::{Program, program};
use crate::reference_check::CheckResult;
use crate::weights::Weights;

pub(crate) static PROGRAM: Program = program!("matmul", weights: true);

// Rows and columns of a tile; the same names in the shader.
const TILE_ROWS: u32 = 64;
const TILE_COLUMNS: u32 = 32;

/// The uniform: constants of one shard of a matrix.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Matmul {
    pub(crate) rows: u32,
    pub(crate) first_row: u32,
    pub(crate) steps: u32,
    pub(crate) stride: u32,
}

fn constants(epilogue: Epilogue, interleaved: bool, scaled: bool) -> [(&'static str, u32); 4] {
    [
        ("EPILOGUE", epilogue as u32),
        ("INTERLEAVED", u32::from(interleaved)),
        ("SCALED", u32::from(scaled)),
        // It unpacks a row's whole step.
        ("FOURS", 8),
    ]
}

/// Compiles the kernel before its first dispatch.
pub fn compile(
    device: &Device,
    layout: Layout,
    epilogue: Epilogue,
    (interleaved, scaled): (bool, bool),
) -> Result<()> {
    device.pipeline(&PROGRAM, Some(layout), &constants(epilogue, interleaved, scaled)).map(|_| ())
}

/// One dispatch for each shard of the matrix. A norm of `product` is not fused.
pub fn dispatches(device: &Device, weights: &Weights, product: &Product<'_>) -> Result<Vec<Dispatch>> {
    let Product { x, normed, epilogue, output, pass_size } = *product;
    let factors = match normed {
        Normed::Scaled(factors) => Some(factors),
        Normed::No | Normed::Fused(_) => None,
    };
    let constants = constants(epilogue, output.interleaved, factors.is_some());
    let mut made = Vec::with_capacity(weights.shards.len());
    for shard in &weights.shards {
        let shape = device.uniform(&Matmul {
            rows: shard.rows,
            first_row: shard.first_row,
            steps: weights.steps(),
            stride: output.stride,
        })?;
        let mut bindings =
            vec![(0, shape.all()), (1, shard.quants.all()), (3, x), (4, output.y), (5, pass_size.all())];
        bindings.extend(shard.scales.as_ref().map(|scales| (2, scales.all())));
        // Not read unless SCALED, but the layout has it.
        bindings.push((6, factors.map_or(x, Buffer::all)));
        let grid = [
            GridDim::Fixed(shard.rows.div_ceil(TILE_ROWS)),
            GridDim::ColumnsBy(TILE_COLUMNS),
            GridDim::Fixed(1),
        ];
        made.push(device.dispatch(&PROGRAM, Some(shard.layout), &constants, &bindings, grid)?);
    }
    Ok(made)
}

/// CPU reference: that of matvec, column by column.
pub fn matmul(rows: &[Vec<f64>], x: &[Vec<f64>], epilogue: Epilogue, y: &mut [Vec<f64>]) {
    for (x, y) in x.iter().zip(y) {
        crate::matvec::matvec(rows, x, None, epilogue, y);
    }
}

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-9: f32 sums of exact weights.
pub fn check(device: &Device, case: &MatrixCase, seed: u64) -> Result<CheckResult> {
    check_runs(device, case, &[case.columns], seed)
}

/// The same for several numbers of columns, at most the case's, which must give each column the same bits.
pub fn check_runs(device: &Device, case: &MatrixCase, runs: &[u32], seed: u64) -> Result<CheckResult> {
    let prepared = Prepared::new(device, case, seed)?;
    let error = prepared.compare(runs, |columns| {
        prepared.run(device, (columns, false), |weights, product| dispatches(device, weights, product))
    })?;
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
