//! Splits a text into sentences and joins translated sentences.
//!
//! Sentence-final punctuation gives the candidates; rules and short lists reject those that do not end a sentence: `Dr.`,
//! initials, `5. Mai`, a following lower-case letter, speech inside a Japanese sentence. Every byte of the text is in one
//! sentence or in the separator after it. The punctuation of a translation is never changed here.

mod boundary;
mod rules;
#[cfg(test)]
mod tests;

use std::ops::Range;

use documents::limits::LONG_WORD;

use crate::languages::language;

/// A sentence and the whitespace after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// The sentence; empty only for what precedes the first of a text.
    pub text: &'a str,
    /// Whitespace, nothing, or an item that no model gets with the whitespace around it.
    pub separator: &'a str,
}

/// The sentences of a text in the language of this code; line ends always separate. The parts concatenate to the text.
pub fn split<'a>(text: &'a str, language: &str) -> Vec<Sentence<'a>> {
    let rules = rules::of(language);
    let mut sentences = Sentences::new(text);
    let mut start = 0;
    for line in text.split_inclusive(is_line_end) {
        let body = line.trim_end();
        if !body.trim_start().is_empty() {
            for end in boundary::ends(body, rules) {
                sentences.end(start + end);
            }
            sentences.end(start + body.len());
        }
        start += line.len();
    }
    sentences.finish()
}

/// The sentences of a text with `locked` ranges, in order: none ends inside a range, and a range of at least
/// [`LONG_WORD`] bytes is in the separator between two, since a model would take seconds for it.
pub fn split_around<'a>(text: &'a str, locked: &[Range<usize>], language: &str) -> Vec<Sentence<'a>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    let long = locked.iter().filter(|range| range.len() >= LONG_WORD);
    for item in long.cloned().chain(std::iter::once(text.len()..text.len())) {
        let mut at = from;
        for sentence in text.get(from..item.start).map_or(Vec::new(), |part| split(part, language)) {
            let range = at..at + sentence.text.len();
            at = range.end + sentence.separator.len();
            let divided = locked.iter().any(|item| item.start < range.start && range.start < item.end);
            match ranges.last_mut().filter(|_| divided) {
                Some(last) => last.end = range.end,
                None if range.is_empty() => {}
                None => ranges.push(range),
            }
        }
        from = from.max(item.end);
    }
    let first = ranges.first().map_or(text.len(), |range| range.start);
    let ends = ranges.iter().skip(1).map(|range| range.start).chain([text.len()]);
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let mut sentences = Vec::with_capacity(ranges.len() + 1);
    if first > 0 {
        sentences.push(Sentence { text: "", separator: part(0..first) });
    }
    let parts = ranges.iter().zip(ends);
    sentences.extend(
        parts.map(|(range, end)| Sentence { text: part(range.clone()), separator: part(range.end..end) }),
    );
    sentences
}

/// The text in pieces of at most `max_chars` characters (at least one), split after a sentence, else a clause, else a word,
/// else anywhere. The parts concatenate to the text.
pub fn cut(text: &str, max_chars: usize) -> Vec<Sentence<'_>> {
    let mut sentences = Sentences::new(text);
    while let Some(size) = first_piece(sentences.rest(), max_chars.max(1)) {
        sentences.end(sentences.from + size);
    }
    sentences.finish()
}

/// Translated sentences, each with the separator after its source, as a text in the language of this code.
pub fn join<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str)>, target: &str) -> String {
    join_at(parts, target).0
}

/// The result of [`join`] with the byte offset of each sentence.
pub(crate) fn join_at<'a>(
    parts: impl IntoIterator<Item = (&'a str, &'a str)>,
    target: &str,
) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut starts = Vec::new();
    let mut separator = String::new();
    for (sentence, after) in parts {
        if !sentence.is_empty() {
            if text.is_empty() {
                text.push_str(&separator);
            } else if separator.contains(|c: char| !c.is_whitespace()) {
                let apart = |before: &str, after: &str| {
                    let touch = before.ends_with(is_letter) && after.starts_with(is_letter);
                    if touch { " " } else { "" }
                };
                let (before, after) = (apart(&text, &separator), apart(&separator, sentence));
                text.extend([before, &separator, after]);
            } else {
                let gap = gap(&text, &separator, sentence, target).to_owned();
                text.push_str(&gap);
            }
            separator.clear();
            text.push_str(sentence);
        }
        starts.push(text.len() - sentence.len());
        separator.push_str(after);
    }
    (text + &separator, starts)
}

