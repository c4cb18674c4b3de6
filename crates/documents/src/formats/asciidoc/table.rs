//! Tables of AsciiDoc: cells after bars.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::AsciiDocParser;
use super::escape::AsciiDocText;
use crate::formats::text;
use crate::left_alone::Place;

/// Tables in cells of tables.
const TABLE_DEPTH: usize = 2;

impl AsciiDocParser<'_> {
    /// The cells of a table.
    pub(super) fn table(&mut self, range: Range<usize>, bar: char, attributes: &str) {
        if self.depth >= TABLE_DEPTH {
            return self.found.leave(Place::CrowdedText, self.slice(range));
        }
        let outer = std::mem::replace(&mut self.cell, true);
        self.depth += 1;
        for cell in cells(self.source, range, bar, attributes) {
            let lines: Vec<Range<usize>> = text::lines(self.slice(cell.text.clone()))
                .map(|line| cell.text.start + line.start..cell.text.start + line.end)
                .collect();
            match cell.style {
                Some('a') => {
                    let open = std::mem::take(&mut self.open);
                    self.lines(&lines, false);
                    self.open = open;
                }
                Some('l' | 'm') => {}
                _ => {
                    let source = self.source;
                    let is_blank = |line: &Range<usize>| {
                        source.get(line.clone()).is_none_or(|line| line.trim().is_empty())
                    };
                    for paragraph in lines.split(is_blank) {
                        if let (Some(first), Some(last)) = (paragraph.first(), paragraph.last()) {
                            self.add(first.start..last.end, AsciiDocText::Paragraph { linked: false }, false);
                        }
                    }
                }
            }
        }
        self.depth -= 1;
        self.cell = outer;
    }
}

/// A cell with its text and how it is read.
#[derive(Debug)]
struct Cell {
    text: Range<usize>,
    style: Option<char>,
}

/// What stands right before a cell's bar: how often it is repeated or how many columns it covers, its alignment, its style.
static SPEC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:(\d+)?(?:\.\d+)?[*+])?(?:[<^>](?:\.[<^>])?|\.[<^>])?([a-z])?$").ok());

/// The cells in `range`, whose bars are `bar`; `attributes` are those of the table.
fn cells(source: &str, range: Range<usize>, bar: char, attributes: &str) -> Vec<Cell> {
    let styles = column_styles(attributes);
    let text = source.get(range.clone()).unwrap_or_default();
    let mut cells: Vec<Cell> = Vec::new();
    let mut column = 0;
    for (at, _) in text.match_indices(bar) {
        let before = text.get(..at).unwrap_or_default();
        if before.ends_with('\\') {
            continue;
        }
        let word = before.rfind(|c: char| c.is_whitespace() || c == bar).map_or(0, |at| at + 1);
        // A tab or a space may be wider than a byte.
        let word = if before.is_char_boundary(word) { word } else { at };
        let spec = SPEC.as_ref().and_then(|spec| spec.captures(before.get(word..).unwrap_or_default()));
        let end = if spec.is_some() { word } else { at };
        if let Some(last) = cells.last_mut() {
            last.text.end = range.start + end;
        }
        let group = |index: usize| spec.as_ref().and_then(|spec| spec.get(index)).map(|found| found.as_str());
        let style = group(2).and_then(|style| style.chars().next());
        let style = style.or_else(|| styles.get(column % styles.len().max(1)).copied().flatten());
        cells.push(Cell { text: range.start + at + bar.len_utf8()..range.end, style });
        column += group(1).and_then(|count| count.parse::<usize>().ok()).unwrap_or(1).min(64);
    }
    for cell in &mut cells {
        let text = source.get(cell.text.clone()).unwrap_or_default();
        let start = cell.text.start + text.len() - text.trim_start().len();
        cell.text = start..start + text.trim().len();
    }
    cells
}

/// The styles of the columns, `cols="1,2a"`.
fn column_styles(attributes: &str) -> Vec<Option<char>> {
    let Some((_, value)) = attributes.split_once("cols=") else { return Vec::new() };
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split([',', ']']).next(),
    };
    let mut styles = Vec::new();
    for column in value.unwrap_or_default().split([',', ';']) {
        let column = column.trim();
        let (count, spec) = column.split_once('*').unwrap_or(("1", column));
        let style = spec.chars().next_back().filter(char::is_ascii_lowercase);
        styles.extend(std::iter::repeat_n(style, count.parse::<usize>().unwrap_or(1).min(64)));
    }
    styles
}
