//! The blocks of a paragraph: text and inline markup that a parser has divided into pieces.

use std::ops::Range;

use crate::block::Affixes;
use crate::escaping::Escaping;
use crate::formats::text::widest;
use crate::inline::{self, Piece};
use crate::slot::{ParsedBlock, Slot};
use crate::wrap::LineLayout;

/// The blocks of a paragraph's pieces. A paragraph of several lines is filled to the columns of its widest line, and to
/// no fewer than `narrowest`.
pub(crate) fn blocks(
    source: &str,
    pieces: Vec<Piece>,
    escaping: Escaping,
    narrowest: usize,
) -> Vec<ParsedBlock> {
    let runs = inline::runs(source, pieces).into_iter();
    let found = runs.filter_map(|run| {
        let mut slot = Slot::new(run.range.clone(), escaping);
        slot.breaks = run.breaks;
        if let Some(newline) = run.newline {
            let width = widest(source.get(run.range).unwrap_or_default());
            slot.layout = LineLayout::Fill(width.max(narrowest));
            slot.newline = newline;
        }
        ParsedBlock { block: run.block, slot }.into_translatable()
    });
    found.collect()
}

/// The block of a text that is written as a whole, on one line; `None` if its pieces are no single block. `range` has all
/// of the text's bytes.
pub(crate) fn whole(
    source: &str,
    range: Range<usize>,
    pieces: Vec<Piece>,
    escaping: Escaping,
) -> Option<ParsedBlock> {
    let mut blocks = blocks(source, pieces, escaping, 0);
    let mut parsed = if blocks.len() == 1 { blocks.pop()? } else { return None };
    let inner = std::mem::replace(&mut parsed.slot.range, range.clone());
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default().to_owned();
    parsed.slot.frame =
        Affixes { before: slice(range.start..inner.start), after: slice(inner.end..range.end) };
    parsed.slot.layout = LineLayout::Single;
    Some(parsed)
}
