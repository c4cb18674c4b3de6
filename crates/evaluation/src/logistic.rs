//! Logistic regression of a few features: a probability from a weighted sum. The loss is Σ log(1 + exp(−y·z)) + λ/2 · |w|²
//! over standardised features, the intercept not penalised, which is scikit-learn's with C = 1/λ. Fitted by Newton's method
//! (iteratively reweighted least squares; Bishop 2006, §4.3.3) from zero, so equal data give equal weights.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::limits;

/// Steps of Newton's method; a convex loss of a few features takes about ten.
const MAX_STEPS: usize = 100;

/// A step shorter than this ends the fit.
const TOLERANCE: f64 = 1e-10;

/// A fitted model. All lists have one value for each feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Means of the features.
    pub means: Vec<f64>,
    /// Their standard deviations; 1 for a feature that does not vary.
    pub deviations: Vec<f64>,
    /// Weights of the standardised features.
    pub weights: Vec<f64>,
    /// The logit of average features.
    pub intercept: f64,
}

impl Logistic {
    /// Fits the probability of `true` to `rows`, each a list of features. `penalty` is λ > 0.
    ///
    /// # Errors
    /// A class without a row, rows of different lengths, values that are not finite, too many features.
    pub fn fit(rows: &[Vec<f64>], labels: &[bool], penalty: f64) -> Result<Self> {
        let width = check(rows, labels)?;
        let count = rows.len() as f64;
        let column = |feature: usize| rows.iter().map(move |row| row[feature]);
        let means: Vec<f64> = (0..width).map(|feature| column(feature).sum::<f64>() / count).collect();
        let deviation = |feature: usize| {
            let squares = column(feature).map(|value| (value - means[feature]).powi(2)).sum::<f64>();
            let deviation = (squares / count).sqrt();
            if deviation > 0.0 { deviation } else { 1.0 }
        };
        let deviations = (0..width).map(deviation).collect();
        let mut model = Self { means, deviations, weights: vec![0.0; width], intercept: 0.0 };
        // The intercept's feature is the constant 1, the last.
        let rows: Vec<Vec<f64>> =
            rows.iter().map(|row| model.standardised(row).chain([1.0]).collect()).collect();
        let mut weights = vec![0.0; width + 1];
        let mut best = loss(&rows, labels, &weights, penalty);
        for _ in 0..MAX_STEPS {
            let step = newton_step(&rows, labels, &weights, penalty);
            // Far from the minimum a whole step can go past it.
            let shorter = std::iter::successors(Some(1.0), |factor| Some(factor / 2.0)).take(30);
            let next = shorter
                .map(|factor| {
                    let next: Vec<f64> = weights.iter().zip(&step).map(|(w, s)| w - factor * s).collect();
                    (loss(&rows, labels, &next, penalty), next)
                })
                .find(|(loss, _)| *loss < best);
            let Some((loss, next)) = next else { break };
            (best, weights) = (loss, next);
            if step.iter().all(|step| step.abs() < TOLERANCE) {
                break;
            }
        }
        model.intercept = weights.pop().unwrap_or_default();
        model.weights = weights;
        Ok(model)
    }

    /// The probability of `true`, 0…1.
    pub fn probability(&self, row: &[f64]) -> f64 {
        let sum =
            self.standardised(row).zip(&self.weights).map(|(value, weight)| value * weight).sum::<f64>();
        sigmoid(sum + self.intercept)
    }

    /// Whether its lists have this many values, all finite, and no deviation is 0: a model that was read from a file.
    pub fn is_of(&self, features: usize) -> bool {
        let lists = [&self.means, &self.deviations, &self.weights];
        lists.iter().all(|list| list.len() == features && list.iter().all(|value| value.is_finite()))
            && self.intercept.is_finite()
            && self.deviations.iter().all(|deviation| *deviation > 0.0)
    }

    fn standardised<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let of = row.iter().zip(&self.means).zip(&self.deviations);
        of.map(|((value, mean), deviation)| (value - mean) / deviation)
    }
}

