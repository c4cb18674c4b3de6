//! Assembles blocks from pieces of text and inline markup: trims the ends, collapses whitespace, pairs tags into spans.

use std::borrow::Cow;
use std::ops::Range;

use crate::block::{Block, Span, SpanKind};
use crate::chars::{is_hidden, is_space, is_unspaced, join_separator};
use crate::limits;

/// A piece of a text with inline markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub kind: Kind<'a>,
    /// Bytes of the document.
    pub source: Range<usize>,
}

/// The kind of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Text as it is shown; as long as its source unless it is a single escape.
    Text(Cow<'a, str>),
    /// Text that must not be translated, with the markup before and after it.
    Locked {
        open: String,
        text: String,
        close: String,
    },
    Open(Cow<'a, str>),
    /// A start tag whose pair is written with its own text if the translation of its words is not found.
    OpenKept(Cow<'a, str>),
    Close(Cow<'a, str>),
    /// A start tag that is written as `markup` beside a translation; its pair is never left outside of the block.
    OpenAs {
        name: Cow<'a, str>,
        markup: String,
    },
    CloseAs {
        name: Cow<'a, str>,
        markup: String,
    },
    /// Markup between words; `word` if it stands for a word.
    Void {
        word: bool,
    },
    /// Markup that goes when the text is translated, such as the readings of ruby.
    Elided,
    /// A line end that is shown.
    Break,
    /// Separates two blocks.
    Cut,
}

impl Kind<'_> {
    /// The name of a start tag.
    fn opens(&self) -> Option<&str> {
        match self {
            Self::Open(name) | Self::OpenKept(name) | Self::OpenAs { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The name of an end tag.
    fn closes(&self) -> Option<&str> {
        if let Self::Close(name) | Self::CloseAs { name, .. } = self { Some(name) } else { None }
    }

    fn is_tag(&self) -> bool {
        self.opens().or(self.closes()).is_some()
    }
}

impl<'a> Piece<'a> {
    pub fn new(kind: Kind<'a>, source: Range<usize>) -> Self {
        Self { kind, source }
    }

    /// Text that is in the document as it is shown.
    pub fn verbatim(document: &'a str, source: Range<usize>) -> Self {
        Self::new(Kind::Text(document.get(source.clone()).unwrap_or_default().into()), source)
    }

    fn is_blank(&self) -> bool {
        matches!(&self.kind, Kind::Text(text) if text.chars().all(is_space))
    }

    fn has_text(&self) -> bool {
        matches!(self.kind, Kind::Text(_) | Kind::Locked { .. }) && !self.is_blank()
    }
}

/// An assembled block and its range in the document.
#[derive(Debug)]
pub(crate) struct Run {
    pub block: Block,
    /// Bytes of the document from the first to the last character of the text.
    pub range: Range<usize>,
    /// Markup of each `\n` in the text.
    pub breaks: Vec<String>,
    /// The line end and what precedes the text on the next line, if lines were joined.
    pub newline: Option<String>,
}

/// The blocks of a sequence of pieces. Unpaired tags separate blocks; if there are more tags than [`limits`] allow in a
/// block, every tag does.
pub(crate) fn runs(document: &str, mut pieces: Vec<Piece>) -> Vec<Run> {
    cut_at_empty_lines(&mut pieces);
    let partners = partners(&mut pieces);
    let mut runs = Vec::new();
    let mut from = 0;
    for end in 0..=pieces.len() {
        if pieces.get(end).is_none_or(|piece| piece.kind == Kind::Cut) {
            let inner = trimmed(&pieces, &partners, from..end);
            from = end + 1;
            if pieces.get(inner.clone()).is_some_and(|inner| inner.iter().any(Piece::has_text)) {
                runs.extend(pieces.get(inner).map(|pieces| Assembler::new(document).run(pieces)));
            }
        }
    }
    runs
}

/// Turns two line breaks in a row into cuts, as they are an empty line.
fn cut_at_empty_lines(pieces: &mut [Piece]) {
    let mut last = None;
    for at in 0..pieces.len() {
        let Some(piece) = pieces.get(at) else { return };
        if piece.kind != Kind::Break {
            last = last.filter(|_| piece.is_blank());
            continue;
        }
        if let Some(last) = last.replace(at) {
            for index in [last, at] {
                pieces[index].kind = Kind::Cut;
            }
        }
    }
}

/// The index of each tag's partner. Unpaired tags and pairs around a cut become cuts.
fn partners(pieces: &mut [Piece]) -> Vec<Option<usize>> {
    let mut partners = vec![None; pieces.len()];
    let mut open: Vec<usize> = Vec::new();
    let is_span = |piece: &&Piece| {
        !matches!(piece.kind, Kind::Text(_) | Kind::Elided | Kind::Cut) && piece.kind.closes().is_none()
    };
    let mut too_much = pieces.iter().filter(is_span).count() > limits::SPANS_PER_BLOCK;
    for (at, piece) in pieces.iter().enumerate() {
        if piece.kind.opens().is_some() {
            open.push(at);
        } else if let Some(name) = piece.kind.closes() {
            let same = |index: &usize| pieces[*index].kind.opens() == Some(name);
            if let Some(depth) = open.iter().rposition(same) {
                let start = open[depth];
                open.truncate(depth);
                (partners[start], partners[at]) = (Some(at), Some(start));
            }
        }
        too_much |= open.len() > limits::NESTING;
        if too_much {
            break;
        }
    }
    let cuts: Vec<usize> = (0..pieces.len())
        .filter(|&at| {
            pieces[at].kind == Kind::Cut
                || (pieces[at].kind.is_tag() && partners[at].is_none())
                || (too_much && !matches!(pieces[at].kind, Kind::Text(_) | Kind::Elided))
        })
        .collect();
    for at in 0..pieces.len() {
        let pair = partners[at].map_or(at..at, |partner| at.min(partner)..at.max(partner));
        let first_inside = cuts.partition_point(|&cut| cut < pair.start);
        let split = cuts.get(first_inside).is_some_and(|&cut| cut < pair.end);
        if split || cuts.binary_search(&at).is_ok() {
            pieces[at].kind = Kind::Cut;
        }
    }
    partners
}

/// The range of the pieces without whitespace, markup and pairs around the whole text.
fn trimmed(pieces: &[Piece], partners: &[Option<usize>], mut range: Range<usize>) -> Range<usize> {
    let edge = |piece: &Piece| piece.is_blank() || matches!(piece.kind, Kind::Void { .. } | Kind::Break);
    loop {
        let (Some(first), Some(last)) =
            (pieces.get(range.start), range.end.checked_sub(1).and_then(|at| pieces.get(at)))
        else {
            return range;
        };
        if range.is_empty() {
            return range;
        }
        let partner = partners.get(range.start).copied().flatten();
        let last_partner = partners.get(range.end - 1).copied().flatten();
        let textless =
            |range: Range<usize>| !pieces.get(range).is_some_and(|inner| inner.iter().any(Piece::has_text));
        let rewritten = |kind: &Kind| matches!(kind, Kind::OpenAs { .. } | Kind::CloseAs { .. });
        if edge(first) {
            range.start += 1;
        } else if edge(last) {
            range.end -= 1;
        } else if rewritten(&first.kind) || rewritten(&last.kind) {
            return range;
        } else if partner == Some(range.end - 1) {
            range = range.start + 1..range.end - 1;
        } else if let Some(end) = partner.filter(|&end| textless(range.start..end)) {
            range.start = end + 1;
        } else if let Some(start) = last_partner.filter(|&start| textless(start..range.end)) {
            range.end = start;
        } else {
            return range;
        }
    }
}

/// Collects a block's text and spans.
struct Assembler<'a> {
    document: &'a str,
    run: Run,
    /// Spans not closed yet.
    open: Vec<usize>,
    /// Whitespace before the next piece, and whether it contains a line end.
    whitespace: Option<bool>,
    /// The line end in it, with the indentation after it.
    newline: Option<String>,
    /// The last line break, if it was the last piece.
    line_end: Option<Range<usize>>,
}

impl<'a> Assembler<'a> {
    fn new(document: &'a str) -> Self {
        let block = Block::default();
        let run = Run { block, range: 0..0, breaks: Vec::new(), newline: None };
        Self { document, run, open: Vec::new(), whitespace: None, newline: None, line_end: None }
    }

    fn run(mut self, pieces: &[Piece]) -> Run {
        let spaces = |piece: &Piece, end: bool| match &piece.kind {
            Kind::Text(text) if end => text.len() - text.trim_end_matches(is_space).len(),
            Kind::Text(text) => text.len() - text.trim_start_matches(is_space).len(),
            _ => 0,
        };
        let start = pieces.first().map_or(0, |piece| piece.source.start + spaces(piece, false));
        let end = pieces.last().map_or(0, |piece| piece.source.end - spaces(piece, true));
        self.run.range = start..end;
        for piece in pieces {
            self.piece(piece);
        }
        self.run.block.wrapped = self.run.newline.is_some();
        self.run
    }

    fn piece(&mut self, piece: &Piece) {
        let source = piece.source.clone();
        if let Some(mut markup) = self.line_end.take() {
            if let Kind::Text(text) = &piece.kind {
                markup.end =
                    source.start + (text.len() - text.trim_start_matches(is_space).len()).min(source.len());
            }
            self.run.breaks.push(self.slice(&markup).to_owned());
            self.run.block.text.push('\n');
        }
        match &piece.kind {
            Kind::Text(text) => self.text(text, source),
            Kind::Locked { open, text, close } => {
                self.flush_whitespace(text.chars().next());
                let start = self.run.block.text.len();
                self.run.block.text.push_str(text);
                let span = self.push(start..start + text.len(), SpanKind::Locked, source);
                (span.open, span.close) = (open.clone(), close.clone());
            }
            Kind::Open(_) | Kind::OpenKept(_) => {
                let markup = self.slice(&source).to_owned();
                self.open(markup, source).void_if_missing = matches!(piece.kind, Kind::OpenKept(_));
            }
            Kind::OpenAs { markup, .. } => {
                self.open(markup.clone(), source);
            }
            Kind::Close(_) => {
                let markup = self.slice(&source).to_owned();
                self.close(markup, source);
            }
            Kind::CloseAs { markup, .. } => self.close(markup.clone(), source),
            Kind::Void { word } => {
                if self.whitespace.is_some() {
                    self.flush_whitespace(None);
                }
                let at = self.run.block.text.len();
                let markup = self.slice(&source).to_owned();
                self.push(at..at, SpanKind::Void, source).open = markup;
                if *word {
                    self.whitespace.get_or_insert(false);
                }
            }
            Kind::Break => (self.whitespace, self.line_end) = (None, Some(source)),
            Kind::Elided | Kind::Cut => {}
        }
    }

    fn text(&mut self, text: &str, source: Range<usize>) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if is_space(c) {
                let spaces =
                    rest.get(..rest.len() - rest.trim_start_matches(is_space).len()).unwrap_or_default();
                rest = rest.get(spaces.len()..).unwrap_or_default();
                let line_end = spaces.find(['\r', '\n']);
                self.whitespace = Some(self.whitespace.unwrap_or(false) || line_end.is_some());
                let newline = line_end.and_then(|at| spaces.get(at..)).filter(|_| text.len() == source.len());
                if self.newline.is_none() {
                    self.newline = newline.map(str::to_owned);
                }
            } else {
                self.flush_whitespace(Some(c));
                let end = rest.find(is_space).unwrap_or(rest.len());
                let word = rest.get(..end).unwrap_or_default();
                let shown = word.chars().filter(|c| !is_hidden(*c));
                self.run.block.text.extend(shown.map(|c| if c.is_control() { ' ' } else { c }));
                rest = rest.get(end..).unwrap_or_default();
            }
        }
    }

    /// Adds a space for the pending whitespace, but none for a line end between Han or kana.
    fn flush_whitespace(&mut self, next: Option<char>) {
        let Some(line_end) = self.whitespace.take() else { return };
        let newline = self.newline.take();
        let text = &mut self.run.block.text;
        if text.is_empty() || text.ends_with(is_space) {
            return;
        }
        if let Some(newline) = newline {
            self.run.newline.get_or_insert(newline);
        }
        let mut next = next.map_or(String::new(), String::from);
        // Before markup, the character before it decides.
        if next.is_empty() && text.ends_with(is_unspaced) {
            next.push('。');
        }
        let space = if line_end { join_separator(text, &next) } else { " " };
        text.push_str(space);
    }

    fn open(&mut self, markup: String, source: Range<usize>) -> &mut Span {
        self.flush_whitespace(None);
        let at = self.run.block.text.len();
        self.open.push(self.run.block.spans.len());
        let span = self.push(at..at, SpanKind::Paired, source);
        span.open = markup;
        span
    }

    fn close(&mut self, markup: String, source: Range<usize>) {
        let Some(index) = self.open.pop() else { return };
        let end = self.run.block.text.len();
        let Some(span) = self.run.block.spans.get_mut(index) else { return };
        span.source.end = source.end;
        if span.range.start < end {
            span.range.end = end;
            span.close = markup;
        } else {
            span.kind = SpanKind::Void;
            self.document.get(span.source.clone()).unwrap_or_default().clone_into(&mut span.open);
            self.run.block.spans.truncate(index + 1);
        }
    }

    fn push(&mut self, range: Range<usize>, kind: SpanKind, source: Range<usize>) -> &mut Span {
        let parent = self.open.iter().rev().copied().find(|&index| index < self.run.block.spans.len());
        let spans = &mut self.run.block.spans;
        let index = spans.len();
        spans.push(Span { source, parent, ..Span::plain(range, kind) });
        &mut spans[index]
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.document.get(range.clone()).unwrap_or_default()
    }
}
