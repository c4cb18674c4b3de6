//! What a run will need, from a few real steps.

use std::cmp::Reverse;
use std::fs;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use model_files::Architecture;
use serde::{Deserialize, Serialize};
use sysinfo::{Disk, Disks, System};

use crate::adapter::{AdapterOptions, Projection};
use crate::batches::Example;
use crate::data_parallel::Workers;
use crate::device::on_processor;
use crate::frozen::FrozenPrecision;
use crate::{Error, Result, RunOptions, Stage, StepReport, TrainedModel, train};

/// What a run needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Tokens that will be read, all epochs of all stages.
    pub tokens: u64,
    /// Measured: the mean over the stages, with looks at the held-out loss.
    pub tokens_per_second: f64,
    /// For all of it.
    pub seconds: f64,
    /// The most memory, of the device where it tells, else of this process.
    pub memory_bytes: u64,
    /// Memory that was free before; none where the device does not tell.
    pub memory_available_bytes: Option<u64>,
    /// Disk for the checkpoints at their largest and for the model.
    pub disk_bytes: u64,
}

/// Steps that a stage is measured by, unless they take too long.
const STEPS: usize = 3;
/// A stage is measured for no longer than its first step after this time.
const SECONDS: f64 = 20.0;
/// Of a forward and backward pass, the part that is forward.
const FORWARD: f64 = 1.0 / 3.0;
/// The one being written, the newest and the one before it; likewise of the best weights where a stage has patience.
const CHECKPOINTS: u64 = 3;
/// Arrays of logits at once: as they are, their powers, the gradient.
const LOGITS: usize = 3;

/// Looks whether a run can fit into this machine's memory whatever the measurement says, before weights are read; where
/// it fits only if layers are computed again on the way back, `options` say so afterwards. What memory a GPU has is not
/// known: there, only the first steps tell.
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
    let load = Load::new(architecture, adapter, stages, options, device);
    fit_into(available_bytes(), architecture, adapter, load).map(|recompute| options.recompute = recompute)
}

/// Whether layers have to be computed again for a run to fit into `available` bytes.
fn fit_into(
    available: u64,
    architecture: &Architecture,
    adapter: Option<&AdapterOptions>,
    load: Load,
) -> Result<bool> {
    let needed = |recompute| least_bytes(architecture, adapter, Load { recompute, ..load });
    if needed(load.recompute) <= available {
        return Ok(load.recompute);
    }
    match needed(true) {
        least if least <= available => Ok(true),
        least => Err(Error::Memory { needed_mib: least >> 20, available_mib: available >> 20 }),
    }
}

/// What goes through a model at once.
#[derive(Debug, Clone, Copy)]
struct Load {
    /// Tokens of a micro-batch.
    tokens: usize,
    /// Those of them that are followed by one to predict.
    rows: usize,
    /// Tokens of the longest sequence.
    longest: usize,
    /// Sets of gradients at once.
    gradients: usize,
    recompute: bool,
}

