//! The log of a run: one line of JSON for each step.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checkpoint::State;
use crate::{Error, Result};

/// File name of the log in a run's folder.
pub const LOG_FILE: &str = "training.jsonl";

/// The report of a step: a line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Name of the stage.
    pub stage: String,
    /// Step in the stage, from 1.
    pub step: usize,
    /// Number of steps of the stage.
    pub steps: usize,
    /// Mean cross-entropy of the step in nats per token.
    pub loss: f32,
    /// The same on held-out examples, if it was evaluated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub held_out_loss: Option<f32>,
    /// Learning rate.
    pub rate: f64,
    /// Global norm of the gradients before clipping.
    pub norm: f32,
    /// Tokens read in total, without padding.
    pub tokens: u64,
    /// Tokens per second of this step.
    pub tokens_per_second: f32,
    /// Seconds of training in total.
    pub seconds: f64,
}

/// The open log.
pub(crate) struct TrainingLog {
    path: PathBuf,
    file: File,
}

impl TrainingLog {
    /// Opens the log and removes the lines of steps after the checkpoint, which will be repeated.
    pub(crate) fn open(folder: &Path, stages: &[&str], state: &State) -> Result<Self> {
        let path = folder.join(LOG_FILE);
        let failed = |source| Error::Write { path: path.clone(), source };
        let done = |line: &&str| {
            let Ok(line) = serde_json::from_str::<StepReport>(line) else { return false };
            let stage = stages.iter().position(|name| *name == line.stage).unwrap_or(usize::MAX);
            (stage, line.step) <= (state.stage, state.step)
        };
        let old = fs::read_to_string(&path).unwrap_or_default();
        let mut kept: String = old.lines().filter(done).flat_map(|line| [line, "\n"]).collect();
        if state.stage == 0 && state.step == 0 {
            kept.clear();
        }
        // The old log is kept until the new one is complete.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(kept.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        Ok(Self { path, file })
    }

    pub(crate) fn write(&mut self, line: &StepReport) -> Result<()> {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    pub(crate) fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|source| Error::Write { path: self.path.clone(), source })
    }
}
