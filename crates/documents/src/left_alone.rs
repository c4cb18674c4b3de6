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
}

impl Place {
    /// What several such places are called.
    pub fn plural(self) -> &'static str {
        match self {
            Self::SvgText => "texts in SVG pictures",
            Self::ComparedText => "texts that formulas look for",
            Self::Mention => "comments that mention somebody",
            Self::Bytes => "bytes that are no text in the document's encoding",
            Self::UnreadablePage => "pages with text that cannot be decoded",
            Self::PicturePage => "pages that are pictures",
            Self::PageComment => "comments on pages",
            Self::Bookmark => "bookmarks",
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
        let kinds: Vec<String> =
            self.0.iter().map(|(place, count)| format!("{count} {}", place.plural())).collect();
        let places = if all == 1 { "place" } else { "places" };
        write!(f, "{all} text {places} of kinds that Wasan leaves alone: {}", kinds.join(", "))
    }
}