/// The separator of two translated sentences whose sources were separated by `separator`: line ends are kept, other
/// whitespace follows the conventions of the target language.
pub fn gap<'a>(before: &str, separator: &'a str, after: &str, target: &str) -> &'a str {
    if separator.contains(is_line_end) {
        return separator;
    }
    let spaced = language(target).is_none_or(|language| language.spaced);
    let touches_wide = before.ends_with(is_wide) || after.starts_with(is_wide);
    if !spaced && touches_wide {
        ""
    } else if separator.chars().all(|c| c == '\u{3000}') {
        " "
    } else {
        separator
    }
}

/// The length in bytes of the first piece of `text`, at most `max_chars` characters; `None` if all of it fits.
fn first_piece(text: &str, max_chars: usize) -> Option<usize> {
    let limit = text.char_indices().nth(max_chars).map(|(at, _)| at)?;
    let window = text.get(..limit)?;
    // A piece of less than half the size would lose more context than a worse split costs.
    let least = window.char_indices().nth(max_chars / 2).map_or(0, |(at, _)| at);
    let after = |marks: &[char], spaced: bool| {
        let ends = window.rmatch_indices(marks).map(|(at, mark)| at + mark.len());
        let free = |end: &usize| {
            !spaced || text.get(*end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace()))
        };
        ends.take_while(|end| *end >= least).find(free)
    };
    let space = || window.rfind(char::is_whitespace).filter(|at| *at > 0);
    let end = after(&['。', '！', '？', '｡'], false)
        .or_else(|| after(&['.', '!', '?', '…', '।'], true))
        .or_else(|| after(&['；', '、', '，', '：'], false))
        .or_else(|| after(&[';', ',', ':', '–', '—', '،', '؛'], true))
        .or_else(space)
        .unwrap_or_else(|| whole_character(text, limit));
    // Whitespace belongs to the separator.
    Some(text.get(..end)?.trim_end().len()).filter(|end| *end > 0).or(Some(limit))
}

/// The last position up to `limit` that does not separate a letter from its combining marks, if there is one.
fn whole_character(text: &str, limit: usize) -> usize {
    let joins = |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    let whole = |at: &usize| {
        let (Some(before), Some(after)) = (text.get(..*at), text.get(*at..)) else { return false };
        !after.starts_with(joins) && !before.ends_with('\u{200d}')
    };
    (1..=limit).rev().take(32).find(whole).unwrap_or(limit)
}

/// Whether a character stands apart from a word beside it.
pub(crate) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_wide(c)
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is written without spaces around it: Han, kana and their marks.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Divides a text at the ends of its sentences.
struct Sentences<'a> {
    text: &'a str,
    from: usize,
    found: Vec<Sentence<'a>>,
}

impl<'a> Sentences<'a> {
    fn new(text: &'a str) -> Self {
        let mut sentences = Self { text, from: 0, found: Vec::new() };
        if text.starts_with(char::is_whitespace) {
            sentences.end(0);
        }
        sentences
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.from..).unwrap_or_default()
    }

    /// Ends a sentence; the whitespace there is its separator.
    fn end(&mut self, end: usize) {
        let (Some(sentence), Some(rest)) = (self.text.get(self.from..end), self.text.get(end..)) else {
            return;
        };
        let next = self.text.len() - rest.trim_start().len();
        if next > self.from {
            let separator = self.text.get(end..next).unwrap_or_default();
            self.found.push(Sentence { text: sentence, separator });
            self.from = next;
        }
    }

    fn finish(mut self) -> Vec<Sentence<'a>> {
        self.end(self.from + self.rest().trim_end().len());
        self.found
    }
}
