//! Builds a block from the events of a parser: text, tags, line breaks.

use std::ops::Range;

use crate::block::{Affixes, Block, Spaces, Span, SpanKind};
use crate::chars::{is_hidden, is_space, is_unspaced, join_separator};
use crate::escaping::Escaping;
use crate::limits;
use crate::slot::{ParsedBlock, Slot};
use crate::tags::Tag;
use crate::wrap::LineLayout;

/// HTML elements whose content is not prose.
const LOCKED_ELEMENTS: [&str; 6] = ["code", "kbd", "samp", "var", "math", "tt"];

/// A block under construction.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    document: &'a str,
    start: usize,
    /// Bytes of the document read so far.
    pub end: usize,
    text: String,
    spans: Vec<Span>,
    /// Spans not closed yet, outermost first.
    open: Vec<usize>,
    /// Tags not closed yet, each with the spans that were open around it.
    tags: Vec<OpenTag>,
    /// The markup of each `\n` in the text, with its affixes.
    breaks: Vec<Vec<(Range<usize>, Affixes)>>,
    /// Whether a line ended in the document, so that a separator precedes the next text.
    soft: bool,
    newline: Option<String>,
    /// Spaces before the text.
    lead: String,
    /// Whether the last text of the document ended with a space.
    ends_with_space: bool,
    /// The last void span, if no word has followed it yet.
    last_void: Option<usize>,
    is_too_deep: bool,
}

#[derive(Debug)]
struct OpenTag {
    name: String,
    span: usize,
    depth: usize,
}

impl<'a> Builder<'a> {
    pub fn new(document: &'a str, start: usize) -> Self {
        Self {
            document,
            start,
            end: start,
            text: String::new(),
            spans: Vec::new(),
            open: Vec::new(),
            tags: Vec::new(),
            breaks: Vec::new(),
            soft: false,
            newline: None,
            lead: String::new(),
            ends_with_space: false,
            last_void: None,
            is_too_deep: false,
        }
    }

    /// Text as it is shown.
    pub fn text(&mut self, text: &str) {
        self.flush_soft_break(text);
        let shown = text.chars().filter(|c| !is_hidden(*c));
        let text: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
        let words = text.trim_start_matches(is_space);
        let spaces = &text[..text.len() - words.len()];
        let follows_space = self.text.is_empty() || self.text.ends_with(is_space);
        if !spaces.is_empty() {
            match self.last_void.and_then(|index| self.spans.get_mut(index)) {
                Some(void) => void.spaces = void.spaces.map(|spaces| Spaces { after: true, ..spaces }),
                None if self.text.is_empty() => self.lead.push_str(spaces),
                None => {}
            }
        }
        if !words.is_empty() {
            self.last_void = None;
        }
        self.ends_with_space = text.ends_with(is_space) || (self.ends_with_space && text.is_empty());
        self.text.push_str(if follows_space { words } else { &text });
    }

    /// Text that must not be translated.
    pub fn locked(&mut self, text: &str, source: Range<usize>) {
        self.flush_soft_break(text);
        let range = self.text.len()..self.text.len() + text.len();
        self.text.push_str(text);
        self.push(range, SpanKind::Locked, String::new(), source);
        (self.ends_with_space, self.last_void) = (false, None);
    }

    /// Markup between words.
    pub fn void(&mut self, source: Range<usize>) {
        let markup = self.slice(&source).to_owned();
        self.push(self.text.len()..self.text.len(), SpanKind::Void, markup, source);
    }

    /// Markup between runs of text, with its affixes.
    pub fn void_in(&mut self, affixes: Affixes, source: Range<usize>) {
        let before = std::mem::take(&mut self.ends_with_space);
        self.last_void = Some(self.spans.len());
        self.void(source);
        if let Some(span) = self.spans.last_mut() {
            *span = Span {
                affixes: Some(affixes),
                spaces: Some(Spaces { before, after: false }),
                ..std::mem::replace(span, Span::plain(0..0, SpanKind::Void))
            };
        }
    }

