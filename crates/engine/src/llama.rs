//! A Llama model on the GPU, and its forward pass.

use std::collections::HashSet;

use kernels::Heads;
use kernels::matvec::{Epilogue, Norm};
use kernels::{Buffer, BufferUse};
use kernels::{
    BufferView, Device, Dispatch, Layout, Weights, attention, attention_reduce, attention_row, embed, matmul,
    matvec, rms_norm, rope, top_list,
};
use model_files::{Architecture, Matrix, Model};

use crate::alignment::{AttentionTarget, heads_of_layer};
use crate::error::{Error, Result};

/// A model's weights in GPU memory. Sessions decode with it.
pub struct Llama {
    pub(crate) device: Device,
    pub(crate) name: String,
    pub(crate) architecture: Architecture,
    embedding: Weights,
    head: Option<Weights>,
    layers: Vec<Layer>,
    final_norm: Buffer,
    inverse_frequencies: Vec<f32>,
    alignment_heads: Vec<[usize; 2]>,
}

struct Layer {
    attention_norm: Buffer,
    qkv: Weights,
    o: Weights,
    ffn_norm: Buffer,
    gate_up: Weights,
    down: Weights,
}

/// Intermediate buffers of a pass. Shapes in elements; strides are widths padded to 32.
pub(crate) struct Activations {
    /// The residual stream (columns, hidden).
    pub x: Buffer,
    /// Its RMSNorm, for the matmul path (columns, hidden).
    pub normed: Buffer,
    /// Queries, keys and values (columns, qkv stride).
    pub qkv: Buffer,
    /// Attention's splits (columns, heads, splits, head_dim + 2).
    pub partials: Buffer,
    /// Attention's output (columns, heads · head_dim).
    pub attended: Buffer,
    /// SwiGLU's output (columns, feed_forward).
    pub hidden: Buffer,
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

/// Which kernel multiplies the matrices of a pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LinearKernel {
    /// `matvec`, compiled for this number of columns.
    Matvec(u32),
    /// `matmul`, for any number of columns.
    Matmul,
}

