//! What an unfinished download has: `download.json` in its folder, so that it is found again.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::limits;
use crate::pair_file::replace;
use crate::published::PublishedModel;

const FILE: &str = "download.json";

/// The finished files of a download.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Record {
    files: BTreeMap<String, FinishedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FinishedFile {
    bytes: u64,
    sha256: String,
    commit: Option<String>,
}

impl Record {
    /// Whether there is a download in this folder.
    pub fn exists(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    /// The record in a folder; empty if it is missing or malformed: `wasan-fetch` then looks at the files themselves.
    pub fn read(folder: &Path) -> Self {
        let mut bytes = Vec::new();
        let read = File::open(folder.join(FILE))
            .and_then(|file| file.take(limits::DOWNLOAD_RECORD_BYTES).read_to_end(&mut bytes));
        read.ok().and_then(|_| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Writes it.
    pub fn store(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let json = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::Write { path: path.clone(), reason: error.to_string() })?;
        replace(&path, &json)
    }

    /// Adds a finished file, which must be a regular one of this size in the folder.
    pub fn add(
        &mut self,
        folder: &Path,
        file: &str,
        bytes: u64,
        sha256: String,
        commit: Option<String>,
    ) -> Result<()> {
        let found = folder.join(file).symlink_metadata();
        if !found.is_ok_and(|found| found.is_file() && found.len() == bytes) {
            return Err(Error::FetchOutput(format!("{file} is not there with its {bytes} bytes")));
        }
        self.files.insert(file.to_owned(), FinishedFile { bytes, sha256, commit });
        Ok(())
    }

    /// Whether a model's file is finished and still there.
    pub fn has(&self, folder: &Path, model: &PublishedModel) -> bool {
        self.files.get(&model.file).is_some_and(|finished| {
            let found = folder.join(&model.file).symlink_metadata();
            found.is_ok_and(|found| found.is_file() && found.len() == finished.bytes)
        })
    }

    /// The commit that a model's file comes from.
    pub fn commit(&self, model: &PublishedModel) -> Option<String> {
        self.files.get(&model.file)?.commit.clone()
    }
}

/// Keeps other processes from the same download until the returned file is closed. It lies beside the folder, which can
/// be removed meanwhile.
///
/// # Errors
/// [`Error::DownloadBusy`].
pub(super) fn lock(folder: &Path) -> Result<File> {
    let path = folder.with_extension("lock");
    let failed = |error: std::io::Error| Error::Write { path: path.clone(), reason: error.to_string() };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::DownloadBusy),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Removes a download's folder.
pub(super) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Write { path: folder.to_owned(), reason: error.to_string() })
        }
        _ => Ok(()),
    }
}
