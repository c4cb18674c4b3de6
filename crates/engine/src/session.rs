//! One model at work: its KV cache, its activations, and its plans (dispatch lists, made once and replayed).

use std::collections::HashMap;
use std::sync::Arc;

use kernels::matmul::Pass;
use kernels::matvec::MAX_COLUMNS;
use kernels::rope::Heads;
use kernels::{Buffer, Column, Commands, Device, Dispatch, Feed, Use, View};

use crate::alignment::{Reader, Reading};
use crate::error::{Error, Result};
use crate::llama::{Activations, Lanes, Llama, Width, padded};

/// Tokens of prompts that one prefill pass takes.
pub(crate) const PREFILL_COLUMNS: u32 = 64;

// Mat-vec is compiled for these numbers of columns; others round up, the surplus columns computing nothing
// that is read. A pipeline for each number would cost more in compilation than it saves.
const NARROW: [u32; 5] = [1, 2, 4, 6, MAX_COLUMNS];

/// A model with room for sequences.
pub(crate) struct Session {
    pub llama: Arc<Llama>,
    pub(crate) device: Device,
    heads: Heads,
    caches: Vec<Buffer>,
    // A slot's keys or values on their way to another: nothing copies within one buffer.
    carrier: Buffer,
    rotations: Buffer,
    activations: Activations,
    now: Buffer,
    columns: Buffer,
    prefill_columns: Buffer,
    // A prompt token is always fed at step 0 of its column.
    step_zero: Buffer,
    decode: HashMap<Width, Vec<Dispatch>>,
    prefill: Option<Vec<Dispatch>>,
    pub reader: Option<Reader>,
}

/// A token of a prompt on its way into the cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PromptToken {
    pub slot: u32,
    pub position: u32,
    pub token: u32,
}

impl Session {
    /// Allocates cache and activations for `slots` sequences of `context` positions and `capacity` decode columns.
    pub fn new(llama: Arc<Llama>, slots: u32, context: u32, capacity: u32) -> Result<Self> {
        let device = llama.device.clone();
        let shape = &llama.architecture;
        let heads = Heads {
            heads: shape.heads as u32,
            kv_heads: shape.kv_heads as u32,
            head_dim: shape.head_dim as u32,
            slots,
            context,
        };
        // Mat-vec may write surplus columns, up to its next compiled number.
        let most = u64::from(capacity.max(PREFILL_COLUMNS).max(MAX_COLUMNS));
        let floats = |what: &str, count: u64| device.buffer(what, count * 4, Use::Storage);
        let activations = Activations {
            x: floats("residual stream", most * u64::from(padded(shape.hidden_size as u32)))?,
            normed: floats("normed stream", most * u64::from(padded(shape.hidden_size as u32)))?,
            qkv: floats("queries, keys and values", most * u64::from(heads.qkv_stride()))?,
            partials: floats("attention splits", most * heads.partial_floats())?,
            attended: floats("attention output", most * u64::from(padded(heads.heads * heads.head_dim)))?,
            hidden: floats("feed-forward", most * u64::from(padded(shape.feed_forward as u32)))?,
        };
        let mut caches = Vec::with_capacity(shape.layers);
        for _ in 0..shape.layers {
            caches.push(device.buffer("KV cache", 8 * heads.cache_pairs(), Use::Storage)?);
        }
        let turns = llama.rotations(context);
        Ok(Self {
            carrier: device.buffer(
                "KV cache on its way",
                u64::from(context) * heads.position_bytes(),
                Use::Storage,
            )?,
            rotations: device.buffer_with("rotations", bytemuck::cast_slice(&turns), Use::Storage)?,
            now: device.buffer("pass", size_of::<Pass>() as u64, Use::Uniform)?,
            columns: device.buffer("columns", most * size_of::<Column>() as u64, Use::Storage)?,
            prefill_columns: device.buffer(
                "prefill columns",
                most * size_of::<Column>() as u64,
                Use::Storage,
            )?,
            step_zero: device.buffer("prefill feed", most * size_of::<Feed>() as u64, Use::Storage)?,
            decode: HashMap::new(),
            prefill: None,
            reader: None,
            llama,
            device,
            heads,
            caches,
            activations,
        })
    }

