//! The places whose text is left on purpose: how many of each kind a document has.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of place whose text is never translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The text of an SVG picture, whose letters have fixed positions.
    SvgText,
    /// A text that a formula, a filter or a pivot table compares cells with.
    ComparedText,
    /// The name of a sheet that formulas, links or programs refer to.
    SheetName,
    /// A comment that mentions somebody by the position of the name.
    Mention,
    /// A byte that is no text in the document's encoding.
    Bytes,
    /// A page of a PDF with text that is damaged, or whose fonts do not tell its characters.
    UnreadablePage,
    /// A page of a PDF that is a picture, as of a scan.
    PicturePage,
    /// A comment set on a page of a PDF.
    PageComment,
    /// A bookmark of a PDF, which mostly repeats a heading.
    Bookmark,
    /// A document of another format in the document, or a table that a chart was made of.
    EmbeddedDocument,
    /// A control made by a program, whose caption is in its own format.
    Control,
    /// A property with a name of the author's choice, which fields and programs look up.
    CustomProperty,
    /// Keywords and categories, by which documents are found.
    Keyword,
    /// A caption of a pivot table or of what filters it, which formulas ask for.
    PivotCaption,
    /// A list entry that formulas or programs compare with what was chosen.
    ListEntry,
    /// The description of a building block, by which authors choose it.
    BuildingBlock,
    /// The name of a content control, by which programs find it.
    ControlTitle,
    /// A text that was deleted while changes were tracked.
    DeletedText,
    /// A number format with words.
    Numbering,
    /// A preformatted text that is not clearly prose.
    Preformatted,
    /// A text that only old programs show.
    Fallback,
    /// Data about a page for search engines.
    StructuredData,
    /// A directive, block, environment or command that is not known, so that it may hold code.
    UnknownMarkup,
    /// A message with plural forms of ICU in a translation memory or a catalogue of gettext.
    Message,
    /// A table drawn with lines of characters, some cells of which are left, as they must keep their width.
    DrawnTable,
    /// A paragraph with more markup, or more deeply nested, than a block may have.
    CrowdedText,
    /// A part of a package that is damaged or no text.
    DamagedPart,
    /// A text that is longer than its program allows.
    LongText,
    /// The result of a field, which its program computes again: a date, a name, a chosen text.
    FieldResult,
    /// A text in the instruction of a field, which programs may compare.
    FieldText,
    /// A text in a formula.
    FormulaText,
    /// A prompt of a slide's layout, which the program shows in its own language.
    Prompt,
    /// A value of a message file, of settings or of a table that has words, but is more likely code.
    CodeValue,
    /// The title of a column, by which programs look it up.
    ColumnTitle,
    /// A name that stays: of a brand or a platform, or a text that others refer to by its words or its order.
    Name,
    /// An entry of an index, whose order and parts depend on its spelling.
    IndexEntry,
}

impl Place {
    /// What one such place and what several are called.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::SvgText => ("text in an SVG picture", "texts in SVG pictures"),
            Self::ComparedText => ("text that formulas look for", "texts that formulas look for"),
            Self::SheetName => {
                ("name of a sheet that is referred to", "names of sheets that are referred to")
            }
            Self::Mention => ("comment that mentions somebody", "comments that mention somebody"),
            Self::EmbeddedDocument => ("embedded document", "embedded documents"),
            Self::Control => ("control of a program", "controls of programs"),
            Self::CustomProperty => ("custom property", "custom properties"),
            Self::Keyword => ("list of keywords or category", "lists of keywords and categories"),
            Self::PivotCaption => ("caption of a pivot table", "captions of pivot tables"),
            Self::ListEntry => ("entry of a list", "entries of lists"),
            Self::BuildingBlock => ("description of a building block", "descriptions of building blocks"),
            Self::ControlTitle => ("title of a content control", "titles of content controls"),
            Self::DeletedText => ("deleted text", "deleted texts"),
            Self::Numbering => ("format of numbers", "formats of numbers"),
            Self::Preformatted => ("preformatted text", "preformatted texts"),
            Self::Fallback => ("text for old programs", "texts for old programs"),
            Self::StructuredData => ("data for search engines", "data for search engines"),
            Self::Bytes => (
                "byte that is no text in the document's encoding",
                "bytes that are no text in the document's encoding",
            ),
            Self::UnreadablePage => {
                ("page with text that cannot be decoded", "pages with text that cannot be decoded")
            }
            Self::PicturePage => ("page that is a picture", "pages that are pictures"),
            Self::PageComment => ("comment on a page", "comments on pages"),
            Self::Bookmark => ("bookmark", "bookmarks"),
            Self::UnknownMarkup => (
                "directive, block or command that is not known",
                "directives, blocks and commands that are not known",
            ),
            Self::Message => ("message with plural forms", "messages with plural forms"),
            Self::DrawnTable => ("drawn table", "drawn tables"),
            Self::CrowdedText => ("paragraph with too much markup", "paragraphs with too much markup"),
            Self::DamagedPart => ("damaged part", "damaged parts"),
            Self::LongText => {
                ("text longer than its program allows", "texts longer than their program allows")
            }
            Self::FieldResult => ("result of a field", "results of fields"),
            Self::FieldText => ("text in a field's instruction", "texts in instructions of fields"),
            Self::FormulaText => ("text in a formula", "texts in formulas"),
            Self::Prompt => ("prompt of a layout", "prompts of layouts"),
            Self::CodeValue => ("value that looks like code", "values that look like code"),
            Self::ColumnTitle => ("title of a column", "titles of columns"),
            Self::Name => ("name that stays", "names that stay"),
            Self::IndexEntry => ("entry of an index", "entries of an index"),
        }
    }
}

/// The places whose text is left on purpose, by kind.
///
/// ```
/// use documents::{LeftAlone, Place};
///
/// let mut left = LeftAlone::default();
/// ["Achsen", "Werte", "42"].into_iter().for_each(|text| left.record(Place::SvgText, text));
/// assert_eq!(left.to_string(), "2 text places of kinds that Wasan leaves alone: 2 texts in SVG pictures");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeftAlone(BTreeMap<Place, usize>);

impl LeftAlone {
    /// Counts a place if its text has letters.
    pub fn record(&mut self, place: Place, text: &str) {
        self.add(place, usize::from(text.contains(char::is_alphabetic)));
    }

    /// Counts so many places.
    pub fn add(&mut self, place: Place, count: usize) {
        if count > 0 {
            *self.0.entry(place).or_default() += count;
        }
    }

    /// Adds the places of another part.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(place, count)| self.add(place, count));
    }

    /// Places of a kind.
    pub fn count(&self, place: Place) -> usize {
        self.0.get(&place).copied().unwrap_or_default()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for LeftAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.0.values().sum();
        let kind = |(place, count): (&Place, &usize)| {
            let (one, several) = place.names();
            format!("{count} {}", if *count == 1 { one } else { several })
        };
        let kinds: Vec<String> = self.0.iter().map(kind).collect();
        let places = if all == 1 { "place" } else { "places" };
        write!(f, "{all} text {places} of kinds that Wasan leaves alone: {}", kinds.join(", "))
    }
}
