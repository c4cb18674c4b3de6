//! Inputs and expected outputs for checking products of matrices.

use super::{Epilogue, Normed, Output, Product, matvec};
use crate::activations::{deinterleaved, interleaved};
use crate::buffer::{Buffer, BufferUse};
use crate::column::PassSize;
use crate::commands::Dispatch;
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::reference_check::{
    HostWeights, POISON, Random, floats, is_tiny, normalized_error, poisoned, storage, wide,
};
use crate::rms_norm::{self, Norm, Target};
use crate::weights::Weights;

/// Input shape of a check; `width` is padded to a multiple of 32, as in model files; a nested layout rounds it up to
/// whole blocks.
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
    /// Whether x is normed.
    pub norm: bool,
    /// What the kernel does with the sums.
    pub epilogue: Epilogue,
    /// Whether something is added to them first.
    pub plus: bool,
}

impl MatrixCase {
    fn interleaved(&self) -> bool {
        self.epilogue != Epilogue::Store
    }
}

/// Inputs and expected output for checking matvec and matmul. Outputs that another product would read, those that are
/// added or gated, are in the order of activations.
pub(crate) struct Prepared {
    case: MatrixCase,
    weights: Weights,
    rows: Vec<Vec<f64>>,
    columns: Vec<Vec<f64>>,
    x: Buffer,
    gain: Buffer,
    plus: Vec<f32>,
    before: Vec<f32>,
    stride: u32,
    expected: Vec<f64>,
}

pub(crate) const EPSILON: f32 = 1e-5;

impl Prepared {
    pub fn new(device: &Device, case: &MatrixCase, seed: u64) -> Result<Self> {
        // A nested matrix has whole blocks; others may end with a part of a step, padded with zeros.
        let width =
            if case.layout.nested { case.width.next_multiple_of(case.layout.block()) } else { case.width };
        let case = &MatrixCase { width, ..*case };
        let mut random = Random::new(seed);
        let weights = HostWeights::random(&mut random, case.layout, case.rows, width.next_multiple_of(32));
        let x = random.normals((case.columns * case.width) as usize);
        let gain = random.normals(case.width as usize);
        let outputs = case.epilogue.outputs(case.rows) as usize;
        // More than the outputs, so that the check sees stray writes.
        let stride = (outputs as u32 + 3).next_multiple_of(32);
        let rows: Vec<Vec<f64>> =
            (0..case.rows).map(|row| weights.row(row)[..case.width as usize].to_vec()).collect();
        let (wide_x, gain_wide) = (wide(&x), wide(&gain));
        let (mut before, mut expected) = (Vec::new(), Vec::new());
        let plus = match case.plus {
            true => random.normals((case.columns * case.rows) as usize),
            false => vec![0.0; (case.columns * case.rows) as usize],
        };
        for (column, plus) in wide_x.chunks(case.width as usize).zip(wide(&plus).chunks(case.rows as usize)) {
            let mut y = vec![POISON; stride as usize];
            if case.epilogue.reads() {
                y[..outputs].copy_from_slice(&random.normals(outputs));
            }
            let norm = case.norm.then_some((gain_wide.as_slice(), f64::from(EPSILON)));
            let mut sums = wide(&y);
            matvec(&rows, column, norm, plus, case.epilogue, &mut sums[..outputs]);
            expected.extend(sums);
            before.extend(if case.interleaved() { interleaved(&y) } else { y });
        }
        let x: Vec<f32> = x.chunks(case.width as usize).flat_map(interleaved).collect();
        Ok(Self {
            case: *case,
            weights: weights.upload(device)?,
            rows,
            columns: wide_x.chunks(width as usize).map(<[f64]>::to_vec).collect(),
            x: storage(device, &x)?,
            gain: storage(device, &interleaved(&gain))?,
            plus,
            before,
            stride,
            expected,
        })
    }

