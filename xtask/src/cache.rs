//! The folder outside the clone that holds what was fetched, so that every clone shares it.

use crate::failure::Failure;
use crate::step::failed_at;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder `wasan/NAME` in the user's cache, created if it is missing: under an absolute `XDG_CACHE_HOME`, or else
/// under `~/.cache` (XDG base directory specification).
///
/// # Errors
/// [`Failure::NoCache`] without a home folder, [`Failure::File`] where the folder cannot be created.
pub fn folder(name: &str) -> Result<PathBuf, Failure> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache =
        named.or_else(|| std::env::home_dir().map(|home| home.join(".cache"))).ok_or(Failure::NoCache)?;
    let folder = cache.join("wasan").join(name);
    fs::create_dir_all(&folder).map_err(failed_at("Creating a cache folder", &folder))?;
    Ok(folder)
}

/// A folder that is removed when it is dropped.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Creates `parent/NAME-PROCESS`.
    ///
    /// # Errors
    /// [`Failure::File`] where it cannot be created.
    pub fn new(parent: &Path, name: &str) -> Result<Self, Failure> {
        let path = parent.join(format!("{name}-{}", std::process::id()));
        fs::create_dir(&path).map_err(failed_at("Creating a scratch folder", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("A scratch folder is left behind ({error}): {}", self.0.display());
        }
    }
}
