//! Reads source files: regular files only, and never more than a limit.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::{Error, Result, SourceFile, limits};

/// Shared bytes: a mapped file or embedded data.
pub type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// An open source file, with its size and modification time when it was opened.
pub(crate) struct InputFile {
    pub path: PathBuf,
    pub file: File,
    metadata: Metadata,
}

impl InputFile {
    /// Opens a regular file; refuses a folder, pipe or device before it could block.
    pub fn open(path: &Path) -> Result<Self> {
        let read_error = |source| Error::Read { source, path: path.into() };
        if !std::fs::metadata(path).map_err(read_error)?.is_file() {
            return Err(read_error(std::io::Error::other("not a regular file")));
        }
        let file = File::open(path).map_err(read_error)?;
        let metadata = file.metadata().map_err(read_error)?;
        Ok(Self { path: path.into(), file, metadata })
    }

    /// Size in bytes when the file was opened.
    pub fn len(&self) -> u64 {
        self.metadata.len()
    }

    /// The name without folders.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Fills `bytes` from `offset` on.
    pub fn read_at(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.read_exact(bytes))
            .map_err(|source| Error::Read { source, path: self.path.clone() })
    }

    /// Hashes the whole file; `advance` receives the bytes of every chunk.
    pub fn hash(&self, advance: &mut dyn FnMut(u64) -> Result<()>) -> Result<SourceFile> {
        let mut hash = Sha256::new();
        let mut chunk = vec![0; limits::CHUNK_BYTES];
        let mut offset = 0;
        while offset < self.len() {
            let wanted = (self.len() - offset).min(chunk.len() as u64);
            let bytes = &mut chunk[..wanted as usize];
            self.read_at(offset, bytes)?;
            hash.update(&*bytes);
            offset += wanted;
            advance(wanted)?;
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(SourceFile { file: self.name(), sha256 })
    }

    /// Fails if the file on disk has changed since it was opened.
    pub fn check_unchanged(&self) -> Result<()> {
        let read_error = |source| Error::Read { source, path: self.path.clone() };
        let now = std::fs::metadata(&self.path).map_err(read_error)?;
        // On file systems without modification times only the size counts.
        let same_time = match (now.modified(), self.metadata.modified()) {
            (Ok(now), Ok(then)) => now == then,
            _ => true,
        };
        if now.len() == self.len() && same_time {
            return Ok(());
        }
        Err(Error::SourceChanged { path: self.path.clone() })
    }
}

/// Reads a whole small file; `None` if it does not exist.
pub(crate) fn read_small(path: &Path, what: &'static str, limit: u64) -> Result<Option<Vec<u8>>> {
    if !path.exists() {
        return Ok(None);
    }
    let input = InputFile::open(path)?;
    if input.len() > limit {
        return Err(Error::TooLarge { what, limit, found: input.len() });
    }
    let mut bytes = Vec::new();
    let read = (&input.file).take(limit).read_to_end(&mut bytes);
    read.map_err(|source| Error::Read { source, path: path.into() })?;
    Ok(Some(bytes))
}

/// Reads a small JSON file; `None` if it does not exist.
pub(crate) fn read_json<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
    limit: u64,
) -> Result<Option<T>> {
    let Some(bytes) = read_small(path, what, limit)? else {
        return Ok(None);
    };
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::Json { reason: error.to_string(), file })
}
