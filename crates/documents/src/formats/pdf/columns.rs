//! Reading order: text in columns is read column by column, all else line by line. A column is found by the gutter
//! beside it, a strip without text between lines of prose.

use super::page::Area;

/// The least width of a gutter, in heights of a line.
const GUTTER: f64 = 0.7;

/// Lines on each side of a gutter.
const LINES: usize = 3;

/// Letters of a line of prose, on the mean; cells of tables have less.
const LETTERS: f64 = 14.0;

/// The part of a column's width that its lines take, on the mean.
const FILLED: f64 = 0.5;

/// Gutters that are tried in one region.
const TRIED: usize = 64;

/// Regions inside regions.
const DEPTH: usize = 32;

/// A segment of text, as far as the order of reading needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) area: Area,
    /// Its letters; an ideograph counts as two.
    pub(super) letters: usize,
}

/// The regions of a page in reading order, each the indices of its blocks from top to bottom.
pub(super) fn regions(blocks: &[Block]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by(|a, b| top(blocks, *b).total_cmp(&top(blocks, *a)));
    let mut regions = Vec::new();
    split(blocks, order, &mut regions, 0);
    regions
}

fn top(blocks: &[Block], index: usize) -> f64 {
    blocks.get(index).map_or(0.0, |block| block.area.top)
}

fn split(blocks: &[Block], order: Vec<usize>, regions: &mut Vec<Vec<usize>>, depth: usize) {
    if order.is_empty() {
        return;
    }
    let here: Vec<Block> = order.iter().filter_map(|&index| blocks.get(index).copied()).collect();
    let Some(gutter) = (depth < DEPTH).then(|| best_gutter(&here)).flatten() else {
        regions.push(order);
        return;
    };
    let part = |keep: &dyn Fn(usize, &Block) -> bool| {
        let kept = order.iter().zip(&here).enumerate().filter(|(at, (_, block))| keep(*at, block));
        kept.map(|(_, (&index, _))| index).collect::<Vec<usize>>()
    };
    let parts = [
        part(&|at, _| at < gutter.from),
        part(&|at, block| (gutter.from..gutter.to).contains(&at) && block.area.right <= gutter.middle()),
        part(&|at, block| (gutter.from..gutter.to).contains(&at) && block.area.right > gutter.middle()),
        part(&|at, _| at >= gutter.to),
    ];
    for part in parts {
        split(blocks, part, regions, depth + 1);
    }
}

/// A strip without text between blocks `from..to` of a region.
#[derive(Debug, Clone, Copy)]
struct Gutter {
    left: f64,
    right: f64,
    from: usize,
    to: usize,
}

impl Gutter {
    fn middle(self) -> f64 {
        (self.left + self.right) * 0.5
    }

    /// Narrows the strip so that a block is beside it; `false` if it would be too narrow.
    fn avoid(&mut self, area: Area, least: f64) -> bool {
        if area.right <= self.left || area.left >= self.right {
            return true;
        }
        let (before, after) = (area.left - self.left, self.right - area.right);
        if before.max(after) < least {
            return false;
        }
        match before > after {
            true => self.right = area.left,
            false => self.left = area.right,
        }
        true
    }
}

/// The gutter with the most lines on both sides; `None` if the region is one column.
fn best_gutter(here: &[Block]) -> Option<Gutter> {
    if here.len() < 2 * LINES {
        return None;
    }
    let mut heights: Vec<f64> = here.iter().map(|block| block.area.height()).collect();
    heights.sort_by(f64::total_cmp);
    let least = heights.get(heights.len() / 2)? * GUTTER;
    let mut tried: Vec<(i64, i64)> = Vec::new();
    let mut best: Option<(usize, Gutter)> = None;
    for (at, block) in here.iter().enumerate() {
        // The next block to the right on about the same height.
        let beside = here.iter().skip(at.saturating_sub(40)).take(80).filter(|other| {
            other.area.left > block.area.right
                && other.area.bottom < block.area.top
                && other.area.top > block.area.bottom
        });
        let Some(next) = beside.min_by(|a, b| a.area.left.total_cmp(&b.area.left)) else { continue };
        let key = (block.area.right.round() as i64, next.area.left.round() as i64);
        if next.area.left - block.area.right < least || tried.contains(&key) {
            continue;
        }
        tried.push(key);
        if tried.len() > TRIED {
            break;
        }
        let seed = Gutter { left: block.area.right, right: next.area.left, from: at, to: at + 1 };
        let gutter = extended(here, seed, least);
        if let Some(lines) = prose_lines(here, gutter)
            && best.is_none_or(|(most, _)| lines > most)
        {
            best = Some((lines, gutter));
        }
    }
    best.map(|(_, gutter)| gutter)
}

