//! Searches the weights of a sum. Greedy decoding depends only on which token's sum is the largest, so a common factor
//! changes nothing: the search covers normalized weights in sixteenths.

/// Each model's weight, in units of 1 / [`WHOLE`].
pub type Shares = Vec<u32>;

/// The sum of all shares.
pub const WHOLE: u32 = 16;

/// Steps of the search: a grid of quarters, then eighths and sixteenths around the best.
const COARSE: u32 = 4;
const FINE: [u32; 2] = [2, 1];

/// Finds the best shares of `models` models: of the grid of quarters, which includes each model alone; then of the best one
/// and its neighbours (one step moved from one model to another) until none is better, in eighths and then in sixteenths.
/// `best_of` chooses among candidates, and another than the first only if that is better.
///
/// # Errors
/// The first of `best_of`.
pub fn search<E>(
    models: usize,
    mut best_of: impl FnMut(&[Shares]) -> Result<Option<Shares>, E>,
) -> Result<Option<Shares>, E> {
    let scaled = |shares: Shares| shares.into_iter().map(|share| share * COARSE).collect();
    let coarse: Vec<Shares> = grid(models, WHOLE / COARSE).into_iter().map(scaled).collect();
    let mut best = best_of(&coarse)?;
    for step in FINE {
        while let Some(from) = best.clone() {
            let around: Vec<Shares> = std::iter::once(from.clone()).chain(neighbours(&from, step)).collect();
            best = best_of(&around)?;
            if best.as_ref() == Some(&from) {
                break;
            }
        }
    }
    Ok(best)
}

/// The best of `candidates` by successive halving: on each rung, which has more lines than the one before, all that are left
/// are scored and the better half stays (Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and
/// Hyperparameter Optimization"). The first candidate stays to the last rung and wins against equals.
///
/// # Errors
/// The first of `score`, which gets a candidate and a rung.
pub fn halve<C: Clone, E>(
    candidates: &[C],
    rungs: usize,
    mut score: impl FnMut(&C, usize) -> Result<f64, E>,
) -> Result<Option<C>, E> {
    let mut left: Vec<(usize, &C)> = candidates.iter().enumerate().collect();
    for rung in 0..rungs {
        let mut scored = Vec::with_capacity(left.len());
        for (place, candidate) in left {
            scored.push((score(candidate, rung)?, place, candidate));
        }
        // A stable sort keeps the order of equal scores.
        scored.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        let is_last = rung + 1 == rungs;
        let kept = if is_last { 1 } else { scored.len().div_ceil(2) };
        let stays =
            |(rank, (_, place, _)): &(usize, (f64, usize, &C))| *rank < kept || (*place == 0 && !is_last);
        left = scored.into_iter().enumerate().filter(stays).map(|(_, (_, place, c))| (place, c)).collect();
        left.sort_by_key(|(place, _)| *place);
    }
    Ok(left.first().map(|(_, candidate)| (*candidate).clone()))
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

    fn certain<T>(found: Result<T, Infallible>) -> T {
        found.unwrap_or_else(|never| match never {})
    }

    /// The result of a search whose scores are known exactly, and what was scored.
    fn found(models: usize, peak: &[f64]) -> (Shares, Vec<Shares>) {
        let mut scored = Vec::new();
        let score = |shares: &Shares| -> f64 {
            assert_eq!(shares.iter().sum::<u32>(), WHOLE);
            -shares.iter().zip(peak).map(|(share, peak)| (f64::from(*share) - peak).powi(2)).sum::<f64>()
        };
        let best = certain(search(models, |candidates| {
            halve(candidates, 3, |shares, _| {
                scored.push(shares.clone());
                Ok(score(shares))
            })
        }));
        scored.sort();
        scored.dedup();
        (best.expect("candidates"), scored)
    }

    #[test]
    fn the_only_maximum_is_found() {
        for peak in [[9.0, 4.0, 3.0], [1.0, 15.0, 0.0], [16.0, 0.0, 0.0], [5.0, 5.0, 6.0]] {
            let (best, scored) = found(3, &peak);
            assert_eq!(best, peak.map(|share| share as u32));
            assert!(scored.len() <= 45, "{} of 153", scored.len());
        }
        assert_eq!(found(2, &[11.0, 5.0]).0, [11, 5]);
    }

    #[test]
    fn each_model_alone_and_the_half_sum_are_scored() {
        let (_, scored) = found(3, &[8.0, 4.0, 4.0]);
        for corner in [[16, 0, 0], [0, 16, 0], [0, 0, 16], [8, 4, 4]] {
            assert!(scored.contains(&corner.to_vec()), "{corner:?}");
        }
    }

    #[test]
    fn equal_scores_select_the_most_even_shares() {
        let flat = certain(search(3, |candidates| halve(candidates, 2, |_, _| Ok::<_, Infallible>(1.0))));
        assert_eq!(flat.expect("candidates").iter().max(), Some(&8));
    }

    #[test]
    fn every_rung_halves_and_the_first_candidate_stays() {
        // Larger is better, but on the first rung the best looks bad.
        let mut rungs = vec![Vec::new(); 3];
        let best = certain(halve(&[0, 1, 2, 3, 4, 5, 6, 7], 3, |&candidate, rung| {
            rungs[rung].push(candidate);
            Ok::<_, Infallible>(if rung == 0 && candidate == 7 { -1.0 } else { f64::from(candidate) })
        }));
        assert_eq!(
            (best, rungs[1].clone(), rungs[2].clone()),
            (Some(6), vec![0, 3, 4, 5, 6], vec![0, 4, 5, 6])
        );
        assert_eq!(rungs[0].len(), 8);
        let wrong = |first: f64| {
            move |&at: &usize, rung| Ok::<_, Infallible>(if at == 0 && rung == 2 { first } else { at as f64 })
        };
        assert_eq!(certain(halve(&[0, 1, 2], 3, wrong(9.0))), Some(0), "bad at first, best on all lines");
        assert_eq!(certain(halve(&[0, 1, 2], 3, wrong(2.0))), Some(0), "wins against an equal");
        assert_eq!(certain(halve(&[0, 1, 2], 3, wrong(1.9))), Some(2));
        assert_eq!(certain(halve(&[0_usize; 0], 3, wrong(0.0))), None);
    }

    #[test]
    fn an_error_ends_it() {
        assert_eq!(search(3, |_| Err::<Option<Shares>, _>("stopped")), Err("stopped"));
        assert_eq!(halve(&[1], 2, |_, _| Err("stopped")), Err::<Option<i32>, _>("stopped"));
    }
}
