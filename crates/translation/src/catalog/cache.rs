//! The catalog of a folder, read again only when one of the files in it has changed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::Catalog;
use crate::error::Result;

/// Path, length in bytes and time of change of each file that a catalog is read from.
type FileStates = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Reads the catalog of one folder of models.
#[derive(Debug)]
pub(crate) struct CatalogCache {
    folder: PathBuf,
    last: Mutex<Option<(FileStates, Arc<Catalog>)>>,
}

impl CatalogCache {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, last: Mutex::default() }
    }

    /// The catalog as the files are now.
    ///
    /// # Errors
    /// As [`Catalog::read`].
    pub fn catalog(&self) -> Result<Arc<Catalog>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let states = file_states(&self.folder);
        if let Some((_, catalog)) = last.as_ref().filter(|(known, _)| *known == states) {
            return Ok(Arc::clone(catalog));
        }
        let catalog = Arc::new(Catalog::read(&self.folder)?);
        *last = Some((states, Arc::clone(&catalog)));
        Ok(catalog)
    }
}

/// The files in `folder` and in the folders directly below it, sorted.
fn file_states(folder: &Path) -> FileStates {
    let files = walkdir::WalkDir::new(folder).follow_links(true).max_depth(2).sort_by_file_name();
    let files = files.into_iter().filter_map(std::result::Result::ok);
    let state = |file: walkdir::DirEntry| {
        let data = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some((file.into_path(), data.len(), data.modified().ok()))
    };
    files.filter_map(state).collect()
}
