//! Graphics adapters: the kernels are tested at an adapter's first use; the result is stored.

use std::path::PathBuf;

use engine::{Device, DeviceOptions, Tuning, self_test};
use serde::Serialize;

use crate::adapter_tuning::{apply_tuning, is_int8, measure_tuning, stored_tuning};
use crate::error::{Error, Result};
use crate::setup::{PromptPrecision, Setup};

/// The file of adapters that passed the test, one line each; a driver update adds a new line.
fn tested_file() -> Option<PathBuf> {
    Some(crate::folders::cache()?.join("tested-adapters"))
}

fn known_results() -> String {
    tested_file().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default()
}

// Of the file, for what was tested.
fn line(info: &engine::AdapterInfo, tested: &str) -> String {
    format!("{} {} {} {tested} {}", env!("CARGO_PKG_VERSION"), info.name, info.driver, info.backend)
}

/// What an adapter is used without.
#[derive(Clone, Copy)]
struct Variant {
    name: &'static str,
    without_half: bool,
    without_subgroup: bool,
}

const fn variant(name: &'static str, without_half: bool, without_subgroup: bool) -> Variant {
    Variant { name, without_half, without_subgroup }
}

const FULL: Variant = variant("full", false, false);
/// What is tried if that fails, in this order.
const REDUCED: [Variant; 3] = [
    variant("without subgroups", false, true),
    variant("without f16", true, false),
    variant("plain", true, true),
];

/// Opens the adapter of a setup. Tests every kernel at its first use, and measures what products cost; if a kernel fails, tests
/// the variants without subgroups, without half precision, and without both.
///
/// # Errors
/// The first failure, if no variant passes.
pub(crate) fn open_tested(setup: &Setup) -> Result<Device> {
    let device = open_variant(setup)?;
    apply_tuning(&device, setup.prompts);
    if setup.prompts == PromptPrecision::Int8 {
        test_int8(&device)?;
    }
    Ok(device)
}

// Before int8 is measured it is tested; here it is chosen, perhaps where it was not measured.
fn test_int8(device: &Device) -> Result<()> {
    let known = known_results();
    let line = line(device.info(), "int8 prompts");
    if known.lines().any(|known| known == line) {
        return Ok(());
    }
    engine::int8_test(device).map_err(engine::Error::from)?;
    store_result(&known, &line);
    Ok(())
}

/// Whether the device of a setup multiplies prompts in int8; `None` if that is not known before it is measured.
pub(crate) fn int8_prompts(setup: &Setup) -> Option<bool> {
    if setup.prompts != PromptPrecision::Fastest {
        return Some(is_int8(setup.prompts, None));
    }
    let info = engine::adapter(setup.adapter.as_deref()).ok()?;
    stored_tuning(&info).map(|tuning| is_int8(setup.prompts, Some(&tuning)))
}

fn open_variant(setup: &Setup) -> Result<Device> {
    let open = |Variant { without_half, without_subgroup, .. }| {
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
    let line = |variant: Variant| {
        let cache = if setup.cache_f32 { " with an f32 cache" } else { "" };
        line(&info, &format!("{}{cache}", variant.name))
    };
    let known = known_results();
    let passed = |variant: &Variant| known.lines().any(|known| known == line(*variant));
    if let Some(variant) = std::iter::once(FULL).chain(REDUCED).find(passed) {
        return Ok(open(variant)?);
    }
    let features = |device: &Device| (device.half(), device.subgroup());
    let device = open(FULL)?;
    let Err(failure) = test(&device) else {
        store_result(&known, &line(FULL));
        return Ok(device);
    };
    let mut tried = vec![features(&device)];
    for variant in REDUCED {
        let device = open(variant)?;
        // An adapter that lacks one of them has fewer variants.
        if tried.contains(&features(&device)) {
            continue;
        }
        tried.push(features(&device));
        if test(&device).is_ok() {
            store_result(&known, &line(variant));
            return Ok(device);
        }
    }
    Err(failure)
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
    /// What products cost on it, if it passed.
    pub tuning: Option<Tuning>,
}

/// Every adapter with the result of its self-test.
pub fn test_adapters() -> Vec<AdapterReport> {
    let report = |(place, info): (usize, engine::AdapterInfo)| {
        let started = std::time::Instant::now();
        let options = DeviceOptions { adapter: Some(place.to_string()), ..DeviceOptions::default() };
        let opened = Device::open(&options).map_err(|error| Error::Engine(error.into()));
        let result = opened.and_then(|device| test(&device).map(|()| device));
        let seconds = started.elapsed().as_secs_f32();
        AdapterReport {
            place,
            info,
            self_test: result.as_ref().map_or_else(Error::to_string, |_| "passed".to_owned()),
            seconds,
            tuning: result.ok().and_then(|device| measure_tuning(&device)),
        }
    };
    engine::adapters().into_iter().enumerate().map(report).collect()
}
