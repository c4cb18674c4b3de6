//! Lines of a page: regions in reading order, each of lines from top to bottom, each of pieces from left to right.

use std::rc::Rc;

use super::columns::{Block, regions};
use super::frames::{Frame, frames};
use super::glyphs::Glyph;
use super::page::{Area, Line, Style};
use super::segments::{is_same_line, segments};
use super::words::{Piece, piece};
use crate::chars::{is_unspaced, join_separator};

/// A line of a region, in the frame of its direction.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) pieces: Vec<Piece>,
    pub(super) area: Area,
    pub(super) base: f64,
    pub(super) style: Rc<Style>,
    /// Its area on the page.
    pub(super) on_page: Area,
    pub(super) angle: f64,
}

impl Row {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            if !text.is_empty() {
                text.push_str(join_separator(&text, &piece.text));
            }
            text.push_str(&piece.text);
        }
        text
    }

    pub(super) fn line(&self) -> Line {
        Line { text: self.text(), area: self.on_page, style: Style::clone(&self.style), angle: self.angle }
    }
}

/// The rows of a page's glyphs, by region.
pub(super) fn rows(glyphs: &[Glyph]) -> Vec<Vec<Row>> {
    let mut all = Vec::new();
    for mut frame in frames(glyphs) {
        let pieces: Vec<Piece> =
            segments(std::mem::take(&mut frame.glyphs)).iter().filter_map(piece).collect();
        let letters = |text: &str| text.chars().map(|c| if is_unspaced(c) { 2 } else { 1 }).sum();
        let blocks: Vec<Block> =
            pieces.iter().map(|piece| Block { area: piece.area, letters: letters(&piece.text) }).collect();
        let mut pieces: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
        for region in regions(&blocks) {
            let taken = region.into_iter().filter_map(|index| pieces.get_mut(index)?.take());
            all.push(region_rows(taken, &frame));
        }
    }
    all
}

/// The rows of a region whose pieces are given from top to bottom.
fn region_rows(pieces: impl Iterator<Item = Piece>, frame: &Frame) -> Vec<Row> {
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        // A raised mark may come before the line that it belongs to.
        let row = rows.iter_mut().rev().take(3).find(|row| {
            let widest = row.iter().max_by(|a, b| a.area.width().total_cmp(&b.area.width()));
            widest.is_some_and(|widest| is_same_line(widest.area, piece.area))
        });
        match row {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    let mut rows: Vec<Row> = rows.into_iter().filter_map(|pieces| row(pieces, frame)).collect();
    rows.sort_by(|a, b| b.base.total_cmp(&a.base));
    rows
}

fn row(mut pieces: Vec<Piece>, frame: &Frame) -> Option<Row> {
    pieces.sort_by(|a, b| a.area.left.total_cmp(&b.area.left));
    let main = pieces.iter().max_by_key(|piece| piece.text.len())?;
    let (base, style) = (main.base, main.style.clone());
    let area = pieces.iter().map(|piece| piece.area).reduce(Area::union)?;
    Some(Row { pieces, area, base, style, on_page: frame.on_page(area), angle: frame.angle() })
}
