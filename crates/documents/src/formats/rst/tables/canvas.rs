//! The characters of a drawn table by row and column, where a wide character takes two columns.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::Range;

use crate::wrap::columns;

/// Stands for the second column of a wide character.
const WIDE: char = '\u{0}';

/// Columns of a tab.
const TAB: usize = 8;

/// The most characters of a table that is drawn.
pub(super) const CHARACTERS: usize = 1 << 24;

/// A table whose cells can be written with other texts.
pub(super) trait Drawing: Debug {
    /// The cells in the order of reading.
    fn cells(&self) -> &[Cell];

    /// The lines of the table with as many other cells; `None` where it could not be read again with these.
    fn draw(&self, cells: &[Cell]) -> Option<Vec<String>>;

    /// The lines of the table with other lines in its cells; `None` where it could not be read again with these.
    fn with(&self, lines: Vec<Vec<String>>) -> Option<Vec<String>> {
        let cell = |(lines, old): (Vec<String>, &Cell)| Cell { lines, inset: old.inset };
        let is_complete = lines.len() == self.cells().len();
        let cells: Vec<Cell> = lines.into_iter().zip(self.cells()).map(cell).collect();
        is_complete.then(|| self.draw(&cells)).flatten()
    }
}

/// A cell of a drawn table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its lines without the blanks before all of them.
    pub lines: Vec<String>,
    /// Blanks before all lines.
    pub inset: usize,
}

/// Whether cells have the same lines.
pub(super) fn is_same(cells: &[Cell], others: &[Cell]) -> bool {
    cells.iter().map(|cell| &cell.lines).eq(others.iter().map(|cell| &cell.lines))
}

impl Cell {
    /// Columns that the cell's lines take with the blanks before them.
    pub fn width(&self) -> usize {
        self.inset + self.lines.iter().map(|line| width(line)).max().unwrap_or(0)
    }
}

/// The characters of a table.
#[derive(Debug)]
pub(super) struct Canvas(pub Vec<Vec<char>>);

impl Canvas {
    /// Lines, each with so many blanks before it.
    pub fn new<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Self {
        let line = |(inset, text): (usize, &str)| {
            let mut line = vec![' '; inset];
            for c in text.chars() {
                match c {
                    '\t' => line.resize(line.len() + TAB - line.len() % TAB, ' '),
                    c => put(&mut line, c),
                }
            }
            line
        };
        Self(lines.map(line).collect())
    }

    /// An empty canvas; `None` if it would have too many characters.
    pub fn blank(rows: usize, columns: usize) -> Option<Self> {
        (rows.checked_mul(columns)? <= CHARACTERS).then(|| Self(vec![vec![' '; columns]; rows]))
    }

    pub fn set(&mut self, row: usize, column: usize, c: char) {
        if let Some(place) = self.0.get_mut(row).and_then(|line| line.get_mut(column)) {
            *place = c;
        }
    }

    /// Writes a text from a place on.
    pub fn write(&mut self, row: usize, column: usize, text: &str) {
        let mut line = Vec::new();
        text.chars().for_each(|c| put(&mut line, c));
        line.into_iter().enumerate().for_each(|(at, c)| self.set(row, column + at, c));
    }

    /// The text of a row in a range of columns, which may end after it.
    pub fn text(&self, row: usize, columns: Range<usize>) -> String {
        let line = self.0.get(row).map_or(&[][..], Vec::as_slice);
        let (start, end) = (columns.start.min(line.len()), columns.end.min(line.len()));
        let shown = line.get(start..end).unwrap_or_default().iter().filter(|c| **c != WIDE);
        shown.collect::<String>().trim_end().to_owned()
    }

    /// The cell in a range of rows and columns, without the empty lines at its end.
    pub fn cell(&self, rows: Range<usize>, columns: Range<usize>) -> Cell {
        let mut lines: Vec<String> = rows.map(|row| self.text(row, columns.clone())).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        let blanks = |line: &String| line.len() - line.trim_start_matches(' ').len();
        let inset = lines.iter().filter(|line| !line.is_empty()).map(blanks).min().unwrap_or(0);
        lines.iter_mut().for_each(|line| *line = line.get(inset..).unwrap_or_default().to_owned());
        Cell { lines, inset }
    }

    /// The rows as they are written.
    pub fn into_lines(self) -> Vec<String> {
        let rows = 0..self.0.len();
        rows.map(|row| self.text(row, 0..usize::MAX)).collect()
    }
}

fn put(line: &mut Vec<char>, c: char) {
    line.push(c);
    if columns(c.encode_utf8(&mut [0; 4])) > 1 {
        line.push(WIDE);
    }
}

/// Columns of a text in a table, in which a mark that combines with a letter has one of its own.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| columns(c.encode_utf8(&mut [0; 4])).max(1)).sum()
}

/// The index of each boundary.
pub(super) fn index(boundaries: &BTreeSet<usize>, boundary: usize) -> usize {
    boundaries.range(..boundary).count()
}
