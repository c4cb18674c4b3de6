//! A block's translation as bytes of its document: spans put back, markup escaped, lines laid out.

mod pieces;

use std::ops::Range;

use pieces::{Piece, kind, next_char, pieces};

use crate::block::{Affixes, Block, SpanKind, Translation};
use crate::chars::{is_hidden, is_space, is_unspaced};
use crate::content::{Content, Occurrence};
use crate::escaping::{Around, Escaping};
use crate::finding::{Finding, FindingKind};
use crate::formats::markdown::escape;
use crate::locks::is_code;
use crate::slot::Slot;
use crate::span_projection::{Placed, project};
use crate::wrap::{self, LineLayout, NOT_FIRST, NOT_LAST, SUBTITLE_COLUMNS, Words};

/// How much of a block's markup a draft tries to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkupLevel {
    /// All that finds its place.
    Full,
    /// None that could be misread: paired spans dropped, every mark escaped.
    Minimal,
    /// The source itself.
    Source,
}

/// A document being written.
pub(crate) struct Renderer<'a> {
    content: &'a Content,
    translations: &'a [Translation],
    /// One for each block.
    levels: &'a [MarkupLevel],
    /// The text each site must be read back as; empty when the translation has no words, so is no block.
    pub expected: Vec<String>,
    /// The byte at which each site that is not inside another one starts in its part as it is written.
    pub starts: Vec<usize>,
    pub findings: Vec<Finding>,
}

impl<'a> Renderer<'a> {
    pub fn new(content: &'a Content, translations: &'a [Translation], levels: &'a [MarkupLevel]) -> Self {
        let expected = vec![String::new(); content.occurrences.len()];
        let starts = vec![0; content.occurrences.len()];
        Self { content, translations, levels, expected, starts, findings: Vec::new() }
    }

    /// A part with its blocks replaced.
    pub fn part(&mut self, part: usize) -> String {
        self.copy(part, 0..self.content.source(part).len(), 0)
    }

    /// The part's bytes in `range`, with the blocks in it replaced; sites before `after` are not in it.
    fn copy(&mut self, part: usize, range: Range<usize>, after: usize) -> String {
        let content = self.content;
        let first = content.occurrences.partition_point(|occurrence| {
            (occurrence.part, occurrence.slot.range.start) < (part, range.start)
        });
        let mut out = String::new();
        let mut from = range.start;
        for (index, occurrence) in content.occurrences.iter().enumerate().skip(first.max(after)) {
            let inside = &occurrence.slot.range;
            if occurrence.part != part || inside.start >= range.end {
                break;
            }
            // Skips blocks inside one that is already written.
            if inside.start >= from {
                out.push_str(content.slice(part, from..inside.start));
                let start = out.len();
                out.push_str(&self.render(index, occurrence));
                if let Some(slot) = self.starts.get_mut(index) {
                    *slot = start;
                }
                from = inside.end;
            }
        }
        out.push_str(content.slice(part, from..range.end));
        out
    }

    /// A site with its block's translation.
    pub fn render(&mut self, index: usize, occurrence: &'a Occurrence) -> String {
        let (Some(block), Some(given), Some(&level)) = (
            self.content.block(occurrence),
            self.translations.get(occurrence.block),
            self.levels.get(occurrence.block),
        ) else {
            return String::new();
        };
        let text = clean(&given.text, !occurrence.slot.breaks.is_empty());
        let finding_kind = match level {
            _ if given.text == block.text => None,
            _ if text.is_empty() => Some(FindingKind::Empty),
            MarkupLevel::Source => Some(FindingKind::Refused),
            MarkupLevel::Full | MarkupLevel::Minimal => {
                // The links are those of the text as given, which is nearly always clean.
                let links = if text == given.text { given.links.clone() } else { Vec::new() };
                return self.translated(index, occurrence, block, &Translation { text, links }, level);
            }
        };
        self.find(occurrence, finding_kind, given.text.clone());
        if let Some(expected) = self.expected.get_mut(index) {
            expected.clone_from(&block.text);
        }
        self.copy(occurrence.part, occurrence.slot.range.clone(), index + 1)
    }

    fn translated(
        &mut self,
        index: usize,
        occurrence: &'a Occurrence,
        block: &'a Block,
        translation: &Translation,
        level: MarkupLevel,
    ) -> String {
        let mut placed = project(block, translation);
        placed.retain(|placed| level == MarkupLevel::Full || kind(block, placed) != SpanKind::Paired);
        if occurrence.slot.escaping.is_markdown() {
            placed = fit(block, &translation.text, placed);
        }
        self.report(occurrence, block, &placed);
        self.lay_out(index, occurrence, block, &translation.text, &placed)
    }

