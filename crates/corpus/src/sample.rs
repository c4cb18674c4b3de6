//! A draw without replacement that a seed repeats, from a list or from a stream too long to hold.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;

/// A draw without replacement; [`Corpus::sample`] of all that is read draws the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The same seed draws the same sentences of the same files.
    pub seed: u64,
    /// Sentences to draw; all where there are fewer.
    pub count: usize,
}

/// Draws `count` things of those offered, each set of them equally likely.
///
/// The i-th thing offered gets the i-th number of ChaCha8 seeded with `seed`, and the lowest numbers win; so the same
/// things are drawn whether they are streamed or not, on every platform, and the first k of a draw of n are the draw
/// of k. The thing's place breaks the (next to impossible) tie.
pub(crate) struct Sampler<T> {
    numbers: ChaCha8Rng,
    offered: u64,
    count: usize,
    drawn: BTreeMap<(u64, u64), T>,
}

impl<T> Sampler<T> {
    pub fn new(seed: u64, count: usize) -> Self {
        Self { numbers: ChaCha8Rng::seed_from_u64(seed), offered: 0, count, drawn: BTreeMap::new() }
    }

    /// Offers the next thing, made only if it is drawn as far as is known by now.
    ///
    /// Returns whether it was, and the thing that leaves the draw for it.
    pub fn offer(&mut self, make: impl FnOnce() -> T) -> (bool, Option<T>) {
        let place = (self.numbers.next_u64(), self.offered);
        self.offered += 1;
        if self.drawn.len() < self.count {
            self.drawn.insert(place, make());
            return (true, None);
        }
        if self.drawn.last_key_value().is_none_or(|(last, _)| place > *last) {
            return (false, None);
        }
        let (_, left) = self.drawn.pop_last().unzip();
        self.drawn.insert(place, make());
        (true, left)
    }

    /// What was drawn, in an order as random as the choice.
    pub fn finish(self) -> impl Iterator<Item = T> {
        self.drawn.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(seed: u64, count: usize, of: u32) -> Vec<u32> {
        let mut sampler = Sampler::new(seed, count);
        for thing in 0..of {
            sampler.offer(|| thing);
        }
        sampler.finish().collect()
    }

    #[test]
    fn a_draw_is_what_it_was_when_it_was_first_made() {
        // From this crate itself: a draw that changes would silently change every training run that was recorded.
        assert_eq!(draw(7, 5, 100), GOLDEN);
        assert_eq!(draw(7, 2, 100), GOLDEN[..2], "the first of a draw are a draw");
        assert_ne!(draw(8, 5, 100), GOLDEN);
    }
    const GOLDEN: [u32; 5] = [80, 79, 22, 37, 47];

    #[test]
    fn nothing_is_drawn_twice_and_a_large_draw_takes_all() {
        let mut all = draw(1, 1000, 300);
        assert_ne!(all, (0..300).collect::<Vec<_>>(), "the order is random");
        all.sort_unstable();
        assert_eq!(all, (0..300).collect::<Vec<_>>());
        assert_eq!(draw(1, 0, 300), []);
    }

    #[test]
    fn every_place_is_as_likely_as_any_other() {
        let mut hits = [0u32; 10];
        (0..2000).for_each(|seed| draw(seed, 3, 10).into_iter().for_each(|i| hits[i as usize] += 1));
        // 2,000 draws of 3 in 10: 600 each; the standard deviation is 20.5.
        assert!(hits.iter().all(|&n| (500..700).contains(&n)), "{hits:?}");
    }
}
