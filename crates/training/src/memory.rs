//! Lower bounds on the memory that a run needs, checked before weights are loaded.

use burn::tensor::Device;
use model_files::Architecture;
use sysinfo::System;

use crate::adapter::{AdapterOptions, Projection};
use crate::batches::Example;
use crate::data_parallel::Workers;
use crate::device::on_processor;
use crate::frozen::FrozenPrecision;
use crate::{Error, Result, RunOptions, Stage};

/// Arrays of the size of the logits in memory at once: logits, exponentials, gradient.
const LOGITS: usize = 3;

/// Checks whether a run can fit into this machine's memory, and enables gradient checkpointing in `options` if it fits
/// only with it. The memory of a GPU is unknown, so nothing is checked there: the first steps would fail.
///
/// # Errors
/// [`Error::Memory`].
pub fn fit_in_memory(
    architecture: &Architecture,
    adapter: Option<&AdapterOptions>,
    stages: &[Stage],
    options: &mut RunOptions,
    device: &Device,
) -> Result<()> {
    if !on_processor(device) {
        return Ok(());
    }
    let load = StepLoad::new(architecture, adapter, stages, options, device);
    fit_into(available_bytes(), architecture, adapter, load).map(|recompute| options.recompute = recompute)
}

/// Whether a run needs gradient checkpointing to fit into `available` bytes.
pub(crate) fn fit_into(
    available: u64,
    architecture: &Architecture,
    adapter: Option<&AdapterOptions>,
    load: StepLoad,
) -> Result<bool> {
    let needed = |recompute| least_bytes(architecture, adapter, StepLoad { recompute, ..load });
    if needed(load.recompute) <= available {
        return Ok(load.recompute);
    }
    match needed(true) {
        least if least <= available => Ok(true),
        least => Err(Error::Memory { needed_mib: least >> 20, available_mib: available >> 20 }),
    }
}

/// The size of a training step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepLoad {
    /// Tokens of a micro-batch.
    tokens: usize,
    /// Tokens whose successor the loss counts.
    rows: usize,
    /// Tokens of the longest sequence.
    longest: usize,
    /// Sets of gradients in memory at once.
    gradients: usize,
    recompute: bool,
}

impl StepLoad {
    pub(crate) fn new(
        architecture: &Architecture,
        adapter: Option<&AdapterOptions>,
        stages: &[Stage],
        options: &RunOptions,
        device: &Device,
    ) -> Self {
        let of = |examples: &[Example], count: fn(&Example) -> usize| -> usize {
            examples.iter().map(count).sum()
        };
        let tokens_of = |stage: &Stage| of(&stage.examples, |example| example.ids.len());
        let lengths = stages.iter().flat_map(|stage| &stage.examples).map(|example| example.ids.len());
        let longest = lengths.max().unwrap_or(0);
        // No more than the text has; a sequence longer than a micro-batch is its own micro-batch.
        let tokens = options.micro_tokens.min(stages.iter().map(tokens_of).max().unwrap_or(0)).max(longest);
        let counted = |stage: &Stage| {
            let loss_tokens = of(&stage.examples, Example::loss_tokens) as f64;
            loss_tokens / tokens_of(stage).max(1) as f64
        };
        let rows = stages.iter().map(counted).fold(0.0, f64::max) * tokens as f64;
        // One set for each worker or the newest micro-batch, and their sum.
        let gradients = match Workers::count(device, parameters(architecture) as usize) {
            1 => options.accumulate.clamp(1, 2),
            workers => workers + 1,
        };
        Self {
            tokens,
            rows: rows as usize,
            longest,
            gradients,
            recompute: options.recompute
                || adapter.is_some_and(|adapter| adapter.frozen != FrozenPrecision::F32),
        }
    }
}

/// Number of weights in matrices.
pub(crate) fn parameters(a: &Architecture) -> u64 {
    embeddings(a) + in_layers(a, &Projection::ALL, &|rows, columns| rows * columns)
}

fn embeddings(a: &Architecture) -> u64 {
    (a.vocab_size * a.hidden_size * if a.tied_head { 1 } else { 2 }) as u64
}

/// The sum of `count(rows, columns)` over the `projections` of all layers.
fn in_layers(a: &Architecture, projections: &[Projection], count: &dyn Fn(usize, usize) -> usize) -> u64 {
    let sides = |projection| match projection {
        Projection::Q | Projection::O => a.heads * a.head_dim,
        Projection::K | Projection::V => a.kv_heads * a.head_dim,
        Projection::Gate | Projection::Up | Projection::Down => a.feed_forward,
    };
    let layer: usize = projections.iter().map(|&projection| count(a.hidden_size, sides(projection))).sum();
    (a.layers * layer) as u64
}

/// Numbers of trainable and of frozen weights.
pub(crate) fn trainable_and_frozen(a: &Architecture, adapter: Option<&AdapterOptions>) -> (u64, u64) {
    match adapter {
        None => (parameters(a), 0),
        Some(adapter) => {
            let factors =
                in_layers(a, &adapter.projections, &|rows, columns| adapter.rank * (rows + columns));
            (factors, parameters(a))
        }
    }
}

/// Least memory of a run: trainable weights with AdamW's two moments in 32 bits, and frozen weights; then the larger of a
/// step (gradients, activations kept for the backward pass, logits) and a checkpoint (a copy of the moments).
pub(crate) fn least_bytes(a: &Architecture, adapter: Option<&AdapterOptions>, load: StepLoad) -> u64 {
    let (trainable, frozen) = trainable_and_frozen(a, adapter);
    let frozen = match adapter.map(|adapter| adapter.frozen) {
        None => 0,
        Some(FrozenPrecision::F32) => 4 * frozen,
        // Plus the weights that are dequantised at once: a layer, or the head.
        Some(FrozenPrecision::F16) => 2 * frozen + dequantised_bytes(a),
        // The embedding has 16 bits.
        Some(FrozenPrecision::Q8) => frozen + (a.vocab_size * a.hidden_size) as u64 + dequantised_bytes(a),
    };
    let weights = trainable * (4 + 8) + frozen;
    weights + step_bytes(a, trainable, load).max(8 * trainable)
}

pub(crate) fn step_bytes(a: &Architecture, trainable: u64, load: StepLoad) -> u64 {
    let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
    // Per token: the inputs of the seven products and of the norms, and attention scores before and after softmax.
    let layer = 4 * a.hidden_size + 2 * heads + 2 * kv + 3 * a.feed_forward + 2 * a.heads * load.longest;
    let kept = match load.recompute {
        true => a.layers * a.hidden_size + layer,
        false => a.layers * layer,
    };
    4 * (trainable * load.gradients as u64 + (load.tokens * kept + LOGITS * load.rows * a.vocab_size) as u64)
}

fn dequantised_bytes(a: &Architecture) -> u64 {
    let layer =
        in_layers(&Architecture { layers: 1, ..*a }, &Projection::ALL, &|rows, columns| rows * columns);
    4 * layer.max((a.vocab_size * a.hidden_size) as u64)
}

pub(crate) fn available_bytes() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let group = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    system.available_memory().min(group)
}

/// Refuses a run whose measured memory exceeds what was free: it would use swap space in every step.
pub(crate) fn check_memory(needed: u64, available: u64) -> Result<()> {
    match needed > available {
        true => Err(Error::Memory { needed_mib: needed >> 20, available_mib: available >> 20 }),
        false => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
