//! Which words of a sentence and its translation belong together: from what the answer's tokens looked at, and from
//! words that stand in both as they are.
//!
//! A target word goes to the source word that its tokens together looked at most; marks are no words, so what looks
//! at a full stop when it has nothing to look at (as attention does) counts for nothing. Numbers, addresses and names
//! that are equal on both sides go together whatever was looked at.

mod heads;
mod marked;
mod words;

use std::collections::HashMap;
use std::ops::Range;

use documents::Link;
use model_files::Tokenizer;

pub use heads::{HeadScore, PickedHeads, align_model, pick_heads};
pub use marked::{Marked, MarkedPair, STARTING_PAIRS};
pub use words::words;

use crate::error::Result;
use crate::prompt::Located;

// Chosen on the pairs that heads are picked with: of their spans 82 and 85 % (German to English and back) come out whole
// instead of 76 and 79 %; anything from 0.5 to 1 does nearly as well.
const COMMON: f32 = 0.7;

/// A text and the bytes that each of its tokens stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// The text.
    pub text: String,
    /// One range a token; empty for a token that adds no character.
    pub ranges: Vec<Range<usize>>,
}

impl Pieces {
    /// The text of an answer's tokens without blanks around it, and where each token stands in it.
    ///
    /// # Errors
    /// When an id is unknown to the tokenizer.
    pub fn of_answer(tokenizer: &Tokenizer, ids: &[u32]) -> Result<Self> {
        let mut ends = Vec::with_capacity(ids.len());
        let mut text = String::new();
        for length in 1..=ids.len() {
            text = tokenizer.decode(&ids[..length])?;
            // Bytes of a character that is not whole yet.
            ends.push(text.trim_end_matches('\u{fffd}').len());
        }
        let blank = text.len() - text.trim_start().len();
        let text = text.trim().to_owned();
        let end = |place: usize| ends.get(place).map_or(0, |end| end.saturating_sub(blank).min(text.len()));
        let range = |place: usize| match place.checked_sub(1) {
            Some(before) => end(before).min(end(place))..end(place),
            None => 0..end(place),
        };
        Ok(Self { ranges: (0..ids.len()).map(range).collect(), text })
    }
}

/// The words of a translation with the words that they came from, in the order of the translation. `attention` has
/// what each target token looked at, (target token, source token); without it only words that are equal on both sides
/// are sure, and those between them are taken to stand in the same order.
pub fn links(source: &Pieces, target: &Pieces, attention: &[Vec<f32>]) -> Vec<Link> {
    let (from, to) = (words(&source.text, &source.ranges), words(&target.text, &target.ranges));
    let equal = equal_words((&source.text, &from), (&target.text, &to));
    let others = match attention.is_empty() {
        true => in_order(&equal, from.len(), to.len()),
        false => most_looked_at(&looked_at((source, &from), (target, &to), attention)),
    };
    let chosen = equal.iter().zip(others).map(|(equal, other)| equal.or(other));
    let linked = chosen.zip(&to).filter_map(|(place, target)| Some((from.get(place?)?, target)));
    linked.map(|(source, target)| Link { source: source.clone(), target: target.clone() }).collect()
}

/// [`links`] of texts of which only the letters are known.
pub(crate) fn links_by_letters(source: &str, target: &str) -> Vec<Link> {
    let pieces = |text: &str| Pieces {
        ranges: text.char_indices().map(|(at, c)| at..at + c.len_utf8()).collect(),
        text: text.to_owned(),
    };
    links(&pieces(source), &pieces(target), &[])
}

/// Links of texts that stand at these bytes of longer ones.
pub(crate) fn moved(links: &[Link], (source, target): (usize, usize)) -> impl Iterator<Item = Link> + '_ {
    let moved = |range: &Range<usize>, by: usize| range.start + by..range.end + by;
    links
        .iter()
        .map(move |link| Link { source: moved(&link.source, source), target: moved(&link.target, target) })
}

/// Where each model is to look for the source, as [`engine::Request::align`] has it, given its prompt with the source
/// located. A model that cuts the source into other tokens than the first one is left out.
pub fn ranges(prompts: &[Located]) -> Vec<Range<usize>> {
    let same = |prompt: &Located| prompts.first().is_some_and(|first| first.pieces == prompt.pieces);
    prompts.iter().map(|prompt| if same(prompt) { prompt.source.clone() } else { 0..0 }).collect()
}

