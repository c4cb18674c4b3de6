//! Glyphs by the direction in which they are read. In the frame of a direction text runs to the right and lines follow
//! one another downwards, so that vertical Japanese and turned text are laid out as all other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::glyphs::Glyph;
use super::page::{Area, Style};

/// Letters reach this far above their baseline, and below it, in sizes.
const ASCENT: f64 = 0.74;
const DESCENT: f64 = 0.22;

/// Equal glyphs closer than this, in their widths and in sizes, are one that is painted twice to look bold.
const OVERPRINT: f64 = 0.45;
const OVERPRINT_UP: f64 = 0.12;

/// Equal glyphs that are remembered for one place; letters beside one another are at most four.
const OVERPRINTS: usize = 16;

/// A direction other than a right angle that fewer glyphs have is part of text along a curve.
const CURVED: usize = 6;

/// A glyph in the frame of its direction.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) text: Rc<str>,
    /// The area of its letter in the frame.
    pub(super) area: Area,
    /// The height of its baseline in the frame.
    pub(super) base: f64,
    pub(super) size: f64,
    pub(super) spaced: bool,
    pub(super) style: Rc<Style>,
}

/// The glyphs of one direction, in the order in which they are shown.
#[derive(Debug)]
pub(super) struct Frame {
    /// Unit vector of the direction.
    direction: (f64, f64),
    pub(super) glyphs: Vec<Placed>,
}

impl Frame {
    /// The direction in degrees counterclockwise, from 0 to 360.
    pub(super) fn angle(&self) -> f64 {
        self.direction.1.atan2(self.direction.0).to_degrees().rem_euclid(360.0)
    }

    /// The area on the page of an area in the frame.
    pub(super) fn on_page(&self, area: Area) -> Area {
        let (dx, dy) = self.direction;
        let corner = |u: f64, v: f64| {
            let (x, y) = (u * dx - v * dy, u * dy + v * dx);
            Area { left: x, bottom: y, right: x, top: y }
        };
        corner(area.left, area.bottom)
            .union(corner(area.right, area.top))
            .union(corner(area.left, area.top))
            .union(corner(area.right, area.bottom))
    }
}

/// The glyphs of a page by direction: upright text first. Glyphs that are painted twice, and hidden ones where others
/// are painted, come once.
pub(super) fn frames(glyphs: &[Glyph]) -> Vec<Frame> {
    let degrees = |glyph: &Glyph| {
        let degrees = glyph.direction.1.atan2(glyph.direction.0).to_degrees().round() as i64;
        degrees.rem_euclid(360)
    };
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for glyph in glyphs {
        *counts.entry(degrees(glyph)).or_default() += 1;
    }
    let mut frames: BTreeMap<i64, Frame> = BTreeMap::new();
    let painted = Painted::of(glyphs);
    for glyph in glyphs.iter().filter(|glyph| !painted.hides(glyph)) {
        let angle = degrees(glyph);
        let is_curved = angle % 90 != 0 && counts.get(&angle).is_some_and(|count| *count < CURVED);
        let angle = if is_curved { 0 } else { angle };
        let direction = match angle {
            0 => (1.0, 0.0),
            90 => (0.0, 1.0),
            180 => (-1.0, 0.0),
            270 => (0.0, -1.0),
            _ => glyph.direction,
        };
        let frame = frames.entry(angle).or_insert_with(|| Frame { direction, glyphs: Vec::new() });
        let placed = placed(glyph, frame.direction);
        frame.glyphs.push(placed);
    }
    let mut frames: Vec<Frame> = frames.into_values().collect();
    for frame in &mut frames {
        remove_overprints(&mut frame.glyphs);
    }
    // Upright text is what the page is about, unless nearly all is turned.
    frames.sort_by_key(|frame| {
        std::cmp::Reverse(frame.glyphs.len() * if frame.angle() == 0.0 { 4 } else { 1 })
    });
    frames
}

fn placed(glyph: &Glyph, (dx, dy): (f64, f64)) -> Placed {
    let (u, v) = (glyph.x * dx + glyph.y * dy, glyph.y * dx - glyph.x * dy);
    let size = glyph.style.size;
    let (below, above) = if glyph.vertical { (0.5, 0.5) } else { (DESCENT, ASCENT) };
    let area = Area { left: u, bottom: v - below * size, right: u + glyph.advance, top: v + above * size };
    let (spaced, style) = (glyph.spaced, glyph.style.clone());
    Placed { text: glyph.text.clone(), area, base: v, size, spaced, style }
}

/// A text in a cell of a grid: column, row.
type InCell = (Rc<str>, i64, i64);

fn remove_overprints(glyphs: &mut Vec<Placed>) {
    let mut seen: HashMap<InCell, Vec<(f64, f64)>> = HashMap::new();
    glyphs.retain(|glyph| {
        let cell = glyph.size.max(0.1);
        let at = (glyph.area.left, glyph.base);
        let (column, row) = ((at.0 / cell).round() as i64, (at.1 / cell).round() as i64);
        let width = glyph.area.width().max(cell * 0.1);
        let near = |(x, y): &(f64, f64)| {
            (x - at.0).abs() < width * OVERPRINT && (y - at.1).abs() < cell * OVERPRINT_UP
        };
        let is_again = (-1..=1).any(|right| {
            (-1..=1).any(|up| {
                let key = (glyph.text.clone(), column.saturating_add(right), row.saturating_add(up));
                seen.get(&key).is_some_and(|places| places.iter().any(near))
            })
        });
        if !is_again {
            let places = seen.entry((glyph.text.clone(), column, row)).or_default();
            if places.len() < OVERPRINTS {
                places.push(at);
            }
        }
        !is_again
    });
}

/// Where a page has painted letters, in cells of half a letter.
struct Painted {
    cell: f64,
    cells: HashSet<(i64, i64)>,
}

impl Painted {
    fn of(glyphs: &[Glyph]) -> Self {
        let painted = || glyphs.iter().filter(|glyph| !glyph.style.hidden);
        let mut sizes: Vec<f64> = painted().map(|glyph| glyph.style.size).collect();
        sizes.sort_by(f64::total_cmp);
        let cell = sizes.get(sizes.len() / 2).copied().unwrap_or(1.0).max(0.1) * 0.5;
        let is_any_hidden = glyphs.iter().any(|glyph| glyph.style.hidden);
        let mut this = Self { cell, cells: HashSet::new() };
        for glyph in painted().filter(|_| is_any_hidden) {
            let (column, row) = this.cell_of(glyph);
            this.cells.insert((column, row));
        }
        this
    }

    fn cell_of(&self, glyph: &Glyph) -> (i64, i64) {
        let middle = glyph.advance * 0.5;
        let (x, y) = (glyph.x + glyph.direction.0 * middle, glyph.y + glyph.direction.1 * middle);
        ((x / self.cell).floor() as i64, (y / self.cell).floor() as i64)
    }

    /// Whether a glyph is hidden behind painted ones, which show the same text.
    fn hides(&self, glyph: &Glyph) -> bool {
        glyph.style.hidden && {
            let (column, row) = self.cell_of(glyph);
            (-1..=1).any(|up| self.cells.contains(&(column, row.saturating_add(up))))
        }
    }
}
