//! `shaders/matmul.wgsl`, `shaders/matmul_int8.wgsl`: a quantized matrix times many columns, in tiles; the columns are f32, or
//! int8 (`quantize.rs`).

use bytemuck::{Pod, Zeroable};

use crate::buffer::Buffer;
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::matmul_int8;
use crate::matvec::{Epilogue, MatrixCase, Normed, Prepared, Product};
use crate::program::{Program, program};
use crate::quantize::{self, Quantized};
use crate::reference_check::CheckResult;
use crate::weights::Weights;

pub(crate) static PROGRAM: Program = program!("matmul", weights: true, shared: ["epilogue", "tile"]);

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
    pub(crate) all_rows: u32,
}

fn constants(epilogue: Epilogue, interleaved: bool, scaled: bool, plus: bool) -> [(&'static str, u32); 5] {
    [
        ("PLUS", u32::from(plus)),
        ("EPILOGUE", epilogue as u32),
        ("INTERLEAVED", u32::from(interleaved)),
        ("SCALED", u32::from(scaled)),
        // It unpacks a row's whole step.
        ("FOURS", 8),
    ]
}

/// The program that multiplies weights of a layout. Those of 16 bits are no integers.
fn program(layout: Layout, int8: bool) -> &'static Program {
    if int8 && layout.bits < 16 { &matmul_int8::PROGRAM } else { &PROGRAM }
}

/// Compiles the kernel before its first dispatch; `int8` for quantized columns.
pub fn compile(
    device: &Device,
    (layout, int8): (Layout, bool),
    epilogue: Epilogue,
    (interleaved, scaled, plus): (bool, bool, bool),
) -> Result<()> {
    let constants = constants(epilogue, interleaved, scaled, plus);
    device.pipeline(program(layout, int8), Some(layout), &constants).map(|_| ())
}

/// One dispatch for each shard of the matrix, after one that quantizes the columns if there is room for them. A norm of
/// `product` is not fused.
pub fn dispatches(
    device: &Device,
    weights: &Weights,
    product: &Product<'_>,
    quantized: Option<&Quantized>,
) -> Result<Vec<Dispatch>> {
    let Product { x, normed, epilogue, output, plus, pass_size } = *product;
    let factors = match normed {
        Normed::Scaled(factors) => Some(factors),
        Normed::No | Normed::Fused(_) => None,
    };
    let constants = constants(epilogue, output.interleaved, factors.is_some(), plus.is_some());
    let mut made = Vec::with_capacity(weights.shards.len() + 1);
    let quantized = quantized.filter(|_| weights.shards.iter().any(|shard| shard.layout.bits < 16));
    if let Some(quantized) = quantized {
        made.push(quantize::dispatch(device, x, weights.steps(), quantized, pass_size)?);
    }
    for shard in &weights.shards {
        let shape = device.uniform(&Matmul {
            rows: shard.rows,
            first_row: shard.first_row,
            steps: weights.steps(),
            stride: output.stride,
            all_rows: weights.rows,
        })?;
        let mut bindings =
            vec![(0, shape.all()), (1, shard.quants.all()), (4, output.y), (5, pass_size.all())];
        bindings.extend(shard.scales.as_ref().map(|scales| (2, scales.all())));
        // Not read unless SCALED or PLUS, but the layout has them.
        bindings.extend([(6, factors.map_or(x, Buffer::all)), (8, plus.map_or(x, Buffer::all))]);
        match quantized.filter(|_| shard.layout.bits < 16) {
            Some(quantized) => bindings.extend([(3, quantized.quants.all()), (7, quantized.factors.all())]),
            None => bindings.push((3, x)),
        }
        let grid = [
            GridDim::Fixed(shard.rows.div_ceil(TILE_ROWS)),
            GridDim::ColumnsBy(TILE_COLUMNS),
            GridDim::Fixed(1),
        ];
        let program = program(shard.layout, quantized.is_some());
        made.push(device.dispatch(program, Some(shard.layout), &constants, &bindings, grid)?);
    }
    Ok(made)
}

/// CPU reference: that of matvec, column by column.
pub fn matmul(rows: &[Vec<f64>], x: &[Vec<f64>], plus: &[Vec<f64>], epilogue: Epilogue, y: &mut [Vec<f64>]) {
    for ((x, plus), y) in x.iter().zip(plus).zip(y) {
        crate::matvec::matvec(rows, x, None, plus, epilogue, y);
    }
}

/// Compares the kernel with its reference on random inputs. NMSE ≤ 1e-9: f32 sums of exact weights. `int8` quantizes the
/// columns, and the reference multiplies what `quantize` made of them: integers are exact, and so only f32 sums differ.
pub fn check(device: &Device, case: &MatrixCase, int8: bool, seed: u64) -> Result<CheckResult> {
    check_runs(device, case, &[case.columns], int8, seed)
}

/// The same for several numbers of columns, at most the case's, which must give each column the same bits.
pub fn check_runs(
    device: &Device,
    case: &MatrixCase,
    runs: &[u32],
    int8: bool,
    seed: u64,
) -> Result<CheckResult> {
    let mut prepared = Prepared::new(device, case, seed)?;
    let int8 = int8 && case.layout.bits < 16;
    let room = match int8 {
        true => Some(Quantized::new(device, case.columns.into(), prepared.padded())?),
        false => None,
    };
    let run = |prepared: &Prepared, columns| {
        let make =
            |weights: &Weights, product: &Product<'_>| dispatches(device, weights, product, room.as_ref());
        prepared.run(device, (columns, false), make)
    };
    if let Some(room) = &room {
        run(&prepared, case.columns)?;
        let quantized = room.read(device, case.columns as usize, prepared.padded() as usize / 32)?;
        prepared.expect_products_of(&quantized, matmul_int8::matmul_int8);
    }
    let error = prepared.compare(runs, |columns| run(&prepared, columns))?;
    Ok(CheckResult { kernel: program(case.layout, int8).name, error, allowed: 1e-9 })
}
