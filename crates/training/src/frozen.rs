//! Frozen weights of a base model, stored in fewer bits while adapters are trained on it.

use burn::module::{Module, Param, Quantizer};
use burn::nn::Linear;
use burn::tensor::quantization::{Calibration, QuantValue};
use burn::tensor::{DType, Device, FloatDType, Tensor};
use serde::{Deserialize, Serialize};

use crate::llama::Layer;

/// How frozen weights other than norms are stored. Fewer than 32 bits are dequantised one layer at a time, in the forward
/// and in the backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrozenPrecision {
    /// Unchanged.
    F32,
    /// Half the memory.
    F16,
    /// 8 bits, symmetric: a quarter (QLoRA, Dettmers et al. 2023); the embedding takes half.
    Q8,
}

/// Converts weights one by one, so that at most one of them is in memory at full width. Converted weights are left
/// unchanged.
pub(crate) struct Freezer {
    frozen: FrozenPrecision,
    quantizer: Quantizer,
}

impl Freezer {
    pub fn new(frozen: FrozenPrecision, device: &Device) -> Self {
        let scheme = device.settings().quantization.scheme.with_value(QuantValue::Q8S);
        Self { frozen, quantizer: Quantizer::new(Calibration::MinMax, scheme) }
    }

    pub fn matrix(&mut self, linear: Linear) -> Linear {
        match self.frozen {
            _ if linear.weight.base().dtype() != DType::F32 => linear,
            FrozenPrecision::F32 => linear,
            FrozenPrecision::F16 => Linear { weight: half(linear.weight), ..linear },
            FrozenPrecision::Q8 => linear.map(&mut self.quantizer),
        }
    }

    /// Rows of the embedding are looked up, which 8 bits with one scale for many rows do not allow.
    pub fn embedding(&self, embed: Param<Tensor<2>>) -> Param<Tensor<2>> {
        match self.frozen {
            FrozenPrecision::F32 => embed,
            FrozenPrecision::F16 | FrozenPrecision::Q8 => half(embed),
        }
    }

    pub fn layer(&mut self, layer: Layer) -> Layer {
        Layer {
            q: self.matrix(layer.q),
            k: self.matrix(layer.k),
            v: self.matrix(layer.v),
            o: self.matrix(layer.o),
            gate: self.matrix(layer.gate),
            up: self.matrix(layer.up),
            down: self.matrix(layer.down),
            ..layer
        }
    }
}

fn half(param: Param<Tensor<2>>) -> Param<Tensor<2>> {
    param.map(|tensor| tensor.detach().cast(FloatDType::F16))
}
