//! Writes a block's translation into its document: restores spans, escapes markup, wraps lines.

mod line_writer;
mod pieces;

use std::ops::Range;

use line_writer::{LineWriter, OBJECT, allows_space_after, allows_space_before};
use pieces::{Piece, kind, next_char, pieces};

use crate::block::{Block, Span, SpanKind, Translation};
use crate::chars::{is_hidden, is_space, is_unspaced};
use crate::content::{Content, Occurrence};
use crate::escaping::EscapeContext;
use crate::finding::{Finding, FindingKind};
use crate::formats::markdown::escape;
use crate::locked_text::{is_code, message_fault};
use crate::span_projection::{Placed, missing_items, project, with_items};
use crate::wrap::{self, LineLayout, SUBTITLE_COLUMNS};

/// How much of a block's markup is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkupLevel {
    /// All whose position is found.
    Full,
    /// None that could be misread: paired spans are dropped, every mark is escaped.
    Minimal,
    /// The source is kept.
    Source,
}

/// Writes the parts of a document with their translations.
pub(crate) struct Renderer<'a> {
    content: &'a Content,
    translations: &'a [Translation],
    /// One for each block.
    levels: &'a [MarkupLevel],
    /// The text that must be read back at each occurrence; empty if the translation has no words, so is no block.
    pub expected: Vec<String>,
    /// The byte of the written part at which each occurrence starts that is not inside another one.
    pub starts: Vec<usize>,
    pub findings: Vec<Finding>,
}

impl<'a> Renderer<'a> {
    pub fn new(content: &'a Content, translations: &'a [Translation], levels: &'a [MarkupLevel]) -> Self {
        let expected = vec![String::new(); content.occurrences.len()];
        let starts = vec![0; content.occurrences.len()];
        Self { content, translations, levels, expected, starts, findings: Vec::new() }
    }

    /// What to check by hand; the texts that must be read back go.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// A part with its blocks replaced.
    pub fn part(&mut self, part: usize) -> String {
        self.copy(part, 0..self.content.source(part).len(), 0)
    }

