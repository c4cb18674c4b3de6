//! Word alignment of a sentence and its translation, from the attention of the output tokens and from equal words.
//!
//! A target word is linked to the source word with the largest sum of its tokens' attention. Punctuation is not a word,
//! so attention on it, such as the default attention on a full stop, is ignored. Numbers, addresses and names that are
//! equal on both sides are linked regardless of attention.

mod heads;
mod marked;
mod words;

use std::collections::HashMap;
use std::ops::Range;

use documents::Link;
use model_files::Tokenizer;

pub use heads::{HeadScore, PickedHeads, align_model, pick_heads};
pub use marked::{Marked, MarkedPair, STARTING_PAIRS};
pub(crate) use words::first_word;
pub use words::words;

use crate::error::Result;
use crate::prompt::Located;

// Exponent of the normalisation by a source word's mean attention. Chosen on the pairs for picking heads: 82 and 85 % of
// their spans (German to English and back) are projected exactly, against 76 and 79 % without; 0.5 to 1 is about as good.
const MEAN_EXPONENT: f32 = 0.7;

/// A text with the byte range of each of its tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// The text.
    pub text: String,
    /// One range per token; empty for a token that adds no character.
    pub ranges: Vec<Range<usize>>,
}

impl Pieces {
    /// The trimmed text of output tokens, with the range of each token.
    ///
    /// # Errors
    /// When an id is unknown to the tokenizer.
    pub fn of_output(tokenizer: &Tokenizer, ids: &[u32]) -> Result<Self> {
        let mut ends = Vec::with_capacity(ids.len());
        let mut text = String::new();
        for length in 1..=ids.len() {
            text = tokenizer.decode(&ids[..length])?;
            // Excludes the bytes of an incomplete character.
            ends.push(text.trim_end_matches('\u{fffd}').len());
        }
        let blank = text.len() - text.trim_start().len();
        let text = text.trim().to_owned();
        let end = |index: usize| ends.get(index).map_or(0, |end| end.saturating_sub(blank).min(text.len()));
        let range = |index: usize| match index.checked_sub(1) {
            Some(before) => end(before).min(end(index))..end(index),
            None => 0..end(index),
        };
        Ok(Self { ranges: (0..ids.len()).map(range).collect(), text })
    }
}

/// Links of target words to source words, in the order of the target. `attention` is (target token, source token); if it
/// is empty, equal words are linked and the words between them are assumed to be in the same order.
pub fn links(source: &Pieces, target: &Pieces, attention: &[Vec<f32>]) -> Vec<Link> {
    let (from, to) = (words(&source.text, &source.ranges), words(&target.text, &target.ranges));
    let equal = equal_words((&source.text, &from), (&target.text, &to));
    let others = match attention.is_empty() {
        true => in_order(&equal, from.len(), to.len()),
        false => best_sources(&word_attention((source, &from), (target, &to), attention)),
    };
    let chosen = equal.iter().zip(others).map(|(equal, other)| equal.or(other));
    let linked = chosen.zip(&to).filter_map(|(index, target)| Some((from.get(index?)?, target)));
    linked.map(|(source, target)| Link { source: source.clone(), target: target.clone() }).collect()
}

/// [`links`] of texts whose tokens are not known; each character counts as a token.
pub(crate) fn links_by_letters(source: &str, target: &str) -> Vec<Link> {
    let pieces = |text: &str| Pieces {
        ranges: text.char_indices().map(|(at, c)| at..at + c.len_utf8()).collect(),
        text: text.to_owned(),
    };
    links(&pieces(source), &pieces(target), &[])
}

/// Links shifted by these byte offsets in source and target.
pub(crate) fn moved(links: &[Link], (source, target): (usize, usize)) -> impl Iterator<Item = Link> + '_ {
    let moved = |range: &Range<usize>, by: usize| range.start + by..range.end + by;
    links
        .iter()
        .map(move |link| Link { source: moved(&link.source, source), target: moved(&link.target, target) })
}

/// For each model, the range of the source in its prompt, for [`engine::Request::align`]; empty for a model that splits
/// the source into other tokens than the first model.
pub fn ranges(prompts: &[Located]) -> Vec<Range<usize>> {
    let same = |prompt: &Located| prompts.first().is_some_and(|first| first.pieces == prompt.pieces);
    prompts.iter().map(|prompt| if same(prompt) { prompt.source.clone() } else { 0..0 }).collect()
}

/// Attention between words, (target word, source word): the sum over their tokens.
fn word_attention(
    (source, from): (&Pieces, &[Range<usize>]),
    (target, to): (&Pieces, &[Range<usize>]),
    attention: &[Vec<f32>],
) -> Vec<Vec<f32>> {
    let word_of = |words: &[Range<usize>], piece: &Range<usize>| {
        let index = words.partition_point(|word| word.end <= piece.start);
        words.get(index).is_some_and(|word| word.start < piece.end).then_some(index)
    };
    let source_words: Vec<Option<usize>> = source.ranges.iter().map(|piece| word_of(from, piece)).collect();
    let mut sums = vec![vec![0.0; from.len()]; to.len()];
    for (piece, row) in target.ranges.iter().zip(attention) {
        let Some(sum) = word_of(to, piece).and_then(|word| sums.get_mut(word)) else { continue };
        for (word, share) in source_words.iter().zip(row) {
            if let Some(sum) = word.and_then(|word| sum.get_mut(word)) {
                *sum += share;
            }
        }
    }
    sums
}

