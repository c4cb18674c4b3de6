//! State of one model while it decodes: KV cache, activations, and dispatch lists, which are created once and replayed.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use kernels::Heads;
use kernels::attention_row::PositionRange;
use kernels::matvec::{MAX_COLUMNS, compiled_columns};
use kernels::quantize::Quantized;
use kernels::{Buffer, BufferUse, BufferView, Column, Commands, Device, Dispatch, Feed, PassSize};
use model_files::Architecture;

use crate::alignment::{Attention, AttentionTarget};
use crate::error::{Error, Result};
use crate::llama::{
    Activations, AdapterActivations, AdapterSize, LinearKernel, Llama, PassInputs, Rotations, padded, widest,
};

/// A model with a KV cache for several sequences.
pub(crate) struct Session {
    pub llama: Arc<Llama>,
    pub(crate) device: Device,
    heads: Heads,
    /// Most prompt tokens of one pass.
    pub(crate) prefill_columns: u32,
    caches: Vec<Buffer>,
    // Holds a slot's keys or values while they are copied to another slot: wgpu cannot copy within one buffer.
    copy_staging: Buffer,
    rotations: Rotations,
    activations: Activations,
    pass_uniform: Buffer,
    prompt_uniform: Buffer,
    columns: Buffer,
    prompt_columns: Buffer,
    // Prompt tokens are always fed at step 0, so their columns share one row.
    step_zero: Buffer,
    decode: HashMap<LinearKernel, Vec<Dispatch>>,
    prefill: Option<Vec<Dispatch>>,
    attention_pass: Option<AttentionPass>,
}

/// Buffers and dispatches for reading attention rows, created at the first use.
struct AttentionPass {
    positions: Buffer,
    rows: Buffer,
    staging: Buffer,
    dispatches: Vec<Dispatch>,
}

/// A prompt token and its position in the cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PromptToken {
    pub slot: u32,
    pub position: u32,
    pub token: u32,
}

/// The attention heads of a model whose KV cache has `slots` slots of `context` positions.
pub(crate) fn heads(architecture: &Architecture, slots: u32, context: u32) -> Heads {
    Heads {
        heads: architecture.heads as u32,
        kv_heads: architecture.kv_heads as u32,
        head_dim: architecture.head_dim as u32,
        slots,
        context,
        scale: architecture.attention_scale,
        // Set layer by layer in the forward pass.
        window: None,
    }
}

impl Session {
    /// Allocates cache and activations for `slots` sequences of `context` positions and `capacity` decode columns.
    pub fn new(llama: Arc<Llama>, slots: u32, context: u32, capacity: u32) -> Result<Self> {
        let device = llama.device.clone();
        let shape = &llama.architecture;
        let heads = heads(shape, slots, context);
        // `matvec` reads surplus columns, up to its next compiled number.
        let prefill_columns = device.prefill_columns();
        let most = u64::from(capacity.max(prefill_columns).max(MAX_COLUMNS));
        let floats = |what: &str, count: u64| device.buffer(what, count * 4, BufferUse::Storage);
        let activations = Activations {
            x: floats("residual stream", most * u64::from(padded(shape.hidden_size as u32)))?,
            normed: floats("normed stream", most * u64::from(padded(shape.hidden_size as u32)))?,
            factors: floats("factors of norms", most)?,
            qkv: floats("queries, keys and values", most * u64::from(heads.qkv_stride()))?,
            partials: floats("attention splits", most * heads.partial_floats())?,
            attended: floats("attention output", most * u64::from(padded(heads.heads * heads.head_dim)))?,
            hidden: floats("feed-forward", most * u64::from(padded(shape.feed_forward as u32)))?,
            quantized: match device.int8_prompts() {
                true => Some(Quantized::new(&device, prefill_columns.into(), widest(shape))?),
                false => None,
            },
            adapter: match llama.adapter() {
                AdapterSize { inner: 0, .. } => None,
                size => Some(AdapterActivations {
                    inner: floats("between an adapter's factors", most * u64::from(size.inner))?,
                    product: floats("product of an adapter", most * u64::from(size.rows))?,
                }),
            },
        };
        let cache_bytes = heads.cache_pairs() * device.cache_pair_bytes();
        let mut caches = Vec::with_capacity(shape.layers);
        for _ in 0..shape.layers {
            caches.push(device.buffer("KV cache", 2 * cache_bytes, BufferUse::Storage)?);
        }
        Ok(Self {
            copy_staging: device.buffer(
                "KV cache copy",
                u64::from(context) * heads.position_pairs() * device.cache_pair_bytes(),
                BufferUse::Storage,
            )?,
            rotations: llama.rotations(context)?,
            pass_uniform: device.buffer("pass", size_of::<PassSize>() as u64, BufferUse::Uniform)?,
            prompt_uniform: device.buffer("prompt pass", size_of::<PassSize>() as u64, BufferUse::Uniform)?,
            columns: device.buffer("columns", most * size_of::<Column>() as u64, BufferUse::Storage)?,
            prompt_columns: device.buffer(
                "prompt columns",
                most * size_of::<Column>() as u64,
                BufferUse::Storage,
            )?,
            step_zero: device.buffer("prefill feed", size_of::<Feed>() as u64, BufferUse::Storage)?,
            decode: HashMap::new(),
            prefill: None,
            attention_pass: None,
            llama,
            device,
            heads,
            prefill_columns,
            caches,
            activations,
        })
    }

