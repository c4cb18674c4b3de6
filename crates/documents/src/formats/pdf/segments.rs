//! Segments: pieces of a line between wide gaps. They are what columns and tables are made of.

use super::frames::Placed;
use super::page::Area;

/// Glyphs further apart than this, in sizes, are in different segments.
const SEGMENT_GAP: f64 = 0.9;

/// How far a glyph may stand back before the end of the one before it, in sizes: kerning, accents.
const OVERLAP: f64 = 0.5;

/// Baselines of a run differ at most by this, in sizes.
const SAME_BASE: f64 = 0.15;

/// Pieces of a line overlap by at least this part of the lower one's height, so that raised marks belong to it.
const SAME_LINE: f64 = 0.5;

/// Pieces that each piece is compared with. A line of a page has at most some dozens.
const NEIGHBOURS: usize = 400;

/// Glyphs of a line without a wide gap between them.
#[derive(Debug)]
pub(super) struct Segment {
    /// From left to right.
    pub(super) glyphs: Vec<Placed>,
    pub(super) area: Area,
}

/// The segments of glyphs that are given in the order in which they are shown.
pub(super) fn segments(glyphs: Vec<Placed>) -> Vec<Segment> {
    let mut runs = runs(glyphs);
    runs.sort_by(|a, b| middle(b.area).total_cmp(&middle(a.area)));
    let mut sets = Sets((0..runs.len()).collect());
    for (index, run) in runs.iter().enumerate() {
        let after = runs.iter().enumerate().skip(index + 1).take(NEIGHBOURS);
        for (other, next) in after.take_while(|(_, next)| middle(next.area) > run.area.bottom - run.size) {
            if is_same_line(run.area, next.area)
                && gap(run.area, next.area) < SEGMENT_GAP * run.size.min(next.size)
            {
                sets.join(index, other);
            }
        }
    }
    let mut segments: Vec<Option<Segment>> = Vec::new();
    segments.resize_with(runs.len(), || None);
    for (index, run) in runs.into_iter().enumerate() {
        let Some(segment) = segments.get_mut(sets.root(index)) else { continue };
        match segment {
            Some(segment) => {
                segment.area = segment.area.union(run.area);
                segment.glyphs.extend(run.glyphs);
            }
            None => *segment = Some(Segment { area: run.area, glyphs: run.glyphs }),
        }
    }
    let mut segments: Vec<Segment> = segments.into_iter().flatten().collect();
    for segment in &mut segments {
        segment.glyphs.sort_by(|a, b| a.area.left.total_cmp(&b.area.left));
    }
    segments
}

/// Glyphs that follow one another on a baseline.
struct Run {
    glyphs: Vec<Placed>,
    area: Area,
    base: f64,
    size: f64,
}

fn runs(glyphs: Vec<Placed>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for glyph in glyphs {
        let size = glyph.size;
        let continued = runs.last_mut().filter(|run| {
            let gap = glyph.area.left - run.area.right;
            (glyph.base - run.base).abs() <= SAME_BASE * size.min(run.size)
                && (size - run.size).abs() <= 0.1 * run.size
                && (-OVERLAP * size..SEGMENT_GAP * size).contains(&gap)
        });
        match continued {
            Some(run) => {
                run.area = run.area.union(glyph.area);
                run.glyphs.push(glyph);
            }
            None => runs.push(Run { area: glyph.area, base: glyph.base, size, glyphs: vec![glyph] }),
        }
    }
    runs
}

/// Whether two areas stand on the same line.
pub(super) fn is_same_line(a: Area, b: Area) -> bool {
    let overlap = a.top.min(b.top) - a.bottom.max(b.bottom);
    overlap >= SAME_LINE * a.height().min(b.height())
}

fn middle(area: Area) -> f64 {
    (area.bottom + area.top) * 0.5
}

/// The horizontal gap between two areas; negative if they overlap.
fn gap(a: Area, b: Area) -> f64 {
    (b.left - a.right).max(a.left - b.right)
}

/// Disjoint sets of indices: each names another of its set, a root itself.
struct Sets(Vec<usize>);

impl Sets {
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&to) = self.0.get(at)
            && to != at
        {
            let next = self.0.get(to).copied().unwrap_or(to);
            if let Some(link) = self.0.get_mut(at) {
                *link = next;
            }
            at = next;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(link) = self.0.get_mut(a.max(b)) {
            *link = a.min(b);
        }
    }
}
