//! The GPU: a [`Device`], and one module per shader with its uniform, its CPU reference and its dispatch.
//! The only crate that knows wgpu.

mod adapter;
mod check;
mod commands;
mod device;
mod error;
mod program;
mod self_test;
#[cfg(test)]
mod struct_tests;
mod weights;

pub mod attention;
pub mod attention_reduce;
pub mod attention_row;
pub mod column;
pub mod embed;
pub mod logit_bias;
pub mod logit_sum;
pub mod matmul;
pub mod matvec;
pub mod pick;
pub mod rms_norm;
pub mod rope;
pub mod top_list;
pub mod vocab_blocks;

pub use adapter::{AdapterInfo, adapters};
pub use check::{Random, Verdict};
pub use column::{Column, Feed};
pub use commands::{Commands, Dim, Dispatch, Readback};
pub use device::{Buffer, Counters, Device, DeviceOptions, Memory, Use, View};
pub use error::{Error, Result};
pub use program::sources;
pub use self_test::self_test;
pub use weights::{Layout, Weights};