/// For each target word, the source word with the largest attention, divided by the source word's mean attention to the
/// power of [`MEAN_EXPONENT`], so that a word that all words attend to (often the first) counts for less.
fn best_sources(sums: &[Vec<f32>]) -> Vec<Option<usize>> {
    let columns = sums.first().map_or(0, Vec::len);
    let column = |index: usize| sums.iter().filter_map(move |row| row.get(index)).sum::<f32>();
    let common: Vec<f32> = (0..columns)
        .map(|index| (column(index) / sums.len() as f32).max(f32::MIN_POSITIVE).powf(MEAN_EXPONENT))
        .collect();
    let most = |row: &Vec<f32>| {
        let shares = row.iter().zip(&common).map(|(share, common)| share / common).enumerate();
        let (index, share) = shares.rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (share > 0.0).then_some(index)
    };
    sums.iter().map(most).collect()
}

/// For each target word, the equal source word, if both occur equally often: the first is linked to the first. Numbers
/// are compared by their digits. Short words are left out, since they are often equal by chance («die»).
fn equal_words(
    (source, from): (&str, &[Range<usize>]),
    (target, to): (&str, &[Range<usize>]),
) -> Vec<Option<usize>> {
    let key = |word: &str| {
        let digits: String = word.chars().filter(|c| c.is_numeric()).collect();
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        match (digits.is_empty(), letters) {
            (false, 0) => Some(digits),
            (false, _) | (true, 4..) => Some(word.to_lowercase()),
            (true, _) => None,
        }
    };
    let positions = |text: &str, words: &[Range<usize>]| {
        let mut positions: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, word) in words.iter().enumerate() {
            if let Some(key) = text.get(word.clone()).and_then(key) {
                positions.entry(key).or_default().push(index);
            }
        }
        positions
    };
    let sources = positions(source, from);
    let mut equal = vec![None; to.len()];
    for (key, targets) in positions(target, to) {
        let same = sources.get(&key).filter(|sources| sources.len() == targets.len());
        for (target, source) in targets.into_iter().zip(same.into_iter().flatten()) {
            equal[target] = Some(*source);
        }
    }
    equal
}

/// For each target word, the source word at the same relative position between the surrounding equal words.
fn in_order(equal: &[Option<usize>], sources: usize, targets: usize) -> Vec<Option<usize>> {
    let mut placed = vec![None; targets];
    let mut from = (0, 0);
    let anchors = equal.iter().enumerate().filter_map(|(target, source)| Some((target, (*source)?)));
    for (target, source) in anchors.chain([(targets, sources)]) {
        // Skips an anchor that crosses an earlier one.
        if source < from.1 {
            continue;
        }
        let (there, here) = (source - from.1, target.saturating_sub(from.0));
        for (step, source) in placed.iter_mut().skip(from.0).take(here).enumerate() {
            *source = (there > 0).then(|| from.1 + (2 * step + 1) * there / (2 * here));
        }
        from = (target + 1, source + 1);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text whose tokens are its words with the preceding space.
    fn pieces(text: &str) -> Pieces {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (at, _) in text.match_indices(' ').chain([(text.len(), "")]) {
            ranges.push(ranges.last().map_or(0, |last| last.end)..at);
        }
        Pieces { text: text.to_owned(), ranges }
    }

    fn linked(source: &str, target: &str, attention: &[Vec<f32>]) -> Vec<(String, String)> {
        let (source, target) = (pieces(source), pieces(target));
        links(&source, &target, attention)
            .into_iter()
            .map(|link| (target.text[link.target].to_owned(), source.text[link.source].to_owned()))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn a_word_is_linked_to_the_largest_attention() {
        let attention = [vec![0.1, 0.2, 0.6], vec![0.0, 0.0, 0.0], vec![0.5, 0.2, 0.1]];
        let got = linked("Ich singe gern", "Gladly do I", &attention);
        assert_eq!(got, pairs(&[("Gladly", "gern"), ("I", "Ich")]));
    }

    #[test]
    fn the_attention_of_a_words_tokens_adds_up_and_punctuation_is_ignored() {
        let source = Pieces { text: "ab cd.".to_owned(), ranges: vec![0..1, 1..2, 2..4, 4..5, 5..6] };
        let target = Pieces { text: "wxyz!".to_owned(), ranges: vec![0..2, 2..4, 4..5] };
        let attention =
            [vec![0.1, 0.0, 0.2, 0.0, 0.7], vec![0.2, 0.1, 0.1, 0.0, 0.6], vec![0.0, 0.0, 0.0, 0.0, 1.0]];
        assert_eq!(links(&source, &target, &attention), [Link { source: 0..2, target: 0..4 }]);
    }

    #[test]
    fn equal_words_and_numbers_are_linked_regardless_of_attention() {
        let attention = vec![vec![1.0, 0.0, 0.0]; 3];
        let got = linked("München zahlt 300.000", "300,000 by münchen", &attention);
        assert_eq!(got, pairs(&[("300,000", "300.000"), ("by", "München"), ("münchen", "München")]));
        // Equal by chance, or not equally often.
        assert_eq!(linked("die Band", "they die", &[vec![0.0, 1.0], vec![0.0, 1.0]])[1].1, "Band");
        assert_eq!(linked("7 oder 7", "7", &[vec![0.0, 1.0, 0.0]]), pairs(&[("7", "oder")]));
    }

    #[test]
    fn without_attention_words_are_linked_in_order_between_equal_ones() {
        let got = linked("Am Montag kam Peter nach Berlin", "Peter came on to Berlin", &[]);
        let expected =
            [("Peter", "Peter"), ("came", "nach"), ("on", "nach"), ("to", "nach"), ("Berlin", "Berlin")];
        assert_eq!(got, pairs(&expected));
        assert_eq!(linked("", "a", &[]), []);
        assert_eq!(linked("a b", "c d", &[]), pairs(&[("c", "a"), ("d", "b")]));
    }
}
