//! Errors of reading a corpus.

use std::io;
use std::path::PathBuf;

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system could not read the file.
    #[error("cannot read the text file; check that it exists and is readable ({source}): {}", path.display())]
    Read {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A gz or xz file that is damaged or needs more memory than [`limits::XZ_KIB`](crate::limits::XZ_KIB).
    #[error(
        "the compressed file is damaged, truncated or needs too much memory to decompress; download it again, or decompress it with gzip or xz ({source}): {}", path.display()
    )]
    Compressed {
        /// The error of the decompressor.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A compressed file whose content is more than [`limits::INFLATION`](crate::limits::INFLATION) times larger.
    #[error("the decompressed size exceeds the limit of {limit} times the file's size; decompress the file yourself if it is text: {}", path.display())]
    Inflation {
        /// The limit.
        limit: u64,
        /// The file.
        path: PathBuf,
    },
    /// Text in another encoding. UTF-16 is read if it has a byte order mark.
    #[error(
        "the text is not UTF-8; save it again in a text editor with the encoding UTF-8 (first invalid byte: {offset}, in line {line}): {}", path.display()
    )]
    NotUtf8 {
        /// Bytes of the decompressed text before the first invalid one.
        offset: u64,
        /// The line, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// Zero bytes, which do not occur in text.
    #[error(
        "this file is binary, not text; unpack archives first and choose the text file in them (line {line}): {}", path.display()
    )]
    Binary {
        /// The line, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// More bytes in a line than [`limits::LINE_BYTES`](crate::limits::LINE_BYTES).
    #[error(
        "line {line} has more than {limit} bytes; put one sentence or paragraph on each line: {}", path.display()
    )]
    LineTooLong {
        /// The line, from 1.
        line: u64,
        /// Bytes allowed.
        limit: usize,
        /// The file.
        path: PathBuf,
    },
    /// More text than [`limits::TEXT_BYTES`](crate::limits::TEXT_BYTES).
    #[error(
        "the text exceeds the limit of {limit} bytes in memory; sample a number of sentences during reading"
    )]
    TooMuchText {
        /// Bytes allowed.
        limit: usize,
    },
    /// Lines without a tab between source and target.
    #[error(
        "{malformed} of {lines} lines have no column {column}; write a tab between source and target, or name the columns (first such line: {line}): {}", path.display()
    )]
    Columns {
        /// Lines without it.
        malformed: u64,
        /// Lines of the file.
        lines: u64,
        /// The higher of the two column numbers, from 1.
        column: usize,
        /// The first line without it, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// Two parallel files with different numbers of lines.
    #[error(
        "the two parallel files must have the same number of lines, not {source_lines} and {target_lines}; choose the right files, or align them again (they begin \"{source_begins}\" and \"{target_begins}\"): {} and {}", source_path.display(), target_path.display()
    )]
    Uneven {
        /// Lines of the source's file.
        source_lines: u64,
        /// Lines of the target's file.
        target_lines: u64,
        /// The source's first line, cut short.
        source_begins: String,
        /// The target's first line, cut short.
        target_begins: String,
        /// The source's file.
        source_path: PathBuf,
        /// The target's file.
        target_path: PathBuf,
    },
    /// A TMX file that is not well-formed XML or exceeds a limit.
    #[error("line {line} of the TMX file is invalid; export it again from your translation memory ({reason}): {}", path.display())]
    Tmx {
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A TMX file without a unit in both languages.
    #[error(
        "no unit of this TMX file has both {source_language} and {target_language}, only: {found}; choose languages that it contains: {}", path.display()
    )]
    NoUnits {
        /// The source language asked for.
        source_language: String,
        /// The target language asked for.
        target_language: String,
        /// The languages of the file.
        found: String,
        /// The file.
        path: PathBuf,
    },
    /// An SGML test set with an unclosed segment.
    #[error("a segment of this SGML file is not closed; download it again (the segment begins in line {line}): {}", path.display())]
    Sgml {
        /// The line, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// A missing file of the Asian Language Treebank.
    #[error(
        "the ALT corpus needs the file {file}; unpack ALT-Parallel-Corpus-20191206.zip and put URL-train.txt, URL-dev.txt and URL-test.txt beside it, in: {}", directory.display()
    )]
    AltFile {
        /// Its name.
        file: String,
        /// The folder that was searched, one level deep.
        directory: PathBuf,
    },
    /// A malformed line of the Asian Language Treebank.
    #[error(
        "line {line} does not begin with {form} and a tab as ALT's files do; download the corpus again: {}", path.display()
    )]
    AltLine {
        /// The line, from 1.
        line: u64,
        /// The expected beginning.
        form: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Too few sentences to hold some out.
    #[error(
        "cannot hold out {wanted} sentences, because none would be left to train on; hold out fewer than {available}"
    )]
    TooFew {
        /// Sentences to hold out.
        wanted: usize,
        /// Sentences available.
        available: usize,
    },
}
