//! Fluent messages (`.ftl`): the patterns of messages, terms and their variants. Comments, identifiers, placeables,
//! private attributes of terms, access keys, styles, names of brands, and entries that Fluent does not read are left
//! unchanged.

use std::ops::Range;

use crate::escaping::Escaping;
use crate::formats::text::lines;
use crate::left_alone::Place;
use crate::limits;
use crate::locked_text::placeholders::Mark;
use crate::parsed::Parsed;
use crate::slot::ParsedBlock;
use crate::strings::Unescaped;

/// Ends of identifiers whose patterns are keys or styles.
const TECHNICAL: [&str; 4] = ["accesskey", "commandkey", "keycode", "style"];

/// Parts of identifiers of terms whose patterns are names.
const NAMES: [&str; 3] = ["brand", "product", "vendor"];

/// Attributes whose patterns are keys, sizes or styles.
const TECHNICAL_ATTRIBUTES: [&str; 4] = ["height", "key", "size", "width"];

/// A message file. Never fails: what is no entry is left unchanged.
pub(crate) fn parse(source: &str) -> Parsed {
    let lines: Vec<Range<usize>> = lines(source).collect();
    let line = |at: usize| lines.get(at).and_then(|range| source.get(range.clone())).unwrap_or_default();
    let mut found = Parsed::default();
    let mut at = 0;
    while at < lines.len() {
        let first = at;
        at += 1;
        let entry =
            definition(line(first)).and_then(|entry| Some((entry, entry_end(&line, first, lines.len())?)));
        let Some(((name, value), end)) = entry else {
            if !line(first).starts_with(['#', ' ', '}']) {
                found.leave(Place::DamagedPart, line(first));
            }
            continue;
        };
        at = end;
        let is_term = name.starts_with('-');
        let is_name = is_term && name.split(['-', '_']).any(|part| NAMES.contains(&part));
        let mut start = lines[first].end - value.len();
        let mut left =
            if is_name { Some(Place::Name) } else { is_technical(name).then_some(Place::CodeValue) };
        for next in first + 1..=end {
            let attribute = if next < end { attribute(line(next)) } else { None };
            if next < end && attribute.is_none() {
                continue;
            }
            let pattern = start..lines[next - 1].end;
            let text = source.get(pattern.clone()).unwrap_or_default();
            match left {
                None => push_pattern(source, pattern, 0, &mut found.blocks),
                Some(Place::CodeValue) => found.leave_code(text),
                Some(place) => found.leave(place, text),
            }
            let Some((name, value)) = attribute else { continue };
            start = lines[next].end - value.len();
            let is_code = is_term || is_technical(name) || TECHNICAL_ATTRIBUTES.contains(&name);
            left = is_code.then_some(Place::CodeValue);
        }
    }
    found
}

fn is_technical(name: &str) -> bool {
    TECHNICAL.contains(&name.rsplit(['-', '_', '.']).next().unwrap_or_default())
}

/// The name and the start of the value of a line that begins a message or term.
fn definition(line: &str) -> Option<(&str, &str)> {
    let body = line.strip_prefix('-').unwrap_or(line);
    let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))?;
    let value = body.get(end..)?.trim_start_matches(' ').strip_prefix('=')?;
    let starts = body.starts_with(|c: char| c.is_ascii_alphabetic());
    starts.then(|| (line.get(..line.len() - body.len() + end).unwrap_or_default(), value))
}

/// The name and the start of the value of a line that begins an attribute.
fn attribute(line: &str) -> Option<(&str, &str)> {
    let body = line.trim_start_matches(' ').strip_prefix('.').filter(|_| line.starts_with(' '))?;
    definition(body).filter(|(name, _)| !name.starts_with('-'))
}

/// The line after an entry that starts in line `first` of `count`; `None` if a placeable in it does not end, or if a line of
/// it starts with what could be an attribute or a variant but is none.
fn entry_end<'a>(line: &impl Fn(usize) -> &'a str, first: usize, count: usize) -> Option<usize> {
    let mut scanner = Scanner::default();
    for at in first..count {
        let text = line(at);
        let is_inside = scanner.depth() > 0;
        let is_new = at > first && !text.is_empty() && !text.starts_with([' ', '}']);
        if is_new && is_inside {
            return None;
        }
        if is_new || (at > first && !is_inside && text.starts_with('}')) {
            return Some(at);
        }
        let is_special = text.trim_start_matches(' ').starts_with(['.', '[', '*']);
        if at > first && !is_inside && is_special && attribute(text).is_none() {
            return None;
        }
        text.bytes().try_for_each(|byte| scanner.step(byte))?;
    }
    (scanner.depth() == 0).then_some(count)
}

