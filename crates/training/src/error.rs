//! What can go wrong in training: one variant a cause.

use std::io;
use std::path::{Path, PathBuf};

/// The result of a step of training.
pub type Result<T> = std::result::Result<T, Error>;

/// Why training was refused or broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A model that cannot be read.
    #[error(transparent)]
    Model(#[from] model_files::Error),
    /// Text that cannot be read.
    #[error(transparent)]
    Corpus(#[from] corpus::Error),
    /// A training plan or model configuration that cannot be read.
    #[error("the settings in {path} cannot be used: {reason}")]
    Settings {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file that cannot be written.
    #[error("{path} cannot be written: {source}; free some space or choose another folder with --out")]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of ours that cannot be read back.
    #[error("{path} cannot be read: {reason}; remove the folder of the run to begin anew: {}", run_of(path).display())]
    Checkpoint {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// No example is left to learn from.
    #[error("there is nothing to learn from: {reason}")]
    NoExamples {
        /// Why.
        reason: &'static str,
    },
    /// A tokenizer that could not be trained or used.
    #[error("the tokenizer failed: {reason}")]
    Tokenizer {
        /// What it says.
        reason: String,
    },
    /// The loss or its gradients are no longer numbers.
    #[error("the loss or its gradients are not finite at step {step}; choose a smaller --learning-rate")]
    Diverged {
        /// Optimizer step, from 1.
        step: usize,
    },
    /// A value outside what makes sense.
    #[error("{setting} {problem}")]
    Setting {
        /// Which.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Training on CUDA, which this program was built without.
    #[error(
        "this program was built without training on cuda; build one that has it (cargo build --release -p cli --features train-cuda), or choose --device cpu"
    )]
    NotBuilt,
    /// No device of the kind.
    #[error("no GPU answers to {device}; update its driver, or choose --device cpu")]
    NoDevice {
        /// Its name on the command line.
        device: &'static str,
    },
    /// A tokenizer that does not belong to the base.
    #[error(
        "the tokenizer does not belong to this model, it knows {ids} tokens and the model {rows}; copy the model's own tokenizer.json into: {}", folder.display()
    )]
    OtherTokenizer {
        /// Tokens of the tokenizer.
        ids: usize,
        /// Rows of the embedding.
        rows: usize,
        /// The model.
        folder: PathBuf,
    },
    /// More memory than there is.
    #[error(
        "training this takes at least {needed_mib} MiB of memory, with each layer computed again, and {available_mib} MiB are free; choose a smaller --batch-tokens or --context, --lora with --frozen q8, or a smaller model"
    )]
    Memory {
        /// Needed by weights, gradients, optimizer and activations.
        needed_mib: u64,
        /// Free.
        available_mib: u64,
    },
    /// The first steps failed on the device, for want of its memory in most cases.
    #[error(
        "this cannot be trained on the device, the first steps failed; choose a smaller --batch-tokens or --context, --recompute, --lora, or --device cpu: {reason}"
    )]
    FirstSteps {
        /// What the backend says.
        reason: String,
    },
    /// More disk than there is.
    #[error(
        "checkpoints and the model need {needed_mib} MiB of disk and {available_mib} MiB are free; free some or choose another folder with --out, instead of: {}", folder.display()
    )]
    Disk {
        /// For three checkpoints and the model.
        needed_mib: u64,
        /// Free.
        available_mib: u64,
        /// Where.
        folder: PathBuf,
    },
}

/// The folder of the run that a file of its checkpoints belongs to.
fn run_of(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.extension().is_some_and(|end| end == "run")).unwrap_or(path)
}