    /// Sets slot and base of each decode column.
    pub fn set_columns(&self, columns: &[Column]) {
        self.device.write(&self.columns, 0, bytemuck::cast_slice(columns));
        self.device.write(
            &self.pass_uniform,
            0,
            bytemuck::bytes_of(&PassSize { columns: columns.len() as u32 }),
        );
    }

    /// Computes the cache of prompt tokens, one pass per chunk, without logits.
    pub fn prefill(&mut self, tokens: &[PromptToken]) -> Result<()> {
        if tokens.is_empty() {
            return Ok(());
        }
        let pass = match self.prefill.take() {
            Some(pass) => pass,
            None => self.prompt_forward(LinearKernel::Prompts, None)?,
        };
        for chunk in tokens.chunks(self.prefill_columns as usize) {
            let mut commands = self.device.commands();
            self.prompt_pass(&mut commands, &pass, chunk);
            commands.submit()?;
        }
        self.prefill = Some(pass);
        Ok(())
    }

    /// Records one pass over at most `prefill_columns` prompt tokens, to be submitted before the next is recorded.
    pub fn prompt_pass(&self, commands: &mut Commands<'_>, pass: &[Dispatch], tokens: &[PromptToken]) {
        let columns: Vec<_> = tokens
            .iter()
            .map(|t| Column { slot: t.slot, base: t.position, first: t.token, row: 0 })
            .collect();
        self.device.write(&self.prompt_columns, 0, bytemuck::cast_slice(&columns));
        self.device.write(
            &self.prompt_uniform,
            0,
            bytemuck::bytes_of(&PassSize { columns: tokens.len() as u32 }),
        );
        let longest = tokens.iter().map(|t| t.position + 1).max().unwrap_or(1);
        commands.pass(pass, tokens.len() as u32, longest);
    }

    /// The dispatches of a pass over prompt tokens.
    fn prompt_forward(
        &self,
        kernel: LinearKernel,
        attention_target: Option<AttentionTarget<'_>>,
    ) -> Result<Vec<Dispatch>> {
        let inputs = PassInputs { columns: &self.prompt_columns, feed: &self.step_zero, attention_target };
        self.forward(kernel, inputs, &self.prompt_uniform)
    }

