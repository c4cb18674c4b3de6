//! The one segment model of all formats: clean text, the markup taken out of it, and where it lies in the document.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::escaping::Escaping;
use crate::{limits, placeholders};

/// A piece of text that is translated as a whole: a paragraph, a heading, a list item, a table cell, a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The text a model sees: no markup, one line; a `\n` stands only where the reader sees a line break or a tab.
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
    /// What stands around each stretch of text directly in it, instead of [`Slot::wrap`]; around a void span's
    /// markup.
    pub(crate) affixes: Option<Affixes>,
    /// The blanks of the text around a void span; `None` where the bytes around its markup tell.
    pub(crate) blanks: Option<Blanks>,
    /// Whether a locked span whose text is not in the translation still stands there with its source, as a void one.
    pub(crate) stays: bool,
}

impl Span {
    /// A span without markup of its own.
    pub(crate) fn plain(range: Range<usize>, kind: SpanKind) -> Self {
        let (open, close) = (String::new(), String::new());
        Self {
            range,
            kind,
            open,
            close,
            source: 0..0,
            within: None,
            affixes: None,
            blanks: None,
            stays: false,
        }
    }
}

/// What stands before and after each stretch of text, where no text stands alone: an office document's run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Affixes {
    pub before: String,
    pub after: String,
}

/// Whether blanks stand before and after something between words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Blanks {
    pub before: bool,
    pub after: bool,
}

/// One alignment between a block's text and its translation. Many may share a range; together they say which
/// translated words came from which.
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
    /// Which of its words came from which; may be empty, then markup goes only where the words alone say so.
    pub links: Vec<Link>,
}

impl From<String> for Translation {
    fn from(text: String) -> Self {
        Self { text, links: Vec::new() }
    }
}

impl From<&str> for Translation {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
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
pub(crate) struct Slot {
    /// Bytes of the part that the translation replaces.
    pub range: Range<usize>,
    pub layout: LineLayout,
    /// Line end and what precedes the text on each further line, such as `"\n> "`.
    pub newline: String,
    /// Markup of each `\n` in the block's text.
    pub breaks: Vec<String>,
    pub escaping: Escaping,
    /// What stands around each stretch of text that no span wraps.
    pub affixes: Affixes,
    /// What is written around the whole translation, but not around a source that is kept.
    pub frame: Affixes,
    /// Blanks at the edges of the text, which may part it from markup beside the place.
    pub edges: Affixes,
    pub role: Role,
}

impl Slot {
    /// A place whose translation is written on one line.
    pub fn new(range: Range<usize>, escaping: Escaping) -> Self {
        Self {
            range,
            layout: LineLayout::Single,
            newline: String::new(),
            breaks: Vec::new(),
            escaping,
            affixes: Affixes::default(),
            frame: Affixes::default(),
            edges: Affixes::default(),
            role: Role::Own,
        }
    }
}

/// Whether a place has a translation of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Own,
    /// Takes the translation of a block with the same text, if the document has one.
    Twin,
    /// Takes the translation of a block with the same text; without one it is left as it is.
    Echo,
}

/// How many lines a translation gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineLayout {
    Line,
    /// Lines of at most so many columns.
    Fill(usize),
    /// At most so many lines, about equally long; but `most` where they would be longer than readers can follow.
    Balance {
        lines: usize,
        most: usize,
    },
}

/// A block together with its place, as the readers find it.
#[derive(Debug)]
pub(crate) struct ParsedBlock {
    pub block: Block,
    pub slot: Slot,
}

impl ParsedBlock {
    /// The same with another role.
    pub fn with_role(mut self, role: Role) -> Self {
        self.slot.role = role;
        self
    }

    /// Locks the bare web addresses and the placeholders of the text; `None` when nothing is left to translate.
    pub fn into_translatable(mut self) -> Option<Self> {
        lock_addresses(&mut self.block);
        placeholders::lock_in_prose(&mut self.block);
        (self.block.has_words() && !is_code(&self.block.text)).then_some(self)
    }
}

/// Letters in a row that codes have: INV-2024, ORDER/7.
const CODE_LETTERS: usize = 5;

/// Whether a text is a word of no language: a number of an article ("A-0001"), a path that ends in a file's name, a mail
/// address. Models make sentences of them.
pub(crate) fn is_code(text: &str) -> bool {
    let text = text.trim();
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let is_extension =
        |end: &str| (1..=4).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_path = text.contains('/') && text.rsplit_once('.').is_some_and(|(_, end)| is_extension(end));
    let is_mail = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.trim_end_matches('.').contains('.'));
    let is_short = |letters: &str| {
        letters.len() <= 1
            || (letters.len() <= CODE_LETTERS && letters.bytes().all(|b| b.is_ascii_uppercase()))
    };
    let is_number = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:#+".contains(&byte))
        && text.split(|c: char| !c.is_ascii_alphabetic()).all(is_short);
    is_path || is_mail || is_number
}

/// Addresses in a text: those of pages and those of mail.
static ADDRESSES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?: https?:// | \bwww\. ) [!-~&&[^<>"`]]+
        | [A-Za-z0-9._%+-]+ @ [A-Za-z0-9-]+ (?: \. [A-Za-z0-9-]+ )+
        "#,
    )
    .ok()
});

/// Makes every address that no locked span touches a locked span of its own.
fn lock_addresses(block: &mut Block) {
    let Some(addresses) = ADDRESSES.as_ref() else { return };
    for found in addresses.find_iter(&block.text) {
        let ends = ['.', ',', ';', ':', '!', '?', '\'', ')', ']', '*', '_'];
        let range = found.start()..found.start() + found.as_str().trim_end_matches(ends).len();
        let covered = |span: &Span| {
            span.kind == SpanKind::Locked && span.range.start < range.end && range.start < span.range.end
        };
        if block.spans.len() < limits::SPANS_PER_BLOCK && !block.spans.iter().any(covered) {
            block.spans.push(Span::plain(range, SpanKind::Locked));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(text: &str) -> Vec<&str> {
        let mut block = Block { text: text.to_owned(), spans: Vec::new(), wrapped: false };
        lock_addresses(&mut block);
        block.spans.iter().map(|span| &text[span.range.clone()]).collect()
    }

    #[test]
    fn addresses_of_pages_and_mail_are_locked_without_the_marks_after_them() {
        for (text, addresses) in [
            ("Siehe https://a.example/b?c=d#e, oder nicht.", &["https://a.example/b?c=d#e"][..]),
            ("(http://a.example/x_(y)) und www.b.example!", &["http://a.example/x_(y", "www.b.example"]),
            ("Schreib an tom.maier+x@mail.example.org.", &["tom.maier+x@mail.example.org"]),
            ("日本語https://a.example/です", &["https://a.example/"]),
            ("5 @ 3, a@b, @c.d, ftp://x, https:// und wwwx.y", &[]),
        ] {
            assert_eq!(locked(text), addresses, "{text}");
        }
    }
}