    /// Text that must not be translated inside markup that must not be lost; `inner` are the bytes of the text.
    pub fn locked_within(&mut self, text: &str, source: Range<usize>, inner: Range<usize>) {
        let open = self.slice(&(source.start..inner.start)).to_owned();
        let close = self.slice(&(inner.end..source.end)).to_owned();
        self.locked(text, source);
        if let Some(span) = self.spans.last_mut() {
            *span = Span {
                open,
                close,
                affixes: Some(Affixes::default()),
                void_if_missing: true,
                ..span.clone()
            };
        }
    }

    /// Sets the affixes of each run of text in the span that was added last.
    pub fn set_affixes(&mut self, affixes: Affixes) {
        if let Some(span) = self.spans.last_mut() {
            span.affixes = Some(affixes);
        }
    }

    /// The start of a span whose whole source is known.
    pub fn open(&mut self, markup: &str, source: Range<usize>) {
        if self.soft && !self.text.ends_with(is_unspaced) {
            self.flush_soft_break(" ");
        }
        self.open.push(self.spans.len());
        self.is_too_deep |= self.open.len() > limits::NESTING;
        self.push(self.text.len()..self.text.len(), SpanKind::Paired, markup.to_owned(), source);
    }

    /// The end of the innermost open span; a span without text becomes a void span with all its content.
    pub fn close(&mut self, markup: &str) {
        let Some(index) = self.open.pop() else { return };
        self.tags.retain(|tag| tag.span < index);
        self.pair(index, SpanKind::Paired, markup);
    }

    /// An HTML tag or comment: a pair of tags becomes a span, any other is void, `<br>` breaks the line.
    pub fn tag(&mut self, source: Range<usize>) {
        match Tag::read(self.slice(&source)) {
            Tag::Empty(name) | Tag::Open(name) if name == "br" => self.line_break(source),
            Tag::Open(name) => {
                self.tags.push(OpenTag { name, span: self.spans.len(), depth: self.open.len() });
                self.void(source);
            }
            Tag::Close(name) => {
                let matching = |tag: &OpenTag| tag.name == name && tag.depth == self.open.len();
                let Some(at) = self.tags.iter().rposition(matching) else { return self.void(source) };
                let index = self.tags[at].span;
                self.tags.truncate(at);
                let plain = self.spans.len() == index + 1;
                let locked = plain && LOCKED_ELEMENTS.contains(&name.as_str());
                let markup = self.slice(&source).to_owned();
                if let Some(span) = self.spans.get_mut(index) {
                    span.source.end = source.end;
                }
                self.pair(index, if locked { SpanKind::Locked } else { SpanKind::Paired }, &markup);
            }
            Tag::Empty(_) | Tag::Other => self.void(source),
        }
    }

    /// A line end that is not shown; `newline` is it and what precedes the text on the next line.
    pub fn soft_break(&mut self, newline: &str) {
        self.soft = true;
        self.newline.get_or_insert_with(|| newline.to_owned());
    }

    /// A line end that is shown.
    pub fn line_break(&mut self, source: Range<usize>) {
        self.line_break_in(Affixes::default(), source);
    }

    /// A line end or tab that is shown, with its affixes; adjacent ones become one `\n`.
    pub fn line_break_in(&mut self, affixes: Affixes, source: Range<usize>) {
        match self.breaks.last_mut() {
            _ if self.text.is_empty() => self.void_in(affixes, source),
            Some(marks) if self.text.ends_with('\n') => marks.push((source, affixes)),
            _ => {
                self.text.push('\n');
                self.breaks.push(vec![(source, affixes)]);
                (self.ends_with_space, self.last_void) = (false, None);
            }
        }
    }

