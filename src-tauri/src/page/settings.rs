//! What the page receives of the settings, beside the preferences.

use serde::Serialize;
use translation::{AdapterReport, LanguagePair};

/// What Wasan stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Queue, segments, memory and glossary.
    Data,
    /// Imported models.
    Models,
    /// Compiled kernels and results of tests.
    Cache,
    /// Settings of this window.
    Settings,
}

/// A folder that Wasan uses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    pub kind: Kept,
    pub path: String,
    /// Size of its files.
    pub bytes: u64,
}

/// A graphics adapter with the result of its self-test. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adapter {
    pub name: String,
    /// "discrete", "integrated", "virtual", "software" or "other".
    pub kind: &'static str,
    /// "Vulkan", "Metal" or "Dx12".
    pub backend: String,
    pub driver: String,
    /// Whether the native f16 variant of the kernels can be used.
    pub half: bool,
    /// Smallest and largest subgroup in lanes, if the subgroup variant can be used.
    pub lanes: Option<(u32, u32)>,
    pub largest_buffer: u64,
    /// Its own memory; none: shared with the system, or unknown.
    pub memory: Option<u64>,
    pub shares_memory: bool,
    /// What failed in the self-test.
    pub fault: Option<String>,
    pub test_s: f32,
}

impl From<AdapterReport> for Adapter {
    fn from(report: AdapterReport) -> Self {
        let shares_memory = report.info.shares_memory();
        let AdapterReport { info, self_test, seconds, .. } = report;
        Self {
            shares_memory,
            memory: info.memory.map(|memory| memory.total_bytes),
            name: info.name,
            kind: info.kind,
            backend: info.backend,
            driver: info.driver,
            half: info.half,
            lanes: info.subgroup.then_some(info.subgroup_sizes),
            largest_buffer: info.max_buffer_bytes,
            fault: (self_test != "passed").then_some(self_test),
            test_s: seconds,
        }
    }
}

/// A pair of the translation memory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemoryPair {
    pub pair: LanguagePair,
    pub units: usize,
}
