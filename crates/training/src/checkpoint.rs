//! Where a run stands, on disk: weights, optimizer and counters in one folder, replaced whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The state of a run besides weights and optimizer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What is being trained on what and how, as a hash: another run must not go on from here.
    pub fingerprint: String,
    /// The stage, from 0.
    pub stage: usize,
    /// Optimizer steps done in it.
    pub step: usize,
    /// The lowest held-out loss of the stage, once it was looked at.
    pub lowest: Option<f32>,
    /// Looks since then.
    pub looks: usize,
    /// Whether layers are computed again: what was begun so goes on so, however much memory is free later.
    pub recompute: bool,
    /// Tokens seen in all.
    pub tokens: u64,
    /// Seconds of training in all.
    pub seconds: f64,
}

/// The folder of a run's checkpoint inside the run's folder.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
}

const CURRENT: &str = "checkpoint";
const PREVIOUS: &str = "checkpoint.previous";
const NEXT: &str = "checkpoint.next";
/// The folders that checkpoints are in.
pub const FOLDERS: [&str; 3] = [CURRENT, PREVIOUS, NEXT];

impl Checkpoints {
    /// In `folder`, which is made with the first one.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest whole checkpoint. One that was being replaced when the power went is found under its other name.
    pub fn newest(&self) -> Option<PathBuf> {
        [CURRENT, PREVIOUS]
            .into_iter()
            .map(|name| self.folder.join(name))
            .find(|path| path.join("state.json").is_file())
    }

    /// The state in a checkpoint.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn state(path: &Path) -> Result<State> {
        let file = path.join("state.json");
        let reason = |reason: String| Error::Checkpoint { path: file.clone(), reason };
        let text = fs::read_to_string(&file).map_err(|error| reason(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| reason(error.to_string()))
    }

    /// Writes a new checkpoint with `fill`, which gets an empty folder, and puts it in the old one's place.
    ///
    /// # Errors
    /// When the disk refuses; then the old checkpoint stays.
    pub fn replace(&self, state: &State, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let path = |name| self.folder.join(name);
        let failed = |path: PathBuf| move |source| Error::Write { path, source };
        // Broken off between the two renames below, the previous one is all that there is.
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
            // What is left of it only takes up the space that was missing.
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

/// Makes every file in a folder, and the folder, safe from a power cut.
pub fn sync(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            // Windows syncs only what may be written.
            File::options().write(true).open(path)?.sync_all()?;
        }
    }
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Windows cannot open folders, and needs no sync for them.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
