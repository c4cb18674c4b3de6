//! Evidence → score and grade.

use super::calibration::{Calibration, QualityModel, built_in};
use super::{Evidence, Grade, QualityEstimate};

/// Grades the translations of one set of models for one language pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimator {
    // The models' own calibration, or those of the starter models, whose mean judges models that were never calibrated.
    calibrations: Vec<Calibration>,
    calibrated: bool,
}

impl Estimator {
    /// The estimator of models with a calibration of their own.
    pub fn new(calibration: Calibration) -> Self {
        Self { calibrations: vec![calibration], calibrated: true }
    }

    /// The estimator of models without one.
    pub fn uncalibrated() -> Self {
        Self { calibrations: built_in().values().flatten().cloned().collect(), calibrated: false }
    }

    /// Whether the weights were fitted for these models.
    pub fn is_calibrated(&self) -> bool {
        self.calibrated
    }

    /// The quality of a translation; none if the evidence has no finite values. The full estimate is used where the
    /// evidence and every calibration have what it needs.
    pub fn quality(&self, evidence: &Evidence) -> Option<QualityEstimate> {
        let full = evidence.full_features().and_then(|features| {
            let models = self.calibrations.iter().map(|one| one.full.as_ref());
            Some((models.collect::<Option<Vec<&QualityModel>>>()?, features))
        });
        let cheap = || (self.calibrations.iter().map(|one| &one.cheap).collect(), evidence.features());
        let (models, features) = full.unwrap_or_else(cheap);
        if models.is_empty() || !features.iter().all(|value| value.is_finite()) {
            return None;
        }
        let mean = |of: &dyn Fn(&QualityModel) -> f64| {
            models.iter().map(|model| of(model)).sum::<f64>() / models.len() as f64
        };
        let score = mean(&|model| model.weights.probability(&features));
        let grade = if score < mean(&|model| model.poor) {
            Grade::Poor
        } else if score < mean(&|model| model.doubtful) {
            Grade::Doubtful
        } else {
            Grade::Good
        };
        Some(QualityEstimate { score: score as f32, grade, calibrated: self.calibrated })
    }
}
