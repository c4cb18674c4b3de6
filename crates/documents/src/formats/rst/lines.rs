//! What a line of reStructuredText may start.

use std::sync::LazyLock;

use regex::Regex;

/// The line before the cells of a table that is read as a list of them, that before each cell, and that after them:
/// characters that no text has.
pub(super) const TABLE: char = '\u{fdd0}';
pub(super) const CELL: char = '\u{fdd1}';
pub(super) const END: char = '\u{fdd2}';

/// Whether a character stands for a part of a table.
pub(crate) fn is_mark(c: char) -> bool {
    [TABLE, CELL, END].contains(&c)
}

/// Bytes before the text of a bullet list's item.
pub(super) fn bullet(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(['*', '+', '-', '•', '‣', '⁃'])?;
    ends_marker(rest).then(|| text.len() - rest.trim_start().len())
}

/// Bytes before the text of an enumerated list's item.
pub(super) fn enumerator(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('(').unwrap_or(text);
    let size = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (number, rest) = inner.split_at_checked(size)?;
    let (number, rest) = if let Some(rest) = rest.strip_prefix('#') { ("#", rest) } else { (number, rest) };
    let is_roman = |c: char| "ivxlcdmIVXLCDM".contains(c);
    let is_number = number == "#"
        || (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        || (number.len() == 1 && number.bytes().all(|b| b.is_ascii_alphabetic()))
        || (number.len() > 1 && number.chars().all(is_roman));
    let after =
        if inner.len() < text.len() { rest.strip_prefix(')')? } else { rest.strip_prefix(['.', ')'])? };
    (is_number && ends_marker(after)).then(|| text.len() - after.trim_start().len())
}

/// The name of a field, and the bytes before its body.
pub(super) fn field(text: &str) -> Option<(&str, usize)> {
    let inner = text.strip_prefix(':')?;
    for (at, _) in inner.match_indices(':') {
        let (name, rest) = (inner.get(..at)?, inner.get(at + 1..)?);
        if name.is_empty() || name.starts_with(' ') || rest.starts_with('`') {
            return None;
        }
        if ends_marker(rest) && !name.ends_with([' ', '\\']) {
            return Some((name, text.len() - rest.trim_start().len()));
        }
    }
    None
}

static OPTIONS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let option = r"(?:-[\w?]|--\w[\w-]*|\+\w|/[A-Z?])(?:[ =]?(?:[A-Za-z][\w-]*|<[^<>]+>))?";
    Regex::new(&format!("^{option}(?:, {option})*(?:  +|$)")).ok()
});

/// Bytes before the description of a command's options; all bytes if it is on the next line.
pub(super) fn options(text: &str) -> Option<usize> {
    let found = text.starts_with(['-', '+', '/']).then_some(OPTIONS.as_ref())??.find(text)?;
    Some(found.end())
}

/// Whether a line consists of one repeated punctuation character.
pub(super) fn is_rule(text: &str) -> bool {
    let mark = text.chars().next().filter(char::is_ascii_punctuation);
    mark.is_some_and(|mark| text.chars().all(|c| c == mark))
}

/// Whether a line is the border of a simple table: two or more columns of `=`.
pub(super) fn is_table_border(text: &str) -> bool {
    text.starts_with('=') && text.contains(' ') && text.bytes().all(|b| b == b'=' || b == b' ')
}

/// Whether a line is the border of a grid table.
pub(super) fn is_grid_border(text: &str) -> bool {
    text.len() > 2
        && text.starts_with("+-")
        && text.ends_with('+')
        && text.bytes().all(|b| b == b'-' || b == b'+')
}

/// Bytes of the dashes before the name of somebody who is quoted.
pub(super) fn attribution(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("---").or(text.strip_prefix("--")).or(text.strip_prefix('—'))?;
    let is_name = |c: char| !c.is_whitespace() && c != '-';
    rest.trim_start().starts_with(is_name).then(|| text.len() - rest.trim_start().len())
}

/// The text after the `.. ` of explicit markup.
pub(super) fn explicit(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("..")?;
    ends_marker(rest).then(|| rest.trim_start())
}

/// Whether a first line would be read as something else than a paragraph.
pub(super) fn starts_block(text: &str) -> bool {
    let is = |marker: &str| text.strip_prefix(marker).is_some_and(ends_marker);
    bullet(text).is_some()
        || enumerator(text).is_some()
        || field(text).is_some()
        || options(text).is_some()
        || attribution(text).is_some()
        || is(">>>")
        || is("|")
        || is("__")
        || explicit(text).is_some()
        || is_rule(text)
        || is_table_border(text)
        || text.starts_with("+-")
}

fn ends_marker(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(char::is_whitespace)
}
