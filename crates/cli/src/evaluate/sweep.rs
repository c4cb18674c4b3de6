//! `wasan evaluate --sweep`: finds the best weights on a development set and measures them on other sets.

use std::collections::{BTreeMap, BTreeSet};

use evaluation::significance::{SEED, paired_bootstrap};
use evaluation::{Metric, Statistics, System};
use serde_json::{Value, json};
use translation::{Confidence, Error, LanguagePair, TUNED, TunedRecipe, save_tuned_recipe};

use super::arguments::Evaluate;
use super::decoder::Decoder;
use super::formulas::role_of;
use super::metrics::Scorer;
use super::models::{Models, RecipeError, ResolvedRecipe};
use super::report::{EvaluationReport, Section};
use super::test_sets::{TestSet, read_in_direction};
use super::weight_search::{WHOLE, search};
use crate::failure::Failure;

/// SacreBLEU's number of bootstrap resamples.
const RESAMPLES: usize = 1000;

/// The models whose weights are searched for a pair.
pub(super) struct SearchedTerms {
    pub(super) names: Vec<&'static str>,
    /// Whether the fine-tuned large model is available, which the paper's sums do not reach.
    fine_tuned: bool,
}

/// The best sum on the development set, and the best single model.
struct SweepResult {
    sum: String,
    single: String,
    /// The scores as a sentence.
    measured: String,
}

/// Searches for each direction on the first test set, saves the best sum, and measures it on the other sets.
pub fn run(command: &Evaluate, report: &mut EvaluationReport) -> Result<(), Failure> {
    let pairs = command.pairs()?;
    let Some(first) = pairs.first() else { return Ok(()) };
    let models = Models::new(&command.models, first)?;
    let mut searches = Vec::new();
    for pair in &pairs {
        let sets: Result<Vec<_>, _> = command
            .test_sets()
            .map(|test| read_in_direction(test, first, pair, command.sample_size()))
            .collect();
        searches.push((pair, searched_terms(&models, pair)?, sets?, command.metrics.scorer(Some(&pair.to))?));
    }
    let mut decoder = Decoder::start(command.setup(&models));
    let mut all = || -> Result<(), Failure> {
        for (pair, terms, sets, scorer) in &searches {
            let Some((dev, others)) = sets.split_first() else { continue };
            let mut sweep = Sweep { models: &models, decoder: &mut decoder, scorer, pair, terms };
            let found = sweep.search(dev, report)?;
            for (index, test) in others.iter().enumerate() {
                let (section, confidence) = sweep.measure(test, &found)?;
                report.sections.push(section);
                // The figures are unbiased on lines that the search did not use.
                if index == 0 {
                    sweep.save(&found, &confidence)?;
                    if let Some(Value::Object(tuned)) = report.tuned.last_mut() {
                        tuned.insert("confidence".to_owned(), json!(confidence));
                    }
                }
            }
        }
        Ok(())
    };
    let result = all();
    decoder.stop();
    result
}

/// L and the specialists that are available.
pub(super) fn searched_terms(models: &Models, pair: &LanguagePair) -> Result<SearchedTerms, Failure> {
    let mut names = Vec::new();
    for term in ["L", "src", "tgt"] {
        match models.resolve(pair, term) {
            Ok(_) => names.push(term),
            Err(RecipeError::MissingRole(_)) => {}
            Err(RecipeError::Failed(failure)) => return Err(failure),
        }
    }
    if names.len() < 2 {
        return Err(Failure::usage(
            &format!("no weights to search for {pair}: fewer than two of L, S_SRC and S_TGT are available"),
            "Name them: --models L=MODEL S_SRC=MODEL S_TGT=MODEL",
        ));
    }
    Ok(SearchedTerms { names, fine_tuned: models.resolve(pair, "L_MT").is_ok() })
}

struct Sweep<'a> {
    models: &'a Models,
    decoder: &'a mut Decoder,
    scorer: &'a Scorer,
    pair: &'a LanguagePair,
    terms: &'a SearchedTerms,
}