    /// The dispatches of a pass over tokens of a given output that writes their rows of `logits`: exact, as decoding them is.
    pub fn prompt_logits(&self, logits: (BufferView<'_>, u32)) -> Result<Vec<Dispatch>> {
        let kernel = LinearKernel::Matmul;
        let mut pass = self.prompt_forward(kernel, None)?;
        pass.extend(self.llama.logits(kernel, &self.activations, &self.prompt_uniform, logits)?);
        Ok(pass)
    }

    /// Records one decode step: the forward pass of `count` columns and their rows of `logits`.
    pub fn decode(
        &mut self,
        commands: &mut Commands<'_>,
        (count, longest): (u32, u32),
        feed: &Buffer,
        logits: (BufferView<'_>, u32),
    ) -> Result<()> {
        let kernel = compiled_columns(count).map_or(LinearKernel::Matmul, LinearKernel::Matvec);
        if !self.decode.contains_key(&kernel) {
            let inputs = PassInputs { columns: &self.columns, feed, attention_target: None };
            let mut pass = self.forward(kernel, inputs, &self.pass_uniform)?;
            pass.extend(self.llama.logits(kernel, &self.activations, &self.pass_uniform, logits)?);
            self.decode.insert(kernel, pass);
        }
        if let Some(pass) = self.decode.get(&kernel) {
            commands.pass(pass, count, longest);
        }
        Ok(())
    }

    /// The dispatches of a decode step of one column with its row of `logits`.
    pub fn single_pass(
        &self,
        columns: &Buffer,
        feed: &Buffer,
        logits: (BufferView<'_>, u32),
    ) -> Result<Vec<Dispatch>> {
        let kernel = LinearKernel::Matvec(1);
        let inputs = PassInputs { columns, feed, attention_target: None };
        let mut pass = self.forward(kernel, inputs, &self.pass_uniform)?;
        pass.extend(self.llama.logits(kernel, &self.activations, &self.pass_uniform, logits)?);
        Ok(pass)
    }

    /// Copies the positions `range` from one slot to another.
    pub fn copy_slot(&self, commands: &mut Commands<'_>, (source, target): (u32, u32), range: Range<u32>) {
        let position = self.heads.position_pairs() * self.device.cache_pair_bytes();
        let slot = u64::from(self.heads.context) * position;
        let bytes = u64::from(range.len() as u32) * position;
        let at = |slot_index: u32| u64::from(slot_index) * slot + u64::from(range.start) * position;
        let values = self.heads.cache_pairs() * self.device.cache_pair_bytes();
        for cache in &self.caches {
            for start in [0, values] {
                commands.copy(cache, start + at(source), &self.copy_staging, 0, bytes);
                commands.copy(&self.copy_staging, 0, cache, start + at(target), bytes);
            }
        }
    }

    /// Positions per slot.
    pub fn context(&self) -> u32 {
        self.heads.context
    }

    /// Fails unless the prompt's tokens are in the vocabulary and it is shorter than the context.
    pub fn accept(&self, prompt: &[u32]) -> Result<()> {
        let vocab = self.llama.architecture.vocab_size as u32;
        if let Some(&token) = prompt.iter().find(|&&token| token >= vocab) {
            return Err(Error::UnknownToken { token, vocab });
        }
        if prompt.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        if prompt.len() >= self.heads.context as usize {
            return Err(Error::TooLong { tokens: prompt.len(), context: self.heads.context });
        }
        Ok(())
    }

    /// Reads the attention from each of `tokens`, consecutive in one slot, to the positions `source`. The cache must
    /// hold what precedes them. Empty if the model has no alignment heads.
    pub fn attention(&mut self, tokens: &[PromptToken], source: &Range<usize>) -> Result<Attention> {
        let heads = self.llama.alignment_heads().len();
        let mut rows = Attention::new(heads, source.len());
        if heads == 0 || source.is_empty() || tokens.is_empty() {
            return Ok(Attention::default());
        }
        let attention = match self.attention_pass.take() {
            Some(attention) => attention,
            None => self.new_attention_pass(heads)?,
        };
        let positions = PositionRange { first: source.start as u32, count: source.len() as u32 };
        self.device.write(&attention.positions, 0, bytemuck::bytes_of(&positions));
        for chunk in tokens.chunks(self.prefill_columns as usize) {
            let bytes = (chunk.len() * heads * source.len() * size_of::<f32>()) as u64;
            let mut commands = self.device.commands();
            self.prompt_pass(&mut commands, &attention.dispatches, chunk);
            commands.copy(&attention.rows, 0, &attention.staging, 0, bytes);
            let values = commands.submit_and_read(&attention.staging, bytes)?.wait(&self.device)?;
            rows.extend(&bytemuck::pod_collect_to_vec::<u8, f32>(&values));
        }
        self.attention_pass = Some(attention);
        Ok(rows)
    }

    fn new_attention_pass(&self, heads: usize) -> Result<AttentionPass> {
        let bytes = u64::from(self.prefill_columns) * heads as u64 * u64::from(self.context()) * 4;
        let positions = self.device.buffer(
            "positions of the source",
            size_of::<PositionRange>() as u64,
            BufferUse::Uniform,
        )?;
        let rows = self.device.buffer("attention rows", bytes, BufferUse::Storage)?;
        let target = AttentionTarget { positions: &positions, rows: &rows };
        // The tokens are an output, whose cache is exact.
        let dispatches = self.prompt_forward(LinearKernel::Matmul, Some(target))?;
        let staging = self.device.buffer("attention rows on the host", bytes, BufferUse::Read)?;
        Ok(AttentionPass { positions, rows, staging, dispatches })
    }

    fn forward(
        &self,
        kernel: LinearKernel,
        inputs: PassInputs<'_>,
        pass_uniform: &Buffer,
    ) -> Result<Vec<Dispatch>> {
        let memory = (&self.rotations, self.caches.as_slice());
        self.llama.forward(kernel, &self.heads, inputs, memory, &self.activations, pass_uniform)
    }
}
