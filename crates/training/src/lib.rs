//! Trains the small models on the user's own machine with Burn: continued pre-training on monolingual text, then
//! fine-tuning on parallel text. Not part of the desktop app.
#![forbid(unsafe_code)]

pub mod adapter;
pub mod batches;
pub mod checkpoint;
mod data_parallel;
mod device;
mod error;
mod estimate;
pub mod examples;
pub mod frozen;
mod gradients;
mod hardware;
mod host_state;
mod initial_model;
pub mod llama;
mod logits;
pub mod loss;
mod loss_chart;
mod memory;
mod model;
mod optimizer;
pub mod plan;
mod tokenizer;
mod trainer;
mod training_log;
pub mod weights;

pub use burn::tensor::Device;
pub use device::{Backend, device_name};
pub use error::{Error, Result};
pub use estimate::{ESTIMATE_FOLDER, Estimate, estimate};
pub use hardware::Hardware;
pub use initial_model::{InitialModel, ModelShape, NewModelConfig, new_tokenizer};
pub use loss_chart::loss_chart;
pub use memory::fit_in_memory;
pub use model::{Publication, TrainedModel, UNFINISHED_FOLDER};
pub use model_files::Tokenizer;
pub use optimizer::{Method, OptimizerOptions, clip_gradients};
pub use tokenizer::{SpecialTokens, train_tokenizer};
pub use trainer::{BEST_FOLDER, Ended, RunOptions, Stage, train};
pub use training_log::{LOG_FILE, StepReport};