/// How much each target word looked at each source word, (target word, source word): the sum over their tokens.
fn looked_at(
    (source, from): (&Pieces, &[Range<usize>]),
    (target, to): (&Pieces, &[Range<usize>]),
    attention: &[Vec<f32>],
) -> Vec<Vec<f32>> {
    let word_of = |words: &[Range<usize>], piece: &Range<usize>| {
        let place = words.partition_point(|word| word.end <= piece.start);
        words.get(place).is_some_and(|word| word.start < piece.end).then_some(place)
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

/// For each target word, the source word that it looked at most, where what all words look at (a sentence's first word,
/// often) counts for less: a share is measured by the mean of its source word to the power of [`COMMON`].
fn most_looked_at(sums: &[Vec<f32>]) -> Vec<Option<usize>> {
    let columns = sums.first().map_or(0, Vec::len);
    let column = |place: usize| sums.iter().filter_map(move |row| row.get(place)).sum::<f32>();
    let common: Vec<f32> = (0..columns)
        .map(|place| (column(place) / sums.len() as f32).max(f32::MIN_POSITIVE).powf(COMMON))
        .collect();
    let most = |row: &Vec<f32>| {
        let shares = row.iter().zip(&common).map(|(share, common)| share / common).enumerate();
        let (place, share) = shares.rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (share > 0.0).then_some(place)
    };
    sums.iter().map(most).collect()
}

/// For each target word, the source word that is equal to it, where both stand equally often: the first belongs to
/// the first. Numbers are equal by their digits. Short words are often equal by chance («die»), so they do not count.
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
    let places = |text: &str, words: &[Range<usize>]| {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, word) in words.iter().enumerate() {
            if let Some(key) = text.get(word.clone()).and_then(key) {
                places.entry(key).or_default().push(place);
            }
        }
        places
    };
    let sources = places(source, from);
    let mut equal = vec![None; to.len()];
    for (key, targets) in places(target, to) {
        let same = sources.get(&key).filter(|sources| sources.len() == targets.len());
        for (target, source) in targets.into_iter().zip(same.into_iter().flatten()) {
            equal[target] = Some(*source);
        }
    }
    equal
}

/// For each target word, the source word that stands as far between the equal words around both.
fn in_order(equal: &[Option<usize>], sources: usize, targets: usize) -> Vec<Option<usize>> {
    let mut placed = vec![None; targets];
    let mut from = (0, 0);
    let anchors = equal.iter().enumerate().filter_map(|(target, source)| Some((target, (*source)?)));
    for (target, source) in anchors.chain([(targets, sources)]) {
        // An anchor that crosses one before says nothing of the order.
        if source < from.1 {
            continue;
        }
        let (there, here) = (source - from.1, target.saturating_sub(from.0));
        for (step, place) in placed.iter_mut().skip(from.0).take(here).enumerate() {
            *place = (there > 0).then(|| from.1 + (2 * step + 1) * there / (2 * here));
        }
        from = (target + 1, source + 1);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text whose tokens are its words with the blanks before them.
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
    fn a_word_goes_to_what_it_looked_at_most() {
        let attention = [vec![0.1, 0.2, 0.6], vec![0.0, 0.0, 0.0], vec![0.5, 0.2, 0.1]];
        let got = linked("Ich singe gern", "Gladly do I", &attention);
        assert_eq!(got, pairs(&[("Gladly", "gern"), ("I", "Ich")]));
    }

    #[test]
    fn the_tokens_of_a_word_look_together_and_marks_do_not_count() {
        let source = Pieces { text: "ab cd.".to_owned(), ranges: vec![0..1, 1..2, 2..4, 4..5, 5..6] };
        let target = Pieces { text: "wxyz!".to_owned(), ranges: vec![0..2, 2..4, 4..5] };
        let attention =
            [vec![0.1, 0.0, 0.2, 0.0, 0.7], vec![0.2, 0.1, 0.1, 0.0, 0.6], vec![0.0, 0.0, 0.0, 0.0, 1.0]];
        assert_eq!(links(&source, &target, &attention), [Link { source: 0..2, target: 0..4 }]);
    }

    #[test]
    fn equal_words_and_numbers_go_together_whatever_was_looked_at() {
        let attention = vec![vec![1.0, 0.0, 0.0]; 3];
        let got = linked("München zahlt 300.000", "300,000 by münchen", &attention);
        assert_eq!(got, pairs(&[("300,000", "300.000"), ("by", "München"), ("münchen", "München")]));
        // Equal by chance, or not equally often.
        assert_eq!(linked("die Band", "they die", &[vec![0.0, 1.0], vec![0.0, 1.0]])[1].1, "Band");
        assert_eq!(linked("7 oder 7", "7", &[vec![0.0, 1.0, 0.0]]), pairs(&[("7", "oder")]));
    }

    #[test]
    fn without_attention_words_stand_in_order_between_equal_ones() {
        let got = linked("Am Montag kam Peter nach Berlin", "Peter came on to Berlin", &[]);
        let expected =
            [("Peter", "Peter"), ("came", "nach"), ("on", "nach"), ("to", "nach"), ("Berlin", "Berlin")];
        assert_eq!(got, pairs(&expected));
        assert_eq!(linked("", "a", &[]), []);
        assert_eq!(linked("a b", "c d", &[]), pairs(&[("c", "a"), ("d", "b")]));
    }
}
