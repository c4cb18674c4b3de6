//! The noisy-channel choice: what it gains over its plain sum, and `wasan evaluate --tune-choice`, which searches its
//! settings on a development set.

use std::path::PathBuf;
use std::rc::Rc;

use serde_json::json;
use translation::{
    HypothesisReport, MAX_BRANCHES, Quality, Reranking, SentenceReport, save_reranking, sentences,
};

use super::arguments::Evaluate;
use super::decoder::Decoded;
use super::metrics::Scorer;
use super::models::ResolvedRecipe;
use super::report::EvaluationReport;
use super::test_sets::TestSet;
use super::tuning::{self, Tuning, compare};
use crate::failure::Failure;

/// Values of λ that are tried.
const LAMBDAS: [f32; 6] = [0.0, 0.25, 0.5, 0.75, 1.0, 2.0];

/// Values of the log-probability from which the sum's translation is taken without branches; 0 never takes it.
const CERTAIN: [f32; 5] = [0.0, -0.1, -0.2, -0.3, -0.5];

/// What a branch has to gain if all sentences have it, in BLEU.
const GAIN: f64 = 0.1;

/// A sentence for each decoded choice: its gain over the same sum without choice, and its time.
pub fn notes(
    scorer: &Scorer,
    test: &TestSet,
    decoded: &[(&ResolvedRecipe, Rc<Decoded>)],
) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    for (recipe, best) in decoded.iter().filter(|(recipe, _)| recipe.quality == Quality::Best) {
        let is_plain = |(other, _): &&(&ResolvedRecipe, _)| {
            other.quality == Quality::Fast && other.formula == recipe.formula && other.chosen == recipe.chosen
        };
        if let Some((_, plain)) = decoded.iter().find(is_plain) {
            notes.push(gain(scorer, test, &recipe.formula, plain, best)?);
        }
    }
    Ok(notes)
}

fn gain(
    scorer: &Scorer,
    test: &TestSet,
    sum: &str,
    plain: &Decoded,
    best: &Decoded,
) -> Result<String, Failure> {
    let compared = compare(scorer, test, &plain.lines, &best.lines)?;
    Ok(format!(
        "The choice between {sum} and its branches: {:+.2} BLEU over the plain sum, p = {:.3}, in {:.2} times its time.",
        compared.difference,
        compared.p_value,
        best.seconds / plain.seconds.max(1e-9)
    ))
}

/// Searches for each direction on the first test set, saves the settings, and measures them on the others.
pub fn run(command: &Evaluate, report: &mut EvaluationReport) -> Result<(), Failure> {
    tuning::run(command, report, |tuning, dev, others, report| {
        search(tuning, dev, report)?;
        others.iter().try_for_each(|test| measure(tuning, test, report))
    })
}

/// Translates `dev` once with all branches, and saves the λ, threshold and number of them with the highest BLEU.
fn search(tuning: &mut Tuning<'_>, dev: &TestSet, report: &mut EvaluationReport) -> Result<(), Failure> {
    let sum = tuning.terms.plain();
    // What was saved before may ask for less than is searched.
    save(tuning, Reranking { certain: 0.0, branches: MAX_BRANCHES, ..Reranking::default() })?;
    let decoded = tuning.decode(dev, &sum, Quality::Best)?;
    let tried = try_all(tuning, dev, &decoded)?;
    let Some(found) = tried.iter().max_by(|a, b| a.worth.total_cmp(&b.worth)) else { return Ok(()) };
    let (settings, bleu) = (found.settings.clone(), found.bleu);
    let Reranking { lambda, certain, branches, .. } = settings;
    let to = &tuning.pair.to;
    let of_plain = lines_of(&decoded, &Reranking { branches: 0, ..settings.clone() }, to);
    let alone = tuning.scorer.bleu_of(&of_plain, &dev.reference)?;
    let found = format!("λ = {lambda}, certain from {certain}, {branches} branches");
    let measured = format!("BLEU {bleu:.2} on {} lines of {}; {sum} {alone:.2}", dev.source.len(), dev.name);
    tuning.decoder.print(&format!("{}, {}: {found}: {measured}", dev.name, tuning.pair));
    report.tuned.push(json!({
        "from": tuning.pair.from, "to": tuning.pair.to, "test": dev.name, "sum": sum, "bleu": bleu,
        "plain_bleu": alone, "lambda": lambda, "certain": certain, "branches": branches,
    }));
    let saved = save(tuning, Reranking { measured, ..settings.clone() })?;
    let systems = [(sum.clone(), of_plain), (format!("best:{sum}"), lines_of(&decoded, &settings, to))];
    let mut section = tuning.section_of_lines(dev, systems)?;
    section.note(format!(
        "Best of {} settings: {found}. Their figures are biased upwards; those of other sets given with --tests are not. \
        Saved in {}.",
        tried.len(),
        saved.display()
    ));
    report.sections.push(section);
    Ok(())
}

