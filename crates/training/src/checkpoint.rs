//! Checkpoints of a run: weights, optimizer state and counters in one folder, replaced atomically.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The state of a run besides weights and optimizer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Hash of initial weights, data and settings: a different run must not continue from here.
    pub fingerprint: String,
    /// The stage, from 0.
    pub stage: usize,
    /// Optimizer steps done in it.
    pub step: usize,
    /// The lowest held-out loss of the stage, if it was evaluated.
    pub lowest: Option<f32>,
    /// Evaluations since then.
    pub looks: usize,
    /// Whether gradient checkpointing is used. A run that began with it continues with it, whatever memory is free later.
    pub recompute: bool,
    /// Tokens read in total.
    pub tokens: u64,
    /// Seconds of training in total.
    pub seconds: f64,
}

/// The checkpoints in a run's folder.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
}

const CURRENT: &str = "checkpoint";
const PREVIOUS: &str = "checkpoint.previous";
const NEXT: &str = "checkpoint.next";
/// The folders that hold checkpoints.
pub const FOLDERS: [&str; 3] = [CURRENT, PREVIOUS, NEXT];

impl Checkpoints {
    /// Checkpoints in `folder`, which the first checkpoint creates.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder that contains them.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest complete checkpoint. If power failed during a replacement, it has the previous name.
    pub fn newest(&self) -> Option<PathBuf> {
        [CURRENT, PREVIOUS]
            .into_iter()
            .map(|name| self.folder.join(name))
            .find(|path| path.join("state.json").is_file())
    }

    /// Reads the state of a checkpoint.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn state(path: &Path) -> Result<State> {
        let file = path.join("state.json");
        let reason = |reason: String| Error::Checkpoint { path: file.clone(), reason };
        let text = fs::read_to_string(&file).map_err(|error| reason(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| reason(error.to_string()))
    }

    /// Replaces the checkpoint by a new one, which `fill` writes into an empty folder.
    ///
    /// # Errors
    /// If writing fails; then the old checkpoint is kept.
    pub fn replace(&self, state: &State, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let path = |name| self.folder.join(name);
        let failed = |path: PathBuf| move |source| Error::Write { path, source };
        // After an interruption between the two renames below, only the previous one exists.
        if !path(CURRENT).exists() && path(PREVIOUS).exists() {
            fs::rename(path(PREVIOUS), path(CURRENT)).map_err(failed(path(PREVIOUS)))?;
        }
        let next = path(NEXT);
        if next.exists() {
            fs::remove_dir_all(&next).map_err(failed(next.clone()))?;
        }
        fs::create_dir_all(&next).map_err(failed(next.clone()))?;
        let filled = fill(&next).and_then(|()| {
            let json = serde_json::to_vec(state).unwrap_or_default();
            fs::write(next.join("state.json"), json).map_err(failed(next.clone()))?;
            sync(&next).map_err(failed(next.clone()))
        });
        if let Err(error) = filled {
            // The incomplete checkpoint only takes up disk space.
            let _ = fs::remove_dir_all(&next);
            return Err(error);
        }
        if path(PREVIOUS).exists() {
            fs::remove_dir_all(path(PREVIOUS)).map_err(failed(path(PREVIOUS)))?;
        }
        if path(CURRENT).exists() {
            fs::rename(path(CURRENT), path(PREVIOUS)).map_err(failed(path(CURRENT)))?;
        }
        fs::rename(&next, path(CURRENT)).map_err(failed(path(CURRENT)))?;
        sync_folder(&self.folder).map_err(failed(self.folder.clone()))
    }
}

/// Flushes every file in a folder, and the folder, to disk.
pub fn sync(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            // Windows syncs only writable files.
            File::options().write(true).open(path)?.sync_all()?;
        }
    }
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Windows cannot open folders and does not need to sync them.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
