//! Reading a source file and writing its translation: whole or not at all, and never over the source.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The largest file that is read: the documents crate's own limits are tighter for most formats.
pub(crate) const MAX_FILE_BYTES: u64 = 256 << 20;

/// Reads a regular file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::Read { path: path.to_owned(), reason: error.to_string() };
    // Asked before opening: to open a pipe is to wait for its other end.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::NotAFile(path.to_owned()));
    }
    let too_large = |bytes| Error::TooLarge { path: path.to_owned(), bytes, limit: MAX_FILE_BYTES };
    if metadata.len() > MAX_FILE_BYTES {
        return Err(too_large(metadata.len()));
    }
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > MAX_FILE_BYTES {
        true => Err(too_large(bytes.len() as u64)),
        false => Ok(bytes),
    }
}

/// `report.md` → `report.en.md`, or the next free `report.en-2.md`.
pub fn free_name(source: &Path, language: &str) -> PathBuf {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let extension = source.extension().map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
    let mut name = source.with_file_name(format!("{stem}.{language}{extension}"));
    for number in 2.. {
        if name.symlink_metadata().is_err() {
            break;
        }
        name = source.with_file_name(format!("{stem}.{language}-{number}{extension}"));
    }
    name
}

/// Fails when `output` is there already, is the source under another spelling, or has no folder to be written to.
pub(crate) fn check(source: &Path, output: &Path) -> Result<()> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    if real(output).is_some() && real(output) == real(source) {
        return Err(Error::OverSource(output.to_owned()));
    }
    if output.symlink_metadata().is_ok() {
        return Err(Error::Exists(output.to_owned()));
    }
    match folder_of(output).is_dir() {
        true => Ok(()),
        false => Err(Error::Write { path: output.to_owned(), reason: "its folder is not there".to_owned() }),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a temporary file in the same folder, then gives it its name.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::Write { path: path.to_owned(), reason: error.to_string() };
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new().prefix(".wasan-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => failed(error.error),
    })?;
    // The folder's own entry; some file systems have no such call, and then the rename is all there is.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free_and_beside_the_source() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("brief.txt");
        assert_eq!(free_name(&source, "en"), folder.path().join("brief.en.txt"));
        fs::write(folder.path().join("brief.en.txt"), "").expect("writes");
        assert_eq!(free_name(&source, "en"), folder.path().join("brief.en-2.txt"));
    }

    #[test]
    fn the_source_is_never_the_output() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("brief.txt");
        fs::write(&source, "Guten Tag.").expect("writes");
        let same = folder.path().join(".").join("brief.txt");
        assert!(matches!(check(&source, &same), Err(Error::OverSource(_))));
        let other = folder.path().join("other.txt");
        assert!(check(&source, &other).is_ok());
        write(&other, b"Good day.").expect("writes");
        assert!(matches!(check(&source, &other), Err(Error::Exists(_))));
        assert!(matches!(write(&other, b"again"), Err(Error::Exists(_))));
        assert_eq!(fs::read(&other).expect("reads"), b"Good day.");
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 2, "no temporary file is left");
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(read(folder.path()), Err(Error::NotAFile(_) | Error::Read { .. })));
        assert!(matches!(read(&folder.path().join("none")), Err(Error::Read { .. })));
        assert!(matches!(write(&folder.path().join("no/such/folder"), b""), Err(Error::Write { .. })));
    }
}