    /// Records a finding about a block, once for all its places.
    fn find(&mut self, occurrence: &Occurrence, kind: Option<FindingKind>, text: String) {
        if let Some(kind) = kind.filter(|_| occurrence.own_block.is_none()) {
            self.findings.push(Finding { block: occurrence.block, kind, text });
        }
    }

    fn report(&mut self, occurrence: &Occurrence, block: &Block, placed: &[Placed]) {
        for (span, markup) in block.spans.iter().enumerate() {
            let text = block.text.get(markup.range.clone()).unwrap_or_default();
            let found = placed.iter().find(|placed| placed.span == span);
            let finding_kind = match (found, markup.kind) {
                (None, SpanKind::Locked) => FindingKind::Lost,
                (None, _) => FindingKind::Dropped,
                (Some(placed), _) if placed.guessed => FindingKind::Moved,
                _ => continue,
            };
            self.find(occurrence, Some(finding_kind), format!("{}{text}{}", markup.open, markup.close));
        }
    }

    /// Notes a subtitle's line that is too long to be read in its time.
    fn check_lines(&mut self, occurrence: &Occurrence, written: &str) {
        if occurrence.is_subtitle() && longest(written) > most_columns(self.content, occurrence) {
            self.find(occurrence, Some(FindingKind::Long), written.to_owned());
        }
    }

    fn lay_out(
        &mut self,
        index: usize,
        occurrence: &'a Occurrence,
        block: &'a Block,
        translation: &str,
        placed: &[Placed],
    ) -> String {
        let slot = &occurrence.slot;
        let bare = self.levels.get(occurrence.block) != Some(&MarkupLevel::Full);
        // A comment or tag must not come to stand at a line's start, where it would be a block of HTML.
        let layout = if bare { LineLayout::Single } else { slot.layout };
        let pieces = pieces(block, slot, translation, placed);
        let mut page = Page::new(slot, layout);
        if !translation.starts_with(is_unspaced) {
            page.blank(&slot.edge_spaces.before);
        }
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text, affixes) => {
                    let before_link =
                        matches!(pieces.get(at + 1), Some(Piece::Markup(next, _)) if next.starts_with('['));
                    for (number, line) in text.split('\n').enumerate() {
                        if number > 0 {
                            page.line_break();
                        }
                        if !line.is_empty() {
                            page.wrapped(affixes);
                            page.words.text(&slot.escaping.escape(line, Around { bare, before_link }));
                        }
                    }
                    page.last = text.chars().next_back();
                }
                Piece::Locked(text, affixes) => {
                    page.wrapped(affixes);
                    page.words.raw(&slot.escaping.escape_locked(text));
                    page.last = text.chars().next_back();
                }
                Piece::Markup(markup, source) => {
                    let source = *source..*source + markup.len();
                    // Markup that stands in the source as it is may hold blocks of its own, in attributes.
                    let markup = if self.content.slice(occurrence.part, source.clone()) == *markup {
                        self.copy(occurrence.part, source, index + 1)
                    } else {
                        (*markup).to_owned()
                    };
                    page.bare().raw(&markup);
                }
                Piece::Void(source, affixes, _, Some(blanks)) => {
                    if blanks.before && page.last.is_some_and(ends_word) {
                        page.blank(" ");
                    }
                    let markup = self.copy(occurrence.part, source.clone(), index + 1);
                    page.bare().raw(&[&affixes.before, &*markup, &affixes.after].concat());
                    page.last = Some(OBJECT);
                    if blanks.after && next_char(&pieces, at).is_some_and(starts_word) {
                        page.blank(" ");
                    }
                }
                Piece::Void(source, affixes, _, None) => {
                    let outside = |range| self.content.slice(occurrence.part, range);
                    let apart = |c: Option<char>| c.is_none_or(is_space);
                    let follows = at.checked_sub(1).and_then(|at| pieces.get(at));
                    let adjoins =
                        matches!(follows, Some(Piece::Void(other, ..)) if other.end == source.start);
                    // A translation may stand beside its source instead of in its place.
                    let inside = slot.range.start <= source.start && source.end <= slot.range.end;
                    let all = if inside {
                        slot.range.clone()
                    } else {
                        0..self.content.source(occurrence.part).len()
                    };
                    let gap_before = apart(outside(all.start..source.start).chars().next_back());
                    let gap_after = apart(outside(source.end..all.end).chars().next());
                    let words = page.bare();
                    if gap_before && !adjoins {
                        words.gap();
                    }
                    words.raw(
                        &[
                            &affixes.before,
                            &*self.copy(occurrence.part, source.clone(), index + 1),
                            &affixes.after,
                        ]
                        .concat(),
                    );
                    if gap_after {
                        words.gap();
                    }
                }
            }
        }
        if !translation.ends_with(is_unspaced) {
            page.blank(&slot.edge_spaces.after);
        }
        let expected: String = pieces.iter().map(Piece::read_text).collect();
        let has_words =
            |piece: &Piece| matches!(piece, Piece::Text(text, _) if text.contains(char::is_alphabetic));
        let is_found = pieces.iter().any(has_words) && !is_code(&expected);
        if let Some(slot) = self.expected.get_mut(index).filter(|_| is_found) {
            *slot = expected;
        }
        let breaks = page.breaks.as_slice().concat();
        self.find(occurrence, (!breaks.is_empty()).then_some(FindingKind::Dropped), breaks);
        let written = page.finish();
        self.check_lines(occurrence, &written);
        slot.escaping.finish([&*slot.frame.before, &written, &slot.frame.after].concat())
    }
}

