//! Reading the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file that must be there.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}: {}", path.display()))
}

/// Fails with all findings at once.
pub fn assert_none<T: std::fmt::Debug>(faults: &[T]) {
    assert!(faults.is_empty(), "{faults:#?}");
}