/// Every λ, threshold and number of branches.
fn try_all(tuning: &Tuning<'_>, dev: &TestSet, decoded: &Decoded) -> Result<Vec<Tried>, Failure> {
    let sentences = decoded.sentences.iter().flatten().count().max(1) as f64;
    let mut tried = Vec::new();
    for certain in CERTAIN {
        let asked = decoded.sentences.iter().flatten().filter(|sentence| asks(sentence, certain)).count();
        for branches in 0..=MAX_BRANCHES {
            let price = GAIN * asked as f64 / sentences * f64::from(branches);
            for lambda in LAMBDAS {
                let settings = Reranking { lambda, certain, branches, measured: String::new() };
                let lines = lines_of(decoded, &settings, &tuning.pair.to);
                let bleu = tuning.scorer.bleu_of(&lines, &dev.reference)?;
                tried.push(Tried { settings, bleu, worth: bleu - price });
            }
        }
    }
    Ok(tried)
}

/// Measures the saved settings against the plain sum.
fn measure(tuning: &mut Tuning<'_>, test: &TestSet, report: &mut EvaluationReport) -> Result<(), Failure> {
    let sum = tuning.terms.plain();
    let plain = tuning.decode(test, &sum, Quality::Fast)?;
    let best = tuning.decode(test, &sum, Quality::Best)?;
    let gained = gain(tuning.scorer, test, &sum, &plain, &best)?;
    let mut section = tuning.section(test, &[(sum.clone(), plain), (format!("best:{sum}"), best)])?;
    section.note(gained);
    report.sections.push(section);
    Ok(())
}

fn save(tuning: &Tuning<'_>, settings: Reranking) -> Result<PathBuf, Failure> {
    Ok(save_reranking(Some(tuning.library()), tuning.pair, settings)?)
}

/// Settings that were tried on the development set.
struct Tried {
    settings: Reranking,
    bleu: f64,
    /// BLEU less the price of the time.
    worth: f64,
}

/// The translations as these settings would choose them among all outputs.
fn lines_of(decoded: &Decoded, settings: &Reranking, to: &str) -> Vec<String> {
    decoded.sentences.iter().map(|line| chosen_line(line, settings, to)).collect()
}

/// Whether a sentence is so doubtful that it has branches.
fn asks(sentence: &SentenceReport, certain: f32) -> bool {
    let own = sentence.hypotheses.iter().find(|hypothesis| hypothesis.outputs.contains(&0));
    own.is_some_and(|own| own.scores.is_none_or(|(forward, _)| forward < certain || certain >= 0.0))
}

fn chosen_line(line: &[SentenceReport], settings: &Reranking, to: &str) -> String {
    let text = |sentence: &SentenceReport| {
        let branches = if asks(sentence, settings.certain) { settings.branches } else { 0 };
        chosen(&sentence.hypotheses, branches, settings.lambda).unwrap_or(&sentence.translation).to_owned()
    };
    let texts: Vec<String> = line.iter().map(text).collect();
    let joined = sentences::join(texts.iter().map(|text| (text.as_str(), " ")), to);
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The hypothesis with the highest score among the sum's own and the first `branches`.
fn chosen(all: &[HypothesisReport], branches: u32, lambda: f32) -> Option<&str> {
    let mut best: Option<(&str, f32)> = None;
    let competes = |output: &usize| *output <= branches as usize;
    for hypothesis in all.iter().filter(|other| other.outputs.iter().any(competes)) {
        let Some((forward, reverse)) = hypothesis.scores else { continue };
        let score = forward + if lambda > 0.0 { lambda * reverse } else { 0.0 };
        if best.is_none_or(|(_, highest)| score > highest) {
            best = Some((&hypothesis.translation, score));
        }
    }
    let own =
        all.iter().find(|hypothesis| hypothesis.outputs.contains(&0)).map(|own| own.translation.as_str());
    best.map(|(text, _)| text).or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_as_many_branches_as_asked_for_compete() {
        let hypothesis = |translation: &str, outputs: &[usize], scores| HypothesisReport {
            translation: translation.to_owned(),
            outputs: outputs.to_vec(),
            scores,
        };
        let all = [
            hypothesis("one", &[0, 1], Some((-1.0, -2.0))),
            hypothesis("two", &[2], Some((-1.5, -1.2))),
            hypothesis("three", &[3], None),
        ];
        let text = |branches, lambda| chosen(&all, branches, lambda).map(str::to_owned);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!([text(0, 1.0), text(1, 1.0)], [some("one"), some("one")]);
        assert_eq!((text(3, 0.5), text(3, 1.0)), (some("one"), some("two")));
    }
}
