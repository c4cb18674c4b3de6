//! What can go wrong with a corpus: one variant a cause, the user's data last in the message.

use std::io;
use std::path::PathBuf;

/// The result of everything fallible in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a corpus could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read.
    #[error("a file of text cannot be read; check that it exists and may be read ({source}): {}", path.display())]
    Read {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A gz or xz file that does not unpack, or asks for more memory than [`limits::XZ_KIB`](crate::limits::XZ_KIB).
    #[error(
        "a compressed file is damaged, cut off or needs too much memory to unpack; download it again, or unpack it with gzip or xz ({source}): {}", path.display()
    )]
    Compressed {
        /// What the unpacker says.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// A compressed file that grows more than [`limits::INFLATION`](crate::limits::INFLATION) times.
    #[error("a compressed file unpacks to more than {limit} times its size, which no text does; remove it: {}", path.display())]
    Inflation {
        /// Times allowed.
        limit: u64,
        /// The file.
        path: PathBuf,
    },
    /// Text in another encoding. UTF-16 is read where a byte order mark announces it.
    #[error(
        "the text is not UTF-8; save it again in a text editor with the encoding UTF-8 (first wrong byte: {offset}, in line {line}): {}", path.display()
    )]
    NotUtf8 {
        /// Bytes of the unpacked text before the first wrong one.
        offset: u64,
        /// The line, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// Zero bytes, which no text has.
    #[error(
        "this is not text but binary data; unpack archives first and choose the text in them (line {line}): {}", path.display()
    )]
    Binary {
        /// The line, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// More bytes in a line than [`limits::LINE_BYTES`](crate::limits::LINE_BYTES).
    #[error(
        "line {line} has more than {limit} bytes; put one sentence or paragraph on a line: {}", path.display()
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
        "there is more text than the {limit} bytes that are held at once; draw a number of sentences while it is read"
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
        /// The higher one of the two columns wanted, from 1.
        column: usize,
        /// The first line without it, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// Two files that should go line by line, but have different numbers of lines.
    #[error(
        "the two files of a pair must have as many lines as each other, not {source_lines} and {target_lines}; choose the right files, or align them again (they begin \"{source_begins}\" and \"{target_begins}\"): {} and {}", source_path.display(), target_path.display()
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
    /// A TMX file that is not well-formed XML, or breaks a cap.
    #[error("line {line} of a TMX file is broken; export it again from your translation memory ({reason}): {}", path.display())]
    Tmx {
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A TMX file without one unit in both languages.
    #[error(
        "no unit of this TMX file has both {source_language} and {target_language}, only: {found}; name languages that it has: {}", path.display()
    )]
    NoUnits {
        /// The source language asked for.
        source_language: String,
        /// The target language asked for.
        target_language: String,
        /// The languages that are there.
        found: String,
        /// The file.
        path: PathBuf,
    },
    /// A test set in SGML whose segment does not end.
    #[error("a segment of this SGML file does not end; download it again (it begins in line {line}): {}", path.display())]
    Sgml {
        /// The line, from 1.
        line: u64,
        /// The file.
        path: PathBuf,
    },
    /// A file of the Asian Language Treebank that is not where it should be.
    #[error(
        "the ALT corpus needs the file {file}; unpack ALT-Parallel-Corpus-20191206.zip and put URL-train.txt, URL-dev.txt and URL-test.txt beside it, in: {}", directory.display()
    )]
    AltFile {
        /// Its name.
        file: String,
        /// Where it was looked for, one level deep.
        directory: PathBuf,
    },
    /// A line of the Asian Language Treebank in another form.
    #[error(
        "line {line} does not begin with {form} and a tab, as ALT's files do; download the corpus again: {}", path.display()
    )]
    AltLine {
        /// The line, from 1.
        line: u64,
        /// What it should begin with.
        form: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Fewer sentences than should be held out.
    #[error(
        "{wanted} sentences cannot be held out, since nothing would be left to train on; hold out fewer than {available}"
    )]
    TooFew {
        /// Sentences asked for.
        wanted: usize,
        /// Sentences there are.
        available: usize,
    },
}
