//! A trainable Llama in Burn: embedding, layers of attention and SwiGLU, norm, head.
//!
//! The weights are those of a Hugging Face folder; matrices are transposed to (inputs, outputs), as in Burn's `Linear`.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, RmsNorm, RmsNormConfig};
use burn::tensor::activation::{silu, softmax};
use burn::tensor::module::embedding;
use burn::tensor::{DType, Device, FloatDType, Int, Tensor, TensorData};

/// Added to the attention scores of future positions.
const MASKED: f32 = -1e30;

/// A Llama whose parameters can be trained.
#[derive(Module, Debug)]
pub struct Llama {
    /// (vocabulary, hidden).
    pub embed: Param<Tensor<2>>,
    /// In the order of computation.
    pub layers: Vec<Layer>,
    /// Norm before the head.
    pub norm: RmsNorm,
    /// (hidden, vocabulary); none if the head is tied to the embedding.
    pub head: Option<Linear>,
}

/// Attention, then the feed-forward network, each on the normalised residual stream.
#[derive(Module, Debug)]
pub struct Layer {
    /// Norm before attention.
    pub attn_norm: RmsNorm,
    /// Hidden to heads × head_dim.
    pub q: Linear,
    /// Hidden to key-value heads × head_dim.
    pub k: Linear,
    /// Hidden to key-value heads × head_dim.
    pub v: Linear,
    /// Heads × head_dim to hidden.
    pub o: Linear,
    /// Norm before the feed-forward network.
    pub ffn_norm: RmsNorm,
    /// Hidden to feed-forward, through SiLU.
    pub gate: Linear,
    /// Hidden to feed-forward.
    pub up: Linear,
    /// Feed-forward to hidden.
    pub down: Linear,
}

/// RoPE tables and causal mask for sequences of one length, computed for each batch: caching the masks of all lengths
/// would take gigabytes, and recomputing costs less than a thousandth of a step.
#[derive(Debug, Clone)]
pub struct Positions {
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    length: usize,
    // (1, 1, length, head_dim); both halves of a head are equal.
    cos: Tensor<4>,
    sin: Tensor<4>,
    // (head_dim, head_dim): x · rotation = (−x₂, x₁) for the halves x = (x₁, x₂). A product costs less, forward and
    // backward, than splitting every head in two.
    rotation: Tensor<4>,
    // (1, 1, length, length).
    causal: Tensor<4>,
}

impl Positions {
    /// For sequences of `length` tokens from position 0, with `inv_freq` of `head_dim / 2` values.
    pub fn new(heads: usize, kv_heads: usize, inv_freq: &[f32], length: usize, device: &Device) -> Self {
        let head_dim = 2 * inv_freq.len();
        let angle = |at: usize| (at / head_dim) as f32 * inv_freq[at % inv_freq.len()];
        let table = |of: fn(f32) -> f32| {
            let values: Vec<f32> = (0..length * head_dim).map(|at| of(angle(at))).collect();
            Tensor::from_data(TensorData::new(values, [1, 1, length, head_dim]), device)
        };
        let mut rotation = vec![0.0_f32; head_dim * head_dim];
        for i in 0..head_dim / 2 {
            rotation[(i + head_dim / 2) * head_dim + i] = -1.0;
            rotation[i * head_dim + i + head_dim / 2] = 1.0;
        }
        let causal = (0..length * length)
            .map(|at| if at % length > at / length { MASKED } else { 0.0 })
            .collect::<Vec<_>>();
        Self {
            heads,
            kv_heads,
            head_dim,
            length,
            cos: table(f32::cos),
            sin: table(f32::sin),
            rotation: Tensor::from_data(TensorData::new(rotation, [1, 1, head_dim, head_dim]), device),
            causal: Tensor::from_data(TensorData::new(causal, [1, 1, length, length]), device),
        }
    }

    /// RoPE in the half-split layout; `x` is (batch, heads, length, head_dim).
    fn rotate(&self, x: Tensor<4>) -> Tensor<4> {
        x.clone() * self.cos.clone() + x.matmul(self.rotation.clone()) * self.sin.clone()
    }
}

