//! CSV and TSV: the cells of columns that hold text are blocks; quotes and line ends are preserved.

use std::ops::Range;

use crate::encoding::Encoding;
use crate::error::Result;
use crate::escaping::Escaping;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::quoting::Quoting;
use crate::slot::ParsedBlock;
use crate::strings::{Unescaped, is_code, is_prose, quoted_size};

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Bytes at the start of the file from which the delimiter is detected.
const SNIFFED_BYTES: usize = 1 << 16;

/// The longest column title of a header, in characters.
const TITLE_CHARS: usize = 40;

/// The longest sample of a column, in characters.
const SAMPLE_CHARS: usize = 60;

/// A column of a table, for a person who chooses those to translate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its title in the header row; empty without a header.
    pub title: String,
    /// The beginning of its first cell that is not empty.
    pub sample: String,
    /// Whether it is translated unless columns are chosen.
    pub has_text: bool,
}

/// The columns of a CSV or TSV file, in order.
///
/// # Errors
/// Bytes in no known encoding.
pub fn table_columns(bytes: &[u8]) -> Result<Vec<TableColumn>> {
    let (_, source) = Encoding::read(bytes)?;
    let cells = cells(&source, delimiter(&source));
    let text = |cell: &Cell| source.get(cell.range.clone()).unwrap_or_default();
    let has_header = is_header(&cells, &text);
    let is_body = |cell: &&Cell| !has_header || cell.row > 0;
    let has_text = text_columns(cells.iter().filter(is_body), &text);
    let width = cells.iter().map(|cell| cell.column + 1).max().unwrap_or_default();
    let column = |at: usize| TableColumn {
        title: String::new(),
        sample: String::new(),
        has_text: has_text.get(at).copied().unwrap_or(false),
    };
    let mut columns: Vec<TableColumn> = (0..width).map(column).collect();
    for cell in &cells {
        let Some(column) = columns.get_mut(cell.column) else { continue };
        let place = if is_body(&cell) { &mut column.sample } else { &mut column.title };
        if place.is_empty() {
            let one_line = text(cell).split_whitespace().collect::<Vec<_>>().join(" ");
            *place = one_line.chars().take(SAMPLE_CHARS).collect();
        }
    }
    Ok(columns)
}

/// A cell of a table.
#[derive(Debug)]
struct Cell {
    row: usize,
    column: usize,
    /// Bytes of its content, without quotes.
    range: Range<usize>,
    quoted: bool,
}

/// The blocks of the given `columns`, or of those that hold text. A header row is left unchanged, since programs look
/// up columns by it.
pub(crate) fn parse(source: &str, columns: Option<&[usize]>) -> Parsed {
    let delimiter = delimiter(source);
    let cells = cells(source, delimiter);
    let text = |cell: &Cell| source.get(cell.range.clone()).unwrap_or_default();
    let has_header = is_header(&cells, &text);
    let is_body = |cell: &&Cell| !has_header || cell.row > 0;
    let wanted: Vec<bool> = match columns {
        Some(columns) => {
            let width =
                columns.iter().filter(|column| cells.iter().any(|cell| cell.column == **column)).max();
            (0..width.map_or(0, |last| last + 1)).map(|column| columns.contains(&column)).collect()
        }
        None => text_columns(cells.iter().filter(is_body), &text),
    };
    let mut found = Parsed::default();
    for cell in &cells {
        let is_wanted = wanted.get(cell.column).copied().unwrap_or(false);
        match columns {
            _ if !is_body(&cell) => found.leave(Place::ColumnTitle, text(cell)),
            Some(_) if !is_wanted => {}
            None if !is_wanted || is_code(text(cell)) => found.leave_code(text(cell)),
            _ => found.extend(cell_blocks(source, cell, delimiter)),
        }
    }
    found
}

fn cell_blocks(source: &str, cell: &Cell, delimiter: char) -> Vec<ParsedBlock> {
    let Some(text) = source.get(cell.range.clone()) else { return Vec::new() };
    let mut unescaped = Unescaped::new(source);
    if !cell.quoted {
        unescaped.verbatim(cell.range.clone());
        return unescaped.blocks(Escaping::Quoted(Quoting::BareCell(delimiter)));
    }
    let mut at = cell.range.start;
    for (quotes, _) in text.match_indices("\"\"") {
        let start = cell.range.start + quotes;
        unescaped.verbatim(at..start);
        unescaped.escape("\"", start..start + 2);
        at = start + 2;
    }
    unescaped.verbatim(at..cell.range.end);
    unescaped.blocks(Escaping::Quoted(Quoting::Cell))
}

