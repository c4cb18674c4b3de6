//! Texts in attributes, such as the description of a picture, and others that stand alone between two marks.

use std::ops::Range;

use crate::block::{Found, Layout, Role};
use crate::builder::Builder;
use crate::setting::Setting;
use crate::xml::tree::{Element, Name, unescaped};

/// Whether such an element may describe what it shows.
pub(crate) fn is_described(name: Name) -> bool {
    matches!(name, ("wp", "docPr") | ("p" | "xdr" | "pic", "cNvPr"))
}

/// The title and description that an element gives in its attributes. A picture repeats its drawing's.
pub(crate) fn texts(source: &str, element: &Element, role: Role) -> Vec<Found> {
    if !is_described(element.name) {
        return Vec::new();
    }
    let role = if element.name.0 == "pic" { Role::Twin } else { role };
    let values = ["title", "descr"].into_iter().filter_map(|name| element.value_range(source, name));
    let found = values.filter_map(|range| lines(source, range, Setting::Attribute));
    found.map(|found| found.with_role(role)).collect()
}

/// The block of a text without markup, whose line ends are seen.
pub(crate) fn lines(source: &str, range: Range<usize>, setting: Setting) -> Option<Found> {
    let raw = source.get(range.clone())?;
    let start = range.start + (raw.len() - raw.trim_start().len());
    let end = start + raw.trim().len();
    let mut builder = Builder::new(source, start);
    for (range, is_break) in split(source, start..end) {
        if is_break {
            builder.line_break(range);
        } else {
            builder.text(&unescaped(source.get(range).unwrap_or_default()));
        }
    }
    builder.end = end;
    builder.finish(setting, |_, _| Layout::Line).checked()
}

/// The stretches of a text and the line ends between them (`true`), in order.
pub(crate) fn split(source: &str, range: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let mut pieces = Vec::new();
    let mut from = range.start;
    while let Some(rest) = source.get(from..range.end).filter(|rest| !rest.is_empty()) {
        let (at, size) = line_end(rest).unwrap_or((rest.len(), 0));
        if at > 0 {
            pieces.push((from..from + at, false));
        }
        if size > 0 {
            pieces.push((from + at..from + at + size, true));
        }
        from += at + size;
    }
    pieces
}

/// The ways to write a line end: itself, as a character's number, as spreadsheets escape it.
const LINE_ENDS: [&str; 8] = ["\r\n", "\n", "\r", "&#10;", "&#xa;", "_x000d_\n", "_x000d_", "_x000a_"];

/// Where the first line end of a text starts, and how long it is.
fn line_end(text: &str) -> Option<(usize, usize)> {
    text.char_indices().filter(|(_, c)| matches!(c, '\r' | '\n' | '&' | '_')).find_map(|(at, _)| {
        let is_mark =
            |mark: &str| text.get(at..at + mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
        LINE_ENDS.into_iter().find(|mark| is_mark(mark)).map(|mark| (at, mark.len()))
    })
}
