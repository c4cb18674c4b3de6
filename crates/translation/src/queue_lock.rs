//! File locks of the data folder: one process at a time works on the queue. The system releases a dead process's locks.

use std::fs::{File, TryLockError};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::access;
use crate::error::{Error, Result};
use crate::folders::DataFolder;

const QUEUE: &str = "queue.lock";
const EDITS: &str = "edits.lock";

/// Holds the queue's file lock until the last clone of its `Arc` is dropped.
#[derive(Debug)]
pub struct QueueLock {
    // Closing the file releases the lock.
    _locked: File,
}

/// The lock files of a data folder.
#[derive(Debug)]
pub(crate) struct LockFiles {
    folder: DataFolder,
    held: Mutex<Weak<QueueLock>>,
}

impl LockFiles {
    pub fn new(folder: DataFolder) -> Self {
        Self { folder, held: Mutex::default() }
    }

    /// Locks the queue. If this process did not hold the lock, `clean_up` first cleans up after the previous process.
    ///
    /// # Errors
    /// [`Error::QueueBusy`] while another process holds it; those of `clean_up`.
    pub fn lock_queue(&self, clean_up: impl FnOnce() -> Result<()>) -> Result<Arc<QueueLock>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.upgrade() {
            return Ok(lock);
        }
        let file = self.open(QUEUE)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::QueueBusy),
            Err(TryLockError::Error(error)) => return Err(self.failed(&error)),
        }
        let lock = Arc::new(QueueLock { _locked: file });
        clean_up()?;
        *held = Arc::downgrade(&lock);
        Ok(lock)
    }

    /// Waits until no process holds the queue's lock; another process may lock it before this one does.
    ///
    /// # Errors
    /// A lock file that cannot be used.
    pub fn wait_for_queue(&self) -> Result<()> {
        self.open(QUEUE)?.lock().map_err(|error| self.failed(&error))
    }

    /// Locks the editing of translated documents, across threads and processes, until the returned file is closed.
    /// Waits for the lock.
    ///
    /// # Errors
    /// A lock file that cannot be used.
    pub fn lock_edits(&self) -> Result<File> {
        let file = self.open(EDITS)?;
        file.lock().map_err(|error| self.failed(&error))?;
        Ok(file)
    }

    fn open(&self, name: &str) -> Result<File> {
        let folder = self.folder.path()?;
        let path = folder.join(name);
        let made = access::make_private_folder(folder).and_then(|()| access::make_private_file(&path));
        let open = made.and_then(|()| File::options().write(true).open(path));
        open.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        match self.folder.path() {
            Ok(folder) => Error::Write { path: folder.to_owned(), reason: error.to_string() },
            Err(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_locks_the_queue() {
        let folder = tempfile::tempdir().expect("a folder");
        // Two values behave like two processes, since locks belong to open files.
        let lock_files = || LockFiles::new(DataFolder::new(Some(folder.path().to_owned())));
        let (ours, theirs) = (lock_files(), lock_files());
        let count = std::cell::Cell::new(0);
        let clean_up = || {
            count.set(count.get() + 1);
            Ok(())
        };
        let first = ours.lock_queue(clean_up).expect("is free");
        let second = ours.lock_queue(clean_up).expect("is ours");
        assert_eq!(count.get(), 1, "cleans up only with a new lock");
        assert!(matches!(theirs.lock_queue(|| Ok(())), Err(Error::QueueBusy)));
        drop(first);
        assert!(matches!(theirs.lock_queue(|| Ok(())), Err(Error::QueueBusy)));
        drop(second);
        theirs.wait_for_queue().expect("is free");
        theirs.lock_queue(|| Ok(())).expect("is free");
        assert!(matches!(ours.lock_queue(|| Err(Error::Stopped)), Err(Error::Stopped)));
        theirs.lock_queue(|| Ok(())).expect("a failed clean-up releases the lock");
    }
}
