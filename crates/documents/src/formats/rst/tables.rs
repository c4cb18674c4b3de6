//! Tables drawn with lines of characters. Of a simple table the last column is read, as its text may be of any width; a
//! cell of another column must not be wider than the lines around it.

use std::ops::Range;

use super::{RstParser, lines};
use crate::Result;
use crate::left_alone::Place;
use crate::wrap::columns;

impl RstParser<'_> {
    /// Counts a table that is left as it is; returns the line after it.
    pub(super) fn drawn_table(&mut self, at: usize, next: usize) -> usize {
        let start = self.line(at).map_or(0, |line| line.text.start);
        let text = self.slice(start..self.range_end(next));
        self.found.leave(Place::DrawnTable, text);
        next
    }

    /// A simple table, whose other columns are counted; returns the line after it.
    pub(super) fn simple_table(&mut self, at: usize, end: usize, base: usize, depth: usize) -> Result<usize> {
        let next = self.table_end(at, end);
        let border = self.text(at);
        let last = border.rfind(' ').map_or(0, |space| space + 1);
        let mut others = String::new();
        let mut row = at + 1;
        while row < next {
            let is_row = |at: usize| self.indent(at) == base && !self.text(at).is_empty();
            let row_end = (row + 1..next).find(|at| is_row(*at)).unwrap_or(next);
            if is_ruling(self.text(row)) {
                row += 1;
                continue;
            }
            match self.last_cell(row..row_end, base, last) {
                Some(size) => {
                    others.push_str(self.text(row).get(..size).unwrap_or_default());
                    self.cut(row, size, base + last);
                    self.body(row..row_end, depth + 1)?;
                }
                None => {
                    let start = self.line(row).map_or(0, |line| line.text.start);
                    others.push_str(self.slice(start..self.range_end(row_end)));
                }
            }
            row = row_end;
        }
        self.found.leave(Place::DrawnTable, &others);
        Ok(next)
    }

    /// The bytes before the last cell in the first line of a row; `None` if its lines hold text of other columns too, or
    /// text that spans columns.
    fn last_cell(&self, row: Range<usize>, base: usize, last: usize) -> Option<usize> {
        if self.indent(row.start) != base {
            return None;
        }
        let mut rest = row.clone().skip(1).filter(|at| !self.text(*at).is_empty());
        let text = self.text(row.start);
        let mut size = 0;
        for c in text.chars() {
            let width = columns(text.get(..size)?);
            if width >= last {
                // A cell may be narrower than its column, but no text crosses the gap before one.
                let apart = width == last && text.get(..size)?.ends_with(' ');
                return (apart && rest.all(|at| self.indent(at) >= base + last)).then_some(size);
            }
            size += c.len_utf8();
        }
        rest.all(|at| self.indent(at) >= base + last).then_some(size)
    }

    /// The line after a simple table, which ends with its second border, or the third if it has a header.
    fn table_end(&self, at: usize, end: usize) -> usize {
        let is_border = |at: &usize| lines::is_table_border(self.text(*at));
        let is_last = |at: &usize| self.text(at + 1).is_empty();
        (at + 1..end)
            .find(|at| is_border(at) && is_last(at))
            .map_or_else(|| self.until_blank(at, end), |at| at + 1)
    }
}

/// Whether a line is a border, or the line below cells that span columns.
fn is_ruling(text: &str) -> bool {
    text.is_empty() || lines::is_table_border(text) || text.bytes().all(|b| b == b'-' || b == b' ')
}
