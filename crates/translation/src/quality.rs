//! Quality estimation by the models themselves: what decoding tells of a sentence ([`Evidence`]) becomes a score and a
//! grade ([`QualityEstimate`]), by weights that were fitted for the models or, for others, for the starter models ([`Estimator`]).
//! The mean log-probability of a model's own output is the best cheap sign of a wrong translation (Guerreiro, Voita and
//! Martins 2023, "Looking for a Needle in a Haystack"; Fomicheva et al. 2020, "Unsupervised Quality Estimation for Neural
//! Machine Translation").

mod calibration;
mod estimator;
mod evidence;

pub use calibration::{Calibration, Measure, QualityModel, save_calibration};
pub use estimator::Estimator;
pub use evidence::{Evidence, FEATURES, RECONSTRUCTION};

pub(crate) use calibration::{Calibrations, find, read};

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a translation is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// It is probably wrong: of a hundred good translations about one gets this grade.
    Poor,
    /// It may be wrong: of a hundred good translations about five get this grade or the one below.
    Doubtful,
    /// Nothing speaks against it.
    Good,
}

/// The estimated quality of a translation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QualityEstimate {
    /// The probability that it is good rather than bad, between 0 and 1.
    pub score: f32,
    /// The grade.
    pub grade: Grade,
    /// Whether the weights were fitted for the models that translated it; else for the starter models.
    pub calibrated: bool,
}

/// What the estimates say of a document or of texts, as a sentence for its reader: empty if no sentence is poor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// All sentences.
    pub sentences: usize,
    /// Those that are poor.
    pub poor: usize,
    /// Whether an estimate is not [calibrated](QualityEstimate::calibrated).
    pub uncalibrated: bool,
}

impl Summary {
    /// Whether so many are poor that the kind of text, not single sentences, is the cause. Of good translations one in a
    /// hundred is graded poor, so a quarter does not come about by chance; of a few sentences it does.
    pub fn is_unknown_text(self) -> bool {
        self.poor >= 3 && 4 * self.poor >= self.sentences
    }
}

/// Of the estimates of all sentences.
impl FromIterator<Option<QualityEstimate>> for Summary {
    fn from_iter<I: IntoIterator<Item = Option<QualityEstimate>>>(estimates: I) -> Self {
        estimates.into_iter().fold(Self::default(), |all, estimate| Self {
            sentences: all.sentences + 1,
            poor: all.poor + usize::from(estimate.is_some_and(|one| one.grade == Grade::Poor)),
            uncalibrated: all.uncalibrated || estimate.is_some_and(|one| !one.calibrated),
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sentences, poor, uncalibrated } = *self;
        if poor == 0 {
            return Ok(());
        }
        let verb = if poor == 1 { "is" } else { "are" };
        let noun = if sentences == 1 { "sentence" } else { "sentences" };
        write!(f, "{poor} of {sentences} {noun} {verb} poor, probably wrong")?;
        if self.is_unknown_text() {
            f.write_str(": these models do not know this kind of text")?;
        }
        if uncalibrated {
            f.write_str(" (as estimated for the starter models; `wasan evaluate --calibrate` fits the estimate to yours)")?;
        }
        Ok(())
    }
}
