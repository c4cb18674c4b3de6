//! Joint decoding of several Llama models on the GPU: loading, forward pass, weighted sum of their logits, and
//! continuous batching.

mod alignment;
mod batch;
mod beam;
mod draft_length;
mod error;
mod glossary;
mod joint;
mod llama;
mod memory;
mod mmap;
mod probe;
mod recipe;
mod sequence;
mod session;
mod stop;
mod warm_up;

pub use alignment::Attention;
pub use batch::{Batch, BatchOptions, Event, SequenceId};
pub use draft_length::{DraftCounts, Drafts};
pub use error::{Error, Result};
pub use glossary::GlossaryTerm;
pub use joint::{Joint, JointOptions, PickedToken};
pub use kernels::gate::GateSettings;
pub use kernels::pick::Choice;
pub use kernels::tune::{Tuning, tune};
pub use kernels::{
    AdapterInfo, AdapterMemory, CheckResult, Counters, Device, DeviceOptions, adapter, adapters,
    cache_pair_bytes, int8_test, self_test,
};
pub use llama::Llama;
pub use memory::{DeviceSizes, Memory, ModelSize, memory};
pub use mmap::map_file;
pub use probe::Probe;
pub use recipe::{PRESETS, Recipe, RecipeTerm};
pub use sequence::{BeamOptions, Branching, Output, Request, Status, Token};
pub use stop::repeated_tail;
