//! The store: one SQLite file in the user's data folder with the queue, finished sentences, the translation memory and
//! the glossary. A write is durable when its call returns, also after a power cut (WAL, synchronous=FULL).

pub(crate) mod cache;
mod document_terms;
mod glossaries;
pub(crate) mod history;
pub(crate) mod jobs;
pub(crate) mod memory;
pub(crate) mod segments;
pub(crate) mod terms;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use documents::Link;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::access;
use crate::error::{Error, Result};

/// File name in the data folder.
const FILE: &str = "wasan.db";

/// SQLite application id of Wasan's files: "Wasa".
const APPLICATION: i32 = 0x5761_7361;

/// The schema, and its version in the file's `user_version`. A file of another version is refused.
const SCHEMA: &str = include_str!("store/schema.sql");
const SCHEMA_VERSION: i32 = 12;

// Another process holds a write lock for milliseconds; a sleeping disk takes seconds to start.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

// A reader is done in milliseconds; one that is not may be a program that the user has left open.
const LOG_TIMEOUT: Duration = Duration::from_secs(1);

/// An open store. Several processes may have it open at the same time.
pub(crate) struct Store {
    db: Connection,
    path: PathBuf,
    file: Option<FileId>,
}

impl Store {
    /// Opens the store of a data folder, or creates it.
    ///
    /// # Errors
    /// A damaged file, one with another schema version or of another program, a full disk; the file is not changed then.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let failed =
            |error: std::io::Error| Error::Write { path: folder.to_owned(), reason: error.to_string() };
        access::make_private_folder(folder).map_err(failed)?;
        // SQLite gives its log the mode of the database, but one of an earlier process keeps its own.
        access::make_private_file(&path).map_err(failed)?;
        for log in ["-wal", "-shm"].map(|end| folder.join(format!("{FILE}{end}"))) {
            access::close_to_others(&log);
        }
        // SQLite itself would make a file that others may read.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&path, flags).map_err(|error| store_error(&path, error))?;
        let store = Self { db, file: file_id(&path), path };
        store.prepare()?;
        Ok(store)
    }

    /// Whether the file was deleted or replaced since it was opened: what is written now would be lost.
    pub fn is_gone(&self) -> bool {
        file_id(&self.path) != self.file
    }

    /// Whether a data folder has a store.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    fn prepare(&self) -> Result<()> {
        self.run(|db| db.busy_timeout(BUSY_TIMEOUT))?;
        // Checked before anything is written, so that a refused file stays unchanged.
        let is_new = self.is_new()?;
        self.run(|db| {
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "FULL")?;
            // Deleted text is overwritten, so that it cannot be recovered from the file.
            db.pragma_update(None, "secure_delete", true)?;
            db.pragma_update(None, "foreign_keys", true)
        })?;
        if !is_new {
            return Ok(());
        }
        self.change(|change| {
            // Another process may have created the tables meanwhile.
            let application: i32 = change.pragma_query_value(None, "application_id", |row| row.get(0))?;
            if application == APPLICATION {
                return Ok(());
            }
            change.execute_batch(SCHEMA)?;
            change.pragma_update(None, "application_id", APPLICATION)?;
            change.pragma_update(None, "user_version", SCHEMA_VERSION)
        })
    }

    /// Whether the file is empty; else it must be a store with this schema.
    fn is_new(&self) -> Result<bool> {
        let (application, version, tables) = self.run(|db| {
            let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
            let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            Ok((pragma("application_id")?, pragma("user_version")?, tables))
        })?;
        let path = self.path.clone();
        match (application, version) {
            (APPLICATION, SCHEMA_VERSION) => Ok(false),
            (APPLICATION, version) => Err(Error::StoreVersion { version, supported: SCHEMA_VERSION, path }),
            (0, _) if tables == 0 => Ok(true),
            _ => Err(Error::StoreForeign(path)),
        }
    }

    /// Runs `work` outside a transaction: reads, or one writing statement.
    pub(crate) fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        if self.is_gone() {
            return Err(Error::StoreGone(self.path.clone()));
        }
        work(&self.db).map_err(|error| store_error(&self.path, error))
    }

    /// Runs `work` in a transaction.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        self.run(|db| {
            let change = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
            let done = work(&change)?;
            change.commit()?;
            Ok(done)
        })
    }

    /// Truncates the write-ahead log, which may still contain deleted text.
    ///
    /// # Errors
    /// [`Error::TextInLog`] while another process reads it.
    pub fn truncate_log(&self) -> Result<()> {
        let is_busy: bool = self.run(|db| {
            db.busy_timeout(LOG_TIMEOUT)?;
            let is_busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            db.busy_timeout(BUSY_TIMEOUT)?;
            Ok(is_busy)
        })?;
        let log = self.path.with_file_name(format!("{FILE}-wal"));
        if is_busy { Err(Error::TextInLog(log)) } else { Ok(()) }
    }

    /// Limits the growth of the file to a number of pages, like a full disk.
    #[cfg(test)]
    pub fn fill_disk(&self, pages_left: i64) {
        let pages: i64 =
            self.run(|db| db.pragma_query_value(None, "page_count", |r| r.get(0))).expect("reads");
        self.run(|db| db.pragma_update(None, "max_page_count", pages + pages_left)).expect("is set");
    }
}

