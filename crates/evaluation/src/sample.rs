//! A draw of lines that a seed repeats.

use crate::random::Pcg64;

/// The places of `count` of `lines` lines, or of all where there are fewer, in rising order. Each set of them is equally
/// likely; a seed draws the same ones on every platform.
pub fn sample(lines: u32, count: u32, seed: u64) -> Vec<usize> {
    let mut generator = Pcg64::new(seed);
    let mut places: Vec<usize> = (0..lines as usize).collect();
    let count = count.min(lines);
    for at in 0..count {
        places.swap(at as usize, (at + generator.below(lines - at)) as usize);
    }
    places.truncate(count as usize);
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_repeats_and_has_no_line_twice() {
        let drawn = sample(1000, 50, 7);
        assert_eq!(drawn, sample(1000, 50, 7));
        assert_ne!(drawn, sample(1000, 50, 8));
        assert!(drawn.windows(2).all(|two| two[0] < two[1]) && drawn.len() == 50 && drawn[49] < 1000);
        assert_eq!(sample(5, 50, 7), [0, 1, 2, 3, 4]);
        assert_eq!(sample(0, 3, 7), [0; 0]);
    }

    #[test]
    fn every_line_is_as_likely_as_any_other() {
        let mut hits = [0; 10];
        (0..2000).flat_map(|seed| sample(10, 3, seed)).for_each(|place| hits[place] += 1);
        // 600 each; the standard deviation is 20.5.
        assert!(hits.iter().all(|hits| (500..700).contains(hits)), "{hits:?}");
    }
}
