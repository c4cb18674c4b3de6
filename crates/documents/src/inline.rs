//! Blocks from a run of text and inline markup: edges left out, whitespace folded, tags paired into spans.

use std::borrow::Cow;
use std::ops::Range;

use crate::block::{Block, Span, SpanKind};
use crate::chars::{is_hidden, is_space, is_unspaced, join_separator};
use crate::limits;

/// A piece of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub kind: Kind<'a>,
    /// Bytes of the document.
    pub source: Range<usize>,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Text as the reader sees it; as long as its source unless it is one escape.
    Text(Cow<'a, str>),
    /// Text that must not change, with the markup before and after it.
    Locked {
        open: String,
        text: String,
        close: String,
    },
    Open(Cow<'a, str>),
    Close(Cow<'a, str>),
    /// Markup between words; `word` if it takes the place of a word.
    Void {
        word: bool,
    },
    /// A line end that the reader sees.
    Break,
    /// What no block may hold: one ends before it, another starts after it.
    Cut,
}

impl<'a> Piece<'a> {
    pub fn new(kind: Kind<'a>, source: Range<usize>) -> Self {
        Self { kind, source }
    }

    /// Text that stands in the document as the reader sees it.
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

/// A piece of a block's text, its tags paired.
#[derive(Debug)]
pub(crate) struct Run {
    pub block: Block,
    /// Bytes of the document from its first letter to its last.
    pub range: Range<usize>,
    /// Markup of each `\n` in the text.
    pub breaks: Vec<String>,
    /// What ends a line and precedes the text on the next, if lines were joined.
    pub newline: Option<String>,
}

/// The blocks of a run of pieces. Tags without a partner end a block, and so does every tag where there are more
/// than [`limits`] allow in one.
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

/// Two line breaks in a row are an empty line.
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

/// Each tag's partner. Tags without one become cuts, and so do pairs around a cut.
fn partners(pieces: &mut [Piece]) -> Vec<Option<usize>> {
    let mut partners = vec![None; pieces.len()];
    let mut open: Vec<usize> = Vec::new();
    let is_tag = |piece: &&Piece| !matches!(piece.kind, Kind::Text(_) | Kind::Cut | Kind::Close(_));
    let mut too_much = pieces.iter().filter(is_tag).count() > limits::SPANS_PER_BLOCK;
    for (at, piece) in pieces.iter().enumerate() {
        match &piece.kind {
            Kind::Open(_) => open.push(at),
            Kind::Close(name) => {
                let same = |index: &usize| matches!(&pieces[*index].kind, Kind::Open(other) if other == name);
                if let Some(depth) = open.iter().rposition(same) {
                    let start = open[depth];
                    open.truncate(depth);
                    (partners[start], partners[at]) = (Some(at), Some(start));
                }
            }
            _ => {}
        }
        too_much |= open.len() > limits::NESTING;
        if too_much {
            break;
        }
    }
    let tag = |kind: &Kind| matches!(kind, Kind::Open(_) | Kind::Close(_));
    let cuts: Vec<usize> = (0..pieces.len())
        .filter(|&at| {
            pieces[at].kind == Kind::Cut
                || (tag(&pieces[at].kind) && partners[at].is_none())
                || (too_much && !matches!(pieces[at].kind, Kind::Text(_)))
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

/// The pieces without blanks, markup and pairs around all the text; the edge texts lose their blanks.
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
        if edge(first) {
            range.start += 1;
        } else if edge(last) {
            range.end -= 1;
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
    /// Spaces before what follows, and whether a line ends in them.
    gap: Option<bool>,
    /// The line end in them, with the indentation after it.
    newline: Option<String>,
    /// The last line break, where it was the last piece.
    line_end: Option<Range<usize>>,
}

impl<'a> Assembler<'a> {
    fn new(document: &'a str) -> Self {
        let block = Block { text: String::new(), spans: Vec::new(), wrapped: false };
        let run = Run { block, range: 0..0, breaks: Vec::new(), newline: None };
        Self { document, run, open: Vec::new(), gap: None, newline: None, line_end: None }
    }

    fn run(mut self, pieces: &[Piece]) -> Run {
        let blanks = |piece: &Piece, end: bool| match &piece.kind {
            Kind::Text(text) if end => text.len() - text.trim_end_matches(is_space).len(),
            Kind::Text(text) => text.len() - text.trim_start_matches(is_space).len(),
            _ => 0,
        };
        let start = pieces.first().map_or(0, |piece| piece.source.start + blanks(piece, false));
        let end = pieces.last().map_or(0, |piece| piece.source.end - blanks(piece, true));
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
                self.settle(text.chars().next());
                let start = self.run.block.text.len();
                self.run.block.text.push_str(text);
                let span = self.push(start..start + text.len(), SpanKind::Locked, source);
                (span.open, span.close) = (open.clone(), close.clone());
            }
            Kind::Open(_) => {
                self.settle(None);
                let at = self.run.block.text.len();
                let markup = self.slice(&source).to_owned();
                self.open.push(self.run.block.spans.len());
                self.push(at..at, SpanKind::Paired, source).open = markup;
            }
            Kind::Close(_) => self.close(source),
            Kind::Void { word } => {
                if self.gap.is_some() {
                    self.settle(None);
                }
                let at = self.run.block.text.len();
                let markup = self.slice(&source).to_owned();
                self.push(at..at, SpanKind::Void, source).open = markup;
                if *word {
                    self.gap.get_or_insert(false);
                }
            }
            Kind::Break => (self.gap, self.line_end) = (None, Some(source)),
            Kind::Cut => {}
        }
    }

    fn text(&mut self, text: &str, source: Range<usize>) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if is_space(c) {
                let blank =
                    rest.get(..rest.len() - rest.trim_start_matches(is_space).len()).unwrap_or_default();
                rest = rest.get(blank.len()..).unwrap_or_default();
                let line_end = blank.find(['\r', '\n']);
                self.gap = Some(self.gap.unwrap_or(false) || line_end.is_some());
                let newline = line_end.and_then(|at| blank.get(at..)).filter(|_| text.len() == source.len());
                if self.newline.is_none() {
                    self.newline = newline.map(str::to_owned);
                }
            } else {
                self.settle(Some(c));
                let end = rest.find(is_space).unwrap_or(rest.len());
                let word = rest.get(..end).unwrap_or_default();
                let shown = word.chars().filter(|c| !is_hidden(*c));
                self.run.block.text.extend(shown.map(|c| if c.is_control() { ' ' } else { c }));
                rest = rest.get(end..).unwrap_or_default();
            }
        }
    }

    /// Puts a space where blanks were, but none between Han or kana whose line ended there.
    fn settle(&mut self, next: Option<char>) {
        let Some(line_end) = self.gap.take() else { return };
        let newline = self.newline.take();
        let text = &mut self.run.block.text;
        if text.is_empty() || text.ends_with(is_space) {
            return;
        }
        if let Some(newline) = newline {
            self.run.newline.get_or_insert(newline);
        }
        let mut next = next.map_or(String::new(), String::from);
        // Before markup only what precedes tells.
        if next.is_empty() && text.ends_with(is_unspaced) {
            next.push('。');
        }
        let space = if line_end { join_separator(text, &next) } else { " " };
        text.push_str(space);
    }

    fn close(&mut self, source: Range<usize>) {
        let Some(index) = self.open.pop() else { return };
        let end = self.run.block.text.len();
        let markup = self.slice(&source).to_owned();
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
