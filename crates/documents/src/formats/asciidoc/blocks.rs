//! Blocks of AsciiDoc that are more than a paragraph: between two equal lines, quoted as in Markdown, attributes.

use std::ops::Range;

use super::escape::AsciiDocText;
use super::{AsciiDocParser, SHOWN, State, is_prose, marks, shows_line_ends, style};

/// Styles of blocks whose attributes name who is quoted.
const QUOTATIONS: [&str; 2] = ["quote", "verse"];

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
        // The name of who is quoted.
        inner.pop_if(|last| self.slice(last.clone()).starts_with("-- "));
        self.quotation = true;
        self.lines(&inner, false);
        self.quotation = false;
        end
    }

    /// Who is quoted, and from what, in the attributes of a quotation.
    pub(super) fn credits(&mut self, line: Range<usize>) {
        let text = self.slice(line.clone());
        let inner = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or_default();
        if !QUOTATIONS.contains(&style(inner)) {
            return;
        }
        let mut at = inner.find(',').map_or(inner.len(), |comma| comma + 1);
        for _ in 0..2 {
            let rest = inner.get(at..).unwrap_or_default();
            let blank = rest.len() - rest.trim_start().len();
            let value = rest.get(blank..).unwrap_or_default();
            let (start, size) = match value.strip_prefix('"') {
                Some(quoted) => (1, quoted.find('"').unwrap_or(quoted.len())),
                None => (0, value.find(',').unwrap_or(value.len())),
            };
            let value = value.get(start..start + size).unwrap_or_default().trim_end();
            let start = line.start + 1 + at + blank + start;
            if !value.contains('=') {
                self.value(start..start + value.len());
            }
            let next = at + blank + size;
            at = inner
                .get(next..)
                .and_then(|rest| rest.find(','))
                .map_or(inner.len(), |comma| next + comma + 1);
        }
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
        if let Some(bar) = bar.filter(|bar| "|!".contains(*bar) && !named("format=") && !named("separator="))
        {
            let inner = lines.get(at + 1..end).unwrap_or_default();
            let range = inner.first().map_or(0, |line| line.start)..inner.last().map_or(0, |line| line.end);
            self.table(range, bar, attributes);
        }
        Some(end + 1)
    }

    /// The line that ends a block, or the last.
    fn fence_end(&self, lines: &[Range<usize>], from: usize, fence: &str) -> usize {
        (from..lines.len()).find(|at| self.text(lines.get(*at)) == fence).unwrap_or(lines.len())
    }

    /// An attribute that a line sets, with its further lines; its value is text if it is shown.
    pub(super) fn entry(&mut self, lines: &[Range<usize>], at: usize) -> Option<usize> {
        let text = self.text(lines.get(at));
        let (name, size) = marks::entry(text)?;
        let mut next = at + 1;
        while self.text(lines.get(next - 1)).ends_with(" \\") && next < lines.len() {
            next += 1;
        }
        let is_shown = SHOWN.contains(&name) || name.ends_with("-caption") || name.ends_with("-label");
        if is_shown && next == at + 1 && size < text.len() {
            let start = lines.get(at)?.start;
            self.add(start + size..start + text.len(), AsciiDocText::Line { linked: false }, false);
        }
        Some(next)
    }
}
