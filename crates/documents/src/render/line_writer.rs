//! Writes the lines of one block: text with its affixes, markup, spaces and line breaks.

use crate::block::Affixes;
use crate::chars::{is_space, is_unspaced};
use crate::slot::Slot;
use crate::wrap::{LineLayout, NOT_FIRST, NOT_LAST, Words};

/// The lines of a block while they are written.
pub(super) struct LineWriter<'a> {
    slot: &'a Slot,
    layout: LineLayout,
    out: String,
    /// The words of the current line.
    pub words: Words,
    /// The affixes of the current run of text.
    affixes: Option<&'a Affixes>,
    breaks: std::slice::Iter<'a, String>,
    line_break: &'a str,
    /// The last character written, if any.
    pub last: Option<char>,
}

impl<'a> LineWriter<'a> {
    pub fn new(slot: &'a Slot, layout: LineLayout) -> Self {
        Self {
            slot,
            layout,
            out: String::new(),
            words: Self::no_words(slot),
            affixes: None,
            breaks: slot.breaks.iter(),
            line_break: "",
            last: None,
        }
    }

    fn no_words(slot: &Slot) -> Words {
        Words::new(slot.escaping.breaks_anywhere())
    }

    /// Starts or continues a run of text with these affixes.
    pub fn start_text(&mut self, affixes: &'a Affixes) {
        if self.affixes != Some(affixes) {
            self.end_text().raw(&affixes.before);
            self.affixes = Some(affixes);
        }
    }

    /// Ends the run of text and returns the words, to which markup may be added.
    pub fn end_text(&mut self) -> &mut Words {
        if let Some(affixes) = self.affixes.take() {
            self.words.raw(&affixes.after);
        }
        &mut self.words
    }

    /// Markup, whose outer sides are those before and after it.
    pub fn markup(&mut self, markup: &str, before: bool, after: bool) {
        let apart = self.slot.escaping.sets_markup_apart();
        let words = self.end_text();
        if apart {
            words.apart(markup, before, after);
        } else {
            words.raw(markup);
        }
    }

    /// Spaces that are part of the text, so inside a run where the format has runs.
    pub fn spaces(&mut self, spaces: &str) {
        if !spaces.is_empty() {
            let affixes = self.affixes.unwrap_or(&self.slot.affixes);
            self.start_text(affixes);
            self.words.raw(spaces);
            self.last = Some(' ');
        }
    }

    pub fn line_break(&mut self) {
        self.flush();
        self.line_break = self.breaks.next().map_or(self.line_break, String::as_str);
        self.out.push_str(self.line_break);
    }

    /// Markup of the slot's line breaks that were not written.
    pub fn unused_breaks(&self) -> String {
        self.breaks.as_slice().concat()
    }

    fn flush(&mut self) {
        self.end_text();
        let words = std::mem::replace(&mut self.words, Self::no_words(self.slot));
        self.out.push_str(&lines(words, self.slot, self.layout));
    }

    pub fn finish(mut self) -> String {
        self.flush();
        self.out
    }
}

/// The words in lines, none of which would be taken for the start of another element.
fn lines(words: Words, slot: &Slot, layout: LineLayout) -> String {
    let line = |(number, (line, raw)): (usize, (String, bool))| {
        if raw { line } else { slot.escaping.line_start(line, number == 0) }
    };
    words.lines(layout).into_iter().enumerate().map(line).collect::<Vec<_>>().join(&slot.newline)
}

/// Stands for a void span as the last character.
pub(super) const OBJECT: char = '\u{fffc}';

/// Whether a space may follow a character: not a space, an opening bracket or a script without spaces.
pub(super) fn allows_space_after(c: char) -> bool {
    !is_space(c) && !is_unspaced(c) && !NOT_LAST.contains(c)
}

/// Whether a space may precede a character.
pub(super) fn allows_space_before(c: char) -> bool {
    !is_space(c) && !is_unspaced(c) && !NOT_FIRST.contains(c)
}