/// Columns of the longest line of a subtitle.
fn longest(text: &str) -> usize {
    text.lines().map(wrap::visible_columns).max().unwrap_or(0)
}

/// The columns that a subtitle's line may have: what readers can follow, or what its source has.
pub(crate) fn most_columns(content: &Content, occurrence: &Occurrence) -> usize {
    longest(content.slice(occurrence.part, occurrence.slot.range.clone())).max(SUBTITLE_COLUMNS)
}

/// A block's lines being written.
struct Page<'a> {
    slot: &'a Slot,
    layout: LineLayout,
    out: String,
    /// The words of the line that is being written.
    words: Words,
    /// What stands around the text that is being written.
    affixes: Option<&'a Affixes>,
    breaks: std::slice::Iter<'a, String>,
    line_break: &'a str,
    /// The last character written, if any.
    last: Option<char>,
}

impl<'a> Page<'a> {
    fn new(slot: &'a Slot, layout: LineLayout) -> Self {
        let words = Self::no_words(slot);
        Self {
            slot,
            layout,
            out: String::new(),
            words,
            affixes: None,
            breaks: slot.breaks.iter(),
            line_break: "",
            last: None,
        }
    }

    fn no_words(slot: &Slot) -> Words {
        Words::new(slot.escaping.breaks_anywhere())
    }

    /// Readies for text inside of `wrap`.
    fn wrapped(&mut self, affixes: &'a Affixes) {
        if self.affixes != Some(affixes) {
            self.bare().raw(&affixes.before);
            self.affixes = Some(affixes);
        }
    }

    /// Spaces that must be read as text, so inside of a run where there are runs.
    fn blank(&mut self, blanks: &str) {
        if !blanks.is_empty() {
            let affixes = self.affixes.unwrap_or(&self.slot.affixes);
            self.wrapped(affixes);
            self.words.raw(blanks);
            self.last = Some(' ');
        }
    }

    /// The words, readied for markup.
    fn bare(&mut self) -> &mut Words {
        if let Some(affixes) = self.affixes.take() {
            self.words.raw(&affixes.after);
        }
        &mut self.words
    }

    fn line_break(&mut self) {
        self.flush();
        self.line_break = self.breaks.next().map_or(self.line_break, String::as_str);
        self.out.push_str(self.line_break);
    }

    fn flush(&mut self) {
        self.bare();
        let words = std::mem::replace(&mut self.words, Self::no_words(self.slot));
        self.out.push_str(&lines(words, self.slot, self.layout));
    }

    fn finish(mut self) -> String {
        self.flush();
        self.out
    }
}

/// Moves or drops emphasis that Markdown would not read as such.
fn fit(block: &Block, translation: &str, placed: Vec<Placed>) -> Vec<Placed> {
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

/// The words in lines, none of which Markdown would take for the start of something else.
fn lines(words: Words, slot: &Slot, layout: LineLayout) -> String {
    let line = |(line, raw): (String, bool)| match slot.escaping {
        Escaping::MarkdownParagraph if !raw => escape::line_start(line),
        _ => line,
    };
    words.lines(layout).into_iter().map(line).collect::<Vec<_>>().join(&slot.newline)
}

/// Stands for something that is no character.
const OBJECT: char = '\u{fffc}';

/// Whether a blank may follow: not where one is, nor after an opening bracket, nor in scripts without blanks.
fn ends_word(c: char) -> bool {
    !is_space(c) && !is_unspaced(c) && !NOT_LAST.contains(c)
}

/// Whether a blank may precede.
fn starts_word(c: char) -> bool {
    !is_space(c) && !is_unspaced(c) && !NOT_FIRST.contains(c)
}

/// One space between words, no control characters; line breaks only where the block has some.
fn clean(text: &str, breaks: bool) -> String {
    let is_gap = |c: char| is_space(c) || c.is_control();
    let text: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    let line = |line: &str| line.split(is_gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if breaks {
        let lines: Vec<String> = text.lines().map(line).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    } else {
        line(&text)
    }
}
