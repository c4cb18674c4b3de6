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

    /// Counts a place whose text is left on purpose.
    pub fn leave(&mut self, place: Place, text: &str) {
        self.left_alone.record(place, text);
    }
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