    /// The part's bytes in `range`, with the blocks in it replaced; it contains no occurrence before index `after`.
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
            // Blocks inside one that is already written are skipped.
            if inside.start >= from {
                out.push_str(content.slice(part, from..inside.start));
                let start = out.len();
                out.push_str(&self.render(index, occurrence));
                if let Some(written_at) = self.starts.get_mut(index) {
                    *written_at = start;
                }
                from = inside.end;
            }
        }
        out.push_str(content.slice(part, from..range.end));
        out
    }

    /// An occurrence with its block's translation.
    pub fn render(&mut self, index: usize, occurrence: &'a Occurrence) -> String {
        let (Some(block), Some(given), Some(&level)) = (
            self.content.block(occurrence),
            self.translations.get(occurrence.block),
            self.levels.get(occurrence.block),
        ) else {
            return String::new();
        };
        let text = clean(&given.text, !occurrence.slot.breaks.is_empty());
        let fault = if block.message { self::fault(block, &text) } else { None };
        let mut said = given.text.clone();
        let finding_kind = match level {
            _ if given.text == block.text => None,
            _ if text.is_empty() => Some(FindingKind::Empty),
            MarkupLevel::Source => Some(FindingKind::Refused),
            _ if fault.is_some() => {
                said = fault.unwrap_or_default();
                Some(FindingKind::Placeholders)
            }
            MarkupLevel::Full | MarkupLevel::Minimal => {
                // Links and chosen positions refer to the text as given, which is nearly always clean.
                let clean = if text == given.text { given.clone() } else { Translation::from(text) };
                return self.translated(index, occurrence, block, &clean, level);
            }
        };
        self.record(occurrence, finding_kind, said);
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
        let completed = self.with_items(occurrence, block, translation);
        let translation = &completed;
        let mut placed = project(block, translation);
        if level != MarkupLevel::Full {
            as_voids(block, &mut placed);
        }
        placed.retain(|placed| level == MarkupLevel::Full || kind(block, placed) != SpanKind::Paired);
        if occurrence.slot.escaping.is_markdown() {
            placed = fit(block, &translation.text, placed);
        }
        self.record_spans(occurrence, block, &placed);
        self.lay_out(index, occurrence, block, &translation.text, &placed)
    }

    /// The translation with the locked items that it lacks, each with a finding.
    fn with_items(
        &mut self,
        occurrence: &Occurrence,
        block: &Block,
        translation: &Translation,
    ) -> Translation {
        let locked = locked_ranges(block);
        for missing in missing_items(&block.text, &locked, &translation.text) {
            let item = block.spans.iter().find(|span| span.range == missing);
            let text = block.text.get(missing).unwrap_or_default();
            let item = item.map(|span| format!("{}{text}{}", span.open, span.close));
            self.record(occurrence, Some(FindingKind::Moved), item.unwrap_or_default());
        }
        with_items(&block.text, &locked, translation)
    }

    /// Records a finding about a block, once for all its occurrences.
    fn record(&mut self, occurrence: &Occurrence, kind: Option<FindingKind>, text: String) {
        if let Some(kind) = kind.filter(|_| occurrence.own_block.is_none()) {
            self.findings.push(Finding { block: occurrence.block, kind, text });
        }
    }

    /// Records the spans that are missing or whose position is a guess.
    fn record_spans(&mut self, occurrence: &Occurrence, block: &Block, placed: &[Placed]) {
        for (span, markup) in block.spans.iter().enumerate() {
            let text = block.text.get(markup.range.clone()).unwrap_or_default();
            let found = placed.iter().find(|placed| placed.span == span);
            let finding_kind = match (found, markup.kind) {
                (None, SpanKind::Locked) => FindingKind::Lost,
                (None, _) => FindingKind::Dropped,
                (Some(placed), _) if placed.guessed => FindingKind::Moved,
                _ => continue,
            };
            self.record(occurrence, Some(finding_kind), format!("{}{text}{}", markup.open, markup.close));
        }
    }

    /// Records a subtitle line that is too long to be read in its time.
    fn check_lines(&mut self, occurrence: &Occurrence, written: &str) {
        if occurrence.is_subtitle() && longest(written) > most_columns(self.content, occurrence) {
            self.record(occurrence, Some(FindingKind::Long), written.to_owned());
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
        // A comment or tag must not be moved to the start of a line, where it would be a block of HTML.
        let layout = if bare { LineLayout::Single } else { slot.layout };
        let pieces = pieces(block, slot, translation, placed);
        let mut out = LineWriter::new(slot, layout);
        if !translation.starts_with(is_unspaced) {
            out.spaces(&slot.edge_spaces.before);
        }
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text, affixes) => {
                    let before_link =
                        matches!(pieces.get(at + 1), Some(Piece::Markup(next, ..)) if next.starts_with('['));
                    for (number, line) in text.split('\n').enumerate() {
                        if number > 0 {
                            out.line_break();
                        }
                        if !line.is_empty() {
                            out.start_text(affixes);
                            out.words.text(&slot.escaping.escape(line, EscapeContext { bare, before_link }));
                        }
                    }
                    out.last = text.chars().next_back();
                }
                Piece::Locked(text, affixes) => {
                    out.start_text(affixes);
                    let around = (out.last, next_char(&pieces, at));
                    let text = &slot.escaping.escape_locked(text, around);
                    if slot.escaping.sets_markup_apart() {
                        out.markup(text, true, true);
                    } else {
                        out.words.raw(text);
                    }
                    out.last = text.chars().next_back();
                }
                Piece::Long(text, affixes, spaces) => {
                    out.start_text(affixes);
                    if spaces.before {
                        out.words.gap();
                    }
                    out.words.raw(&slot.escaping.escape_locked(text, (out.last, next_char(&pieces, at))));
                    if spaces.after {
                        out.words.gap();
                    }
                    out.last = text.chars().next_back();
                }
                Piece::Markup(markup, source, opens) => {
                    let source = *source..*source + markup.len();
                    // Markup copied from the source may contain blocks of its own, in attributes.
                    let markup = if self.content.slice(occurrence.part, source.clone()) == markup.as_ref() {
                        self.copy(occurrence.part, source, index + 1)
                    } else {
                        markup.clone().into_owned()
                    };
                    out.markup(&markup, *opens, !opens);
                }
                Piece::Void(source, affixes, _, Some(spaces)) => {
                    if spaces.before && out.last.is_some_and(allows_space_after) {
                        out.spaces(" ");
                    }
                    let markup = self.copy(occurrence.part, source.clone(), index + 1);
                    out.markup(&[&affixes.before, &*markup, &affixes.after].concat(), true, true);
                    out.last = Some(OBJECT);
                    if spaces.after && next_char(&pieces, at).is_some_and(allows_space_before) {
                        out.spaces(" ");
                    }
                }
                Piece::Void(source, affixes, _, None) => {
                    let bytes = |range| self.content.slice(occurrence.part, range);
                    let apart = |c: Option<char>| c.is_none_or(is_space);
                    let follows = at.checked_sub(1).and_then(|at| pieces.get(at));
                    let adjoins =
                        matches!(follows, Some(Piece::Void(other, ..)) if other.end == source.start);
                    // A translation may be written beside its source instead of replacing it.
                    let inside = slot.range.start <= source.start && source.end <= slot.range.end;
                    let all = if inside {
                        slot.range.clone()
                    } else {
                        0..self.content.source(occurrence.part).len()
                    };
                    let gap_before = apart(bytes(all.start..source.start).chars().next_back());
                    let gap_after = apart(bytes(source.end..all.end).chars().next());
                    let words = out.end_text();
                    if gap_before && !adjoins {
                        words.gap();
                    }
                    let markup = self.copy(occurrence.part, source.clone(), index + 1);
                    out.markup(&[&affixes.before, &*markup, &affixes.after].concat(), true, true);
                    if gap_after {
                        out.words.gap();
                    }
                }
            }
        }
        if !translation.ends_with(is_unspaced) {
            out.spaces(&slot.edge_spaces.after);
        }
        let expected: String = pieces.iter().map(Piece::read_text).collect();
        let has_words =
            |piece: &Piece| matches!(piece, Piece::Text(text, _) if text.contains(char::is_alphabetic));
        let is_found = pieces.iter().any(has_words) && !is_code(&expected);
        if let Some(text) = self.expected.get_mut(index).filter(|_| is_found) {
            *text = expected;
        }
        let breaks = out.unused_breaks();
        self.record(occurrence, (!breaks.is_empty()).then_some(FindingKind::Dropped), breaks);
        let written = match slot.layout {
            LineLayout::Cell { width, least } => wrap::filled(&out.finish(), width, least),
            _ => out.finish(),
        };
        self.check_lines(occurrence, &written);
        slot.escaping.finish([&*slot.frame.before, &written, &slot.frame.after].concat())
    }
}

