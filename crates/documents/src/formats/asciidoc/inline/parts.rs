//! Parts of AsciiDoc's inline markup: line breaks, and the texts in brackets.

use std::ops::Range;

/// Bytes of a hard line break, ` +` at the end of a line, at the start of a text.
pub(super) fn hard_break(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(" +")?;
    let spaces = after.len() - after.trim_start_matches([' ', '\t']).len();
    let newline = after.get(spaces..)?;
    let size = if newline.starts_with("\r\n") { 2 } else { usize::from(newline.starts_with('\n')) };
    (size > 0).then_some(2 + spaces + size)
}

/// At most `size` bytes of the start of a text.
pub(super) fn head(text: &str, size: usize) -> &str {
    text.get(..text.floor_char_boundary(size)).unwrap_or_default()
}

/// The text of a link without its attributes; `None` if there is none.
pub(super) fn link_text(inner: &str) -> Option<Range<usize>> {
    let plain = !inner.contains('=') && !inner.starts_with('"');
    let range = if plain { Some(0..inner.len()) } else { description(inner) }?;
    let text = inner.get(range.clone())?;
    let end = range.start + text.strip_suffix('^').unwrap_or(text).trim_end().len();
    let start = range.end - text.trim_start().len();
    (start < end).then_some(start..end)
}

/// The first value of a list of attributes, which describes an image, without its quotes.
pub(in crate::formats::asciidoc) fn description(attributes: &str) -> Option<Range<usize>> {
    if let Some(quoted) = attributes.strip_prefix('"') {
        return quoted.find('"').filter(|size| *size > 0).map(|size| 1..size + 1);
    }
    let value = attributes.split(',').next()?;
    let text = value.trim();
    let start = value.len() - value.trim_start().len();
    (!text.is_empty() && !text.contains('=')).then(|| start..start + text.len())
}
