//! Titles of reStructuredText between lines of punctuation.

use std::ops::Range;

use super::escape::{Adornment, RstText};
use super::{RstParser, inline, lines};
use crate::escaping::Escaping;
use crate::paragraph;
use crate::wrap::columns;

/// Lines around a title may be so much wider than it and still follow its width.
const INSET_COLUMNS: usize = 2;

impl RstParser<'_> {
    /// Whether a line of punctuation is followed by a title and the same line.
    pub(super) fn is_overlined(&self, at: usize, end: usize) -> bool {
        let (text, title) = (self.text(at), self.text(at + 1));
        at + 2 < end && self.text(at + 2) == text && !title.is_empty() && columns(title) <= columns(text)
    }

    /// A line between paragraphs, or the line above a title.
    pub(super) fn rule(&mut self, at: usize, end: usize, base: usize) -> usize {
        let text = self.text(at);
        let is_same = |at: usize| lines::is_rule(self.text(at)) && self.text(at).starts_with(first(text));
        if at + 2 < end && !self.text(at + 1).is_empty() && self.indent(at + 2) == base && is_same(at + 2) {
            self.title(at..at + 3);
            return at + 3;
        }
        at + 1
    }

    /// A title in its lines of punctuation: the title and the line below, perhaps also one above.
    pub(super) fn title(&mut self, lines: Range<usize>) {
        let above = lines.len() > 2;
        let at = lines.end - 2;
        let (Some(title), Some(below)) = (self.line(at).cloned(), self.line(lines.end - 1).cloned()) else {
            return;
        };
        let start = self.line(lines.start).map_or(0, |line| line.text.start);
        let (width, rule) =
            (columns(self.slice(title.text.clone())), columns(self.slice(below.text.clone())));
        let wider = rule.saturating_sub(width);
        let follows = wider <= INSET_COLUMNS;
        let lines = Adornment {
            mark: first(self.slice(below.text.clone())),
            above,
            wider: if follows { wider } else { 0 },
            least: if follows { 0 } else { rule },
            inset: title.indent,
            crlf: self.slice(title.text.end..below.text.start).contains('\r'),
        };
        let pieces = inline::pieces(self.source, title.text.clone(), &self.context);
        let escaping = Escaping::Rst(RstText::Title(lines));
        let parsed = paragraph::whole(self.source, title.text.clone(), pieces, escaping);
        let Some(mut parsed) = parsed else { return };
        // A title's name is its text without markup.
        let name = self.slice(title.text).replace(['`', '*'], "");
        let has_reference =
            name.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word.ends_with('_'));
        if !name.contains('\\') && !has_reference && self.implicit.remove(&inline::name(&name)) {
            let newline = if lines.crlf { "\r\n" } else { "\n" };
            let target = format!(".. _`{name}`:{newline}{newline}");
            parsed.slot.frame.before.insert_str(0, &target);
        }
        parsed.slot.range = start..below.text.end;
        self.started = true;
        self.found.blocks.push(parsed);
    }
}

/// The first character of a line.
fn first(text: &str) -> char {
    text.chars().next().unwrap_or('=')
}
