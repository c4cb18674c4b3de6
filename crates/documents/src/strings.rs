//! Program strings: escaped text with placeholders and tags.

pub(crate) mod code;
mod prose;
mod settings;
mod tags;

use std::borrow::Cow;
use std::ops::Range;

use crate::block::Affixes;
use crate::escaping::Escaping;
use crate::icu::{self, Argument};
use crate::inline::{self, Kind, Piece, Run};
use crate::limits;
use crate::locked_text::placeholders::{self, Mark};
use crate::parsed::Parsed;
use crate::slot::{ParsedBlock, Slot};
pub(crate) use prose::{is_code, is_prose};
pub(crate) use settings::{SCRIPTS, are_prose};

/// A string's unescaped text, and the bytes of the document that each part of it was read from.
#[derive(Debug)]
pub(crate) struct Unescaped<'a> {
    document: &'a str,
    text: String,
    source_runs: Vec<SourceRun>,
    /// What the format itself marks, in order.
    marks: Vec<OwnMark>,
}

/// Markup of the document among the text, or text that the document locks.
#[derive(Debug)]
struct OwnMark {
    mark: Mark,
    /// Bytes of the text; empty for markup.
    text: Range<usize>,
    source: Range<usize>,
    /// Bytes of the locked text inside `source`.
    inner: Range<usize>,
}

/// A run of the text that was read from consecutive bytes of the document.
#[derive(Debug)]
struct SourceRun {
    /// Its first byte in the text.
    start: usize,
    source: Range<usize>,
    /// Whether it is one escape sequence, whose size may differ from its text's.
    escape: bool,
}

/// How line ends in a string are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnds {
    /// Each line is a block.
    Divide,
    /// The string is one block with line breaks in it.
    Keep,
}

impl<'a> Unescaped<'a> {
    pub fn new(document: &'a str) -> Self {
        Self { document, text: String::new(), source_runs: Vec::new(), marks: Vec::new() }
    }

    /// Appends text that is not escaped in the document.
    pub fn verbatim(&mut self, source: Range<usize>) {
        let text = self.document.get(source.clone()).unwrap_or_default();
        if text.is_empty() {
            return;
        }
        match self.source_runs.last_mut() {
            Some(last) if !last.escape && last.source.end == source.start => last.source.end = source.end,
            _ => self.source_runs.push(SourceRun { start: self.text.len(), source, escape: false }),
        }
        self.text.push_str(text);
    }

    /// Appends the text of an escape sequence.
    pub fn escape(&mut self, text: &str, source: Range<usize>) {
        self.source_runs.push(SourceRun { start: self.text.len(), source, escape: true });
        self.text.push_str(text);
    }

    /// Appends the text of a range with escape sequences that begin with one of `marks`; `decode` returns the character
    /// and the size of one. `None` on an invalid one.
    pub fn unescape(
        &mut self,
        range: Range<usize>,
        marks: &[char],
        decode: impl Fn(&str) -> Option<(char, usize)>,
    ) -> Option<()> {
        let mut at = range.start;
        while let Some(rest) = self.document.get(at..range.end).filter(|rest| !rest.is_empty()) {
            let plain = rest.find(marks).unwrap_or(rest.len());
            self.verbatim(at..at + plain);
            at += plain;
            let Some(escape) = rest.get(plain..).filter(|rest| !rest.is_empty()) else { break };
            let (c, size) = decode(escape)?;
            self.escape(c.encode_utf8(&mut [0; 4]), at..at + size);
            at += size;
        }
        Some(())
    }

    /// Appends markup of the document.
    pub fn mark(&mut self, mark: Mark, source: Range<usize>) {
        let at = self.text.len();
        self.marks.push(OwnMark { mark, text: at..at, inner: source.clone(), source });
    }

