//! Calibrations, found by `wasan evaluate --calibrate`: `quality.json` beside the imported models, and one for the starter
//! models in the program. Each names the models it was fitted for, so that one of other models is never used.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use evaluation::Logistic;
use serde::{Deserialize, Serialize};

use super::evidence::FEATURES;
use crate::error::{Error, Result};
use crate::languages::LanguagePair;
use crate::pair_file;

const FILE: &str = "quality.json";

/// Calibrations by pair (`de-en`); those of a pair are of different models.
pub(crate) type Calibrations = BTreeMap<String, Vec<Calibration>>;

/// Weights and thresholds for one set of models and one language pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The fingerprint of the models, their weights and prompts, in hexadecimal.
    pub models: String,
    /// For evidence of decoding alone.
    pub cheap: QualityModel,
    /// For evidence with a reconstruction, if the development set had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<QualityModel>,
    /// The measurement.
    pub measured: Measure,
}

/// A logistic model with its thresholds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityModel {
    /// Features → the probability that a translation is good.
    pub weights: Logistic,
    /// A lower score is doubtful.
    pub doubtful: f64,
    /// A lower score is poor.
    pub poor: f64,
}

/// What a calibration was fitted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The development set.
    pub test: String,
    /// Its good and its bad translations.
    pub good: usize,
    /// Its bad translations.
    pub bad: usize,
    /// The area under the ROC curve of the cheap estimate, cross-validated.
    pub area: f64,
    /// The same of the full estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_area: Option<f64>,
}

impl Calibration {
    fn is_valid(&self) -> bool {
        let fits = |model: &QualityModel, features: usize| {
            model.weights.is_of(features) && model.doubtful.is_finite() && model.poor.is_finite()
        };
        fits(&self.cheap, FEATURES.len())
            && self.full.as_ref().is_none_or(|full| fits(full, FEATURES.len() + 1))
    }
}

/// Reads the calibrations in `folder`; empty if there is no file.
///
/// # Errors
/// A malformed file: also one whose weights are not those of this version's features.
pub(crate) fn read(folder: &Path) -> Result<Calibrations> {
    let all: Calibrations = pair_file::read(folder, FILE)?;
    match all.values().flatten().all(Calibration::is_valid) {
        true => Ok(all),
        false => Err(Error::Read {
            path: folder.join(FILE),
            reason: "its weights are not those of the features that this version uses; remove the file and calibrate again"
                .to_owned(),
        }),
    }
}

/// Saves a calibration beside the imported models (`models`: none = the user's own folder), replacing an earlier one of the
/// same pair and models; returns the file's path.
///
/// # Errors
/// A malformed `quality.json`, which is left unchanged; a folder that cannot be written.
pub fn save_calibration(
    models: Option<&Path>,
    pair: &LanguagePair,
    calibration: Calibration,
) -> Result<PathBuf> {
    let mut all =
        read(&crate::folders::models_folder(models)?)?.remove(&pair.to_string()).unwrap_or_default();
    all.retain(|other| other.models != calibration.models);
    all.push(calibration);
    pair_file::set(models, FILE, pair, Some(all))
}

/// The calibrations of the starter models, made by the command.
pub(super) fn built_in() -> &'static Calibrations {
    static BUILT_IN: LazyLock<Calibrations> = LazyLock::new(|| {
        let all =
            serde_json::from_str::<Calibrations>(include_str!("../../../../models/starter/quality.json"));
        // A test reads the file; a program without it grades nothing.
        all.unwrap_or_default()
    });
    &BUILT_IN
}

/// The calibration of a pair for the models with this fingerprint: from `quality.json`, else a built-in one.
pub(crate) fn find<'a>(own: &'a Calibrations, pair: &LanguagePair, models: &str) -> Option<&'a Calibration> {
    [own, built_in()]
        .into_iter()
        .filter_map(|all| all.get(&pair.to_string()))
        .flatten()
        .find(|calibration| calibration.models == models)
}
