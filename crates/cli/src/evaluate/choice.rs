//! The noisy-channel choice: what it gains over its plain sum, and `wasan evaluate --tune-choice`, which searches its
//! settings on a development set.

use std::path::PathBuf;
use std::rc::Rc;

use serde_json::json;
use translation::{HypothesisReport, Quality, Reranking, SentenceReport, save_reranking, sentences};

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

/// Values of the log-probability from which the recipe's own translation is taken; 0 never takes it.
const CERTAIN: [f32; 5] = [0.0, -0.1, -0.2, -0.3, -0.5];

/// What another sum is worth if all sentences ask for it, in BLEU.
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
        "The choice between hypotheses of {sum}: {:+.2} BLEU over the plain sum, p = {:.3}, in {:.2} times its time.",
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

/// Translates `dev` once with all hypotheses, and saves the λ, threshold and subset of them with the highest BLEU.
fn search(tuning: &mut Tuning<'_>, dev: &TestSet, report: &mut EvaluationReport) -> Result<(), Failure> {
    let sum = tuning.terms.plain();
    let plain = tuning.resolve(&sum, Quality::Fast)?;
    let members: Vec<_> = plain.members.iter().map(|member| (member.term.clone(), member.weight)).collect();
    let every = Reranking::every(&members);
    // What was saved before may ask for less than is searched.
    save(tuning, Reranking { certain: 0.0, ..every.clone() })?;
    let decoded = tuning.decode(dev, &sum, Quality::Best)?;
    let tried = try_all(tuning, dev, &decoded, &every)?;
    let Some(found) = tried.iter().max_by(|a, b| a.worth.total_cmp(&b.worth)) else { return Ok(()) };
    let (settings, bleu) = (found.settings.clone(), found.bleu);
    let Reranking { lambda, certain, hypotheses, .. } = &settings;
    let to = &tuning.pair.to;
    let of_plain = lines_of(&decoded, &Reranking { hypotheses: Vec::new(), ..settings.clone() }, to);
    let alone = tuning.scorer.bleu_of(&of_plain, &dev.reference)?;
    let names = if hypotheses.is_empty() { "no other sum".to_owned() } else { hypotheses.join(", ") };
    let found = format!("λ = {lambda}, certain from {certain}, hypotheses of {names}");
    let measured = format!("BLEU {bleu:.2} on {} lines of {}; {sum} {alone:.2}", dev.source.len(), dev.name);
    tuning.decoder.print(&format!("{}, {}: {found}: {measured}", dev.name, tuning.pair));
    report.tuned.push(json!({
        "from": tuning.pair.from, "to": tuning.pair.to, "test": dev.name, "sum": sum, "bleu": bleu,
        "plain_bleu": alone, "lambda": lambda, "certain": certain, "hypotheses": hypotheses,
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

/// Every λ, threshold and subset of the sums.
fn try_all(
    tuning: &Tuning<'_>,
    dev: &TestSet,
    decoded: &Decoded,
    all: &Reranking,
) -> Result<Vec<Tried>, Failure> {
    let sentences = decoded.sentences.iter().flatten().count().max(1) as f64;
    let mut tried = Vec::new();
    for certain in CERTAIN {
        let asked = decoded.sentences.iter().flatten().filter(|sentence| asks(sentence, certain)).count();
        for hypotheses in subsets(&all.hypotheses) {
            let price = GAIN * asked as f64 / sentences * hypotheses.len() as f64;
            for lambda in LAMBDAS {
                let (hypotheses, measured) = (hypotheses.clone(), String::new());
                let settings = Reranking { lambda, certain, hypotheses, measured };
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

/// The translations as these settings would choose them among the hypotheses of all sums.
fn lines_of(decoded: &Decoded, settings: &Reranking, to: &str) -> Vec<String> {
    decoded.sentences.iter().map(|line| chosen_line(line, settings, to)).collect()
}

/// Whether a sentence is so doubtful that the other sums are asked.
fn asks(sentence: &SentenceReport, certain: f32) -> bool {
    let own = sentence.hypotheses.iter().find(|hypothesis| hypothesis.is_own);
    own.is_some_and(|own| own.scores.is_none_or(|(forward, _)| forward < certain))
}

/// Every subset of the sums, the empty one first.
fn subsets(sums: &[String]) -> Vec<Vec<String>> {
    let of = |bits: usize| {
        sums.iter().enumerate().filter(move |(at, _)| bits & (1 << at) != 0).map(|(_, sum)| sum)
    };
    (0..1usize << sums.len()).map(|bits| of(bits).cloned().collect()).collect()
}

fn chosen_line(line: &[SentenceReport], settings: &Reranking, to: &str) -> String {
    let text = |sentence: &SentenceReport| {
        let sums = if asks(sentence, settings.certain) { &settings.hypotheses[..] } else { &[] };
        chosen(&sentence.hypotheses, sums, settings.lambda).unwrap_or(&sentence.translation).to_owned()
    };
    let texts: Vec<String> = line.iter().map(text).collect();
    let joined = sentences::join(texts.iter().map(|text| (text.as_str(), " ")), to);
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The hypothesis with the highest score among that of the recipe and those of `sums`.
fn chosen<'a>(all: &'a [HypothesisReport], sums: &[String], lambda: f32) -> Option<&'a str> {
    let mut best: Option<(&str, f32)> = None;
    let competes = |sum: &String| sums.contains(sum);
    for hypothesis in all.iter().filter(|other| other.is_own || other.sums.iter().any(competes)) {
        let Some((forward, reverse)) = hypothesis.scores else { continue };
        let score = forward + if lambda > 0.0 { lambda * reverse } else { 0.0 };
        if best.is_none_or(|(_, highest)| score > highest) {
            best = Some((&hypothesis.translation, score));
        }
    }
    let own = all.iter().find(|hypothesis| hypothesis.is_own).map(|own| own.translation.as_str());
    best.map(|(text, _)| text).or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subset_is_tried_once_and_none_first() {
        let sums = ["L", "src"].map(str::to_owned);
        assert_eq!(subsets(&sums), [vec![], vec!["L".to_owned()], vec!["src".to_owned()], sums.to_vec()]);
    }

    #[test]
    fn a_subset_chooses_among_its_own_hypotheses() {
        let hypothesis = |translation: &str, sums: &[&str], is_own, scores| HypothesisReport {
            translation: translation.to_owned(),
            sums: sums.iter().map(|sum| (*sum).to_owned()).collect(),
            is_own,
            scores,
        };
        let all = [
            hypothesis("one", &["L + src", "L"], true, Some((-1.0, -2.0))),
            hypothesis("two", &["src"], false, Some((-1.5, -1.2))),
            hypothesis("three", &["tgt"], false, None),
        ];
        let text = |sums: &[&str], lambda| {
            let sums: Vec<String> = sums.iter().map(|sum| (*sum).to_owned()).collect();
            chosen(&all, &sums, lambda).map(str::to_owned)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(text(&[], 1.0), some("one"));
        assert_eq!(text(&["L", "tgt"], 1.0), some("one"));
        assert_eq!((text(&["src"], 0.5), text(&["src"], 1.0)), (some("one"), some("two")));
    }
}
