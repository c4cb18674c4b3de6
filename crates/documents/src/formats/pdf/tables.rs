//! Tables: rows that follow one another, whose pieces stand between the same gaps.

use super::lines::Row;
use super::page::Line;
use super::words::Piece;
use crate::chars::join_separator;

/// The least width of the gap between two columns, in sizes.
const GAP: f64 = 0.6;

/// Rows of a table; with three columns and more, two are enough.
const ROWS: usize = 3;

/// One row in this many may cross the gap between two columns.
const CROSSED: usize = 4;

/// Lines of a cell are closer than rows by at least this factor.
const WITHIN: f64 = 0.95;

/// A strip without text, from left to right.
type Gap = (f64, f64);

/// The rows of a table and their lines.
pub(super) struct Table {
    pub(super) cells: Vec<Vec<String>>,
    pub(super) lines: Vec<Line>,
    /// How many rows of the region it takes.
    pub(super) rows: usize,
}

/// The table that begins with the first of these rows, if one does.
pub(super) fn table_at(rows: &[Row]) -> Option<Table> {
    let first = rows.first().filter(|row| row.pieces.len() > 1)?;
    let mut gaps: Vec<Gap> = gaps_of(&first.pieces);
    let mut taken = 1;
    let mut several = 1;
    for row in rows.iter().skip(1) {
        let above = rows.get(taken - 1)?;
        let is_near = above.base - row.base < above.style.size.max(row.style.size) * 4.0;
        let narrowed = narrowed(&gaps, &row.pieces);
        let is_wide = narrowed.iter().all(|(left, right)| right - left >= GAP * row.style.size);
        if narrowed.is_empty() || !is_near || !is_wide || row.angle != first.angle {
            break;
        }
        // A line with one piece continues a cell; where it would be most of the table, it is text.
        several += usize::from(row.pieces.len() > 1);
        taken += 1;
        gaps = narrowed;
    }
    while taken > 1 && rows.get(taken - 1).is_some_and(|row| row.pieces.len() == 1) {
        taken -= 1;
    }
    let rows = rows.get(..taken)?;
    let gaps = columns(rows);
    let is_table =
        (several >= ROWS || several >= 2 && gaps.len() >= 2) && several * 2 > taken && !gaps.is_empty();
    if !is_table || is_list(rows, &gaps) {
        return None;
    }
    let cells = cells(rows, &gaps);
    let lines = rows.iter().flat_map(|row| row.pieces.iter().map(|piece| line(row, piece))).collect();
    (cells.len() > 1).then_some(Table { cells, lines, rows: taken })
}

fn line(row: &Row, piece: &Piece) -> Line {
    let area = match row.angle == 0.0 {
        true => piece.area,
        false => row.on_page,
    };
    Line { text: piece.text.clone(), area, style: (*piece.style).clone(), angle: row.angle }
}

/// The gaps between a table's columns: those of the row with the most pieces that most rows leave free. A piece across
/// several columns, as in a header, stands in the first of them.
fn columns(rows: &[Row]) -> Vec<Gap> {
    let Some(fullest) = rows.iter().max_by_key(|row| row.pieces.len()) else { return Vec::new() };
    let mut columns = Vec::new();
    for gap in gaps_of(&fullest.pieces) {
        let (mut free, mut crossed) = (gap, 0);
        for row in rows {
            match narrowed(&[free], &row.pieces).first() {
                Some(&narrower) if narrower.1 - narrower.0 > GAP * 0.5 * row.style.size => free = narrower,
                _ => crossed += 1,
            }
        }
        if crossed * CROSSED <= rows.len() {
            columns.push(free);
        }
    }
    columns
}

/// The gaps between the pieces of a row.
fn gaps_of(pieces: &[Piece]) -> Vec<Gap> {
    pieces.windows(2).filter_map(|pair| Some((pair.first()?.area.right, pair.last()?.area.left))).collect()
}

/// What is left of gaps beside the pieces of a further row; gaps that a piece covers are gone.
fn narrowed(gaps: &[Gap], pieces: &[Piece]) -> Vec<Gap> {
    let free = |&(mut left, mut right): &Gap| {
        for area in pieces.iter().map(|piece| piece.area) {
            if area.left < right && area.right > left {
                let (before, after) = (area.left - left, right - area.right);
                match before > after {
                    true => right = area.left,
                    false => left = area.right,
                }
            }
        }
        (right > left).then_some((left, right))
    };
    gaps.iter().filter_map(free).collect()
}

/// Whether the first column only holds the marks or numbers of a list.
fn is_list(rows: &[Row], gaps: &[Gap]) -> bool {
    let is_mark = |text: &str| text.ends_with(['.', ')']) || !text.contains(char::is_alphanumeric);
    let mut first = rows.iter().filter(|row| row.pieces.len() > 1).filter_map(|row| row.pieces.first());
    gaps.len() == 1 && first.all(|piece| piece.text.chars().count() <= 4 && is_mark(&piece.text))
}

fn cells(rows: &[Row], gaps: &[Gap]) -> Vec<Vec<String>> {
    let split = |row: &Row| {
        let mut cells = vec![String::new(); gaps.len() + 1];
        for piece in &row.pieces {
            let column = gaps.iter().filter(|(left, _)| *left <= piece.area.left + 0.01).count();
            cells.get_mut(column).into_iter().for_each(|cell| append(cell, &piece.text));
        }
        cells
    };
    let is_first_empty = |cells: &[String]| cells.first().is_some_and(String::is_empty);
    let mut above = None;
    let steps =
        rows.iter().map(|row| above.replace(row.base).map_or(f64::INFINITY, |above: f64| above - row.base));
    let lines: Vec<(f64, Vec<String>)> = steps.zip(rows.iter().map(split)).collect();
    // How far apart rows are that begin in the first column.
    let pitch = lines.iter().filter(|(_, cells)| !is_first_empty(cells)).map(|(step, _)| *step);
    let pitch = pitch.fold(f64::INFINITY, f64::min);
    let mut all: Vec<Vec<String>> = Vec::new();
    for (step, cells) in lines {
        let continues = is_first_empty(&cells) && step < pitch * WITHIN;
        match all.last_mut().filter(|_| continues) {
            Some(above) => above.iter_mut().zip(&cells).for_each(|(cell, text)| append(cell, text)),
            None => all.push(cells),
        }
    }
    all
}

fn append(cell: &mut String, text: &str) {
    if !cell.is_empty() && !text.is_empty() {
        cell.push_str(join_separator(cell, text));
    }
    cell.push_str(text);
}
