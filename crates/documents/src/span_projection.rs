//! Finds the places of a block's spans in its translation: by what survives letter for letter, then by the links
//! between words.
//!
//! The model saw clean text. Certain is the place of a span around the whole text, of words that stand in the
//! translation as they stood in the source, and of a lead-in (`**Note:** …`) that ends at the first such mark on both
//! sides. For the others the links say which words came from which; a span whose words they do not find is dropped,
//! or stands at the end.

mod linked;

use std::ops::Range;

use crate::block::{Block, Span, SpanKind, Translation};
use crate::chars::is_unspaced;
use crate::limits;
use linked::Linked;

/// Where a span stands in the translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Index into [`Block::spans`].
    pub span: usize,
    /// Bytes of the translation; empty for a void span.
    pub range: Range<usize>,
    /// Whether nothing told its place, so that it stands at the end.
    pub guessed: bool,
}

/// The places of all spans that have one. Any two ranges are nested as in the source, or apart, and void spans stand
/// in the order that they have there.
pub(crate) fn project(block: &Block, translation: &Translation) -> Vec<Placed> {
    let text = translation.text.as_str();
    let links = Linked::new(&block.text, text, &translation.links);
    let mut projection = Projection { block, translation: text, links, placed: Vec::new() };
    let of = |kind: SpanKind| block.spans.iter().enumerate().filter(move |(_, span)| span.kind == kind);
    for (index, span) in of(SpanKind::Locked) {
        let certain = projection.locked(index, span);
        let guess = span.void_if_missing.then(|| projection.stand_in(span));
        projection.put(index, certain, guess);
    }
    for (index, span) in of(SpanKind::Paired) {
        let certain = projection.paired(index, span);
        projection.put(index, certain, None);
    }
    // What is certain goes first, so that a wrong link takes no place away from it.
    for (index, span) in of(SpanKind::Paired) {
        if projection.placed_range(index).is_none() {
            let linked = projection.linked(index, span);
            let guess = span.void_if_missing.then(|| projection.stand_in(span));
            projection.put(index, linked, guess);
        }
    }
    for (index, span) in of(SpanKind::Void) {
        let found = projection.void(span).or_else(|| projection.links.point(span.range.start));
        let found = found.map(|at| projection.outside_locked(projection.within_holder(span, at)));
        let guess = projection.stand_in(span);
        projection.put(index, found.map(|at| at..at), Some(guess));
    }
    in_order(block, &mut projection.placed);
    projection.placed
}

/// Moves void spans so that they stand in the order of the source: what starts somewhere may end at a later one.
fn in_order(block: &Block, placed: &mut [Placed]) {
    let mut voids: Vec<&mut Placed> = placed.iter_mut().filter(|placed| placed.range.is_empty()).collect();
    voids.sort_by_key(|placed| block.spans.get(placed.span).map_or(0, |span| span.source.start));
    // A guess gives way to what is certain after it.
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

/// The text of a locked span without the marks around it, which a model may leave out.
fn bare(text: &str) -> &str {
    text.trim_matches(['`', '<', '>', '$']).trim()
}

struct Projection<'a> {
    block: &'a Block,
    translation: &'a str,
    links: Linked<'a>,
    placed: Vec<Placed>,
}

