//! The segment model of all formats: clean text, and the markup taken out of it.

use std::ops::Range;

/// A piece of text that is translated as a whole: a paragraph, a heading, a list item, a table cell, a cue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The text a model sees: no markup, one line; a `\n` only where the document shows a line break or a tab.
    pub text: String,
    /// The markup taken out of the text, in the order it opens.
    pub spans: Vec<Span>,
    /// Whether the text was joined from several lines of the document.
    pub wrapped: bool,
    /// Whether a program shows it and fills in its placeholders. A translation whose placeholders are not exactly those of
    /// the text could crash the program, so the source is written instead.
    pub message: bool,
    /// Whether it continues the text of the block before it, so that reading that one helps to understand it: paragraphs up
    /// to the next heading, cues one after another; never entries of messages, or cells.
    pub follows: bool,
}

impl Block {
    /// Whether there is a letter outside the locked spans, so that there is something to translate.
    pub(crate) fn has_words(&self) -> bool {
        let mut from = 0;
        let locked = self.spans.iter().filter(|span| span.kind == SpanKind::Locked);
        let mut gaps: Vec<Range<usize>> = locked.map(|span| span.range.clone()).collect();
        gaps.sort_by_key(|range| range.start);
        gaps.push(self.text.len()..self.text.len());
        gaps.into_iter().any(|locked| {
            let gap = self.text.get(std::mem::replace(&mut from, locked.end)..locked.start);
            gap.is_some_and(|gap| gap.contains(char::is_alphabetic))
        })
    }
}

/// Markup inside a block's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Bytes of [`Block::text`] it covers; empty for [`SpanKind::Void`].
    pub range: Range<usize>,
    /// How it is carried over into the translation.
    pub kind: SpanKind,
    /// Markup before the covered text; for [`SpanKind::Void`] all of it.
    pub open: String,
    /// Markup after the covered text.
    pub close: String,
    /// Bytes of the document that the whole span covers.
    pub(crate) source: Range<usize>,
    /// The innermost span around it, as an index into [`Block::spans`].
    pub(crate) parent: Option<usize>,
    /// Markup around each run of text directly in it, instead of the slot's; of a void span, around its markup.
    pub(crate) affixes: Option<Affixes>,
    /// Spaces in the text around a void span; `None` takes them from the bytes around its markup.
    pub(crate) spaces: Option<Spaces>,
    /// Whether a locked or paired span whose text is missing in the translation is still written, as a void span.
    pub(crate) void_if_missing: bool,
}

impl Span {
    /// A span without markup of its own.
    pub(crate) fn plain(range: Range<usize>, kind: SpanKind) -> Self {
        Self {
            range,
            kind,
            open: String::new(),
            close: String::new(),
            source: 0..0,
            parent: None,
            affixes: None,
            spaces: None,
            void_if_missing: false,
        }
    }
}

/// What is written before and after something: around each run of text of an office document, the run's markup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Affixes {
    pub before: String,
    pub after: String,
}

/// Whether there are spaces before and after a span between words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spaces {
    pub before: bool,
    pub after: bool,
}

/// One word alignment between a block's text and its translation. Several links may share a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Bytes of [`Block::text`].
    pub source: Range<usize>,
    /// Bytes of [`Translation::text`].
    pub target: Range<usize>,
}

/// A block's text in the other language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Translation {
    /// The text, with a `\n` for each in [`Block::text`].
    pub text: String,
    /// Word alignment; without it, markup is placed only where the words alone determine its position.
    pub links: Vec<Link>,
    /// Positions that a person has chosen for paired and void spans: an index into [`Block::spans`], and bytes of the text;
    /// those that are not nested as in the source are ignored.
    pub spans: Vec<(usize, Range<usize>)>,
}

impl From<String> for Translation {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Translation {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// How a span is carried over into the translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Emphasis, a link: two markers around words, dropped if the words cannot be found in the translation.
    Paired,
    /// An image, a footnote mark: markup between words, never dropped.
    Void,
    /// Code, an address, a formula: its text must be in the translation unchanged.
    Locked,
}
