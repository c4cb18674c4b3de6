//! Significance tests: bootstrap resampling (Koehn 2004) and approximate randomization (Riezler and Maxwell 2005) as in
//! SacreBLEU, with the random numbers of NumPy for the same seed.

use crate::error::{Error, Result};
use crate::metric::{Metric, Statistics, add};
use crate::random::Pcg64;

/// SacreBLEU's seed.
pub const SEED: u64 = 12345;

/// Confidence interval of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// Mean over the resamples.
    pub mean: f64,
    /// Half the width of the interval that holds 95 % of them.
    pub margin: f64,
}

/// A system compared with a baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Probability of a difference of at least this size, in either direction, by chance.
    pub p_value: f64,
    /// The system's own score.
    pub system: Confidence,
}

/// The confidence interval of a score over `resamples` (at least 1) test sets resampled from this one.
pub fn bootstrap(metric: &dyn Metric, statistics: &Statistics, resamples: usize, seed: u64) -> Confidence {
    confidence(
        resampled(metric, &[statistics], resamples, seed).into_iter().map(|scores| scores[0]).collect(),
    )
}

/// Paired bootstrap resampling: both systems are scored on the same resampled test sets.
pub fn paired_bootstrap(
    metric: &dyn Metric,
    baseline: &Statistics,
    system: &Statistics,
    resamples: usize,
    seed: u64,
) -> Result<Comparison> {
    let difference = difference(metric, baseline, system)?;
    let scores = resampled(metric, &[baseline, system], resamples, seed);
    let differences: Vec<f64> = scores.iter().map(|pair| (pair[1] - pair[0]).abs()).collect();
    let mean = mean(&differences);
    let p_value = p_value(differences.iter().map(|sample| sample - mean), difference);
    Ok(Comparison { p_value, system: confidence(scores.into_iter().map(|pair| pair[1]).collect()) })
}

/// Paired approximate randomization: the p-value is the share of trials in which systems with randomly exchanged
/// sentences differ by more than the real ones.
pub fn approximate_randomization(
    metric: &dyn Metric,
    baseline: &Statistics,
    system: &Statistics,
    trials: usize,
    seed: u64,
) -> Result<f64> {
    let difference = difference(metric, baseline, system)?;
    let mut generator = Pcg64::new(seed);
    let mut coins = generator.coins();
    let samples = std::iter::repeat_with(|| {
        let (mut a, mut b) = (vec![0; system.width()], vec![0; system.width()]);
        for ((baseline, system), keep) in baseline.rows().zip(system.rows()).zip(&mut coins) {
            add(&mut a, if keep { baseline } else { system });
            add(&mut b, if keep { system } else { baseline });
        }
        (metric.score_of(&a) - metric.score_of(&b)).abs()
    });
    Ok(p_value(samples.take(trials), difference))
}

fn difference(metric: &dyn Metric, baseline: &Statistics, system: &Statistics) -> Result<f64> {
    if (baseline.segments(), baseline.width()) != (system.segments(), system.width()) {
        return Err(Error::DifferentSegments);
    }
    Ok((metric.score_of(&baseline.sums()) - metric.score_of(&system.sums())).abs())
}

/// Scores of each system on each resample: (resample, system).
fn resampled<const N: usize>(
    metric: &dyn Metric,
    systems: &[&Statistics; N],
    resamples: usize,
    seed: u64,
) -> Vec<[f64; N]> {
    let segments = systems[0].segments() as u32;
    let mut generator = Pcg64::new(seed);
    (0..resamples)
        .map(|_| {
            let mut sums = systems.map(|system| vec![0; system.width()]);
            for _ in 0..segments {
                let segment = generator.below(segments) as usize;
                for (sums, system) in sums.iter_mut().zip(systems) {
                    add(sums, system.row(segment));
                }
            }
            sums.map(|sums| metric.score_of(&sums))
        })
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn confidence(mut scores: Vec<f64>) -> Confidence {
    scores.sort_by(f64::total_cmp);
    let lower = scores.len() / 40;
    let margin = match (scores.get(lower), scores.iter().rev().nth(lower)) {
        (Some(lower), Some(upper)) => (upper - lower) / 2.0,
        _ => 0.0,
    };
    Confidence { mean: mean(&scores), margin }
}

/// The share of samples above the real difference; the real one counts as a sample (Phipson and Smyth 2010).
fn p_value(samples: impl Iterator<Item = f64>, difference: f64) -> f64 {
    let (beyond, all) =
        samples.fold((1, 1), |(beyond, all), sample| (beyond + usize::from(sample > difference), all + 1));
    beyond as f64 / all as f64
}
