//! Classifiers of translations: scikit-learn's figures for the same data, edge cases, refused input.

use evaluation::logistic::cross_validated;
use evaluation::ranking::{area_under_curve, share_caught, threshold};
use evaluation::{Error, Logistic, limits};

/// scikit-learn 1.x: `roc_auc_score([0,0,1,1,1,0], [.1,.4,.35,.8,.4,.4])`.
#[test]
fn ties_count_half() {
    let labels = [false, false, true, true, true, false];
    let area = area_under_curve(&[0.1, 0.4, 0.35, 0.8, 0.4, 0.4], &labels).expect("both classes");
    assert!((area - 2.0 / 3.0).abs() < 1e-12, "{area}");
    assert_eq!(area_under_curve(&[1.0; 6], &labels), Some(0.5));
    assert_eq!(area_under_curve(&[0.0, 0.0, 1.0, 1.0, 1.0, 0.0], &labels), Some(1.0));
    assert_eq!(area_under_curve(&[1.0, 2.0], &[true, true]), None);
    assert_eq!(area_under_curve(&[], &[]), None);
}

#[test]
fn a_rate_of_false_alarms_gives_a_threshold_and_the_share_below_it() {
    // Good sentences score 1 to 20, bad ones 0.5 to 9.5.
    let good = (1..=20).map(|score| (f64::from(score), true));
    let all: Vec<(f64, bool)> = good.chain((0..10).map(|score| (f64::from(score) + 0.5, false))).collect();
    let (scores, labels): (Vec<f64>, Vec<bool>) = all.into_iter().unzip();
    for (rate, limit, caught) in [(0.0, 1.0, 0.1), (0.05, 2.0, 0.2), (0.1, 3.0, 0.3), (0.5, 11.0, 1.0)] {
        assert_eq!(threshold(&scores, &labels, rate), Some(limit));
        assert_eq!(share_caught(&scores, &labels, rate), Some(caught));
        let alarms = scores.iter().zip(&labels).filter(|(score, good)| **good && **score < limit).count();
        assert!(alarms as f64 <= rate * 20.0);
    }
    assert_eq!(threshold(&scores, &labels, 7.0), Some(20.0));
    assert_eq!(share_caught(&[1.0], &[true], 0.05), None);
}

fn data() -> (Vec<Vec<f64>>, Vec<bool>) {
    let row = |i: u32| {
        let of = |number: u32, modulus: u32| f64::from(number % modulus);
        vec![of(i * 37, 23) / 7.0 - 1.3, of(i * i * 5, 17) / 4.0, 100.0 + of(i * 11, 5)]
    };
    let labels = "110100111010011010111001".chars().map(|bit| bit == '1').collect();
    ((0..24).map(row).collect(), labels)
}

fn near(found: &[f64], wanted: &[f64]) {
    let differs = found.iter().zip(wanted).any(|(a, b)| (a - b).abs() > 1e-6);
    assert!(found.len() == wanted.len() && !differs, "{found:?}, not {wanted:?}");
}

/// scikit-learn 1.x: `LogisticRegression(C=2, solver='newton-cg', tol=1e-13)` on the standardised rows.
#[test]
fn weights_are_those_of_scikit_learn() {
    let (rows, labels) = data();
    let model = Logistic::fit(&rows, &labels, 0.5).expect("fits");
    near(&model.means, &[0.205_952_380_9, 1.906_25, 101.916_666_666_7]);
    near(&model.deviations, &[0.979_361_140_0, 1.020_142_198_0, 1.381_926_996_3]);
    near(&model.weights, &[0.414_722_200_8, 0.024_474_887_2, -0.033_572_270_8]);
    near(&[model.intercept], &[0.350_921_125_1]);
    let found: Vec<f64> = rows.iter().take(3).map(|row| model.probability(row)).collect();
    near(&found, &[0.428_992_385_3, 0.637_991_279_7, 0.496_478_952_0]);
    let scores: Vec<f64> = rows.iter().map(|row| model.probability(row)).collect();
    near(&[area_under_curve(&scores, &labels).expect("both classes")], &[0.628_571_428_6]);
    assert_eq!(Logistic::fit(&rows, &labels, 0.5).expect("fits"), model, "the same data, the same model");
    let again: Logistic = serde_json::from_str(&serde_json::to_string(&model).expect("JSON")).expect("reads");
    assert!(again.is_of(3) && !again.is_of(2));
    near(&again.weights, &model.weights);
}

#[test]
fn separable_and_constant_features_have_finite_weights() {
    let rows: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i) * 1e6, 7.0]).collect();
    let labels: Vec<bool> = (0..40).map(|i| i >= 20).collect();
    let model = Logistic::fit(&rows, &labels, 1e-3).expect("fits");
    assert!(model.is_of(2) && model.weights[0] > 1.0 && model.weights[1] == 0.0, "{model:?}");
    let scores: Vec<f64> = rows.iter().map(|row| model.probability(row)).collect();
    assert_eq!(area_under_curve(&scores, &labels), Some(1.0));
    assert!(model.probability(&[-1e300, 7.0]) == 0.0 && model.probability(&[1e300, 7.0]) == 1.0);
}

#[test]
fn a_fold_is_judged_by_the_others() {
    let rows: Vec<Vec<f64>> = (0..12).map(|i| vec![f64::from(i % 4)]).collect();
    let labels: Vec<bool> = (0..12).map(|i| i % 4 >= 2).collect();
    let out = cross_validated(&rows, &labels, 0.1, 3).expect("fits");
    for (index, probability) in out.iter().enumerate() {
        let kept = |other: &usize| other % 3 != index % 3;
        let kept: Vec<usize> = (0..12).filter(kept).collect();
        let train: Vec<Vec<f64>> = kept.iter().map(|&other| rows[other].clone()).collect();
        let classes: Vec<bool> = kept.iter().map(|&other| labels[other]).collect();
        let model = Logistic::fit(&train, &classes, 0.1).expect("fits");
        assert_eq!(*probability, model.probability(&rows[index]));
    }
    assert!(matches!(cross_validated(&rows, &labels, 0.1, 1), Err(Error::Folds)));
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let (rows, labels) = data();
    let refused =
        |rows: &[Vec<f64>], labels: &[bool]| Logistic::fit(rows, labels, 1.0).expect_err("is refused");
    assert!(matches!(refused(&rows, &labels[1..]), Error::UnevenLabels { rows: 24, labels: 23 }));
    assert!(matches!(refused(&rows, &[true; 24]), Error::OneClass));
    assert!(matches!(refused(&[], &[]), Error::OneClass));
    for value in [f64::NAN, f64::INFINITY] {
        let mut rows = rows.clone();
        rows[3][1] = value;
        assert!(matches!(refused(&rows, &labels), Error::Features));
    }
    let mut uneven = rows.clone();
    uneven[3].pop();
    assert!(matches!(refused(&uneven, &labels), Error::Features));
    let wide = vec![vec![0.0; limits::FEATURES + 1]; 24];
    assert!(matches!(refused(&wide, &labels), Error::Features));
}
