//! The report of a calibration on one test set, as Markdown and as JSON.

use std::fmt::Write;
use std::path::Path;

use evaluation::ranking::{area_under_curve, share_caught};
use serde::Serialize;
use translation::quality::{Calibration, Estimator, FEATURES, Grade, QualityEstimate, RECONSTRUCTION};

use super::super::decoder::Decoded;
use super::super::report::Rendered;
use super::super::test_sets::TestSet;
use super::{BAD, GOOD, Line};

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

/// How many translations have a grade.
#[derive(Serialize)]
struct GradeRow {
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
    quality: Option<QualityEstimate>,
}

impl CalibrationSection {
    /// The development set; `scores` are the cross-validated ones of its good and bad lines by each estimate.
    pub fn searched(measured: &Measured<'_>, scores: &[Vec<f64>], kept_in: &Path) -> Self {
        let clear: Vec<&Line> = measured.lines.iter().filter(|line| line.class().is_some()).collect();
        let mut section = Self::new(measured);
        let names = ["cheap estimate", "full estimate"];
        let rows = names.iter().zip(scores).filter_map(|(name, scores)| score_row(name, &clear, scores));
        section.scores.splice(0..0, rows);
        (section.searched, section.kept_in) = (true, Some(kept_in.display().to_string()));
        section
    }

    /// A set on whose lines nothing was fitted.
    pub fn held_out(measured: &Measured<'_>, calibration: &Calibration) -> Self {
        let all: Vec<&Line> = measured.lines.iter().collect();
        let cheap: Vec<f64> =
            all.iter().map(|line| calibration.cheap.weights.probability(&line.evidence.features())).collect();
        let full = calibration.full.as_ref().and_then(|full| {
            let features = all.iter().map(|line| line.evidence.full_features());
            features.map(|features| Some(full.weights.probability(&features?))).collect::<Option<Vec<f64>>>()
        });
        let mut section = Self::new(measured);
        let rows = [("cheap estimate", Some(cheap)), ("full estimate", full)];
        let rows = rows.iter().filter_map(|(name, scores)| score_row(name, &all, scores.as_ref()?));
        section.scores.splice(0..0, rows);
        section
    }

    // The features alone, the grades and the lines.
    fn new(measured: &Measured<'_>) -> Self {
        let Measured { test, lines, decoded, estimator } = measured;
        let all: Vec<&Line> = lines.iter().collect();
        let count = |class: Option<bool>| lines.iter().filter(|line| line.class() == class).count();
        let quality = |line: &Line| estimator.quality(&line.evidence);
        let grades = [Grade::Poor, Grade::Doubtful, Grade::Good].map(|grade| {
            let count = |class: Option<bool>| {
                let has = |line: &&Line| {
                    line.class() == class && quality(line).is_some_and(|quality| quality.grade == grade)
                };
                lines.iter().filter(has).count()
            };
            GradeRow { grade, good: count(Some(true)), between: count(None), bad: count(Some(false)) }
        });
        Self {
            test: test.name.clone(),
            from: test.pair.from.clone(),
            to: test.pair.to.clone(),
            searched: false,
            sentences: lines.len(),
            good: count(Some(true)),
            bad: count(Some(false)),
            seconds: decoded.seconds,
            scores: feature_rows(&all),
            grades: grades.into(),
            kept_in: None,
            lines: lines.iter().map(|line| LineRow::new(line, quality(line))).collect(),
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
        text.push_str("\n| grade | bad | between | good |\n|---|---|---|---|\n");
        for GradeRow { grade, good, between, bad } in &self.grades {
            let name = match grade {
                Grade::Poor => "poor",
                Grade::Doubtful => "doubtful",
                Grade::Good => "good",
            };
            let _ = writeln!(text, "| {name} | {bad} | {between} | {good} |");
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
    fn new(line: &Line, quality: Option<QualityEstimate>) -> Self {
        Self {
            source: line.source.clone(),
            translation: line.translation.clone(),
            reference: line.reference.clone(),
            chrf: line.chrf,
            bertscore_f1: line.f1,
            quality,
        }
    }
}

/// Each feature alone, turned so that a high value means good.
fn feature_rows(lines: &[&Line]) -> Vec<ScoreRow> {
    let full: Option<Vec<Vec<f64>>> = lines.iter().map(|line| line.evidence.full_features()).collect();
    let rows = full.unwrap_or_else(|| lines.iter().map(|line| line.evidence.features()).collect());
    let names = FEATURES.iter().chain([&RECONSTRUCTION]).enumerate();
    let row = |(feature, name): (usize, &&str)| {
        let values: Option<Vec<f64>> = rows.iter().map(|row| row.get(feature).copied()).collect();
        let row = score_row(name, lines, values.as_ref()?)?;
        let turned: Vec<f64> = values.iter().flatten().map(|value| -value).collect();
        if row.area < 0.5 { score_row(name, lines, &turned) } else { Some(row) }
    };
    names.filter_map(row).collect()
}

/// How well scores of lines separate the good ones from the bad; none without both.
fn score_row(name: &str, lines: &[&Line], scores: &[f64]) -> Option<ScoreRow> {
    let of_class = |class: fn(&Line) -> Option<bool>| {
        let clear = lines.iter().zip(scores).filter_map(|(line, score)| Some((*score, class(line)?)));
        clear.unzip::<f64, bool, Vec<f64>, Vec<bool>>()
    };
    let (clear, labels) = of_class(Line::class);
    let caught: Option<Vec<f64>> = RATES.iter().map(|rate| share_caught(&clear, &labels, *rate)).collect();
    Some(ScoreRow {
        name: name.to_owned(),
        area: area_under_curve(&clear, &labels)?,
        bertscore_area: bertscore_area(lines, scores),
        caught: caught?,
    })
}

/// The area under the curve for the quarter of the lines with the highest F1 against that with the lowest.
fn bertscore_area(lines: &[&Line], scores: &[f64]) -> Option<f64> {
    let mut ranked: Vec<(f64, f64)> =
        lines.iter().zip(scores).map(|(line, score)| Some((line.f1?, *score))).collect::<Option<_>>()?;
    ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let quarter = ranked.len() / 4;
    let worst = ranked.iter().take(quarter).map(|(_, score)| (*score, false));
    let best = ranked.iter().rev().take(quarter).map(|(_, score)| (*score, true));
    let (scores, labels): (Vec<f64>, Vec<bool>) = worst.chain(best).unzip();
    area_under_curve(&scores, &labels)
}
