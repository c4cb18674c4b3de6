//! Model files that a person downloaded somewhere → checked views of weights and a tokenizer.
//!
//! [`import`] turns a Hugging Face folder or a GGUF file into a folder of ours (`model.json`, `model.safetensors`,
//! `tokenizer.json`); [`Model`] opens such a folder. Everything read here is untrusted: no input makes this crate panic,
//! and its memory stays within a small multiple of the headers and the largest chunk of rows ([`limits`]).
//! The crate knows no GPU, no network and no memory mapping: whoever opens a model says how its bytes are mapped.
#![forbid(unsafe_code)]

mod blocks;
mod checkpoint;
mod convert;
mod error;
mod files;
mod gguf;
mod hf;
mod import;
mod info;
mod layout;
pub mod limits;
mod model;
mod plan;
mod prompt;
mod quantize;
mod rope;
mod safetensors_file;
mod source;
mod tokenizer;

pub use checkpoint::Checkpoint;
pub use error::{Error, Result};
pub use import::{ImportOptions, Progress, import};
pub use info::{Architecture, MatrixInfo, ModelInfo, Role, SourceFile};
pub use layout::{Layout, Matrix};
pub use model::{Bytes, Model, store_alignment_heads};
pub use quantize::Quantization;
pub use tokenizer::Tokenizer;
