//! How a GPU is opened.

use std::path::PathBuf;

/// How to open a GPU. The default takes the best adapter with all its features.
#[derive(Debug, Clone, Default)]
pub struct DeviceOptions {
    /// An index in the list of adapters, or a part of a name; `None` for the best.
    pub adapter: Option<String>,
    /// Do not use native f16 even if the adapter has it.
    pub without_half: bool,
    /// Do not use subgroups even if the adapter has them.
    pub without_subgroup: bool,
    /// Store keys and values as f32: twice the memory, and no rounding to f16. For comparison with references.
    pub cache_f32: bool,
    /// Limit storage bindings to this many bytes (for tests).
    pub max_binding_bytes: Option<u64>,
    /// Limit all buffers together to this many bytes (for tests).
    pub max_memory_bytes: Option<u64>,
    /// Limit the dimensions of grids to this many workgroups (for tests).
    pub max_workgroups: Option<u32>,
    /// In the text of a kernel, replace all of one piece by another, (kernel, piece, other): a driver that computes wrongly
    /// (for tests).
    pub replaced_text: Vec<[&'static str; 3]>,
    /// Folder that caches compiled pipelines between runs.
    pub pipeline_cache: Option<PathBuf>,
}
