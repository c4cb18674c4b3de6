//! The translation of a span's words, by the links between words.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::block::Link;
use crate::chars::is_unspaced;
use crate::wrap::NOT_FIRST;

/// The links of a translation, grouped by target word.
pub(super) struct WordLinks<'a> {
    source: &'a str,
    target: &'a str,
    /// Each linked word of the translation with its source ranges, in order and without overlap.
    words: Vec<(Range<usize>, Vec<Range<usize>>)>,
}

impl<'a> WordLinks<'a> {
    /// Links with an empty or invalid range are ignored; parts of a word are extended to the word.
    pub fn new(source: &'a str, target: &'a str, links: &[Link]) -> Self {
        let mut by_start: BTreeMap<usize, (usize, Vec<Range<usize>>)> = BTreeMap::new();
        for link in links {
            let is_text =
                |text: &str, range: &Range<usize>| text.get(range.clone()).is_some_and(|t| !t.is_empty());
            if is_text(source, &link.source) && is_text(target, &link.target) {
                let word = whole_words(target, &link.target);
                let (end, sources) = by_start.entry(word.start).or_default();
                *end = word.end.max(*end);
                sources.push(link.source.clone());
            }
        }
        let mut words: Vec<(Range<usize>, Vec<Range<usize>>)> = Vec::new();
        for (start, (end, sources)) in by_start {
            match words.last_mut() {
                Some((last, others)) if start < last.end => {
                    last.end = end.max(last.end);
                    others.extend(sources);
                }
                _ => words.push((start..end, sources)),
            }
        }
        Self { source, target, words }
    }

    /// The part of the translation inside `within` that translates `span`: the run of words with the most words of the
    /// span and the fewest others, and the difference of the two counts.
    pub fn target(&self, span: &Range<usize>, within: &Range<usize>) -> Option<(i32, Range<usize>)> {
        let mut best: Option<(i32, Range<usize>)> = None;
        let mut run: Option<(i32, Range<usize>)> = None;
        let first = self.words.partition_point(|(word, _)| word.start < within.start);
        for (word, sources) in self.words.iter().skip(first).take_while(|(word, _)| word.end <= within.end) {
            // A word with several sources counts as inside if most of them are.
            let inside = sources.iter().filter(|source| overlap(source, span)).count();
            let worth = if 2 * inside > sources.len() || inside == sources.len() { 1 } else { -1 };
            run = match run.take() {
                Some((sum, range)) if sum >= 0 => Some((sum + worth, range.start..word.end)),
                _ if worth > 0 => Some((worth, word.clone())),
                _ => None,
            };
            // A run ends with a word of the span.
            if let Some((sum, range)) = run.as_ref().filter(|_| worth > 0) {
                let wider = |(most, other): &(i32, Range<usize>)| (*most, other.len()) < (*sum, range.len());
                if best.as_ref().is_none_or(wider) {
                    best = run.clone();
                }
            }
        }
        best.map(|(sum, range)| (sum, self.with_marks(span, range)))
    }

    /// The position in the translation of a position `at` between two words of the source: by the word that it touches,
    /// else by the word before it.
    pub fn position(&self, at: usize) -> Option<usize> {
        let all = 0..self.target.len();
        let (before, after) = self.source.split_at_checked(at)?;
        let is_apart = |c: char| c.is_whitespace() || NOT_FIRST.contains(c);
        let touches_next = before.ends_with(char::is_whitespace) && !after.starts_with(is_apart);
        let previous = || {
            let word = self.sources().filter(|source| source.end <= at).max_by_key(|source| source.end)?;
            let (_, target) = self.target(&word, &all)?;
            // Punctuation between the word and the position stays with the word.
            let marks = self.source.get(word.end..at)?;
            let marks = marks.chars().any(|c| !c.is_alphanumeric() && !c.is_whitespace());
            Some(if marks { self.past_marks(target.end) } else { target.end })
        };
        let next = || {
            let word =
                self.sources().filter(|source| source.start >= at).min_by_key(|source| source.start)?;
            Some(self.target(&word, &all)?.1.start)
        };
        if touches_next { next().or_else(previous) } else { previous().or_else(next) }
    }

    /// The linked words of the source.
    pub fn sources(&self) -> impl Iterator<Item = Range<usize>> {
        self.words.iter().flat_map(|(_, sources)| sources.iter().cloned())
    }

    /// Extends a range by the punctuation beside it, such as quotes or a full stop, where the span has some there.
    fn with_marks(&self, span: &Range<usize>, mut range: Range<usize>) -> Range<usize> {
        let text = self.source.get(span.clone()).unwrap_or_default().trim();
        let is_mark = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        if text.ends_with(is_mark) {
            range.end = self.past_marks(range.end);
        }
        if text.starts_with(is_mark) {
            let before = self.target.get(..range.start).unwrap_or_default();
            range.start = before.trim_end_matches(is_mark).len();
        }
        range
    }

    fn past_marks(&self, at: usize) -> usize {
        let after = self.target.get(at..).unwrap_or_default();
        let rest = after.trim_start_matches(|c: char| !c.is_alphanumeric() && !c.is_whitespace());
        at + after.len() - rest.len()
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// `range` without whitespace at its ends, extended to whole words in scripts with spaces.
fn whole_words(text: &str, range: &Range<usize>) -> Range<usize> {
    let in_word = |c: &char| c.is_alphanumeric() && !is_unspaced(*c);
    let inner = text.get(range.clone()).unwrap_or_default();
    let start = range.end - inner.trim_start().len();
    let end = start + inner.trim().len();
    let (before, inner) = (text.get(..start).unwrap_or_default(), text.get(start..end).unwrap_or_default());
    let after = text.get(end..).unwrap_or_default();
    let cuts =
        |a: Option<char>, b: Option<char>| a.is_some_and(|a| in_word(&a)) && b.is_some_and(|b| in_word(&b));
    let length =
        |chars: &mut dyn Iterator<Item = char>| chars.take_while(in_word).map(char::len_utf8).sum::<usize>();
    let head = if cuts(before.chars().next_back(), inner.chars().next()) {
        length(&mut before.chars().rev())
    } else {
        0
    };
    let tail =
        if cuts(inner.chars().next_back(), after.chars().next()) { length(&mut after.chars()) } else { 0 };
    start - head..end + tail
}
