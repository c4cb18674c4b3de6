//! Text and inline HTML of Markdown, with the constructs of its dialects.

use std::ops::Range;

use super::dialects::{Construct, LineMark, is_directive, line_mark, shown_value};
use super::{MarkdownParser, parse_events};
use crate::escaping::Escaping;
use crate::formats::html;
use crate::left_alone::Place;
use crate::markup::Dialect;
use crate::slot::ParsedBlock;
use crate::tags::Tag;

/// Elements of HTML whose content is no text of the line, and whether they stand for a word.
const COPIED: [(&str, bool); 5] =
    [("math", true), ("svg", true), ("rp", false), ("rt", false), ("rtc", false)];

/// Bytes read ahead in search of an end tag after too many were read in vain.
const FEW_BYTES: usize = 1 << 10;

impl<'a> MarkdownParser<'a> {
    /// Appends text.
    pub(super) fn text(&mut self, text: &str, range: Range<usize>) {
        if self.copied.contains(&range.start) {
            return self.rest_of(range);
        }
        let start = self.unescaped_start(range.start);
        match self.line_mark(start) {
            Some(LineMark::Whole(size)) => {
                self.flush();
                self.copied = start..start + size;
                self.leave_value(start..start + size);
            }
            Some(LineMark::Titled(size, title, quoted)) => {
                self.flush();
                self.copied = start..start + size;
                let escaping = if quoted { Escaping::MarkdownTitle } else { Escaping::MarkdownInline };
                self.inner(start + title.start..start + title.end, Some(escaping));
            }
            Some(LineMark::Prefix(size, single)) => {
                self.flush();
                self.copied = start..start + size;
                self.is_single = single;
                self.rest_of(range);
            }
            // Text of another length than its source is a character reference.
            None if text.len() == range.len() => self.words(start, range),
            None => {
                self.begin(start).text(text);
                self.extend_to(range.end);
            }
        }
    }

    /// Appends what follows the copied bytes in a range of text.
    fn rest_of(&mut self, range: Range<usize>) {
        if self.copied.end < range.end {
            self.words(self.copied.end, self.copied.end..range.end);
        }
    }

    /// Appends text as it is in the document, and the constructs that start in it; `start` includes a backslash before
    /// it.
    fn words(&mut self, start: usize, range: Range<usize>) {
        let mut at = range.start;
        let mut from = start;
        let first = self.constructs.partition_point(|(construct, _)| construct.start < start);
        let inside = self.constructs.get(first..).unwrap_or_default();
        let inside: Vec<_> =
            inside.iter().take_while(|(found, _)| found.start < range.end).cloned().collect();
        for (found, construct) in inside {
            // A heading's attributes are taken off its end.
            let is_attribute = self.escaping == Escaping::MarkdownHeading
                && ["{#", "{."].iter().any(|start| self.slice(&found).starts_with(start));
            if found.start < from || (is_attribute && construct == Construct::Void) {
                continue;
            }
            if at < found.start {
                let words = self.slice(&(at..found.start));
                self.begin(from).text(words);
                self.extend_to(found.start);
            }
            self.construct(&found, &construct);
            self.extend_to(found.end);
            self.copied = found.clone();
            (at, from) = (found.end, found.end);
        }
        if at < range.end {
            let words = self.slice(&(at..range.end));
            self.begin(from).text(words);
            self.extend_to(range.end);
        }
    }

    fn construct(&mut self, found: &Range<usize>, construct: &Construct) {
        let slice = self.slice(found);
        let builder = self.begin(found.start);
        match construct {
            Construct::Locked if !slice.contains(['\r', '\n']) => {
                builder.locked(slice, found.clone());
                self.leave_value(found.clone());
            }
            Construct::Locked | Construct::Void => {
                builder.void(found.clone());
                self.leave_value(found.clone());
            }
            Construct::Marked => {
                let mark = slice.get(..2).unwrap_or_default();
                builder.open(mark, found.clone());
                builder.text(slice.trim_matches('='));
                builder.close(mark);
            }
            Construct::Note(inner) => {
                builder.void(found.clone());
                self.inner(inner.clone(), None);
            }
        }
    }

