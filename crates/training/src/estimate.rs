//! Estimates time, memory and disk space of a run from a few real steps.

use std::cmp::Reverse;
use std::fs;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sysinfo::{Disk, Disks};

use crate::batches::Example;
use crate::device::on_processor;
use crate::memory::{StepLoad, available_bytes, check_memory, least_bytes, parameters, trainable_and_frozen};
use crate::{Error, Result, RunOptions, Stage, StepReport, TrainedModel, train};

/// The estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Tokens of all epochs of all stages.
    pub tokens: u64,
    /// Measured mean over the stages, including evaluations of the held-out loss.
    pub tokens_per_second: f64,
    /// Duration of the run.
    pub seconds: f64,
    /// Peak memory: of the device if it reports it, else of this process.
    pub memory_bytes: u64,
    /// Memory that was free before; none on a GPU.
    pub memory_available_bytes: Option<u64>,
    /// Disk space of the checkpoints at their largest and of the model.
    pub disk_bytes: u64,
}

/// Steps to measure in each stage.
const STEPS: usize = 3;
/// Measuring a stage ends at the first step after this time.
const SECONDS: f64 = 20.0;
/// Share of the forward pass in the time of a forward and a backward pass.
const FORWARD: f64 = 1.0 / 3.0;
/// The checkpoint being written, the newest and the previous one; likewise of the best weights if a stage has patience.
const CHECKPOINTS: u64 = 3;

