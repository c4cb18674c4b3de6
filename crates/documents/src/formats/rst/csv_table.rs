//! CSV tables of reStructuredText: rows in the content of a directive, or in its option for the header.

use std::ops::Range;

use super::escape::{CsvQuotes, RstText};
use super::lines::{bullet, enumerator, field};
use super::{RstParser, inline};
use crate::Result;
use crate::escaping::Escaping;
use crate::inline::{Kind, Piece};
use crate::left_alone::Place;
use crate::paragraph;

/// How the rows of a table are divided into cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct CsvDialect {
    delimiter: char,
    quotes: CsvQuotes,
    /// Whether blanks after a delimiter belong to the cell.
    keeps_blanks: bool,
}

impl Default for CsvDialect {
    fn default() -> Self {
        Self { delimiter: ',', quotes: CsvQuotes { quote: '"', escape: None }, keeps_blanks: false }
    }
}

impl CsvDialect {
    /// The same with an option of the directive; `None` if its value is no character.
    fn with(mut self, option: &str, value: &str) -> Option<Self> {
        match option {
            "delim" => {
                self.delimiter = match value {
                    "tab" => '\t',
                    "space" => ' ',
                    value => character(value)?,
                }
            }
            "quote" => self.quotes.quote = character(value)?,
            "escape" => self.quotes.escape = Some(character(value)?),
            "keepspace" => self.keeps_blanks = true,
            _ => {}
        }
        Some(self)
    }
}

/// A cell with text.
#[derive(Debug)]
struct Cell {
    /// The lines that it is on.
    lines: Range<usize>,
    /// Bytes without quotes, and without blanks around them if there are none.
    inner: Range<usize>,
    /// Bytes up to the next delimiter.
    outer: Range<usize>,
    is_quoted: bool,
}

impl<'a> RstParser<'a> {
    /// The dialect that the options in these lines describe; `None` if docutils refuses one of them.
    pub(super) fn csv_dialect(&self, options: Range<usize>) -> Option<CsvDialect> {
        options.map(|at| self.text(at)).try_fold(CsvDialect::default(), |dialect, text| {
            let Some((name, size)) = field(text) else { return Some(dialect) };
            dialect.with(name, text.get(size..).unwrap_or_default().trim())
        })
    }

    /// Rows of a table; counted if they are damaged.
    pub(super) fn csv_rows(
        &mut self,
        lines: Range<usize>,
        dialect: Option<CsvDialect>,
        depth: usize,
    ) -> Result<()> {
        let cells = dialect.and_then(|dialect| Some((dialect, self.csv_cells(lines.clone(), dialect)?)));
        let Some((dialect, cells)) = cells else {
            if let Some(first) = self.line(lines.start).filter(|_| !lines.is_empty()) {
                let text = self.slice(first.text.start..self.range_end(lines.end));
                self.found.leave(Place::DamagedPart, text);
            }
            return Ok(());
        };
        let base = self.least_indent(lines).unwrap_or(0);
        for cell in cells {
            let text = self.slice(cell.inner.clone());
            if dialect.quotes.has_other_escapes(text) {
                self.found.leave(Place::DamagedPart, text);
            } else if cell.is_quoted {
                self.quoted_cell(cell, dialect.quotes, base, depth)?;
            } else {
                self.bare_cell(cell, dialect);
            }
        }
        Ok(())
    }

    /// A cell in quotes, which may contain any element.
    fn quoted_cell(&mut self, cell: Cell, quotes: CsvQuotes, base: usize, depth: usize) -> Result<()> {
        let (first, last) = (cell.lines.start, cell.lines.end - 1);
        // The lines hold other cells too.
        let lines: Vec<_> = self.lines.get(cell.lines.clone()).unwrap_or_default().to_vec();
        let blanks = |text: &str| text.len() - text.trim_start().len();
        if let Some(line) = self.lines.get_mut(last) {
            let from = if first == last { cell.inner.start } else { line.text.start };
            let text = self.source.get(from..cell.inner.end).unwrap_or_default();
            line.text.end = from + text.trim_end().len();
        }
        if let Some(line) = self.lines.get_mut(first) {
            let text = self.source.get(cell.inner.start..line.text.end).unwrap_or_default();
            line.text.start = (cell.inner.start + blanks(text)).min(line.text.end);
            line.indent = base;
        }
        let outer = self.quotes.replace(quotes);
        let result = self.body(cell.lines.clone(), depth + 1);
        self.quotes = outer;
        for (at, line) in cell.lines.zip(lines) {
            self.lines.get_mut(at).into_iter().for_each(|place| *place = line.clone());
        }
        result
    }

    /// A cell without quotes, which gets them with its translation.
    fn bare_cell(&mut self, cell: Cell, dialect: CsvDialect) {
        let text = self.slice(cell.inner.clone());
        let mark = bullet(text).or_else(|| enumerator(text)).unwrap_or(0);
        let pieces = inline::pieces(self.source, cell.inner.start + mark..cell.inner.end, &self.context);
        let escaping = Escaping::Rst(RstText::CsvCell(dialect.quotes));
        let range = cell.outer.start..cell.inner.end;
        if let Some(mut parsed) = paragraph::whole(self.source, range, pieces, escaping) {
            parsed.slot.range = cell.outer;
            self.found.blocks.push(parsed);
        }
    }

