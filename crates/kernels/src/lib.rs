//! The GPU: a [`Device`], and one module per shader with its uniform, its CPU reference and its dispatch.
//! The only crate that uses wgpu.

mod activations;
mod adapter;
mod adapter_memory;
mod buffer;
mod commands;
mod device;
mod device_options;
mod error;
mod heads;
mod layout;
mod program;
mod reference_check;
mod self_test;
mod sources;
#[cfg(test)]
mod struct_tests;
mod variant;
mod weights;

pub mod accept;
pub mod attention;
pub mod attention_reduce;
pub mod attention_row;
pub mod column;
pub mod draft;
pub mod embed;
pub mod gate;
pub mod log_probability;
pub mod logit_bias;
pub mod logit_sum;
pub mod matmul;
pub mod matmul_int8;
pub mod matvec;
pub mod pick;
pub mod quantize;
pub mod rms_norm;
pub mod rope;
pub mod team_size;
pub mod top_list;
pub mod tune;
pub mod vocab_blocks;

pub use activations::interleaved;
pub use adapter::{AdapterInfo, adapter, adapters};
pub use adapter_memory::AdapterMemory;
pub use buffer::{Buffer, BufferUse, BufferView};
pub use column::{Column, Feed, PassSize};
pub use commands::{Commands, Dispatch, GridDim, Readback};
pub use device::{Counters, Device, cache_pair_bytes};
pub use device_options::DeviceOptions;
pub use error::{Error, Result};
pub use heads::Heads;
pub use layout::Layout;
pub use reference_check::{CheckResult, Random};
pub use self_test::{SelfTest, int8_test, int8_tests, self_test, self_tests};
pub use sources::sources;
pub use weights::Weights;
