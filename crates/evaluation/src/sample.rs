//! Reproducible sampling of lines.

use crate::random::Pcg64;

/// The indices of `count` of `lines` lines, or of all if there are fewer, in ascending order. Each subset is equally
/// likely; a seed selects the same lines on every platform.
pub fn sample(lines: u32, count: u32, seed: u64) -> Vec<usize> {
    let mut generator = Pcg64::new(seed);
    let mut indices: Vec<usize> = (0..lines as usize).collect();
    let count = count.min(lines);
    for at in 0..count {
        indices.swap(at as usize, (at + generator.below(lines - at)) as usize);
    }
    indices.truncate(count as usize);
    indices.sort_unstable();
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_reproducible_and_has_no_line_twice() {
        let sampled = sample(1000, 50, 7);
        assert_eq!(sampled, sample(1000, 50, 7));
        assert_ne!(sampled, sample(1000, 50, 8));
        assert!(sampled.windows(2).all(|two| two[0] < two[1]) && sampled.len() == 50 && sampled[49] < 1000);
        assert_eq!(sample(5, 50, 7), [0, 1, 2, 3, 4]);
        assert_eq!(sample(0, 3, 7), [0; 0]);
    }

    #[test]
    fn every_line_is_as_likely_as_any_other() {
        let mut hits = [0; 10];
        (0..2000).flat_map(|seed| sample(10, 3, seed)).for_each(|index| hits[index] += 1);
        // 600 each; the standard deviation is 20.5.
        assert!(hits.iter().all(|hits| (500..700).contains(hits)), "{hits:?}");
    }
}
