//! Reproducible sampling without replacement, from a list or from a stream too long for memory.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;

/// A random sample without replacement. [`Corpus::sample`](crate::Corpus::sample) of everything that is read selects
/// the same sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Random seed: the same seed selects the same sentences of the same files.
    pub seed: u64,
    /// Sentences to select; all if there are fewer.
    pub count: usize,
}

/// Samples `count` of the items offered, each subset equally likely.
///
/// The i-th item gets the i-th number of ChaCha8 seeded with `seed`, and the items with the lowest numbers are
/// selected. The result is therefore the same on every platform and for a stream, and the first k of a sample of n are
/// the sample of k. The item's index breaks the (almost impossible) tie.
pub(crate) struct Sampler<T> {
    numbers: ChaCha8Rng,
    offered: u64,
    count: usize,
    selected: BTreeMap<(u64, u64), T>,
}

impl<T> Sampler<T> {
    pub fn new(seed: u64, count: usize) -> Self {
        Self { numbers: ChaCha8Rng::seed_from_u64(seed), offered: 0, count, selected: BTreeMap::new() }
    }

    /// Offers the next item, which `make` creates only if it is selected for now.
    ///
    /// Returns whether it is, and the item that it replaces.
    pub fn offer(&mut self, make: impl FnOnce() -> T) -> (bool, Option<T>) {
        let rank = (self.numbers.next_u64(), self.offered);
        self.offered += 1;
        if self.selected.len() < self.count {
            self.selected.insert(rank, make());
            return (true, None);
        }
        if self.selected.last_key_value().is_none_or(|(last, _)| rank > *last) {
            return (false, None);
        }
        let (_, replaced) = self.selected.pop_last().unzip();
        self.selected.insert(rank, make());
        (true, replaced)
    }

    /// The selected items in random order.
    pub fn finish(self) -> impl Iterator<Item = T> {
        self.selected.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seed: u64, count: usize, of: u32) -> Vec<u32> {
        let mut sampler = Sampler::new(seed, count);
        for item in 0..of {
            sampler.offer(|| item);
        }
        sampler.finish().collect()
    }

    #[test]
    fn samples_never_change() {
        // From this crate itself: another sample would silently change every training run that was recorded.
        assert_eq!(sample(7, 5, 100), GOLDEN);
        assert_eq!(sample(7, 2, 100), GOLDEN[..2], "the first of a sample are a sample");
        assert_ne!(sample(8, 5, 100), GOLDEN);
    }
    const GOLDEN: [u32; 5] = [80, 79, 22, 37, 47];

    #[test]
    fn nothing_is_selected_twice_and_a_large_sample_takes_all() {
        let mut all = sample(1, 1000, 300);
        assert_ne!(all, (0..300).collect::<Vec<_>>(), "the order is random");
        all.sort_unstable();
        assert_eq!(all, (0..300).collect::<Vec<_>>());
        assert_eq!(sample(1, 0, 300), []);
    }

    #[test]
    fn every_index_is_as_likely_as_any_other() {
        let mut hits = [0u32; 10];
        (0..2000).for_each(|seed| sample(seed, 3, 10).into_iter().for_each(|i| hits[i as usize] += 1));
        // 2,000 samples of 3 in 10: 600 each; the standard deviation is 20.5.
        assert!(hits.iter().all(|&n| (500..700).contains(&n)), "{hits:?}");
    }
}
