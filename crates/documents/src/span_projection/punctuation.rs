//! Finds words and punctuation of the source again in a translation.

use std::ops::Range;

use crate::chars::is_unspaced;

/// Whether two neighbouring characters are of the same word.
pub(super) fn inside_word(a: Option<char>, b: Option<char>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => [a, b].into_iter().all(|c| c.is_alphanumeric() && !is_unspaced(c)),
        _ => false,
    }
}

/// All occurrences of `wanted` as whole words.
pub(super) fn occurrences<'a>(text: &'a str, wanted: &'a str) -> impl Iterator<Item = Range<usize>> {
    let found = (!wanted.is_empty()).then(|| text.match_indices(wanted)).into_iter().flatten();
    found.map(|(at, found)| at..at + found.len()).filter(move |range| {
        let (before, after) = (text.get(..range.start), text.get(range.end..));
        !inside_word(before.and_then(|s| s.chars().next_back()), wanted.chars().next())
            && !inside_word(wanted.chars().next_back(), after.and_then(|s| s.chars().next()))
    })
}

/// The position before the punctuation at the end of the translation, where the source continues only with `marks`.
pub(super) fn before_marks(translation: &str, marks: &str) -> usize {
    let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    let most = marks.chars().filter(|&c| is_mark(c)).count();
    let last = translation.chars().rev().take(most).take_while(|&c| is_mark(c));
    translation.len() - last.map(char::len_utf8).sum::<usize>()
}

/// The position after the n-th sentence end, if `before` ends with the n-th of as many.
pub(super) fn after_same_mark(before: &str, text: &str, translation: &str) -> Option<usize> {
    let is_end = |c: char| Mark::of(c) == Some(Mark::End);
    let count = |text: &str| text.chars().filter(|&c| is_end(c)).count();
    if !before.ends_with(is_end) || count(text) != count(translation) {
        return None;
    }
    let (at, mark) = translation.match_indices(is_end).nth(count(before).checked_sub(1)?)?;
    Some(at + mark.len())
}

/// Punctuation that ends a lead-in, across scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Colon,
    Dash,
    End,
}

impl Mark {
    pub fn of(c: char) -> Option<Self> {
        match c {
            ':' | '：' => Some(Self::Colon),
            '-' | '–' | '—' => Some(Self::Dash),
            '.' | '!' | '?' | '。' | '！' | '？' | '।' => Some(Self::End),
            _ => None,
        }
    }

    /// The first such mark that is not inside a word or number.
    pub fn find(self, text: &str) -> Option<(usize, char)> {
        let mut before = ' ';
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map_or(' ', |&(_, next)| next);
            let is_apart = match self {
                Self::Dash => before.is_whitespace() && next.is_whitespace() || c == '—',
                Self::Colon | Self::End => next.is_whitespace() || is_unspaced(c) || !next.is_alphanumeric(),
            };
            if Self::of(c) == Some(self) && is_apart {
                return Some((at, c));
            }
            before = c;
        }
        None
    }
}
