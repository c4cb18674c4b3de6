//! A block's translation as bytes of its document: spans put back, markup escaped, lines laid out.

use std::ops::Range;

use crate::block::{Block, Layout, Place, Setting, SpanKind};
use crate::document::{Document, Finding, Problem};
use crate::markdown::escape;
use crate::project::{Placed, project};
use crate::wrap::{Words, is_space};

/// How much of a block's markup a draft tries to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// All that finds its place.
    Marked,
    /// None that could be misread: paired spans dropped, every mark escaped.
    Bare,
    /// The source itself.
    Source,
}

/// A document being written.
pub(crate) struct Draft<'a> {
    pub document: &'a Document,
    pub translations: &'a [String],
    pub cares: &'a [Care],
    /// The text each block must be read back as; empty when the translation has no words, so is no block.
    pub reads: Vec<String>,
    pub findings: Vec<Finding>,
}

impl Draft<'_> {
    /// The document's bytes in `range`, with the blocks from `first` on in it replaced.
    pub fn copy(&mut self, range: Range<usize>, first: usize) -> String {
        let document = self.document;
        let mut out = String::new();
        let mut from = range.start;
        for (index, place) in document.places.iter().enumerate().skip(first) {
            if place.range.start >= range.end {
                break;
            }
            // Skips blocks inside one that is already written.
            if place.range.start >= from {
                out.push_str(document.slice(from..place.range.start));
                out.push_str(&self.block(index));
                from = place.range.end;
            }
        }
        out.push_str(document.slice(from..range.end));
        out
    }

    fn block(&mut self, index: usize) -> String {
        let document = self.document;
        let (Some(block), Some(place), Some(given), Some(&care)) = (
            document.blocks.get(index),
            document.places.get(index),
            self.translations.get(index),
            self.cares.get(index),
        ) else {
            return String::new();
        };
        let translation = clean(given, !place.breaks.is_empty());
        let problem = match care {
            _ if *given == block.text => None,
            _ if translation.is_empty() => Some(Problem::Empty),
            Care::Source => Some(Problem::Refused),
            Care::Marked | Care::Bare => return self.translated(index, block, &translation, care),
        };
        self.findings.extend(problem.map(|problem| Finding { block: index, problem, text: given.clone() }));
        if let Some(reads) = self.reads.get_mut(index) {
            reads.clone_from(&block.text);
        }
        self.copy(place.range.clone(), index + 1)
    }

    fn translated(&mut self, index: usize, block: &Block, translation: &str, care: Care) -> String {
        let mut placed = project(block, translation);
        placed.retain(|placed| care == Care::Marked || kind(block, placed) != SpanKind::Paired);
        let placed = self.fit(index, block, translation, placed);
        self.report(index, block, &placed);
        self.lay_out(index, translation, &placed)
    }

    /// Moves or drops emphasis that Markdown would not read as such.
    fn fit(&self, index: usize, block: &Block, translation: &str, placed: Vec<Placed>) -> Vec<Placed> {
        let setting = self.document.places.get(index).map(|place| place.setting);
        if setting == Some(Setting::Plain) {
            return placed;
        }
        let fitted = |placed: Placed| {
            if kind(block, &placed) != SpanKind::Paired {
                return Some(placed);
            }
            let open = block.spans.get(placed.span).map_or("", |span| span.open.as_str());
            let range = escape::emphasis_range(open, translation, placed.range.clone())?;
            Some(Placed { range, ..placed })
        };
        placed.into_iter().filter_map(fitted).collect()
    }

    fn report(&mut self, index: usize, block: &Block, placed: &[Placed]) {
        for (span, markup) in block.spans.iter().enumerate() {
            let text = block.text.get(markup.range.clone()).unwrap_or_default();
            let found = placed.iter().find(|placed| placed.span == span);
            let problem = match (found, markup.kind) {
                (None, SpanKind::Locked) => Problem::Lost,
                (None, _) => Problem::Dropped,
                (Some(placed), _) if placed.guessed => Problem::Moved,
                _ => continue,
            };
            let text = format!("{}{text}{}", markup.open, markup.close);
            self.findings.push(Finding { block: index, problem, text });
        }
    }

    fn lay_out(&mut self, index: usize, translation: &str, placed: &[Placed]) -> String {
        let document = self.document;
        let (Some(block), Some(place)) = (document.blocks.get(index), document.places.get(index)) else {
            return String::new();
        };
        let bare = self.cares.get(index) != Some(&Care::Marked);
        // A comment or tag must not come to stand at a line's start, where it would be a block of HTML.
        let layout = if bare { Layout::Line } else { place.layout };
        let mut words = Words::new(place.setting == Setting::Plain);
        let mut out = String::new();
        let mut reads = String::new();
        let mut breaks = place.breaks.iter();
        let mut line_break = "";
        let pieces = pieces(block, translation, placed);
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => {
                    reads.push_str(text);
                    let before_link =
                        matches!(pieces.get(at + 1), Some(Piece::Markup(next)) if next.starts_with('['));
                    for (number, line) in text.split('\n').enumerate() {
                        if number > 0 {
                            let before =
                                std::mem::replace(&mut words, Words::new(place.setting == Setting::Plain));
                            out.push_str(&lines(before, place, layout));
                            line_break = breaks.next().map_or(line_break, String::as_str);
                            out.push_str(line_break);
                        }
                        words.text(&escape::text(line, place.setting, bare, before_link));
                    }
                }
                Piece::Locked(text) => {
                    reads.push_str(text);
                    words.raw(text);
                }
                Piece::Markup(markup) => words.raw(markup),
                Piece::Void(source) => {
                    let apart = |c: Option<char>| c.is_none_or(is_space);
                    let before = document.slice(place.range.start..source.start).chars().next_back();
                    let follows = at.checked_sub(1).and_then(|at| pieces.get(at));
                    let adjoins = matches!(follows, Some(Piece::Void(other)) if other.end == source.start);
                    if apart(before) && !adjoins {
                        words.gap();
                    }
                    let first = document.places.partition_point(|place| place.range.start < source.start);
                    words.raw(&self.copy(source.clone(), first.max(index + 1)));
                    if apart(document.slice(source.end..place.range.end).chars().next()) {
                        words.gap();
                    }
                }
            }
        }
        out.push_str(&lines(words, place, layout));
        let has_words = pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Text(text) if text.contains(char::is_alphabetic)));
        if let Some(slot) = self.reads.get_mut(index).filter(|_| has_words) {
            *slot = reads;
        }
        out
    }
}

