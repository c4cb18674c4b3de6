//! The text of YAML scalars: escape sequences are resolved, lines are joined.

use std::borrow::Cow;
use std::ops::Range;

use crate::formats::{json, text};
use crate::strings::Unescaped;

/// The quotes of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
}

/// The text between double quotes; `None` on an invalid escape.
pub(crate) fn double_quoted(source: &str, range: Range<usize>) -> Option<Unescaped<'_>> {
    unescaped(source, range, Quotes::Double)
}

/// The unescaped text of a scalar, its lines joined; `None` on an invalid escape.
pub(super) fn unescaped(source: &str, range: Range<usize>, quotes: Quotes) -> Option<Unescaped<'_>> {
    let mut text = Unescaped::new(source);
    let mut at = range.start;
    while let Some(rest) = source.get(at..range.end).filter(|rest| !rest.is_empty()) {
        let is_mark = |c: char| match c {
            '\r' | '\n' => true,
            '\\' => quotes == Quotes::Double,
            '\'' => quotes == Quotes::Single,
            _ => false,
        };
        let plain = rest.find(is_mark).unwrap_or(rest.len());
        let line_end = rest.get(plain..)?.starts_with(['\r', '\n']);
        let blanks: &[char] = if line_end { &[' ', '\t'] } else { &[] };
        let kept = rest.get(..plain)?.trim_end_matches(blanks).len();
        text.verbatim(at..at + kept);
        at += kept;
        let mark = rest.get(kept..).unwrap_or_default();
        let (meaning, size) = match mark.as_bytes().first() {
            None => break,
            Some(b'\\') => escaped(mark)?,
            Some(b'\'') => ("'".into(), 2),
            Some(_) => folded(mark, " "),
        };
        text.escape(&meaning, at..at + size);
        at += size;
    }
    Some(text)
}

/// The meaning and size of a line end with the white space around it: `single`, or a line end for each empty line.
pub(super) fn folded(text: &str, single: &'static str) -> (Cow<'static, str>, usize) {
    let blanks = text.get(..text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len());
    let blanks = blanks.unwrap_or_default();
    let empty = text::lines(blanks).count().saturating_sub(2);
    (if empty > 0 { "\n".repeat(empty).into() } else { single.into() }, blanks.len())
}

/// The text of an escape sequence in double quotes, and its size.
fn escaped(escape: &str) -> Option<(Cow<'static, str>, usize)> {
    let hex = |digits: usize| {
        let c = char::from_u32(u32::from_str_radix(escape.get(2..2 + digits)?, 16).ok()?)?;
        Some((c.to_string().into(), 2 + digits))
    };
    let text = match escape.as_bytes().get(1)? {
        b'x' => return hex(2),
        b'U' => return hex(8),
        b'\r' | b'\n' => {
            let (lines, size) = folded(escape.get(1..)?, "");
            return Some((lines, 1 + size));
        }
        b'0' => "\0",
        b'a' => "\u{7}",
        b'v' => "\u{b}",
        b'e' => "\u{1b}",
        b' ' => " ",
        b'\t' => "\t",
        b'N' => "\u{85}",
        b'_' => "\u{a0}",
        b'L' => "\u{2028}",
        b'P' => "\u{2029}",
        _ => {
            let (c, size) = json::escaped(escape)?;
            return Some((c.to_string().into(), size));
        }
    };
    Some((text.into(), 2))
}
