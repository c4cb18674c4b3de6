//! Which format a document has: by its content, with the name as a hint.

use serde::{Deserialize, Serialize};

use crate::encoding::Encoding;
use crate::formats::{epub, odf, ooxml, po, subrip, vtt};
use crate::markup::{self, Dialect, Tokens};
use crate::package::Package;
use crate::part::Parser;
use crate::{Error, Result, ole};

/// A format that can be read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Plain UTF-8 text.
    Text,
    /// CommonMark with tables, footnotes, task lists and front matter.
    Markdown,
    /// SubRip subtitles.
    SubRip,
    /// WebVTT subtitles.
    WebVtt,
    /// A web page, also XHTML.
    Html,
    /// gettext's messages.
    Po,
    /// XLIFF 1.2 and 2.x: texts with their translations.
    Xliff,
    /// A translation memory.
    Tmx,
    /// A table with commas, semicolons or bars.
    Csv,
    /// A table with tabs.
    Tsv,
    /// JSON, whose string values are translated.
    Json,
    /// Java's properties.
    Properties,
    /// Apple's strings.
    Strings,
    /// YAML files of strings.
    Yaml,
    /// PDF. Its text is read as Markdown, and Markdown is what is written.
    Pdf,
    /// A Word document.
    Docx,
    /// A PowerPoint presentation.
    Pptx,
    /// An Excel workbook.
    Xlsx,
    /// An OpenDocument text.
    Odt,
    /// An OpenDocument spreadsheet.
    Ods,
    /// An OpenDocument presentation.
    Odp,
    /// An e-book.
    Epub,
}

