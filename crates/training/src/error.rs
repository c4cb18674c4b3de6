//! Errors of training.

use std::io;
use std::path::{Path, PathBuf};

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why training was refused or failed.
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
    SettingsFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        reason: String,
    },
    /// A file that cannot be written.
    #[error("cannot write {path}: {source}; free some space or choose another folder with --out")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file of the run that cannot be read.
    #[error("cannot read {path}: {reason}; remove the folder of the run to start again: {}", run_of(path).display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// The cause.
        reason: String,
    },
    /// No examples to train on.
    #[error("there is nothing to train on: {reason}")]
    NoExamples {
        /// The cause.
        reason: &'static str,
    },
    /// A tokenizer that could not be trained or used.
    #[error("the tokenizer failed: {reason}")]
    Tokenizer {
        /// Its error.
        reason: String,
    },
    /// The loss or its gradients are no longer finite.
    #[error("the loss or its gradients are not finite at step {step}; choose a smaller --learning-rate")]
    Diverged {
        /// Optimizer step, from 1.
        step: usize,
    },
    /// An invalid setting.
    #[error("{setting} {problem}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// The problem.
        problem: String,
    },
    /// Training on CUDA, which this program was built without.
    #[error(
        "this program was built without CUDA training; build it with that feature (cargo build --release -p cli --features train-cuda), or choose --device cpu"
    )]
    NotBuilt,
    /// No device of this backend.
    #[error("found no GPU for {device}; update its driver, or choose --device cpu")]
    NoDevice {
        /// Its name on the command line.
        device: &'static str,
    },
    /// A tokenizer that does not match the base model.
    #[error(
        "the tokenizer does not belong to this model: it has {ids} tokens and the model {rows}; copy the model's own tokenizer.json into: {}", folder.display()
    )]
    OtherTokenizer {
        /// Tokens of the tokenizer.
        ids: usize,
        /// Rows of the embedding.
        rows: usize,
        /// The model.
        folder: PathBuf,
    },
    /// Not enough memory.
    #[error(
        "training needs at least {needed_mib} MiB of memory, even with --recompute, and {available_mib} MiB are free; choose a smaller --batch-tokens or --context, --lora with --frozen q8, or a smaller model"
    )]
    Memory {
        /// Memory for weights, gradients, optimizer state and activations.
        needed_mib: u64,
        /// Available.
        available_mib: u64,
    },
    /// The first steps failed on the device, in most cases because its memory is too small.
    #[error(
        "the first training steps failed on the device; choose a smaller --batch-tokens or --context, --recompute, --lora, or --device cpu: {reason}"
    )]
    FirstSteps {
        /// The backend's error.
        reason: String,
    },
    /// Not enough disk space.
    #[error(
        "checkpoints and the model need {needed_mib} MiB of disk and {available_mib} MiB are free; free some space or choose another folder with --out than: {}", folder.display()
    )]
    Disk {
        /// Space for three checkpoints and the model.
        needed_mib: u64,
        /// Available.
        available_mib: u64,
        /// The folder.
        folder: PathBuf,
    },
}

/// The run's folder that contains a checkpoint file.
fn run_of(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.extension().is_some_and(|end| end == "run")).unwrap_or(path)
}
