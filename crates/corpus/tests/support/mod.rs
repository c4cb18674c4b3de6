//! Creates and reads the files of a test.
#![allow(dead_code, reason = "each test program uses a part")]

use corpus::{Input, PairOptions, ParallelCorpus, Result, read_pairs};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder that is deleted when the test ends.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

pub fn de_en() -> PairOptions {
    PairOptions::new("de", "en")
}

/// Reads one file of German and English.
pub fn read(path: &Path) -> Result<ParallelCorpus> {
    read_pairs(&[Input::File(path.to_owned())], &de_en(), &mut |_| {})
}

/// Reads two parallel files.
pub fn read_two(source: &Path, target: &Path) -> Result<ParallelCorpus> {
    read_pairs(&[Input::Files(source.to_owned(), target.to_owned())], &de_en(), &mut |_| {})
}

pub fn sides(pairs: &ParallelCorpus) -> Vec<(&str, &str)> {
    pairs.entries().iter().map(|pair| (pair.source(), pair.target())).collect()
}

/// The pairs of a TSV file with this text.
pub fn pairs(text: &str) -> ParallelCorpus {
    let folder = Folder::new();
    read(&folder.write("pairs.tsv", text)).unwrap()
}

/// The error message.
pub fn message<T>(result: Result<T>) -> String {
    result.err().expect("an error").to_string()
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Uses a small dictionary, which is faster for thousands of fuzzed files.
pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// `text` in UTF-16 with its byte order mark, little-endian as Windows writes it.
pub fn utf_16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}
