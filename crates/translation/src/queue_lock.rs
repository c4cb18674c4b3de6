//! Who works on the queue: one process at a time, known by a lock that the system takes back when the process ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::error::{Error, Result};

const QUEUE: &str = "queue.lock";
const EDITS: &str = "edits.lock";

/// The right to work on the queue, as long as any clone of it lives.
#[derive(Debug)]
pub struct QueueLock {
    // Closing it gives the lock back.
    _locked: File,
}

/// Hands out the right to work on the queue of a data folder.
#[derive(Debug)]
pub(crate) struct LockFiles {
    folder: PathBuf,
    held: Mutex<Weak<QueueLock>>,
}

impl LockFiles {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), held: Mutex::default() }
    }

    /// Takes the right. If this process did not have it, `first` tidies up after the one before.
    ///
    /// # Errors
    /// [`Error::QueueBusy`] while another process has it; those of `first`.
    pub fn lock_queue(&self, first: impl FnOnce() -> Result<()>) -> Result<Arc<QueueLock>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hold) = held.upgrade() {
            return Ok(hold);
        }
        let file = self.open(QUEUE)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::QueueBusy),
            Err(TryLockError::Error(error)) => return Err(self.failed(&error)),
        }
        let hold = Arc::new(QueueLock { _locked: file });
        first()?;
        *held = Arc::downgrade(&hold);
        Ok(hold)
    }

    /// Waits until no process has the right, which another may take before this one does.
    ///
    /// # Errors
    /// A lock file that cannot be used.
    pub fn wait_for_queue(&self) -> Result<()> {
        self.open(QUEUE)?.lock().map_err(|error| self.failed(&error))
    }

    /// Waits until nobody else corrects a translated document, here or in another process; nobody does as long as the
    /// returned file is open.
    ///
    /// # Errors
    /// A lock file that cannot be used.
    pub fn lock_edits(&self) -> Result<File> {
        let file = self.open(EDITS)?;
        file.lock().map_err(|error| self.failed(&error))?;
        Ok(file)
    }

    fn open(&self, name: &str) -> Result<File> {
        std::fs::create_dir_all(&self.folder).map_err(|error| self.failed(&error))?;
        let open = File::options().create(true).truncate(false).write(true).open(self.folder.join(name));
        open.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::Write { path: self.folder.clone(), reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_door_opens_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        // Two doors are what two processes have: locks belong to opened files.
        let (ours, theirs) = (LockFiles::new(folder.path()), LockFiles::new(folder.path()));
        let tidied = std::cell::Cell::new(0);
        let tidy = || {
            tidied.set(tidied.get() + 1);
            Ok(())
        };
        let first = ours.lock_queue(tidy).expect("is free");
        let second = ours.lock_queue(tidy).expect("is ours");
        assert_eq!(tidied.get(), 1, "who has it already has tidied up");
        assert!(matches!(theirs.lock_queue(|| Ok(())), Err(Error::QueueBusy)));
        drop(first);
        assert!(matches!(theirs.lock_queue(|| Ok(())), Err(Error::QueueBusy)));
        drop(second);
        theirs.wait_for_queue().expect("is free");
        theirs.lock_queue(|| Ok(())).expect("is free");
        assert!(matches!(ours.lock_queue(|| Err(Error::Stopped)), Err(Error::Stopped)));
        theirs.lock_queue(|| Ok(())).expect("whoever could not tidy up does not have it");
    }
}
