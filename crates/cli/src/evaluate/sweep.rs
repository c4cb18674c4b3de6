//! `wasan evaluate --sweep`: the weights that translate a development set best, and what they are worth elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use evaluation::significance::{SEED, paired_bootstrap};
use evaluation::{Metric, Statistics, System};
use serde_json::{Value, json};
use translation::{Confidence, Error, LanguagePair, TUNED, TunedRecipe, save_tuned_recipe};

use super::Evaluate;
use super::decoder::Decoder;
use super::formulas::role_of;
use super::models::{Lacking, Models, Ready};
use super::report::{Report, Section};
use super::scores::Scorer;
use super::search::{WHOLE, search};
use super::sets::{self, TestSet};
use crate::failure::Failure;

/// SacreBLEU's number of resamples.
const RESAMPLES: usize = 1000;

/// The models whose weights are searched for a pair.
struct Terms {
    terms: Vec<&'static str>,
    /// The fine-tuned large model, where it is at hand: what the paper's sums do not reach.
    fine_tuned: bool,
}

/// What a search found on the development set: the best sum, and the best model alone.
struct Found {
    sum: String,
    single: String,
    /// In words.
    measured: String,
}

/// Searches for each direction on the first test set, keeps the best sum, and measures it on the others.
pub fn run(command: &Evaluate, report: &mut Report) -> Result<(), Failure> {
    let pairs = command.pairs()?;
    let Some(first) = pairs.first() else { return Ok(()) };
    let models = Models::new(&command.models, first)?;
    let mut plans = Vec::new();
    for pair in &pairs {
        let sets: Result<Vec<_>, _> =
            command.tests().map(|test| sets::read_in(test, first, pair, command.draw())).collect();
        plans.push((pair, terms(&models, pair)?, sets?, command.metrics.scorer(Some(&pair.to))?));
    }
    let mut decoder = Decoder::start(command.setup(&models));
    let mut all = || -> Result<(), Failure> {
        for (pair, terms, sets, scorer) in &plans {
            let Some((dev, others)) = sets.split_first() else { continue };
            let mut sweep = Sweep { models: &models, decoder: &mut decoder, scorer, pair, terms };
            let found = sweep.search(dev, report)?;
            for (place, test) in others.iter().enumerate() {
                let (section, confidence) = sweep.check(test, &found)?;
                report.sections.push(section);
                // On lines that were not searched, the figures do not flatter.
                if place == 0 {
                    sweep.keep(&found, &confidence)?;
                    if let Some(Value::Object(tuned)) = report.tuned.last_mut() {
                        tuned.insert("confidence".to_owned(), json!(confidence));
                    }
                }
            }
        }
        Ok(())
    };
    let done = all();
    decoder.stop();
    done
}

/// L and the specialists at hand.
fn terms(models: &Models, pair: &LanguagePair) -> Result<Terms, Failure> {
    let mut terms = Vec::new();
    for term in ["L", "src", "tgt"] {
        match models.ready(pair, term) {
            Ok(_) => terms.push(term),
            Err(Lacking::Role(_)) => {}
            Err(Lacking::Failed(failure)) => return Err(failure),
        }
    }
    if terms.len() < 2 {
        return Err(Failure::usage(
            &format!(
                "there is nothing to weigh for {pair}: fewer than two of L, S_SRC and S_TGT are at hand"
            ),
            "Name them: --models L=MODEL S_SRC=MODEL S_TGT=MODEL",
        ));
    }
    Ok(Terms { terms, fine_tuned: models.ready(pair, "L_MT").is_ok() })
}

struct Sweep<'a> {
    models: &'a Models,
    decoder: &'a mut Decoder,
    scorer: &'a Scorer,
    pair: &'a LanguagePair,
    terms: &'a Terms,
}

