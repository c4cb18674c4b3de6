//! Products of weight matrices with the columns of a pass.

use kernels::matvec::{Epilogue, Norm};
use kernels::rms_norm::Target;
use kernels::{Buffer, BufferView, Device, Dispatch, Weights, matmul, matvec, rms_norm};

use model_files::Activation;

use super::GateUp;
use crate::error::Result;

/// Which kernel multiplies the matrices of a pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LinearKernel {
    /// `matvec`, compiled for this number of columns.
    Matvec(u32),
    /// `matmul`, for any number of columns.
    Matmul,
}

/// Multiplies matrices with the columns of a pass: `matvec` with the norm fused, or `rms_norm` and `matmul`.
pub(super) struct Linear<'a> {
    pub device: &'a Device,
    pub kernel: LinearKernel,
    pub pass_uniform: &'a Buffer,
    /// Holds what is normed on its way, (columns, hidden).
    pub normed: &'a Buffer,
}

impl Linear<'_> {
    /// y = epilogue(weights · norm(x)).
    pub fn normed_into(
        &self,
        pass: &mut Vec<Dispatch>,
        weights: &Weights,
        x: &Buffer,
        norm: Norm<'_>,
        y: (BufferView<'_>, u32),
        epilogue: Epilogue,
    ) -> Result<()> {
        if self.kernel == LinearKernel::Matmul {
            pass.push(rms_norm::dispatch(self.device, x, norm, (self.normed, Target::Store))?);
            return self.product(pass, weights, self.normed, None, y, epilogue);
        }
        self.product(pass, weights, x, Some(norm), y, epilogue)
    }

    /// y = activation(gate · norm(x)) · (up · norm(x)).
    pub fn gated_into(
        &self,
        pass: &mut Vec<Dispatch>,
        gate_up: &GateUp,
        x: &Buffer,
        norm: Norm<'_>,
        y: (BufferView<'_>, u32),
        activation: Activation,
    ) -> Result<()> {
        match gate_up {
            GateUp::Joined(both) => self.normed_into(pass, both, x, norm, y, gate(activation)),
            GateUp::Apart(gate, up) => {
                self.normed_into(pass, gate, x, norm, y, Epilogue::Store)?;
                self.normed_into(pass, up, x, norm, y, times_gate(activation))
            }
        }
    }

    /// y += weights · x, normed before it is added if the model has a norm there.
    pub fn added_to(
        &self,
        pass: &mut Vec<Dispatch>,
        weights: &Weights,
        x: &Buffer,
        output_norm: Option<Norm<'_>>,
        (y, stride): (&Buffer, u32),
    ) -> Result<()> {
        let Some(norm) = output_norm else {
            return self.product(pass, weights, x, None, (y.all(), stride), Epilogue::Add);
        };
        self.product(pass, weights, x, None, (self.normed.all(), stride), Epilogue::Store)?;
        pass.push(rms_norm::dispatch(self.device, self.normed, norm, (y, Target::Add))?);
        Ok(())
    }

    fn product(
        &self,
        pass: &mut Vec<Dispatch>,
        weights: &Weights,
        x: &Buffer,
        norm: Option<Norm<'_>>,
        y: (BufferView<'_>, u32),
        epilogue: Epilogue,
    ) -> Result<()> {
        let (device, x) = (self.device, x.all());
        pass.extend(match self.kernel {
            LinearKernel::Matvec(columns) => {
                matvec::dispatches(device, weights, columns, x, y, norm, epilogue)?
            }
            LinearKernel::Matmul => matmul::dispatches(device, weights, x, y, self.pass_uniform, epilogue)?,
        });
        Ok(())
    }
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
