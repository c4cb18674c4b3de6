//! The grammar of JSON (RFC 8259), with what much-used dialects add: comments, a comma after the last value, several
//! values one after the other.

use super::{escaped, string_size};
use crate::{Error, Result};

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A value, or the end of the array.
    ValueOrEnd,
    /// A key, or the end of the object.
    KeyOrEnd,
    Colon,
    /// A comma, or the end of what is open.
    CommaOrEnd,
}

/// Checks that a text is JSON, so that none of its strings is overlooked.
///
/// # Errors
/// [`Error::Json`] with the first line that is not.
pub(super) fn check(source: &str) -> Result<()> {
    // Whether each open container is an object.
    let mut open: Vec<bool> = Vec::new();
    let mut next = Next::Value;
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let broken = || Error::json(source, at);
        let after_value = if open.is_empty() { Next::Value } else { Next::CommaOrEnd };
        let is_value = matches!(next, Next::Value | Next::ValueOrEnd);
        let bytes = rest.as_bytes();
        at += match bytes.first().copied().unwrap_or_default() {
            b' ' | b'\t' | b'\n' | b'\r' => 1,
            0xef if rest.starts_with('\u{feff}') => 3,
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").ok_or_else(broken)? + 2,
            b'"' if is_value || next == Next::KeyOrEnd => {
                next = if is_value { after_value } else { Next::Colon };
                let size = string_size(rest).ok_or_else(broken)?;
                has_valid_escapes(rest.get(..size).unwrap_or_default()).then_some(size).ok_or_else(broken)?
            }
            b':' if next == Next::Colon => {
                next = Next::Value;
                1
            }
            b',' if next == Next::CommaOrEnd => {
                next = if open.last() == Some(&true) { Next::KeyOrEnd } else { Next::ValueOrEnd };
                1
            }
            mark @ (b'{' | b'[') if is_value => {
                open.push(mark == b'{');
                next = if mark == b'{' { Next::KeyOrEnd } else { Next::ValueOrEnd };
                1
            }
            mark @ (b'}' | b']') if matches!(next, Next::CommaOrEnd | Next::KeyOrEnd | Next::ValueOrEnd) => {
                if open.pop() != Some(mark == b'}') {
                    return Err(broken());
                }
                next = if open.is_empty() { Next::Value } else { Next::CommaOrEnd };
                1
            }
            _ if is_value => {
                let size = word_size(rest).ok_or_else(broken)?;
                next = after_value;
                size
            }
            _ => return Err(broken()),
        };
    }
    if open.is_empty() { Ok(()) } else { Err(Error::json(source, source.len())) }
}

/// Whether a string has no escapes of other languages, such as the line ends and `\x41` of JSON5. Half of a character
/// (`\ud83d`) is no text, but JSON.
fn has_valid_escapes(string: &str) -> bool {
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        let escape = rest.get(at..).unwrap_or_default();
        let units = escape.get(2..6).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let is_units = escape.starts_with("\\u") && units;
        if !is_units && escaped(escape).is_none() {
            return false;
        }
        rest = escape.get(2..).unwrap_or_default();
    }
    true
}

/// Bytes of the number, truth value or `null` that a text starts with.
fn word_size(text: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let word = text.get(..text.find(|c| !is_part(c)).unwrap_or(text.len()))?;
    let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-') && word.parse::<f64>().is_ok();
    let is_known = is_number || matches!(word, "true" | "false" | "null" | "NaN" | "Infinity");
    is_known.then_some(word.len())
}