    /// The outputs of the first `columns` columns; `make` is [`super::dispatches`] or that of matmul. A norm is fused for one
    /// column if the kernel can.
    pub fn run(
        &self,
        device: &Device,
        (columns, can_fuse): (u32, bool),
        make: impl FnOnce(&Weights, &Product<'_>) -> Result<Vec<Dispatch>>,
    ) -> Result<Vec<f32>> {
        let case = &self.case;
        let y = storage(device, &self.before)?;
        let pass_size =
            device.buffer_with("pass", bytemuck::bytes_of(&PassSize { columns }), BufferUse::Uniform)?;
        let (products, factors) =
            (poisoned(device, self.x.bytes() as usize / 4)?, poisoned(device, case.columns as usize)?);
        let norm = Norm { gain: &self.gain, width: case.width, epsilon: EPSILON };
        let mut commands = device.commands();
        let (x, normed) = match case.norm {
            true if columns == 1 && can_fuse => (&self.x, Normed::Fused(norm)),
            true => {
                let product =
                    rms_norm::dispatch(device, &self.x, norm, (&products, &factors), Target::Product)?;
                commands.pass([&product], columns, 1);
                (&products, Normed::Scaled(&factors))
            }
            false => (&self.x, Normed::No),
        };
        let output = Output { y: y.all(), stride: self.stride, interleaved: case.interleaved() };
        let plus = case.plus.then(|| storage(device, &self.plus)).transpose()?;
        let epilogue = case.epilogue;
        let product =
            Product { x: x.all(), normed, epilogue, output, plus: plus.as_ref(), pass_size: &pass_size };
        commands.pass(&make(&self.weights, &product)?, columns, 1);
        commands.submit()?;
        Ok(self.in_order(floats(device, &y, self.before.len())?))
    }

    /// The width of x in memory.
    pub fn padded(&self) -> u32 {
        self.case.width.next_multiple_of(32)
    }

    /// Expects the products of these columns (columns, padded width) instead, which are x, times the norm's gain, as it was
    /// quantized. The norm's factors are those of x itself.
    pub fn expect_products_of(
        &mut self,
        quantized: &[Vec<f64>],
        reference: impl Fn(&[Vec<f64>], &[f64], &[f64], Epilogue, &mut [f64]),
    ) {
        let stride = self.stride as usize;
        let outputs = self.case.epilogue.outputs(self.case.rows) as usize;
        let mut expected = wide(&self.in_order(self.before.clone()));
        let plus = wide(&self.plus);
        let others = self.columns.iter().zip(plus.chunks(self.case.rows as usize));
        for ((x, (column, plus)), y) in quantized.iter().zip(others).zip(expected.chunks_mut(stride)) {
            let mean = column.iter().map(|v| v * v).sum::<f64>() / column.len() as f64;
            let factor = if self.case.norm { 1.0 / (mean + f64::from(EPSILON)).sqrt() } else { 1.0 };
            let x: Vec<f64> = x[..column.len()].iter().map(|v| v * factor).collect();
            reference(&self.rows, &x, plus, self.case.epilogue, &mut y[..outputs]);
        }
        self.expected = expected;
    }

    // Outputs in their own order.
    fn in_order(&self, stored: Vec<f32>) -> Vec<f32> {
        let stride = self.stride as usize;
        match self.case.interleaved() {
            true => stored.chunks(stride).flat_map(|column| deinterleaved(column, stride)).collect(),
            false => stored,
        }
    }

    /// The largest error of `run` over these numbers of columns. Infinite if a column has other bits in one run than in
    /// another, or if what lies behind the columns does not stay as it was.
    pub fn compare(&self, runs: &[u32], run: impl Fn(u32) -> Result<Vec<f32>>) -> Result<f64> {
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let before = bits(&self.in_order(self.before.clone()));
        let (mut known, mut error) = (Vec::new(), 0f64);
        for &columns in runs {
            let end = (columns * self.stride) as usize;
            let got = run(columns)?;
            error = error.max(self.error(&got[..end]));
            let (mut got, behind) = (bits(&got), bits(&got[end..]));
            got.truncate(end);
            if got.iter().zip(&known).any(|(a, b)| a != b) || behind != before[end..] {
                return Ok(f64::INFINITY);
            }
            if got.len() > known.len() {
                known = got;
            }
        }
        Ok(error)
    }

    // The NMSE of outputs of tiny weights, which the others would hide, or of the others: the larger one.
    fn error(&self, got: &[f32]) -> f64 {
        let gated = matches!(self.case.epilogue, Epilogue::Swiglu | Epilogue::Geglu);
        let of = |tiny: bool| {
            let row = |i: &usize| (*i as u32 % self.stride) << u32::from(gated);
            let (got, expected): (Vec<f32>, Vec<f64>) = (0..got.len())
                .filter(|i| is_tiny(row(i)) == tiny)
                .map(|i| (got[i], self.expected[i]))
                .unzip();
            normalized_error(&got, &expected)
        };
        // `f64::max` would drop a NaN.
        [of(true), of(false)].into_iter().fold(0.0, |worst, error| if error <= worst { worst } else { error })
    }
}
