//! A model on the GPU, and its forward pass: that of Llama, and what other families add to it as data of
//! [`Architecture`].

mod adapter;
mod linear;
mod load;

use kernels::matvec::Epilogue;
use kernels::quantize::Quantized;
use kernels::rms_norm::Norm;
use kernels::rope::{HeadChanges, HeadNorm};
use kernels::{
    Buffer, BufferUse, BufferView, Device, Dispatch, Heads, Weights, attention, attention_reduce,
    attention_row, embed, rope,
};
use model_files::Architecture;

use crate::alignment::{AttentionTarget, heads_of_layer};
use crate::error::Result;
pub(crate) use adapter::AdapterSize;
use adapter::LowRank;
pub(crate) use linear::LinearKernel;
use linear::{Linear, activations, rows};

/// A model's weights in GPU memory. Sessions decode with it. Clones share them.
#[derive(Clone)]
pub struct Llama {
    pub(crate) device: Device,
    pub(crate) name: String,
    pub(crate) architecture: Architecture,
    embedding: ModelMatrix,
    head: Option<ModelMatrix>,
    layers: Vec<Layer>,
    final_norm: Buffer,
    inverse_frequencies: Vec<f32>,
    /// Those of layers with a sliding window.
    window_inverse_frequencies: Vec<f32>,
    alignment_heads: Vec<[usize; 2]>,
    adapter: AdapterSize,
}

/// A matrix, and the factors of an adapter of it.
#[derive(Clone)]
struct ModelMatrix {
    weights: Weights,
    adapter: Option<LowRank>,
}

impl ModelMatrix {
    /// Bytes that a product reads.
    fn bytes(&self) -> u64 {
        self.weights.bytes()
            + self.adapter.as_ref().map_or(0, |factors| factors.a.bytes() + factors.b.bytes())
    }
}

impl From<Weights> for ModelMatrix {
    fn from(weights: Weights) -> Self {
        Self { weights, adapter: None }
    }
}

/// A layer's weights; what is optional is missing in a Llama.
#[derive(Clone)]
struct Layer {
    attention_norm: Buffer,
    qkv: ModelMatrix,
    qkv_bias: Option<Buffer>,
    /// Gains of the norms of q's and k's heads (2, head_dim).
    head_gains: Option<Buffer>,
    o: ModelMatrix,
    attention_output_norm: Option<Buffer>,
    ffn_norm: Buffer,
    gate_up: GateUp,
    down: ModelMatrix,
    ffn_output_norm: Option<Buffer>,
}

/// The gate and up matrices of a feed-forward layer.
#[derive(Clone)]
enum GateUp {
    /// Their rows alternate.
    Joined(ModelMatrix),
    /// Of different layouts.
    Apart(ModelMatrix, ModelMatrix),
}

impl GateUp {
    fn bytes(&self) -> u64 {
        match self {
            Self::Joined(both) => both.bytes(),
            Self::Apart(gate, up) => gate.bytes() + up.bytes(),
        }
    }
}

/// (cos, sin) of every position and frequency.
pub(crate) struct Rotations {
    full: Buffer,
    /// For layers with a sliding window.
    windowed: Buffer,
}

/// Intermediate buffers of a pass. Shapes in elements; strides are widths padded to 32. All but `qkv` and `partials` are in
/// the order in which products read activations.
pub(crate) struct Activations {
    /// The residual stream (columns, hidden).
    pub x: Buffer,
    /// Its RMSNorm in the matmul path, and outputs that are normed before they are added to it (columns, hidden).
    pub normed: Buffer,
    /// The norms' factors (columns).
    pub factors: Buffer,
    /// Queries, keys and values (columns, qkv stride).
    pub qkv: Buffer,
    /// Attention's splits (columns, heads, splits, head_dim + 2).
    pub partials: Buffer,
    /// Attention's output (columns, heads · head_dim).
    pub attended: Buffer,
    /// The gated feed-forward layer (columns, feed_forward).
    pub hidden: Buffer,
    /// The columns of prompts in int8 (columns of a pass, widest input of a product), if they are multiplied so.
    pub quantized: Option<Quantized>,
    /// Of a model with an adapter.
    pub adapter: Option<AdapterActivations>,
}