    /// Counts the text of a code block that is left: its title, or, of a directive in a fence, all of it.
    pub(super) fn leave_code(&mut self, info: &str, range: Range<usize>) {
        let name = info.strip_prefix('{').and_then(|info| info.split_once('}')).map_or("", |(name, _)| name);
        if is_directive(name) {
            let text = self.slice(&range);
            self.found.leave(Place::UnknownMarkup, text);
        } else if let Some(title) = shown_value(info) {
            self.found.leave(Place::UnknownMarkup, title);
        }
    }

    /// Counts a text that is shown in the markup in `range`, but left as it is.
    pub(super) fn leave_value(&mut self, range: Range<usize>) {
        if let Some(value) = shown_value(self.slice(&range)) {
            self.found.leave(Place::UnknownMarkup, value);
        }
    }

    /// Adds a text inside of markup, read as a document of its own, such as that of a note.
    fn inner(&mut self, inner: Range<usize>, escaping: Option<Escaping>) {
        let mut parsed = parse_events(self.slice(&inner));
        let moved = |range: &Range<usize>| range.start + inner.start..range.end + inner.start;
        for ParsedBlock { block, slot } in &mut parsed.blocks {
            slot.range = moved(&slot.range);
            slot.escaping = escaping.unwrap_or(slot.escaping);
            block.spans.iter_mut().for_each(|span| span.source = moved(&span.source));
        }
        self.found.merge(parsed);
    }

    /// How the line of a paragraph begins, if it starts here.
    fn line_mark(&self, start: usize) -> Option<LineMark> {
        let first = self.builders.is_empty();
        let is_start = first || (self.builders.len() == 1 && self.line_end.is_some());
        if !is_start
            || self.escaping != Escaping::MarkdownParagraph
            || self.is_single
            || self.slice(&(0..start)).ends_with('\\')
            || self.slice(&(start..start + 1)) == "\\"
        {
            return None;
        }
        let at = self.constructs.partition_point(|(construct, _)| construct.start < start);
        let constructs = self.constructs.get(at..).unwrap_or_default();
        line_mark(self.source, first, start, constructs)
    }

    /// Appends a tag. Readings of ruby go when the text is translated, as their words do.
    pub(super) fn inline_html(&mut self, range: Range<usize>) {
        let tag = Tag::read(self.slice(&range));
        if let Tag::Open(name) = &tag
            && let Some((_, is_word)) = COPIED.iter().find(|(copied, _)| copied == name)
            && let Some(end) = self.end_of(name, range.end)
        {
            let whole = range.start..end;
            let builder = self.begin(range.start);
            if *is_word {
                builder.void(whole.clone());
            }
            self.extend_to(end);
            self.copied = whole;
            return;
        }
        // Descriptions of pictures and titles.
        self.found.merge(html::parse_part(self.source, range.clone(), Dialect::Html));
        let is_ruby = matches!(&tag, Tag::Open(name) | Tag::Close(name) if name == "ruby" || name == "rb");
        let builder = self.begin(range.start);
        if !is_ruby {
            builder.tag(range.clone());
        }
        self.extend_to(range.end);
    }

    /// The end of an element of this name in the same paragraph.
    fn end_of(&mut self, name: &str, from: usize) -> Option<usize> {
        let rest = self.source.get(from..)?;
        let rest =
            rest.get(..rest.floor_char_boundary(if self.lookahead > 0 { rest.len() } else { FEW_BYTES }))?;
        let paragraph = rest.get(..rest.find("\n\n").unwrap_or(rest.len()))?;
        let close = format!("</{name}>");
        let end = paragraph.find(&close).map(|at| from + at + close.len());
        if end.is_none() {
            self.lookahead = self.lookahead.saturating_sub(paragraph.len());
        }
        end
    }
}
