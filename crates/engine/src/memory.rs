//! The GPU memory that models take, computed before any is loaded.
//!
//! Follows what [`Llama::load`](crate::Llama::load), the sessions and [`Joint::new`](crate::Joint::new) allocate;
//! `tests/memory.rs` compares both on a device.

use std::collections::BTreeMap;

use kernels::column::PREFILL_COLUMNS;
use kernels::logit_sum::{ColumnSum, Rows};
use kernels::matvec::MAX_COLUMNS;
use kernels::pick::{self, Choice};
use kernels::quantize::Quantized;
use kernels::top_list::{Candidate, MAX_COUNT};
use kernels::{Column, Device, Feed, cache_pair_bytes, logit_bias};
use model_files::{AdapterInfo, Architecture, MatrixInfo};

use crate::batch::BatchOptions;
use crate::joint::{FORCED_COLUMNS, JointOptions, PREFIX_SLOTS};
use crate::llama::{AdapterSize, padded, widest};
use crate::session::heads;

/// What decides a model's memory.
#[derive(Debug, Clone, Copy)]
pub struct ModelSize<'a> {
    /// Its dimensions.
    pub architecture: &'a Architecture,
    /// Its matrices by name.
    pub matrices: &'a BTreeMap<String, MatrixInfo>,
    /// Number of its alignment heads.
    pub alignment_heads: usize,
    /// Its adapter.
    pub adapter: Option<&'a AdapterInfo>,
}

/// What of a device decides memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSizes {
    /// Bytes of two elements of the KV cache.
    pub cache_pair_bytes: u64,
    /// Tokens of a pass over prompts.
    pub prefill_columns: u32,
    /// Whether prompts are multiplied in int8.
    pub int8_prompts: bool,
}

impl Default for DeviceSizes {
    /// Those of a device that was opened without options and is not tuned.
    fn default() -> Self {
        Self {
            cache_pair_bytes: cache_pair_bytes(false),
            prefill_columns: PREFILL_COLUMNS[0],
            int8_prompts: false,
        }
    }
}

impl DeviceSizes {
    /// Those of an opened device.
    pub fn of(device: &Device) -> Self {
        Self {
            cache_pair_bytes: device.cache_pair_bytes(),
            prefill_columns: device.prefill_columns(),
            int8_prompts: device.int8_prompts(),
        }
    }
}

/// GPU memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// Weights.
    pub weights: u64,
    /// KV caches.
    pub cache: u64,
    /// Activations, logits and everything else.
    pub buffers: u64,
}

impl Memory {
    /// All of it.
    pub fn total(&self) -> u64 {
        self.weights + self.cache + self.buffers
    }
}

