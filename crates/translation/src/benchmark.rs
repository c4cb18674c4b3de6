//! Benchmarks models for `wasan bench`: counted (dispatches, bytes) and measured (seconds, memory).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use engine::{Batch, BatchOptions, Device, Event, Joint, JointOptions, Llama, Request};
use serde::Serialize;

use crate::catalog::{Catalog, Member};
use crate::error::Result;
use crate::gpu_adapters::open_tested;
use crate::languages::LanguagePair;
use crate::model_set::ModelSet;
use crate::setup::Setup;

// A prompt and an output as long as a long sentence.
const PROMPT_TOKENS: usize = 64;
const OUTPUT_TOKENS: u32 = 64;

/// The cost of one model alone, or of the sum.
#[derive(Debug, Clone, Serialize)]
pub struct ModelCost {
    /// Models, by term.
    pub models: String,
    /// Seconds from opening the files to the weights on the GPU.
    pub load_s: f32,
    /// Seconds from a prompt of 64 tokens to its first new token, models loaded and warm.
    pub first_token_s: f32,
    /// Kernel dispatches per decode step.
    pub dispatches_per_token: f32,
    /// Bytes read back per decode step and sequence.
    pub bytes_read_back_per_token: f32,
    /// Bytes of weights read per decode step.
    pub weight_bytes_per_token: u64,
    /// GPU memory of weights, caches and activations for 16 sequences.
    pub gpu_bytes: u64,
    /// Weight bytes per second of one sequence, as a share of the adapter's copy bandwidth.
    pub bandwidth_share: f32,
    /// Speeds by number of sequences.
    pub speeds: Vec<BatchSpeed>,
}

/// The speed with a number of sequences.
#[derive(Debug, Clone, Serialize)]
pub struct BatchSpeed {
    /// Sequences at once.
    pub sequences: u32,
    /// Prompt tokens per second.
    pub prefill_tokens_per_s: f32,
    /// New tokens per second, all sequences together.
    pub decode_tokens_per_s: f32,
}

/// All measurements of one adapter.
#[derive(Debug, Clone, Serialize)]
pub struct BenchmarkReport {
    /// Name of the GPU.
    pub adapter: String,
    /// Bytes per second that a copy within GPU memory reads and writes.
    pub copy_bytes_per_s: f64,
    /// Each model alone, then the sum.
    pub measurements: Vec<ModelCost>,
    /// Peak memory of the process, if the system reports it.
    pub host_peak_bytes: Option<u64>,
}

/// Benchmarks the models of a pair's recipe, each alone and together; calls `on_step` with each step's name.
pub fn benchmark(
    setup: &Setup,
    pair: &LanguagePair,
    on_step: &mut dyn FnMut(&str),
) -> Result<BenchmarkReport> {
    let catalog = Catalog::of(setup.models.as_deref())?;
    let members = ModelSet::choose(&catalog, setup, pair, None, &BTreeMap::new())?.members;
    let device = open_tested(setup)?;
    on_step("copy bandwidth");
    let copy_bytes_per_s = device.copy_bandwidth().map_err(engine::Error::from)?;
    let mut measurements = Vec::new();
    if members.len() > 1 {
        for member in &members {
            measurements.push(model_cost(&device, std::slice::from_ref(member), copy_bytes_per_s, on_step)?);
        }
    }
    measurements.push(model_cost(&device, &members, copy_bytes_per_s, on_step)?);
    let adapter = device.info().name.clone();
    Ok(BenchmarkReport { adapter, copy_bytes_per_s, measurements, host_peak_bytes: host_peak_bytes() })
}

