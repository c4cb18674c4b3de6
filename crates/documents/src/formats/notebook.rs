//! Jupyter notebooks (nbformat 3 and 4): the sources of Markdown cells, each a part of its own. Code, outputs and
//! metadata are left unchanged.

use std::collections::HashMap;
use std::ops::Range;

use crate::formats::json::tree::{self, Value};
use crate::formats::json::unescaped;
use crate::quoting::Quoting;
use crate::{Error, Result};

/// Whether JSON is a notebook.
pub(crate) fn is_notebook(text: &str) -> bool {
    text.contains("\"nbformat\"") && (text.contains("\"cells\"") || text.contains("\"worksheets\""))
}

/// A notebook and its Markdown cells.
#[derive(Debug)]
pub(crate) struct Notebook {
    source: String,
    cells: Vec<MarkdownCell>,
}

/// The source of a Markdown cell: one string, or a list of strings.
#[derive(Debug)]
struct MarkdownCell {
    name: String,
    /// The bytes of its strings, with their quotes.
    strings: Vec<Range<usize>>,
    is_list: bool,
}

impl Notebook {
    /// Reads a notebook.
    ///
    /// # Errors
    /// When the JSON is not well-formed, nested too deeply, or no notebook.
    pub fn read(source: String) -> Result<Self> {
        let root = tree::parse(&source)?;
        let all = root.get(&source, "cells").map(Value::items);
        let sheets = root.get(&source, "worksheets").map(Value::items);
        let cells: Vec<&Value> = match (all, sheets) {
            (Some(all), _) => all.iter().collect(),
            (None, Some(sheets)) => sheets.iter().flat_map(|sheet| cells(&source, sheet)).collect(),
            (None, None) if root.get(&source, "nbformat").is_some() => Vec::new(),
            (None, None) => return Err(Error::json(&source, 0)),
        };
        let read = |(index, cell): (usize, &&Value)| {
            let kind = cell.get(&source, "cell_type")?.inner()?;
            // A heading is a kind of cell before nbformat 4.
            let is_markdown = matches!(source.get(kind), Some("markdown" | "heading"));
            let text = cell.get(&source, "source").filter(|_| is_markdown)?;
            let is_list = !text.items().is_empty();
            let strings = if is_list { text.items() } else { std::slice::from_ref(text) };
            let strings = strings.iter().map(|string| string.inner().map(|_| string.range.clone()));
            Some(MarkdownCell {
                name: format!("cell {}", index + 1),
                strings: strings.collect::<Option<_>>()?,
                is_list,
            })
        };
        let cells = cells.iter().enumerate().filter_map(read).collect();
        Ok(Self { source, cells })
    }

    /// The name and the Markdown of each cell.
    ///
    /// # Errors
    /// [`Error::Json`] where a string has an invalid escape.
    pub fn texts(&self) -> Result<Vec<(String, String)>> {
        let text = |cell: &MarkdownCell| {
            let mut all = String::new();
            for string in &cell.strings {
                let text = unescaped(&self.source, string.start + 1..string.end - 1);
                all.push_str(text.ok_or_else(|| Error::json(&self.source, string.start))?.text());
            }
            Ok((cell.name.clone(), all))
        };
        self.cells.iter().map(text).collect()
    }

    /// The notebook with other Markdown in the named cells.
    pub fn written(&self, replaced: &[(&str, &str)]) -> String {
        let new: HashMap<&str, &str> = replaced.iter().copied().collect();
        let quoting = Quoting::json(&self.source);
        let mut out = String::with_capacity(self.source.len());
        let mut at = 0;
        for cell in &self.cells {
            let (Some(text), Some(first), Some(last)) =
                (new.get(&*cell.name), cell.strings.first(), cell.strings.last())
            else {
                continue;
            };
            out.push_str(self.slice(at..first.start));
            out.push_str(&self.cell(cell, text, quoting));
            at = last.end;
        }
        out.push_str(self.slice(at..self.source.len()));
        out
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.source.get(range).unwrap_or_default()
    }

    /// The strings of a cell with another text. Lines that it had before keep their bytes.
    fn cell(&self, cell: &MarkdownCell, text: &str, quoting: Quoting) -> String {
        let mut known: HashMap<String, &str> = HashMap::new();
        for raw in cell.strings.iter().flat_map(|string| self.raw_lines(string.start + 1..string.end - 1)) {
            if let Some(line) = unescaped(&self.source, raw.clone()) {
                known.insert(line.text().to_owned(), self.slice(raw));
            }
        }
        let written = |line: &str| match known.get(line) {
            Some(raw) => (*raw).to_owned(),
            None => escaped(line, quoting),
        };
        let lines: Vec<String> = text.split_inclusive('\n').map(written).collect();
        if !cell.is_list {
            return format!("\"{}\"", lines.concat());
        }
        let first = cell.strings.first().map_or(0, |first| first.start);
        let gap = match cell.strings.get(..2) {
            Some([one, two]) => self.slice(one.end..two.start).to_owned(),
            _ => {
                let before = self.slice(0..first);
                format!(",{}", before.get(before.trim_end().len()..).unwrap_or_default())
            }
        };
        format!("\"{}\"", lines.join(&format!("\"{gap}\"")))
    }

    /// The bytes of each line of a string, with the escape of its line end.
    fn raw_lines(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let (mut lines, mut start, mut escape) = (Vec::new(), range.start, false);
        for (at, byte) in self.slice(range.clone()).bytes().enumerate() {
            let ends = escape && byte == b'n';
            escape = !escape && byte == b'\\';
            if ends {
                let end = range.start + at + 1;
                lines.push(std::mem::replace(&mut start, end)..end);
            }
        }
        if start < range.end {
            lines.push(start..range.end);
        }
        lines
    }
}

/// The cells of a worksheet.
fn cells<'v>(source: &str, sheet: &'v Value) -> &'v [Value] {
    sheet.get(source, "cells").map(Value::items).unwrap_or_default()
}

/// A line of Markdown as a notebook's programs write it.
fn escaped(line: &str, quoting: Quoting) -> String {
    let parts = line.split_inclusive(['\n', '\r', '\t']).map(|part| {
        let (text, end) = match part.as_bytes().last() {
            Some(b'\n') => (part.trim_end_matches('\n'), "\\n"),
            Some(b'\r') => (part.trim_end_matches('\r'), "\\r"),
            Some(b'\t') => (part.trim_end_matches('\t'), "\\t"),
            _ => (part, ""),
        };
        quoting.escape(text) + end
    });
    parts.collect()
}
