//! Grid tables: cells between lines of `-` and `|`, which may cover several rows and columns.

use std::collections::BTreeSet;

use super::canvas::{CHARACTERS, Canvas, Cell, Drawing, index, is_same};

/// A grid table.
#[derive(Debug)]
pub(super) struct Grid {
    /// Places of the lines between columns and between rows.
    columns: Vec<usize>,
    rows: Vec<usize>,
    /// The line of `=` below the header, as an index into `rows`.
    header: Option<usize>,
    cells: Vec<Cell>,
    /// Where each of the cells is.
    areas: Vec<Area>,
}

/// The lines around a cell, as places of characters or as indices into them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Area {
    top: usize,
    bottom: usize,
    left: usize,
    right: usize,
}

impl Grid {
    /// Reads a table from its top left corner, as docutils does; `None` if the cells do not fill it.
    pub fn read(canvas: &Canvas) -> Option<Self> {
        let (height, width) = (canvas.0.len(), canvas.0.first()?.len());
        let is_edge = |c: Option<&char>| c.is_some_and(|c| "+|".contains(*c));
        let is_row = |line: &Vec<char>| line.len() == width && is_edge(line.first()) && is_edge(line.last());
        if height < 3 || width < 3 || !canvas.0.iter().all(is_row) {
            return None;
        }
        let is_header = |line: &Vec<char>| line.iter().all(|c| "+=".contains(*c)) && line.contains(&'=');
        let mut headers = (1..height - 1).filter(|row| canvas.0.get(*row).is_some_and(is_header));
        let header = headers.next();
        if headers.next().is_some() {
            return None;
        }
        let mut scan = Scan { canvas, header, height, width, steps: CHARACTERS };
        let mut corners = BTreeSet::from([(0, 0)]);
        // The row up to which the cells of each column are found.
        let mut done = vec![0; width - 1];
        let mut areas = Vec::new();
        while let Some((top, left)) = corners.pop_first() {
            if top == height - 1 || left == width - 1 || done.get(left) != Some(&top) {
                continue;
            }
            let Some((bottom, right)) = scan.cell(top, left) else { continue };
            let above = done.get_mut(left..right)?;
            if above.iter().any(|row| *row != top) {
                return None;
            }
            above.fill(bottom);
            corners.extend([(top, right), (bottom, left)]);
            areas.push(Area { top, bottom, left, right });
        }
        if done.iter().any(|row| *row != height - 1) {
            return None;
        }
        let rows: BTreeSet<usize> = areas.iter().flat_map(|area| [area.top, area.bottom]).collect();
        let columns: BTreeSet<usize> = areas.iter().flat_map(|area| [area.left, area.right]).collect();
        if header.is_some_and(|header| !rows.contains(&header)) {
            return None;
        }
        let cell = |area: &Area| canvas.cell(area.top + 1..area.bottom, area.left + 1..area.right);
        let cells = areas.iter().map(cell).collect();
        for area in &mut areas {
            (area.top, area.bottom) = (index(&rows, area.top), index(&rows, area.bottom));
            (area.left, area.right) = (index(&columns, area.left), index(&columns, area.right));
        }
        let header = header.map(|header| index(&rows, header));
        Some(Self {
            columns: columns.into_iter().collect(),
            rows: rows.into_iter().collect(),
            header,
            cells,
            areas,
        })
    }
}

impl Drawing for Grid {
    fn cells(&self) -> &[Cell] {
        &self.cells
    }

    fn draw(&self, cells: &[Cell]) -> Option<Vec<String>> {
        let (mut columns, mut rows) = (self.columns.clone(), self.rows.clone());
        for ((area, cell), old) in self.areas.iter().zip(cells).zip(&self.cells) {
            if cell != old {
                widen(&mut columns, area.left, area.right, cell.width() + 1);
                widen(&mut rows, area.top, area.bottom, cell.lines.len());
            }
        }
        let (height, width) = (rows.last()? + 1, columns.last()? + 1);
        let mut canvas = Canvas::blank(height, width)?;
        for (area, cell) in self.areas.iter().zip(cells) {
            let (top, bottom) = (*rows.get(area.top)?, *rows.get(area.bottom)?);
            let (left, right) = (*columns.get(area.left)?, *columns.get(area.right)?);
            for (row, line) in [(top, area.top), (bottom, area.bottom)] {
                let mark = if self.header == Some(line) { '=' } else { '-' };
                (left + 1..right).for_each(|column| {
                    if canvas.text(row, column..column + 1) != "+" {
                        canvas.set(row, column, mark);
                    }
                });
            }
            for column in [left, right] {
                (top + 1..bottom).for_each(|row| {
                    if canvas.text(row, column..column + 1) != "+" {
                        canvas.set(row, column, '|');
                    }
                });
                [top, bottom].into_iter().for_each(|row| canvas.set(row, column, '+'));
            }
            for (at, line) in cell.lines.iter().enumerate() {
                canvas.write(top + 1 + at, left + 1 + cell.inset, line);
            }
        }
        let read = Self::read(&canvas)?;
        (read.areas == self.areas && is_same(&read.cells, cells)).then(|| canvas.into_lines())
    }
}

/// Moves the boundaries from `last` on so that there are `need` places between it and `first`.
fn widen(boundaries: &mut [usize], first: usize, last: usize, need: usize) {
    let place = |at: usize| boundaries.get(at).copied().unwrap_or_default();
    let more = need.saturating_sub(place(last).saturating_sub(place(first) + 1));
    boundaries.iter_mut().skip(last).for_each(|boundary| *boundary += more);
}

/// Follows the lines around cells.
struct Scan<'a> {
    canvas: &'a Canvas,
    header: Option<usize>,
    height: usize,
    width: usize,
    /// Characters that are still looked at.
    steps: usize,
}

impl Scan<'_> {
    /// A character, with that of a header's line as in any other.
    fn at(&mut self, row: usize, column: usize) -> Option<char> {
        self.steps = self.steps.checked_sub(1)?;
        let c = *self.canvas.0.get(row)?.get(column)?;
        Some(if c == '=' && self.header == Some(row) { '-' } else { c })
    }

    /// The bottom and right of the cell with this corner.
    fn cell(&mut self, top: usize, left: usize) -> Option<(usize, usize)> {
        for right in left + 1..self.width {
            match self.at(top, right)? {
                '+' => {
                    if let Some(bottom) = self.below(top, left, right) {
                        return Some((bottom, right));
                    }
                }
                '-' => {}
                _ => return None,
            }
        }
        None
    }

    /// The bottom of the cell with these corners.
    fn below(&mut self, top: usize, left: usize, right: usize) -> Option<usize> {
        for bottom in top + 1..self.height {
            match self.at(bottom, right)? {
                '+' if self.is_closed(top, left, bottom, right) => return Some(bottom),
                '+' | '|' => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether there are lines below and to the left of a cell.
    fn is_closed(&mut self, top: usize, left: usize, bottom: usize, right: usize) -> bool {
        let is = |c: Option<char>, marks: &str| c.is_some_and(|c| marks.contains(c));
        is(self.at(bottom, left), "+")
            && (left + 1..right).all(|column| is(self.at(bottom, column), "+-"))
            && (top + 1..bottom).all(|row| is(self.at(row, left), "+|"))
    }
}
