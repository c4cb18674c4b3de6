//! Reading a source file and writing its translation: whole or not at all, and never over the source.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempPath;

use crate::error::{Error, Result};

/// The largest file that is read: the documents crate's own limits are tighter for most formats.
pub(crate) const MAX_FILE_BYTES: u64 = 256 << 20;

/// Reads a regular file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    read_at_most(path, MAX_FILE_BYTES)
}

/// Fails for what is no regular file, or not there.
pub(crate) fn readable(path: &Path) -> Result<()> {
    // Asked before opening: to open a pipe is to wait for its other end.
    let metadata = fs::metadata(path)
        .map_err(|error| Error::Read { path: path.to_owned(), reason: error.to_string() })?;
    if metadata.is_file() { Ok(()) } else { Err(Error::NotAFile(path.to_owned())) }
}

/// Reads a regular file of at most so many bytes.
pub(crate) fn read_at_most(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::Read { path: path.to_owned(), reason: error.to_string() };
    readable(path)?;
    let metadata = fs::metadata(path).map_err(failed)?;
    let too_large = |bytes| Error::TooLarge { path: path.to_owned(), bytes, limit };
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large(bytes.len() as u64)),
        false => Ok(bytes),
    }
}

/// `report.md` → `report.en.md`, or the next free `report.en-2.md`. `extension` is the translation's own, where it
/// has another format than the source.
pub(crate) fn free_name(source: &Path, language: &str, extension: Option<&str>) -> PathBuf {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let own = source.extension().map(|extension| extension.to_string_lossy().into_owned());
    let extension = extension.map(str::to_owned).or(own).map_or_else(String::new, |e| format!(".{e}"));
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
    not_the_source(source, output)?;
    if output.symlink_metadata().is_ok() {
        return Err(Error::Exists(output.to_owned()));
    }
    match folder_of(output).is_dir() {
        true => Ok(()),
        false => Err(Error::Write { path: output.to_owned(), reason: "its folder is not there".to_owned() }),
    }
}

/// Fails when `output` is the source by any other name: another spelling or case, a link, a hard link.
pub(crate) fn not_the_source(source: &Path, output: &Path) -> Result<()> {
    // Files that cannot be compared are not both there.
    match same_file::is_same_file(source, output).unwrap_or(false) {
        true => Err(Error::OverSource(output.to_owned())),
        false => Ok(()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name beside `path` that its bytes have until they are all there. It is the same every time, so that what a
/// crash leaves is found and taken away.
fn partial_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.wasan-part"))
}

/// Takes away what a crash left of a file that was being written.
pub(crate) fn remove_partial(path: &Path) {
    // It is mostly not there; one that cannot be removed stands in nobody's way.
    drop(fs::remove_file(partial_path(path)));
}

// No file takes so long to be written.
const OLD: Duration = Duration::from_secs(600);

/// The same where another process may be writing it just now: what was touched lately stays.
pub(crate) fn remove_stale_partial(path: &Path) {
    let touched = fs::metadata(partial_path(path)).and_then(|metadata| metadata.modified());
    if touched.is_ok_and(|touched| touched.elapsed().is_ok_and(|since| since > OLD)) {
        remove_partial(path);
    }
}

/// Writes a new file: whole or not at all.
///
/// # Errors
/// A file of this name, other bytes read back, and whatever the system says.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    publish(path, bytes, false)
}

/// Writes a file in the place of an old one: whole or not at all.
///
/// # Errors
/// Other bytes read back, and whatever the system says; the old file is then as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    publish(path, bytes, true)
}

// Under another name in the same folder first; it gets its own when all of it has been read back.
fn publish(path: &Path, bytes: &[u8], replaces: bool) -> Result<()> {
    let failed = |error: io::Error| Error::Write { path: path.to_owned(), reason: error.to_string() };
    remove_partial(path);
    let partial = partial_path(path);
    let mut file = step().and_then(|()| File::create_new(&partial)).map_err(failed)?;
    // From here on whatever fails takes the file away.
    let temporary = TempPath::try_from_path(&partial).map_err(failed)?;
    step().and_then(|()| file.write_all(bytes)).map_err(failed)?;
    step().and_then(|()| file.sync_all()).map_err(failed)?;
    drop(file);
    let written = step().and_then(|()| fs::read(&temporary)).map_err(failed)?;
    if written != bytes {
        let reason = "other bytes came back from the disk".to_owned();
        return Err(Error::NotVerified { reason, path: path.to_owned() });
    }
    step().map_err(failed)?;
    let renamed = if replaces { temporary.persist(path) } else { temporary.persist_noclobber(path) };
    renamed.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => failed(error.error),
    })?;
    // The folder's own entry; some file systems have no such call, and then the rename is all there is.
    drop(File::open(folder_of(path)).and_then(|folder| folder.sync_all()));
    Ok(())
}

/// Before each call of the system that may fail, so that tests can let it fail.
#[cfg(not(test))]
fn step() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
use tests::step;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        // Calls of the system until one fails.
        static CALLS_LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    pub(super) fn step() -> io::Result<()> {
        CALLS_LEFT.with(|left| match left.get() {
            Some(0) => Err(io::Error::from(io::ErrorKind::StorageFull)),
            count => {
                left.set(count.map(|count| count - 1));
                Ok(())
            }
        })
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("lists");
        entries.map(|entry| entry.expect("lists").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Every call fails once: there is a message, what was there before stays, and nothing half-written is left.
    #[test]
    fn a_file_is_whole_or_not_there_whichever_call_fails() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("brief.en.txt");
        for replaces in [false, true] {
            let before = if replaces { vec!["brief.en.txt".to_owned()] } else { Vec::new() };
            let mut failures = 0;
            loop {
                CALLS_LEFT.with(|left| left.set(Some(failures)));
                let done = publish(&path, b"new", replaces);
                CALLS_LEFT.with(|left| left.set(None));
                if done.is_ok() {
                    break;
                }
                failures += 1;
                assert!(matches!(done, Err(Error::Write { .. })), "{done:?}");
                assert_eq!(names_in(folder.path()), before);
                if replaces {
                    assert_eq!(fs::read(&path).expect("reads"), b"old");
                }
            }
            assert_eq!(failures, 5);
            assert_eq!(fs::read(&path).expect("reads"), b"new");
            fs::write(&path, "old").expect("writes");
        }
    }

    /// What a crash left is no hindrance.
    #[test]
    fn an_unfinished_file_is_taken_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("brief.en.txt");
        fs::write(partial_path(&path), "half").expect("writes");
        write(&path, b"new").expect("writes");
        assert_eq!(names_in(folder.path()), ["brief.en.txt"]);
    }

    #[test]
    fn names_are_free_and_beside_the_source() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("brief.txt");
        assert_eq!(free_name(&source, "en", None), folder.path().join("brief.en.txt"));
        fs::write(folder.path().join("brief.en.txt"), "").expect("writes");
        assert_eq!(free_name(&source, "en", None), folder.path().join("brief.en-2.txt"));
        assert_eq!(free_name(&source, "en", Some("md")), folder.path().join("brief.en.md"));
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