/// Follows the braces of placeables. Quotes enclose strings only in expressions, which end where variants start.
#[derive(Default)]
struct Scanner {
    /// For each open placeable whether its variants have started.
    open: Vec<bool>,
    quoted: bool,
    escape: bool,
    last: u8,
}

impl Scanner {
    fn depth(&self) -> usize {
        self.open.len()
    }

    /// Reads a byte; `None` for a brace that closes nothing.
    fn step(&mut self, byte: u8) -> Option<()> {
        let is_expression = self.open.last() == Some(&false);
        match byte {
            _ if std::mem::take(&mut self.escape) => {}
            b'\\' if self.quoted => self.escape = true,
            b'"' if self.quoted || is_expression => self.quoted = !self.quoted,
            _ if self.quoted => {}
            b'{' => self.open.push(false),
            b'}' => {
                self.open.pop()?;
            }
            b'>' if self.last == b'-' && is_expression => {
                self.open.pop();
                self.open.push(true);
            }
            _ => {}
        }
        self.last = byte;
        Some(())
    }
}

/// Appends the blocks of a pattern and of the variants in it.
fn push_pattern(source: &str, range: Range<usize>, depth: usize, found: &mut Vec<ParsedBlock>) {
    let mut text = Unescaped::new(source);
    let mut at = range.start;
    while let Some(rest) = source.get(at..range.end).filter(|rest| !rest.is_empty()) {
        let size = if rest.starts_with('{') {
            let Some(size) = placeable_size(rest) else { return };
            let inner = at + 1..at + size - 1;
            match variants(source, inner) {
                Some(variants) if depth < limits::NESTING => {
                    text.mark(Mark::Void { word: true }, at..at + size);
                    variants.into_iter().for_each(|variant| push_pattern(source, variant, depth + 1, found));
                }
                _ => match literal(rest.get(1..size - 1).unwrap_or_default()) {
                    Some(shown) => text.escape(shown, at..at + size),
                    None => text.locked(at..at + size, at..at + size),
                },
            }
            size
        } else if rest.starts_with(['\n', '\r']) {
            let blank = rest.len() - rest.trim_start().len();
            let ends = rest.get(..blank).unwrap_or_default().matches('\n').count();
            // An empty line separates paragraphs; another line end is shown as a space.
            text.escape(if ends > 1 { "\n" } else { " " }, at..at + blank);
            blank
        } else {
            let size = rest.find(['{', '\n', '\r']).unwrap_or(rest.len());
            text.verbatim(at..at + size);
            size
        };
        at += size;
    }
    found.extend(text.blocks(Escaping::Fluent));
}

/// The text of a placeable that is a string without escapes, such as `"{"`.
fn literal(inner: &str) -> Option<&str> {
    let text = inner.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!text.is_empty() && !text.contains(['"', '\\', '\n'])).then_some(text)
}

/// Bytes of the placeable that a text starts with.
fn placeable_size(text: &str) -> Option<usize> {
    let mut scanner = Scanner::default();
    for (at, byte) in text.bytes().enumerate() {
        scanner.step(byte)?;
        if scanner.depth() == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The patterns of the variants in a placeable, if it selects one of them.
fn variants(source: &str, inner: Range<usize>) -> Option<Vec<Range<usize>>> {
    let text = source.get(inner.clone())?;
    let mut scanner = Scanner { open: vec![false], ..Scanner::default() };
    let mut arrow = None;
    for (at, byte) in text.bytes().enumerate() {
        scanner.step(byte)?;
        if scanner.open == [true] {
            arrow = Some(at + 1);
            break;
        }
    }
    let (mut found, mut start, mut at) = (Vec::new(), None, inner.start + arrow?);
    for part in text.get(arrow?..)?.split_inclusive('\n') {
        let body = part.trim_start();
        let bracket = body.strip_prefix('*').unwrap_or(body);
        let open = at + part.len() - bracket.len();
        let key = bracket.strip_prefix('[').and_then(|_| source.get(open + 1..inner.end)).and_then(key_size);
        if let Some(key) = key.filter(|_| scanner.depth() == 1) {
            found.extend(start.map(|start| start..at));
            start = Some(open + key + 2);
        }
        part.bytes().try_for_each(|byte| scanner.step(byte))?;
        at += part.len();
    }
    found.extend(start.map(|start| start..inner.end));
    Some(found)
}

/// Bytes before the bracket that ends a variant's key, which may have line ends around it.
fn key_size(text: &str) -> Option<usize> {
    let blank = text.len() - text.trim_start().len();
    let size = text.get(blank..)?.find([']', '[', '\n'])?;
    let rest = text.get(blank + size..)?;
    rest.trim_start().starts_with(']').then(|| text.len() - rest.trim_start().len())
}