impl Sweep<'_> {
    /// The best sum on `dev`, kept as `tuned`; its section goes to the report.
    fn search(&mut self, dev: &TestSet, report: &mut Report) -> Result<Found, Failure> {
        let plain = self.terms.terms.join(" + ");
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let plain_bleu = self.score(dev, &plain, &mut lines)?;
        let names = self.terms.terms.clone();
        let candidates = search(names.len(), |shares| self.score(dev, &sum_of(&names, shares), &mut lines))?;
        // The plain sum lies between the sixteenths. Stable: of equals the plainest stays first.
        let mut ranked = vec![(plain.clone(), plain_bleu)];
        ranked.extend(candidates.iter().map(|(shares, bleu)| (sum_of(&names, shares), *bleu)));
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let single = ranked.iter().find(|(sum, _)| names.contains(&sum.as_str())).cloned();
        let (Some((sum, bleu)), Some((single, single_bleu))) = (ranked.first().cloned(), single) else {
            return Err(Error::NoModel(self.pair.clone()).into());
        };
        // What the gap is measured to: the large model fine-tuned, else the best that one model does.
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
        let found = Found { sum: sum.clone(), single: single.clone(), measured };
        let kept = self.keep(&found, &confidence)?;

        let mut section = self.section(dev, &order, &lines, &sum)?;
        section.note(format!(
            "Best of {} sums: **{sum}**, BLEU {bleu:.2}. Against the plain sum ({plain_bleu:.2}) {:+.2}, {}; against the best \
            single model {} ({single_bleu:.2}) {:+.2}, {}.",
            ranked.len(),
            bleu - plain_bleu,
            chance(p_plain, true),
            role_of(&single),
            bleu - single_bleu,
            chance(confidence.p_value, true)
        ));
        section.note(told(role_of(&goal.0), plain_bleu, goal.1, bleu));
        section.note(
            "These lines were searched, so the figures flatter; other sets given with --tests do not."
                .to_owned(),
        );
        section.note(format!("Kept in {}: `wasan translate --recipe {TUNED}`.", kept.display()));
        report.sections.push(section);
        report.tuned.push(json!({
            "from": self.pair.from, "to": self.pair.to, "test": dev.name, "sum": sum, "bleu": bleu,
            "plain": plain, "plain_bleu": plain_bleu, "p_against_plain": p_plain,
            "single": single, "single_bleu": single_bleu, "p_against_single": confidence.p_value,
            "goal": goal.0, "goal_bleu": goal.1, "gap_closed": closed, "kept_in": kept,
            "confidence": confidence,
        }));
        Ok(found)
    }

    /// What a found sum is worth on another set.
    fn check(&mut self, test: &TestSet, found: &Found) -> Result<(Section, Confidence), Failure> {
        let plain = self.terms.terms.join(" + ");
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
            section.note(told(role_of(goal), plain, target, tuned));
        }
        let confidence = self.compare(test, false, &lines, &found.single, &found.sum)?;
        section.note(format!(
            "**{}** against the best single model {}: {:+.2} BLEU, {}.",
            found.sum,
            role_of(&found.single),
            confidence.difference,
            chance(confidence.p_value, false)
        ));
        Ok((section, confidence))
    }

    fn score(
        &mut self,
        test: &TestSet,
        sum: &str,
        lines: &mut BTreeMap<String, Vec<String>>,
    ) -> Result<f64, Failure> {
        let ready = self.ready(sum)?;
        let decoded = self.decoder.decode(test, &ready, sum)?;
        let bleu = self.scorer.bleu_of(&decoded.lines, &test.reference)?;
        if lines.insert(sum.to_owned(), decoded.lines.clone()).is_none() {
            self.decoder.say(&format!("{}, {}, {sum}: BLEU {bleu:.2}", test.name, self.pair));
        }
        Ok(bleu)
    }

    fn ready(&self, sum: &str) -> Result<Ready, Failure> {
        self.models.ready(self.pair, sum).map_err(|lacking| lacking.failure(sum))
    }

    /// How sure it is that a sum is better than another.
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
            // SacreBLEU's test gives equal systems its smallest p.
            p_value: if baseline == system { 1.0 } else { compared.p_value },
        })
    }

    // The first is what p-values compare with.
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
        for (at, row) in table.rows.iter_mut().enumerate() {
            row.method = match row.name.as_str() {
                _ if at == 0 => Some("plain sum".to_owned()),
                name if name == tuned => Some(TUNED.to_owned()),
                "L_MT" => Some("fine-tuned".to_owned()),
                _ => None,
            };
        }
        Ok(Section::new(test, table))
    }

    fn keep(&self, found: &Found, confidence: &Confidence) -> Result<std::path::PathBuf, Failure> {
        let ready = self.ready(&found.sum)?;
        let named = |member: &translation::Member| {
            let chosen = ready.chosen.get(&member.term).unwrap_or(&member.entry.id);
            (member.term.clone(), chosen.clone())
        };
        let models = ready.members.iter().map(named).collect();
        let (sum, measured) = (found.sum.clone(), found.measured.clone());
        let tuned = TunedRecipe { sum, models, measured, confidence: Some(confidence.clone()) };
        Ok(save_tuned_recipe(Some(&self.models.library), self.pair, tuned)?)
    }
}

/// `0.5*L + 0.25*src + 0.25*tgt`, or the name of the only one; shares add up to 1, so that probabilities stay as sharp as
/// one model's.
fn sum_of(terms: &[&str], shares: &[u32]) -> String {
    let some = terms.iter().zip(shares).filter(|(_, share)| **share > 0);
    let term = |(term, share): (&&str, &u32)| match *share == WHOLE {
        true => (*term).to_owned(),
        false => format!("{}*{term}", f64::from(*share) / f64::from(WHOLE)),
    };
    some.map(term).collect::<Vec<_>>().join(" + ")
}

/// The share of the way from the plain sum to a better goal that the tuned sum goes; none where there is no way to go.
fn gap(plain: f64, goal: f64, tuned: f64) -> Option<f64> {
    (goal > plain).then(|| (tuned - plain) / (goal - plain))
}

fn told(goal: &str, plain: f64, target: f64, tuned: f64) -> String {
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

/// The p-value, and what follows from it: of lines that the sum was chosen on, nothing does.
fn chance(p: f64, searched: bool) -> String {
    match searched {
        true => format!("p = {p:.3} on the lines that it was chosen on"),
        false if p < 0.05 => format!("p = {p:.3}, significant"),
        false => format!("p = {p:.3}, not significant"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_sums_that_are_read_back_exactly() {
        let terms = ["L", "src", "tgt"];
        assert_eq!(sum_of(&terms, &[8, 5, 3]), "0.5*L + 0.3125*src + 0.1875*tgt");
        assert_eq!(sum_of(&terms, &[0, 16, 0]), "src");
        let read = translation::Recipe::parse(&sum_of(&terms, &[13, 0, 3])).unwrap();
        assert_eq!(read.terms.iter().map(|term| term.weight * 16.0).collect::<Vec<_>>(), [13.0, 3.0]);
    }

    #[test]
    fn a_gap_is_told_both_ways() {
        assert!(told("L_MT", 30.0, 34.0, 31.0).contains("closes 25 %"));
        assert!(
            told("L", 30.0, 29.0, 31.5)
                .contains("already 1.00 BLEU ahead of L (29.00); the tuned sum is 2.50")
        );
        assert_eq!(gap(1.0, 1.0, 2.0), None);
    }
}
