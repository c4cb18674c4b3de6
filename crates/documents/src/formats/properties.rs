//! Key-value files: Java properties and Apple's `.strings`. The values are blocks.

use std::ops::Range;

use crate::escaping::Escaping;
use crate::formats::json;
use crate::formats::text::lines;
use crate::parsed::Parsed;
use crate::quoting::Quoting;
use crate::strings::{Unescaped, is_code, values};

/// The blocks of Java properties; with `ascii`, all other characters are escaped. Values that are not prose are left
/// unchanged, since such files also hold settings.
pub(crate) fn properties(source: &str, ascii: bool) -> Parsed {
    let mut lines = lines(source);
    let (mut strings, mut damaged) = (Vec::new(), Vec::new());
    while let Some(first) = lines.next() {
        let line = source.get(first.clone()).unwrap_or_default();
        let body = line.trim_start();
        if body.is_empty() || body.starts_with(['#', '!']) {
            continue;
        }
        // After an odd number of backslashes a value continues on the next line, without its indentation.
        let mut parts: Vec<_> = std::iter::once(first.end - body.len()..first.end).collect();
        while let Some(last) =
            parts.last_mut().filter(|last| is_continued(source.get((*last).clone()).unwrap_or_default()))
        {
            last.end -= 1;
            let Some(next) = lines.next() else { break };
            let indent = source.get(next.clone()).map_or(0, |line| line.len() - line.trim_start().len());
            parts.push(next.start + indent..next.end);
        }
        let Some(start) = value_start(source, &parts[0]) else { continue };
        let key = source.get(parts[0].start..start).unwrap_or_default();
        let key = key.trim_end_matches(|c: char| c.is_whitespace() || "=:".contains(c));
        parts[0].start = start;
        let doubled =
            parts.iter().any(|part| source.get(part.clone()).is_some_and(|text| text.contains("''")));
        let escaped = |escape: &str| match escape.strip_prefix('\'') {
            Some(rest) => Some(('\'', if doubled && rest.starts_with('\'') { 2 } else { 1 })),
            None => json::escaped(escape).or_else(|| unmarked(escape)),
        };
        let mut text = Unescaped::new(source);
        let all = start..parts.last().map_or(start, |last| last.end);
        if parts.into_iter().all(|part| text.unescape(part, &['\\', '\''], escaped).is_some()) {
            strings.push((key, text, Escaping::Quoted(Quoting::Property { ascii, doubled })));
        } else {
            damaged.push(source.get(all).unwrap_or_default());
        }
    }
    let mut found = values(strings);
    damaged.into_iter().for_each(|text| found.leave_code(text));
    found
}

/// The character after a backslash that has no meaning of its own.
fn unmarked(escape: &str) -> Option<(char, usize)> {
    let c = escape.chars().nth(1).filter(|c| !matches!(c, 'u' | 'U'))?;
    Some((c, 1 + c.len_utf8()))
}

fn is_continued(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// Where the value starts: after the key, white space and at most one `=` or `:`.
fn value_start(source: &str, line: &Range<usize>) -> Option<usize> {
    let text = source.get(line.clone())?;
    let mut escaped = false;
    let key = text.find(|c: char| {
        let ends = !escaped && (c == '=' || c == ':' || c.is_whitespace());
        escaped = c == '\\' && !escaped;
        ends
    })?;
    let rest = text.get(key..)?.trim_start();
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    Some(line.end - rest.len())
}

/// The blocks of Apple's strings. Never fails: invalid input is left unchanged.
pub(crate) fn strings(source: &str) -> Parsed {
    let values = StringsValues { source, at: 0 };
    let mut found = Parsed::default();
    for range in values {
        match json::unescaped(source, range.clone()) {
            Some(text) if !is_code(text.text()) => {
                found.extend(text.blocks(Escaping::Quoted(Quoting::C)));
            }
            _ => found.leave_code(source.get(range).unwrap_or_default()),
        }
    }
    found
}

/// The values of `key = "value";`, without their quotes.
struct StringsValues<'a> {
    source: &'a str,
    at: usize,
}

impl StringsValues<'_> {
    fn skip_blanks(&mut self) {
        while let Some(rest) = self.source.get(self.at..) {
            let body = rest.trim_start();
            self.at += rest.len() - body.len();
            self.at += match () {
                () if body.starts_with("//") => body.find('\n').unwrap_or(body.len()),
                () if body.starts_with("/*") => body.find("*/").map_or(body.len(), |end| end + 2),
                () => return,
            };
        }
    }

    /// The bytes of the next word or string, with its quotes.
    fn token(&mut self) -> Option<Range<usize>> {
        self.skip_blanks();
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let size = if rest.starts_with('"') {
            json::string_size(rest)?
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || "=;\"/".contains(c)).unwrap_or(rest.len());
            end.max(rest.chars().next().map_or(0, char::len_utf8))
        };
        let range = self.at..self.at + size;
        self.at = range.end;
        Some(range)
    }
}

impl Iterator for StringsValues<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let mut before = [0..0, 0..0];
        loop {
            let token = self.token()?;
            let [key, equals] = &before;
            let slice = |range: &Range<usize>| self.source.get(range.clone()).unwrap_or_default();
            let is_key = !matches!(slice(key), "" | "=" | ";");
            if is_key && slice(equals) == "=" && slice(&token).starts_with('"') {
                return Some(token.start + 1..token.end - 1);
            }
            before = [before[1].clone(), token];
        }
    }
}