    /// Removes a heading's attributes, `{#id .class}`, and the spaces before them.
    pub fn trim_attributes(&mut self) {
        let slice = self.slice(&(self.start..self.end));
        let Some((title, attributes)) = slice.rfind('{').and_then(|at| slice.split_at_checked(at)) else {
            return;
        };
        let plain = attributes.ends_with('}') && !title.ends_with('\\');
        if plain && attributes[1..].starts_with(['#', '.']) && self.text.ends_with(attributes) {
            self.text.truncate(self.text.len() - attributes.len());
            self.end = self.start + title.trim_end().len();
        }
    }

    /// Whether its spans are more, or nested deeper, than a block may have. It holds no more of them then.
    pub fn is_crowded(&self) -> bool {
        self.is_too_deep || self.spans.len() > limits::SPANS_PER_BLOCK
    }

    /// Its bytes in the document, as far as they were read.
    pub fn source(&self) -> &'a str {
        self.slice(&(self.start..self.end))
    }

    /// The whitespace around the text so far.
    pub fn edge_spaces(&self) -> Affixes {
        let text = self.text.trim_end_matches(|c: char| c != '\n' && is_space(c));
        let after = match self.last_void.and_then(|index| self.spans.get(index)?.spaces) {
            Some(spaces) if spaces.after => " ",
            Some(_) => "",
            None => &self.text[text.len()..],
        };
        Affixes { before: self.lead.clone(), after: after.to_owned() }
    }

    /// The finished block. `layout` gets its source, and the line end of joined lines if there were any.
    pub fn finish(
        mut self,
        escaping: Escaping,
        layout: impl FnOnce(&str, Option<&str>) -> LineLayout,
    ) -> ParsedBlock {
        self.ends_with_space = false;
        while self.text.ends_with(is_space) {
            if self.text.ends_with('\n')
                && let Some(marks) = self.breaks.pop()
            {
                marks.into_iter().for_each(|(source, affixes)| self.void_in(affixes, source));
            }
            self.text.pop();
        }
        for span in &mut self.spans {
            span.range = span.range.start.min(self.text.len())..span.range.end.min(self.text.len());
        }
        let range = self.start..self.end;
        let layout = layout(self.slice(&range), self.newline.as_deref());
        let breaks = self.breaks.iter().map(|marks| self.markup(marks)).collect();
        ParsedBlock {
            block: Block {
                text: self.text,
                spans: self.spans,
                wrapped: self.newline.is_some(),
                message: false,
                follows: false,
            },
            slot: Slot {
                layout,
                newline: self.newline.unwrap_or_default(),
                breaks,
                ..Slot::new(range, escaping)
            },
        }
    }

    /// Adds the separator of a pending soft break.
    fn flush_soft_break(&mut self, next: &str) {
        if std::mem::take(&mut self.soft) && !self.text.is_empty() && !self.text.ends_with(is_space) {
            let separator = join_separator(&self.text, next);
            self.text.push_str(separator);
        }
    }

    fn push(&mut self, range: Range<usize>, kind: SpanKind, open: String, source: Range<usize>) {
        if self.spans.len() > limits::SPANS_PER_BLOCK {
            return;
        }
        let parent = self.open.iter().rev().copied().find(|&index| index < self.spans.len());
        self.spans.push(Span { open, source, parent, ..Span::plain(range, kind) });
    }

    fn pair(&mut self, index: usize, kind: SpanKind, close: &str) {
        let (document, end) = (self.document, self.text.len());
        let Some(span) = self.spans.get_mut(index) else { return };
        if span.range.start < end {
            span.range.end = end;
            span.kind = kind;
            close.clone_into(&mut span.close);
        } else {
            span.kind = SpanKind::Void;
            document.get(span.source.clone()).unwrap_or_default().clone_into(&mut span.open);
            self.spans.truncate(index + 1);
            self.last_void = None;
        }
    }

    fn markup(&self, marks: &[(Range<usize>, Affixes)]) -> String {
        let markup = |(source, affixes): &(Range<usize>, Affixes)| {
            [&affixes.before, self.slice(source), &affixes.after].concat()
        };
        marks.iter().map(markup).collect()
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.document.get(range.clone()).unwrap_or_default()
    }
}