impl Sweep<'_> {
    /// Finds the best sum on `dev`, saves it as `tuned`, and adds its section to the report.
    fn search(&mut self, dev: &TestSet, report: &mut EvaluationReport) -> Result<SweepResult, Failure> {
        let plain = self.terms.names.join(" + ");
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let plain_bleu = self.score(dev, &plain, &mut lines)?;
        let names = self.terms.names.clone();
        let candidates = search(names.len(), |shares| self.score(dev, &sum_of(&names, shares), &mut lines))?;
        // The plain sum of three models is not in the grid of sixteenths. The stable sort prefers it among equals.
        let mut ranked = vec![(plain.clone(), plain_bleu)];
        ranked.extend(candidates.iter().map(|(shares, bleu)| (sum_of(&names, shares), *bleu)));
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let single = ranked.iter().find(|(sum, _)| names.contains(&sum.as_str())).cloned();
        let (Some((sum, bleu)), Some((single, single_bleu))) = (ranked.first().cloned(), single) else {
            return Err(Error::NoModel(self.pair.clone()).into());
        };
        // The gap is measured to the fine-tuned large model, else to the best single model.
        let goal = match self.terms.fine_tuned {
            true => ("L_MT".to_owned(), self.score(dev, "L_MT", &mut lines)?),
            false => (single.clone(), single_bleu),
        };
        let mut order = vec![plain.clone()];
        order.extend(self.terms.fine_tuned.then(|| "L_MT".to_owned()));
        order.extend(ranked.iter().map(|(sum, _)| sum.clone()).filter(|sum| *sum != plain));
        let p_plain = self.compare(dev, true, &lines, &plain, &sum)?.p_value;
        let confidence = self.compare(dev, true, &lines, &single, &sum)?;
        let closed = gap(plain_bleu, goal.1, bleu);
        let measured = format!(
            "BLEU {bleu:.2} on {} lines of {}; {plain} {plain_bleu:.2}, {} alone {single_bleu:.2}",
            dev.source.len(),
            dev.name,
            role_of(&single)
        );
        let found = SweepResult { sum: sum.clone(), single: single.clone(), measured };
        let saved = self.save(&found, &confidence)?;

        let mut section = self.section(dev, &order, &lines, &sum)?;
        section.note(format!(
            "Best of {} sums: **{sum}**, BLEU {bleu:.2}. Against the plain sum ({plain_bleu:.2}) {:+.2}, {}; against the best \
            single model {} ({single_bleu:.2}) {:+.2}, {}.",
            ranked.len(),
            bleu - plain_bleu,
            significance(p_plain, true),
            role_of(&single),
            bleu - single_bleu,
            significance(confidence.p_value, true)
        ));
        section.note(gap_sentence(role_of(&goal.0), plain_bleu, goal.1, bleu));
        section.note(
            "The search used these lines, so the figures are biased upwards; those of other sets given with --tests are not."
                .to_owned(),
        );
        section.note(format!("Saved in {}: `wasan translate --recipe {TUNED}`.", saved.display()));
        report.sections.push(section);
        report.tuned.push(json!({
            "from": self.pair.from, "to": self.pair.to, "test": dev.name, "sum": sum, "bleu": bleu,
            "plain": plain, "plain_bleu": plain_bleu, "p_against_plain": p_plain,
            "single": single, "single_bleu": single_bleu, "p_against_single": confidence.p_value,
            "goal": goal.0, "goal_bleu": goal.1, "gap_closed": closed, "kept_in": saved,
            "confidence": confidence,
        }));
        Ok(found)
    }

    /// Measures the best sum on another set.
    fn measure(&mut self, test: &TestSet, found: &SweepResult) -> Result<(Section, Confidence), Failure> {
        let plain = self.terms.names.join(" + ");
        let mut order = vec![plain.clone()];
        order.extend(self.terms.fine_tuned.then(|| "L_MT".to_owned()));
        order.extend([found.single.clone(), found.sum.clone()]);
        let mut seen = BTreeSet::new();
        order.retain(|sum| seen.insert(sum.clone()));
        let mut lines = BTreeMap::new();
        let mut bleu = Vec::new();
        for sum in &order {
            bleu.push((sum.as_str(), self.score(test, sum, &mut lines)?));
        }
        let goal = if self.terms.fine_tuned { "L_MT" } else { &found.single };
        let of = |wanted: &str| bleu.iter().find(|(sum, _)| *sum == wanted).map(|(_, bleu)| *bleu);
        let mut section = self.section(test, &order, &lines, &found.sum)?;
        if let (Some(plain), Some(target), Some(tuned)) = (of(&plain), of(goal), of(&found.sum)) {
            section.note(gap_sentence(role_of(goal), plain, target, tuned));
        }
        let confidence = self.compare(test, false, &lines, &found.single, &found.sum)?;
        section.note(format!(
            "**{}** against the best single model {}: {:+.2} BLEU, {}.",
            found.sum,
            role_of(&found.single),
            confidence.difference,
            significance(confidence.p_value, false)
        ));
        Ok((section, confidence))
    }

    fn score(
        &mut self,
        test: &TestSet,
        sum: &str,
        lines: &mut BTreeMap<String, Vec<String>>,
    ) -> Result<f64, Failure> {
        let recipe = self.resolve(sum)?;
        let decoded = self.decoder.decode(test, &recipe, sum)?;
        let bleu = self.scorer.bleu_of(&decoded.lines, &test.reference)?;
        if lines.insert(sum.to_owned(), decoded.lines.clone()).is_none() {
            self.decoder.print(&format!("{}, {}, {sum}: BLEU {bleu:.2}", test.name, self.pair));
        }
        Ok(bleu)
    }

    fn resolve(&self, sum: &str) -> Result<ResolvedRecipe, Failure> {
        self.models.resolve(self.pair, sum).map_err(|error| error.into_failure(sum))
    }

    /// Tests whether a sum is significantly better than another.
    fn compare(
        &self,
        test: &TestSet,
        searched: bool,
        lines: &BTreeMap<String, Vec<String>>,
        against: &str,
        sum: &str,
    ) -> Result<Confidence, Failure> {
        let of = |sum: &str| {
            let lines = lines.get(sum).map_or(&[][..], Vec::as_slice);
            self.scorer.bleu.statistics(lines, std::slice::from_ref(&test.reference))
        };
        let (baseline, system) = (of(against)?, of(sum)?);
        let bleu = |of: &Statistics| self.scorer.bleu.score_of(&of.sums());
        let compared = paired_bootstrap(&self.scorer.bleu, &baseline, &system, RESAMPLES, SEED)?;
        Ok(Confidence {
            test: test.name.clone(),
            searched,
            against: against.to_owned(),
            bleu: bleu(&system),
            margin: compared.system.margin,
            difference: bleu(&system) - bleu(&baseline),
            // SacreBLEU's test gives equal systems the smallest p-value.
            p_value: if baseline == system { 1.0 } else { compared.p_value },
        })
    }

    // P-values compare with the first sum of `order`.
    fn section(
        &self,
        test: &TestSet,
        order: &[String],
        lines: &BTreeMap<String, Vec<String>>,
        tuned: &str,
    ) -> Result<Section, Failure> {
        let system =
            |sum: &String| lines.get(sum).map(|lines| System { name: sum.clone(), lines: lines.clone() });
        let systems: Vec<System> = order.iter().filter_map(system).collect();
        let reference = std::slice::from_ref(&test.reference);
        let mut table = self.scorer.table(&test.name, &systems, reference, Some(0))?;
        for (index, row) in table.rows.iter_mut().enumerate() {
            row.method = match row.name.as_str() {
                _ if index == 0 => Some("plain sum".to_owned()),
                name if name == tuned => Some(TUNED.to_owned()),
                "L_MT" => Some("fine-tuned".to_owned()),
                _ => None,
            };
        }
        Ok(Section::new(test, table))
    }

    fn save(&self, found: &SweepResult, confidence: &Confidence) -> Result<std::path::PathBuf, Failure> {
        let recipe = self.resolve(&found.sum)?;
        let named = |member: &translation::Member| {
            let chosen = recipe.chosen.get(&member.term).unwrap_or(&member.entry.id);
            (member.term.clone(), chosen.clone())
        };
        let models = recipe.members.iter().map(named).collect();
        let (sum, measured) = (found.sum.clone(), found.measured.clone());
        let tuned = TunedRecipe { sum, models, measured, confidence: Some(confidence.clone()) };
        Ok(save_tuned_recipe(Some(&self.models.library), self.pair, tuned)?)
    }
}

