//! `wasan evaluate --calibrate`: fits the quality estimate on a development set, saves its weights for the models, and
//! measures it on other sets.

mod section;

use std::rc::Rc;

use evaluation::logistic::cross_validated;
use evaluation::ranking::{area_under_curve, threshold};
use evaluation::{Chrf, Logistic};
use translation::quality::{Calibration, Estimator, Evidence, Measure, QualityModel, save_calibration};
use translation::{LanguagePair, SentenceReport, SentenceStatus};

use super::arguments::Evaluate;
use super::decoder::{Decoded, Decoder};
use super::metrics::Scorer;
use super::models::{Models, ResolvedRecipe};
use super::report::EvaluationReport;
use super::test_sets::{TestSet, read_in_direction};
use crate::failure::Failure;
use section::{CalibrationSection, Measured};

/// chrF of a sentence below which its translation counts as bad, and from which as good. Those between are neither.
const BAD: f64 = 30.0;
const GOOD: f64 = 60.0;

/// λ of the logistic regression: weights of standardised features stay near 1 unless the sentences demand more.
const PENALTY: f64 = 1.0;

/// Folds of the cross-validation that sets the thresholds.
const FOLDS: usize = 5;

/// Shares of good translations that the grades doubtful and poor may mark by mistake.
const DOUBTFUL: f64 = 0.05;
const POOR: f64 = 0.01;

/// A translated line of a test set.
pub struct Line {
    source: String,
    translation: String,
    reference: String,
    evidence: Evidence,
    /// chrF against its reference.
    chrf: f64,
    /// BERTScore's F1, if requested.
    f1: Option<f64>,
}

/// Lines with a score each.
type Scored<'a> = Vec<(&'a Line, f64)>;

impl Line {
    /// Whether it is good (`true`) or bad; none between.
    fn class(&self) -> Option<bool> {
        match self.chrf {
            chrf if chrf >= GOOD => Some(true),
            chrf if chrf < BAD => Some(false),
            _ => None,
        }
    }
}

/// Calibrates each direction on the first test set and measures on the others.
pub fn run(command: &Evaluate, report: &mut EvaluationReport) -> Result<(), Failure> {
    let pairs = command.pairs()?;
    let Some(first) = pairs.first() else { return Ok(()) };
    let models = Models::new(&command.models, first)?;
    let mut directions = Vec::new();
    for pair in &pairs {
        let sets = command.test_sets();
        let sets = sets.map(|test| read_in_direction(test, first, pair, command.sample_size()));
        let sets = sets.collect::<Result<Vec<_>, _>>()?;
        directions.push((
            pair,
            recipe(command, &models, pair)?,
            sets,
            command.metrics.scorer(Some(&pair.to))?,
        ));
    }
    let mut decoder = Decoder::start(command.setup(&models)).with_full_estimate();
    let result = directions.iter().try_for_each(|(pair, recipe, sets, scorer)| {
        let mut one = Direction { models: &models, decoder: &mut decoder, pair, recipe, scorer };
        one.calibrate(sets, report)
    });
    decoder.stop();
    result
}

/// The sum to calibrate: that of `--recipes`, else the pair's own.
fn recipe(command: &Evaluate, models: &Models, pair: &LanguagePair) -> Result<ResolvedRecipe, Failure> {
    match command.recipes.as_slice() {
        [all] if all == "all" => models.own(pair),
        [one] => models.resolve(pair, one).map_err(|error| error.into_failure(one)),
        _ => Err(Failure::usage(
            "a calibration is for one sum",
            "Give one with --recipes, or none for the pair's own.",
        )),
    }
}

struct Direction<'a> {
    models: &'a Models,
    decoder: &'a mut Decoder,
    pair: &'a LanguagePair,
    recipe: &'a ResolvedRecipe,
    scorer: &'a Scorer,
}

