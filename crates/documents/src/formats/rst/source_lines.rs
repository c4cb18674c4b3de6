//! The lines of a document in reStructuredText, with their indentation.

use std::ops::Range;

use crate::formats::text;

/// Columns of a tab.
const TAB: usize = 8;

/// A line without the whitespace around its text.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Bytes of the document.
    pub text: Range<usize>,
    /// Columns before the text.
    pub indent: usize,
}

impl Line {
    pub fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}

/// The lines of a document.
pub(super) fn lines(source: &str) -> Vec<Line> {
    let line = |range: Range<usize>| {
        let line = source.get(range.clone()).unwrap_or_default();
        let text = line.trim_start();
        let start = range.end - text.len();
        let mut indent = 0;
        for c in line.get(..line.len() - text.len()).unwrap_or_default().chars() {
            indent += if c == '\t' { TAB - indent % TAB } else { 1 };
        }
        Line { text: start..start + text.trim_end().len(), indent }
    };
    text::lines(source).map(line).collect()
}
