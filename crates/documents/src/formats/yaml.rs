//! YAML message files: maps and lists of strings. Scalars that are prose are blocks in any style: plain or quoted, on
//! one line or several, literal or folded, in flow collections. Aliases, keys and values with custom tags are left
//! unchanged.

use std::borrow::Cow;
use std::ops::Range;

use crate::escaping::Escaping;
use crate::formats::json;
use crate::formats::text;
use crate::inline::{self, Piece};
use crate::locks;
use crate::quoting::{Quoting, YAML_WORDS};
use crate::slot::{ParsedBlock, Slot};
use crate::strings::{Unescaped, is_prose, is_technical, prose};
use crate::wrap::{LineLayout, columns};

/// Keys of front matter whose values are shown on a page by Hugo, Jekyll, Docusaurus and Pandoc.
const SHOWN: [&str; 8] =
    ["abstract", "description", "excerpt", "linktitle", "sidebar_label", "subtitle", "summary", "title"];

/// Translations of narrower scalars are filled to this many columns.
const NARROWEST_COLUMNS: usize = 40;

/// The blocks of a YAML file. Never fails: unsupported syntax is left unchanged.
pub(crate) fn parse(source: &str) -> Vec<ParsedBlock> {
    let (mut found, mut strings) = (Vec::new(), Vec::new());
    for scalar in scalars(source, 0..source.len()) {
        match scalar.style {
            ScalarStyle::Block { lines, folded } => {
                let text = lines.first().zip(lines.last()).map(|(first, last)| first.start..last.end);
                let text = text.and_then(|range| source.get(range)).unwrap_or_default();
                if !is_technical(scalar.key, text) {
                    found.extend(block(source, &lines, folded));
                }
            }
            ScalarStyle::Line(text, escaping) if !is_technical(scalar.key, text.text()) => {
                strings.push((text, escaping));
            }
            ScalarStyle::Line(..) => {}
        }
    }
    found.extend(prose(strings).into_iter().map(|found| refilled(source, found)));
    found
}

/// The blocks of the front matter in `range` that are shown on the page.
pub(crate) fn front_matter(source: &str, range: Range<usize>) -> Vec<ParsedBlock> {
    let shown = scalars(source, range).into_iter().filter(|scalar| is_shown(scalar.key));
    let found = shown.flat_map(|scalar| match scalar.style {
        ScalarStyle::Block { lines, folded } => block(source, &lines, folded),
        ScalarStyle::Line(text, escaping) => text.blocks(escaping),
    });
    found.map(|found| refilled(source, found)).collect()
}

/// Whether the value of a key of front matter is shown on the page.
pub(crate) fn is_shown(key: &str) -> bool {
    SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(key))
}

/// A scalar and its key, which is empty for items of lists.
struct Scalar<'a> {
    key: &'a str,
    style: ScalarStyle<'a>,
}

enum ScalarStyle<'a> {
    /// Plain or quoted text, possibly on several lines.
    Line(Unescaped<'a>, Escaping),
    /// The lines of a literal or folded block scalar.
    Block { lines: Vec<Range<usize>>, folded: bool },
}

/// The supported scalars in a range of lines.
fn scalars(source: &str, range: Range<usize>) -> Vec<Scalar<'_>> {
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
        b'\'' => single_size(body)?,
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

/// Bytes of the single-quoted scalar that `text` starts with.
fn single_size(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\'' && bytes.next_if(|(_, next)| *next == b'\'').is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// Bytes of the quoted scalar that `text` starts with, and its quotes.
fn quoted(text: &str) -> Option<(usize, Quotes)> {
    if text.starts_with('"') {
        Some((json::string_size(text)?, Quotes::Double))
    } else {
        Some((single_size(text)?, Quotes::Single))
    }
}

fn is_deeper(source: &str, range: &Range<usize>, indent: usize) -> bool {
    let line = source.get(range.clone()).unwrap_or_default();
    let body = line.trim_start_matches(' ');
    body.trim().is_empty() || line.len() - body.len() > indent
}

/// The quotes of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
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

/// The text between double quotes; `None` on an invalid escape.
pub(crate) fn double_quoted(source: &str, range: Range<usize>) -> Option<Unescaped<'_>> {
    unescaped(source, range, Quotes::Double)
}