/// The probability of `true` for each row by a model that was fitted without it: row i is in fold i mod `folds`.
///
/// # Errors
/// As [`Logistic::fit`] for the rows outside a fold; fewer than two folds.
pub fn cross_validated(rows: &[Vec<f64>], labels: &[bool], penalty: f64, folds: usize) -> Result<Vec<f64>> {
    if folds < 2 {
        return Err(Error::Folds);
    }
    let mut probabilities = vec![0.0; rows.len()];
    for fold in 0..folds {
        let outside = |index: &usize| index % folds != fold;
        let kept: Vec<usize> = (0..rows.len()).filter(outside).collect();
        let train: Vec<Vec<f64>> = kept.iter().map(|&index| rows[index].clone()).collect();
        let classes: Vec<bool> = kept.iter().filter_map(|&index| labels.get(index).copied()).collect();
        let model = Logistic::fit(&train, &classes, penalty)?;
        for index in (fold..rows.len()).step_by(folds) {
            probabilities[index] = model.probability(&rows[index]);
        }
    }
    Ok(probabilities)
}

/// The number of features.
fn check(rows: &[Vec<f64>], labels: &[bool]) -> Result<usize> {
    if rows.len() != labels.len() {
        return Err(Error::UnevenLabels { rows: rows.len(), labels: labels.len() });
    }
    if !(labels.contains(&true) && labels.contains(&false)) {
        return Err(Error::OneClass);
    }
    let width = rows.first().map_or(0, Vec::len);
    let fits = |row: &Vec<f64>| row.len() == width && row.iter().all(|value| value.is_finite());
    match rows.iter().all(fits) {
        false => Err(Error::Features),
        true if width > limits::FEATURES => Err(Error::Features),
        true => Ok(width),
    }
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn loss(rows: &[Vec<f64>], labels: &[bool], weights: &[f64], penalty: f64) -> f64 {
    let of_row = |(row, label): (&Vec<f64>, &bool)| {
        let margin = if *label { dot(row, weights) } else { -dot(row, weights) };
        // log(1 + exp(−margin)) without overflow.
        (-margin.abs()).exp().ln_1p() + (-margin).max(0.0)
    };
    let features = &weights[..weights.len() - 1];
    rows.iter().zip(labels).map(of_row).sum::<f64>() + penalty / 2.0 * dot(features, features)
}

/// H⁻¹g: what Newton's method subtracts from the weights.
fn newton_step(rows: &[Vec<f64>], labels: &[bool], weights: &[f64], penalty: f64) -> Vec<f64> {
    let width = weights.len();
    let penalties: Vec<f64> = (0..width).map(|at| if at + 1 < width { penalty } else { 0.0 }).collect();
    let mut gradient: Vec<f64> = weights.iter().zip(&penalties).map(|(weight, p)| weight * p).collect();
    let mut hessian = vec![vec![0.0; width]; width];
    for (row, label) in rows.iter().zip(labels) {
        let probability = sigmoid(dot(row, weights));
        let error = probability - f64::from(u8::from(*label));
        let curvature = probability * (1.0 - probability);
        for (at, value) in row.iter().enumerate() {
            gradient[at] += error * value;
            for (other, sum) in row.iter().zip(&mut hessian[at]) {
                *sum += curvature * value * other;
            }
        }
    }
    for (at, penalty) in penalties.iter().enumerate() {
        // Rows that are all certain have no curvature.
        hessian[at][at] += penalty + 1e-12;
    }
    solve(hessian, gradient)
}

/// The solution of A·x = b for a positive definite A, by Gaussian elimination.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let width = b.len();
    for at in 0..width {
        let (pivot, value) = (a[at].clone(), b[at]);
        for below in at + 1..width {
            let factor = a[below][at] / pivot[at];
            a[below].iter_mut().zip(&pivot).for_each(|(entry, above)| *entry -= factor * above);
            b[below] -= factor * value;
        }
    }
    for at in (0..width).rev() {
        let known = dot(&a[at][at + 1..], &b[at + 1..]);
        b[at] = (b[at] - known) / a[at][at];
    }
    b
}
