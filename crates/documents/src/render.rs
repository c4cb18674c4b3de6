//! A block's translation as bytes of its document: spans put back, markup escaped, lines laid out.

mod pieces;

use std::ops::Range;

use pieces::{Piece, kind, next_char, pieces};

use crate::block::{Block, Layout, Place, SpanKind, Translation, Wrap, is_code, is_unspaced};
use crate::document::{Document, Finding, FindingKind};
use crate::markdown::escape;
use crate::part::Site;
use crate::project::{Placed, project};
use crate::setting::{Around, Setting};
use crate::wrap::{self, NOT_FIRST, NOT_LAST, SUBTITLE_COLUMNS, Words, is_hidden, is_space};

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
    document: &'a Document,
    translations: &'a [Translation],
    /// One for each block.
    cares: &'a [Care],
    /// The text each site must be read back as; empty when the translation has no words, so is no block.
    pub reads: Vec<String>,
    /// The byte at which each site that is not inside another one starts in its part as it is written.
    pub starts: Vec<usize>,
    pub findings: Vec<Finding>,
}

impl<'a> Draft<'a> {
    pub fn new(document: &'a Document, translations: &'a [Translation], cares: &'a [Care]) -> Self {
        let reads = vec![String::new(); document.sites.len()];
        let starts = vec![0; document.sites.len()];
        Self { document, translations, cares, reads, starts, findings: Vec::new() }
    }

    /// A part with its blocks replaced.
    pub fn part(&mut self, part: usize) -> String {
        self.copy(part, 0..self.document.source(part).len(), 0)
    }

    /// The part's bytes in `range`, with the blocks in it replaced; sites before `after` are not in it.
    fn copy(&mut self, part: usize, range: Range<usize>, after: usize) -> String {
        let document = self.document;
        let first =
            document.sites.partition_point(|site| (site.part, site.place.range.start) < (part, range.start));
        let mut out = String::new();
        let mut from = range.start;
        for (index, site) in document.sites.iter().enumerate().skip(first.max(after)) {
            let inside = &site.place.range;
            if site.part != part || inside.start >= range.end {
                break;
            }
            // Skips blocks inside one that is already written.
            if inside.start >= from {
                out.push_str(document.slice(part, from..inside.start));
                let start = out.len();
                out.push_str(&self.site(index, site));
                if let Some(slot) = self.starts.get_mut(index) {
                    *slot = start;
                }
                from = inside.end;
            }
        }
        out.push_str(document.slice(part, from..range.end));
        out
    }

    /// A site with its block's translation.
    pub fn site(&mut self, index: usize, site: &'a Site) -> String {
        let (Some(block), Some(given), Some(&care)) = (
            site.own.as_ref().or_else(|| self.document.blocks.get(site.block)),
            self.translations.get(site.block),
            self.cares.get(site.block),
        ) else {
            return String::new();
        };
        let text = clean(&given.text, !site.place.breaks.is_empty());
        let finding_kind = match care {
            _ if given.text == block.text => None,
            _ if text.is_empty() => Some(FindingKind::Empty),
            Care::Source => Some(FindingKind::Refused),
            Care::Marked | Care::Bare => {
                // The links are those of the text as given, which is nearly always clean.
                let links = if text == given.text { given.links.clone() } else { Vec::new() };
                return self.translated(index, site, block, &Translation { text, links }, care);
            }
        };
        self.find(site, finding_kind, given.text.clone());
        if let Some(reads) = self.reads.get_mut(index) {
            reads.clone_from(&block.text);
        }
        self.copy(site.part, site.place.range.clone(), index + 1)
    }

    fn translated(
        &mut self,
        index: usize,
        site: &'a Site,
        block: &'a Block,
        translation: &Translation,
        care: Care,
    ) -> String {
        let mut placed = project(block, translation);
        placed.retain(|placed| care == Care::Marked || kind(block, placed) != SpanKind::Paired);
        if site.place.setting.is_markdown() {
            placed = fit(block, &translation.text, placed);
        }
        self.report(site, block, &placed);
        self.lay_out(index, site, block, &translation.text, &placed)
    }