/// The unescaped text of a scalar, its lines joined; `None` on an invalid escape.
fn unescaped(source: &str, range: Range<usize>, quotes: Quotes) -> Option<Unescaped<'_>> {
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

/// The meaning and size of a line end with the blanks around it: `single`, or a line end for each empty line.
fn folded(text: &str, single: &'static str) -> (Cow<'static, str>, usize) {
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

/// The block, laid out in lines if its source has several.
fn refilled(source: &str, mut found: ParsedBlock) -> ParsedBlock {
    let slot = &mut found.slot;
    let written = source.get(slot.range.clone()).unwrap_or_default();
    let Some(tail) = written.find(['\r', '\n']).and_then(|end| written.get(end..)) else { return found };
    if slot.layout == LineLayout::Single {
        let gap = tail.get(..folded(tail, "").1).unwrap_or_default();
        let indent = gap.rsplit(['\r', '\n']).next().unwrap_or_default();
        let line_end = if gap.starts_with("\r\n") { "\r\n" } else { "\n" };
        let width =
            text::lines(written).filter_map(|line| written.get(line)).map(|line| columns(line.trim()));
        slot.layout = LineLayout::Fill(width.max().unwrap_or(0).max(NARROWEST_COLUMNS));
        slot.newline = [line_end, indent].concat();
        found.block.wrapped = true;
    }
    found
}

/// Whether a value is `|` or `>`, possibly with indentation and chomping indicators.
fn is_block_header(value: &str) -> bool {
    let signs = value.split(" #").next().unwrap_or_default().trim_end();
    signs.len() <= 3 && signs.chars().skip(1).all(|c| "+-123456789".contains(c))
}

/// The blocks of a literal or folded scalar. Lines of a literal one that appear hard-wrapped are one paragraph, as in
/// plain text; those of a folded one always are.
fn block(source: &str, lines: &[Range<usize>], folded: bool) -> Vec<ParsedBlock> {
    let line = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let escaping = Escaping::Quoted(Quoting::YamlBlock);
    let indent = |range: &Range<usize>| line(range).len() - line(range).trim_start_matches(' ').len();
    let least = lines.iter().find(|range| !line(range).trim().is_empty()).map_or(0, indent);
    // Lines indented deeper than the first are not folded.
    let joins = |range: &Range<usize>| !folded || indent(range) <= least;
    let mut found = Vec::new();
    let paragraphs = lines.split(|range| line(range).trim().is_empty());
    for paragraph in paragraphs.flat_map(|lines| lines.chunk_by(|a, b| joins(a) && joins(b))) {
        let (Some(first), Some(last)) = (paragraph.first(), paragraph.last()) else { continue };
        let range = first.start..last.end;
        let slice = line(&range);
        if !is_prose(slice) {
            continue;
        }
        if folded {
            let width = paragraph.iter().map(|range| columns(line(range).trim())).max().unwrap_or(0);
            for run in inline::runs(source, vec![Piece::verbatim(source, range)]) {
                let mut slot = Slot::new(run.range, escaping);
                if let Some(newline) = run.newline {
                    (slot.layout, slot.newline) = (LineLayout::Fill(width), newline);
                }
                found.push(ParsedBlock { block: run.block, slot });
            }
        } else {
            found.extend(text::parse(slice).into_iter().map(|mut found| {
                let slot = &mut found.slot;
                slot.range = slot.range.start + range.start..slot.range.end + range.start;
                slot.escaping = escaping;
                found
            }));
        }
    }
    found.iter_mut().for_each(|found| locks::lock_placeholders(&mut found.block));
    found.into_iter().filter_map(ParsedBlock::into_translatable).collect()
}