/// The gutter continued up and down as far as it stays wide enough.
fn extended(here: &[Block], mut gutter: Gutter, least: f64) -> Gutter {
    for at in (0..gutter.from).rev() {
        if !here.get(at).is_some_and(|block| gutter.avoid(block.area, least)) {
            break;
        }
        gutter.from = at;
    }
    for (at, block) in here.iter().enumerate().skip(gutter.to) {
        if !gutter.avoid(block.area, least) {
            break;
        }
        gutter.to = at + 1;
    }
    // The last lines of a paragraph across both columns are short, and still belong to it.
    while gutter.to - gutter.from > 2 * LINES
        && let Some([above, first, second]) = gutter.from.checked_sub(1).and_then(|at| here.get(at..at + 3))
        && above.area.bottom - first.area.top < first.area.height() * 0.4
        && first.area.bottom - second.area.top > -first.area.height() * 0.2
    {
        gutter.from += 1;
    }
    gutter
}

/// The lines of prose on the side that has less; `None` if one side is no prose.
fn prose_lines(here: &[Block], gutter: Gutter) -> Option<usize> {
    let beside = here.get(gutter.from..gutter.to)?;
    let (left, right): (Vec<Block>, Vec<Block>) =
        beside.iter().partition(|block| block.area.right <= gutter.middle());
    Some(lines_of_prose(&left)?.min(lines_of_prose(&right)?))
}

fn lines_of_prose(side: &[Block]) -> Option<usize> {
    let first = side.first()?;
    let (mut rows, mut row_bottom) = (0_usize, f64::INFINITY);
    let mut bounds = first.area;
    let (mut width, mut letters) = (0.0, 0);
    for block in side {
        bounds = bounds.union(block.area);
        width += block.area.width();
        letters += block.letters;
        if block.area.top <= row_bottom + block.area.height() * 0.4 {
            rows += 1;
            row_bottom = block.area.bottom;
        }
    }
    let filled = width / (rows as f64 * bounds.width().max(0.1));
    let is_prose = rows >= LINES && filled >= FILLED && letters as f64 / side.len() as f64 >= LETTERS;
    is_prose.then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f64, right: f64, top: f64) -> Block {
        Block { area: Area { left, bottom: top - 10.0, right, top }, letters: 40 }
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let mut blocks = vec![line(50.0, 550.0, 790.0)];
        for row in 0..6 {
            let top = 760.0 - 12.0 * f64::from(row);
            blocks.push(line(310.0, 540.0, top));
            blocks.push(line(60.0, 290.0, top));
        }
        blocks.push(line(50.0, 550.0, 600.0));
        let regions = regions(&blocks);
        assert_eq!(regions, [vec![0], vec![2, 4, 6, 8, 10, 12], vec![1, 3, 5, 7, 9, 11], vec![13]]);
    }

    #[test]
    fn rows_of_short_cells_are_no_columns() {
        let cells = (0..8).flat_map(|row| {
            [60.0, 300.0]
                .map(|left| Block { letters: 5, ..line(left, left + 30.0, 700.0 - 12.0 * f64::from(row)) })
        });
        assert_eq!(regions(&cells.collect::<Vec<_>>()).len(), 1);
    }
}