/// Starts of files that are something else than text.
const MAGIC: [(&[u8], &str); 3] =
    [(b"{\\rtf", "Rich Text"), (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture")];

impl Format {
    /// The format of a document called `name` with these bytes.
    ///
    /// # Errors
    /// When the content is another format, binary, or larger than
    /// [`limits::DOCUMENT_BYTES`](crate::limits::DOCUMENT_BYTES).
    pub fn detect(name: &str, bytes: &[u8]) -> Result<Self> {
        let unsupported = |found| Error::Unsupported { found, name: name.to_owned() };
        if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Err(unsupported(found));
        }
        if bytes.starts_with(b"%PDF-") {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::packed(&mut Package::open(bytes)?)?.ok_or_else(|| unsupported("this zip archive"));
        }
        if bytes.starts_with(&ole::MAGIC) {
            return Err(if ole::is_encrypted(bytes) {
                Error::Protected
            } else {
                Error::Old { name: name.to_owned() }
            });
        }
        let (_, text) = Encoding::read(bytes)?;
        if text.contains('\0') {
            return Err(Error::Binary { name: name.to_owned() });
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        let named = Self::ALL.into_iter().find(|format| format.extensions().contains(&extension.as_str()));
        Self::of_text(text.trim_start(), named).ok_or_else(|| unsupported("this XML"))
    }

    /// The format of a text: what its content says, else what its name says; `None` for XML of an unknown kind.
    fn of_text(text: &str, named: Option<Self>) -> Option<Self> {
        let is_xml = text.starts_with("<?xml");
        let root =
            Tokens::new(text, if is_xml { Dialect::Xml } else { Dialect::Html }).find_map(
                |token| match token.kind {
                    markup::Kind::Open { name, .. } if text.starts_with('<') => Some(name),
                    _ => None,
                },
            );
        let is_page = text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html"));
        let is_json =
            || text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        let look_alike =
            [Self::Markdown, Self::Csv, Self::Tsv, Self::Json, Self::Properties, Self::Strings, Self::Yaml];
        Some(match root.as_deref() {
            Some("xliff") => Self::Xliff,
            Some("tmx") => Self::Tmx,
            Some("html") => Self::Html,
            _ if named == Some(Self::Html) || is_page => Self::Html,
            _ if is_xml => return None,
            _ if vtt::is_vtt(text) => Self::WebVtt,
            _ if po::is_po(text) || named == Some(Self::Po) => Self::Po,
            _ if subrip::starts_like_cues(text) || named == Some(Self::SubRip) => Self::SubRip,
            _ => match named.filter(|named| look_alike.contains(named)) {
                Some(named) => named,
                None if is_json() => Self::Json,
                None => Self::Text,
            },
        })
    }

    fn packed(package: &mut Package) -> Result<Option<Self>> {
        if package.has(ooxml::CONTENT_TYPES) {
            return ooxml::detect(package);
        }
        let mimetype = if package.has("mimetype") { package.text("mimetype")? } else { String::new() };
        let is_book = mimetype.trim() == epub::MIMETYPE || package.has(epub::CONTAINER);
        Ok(if is_book { Some(Self::Epub) } else { odf::detect(&mimetype) })
    }

    /// The entries of a package that hold text, and what reads each.
    ///
    /// # Errors
    /// When the package does not say what its entries are.
    pub(crate) fn texts(self, package: &mut Package) -> Result<Vec<(String, Parser)>> {
        match self {
            Self::Docx | Self::Pptx | Self::Xlsx => ooxml::texts(package, self),
            Self::Odt | Self::Ods | Self::Odp => odf::texts(package),
            Self::Epub => epub::texts(package),
            _ => Ok(Vec::new()),
        }
    }

    /// All formats.
    pub const ALL: [Self; 22] = [
        Self::Text,
        Self::Markdown,
        Self::SubRip,
        Self::WebVtt,
        Self::Html,
        Self::Po,
        Self::Xliff,
        Self::Tmx,
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::Properties,
        Self::Strings,
        Self::Yaml,
        Self::Pdf,
        Self::Docx,
        Self::Pptx,
        Self::Xlsx,
        Self::Odt,
        Self::Ods,
        Self::Odp,
        Self::Epub,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        self.described().0
    }

    /// Its file extensions without a dot, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        self.described().1
    }

    /// The usual file extension, without a dot.
    pub fn extension(self) -> &'static str {
        self.extensions().first().copied().unwrap_or_default()
    }

    fn described(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Text => ("plain text", &["txt", "text"]),
            Self::Markdown => ("Markdown", &["md", "markdown", "mdown", "mkd"]),
            Self::SubRip => ("SubRip subtitles", &["srt"]),
            Self::WebVtt => ("WebVTT subtitles", &["vtt"]),
            Self::Html => ("HTML", &["html", "htm", "xhtml"]),
            Self::Po => ("gettext PO", &["po", "pot"]),
            Self::Xliff => ("XLIFF", &["xliff", "xlf", "sdlxliff", "mxliff"]),
            Self::Tmx => ("TMX", &["tmx"]),
            Self::Csv => ("CSV", &["csv"]),
            Self::Tsv => ("TSV", &["tsv", "tab"]),
            Self::Json => ("JSON", &["json", "arb", "jsonc"]),
            Self::Properties => ("Java properties", &["properties"]),
            Self::Strings => ("Apple strings", &["strings"]),
            Self::Yaml => ("YAML", &["yaml", "yml"]),
            Self::Pdf => ("PDF, as Markdown", &["md", "pdf"]),
            Self::Docx => ("Word", &["docx", "docm", "dotx", "dotm"]),
            Self::Pptx => ("PowerPoint", &["pptx", "pptm", "potx", "potm", "ppsx", "ppsm"]),
            Self::Xlsx => ("Excel", &["xlsx", "xlsm", "xltx", "xltm"]),
            Self::Odt => ("OpenDocument text", &["odt", "ott"]),
            Self::Ods => ("OpenDocument spreadsheet", &["ods", "ots"]),
            Self::Odp => ("OpenDocument presentation", &["odp", "otp"]),
            Self::Epub => ("EPUB", &["epub"]),
        }
    }
}
