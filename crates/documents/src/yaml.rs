//! YAML as programs keep their texts in it: maps and lists of strings on lines of their own. Scalars that are prose
//! are blocks; whatever is not surely one (flow collections, anchors, tags, scalars over several lines) is copied.

use std::ops::Range;

use crate::block::{Found, Layout, Place};
use crate::inline::{self, Piece};
use crate::json::{KEYS, string_size, unescaped};
use crate::placeholders;
use crate::quoting::{Quoting, YAML_WORDS};
use crate::setting::Setting;
use crate::strings::{Unescaped, is_prose, prose};
use crate::text::{self, lines};
use crate::wrap::columns;

/// The blocks of a YAML file. Never fails: what is not understood is copied.
pub(crate) fn parse(source: &str) -> Vec<Found> {
    let lines: Vec<Range<usize>> = lines(source).collect();
    let mut found = Vec::new();
    let mut strings = Vec::new();
    let mut at = 0;
    while let Some(range) = lines.get(at) {
        let line = Line::new(source, range.clone());
        let value = source.get(line.value.clone()).unwrap_or_default();
        at += 1;
        if value.is_empty() {
            continue;
        }
        let rest = lines.get(at..).unwrap_or_default();
        // The lines that belong to a scalar on this one: they are deeper than it.
        let deeper = rest.iter().take_while(|range| is_deeper(source, range, line.indent)).count();
        let inside = rest.get(..deeper).unwrap_or_default();
        let spoken =
            inside.iter().any(|range| !source.get(range.clone()).unwrap_or_default().trim().is_empty());
        at += match value {
            _ if line.foreign => deeper,
            value if value.starts_with(['|', '>']) => {
                if is_block_header(value) && !line.for_programs {
                    found.extend(block(source, inside, value.starts_with('>')));
                }
                deeper
            }
            _ if spoken => deeper,
            value => {
                if !line.for_programs {
                    strings.extend(scalar(source, &line.value, value));
                }
                0
            }
        };
    }
    found.extend(prose(strings));
    found
}

/// A line taken apart.
struct Line {
    /// Columns before its key or its item.
    indent: usize,
    value: Range<usize>,
    /// Whether its value is none that is read here.
    foreign: bool,
    /// Whether its key says that its value is for programs.
    for_programs: bool,
}

impl Line {
    fn new(source: &str, range: Range<usize>) -> Self {
        let line = source.get(range.clone()).unwrap_or_default();
        let none = Self { indent: 0, value: range.end..range.end, foreign: false, for_programs: false };
        let mut body = line.trim_start_matches(' ');
        let marker = ["---", "...", "%"].iter().any(|marker| line.starts_with(marker));
        if body.trim().is_empty() || body.starts_with('#') || marker {
            return none;
        }
        let mut item = false;
        while let Some(rest) = body.strip_prefix("- ") {
            (body, item) = (rest.trim_start_matches(' '), true);
        }
        // A list's item may be as deep as the dash, its text is deeper.
        let indent = line.len() - body.len();
        let key = key_size(body);
        let value = body.get(key.unwrap_or(0)..).unwrap_or_default();
        let start = range.end - value.trim_start().len();
        let key = body.get(..key.unwrap_or(0)).unwrap_or_default().trim_end().trim_end_matches(':');
        let key = key.trim_matches(['"', '\'']);
        Self {
            indent: if item && key.is_empty() { indent.saturating_sub(1) } else { indent },
            value: start..start + value.trim().len(),
            foreign: (key.is_empty() && !item)
                || value.trim_start().starts_with(['&', '*', '!', '{', '[', '%', '@', '`', '?', '\t']),
            for_programs: KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)),
        }
    }
}

/// Bytes of the key that a line starts with, with its colon.
fn key_size(body: &str) -> Option<usize> {
    let quoted = match body.as_bytes().first()? {
        b'"' => string_size(body)?,
        b'\'' => single_size(body)?,
        b'{' | b'[' | b'&' | b'*' | b'!' | b'?' | b'|' | b'>' | b'#' | b'%' | b'@' | b'`' => return None,
        _ => 0,
    };
    let rest = body.get(quoted..)?;
    let colon = if quoted > 0 { rest.starts_with(':').then_some(0)? } else { colon(rest)? };
    let after = rest.get(colon + 1..)?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(quoted + colon + 1)
}

