//! Divides a translation into runs of text and the markup between them, in the order they are written.

use std::borrow::Cow;
use std::ops::Range;

use crate::block::{Affixes, Block, Spaces, Span, SpanKind};
use crate::chars::is_space;
use crate::slot::Slot;
use crate::span_projection::Placed;

/// The first character after a piece; `None` before a void span, which has spaces of its own.
pub(super) fn next_char(pieces: &[Piece], at: usize) -> Option<char> {
    let after = pieces.get(at + 1..).unwrap_or_default();
    after.iter().find(|piece| !matches!(piece, Piece::Markup(..))).and_then(|piece| match piece {
        Piece::Text(text, _) | Piece::Locked(text, _) | Piece::Long(text, ..) => text.chars().next(),
        Piece::Markup(..) | Piece::Void(..) => None,
    })
}

/// A piece of a written block.
pub(super) enum Piece<'a> {
    Text(&'a str, &'a Affixes),
    /// Text copied unchanged.
    Locked(&'a str, &'a Affixes),
    /// A long text that the block does not hold, copied unchanged, and the spaces around it.
    Long(&'a str, &'a Affixes, Spaces),
    /// Markup, the byte of the part at which it starts if it is unchanged there, and whether it opens a span.
    Markup(Cow<'a, str>, usize, bool),
    /// Bytes of the part, the affixes around them, the text that is read in them, and the spaces around them.
    Void(Range<usize>, &'a Affixes, &'a str, Option<Spaces>),
}

impl<'a> Piece<'a> {
    /// The text that is read back from the piece.
    pub(super) fn read_text(&self) -> &'a str {
        match self {
            Self::Text(text, _) | Self::Locked(text, _) | Self::Void(_, _, text, _) => text,
            Self::Markup(..) | Self::Long(..) => "",
        }
    }
}

/// The order of marks at one position: what ends there, then void spans, then what starts there. A void span stays
/// inside its parent.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    VoidInside,
    Close,
    Void,
    Open,
    VoidAfterOpen,
}

/// The pieces of a translation whose spans are `placed`.
pub(super) fn pieces<'a>(
    block: &'a Block,
    slot: &'a Slot,
    translation: &'a str,
    placed: &[Placed],
) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut around_stack = vec![&slot.affixes];
    for (at, phase, _, _, one) in marks(block, placed) {
        let Some(span) = block.spans.get(one.span) else { continue };
        let around = around_stack.last().copied().unwrap_or(&slot.affixes);
        let text = translation.get(from..at).filter(|text| !text.is_empty());
        pieces.extend(text.map(|text| Piece::Text(text, around)));
        from = from.max(at);
        let inside = span.affixes.as_ref();
        match (kind(block, one), phase) {
            (SpanKind::Void, _) if span.source.is_empty() && !span.open.is_empty() => {
                pieces.push(Piece::Long(&span.open, around, span.spaces.unwrap_or_default()));
            }
            (SpanKind::Void, _) => {
                let affixes = inside.filter(|_| span.kind == SpanKind::Void);
                let text = block.text.get(span.range.clone()).unwrap_or_default();
                let spaces = spaces(block, span);
                pieces.push(Piece::Void(span.source.clone(), affixes.unwrap_or(&NO_AFFIXES), text, spaces));
            }
            // The text may be HTML, which is escaped, or a whole construct, which is not.
            (SpanKind::Locked, Phase::Open) if span.open.is_empty() => {
                let text = block.text.get(span.range.clone());
                pieces.extend(text.map(|text| Piece::Locked(text, inside.unwrap_or(around))));
                from = one.range.end;
                around_stack.push(around);
            }
            (_, Phase::Open) => {
                let (open, _) = pair(slot, span, translation, one);
                pieces.push(Piece::Markup(open, span.source.start, true));
                around_stack.push(inside.unwrap_or(around));
            }
            _ => {
                let (_, close) = pair(slot, span, translation, one);
                pieces.push(Piece::Markup(close, span.source.end.saturating_sub(span.close.len()), false));
                around_stack.pop();
            }
        }
    }
    let text = translation.get(from..).filter(|text| !text.is_empty());
    pieces.extend(text.map(|text| Piece::Text(text, &slot.affixes)));
    pieces.retain(|piece| !matches!(piece, Piece::Markup(markup, ..) if markup.is_empty()));
    pieces
}

/// The markup of a paired span at its place in the translation.
fn pair<'a>(slot: &Slot, span: &'a Span, translation: &str, placed: &Placed) -> (Cow<'a, str>, Cow<'a, str>) {
    let before = translation.get(..placed.range.start).and_then(|text| text.chars().next_back());
    let after = translation.get(placed.range.end..).and_then(|text| text.chars().next());
    slot.escaping.pair((&span.open, &span.close), (before, after))
}

/// The spaces around a span that is written as a void one; those of a missing locked text are taken from the block's text.
fn spaces(block: &Block, span: &Span) -> Option<Spaces> {
    let around = || Spaces {
        before: block.text.get(..span.range.start).is_some_and(|text| text.ends_with(is_space)),
        after: block.text.get(span.range.end..).is_some_and(|text| text.starts_with(is_space)),
    };
    let is_text = span.kind == SpanKind::Locked && span.void_if_missing;
    span.spaces.or_else(|| is_text.then(around))
}

/// The affixes of markup that is outside of runs.
static NO_AFFIXES: Affixes = Affixes { before: String::new(), after: String::new() };

type SpanMark<'p> = (usize, Phase, isize, isize, &'p Placed);

/// Where spans start and end in the translation, in the order they are written.
fn marks<'p>(block: &Block, placed: &'p [Placed]) -> Vec<SpanMark<'p>> {
    let mut marks = Vec::new();
    for one in placed {
        let (start, end) = (one.range.start, one.range.end);
        let index = one.span.cast_signed();
        if kind(block, one) == SpanKind::Void {
            let touches_parent = |edge: fn(&Placed) -> usize| {
                placed.iter().any(|p| {
                    kind(block, p) == SpanKind::Paired
                        && edge(p) == start
                        && contains(block, p.span, one.span)
                })
            };
            let phase = match () {
                () if touches_parent(|p| p.range.end) => Phase::VoidInside,
                () if touches_parent(|p| p.range.start) => Phase::VoidAfterOpen,
                () => Phase::Void,
            };
            let source = block.spans.get(one.span).map_or(0, |span| span.source.start);
            marks.push((start, phase, source.cast_signed(), 0, one));
        } else {
            // The widest opens first and closes last.
            marks.push((start, Phase::Open, -end.cast_signed(), index, one));
            marks.push((end, Phase::Close, -start.cast_signed(), -index, one));
        }
    }
    marks.sort_by(|a, b| (a.0, &a.1, a.2, a.3).cmp(&(b.0, &b.1, b.2, b.3)));
    marks
}

/// How a span is written: one whose text is missing, but that must not be, is written as a void one.
pub(super) fn kind(block: &Block, placed: &Placed) -> SpanKind {
    let is_kept = |span: &Span| span.kind == SpanKind::Locked || span.void_if_missing;
    match block.spans.get(placed.span) {
        Some(span) if !placed.range.is_empty() || !is_kept(span) => span.kind,
        _ => SpanKind::Void,
    }
}

/// Whether span `outer` contains span `inner` in the source.
fn contains(block: &Block, outer: usize, inner: usize) -> bool {
    let parent = |index: &usize| block.spans.get(*index).and_then(|span| span.parent);
    std::iter::successors(parent(&inner), parent).any(|index| index == outer)
}
