//! The catalog of a folder, read again only when one of the files in it has changed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::Catalog;
use crate::error::Result;
use crate::folders::models_folder;

/// Path, length in bytes and time of change of each file that a catalog is read from.
type FileStates = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Reads the catalog of a folder of models.
#[derive(Debug)]
pub(crate) struct CatalogCache {
    // None = the user's own.
    chosen: Option<PathBuf>,
    last: Mutex<Option<(FileStates, Arc<Catalog>)>>,
}

impl CatalogCache {
    pub fn new(chosen: Option<PathBuf>) -> Self {
        Self { chosen, last: Mutex::default() }
    }

    /// The catalog as the files are now.
    ///
    /// # Errors
    /// As [`Catalog::of`].
    pub fn catalog(&self) -> Result<Arc<Catalog>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let states = models_folder(self.chosen.as_deref())
            .map_or_else(|_| FileStates::new(), |folder| file_states(&folder));
        if let Some((_, catalog)) = last.as_ref().filter(|(known, _)| *known == states) {
            return Ok(Arc::clone(catalog));
        }
        let catalog = Arc::new(Catalog::of(self.chosen.as_deref())?);
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