impl Llama {
    /// Uploads a model and meanwhile compiles the pipelines of single-sequence decoding and prefill. `uploaded`
    /// receives the bytes done and the total.
    pub fn load(device: &Device, model: &Model, uploaded: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        std::thread::scope(|scope| {
            let compiled = scope.spawn(|| compile(device, model));
            let uploaded = Self::upload(device, model, uploaded);
            match compiled.join() {
                Ok(compiled) => uploaded.and_then(|llama| compiled.map(|()| llama)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    fn upload(device: &Device, model: &Model, uploaded: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        let info = model.info();
        let architecture = info.architecture;
        refuse_unsupported(&architecture)?;
        let total: u64 =
            info.matrices.keys().map(|name| model.matrix(name).map_or(0, |m| stored_bytes(&m))).sum();
        let mut done = 0;
        let mut matrix = |name: &str| -> Result<Weights> {
            let matrix = model.matrix(name)?;
            let shape = (matrix.rows as u32, matrix.padded_columns() as u32);
            let mut advance = |bytes: u64| {
                done += bytes;
                uploaded(done, total);
            };
            let weights = Weights::upload(
                device,
                name,
                layout_of(&matrix),
                shape,
                (matrix.quants, matrix.scales),
                &mut advance,
            )?;
            // Frees the staging memory; otherwise a model of small matrices is held twice.
            device.flush()?;
            Ok(weights)
        };
        let vector = |name: &str| -> Result<Buffer> {
            let mut values = model.vector(name)?;
            values.resize(values.len().next_multiple_of(32), 0.0);
            Ok(device.buffer_with(name, bytemuck::cast_slice(&values), BufferUse::Storage)?)
        };
        let embedding = matrix("embed")?;
        let head = if architecture.tied_head { None } else { Some(matrix("head")?) };
        let mut layers = Vec::with_capacity(architecture.layers);
        for i in 0..architecture.layers {
            layers.push(Layer {
                attention_norm: vector(&format!("layers.{i}.attn_norm"))?,
                qkv: matrix(&format!("layers.{i}.qkv"))?,
                o: matrix(&format!("layers.{i}.o"))?,
                ffn_norm: vector(&format!("layers.{i}.ffn_norm"))?,
                gate_up: matrix(&format!("layers.{i}.gate_up"))?,
                down: matrix(&format!("layers.{i}.down"))?,
            });
        }
        device.flush()?;
        Ok(Self {
            device: device.clone(),
            name: info.name.clone(),
            architecture,
            embedding,
            head,
            layers,
            final_norm: vector("final_norm")?,
            inverse_frequencies: model.vector("rope_inv_freq")?,
            alignment_heads: info.alignment_heads.clone(),
        })
    }

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

    /// (cos, sin) of every position and frequency.
    pub(crate) fn rotations(&self, positions: u32) -> Vec<[f32; 2]> {
        rope::rotations(&self.inverse_frequencies, positions)
    }

    fn head(&self) -> &Weights {
        self.head.as_ref().unwrap_or(&self.embedding)
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
        (rotations, caches): (&Buffer, &[Buffer]),
        a: &Activations,
        pass_uniform: &Buffer,
    ) -> Result<Vec<Dispatch>> {
        let device = &self.device;
        let at = (inputs.columns, inputs.feed);
        let linear = Linear { device, kernel, pass_uniform, normed: &a.normed };
        let hidden_stride = padded(self.architecture.hidden_size as u32);
        let attended_stride = padded(heads.heads * heads.head_dim);
        let ffn_stride = padded(self.architecture.feed_forward as u32);

        let mut pass = embed::dispatches(device, &self.embedding, at, &a.x)?;
        let read = inputs
            .attention_target
            .map(|_| self.alignment_heads.iter().map(|head| head[0] + 1).max().unwrap_or(0));
        for (index, (layer, cache)) in
            self.layers.iter().zip(caches).take(read.unwrap_or(usize::MAX)).enumerate()
        {
            let norm = self.norm(&layer.attention_norm);
            linear.normed_into(
                &mut pass,
                &layer.qkv,
                &a.x,
                norm,
                (a.qkv.all(), heads.qkv_stride()),
                Epilogue::Store,
            )?;
            pass.push(rope::dispatch(device, heads, at, rotations, &a.qkv, cache)?);
            pass.push(attention::dispatch(device, heads, at, &a.qkv, cache, &a.partials)?);
            if let Some(AttentionTarget { positions, rows }) = inputs.attention_target {
                let memory = (&a.qkv, cache, &a.partials);
                for chosen in heads_of_layer(&self.alignment_heads, index) {
                    pass.push(attention_row::dispatch(device, heads, at, memory, (chosen, positions), rows)?);
                }
            }
            pass.push(attention_reduce::dispatch(
                device,
                heads,
                at,
                &a.partials,
                (&a.attended, attended_stride),
            )?);
            linear.added_to(&mut pass, &layer.o, &a.attended, (&a.x, hidden_stride))?;

            let norm = self.norm(&layer.ffn_norm);
            linear.normed_into(
                &mut pass,
                &layer.gate_up,
                &a.x,
                norm,
                (a.hidden.all(), ffn_stride),
                Epilogue::Swiglu,
            )?;
            linear.added_to(&mut pass, &layer.down, &a.hidden, (&a.x, hidden_stride))?;
        }
        Ok(pass)
    }

    /// The output head: `logits` (columns, stride) from the residual stream.
    pub(crate) fn logits(
        &self,
        kernel: LinearKernel,
        a: &Activations,
        pass_uniform: &Buffer,
        logits: (BufferView<'_>, u32),
    ) -> Result<Vec<Dispatch>> {
        let linear = Linear { device: &self.device, kernel, pass_uniform, normed: &a.normed };
        let mut pass = Vec::new();
        linear.normed_into(
            &mut pass,
            self.head(),
            &a.x,
            self.norm(&self.final_norm),
            logits,
            Epilogue::Store,
        )?;
        Ok(pass)
    }
}

/// Multiplies matrices with the columns of a pass: `matvec` with the norm fused, or `rms_norm` and `matmul`.
struct Linear<'a> {
    device: &'a Device,
    kernel: LinearKernel,
    pass_uniform: &'a Buffer,
    normed: &'a Buffer,
}

impl Linear<'_> {
    fn normed_into(
        &self,
        pass: &mut Vec<Dispatch>,
        weights: &Weights,
        x: &Buffer,
        norm: Norm<'_>,
        y: (BufferView<'_>, u32),
        epilogue: Epilogue,
    ) -> Result<()> {
        match self.kernel {
            LinearKernel::Matvec(columns) => {
                pass.extend(matvec::dispatches(
                    self.device,
                    weights,
                    columns,
                    x.all(),
                    y,
                    Some(norm),
                    epilogue,
                )?);
            }
            LinearKernel::Matmul => {
                pass.push(rms_norm::dispatch(self.device, x, norm, self.normed)?);
                pass.extend(matmul::dispatches(
                    self.device,
                    weights,
                    self.normed.all(),
                    y,
                    self.pass_uniform,
                    epilogue,
                )?);
            }
        }
        Ok(())
    }

    fn added_to(
        &self,
        pass: &mut Vec<Dispatch>,
        weights: &Weights,
        x: &Buffer,
        y: (&Buffer, u32),
    ) -> Result<()> {
        let y = (y.0.all(), y.1);
        pass.extend(match self.kernel {
            LinearKernel::Matvec(columns) => {
                matvec::dispatches(self.device, weights, columns, x.all(), y, None, Epilogue::Add)?
            }
            LinearKernel::Matmul => {
                matmul::dispatches(self.device, weights, x.all(), y, self.pass_uniform, Epilogue::Add)?
            }
        });
        Ok(())
    }
}

fn compile(device: &Device, model: &Model) -> Result<()> {
    device.compile_common()?;
    let mut made = HashSet::new();
    for (name, matrix) in &model.info().matrices {
        let (norm, epilogue) = match name.rsplit('.').next() {
            Some("o" | "down") => (false, Epilogue::Add),
            Some("gate_up") => (true, Epilogue::Swiglu),
            _ => (true, Epilogue::Store),
        };
        let layout = Layout { bits: matrix.layout.bits, group: matrix.layout.group, min: matrix.layout.min };
        if made.insert((layout, epilogue)) {
            matvec::compile(device, layout, 1, norm, epilogue)?;
            matmul::compile(device, layout, epilogue)?;
        }
    }
    Ok(())
}

/// A width padded to whole steps of 32 weights, as stored.
pub(crate) fn padded(width: u32) -> u32 {
    width.next_multiple_of(32)
}

fn layout_of(matrix: &Matrix<'_>) -> Layout {
    Layout { bits: matrix.layout.bits, group: matrix.layout.group, min: matrix.layout.min }
}

fn stored_bytes(matrix: &Matrix<'_>) -> u64 {
    (matrix.quants.len() + matrix.scales.len()) as u64
}

fn refuse_unsupported(architecture: &Architecture) -> Result<()> {
    let refuse = |what, found: String| Err(Error::Unsupported { what, found });
    if !(architecture.head_dim as u32).is_multiple_of(4) {
        return refuse("attention head width (must be a multiple of 4)", architecture.head_dim.to_string());
    }
    if architecture.vocab_size as u32 > top_list::MAX_VOCAB {
        return refuse("vocabulary (at most 262,144 tokens)", architecture.vocab_size.to_string());
    }
    Ok(())
}
