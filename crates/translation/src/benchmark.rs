//! Benchmarks models for `wasan bench`: counted (dispatches, bytes) and measured (seconds, memory).

mod drafts;
mod timing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use engine::{Batch, BatchOptions, Device, Joint, JointOptions, Llama};
use model_files::Tokenizer;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Member};
use crate::error::Result;
use crate::gpu_adapters::open_tested;
use crate::languages::LanguagePair;
use crate::model_set::ModelSet;
use crate::setup::Setup;

pub use drafts::DraftCost;
use drafts::draft_cost;
use timing::{Budget, OUTPUT_TOKENS, PROMPT_TOKENS, Requests, decode_rate, prefill_seconds};

/// Sequences at once in the measurements.
const SEQUENCES: [u32; 4] = [1, 4, 8, 16];
const MOST_SEQUENCES: u32 = 16;

/// Decode steps over which dispatches and bytes are counted.
const COUNTED_TOKENS: u32 = 8;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Prompt tokens per second.
    Prefill,
    /// New tokens per second.
    Decode,
    /// Speculative decoding of one sequence; of several models.
    Drafts,
}

/// What to measure, and for how long.
pub struct BenchmarkOptions<'a> {
    /// Only this; `None` for everything.
    pub only: Option<Measure>,
    /// Seconds that all measurements together may take, without loading.
    pub seconds: f32,
    /// Asked between measurements and decode steps: whether to end with what is measured.
    pub stopped: &'a dyn Fn() -> bool,
}

/// The cost of one model alone, or of the sum.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModelCost {
    /// Models, by term.
    pub models: String,
    /// Seconds from opening the files to the weights on the GPU.
    pub load_s: f32,
    /// Seconds from a prompt of 64 tokens to its first new token, models loaded and warm.
    pub first_token_s: Option<f32>,
    /// Kernel dispatches per decode step.
    pub dispatches_per_token: f32,
    /// Bytes read back per decode step and sequence.
    pub bytes_read_back_per_token: f32,
    /// Bytes of weights read per decode step.
    pub weight_bytes_per_token: u64,
    /// GPU memory of weights, caches and activations for 16 sequences.
    pub gpu_bytes: u64,
    /// Weight bytes per second of one sequence, as a share of the adapter's copy bandwidth.
    pub bandwidth_share: Option<f32>,
    /// Speeds by number of sequences.
    pub speeds: Vec<BatchSpeed>,
    /// Speculative decoding of one sequence; of several models.
    pub drafts: Option<DraftCost>,
}

/// The speed with a number of sequences; medians. `None`: not wanted, or no time was left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchSpeed {
    /// Sequences at once.
    pub sequences: u32,
    /// Prompt tokens per second.
    pub prefill_tokens_per_s: Option<f32>,
    /// New tokens per second, all sequences together.
    pub decode_tokens_per_s: Option<f32>,
}

/// All measurements of one adapter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BenchmarkReport {
    /// Name of the GPU.
    pub adapter: String,
    /// Bytes per second that a copy within GPU memory reads and writes.
    pub copy_bytes_per_s: f64,
    /// Whether everything that was wanted is measured.
    pub complete: bool,
    /// The sum, then each model alone.
    pub measurements: Vec<ModelCost>,
    /// Peak memory of the process, if the system reports it.
    pub host_peak_bytes: Option<u64>,
}

/// A model on the GPU.
struct LoadedModel {
    // In the recipe.
    place: usize,
    name: String,
    tokenizer: Arc<Tokenizer>,
    llama: Arc<Llama>,
    weight: f32,
    load_s: f32,
    gpu_bytes: u64,
}

/// Benchmarks the models of a pair's recipe, together and each alone; calls `on_step` with each step's name. When the time
/// is over it ends with what is measured; loading and counting are always done.
///
/// # Errors
/// Models that cannot be found or loaded; a failing GPU.
pub fn benchmark(
    setup: &Setup,
    pair: &LanguagePair,
    options: &BenchmarkOptions<'_>,
    on_step: &mut dyn FnMut(&str),
) -> Result<BenchmarkReport> {
    let catalog = Catalog::of(setup.models.as_deref())?;
    let set = ModelSet::choose(&catalog, setup, pair, None, &BTreeMap::new())?;
    let device = open_tested(setup)?;
    on_step("copy bandwidth");
    let copy_bytes_per_s = device.copy_bandwidth().map_err(engine::Error::from)?;
    let mut loaded = Vec::with_capacity(set.members.len());
    for place in set.batch_order() {
        let member = &set.members[place];
        on_step(&format!("loading {}", member.entry.info.name));
        loaded.push(LoadedModel::load(&device, place, member)?);
    }
    let mut groups = vec![loaded.as_slice()];
    if loaded.len() > 1 {
        groups.extend(loaded.chunks(1));
    }
    let wanted = |measure| options.only.is_none_or(|only| only == measure);
    let speeds = [Measure::Prefill, Measure::Decode].into_iter().filter(|&measure| wanted(measure)).count();
    let drafts = wanted(Measure::Drafts) && loaded.len() > 1;
    let mut budget =
        Budget::new(options, (groups.len() * SEQUENCES.len() * speeds) as u32 + u32::from(drafts));
    let mut measurements = Vec::with_capacity(groups.len());
    for group in groups {
        let (mut cost, joint) = model_cost(&device, group, copy_bytes_per_s, &wanted, &mut budget, on_step)?;
        if drafts && group.len() > 1 {
            on_step(&format!("{}, drafts", cost.models));
            cost.drafts = budget.next(None, |end| draft_cost(&device, (&set, group), pair, joint, end))?;
        }
        measurements.push(cost);
    }
    let adapter = device.info().name.clone();
    let complete = budget.is_complete();
    Ok(BenchmarkReport {
        adapter,
        copy_bytes_per_s,
        complete,
        measurements,
        host_peak_bytes: host_peak_bytes(),
    })
}

