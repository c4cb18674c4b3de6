//! A JSON file beside the imported models, with a value for each language pair.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::folders::models_folder;
use crate::languages::LanguagePair;
use crate::limits;

/// The values in `folder/file` by pair (`de-en`); empty if there is no file.
///
/// # Errors
/// A file that cannot be read, is too large or malformed.
pub(crate) fn read<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<BTreeMap<String, T>> {
    let path = folder.join(file);
    let refused = |reason: String| Error::Read { path: path.clone(), reason };
    let opened = match std::fs::File::open(&path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(refused(error.to_string())),
    };
    let mut bytes = Vec::new();
    let read = opened.take(limits::RECIPES_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > limits::RECIPES_BYTES {
        return Err(refused(format!("it exceeds the limit of {} bytes", limits::RECIPES_BYTES)));
    }
    serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))
}

/// Sets or removes the value of a pair (`models`: none = the user's own folder); returns the file's path.
///
/// # Errors
/// A malformed file, which is left unchanged; a folder that cannot be written.
pub(crate) fn set<T: DeserializeOwned + Serialize>(
    models: Option<&Path>,
    file: &str,
    pair: &LanguagePair,
    value: Option<T>,
) -> Result<PathBuf> {
    let folder = models_folder(models)?;
    let path = folder.join(file);
    let mut all: BTreeMap<String, T> = read(&folder, file)?;
    match value {
        Some(value) => drop(all.insert(pair.to_string(), value)),
        None if all.remove(&pair.to_string()).is_none() => return Ok(path),
        None => {}
    }
    let json = serde_json::to_string_pretty(&all)
        .map_err(|error| Error::Write { path: path.clone(), reason: error.to_string() })?;
    replace(&path, json.as_bytes())?;
    Ok(path)
}

/// Writes a file whole and durably, or leaves the old one; makes its folder.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    };
    let written = write();
    written.map(drop).map_err(|error| Error::Write { path: path.to_owned(), reason: error.to_string() })
}