/// What stands between the products with an adapter's factors.
pub(crate) struct AdapterActivations {
    /// A·x (columns, inner width), in the order of activations.
    pub inner: Buffer,
    /// B·(A·x) (columns, rows).
    pub product: Buffer,
}

impl Activations {
    fn linear<'a>(
        &'a self,
        device: &'a Device,
        kernel: LinearKernel,
        pass_uniform: &'a Buffer,
    ) -> Linear<'a> {
        let (normed, factors, quantized) = (&self.normed, &self.factors, self.quantized.as_ref());
        Linear { device, kernel, pass_uniform, normed, factors, quantized, adapter: self.adapter.as_ref() }
    }
}

/// The widest input of a model's products, padded.
pub(crate) fn widest(architecture: &Architecture) -> u32 {
    let attended = architecture.heads * architecture.head_dim;
    padded(architecture.hidden_size.max(attended).max(architecture.feed_forward) as u32)
}

/// Inputs and optional extra outputs of a pass.
#[derive(Clone, Copy)]
pub(crate) struct PassInputs<'a> {
    /// Slot and base of each column.
    pub columns: &'a Buffer,
    /// Token and step of each column.
    pub feed: &'a Buffer,
    /// Buffers for attention rows if they are read.
    pub attention_target: Option<AttentionTarget<'a>>,
}

impl Llama {
    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model's shape.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The heads, as [layer, head], whose attention gives word alignment.
    pub fn alignment_heads(&self) -> &[[usize; 2]] {
        &self.alignment_heads
    }

    /// What its adapter takes.
    pub(crate) fn adapter(&self) -> AdapterSize {
        self.adapter
    }

    /// Replaces the alignment heads, ignoring those that the model does not have.
    pub fn set_alignment_heads(&mut self, heads: &[[usize; 2]]) {
        let has =
            |head: &&[usize; 2]| head[0] < self.architecture.layers && head[1] < self.architecture.heads;
        self.alignment_heads = heads.iter().filter(has).copied().collect();
    }

    /// Bytes of weights that one decode step reads: all layers and the head (of the embedding only one row per column).
    pub fn bytes_per_token(&self) -> u64 {
        let layers: u64 = self
            .layers
            .iter()
            .map(|layer| layer.qkv.bytes() + layer.o.bytes() + layer.gate_up.bytes() + layer.down.bytes())
            .sum();
        layers + self.head().bytes()
    }

    /// The rotations of the first `positions` positions.
    pub(crate) fn rotations(&self, positions: u32) -> Result<Rotations> {
        let of = |frequencies: &[f32]| {
            let turns = rope::rotations(frequencies, positions);
            self.device.buffer_with("rotations", bytemuck::cast_slice(&turns), BufferUse::Storage)
        };
        let full = of(&self.inverse_frequencies)?;
        let windowed = match self.architecture.window_rope {
            true => of(&self.window_inverse_frequencies)?,
            false => full.clone(),
        };
        Ok(Rotations { full, windowed })
    }

    fn head(&self) -> &ModelMatrix {
        self.head.as_ref().unwrap_or(&self.embedding)
    }

