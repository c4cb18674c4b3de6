//! Marks and sizes of spans and paragraphs in Markdown's source.

use pulldown_cmark::Tag;

use crate::formats::text::lines;
use crate::wrap::columns;

/// The length of the markers around an inline element.
pub(super) fn marker_size(source: &str, tag: &Tag) -> usize {
    match tag {
        Tag::Strong => 2,
        Tag::Strikethrough if source.starts_with("~~") => 2,
        _ => 1,
    }
}

/// Inline code on one line, between more backticks than it contains.
pub(super) fn code_span(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{code}{pad}{fence}")
}

/// Columns of the widest line of a paragraph, without the prefix of each line.
pub(super) fn width(source: &str, newline: &str) -> usize {
    let prefix = columns(newline.trim_start_matches(['\r', '\n']));
    let width = |(number, line): (usize, &str)| {
        columns(line.trim_end()).saturating_sub(if number > 0 { prefix } else { 0 })
    };
    lines(source).filter_map(|range| source.get(range)).enumerate().map(width).max().unwrap_or(0)
}
