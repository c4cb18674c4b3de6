//! A partial download: `NAME.part`, and `NAME.part.json` that says of which file it is a part.
//!
//! A hash cannot be resumed from a number on disk that a power cut may have separated from the bytes, so the bytes of an
//! earlier run are hashed again (a second or two for each gigabyte). The bytes themselves are the only state: whatever
//! moment the program is killed at, what has been written counts. A power cut can damage bytes that were not synced;
//! `synced` says which ones certainly were, and when the hash is wrong at the end, only those are kept.

use crate::error::{Error, Result};
use crate::hub::Source;
use crate::limits;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Called with the bytes hashed so far, and those to be hashed.
pub type Hashing<'a> = &'a mut dyn FnMut(u64, u64) -> Result<()>;

/// An open, locked partial file. Its position is its end.
pub struct Part {
    file: File,
    place: PathBuf,
    source: Source,
    hashes: Hashes,
    length: u64,
    synced: u64,
    /// Bytes of an earlier run, and those of them that were synced then.
    kept: u64,
    trusted: u64,
}

/// `NAME.part.json`: the file that the part belongs to.
#[derive(Serialize, Deserialize)]
struct State {
    repository: String,
    file: String,
    commit: Option<String>,
    etag: Option<String>,
    sha256: Option<String>,
    bytes: u64,
    /// Bytes that survive a power cut.
    synced: u64,
}

impl Part {
    /// Opens the part of `source` that becomes `place`, or starts one. What belongs to another file is discarded.
    ///
    /// # Errors
    /// [`Error::Busy`], errors of writing, and what `hashing` says.
    pub fn open(place: &Path, source: &Source, hashing: Hashing) -> Result<Self> {
        let path = part_path(place);
        let failed = |error| Error::writing(&path, error);
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path }),
            // Some network file systems have no locks.
            Err(TryLockError::Error(_)) => {}
        }
        let state = read_state(place).filter(|state| state.is_of(source));
        if state.is_none() {
            // In this order, bytes never lie beside the description of another file.
            file.set_len(0).map_err(failed)?;
            write_state(place, source, 0)?;
        }
        let length = file.metadata().map_err(failed)?.len();
        let length = if length > source.bytes { 0 } else { length };
        let synced = state.map_or(0, |state| state.synced).min(length);
        let mut part = Self {
            file,
            place: place.to_owned(),
            source: source.clone(),
            hashes: Hashes::new(source),
            length,
            synced,
            kept: length,
            trusted: synced,
        };
        part.cut(length, hashing)?;
        Ok(part)
    }

    /// Bytes on disk.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        self.place.parent().unwrap_or(&self.place)
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// Errors of writing; the bytes that were written before count.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = match self.file.write(rest) {
                Ok(0) => return Err(self.failed(io::ErrorKind::WriteZero.into())),
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failed(error)),
            };
            self.hashes.update(&rest[..written]);
            self.length += written as u64;
            rest = &rest[written..];
        }
        Ok(())
    }

    /// Bytes that a power cut would cost.
    pub fn unsynced(&self) -> u64 {
        self.length - self.synced
    }

    /// Makes what has been written survive a power cut.
    ///
    /// # Errors
    /// Errors of writing.
    pub fn sync(&mut self) -> Result<()> {
        self.file.sync_data().map_err(|error| self.failed(error))?;
        self.synced = self.length;
        write_state(&self.place, &self.source, self.synced)
    }

    /// Starts from the beginning, as a part of `source`.
    ///
    /// # Errors
    /// Errors of writing.
    pub fn restart(&mut self, source: &Source) -> Result<()> {
        self.source = source.clone();
        (self.kept, self.trusted, self.synced) = (0, 0, 0);
        self.cut(0, &mut |_, _| Ok(()))?;
        write_state(&self.place, source, 0)
    }

    /// Whether this is a part of `source`.
    pub fn is_of(&self, source: &Source) -> bool {
        State::new(&self.source, 0).is_of(source)
    }

    /// After a wrong hash: discards what an earlier run had not synced. False if there is nothing to suspect.
    ///
    /// # Errors
    /// Errors of writing, and what `hashing` says.
    pub fn distrust(&mut self, hashing: Hashing) -> Result<bool> {
        if self.trusted == self.kept {
            return Ok(false);
        }
        self.kept = self.trusted;
        self.synced = self.trusted;
        self.cut(self.trusted, hashing)?;
        Ok(true)
    }

    /// The sha256 of what is there.
    ///
    /// # Errors
    /// [`Error::Hash`] if the publisher's is another.
    pub fn verified(&self) -> Result<String> {
        self.hashes.clone().verified(&self.source)
    }

    /// Gives the file its name; nothing is left of the part.
    ///
    /// # Errors
    /// Errors of writing.
    pub fn finish(self) -> Result<()> {
        let path = part_path(&self.place);
        self.file.sync_all().map_err(|error| self.failed(error))?;
        // Windows does not rename what is open.
        drop(self.file);
        fs::rename(&path, &self.place).map_err(|error| Error::writing(&self.place, error))?;
        sync_folder(&self.place);
        discard(&self.place)
    }

    /// Removes the part.
    ///
    /// # Errors
    /// Errors of writing.
    pub fn discard(self) -> Result<()> {
        drop(self.file);
        discard(&self.place)
    }

    /// Keeps the first `length` bytes and hashes them.
    fn cut(&mut self, length: u64, hashing: Hashing) -> Result<()> {
        self.file.set_len(length).map_err(|error| self.failed(error))?;
        self.length = length;
        self.hashes = Hashes::new(&self.source);
        let path = part_path(&self.place);
        self.hashes.read(&mut self.file, length, hashing, &path)
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::writing(&part_path(&self.place), error)
    }
}

