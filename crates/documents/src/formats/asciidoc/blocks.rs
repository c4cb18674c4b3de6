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
        self.quotation = true;
        self.lines(&inner, false);
        self.quotation = false;
        end
    }

    /// A block between two equal lines; returns the line after it, or after its first line if it holds paragraphs.
    pub(super) fn delimited(
        &mut self,
        lines: &[Range<usize>],
        at: usize,
        text: &str,
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
                return Some(end + 1);
            }
            if shows_line_ends(attributes) {
                let end = self.fence_end(lines, at + 1, fence);
                for line in lines.get(at + 1..end).unwrap_or_default() {
                    self.add(line.clone(), AsciiDocText::Paragraph { linked: false }, false);
                }
                return Some(end + 1);
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
        Some(end + 1)
    }

    /// The line that ends a block, or the last.
    fn fence_end(&self, lines: &[Range<usize>], from: usize, fence: &str) -> usize {
        (from..lines.len()).find(|at| self.text(lines.get(*at)) == fence).unwrap_or(lines.len())
    }
}