impl Direction<'_> {
    fn calibrate(&mut self, sets: &[TestSet], report: &mut EvaluationReport) -> Result<(), Failure> {
        let Some((dev, others)) = sets.split_first() else { return Ok(()) };
        let (lines, decoded) = self.lines(dev)?;
        let (calibration, scores) = self.fit(dev, &lines)?;
        let kept_in = save_calibration(Some(&self.models.library), self.pair, calibration.clone())?;
        let estimator = Estimator::new(calibration.clone());
        let measured = Measured { test: dev, lines: &lines, decoded: &decoded, estimator: &estimator };
        report.calibrations.push(CalibrationSection::searched(&measured, scores, &kept_in).rendered());
        for test in others {
            let (lines, decoded) = self.lines(test)?;
            let measured = Measured { test, lines: &lines, decoded: &decoded, estimator: &estimator };
            report.calibrations.push(CalibrationSection::held_out(&measured, &calibration).rendered());
        }
        Ok(())
    }

    /// Translates a test set; lines without evidence, such as those without words, are left out.
    fn lines(&mut self, test: &TestSet) -> Result<(Vec<Line>, Rc<Decoded>), Failure> {
        let decoded = self.decoder.decode(test, self.recipe, &self.recipe.formula)?;
        let f1 = self.scorer.f1(&decoded.lines, &test.reference)?;
        let mut lines = Vec::new();
        for (index, sentences) in decoded.sentences.iter().enumerate() {
            let evidence = evidence(sentences);
            let texts = (test.source.get(index), decoded.lines.get(index), test.reference.get(index));
            let (Some(evidence), (Some(source), Some(translation), Some(reference))) = (evidence, texts)
            else {
                continue;
            };
            lines.push(Line {
                source: source.clone(),
                translation: translation.clone(),
                reference: reference.clone(),
                evidence,
                chrf: Chrf::default().sentence(translation, &[reference])?,
                f1: f1.as_ref().and_then(|f1| f1.get(index).copied()),
            });
        }
        Ok((lines, decoded))
    }

    /// The calibration, with the cross-validated scores of the good and bad lines by the cheap and the full estimate.
    fn fit<'a>(&self, dev: &TestSet, lines: &'a [Line]) -> Result<(Calibration, Vec<Scored<'a>>), Failure> {
        let (cheap, cheap_scores) = quality_model(lines, |evidence| Some(evidence.features()))?;
        // Models without a prompt for the opposite direction have no reconstruction.
        let full = lines.iter().any(|line| line.evidence.reconstruction.is_some());
        let full = full.then(|| quality_model(lines, Evidence::full_features)).transpose()?;
        let (full, full_scores) = full.unzip();
        let count = |class: bool| lines.iter().filter(|line| line.class() == Some(class)).count();
        let measured = Measure {
            test: dev.name.clone(),
            good: count(true),
            bad: count(false),
            area: area(&cheap_scores),
            full_area: full_scores.as_ref().map(area),
        };
        let models = self.models.digest(self.pair, self.recipe)?;
        let scores = [cheap_scores].into_iter().chain(full_scores).collect();
        Ok((Calibration { models, cheap, full, measured }, scores))
    }
}

/// That of all sentences with words; none if one of them was not translated.
fn evidence(sentences: &[SentenceReport]) -> Option<Evidence> {
    let words = sentences.iter().filter(|sentence| sentence.status != SentenceStatus::Copied);
    Evidence::join(words.map(|sentence| sentence.evidence.as_ref()).collect::<Option<Vec<_>>>()?)
}

/// A model with thresholds from its cross-validated scores of the good and bad lines, and these scores.
fn quality_model(
    lines: &[Line],
    features: impl Fn(&Evidence) -> Option<Vec<f64>>,
) -> Result<(QualityModel, Scored<'_>), Failure> {
    let clear = lines.iter().filter_map(|line| Some(((line, features(&line.evidence)?), line.class()?)));
    let (clear, labels): (Vec<(&Line, Vec<f64>)>, Vec<bool>) = clear.unzip();
    let (lines, rows): (Vec<&Line>, Vec<Vec<f64>>) = clear.into_iter().unzip();
    let weights = Logistic::fit(&rows, &labels, PENALTY)?;
    let scores = cross_validated(&rows, &labels, PENALTY, FOLDS)?;
    let limit = |rate| threshold(&scores, &labels, rate).unwrap_or_default();
    let model = QualityModel { weights, doubtful: limit(DOUBTFUL), poor: limit(POOR) };
    Ok((model, lines.into_iter().zip(scores).collect()))
}

/// The area under the ROC curve of the good against the bad lines.
fn area(scored: &Scored<'_>) -> f64 {
    let clear = scored.iter().filter_map(|(line, score)| Some((*score, line.class()?)));
    let (scores, labels): (Vec<f64>, Vec<bool>) = clear.unzip();
    area_under_curve(&scores, &labels).unwrap_or_default()
}
