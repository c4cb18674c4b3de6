//! The formats that are read and written, their names and file extensions.

use serde::{Deserialize, Serialize};

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
    /// gettext PO messages.
    Po,
    /// XLIFF 1.2 and 2.x: segments with their translations.
    Xliff,
    /// A TMX translation memory.
    Tmx,
    /// A table delimited by commas, semicolons or bars.
    Csv,
    /// A table delimited by tabs.
    Tsv,
    /// JSON, whose string values are translated.
    Json,
    /// Java properties.
    Properties,
    /// Apple `.strings`.
    Strings,
    /// YAML whose string values are translated.
    Yaml,
    /// Android string resources.
    Android,
    /// .NET resources.
    Resx,
    /// Flutter's Application Resource Bundle.
    Arb,
    /// An Apple string catalogue, in which the texts get a translation.
    StringCatalog,
    /// Apple's plural rules.
    StringsDict,
    /// Fluent messages.
    Fluent,
    /// Advanced SubStation Alpha subtitles.
    Ass,
    /// A Jupyter notebook, whose Markdown cells are translated.
    Notebook,
    /// PDF, converted to Markdown; Markdown is written.
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
    /// An OpenDocument presentation or drawing.
    Odp,
    /// An e-book.
    Epub,
    /// reStructuredText, as docutils and Sphinx read it.
    Rst,
    /// AsciiDoc, as Asciidoctor reads it.
    AsciiDoc,
    /// LaTeX: a document, or a part of one.
    Latex,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; Self::Latex as usize + 1] = [
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
        Self::Android,
        Self::Resx,
        Self::Arb,
        Self::StringCatalog,
        Self::StringsDict,
        Self::Fluent,
        Self::Ass,
        Self::Notebook,
        Self::Pdf,
        Self::Docx,
        Self::Pptx,
        Self::Xlsx,
        Self::Odt,
        Self::Ods,
        Self::Odp,
        Self::Epub,
        Self::Rst,
        Self::AsciiDoc,
        Self::Latex,
    ];

    /// The format's usual name.
    pub fn name(self) -> &'static str {
        self.described().0
    }

    /// Its file extensions without a dot, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        self.described().1
    }

    /// The format whose files have this extension; of several the usual one.
    pub fn of_extension(extension: &str) -> Option<Self> {
        let known =
            |format: &Self| format.extensions().iter().any(|known| known.eq_ignore_ascii_case(extension));
        Self::ALL.into_iter().find(known)
    }

    /// Whether its documents are one text, not a package of texts or pages.
    pub fn is_text(self) -> bool {
        !matches!(
            self,
            Self::Pdf | Self::Docx | Self::Pptx | Self::Xlsx | Self::Odt | Self::Ods | Self::Odp | Self::Epub
        )
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
            Self::Json => ("JSON", &["json", "jsonc"]),
            Self::Properties => ("Java properties", &["properties"]),
            Self::Strings => ("Apple strings", &["strings"]),
            Self::Yaml => ("YAML", &["yaml", "yml"]),
            Self::Android => ("Android strings", &["xml"]),
            Self::Resx => (".NET resources", &["resx", "resw"]),
            Self::Arb => ("ARB", &["arb"]),
            Self::StringCatalog => ("Apple string catalogue", &["xcstrings"]),
            Self::StringsDict => ("Apple stringsdict", &["stringsdict"]),
            Self::Fluent => ("Fluent", &["ftl"]),
            Self::Ass => ("SubStation Alpha subtitles", &["ass", "ssa"]),
            Self::Notebook => ("Jupyter notebook", &["ipynb"]),
            Self::Pdf => ("PDF, as Markdown", &["md", "pdf"]),
            Self::Docx => ("Word", &["docx", "docm", "dotx", "dotm"]),
            Self::Pptx => ("PowerPoint", &["pptx", "pptm", "potx", "potm", "ppsx", "ppsm"]),
            Self::Xlsx => ("Excel", &["xlsx", "xlsm", "xltx", "xltm"]),
            Self::Odt => ("OpenDocument text", &["odt", "ott", "odm", "oth", "fodt"]),
            Self::Ods => ("OpenDocument spreadsheet", &["ods", "ots", "fods"]),
            Self::Odp => ("OpenDocument presentation", &["odp", "otp", "fodp", "odg", "otg", "fodg"]),
            Self::Epub => ("EPUB", &["epub"]),
            Self::Rst => ("reStructuredText", &["rst", "rest"]),
            Self::AsciiDoc => ("AsciiDoc", &["adoc", "asciidoc", "asc"]),
            Self::Latex => ("LaTeX", &["tex", "latex", "ltx"]),
        }
    }
}
