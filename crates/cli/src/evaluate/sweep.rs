//! `wasan evaluate --sweep`: searches weights on half of a development set by successive halving. The other half decides
//! whether the best sum is so much better than the plain one that it takes its place.

use std::collections::BTreeMap;
use std::path::PathBuf;

use evaluation::sample;
use serde_json::json;
use translation::{Confidence, Error, Quality, TUNED, TunedRecipe, save_tuned_recipe};

use super::arguments::Evaluate;
use super::formulas::role_of;
use super::report::{EvaluationReport, Section};
use super::test_sets::TestSet;
use super::tuning::{self, Comparison, Tuning, compare};
use super::weight_search::{Shares, WHOLE, halve, search};
use crate::failure::Failure;

/// Lines of a development set below which a search finds little that holds elsewhere.
const ENOUGH: usize = 1000;

/// Seed of the lines that decide.
const SEED: u64 = 1;

/// p-value below which the best sum replaces the plain one.
const SIGNIFICANT: f64 = 0.05;

/// Searches for each direction on the first test set, saves the best sum, and measures it on the other sets.
pub fn run(command: &Evaluate, report: &mut EvaluationReport) -> Result<(), Failure> {
    tuning::run(command, report, |tuning, dev, others, report| {
        let found = tune(tuning, dev, report)?;
        for test in others {
            report.sections.push(measure(tuning, test, &found)?.0);
        }
        Ok(())
    })
}

/// The best sum of the search, and the best single model.
struct Found {
    sum: String,
    single: String,
}

/// A sum on a test set, compared with the others.
struct Measured {
    against_plain: Comparison,
    against_single: Comparison,
    goal: String,
    goal_bleu: f64,
}

impl Measured {
    fn bleu(&self) -> f64 {
        self.against_plain.bleu
    }

    fn plain_bleu(&self) -> f64 {
        self.bleu() - self.against_plain.difference
    }
}

/// Finds the best sum on one half of `dev`, compares it on the other half, and saves it or the plain sum as `tuned`.
fn tune(tuning: &mut Tuning<'_>, dev: &TestSet, report: &mut EvaluationReport) -> Result<Found, Failure> {
    let (searched, held_out) = halves(dev)?;
    let mut rungs = Rungs::new(&searched);
    let names = tuning.terms.names.clone();
    let best = search(names.len(), |candidates: &[Shares]| {
        halve(candidates, rungs.parts.len(), |shares, rung| {
            rungs.score(tuning, &sum_of(&names, shares), rung)
        })
    })?;
    let last = rungs.parts.len().saturating_sub(1);
    let single = halve(&names, 1, |name, _| rungs.score(tuning, name, last))?;
    let (Some(best), Some(single)) = (best, single) else {
        return Err(Error::NoModel(tuning.pair.clone()).into());
    };
    let found = Found { sum: sum_of(&names, &best), single: single.to_owned() };
    let (mut section, measured) = measure(tuning, &held_out, &found)?;

    let plain = tuning.terms.plain();
    let is_better = measured.against_plain.difference > 0.0 && measured.against_plain.p_value < SIGNIFICANT;
    let (tuned, confidence) = match is_better {
        true => (found.sum.clone(), confidence(&held_out, &found.single, &measured.against_single)),
        false => (plain.clone(), plain_confidence(tuning, &held_out, &found.single)?),
    };
    let decided = format!("{} held-out lines of {}", held_out.source.len(), dev.name);
    let text = format!(
        "BLEU {:.2} on {decided}; {} alone {:.2}",
        confidence.bleu,
        role_of(&found.single),
        confidence.bleu - confidence.difference
    );
    let saved = save(tuning, &tuned, text, &confidence)?;
    section.note(format!(
        "**{}** is the best of {} sums on the other half of the lines. {} Saved in {}: `wasan translate --recipe {TUNED}`.",
        found.sum,
        rungs.sums(),
        match is_better {
            true => "It is significantly better than the plain sum on these.".to_owned(),
            false => format!("It is not significantly better than the plain sum on these, so `{TUNED}` is {plain}."),
        },
        saved.display()
    ));
    if dev.source.len() < ENOUGH {
        section.note(format!(
            "Searched on few lines: with {ENOUGH} or more a better sum is found more often, and more surely."
        ));
    }
    report.sections.push(section);
    report.tuned.push(json!({
        "from": tuning.pair.from, "to": tuning.pair.to, "test": held_out.name, "sum": tuned, "best": found.sum,
        "bleu": measured.bleu(), "plain": plain, "plain_bleu": measured.plain_bleu(),
        "p_against_plain": measured.against_plain.p_value,
        "single": found.single, "single_bleu": measured.bleu() - measured.against_single.difference,
        "p_against_single": measured.against_single.p_value,
        "goal": measured.goal, "goal_bleu": measured.goal_bleu,
        "gap_closed": gap(measured.plain_bleu(), measured.goal_bleu, measured.bleu()),
        "sums": rungs.sums(), "kept_in": saved, "confidence": confidence,
    }));
    Ok(found)
}

/// The lines that are searched and those that decide.
fn halves(dev: &TestSet) -> Result<(TestSet, TestSet), Failure> {
    let lines = dev.source.len();
    if lines < 2 {
        return Err(Failure::usage(
            &format!("too few lines to search: {}", dev.name),
            &format!("Half of the lines decide. {ENOUGH} or more are enough."),
        ));
    }
    let decide = sample(lines as u32, lines as u32 / 2, SEED);
    let search: Vec<usize> = (0..lines).filter(|line| decide.binary_search(line).is_err()).collect();
    Ok((dev.part(&search, "searched half"), dev.part(&decide, "held-out half")))
}