/// The sha256 of `place` if it is the whole of `source` already, and not just of its size.
///
/// # Errors
/// Errors of reading, and what `hashing` says.
pub fn complete(place: &Path, source: &Source, hashing: Hashing) -> Result<Option<String>> {
    let known = source.sha256.is_some() || source.git.is_some();
    if !known || !fs::symlink_metadata(place).is_ok_and(|data| data.is_file() && data.len() == source.bytes) {
        return Ok(None);
    }
    let mut hashes = Hashes::new(source);
    let mut file = File::open(place).map_err(|error| Error::writing(place, error))?;
    hashes.read(&mut file, source.bytes, hashing, place)?;
    Ok(hashes.verified(source).ok())
}

/// Bytes that need not be downloaded to get `place`, as far as one can tell without hashing.
pub fn bytes_kept(place: &Path, source: &Source) -> u64 {
    let length = |path: &Path| fs::metadata(path).map_or(0, |data| data.len());
    if length(place) == source.bytes {
        return source.bytes;
    }
    let known = read_state(place).is_some_and(|state| state.is_of(source));
    if known { length(&part_path(place)).min(source.bytes) } else { 0 }
}

/// Removes what is left of a part of `place`.
///
/// # Errors
/// Errors of writing.
pub fn discard(place: &Path) -> Result<()> {
    for path in [part_path(place), state_path(place)] {
        remove(&path).map_err(|error| Error::writing(&path, error))?;
    }
    Ok(())
}

impl State {
    fn new(source: &Source, synced: u64) -> Self {
        let Source { repository, file, commit, etag, sha256, bytes, .. } = source.clone();
        Self { repository, file, commit, etag, sha256, bytes, synced }
    }

    /// Whether the bytes are the same; then commits may differ.
    fn is_of(&self, source: &Source) -> bool {
        let same_hash = self.sha256.is_some() && self.sha256 == source.sha256;
        let same_etag = self.etag.is_some() && self.etag == source.etag && self.sha256 == source.sha256;
        let same_place = self.repository == source.repository && self.file == source.file;
        self.bytes == source.bytes && (same_hash || (same_etag && same_place))
    }
}

fn read_state(place: &Path) -> Option<State> {
    let mut text = Vec::new();
    File::open(state_path(place)).ok()?.take(limits::STATE_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Replaces the description whole.
fn write_state(place: &Path, source: &Source, synced: u64) -> Result<()> {
    let path = state_path(place);
    let new = with_ending(place, ".part.json.new");
    let write = || -> io::Result<()> {
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(&State::new(source, synced))?)?;
        file.sync_data()?;
        drop(file);
        fs::rename(&new, &path)
    };
    write().map_err(|error| Error::writing(&path, error))
}

fn part_path(place: &Path) -> PathBuf {
    with_ending(place, ".part")
}

fn state_path(place: &Path) -> PathBuf {
    with_ending(place, ".part.json")
}

fn with_ending(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a rename survive a power cut, where folders can be synced.
fn sync_folder(place: &Path) {
    if cfg!(unix)
        && let Some(folder) = place.parent()
        && let Ok(folder) = File::open(folder)
    {
        // The file is whole either way: without this, a power cut can only bring back its old name.
        drop(folder.sync_all());
    }
}

/// The running hashes of a file.
#[derive(Clone)]
struct Hashes {
    sha256: Sha256,
    /// Git's, where the server has no other: over a head with the size, then the bytes.
    git: Option<Sha1>,
}

impl Hashes {
    fn new(source: &Source) -> Self {
        let needed = source.sha256.is_none() && source.git.is_some();
        let git = needed.then(|| Sha1::new().chain_update(format!("blob {}\0", source.bytes)));
        Self { sha256: Sha256::new(), git }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        if let Some(git) = &mut self.git {
            git.update(bytes);
        }
    }

    /// Hashes the first `length` bytes of `file`, and leaves its position after them.
    fn read(&mut self, file: &mut File, length: u64, hashing: Hashing, path: &Path) -> Result<()> {
        let failed = |error| Error::writing(path, error);
        file.rewind().map_err(failed)?;
        let mut buffer = vec![0; limits::BLOCK_BYTES];
        let mut done = 0;
        while done < length {
            hashing(done, length)?;
            let block = buffer.len().min((length - done).try_into().unwrap_or(usize::MAX));
            file.read_exact(&mut buffer[..block]).map_err(failed)?;
            self.update(&buffer[..block]);
            done += block as u64;
        }
        if length > 0 { hashing(length, length) } else { Ok(()) }
    }

    fn verified(self, source: &Source) -> Result<String> {
        let sha256 = format!("{:x}", self.sha256.finalize());
        let git = self.git.map(|git| format!("{:x}", git.finalize()));
        let wrong = |expected: &str, found: String| {
            let expected = expected.to_owned();
            Err(Error::Hash { file: source.file.clone(), expected, found })
        };
        match (&source.sha256, &source.git, git) {
            (Some(expected), ..) if *expected != sha256 => wrong(expected, sha256),
            (None, Some(expected), Some(found)) if *expected != found => wrong(expected, found),
            _ => Ok(sha256),
        }
    }
}
