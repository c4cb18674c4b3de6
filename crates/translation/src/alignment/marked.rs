//! Sentence pairs with annotated alignments: `{1 Tom} schläft.` and `{1 Tom} is asleep.`

use std::ops::Range;

use crate::error::{Error, Result};

/// The built-in pairs for picking alignment heads: short everyday sentences, German–English and Japanese–English.
pub const STARTING_PAIRS: &str = include_str!("pairs.tsv");

/// A sentence with marked spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The sentence without marks.
    pub text: String,
    /// Number and byte range of each span, in the order of the text; a number may occur twice.
    pub spans: Vec<(u32, Range<usize>)>,
}

/// A sentence and its translation with the same span numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedPair {
    /// Language of the source, such as de.
    pub from: String,
    /// Language of the translation.
    pub to: String,
    /// The sentence.
    pub source: Marked,
    /// Its translation.
    pub target: Marked,
}

impl Marked {
    fn parse(text: &str) -> Option<Self> {
        let mut marked = Self { text: String::new(), spans: Vec::new() };
        let mut rest = text;
        while let Some((before, opened)) = rest.split_once('{') {
            let (span, after) = opened.split_once('}')?;
            let (number, words) = span.split_once(' ')?;
            marked.text.push_str(before);
            let start = marked.text.len();
            marked.text.push_str(words);
            marked.spans.push((number.parse().ok()?, start..marked.text.len()));
            rest = after;
        }
        marked.text.push_str(rest);
        Some(marked)
    }

    /// The number of the first span that overlaps `range`.
    pub(crate) fn number_at(&self, range: &Range<usize>) -> Option<u32> {
        self.spans.iter().find(|(_, span)| span.start < range.end && range.start < span.end).map(|(n, _)| *n)
    }
}

impl MarkedPair {
    /// Reads lines of four cells: from, to, source, translation.
    ///
    /// # Errors
    /// [`Error::MarkedPair`] with the first malformed line.
    pub fn parse_all(lines: &str) -> Result<Vec<Self>> {
        let pair = |line: &str| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [from, to, source, target] = cells[..] else { return None };
            let (source, target) = (Marked::parse(source)?, Marked::parse(target)?);
            Some(Self { from: from.to_owned(), to: to.to_owned(), source, target })
        };
        let lines = lines.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| pair(line).ok_or_else(|| Error::MarkedPair(line.to_owned()))).collect()
    }

    /// The pair in the opposite direction.
    pub fn reversed(&self) -> Self {
        let Self { from, to, source, target } = self.clone();
        Self { from: to, to: from, source: target, target: source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_removed() {
        let pairs = MarkedPair::parse_all("de\ten\t{1 Er} {2 ruft} mich {2 an}.\t{1 He} {2 calls} me.\n\n")
            .expect("valid");
        let [pair] = &pairs[..] else { panic!("one pair") };
        assert_eq!(pair.source.text, "Er ruft mich an.");
        assert_eq!(pair.source.spans, [(1, 0..2), (2, 3..7), (2, 13..15)]);
        assert_eq!(pair.source.number_at(&(13..15)), Some(2));
        assert_eq!(pair.source.number_at(&(8..12)), None);
        assert_eq!(pair.reversed().to, "de");
        for line in ["de\ten\tx", "de\ten\t{1 x\ty", "de\ten\t{x}\ty", "de\ten\t{a x}\ty"] {
            assert!(matches!(MarkedPair::parse_all(line), Err(Error::MarkedPair(found)) if found == line));
        }
    }

    #[test]
    fn the_built_in_pairs_have_the_same_spans_on_both_sides() {
        let pairs = MarkedPair::parse_all(STARTING_PAIRS).expect("valid");
        assert!(pairs.len() > 100);
        for pair in pairs {
            let numbers = |marked: &Marked| {
                let mut numbers: Vec<u32> = marked.spans.iter().map(|(n, _)| *n).collect();
                numbers.sort_unstable();
                numbers.dedup();
                numbers
            };
            assert_eq!(numbers(&pair.source), numbers(&pair.target), "{}", pair.source.text);
        }
    }
}
