//! The search for weights. Greedy decoding asks only which token's sum is the largest, so a factor changes nothing: what
//! there is to search are shares, here sixteenths that add up to one.

use std::collections::BTreeSet;

/// A model's share is this many of [`WHOLE`].
pub type Shares = Vec<u32>;

/// All shares together.
pub const WHOLE: u32 = 16;

/// Steps of the search: quarters everywhere, then eighths and sixteenths around the best.
const COARSE: u32 = 4;
const FINE: [u32; 2] = [2, 1];

/// Asks for the score of shares of so many models: of every mix in quarters, each model alone among them; then of the
/// neighbours of the best (a step given from one model to another) until none is better, in eighths and in sixteenths.
/// Returns all that was asked, the best first; of two equally good ones, the one asked earlier.
///
/// # Errors
/// The first of `score`.
pub fn search<E>(
    models: usize,
    mut score: impl FnMut(&[u32]) -> Result<f64, E>,
) -> Result<Vec<(Shares, f64)>, E> {
    let mut known = Known { asked: BTreeSet::new(), order: Vec::new() };
    for shares in mixes(models, WHOLE / COARSE) {
        let shares: Shares = shares.into_iter().map(|share| share * COARSE).collect();
        known.ask(shares, &mut score)?;
    }
    for step in FINE {
        while let Some(best) = known.best() {
            for shares in neighbours(&best, step) {
                known.ask(shares, &mut score)?;
            }
            if known.best().as_ref() == Some(&best) {
                break;
            }
        }
    }
    let mut found = known.order;
    // Stable: what was asked earlier stays before its equals.
    found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    Ok(found)
}

struct Known {
    asked: BTreeSet<Shares>,
    order: Vec<(Shares, f64)>,
}

impl Known {
    fn ask<E>(&mut self, shares: Shares, score: &mut impl FnMut(&[u32]) -> Result<f64, E>) -> Result<(), E> {
        if self.asked.insert(shares.clone()) {
            let value = score(&shares)?;
            self.order.push((shares, value));
        }
        Ok(())
    }

    fn best(&self) -> Option<Shares> {
        let mut best: Option<&(Shares, f64)> = None;
        for candidate in &self.order {
            if best.is_none_or(|(_, score)| candidate.1 > *score) {
                best = Some(candidate);
            }
        }
        best.map(|(shares, _)| shares.clone())
    }
}

/// Every way to divide `whole` among so many models, the most even first: what is likely good is known early.
fn mixes(models: usize, whole: u32) -> Vec<Shares> {
    let mut all: Vec<Shares> = vec![Vec::new()];
    for at in 0..models {
        let last = at + 1 == models;
        let longer = |shares: Shares| {
            let left = whole - shares.iter().sum::<u32>();
            let choices = if last { left..=left } else { 0..=left };
            choices.map(move |share| shares.iter().copied().chain([share]).collect::<Shares>())
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all.sort_by_key(|shares| shares.iter().map(|share| share * share).sum::<u32>());
    all
}

fn neighbours(shares: &[u32], step: u32) -> Vec<Shares> {
    let mut all = Vec::new();
    for from in (0..shares.len()).filter(|&from| shares[from] >= step) {
        for to in (0..shares.len()).filter(|&to| to != from) {
            let mut moved = shares.to_vec();
            moved[from] -= step;
            moved[to] += step;
            all.push(moved);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn found(models: usize, peak: &[f64]) -> Vec<(Shares, f64)> {
        let score = |shares: &[u32]| -> Result<f64, Infallible> {
            assert_eq!(shares.iter().sum::<u32>(), WHOLE);
            Ok(-shares.iter().zip(peak).map(|(share, peak)| (f64::from(*share) - peak).powi(2)).sum::<f64>())
        };
        search(models, score).unwrap_or_else(|never| match never {})
    }

    #[test]
    fn one_hill_is_climbed_to_its_top() {
        for peak in [[9.0, 4.0, 3.0], [1.0, 15.0, 0.0], [16.0, 0.0, 0.0], [5.0, 5.0, 6.0]] {
            let found = found(3, &peak);
            assert_eq!(found[0].0, peak.map(|share| share as u32));
            assert!(found.windows(2).all(|two| two[0].1 >= two[1].1));
            assert!(found.len() <= 45, "{} of 153", found.len());
        }
        assert_eq!(found(2, &[11.0, 5.0])[0].0, [11, 5]);
    }

    #[test]
    fn each_model_alone_and_the_half_sum_are_asked_and_nothing_twice() {
        let mut asked: Vec<Shares> =
            found(3, &[8.0, 4.0, 4.0]).into_iter().map(|(shares, _)| shares).collect();
        for corner in [[16, 0, 0], [0, 16, 0], [0, 0, 16], [8, 4, 4]] {
            assert!(asked.contains(&corner.to_vec()), "{corner:?}");
        }
        let count = asked.len();
        asked.sort();
        asked.dedup();
        assert_eq!(asked.len(), count);
    }

    #[test]
    fn on_a_plain_the_evenest_mix_is_taken() {
        let flat = search(3, |_| Ok::<_, Infallible>(1.0)).unwrap_or_else(|never| match never {});
        assert_eq!(flat[0].0.iter().max(), Some(&8));
    }

    #[test]
    fn an_error_ends_it() {
        assert_eq!(search(3, |_| Err::<f64, _>("stopped")), Err("stopped"));
    }
}