/// The searched lines in rungs: a quarter, half and all of them. A line is translated once with each sum.
struct Rungs {
    /// The lines that each rung adds.
    parts: Vec<TestSet>,
    scores: BTreeMap<(String, usize), f64>,
}

impl Rungs {
    fn new(searched: &TestSet) -> Self {
        let rung_of = |line: usize| match line % 4 {
            0 => 0,
            2 => 1,
            _ => 2,
        };
        let part = |rung: usize| {
            let lines: Vec<usize> =
                (0..searched.source.len()).filter(|line| rung_of(*line) == rung).collect();
            searched.part(&lines, &format!("rung {}", rung + 1))
        };
        let parts = (0..3).map(part).filter(|part| !part.source.is_empty()).collect();
        Self { parts, scores: BTreeMap::new() }
    }

    /// BLEU of a sum on the lines up to a rung.
    fn score(&mut self, tuning: &mut Tuning<'_>, sum: &str, rung: usize) -> Result<f64, Failure> {
        let key = (sum.to_owned(), rung);
        if let Some(known) = self.scores.get(&key) {
            return Ok(*known);
        }
        let (mut lines, mut reference) = (Vec::new(), Vec::new());
        for part in self.parts.iter().take(rung + 1) {
            lines.extend(tuning.decode(part, sum, Quality::Fast)?.lines.iter().cloned());
            reference.extend(part.reference.iter().cloned());
        }
        let bleu = tuning.scorer.bleu_of(&lines, &reference)?;
        tuning.decoder.print(&format!("{}, {sum}: BLEU {bleu:.2} on {} lines", tuning.pair, lines.len()));
        self.scores.insert(key, bleu);
        Ok(bleu)
    }

    /// Number of sums that were scored.
    fn sums(&self) -> usize {
        self.scores.keys().filter(|(_, rung)| *rung == 0).count()
    }
}

/// Measures the best sum beside the plain one, the best single model and the fine-tuned large model.
fn measure(tuning: &mut Tuning<'_>, test: &TestSet, found: &Found) -> Result<(Section, Measured), Failure> {
    let plain = tuning.terms.plain();
    let mut systems = Vec::new();
    let fine_tuned = tuning.terms.fine_tuned.then_some("L_MT");
    for sum in [Some(plain.as_str()), fine_tuned, Some(found.single.as_str()), Some(found.sum.as_str())]
        .into_iter()
        .flatten()
    {
        if systems.iter().all(|(name, _)| name != sum) {
            systems.push((sum.to_owned(), tuning.decode(test, sum, Quality::Fast)?));
        }
    }
    let goal = fine_tuned.unwrap_or(&found.single);
    let of = |wanted: &str| {
        let decoded = systems.iter().find(|(sum, _)| sum == wanted);
        decoded.map_or(&[][..], |(_, decoded)| &decoded.lines)
    };
    let measured = Measured {
        against_plain: compare(tuning.scorer, test, of(&plain), of(&found.sum))?,
        against_single: compare(tuning.scorer, test, of(&found.single), of(&found.sum))?,
        goal: goal.to_owned(),
        goal_bleu: tuning.scorer.bleu_of(of(goal), &test.reference)?,
    };
    let mut section = tuning.section(test, &systems)?;
    section.name_methods(|index, name| match name {
        _ if index == 0 => Some("plain sum"),
        name if name == found.sum => Some("best of the search"),
        "L_MT" => Some("fine-tuned"),
        _ => None,
    });
    for (against, compared) in [
        ("the plain sum".to_owned(), &measured.against_plain),
        (format!("the best single model {}", role_of(&found.single)), &measured.against_single),
    ] {
        section.note(format!(
            "**{}** against {against}: {:+.2} BLEU, {}.",
            found.sum,
            compared.difference,
            significance(compared.p_value)
        ));
    }
    section.note(gap_sentence(role_of(goal), measured.plain_bleu(), measured.goal_bleu, measured.bleu()));
    Ok((section, measured))
}

fn confidence(test: &TestSet, single: &str, compared: &Comparison) -> Confidence {
    let Comparison { bleu, margin, difference, p_value } = *compared;
    Confidence { test: test.name.clone(), against: single.to_owned(), bleu, margin, difference, p_value }
}

/// The plain sum against the best single model.
fn plain_confidence(tuning: &mut Tuning<'_>, test: &TestSet, single: &str) -> Result<Confidence, Failure> {
    let plain = tuning.decode(test, &tuning.terms.plain(), Quality::Fast)?;
    let alone = tuning.decode(test, single, Quality::Fast)?;
    Ok(confidence(test, single, &compare(tuning.scorer, test, &alone.lines, &plain.lines)?))
}

fn save(
    tuning: &Tuning<'_>,
    sum: &str,
    measured: String,
    confidence: &Confidence,
) -> Result<PathBuf, Failure> {
    let recipe = tuning.resolve(sum, Quality::Fast)?;
    let named = |member: &translation::Member| {
        let chosen = recipe.chosen.get(&member.term).unwrap_or(&member.entry.id);
        (member.term.clone(), chosen.clone())
    };
    let models = recipe.members.iter().map(named).collect();
    let tuned = TunedRecipe { sum: sum.to_owned(), models, measured, confidence: Some(confidence.clone()) };
    Ok(save_tuned_recipe(Some(tuning.library()), tuning.pair, tuned)?)
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

/// The p-value, and whether it is significant.
fn significance(p: f64) -> String {
    format!("p = {p:.3}, {}", if p < SIGNIFICANT { "significant" } else { "not significant" })
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
