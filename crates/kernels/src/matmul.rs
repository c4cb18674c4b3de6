//! `shaders/matmul.wgsl`: a quantized matrix times many columns, in tiles.

use bytemuck::{Pod, Zeroable};

use crate::check::{Verdict, error_of, floats, poisoned, storage};
use crate::commands::{Dim, Dispatch};
use crate::device::{Buffer, Device, Use, View};
use crate::error::Result;
use crate::matvec::{Case, Ending, Prepared, prepare, stride_of};
use crate::program::{Program, program};
use crate::weights::{Layout, Weights};

pub(crate) static PROGRAM: Program = program!("matmul", weights: true);

// Rows and columns of a tile; the same names in the shader.
const TILE_ROWS: u32 = 64;
const TILE_COLUMNS: u32 = 32;

/// Constants of one part of a matrix.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Matmul {
    pub(crate) rows: u32,
    pub(crate) first_row: u32,
    pub(crate) steps: u32,
    pub(crate) stride: u32,
}

/// What changes from pass to pass.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Pass {
    /// Columns of the pass.
    pub columns: u32,
}

/// Compiles the kernel ahead of its first dispatch.
pub fn compile(device: &Device, layout: Layout, ending: Ending) -> Result<()> {
    device.pipeline(&PROGRAM, Some(layout), &[("ENDING", ending as u32)]).map(|_| ())
}

/// One dispatch for each part of the matrix. `x` is (columns, width), `y` (columns, stride), `now` a [`Pass`].
pub fn dispatches(
    device: &Device,
    weights: &Weights,
    x: View<'_>,
    (y, stride): (View<'_>, u32),
    now: &Buffer,
    ending: Ending,
) -> Result<Vec<Dispatch>> {
    let mut made = Vec::with_capacity(weights.parts.len());
    for part in &weights.parts {
        let shape = device.uniform(&Matmul {
            rows: part.rows,
            first_row: part.first_row,
            steps: weights.steps(),
            stride,
        })?;
        let mut bindings = vec![(0, shape.all()), (1, part.quants.all()), (3, x), (4, y), (5, now.all())];
        bindings.extend(part.scales.as_ref().map(|scales| (2, scales.all())));
        let grid = [Dim::Fixed(part.rows.div_ceil(TILE_ROWS)), Dim::ColumnsBy(TILE_COLUMNS), Dim::Fixed(1)];
        made.push(device.dispatch(
            &PROGRAM,
            Some(weights.layout),
            &[("ENDING", ending as u32)],
            &bindings,
            grid,
        )?);
    }
    Ok(made)
}

/// The reference: matvec's, column by column.
pub fn matmul(rows: &[Vec<f64>], x: &[Vec<f64>], ending: Ending, y: &mut [Vec<f64>]) {
    for (x, y) in x.iter().zip(y) {
        crate::matvec::matvec(rows, x, None, ending, y);
    }
}

/// Runs the kernel on random inputs against its reference. NMSE ≤ 1e-9: f32 sums of exact weights.
pub fn check(device: &Device, case: &Case, seed: u64) -> Result<Verdict> {
    let case = Case { norm: false, ..*case };
    let Prepared { weights, x, before, expected, .. } = prepare(&case, seed);
    let weights = weights.upload(device)?;
    let x = storage(device, &x)?;
    let y = poisoned(device, before.len())?;
    device.write(&y, 0, bytemuck::cast_slice(&before));
    let now =
        device.buffer_with("pass", bytemuck::bytes_of(&Pass { columns: case.columns }), Use::Uniform)?;
    let made = dispatches(device, &weights, x.all(), (y.all(), stride_of(case.rows)), &now, case.ending)?;
    let mut commands = device.commands();
    commands.pass(&made, case.columns, 1);
    commands.submit()?;
    let error = error_of(&floats(device, &y, before.len())?, &expected);
    Ok(Verdict { kernel: PROGRAM.name, error, allowed: 1e-9 })
}