    /// Appends text that the document locks: `inner`, in markup that fills `source`. If it has several lines, or marks
    /// that would have to be escaped, it is markup as a whole.
    pub fn locked(&mut self, source: Range<usize>, inner: Range<usize>) {
        let text = self.document.get(inner.clone()).unwrap_or_default();
        let is_escaped = inner != source && text.contains(['<', '&', '\\', '"', '\'']);
        if is_escaped || text.trim().is_empty() || text.contains(['\r', '\n']) {
            return self.mark(Mark::Void { word: true }, source);
        }
        let start = self.text.len();
        self.escape(text, source.clone());
        self.marks.push(OwnMark { mark: Mark::Locked, text: start..self.text.len(), source, inner });
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The blocks of the string and of the branches of the ICU plurals in it.
    pub fn blocks(&self, escaping: Escaping) -> Vec<ParsedBlock> {
        if let Escaping::Quoted(quoting) = escaping
            && quoting.is_bare()
        {
            return self.whole(escaping).into_iter().collect();
        }
        let mut runs = Vec::new();
        let mut texts = vec![(0..self.text.len(), 0)];
        while let Some((range, depth)) = texts.pop() {
            runs.extend(self.runs_in(range.clone(), LineEnds::Divide, depth > 0));
            if depth < limits::NESTING {
                let branches = self.arguments(&range).into_iter().flat_map(|argument| argument.branches);
                texts.extend(branches.map(|branch| (branch, depth + 1)));
            }
        }
        let found = |run: Run| {
            let slot = Slot { breaks: run.breaks, ..Slot::new(run.range, escaping) };
            ParsedBlock { block: run.block, slot }.into_translatable()
        };
        runs.into_iter().filter_map(found).collect()
    }

    /// The block of an unquoted string. It covers the whole string, so that quotes can be added around it.
    fn whole(&self, escaping: Escaping) -> Option<ParsedBlock> {
        let mut runs = self.runs(LineEnds::Keep);
        let run = runs.pop().filter(|_| runs.is_empty())?;
        let (start, end) = (self.source_runs.first()?.source.start, self.source_runs.last()?.source.end);
        let mut slot = Slot::new(start..end, escaping);
        slot.frame = Affixes {
            before: self.document.get(start..run.range.start)?.to_owned(),
            after: self.document.get(run.range.end..end)?.to_owned(),
        };
        slot.breaks = run.breaks;
        ParsedBlock { block: run.block, slot }.into_translatable()
    }

    /// Whether there are ICU plurals or selects in it.
    pub fn has_arguments(&self) -> bool {
        !icu::arguments(&self.text).is_empty()
    }

    /// The blocks of the string. ICU plurals in it are void markup.
    pub fn runs(&self, line_ends: LineEnds) -> Vec<Run> {
        self.runs_in(0..self.text.len(), line_ends, false)
    }

    /// The blocks of a part of the string; in a plural's `branch`, `#` is a placeholder.
    fn runs_in(&self, range: Range<usize>, line_ends: LineEnds, branch: bool) -> Vec<Run> {
        let mut pieces = Vec::new();
        let mut from = range.start;
        for argument in self.arguments(&range) {
            self.push_pieces(from..argument.range.start, line_ends, branch, &mut pieces);
            pieces.push(Piece::new(Kind::Void { word: true }, self.source(&argument.range)));
            from = argument.range.end;
        }
        self.push_pieces(from..range.end, line_ends, branch, &mut pieces);
        let mut runs = inline::runs(self.document, pieces);
        runs.iter_mut().for_each(|run| run.block.message = true);
        runs
    }

    fn arguments(&self, range: &Range<usize>) -> Vec<Argument> {
        let mut arguments = icu::arguments(self.text.get(range.clone()).unwrap_or_default());
        for argument in &mut arguments {
            for part in std::iter::once(&mut argument.range).chain(&mut argument.branches) {
                *part = part.start + range.start..part.end + range.start;
            }
        }
        arguments
    }

    /// Appends the pieces of text, of what the document marks, and of placeholders and tags.
    fn push_pieces<'s>(
        &'s self,
        range: Range<usize>,
        line_ends: LineEnds,
        branch: bool,
        pieces: &mut Vec<Piece<'s>>,
    ) {
        let mut from = range.start;
        let first = self.marks.partition_point(|own| own.text.start < range.start);
        let inside = self.marks.iter().skip(first).take_while(|own| own.text.end <= range.end);
        for OwnMark { mark, text, source, inner } in inside {
            self.push_marked(from..text.start, line_ends, branch, pieces);
            from = text.end;
            let slice = |range: Range<usize>| self.document.get(range).unwrap_or_default().to_owned();
            let kind = match mark {
                Mark::Locked => Kind::Locked {
                    open: slice(source.start..inner.start),
                    text: slice(inner.clone()),
                    close: slice(inner.end..source.end),
                },
                mark => markup(mark.clone()),
            };
            pieces.push(Piece::new(kind, source.clone()));
        }
        self.push_marked(from..range.end, line_ends, branch, pieces);
    }

