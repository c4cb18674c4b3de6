//! The formats' parsers behind one enum: what finds the blocks of a part.

use crate::encoding::Missing;
use crate::formats::{
    android, arb, asciidoc, ass, csv, epub, fluent, html, json, latex, markdown, odf, ooxml, po, properties,
    resx, rst, string_catalog, stringsdict, subrip, text, tmx, vtt, xliff, yaml,
};
use crate::markup::Dialect;
use crate::parsed::Parsed;
use crate::{Error, Result};

/// The parser of a part, with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parser {
    Text,
    Markdown,
    SubRip,
    WebVtt,
    Html,
    Po {
        to: Option<String>,
    },
    Xliff {
        to: Option<String>,
    },
    Tmx {
        from: Option<String>,
        to: Option<String>,
    },
    /// CSV or TSV, and the columns to translate if they were chosen.
    Table(Option<Vec<usize>>),
    Json,
    Properties,
    Strings,
    Yaml,
    Android,
    Resx,
    Arb {
        to: Option<String>,
    },
    /// A string catalogue that is prepared for its target language, and how it was before.
    StringCatalog {
        unprepared: String,
    },
    StringsDict,
    Fluent,
    Ass,
    /// reStructuredText whose drawn tables are lists of cells, and how it was before.
    Rst {
        unprepared: String,
    },
    AsciiDoc,
    Latex,
    Office(ooxml::OoxmlPart),
    OpenDocument(odf::OdfEntry),
    Epub(epub::EpubEntry),
}

impl Parser {
    /// The blocks of a text in any order, and the places that are left on purpose.
    ///
    /// # Errors
    /// When the text is not of this format, or nested deeper than [`limits`](crate::limits) allow.
    pub fn parse(&self, source: &str) -> Result<Parsed> {
        let blocks = match self {
            Self::Text => text::parse(source),
            Self::Markdown => return markdown::parse(source),
            Self::SubRip => return subrip::parse(source),
            Self::WebVtt => vtt::parse(source)?,
            Self::Html => return Ok(html::parse(source, Dialect::of(source))),
            Self::Po { to } => return po::parse(source, to.as_deref()),
            Self::Xliff { to } => return xliff::parse(source, to.as_deref()),
            Self::Tmx { from, to } => {
                return tmx::parse(source, from.as_deref(), to.as_deref().ok_or(Error::NoTarget)?);
            }
            Self::Table(columns) => return Ok(csv::parse(source, columns.as_deref())),
            Self::Json => return json::parse(source),
            Self::Properties => return Ok(properties::properties(source, source.is_ascii())),
            Self::Strings => return Ok(properties::strings(source)),
            Self::Yaml => return Ok(yaml::parse(source)),
            Self::Android => return android::parse(source),
            Self::Resx => return resx::parse(source),
            Self::Arb { .. } => arb::parse(source)?,
            Self::StringCatalog { .. } => string_catalog::parse(source)?,
            Self::StringsDict => return stringsdict::parse(source),
            Self::Fluent => return Ok(fluent::parse(source)),
            Self::Ass => return Ok(ass::parse(source)),
            Self::Rst { .. } => return rst::parse(source),
            Self::AsciiDoc => return Ok(asciidoc::parse(source)),
            Self::Latex => return latex::parse(source),
            Self::Office(office) => return office.parse(source),
            Self::OpenDocument(entry) => return entry.parse(source),
            Self::Epub(entry) => return entry.parse(source),
        };
        Ok(blocks.into())
    }

    /// How a character is written that the document's encoding lacks.
    pub fn missing(&self) -> Missing {
        match self {
            Self::Html | Self::Xliff { .. } | Self::Tmx { .. } => Missing::Reference,
            Self::Android | Self::Resx | Self::StringsDict => Missing::Reference,
            Self::Properties | Self::Json | Self::Arb { .. } | Self::StringCatalog { .. } => Missing::Escape,
            Self::Fluent | Self::Ass => Missing::None,
            Self::Text | Self::Markdown | Self::SubRip | Self::WebVtt | Self::Po { .. } => Missing::None,
            Self::Table(_) | Self::Strings | Self::Yaml => Missing::None,
            Self::Rst { .. } | Self::AsciiDoc | Self::Latex => Missing::None,
            Self::Office(_) | Self::OpenDocument(_) | Self::Epub(_) => Missing::Reference,
        }
    }

    /// Whether a text is XML as a whole, so that its parsers refuse bytes that are no text.
    pub fn is_xml(&self) -> bool {
        matches!(self, Self::Xliff { .. } | Self::Tmx { .. } | Self::Android | Self::Resx | Self::StringsDict)
    }

    /// Whether a translation could change which blocks are found, so that the written part is parsed again.
    pub fn is_read_back(&self) -> bool {
        match self {
            Self::Text | Self::SubRip | Self::WebVtt | Self::Ass => false,
            // A translation beside its source makes the entry translated, so it is no block any more.
            Self::Po { .. } | Self::Xliff { .. } | Self::Tmx { .. } | Self::StringCatalog { .. } => false,
            // A translation may be taken for a name or a code where its source was prose.
            Self::Table(_) | Self::Json | Self::Properties | Self::Strings | Self::Yaml => false,
            Self::Android | Self::Resx | Self::StringsDict => false,
            Self::Arb { .. } | Self::Fluent => true,
            Self::Markdown | Self::Html | Self::Rst { .. } | Self::AsciiDoc | Self::Latex => true,
            Self::Office(ooxml::OoxmlPart::PlainText) => false,
            Self::Office(_) | Self::OpenDocument(_) | Self::Epub(_) => true,
        }
    }

    /// Whether a document is read without a part of this kind if that is damaged.
    pub fn is_optional(&self) -> bool {
        match self {
            Self::Office(office) => office.is_optional(),
            Self::OpenDocument(entry) => *entry == odf::OdfEntry::Svg,
            Self::Epub(entry) => *entry == epub::EpubEntry::Svg,
            _ => false,
        }
    }

    /// Whether a part of this kind is completed though it has no blocks.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Office(office) if office.is_completed())
    }

    /// Whether a part of this kind is one of those that make up a document, any of which may be first.
    pub fn is_slide(&self) -> bool {
        matches!(self, Self::Office(ooxml::OoxmlPart::Drawing(..)))
    }

    /// Whether broken markup cannot extend into the next block, because each paragraph is an XML element.
    pub fn isolates_blocks(&self) -> bool {
        matches!(self, Self::Office(_) | Self::OpenDocument(_))
    }
}