    fn head_changes<'a>(&self, layer: &'a Layer) -> HeadChanges<'a> {
        let epsilon = self.architecture.norm_eps;
        let after_rope = self.architecture.head_norm == Some(model_files::HeadNorm::AfterRope);
        let norm = layer.head_gains.as_ref().map(|gains| HeadNorm { gains, epsilon, after_rope });
        HeadChanges { bias: layer.qkv_bias.as_ref(), norm }
    }

    fn norm<'a>(&self, gain: &'a Buffer) -> Norm<'a> {
        Norm { gain, width: self.architecture.hidden_size as u32, epsilon: self.architecture.norm_eps }
    }

    /// The dispatches of the forward pass up to the last layer, or up to that of the last alignment head if attention
    /// rows are read.
    pub(crate) fn forward(
        &self,
        kernel: LinearKernel,
        heads: &Heads,
        inputs: PassInputs<'_>,
        (rotations, caches): (&Rotations, &[Buffer]),
        a: &Activations,
        pass_uniform: &Buffer,
    ) -> Result<Vec<Dispatch>> {
        let device = &self.device;
        let at = (inputs.columns, inputs.feed);
        let linear = a.linear(device, kernel, pass_uniform);
        let hidden_stride = padded(self.architecture.hidden_size as u32);
        let attended_stride = padded(heads.heads * heads.head_dim);
        let ffn_stride = padded(self.architecture.feed_forward as u32);

        let embedding = (&self.embedding.weights, self.architecture.embed_scale);
        let mut pass = embed::dispatches(device, embedding, at, &a.x)?;
        let read = inputs
            .attention_target
            .map(|_| self.alignment_heads.iter().map(|head| head[0] + 1).max().unwrap_or(0));
        for (index, (layer, cache)) in
            self.layers.iter().zip(caches).take(read.unwrap_or(usize::MAX)).enumerate()
        {
            let window = self.architecture.window(index).map(|size| size as u32);
            let rotations = if window.is_some() { &rotations.windowed } else { &rotations.full };
            // A window that holds the whole cache does not limit attention.
            let heads = &Heads { window: window.filter(|size| *size < heads.context), ..*heads };

            let norm = self.norm(&layer.attention_norm);
            let qkv = rows(a.qkv.all(), heads.qkv_stride());
            linear.normed_into(&mut pass, &layer.qkv, &a.x, norm, Epilogue::Store, qkv)?;
            let changes = self.head_changes(layer);
            pass.push(rope::dispatch(device, heads, at, changes, rotations, &a.qkv, cache)?);
            pass.push(attention::dispatch(device, heads, at, &a.qkv, cache, &a.partials)?);
            if let Some(AttentionTarget { positions, rows }) = inputs.attention_target {
                let memory = (&a.qkv, cache, &a.partials);
                for chosen in heads_of_layer(&self.alignment_heads, index) {
                    pass.push(attention_row::dispatch(device, heads, at, memory, (chosen, positions), rows)?);
                }
            }
            let attended = (&a.attended, attended_stride);
            pass.push(attention_reduce::dispatch(device, heads, at, &a.partials, attended)?);
            let output_norm = layer.attention_output_norm.as_ref().map(|gain| self.norm(gain));
            linear.added_to(&mut pass, &layer.o, &a.attended, output_norm, (&a.x, hidden_stride))?;

            let norm = self.norm(&layer.ffn_norm);
            let hidden = activations(&a.hidden, ffn_stride);
            linear.gated_into(&mut pass, &layer.gate_up, &a.x, norm, hidden, self.architecture.activation)?;
            let output_norm = layer.ffn_output_norm.as_ref().map(|gain| self.norm(gain));
            linear.added_to(&mut pass, &layer.down, &a.hidden, output_norm, (&a.x, hidden_stride))?;
        }
        Ok(pass)
    }

    /// The output head: `logits` (columns, stride) from the residual stream.
    pub(crate) fn logits(
        &self,
        kernel: LinearKernel,
        a: &Activations,
        pass_uniform: &Buffer,
        (logits, stride): (BufferView<'_>, u32),
    ) -> Result<Vec<Dispatch>> {
        let linear = a.linear(&self.device, kernel, pass_uniform);
        let mut pass = Vec::new();
        linear.normed_into(
            &mut pass,
            self.head(),
            &a.x,
            self.norm(&self.final_norm),
            Epilogue::Store,
            rows(logits, stride),
        )?;
        Ok(pass)
    }
}

/// A width padded to whole steps of 32 weights, as stored.
pub(crate) fn padded(width: u32) -> u32 {
    width.next_multiple_of(32)
}
