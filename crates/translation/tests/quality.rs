//! The quality estimate without a GPU: scores and grades, calibrations beside the models and in the program.

use std::collections::BTreeMap;
use std::path::Path;

use evaluation::Logistic;
use translation::quality::{
    Calibration, Estimator, Evidence, FEATURES, Grade, Measure, QualityEstimate, QualityModel, Summary,
    save_calibration,
};
use translation::{Catalog, Error, LanguagePair};

fn pair(text: &str) -> LanguagePair {
    text.parse().expect("a pair")
}

fn evidence(mean: f32) -> Evidence {
    Evidence { source_tokens: 5, source_characters: 20, target_tokens: 6, mean, reconstruction: None }
}

/// A model whose logit is the sum of the features' weights and values.
fn model(weights: &[f64], doubtful: f64, poor: f64) -> QualityModel {
    let many = |value: f64| vec![value; weights.len()];
    let weights =
        Logistic { means: many(0.0), deviations: many(1.0), weights: weights.to_vec(), intercept: 0.0 };
    QualityModel { weights, doubtful, poor }
}

fn calibration(models: &str, doubtful: f64) -> Calibration {
    Calibration {
        models: models.to_owned(),
        cheap: model(&[1.0, 0.0, 0.0], doubtful, 0.1),
        full: None,
        measured: Measure { test: "dev".to_owned(), good: 50, bad: 40, area: 0.9, full_area: None },
    }
}

#[test]
fn a_score_below_a_threshold_has_its_grade() {
    let estimator = Estimator::new(calibration("a", 0.4));
    for (mean, grade) in [(0.0, Grade::Good), (-0.5, Grade::Doubtful), (-3.0, Grade::Poor)] {
        let quality = estimator.quality(&evidence(mean)).expect("is graded");
        assert_eq!((quality.grade, quality.calibrated), (grade, true));
        let score = 1.0 / (1.0 + (-mean).exp());
        assert!((quality.score - score).abs() < 1e-6, "{quality:?}");
    }
    assert_eq!(estimator.quality(&evidence(f32::NAN)), None);
    assert_eq!(estimator.quality(&evidence(f32::NEG_INFINITY)), None);
}

#[test]
fn a_reconstruction_is_used_where_the_calibration_knows_it() {
    let full = Some(model(&[0.0, 0.0, 0.0, 1.0], 0.4, 0.1));
    let estimator = Estimator::new(Calibration { full, ..calibration("a", 0.4) });
    let sure = evidence(0.0);
    let invented = Evidence { reconstruction: Some(-9.0), ..sure };
    let grade =
        |estimator: &Estimator, evidence: &Evidence| estimator.quality(evidence).expect("is graded").grade;
    assert_eq!((grade(&estimator, &sure), grade(&estimator, &invented)), (Grade::Good, Grade::Poor));
    assert_eq!(grade(&Estimator::new(calibration("a", 0.4)), &invented), Grade::Good);
}

/// A calibration in the program is that of the starter models; other sums of them, and other models, have none.
#[test]
fn the_starter_models_are_calibrated_and_others_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::read(folder.path()).expect("reads");
    for direction in ["de-en", "en-de", "ja-en", "en-ja"].map(pair) {
        let own = catalog.recipe_in_use(&direction).expect("a recipe");
        let models = catalog.models_digest(&direction, &own.recipe, &own.models).expect("models");
        let estimator = catalog.estimator(&direction, &models);
        assert!(estimator.is_calibrated(), "calibrate the starter models again for {direction}: {models}");
        for reconstruction in [None, Some(-0.1)] {
            let sure = Evidence { reconstruction, ..evidence(-0.02) };
            let unsure = Evidence { reconstruction: reconstruction.map(|_| -6.0), ..evidence(-3.0) };
            let grade = |evidence| estimator.quality(&evidence).expect("is graded").grade;
            assert_eq!((grade(sure), grade(unsure)), (Grade::Good, Grade::Poor), "{direction}");
        }
    }
    let german = pair("de-en");
    let alone = catalog.models_digest(&german, "L", &BTreeMap::new()).expect("models");
    assert!(!catalog.estimator(&german, &alone).is_calibrated());
    let other = catalog.estimator(&pair("fr-it"), "0123");
    let quality = other.quality(&evidence(-0.02)).expect("is graded");
    assert_eq!((quality.grade, quality.calibrated), (Grade::Good, false));
    assert_eq!(other.quality(&evidence(-3.0)).expect("is graded").grade, Grade::Poor);
}

