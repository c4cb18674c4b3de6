//! What every file format has in common: how it is detected and how its sentences are read.

use crate::Result;
use crate::text_file::TextFile;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Lines,
    Tmx,
    Sgml,
}

impl Format {
    /// Detects the format from the first bytes of a file.
    pub fn of(head: &[u8]) -> Self {
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let head = head.trim_start();
        if !head.starts_with('<') {
            Self::Lines
        } else if ["<srcset", "<refset", "<tstset"].iter().any(|tag| head.contains(tag)) {
            Self::Sgml
        } else if ["<?xml", "<!doctype", "<tmx"].iter().any(|begin| head.starts_with(begin)) {
            Self::Tmx
        } else {
            Self::Lines
        }
    }
}

/// Reads the sentences of one input one by one.
pub(crate) trait SentenceReader<const N: usize> {
    /// Advances to the next sentence; false at the end.
    fn advance(&mut self) -> Result<bool>;
    /// The current sentence in every language.
    fn text(&self) -> [&str; N];
    /// Bytes read of the files on disk, and their total size.
    fn progress(&self) -> (u64, u64);
    /// Returns the totals after the last sentence.
    fn finish(self: Box<Self>) -> ReadSummary;
}

/// Totals of an input that was read to its end.
pub(crate) struct ReadSummary {
    pub sentences: u64,
    pub skipped: u64,
    pub files: Vec<TextFile>,
}
