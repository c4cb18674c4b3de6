//! Where a block's text is in its document, and how its translation is written there.

use std::ops::Range;

use crate::block::{Affixes, Block};
use crate::escaping::{EscapeContext, Escaping};
use crate::locked_text;
use crate::wrap::LineLayout;

/// The bytes that a block's translation replaces, and how it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Bytes of the part that the translation replaces.
    pub range: Range<usize>,
    pub layout: LineLayout,
    /// Line end and what precedes the text on each further line, such as `"\n> "`.
    pub newline: String,
    /// Markup of each `\n` in the block's text.
    pub breaks: Vec<String>,
    pub escaping: Escaping,
    /// Markup around each run of text that is in no span.
    pub affixes: Affixes,
    /// What is written around the whole translation, but not around a source that is kept.
    pub frame: Affixes,
    /// Whitespace around the text, which may separate it from markup beside the slot.
    pub edge_spaces: Affixes,
    pub role: Role,
}

impl Slot {
    /// A slot whose translation is written on one line.
    pub fn new(range: Range<usize>, escaping: Escaping) -> Self {
        Self {
            range,
            layout: LineLayout::Single,
            newline: String::new(),
            breaks: Vec::new(),
            escaping,
            affixes: Affixes::default(),
            frame: Affixes::default(),
            edge_spaces: Affixes::default(),
            role: Role::Own,
        }
    }
}

/// Whether a slot has a translation of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Own,
    /// Shares the translation of another block with the same text, if the document has one.
    Shared,
    /// Only ever copies the translation of a block with the same text; without one it is left unchanged.
    Copy,
}

/// A block and its slot, as a format's parser returns them.
#[derive(Debug)]
pub(crate) struct ParsedBlock {
    pub block: Block,
    pub slot: Slot,
}

impl ParsedBlock {
    /// The same with another role.
    pub fn with_role(mut self, role: Role) -> Self {
        self.slot.role = role;
        self
    }

    /// Locks the bare addresses and the placeholders of the text; `None` when nothing is left to translate.
    pub fn into_translatable(mut self) -> Option<Self> {
        let (own, escaping) = (self.block.spans.len(), self.slot.escaping);
        locked_text::lock_in_prose(&mut self.block);
        if escaping.is_verbatim_locked() {
            let Block { text, spans, .. } = &mut self.block;
            let found = spans.split_off(own.min(spans.len())).into_iter();
            let is_plain = |text: &str| escaping.escape(text, EscapeContext::default()) == text;
            spans.extend(found.filter(|span| text.get(span.range.clone()).is_some_and(is_plain)));
        }
        locked_text::take_out_long(&mut self.block);
        // Documents have hundreds of thousands of blocks.
        self.block.text.shrink_to_fit();
        self.block.spans.shrink_to_fit();
        (self.block.has_words() && !locked_text::is_code(&self.block.text)).then_some(self)
    }
}