/// What identifies a file on Unix: its disk and its number there. Elsewhere the system keeps an open file in its place.
type FileId = (u64, u64);

// From the path alone: opening the file and closing it again would release the database's locks.
#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn file_id(_path: &Path) -> Option<FileId> {
    None
}

fn store_error(path: &Path, error: rusqlite::Error) -> Error {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Error::StoreDamaged(path),
        Some(ErrorCode::DiskFull) => Error::StoreFull(path),
        _ => Error::Store { reason: error.to_string(), path },
    }
}

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// The SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

/// The column text of alignment links.
pub(crate) fn links_to_json(links: &[Link]) -> String {
    let numbers = |link: &Link| [link.source.start, link.source.end, link.target.start, link.target.end];
    to_json(&links.iter().map(numbers).collect::<Vec<[usize; 4]>>())
}

/// The alignment links of a column.
pub(crate) fn links_of_json(text: &str) -> Vec<Link> {
    let numbers: Vec<[usize; 4]> = json(text);
    numbers.into_iter().map(|[from, to, start, end]| Link { source: from..to, target: start..end }).collect()
}

/// The value of a JSON column; the default if the text cannot be parsed.
pub(crate) fn json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// The text of a JSON column.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    // Only maps with other keys than strings fail, and there are none.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_store_is_created_and_opened_by_several_processes() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("deep/er");
        let first = Store::open(&data).expect("is made");
        let second = Store::open(&data).expect("is opened");
        for store in [&first, &second] {
            let (mode, sync): (String, i32) = store
                .run(|db| {
                    let mode = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
                    Ok((mode, db.pragma_query_value(None, "synchronous", |row| row.get(0))?))
                })
                .expect("reads");
            assert_eq!((mode.as_str(), sync), ("wal", 2));
        }
    }

    #[test]
    fn a_file_that_is_not_a_store_is_refused_and_unchanged() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        fs::write(&path, "these are my notes, and not a database at all".repeat(100)).expect("writes");
        let before = fs::read(&path).expect("reads");
        assert!(matches!(Store::open(folder.path()), Err(Error::StoreDamaged(_))));
        assert_eq!(fs::read(&path).expect("reads"), before);

        fs::remove_file(&path).expect("removes");
        Connection::open(&path).expect("opens").execute_batch("CREATE TABLE mine (a)").expect("creates");
        assert!(matches!(Store::open(folder.path()), Err(Error::StoreForeign(_))));
    }

    #[test]
    fn a_damaged_newer_or_older_store_is_refused_and_unchanged() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        drop(Store::open(folder.path()).expect("is made"));
        for (other, code) in [(99, "store_newer"), (SCHEMA_VERSION - 1, "store_older"), (0, "store_older")] {
            let db = Connection::open(&path).expect("opens");
            db.pragma_update(None, "user_version", other).expect("sets");
            drop(db);
            let before = fs::read(&path).expect("reads");
            let refused = Store::open(folder.path()).err();
            assert!(
                matches!(refused, Some(Error::StoreVersion { version, .. }) if version == other),
                "{refused:?}"
            );
            assert_eq!(refused.expect("is refused").problem().code, code);
            assert_eq!(fs::read(&path).expect("reads"), before);
        }

        let mut bytes = fs::read(&path).expect("reads");
        bytes[100..4096].fill(0x5a);
        fs::write(&path, &bytes).expect("writes");
        let damaged = Store::open(folder.path()).err();
        assert!(matches!(damaged, Some(Error::StoreDamaged(_))), "{damaged:?}");
        assert_eq!(fs::read(&path).expect("reads"), bytes);
    }

    #[cfg(unix)]
    #[test]
    fn a_deleted_or_replaced_store_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        let store = Store::open(folder.path()).expect("is made");
        let read = |store: &Store| {
            store.run(|db| db.query_row("SELECT count(*) FROM jobs", [], |row| row.get::<_, i64>(0)))
        };
        assert_eq!(read(&store).expect("reads"), 0);
        fs::rename(&path, folder.path().join("away.db")).expect("moves");
        assert!(matches!(read(&store), Err(Error::StoreGone(_))));
        let other = Store::open(folder.path()).expect("is made");
        assert!(matches!(read(&store), Err(Error::StoreGone(_))), "a new one in its place is another");
        assert_eq!(read(&other).expect("reads"), 0);
    }

    #[cfg(unix)]
    #[test]
    fn every_file_of_the_store_is_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let store = Store::open(&data).expect("is made");
        store.change(|change| change.execute("DELETE FROM jobs", [])).expect("writes");
        let modes = || {
            let entry = |entry: std::io::Result<fs::DirEntry>| {
                let entry = entry.expect("lists");
                let mode = entry.metadata().expect("is there").permissions().mode() & 0o777;
                (entry.file_name().to_string_lossy().into_owned(), mode)
            };
            let mut modes: Vec<_> = fs::read_dir(&data).expect("lists").map(entry).collect();
            modes.sort();
            modes
        };
        let wanted = ["wasan.db", "wasan.db-shm", "wasan.db-wal"].map(|name| (name.to_owned(), 0o600));
        assert_eq!(modes(), wanted);
        for (name, _) in modes() {
            fs::set_permissions(data.join(name), fs::Permissions::from_mode(0o666)).expect("sets");
        }
        let second = Store::open(&data).expect("opens");
        assert_eq!(modes(), wanted, "files of an earlier version are closed");
        drop((store, second));
    }

    #[test]
    fn deleted_text_that_a_reader_keeps_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        let add = "INSERT INTO terms VALUES ('de', 'en', 'Geheimnis', 'secret')";
        store.change(|change| change.execute(add, [])).expect("writes");
        let reader = Connection::open(folder.path().join(FILE)).expect("opens");
        reader.execute_batch("BEGIN; SELECT * FROM terms").expect("reads");
        store.change(|change| change.execute("DELETE FROM terms", [])).expect("deletes");
        assert!(matches!(store.truncate_log(), Err(Error::TextInLog(_))));
        reader.execute_batch("COMMIT").expect("ends");
        store.truncate_log().expect("nobody reads");
        for entry in fs::read_dir(folder.path()).expect("lists") {
            let bytes = fs::read(entry.expect("lists").path()).expect("reads");
            assert!(!bytes.windows(9).any(|part| part == b"Geheimnis"));
        }
    }

    #[test]
    fn a_full_disk_has_its_own_error_and_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        store.fill_disk(0);
        let long = "x".repeat(100_000);
        let full = store.change(|change| {
            change.execute("INSERT INTO terms VALUES ('de', 'en', 'a', 'b')", [])?;
            change.execute("INSERT INTO terms VALUES ('de', 'en', 'c', ?)", [&long])
        });
        assert!(matches!(full, Err(Error::StoreFull(_))), "{full:?}");
        let terms: i64 =
            store.run(|db| db.query_row("SELECT count(*) FROM terms", [], |r| r.get(0))).expect("reads");
        assert_eq!(terms, 0);
    }
}
