//! Training of the small models on the user's own machine, with Burn: continued pre-training on one language's text,
//! then fine-tuning on parallel text. Never part of the app unless asked for.
#![forbid(unsafe_code)]

pub mod adapter;
pub mod batches;
pub mod checkpoint;
mod device;
mod error;
mod estimate;
pub mod examples;
mod gradients;
mod hardware;
mod hosted;
pub mod llama;
pub mod loss;
mod model;
mod optimizer;
mod picture;
mod probe;
pub mod recipe;
mod start;
mod trainer;
mod vocabulary;
pub mod weights;
mod workers;

pub use burn::tensor::Device;
pub use device::{Backend, name};
pub use error::{Error, Result};
pub use estimate::{Estimate, TRIAL, estimate, fit};
pub use hardware::Hardware;
pub use model::{Publication, Special, TrainedModel, UNFINISHED};
pub use model_files::Tokenizer;
pub use optimizer::{Method, OptimizerOptions, clip};
pub use picture::loss_picture;
pub use start::{Config, Shape, Start, new_tokenizer};
pub use trainer::{BEST, Ended, LOG, RunOptions, Stage, StepReport, train};
pub use vocabulary::train_tokenizer;