fn model_cost(
    device: &Device,
    members: &[Member],
    bandwidth: f64,
    on_step: &mut dyn FnMut(&str),
) -> Result<ModelCost> {
    let models =
        members.iter().map(|m| format!("{} {}", m.term, m.entry.info.name)).collect::<Vec<_>>().join(" + ");
    on_step(&models);
    let started = Instant::now();
    let mut terms = Vec::new();
    for member in members {
        terms.push((Arc::new(Llama::load(device, &member.entry.open()?, &mut |_, _| {})?), member.weight));
    }
    let load_s = started.elapsed().as_secs_f32();
    let weight_bytes_per_token = terms.iter().map(|(llama, _)| llama.bytes_per_token()).sum();
    let vocab = terms.iter().map(|(llama, _)| llama.architecture().vocab_size as u32).min().unwrap_or(1);
    // The counted run is one token longer than the timed ones.
    let context = PROMPT_TOKENS as u32 + OUTPUT_TOKENS + 2;
    let joint = Joint::new(device, &terms, &JointOptions { sequences: 16, context })?;
    let mut batch = Batch::new(joint, BatchOptions::default());
    let request = |seed: u32, limit: u32| {
        let prompt: Vec<u32> =
            (0..PROMPT_TOKENS as u32).map(|i| (seed * 7919 + i * 104_729) % vocab).collect();
        Request {
            prompts: vec![prompt; members.len()],
            // A repetitive source permits a repetitive output, which random prompts produce.
            source: vec![0; PROMPT_TOKENS],
            limit,
            alternatives: 1,
            ..Request::default()
        }
    };
    let mut speeds = Vec::new();
    let mut first_token_s = 0.0;
    for sequences in [1, 4, 8, 16] {
        on_step(&format!("{models}, {sequences} at once"));
        let requests = |limit| (0..sequences).map(|seed| request(seed, limit)).collect::<Vec<_>>();
        // The first run compiles the pipelines for this batch size; the second is timed.
        batch.run(requests(2))?;
        let started = Instant::now();
        batch.run(requests(1))?;
        let prefill_s = started.elapsed().as_secs_f32();
        if sequences == 1 {
            first_token_s = prefill_s;
        }
        let decode_s = decode_seconds(&mut batch, requests(OUTPUT_TOKENS))?;
        speeds.push(BatchSpeed {
            sequences,
            prefill_tokens_per_s: (sequences as usize * PROMPT_TOKENS) as f32 / prefill_s,
            decode_tokens_per_s: (sequences * (OUTPUT_TOKENS - 1)) as f32 / decode_s,
        });
    }
    let before = device.counters();
    batch.run(vec![request(1, 1)])?;
    let short = device.counters();
    batch.run(vec![request(1, 1 + OUTPUT_TOKENS)])?;
    let long = device.counters();
    // The first run prefills and decodes as the second does, so their difference is decode steps alone.
    let steps = f64::from(OUTPUT_TOKENS) as f32;
    let each = |a: u64, b: u64, c: u64| ((c - b) - (b - a)) as f32 / steps;
    let single = speeds.first().map_or(0.0, |speed| speed.decode_tokens_per_s);
    Ok(ModelCost {
        models,
        load_s,
        first_token_s,
        dispatches_per_token: each(before.dispatches, short.dispatches, long.dispatches),
        bytes_read_back_per_token: each(before.bytes_read_back, short.bytes_read_back, long.bytes_read_back),
        weight_bytes_per_token,
        gpu_bytes: device.memory_bytes(),
        bandwidth_share: (weight_bytes_per_token as f64 * f64::from(single) / bandwidth) as f32,
        speeds,
    })
}

// Seconds from the first sequence's first new token to the last sequence's end.
fn decode_seconds(batch: &mut Batch, requests: Vec<Request>) -> Result<f32> {
    requests.into_iter().for_each(|request| {
        batch.add(request);
    });
    let mut started = None;
    while !batch.is_idle() {
        let events = batch.step()?;
        if started.is_none() && events.iter().any(|event| matches!(event, Event::Token(..))) {
            started = Some(Instant::now());
        }
    }
    Ok(started.map_or(0.0, |started| started.elapsed().as_secs_f32()))
}

/// The largest resident memory of this process, in bytes; Linux only.
pub fn host_peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
