//! Reads source files and writes translations atomically, never over the source.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use tempfile::TempPath;

use crate::access::Access;
use crate::error::{Error, Result};
use crate::names::partial_path;

/// The largest file that is read; the documents crate's own limits are tighter for most formats.
pub(crate) const MAX_FILE_BYTES: u64 = 256 << 20;

/// Reads a regular file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    read_at_most(path, MAX_FILE_BYTES)
}

/// Fails if `path` is not a regular file or does not exist.
pub(crate) fn readable(path: &Path) -> Result<()> {
    // Checked before opening, because opening a pipe blocks.
    let metadata = fs::metadata(path)
        .map_err(|error| Error::Read { path: path.to_owned(), reason: error.to_string() })?;
    if metadata.is_file() { Ok(()) } else { Err(Error::NotAFile(path.to_owned())) }
}

/// Reads a regular file of at most `limit` bytes.
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

/// Fails if `output` exists, is the source under another spelling, has a name that its disk cannot hold, or cannot be
/// written into its folder.
pub(crate) fn check(source: &Path, output: &Path) -> Result<()> {
    not_the_source(source, output)?;
    let failed = |reason: String| Error::Write { path: output.to_owned(), reason };
    match output.symlink_metadata() {
        Ok(_) => return Err(Error::Exists(output.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
            return Err(failed(error.to_string()));
        }
        Err(_) => {}
    }
    let folder = folder_of(output);
    if !folder.is_dir() {
        return Err(failed("its folder does not exist".to_owned()));
    }
    tempfile::tempfile_in(folder).map(drop).map_err(|error| failed(error.to_string()))
}

/// Fails if `output` is the source file under any name: another spelling or case, a symbolic or hard link.
pub(crate) fn not_the_source(source: &Path, output: &Path) -> Result<()> {
    // If they cannot be compared, one of them does not exist.
    match same_file::is_same_file(source, output).unwrap_or(false) {
        true => Err(Error::OverSource(output.to_owned())),
        false => Ok(()),
    }
}

/// The folder of a file; the current one for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the partial file that a crash left behind.
pub(crate) fn remove_partial(path: &Path) {
    // Usually there is none, and one that cannot be removed does no harm.
    drop(fs::remove_file(partial_path(path)));
}

// Writing a file never takes so long.
const STALE_AFTER: Duration = Duration::from_secs(600);

/// Like [`remove_partial`], but keeps a file that another process may be writing right now.
pub(crate) fn remove_stale_partial(path: &Path) {
    let touched = fs::metadata(partial_path(path)).and_then(|metadata| metadata.modified());
    if touched.is_ok_and(|touched| touched.elapsed().is_ok_and(|since| since > STALE_AFTER)) {
        remove_partial(path);
    }
}

/// Writes a new file atomically.
///
/// # Errors
/// The file exists, different bytes are read back, or an I/O error.
pub(crate) fn write(path: &Path, bytes: &[u8], access: &Access) -> Result<()> {
    publish(path, bytes, access, false)
}

/// Replaces a file atomically.
///
/// # Errors
/// Different bytes are read back, or an I/O error; the old file is unchanged then.
pub(crate) fn replace(path: &Path, bytes: &[u8], access: &Access) -> Result<()> {
    publish(path, bytes, access, true)
}

// Writes under a temporary name in the same folder, reads all of it back, then renames it.
fn publish(path: &Path, bytes: &[u8], access: &Access, replaces: bool) -> Result<()> {
    let failed = |error: io::Error| Error::Write { path: path.to_owned(), reason: error.to_string() };
    remove_partial(path);
    let partial = partial_path(path);
    let mut file = step().and_then(|()| access.create(&partial)).map_err(failed)?;
    // From here on any failure removes the file.
    let temporary = TempPath::try_from_path(&partial).map_err(failed)?;
    step().and_then(|()| file.write_all(bytes)).map_err(failed)?;
    step().and_then(|()| file.sync_all()).map_err(failed)?;
    drop(file);
    let written = step().and_then(|()| fs::read(&temporary)).map_err(failed)?;
    if written != bytes {
        let reason = "the disk returned different bytes".to_owned();
        return Err(Error::NotVerified { reason, path: path.to_owned() });
    }
    step().map_err(failed)?;
    let renamed = if replaces { temporary.persist(path) } else { temporary.persist_noclobber(path) };
    renamed.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => failed(error.error),
    })?;
    // Makes the rename durable; file systems that cannot sync a folder are left at the rename.
    drop(File::open(folder_of(path)).and_then(|folder| folder.sync_all()));
    Ok(())
}

/// Called before each system call that may fail, so that tests can make it fail.
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
        // The number of system calls before one fails.
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

    /// Lets each call fail once: there is an error, the old file is unchanged, and no partial file is left.
    #[test]
    fn a_file_is_whole_or_not_there_whichever_call_fails() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("brief.en.txt");
        for replaces in [false, true] {
            let before = if replaces { vec!["brief.en.txt".to_owned()] } else { Vec::new() };
            let mut failures = 0;
            loop {
                CALLS_LEFT.with(|left| left.set(Some(failures)));
                let done = publish(&path, b"new", &Access::private(), replaces);
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

    /// The leftover of a crash is no obstacle.
    #[test]
    fn a_partial_file_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("brief.en.txt");
        fs::write(partial_path(&path), "half").expect("writes");
        write(&path, b"new", &Access::private()).expect("writes");
        assert_eq!(names_in(folder.path()), ["brief.en.txt"]);
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
        write(&other, b"Good day.", &Access::private()).expect("writes");
        assert!(matches!(check(&source, &other), Err(Error::Exists(_))));
        assert!(matches!(write(&other, b"again", &Access::private()), Err(Error::Exists(_))));
        assert_eq!(fs::read(&other).expect("reads"), b"Good day.");
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 2, "no temporary file is left");
    }

    #[test]
    fn a_path_that_is_not_a_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(read(folder.path()), Err(Error::NotAFile(_) | Error::Read { .. })));
        assert!(matches!(read(&folder.path().join("none")), Err(Error::Read { .. })));
        assert!(matches!(
            write(&folder.path().join("no/such/folder"), b"", &Access::private()),
            Err(Error::Write { .. })
        ));
    }
}
