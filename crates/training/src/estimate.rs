//! What a run will need, from a few real steps on a copy of the model.

use std::cmp::Reverse;
use std::fs;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use model_files::Architecture;
use serde::Serialize;
use sysinfo::{Disks, System};

use crate::adapter::{AdapterOptions, Frozen, Projection};
use crate::batches::Example;
use crate::{Error, Result, RunOptions, Stage, StepReport, TrainedModel, train};

/// What a run needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Tokens that will be read, all epochs of all stages.
    pub tokens: u64,
    /// Measured: the mean over the stages, with looks at the held-out loss.
    pub tokens_per_second: f64,
    /// For all of it.
    pub seconds: f64,
    /// The most memory, of the device where it tells, else of this process.
    pub memory_bytes: u64,
    /// Memory that was free before.
    pub memory_available_bytes: u64,
    /// Disk for the checkpoints at their largest and for the model.
    pub disk_bytes: u64,
}

/// Steps that a stage is measured by, unless they take too long.
const STEPS: usize = 3;
/// A stage is measured for no longer than its first step after this time.
const SECONDS: f64 = 20.0;
/// Of a forward and backward pass, the part that is forward.
const FORWARD: f64 = 1.0 / 3.0;
/// The one being written, the newest and the one before it.
const CHECKPOINTS: u64 = 3;

/// Refuses what cannot fit into this machine's memory whatever the measurement says, before weights are read.
///
/// # Errors
/// [`Error::Memory`].
pub fn check_memory(
    architecture: &Architecture,
    adapter: Option<&AdapterOptions>,
    micro_tokens: usize,
) -> Result<()> {
    let needed = least_bytes(architecture, adapter, micro_tokens);
    let available = available_bytes();
    if needed > available {
        return Err(Error::Memory { needed_mib: needed >> 20, available_mib: available >> 20 });
    }
    Ok(())
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

/// Weights, gradients and AdamW's two moments of all that learns, in 32 bits; what is frozen; and per token what each
/// layer keeps for the way back: the inputs of its seven products and of its norms.
fn least_bytes(a: &Architecture, adapter: Option<&AdapterOptions>, micro_tokens: usize) -> u64 {
    let weights = match adapter {
        None => 16 * parameters(a),
        Some(adapter) => {
            let chosen = in_layers(a, &adapter.projections, &|rows, columns| rows * columns);
            let factors =
                in_layers(a, &adapter.projections, &|rows, columns| adapter.rank * (rows + columns));
            let bytes = match adapter.frozen {
                Frozen::F32 => 4,
                Frozen::F16 => 2,
                Frozen::Q8 => 1,
            };
            4 * (parameters(a) - chosen) + bytes * chosen + 16 * factors
        }
    };
    let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
    let kept = a.layers * (4 * a.hidden_size + 2 * heads + 2 * kv + 3 * a.feed_forward);
    weights + 4 * (micro_tokens * kept) as u64
}

fn available_bytes() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let group = system.cgroup_limits().map_or(u64::MAX, |limits| limits.free_memory);
    system.available_memory().min(group)
}

