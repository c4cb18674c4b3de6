//! Tables drawn with lines of characters: grid tables and simple tables.
//!
//! The lines of a cell lie between those of others, so a document is read as if its tables were lists of cells, and they are
//! drawn again, as wide as their cells need, when a document is written. A table without changes keeps its bytes.

mod canvas;
mod grid;
mod simple;

use std::borrow::Cow;
use std::ops::Range;

use self::canvas::{Canvas, Cell, Drawing};
use super::lines::{CELL, END, TABLE, is_mark};
use super::{RstParser, read};
use crate::Result;
use crate::formats::text;
use crate::left_alone::Place;

/// Whether a line stands before the cells of a table.
pub(super) fn is_prepared(line: &str) -> bool {
    line.starts_with(TABLE)
}

/// A drawn table.
#[derive(Debug)]
pub(super) struct Table {
    /// Bytes of the document from its first to its last character.
    bytes: Range<usize>,
    /// Columns before it.
    indent: usize,
    drawing: Box<dyn Drawing>,
}

impl RstParser<'_> {
    /// A grid table; returns the line after it.
    pub(super) fn grid_table(&mut self, at: usize, end: usize, base: usize) -> usize {
        let is_inside = |at: &usize| self.text(*at).starts_with(['+', '|']) && self.indent(*at) == base;
        let next = (at..end).find(|at| !is_inside(at)).unwrap_or(end);
        let is_apart = next == end || self.text(next).is_empty();
        let canvas = Canvas::new((at..next).map(|at| (0, self.text(at))));
        self.drawn(at..next, grid::Grid::read(&canvas).filter(|_| is_apart).map(|grid| Box::new(grid) as _));
        next
    }

    /// A simple table; returns the line after it.
    pub(super) fn simple_table(&mut self, at: usize, end: usize, base: usize) -> usize {
        let next = self.table_end(at, end);
        let inset = |at: usize| self.indent(at).saturating_sub(base);
        let canvas = Canvas::new((at..next).map(|at| (inset(at), self.text(at))));
        self.drawn(at..next, simple::Simple::read(&canvas).map(|table| Box::new(table) as _));
        next
    }

    /// Takes note of a table, or counts one that is left as it is.
    fn drawn(&mut self, lines: Range<usize>, drawing: Option<Box<dyn Drawing>>) {
        let (Some(first), Some(last)) = (self.line(lines.start), self.line(lines.end.saturating_sub(1)))
        else {
            return;
        };
        let (bytes, indent) = (first.text.start..last.text.end, first.indent);
        match (self.tables.as_mut(), drawing) {
            (Some(tables), Some(drawing)) if self.quotes.is_none() => {
                tables.push(Table { bytes, indent, drawing })
            }
            _ => self.found.leave(Place::DrawnTable, self.slice(bytes)),
        }
    }

    /// The line after a simple table, which ends with its second border, or the third if it has a header.
    fn table_end(&self, at: usize, end: usize) -> usize {
        let top = self.text(at);
        let is_border = |text: &str| text.len() == top.len() && text.bytes().all(|b| b == b'=' || b == b' ');
        let mut borders = (at + 1..end).filter(|at| is_border(self.text(*at)));
        let is_last = |at: usize| at + 1 == end || self.text(at + 1).is_empty();
        let last = match (borders.next(), borders.next()) {
            (Some(first), second) if is_last(first) || second.is_none() => Some(first),
            (_, second) => second,
        };
        last.map_or_else(|| self.until_blank(at, end), |last| last + 1)
    }

    /// The cells of a table that is read as a list of them; returns the line after it.
    pub(super) fn cells(&mut self, at: usize, end: usize, depth: usize) -> Result<usize> {
        let last = (at..end).find(|at| self.text(*at).starts_with(END)).unwrap_or(end);
        let outer = std::mem::replace(&mut self.narrowest, 0);
        let mut from = at + 1;
        while from < last {
            let next = (from..last).find(|at| self.text(*at).starts_with(CELL)).unwrap_or(last);
            self.body(from..next, depth + 1)?;
            from = next + 1;
        }
        self.narrowest = outer;
        Ok(last + 1)
    }
}

/// The document with its tables as lists of cells.
///
/// # Errors
/// As [`super::parse`].
pub(crate) fn prepared(source: &str) -> Result<Cow<'_, str>> {
    if !source.contains(is_border) || source.contains(is_mark) {
        return Ok(source.into());
    }
    let mut out = String::with_capacity(source.len());
    let mut from = 0;
    for table in tables(source)? {
        out.push_str(source.get(from..table.bytes.start).unwrap_or_default());
        out.push_str(&table.listed(text::newline(source)));
        from = table.bytes.end;
    }
    out.push_str(source.get(from..).unwrap_or_default());
    Ok(out.into())
}

/// A written document with its tables drawn again; `unprepared` is the source as it was.
pub(crate) fn completed(written: String, unprepared: &str) -> String {
    let tables =
        if unprepared.contains(is_mark) { Vec::new() } else { tables(unprepared).unwrap_or_default() };
    if tables.is_empty() {
        return written;
    }
    let newline = text::newline(unprepared);
    let mut out = String::with_capacity(written.len());
    let mut rest = written.as_str();
    for table in tables {
        let Some((before, tail)) = rest.split_once(TABLE) else { break };
        let (cells, tail) = tail.split_once(END).unwrap_or((tail, ""));
        let original = unprepared.get(table.bytes.clone()).unwrap_or_default();
        let cells: Vec<Vec<String>> = cells.split(CELL).skip(1).map(|cell| table.unlisted(cell)).collect();
        let is_changed = table.drawing.cells().iter().map(|cell| &cell.lines).ne(&cells);
        let drawn = if is_changed { table.drawing.with(cells) } else { None };
        out.push_str(before);
        match drawn {
            Some(drawn) => table.place(&drawn, newline, &mut out),
            None => out.push_str(original),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn is_border(c: char) -> bool {
    c == '+' || c == '='
}

/// The tables of a document that can be drawn again.
fn tables(source: &str) -> Result<Vec<Table>> {
    let mut parser = read(source, Some(Vec::new()))?;
    Ok(parser.tables.take().unwrap_or_default())
}

impl Table {
    /// Adds the lines of the table, each where it was drawn.
    fn place(&self, lines: &[String], newline: &str, out: &mut String) {
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                out.push_str(newline);
                out.extend(std::iter::repeat_n(' ', if line.is_empty() { 0 } else { self.indent }));
            }
            out.push_str(line);
        }
    }

    /// The table as a list of its cells.
    fn listed(&self, newline: &str) -> String {
        let indent = " ".repeat(self.indent);
        let mut out = String::from(TABLE);
        for Cell { lines, .. } in self.drawing.cells() {
            out.extend([newline, &indent, "  "]);
            out.push(CELL);
            for line in lines {
                out.push_str(newline);
                if !line.is_empty() {
                    out.extend([&*indent, "    ", line]);
                }
            }
        }
        out.extend([newline, &indent]);
        out.push(END);
        out
    }

    /// The lines of a cell that was written in a list.
    fn unlisted(&self, cell: &str) -> Vec<String> {
        let indent = self.indent + 4;
        let mut lines: Vec<String> = text::lines(cell)
            .skip(1)
            .map(|line| {
                let line = cell.get(line).unwrap_or_default().trim_end();
                let spaces = line.len() - line.trim_start_matches(' ').len();
                line.get(spaces.min(indent)..).unwrap_or_default().to_owned()
            })
            .collect();
        // The indentation of the mark after the cell.
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }
}
