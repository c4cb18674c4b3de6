//! Projects a block's spans onto its translation: by text that is unchanged, then by the word alignment.
//!
//! The model saw clean text. The position is certain for a span around the whole text, for words that are in the
//! translation unchanged, and for a lead-in (`**Note:** …`) that ends at the first such mark on both sides. Other spans
//! are projected by the links between words; a span whose words they do not find is dropped, or moved to the end.

mod item_search;
mod locked_items;
mod punctuation;
mod word_links;

use std::ops::Range;

use crate::block::{Block, Span, SpanKind, Translation};
use crate::limits;
use item_search::Item;
use punctuation::{Mark, after_same_mark, before_marks, occurrences};
use word_links::WordLinks;

pub use locked_items::{missing_items, with_items};

/// A span with its position in the translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Index into [`Block::spans`].
    pub span: usize,
    /// Bytes of the translation; empty for a void span.
    pub range: Range<usize>,
    /// Whether its position is a guess, such as the end.
    pub guessed: bool,
}

/// The positions of all spans that have one. Any two ranges are nested as in the source, or apart, and void spans keep
/// their order.
pub(crate) fn project(block: &Block, translation: &Translation) -> Vec<Placed> {
    let text = translation.text.as_str();
    let links = WordLinks::new(&block.text, text, &translation.links);
    let mut projection = Projection { block, translation: text, links, placed: Vec::new() };
    let of = |kind: SpanKind| block.spans.iter().enumerate().filter(move |(_, span)| span.kind == kind);
    for (index, span) in of(SpanKind::Locked) {
        let certain = projection.locked(index, span);
        let guess = span.void_if_missing.then(|| projection.fallback_position(span));
        projection.put(index, certain, guess);
    }
    projection.put_chosen(&translation.spans);
    for (index, span) in of(SpanKind::Paired) {
        if projection.placed_range(index).is_none() {
            let certain = projection.paired(index, span);
            projection.put(index, certain, None);
        }
    }
    // Certain positions come first, so that a wrong link cannot occupy one.
    for (index, span) in of(SpanKind::Paired) {
        if projection.placed_range(index).is_none() {
            let linked = projection.linked(index, span);
            let guess = span.void_if_missing.then(|| projection.fallback_position(span));
            projection.put(index, linked, guess);
        }
    }
    for (index, span) in of(SpanKind::Void) {
        if projection.placed_range(index).is_some() {
            continue;
        }
        let found = projection.void(span).or_else(|| projection.links.position(span.range.start));
        let found = found.map(|at| projection.outside_locked(projection.inside_parent(span, at)));
        let guess = projection.fallback_position(span);
        projection.put(index, found.map(|at| at..at), Some(guess));
    }
    in_order(block, &mut projection.placed);
    projection.placed
}

/// Where the paired and void spans of a block are in its translation: an index into [`Block::spans`], and bytes of the
/// text. A void span without a certain position has none.
pub fn span_positions(block: &Block, translation: &Translation) -> Vec<(usize, Range<usize>)> {
    let is_locked =
        |placed: &Placed| block.spans.get(placed.span).is_none_or(|span| span.kind == SpanKind::Locked);
    let placed =
        project(block, translation).into_iter().filter(|placed| !placed.guessed && !is_locked(placed));
    placed.map(|placed| (placed.span, placed.range)).collect()
}

/// Moves void spans into the order of the source.
fn in_order(block: &Block, placed: &mut [Placed]) {
    let mut voids: Vec<&mut Placed> = placed.iter_mut().filter(|placed| placed.range.is_empty()).collect();
    voids.sort_by_key(|placed| block.spans.get(placed.span).map_or(0, |span| span.source.start));
    // A guess is moved before the certain positions that follow it.
    let mut most = usize::MAX;
    for placed in voids.iter_mut().rev() {
        let at = placed.range.start.min(most);
        if placed.guessed {
            placed.range = at..at;
        } else {
            most = at;
        }
    }
    let mut least = 0;
    for placed in voids {
        least = least.max(placed.range.start);
        placed.range = least..least;
    }
}

struct Projection<'a> {
    block: &'a Block,
    translation: &'a str,
    links: WordLinks<'a>,
    placed: Vec<Placed>,
}