impl Projection<'_> {
    fn put(&mut self, span: usize, found: Option<Range<usize>>, guess: Option<Range<usize>>) {
        let guessed = found.is_none();
        if let Some(range) = found.or(guess) {
            self.placed.push(Placed { span, range, guessed });
        }
    }

    fn placed_range(&self, span: usize) -> Option<&Range<usize>> {
        self.placed.iter().find(|placed| placed.span == span).map(|placed| &placed.range)
    }

    /// Where the links say that a span's words are: in the room that the spans placed so far leave, with those that
    /// are inside it.
    fn linked(&self, index: usize, span: &Span) -> Option<Range<usize>> {
        let mut room = 0..self.translation.len();
        let (mut inner, mut taken) = (None::<Range<usize>>, Vec::new());
        for placed in &self.placed {
            let other = self.block.spans.get(placed.span)?;
            match relation(span, index, other, placed.span) {
                Relation::Within => {
                    room = room.start.max(placed.range.start)..room.end.min(placed.range.end);
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
        taken.push(room.end..room.end);
        let mut from = room.start;
        let mut best: Option<(i32, Range<usize>)> = None;
        for range in taken {
            let gap = from..range.start.min(room.end);
            from = from.max(range.end);
            if let Some(found) = self.links.place(&span.range, &gap).filter(|_| gap.start < gap.end)
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

    /// A void span that stands in a paired one stays in it.
    fn within_holder(&self, span: &Span, at: usize) -> usize {
        let holder = span.parent.and_then(|holder| self.placed_range(holder));
        holder.map_or(at, |range| at.clamp(range.start, range.end))
    }

    fn locked(&self, index: usize, span: &Span) -> Option<Range<usize>> {
        let text = self.block.text.get(span.range.clone())?;
        [text, bare(text)].into_iter().find_map(|wanted| {
            let mut found = occurrences(self.translation, wanted).take(limits::SPANS_PER_BLOCK);
            found.find(|range| self.fits(index, span, range))
        })
    }

    fn paired(&self, index: usize, span: &Span) -> Option<Range<usize>> {
        let (text, end) = (&self.block.text, self.translation.len());
        let inner = text.get(span.range.clone())?;
        if span.range == (0..text.len()) {
            return Some(0..end);
        }
        let around_locked =
            |placed: &&Placed| self.block.spans.get(placed.span).is_some_and(|s| s.range == span.range);
        if let Some(placed) = self.placed.iter().find(around_locked) {
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

    /// The translation's start up to the mark that ends the span in the source.
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

    fn void(&self, span: &Span) -> Option<usize> {
        let (text, translation) = (&self.block.text, self.translation);
        let (before, after) = text.split_at_checked(span.range.start)?;
        // HTML that did not start the line must not, or it would be a block of its own.
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

    /// Where a span stands that nothing says the place of.
    fn stand_in(&self, span: &Span) -> Range<usize> {
        let at = if span.kind == SpanKind::Locked { self.void(span) } else { None };
        let at = at.map(|at| self.outside_locked(at));
        let at = at.unwrap_or(self.translation.len());
        at..at
    }

    fn outside_locked(&self, at: usize) -> usize {
        let inside = |placed: &&Placed| {
            self.block.spans.get(placed.span).is_some_and(|span| span.kind == SpanKind::Locked)
                && placed.range.start < at
                && at < placed.range.end
        };
        self.placed.iter().find(inside).map_or(at, |placed| placed.range.end)
    }

    /// Whether `range` lies to the ranges placed so far as `span` lies to theirs in the source.
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

/// How a span lies to another one.
enum Relation {
    Around,
    Within,
    Apart,
}

/// How `span` lies to `other` in the source; of two equal ones the first is around the second.
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

/// All places where `wanted` stands as words of its own.
fn occurrences<'a>(text: &'a str, wanted: &'a str) -> impl Iterator<Item = Range<usize>> {
    let inside_word = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => [a, b].into_iter().all(|c| c.is_alphanumeric() && !is_unspaced(c)),
        _ => false,
    };
    let found = (!wanted.is_empty()).then(|| text.match_indices(wanted)).into_iter().flatten();
    found.map(|(at, found)| at..at + found.len()).filter(move |range| {
        let (before, after) = (text.get(..range.start), text.get(range.end..));
        !inside_word(before.and_then(|s| s.chars().next_back()), wanted.chars().next())
            && !inside_word(wanted.chars().next_back(), after.and_then(|s| s.chars().next()))
    })
}

/// The place before the marks at the end of the translation, such as a comma, where the source has only `marks` left.
fn before_marks(translation: &str, marks: &str) -> usize {
    let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    let most = marks.chars().filter(|&c| is_mark(c)).count();
    let last = translation.chars().rev().take(most).take_while(|&c| is_mark(c));
    translation.len() - last.map(char::len_utf8).sum::<usize>()
}

/// The place after the n-th end of a sentence, where `before` ends with the n-th of as many.
fn after_same_mark(before: &str, text: &str, translation: &str) -> Option<usize> {
    let is_end = |c: char| Mark::of(c) == Some(Mark::End);
    let count = |text: &str| text.chars().filter(|&c| is_end(c)).count();
    if !before.ends_with(is_end) || count(text) != count(translation) {
        return None;
    }
    let (at, mark) = translation.match_indices(is_end).nth(count(before).checked_sub(1)?)?;
    Some(at + mark.len())
}

/// Marks that end a lead-in, across scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Colon,
    Dash,
    End,
}

impl Mark {
    fn of(c: char) -> Option<Self> {
        match c {
            ':' | '：' => Some(Self::Colon),
            '-' | '–' | '—' => Some(Self::Dash),
            '.' | '!' | '?' | '。' | '！' | '？' | '।' => Some(Self::End),
            _ => None,
        }
    }

    /// The first such mark that is not inside a word or number.
    fn find(self, text: &str) -> Option<(usize, char)> {
        let mut before = ' ';
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map_or(' ', |&(_, next)| next);
            let free = match self {
                Self::Dash => before.is_whitespace() && next.is_whitespace() || c == '—',
                Self::Colon | Self::End => next.is_whitespace() || is_unspaced(c) || !next.is_alphanumeric(),
            };
            if Self::of(c) == Some(self) && free {
                return Some((at, c));
            }
            before = c;
        }
        None
    }
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
