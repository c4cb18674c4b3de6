//! Marked content of a page, whose replacement text stands for its glyphs.

use std::rc::Rc;

use hayro_syntax::content::Instruction;
use hayro_syntax::object::{Dict, Object, String as PdfString};
use hayro_syntax::page::Resources;

use super::{Interpreter, OPEN_STATES};
use crate::formats::pdf::glyphs::{Glyph, normalized};
use crate::formats::pdf::text_string;

/// The longest replacement text that stands for the glyphs of its span, in characters: a ligature, a hyphen. A longer one
/// may describe a picture, and replaces only what the font cannot tell.
const REPLACEMENT: usize = 3;

impl<'a> Interpreter<'a> {
    /// Begins marked content, which may have a text that replaces it.
    pub(super) fn open_mark(&mut self, of: &Instruction<'_, '_>, resources: &Resources<'a>) {
        if self.marks.len() >= OPEN_STATES {
            return;
        }
        let text = match of.operands().last() {
            Some(Object::Dict(own)) => {
                own.get::<PdfString<'_>>(b"ActualText").map(|text| text.as_bytes().to_vec())
            }
            Some(Object::Name(name)) => resources.properties.get::<Dict<'_>>(name).and_then(|shared| {
                shared.get::<PdfString<'_>>(b"ActualText").map(|text| text.as_bytes().to_vec())
            }),
            _ => None,
        };
        let text = text.map(|bytes| normalized(&text_string::decoded(&bytes)));
        self.marks.push(text.map(|text| (text, self.shown.glyphs.len(), self.shown.unknown)));
    }

    /// Puts a replacement text in the place of the glyphs since its mark.
    pub(super) fn close_mark(&mut self) {
        let Some(Some((text, glyphs, unknown))) = self.marks.pop() else { return };
        let is_unknown = self.shown.unknown > unknown;
        let Some((first, rest)) = self.shown.glyphs.get_mut(glyphs..).and_then(<[Glyph]>::split_first_mut)
        else {
            return;
        };
        if text.trim().is_empty() || !(is_unknown || text.chars().count() <= REPLACEMENT) {
            return;
        }
        self.shown.unknown = unknown;
        first.text = Rc::from(text.trim());
        rest.iter_mut().for_each(|glyph| glyph.text = Rc::from(""));
    }
}