    /// Appends the pieces of text, placeholders and tags.
    fn push_marked<'s>(
        &'s self,
        range: Range<usize>,
        line_ends: LineEnds,
        branch: bool,
        pieces: &mut Vec<Piece<'s>>,
    ) {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let mut marks = placeholders::find(text);
        if branch {
            let inside = |at: usize| {
                let next = marks.partition_point(|(mark, _)| mark.end <= at);
                marks.get(next).is_some_and(|(mark, _)| mark.start <= at)
            };
            let numbers: Vec<_> =
                text.match_indices('#').map(|(at, _)| at).filter(|at| !inside(*at)).collect();
            marks.extend(
                numbers.into_iter().take(limits::SPANS_PER_BLOCK).map(|at| (at..at + 1, Mark::Locked)),
            );
            marks.sort_by_key(|(mark, _)| mark.start);
        }
        let mut from = range.start;
        for (mark, kind) in tags::kinds(text, marks, line_ends == LineEnds::Divide) {
            let here = range.start + mark.start..range.start + mark.end;
            self.push_lines(from..here.start, line_ends, pieces);
            from = here.end;
            let starts_form = line_ends == LineEnds::Divide && self.starts_form(&here);
            let kind = if starts_form { Kind::Cut } else { kind };
            pieces.push(Piece::new(kind, self.source(&here)));
        }
        self.push_lines(from..range.end, line_ends, pieces);
    }

    /// Whether a placeholder is the number before one of several forms: `{0} none|{1} one`.
    fn starts_form(&self, mark: &Range<usize>) -> bool {
        let is_number = |text: &str| {
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_digit()))
        };
        let before = self.text.get(..mark.start).unwrap_or_default().trim_end();
        self.text.get(mark.clone()).is_some_and(is_number)
            && (before.ends_with('|') || (before.is_empty() && self.text.contains('|')))
    }

    /// Appends the pieces of text, line ends, and the bars between the forms of a message.
    fn push_lines<'s>(&'s self, range: Range<usize>, line_ends: LineEnds, pieces: &mut Vec<Piece<'s>>) {
        let mut from = range.start;
        let mut starts_form = line_ends == LineEnds::Divide
            && self.text.get(..from).is_some_and(|before| before.trim().is_empty());
        while let Some(rest) = self.text.get(from..range.end).filter(|rest| !rest.is_empty()) {
            let numbers = if std::mem::take(&mut starts_form) { numbers_size(rest) } else { 0 };
            if numbers > 0 && (from > 0 || rest.contains('|')) {
                pieces.push(Piece::new(Kind::Cut, self.source(&(from..from + numbers))));
                from += numbers;
                continue;
            }
            let line = rest.find(['\n', '\r', '|']).unwrap_or(rest.len());
            if rest.get(line..).is_some_and(|tail| tail.starts_with('|')) {
                self.push_text(from..from + line, pieces);
                let bar = from + line..from + line + 1;
                let kind = match line_ends {
                    LineEnds::Divide => Kind::Cut,
                    LineEnds::Keep => {
                        Kind::Locked { open: String::new(), text: "|".to_owned(), close: String::new() }
                    }
                };
                pieces.push(Piece::new(kind, self.source(&bar)));
                from = bar.end;
                starts_form = line_ends == LineEnds::Divide;
                continue;
            }
            let tail = rest.get(line..).unwrap_or_default();
            let blank = tail.len() - tail.trim_start_matches(|c: char| c.is_whitespace()).len();
            self.push_text(from..from + line, pieces);
            if blank > 0 {
                let source = self.source(&(from + line..from + line + blank));
                let kind = if line_ends == LineEnds::Divide { Kind::Cut } else { Kind::Break };
                pieces.push(Piece::new(kind, source));
            }
            from += line + blank;
        }
    }

    fn push_text<'s>(&'s self, range: Range<usize>, pieces: &mut Vec<Piece<'s>>) {
        let first = self.source_runs.partition_point(|part| part.start <= range.start).saturating_sub(1);
        for (index, part) in self.source_runs.iter().enumerate().skip(first) {
            if part.start >= range.end {
                return;
            }
            let end = self.source_runs.get(index + 1).map_or(self.text.len(), |next| next.start);
            let inside = part.start.max(range.start)..end.min(range.end);
            if let Some(text) = self.text.get(inside.clone()).filter(|text| !text.is_empty()) {
                let kind = Kind::Text(Cow::Borrowed(text));
                pieces.push(Piece::new(kind, self.source(&inside)));
            }
        }
    }

    /// The bytes of the document that a range of the text was read from.
    fn source(&self, range: &Range<usize>) -> Range<usize> {
        let part = |at: usize| {
            self.source_runs.get(self.source_runs.partition_point(|part| part.start <= at).saturating_sub(1))
        };
        let start = part(range.start).map_or(0, |part| {
            if part.escape { part.source.start } else { part.source.start + (range.start - part.start) }
        });
        let end = part(range.end.saturating_sub(1)).map_or(start, |part| {
            if part.escape { part.source.end } else { part.source.start + (range.end - part.start) }
        });
        start..end.max(start)
    }
}