impl Projection<'_> {
    fn put(&mut self, span: usize, found: Option<Range<usize>>, guess: Option<Range<usize>>) {
        let guessed = found.is_none();
        if let Some(range) = found.or(guess) {
            self.placed.push(Placed { span, range, guessed });
        }
    }

    /// Places the spans whose positions a person has chosen.
    fn put_chosen(&mut self, chosen: &[(usize, Range<usize>)]) {
        for (index, range) in chosen {
            let Some(span) = self.block.spans.get(*index) else { continue };
            let is_paired = span.kind == SpanKind::Paired;
            let valid = span.kind != SpanKind::Locked
                && is_paired == (range.start < range.end)
                && self.translation.get(range.clone()).is_some();
            if valid && self.placed_range(*index).is_none() && self.fits(*index, span, range) {
                self.put(*index, Some(range.clone()), None);
            }
        }
    }

    fn placed_range(&self, span: usize) -> Option<&Range<usize>> {
        self.placed.iter().find(|placed| placed.span == span).map(|placed| &placed.range)
    }

    /// The range of a span's words by the links, within the range that the spans placed so far leave, including the spans
    /// inside it.
    fn linked(&self, index: usize, span: &Span) -> Option<Range<usize>> {
        let mut available = 0..self.translation.len();
        let (mut inner, mut taken) = (None::<Range<usize>>, Vec::new());
        for placed in &self.placed {
            let other = self.block.spans.get(placed.span)?;
            match relation(span, index, other, placed.span) {
                Relation::Within => {
                    available = available.start.max(placed.range.start)..available.end.min(placed.range.end);
                }
                Relation::Around => {
                    let hull = inner.unwrap_or_else(|| placed.range.clone());
                    inner = Some(hull.start.min(placed.range.start)..hull.end.max(placed.range.end));
                }
                Relation::Apart => taken.push(placed.range.clone()),
            }
        }
        taken.retain(|range| range.start < range.end);
        taken.sort_by_key(|range| range.start);
        taken.push(available.end..available.end);
        let mut from = available.start;
        let mut best: Option<(i32, Range<usize>)> = None;
        for range in taken {
            let gap = from..range.start.min(available.end);
            from = from.max(range.end);
            if let Some(found) = self.links.target(&span.range, &gap).filter(|_| gap.start < gap.end)
                && best.as_ref().is_none_or(|best| best.0 < found.0)
            {
                best = Some(found);
            }
        }
        let found = best.map(|(_, range)| range)?;
        let range = match inner {
            Some(inner) => found.start.min(inner.start)..found.end.max(inner.end),
            None => found,
        };
        Some(range).filter(|range| self.fits(index, span, range))
    }

    /// Moves the position of a void span into its parent.
    fn inside_parent(&self, span: &Span, at: usize) -> usize {
        let parent = span.parent.and_then(|parent| self.placed_range(parent));
        parent.map_or(at, |range| at.clamp(range.start, range.end))
    }

    /// The range of a locked span, by its text.
    fn locked(&self, index: usize, span: &Span) -> Option<Range<usize>> {
        let mut found = Item::new(&self.block.text, span.range.clone())?.occurrences(self.translation);
        found.find(|range| self.fits(index, span, range))
    }

    /// The range of a paired span, if it is certain.
    fn paired(&self, index: usize, span: &Span) -> Option<Range<usize>> {
        let (text, end) = (&self.block.text, self.translation.len());
        let inner = text.get(span.range.clone())?;
        if span.range == (0..text.len()) {
            return Some(0..end);
        }
        let same_range =
            |placed: &&Placed| self.block.spans.get(placed.span).is_some_and(|s| s.range == span.range);
        if let Some(placed) = self.placed.iter().find(same_range) {
            return Some(placed.range.clone()).filter(|range| self.fits(index, span, range));
        }
        let before =
            occurrences(text, inner.trim()).take_while(|range| range.start < span.range.start).count();
        let mut fitting = occurrences(self.translation, inner.trim())
            .take(limits::SPANS_PER_BLOCK)
            .filter(|range| self.fits(index, span, range));
        let first = fitting.next();
        let same = if before > 0 { fitting.nth(before - 1).or(first) } else { first };
        same.or_else(|| self.lead_in(span).filter(|range| self.fits(index, span, range)))
    }

    /// The start of the translation up to the mark that ends the span in the source.
    fn lead_in(&self, span: &Span) -> Option<Range<usize>> {
        let text = &self.block.text;
        if span.range.start > 0 {
            return None;
        }
        let inner = text.get(span.range.clone())?.trim_end();
        let rest = text.get(span.range.end..)?;
        let inside = inner.chars().next_back().and_then(Mark::of).filter(|mark| *mark != Mark::Dash);
        let mark = inside.or_else(|| rest.trim_start().chars().next().and_then(Mark::of))?;
        let (at, c) = mark.find(self.translation)?;
        let end =
            if inside.is_some() { at + c.len_utf8() } else { self.translation.get(..at)?.trim_end().len() };
        (end > 0).then_some(0..end)
    }

    /// The position of a void span, by the text around it.
    fn void(&self, span: &Span) -> Option<usize> {
        let (text, translation) = (&self.block.text, self.translation);
        let (before, after) = text.split_at_checked(span.range.start)?;
        // HTML that was not at the start of the line must not be moved there, or it would be a block of its own.
        if before.is_empty() || (!before.contains(char::is_alphanumeric) && !span.open.starts_with('<')) {
            return Some(0);
        }
        if after.is_empty() {
            return Some(translation.len());
        }
        if !after.contains(char::is_alphanumeric) {
            return Some(before_marks(translation, after));
        }
        let anchor = |word: Option<&str>, end: bool| {
            let word = word?;
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let with_marks = Some(word).filter(|_| !bare.is_empty());
            let mut found =
                with_marks.into_iter().chain([bare]).flat_map(|word| occurrences(translation, word));
            found.next().map(|at| if end { at.end } else { at.start })
        };
        after_same_mark(before, text, translation)
            .or_else(|| anchor(before.split_whitespace().next_back(), true))
            .or_else(|| anchor(after.split_whitespace().next(), false))
    }

    /// The position of a span for which no position is found.
    fn fallback_position(&self, span: &Span) -> Range<usize> {
        let has_text = span.kind == SpanKind::Locked || span.void_if_missing;
        let at = if has_text { self.void(span) } else { None };
        let at = at.map(|at| self.outside_locked(at));
        let at = at.unwrap_or(self.translation.len());
        at..at
    }

    /// Moves a position out of a locked span.
    fn outside_locked(&self, at: usize) -> usize {
        let inside = |placed: &&Placed| {
            self.block.spans.get(placed.span).is_some_and(|span| span.kind == SpanKind::Locked)
                && placed.range.start < at
                && at < placed.range.end
        };
        self.placed.iter().find(inside).map_or(at, |placed| placed.range.end)
    }

    /// Whether `range` is nested in the ranges placed so far as `span` is in their spans.
    fn fits(&self, index: usize, span: &Span, range: &Range<usize>) -> bool {
        self.placed.iter().all(|placed| {
            let Some(other) = self.block.spans.get(placed.span) else { return true };
            match relation(span, index, other, placed.span) {
                Relation::Around => contains(range, &placed.range),
                Relation::Within => contains(&placed.range, range),
                Relation::Apart => range.end <= placed.range.start || placed.range.end <= range.start,
            }
        })
    }
}

