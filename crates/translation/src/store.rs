//! The store: one SQLite file in the user's data folder with the queue, finished sentences, the translation memory and
//! the glossary. A write is durable when its call returns, also after a power cut (WAL, synchronous=FULL).

pub(crate) mod cache;
pub(crate) mod jobs;
pub(crate) mod memory;
pub(crate) mod segments;
pub(crate) mod terms;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use documents::Link;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// File name in the data folder.
const FILE: &str = "wasan.db";

/// SQLite application id of Wasan's files: "Wasa".
const APPLICATION: i32 = 0x5761_7361;

/// The schema, and its version in the file's `user_version`. A file of another version is refused.
const SCHEMA: &str = include_str!("store/schema.sql");
const SCHEMA_VERSION: i32 = 7;

// Another process holds a write lock for milliseconds; a sleeping disk takes seconds to start.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// An open store. Several processes may have it open at the same time.
pub(crate) struct Store {
    db: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the store of a data folder, or creates it.
    ///
    /// # Errors
    /// A damaged file, one with another schema version or of another program, a full disk; the file is not changed then.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::Write { path: folder.to_owned(), reason: error.to_string() })?;
        let db = Connection::open(&path).map_err(|error| store_error(&path, error))?;
        let store = Self { db, path };
        store.prepare()?;
        Ok(store)
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

    /// Truncates the write-ahead log, which may still contain deleted text. Has no effect while another process reads it.
    pub fn truncate_wal(&self) -> Result<()> {
        self.run(|db| {
            db.busy_timeout(Duration::from_secs(1))?;
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            db.busy_timeout(BUSY_TIMEOUT)
        })
    }

    /// Limits the growth of the file to a number of pages, like a full disk.
    #[cfg(test)]
    pub fn fill_disk(&self, pages_left: i64) {
        let pages: i64 =
            self.run(|db| db.pragma_query_value(None, "page_count", |r| r.get(0))).expect("reads");
        self.run(|db| db.pragma_update(None, "max_page_count", pages + pages_left)).expect("is set");
    }
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