    /// Records a finding about a block, once for all its places.
    fn find(&mut self, site: &Site, kind: Option<FindingKind>, text: String) {
        if let Some(kind) = kind.filter(|_| site.own.is_none()) {
            self.findings.push(Finding { block: site.block, kind, text });
        }
    }

    fn report(&mut self, site: &Site, block: &Block, placed: &[Placed]) {
        for (span, markup) in block.spans.iter().enumerate() {
            let text = block.text.get(markup.range.clone()).unwrap_or_default();
            let found = placed.iter().find(|placed| placed.span == span);
            let finding_kind = match (found, markup.kind) {
                (None, SpanKind::Locked) => FindingKind::Lost,
                (None, _) => FindingKind::Dropped,
                (Some(placed), _) if placed.guessed => FindingKind::Moved,
                _ => continue,
            };
            self.find(site, Some(finding_kind), format!("{}{text}{}", markup.open, markup.close));
        }
    }

    /// Notes a subtitle's line that is too long to be read in its time.
    fn check_lines(&mut self, site: &Site, written: &str) {
        if site.is_subtitle() && longest(written) > most_columns(self.document, site) {
            self.find(site, Some(FindingKind::Long), written.to_owned());
        }
    }

    fn lay_out(
        &mut self,
        index: usize,
        site: &'a Site,
        block: &'a Block,
        translation: &str,
        placed: &[Placed],
    ) -> String {
        let place = &site.place;
        let bare = self.cares.get(site.block) != Some(&Care::Marked);
        // A comment or tag must not come to stand at a line's start, where it would be a block of HTML.
        let layout = if bare { Layout::Line } else { place.layout };
        let pieces = pieces(block, place, translation, placed);
        let mut page = Page::new(place, layout);
        if !translation.starts_with(is_unspaced) {
            page.blank(&place.edges.before);
        }
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text, wrap) => {
                    let before_link =
                        matches!(pieces.get(at + 1), Some(Piece::Markup(next, _)) if next.starts_with('['));
                    for (number, line) in text.split('\n').enumerate() {
                        if number > 0 {
                            page.line_break();
                        }
                        if !line.is_empty() {
                            page.wrapped(wrap);
                            page.words.text(&place.setting.escape(line, Around { bare, before_link }));
                        }
                    }
                    page.last = text.chars().next_back();
                }
                Piece::Locked(text, wrap) => {
                    page.wrapped(wrap);
                    page.words.raw(&place.setting.escape_locked(text));
                    page.last = text.chars().next_back();
                }
                Piece::Markup(markup, source) => {
                    let source = *source..*source + markup.len();
                    // Markup that stands in the source as it is may hold blocks of its own, in attributes.
                    let markup = if self.document.slice(site.part, source.clone()) == *markup {
                        self.copy(site.part, source, index + 1)
                    } else {
                        (*markup).to_owned()
                    };
                    page.bare().raw(&markup);
                }
                Piece::Void(source, wrap, _, Some(blanks)) => {
                    if blanks.before && page.last.is_some_and(ends_word) {
                        page.blank(" ");
                    }
                    let markup = self.copy(site.part, source.clone(), index + 1);
                    page.bare().raw(&[&wrap.before, &*markup, &wrap.after].concat());
                    page.last = Some(OBJECT);
                    if blanks.after && next_char(&pieces, at).is_some_and(starts_word) {
                        page.blank(" ");
                    }
                }
                Piece::Void(source, wrap, _, None) => {
                    let outside = |range| self.document.slice(site.part, range);
                    let apart = |c: Option<char>| c.is_none_or(is_space);
                    let follows = at.checked_sub(1).and_then(|at| pieces.get(at));
                    let adjoins =
                        matches!(follows, Some(Piece::Void(other, ..)) if other.end == source.start);
                    // A translation may stand beside its source instead of in its place.
                    let inside = place.range.start <= source.start && source.end <= place.range.end;
                    let all =
                        if inside { place.range.clone() } else { 0..self.document.source(site.part).len() };
                    let gap_before = apart(outside(all.start..source.start).chars().next_back());
                    let gap_after = apart(outside(source.end..all.end).chars().next());
                    let words = page.bare();
                    if gap_before && !adjoins {
                        words.gap();
                    }
                    words.raw(
                        &[&wrap.before, &*self.copy(site.part, source.clone(), index + 1), &wrap.after]
                            .concat(),
                    );
                    if gap_after {
                        words.gap();
                    }
                }
            }
        }
        if !translation.ends_with(is_unspaced) {
            page.blank(&place.edges.after);
        }
        let reads: String = pieces.iter().map(Piece::reads).collect();
        let has_words =
            |piece: &Piece| matches!(piece, Piece::Text(text, _) if text.contains(char::is_alphabetic));
        let is_found = pieces.iter().any(has_words) && !is_code(&reads);
        if let Some(slot) = self.reads.get_mut(index).filter(|_| is_found) {
            *slot = reads;
        }
        let breaks = page.breaks.as_slice().concat();
        self.find(site, (!breaks.is_empty()).then_some(FindingKind::Dropped), breaks);
        let written = page.finish();
        self.check_lines(site, &written);
        place.setting.finish([&*place.frame.before, &written, &place.frame.after].concat())
    }
}