    /// The pieces of a text in a cell with quotes, in which they are doubled.
    pub(super) fn quoted_pieces(&self, range: Range<usize>, quotes: CsvQuotes) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        for piece in inline::pieces(self.source, range, &self.context) {
            let source = self.slice(piece.source.clone());
            if !source.contains(quotes.quote) {
                pieces.push(piece);
                continue;
            }
            match piece.kind {
                Kind::Text(text) if text == source => {
                    self.split_at_quotes(piece.source, quotes, &mut pieces);
                }
                Kind::Text(text) => {
                    pieces.push(Piece::new(Kind::Text(quotes.read(&text).into()), piece.source));
                }
                Kind::Locked { open, text, close } => {
                    let [open, text, close] = [open, text, close].map(|part| quotes.read(&part));
                    pieces.push(Piece::new(Kind::Locked { open, text, close }, piece.source));
                }
                Kind::Open(name) => {
                    let markup = quotes.read(source);
                    pieces.push(Piece::new(Kind::OpenAs { name, markup }, piece.source));
                }
                Kind::Close(name) => {
                    let markup = quotes.read(source);
                    pieces.push(Piece::new(Kind::CloseAs { name, markup }, piece.source));
                }
                kind => pieces.push(Piece::new(kind, piece.source)),
            }
        }
        pieces
    }

    /// Adds the pieces of a text without markup.
    fn split_at_quotes(&self, range: Range<usize>, quotes: CsvQuotes, pieces: &mut Vec<Piece<'a>>) {
        let double = quotes.written_quote();
        let mut from = range.start;
        while let Some(at) = self.slice(from..range.end).find(&double) {
            let quote = from + at..from + at + double.len();
            if from < quote.start {
                pieces.push(Piece::verbatim(self.source, from..quote.start));
            }
            from = quote.end;
            pieces.push(Piece::new(Kind::Text(quotes.quote.to_string().into()), quote));
        }
        if from < range.end {
            pieces.push(Piece::verbatim(self.source, from..range.end));
        }
    }

    /// The cells with text in rows; `None` if docutils cannot read them.
    fn csv_cells(&self, lines: Range<usize>, dialect: CsvDialect) -> Option<Vec<Cell>> {
        let mut cells = Vec::new();
        let mut at = lines.start;
        while at < lines.end {
            let mut line = self.line(at)?.text.clone();
            loop {
                let start = line.start;
                let rest = self.slice(line.clone());
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let is_quoted = |rest: &str| rest.starts_with(dialect.quotes.quote);
                let skipped = if dialect.keeps_blanks { 0 } else { blanks };
                let first = at;
                let (inner, end, is_quoted) = if is_quoted(rest.get(skipped..)?) {
                    let inner = start + skipped + dialect.quotes.quote.len_utf8();
                    line.start = inner;
                    let close = loop {
                        match dialect.quotes.close(self.slice(line.clone())) {
                            Some(size) => break line.start + size,
                            None => {
                                at += 1;
                                line = self.line(at).filter(|_| at < lines.end)?.text.clone();
                            }
                        }
                    };
                    (inner..close, close + dialect.quotes.quote.len_utf8(), true)
                } else {
                    let size = dialect.cell_size(rest);
                    let text = rest.get(..size)?;
                    let inner = start + text.len() - text.trim_start().len()..start + text.trim_end().len();
                    (inner.start.min(inner.end)..inner.end, start + size, false)
                };
                let after = self.slice(end..line.end);
                let next = after.trim_start_matches([' ', '\t']);
                let outer = if is_quoted || dialect.keeps_blanks { start } else { inner.start }..end;
                if !self.slice(inner.clone()).trim().is_empty() {
                    cells.push(Cell { lines: first..at + 1, inner, outer, is_quoted });
                }
                if next.is_empty() {
                    break;
                }
                line.start = line.end - next.strip_prefix(dialect.delimiter)?.len();
            }
            at += 1;
        }
        Some(cells)
    }
}

impl CsvDialect {
    /// Bytes of a cell without quotes before the delimiter that ends it.
    fn cell_size(&self, rest: &str) -> usize {
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if Some(c) == self.quotes.escape {
                chars.next();
            } else if c == self.delimiter {
                return at;
            }
        }
        rest.len()
    }
}

/// A character, or the one with a code point as docutils reads it.
fn character(value: &str) -> Option<char> {
    let mut chars = value.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(c);
    }
    let lower = value.to_ascii_lowercase();
    let starts = ["0x", "\\x", "\\u", "u+", "x", "u", "&#x"];
    let code = match starts.iter().find_map(|start| lower.strip_prefix(start)) {
        Some(hex) => u32::from_str_radix(hex.trim_end_matches(';'), 16).ok()?,
        None => lower.parse().ok()?,
    };
    char::from_u32(code)
}