/// Memory of this process on Linux, by the kernel's name: `VmHWM` is the peak, `VmRSS` the current size.
fn process_bytes(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The folder in a run's folder that the measured steps write to.
pub const ESTIMATE_FOLDER: &str = "estimate";

/// A temporary folder, also removed if a killed process left it behind; its parent is removed if it is empty.
struct Scratch(PathBuf);

impl Scratch {
    fn new(run: &Path) -> Result<Self> {
        let path = run.join(ESTIMATE_FOLDER);
        // Left by a killed process.
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

/// Measures some steps of each stage, the largest batch first, and checks the disk space for the run in `folder`. These
/// steps change the model, so it is consumed: memory may not hold it twice. Leaves no files behind. Returns none if
/// `go_on` returns false.
///
/// # Errors
/// If memory or disk space does not suffice, or as [`train`].
pub fn estimate(
    mut trained: TrainedModel,
    stages: &[Stage],
    options: &RunOptions,
    folder: &Path,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Estimate>> {
    let available = available_bytes();
    // Resets the peak on Linux: so far it is that of an earlier model or of reading the texts.
    drop(fs::write("/proc/self/clear_refs", "5"));
    let resident = process_bytes("VmRSS");
    let (trainable, _) = trainable_and_frozen(&trained.architecture, trained.adapter.as_ref());
    let model_bytes = 2 * parameters(&trained.architecture);
    let scratch = Scratch::new(folder)?;
    // Weights; a checkpoint also has two moments.
    let best_bytes =
        if stages.iter().any(|stage| stage.patience > 0) { CHECKPOINTS * 4 * trainable } else { 0 };
    check_disk(folder, CHECKPOINTS * 12 * trainable + best_bytes + model_bytes)?;
    let mut tokens = 0.0;
    let mut seconds = 0.0;
    let mut checkpoint_bytes = 0;
    for stage in stages {
        let largest_batch = Stage {
            examples: largest_batch(&stage.examples, options),
            epochs: 1.0,
            ..without_held_out(stage)
        };
        let mut measure = |stage, enough: &dyn Fn(&StepReport) -> bool| -> Result<(Vec<StepReport>, u64)> {
            let path = scratch.0.join("trial");
            let write = |source| Error::Write { path: path.clone(), source };
            let log = measure_steps(&mut trained, stage, options, &path, enough)?;
            let bytes = size(&path).map_err(write)?;
            fs::remove_dir_all(&path).map_err(write)?;
            Ok((log, bytes))
        };
        let (_, bytes) = measure(largest_batch, &|_| true)?;
        checkpoint_bytes = checkpoint_bytes.max(bytes);
        let enough = |line: &StepReport| !go_on() || line.step >= STEPS || line.seconds > SECONDS;
        let (log, _) = measure(without_held_out(stage), &enough)?;
        if !go_on() {
            return Ok(None);
        }
        let rate = rate(&log);
        let steps = log.first().map_or(0, |line| line.steps);
        let evaluations = (steps / options.held_out_every.max(1) + 1) as f64;
        let of =
            |examples: &[Example]| examples.iter().map(|example| example.ids.len()).sum::<usize>() as f64;
        tokens += of(&stage.examples) * stage.epochs;
        seconds += (of(&stage.examples) * stage.epochs + of(&stage.held_out) * evaluations * FORWARD) / rate;
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
    let load = StepLoad::new(&trained.architecture, adapter, stages, options, &trained.device);
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

/// The examples of the largest batch: the longest sequences, twice as many if gradients accumulate.
fn largest_batch(examples: &[Example], options: &RunOptions) -> Vec<Example> {
    let mut order: Vec<&Example> = examples.iter().filter(|example| example.loss_tokens() > 0).collect();
    order.sort_by_key(|example| Reverse(example.ids.len()));
    let longest = order.first().map_or(1, |example| example.ids.len());
    let count = (options.micro_tokens / longest).max(1) * options.accumulate.min(2);
    order.into_iter().take(count).cloned().collect()
}

/// The stage without held-out examples.
fn without_held_out(stage: &Stage) -> Stage {
    Stage { held_out: Vec::new(), ..stage.clone() }
}

/// Runs the first steps of a stage until `enough` returns true.
fn measure_steps(
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
    // A device's allocator panics if memory is exhausted. The model and the folder are dropped then.
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let reason = text.or_else(|| panic.downcast_ref().copied()).unwrap_or("no reason given").to_owned();
        Error::FirstSteps { reason }
    })??;
    Ok(log)
}

/// Tokens per second, without the first step if there are more: it compiles kernels and fills caches.
fn rate(log: &[StepReport]) -> f64 {
    let Some((first, last)) = log.first().zip(log.last()) else { return 1.0 };
    let (tokens, seconds) = match last.step > first.step {
        true => (last.tokens - first.tokens, last.seconds - first.seconds),
        false => (last.tokens, last.seconds),
    };
    tokens.max(1) as f64 / seconds.max(1e-6)
}

/// Bytes of all files in a folder, recursively.
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
    // Canonicalise both: on Windows mount points have another form.
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
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::memory::tests::architecture;

    /// A device that runs out of memory in the first steps: its driver panics.
    #[test]
    fn too_small_a_device_is_an_error_and_leaves_no_files() {
        let special = crate::SpecialTokens { bos: 0, end: 1, pad: 2 };
        let device = Device::flex().autodiff();
        let model = TrainedModel::new(architecture(16), special, Vec::new(), 1, &device).expect("a model");
        let stage = Stage {
            name: "finetune".into(),
            examples: vec![Example { ids: vec![1, 2, 3], loss_start: 1 }],
            held_out: Vec::new(),
            epochs: 9.0,
            patience: 0,
            optimizer: crate::OptimizerOptions::default(),
        };
        let home = tempfile::tempdir().expect("a folder");
        let run = home.path().join("model.run");
        let options = RunOptions::default();
        let full = || -> bool { panic!("Out of memory: 7 MiB were asked for") };
        let error = estimate(model.clone(), std::slice::from_ref(&stage), &options, &run, &full)
            .expect_err("refused");
        assert!(matches!(&error, Error::FirstSteps { reason } if reason.contains("7 MiB")), "{error}");
        assert!(error.to_string().contains("--recompute"));
        assert!(!run.exists());
        // Files that a killed process left are no obstacle.
        fs::create_dir_all(run.join("estimate/trial/checkpoint")).expect("a folder");
        let measured = estimate(model, &[stage], &options, &run, &|| true).expect("measured").expect("whole");
        assert!(measured.memory_available_bytes.is_some() && measured.tokens == 27);
        assert!(!run.exists());
    }

    #[test]
    fn the_largest_batch_has_the_longest_sequences() {
        let example = |n: usize| Example { ids: vec![0; n], loss_start: 1 };
        let examples: Vec<Example> = [3, 9, 5, 8].map(example).to_vec();
        let options = RunOptions { micro_tokens: 20, ..RunOptions::default() };
        let lengths: Vec<usize> = largest_batch(&examples, &options).iter().map(|e| e.ids.len()).collect();
        assert_eq!(lengths, [9, 8]);
    }
}