/// How two spans are nested.
enum Relation {
    Around,
    Within,
    Apart,
}

/// How `span` and `other` are nested in the source; of two equal ranges the first is around the second.
fn relation(span: &Span, index: usize, other: &Span, other_index: usize) -> Relation {
    if contains(&span.range, &other.range) && (span.range != other.range || index < other_index) {
        Relation::Around
    } else if contains(&other.range, &span.range) {
        Relation::Within
    } else {
        Relation::Apart
    }
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Format};

    /// The pieces of the translation that the spans of a Markdown source are put around.
    fn placed(source: &str, translation: &str) -> Vec<String> {
        let document = Document::parse(Format::Markdown, source.as_bytes()).expect("valid");
        let block = &document.blocks()[0];
        let mut placed = project(block, &translation.into());
        placed.sort_by_key(|placed| placed.span);
        placed.into_iter().map(|placed| translation[placed.range].to_owned()).collect()
    }

    #[test]
    fn the_whole_text_is_covered_whole() {
        assert_eq!(placed("**Read me**", "Lies mich"), ["Lies mich"]);
    }

    #[test]
    fn surviving_words_are_found_as_words() {
        assert_eq!(placed("See *Go* and Gopher", "Gopher und Go"), ["Go"]);
        assert_eq!(placed("the [Rust book](u) is free", "das Buch ist frei"), [""; 0]);
    }

    #[test]
    fn the_same_occurrence_is_marked() {
        assert_eq!(project_range("x a *a* b", "y a a z"), 4..5);
    }

    fn project_range(source: &str, translation: &str) -> Range<usize> {
        let document = Document::parse(Format::Markdown, source.as_bytes()).expect("valid");
        project(&document.blocks()[0], &translation.into())[0].range.clone()
    }

    #[test]
    fn lead_ins_end_at_the_same_mark() {
        assert_eq!(placed("**Note:** it is 12:30.", "Achtung: es ist 12:30."), ["Achtung:"]);
        assert_eq!(placed("**Note**: it is late", "注意：もう遅い"), ["注意"]);
        assert_eq!(placed("**Speed** – it is fast", "Tempo – es ist schnell"), ["Tempo"]);
        assert_eq!(placed("*Stop.* Then turn left.", "Halt. Dann links."), ["Halt."]);
    }

    #[test]
    fn code_is_found_with_or_without_its_marks() {
        assert_eq!(placed("Run `make all` now", "Jetzt make all ausführen"), ["make all"]);
        assert_eq!(placed("Run `a` now", "Jetzt laufen"), [""; 0]);
    }

    #[test]
    fn ranges_never_cross() {
        let translation = "B und A und A B";
        let document = Document::parse(Format::Markdown, b"*A **B*** x").expect("valid");
        let ranges: Vec<_> =
            project(&document.blocks()[0], &translation.into()).into_iter().map(|p| p.range).collect();
        assert_eq!(ranges, [12..15, 14..15]);
    }
}