/// The most memory that this process has taken, where the system tells (Linux).
fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Measures some steps of each stage on a copy of `trained`, first the heaviest one, and looks for the disk that the
/// run in `folder` will need. Nothing is left behind; none when `go_on` says to stop.
///
/// # Errors
/// When it does not fit, or as [`train`].
pub fn estimate(
    trained: &TrainedModel,
    stages: &[Stage],
    options: &RunOptions,
    folder: &Path,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<Estimate>> {
    let memory_available_bytes = available_bytes();
    let write = |source| Error::Write { path: folder.into(), source };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(write)?;
    let scratch = tempfile::Builder::new().prefix(".estimate-").tempdir_in(parent).map_err(write)?;
    let mut tokens = 0.0;
    let mut seconds = 0.0;
    let mut checkpoint_bytes = 0;
    for (index, stage) in stages.iter().enumerate() {
        let heaviest = Stage { examples: heaviest(&stage.examples, options), epochs: 1.0, ..unwatched(stage) };
        let first = scratch.path().join(format!("{index}.heaviest"));
        trial(trained, heaviest, options, &first, &|_| true)?;
        checkpoint_bytes = checkpoint_bytes.max(size(&first).map_err(write)?);
        fs::remove_dir_all(&first).map_err(write)?;
        let enough = |line: &StepReport| !go_on() || line.step >= STEPS || line.seconds > SECONDS;
        let log = trial(trained, unwatched(stage), options, &scratch.path().join(index.to_string()), &enough)?;
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
    let disk_bytes = CHECKPOINTS * checkpoint_bytes + 2 * parameters(&trained.architecture);
    check_disk(parent, disk_bytes)?;
    let of_device = trained.device.clone().inner().memory_pool_usage().map(|usage| usage.bytes_reserved);
    let least = || least_bytes(&trained.architecture, trained.adapter.as_ref(), options.micro_tokens);
    Ok(Some(Estimate {
        tokens: tokens as u64,
        tokens_per_second: tokens / seconds,
        seconds,
        memory_bytes: of_device.or_else(peak_bytes).unwrap_or_else(least),
        memory_available_bytes,
        disk_bytes,
    }))
}

/// The longest sequences, as many as go through the model at once; twice where gradients accumulate.
fn heaviest(examples: &[Example], options: &RunOptions) -> Vec<Example> {
    let mut order: Vec<&Example> = examples.iter().filter(|example| example.learned() > 0).collect();
    order.sort_by_key(|example| Reverse(example.ids.len()));
    let longest = order.first().map_or(1, |example| example.ids.len());
    let count = (options.micro_tokens / longest).max(1) * options.accumulate.min(2);
    order.into_iter().take(count).cloned().collect()
}

/// The stage with nothing held out.
fn unwatched(stage: &Stage) -> Stage {
    Stage { held_out: Vec::new(), ..stage.clone() }
}

/// The first steps of a stage on a copy, until one is enough.
fn trial(
    trained: &TrainedModel,
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
    let mut copy = trained.clone();
    let run = || train(&mut copy, &[stage], options, folder, &mut report);
    // A device's allocator panics when its memory ends. Both the copy and the folder are dropped then.
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
    let holding = disks.iter().filter(|disk| path.starts_with(disk.mount_point()));
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
    use super::*;

    fn architecture(hidden_size: usize) -> Architecture {
        Architecture {
            vocab_size: 100,
            hidden_size,
            layers: 2,
            heads: 2,
            kv_heads: 1,
            head_dim: 8,
            feed_forward: 32,
            max_positions: 64,
            norm_eps: 1e-5,
            tied_head: true,
        }
    }

    #[test]
    fn weights_count_with_gradients_and_moments() {
        // embed 1600; a layer: q, o 256 each, k, v 128 each, gate, up, down 512 each = 2304.
        assert_eq!(least_bytes(&architecture(16), None, 0), 16 * (1600 + 2 * 2304));
        // A layer keeps 4 · 16 + 2 · 16 + 2 · 8 + 3 · 32 = 208 values a token.
        let of_tokens = least_bytes(&architecture(16), None, 10) - least_bytes(&architecture(16), None, 0);
        assert_eq!(of_tokens, 4 * 10 * 2 * 208);
    }

    #[test]
    fn adapters_need_less_where_the_base_is_frozen() {
        let of = |frozen| AdapterOptions { rank: 2, alpha: 4.0, projections: vec![Projection::Q], frozen };
        // Frozen: 1600 + 2 · (2304 − 256) in 32 bits, 2 · 256 in 8; learning: 2 · 2 · (16 + 16).
        assert_eq!(least_bytes(&architecture(16), Some(&of(Frozen::Q8)), 0), 4 * 5696 + 512 + 16 * 128);
        assert!(
            least_bytes(&architecture(16), Some(&of(Frozen::F16)), 0)
                < least_bytes(&architecture(16), Some(&of(Frozen::F32)), 0)
        );
    }

    #[test]
    fn what_no_machine_holds_is_refused() {
        let huge = Architecture { layers: 1 << 10, ..architecture(1 << 20) };
        assert!(matches!(check_memory(&huge, None, 1), Err(Error::Memory { .. })));
        assert!(check_memory(&architecture(16), None, 1).is_ok());
    }

    #[test]
    fn the_heaviest_batch_has_the_longest_sequences() {
        let example = |n: usize| Example { ids: vec![0; n], learn_from: 1 };
        let examples: Vec<Example> = [3, 9, 5, 8].map(example).to_vec();
        let options = RunOptions { micro_tokens: 20, ..RunOptions::default() };
        let lengths: Vec<usize> = heaviest(&examples, &options).iter().map(|e| e.ids.len()).collect();
        assert_eq!(lengths, [9, 8]);
    }
}
