//! How the language is written into the name of a translation.

use serde::{Deserialize, Serialize};

/// What separates a document's name from the language of its translation. A name that has its language already keeps its
/// own form: `letter_de.docx` becomes `letter_en.docx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameStyle {
    /// `letter.en.docx`.
    #[default]
    Dot,
    /// `letter_en.docx`.
    Underscore,
    /// `letter-en.docx`.
    Hyphen,
}

impl NameStyle {
    /// The separator.
    pub(crate) fn separator(self) -> char {
        match self {
            Self::Dot => '.',
            Self::Underscore => '_',
            Self::Hyphen => '-',
        }
    }
}