    /// Says which slot and base each decode column has from now on.
    pub fn place(&self, columns: &[Column]) {
        self.device.write(&self.columns, 0, bytemuck::cast_slice(columns));
        self.device.write(&self.now, 0, bytemuck::bytes_of(&Pass { columns: columns.len() as u32 }));
    }

    /// Writes prompt tokens into the cache, in chunks of one pass each. No logits.
    pub fn prefill(&mut self, tokens: &[PromptToken]) -> Result<()> {
        if tokens.is_empty() {
            return Ok(());
        }
        let pass = match self.prefill.take() {
            Some(pass) => pass,
            None => self.prompt_forward(None)?,
        };
        for chunk in tokens.chunks(PREFILL_COLUMNS as usize) {
            self.prompt_pass(&pass, chunk).submit()?;
        }
        self.prefill = Some(pass);
        Ok(())
    }

    /// Records one pass over tokens of prompts. Call [`Session::place`] before the next decode step.
    pub fn prompt_pass(&self, pass: &[Dispatch], tokens: &[PromptToken]) -> Commands<'_> {
        let columns: Vec<_> =
            tokens.iter().map(|t| Column { slot: t.slot, base: t.position, first: t.token }).collect();
        self.device.write(&self.prefill_columns, 0, bytemuck::cast_slice(&columns));
        self.device.write(&self.now, 0, bytemuck::bytes_of(&Pass { columns: tokens.len() as u32 }));
        let longest = tokens.iter().map(|t| t.position + 1).max().unwrap_or(1);
        let mut commands = self.device.commands();
        commands.pass(pass, tokens.len() as u32, longest);
        commands
    }

    /// What is dispatched for tokens of prompts.
    pub fn prompt_forward(&self, reading: Option<Reading<'_>>) -> Result<Vec<Dispatch>> {
        self.forward(Width::Wide, Lanes { columns: &self.prefill_columns, feed: &self.step_zero, reading })
    }

    /// Records one decode step: the forward pass of `count` columns and their rows of `logits`.
    pub fn decode(
        &mut self,
        commands: &mut Commands<'_>,
        (count, longest): (u32, u32),
        feed: &Buffer,
        logits: (View<'_>, u32),
    ) -> Result<()> {
        let narrow = NARROW.into_iter().find(|&columns| columns >= count);
        let width = narrow.map_or(Width::Wide, Width::Narrow);
        if !self.decode.contains_key(&width) {
            let lanes = Lanes { columns: &self.columns, feed, reading: None };
            let mut pass = self.forward(width, lanes)?;
            pass.extend(self.llama.logits(width, &self.activations, &self.now, logits)?);
            self.decode.insert(width, pass);
        }
        if let Some(pass) = self.decode.get(&width) {
            commands.pass(pass, count, longest);
        }
        Ok(())
    }

    /// Copies positions `range` of one slot to another.
    pub fn copy_slot(
        &self,
        commands: &mut Commands<'_>,
        (source, target): (u32, u32),
        range: std::ops::Range<u32>,
    ) {
        let position = self.heads.position_bytes();
        let slot = u64::from(self.heads.context) * position;
        let bytes = u64::from(range.len() as u32) * position;
        let at = |slot_index: u32| u64::from(slot_index) * slot + u64::from(range.start) * position;
        let values = self.heads.cache_pairs() * 4;
        for cache in &self.caches {
            for start in [0, values] {
                commands.copy(cache, start + at(source), &self.carrier, 0, bytes);
                commands.copy(&self.carrier, 0, cache, start + at(target), bytes);
            }
        }
    }

    /// Positions of a slot.
    pub fn context(&self) -> u32 {
        self.heads.context
    }

    /// Fails unless the tokens of a prompt exist and it leaves room for an answer.
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

    fn forward(&self, width: Width, lanes: Lanes<'_>) -> Result<Vec<Dispatch>> {
        let memory = (&self.rotations, self.caches.as_slice());
        self.llama.forward(width, &self.heads, lanes, memory, &self.activations, &self.now)
    }
}
