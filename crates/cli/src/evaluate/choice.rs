//! The noisy-channel choice: what it gains over its plain sum, and `wasan evaluate --tune-choice`, which searches its
//! settings on a development set.

use std::rc::Rc;

use evaluation::significance::{SEED, paired_bootstrap};
use evaluation::{Metric, System};
use serde_json::json;
use translation::{
    HypothesisReport, LanguagePair, Quality, Reranking, SentenceReport, save_reranking, sentences,
};

use super::arguments::Evaluate;
use super::decoder::{Decoded, Decoder};
use super::metrics::Scorer;
use super::models::{Models, ResolvedRecipe};
use super::report::{EvaluationReport, Section};
use super::sweep::searched_terms;
use super::test_sets::{TestSet, read_in_direction};
use crate::failure::Failure;

/// SacreBLEU's number of bootstrap resamples.
const RESAMPLES: usize = 1000;

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
    let statistics = |of: &Decoded| scorer.bleu.statistics(&of.lines, std::slice::from_ref(&test.reference));
    let (baseline, system) = (statistics(plain)?, statistics(best)?);
    let bleu = |of: &evaluation::Statistics| scorer.bleu.score_of(&of.sums());
    let compared = paired_bootstrap(&scorer.bleu, &baseline, &system, RESAMPLES, SEED)?;
    // SacreBLEU's test gives equal systems the smallest p-value.
    let p = if baseline == system { 1.0 } else { compared.p_value };
    Ok(format!(
        "The choice between hypotheses of {sum}: {:+.2} BLEU over the plain sum, p = {p:.3}, in {:.2} times its time.",
        bleu(&system) - bleu(&baseline),
        best.seconds / plain.seconds.max(1e-9)
    ))
}

/// Searches for each direction on the first test set, saves the settings, and measures them on the others.
pub fn run(command: &Evaluate, report: &mut EvaluationReport) -> Result<(), Failure> {
    let pairs = command.pairs()?;
    let Some(first) = pairs.first() else { return Ok(()) };
    let models = Models::new(&command.models, first)?;
    let mut searches = Vec::new();
    for pair in &pairs {
        let sum = searched_terms(&models, pair)?.names.join(" + ");
        let sets: Result<Vec<_>, _> = command
            .test_sets()
            .map(|test| read_in_direction(test, first, pair, command.sample_size()))
            .collect();
        searches.push((pair, sum, sets?, command.metrics.scorer(Some(&pair.to))?));
    }
    let mut decoder = Decoder::start(command.setup(&models));
    let mut all = || -> Result<(), Failure> {
        for (pair, sum, sets, scorer) in &searches {
            let mut tuning = Tuning { models: &models, decoder: &mut decoder, scorer, pair, sum };
            let Some((dev, others)) = sets.split_first() else { continue };
            tuning.search(dev, report)?;
            for test in others {
                report.sections.push(tuning.measure(test)?);
            }
        }
        Ok(())
    };
    let result = all();
    decoder.stop();
    result
}

struct Tuning<'a> {
    models: &'a Models,
    decoder: &'a mut Decoder,
    scorer: &'a Scorer,
    pair: &'a LanguagePair,
    sum: &'a str,
}

