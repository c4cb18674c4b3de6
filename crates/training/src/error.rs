//! What can go wrong in training: one variant a cause.

use std::io;
use std::path::PathBuf;

/// The result of a step of training.
pub type Result<T> = std::result::Result<T, Error>;

/// Why training was refused or broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A model that cannot be read.
    #[error(transparent)]
    Model(#[from] model_files::Error),
    /// A file that cannot be written.
    #[error("{path} cannot be written: {source}; free some space or choose another folder with --out")]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of ours that cannot be read back.
    #[error("{path} cannot be read: {reason}; remove that folder to begin anew")]
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
    /// The loss is no longer a number.
    #[error("the loss is not finite at step {step}; choose a smaller --learning-rate")]
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
}