/// The cells in order. Characters after the closing quote make a cell an unquoted one.
fn cells(source: &str, delimiter: char) -> Vec<Cell> {
    let mut cells = Vec::new();
    let (mut at, mut row, mut column) = (0, 0, 0);
    // After an unterminated quote no other is searched for, which keeps the time linear.
    let mut quotes = true;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let closed = if quotes && rest.starts_with('"') { quoted_size(rest, b'"') } else { None };
        quotes &= closed.is_some() || !rest.starts_with('"');
        let ends = |size: &usize| {
            rest.get(*size..).is_some_and(|tail| tail.is_empty() || tail.starts_with([delimiter, '\r', '\n']))
        };
        let closed = closed.filter(ends);
        let size = closed.unwrap_or_else(|| rest.find([delimiter, '\r', '\n']).unwrap_or(rest.len()));
        let range = if closed.is_some() { at + 1..at + size - 1 } else { at..at + size };
        cells.push(Cell { row, column, range, quoted: closed.is_some() });
        at += size;
        let tail = rest.get(size..).unwrap_or_default();
        if tail.starts_with(delimiter) {
            (at, column) = (at + delimiter.len_utf8(), column + 1);
        } else {
            at += if tail.starts_with("\r\n") { 2 } else { usize::from(!tail.is_empty()) };
            (row, column) = (row + 1, 0);
        }
    }
    cells
}

fn delimiter(source: &str) -> char {
    let best = DELIMITERS.into_iter().rev().max_by_key(|&delimiter| fit(source, delimiter));
    best.filter(|&delimiter| fit(source, delimiter).0 > 0).unwrap_or(',')
}

/// The share of the rows with the most frequent cell count above one, in parts of [`SNIFFED_BYTES`], and that count. The
/// lines of a cell are rows to a wrong delimiter, so their number alone says little.
fn fit(source: &str, delimiter: char) -> (usize, usize) {
    let head = source.get(..source.floor_char_boundary(SNIFFED_BYTES)).unwrap_or_default();
    let mut widths: Vec<usize> = Vec::new();
    for cell in cells(head, delimiter) {
        widths.resize(cell.row + 1, 0);
        widths[cell.row] = cell.column + 1;
    }
    let mut counts: Vec<(usize, usize)> = Vec::new();
    widths.sort_unstable();
    for row in widths.chunk_by(|a, b| a == b) {
        let share = row.len() * SNIFFED_BYTES / widths.len();
        counts.extend(row.first().filter(|width| **width > 1).map(|width| (share, *width)));
    }
    counts.into_iter().max().unwrap_or((0, 0))
}

/// Whether the first row is a header: short, distinct titles that are all single words, or one above a column of
/// numbers.
fn is_header<'s>(cells: &[Cell], text: &impl Fn(&Cell) -> &'s str) -> bool {
    let first: Vec<&Cell> = cells.iter().take_while(|cell| cell.row == 0).collect();
    let titles: Vec<&str> = first.iter().map(|cell| text(cell).trim()).collect();
    let mut sorted = titles.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let is_title = |title: &&str| title.contains(char::is_alphabetic) && title.chars().count() <= TITLE_CHARS;
    let has_body = cells.last().is_some_and(|cell| cell.row > 0);
    if !has_body || titles.len() < 2 || sorted.len() < titles.len() || !titles.iter().all(is_title) {
        return false;
    }
    let is_numeric = |column: usize| {
        let mut body =
            cells.iter().filter(|cell| cell.row > 0 && cell.column == column).map(|cell| text(cell).trim());
        body.clone().any(|text| !text.is_empty()) && !body.any(|text| text.contains(char::is_alphabetic))
    };
    let are_words =
        titles.iter().all(|title| !title.contains(char::is_whitespace) && !title.ends_with(['.', '!', '?']));
    are_words || (0..titles.len()).any(is_numeric)
}

/// For each column, whether at least half of its non-empty cells are prose.
fn text_columns<'c, 's>(
    cells: impl Iterator<Item = &'c Cell>,
    text: &impl Fn(&Cell) -> &'s str,
) -> Vec<bool> {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for cell in cells {
        let text = text(cell).trim();
        if cell.column >= counts.len() {
            counts.resize(cell.column + 1, (0, 0));
        }
        if !text.is_empty() {
            // A short lower-case word is a code more often than a text.
            let code = text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_lowercase());
            counts[cell.column].0 += 1;
            counts[cell.column].1 += usize::from(is_prose(text) && !code);
        }
    }
    counts.into_iter().map(|(all, prose)| prose > 0 && prose * 2 >= all).collect()
}
