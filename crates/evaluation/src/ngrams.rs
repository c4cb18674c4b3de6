//! Counts n-grams: items are numbers, and n-grams of up to six items are packed into a u128.

use std::collections::HashMap;

/// Bits of one item in a key.
const ITEM_BITS: u32 = 21;
/// The longest n-gram that fits a key.
pub const MAX_ORDER: usize = (u128::BITS / ITEM_BITS) as usize;

/// Number of occurrences of each n-gram.
pub type Counts = HashMap<u128, u64>;

/// The n-grams of `items`, each below 2²¹ − 1 (a character, or the number of a word within a segment, whose length
/// [`crate::limits`] bounds), as keys. Keys of different orders never collide, since no item is packed as zero.
pub fn ngrams(items: &[u32], order: usize) -> impl Iterator<Item = u128> {
    items
        .windows(order)
        .map(|ngram| ngram.iter().fold(0, |key, &item| key << ITEM_BITS | (u128::from(item) + 1)))
}

/// Counts of the n-grams of one order.
pub fn count(items: &[u32], order: usize) -> Counts {
    let mut counts = Counts::with_capacity(items.len());
    for key in ngrams(items, order) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// The number of matching n-grams, each counted with the smaller of its two counts.
pub fn matches(a: &Counts, b: &Counts) -> u64 {
    a.iter().map(|(key, count)| b.get(key).map_or(0, |other| *count.min(other))).sum()
}

/// Assigns numbers to the words of one segment; equal words get equal numbers.
#[derive(Default)]
pub struct Words<'a>(HashMap<&'a str, u32>);

impl<'a> Words<'a> {
    /// The number of each word.
    pub fn numbers(&mut self, words: impl Iterator<Item = &'a str>) -> Vec<u32> {
        words
            .map(|word| {
                let next = self.0.len() as u32;
                *self.0.entry(word).or_insert(next)
            })
            .collect()
    }
}