/// The first colon that a blank follows, or that ends the line.
fn colon(text: &str) -> Option<usize> {
    text.match_indices(':')
        .map(|(at, _)| at)
        .find(|at| text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])))
}

/// Bytes of the scalar in single quotes that `text` starts with.
fn single_size(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\'' && bytes.next_if(|(_, next)| *next == b'\'').is_none() {
            return Some(at + 1);
        }
    }
    None
}

fn is_deeper(source: &str, range: &Range<usize>, indent: usize) -> bool {
    let line = source.get(range.clone()).unwrap_or_default();
    let body = line.trim_start_matches(' ');
    body.trim().is_empty() || line.len() - body.len() > indent
}

/// The text of a scalar on one line, and how it is written.
fn scalar<'a>(source: &'a str, range: &Range<usize>, value: &str) -> Option<(Unescaped<'a>, Setting)> {
    let ends = |size: usize| {
        let rest = value.get(size..).unwrap_or_default();
        rest.trim().is_empty() || rest.trim_start().starts_with('#')
    };
    let inner = |size: usize| range.start + 1..range.start + size - 1;
    let (text, quoting) = if value.starts_with('"') {
        let size = string_size(value).filter(|size| ends(*size))?;
        (unescaped(source, inner(size)), Quoting::C)
    } else if value.starts_with('\'') {
        let size = single_size(value).filter(|size| ends(*size))?;
        let inner = inner(size);
        let mut text = Unescaped::new(source);
        let mut at = inner.start;
        for (quotes, _) in source.get(inner.clone()).unwrap_or_default().match_indices("''") {
            text.verbatim(at..inner.start + quotes);
            at = inner.start + quotes + 2;
            text.escape("'", at - 2..at);
        }
        text.verbatim(at..inner.end);
        (Some(text), Quoting::Single)
    } else {
        let end = value.find(" #").unwrap_or(value.len());
        let plain = value.get(..end).unwrap_or_default().trim_end();
        let mut text = Unescaped::new(source);
        text.verbatim(range.start..range.start + plain.len());
        (Some(text), Quoting::YamlBare)
    };
    let text = text.filter(|text| !is_yaml_word(text.text(), quoting))?;
    Some((text, Setting::Quoted(quoting)))
}

fn is_yaml_word(text: &str, quoting: Quoting) -> bool {
    quoting == Quoting::YamlBare && YAML_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a value is `|` or `>`, perhaps with signs for its indentation and its last line ends.
fn is_block_header(value: &str) -> bool {
    let signs = value.split(" #").next().unwrap_or_default().trim_end();
    signs.len() <= 3 && signs.chars().skip(1).all(|c| "+-123456789".contains(c))
}

/// The blocks of a literal or folded scalar. Lines of a literal one that look wrapped are a paragraph, as in plain
/// text; those of a folded one are.
fn block(source: &str, lines: &[Range<usize>], folded: bool) -> Vec<Found> {
    let line = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let setting = Setting::Quoted(Quoting::YamlBlock);
    let mut found = Vec::new();
    for paragraph in lines.split(|range| line(range).trim().is_empty()) {
        let (Some(first), Some(last)) = (paragraph.first(), paragraph.last()) else { continue };
        let range = first.start..last.end;
        let slice = line(&range);
        if !is_prose(slice) {
            continue;
        }
        if folded {
            let width = paragraph.iter().map(|range| columns(line(range).trim())).max().unwrap_or(0);
            for run in inline::runs(source, vec![Piece::verbatim(source, range)]) {
                let mut place = Place::new(run.range, setting);
                if let Some(newline) = run.newline {
                    (place.layout, place.newline) = (Layout::Fill(width), newline);
                }
                found.push(Found { block: run.block, place });
            }
        } else {
            found.extend(text::parse(slice).into_iter().map(|mut found| {
                let place = &mut found.place;
                place.range = place.range.start + range.start..place.range.end + range.start;
                place.setting = setting;
                found
            }));
        }
    }
    found.iter_mut().for_each(|found| placeholders::lock(&mut found.block));
    found.into_iter().filter_map(Found::checked).collect()
}
