//! Products of weight matrices with the columns of a pass.

use kernels::matvec::{Epilogue, Normed, Output, Product};
use kernels::quantize::Quantized;
use kernels::rms_norm::{Norm, Target};
use kernels::{Buffer, BufferView, Device, Dispatch, Weights, matmul, matvec, rms_norm};

use model_files::Activation;

use super::{AdapterActivations, GateUp, ModelMatrix};
use crate::error::Result;

/// Which kernel multiplies the matrices of a pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LinearKernel {
    /// `matvec`, compiled for this number of columns.
    Matvec(u32),
    /// `matmul`, for any number of columns.
    Matmul,
    /// `matmul` of prompts: in int8 if there is room for that.
    Prompts,
}

/// Multiplies matrices with the columns of a pass: `matvec` of one column with the norm fused, or `rms_norm` once and
/// `matvec` or `matmul`.
pub(super) struct Linear<'a> {
    pub device: &'a Device,
    pub kernel: LinearKernel,
    pub pass_uniform: &'a Buffer,
    /// Holds what is normed on its way, (columns, hidden).
    pub normed: &'a Buffer,
    /// The norms' factors (columns).
    pub factors: &'a Buffer,
    /// Holds the columns of prompts in int8.
    pub quantized: Option<&'a Quantized>,
    /// Holds what stands between the products with an adapter's factors.
    pub adapter: Option<&'a AdapterActivations>,
}

impl Linear<'_> {
    /// y = epilogue(weights · norm(x)).
    pub fn normed_into(
        &self,
        pass: &mut Vec<Dispatch>,
        matrix: &ModelMatrix,
        x: &Buffer,
        norm: Norm<'_>,
        epilogue: Epilogue,
        y: Output<'_>,
    ) -> Result<()> {
        let input = self.normed(pass, x, norm)?;
        self.product(pass, matrix, input, epilogue, y)
    }

    /// y = activation(gate · norm(x)) · (up · norm(x)).
    pub fn gated_into(
        &self,
        pass: &mut Vec<Dispatch>,
        gate_up: &GateUp,
        x: &Buffer,
        norm: Norm<'_>,
        y: Output<'_>,
        activation: Activation,
    ) -> Result<()> {
        let input = self.normed(pass, x, norm)?;
        match gate_up {
            GateUp::Joined(both) => self.product(pass, both, input, gate(activation), y),
            GateUp::Apart(gate, up) => {
                self.product(pass, gate, input, Epilogue::Store, y)?;
                self.product(pass, up, input, times_gate(activation), y)
            }
        }
    }

    /// What products with norm(x) read: one column norms in the product, several beforehand.
    fn normed<'b>(
        &'b self,
        pass: &mut Vec<Dispatch>,
        x: &'b Buffer,
        norm: Norm<'b>,
    ) -> Result<(&'b Buffer, Normed<'b>)> {
        if self.kernel == LinearKernel::Matvec(1) {
            return Ok((x, Normed::Fused(norm)));
        }
        let normed = (self.normed, self.factors);
        pass.push(rms_norm::dispatch(self.device, x, norm, normed, Target::Product)?);
        Ok((self.normed, Normed::Scaled(self.factors)))
    }

    /// y += weights · x, normed before it is added if the model has a norm there; `stride` is that of both.
    pub fn added_to(
        &self,
        pass: &mut Vec<Dispatch>,
        matrix: &ModelMatrix,
        x: &Buffer,
        output_norm: Option<Norm<'_>>,
        (y, stride): (&Buffer, u32),
    ) -> Result<()> {
        let into = |y| activations(y, stride);
        let Some(norm) = output_norm else {
            return self.product(pass, matrix, (x, Normed::No), Epilogue::Add, into(y));
        };
        self.product(pass, matrix, (x, Normed::No), Epilogue::Store, into(self.normed))?;
        pass.push(rms_norm::dispatch(self.device, self.normed, norm, (y, self.factors), Target::Add)?);
        Ok(())
    }

    /// y = epilogue(matrix · x), with B·(A·x) added first if the matrix has an adapter.
    fn product(
        &self,
        pass: &mut Vec<Dispatch>,
        matrix: &ModelMatrix,
        input: (&Buffer, Normed<'_>),
        epilogue: Epilogue,
        output: Output<'_>,
    ) -> Result<()> {
        let Some((factors, between)) = matrix.adapter.as_ref().zip(self.adapter) else {
            return self.multiply(pass, &matrix.weights, input, epilogue, output, None);
        };
        let inner = activations(&between.inner, factors.a.rows);
        self.multiply(pass, &factors.a, input, Epilogue::Store, inner, None)?;
        let product = rows(between.product.all(), factors.b.rows);
        self.multiply(pass, &factors.b, (&between.inner, Normed::No), Epilogue::Store, product, None)?;
        self.multiply(pass, &matrix.weights, input, epilogue, output, Some(&between.product))
    }

    /// y = epilogue(weights · x + plus).
    fn multiply(
        &self,
        pass: &mut Vec<Dispatch>,
        weights: &Weights,
        (x, normed): (&Buffer, Normed<'_>),
        epilogue: Epilogue,
        output: Output<'_>,
        plus: Option<&Buffer>,
    ) -> Result<()> {
        let product = Product { x: x.all(), normed, epilogue, output, plus, pass_size: self.pass_uniform };
        pass.extend(match self.kernel {
            LinearKernel::Matvec(columns) => matvec::dispatches(self.device, weights, columns, &product)?,
            LinearKernel::Matmul => matmul::dispatches(self.device, weights, &product, None)?,
            LinearKernel::Prompts => matmul::dispatches(self.device, weights, &product, self.quantized)?,
        });
        Ok(())
    }
}

/// An output that another product reads.
pub(super) fn activations(y: &Buffer, stride: u32) -> Output<'_> {
    Output { y: y.all(), stride, interleaved: true }
}

/// An output that other kernels read.
pub(super) fn rows(y: BufferView<'_>, stride: u32) -> Output<'_> {
    Output { y, stride, interleaved: false }
}

/// What the product with gate and up ends with where their rows alternate.
pub(super) fn gate(activation: Activation) -> Epilogue {
    match activation {
        Activation::Silu => Epilogue::Swiglu,
        Activation::GeluTanh => Epilogue::Geglu,
    }
}

/// What the product with up ends with after that with the gate has been stored.
pub(super) fn times_gate(activation: Activation) -> Epilogue {
    match activation {
        Activation::Silu => Epilogue::TimesSilu,
        Activation::GeluTanh => Epilogue::TimesGelu,
    }
}
