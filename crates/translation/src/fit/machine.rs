//! The adapter's memory and bandwidth. The bandwidth is measured once an adapter and stored beside the self-test's
//! results.

use std::path::PathBuf;

use engine::{AdapterInfo, Device, DeviceSizes};
use serde::Serialize;

use crate::adapter_tuning::{is_int8, stored_tuning};
use crate::error::{Error, Result};
use crate::gpu_adapters::open_tested;
use crate::setup::Setup;
use crate::system;

/// What decides whether models fit, and their speed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// Name of the adapter.
    pub adapter: String,
    /// "discrete", "integrated", "virtual", "software" or "other".
    pub kind: &'static str,
    /// Whether it uses the system's memory.
    pub shares_memory: bool,
    /// All the memory that it could use, in bytes, if it is known.
    pub total_bytes: Option<u64>,
    /// What it can use now, in bytes, if it is known.
    pub available_bytes: Option<u64>,
    /// Bytes a second that a copy within its memory reads and writes, if it was measured.
    pub copy_bytes_per_s: Option<f64>,
    /// Sequences decoded at once.
    pub sequences: u32,
    /// What of the adapter decides memory.
    #[serde(skip)]
    pub sizes: DeviceSizes,
}

/// The machine of a setup, with the bandwidth if it was measured before. Opens no adapter.
///
/// # Errors
/// No adapter, or none that the setup names.
pub fn machine(setup: &Setup) -> Result<Machine> {
    let info = engine::adapter(setup.adapter.as_deref()).map_err(engine::Error::from)?;
    Ok(of(&info, setup, stored_bandwidth(&info)))
}

/// The machine of a setup, measuring the bandwidth if it was not measured before, for which the adapter is opened.
///
/// # Errors
/// No usable adapter.
pub fn measured_machine(setup: &Setup) -> Result<Machine> {
    let known = machine(setup)?;
    if known.copy_bytes_per_s.is_some() {
        return Ok(known);
    }
    let device = open_tested(setup)?;
    let bandwidth = measure(&device)?;
    Ok(of(device.info(), setup, Some(bandwidth)))
}

fn of(info: &AdapterInfo, setup: &Setup, copy_bytes_per_s: Option<f64>) -> Machine {
    let (total_bytes, available_bytes) = match info.memory {
        Some(memory) => (Some(memory.total_bytes), Some(memory.budget_bytes.unwrap_or(memory.total_bytes))),
        None if info.shares_memory() => system::memory().unzip(),
        None => (None, None),
    };
    let tuning = stored_tuning(info);
    Machine {
        adapter: info.name.clone(),
        kind: info.kind,
        shares_memory: info.shares_memory(),
        total_bytes,
        available_bytes,
        copy_bytes_per_s,
        sequences: setup.sequences.max(1),
        sizes: DeviceSizes {
            cache_pair_bytes: engine::cache_pair_bytes(setup.cache_f32),
            prefill_columns: tuning
                .as_ref()
                .map_or(DeviceSizes::default().prefill_columns, |tuning| tuning.prefill_columns),
            int8_prompts: is_int8(setup.prompts, tuning.as_ref()),
        },
    }
}

fn bandwidth_file() -> Option<PathBuf> {
    Some(crate::folders::cache()?.join("adapter-bandwidth"))
}

// A line of the file begins with it.
fn line_start(info: &AdapterInfo) -> String {
    format!("{} {} {}\t", info.name, info.driver, info.backend)
}

fn stored_bandwidth(info: &AdapterInfo) -> Option<f64> {
    let text = std::fs::read_to_string(bandwidth_file()?).ok()?;
    let start = line_start(info);
    let value = text.lines().rev().find_map(|line| line.strip_prefix(&start))?;
    value.parse().ok().filter(|bytes: &f64| bytes.is_finite() && *bytes > 0.0)
}

fn measure(device: &Device) -> Result<f64> {
    let bandwidth = device.copy_bandwidth().map_err(|error| Error::Engine(error.into()))?;
    let Some(file) = bandwidth_file() else { return Ok(bandwidth) };
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    // If it cannot be stored, the next call measures again.
    if let Some(folder) = file.parent() {
        drop(std::fs::create_dir_all(folder));
    }
    drop(std::fs::write(&file, format!("{known}{}{bandwidth:.0}\n", line_start(device.info()))));
    Ok(bandwidth)
}
