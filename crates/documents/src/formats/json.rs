//! JSON: string values that are prose are blocks; keys, identifiers, addresses and all else are left unchanged.

mod grammar;
pub(crate) mod tree;

use std::ops::Range;

use crate::escaping::Escaping;
use crate::parsed::Parsed;
use crate::quoting::Quoting;
use crate::strings::{SCRIPTS, Unescaped, values};
use crate::{Error, Result, limits};

/// The blocks of a JSON document. Comments and several top-level values are accepted.
///
/// # Errors
/// [`Error::Json`] when it is no JSON or the nesting exceeds [`limits::JSON_DEPTH`].
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    grammar::check(source)?;
    let escaping = Escaping::Quoted(Quoting::json(source));
    let mut strings = Vec::new();
    let mut open: Vec<Container> = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let size = match rest.as_bytes()[0] {
            b'"' => {
                let size = string_size(rest).ok_or_else(|| Error::json(source, at))?;
                let inner = at + 1..at + size - 1;
                let is_key = open.last_mut().is_some_and(|container| container.set_key(source, &inner));
                let (key, skipped) =
                    open.last().map_or(("", false), |container| (container.key, container.skipped));
                if !is_key && !skipped {
                    // The commands of package.json have any name.
                    let parent = open.len().checked_sub(2).and_then(|outer| open.get(outer));
                    let key = parent.map(|outer| outer.key).filter(|outer| *outer == SCRIPTS).unwrap_or(key);
                    strings.extend(unescaped(source, inner).map(|text| (key, text, escaping)));
                }
                size
            }
            mark @ (b'{' | b'[') => {
                if open.len() >= limits::JSON_DEPTH {
                    return Err(Error::json(source, at));
                }
                let (key, skipped) =
                    open.last().map_or(("", false), |container| (container.key, container.skipped));
                let object = mark == b'{';
                let key = if object { "" } else { key };
                open.push(Container { object, awaits_key: object, key, skipped, all_skipped: skipped });
                1
            }
            b'}' | b']' => {
                open.pop();
                1
            }
            b',' => {
                if let Some(container) = open.last_mut() {
                    container.awaits_key = container.object;
                    container.skipped = container.all_skipped;
                }
                1
            }
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => rest.find(['"', '{', '[', '}', ']', ',', '/']).map_or(rest.len(), |next| next.max(1)),
        };
        at += size;
    }
    Ok(values(strings))
}

/// An open object or array.
struct Container<'a> {
    object: bool,
    awaits_key: bool,
    /// The key of the next value; in an array, the array's own key.
    key: &'a str,
    /// Whether the next value is for programs, and whether all values are.
    skipped: bool,
    all_skipped: bool,
}

impl<'a> Container<'a> {
    /// Whether the string is a key; if so, it becomes the current key.
    fn set_key(&mut self, source: &'a str, inner: &Range<usize>) -> bool {
        let is_key = std::mem::take(&mut self.awaits_key);
        if is_key {
            self.key = source.get(inner.clone()).unwrap_or_default();
            self.skipped = self.all_skipped || self.key.starts_with('@');
        }
        is_key
    }
}

/// Bytes of the string that `text` starts with, with its quotes; `None` if it is unterminated.
pub(crate) fn string_size(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|&(_, byte)| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map(|(at, _)| at + 1)
}

/// The text between a string's quotes; `None` on an invalid escape or a lone surrogate.
pub(crate) fn unescaped(source: &str, range: Range<usize>) -> Option<Unescaped<'_>> {
    let mut text = Unescaped::new(source);
    text.unescape(range, &['\\'], escaped)?;
    Some(text)
}

/// The character of an escape sequence, and the sequence's size in bytes.
pub(crate) fn escaped(escape: &str) -> Option<(char, usize)> {
    let c = match escape.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' | b'U' => {
            let unit = |at: usize| u16::from_str_radix(escape.get(at..at + 4)?, 16).ok();
            let first = unit(2)?;
            let second = escape.get(6..8).filter(|next| *next == "\\u").and_then(|_| unit(8));
            let units: Vec<u16> = [Some(first), second].into_iter().flatten().collect();
            let c = char::decode_utf16(units).next()?.ok()?;
            return Some((c, if c.len_utf16() == 2 { 12 } else { 6 }));
        }
        mark if mark.is_ascii_punctuation() => char::from(*mark),
        _ => return None,
    };
    Some((c, 2))
}