/// `0.5*L + 0.25*src + 0.25*tgt`, or the only term's name. The weights add up to 1, so that probabilities are as sharp as
/// a single model's.
fn sum_of(terms: &[&str], shares: &[u32]) -> String {
    let nonzero = terms.iter().zip(shares).filter(|(_, share)| **share > 0);
    let term = |(term, share): (&&str, &u32)| match *share == WHOLE {
        true => (*term).to_owned(),
        false => format!("{}*{term}", f64::from(*share) / f64::from(WHOLE)),
    };
    nonzero.map(term).collect::<Vec<_>>().join(" + ")
}

/// The share of the gap between the plain sum and a better goal that the tuned sum closes; none without a gap.
fn gap(plain: f64, goal: f64, tuned: f64) -> Option<f64> {
    (goal > plain).then(|| (tuned - plain) / (goal - plain))
}

fn gap_sentence(goal: &str, plain: f64, target: f64, tuned: f64) -> String {
    match gap(plain, target, tuned) {
        Some(share) => format!(
            "The plain sum is {:.2} BLEU behind {goal} ({target:.2}); the tuned sum closes {:.0} % of that.",
            target - plain,
            100.0 * share
        ),
        None => format!(
            "The plain sum is already {:.2} BLEU ahead of {goal} ({target:.2}); the tuned sum is {:.2} ahead.",
            plain - target,
            tuned - target
        ),
    }
}

/// The p-value, and whether it is significant; not stated for the lines on which the sum was chosen.
fn significance(p: f64, searched: bool) -> String {
    match searched {
        true => format!("p = {p:.3} on the lines on which it was chosen"),
        false if p < 0.05 => format!("p = {p:.3}, significant"),
        false => format!("p = {p:.3}, not significant"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_sums_that_parse_exactly() {
        let terms = ["L", "src", "tgt"];
        assert_eq!(sum_of(&terms, &[8, 5, 3]), "0.5*L + 0.3125*src + 0.1875*tgt");
        assert_eq!(sum_of(&terms, &[0, 16, 0]), "src");
        let read = translation::Recipe::parse(&sum_of(&terms, &[13, 0, 3])).unwrap();
        assert_eq!(read.terms.iter().map(|term| term.weight * 16.0).collect::<Vec<_>>(), [13.0, 3.0]);
    }

    #[test]
    fn a_gap_is_described_in_both_directions() {
        assert!(gap_sentence("L_MT", 30.0, 34.0, 31.0).contains("closes 25 %"));
        assert!(
            gap_sentence("L", 30.0, 29.0, 31.5)
                .contains("already 1.00 BLEU ahead of L (29.00); the tuned sum is 2.50")
        );
        assert_eq!(gap(1.0, 1.0, 2.0), None);
    }
}
