//! Reads a file as lines of UTF-8: decompresses it, strips the byte order mark, limits its size and hashes its bytes.

use crate::corpus::SourceFile;
use crate::{Error, Result, limits};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

const BUFFER_BYTES: usize = 64 << 10;
/// Bytes at the beginning of a file from which its format is detected.
const HEAD_BYTES: u64 = 4 << 10;

const GZ_MAGIC: &[u8] = &[0x1f, 0x8b];
const XZ_MAGIC: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// A text file being read.
pub(crate) struct TextFile {
    pub path: PathBuf,
    /// Number of lines read.
    pub lines: u64,
    raw: Raw,
    total_bytes: u64,
    head: Vec<u8>,
    reader: BufReader<Box<dyn Read>>,
    /// Decompressed bytes before the next line.
    offset: u64,
    line: String,
}

impl TextFile {
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::Read { source, path: path.to_owned() };
        let file = File::open(path).map_err(failed)?;
        let total_bytes = file.metadata().map_err(failed)?.len();
        let raw = Raw(Rc::new(RefCell::new(HashedFile { file, hash: Sha256::new(), bytes: 0 })));
        let mut compressed = BufReader::with_capacity(BUFFER_BYTES, raw.clone());
        let magic = compressed.fill_buf().map_err(failed)?;
        let decompressed: Box<dyn Read> = if magic.starts_with(GZ_MAGIC) {
            Box::new(Capped { inner: MultiGzDecoder::new(compressed), raw: raw.clone(), bytes: 0 })
        } else if magic.starts_with(XZ_MAGIC) {
            let reader = XzReader::new_mem_limit(compressed, true, limits::XZ_KIB);
            Box::new(Capped { inner: reader, raw: raw.clone(), bytes: 0 })
        } else {
            Box::new(compressed)
        };
        let mut decoder = DecodeReaderBytesBuilder::new();
        let mut text = decoder.utf8_passthru(true).strip_bom(true).build(decompressed);
        let mut head = Vec::new();
        let taken = text.by_ref().take(HEAD_BYTES).read_to_end(&mut head);
        let rest: Box<dyn Read> = Box::new(Cursor::new(head.clone()).chain(text));
        let reader = BufReader::with_capacity(BUFFER_BYTES, rest);
        let text = Self {
            path: path.to_owned(),
            lines: 0,
            raw,
            total_bytes,
            head,
            reader,
            offset: 0,
            line: String::new(),
        };
        match taken {
            Ok(_) => Ok(text),
            Err(error) => Err(text.error(error)),
        }
    }

    /// The beginning of the file.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Reads the next line, which [`Self::line`] then returns; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        let mut bytes = std::mem::take(&mut self.line).into_bytes();
        bytes.clear();
        let longest = limits::LINE_BYTES as u64 + 2;
        let read = match self.reader.by_ref().take(longest).read_until(b'\n', &mut bytes) {
            Ok(read) => read,
            Err(error) => return Err(self.error(error)),
        };
        if read == 0 {
            return Ok(false);
        }
        self.lines += 1;
        let line = self.lines;
        while bytes.pop_if(|byte| matches!(byte, b'\n' | b'\r')).is_some() {}
        if bytes.len() > limits::LINE_BYTES {
            return Err(Error::LineTooLong { line, limit: limits::LINE_BYTES, path: self.path.clone() });
        }
        if bytes.contains(&0) {
            return Err(Error::Binary { line, path: self.path.clone() });
        }
        self.line = String::from_utf8(bytes).map_err(|error| {
            let offset = self.offset + error.utf8_error().valid_up_to() as u64;
            Error::NotUtf8 { offset, line, path: self.path.clone() }
        })?;
        self.offset += read as u64;
        Ok(true)
    }

    /// The line that was read last, without its line break.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Bytes read of the file on disk, and its size.
    pub fn progress(&self) -> (u64, u64) {
        (self.raw.0.borrow().bytes, self.total_bytes)
    }

    /// Reads the rest of the file, so that all of it is hashed.
    pub fn finish(mut self) -> Result<SourceFile> {
        io::copy(&mut self.raw, &mut io::sink()).map_err(|error| self.error(error))?;
        let raw = self.raw.0.borrow();
        let sha256 = raw.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(SourceFile { path: self.path.clone(), sha256, bytes: raw.bytes })
    }

    /// Converts an error of the reader into one for the user.
    pub fn error(&self, source: io::Error) -> Error {
        let path = self.path.clone();
        if source.get_ref().is_some_and(|inner| inner.is::<Inflated>()) {
            return Error::Inflation { limit: limits::INFLATION, path };
        }
        // Errors of the operating system have a number; all others come from decompression.
        match source.raw_os_error() {
            Some(_) => Error::Read { source, path },
            None => Error::Compressed { source, path },
        }
    }
}

/// For formats that are not line-based.
impl Read for TextFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.reader.read(bytes)
    }
}

impl BufRead for TextFile {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
    }
}

struct HashedFile {
    file: File,
    hash: Sha256,
    bytes: u64,
}

/// The file on disk. Shared, because decompressors own their input.
#[derive(Clone)]
struct Raw(Rc<RefCell<HashedFile>>);

impl Read for Raw {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut raw = self.0.borrow_mut();
        let read = raw.file.read(bytes)?;
        raw.hash.update(bytes.get(..read).unwrap_or_default());
        raw.bytes += read as u64;
        Ok(read)
    }
}

/// A decompressor with a limit on how much larger than the file its output becomes.
struct Capped<R> {
    inner: R,
    raw: Raw,
    bytes: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.bytes += read as u64;
        let limit = self.raw.0.borrow().bytes.saturating_mul(limits::INFLATION);
        if self.bytes > limit.saturating_add(limits::INFLATION_FREE_BYTES) {
            return Err(io::Error::other(Inflated));
        }
        Ok(read)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("decompressed size exceeds the limit")]
struct Inflated;
