//! What surrounds a block's text in its document, so what the text must not look like there.

use crate::entities;
use crate::formats::markdown::escape;
use crate::markup::Dialect;
use crate::quoting::Quoting;
use crate::xml;

/// How text is written at a block's place. A format with rules of its own adds a variant and its arm below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    /// Plain text: nothing is special.
    Plain,
    /// Markdown whose line starts could begin another element.
    MarkdownParagraph,
    /// Markdown's `# heading` on one line.
    MarkdownHeading,
    /// Markdown inside a table cell or an image's description: no line start of its own.
    MarkdownInline,
    /// Text between XML tags.
    Xml,
    /// An XML attribute's value, in quotes of either kind.
    XmlAttribute,
    /// Text between the tags of HTML.
    Html(Dialect),
    /// A cue of WebVTT.
    WebVttCue,
    /// A string of a program's file, or a table's cell.
    Quoted(Quoting),
    /// The value of an HTML attribute, in quotes of either kind.
    HtmlAttribute(Dialect),
    /// The header or footer of a sheet's pages, where `&` begins a code.
    SheetHeader,
}

/// What else decides how a stretch of text is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around {
    /// Every mark is escaped that could be, as an earlier draft was misread.
    pub bare: bool,
    /// Markup that starts with `[` follows.
    pub before_link: bool,
}

impl Escaping {
    /// The text written so that the document's format reads exactly that text.
    pub fn escape(self, text: &str, around: Around) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::MarkdownParagraph | Self::MarkdownHeading | Self::MarkdownInline => {
                escape::text(text, self == Self::MarkdownHeading, around.bare, around.before_link)
            }
            Self::Xml => xml::escape(text),
            Self::XmlAttribute => xml::escape_value(text),
            Self::Html(dialect) => entities::write(xml::escape(text), dialect),
            Self::WebVttCue => entities::write(xml::escape(text), Dialect::Html),
            Self::Quoted(quoting) => quoting.escape(text),
            Self::HtmlAttribute(dialect) => entities::write(xml::escape_value(text), dialect),
            Self::SheetHeader => xml::escape(&text.replace('&', "&&")),
        }
    }

    /// A locked text of the block written again, such as an address; Markdown's stands in it as it is written.
    pub fn escape_locked(self, text: &str) -> String {
        if self.is_markdown() { text.to_owned() } else { self.escape(text, Around::default()) }
    }

    /// The whole text as it is written, with what depends on all of it.
    pub fn finish(self, written: String) -> String {
        if let Self::Quoted(quoting) = self { quoting.finish(written) } else { written }
    }

    /// Whether a line may end between any two Han or kana, as nothing would stand between them for the reader.
    pub fn breaks_anywhere(self) -> bool {
        matches!(self, Self::Plain | Self::WebVttCue)
    }

    /// Whether Markdown's rules for emphasis hold.
    pub fn is_markdown(self) -> bool {
        matches!(self, Self::MarkdownParagraph | Self::MarkdownHeading | Self::MarkdownInline)
    }
}
