//! Training of the small models on the user's own machine, with Burn: continued pre-training on one language's text,
//! then fine-tuning on parallel text. Never part of the app unless asked for.
#![forbid(unsafe_code)]

pub mod batches;
pub mod checkpoint;
mod error;
pub mod llama;
pub mod loss;
mod model;
mod optimizer;
mod trainer;
mod vocabulary;
pub mod weights;

pub use error::{Error, Result};
pub use model::{Special, TrainedModel};
pub use optimizer::{Method, OptimizerOptions, clip};
pub use trainer::{Ended, LOG, RunOptions, Stage, StepReport, train};
pub use vocabulary::train_tokenizer;
