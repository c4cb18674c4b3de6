//! `shaders/matmul_int8.wgsl`: matmul of columns in int8 (`quantize.rs`); `matmul.rs` dispatches it.

use crate::matvec::{Epilogue, matvec};
use crate::program::{Program, program};

pub(crate) static PROGRAM: Program = program!("matmul_int8", weights: true, shared: ["epilogue", "tile"]);

/// CPU reference: that of matvec for a column as it was quantized, scale · q. The products of integers are exact, so the f32
/// sums alone differ.
pub fn matmul_int8(rows: &[Vec<f64>], x: &[f64], plus: &[f64], epilogue: Epilogue, y: &mut [f64]) {
    matvec(rows, x, None, plus, epilogue, y);
}
