//! The scalars of a YAML file: their keys, styles and bytes.

use std::ops::Range;

use super::escapes::{Quotes, unescaped};
use crate::escaping::Escaping;
use crate::formats::{json, text};
use crate::quoting::{Quoting, YAML_WORDS};
use crate::strings::{Unescaped, quoted_size};

/// A scalar and its key, which is empty for items of lists.
pub(super) struct Scalar<'a> {
    pub key: &'a str,
    pub style: ScalarStyle<'a>,
}

pub(super) enum ScalarStyle<'a> {
    /// Plain or quoted text, possibly on several lines.
    Line(Unescaped<'a>, Escaping),
    /// The lines of a literal or folded block scalar.
    Block { lines: Vec<Range<usize>>, folded: bool },
}

/// The supported scalars in a range of lines.
pub(super) fn scalars(source: &str, range: Range<usize>) -> Vec<Scalar<'_>> {
    let text = source.get(range.clone()).unwrap_or_default();
    let shifted = |line: Range<usize>| line.start + range.start..line.end + range.start;
    let lines: Vec<Range<usize>> = text::lines(text).map(shifted).collect();
    let escapes = ["\\x", "\\u", "\\U"].into_iter().any(|escape| text.contains(escape));
    let mut parser = ScalarParser { source, ascii: escapes && source.is_ascii(), found: Vec::new() };
    // The last key or item without a value on its line, and its indentation: a deeper line may be its value.
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(range) = lines.get(at) {
        at += 1;
        let Some(line) = YamlLine::new(source, range.clone()) else { continue };
        let (key, indent) = match (line.key, open.take()) {
            (None, Some((key, indent))) if indent < line.indent => (Some(key), indent),
            (key, _) => (key, line.indent),
        };
        let value = line.node(source);
        if value.as_ref().is_some_and(Range::is_empty) {
            open = key.map(|key| (key, indent));
            continue;
        }
        // Further lines of the value are indented deeper than its key.
        let rest = lines.get(at..).unwrap_or_default();
        let deeper = rest.iter().take_while(|range| is_deeper(source, range, indent)).count();
        if let (Some(key), Some(value)) = (key, value) {
            parser.value(key, value, rest.get(..deeper).unwrap_or_default());
        }
        at += deeper;
    }
    parser.found
}

/// A line split into key and value.
struct YamlLine<'a> {
    /// Indentation of its key or its last dash.
    indent: usize,
    /// Its key, empty for an item of a list; `None` if it has neither.
    key: Option<&'a str>,
    value: Range<usize>,
}

impl<'a> YamlLine<'a> {
    /// `None` for blank lines, comments, directives and document markers.
    fn new(source: &'a str, range: Range<usize>) -> Option<Self> {
        let line = source.get(range.clone())?;
        let mut body = line.trim_start_matches(' ');
        let marker = ["---", "...", "%"].iter().any(|marker| line.starts_with(marker));
        if body.trim().is_empty() || body.starts_with('#') || marker {
            return None;
        }
        let mut indent = line.len() - body.len();
        let mut key = None;
        while let Some(rest) = body.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            (indent, key) = (line.len() - body.len(), Some(""));
            body = rest.trim_start_matches(' ');
        }
        if let Some(size) = key_size(body) {
            indent = line.len() - body.len();
            let name = body.get(..size).unwrap_or_default().trim_end().trim_end_matches(':').trim_end();
            key = Some(name.trim_matches(['"', '\'']));
            body = body.get(size..).unwrap_or_default();
        }
        let start = range.end - body.trim_start().len();
        Some(Self { indent, key, value: start..start + body.trim().len() })
    }

    /// The value without its anchor and `!!str` tag; empty if it is on the lines below. `None` if it is not supported.
    fn node(&self, source: &str) -> Option<Range<usize>> {
        let mut text = source.get(self.value.clone())?;
        loop {
            let first = text.split([' ', '\t']).next().unwrap_or_default();
            let rest = text.get(first.len()..).unwrap_or_default().trim_start();
            let is_comment = text.starts_with('#');
            if is_comment || text.is_empty() {
                return Some(self.value.end..self.value.end);
            }
            let is_empty = rest.is_empty() || rest.starts_with('#');
            if !(first.starts_with('&') || first == "!!str" || (first.starts_with('!') && is_empty)) {
                break;
            }
            text = rest;
        }
        let unsupported = text.starts_with(['*', '!', '%', '@', '`', '\t']) || text.starts_with("? ");
        (!unsupported).then(|| self.value.end - text.len()..self.value.end)
    }
}

/// Bytes of the key that a line starts with, including its colon.
fn key_size(body: &str) -> Option<usize> {
    let quoted = match body.as_bytes().first()? {
        b'"' => json::string_size(body)?,
        b'\'' => quoted_size(body, b'\'')?,
        b'{' | b'[' | b'&' | b'*' | b'!' | b'?' | b'|' | b'>' | b'#' | b'%' | b'@' | b'`' => return None,
        _ => 0,
    };
    let rest = body.get(quoted..)?;
    let colon = if quoted > 0 { rest.starts_with(':').then_some(0)? } else { colon(rest)? };
    let after = rest.get(colon + 1..)?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(quoted + colon + 1)
}

/// The first colon before a space or at the end of the line.
fn colon(text: &str) -> Option<usize> {
    text.match_indices(':')
        .map(|(at, _)| at)
        .find(|at| text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])))
}

/// Bytes of the quoted scalar that `text` starts with, and its quotes.
fn quoted(text: &str) -> Option<(usize, Quotes)> {
    if text.starts_with('"') {
        Some((json::string_size(text)?, Quotes::Double))
    } else {
        Some((quoted_size(text, b'\'')?, Quotes::Single))
    }
}

