//! A file as lines of UTF-8: unpacked, its byte order mark taken off, its size capped, its bytes hashed on the way.

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
/// Bytes of a file's beginning by which its format is told.
const HEAD_BYTES: u64 = 4 << 10;

const GZ_MAGIC: &[u8] = &[0x1f, 0x8b];
const XZ_MAGIC: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// A file of text being read.
pub(crate) struct TextFile {
    pub path: PathBuf,
    /// The lines read.
    pub lines: u64,
    raw: Raw,
    total_bytes: u64,
    head: Vec<u8>,
    reader: BufReader<Box<dyn Read>>,
    /// Unpacked bytes before the next line.
    offset: u64,
    line: String,
}

impl TextFile {
    pub fn open(path: &Path) -> Result<Self> {
        let refused = |source| Error::Read { source, path: path.to_owned() };
        let file = File::open(path).map_err(refused)?;
        let total_bytes = file.metadata().map_err(refused)?.len();
        let raw = Raw(Rc::new(RefCell::new(Hashed { file, hash: Sha256::new(), bytes: 0 })));
        let mut packed = BufReader::with_capacity(BUFFER_BYTES, raw.clone());
        let magic = packed.fill_buf().map_err(refused)?;
        let unpacked: Box<dyn Read> = if magic.starts_with(GZ_MAGIC) {
            Box::new(Capped { inner: MultiGzDecoder::new(packed), raw: raw.clone(), bytes: 0 })
        } else if magic.starts_with(XZ_MAGIC) {
            let reader = XzReader::new_mem_limit(packed, true, limits::XZ_KIB);
            Box::new(Capped { inner: reader, raw: raw.clone(), bytes: 0 })
        } else {
            Box::new(packed)
        };
        let mut decoder = DecodeReaderBytesBuilder::new();
        let mut text = decoder.utf8_passthru(true).strip_bom(true).build(unpacked);
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

    /// Reads the next line, which [`Self::line`] then is; false at the end.
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

    /// The line that was read last, without its end.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Bytes read of the file as it lies on disk, and its size.
    pub fn progress(&self) -> (u64, u64) {
        (self.raw.0.borrow().bytes, self.total_bytes)
    }

    /// Reads what is left of the file, so that all of it is hashed.
    pub fn finish(mut self) -> Result<SourceFile> {
        io::copy(&mut self.raw, &mut io::sink()).map_err(|error| self.error(error))?;
        let raw = self.raw.0.borrow();
        let sha256 = raw.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(SourceFile { path: self.path.clone(), sha256, bytes: raw.bytes })
    }

    /// What an error of the reader means to the user.
    pub fn error(&self, source: io::Error) -> Error {
        let path = self.path.clone();
        if source.get_ref().is_some_and(|inner| inner.is::<Inflated>()) {
            return Error::Inflation { limit: limits::INFLATION, path };
        }
        // What the operating system says has a number; what is left comes from unpacking.
        match source.raw_os_error() {
            Some(_) => Error::Read { source, path },
            None => Error::Compressed { source, path },
        }
    }
}

/// For formats that are not made of lines.
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

struct Hashed {
    file: File,
    hash: Sha256,
    bytes: u64,
}

/// The file as it lies on disk. Shared, since unpackers own what they read from and keep it.
#[derive(Clone)]
struct Raw(Rc<RefCell<Hashed>>);

impl Read for Raw {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut raw = self.0.borrow_mut();
        let read = raw.file.read(bytes)?;
        raw.hash.update(bytes.get(..read).unwrap_or_default());
        raw.bytes += read as u64;
        Ok(read)
    }
}

/// An unpacker that stops where its file grows as no text does.
struct Capped<R> {
    inner: R,
    raw: Raw,
    bytes: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.bytes += read as u64;
        let most = self.raw.0.borrow().bytes.saturating_mul(limits::INFLATION);
        if self.bytes > most.saturating_add(limits::INFLATION_FREE_BYTES) {
            return Err(io::Error::other(Inflated));
        }
        Ok(read)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unpacks to more than any text does")]
struct Inflated;
