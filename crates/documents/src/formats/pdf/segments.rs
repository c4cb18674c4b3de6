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

/// Texts that are set over one another in a line and kept apart. Real pages have two: a form and what was filled in.
const LAYERS: usize = 8;

/// Glyphs that stand over one another by more than this part of the narrower one are not beside each other.
const COLLISION: f64 = 0.5;

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
    let mut joined: Vec<Vec<Layer>> = Vec::new();
    joined.resize_with(runs.len(), Vec::new);
    for (index, run) in runs.into_iter().enumerate() {
        let Some(layers) = joined.get_mut(sets.root(index)) else { continue };
        let is_last = layers.len() == LAYERS;
        let free = layers.iter().position(|layer| !layer.collides(&run));
        match free.or(is_last.then_some(LAYERS - 1)).and_then(|at| layers.get_mut(at)) {
            Some(layer) => layer.0.push(run),
            None => layers.push(Layer(vec![run])),
        }
    }
    joined.into_iter().flatten().filter_map(Layer::into_segment).collect()
}

/// Runs of a line that stand beside one another.
struct Layer(Vec<Run>);

impl Layer {
    /// Whether a run is set over one of them.
    fn collides(&self, run: &Run) -> bool {
        self.0.iter().rev().take(NEIGHBOURS).any(|other| other.collides(run))
    }

    fn into_segment(self) -> Option<Segment> {
        let area = self.0.iter().map(|run| run.area).reduce(Area::union)?;
        let mut glyphs: Vec<Placed> = self.0.into_iter().flat_map(|run| run.glyphs).collect();
        glyphs.sort_by(|a, b| a.area.left.total_cmp(&b.area.left));
        Some(Segment { glyphs, area })
    }
}

/// Glyphs that follow one another on a baseline.
struct Run {
    glyphs: Vec<Placed>,
    area: Area,
    base: f64,
    size: f64,
}

impl Run {
    /// Whether most of the letters of the shorter one stand over letters of the other, on one baseline. Accents, letters
    /// beside one another and raised marks do not.
    fn collides(&self, other: &Self) -> bool {
        let size = self.size.min(other.size);
        if gap(self.area, other.area) > -size * COLLISION || (self.base - other.base).abs() > SAME_BASE * size
        {
            return false;
        }
        let (short, long) = match self.glyphs.len() < other.glyphs.len() {
            true => (self, other),
            false => (other, self),
        };
        let mut collisions = 0;
        let mut from = 0;
        for glyph in &short.glyphs {
            let rest = long.glyphs.get(from..).unwrap_or_default();
            from += rest.iter().take_while(|over| over.area.right <= glyph.area.left).count();
            let over = long.glyphs.get(from..).unwrap_or_default();
            let over = over.iter().take_while(|over| over.area.left < glyph.area.right);
            let narrower = |over: &Placed| over.area.width().min(glyph.area.width());
            let is_over = |over: &Placed| -gap(over.area, glyph.area) > narrower(over) * COLLISION;
            collisions += usize::from(over.take(LAYERS).any(is_over));
        }
        collisions > 1 && collisions * 2 > short.glyphs.len()
    }
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