impl Llama {
    /// A placeholder that takes no memory: Burn creates parameters at their first use, and these are never used.
    pub(crate) fn placeholder(device: &Device) -> Self {
        Self {
            embed: Initializer::Zeros.init([1, 1], device),
            layers: Vec::new(),
            norm: RmsNormConfig::new(1).init(device),
            head: None,
        }
    }

    /// The normalised last hidden states of `ids` (batch, length): (batch × length, hidden).
    pub fn hidden(&self, ids: Tensor<2, Int>, positions: &Positions) -> Tensor<2> {
        let mut x = self.embedded(ids);
        for layer in &self.layers {
            x = layer.forward(x, positions);
        }
        self.norm.forward(x)
    }

    /// The input of the first layer for `ids` (batch, length): (batch × length, hidden).
    pub fn embedded(&self, ids: Tensor<2, Int>) -> Tensor<2> {
        let [batch, length] = ids.dims();
        let embedded = embedding(self.embed.base(), ids);
        let [_, _, hidden] = embedded.dims();
        in_f32(embedded).reshape([batch * length, hidden])
    }

    /// Logits of hidden states: (rows, vocabulary).
    pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
        match &self.head {
            Some(head) => project(head, hidden),
            None => hidden.matmul(in_f32(self.embed.base()).transpose()),
        }
    }
}

impl Layer {
    /// The residual stream after this layer; `x`, the stream before it, is (batch × length, hidden).
    pub fn forward(&self, x: Tensor<2>, positions: &Positions) -> Tensor<2> {
        let attended = self.attention(self.attn_norm.forward(x.clone()), positions);
        let x = x + attended;
        let normed = self.ffn_norm.forward(x.clone());
        x + project(&self.down, silu(project(&self.gate, normed.clone())) * project(&self.up, normed))
    }

    fn attention(&self, x: Tensor<2>, positions: &Positions) -> Tensor<2> {
        let Positions { heads, kv_heads, head_dim, length, .. } = *positions;
        let batch = x.dims()[0] / length;
        let split = |x: Tensor<2>, heads: usize| x.reshape([batch, length, heads, head_dim]).swap_dims(1, 2);
        let q = positions.rotate(split(project(&self.q, x.clone()), heads));
        let k = positions.rotate(split(project(&self.k, x.clone()), kv_heads));
        let v = split(project(&self.v, x), kv_heads);
        // Query heads that share a key head are further rows of one product.
        let rows = heads / kv_heads * length;
        let q = q.reshape([batch, kv_heads, rows, head_dim]) * (head_dim as f32).powf(-0.5);
        let scores = q.matmul(k.swap_dims(2, 3)).reshape([batch, heads, length, length]);
        let shares = softmax(scores + positions.causal.clone(), 3);
        let mixed = shares.reshape([batch, kv_heads, rows, length]).matmul(v);
        let mixed = mixed.reshape([batch, heads, length, head_dim]).swap_dims(1, 2);
        project(&self.o, mixed.reshape([batch * length, heads * head_dim]))
    }
}

/// x·W; with an adapter x·W + α/r · (x·A)·B, so that neither A·B nor its sum with W is computed.
fn project(linear: &Linear, x: Tensor<2>) -> Tensor<2> {
    let weight = in_f32(linear.weight.base());
    match linear.weight.adapter() {
        None => x.matmul(weight),
        Some(adapter) => {
            let low = x.clone().matmul(adapter.a.val()).matmul(adapter.b.val());
            x.matmul(weight) + low * adapter.scale
        }
    }
}

/// Weights as f32, dequantised if they are frozen in fewer bits.
pub(crate) fn in_f32<const D: usize>(weights: Tensor<D>) -> Tensor<D> {
    match weights.dtype() {
        DType::F32 => weights,
        DType::QFloat(_) => weights.inner().dequantize(),
        _ => weights.inner().cast(FloatDType::F32),
    }
}