impl LoadedModel {
    fn load(device: &Device, place: usize, member: &Member) -> Result<Self> {
        let (started, before) = (Instant::now(), device.memory_bytes());
        let model = member.entry.open()?;
        let llama = Arc::new(Llama::load(device, &model, &mut |_, _| {})?);
        Ok(Self {
            place,
            tokenizer: Arc::new(model.tokenizer()?),
            name: format!("{} {}", member.term, member.entry.info.name),
            llama,
            weight: member.weight,
            load_s: started.elapsed().as_secs_f32(),
            gpu_bytes: device.memory_bytes() - before,
        })
    }
}

fn model_cost(
    device: &Device,
    group: &[LoadedModel],
    bandwidth: f64,
    wanted: &dyn Fn(Measure) -> bool,
    budget: &mut Budget<'_>,
    on_step: &mut dyn FnMut(&str),
) -> Result<(ModelCost, Joint)> {
    let mut names: Vec<_> = group.iter().map(|model| (model.place, model.name.as_str())).collect();
    names.sort_unstable();
    let models = names.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(" + ");
    on_step(&models);
    let terms: Vec<_> = group.iter().map(|model| (Arc::clone(&model.llama), model.weight)).collect();
    let vocab = terms.iter().map(|(llama, _)| llama.architecture().vocab_size as u32).min().unwrap_or(1);
    let before = device.memory_bytes();
    // The sentences of the drafts fit it too.
    let context = 4 * (PROMPT_TOKENS as u32 + OUTPUT_TOKENS);
    let joint = Joint::new(device, &terms, &JointOptions { sequences: MOST_SEQUENCES, context })?;
    let mut batch = Batch::new(joint, BatchOptions::default());
    batch.warm_up()?;
    let requests = Requests { vocab, models: group.len() };
    let (dispatches_per_token, bytes_read_back_per_token) = counts(device, &mut batch, &requests)?;
    let mut speeds = Vec::with_capacity(SEQUENCES.len());
    let mut prompt_tokens_per_s = None;
    for sequences in SEQUENCES {
        let mut speed = BatchSpeed { sequences, prefill_tokens_per_s: None, decode_tokens_per_s: None };
        if wanted(Measure::Prefill) {
            on_step(&format!("{models}, prefill, {sequences} at once"));
            let tokens = (sequences as usize * PROMPT_TOKENS) as f32;
            let expected_s = prompt_tokens_per_s.map(|rate| tokens / rate);
            let seconds =
                budget.next(expected_s, |end| prefill_seconds(&mut batch, &requests, sequences, end))?;
            speed.prefill_tokens_per_s = seconds.map(|seconds| tokens / seconds);
            prompt_tokens_per_s = speed.prefill_tokens_per_s.or(prompt_tokens_per_s);
        }
        if wanted(Measure::Decode) {
            on_step(&format!("{models}, decode, {sequences} at once"));
            speed.decode_tokens_per_s =
                budget.next(None, |end| decode_rate(&mut batch, &requests, sequences, end))?;
        }
        speeds.push(speed);
    }
    let weight_bytes_per_token = terms.iter().map(|(llama, _)| llama.bytes_per_token()).sum();
    let single = speeds.first();
    let share = |rate: f32| (weight_bytes_per_token as f64 * f64::from(rate) / bandwidth) as f32;
    let cost = ModelCost {
        models,
        load_s: group.iter().map(|model| model.load_s).sum(),
        first_token_s: single.and_then(|s| s.prefill_tokens_per_s).map(|rate| PROMPT_TOKENS as f32 / rate),
        dispatches_per_token,
        bytes_read_back_per_token,
        weight_bytes_per_token,
        gpu_bytes: device.memory_bytes() - before + group.iter().map(|model| model.gpu_bytes).sum::<u64>(),
        bandwidth_share: single.and_then(|speed| speed.decode_tokens_per_s).map(share),
        speeds,
        drafts: None,
    };
    Ok((cost, batch.into_joint()))
}

// Dispatches and bytes read back of a decode step.
fn counts(device: &Device, batch: &mut Batch, requests: &Requests) -> Result<(f32, f32)> {
    // The first run prefills as the second does, so their difference is decode steps alone.
    batch.run(requests.equal_prompts(1, 1))?;
    let before = device.counters();
    batch.run(requests.equal_prompts(1, 1))?;
    let short = device.counters();
    batch.run(requests.equal_prompts(1, 1 + COUNTED_TOKENS))?;
    let long = device.counters();
    let each = |a: u64, b: u64, c: u64| ((c - b) - (b - a)) as f32 / COUNTED_TOKENS as f32;
    Ok((
        each(before.dispatches, short.dispatches, long.dispatches),
        each(before.bytes_read_back, short.bytes_read_back, long.bytes_read_back),
    ))
}

/// The largest resident memory of this process, in bytes; Linux only.
pub fn host_peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
