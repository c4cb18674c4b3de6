//! Texts without markup: an attribute's value, or an element that holds only text.

use std::ops::Range;

use super::tree::{DocType, Element, Node, blocks, unescaped};
use crate::Result;
use crate::builder::Builder;
use crate::escaping::Escaping;
use crate::left_alone::Place;
use crate::parsed::Parsed;
use crate::slot::ParsedBlock;
use crate::wrap::LineLayout;

/// The block of an element that holds only text.
pub(crate) fn whole(source: &str, element: &Element) -> Option<ParsedBlock> {
    let text = element.children.iter().all(|node| matches!(node, Node::Text(_)));
    if text { lines(source, element.inner.clone(), Escaping::Xml) } else { None }
}

/// The block of a text without markup, whose line ends are visible.
pub(crate) fn lines(source: &str, range: Range<usize>, escaping: Escaping) -> Option<ParsedBlock> {
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
    builder.finish(escaping, |_, _| LineLayout::Single).into_translatable()
}

/// The lines of a text and the line ends between them (`true`), in order.
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

/// How a line end may be written: literally, as a character reference, as spreadsheets escape it.
const LINE_ENDS: [&str; 8] = ["\r\n", "\n", "\r", "&#10;", "&#xa;", "_x000d_\n", "_x000d_", "_x000a_"];

/// Where the first line end of a text starts, and how long it is.
fn line_end(text: &str) -> Option<(usize, usize)> {
    text.char_indices().filter(|(_, c)| matches!(c, '\r' | '\n' | '&' | '_')).find_map(|(at, _)| {
        let is_mark =
            |mark: &str| text.get(at..at + mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
        LINE_ENDS.into_iter().find(|mark| is_mark(mark)).map(|mark| (at, mark.len()))
    })
}

/// Properties by which documents are found, in Office and OpenDocument.
const KEYWORDS: [&str; 3] = ["keywords", "keyword", "category"];

/// The blocks of a document's title, subject and description (Dublin Core).
///
/// # Errors
/// When the text is not well-formed or beyond the limits.
pub(crate) fn properties(source: &str, doc_type: DocType) -> Result<Parsed> {
    let wanted = |name: (&str, &str)| {
        matches!(name, ("dc", "title" | "subject" | "description") | (_, "user-defined"))
            || KEYWORDS.contains(&name.1)
    };
    blocks(source, doc_type, wanted, |element, found| {
        match element.name.1 {
            "user-defined" => found.leave(Place::CustomProperty, &element.text(source)),
            name if KEYWORDS.contains(&name) => found.leave(Place::Keyword, &element.text(source)),
            _ => found.extend(whole(source, element)),
        }
        Ok(())
    })
}
