//! Simple tables: columns below lines of `=`, and rows that begin where the first column has text.

use super::canvas::{Canvas, Cell, Drawing, is_same, width};

/// A simple table.
#[derive(Debug)]
pub(super) struct Simple {
    /// The first and the last place of each column, and the place after it.
    columns: Vec<(usize, usize)>,
    lines: Vec<Line>,
    cells: Vec<Cell>,
}

/// A line of characters, or the lines of a row.
#[derive(Debug)]
enum Line {
    /// A border, or the line below cells that cover several columns, and the columns of each.
    Rule { mark: char, areas: Vec<Area> },
    /// Cells with the columns of each, and the number of empty lines below them.
    Row { areas: Vec<Area>, blank: usize },
}

/// The first and the last column of a cell.
type Area = (usize, usize);

impl Simple {
    /// Reads a table as docutils does; `None` if a text lies between its columns.
    pub fn read(canvas: &Canvas) -> Option<Self> {
        let columns = runs(canvas.0.first()?);
        let mut table = Self { columns, lines: Vec::new(), cells: Vec::new() };
        if table.columns.len() < 2 {
            return None;
        }
        let first = table.columns.first().map(|(start, end)| *start..*end)?;
        let mut start = 0;
        for row in 0..canvas.0.len() {
            let line = canvas.0.get(row)?;
            let is_rule = |mark| line.first() == Some(&mark) && line.iter().all(|c| [mark, ' '].contains(c));
            if let Some(mark) = ['=', '-'].into_iter().find(|mark| is_rule(*mark)) {
                let areas = table.areas(&runs(line))?;
                if row > 0 {
                    // A line below nothing would be read as an empty row.
                    table.row(canvas, start, row, Some(areas.clone()))?;
                }
                table.lines.push(Line::Rule { mark, areas });
                start = row + 1;
            } else if !canvas.text(row, first.clone()).trim().is_empty() {
                if start < row {
                    table.row(canvas, start, row, None)?;
                }
                start = row;
            } else if start == row && canvas.text(row, 0..usize::MAX).is_empty() {
                table.lines.push(Line::Row { areas: Vec::new(), blank: 1 });
                start = row + 1;
            }
        }
        (start == canvas.0.len()).then_some(table)
    }

    /// The columns that each of the runs of a line covers.
    fn areas(&self, runs: &[(usize, usize)]) -> Option<Vec<Area>> {
        let last = self.columns.len().checked_sub(1)?;
        let area = |(start, end): &(usize, usize)| {
            let from = self.columns.iter().position(|column| column.0 == *start)?;
            let to = self.columns.iter().position(|column| column.1 == *end)?;
            (from <= to).then_some((from, to))
        };
        let areas: Vec<Area> = runs.iter().map(area).collect::<Option<_>>()?;
        let follow = areas.windows(2).all(|pair| matches!(pair, [(_, end), (start, _)] if end + 1 == *start));
        (follow && areas.first()?.0 == 0 && areas.last()?.1 == last).then_some(areas)
    }

    /// Adds the row in these lines.
    fn row(&mut self, canvas: &Canvas, start: usize, end: usize, areas: Option<Vec<Area>>) -> Option<()> {
        let areas = areas.unwrap_or_else(|| (0..self.columns.len()).map(|column| (column, column)).collect());
        let (first, first_end) = *self.columns.first()?;
        if start == end || canvas.text(start, first..first_end).trim().is_empty() {
            return None;
        }
        let mut from = self.cells.len();
        for area in &areas {
            let (place, next) = self.place(*area)?;
            let end_place = self.columns.get(area.1)?.1;
            if next.is_some_and(|next| {
                (start..end).any(|row| !canvas.text(row, end_place..next).trim().is_empty())
            }) {
                return None;
            }
            self.cells.push(canvas.cell(start..end, place..next.map_or(usize::MAX, |_| end_place)));
        }
        let mut filled = 0;
        while let Some(cell) = self.cells.get(from) {
            filled = filled.max(cell.lines.len());
            from += 1;
        }
        self.lines.push(Line::Row { areas, blank: (end - start).saturating_sub(filled) });
        Some(())
    }

    /// The place at which the cell with these columns starts, and that of the cell after it.
    fn place(&self, (first, last): Area) -> Option<(usize, Option<usize>)> {
        Some((self.columns.get(first)?.0, self.columns.get(last + 1).map(|column| column.0)))
    }
}

impl Drawing for Simple {
    fn cells(&self) -> &[Cell] {
        &self.cells
    }

    fn draw(&self, cells: &[Cell]) -> Option<Vec<String>> {
        let mut columns = self.columns.clone();
        let mut given = cells.iter();
        for line in &self.lines {
            let Line::Row { areas, .. } = line else { continue };
            for (first, last) in areas {
                let need = given.next()?.width();
                let place = |at: usize| columns.get(at).copied();
                let more = need.saturating_sub(place(*last)?.1 - place(*first)?.0);
                // A text may be longer than the last column.
                if *last + 1 < columns.len() && more > 0 {
                    columns.get_mut(*last)?.1 += more;
                    columns.iter_mut().skip(last + 1).for_each(|column| {
                        *column = (column.0 + more, column.1 + more);
                    });
                }
            }
        }
        let mut out = Vec::new();
        let mut given = cells.iter();
        for line in &self.lines {
            match line {
                Line::Rule { mark, areas } => {
                    let mut drawn = String::new();
                    for (first, last) in areas {
                        let (start, end) = (columns.get(*first)?.0, columns.get(*last)?.1);
                        pad(&mut drawn, start);
                        drawn.extend(std::iter::repeat_n(*mark, end - start));
                    }
                    out.push(drawn);
                }
                Line::Row { areas, blank } => {
                    let row: Vec<&Cell> = given.by_ref().take(areas.len()).collect();
                    let height = row.iter().map(|cell| cell.lines.len()).max().unwrap_or(0);
                    for at in 0..height {
                        let mut drawn = String::new();
                        for (cell, (first, _)) in row.iter().zip(areas) {
                            if let Some(line) = cell.lines.get(at).filter(|line| !line.is_empty()) {
                                pad(&mut drawn, columns.get(*first)?.0 + cell.inset);
                                drawn.push_str(line);
                            }
                        }
                        out.push(drawn);
                    }
                    out.extend(std::iter::repeat_n(String::new(), *blank));
                }
            }
        }
        let read = Self::read(&Canvas::new(out.iter().map(|line| (0, line.as_str()))))?;
        (is_same(&read.cells, cells)).then_some(out)
    }
}

/// Adds blanks up to a place.
fn pad(line: &mut String, place: usize) {
    line.extend(std::iter::repeat_n(' ', place.saturating_sub(width(line))));
}

/// The first place of each run of characters that are no blanks, and the place after it.
fn runs(line: &[char]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in line.iter().enumerate().filter(|(_, c)| **c != ' ') {
        match runs.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}
