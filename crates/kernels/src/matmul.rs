//! `shaders/matmul.wgsl`: a quantized matrix times many columns, in tiles.

use bytemuck::{Pod, Zeroable};

use crate::buffer::{Buffer, BufferUse, BufferView};
use crate::commands::{Dispatch, GridDim};
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::matvec::{Epilogue, MatrixCase, Prepared, prepare, stride_of};
use crate::program::{Program, program};
use crate::reference_check::{CheckResult, floats, normalized_error, poisoned, storage};
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

/// The uniform that changes from pass to pass.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct PassSize {
    /// Columns of the pass.
    pub columns: u32,
}

/// Compiles the kernel before its first dispatch.
pub fn compile(device: &Device, layout: Layout, epilogue: Epilogue) -> Result<()> {
    device.pipeline(&PROGRAM, Some(layout), &[("EPILOGUE", epilogue as u32)]).map(|_| ())
}

/// One dispatch for each shard of the matrix. `x` is (columns, width), `y` (columns, stride), `pass_size` a
/// [`PassSize`].
pub fn dispatches(
    device: &Device,
    weights: &Weights,
    x: BufferView<'_>,
    (y, stride): (BufferView<'_>, u32),
    pass_size: &Buffer,
    epilogue: Epilogue,
) -> Result<Vec<Dispatch>> {
    let mut made = Vec::with_capacity(weights.shards.len());
    for shard in &weights.shards {
        let shape = device.uniform(&Matmul {
            rows: shard.rows,
            first_row: shard.first_row,
            steps: weights.steps(),
            stride,
        })?;
        let mut bindings =
            vec![(0, shape.all()), (1, shard.quants.all()), (3, x), (4, y), (5, pass_size.all())];
        bindings.extend(shard.scales.as_ref().map(|scales| (2, scales.all())));
        let grid = [
            GridDim::Fixed(shard.rows.div_ceil(TILE_ROWS)),
            GridDim::ColumnsBy(TILE_COLUMNS),
            GridDim::Fixed(1),
        ];
        made.push(device.dispatch(
            &PROGRAM,
            Some(shard.layout),
            &[("EPILOGUE", epilogue as u32)],
            &bindings,
            grid,
        )?);
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
    let case = MatrixCase { norm: false, ..*case };
    let Prepared { weights, x, before, expected, .. } = prepare(&case, seed);
    let weights = weights.upload(device)?;
    let x = storage(device, &x)?;
    let y = poisoned(device, before.len())?;
    device.write(&y, 0, bytemuck::cast_slice(&before));
    let pass_size = device.buffer_with(
        "pass",
        bytemuck::bytes_of(&PassSize { columns: case.columns }),
        BufferUse::Uniform,
    )?;
    let made =
        dispatches(device, &weights, x.all(), (y.all(), stride_of(case.rows)), &pass_size, case.epilogue)?;
    let mut commands = device.commands();
    commands.pass(&made, case.columns, 1);
    commands.submit()?;
    let error = normalized_error(&floats(device, &y, before.len())?, &expected);
    Ok(CheckResult { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