/// What makes the translation of a program's message dangerous.
fn fault(block: &Block, translation: &str) -> Option<String> {
    let missing = missing_items(&block.text, &locked_ranges(block), translation).into_iter().next();
    let missing = missing.and_then(|range| block.text.get(range)).map(str::to_owned);
    message_fault(block, translation).or(missing)
}

/// Writes the pairs that must not be missing with their own texts, behind their translations.
fn as_voids(block: &Block, placed: &mut [Placed]) {
    let is_kept = |placed: &&mut Placed| {
        kind(block, placed) == SpanKind::Paired
            && block.spans.get(placed.span).is_some_and(|span| span.void_if_missing)
    };
    for placed in placed.iter_mut().filter(is_kept) {
        (placed.range.start, placed.guessed) = (placed.range.end, true);
    }
}

/// The items that a translation must contain. A field is written as markup where its text is missing.
fn locked_ranges(block: &Block) -> Vec<Range<usize>> {
    let is_item =
        |span: &&Span| span.kind == SpanKind::Locked && !span.range.is_empty() && !span.void_if_missing;
    block.spans.iter().filter(is_item).map(|span| span.range.clone()).collect()
}

/// Columns of a subtitle's longest line.
fn longest(text: &str) -> usize {
    // Advanced SubStation Alpha ends lines by `\N`.
    text.lines().flat_map(|line| line.split("\\N")).map(wrap::visible_columns).max().unwrap_or(0)
}

/// The columns that a subtitle line may have: what viewers can read in time, or what its source has.
pub(crate) fn most_columns(content: &Content, occurrence: &Occurrence) -> usize {
    longest(content.slice(occurrence.part, occurrence.slot.range.clone())).max(SUBTITLE_COLUMNS)
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
