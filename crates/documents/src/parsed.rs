//! What a format's parser finds in a text.

use crate::left_alone::{LeftAlone, Place};
use crate::slot::{ParsedBlock, Role};

/// The blocks of a text in any order, and the places that are left on purpose.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub blocks: Vec<ParsedBlock>,
    pub left_alone: LeftAlone,
}

impl Parsed {
    /// Adds what another parser found.
    pub fn merge(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        self.left_alone.merge(other.left_alone);
    }

    /// The same with another role of its slots.
    pub fn with_role(mut self, role: Role) -> Self {
        self.blocks.iter_mut().for_each(|found| found.slot.role = role);
        self
    }

    /// Counts a value that is taken for code, if it has a word.
    pub fn leave_code(&mut self, text: &str) {
        self.leave_words(Place::CodeValue, text);
    }

    /// Counts a place that may hold no text, if it has a word.
    pub fn leave_words(&mut self, place: Place, text: &str) {
        self.left_alone.add(place, usize::from(has_word(text)));
    }

    /// Counts a place whose text is left on purpose.
    pub fn leave(&mut self, place: Place, text: &str) {
        self.left_alone.record(place, text);
    }
}

/// Whether one of a text's words has only letters, as names in code and addresses seldom have.
pub(crate) fn has_word(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| ".,:;!?()\"'".contains(c));
        let is_camel =
            word.chars().zip(word.chars().skip(1)).any(|(a, b)| a.is_lowercase() && b.is_uppercase());
        word.chars().count() > 1 && word.chars().all(char::is_alphabetic) && !is_camel
    })
}

impl From<Vec<ParsedBlock>> for Parsed {
    fn from(blocks: Vec<ParsedBlock>) -> Self {
        Self { blocks, left_alone: LeftAlone::default() }
    }
}

impl Extend<ParsedBlock> for Parsed {
    fn extend<I: IntoIterator<Item = ParsedBlock>>(&mut self, blocks: I) {
        self.blocks.extend(blocks);
    }
}
