//! Graphics adapters: the kernels are tested at an adapter's first use; the result is stored.

use std::path::PathBuf;

use engine::{Device, DeviceOptions, self_test};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::setup::Setup;

/// The file of adapters that passed the test, one line each; a driver update adds a new line.
fn tested_file() -> Option<PathBuf> {
    Some(crate::folders::cache()?.join("tested-adapters"))
}

/// What an adapter is used without, in the order in which it is tried: (name, f16, subgroups).
const VARIANTS: [(&str, bool, bool); 4] = [
    ("full", false, false),
    ("without subgroups", false, true),
    ("without f16", true, false),
    ("plain", true, true),
];

/// Opens the adapter of a setup. Tests every kernel at its first use; if one fails, tests the variants without subgroups,
/// without half precision, and without both.
///
/// # Errors
/// The first failure, if no variant passes.
pub(crate) fn open_tested(setup: &Setup) -> Result<Device> {
    let open = |without_half, without_subgroup| {
        let options = DeviceOptions {
            adapter: setup.adapter.clone(),
            cache_f32: setup.cache_f32,
            pipeline_cache: crate::folders::cache().map(|cache| cache.join("pipelines")),
            without_half,
            without_subgroup,
            ..DeviceOptions::default()
        };
        Device::open(&options).map_err(engine::Error::from)
    };
    let info = engine::adapter(setup.adapter.as_deref()).map_err(engine::Error::from)?;
    let line = |variant: &str| {
        let cache = if setup.cache_f32 { " with an f32 cache" } else { "" };
        let version = env!("CARGO_PKG_VERSION");
        format!("{version} {} {} {variant}{cache} {}", info.name, info.driver, info.backend)
    };
    let known = tested_file().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let passed = |(variant, ..): &&(&str, bool, bool)| known.lines().any(|known| known == line(variant));
    if let Some(&(_, without_half, without_subgroup)) = VARIANTS.iter().find(passed) {
        return Ok(open(without_half, without_subgroup)?);
    }
    let mut failure = None;
    let mut tried = Vec::new();
    for (variant, without_half, without_subgroup) in VARIANTS {
        let device = open(without_half, without_subgroup)?;
        let features = (device.half(), device.subgroup());
        // An adapter that lacks one of them has fewer variants.
        if tried.contains(&features) {
            continue;
        }
        tried.push(features);
        match test(&device) {
            Ok(()) => {
                store_result(&known, &line(variant));
                return Ok(device);
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or(Error::Stopped))
}

fn test(device: &Device) -> Result<()> {
    let results = self_test(device).map_err(engine::Error::from)?;
    results.iter().try_for_each(engine::CheckResult::pass).map_err(engine::Error::from)?;
    Ok(())
}

// If the result cannot be stored, the next start tests again.
fn store_result(known: &str, line: &str) {
    let Some(file) = tested_file() else { return };
    if let Some(folder) = file.parent() {
        drop(std::fs::create_dir_all(folder));
    }
    drop(std::fs::write(&file, format!("{known}{line}\n")));
}

/// One adapter's result, for `wasan gpu`.
#[derive(Debug, Clone, Serialize)]
pub struct AdapterReport {
    /// Its index, for `--adapter`.
    pub place: usize,
    /// Name, driver, features, limits.
    #[serde(flatten)]
    pub info: engine::AdapterInfo,
    /// "passed", or what failed.
    pub self_test: String,
    /// Duration of the test in seconds.
    pub seconds: f32,
}

/// Every adapter with the result of its self-test.
pub fn test_adapters() -> Vec<AdapterReport> {
    let report = |(place, info): (usize, engine::AdapterInfo)| {
        let started = std::time::Instant::now();
        let options = DeviceOptions { adapter: Some(place.to_string()), ..DeviceOptions::default() };
        let result =
            Device::open(&options).map_err(|error| Error::Engine(error.into())).and_then(|d| test(&d));
        AdapterReport {
            place,
            info,
            self_test: result.map_or_else(|error| error.to_string(), |()| "passed".to_owned()),
            seconds: started.elapsed().as_secs_f32(),
        }
    };
    engine::adapters().into_iter().enumerate().map(report).collect()
}
