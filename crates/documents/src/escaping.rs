//! How text is escaped where it is written, so that its format reads exactly that text.

use std::borrow::Cow;

use crate::entities;
use crate::formats::asciidoc::escape::{self as asciidoc, AsciiDocText, Quotes};
use crate::formats::latex::escape::{self as latex, LatexText};
use crate::formats::markdown::escape;
use crate::formats::rst::escape::{self as rst, RstText};
use crate::markup::Dialect;
use crate::quoting::Quoting;
use crate::xml;

/// The escaping rules of a slot. A format with rules of its own adds a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    /// Plain text: nothing is special.
    Plain,
    /// Markdown in which a line start could begin another element.
    MarkdownParagraph,
    /// A Markdown heading, `# …` on one line.
    MarkdownHeading,
    /// Markdown inside a table cell or an image description, which has no line start of its own.
    MarkdownInline,
    /// A title in double quotes in a line of Markdown.
    MarkdownTitle,
    /// Text between XML tags.
    Xml,
    /// The value of an XML attribute, in single or double quotes.
    XmlAttribute,
    /// Text between the tags of HTML.
    Html(Dialect),
    /// A WebVTT cue.
    WebVttCue,
    /// A string of a JSON, PO, YAML, properties or strings file, or a table cell.
    Quoted(Quoting),
    /// A string of Android's resources, between tags or in a CDATA section.
    Android { cdata: bool },
    /// A CDATA section.
    Cdata,
    /// A pattern of Fluent.
    Fluent,
    /// The text of an event of Advanced SubStation Alpha.
    Ass,
    /// The value of an HTML attribute, in single or double quotes.
    HtmlAttribute(Dialect),
    /// The header or footer of a printed spreadsheet page, where `&` begins a code.
    SheetHeader,
    /// A quoted argument in the instruction of a Word field, between tags or in an attribute.
    FieldCode,
    /// reStructuredText.
    Rst(RstText),
    /// AsciiDoc.
    AsciiDoc(AsciiDocText, Quotes),
    /// LaTeX.
    Latex(LatexText),
}

/// The context of a run of text, which also determines how it is escaped.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EscapeContext {
    /// Every mark is escaped that could be, because an earlier round was not read back correctly.
    pub bare: bool,
    /// Whether markup that starts with `[` follows.
    pub before_link: bool,
}

impl Escaping {
    /// Escapes a text so that the document's format reads exactly that text.
    pub fn escape(self, text: &str, context: EscapeContext) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::MarkdownParagraph | Self::MarkdownHeading | Self::MarkdownInline => {
                escape::text(text, self == Self::MarkdownHeading, context.bare, context.before_link)
            }
            Self::MarkdownTitle => escape::text(text, false, context.bare, false).replace('"', "&quot;"),
            Self::Xml => xml::escape(text),
            Self::XmlAttribute => xml::escape_value(text),
            Self::Html(dialect) => entities::write(xml::escape(text), dialect),
            Self::WebVttCue => entities::write(xml::escape(text), Dialect::Html),
            Self::Quoted(quoting) => quoting.escape(text),
            Self::HtmlAttribute(dialect) => entities::write(xml::escape_value(text), dialect),
            Self::Android { cdata: true } => cdata(&Quoting::Android.escape(text)),
            Self::Android { cdata: false } => xml::escape(&Quoting::Android.escape(text)),
            Self::Cdata => cdata(text),
            Self::Fluent => fluent(text),
            // A word joiner, which is not shown, because a backslash cannot be escaped.
            Self::Ass => text.replace('\\', "\\\u{2060}").replace('{', "\\{").replace('}', "\\}"),
            Self::FieldCode => xml::escape_value(&text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::SheetHeader => xml::escape(&text.replace('&', "&&")),
            Self::Rst(_) => rst::text(text, context.bare),
            Self::AsciiDoc(place, quotes) => asciidoc::text(place, quotes, text, context.bare),
            Self::Latex(rules) => latex::text(rules, text),
        }
    }

    /// A locked text such as an address; that of a markup language is in the block's text as it is written.
    /// `around` are the characters before and after it.
    pub fn escape_locked(self, text: &str, around: (Option<char>, Option<char>)) -> String {
        if let Self::AsciiDoc(_, quotes) = self {
            asciidoc::locked(quotes, text, around)
        } else if self.is_markdown() || self == Self::Fluent || self.is_verbatim_locked() {
            text.to_owned()
        } else {
            self.escape(text, EscapeContext::default())
        }
    }

    /// Applies the rules that depend on the whole written text: the quotes it needs.
    pub fn finish(self, written: String) -> String {
        match self {
            Self::Quoted(quoting) => quoting.finish(written),
            // These would begin a variant or an attribute at the start of a line.
            Self::Fluent if written.starts_with(['[', '*', '.']) => {
                let (first, rest) = written.split_at(1);
                format!("{{\"{first}\"}}{rest}")
            }
            Self::Rst(place) => rst::finish(place, written),
            Self::AsciiDoc(place, _) => asciidoc::finish(place, written),
            _ => written,
        }
    }

    /// A written line, escaped where its start would begin another element; `first` if it is the first of its block.
    pub fn line_start(self, line: String, first: bool) -> String {
        match self {
            Self::MarkdownParagraph => escape::line_start(line),
            Self::Rst(RstText::Paragraph | RstText::CsvCell(_) | RstText::CsvText(_)) => {
                rst::line_start(line, first)
            }
            Self::AsciiDoc(AsciiDocText::Paragraph { .. }, _) => asciidoc::line_start(line, first),
            _ => line,
        }
    }

    /// The markup around a range of a translation, as it is read there.
    pub fn pair<'a>(
        self,
        markup: (&'a str, &'a str),
        around: (Option<char>, Option<char>),
    ) -> (Cow<'a, str>, Cow<'a, str>) {
        match self {
            Self::AsciiDoc(..) => asciidoc::pair(markup, around),
            _ => (markup.0.into(), markup.1.into()),
        }
    }

    /// Whether inline markup must not touch a word.
    pub fn sets_markup_apart(self) -> bool {
        matches!(self, Self::Rst(_))
    }

    /// Whether locked texts are written as they are, so that those which need escapes cannot be locked.
    pub fn is_verbatim_locked(self) -> bool {
        matches!(self, Self::Rst(_) | Self::AsciiDoc(..) | Self::Latex(_))
    }

    /// Whether a line may end between any two Han or kana, as the line end is not shown as a space.
    pub fn breaks_anywhere(self) -> bool {
        matches!(self, Self::Plain | Self::WebVttCue | Self::Ass)
    }

    /// Whether Markdown's rules for emphasis hold.
    pub fn is_markdown(self) -> bool {
        matches!(
            self,
            Self::MarkdownParagraph | Self::MarkdownHeading | Self::MarkdownInline | Self::MarkdownTitle
        )
    }
}

fn cdata(text: &str) -> String {
    text.replace("]]>", "]]]]><![CDATA[>")
}

/// Braces as string literals, because they begin and end placeables.
fn fluent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' | '}' => out.extend(['{', '"', c, '"', '}']),
            _ => out.push(c),
        }
    }
    out
}
