//! Which blocks are written with less markup, or kept, where a written part is not read back as it was meant.

use std::collections::BTreeSet;

use crate::limits;
use crate::read_back::Mismatch;
use crate::render::MarkupLevel;

/// Which blocks fall back for a run of mismatched ones.
#[derive(Debug, Clone, Copy)]
enum Scope {
    First,
    Run,
    /// All of the part from the first one on.
    Rest,
}

/// Each scope with the round of reading back in which it is no longer tried.
const SCOPES: [(Scope, usize); 3] =
    [(Scope::First, 4), (Scope::Run, limits::READ_BACKS / 2), (Scope::Rest, limits::READ_BACKS - 1)];

/// Lowers the markup level of the first mismatched block of each run, and, where blocks are not `isolated`, of the block
/// before it, whose markup may have taken it in; in later rounds, and where that changes nothing, that of the whole runs,
/// then of all blocks of the part from the first one on. In the last round all keep their source, and a clashing name does
/// at once. `blocks` are those of the part, sorted.
pub(crate) fn fall_back(
    levels: &mut [MarkupLevel],
    blocks: &[usize],
    isolated: bool,
    mismatch: &Mismatch,
    round: usize,
) {
    let kept = match mismatch {
        Mismatch::Names(names) => names,
        Mismatch::Blocks(runs) => {
            let mut scopes = SCOPES.into_iter().filter(|(_, end)| round < *end);
            if scopes.any(|(scope, _)| lower(levels, doubtful(blocks, isolated, runs, scope))) {
                return;
            }
            blocks
        }
    };
    for block in kept {
        levels.get_mut(*block).into_iter().for_each(|level| *level = MarkupLevel::Source);
    }
}

/// The blocks of `runs` that fall back, each once.
fn doubtful(blocks: &[usize], isolated: bool, runs: &[Vec<usize>], scope: Scope) -> BTreeSet<usize> {
    let place = |block: &usize| blocks.partition_point(|other| other < block);
    let places = runs.iter().flat_map(|run| {
        let (first, last) = (run.first().map_or(0, place), run.last().map_or(0, place));
        let end = match scope {
            Scope::First => first + 1,
            Scope::Run => last + 1,
            Scope::Rest => blocks.len(),
        };
        first.saturating_sub(usize::from(!isolated))..end
    });
    places.filter_map(|place| blocks.get(place).copied()).collect()
}

/// Lowers the levels of blocks by one; whether any was not the lowest yet.
fn lower(levels: &mut [MarkupLevel], blocks: BTreeSet<usize>) -> bool {
    let mut any = false;
    for block in blocks {
        let Some(level) = levels.get_mut(block) else { continue };
        any |= *level != MarkupLevel::Source;
        *level = if *level == MarkupLevel::Full { MarkupLevel::Minimal } else { MarkupLevel::Source };
    }
    any
}
