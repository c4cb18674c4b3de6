//! The one segment model of all formats: clean text, the markup taken out of it, and where it lies in the document.

use std::ops::Range;

use crate::limits;

/// A piece of text that is translated as a whole: a paragraph, a heading, a list item, a table cell, a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The text a model sees: no markup, one line; a `\n` stands only where the reader sees a line break.
    pub text: String,
    /// The markup taken out of the text, in the order it opens.
    pub spans: Vec<Span>,
    /// Whether the text was joined from several lines of the document.
    pub wrapped: bool,
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

/// Markup that belongs to a place inside a block's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Bytes of [`Block::text`] it covers; empty for [`SpanKind::Void`].
    pub range: Range<usize>,
    /// What must happen to it.
    pub kind: SpanKind,
    /// Markup before the covered text; for [`SpanKind::Void`] all of it.
    pub open: String,
    /// Markup after the covered text.
    pub close: String,
    /// Bytes of the document that the whole span covers.
    pub(crate) source: Range<usize>,
    /// The innermost span around it, as an index into [`Block::spans`].
    pub(crate) within: Option<usize>,
}

/// What must happen to a span when its block is translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Emphasis, a link: two markers around words, dropped where the words cannot be found again.
    Paired,
    /// An image, a footnote mark: stands between words and is never dropped.
    Void,
    /// Code, an address, a formula: its text must stand in the translation letter for letter.
    Locked,
}

/// Where a block lies in its document and how a translation is laid out there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Bytes of the document that the translation replaces.
    pub range: Range<usize>,
    pub layout: Layout,
    /// Line end and what precedes the text on each further line, such as `"\n> "`.
    pub newline: String,
    /// Markup of each `\n` in the block's text.
    pub breaks: Vec<String>,
    pub setting: Setting,
}

/// How many lines a translation gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Line,
    /// Lines of at most so many columns.
    Fill(usize),
    /// At most so many lines, about equally long.
    Balance(usize),
}

/// What surrounds a block, so what its text must not look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Plain text: nothing is special.
    Plain,
    /// Markdown whose line starts could begin another element.
    Paragraph,
    /// Markdown's `# heading` on one line.
    Heading,
    /// Markdown inside a table cell or an image's description: no line start of its own.
    Enclosed,
}

/// A block together with its place, as the readers find it.
#[derive(Debug)]
pub(crate) struct Found {
    pub block: Block,
    pub place: Place,
}

impl Found {
    /// Locks the bare web addresses of the text; `None` when nothing is left to translate.
    pub fn checked(mut self) -> Option<Self> {
        lock_addresses(&mut self.block);
        self.block.has_words().then_some(self)
    }
}

/// Makes every `https://…` and `http://…` that no locked span covers a locked span of its own.
fn lock_addresses(block: &mut Block) {
    let mut from = 0;
    while block.spans.len() < limits::SPANS_PER_BLOCK
        && let Some(at) = block.text.get(from..).and_then(|rest| rest.find("://"))
    {
        let mark = from + at;
        from = mark + 3;
        let Some(scheme) = ["https", "http"].into_iter().find(|scheme| block.text[..mark].ends_with(scheme))
        else {
            continue;
        };
        let start = mark - scheme.len();
        let rest = &block.text[from..];
        let end = rest.find(|c: char| !c.is_ascii_graphic() || "<>\"`".contains(c)).unwrap_or(rest.len());
        let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '*', '_']);
        let range = start..from + address.len();
        let covered = |span: &Span| {
            span.kind == SpanKind::Locked && span.range.start < range.end && range.start < span.range.end
        };
        if address.is_empty() || block.spans.iter().any(covered) {
            continue;
        }
        from = range.end;
        block.spans.push(Span {
            range,
            kind: SpanKind::Locked,
            open: String::new(),
            close: String::new(),
            source: 0..0,
            within: None,
        });
    }
}

/// Whether a character is written without spaces around its words (Han, kana; Korean has spaces).
pub(crate) fn is_unspaced(c: char) -> bool {
    let hangul = matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7ff}');
    !hangul && unicode_width::UnicodeWidthChar::width(c) == Some(2)
}

/// What stands between two lines that are joined: nothing between Han or kana, else a space.
pub(crate) fn seam(before: &str, after: &str) -> &'static str {
    let unspaced = |c: Option<char>| c.is_some_and(is_unspaced);
    if unspaced(before.chars().next_back()) && unspaced(after.chars().next()) { "" } else { " " }
}
