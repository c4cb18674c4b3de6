//! Blocks of AsciiDoc that are more than a paragraph: between two equal lines, quoted as in Markdown.

use std::ops::Range;

use super::escape::AsciiDocText;
use super::{AsciiDocParser, CODE, State, is_prose, marks, shows_line_ends, style};
use crate::left_alone::Place;

impl<'a> AsciiDocParser<'a> {
    /// A quotation whose first line starts with `> `; returns the line after it.
    pub(super) fn quotation(&mut self, lines: &[Range<usize>], at: usize) -> usize {
        let is_blank = |at: &usize| self.text(lines.get(*at)).is_empty();
        let end = (at..lines.len()).find(is_blank).unwrap_or(lines.len());
        let mut inner: Vec<Range<usize>> = Vec::new();
        for line in lines.get(at..end).unwrap_or_default() {
            let text = self.slice(line.clone());
            let rest = text.strip_prefix("> ").or(text.trim_end().strip_prefix('>')).unwrap_or(text);
            inner.push(line.end - rest.len()..line.end);
        }
        if let Some(name) = inner.pop_if(|last| self.slice(last.clone()).starts_with("-- ")) {
            self.found.leave(Place::Name, self.slice(name));
        }
        let open = std::mem::take(&mut self.open);
        self.quotation = true;
        self.lines(&inner, false);
        self.quotation = false;
        self.open = open;
        end
    }

    /// A block between two equal lines; returns the line after it, or after its first line if it holds paragraphs.
    pub(super) fn delimited(
        &mut self,
        lines: &[Range<usize>],
        at: usize,
        text: &'a str,
        state: &mut State<'a>,
    ) -> Option<usize> {
        let bar = marks::table(text);
        if !marks::verbatim(text) && !marks::parsed(text) && bar.is_none() {
            return None;
        }
        self.flush(state);
        let attributes = std::mem::take(&mut state.attributes);
        state.term = false;
        let fence = if text.starts_with("```") { "```" } else { text };
        if marks::parsed(text) {
            if !is_prose(attributes) {
                let end = self.fence_end(lines, at + 1, fence);
                self.leave(attributes, lines.get(at + 1..end).unwrap_or_default());
                return Some(self.after_fence(lines, end, fence));
            }
            if shows_line_ends(attributes) {
                let end = self.fence_end(lines, at + 1, fence);
                for line in lines.get(at + 1..end).unwrap_or_default() {
                    self.add(line.clone(), AsciiDocText::Paragraph { linked: false }, false);
                }
                return Some(self.after_fence(lines, end, fence));
            }
            match self.open.iter().position(|open| *open == text) {
                Some(outer) => self.open.truncate(outer),
                None => self.open.push(text),
            }
            return Some(at + 1);
        }
        let end = self.fence_end(lines, at + 1, fence);
        let named = |name: &str| attributes.contains(name);
        let inner = lines.get(at + 1..end).unwrap_or_default();
        let range = inner.first().map_or(0, |line| line.start)..inner.last().map_or(0, |line| line.end);
        match bar {
            Some(bar @ ('|' | '!')) if !named("format=") && !named("separator=") => {
                self.table(range, bar, attributes);
            }
            Some(_) => self.found.leave(Place::UnknownMarkup, self.slice(range)),
            // Markup that is copied into the output.
            None if text.starts_with('+') && !CODE.contains(&style(attributes)) => {
                self.found.leave(Place::UnknownMarkup, self.slice(range));
            }
            None => {}
        }
        Some(self.after_fence(lines, end, fence))
    }

    /// The line that ends a block or one around it, or the last.
    fn fence_end(&self, lines: &[Range<usize>], from: usize, fence: &str) -> usize {
        let ends = |at: &usize| {
            let text = self.text(lines.get(*at));
            text == fence || self.open.contains(&text)
        };
        (from..lines.len()).find(ends).unwrap_or(lines.len())
    }

    /// The line after a block that `end` ends, or `end` if it ends a block around it.
    fn after_fence(&self, lines: &[Range<usize>], end: usize, fence: &str) -> usize {
        end + usize::from(self.text(lines.get(end)) == fence)
    }

    /// The line after a paragraph that is copied. What ends the block around it ends it too, and so does a block's line or its
    /// attributes, unless it is copied for its style.
    pub(super) fn copied_end(&self, lines: &[Range<usize>], at: usize, styled: bool) -> usize {
        let ends = |at: &usize| {
            let text = self.text(lines.get(*at));
            let starts_block =
                || marks::verbatim(text) || marks::parsed(text) || marks::table(text).is_some();
            text.is_empty()
                || text == "+"
                || self.open.contains(&text)
                || (!styled && (starts_block() || marks::is_attributes(text)))
        };
        (at + 1..lines.len()).find(ends).unwrap_or(lines.len())
    }
}
