//! Imports and opens model files.
//!
//! [`import()`] converts a Hugging Face folder or a GGUF file to a model folder (`model.json`, `model.safetensors`,
//! `tokenizer.json`); [`Model`] opens such a folder. All input is untrusted: nothing makes this crate panic, and its
//! memory stays within a small multiple of the headers and the largest chunk of rows ([`limits`]). The crate uses no
//! GPU, network or memory mapping; the caller that opens a model maps its files.
#![forbid(unsafe_code)]

mod adapter;
mod architecture;
mod blocks;
mod card;
mod chat_template;
mod checkpoint;
mod context_section;
mod convert;
mod error;
mod families;
mod file_type;
mod files;
mod gguf;
mod hf;
mod import;
mod info;
mod jinja;
mod languages;
mod layout;
pub mod limits;
mod model;
mod nested;
mod parts;
mod peft;
mod plan;
mod prompt;
mod quantize;
mod replacement;
mod repository;
mod rope;
mod safetensors_file;
mod source;
mod summary;
mod tokenizer;
mod tokenizer_file;
mod window;

pub use adapter::Factors;
pub use architecture::{Activation, Architecture, Family, HeadNorm, Window};
pub use chat_template::Instruction;
pub use checkpoint::Checkpoint;
pub use context_section::{CONTEXT, PromptForms};
pub use error::{Error, Result};
pub use file_type::{FileSizes, FileType};
pub use files::Bytes;
pub use import::{ImportOptions, Progress, import};
pub use info::{AdapterInfo, MatrixInfo, ModelInfo, Role, SourceFile};
pub use layout::{Layout, Matrix};
pub use model::{Model, edit_info};
pub use peft::PeftAdapter;
pub use quantize::Quantization;
pub use repository::Repository;
pub use summary::{SourceSummary, summarize};
pub use tokenizer::Tokenizer;
pub use tokenizer_file::open_tokenizer;
