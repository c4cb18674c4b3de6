//! Titles of AsciiDoc: after marks, or with a line below.

use std::ops::Range;

use super::escape::AsciiDocText;
use super::{AsciiDocParser, State, inline, marks};
use crate::escaping::Escaping;
use crate::formats::text;
use crate::paragraph;

impl<'a> AsciiDocParser<'a> {
    /// A title after marks, with an anchor of its old name where one is referred to.
    pub(super) fn title(&mut self, range: Range<usize>, attributes: &str) {
        let text = self.slice(range.clone());
        let Some(size) = marks::title(text) else { return };
        let mark = text.get(..size).unwrap_or_default().trim_end();
        let title = text.get(size..).unwrap_or_default();
        let title = title.strip_suffix(mark).filter(|title| title.ends_with(' ')).unwrap_or(title).trim_end();
        let start = range.start + size;
        let anchored = attributes.contains('#') || attributes.starts_with('[') || mark == "=";
        self.whole(range, start..start + title.len(), AsciiDocText::Line { linked: false }, anchored);
    }

    /// A title that is written as a whole.
    fn whole(&mut self, range: Range<usize>, inner: Range<usize>, place: AsciiDocText, anchored: bool) {
        let content = inline::read(self.source, inner.clone(), self.place());
        let place = match place {
            AsciiDocText::Line { .. } => AsciiDocText::Line { linked: content.linked },
            other => other,
        };
        let text_end = if matches!(place, AsciiDocText::Underlined { .. }) { inner.end } else { range.end };
        let escaping = Escaping::AsciiDoc(place, self.quotes);
        let parsed = paragraph::whole(self.source, range.start..text_end, content.pieces, escaping);
        if let Some(mut parsed) = parsed {
            if let Some(anchor) = self.anchor(self.slice(inner)).filter(|_| !anchored) {
                parsed.slot.frame.before.insert_str(0, &anchor);
            }
            parsed.slot.range = range;
            self.found.blocks.push(parsed);
        }
        self.inner(content.notes, content.descriptions, content.index, false);
    }

    /// The anchor that keeps references to a title, by its identifier or its text.
    fn anchor(&self, title: &str) -> Option<String> {
        let identifier = identifier(title, self.prefix, self.separator);
        let newline = text::newline(self.source);
        if self.targets.contains(title) && !title.contains([']', ',']) {
            Some(format!("[[{identifier},{title}]]{newline}"))
        } else {
            self.targets.contains(identifier.as_str()).then(|| format!("[[{identifier}]]{newline}"))
        }
    }

    /// A paragraph of one line and a line of about its length below it is a title.
    pub(super) fn setext(&mut self, lines: &[Range<usize>], at: usize, state: &mut State<'a>) -> bool {
        let line = self.text(lines.get(at));
        let mark = line.chars().next().filter(|mark| "=-~^+".contains(*mark));
        let (Some(mark), Some(range)) = (mark, state.paragraph.clone()) else { return false };
        let title = self.slice(range.clone());
        let is_title = marks::is_line_of(line, mark, 2)
            && !state.item
            && !title.contains('\n')
            && title.contains(marks::is_word)
            && at.checked_sub(1).and_then(|at| lines.get(at)).is_some_and(|above| above.start == range.start)
            && title.chars().count().abs_diff(line.len()) < 2;
        if is_title {
            let start = lines.get(at).map_or(range.end, |line| line.start);
            let crlf = self.slice(range.end..start).contains('\r');
            let anchored = state.attributes.contains('#') || state.attributes.starts_with('[');
            let place = AsciiDocText::Underlined { mark, crlf };
            self.whole(range.start..start + line.len(), range, place, anchored);
            *state = State::default();
        }
        is_title
    }
}

/// The line below the title of a document, if it is the first that is no comment and no attribute.
pub(super) fn underlined(source: &str, lines: &[Range<usize>]) -> Option<usize> {
    let text =
        |at: usize| lines.get(at).and_then(|line| source.get(line.clone())).unwrap_or_default().trim_end();
    let is_before = |text: &str| text.is_empty() || text.starts_with(':') || marks::is_directive(text);
    let at = (0..lines.len()).find(|at| !is_before(text(*at)) && !marks::is_attributes(text(*at)))?;
    let (title, below) = (text(at), text(at + 1));
    let is_title = marks::is_line_of(below, '=', 2)
        && title.contains(marks::is_word)
        && title.chars().count().abs_diff(below.len()) < 2;
    is_title.then_some(at + 1)
}

/// The identifier that Asciidoctor gives a title.
fn identifier(title: &str, prefix: &str, separator: &str) -> String {
    let kept = title.to_lowercase();
    let kept = kept.chars().filter(|c| marks::is_word(*c) || " -.".contains(*c));
    let mut identifier = String::from(prefix);
    for c in kept {
        if !" -.".contains(c) && !separator.contains(c) {
            identifier.push(c);
        } else if !separator.is_empty() && !identifier.ends_with(separator) {
            identifier.push_str(separator);
        }
    }
    identifier.strip_suffix(separator).filter(|_| !separator.is_empty()).unwrap_or(&identifier).to_owned()
}