#[test]
fn each_set_of_models_has_its_calibration_and_a_new_one_replaces_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let save = |direction: &str, calibration: Calibration| {
        save_calibration(Some(folder.path()), &pair(direction), calibration).expect("is kept")
    };
    save("de-en", calibration("a", 0.2));
    save("de-en", calibration("b", 0.3));
    let path = save("de-en", calibration("a", 0.4));
    assert_eq!(path, folder.path().join("quality.json"));
    let catalog = Catalog::read(folder.path()).expect("reads");
    assert!(catalog.broken.is_empty(), "{:?}", catalog.broken);
    let found = |direction: &str, models: &str| catalog.estimator(&pair(direction), models);
    assert_eq!(found("de-en", "a"), Estimator::new(calibration("a", 0.4)));
    assert_eq!(found("de-en", "b"), Estimator::new(calibration("b", 0.3)));
    assert!(!found("de-en", "c").is_calibrated() && !found("en-de", "a").is_calibrated());
}

#[test]
fn a_malformed_calibration_is_left_unchanged_and_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("quality.json");
    let text = |calibration: Calibration| {
        serde_json::to_string(&BTreeMap::from([("de-en", vec![calibration])])).expect("JSON")
    };
    let good = calibration("a", 0.4);
    let narrow = Calibration { cheap: model(&[1.0], 0.4, 0.1), ..good.clone() };
    let wide = Calibration { full: Some(model(&[1.0; FEATURES.len()], 0.4, 0.1)), ..good.clone() };
    let mut flat = good.clone();
    flat.cheap.weights.deviations = vec![0.0; FEATURES.len()];
    let broken =
        [text(narrow), text(wide), text(flat), "[1]".to_owned(), String::new(), "{\"de-en\": 1}".to_owned()];
    for text in broken {
        std::fs::write(&path, &text).expect("writes");
        let kept = save_calibration(Some(folder.path()), &pair("de-en"), good.clone());
        assert!(matches!(kept, Err(Error::Read { path: named, .. }) if named == path), "{text}");
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), text);
        let catalog = Catalog::read(Path::new(folder.path())).expect("reads");
        assert_eq!(catalog.broken.len(), 1, "{text}");
        assert!(!catalog.estimator(&pair("de-en"), "a").is_calibrated());
    }
}

#[test]
fn a_summary_tells_single_sentences_from_a_kind_of_text() {
    let said = |poor, sentences| Summary { poor, sentences, uncalibrated: false }.to_string();
    assert_eq!(said(0, 10), "");
    assert_eq!(said(1, 1), "1 of 1 sentence is poor, probably wrong");
    assert_eq!(said(2, 40), "2 of 40 sentences are poor, probably wrong");
    let unknown = "10 of 40 sentences are poor, probably wrong: these models do not know this kind of text";
    assert_eq!(said(10, 40), unknown);
    for (poor, sentences, unknown) in [(3, 12, true), (2, 2, false), (3, 13, false), (100, 400, true)] {
        let summary = Summary { poor, sentences, uncalibrated: false };
        assert_eq!(summary.is_unknown_text(), unknown, "{poor} of {sentences}");
    }
}

/// Weights of other models are used where there are none of their own, and the reader is told so.
#[test]
fn a_summary_says_that_an_estimate_is_not_calibrated() {
    let graded = |grade, calibrated| Some(QualityEstimate { score: 0.5, grade, calibrated });
    let (poor, good) = (graded(Grade::Poor, true), graded(Grade::Good, true));
    let calibrated: Summary = [poor, None, good].into_iter().collect();
    assert_eq!(calibrated, Summary { sentences: 3, poor: 1, uncalibrated: false });
    let other: Summary = [poor, graded(Grade::Good, false)].into_iter().collect();
    assert_eq!(other, Summary { sentences: 2, poor: 1, uncalibrated: true });
    assert!(
        other.to_string().ends_with("`wasan evaluate --calibrate` fits the estimate to yours)"),
        "{other}"
    );
}
