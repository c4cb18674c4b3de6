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

/// What a document's summary says of its poor sentences; none without any.
pub fn summary(poor: usize, sentences: usize) -> Option<String> {
    let verb = if poor == 1 { "is" } else { "are" };
    let noun = if sentences == 1 { "sentence" } else { "sentences" };
    let why =
        if is_unknown_text(poor, sentences) { ": these models do not know this kind of text" } else { "" };
    (poor > 0).then(|| format!("{poor} of {sentences} {noun} {verb} poor, probably wrong{why}"))
}

/// Whether a document's poor sentences are so many that its kind of text, not single sentences, is the cause. Of good
/// translations one in a hundred is graded poor, so a quarter does not come about by chance; of a few sentences it does.
pub fn is_unknown_text(poor: usize, sentences: usize) -> bool {
    poor >= 3 && 4 * poor >= sentences
}