/// Bytes of the numbers that a form of a message is for, as Laravel writes them: `[2,*]`.
fn numbers_size(text: &str) -> usize {
    let size = || {
        let inner = text.trim_start().strip_prefix('[')?;
        let inner = inner.get(..inner.find(']')?)?;
        let (first, last) = inner.split_once(',')?;
        let is_number =
            |text: &str| !text.is_empty() && text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'*');
        (is_number(first) && is_number(last))
            .then(|| text.len() - text.trim_start().len() + inner.len() + "[]".len())
    };
    size().unwrap_or(0)
}

/// The piece of a mark that is no text.
fn markup(mark: Mark) -> Kind<'static> {
    match mark {
        Mark::Open(name) => Kind::Open(name.into()),
        Mark::Close(name) => Kind::Close(name.into()),
        Mark::Break => Kind::Break,
        Mark::Void { word } => Kind::Void { word },
        Mark::Locked => Kind::Void { word: true },
    }
}

/// Bytes of the string in quotes that `text` starts with, in which a quote is written twice; `None` if it is
/// unterminated.
pub(crate) fn quoted_size(text: &str, quote: u8) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == quote && bytes.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// The blocks of the values that are prose, each with its key, which is empty for items of lists, and its escaping. The
/// others are counted.
pub(crate) fn values(strings: Vec<(&str, Unescaped, Escaping)>) -> Parsed {
    let pairs: Vec<(&str, &str)> = strings.iter().map(|(key, string, _)| (*key, string.text())).collect();
    let kept = are_prose(&pairs);
    let mut found = Parsed::default();
    for ((_, string, escaping), is_prose) in strings.iter().zip(kept) {
        match is_prose {
            true => found.extend(string.blocks(*escaping)),
            false => found.leave_code(string.text()),
        }
    }
    found
}