impl Load {
    fn new(
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
        // No more than there are; a sequence longer than a micro-batch stands alone in it.
        let tokens = options.micro_tokens.min(stages.iter().map(tokens_of).max().unwrap_or(0)).max(longest);
        let counted = |stage: &Stage| {
            let learned = of(&stage.examples, Example::loss_tokens) as f64;
            learned / tokens_of(stage).max(1) as f64
        };
        let rows = stages.iter().map(counted).fold(0.0, f64::max) * tokens as f64;
        // One set for each worker or the newest micro-batch, and the one that they are added to.
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

/// Weights in matrices.
fn parameters(a: &Architecture) -> u64 {
    embeddings(a) + in_layers(a, &Projection::ALL, &|rows, columns| rows * columns)
}

fn embeddings(a: &Architecture) -> u64 {
    (a.vocab_size * a.hidden_size * if a.tied_head { 1 } else { 2 }) as u64
}

/// The sum over layers and `projections` of what `count` says of a matrix with these sides.
fn in_layers(a: &Architecture, projections: &[Projection], count: &dyn Fn(usize, usize) -> usize) -> u64 {
    let sides = |projection| match projection {
        Projection::Q | Projection::O => a.heads * a.head_dim,
        Projection::K | Projection::V => a.kv_heads * a.head_dim,
        Projection::Gate | Projection::Up | Projection::Down => a.feed_forward,
    };
    let layer: usize = projections.iter().map(|&projection| count(a.hidden_size, sides(projection))).sum();
    (a.layers * layer) as u64
}

/// Weights that learn, and those that do not.
fn learning(a: &Architecture, adapter: Option<&AdapterOptions>) -> (u64, u64) {
    match adapter {
        None => (parameters(a), 0),
        Some(adapter) => {
            let factors =
                in_layers(a, &adapter.projections, &|rows, columns| adapter.rank * (rows + columns));
            (factors, parameters(a))
        }
    }
}

/// In 32 bits, all that learns, with AdamW's two moments; what is frozen; then the larger of two: in a step the gradients,
/// what each layer keeps for the way back and the logits; in a checkpoint the moments once more, as they are written.
fn least_bytes(a: &Architecture, adapter: Option<&AdapterOptions>, load: Load) -> u64 {
    let (learning, frozen) = learning(a, adapter);
    let frozen = match adapter.map(|adapter| adapter.frozen) {
        None => 0,
        Some(FrozenPrecision::F32) => 4 * frozen,
        // Besides, as much as is unpacked at once: a layer, or the head.
        Some(FrozenPrecision::F16) => 2 * frozen + unpacked(a),
        // The embedding has 16 bits.
        Some(FrozenPrecision::Q8) => frozen + (a.vocab_size * a.hidden_size) as u64 + unpacked(a),
    };
    let weights = learning * (4 + 8) + frozen;
    weights + step_bytes(a, learning, load).max(8 * learning)
}

fn step_bytes(a: &Architecture, learning: u64, load: Load) -> u64 {
    let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
    // Per token the inputs of its seven products and of its norms, and attention's scores before and after softmax.
    let layer = 4 * a.hidden_size + 2 * heads + 2 * kv + 3 * a.feed_forward + 2 * a.heads * load.longest;
    let kept = match load.recompute {
        true => a.layers * a.hidden_size + layer,
        false => a.layers * layer,
    };
    4 * (learning * load.gradients as u64 + (load.tokens * kept + LOGITS * load.rows * a.vocab_size) as u64)
}

fn unpacked(a: &Architecture) -> u64 {
    let layer =
        in_layers(&Architecture { layers: 1, ..*a }, &Projection::ALL, &|rows, columns| rows * columns);
    4 * layer.max((a.vocab_size * a.hidden_size) as u64)
}

fn available_bytes() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let group = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    system.available_memory().min(group)
}

/// Memory of this process by the kernel's name, where the system tells (Linux): `VmHWM` the most, `VmRSS` now.
fn process_bytes(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The folder in a run's that the measured steps write to.
pub const ESTIMATE_FOLDER: &str = "estimate";

/// A folder that goes with what is in it, also when a kill kept an earlier process from it; and the one around it, if
/// nothing else is there.
struct Scratch(PathBuf);

impl Scratch {
    fn new(run: &Path) -> Result<Self> {
        let path = run.join(ESTIMATE_FOLDER);
        // What is left of an earlier one only takes up space.
        drop(fs::remove_dir_all(&path));
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(Error::Write { path, source }),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
        drop(self.0.parent().map(fs::remove_dir));
    }
}

/// Measures some steps of each stage, first the heaviest one, and looks for the disk that the run in `folder` will need.
/// The model learns from these steps and is gone afterwards, since memory may not hold it twice. Nothing is left behind;
/// none when `go_on` says to stop.
///
/// # Errors
/// When it does not fit, or as [`train`].
pub fn estimate(
    mut trained: TrainedModel,
    stages: &[Stage],
    options: &RunOptions,
    folder: &Path,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Estimate>> {
    let available = available_bytes();
    // The most so far was that of an earlier model, or of reading the texts: Linux forgets it when told so.
    drop(fs::write("/proc/self/clear_refs", "5"));
    let resident = process_bytes("VmRSS");
    let (learning, _) = learning(&trained.architecture, trained.adapter.as_ref());
    let model_bytes = 2 * parameters(&trained.architecture);
    let scratch = Scratch::new(folder)?;
    // Weights and two moments.
    let best_bytes =
        if stages.iter().any(|stage| stage.patience > 0) { CHECKPOINTS * 4 * learning } else { 0 };
    check_disk(folder, CHECKPOINTS * 12 * learning + best_bytes + model_bytes)?;
    let mut tokens = 0.0;
    let mut seconds = 0.0;
    let mut checkpoint_bytes = 0;
    for stage in stages {
        let heaviest =
            Stage { examples: heaviest(&stage.examples, options), epochs: 1.0, ..unwatched(stage) };
        let mut trial_of = |stage, enough: &dyn Fn(&StepReport) -> bool| -> Result<(Vec<StepReport>, u64)> {
            let path = scratch.0.join("trial");
            let write = |source| Error::Write { path: path.clone(), source };
            let log = trial(&mut trained, stage, options, &path, enough)?;
            let bytes = size(&path).map_err(write)?;
            fs::remove_dir_all(&path).map_err(write)?;
            Ok((log, bytes))
        };
        let (_, bytes) = trial_of(heaviest, &|_| true)?;
        checkpoint_bytes = checkpoint_bytes.max(bytes);
        let enough = |line: &StepReport| !go_on() || line.step >= STEPS || line.seconds > SECONDS;
        let (log, _) = trial_of(unwatched(stage), &enough)?;
        if !go_on() {
            return Ok(None);
        }
        let rate = rate(&log);
        let steps = log.first().map_or(0, |line| line.steps);
        let looks = (steps / options.held_out_every.max(1) + 1) as f64;
        let of =
            |examples: &[Example]| examples.iter().map(|example| example.ids.len()).sum::<usize>() as f64;
        tokens += of(&stage.examples) * stage.epochs;
        seconds += (of(&stage.examples) * stage.epochs + of(&stage.held_out) * looks * FORWARD) / rate;
    }
    let disk_bytes = CHECKPOINTS * checkpoint_bytes + best_bytes + model_bytes;
    check_disk(folder, disk_bytes)?;
    let own_memory = on_processor(&trained.device);
    let peak = process_bytes("VmHWM");
    if let (true, Some(peak), Some(before)) = (own_memory, peak, resident) {
        check_memory(peak.saturating_sub(before), available)?;
    }
    let of_device = trained.device.clone().inner().memory_pool_usage().map(|usage| usage.bytes_reserved);
    let adapter = trained.adapter.as_ref();
    let load = Load::new(&trained.architecture, adapter, stages, options, &trained.device);
    let least = || least_bytes(&trained.architecture, adapter, load);
    Ok(Some(Estimate {
        tokens: tokens as u64,
        tokens_per_second: tokens / seconds,
        seconds,
        memory_bytes: of_device.or(peak).unwrap_or_else(least),
        memory_available_bytes: own_memory.then_some(available),
        disk_bytes,
    }))
}

/// What was measured against what was free: more was taken from the disk, and every step would be.
fn check_memory(needed: u64, available: u64) -> Result<()> {
    match needed > available {
        true => Err(Error::Memory { needed_mib: needed >> 20, available_mib: available >> 20 }),
        false => Ok(()),
    }
}

/// The longest sequences, as many as go through the model at once; twice where gradients accumulate.
fn heaviest(examples: &[Example], options: &RunOptions) -> Vec<Example> {
    let mut order: Vec<&Example> = examples.iter().filter(|example| example.loss_tokens() > 0).collect();
    order.sort_by_key(|example| Reverse(example.ids.len()));
    let longest = order.first().map_or(1, |example| example.ids.len());
    let count = (options.micro_tokens / longest).max(1) * options.accumulate.min(2);
    order.into_iter().take(count).cloned().collect()
}

/// The stage with nothing held out.
fn unwatched(stage: &Stage) -> Stage {
    Stage { held_out: Vec::new(), ..stage.clone() }
}

/// The first steps of a stage, until one is enough.
fn trial(
    trained: &mut TrainedModel,
    stage: Stage,
    options: &RunOptions,
    folder: &Path,
    enough: &dyn Fn(&StepReport) -> bool,
) -> Result<Vec<StepReport>> {
    let mut log = Vec::new();
    let mut report = |line: &StepReport| {
        log.push(line.clone());
        if enough(line) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let run = || train(trained, &[stage], options, folder, &mut report);
    // A device's allocator panics when its memory ends. Both the model and the folder are dropped then.
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let reason = text.or_else(|| panic.downcast_ref().copied()).unwrap_or("no reason given").to_owned();
        Error::FirstSteps { reason }
    })??;
    Ok(log)
}

/// Tokens a second, without the first step where there are more: it compiles kernels and fills caches.
fn rate(log: &[StepReport]) -> f64 {
    let Some((first, last)) = log.first().zip(log.last()) else { return 1.0 };
    let (tokens, seconds) = match last.step > first.step {
        true => (last.tokens - first.tokens, last.seconds - first.seconds),
        false => (last.tokens, last.seconds),
    };
    tokens.max(1) as f64 / seconds.max(1e-6)
}

/// Bytes of all files in a folder and its folders.
fn size(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        bytes += if data.is_dir() { size(&entry.path())? } else { data.len() };
    }
    Ok(bytes)
}

fn check_disk(folder: &Path, needed: u64) -> Result<()> {
    let Ok(path) = folder.canonicalize() else { return Ok(()) };
    let disks = Disks::new_with_refreshed_list();
    // Both in the same form, which on Windows is not that of mount points.
    let is_on = |disk: &&Disk| disk.mount_point().canonicalize().is_ok_and(|mount| path.starts_with(mount));
    let holding = disks.iter().filter(is_on);
    let Some(disk) = holding.max_by_key(|disk| disk.mount_point().as_os_str().len()) else { return Ok(()) };
    let available = disk.available_space();
    if needed > available {
        let (needed_mib, available_mib) = (needed >> 20, available >> 20);
        return Err(Error::Disk { needed_mib, available_mib, folder: folder.into() });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
