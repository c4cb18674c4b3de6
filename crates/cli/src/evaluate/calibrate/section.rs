//! The report of a calibration on one test set, as Markdown and as JSON.

use std::fmt::Write;
use std::path::Path;

use evaluation::ranking::{area_under_curve, share_caught};
use serde::Serialize;
use translation::quality::{
    Calibration, Estimator, Evidence, FEATURES, Grade, QualityEstimate, QualityModel, RECONSTRUCTION,
};

use super::super::decoder::Decoded;
use super::super::report::Rendered;
use super::super::test_sets::TestSet;
use super::{BAD, GOOD, Line, Scored};

/// The names of the estimates.
const CHEAP: &str = "cheap estimate";
const FULL: &str = "full estimate";

/// The shares of false alarms of the curve.
const RATES: [f64; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];

/// A translated test set and what grades it.
pub struct Measured<'a> {
    pub test: &'a TestSet,
    pub lines: &'a [Line],
    pub decoded: &'a Decoded,
    pub estimator: &'a Estimator,
}

/// The results on one test set.
#[derive(Serialize)]
pub struct CalibrationSection {
    test: String,
    from: String,
    to: String,
    /// Whether the weights were fitted on these lines; the scores are then cross-validated.
    searched: bool,
    sentences: usize,
    /// Translations with chrF of at least 60, and below 30.
    good: usize,
    bad: usize,
    seconds: f64,
    /// The estimates and each feature alone.
    scores: Vec<ScoreRow>,
    /// Good and bad translations by grade.
    grades: Vec<GradeRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_in: Option<String>,
    lines: Vec<LineRow>,
}

/// How well a score separates good from bad translations.
#[derive(Serialize)]
struct ScoreRow {
    name: String,
    /// The area under the ROC curve against chrF.
    area: f64,
    /// The same against BERTScore's F1: the best quarter of the lines against the worst.
    #[serde(skip_serializing_if = "Option::is_none")]
    bertscore_area: Option<f64>,
    /// The share of bad translations below the score that so many good ones are below: 1, 2, 5, 10, 20 %.
    caught: Vec<f64>,
}

/// How many translations have a grade by an estimate.
#[derive(Serialize)]
struct GradeRow {
    estimate: &'static str,
    grade: Grade,
    good: usize,
    between: usize,
    bad: usize,
}

/// A line with its estimate.
#[derive(Serialize)]
struct LineRow {
    source: String,
    translation: String,
    reference: String,
    chrf: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bertscore_f1: Option<f64>,
    /// By the cheap estimate.
    quality: Option<QualityEstimate>,
    /// By the full estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_quality: Option<QualityEstimate>,
}

impl CalibrationSection {
    /// The development set; `scores` are the cross-validated ones of its good and bad lines by each estimate.
    pub fn searched(measured: &Measured<'_>, scores: Vec<Scored<'_>>, kept_in: &Path) -> Self {
        let mut section = Self::new(measured, [CHEAP, FULL].into_iter().zip(scores));
        (section.searched, section.kept_in) = (true, Some(kept_in.display().to_string()));
        section
    }

    /// A set on whose lines nothing was fitted.
    pub fn held_out(measured: &Measured<'_>, calibration: &Calibration) -> Self {
        let cheap = by_model(measured.lines, &calibration.cheap, |evidence| Some(evidence.features()));
        let full = calibration.full.as_ref();
        let full = full.map(|full| (FULL, by_model(measured.lines, full, Evidence::full_features)));
        Self::new(measured, [(CHEAP, cheap)].into_iter().chain(full))
    }

    // The estimates and the features alone, the grades and the lines.
    fn new<'a>(measured: &Measured<'_>, estimates: impl Iterator<Item = (&'static str, Scored<'a>)>) -> Self {
        let Measured { test, lines, decoded, estimator } = measured;
        let count = |class: Option<bool>| lines.iter().filter(|line| line.class() == class).count();
        let cheap = |line: &Line| estimator.quality(&Evidence { reconstruction: None, ..line.evidence });
        let full = |line: &Line| {
            line.evidence.reconstruction.is_some().then(|| estimator.quality(&line.evidence)).flatten()
        };
        let mut grades = grade_rows(CHEAP, lines, cheap);
        if lines.iter().any(|line| full(line).is_some()) {
            grades.extend(grade_rows(FULL, lines, full));
        }
        let estimates = estimates.filter_map(|(name, scored)| score_row(name, &scored));
        Self {
            test: test.name.clone(),
            from: test.pair.from.clone(),
            to: test.pair.to.clone(),
            searched: false,
            sentences: lines.len(),
            good: count(Some(true)),
            bad: count(Some(false)),
            seconds: decoded.seconds,
            scores: estimates.chain(feature_rows(lines)).collect(),
            grades,
            kept_in: None,
            lines: lines.iter().map(|line| LineRow::new(line, cheap(line), full(line))).collect(),
        }
    }

    /// Both forms of it.
    pub fn rendered(&self) -> Rendered {
        let mut markdown = String::new();
        self.markdown(&mut markdown);
        Rendered { markdown, json: serde_json::json!(self) }
    }

    // A heading, the tables, and where the weights are.
    fn markdown(&self, text: &mut String) {
        let Self { test, from, to, sentences, good, bad, .. } = self;
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "## {test}, {from} → {to}: {sentences} sentences, {bad} bad (chrF < {BAD}), {good} good (≥ {GOOD})\n"
        );
        let with_f1 = self.scores.iter().any(|row| row.bertscore_area.is_some());
        let rates: Vec<String> = RATES.iter().map(|rate| format!("{:.0} %", 100.0 * rate)).collect();
        let f1 = if with_f1 { " AUC, BERTScore |" } else { "" };
        let _ = writeln!(
            text,
            "| bad ones caught at this share of false alarms | AUC |{f1} {} |",
            rates.join(" | ")
        );
        let _ = writeln!(text, "|---|{}", "---|".repeat(1 + usize::from(with_f1) + rates.len()));
        for ScoreRow { name, area, bertscore_area, caught } in &self.scores {
            let f1 = bertscore_area.map_or_else(String::new, |area| format!(" {area:.3} |"));
            let caught: Vec<String> = caught.iter().map(|share| format!("{:.0} %", 100.0 * share)).collect();
            let _ = writeln!(text, "| {name} | {area:.3} |{f1} {} |", caught.join(" | "));
        }
        text.push_str("\n| estimate | grade | bad | between | good |\n|---|---|---|---|---|\n");
        for GradeRow { estimate, grade, good, between, bad } in &self.grades {
            let name = match grade {
                Grade::Poor => "poor",
                Grade::Doubtful => "doubtful",
                Grade::Good => "good",
            };
            let _ = writeln!(text, "| {estimate} | {name} | {bad} | {between} | {good} |");
        }
        let _ = writeln!(text, "\nTranslated in {:.1} s.", self.seconds);
        if self.searched {
            text.push_str(
                "The weights were fitted on these lines; the estimates above are cross-validated.\n",
            );
        }
        if let Some(path) = &self.kept_in {
            let _ = writeln!(text, "Saved in {path}.");
        }
        text.push('\n');
    }
}

