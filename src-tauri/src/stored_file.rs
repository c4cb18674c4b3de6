//! Small JSON files that only the user may read.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Larger files are not ours.
const MAX_BYTES: u64 = 4 << 20;

/// What the file has; the default if it is missing, too large or invalid.
pub fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    let is_valid = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() <= MAX_BYTES);
    let bytes = is_valid.then(|| fs::read(path).ok()).flatten().unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Replaces the file at once.
///
/// # Errors
/// A folder that cannot be written; the file is then as it was.
pub fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    // Temporary files are private to the user, and stay so under their final name.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