impl ModelSize<'_> {
    /// Bytes of weights that one decode step reads: all matrices except the embedding, of which only one row a column
    /// is read unless it is also the head.
    pub fn bytes_per_token(&self) -> u64 {
        let read = |name: &str| name != "embed" || self.architecture.tied_head;
        let matrices = self.matrices.iter().filter(|(name, _)| read(name));
        matrices.map(|(_, matrix)| matrix.bytes()).sum::<u64>() + self.adapter().bytes
    }

    fn adapter(&self) -> AdapterSize {
        self.adapter.map_or(AdapterSize::default(), |adapter| {
            AdapterSize::new(self.architecture, self.matrices, &adapter.ranks)
        })
    }

    fn weights(&self) -> u64 {
        let matrices: u64 = self.matrices.values().map(MatrixInfo::bytes).sum();
        let vectors = self.architecture.vectors();
        // RoPE's frequencies are no buffer; a session has their rotations.
        let on_gpu = vectors.iter().filter(|(name, _)| !name.starts_with("rope_inv_freq"));
        matrices + on_gpu.map(|(_, length)| 4 * length.next_multiple_of(32) as u64).sum::<u64>()
    }

    fn has_base_of(&self, other: &Self) -> bool {
        let base = |adapter: &AdapterInfo| (adapter.base.clone(), adapter.base_sources.clone());
        self.adapter.is_some() && self.adapter.map(base) == other.adapter.map(base)
    }

    // KV cache and buffers of its session.
    fn session(&self, options: &JointOptions, sizes: &DeviceSizes) -> Memory {
        let a = self.architecture;
        let context = options.context.min(a.max_positions as u32);
        let (slots, capacity) = slots_and_capacity(options);
        let heads = heads(a, slots, context);
        let most = u64::from(capacity.max(sizes.prefill_columns).max(MAX_COLUMNS));
        let floats = self.adapter().floats()
            + 2 * u64::from(padded(a.hidden_size as u32))
            + 1
            + u64::from(heads.qkv_stride())
            + heads.partial_floats()
            + u64::from(padded(heads.heads * heads.head_dim))
            + u64::from(padded(a.feed_forward as u32));
        let tables = if a.window_rope { 2 } else { 1 };
        let rotations = tables * u64::from(context) * a.head_dim as u64 * 4;
        let columns = most * 2 * size_of::<Column>() as u64 + size_of::<Feed>() as u64;
        // One copy on the GPU and one that the host reads.
        let attention_rows =
            2 * u64::from(sizes.prefill_columns) * self.alignment_heads as u64 * u64::from(context) * 4;
        let quantized = match sizes.int8_prompts {
            true => Quantized::bytes(sizes.prefill_columns.into(), widest(a)),
            false => 0,
        };
        Memory {
            weights: 0,
            cache: sizes.cache_pair_bytes
                * (a.layers as u64 * 2 * heads.cache_pairs() + u64::from(context) * heads.position_pairs()),
            buffers: 4 * most * floats + rotations + columns + attention_rows + quantized,
        }
    }
}

/// The memory of models that decode together with these options on a device of these sizes.
pub fn memory(models: &[ModelSize<'_>], options: &JointOptions, sizes: &DeviceSizes) -> Memory {
    let mut all = Memory::default();
    for (index, model) in models.iter().enumerate() {
        let session = model.session(options, sizes);
        // Adapters of one base share its weights.
        let is_shared = models[..index].iter().any(|other| other.has_base_of(model));
        all.weights += model.adapter().bytes + if is_shared { 0 } else { model.weights() };
        all.cache += session.cache;
        all.buffers += session.buffers;
    }
    let terms = models.len() as u64;
    let (_, capacity) = slots_and_capacity(options);
    let vocab = models.first().map_or(0, |model| model.architecture.vocab_size as u32);
    let rows = Rows::new(vocab, capacity);
    let columns = u64::from(capacity);
    let candidates = columns * u64::from(MAX_COUNT) * size_of::<Candidate>() as u64;
    let votes = terms * candidates.next_multiple_of(256);
    let picked = columns * pick::picked_bytes(MAX_COUNT);
    // Each step that is submitted ahead is read back from a buffer of its own.
    let staging = BatchOptions::default().ahead as u64 * (picked + votes);
    // The second are those of given outputs.
    for rows in [rows, Rows::new(vocab, FORCED_COLUMNS)] {
        all.buffers += (terms + 1) * rows.term_bytes() + rows.block_bytes();
        all.buffers += u64::from(rows.capacity) * size_of::<ColumnSum>() as u64;
    }
    // Their tokens and log-probabilities, the latter also on the host.
    all.buffers += 3 * 4 * u64::from(FORCED_COLUMNS);
    all.buffers += columns * (logit_bias::COLUMN_BYTES + (size_of::<Choice>() + size_of::<Feed>()) as u64);
    all.buffers += candidates + votes + picked + staging;
    all
}

/// Slots of a KV cache and columns of the decode buffers.
fn slots_and_capacity(options: &JointOptions) -> (u32, u32) {
    let sequences = options.sequences.max(1);
    (sequences.saturating_add(PREFIX_SLOTS), sequences.max(MAX_COLUMNS))
}