impl LineRow {
    fn new(line: &Line, quality: Option<QualityEstimate>, full_quality: Option<QualityEstimate>) -> Self {
        Self {
            source: line.source.clone(),
            translation: line.translation.clone(),
            reference: line.reference.clone(),
            chrf: line.chrf,
            bertscore_f1: line.f1,
            quality,
            full_quality,
        }
    }
}

/// The grades of lines by an estimate.
fn grade_rows(
    estimate: &'static str,
    lines: &[Line],
    quality: impl Fn(&Line) -> Option<QualityEstimate>,
) -> Vec<GradeRow> {
    let row = |grade| {
        let count = |class: Option<bool>| {
            let has = |line: &&Line| {
                line.class() == class && quality(line).is_some_and(|quality| quality.grade == grade)
            };
            lines.iter().filter(has).count()
        };
        GradeRow { estimate, grade, good: count(Some(true)), between: count(None), bad: count(Some(false)) }
    };
    [Grade::Poor, Grade::Doubtful, Grade::Good].map(row).into()
}

/// The lines that have a model's features, with its scores.
fn by_model<'a>(
    lines: &'a [Line],
    model: &QualityModel,
    features: impl Fn(&Evidence) -> Option<Vec<f64>>,
) -> Scored<'a> {
    let scored = |line: &'a Line| Some((line, model.weights.probability(&features(&line.evidence)?)));
    lines.iter().filter_map(scored).collect()
}

/// Each feature alone, turned so that a high value means good.
fn feature_rows(lines: &[Line]) -> impl Iterator<Item = ScoreRow> {
    let all = |line: &Line| {
        let reconstruction = line.evidence.reconstruction.map(f64::from);
        line.evidence.features().into_iter().map(Some).chain([reconstruction]).collect::<Vec<_>>()
    };
    let names = FEATURES.into_iter().chain([RECONSTRUCTION]).enumerate();
    names.filter_map(move |(feature, name)| {
        let value = |line| all(line).get(feature).copied().flatten();
        let scored: Scored<'_> = lines.iter().filter_map(|line| Some((line, value(line)?))).collect();
        let row = score_row(name, &scored)?;
        let turned: Scored<'_> = scored.into_iter().map(|(line, value)| (line, -value)).collect();
        if row.area < 0.5 { score_row(name, &turned) } else { Some(row) }
    })
}

/// How well scores of lines separate the good ones from the bad; none without both.
fn score_row(name: &str, scored: &Scored<'_>) -> Option<ScoreRow> {
    let clear = scored.iter().filter_map(|(line, score)| Some((*score, line.class()?)));
    let (clear, labels): (Vec<f64>, Vec<bool>) = clear.unzip();
    let caught: Option<Vec<f64>> = RATES.iter().map(|rate| share_caught(&clear, &labels, *rate)).collect();
    Some(ScoreRow {
        name: name.to_owned(),
        area: area_under_curve(&clear, &labels)?,
        bertscore_area: bertscore_area(scored),
        caught: caught?,
    })
}

/// The area under the curve for the quarter of the lines with the highest F1 against that with the lowest.
fn bertscore_area(scored: &Scored<'_>) -> Option<f64> {
    let ranked = scored.iter().map(|(line, score)| Some((line.f1?, *score)));
    let mut ranked: Vec<(f64, f64)> = ranked.collect::<Option<_>>()?;
    ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let quarter = ranked.len() / 4;
    let worst = ranked.iter().take(quarter).map(|(_, score)| (*score, false));
    let best = ranked.iter().rev().take(quarter).map(|(_, score)| (*score, true));
    let (scores, labels): (Vec<f64>, Vec<bool>) = worst.chain(best).unzip();
    area_under_curve(&scores, &labels)
}