impl Tuning<'_> {
    /// Translates `dev` once with all hypotheses, and saves the λ and the subset of them with the highest BLEU.
    fn search(&mut self, dev: &TestSet, report: &mut EvaluationReport) -> Result<(), Failure> {
        let plain = self.models.resolve(self.pair, self.sum).map_err(|error| error.into_failure(self.sum))?;
        let members: Vec<_> =
            plain.members.iter().map(|member| (member.term.clone(), member.weight)).collect();
        let every = Reranking::every(&members);
        // What was saved before may ask for less than is searched.
        self.save(Reranking { certain: 0.0, ..every.clone() })?;
        let best = ResolvedRecipe { quality: Quality::Best, ..plain };
        let decoded = self.decoder.decode(dev, &best, self.sum)?;
        let tried = self.try_all(dev, &decoded, &every)?;
        let Some(found) = tried.iter().max_by(|a, b| a.worth.total_cmp(&b.worth)) else { return Ok(()) };
        let (settings, bleu) = (found.settings.clone(), found.bleu);
        let Reranking { lambda, certain, hypotheses, .. } = &settings;
        let of_plain =
            lines_of(&decoded, &Reranking { hypotheses: Vec::new(), ..settings.clone() }, &self.pair.to);
        let alone = self.scorer.bleu_of(&of_plain, &dev.reference)?;
        let names = if hypotheses.is_empty() { "no other sum".to_owned() } else { hypotheses.join(", ") };
        let found = format!("λ = {lambda}, certain from {certain}, hypotheses of {names}");
        let measured =
            format!("BLEU {bleu:.2} on {} lines of {}; {} {alone:.2}", dev.source.len(), dev.name, self.sum);
        self.decoder.print(&format!("{}, {}: {found}: {measured}", dev.name, self.pair));
        report.tuned.push(json!({
            "from": self.pair.from, "to": self.pair.to, "test": dev.name, "sum": self.sum, "bleu": bleu,
            "plain_bleu": alone, "lambda": lambda, "certain": certain, "hypotheses": hypotheses,
        }));
        let saved = self.save(Reranking { measured, ..settings.clone() })?;
        let systems = [
            System { name: self.sum.to_owned(), lines: of_plain },
            System {
                name: format!("best:{}", self.sum),
                lines: lines_of(&decoded, &settings, &self.pair.to),
            },
        ];
        let table = self.scorer.table(&dev.name, &systems, std::slice::from_ref(&dev.reference), Some(0))?;
        let mut section = Section::new(dev, table);
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
    fn try_all(&self, dev: &TestSet, decoded: &Decoded, all: &Reranking) -> Result<Vec<Tried>, Failure> {
        let sentences = decoded.sentences.iter().flatten().count().max(1) as f64;
        let mut tried = Vec::new();
        for certain in CERTAIN {
            let asked = decoded.sentences.iter().flatten().filter(|sentence| asks(sentence, certain)).count();
            for hypotheses in subsets(&all.hypotheses) {
                let price = GAIN * asked as f64 / sentences * hypotheses.len() as f64;
                for lambda in LAMBDAS {
                    let (hypotheses, measured) = (hypotheses.clone(), String::new());
                    let settings = Reranking { lambda, certain, hypotheses, measured };
                    let lines = lines_of(decoded, &settings, &self.pair.to);
                    let bleu = self.scorer.bleu_of(&lines, &dev.reference)?;
                    tried.push(Tried { settings, bleu, worth: bleu - price });
                }
            }
        }
        Ok(tried)
    }

    /// Measures the saved settings against the plain sum.
    fn measure(&mut self, test: &TestSet) -> Result<Section, Failure> {
        let resolve = |quality| {
            let recipe =
                self.models.resolve(self.pair, self.sum).map_err(|error| error.into_failure(self.sum))?;
            Ok::<_, Failure>(ResolvedRecipe { quality, ..recipe })
        };
        let (plain, best) = (resolve(Quality::Fast)?, resolve(Quality::Best)?);
        let decoded = [&plain, &best].map(|recipe| self.decoder.decode(test, recipe, self.sum));
        let [fast, chosen] = decoded;
        let (fast, chosen) = (fast?, chosen?);
        let system = |name: String, of: &Decoded| System { name, lines: of.lines.clone() };
        let systems = [system(self.sum.to_owned(), &fast), system(format!("best:{}", self.sum), &chosen)];
        let mut table =
            self.scorer.table(&test.name, &systems, std::slice::from_ref(&test.reference), Some(0))?;
        for (row, decoded) in table.rows.iter_mut().zip([&fast, &chosen]) {
            (row.seconds, row.tokens_per_second) = (Some(decoded.seconds), Some(decoded.tokens_per_second()));
        }
        let mut section = Section::new(test, table);
        section.note(gain(self.scorer, test, self.sum, &fast, &chosen)?);
        Ok(section)
    }

    fn save(&self, settings: Reranking) -> Result<std::path::PathBuf, Failure> {
        Ok(save_reranking(Some(&self.models.library), self.pair, settings)?)
    }
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