/// The words in lines, none of which Markdown would take for the start of something else.
fn lines(words: Words, place: &Place, layout: Layout) -> String {
    let line = |(line, raw): (String, bool)| match place.setting {
        Setting::Paragraph if !raw => escape::line_start(line),
        _ => line,
    };
    words.lines(layout).into_iter().map(line).collect::<Vec<_>>().join(&place.newline)
}

/// What a rendered block consists of, in order.
enum Piece<'a> {
    Text(&'a str),
    /// Copied letter for letter.
    Locked(&'a str),
    Markup(&'a str),
    /// Bytes of the document.
    Void(Range<usize>),
}

/// The order of marks at one place: what ends there, then what stands there, then what starts there. A void span
/// stays inside a span that held it in the source.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    VoidInside,
    Close,
    Void,
    Open,
    VoidAfterOpen,
}

fn pieces<'a>(block: &'a Block, translation: &'a str, placed: &[Placed]) -> Vec<Piece<'a>> {
    let mut marks = Vec::new();
    for one in placed {
        let (start, end) = (one.range.start, one.range.end);
        let index = one.span.cast_signed();
        if kind(block, one) == SpanKind::Void {
            let holder = |edge: fn(&Placed) -> usize| {
                placed.iter().any(|p| {
                    kind(block, p) == SpanKind::Paired && edge(p) == start && holds(block, p.span, one.span)
                })
            };
            let phase = match () {
                () if holder(|p| p.range.end) => Phase::VoidInside,
                () if holder(|p| p.range.start) => Phase::VoidAfterOpen,
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
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, phase, _, _, one) in marks {
        let Some(span) = block.spans.get(one.span) else { continue };
        pieces.extend(translation.get(from..at).filter(|text| !text.is_empty()).map(Piece::Text));
        from = from.max(at);
        match (span.kind, phase) {
            (SpanKind::Void, _) => pieces.push(Piece::Void(span.source.clone())),
            // Its text may be HTML's, which is escaped, or a whole construct, which is not.
            (SpanKind::Locked, Phase::Open) if span.open.is_empty() => {
                pieces.extend(block.text.get(span.range.clone()).map(Piece::Locked));
                from = one.range.end;
            }
            (_, Phase::Open) => pieces.push(Piece::Markup(&span.open)),
            _ => pieces.push(Piece::Markup(&span.close)),
        }
    }
    pieces.extend(translation.get(from..).filter(|text| !text.is_empty()).map(Piece::Text));
    pieces
}

fn kind(block: &Block, placed: &Placed) -> SpanKind {
    block.spans.get(placed.span).map_or(SpanKind::Void, |span| span.kind)
}

/// Whether span `outer` holds span `inner` in the source.
fn holds(block: &Block, outer: usize, inner: usize) -> bool {
    let parent = |index: &usize| block.spans.get(*index).and_then(|span| span.within);
    std::iter::successors(parent(&inner), parent).any(|index| index == outer)
}

/// One space between words, no control characters; line breaks only where the block has some.
fn clean(text: &str, breaks: bool) -> String {
    let is_gap = |c: char| is_space(c) || c.is_control();
    let line = |line: &str| line.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if breaks {
        let lines: Vec<String> = text.lines().map(line).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    } else {
        line(text)
    }
}
