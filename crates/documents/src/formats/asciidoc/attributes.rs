//! Attributes of AsciiDoc that are shown: of the document, of blocks, of images.

use std::ops::Range;

use super::escape::AsciiDocText;
use super::{AsciiDocParser, inline, marks, style};
use crate::left_alone::Place;

/// Attributes whose values are shown.
const SHOWN: [&str; 5] = ["description", "doctitle", "revremark", "title", "toc-title"];

/// Attributes of blocks and macros whose values in quotes are shown.
const SHOWN_IN_BLOCKS: [&str; 6] = ["alt", "attribution", "caption", "citetitle", "reftext", "title"];

/// Styles of blocks whose attributes name who is quoted.
const QUOTATIONS: [&str; 2] = ["quote", "verse"];

impl AsciiDocParser<'_> {
    /// An attribute that a line sets, with its further lines; its value is text if it is shown.
    pub(super) fn entry(&mut self, lines: &[Range<usize>], at: usize) -> Option<usize> {
        let text = self.text(lines.get(at));
        let (name, size) = marks::entry(text)?;
        let mut next = at + 1;
        while self.text(lines.get(next - 1)).ends_with(" \\") && next < lines.len() {
            next += 1;
        }
        let is_shown = SHOWN.contains(&name) || name.ends_with("-caption") || name.ends_with("-label");
        let start = lines.get(at)?.start;
        let value = self.slice(start + size..lines.get(next - 1)?.end);
        // A single word is a setting.
        let is_text = value.split_whitespace().nth(1).is_some();
        match name {
            _ if is_shown && next == at + 1 && size < text.len() => {
                self.add(start + size..start + text.len(), AsciiDocText::Line { linked: false }, false);
            }
            _ if is_shown => self.found.leave(Place::UnknownMarkup, value),
            "author" | "authors" | "copyright" | "organization" => self.found.leave(Place::Name, value),
            "keywords" => self.found.leave(Place::Keyword, value),
            _ if is_text => self.found.leave_code(value),
            _ => {}
        }
        Some(next)
    }

    /// Counts the text of a condition on one line, `ifdef::name[text]`.
    pub(super) fn condition(&mut self, line: &str) {
        let is_condition = line.starts_with("ifdef::") || line.starts_with("ifndef::");
        let text = line.split_once('[').and_then(|(_, text)| text.strip_suffix(']'));
        if let Some(text) = text.filter(|_| is_condition) {
            self.found.leave_code(text);
        }
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

    /// The attributes of an image: its description and title.
    pub(super) fn attributes(&mut self, range: Range<usize>) {
        let attributes = self.slice(range.clone());
        if let Some(found) = inline::description(attributes) {
            self.value(range.start + found.start..range.start + found.end);
        }
        self.shown_attributes(range);
    }

    /// The attributes of a block or a macro that are shown; whether there are some.
    pub(super) fn shown_attributes(&mut self, range: Range<usize>) -> bool {
        let attributes = self.slice(range.clone());
        let mut is_any = false;
        for name in SHOWN_IN_BLOCKS {
            let mark = format!("{name}=\"");
            let found = attributes.find(&mark).map(|at| at + mark.len());
            let size = found.and_then(|at| attributes.get(at..)?.find('"'));
            if let (Some(start), Some(size)) = (found, size) {
                self.value(range.start + start..range.start + start + size);
                is_any = true;
            }
        }
        is_any
    }
}
