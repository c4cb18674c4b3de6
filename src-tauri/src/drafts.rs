//! Corrections that are typed, but not saved yet: they outlive the window.

use crate::stored_file;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use translation::JobId;

/// An unsaved correction of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Draft {
    /// Index of the segment.
    pub index: usize,
    /// Its source: a draft of another text is worth nothing.
    pub source: String,
    pub text: String,
}

/// The drafts of all documents, by job.
pub struct Drafts {
    path: Option<PathBuf>,
    jobs: Mutex<BTreeMap<u64, Vec<Draft>>>,
}

impl Drafts {
    /// Reads the drafts of earlier runs; without a path they last until the window closes.
    pub fn load(path: Option<PathBuf>) -> Self {
        let jobs = path.as_deref().map(stored_file::read).unwrap_or_default();
        Self { path, jobs: Mutex::new(jobs) }
    }

    /// The drafts of a job.
    pub fn of(&self, job: JobId) -> Vec<Draft> {
        self.jobs.lock().get(&job.0).cloned().unwrap_or_default()
    }

    /// Replaces the drafts of a job.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn keep(&self, job: JobId, drafts: Vec<Draft>) -> io::Result<()> {
        let mut jobs = self.jobs.lock();
        let changed = match drafts.is_empty() {
            true => jobs.remove(&job.0).is_some(),
            false => jobs.insert(job.0, drafts.clone()) != Some(drafts),
        };
        match &self.path {
            Some(path) if changed => stored_file::write(path, &*jobs),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_outlive_the_window_until_they_are_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drafts.json");
        let draft = Draft { index: 3, source: "Satz".into(), text: "Sentence".into() };
        Drafts::load(Some(path.clone())).keep(JobId(7), vec![draft.clone()]).unwrap();
        let drafts = Drafts::load(Some(path.clone()));
        assert_eq!((drafts.of(JobId(7)), drafts.of(JobId(8))), (vec![draft], vec![]));
        drafts.keep(JobId(7), vec![]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "only the user reads it");
        }
    }
}
