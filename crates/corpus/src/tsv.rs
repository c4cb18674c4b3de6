//! Sentence pairs in tab-separated lines.

use crate::sentence_reader::{ReadSummary, SentenceReader};
use crate::text_file::TextFile;
use crate::{Error, Result, limits};

pub(crate) struct Tsv {
    text: TextFile,
    columns: [usize; 2],
    /// The first line that lacks a column, and the number of such lines.
    malformed: Option<(u64, u64)>,
}

impl Tsv {
    pub fn new(text: TextFile, columns: [usize; 2]) -> Self {
        Self { text, columns, malformed: None }
    }

    /// The two columns of the current line. An empty line is an empty pair, so that line numbers stay aligned.
    fn cells(&self) -> Option<[&str; 2]> {
        let line = self.text.line();
        if line.is_empty() {
            return Some(["", ""]);
        }
        let [source, target] = self.columns.map(|column| line.split('\t').nth(column));
        Some([source?, target?])
    }
}

impl SentenceReader<2> for Tsv {
    fn advance(&mut self) -> Result<bool> {
        while self.text.advance()? {
            if self.cells().is_some() {
                return Ok(true);
            }
            let (_, count) = self.malformed.get_or_insert((self.text.lines, 0));
            *count += 1;
        }
        match self.malformed {
            Some((line, malformed)) if malformed * 100 > self.text.lines * limits::MALFORMED_PERCENT => {
                Err(Error::Columns {
                    malformed,
                    lines: self.text.lines,
                    column: self.columns.into_iter().max().unwrap_or(0) + 1,
                    line,
                    path: self.text.path.clone(),
                })
            }
            _ => Ok(false),
        }
    }

    fn text(&self) -> [&str; 2] {
        self.cells().unwrap_or_default()
    }

    fn progress(&self) -> (u64, u64) {
        self.text.progress()
    }

    fn finish(self: Box<Self>) -> ReadSummary {
        let skipped = self.malformed.map_or(0, |(_, count)| count);
        ReadSummary { sentences: self.text.lines - skipped, skipped, files: vec![self.text] }
    }
}