/// Columns of the longest line of a subtitle.
fn longest(text: &str) -> usize {
    text.lines().map(wrap::visible_columns).max().unwrap_or(0)
}

/// The columns that a subtitle's line may have: what readers can follow, or what its source has.
pub(crate) fn most_columns(document: &Document, site: &Site) -> usize {
    longest(document.slice(site.part, site.place.range.clone())).max(SUBTITLE_COLUMNS)
}

/// A block's lines being written.
struct Page<'a> {
    place: &'a Place,
    layout: Layout,
    out: String,
    /// The words of the line that is being written.
    words: Words,
    /// What stands around the text that is being written.
    wrap: Option<&'a Wrap>,
    breaks: std::slice::Iter<'a, String>,
    line_break: &'a str,
    /// The last character written, if any.
    last: Option<char>,
}

impl<'a> Page<'a> {
    fn new(place: &'a Place, layout: Layout) -> Self {
        let words = Self::no_words(place);
        Self {
            place,
            layout,
            out: String::new(),
            words,
            wrap: None,
            breaks: place.breaks.iter(),
            line_break: "",
            last: None,
        }
    }

    fn no_words(place: &Place) -> Words {
        Words::new(place.setting.breaks_anywhere())
    }

    /// Readies for text inside of `wrap`.
    fn wrapped(&mut self, wrap: &'a Wrap) {
        if self.wrap != Some(wrap) {
            self.bare().raw(&wrap.before);
            self.wrap = Some(wrap);
        }
    }

    /// Blanks that must be read as text, so inside of a run where there are runs.
    fn blank(&mut self, blanks: &str) {
        if !blanks.is_empty() {
            let wrap = self.wrap.unwrap_or(&self.place.wrap);
            self.wrapped(wrap);
            self.words.raw(blanks);
            self.last = Some(' ');
        }
    }

    /// The words, readied for markup.
    fn bare(&mut self) -> &mut Words {
        if let Some(wrap) = self.wrap.take() {
            self.words.raw(&wrap.after);
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
        let words = std::mem::replace(&mut self.words, Self::no_words(self.place));
        self.out.push_str(&lines(words, self.place, self.layout));
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
fn lines(words: Words, place: &Place, layout: Layout) -> String {
    let line = |(line, raw): (String, bool)| match place.setting {
        Setting::Paragraph if !raw => escape::line_start(line),
        _ => line,
    };
    words.lines(layout).into_iter().map(line).collect::<Vec<_>>().join(&place.newline)
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
