//! What models cost: counted (dispatches, bytes) and measured (seconds, memory). For `wasan bench`.

use std::sync::Arc;
use std::time::Instant;

use engine::{Batch, BatchOptions, Choice, Device, Event, Joint, JointOptions, Llama, Request};
use serde::Serialize;

use crate::adapters::open_tested;
use crate::catalog::{Catalog, Member};
use crate::error::Result;
use crate::folders::models_folder;
use crate::languages::LanguagePair;
use crate::setup::Setup;

// A prompt and an answer as long as a long sentence.
const PROMPT_TOKENS: usize = 64;
const ANSWER_TOKENS: u32 = 64;

/// One model alone, or the sum.
#[derive(Debug, Clone, Serialize)]
pub struct ModelCost {
    /// Models, by term.
    pub models: String,
    /// Seconds from opening the files to the weights on the GPU.
    pub load_s: f32,
    /// Seconds from a prompt of 64 tokens to its first new token, models loaded and warm.
    pub first_token_s: f32,
    /// Kernels dispatched a decode step.
    pub dispatches_per_token: f32,
    /// Bytes read back a decode step and sequence.
    pub bytes_read_back_per_token: f32,
    /// Bytes of weights read a decode step.
    pub weight_bytes_per_token: u64,
    /// GPU memory of weights, caches and activations for 16 sequences.
    pub gpu_bytes: u64,
    /// Share of the adapter's copy bandwidth at which one sequence reads the weights.
    pub bandwidth_share: f32,
    /// Speeds by number of sequences.
    pub speeds: Vec<BatchSpeed>,
}

/// BatchSpeed with so many sequences.
#[derive(Debug, Clone, Serialize)]
pub struct BatchSpeed {
    /// Sequences at once.
    pub sequences: u32,
    /// Prompt tokens a second.
    pub prefill_tokens_per_s: f32,
    /// New tokens a second, all sequences together.
    pub decode_tokens_per_s: f32,
}

/// All measurements of one adapter.
#[derive(Debug, Clone, Serialize)]
pub struct BenchmarkReport {
    /// Name of the GPU.
    pub adapter: String,
    /// Bytes a second that a copy within GPU memory reads and writes.
    pub copy_bytes_per_s: f64,
    /// Each model alone, then the sum.
    pub measurements: Vec<ModelCost>,
    /// Largest memory of the process so far, where the system tells.
    pub host_peak_bytes: Option<u64>,
}

/// Measures the models of a pair's recipe, each alone and together; `told` hears what is being done.
pub fn benchmark(setup: &Setup, pair: &LanguagePair, told: &mut dyn FnMut(&str)) -> Result<BenchmarkReport> {
    let catalog = Catalog::read(&setup.models.clone().unwrap_or_else(models_folder))?;
    let text = setup.recipe.as_deref().map_or_else(|| catalog.default_recipe(pair), Ok)?;
    let (recipe, chosen) = catalog.recipe(pair, text, &setup.chosen)?;
    let members = catalog.members(pair, &recipe, &chosen)?;
    let device = open_tested(setup)?;
    told("copy bandwidth");
    let copy_bytes_per_s = device.copy_bandwidth().map_err(engine::Error::from)?;
    let mut measurements = Vec::new();
    if members.len() > 1 {
        for member in &members {
            measurements.push(one(&device, std::slice::from_ref(member), copy_bytes_per_s, told)?);
        }
    }
    measurements.push(one(&device, &members, copy_bytes_per_s, told)?);
    let adapter = device.info().name.clone();
    Ok(BenchmarkReport { adapter, copy_bytes_per_s, measurements, host_peak_bytes: host_peak_bytes() })
}

fn one(device: &Device, members: &[Member], bandwidth: f64, told: &mut dyn FnMut(&str)) -> Result<ModelCost> {
    let models =
        members.iter().map(|m| format!("{} {}", m.term, m.entry.info.name)).collect::<Vec<_>>().join(" + ");
    told(&models);
    let begun = Instant::now();
    let mut terms = Vec::new();
    for member in members {
        terms.push((Arc::new(Llama::load(device, &member.entry.open()?, &mut |_, _| {})?), member.weight));
    }
    let load_s = begun.elapsed().as_secs_f32();
    let weight_bytes_per_token = terms.iter().map(|(llama, _)| llama.bytes_per_token()).sum();
    let vocab = terms.iter().map(|(llama, _)| llama.architecture().vocab_size as u32).min().unwrap_or(1);
    // The counted run is one token longer than the timed ones.
    let context = PROMPT_TOKENS as u32 + ANSWER_TOKENS + 2;
    let joint = Joint::new(device, &terms, &JointOptions { sequences: 16, context })?;
    let mut batch = Batch::new(joint, BatchOptions::default());
    let request = |seed: u32, limit: u32| {
        let prompt: Vec<u32> =
            (0..PROMPT_TOKENS as u32).map(|i| (seed * 7919 + i * 104_729) % vocab).collect();
        Request {
            prompts: vec![prompt; members.len()],
            shared: Vec::new(),
            // A source that repeats itself lets the answer do so: random prompts end in loops.
            source: vec![0; PROMPT_TOKENS],
            limit,
            end_tokens: Vec::new(),
            choice: Choice::GREEDY,
            beam: None,
            alternatives: 1,
            votes: 0,
            urgent: false,
            align: Vec::new(),
            glossary: Vec::new(),
        }
    };
    let mut speeds = Vec::new();
    let mut first_token_s = 0.0;
    for sequences in [1, 4, 8, 16] {
        told(&format!("{models}, {sequences} at once"));
        let requests = |limit| (0..sequences).map(|seed| request(seed, limit)).collect::<Vec<_>>();
        // Once for the pipelines of this width, once for the clock.
        batch.run(requests(2))?;
        let begun = Instant::now();
        batch.run(requests(1))?;
        let prefill_s = begun.elapsed().as_secs_f32();
        if sequences == 1 {
            first_token_s = prefill_s;
        }
        let decode_s = decode_seconds(&mut batch, requests(ANSWER_TOKENS))?;
        speeds.push(BatchSpeed {
            sequences,
            prefill_tokens_per_s: (sequences as usize * PROMPT_TOKENS) as f32 / prefill_s,
            decode_tokens_per_s: (sequences * (ANSWER_TOKENS - 1)) as f32 / decode_s,
        });
    }
    let before = device.counters();
    batch.run(vec![request(1, 1)])?;
    let short = device.counters();
    batch.run(vec![request(1, 1 + ANSWER_TOKENS)])?;
    let long = device.counters();
    // The first run prefills and decodes as the second does, so their difference is decode steps alone.
    let steps = f64::from(ANSWER_TOKENS) as f32;
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
    let mut begun = None;
    while !batch.is_idle() {
        let events = batch.step()?;
        if begun.is_none() && events.iter().any(|event| matches!(event, Event::Token(..))) {
            begun = Some(Instant::now());
        }
    }
    Ok(begun.map_or(0.0, |begun| begun.elapsed().as_secs_f32()))
}

/// The largest resident memory of this process, in bytes; Linux only.
pub fn host_peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