fn is_deeper(source: &str, range: &Range<usize>, indent: usize) -> bool {
    let line = source.get(range.clone()).unwrap_or_default();
    let body = line.trim_start_matches(' ');
    body.trim().is_empty() || line.len() - body.len() > indent
}

struct ScalarParser<'a> {
    source: &'a str,
    /// Whether the document escapes all characters outside ASCII.
    ascii: bool,
    found: Vec<Scalar<'a>>,
}

impl<'a> ScalarParser<'a> {
    /// Appends the scalars of a value; `below` are its further lines.
    fn value(&mut self, key: &'a str, value: Range<usize>, below: &[Range<usize>]) {
        let end = below.last().map_or(value.end, |last| last.end);
        let (first, all) = (self.slice(&value), self.slice(&(value.start..end)));
        match first.as_bytes().first() {
            Some(b'|' | b'>') => {
                if is_block_header(first) {
                    let style = ScalarStyle::Block { lines: below.to_vec(), folded: first.starts_with('>') };
                    self.found.push(Scalar { key, style });
                }
            }
            Some(b'"' | b'\'') => {
                if let Some((size, quotes)) = quoted(all) {
                    let rest =
                        all.get(size..).and_then(|rest| text::lines(rest).next().map(|line| &rest[line]));
                    let rest = rest.unwrap_or_default();
                    if rest.trim().is_empty() || rest.trim_start().starts_with('#') {
                        self.scalar(key, value.start + 1..value.start + size - 1, quotes, false);
                    }
                }
            }
            Some(b'[' | b'{') => {
                let before = self.found.len();
                if self.flow(value.start..end).is_none() {
                    self.found.truncate(before);
                }
            }
            _ => {
                if let Some(end) = self.plain_end(value.clone(), below) {
                    self.scalar(key, value.start..end, Quotes::None, false);
                }
            }
        }
    }

    /// The end of a plain scalar: before a comment, or after its last line. `None` if one of its lines has a key.
    fn plain_end(&self, first: Range<usize>, below: &[Range<usize>]) -> Option<usize> {
        let mut end = first.start;
        for (number, range) in std::iter::once(&first).chain(below).enumerate() {
            let line = self.slice(range);
            let text = line.get(..line.find(" #").unwrap_or(line.len())).unwrap_or_default();
            if line.trim_start().starts_with('#') {
                break;
            }
            if number > 0 && colon(text.trim_end()).is_some() {
                return None;
            }
            if !text.trim().is_empty() {
                end = range.start + text.trim_end().len();
            }
            if text.len() < line.len() {
                break;
            }
        }
        Some(end)
    }

    /// Appends the scalars of a flow collection; `None` if it is unterminated.
    fn flow(&mut self, range: Range<usize>) -> Option<()> {
        let (mut at, mut depth, mut key) = (range.start, 0_usize, "");
        loop {
            let rest = self.source.get(at..range.end)?;
            at += match rest.as_bytes().first()? {
                b'[' | b'{' => {
                    (depth, key) = (depth + 1, "");
                    1
                }
                b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(());
                    }
                    1
                }
                b',' => {
                    key = "";
                    1
                }
                b' ' | b'\t' | b'\r' | b'\n' | b':' | b'?' => 1,
                b'#' => rest.find(['\r', '\n'])?,
                b'&' | b'*' | b'!' => rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c))?,
                mark => {
                    let (size, quotes) = match mark {
                        b'"' | b'\'' => quoted(rest)?,
                        _ => (flow_size(rest)?, Quotes::None),
                    };
                    let edge = usize::from(quotes != Quotes::None);
                    let text = rest.get(edge..size - edge)?;
                    let inner = at + edge..at + edge + text.trim_end().len();
                    if rest.get(size..)?.trim_start_matches([' ', '\t']).starts_with(':') {
                        key = self.slice(&inner);
                    } else {
                        let inner = if edge > 0 { at + 1..at + size - 1 } else { inner };
                        self.scalar(key, inner, quotes, true);
                    }
                    size
                }
            };
        }
    }

    /// Appends the scalar in `range`, which excludes its quotes.
    fn scalar(&mut self, key: &'a str, range: Range<usize>, quotes: Quotes, flow: bool) {
        let Some(text) = unescaped(self.source, range, quotes) else { return };
        let is_word = YAML_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.text()));
        let quoting = match quotes {
            Quotes::Double => Quoting::Yaml { ascii: self.ascii },
            Quotes::Single => Quoting::Single,
            Quotes::None if is_word => return,
            Quotes::None if text.has_arguments() => Quoting::YamlPart,
            Quotes::None => Quoting::YamlBare { ascii: self.ascii, flow },
        };
        self.found.push(Scalar { key, style: ScalarStyle::Line(text, Escaping::Quoted(quoting)) });
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.source.get(range.clone()).unwrap_or_default()
    }
}

/// Bytes of the plain scalar of a flow collection that `text` starts with.
fn flow_size(text: &str) -> Option<usize> {
    let ends = |(at, c): &(usize, char)| {
        let next = text.as_bytes().get(at + 1);
        ",[]{}".contains(*c)
            || (*c == ':' && next.is_none_or(|next| b" \t\r\n,[]{}".contains(next)))
            || (*c == ' ' && next == Some(&b'#'))
    };
    text.char_indices().find(ends).map(|(at, c)| if at == 0 { c.len_utf8() } else { at })
}

/// Whether a value is `|` or `>`, possibly with indentation and chomping indicators.
fn is_block_header(value: &str) -> bool {
    let signs = value.split(" #").next().unwrap_or_default().trim_end();
    signs.len() <= 3 && signs.chars().skip(1).all(|c| "+-123456789".contains(c))
}
