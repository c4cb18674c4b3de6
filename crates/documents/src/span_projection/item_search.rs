//! Finds locked items in a translation: as they are, or with other spaces, in other case or width.

use std::ops::Range;

use super::punctuation::{inside_word, occurrences};
use crate::chars::is_space;
use crate::limits;

/// A shorter word in other case is a word of the language: "In" for `in`.
const FOLDED_CHARS: usize = 3;

/// A locked item, and how it stands in its source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    text: &'a str,
    /// Whether a letter or digit stands right before it, and right after it: "s" after `NaN`.
    glued: (bool, bool),
}

impl<'a> Item<'a> {
    /// The item in these bytes of a source.
    pub fn new(source: &'a str, range: Range<usize>) -> Option<Self> {
        let text = source.get(range.clone())?;
        let is_word = |c: Option<char>| c.is_some_and(|c| inside_word(Some(c), Some(c)));
        let before = source.get(..range.start)?.chars().next_back();
        let after = source.get(range.end..)?.chars().next();
        Some(Self { text, glued: (is_word(before), is_word(after)) })
    }

    /// Whether it is only words, so that it could be part of other words.
    pub fn is_words(&self) -> bool {
        is_words(self.text)
    }

    /// Whether it may be part of a word.
    pub fn may_touch(&self) -> bool {
        self.is_words() && (self.glued.0 || self.glued.1)
    }

    /// Its occurrences, then those of its text without the delimiters around it, which a model may omit. Of one that is
    /// only words, those that are whole words come first, and it touches letters only on the sides where it does so in
    /// the source.
    pub fn occurrences(self, text: &'a str) -> impl Iterator<Item = Range<usize>> {
        let forms = [self.text, bare(self.text)].into_iter().filter(|form| !form.is_empty());
        forms.flat_map(move |form| self.of_form(text, form).take(limits::SPANS_PER_BLOCK))
    }

    fn of_form(self, text: &'a str, form: &'a str) -> Box<dyn Iterator<Item = Range<usize>> + 'a> {
        let all = text.match_indices(form).map(|(at, found)| at..at + found.len());
        if !is_words(form) {
            return Box::new(all);
        }
        let is_glued = self.glued.0 || self.glued.1;
        let glued = is_glued.then_some(all).into_iter().flatten();
        let glued = glued.filter(move |range| self.touches(text, range));
        Box::new(occurrences(text, form).chain(glued))
    }

    /// Whether a range touches letters, and only on the sides where the item does.
    fn touches(self, text: &str, range: &Range<usize>) -> bool {
        let touched = touched(text, range);
        (touched.0 || touched.1) && (self.glued.0 || !touched.0) && (self.glued.1 || !touched.1)
    }

    /// Its occurrences with other spaces, in other case or width.
    pub fn like(self, text: &str, folded: &Folded) -> Vec<Range<usize>> {
        let of_form = |form: &str| -> Vec<Range<usize>> {
            let wanted = Folded::new(form).text;
            if is_words(form) && wanted.chars().count() < FOLDED_CHARS {
                return Vec::new();
            }
            let found = folded.text.match_indices(&wanted).take(limits::SPANS_PER_BLOCK);
            let found = found.map(|(at, found)| folded.range(at..at + found.len()));
            let is_apart = |range: &Range<usize>| touched(text, range) == (false, false);
            found.filter(|range| is_apart(range) || self.touches(text, range)).collect()
        };
        let forms = [self.text, bare(self.text)].into_iter().filter(|form| !form.trim().is_empty());
        forms.flat_map(of_form).collect()
    }
}

fn is_words(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace())
}

/// Whether a range begins, and ends, inside of a word.
fn touched(text: &str, range: &Range<usize>) -> (bool, bool) {
    let inner = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    (inside_word(before, inner.chars().next()), inside_word(inner.chars().next_back(), after))
}

/// The text of a locked item without the delimiters around it, which a model may omit.
fn bare(text: &str) -> &str {
    text.trim_matches(['`', '<', '>', '$']).trim()
}

/// A text in lower case, with ASCII characters for those of full width and one blank for each gap.
#[derive(Debug, Default)]
pub(super) struct Folded {
    text: String,
    /// For each of its bytes, and its end, the byte of the original text.
    from: Vec<usize>,
}

impl Folded {
    pub fn new(original: &str) -> Self {
        let mut folded = Self::default();
        for (at, c) in original.char_indices() {
            if is_space(c) || c == '\u{3000}' || c == '\u{a0}' {
                if !folded.text.ends_with(' ') {
                    folded.push(' ', at);
                }
                continue;
            }
            let narrow = match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                c => c,
            };
            narrow.to_lowercase().for_each(|c| folded.push(c, at));
        }
        folded.from.push(original.len());
        folded
    }

    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.from.resize(self.text.len(), at);
    }

    /// The bytes of the original text that some of its own came from.
    fn range(&self, range: Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.from.get(byte).or(self.from.last()).copied().unwrap_or_default();
        at(range.start)..at(range.end)
    }
}
