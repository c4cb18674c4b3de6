//! Searches the weights of a sum. Greedy decoding depends only on which token's sum is the largest, so a common factor
//! changes nothing: the search covers normalized weights in sixteenths.

use std::collections::BTreeSet;

/// Each model's weight, in units of 1 / [`WHOLE`].
pub type Shares = Vec<u32>;

/// The sum of all shares.
pub const WHOLE: u32 = 16;

/// Steps of the search: a grid of quarters, then eighths and sixteenths around the best.
const COARSE: u32 = 4;
const FINE: [u32; 2] = [2, 1];

/// Scores shares of `models` models: first the grid of quarters, which includes each model alone; then the neighbours of
/// the best (one step moved from one model to another) until none is better, in eighths and then in sixteenths. Returns
/// all scored shares, the best first; equal scores keep the order in which they were scored.
///
/// # Errors
/// The first of `score`.
pub fn search<E>(
    models: usize,
    mut score: impl FnMut(&[u32]) -> Result<f64, E>,
) -> Result<Vec<(Shares, f64)>, E> {
    let mut scores = Scores { seen: BTreeSet::new(), in_order: Vec::new() };
    for shares in grid(models, WHOLE / COARSE) {
        let shares: Shares = shares.into_iter().map(|share| share * COARSE).collect();
        scores.add(shares, &mut score)?;
    }
    for step in FINE {
        while let Some(best) = scores.best() {
            for shares in neighbours(&best, step) {
                scores.add(shares, &mut score)?;
            }
            if scores.best().as_ref() == Some(&best) {
                break;
            }
        }
    }
    let mut found = scores.in_order;
    // A stable sort keeps the order of equal scores.
    found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    Ok(found)
}

struct Scores {
    seen: BTreeSet<Shares>,
    in_order: Vec<(Shares, f64)>,
}

impl Scores {
    fn add<E>(&mut self, shares: Shares, score: &mut impl FnMut(&[u32]) -> Result<f64, E>) -> Result<(), E> {
        if self.seen.insert(shares.clone()) {
            let value = score(&shares)?;
            self.in_order.push((shares, value));
        }
        Ok(())
    }

    fn best(&self) -> Option<Shares> {
        let mut best: Option<&(Shares, f64)> = None;
        for candidate in &self.in_order {
            if best.is_none_or(|(_, score)| candidate.1 > *score) {
                best = Some(candidate);
            }
        }
        best.map(|(shares, _)| shares.clone())
    }
}

/// Every way to divide `whole` among the models, the most even first: these are likely the best.
fn grid(models: usize, whole: u32) -> Vec<Shares> {
    let mut all: Vec<Shares> = vec![Vec::new()];
    for model in 0..models {
        let last = model + 1 == models;
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
    fn the_only_maximum_is_found() {
        for peak in [[9.0, 4.0, 3.0], [1.0, 15.0, 0.0], [16.0, 0.0, 0.0], [5.0, 5.0, 6.0]] {
            let found = found(3, &peak);
            assert_eq!(found[0].0, peak.map(|share| share as u32));
            assert!(found.windows(2).all(|two| two[0].1 >= two[1].1));
            assert!(found.len() <= 45, "{} of 153", found.len());
        }
        assert_eq!(found(2, &[11.0, 5.0])[0].0, [11, 5]);
    }

    #[test]
    fn each_model_alone_and_the_half_sum_are_scored_and_nothing_twice() {
        let mut scored: Vec<Shares> =
            found(3, &[8.0, 4.0, 4.0]).into_iter().map(|(shares, _)| shares).collect();
        for corner in [[16, 0, 0], [0, 16, 0], [0, 0, 16], [8, 4, 4]] {
            assert!(scored.contains(&corner.to_vec()), "{corner:?}");
        }
        let count = scored.len();
        scored.sort();
        scored.dedup();
        assert_eq!(scored.len(), count);
    }

    #[test]
    fn equal_scores_select_the_most_even_shares() {
        let flat = search(3, |_| Ok::<_, Infallible>(1.0)).unwrap_or_else(|never| match never {});
        assert_eq!(flat[0].0.iter().max(), Some(&8));
    }

    #[test]
    fn an_error_ends_it() {
        assert_eq!(search(3, |_| Err::<f64, _>("stopped")), Err("stopped"));
    }
}
