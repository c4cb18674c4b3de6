//! Noisy-channel reranking: several hypotheses of a sentence, of which the models choose one themselves. The chosen one
//! has the highest mean log P(translation | source) + λ · mean log P(source | translation), both under the recipe's sum
//! (Yee, Dauphin and Auli 2019, "Simple and Effective Noisy Channel Modeling for Neural Machine Translation").
//!
//! The settings of a pair are `reranking.json` beside the imported models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::{Choice, Recipe};
use serde::{Deserialize, Serialize};

use crate::checks::Reason;
use crate::error::{Error, Result};
use crate::languages::LanguagePair;
use crate::pair_file;
use crate::sentence_report::{HypothesisReport, SentenceReport, SentenceStatus, UncertainWord};

const FILE: &str = "reranking.json";

/// The term of the large model.
pub(crate) const LARGE: &str = "L";

/// λ of pairs without settings.
const LAMBDA: f32 = 0.5;

/// Mean log-probability from which a translation is not doubted, of pairs without settings.
const CERTAIN: f32 = -0.1;

/// The most hypotheses of a sentence beside that of the recipe.
pub const MAX_HYPOTHESES: usize = 5;

/// Samples of a recipe with one model, which has no partial sums.
const SAMPLES: u32 = 4;
const SAMPLE: Choice = Choice { temperature: 0.5, top_p: 0.9, top_k: 31, seed: 0 };

/// How the hypotheses of a pair are made and weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reranking {
    /// λ, the weight of log P(source | translation).
    pub lambda: f32,
    /// Mean log-probability a token from which the recipe's own translation is taken without asking the other sums; 0 asks
    /// them always.
    pub certain: f32,
    /// Sums of the recipe's terms, such as `L + src`, whose translations are hypotheses beside that of the recipe.
    pub hypotheses: Vec<String>,
    /// The measurement that chose them, as text.
    #[serde(default)]
    pub measured: String,
}

impl Reranking {
    /// The settings of a recipe without measurement (`members`: terms with weights). Each hypothesis takes time, so there are
    /// only two: two models that are added to L, alone, or the only one and L. On development lines (de → en, starters) these
    /// gained more than partial sums with L, and cost less.
    pub fn of_recipe(members: &[(String, f32)]) -> Self {
        let added = || members.iter().filter(|(_, weight)| *weight > 0.0).map(|(term, _)| term);
        let (large, mut hypotheses): (Vec<_>, Vec<_>) = added().cloned().partition(|term| term == LARGE);
        hypotheses.extend(large);
        hypotheses.truncate(if members.len() > 1 { 2 } else { 0 });
        Self { hypotheses, ..Self::every(members) }
    }

    /// The settings with all hypotheses that a measurement may choose from, for every sentence: each model that is added,
    /// alone, and L with each of the others.
    pub fn every(members: &[(String, f32)]) -> Self {
        let added = || members.iter().filter(|(_, weight)| *weight > 0.0);
        let large = added().find(|(term, _)| term == LARGE);
        let alone = added().filter(|_| members.len() > 1).map(|(term, _)| term.clone());
        let partial = added().filter_map(|(term, weight)| {
            let (name, own) = large.filter(|(name, _)| name != term && members.len() > 2)?;
            Some(format!("{own}*{name} + {weight}*{term}"))
        });
        let hypotheses = alone.chain(partial).take(MAX_HYPOTHESES).collect();
        Self { lambda: LAMBDA, certain: CERTAIN, hypotheses, measured: String::new() }
    }

    /// Whether a recipe has all terms of the hypotheses.
    pub fn fits(&self, members: &[(String, f32)]) -> bool {
        let weights = |sum: &String| weights(sum, members).is_some();
        self.hypotheses.len() <= MAX_HYPOTHESES && self.hypotheses.iter().all(weights)
    }

    /// Whether a translation by the recipe is so unlikely or faulty that others are tried.
    pub(crate) fn is_doubtful(&self, own: &SentenceReport) -> bool {
        let fits = !own.reasons.contains(&Reason::TooLong);
        fits && (own.score < self.certain || faults(own) > Default::default())
    }

    /// How the hypotheses beside the recipe's own are decoded: with these weights of `members`, or as samples.
    pub(crate) fn decodings(&self, members: &[(String, f32)]) -> Vec<HypothesisDecoding> {
        let sums = self.hypotheses.iter().filter_map(|sum| {
            Some(HypothesisDecoding {
                name: sum.clone(),
                weights: weights(sum, members)?,
                choice: Choice::GREEDY,
            })
        });
        let sample = |seed| HypothesisDecoding {
            name: format!("sample {seed}"),
            weights: Vec::new(),
            choice: Choice { seed, ..SAMPLE },
        };
        match members.len() {
            1 => (1..=SAMPLES).map(sample).collect(),
            _ => sums.collect(),
        }
    }
}

/// The sums that translate a sentence, and how one of the translations is chosen.
#[derive(Debug, Clone)]
pub(crate) struct SumsToRerank {
    pub settings: Reranking,
    /// The recipe as text.
    pub recipe: String,
    /// The others.
    pub sums: Vec<String>,
}

/// How one hypothesis is decoded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HypothesisDecoding {
    /// Its sum, or the number of its sample.
    pub name: String,
    /// Weights of the models, whose absolute values add up to 1; empty = the recipe's.
    pub weights: Vec<f32>,
    pub choice: Choice,
}

/// The weights of a sum's terms for all `members`; `None` if it cannot be parsed or has another term.
fn weights(sum: &str, members: &[(String, f32)]) -> Option<Vec<f32>> {
    let recipe = Recipe::parse(sum).ok().filter(|recipe| recipe.gate.is_none())?;
    let has = |term: &str| members.iter().any(|(name, _)| name == term);
    let all: f32 = recipe.terms.iter().map(|term| term.weight.abs()).sum();
    if !recipe.terms.iter().all(|term| has(&term.model)) || all.is_nan() || all <= 0.0 {
        return None;
    }
    let of = |name: &str| {
        recipe.terms.iter().filter(|term| term.model == name).map(|term| term.weight).sum::<f32>() / all
    };
    Some(members.iter().map(|(name, _)| of(name)).collect())
}

/// Reads the settings in `folder` by pair (`de-en`); empty if there is no file.
///
/// # Errors
/// A malformed file; numbers out of range.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, Reranking>> {
    let all: BTreeMap<String, Reranking> = pair_file::read(folder, FILE)?;
    let is_valid = |Reranking { lambda, certain, .. }: &Reranking| {
        lambda.is_finite() && *lambda >= 0.0 && certain.is_finite() && *certain <= 0.0
    };
    match all.values().find(|settings| !is_valid(settings)) {
        None => Ok(all),
        Some(Reranking { lambda, certain, .. }) => Err(Error::Read {
            path: folder.join(FILE),
            reason: format!("lambda must be 0 or more and certain 0 or less, not {lambda} and {certain}"),
        }),
    }
}

/// Saves the settings of a pair beside the imported models (none = the user's own folder), replacing earlier ones.
///
/// # Errors
/// A malformed `reranking.json`, which is left unchanged; a folder that cannot be written.
pub fn save_reranking(models: Option<&Path>, pair: &LanguagePair, settings: Reranking) -> Result<PathBuf> {
    pair_file::set(models, FILE, pair, Some(settings))
}

/// A hypothesis with its scores.
#[derive(Debug, Clone)]
pub(crate) struct Hypothesis {
    pub report: SentenceReport,
    /// Of typed text.
    pub uncertain_words: Vec<UncertainWord>,
    // Whether the recipe gave it.
    is_own: bool,
    // The sums that gave it.
    sums: Vec<String>,
    /// Mean log P(translation | source) a token; negative infinity if it cannot be computed.
    pub forward: Option<f32>,
    /// Mean log P(source | translation) a token; negative infinity if it cannot be computed.
    pub reverse: Option<f32>,
}

/// The hypotheses of a sentence while they are scored.
#[derive(Debug, Clone)]
pub(crate) struct Rescoring {
    pub hypotheses: Vec<Hypothesis>,
    // Those that are not scored: the checks find more faults in them.
    faulty: Vec<Hypothesis>,
}

impl Rescoring {
    /// The decoded hypotheses with their sums, that of the recipe first, whose own score is `forward` if it is known. Equal ones are scored once, and only those in which
    /// the checks find the fewest faults. A broken one never replaces the recipe's own.
    pub fn new(
        decoded: impl IntoIterator<Item = (String, SentenceReport, Vec<UncertainWord>)>,
        forward: Option<f32>,
    ) -> Self {
        let mut hypotheses: Vec<Hypothesis> = Vec::new();
        for (sum, report, uncertain_words) in decoded {
            match hypotheses.iter_mut().find(|known| known.report.translation == report.translation) {
                Some(known) => known.sums.push(sum),
                None => hypotheses.push(Hypothesis {
                    is_own: hypotheses.is_empty(),
                    report,
                    uncertain_words,
                    sums: vec![sum],
                    forward: forward.filter(|_| hypotheses.is_empty()),
                    reverse: None,
                }),
            }
        }
        let is_usable = |hypothesis: &Hypothesis| {
            hypothesis.is_own
                || (hypothesis.report.status != SentenceStatus::Kept
                    && !hypothesis.report.reasons.iter().any(Reason::is_broken))
        };
        let usable = hypotheses.iter().filter(|hypothesis| is_usable(hypothesis));
        let fewest = usable.map(|hypothesis| faults(&hypothesis.report)).min().unwrap_or_default();
        let (hypotheses, faulty) = hypotheses
            .into_iter()
            .partition(|hypothesis| is_usable(hypothesis) && faults(&hypothesis.report) == fewest);
        Self { hypotheses, faulty }
    }

    /// The same without scores of the opposite direction.
    pub fn forward_only(mut self) -> Self {
        self.hypotheses.iter_mut().for_each(|hypothesis| hypothesis.reverse = Some(f32::NEG_INFINITY));
        self
    }

    /// The last hypothesis, unless the models find it less likely than the first by more than `most` a token.
    pub fn last_unless_worse(mut self, most: f32) -> Option<Hypothesis> {
        let score = |hypothesis: Option<&Hypothesis>| hypothesis.and_then(|h| h.forward).unwrap_or(0.0);
        let (first, last) = (score(self.hypotheses.first()), score(self.hypotheses.last()));
        if last.is_finite() && last >= first - most {
            self.hypotheses.drain(..self.hypotheses.len().saturating_sub(1));
        } else {
            self.hypotheses.truncate(1);
        }
        self.faulty.clear();
        self.choose(0.0).map(|mut chosen| {
            chosen.report.hypotheses.clear();
            chosen
        })
    }

    /// Whether there are several to choose from. A single one needs only its reverse score, for the quality estimate.
    pub fn compares(&self) -> bool {
        self.hypotheses.len() > 1
    }

    /// Whether a score is missing.
    pub fn is_open(&self) -> bool {
        let is_scored =
            |scored: &Hypothesis| (scored.forward.is_some() || !self.compares()) && scored.reverse.is_some();
        !self.hypotheses.iter().all(is_scored)
    }

    /// The chosen hypothesis, its report completed with the scores and all hypotheses; the earlier of equally good ones.
    pub fn choose(self, lambda: f32) -> Option<Hypothesis> {
        let all = || self.hypotheses.iter().chain(&self.faulty);
        // A sentence that only one sum has translated has no hypotheses.
        let is_judged = all().map(|hypothesis| hypothesis.sums.len()).sum::<usize>() > 1;
        let listed: Vec<_> = all().filter(|_| is_judged).map(Hypothesis::listed).collect();
        let mut best: Option<Hypothesis> = None;
        for hypothesis in self.hypotheses {
            if best.as_ref().is_none_or(|best| hypothesis.score(lambda) > best.score(lambda)) {
                best = Some(hypothesis);
            }
        }
        best.map(|mut best| {
            let finite = |score: &f32| score.is_finite();
            best.report.score = best.forward.filter(finite).unwrap_or(best.report.score);
            best.report.reconstruction = best.reverse.filter(finite).or(best.report.reconstruction);
            if let Some(evidence) = &mut best.report.evidence {
                // The recipe's sum judges it, whichever sum gave it.
                evidence.mean = best.forward.filter(finite).unwrap_or(evidence.mean);
                evidence.reconstruction = best.report.reconstruction;
            }
            best.report.hypotheses = listed;
            best
        })
    }
}

impl Hypothesis {
    fn score(&self, lambda: f32) -> f32 {
        let reverse = if lambda > 0.0 { lambda * self.reverse.unwrap_or(0.0) } else { 0.0 };
        self.forward.unwrap_or(0.0) + reverse
    }

    fn listed(&self) -> HypothesisReport {
        HypothesisReport {
            translation: self.report.translation.clone(),
            sums: self.sums.clone(),
            is_own: self.is_own,
            scores: self.forward.zip(self.reverse),
        }
    }
}

/// Faults that the checks find: broken, worth a retry, required but missing or put in. Smaller is better.
fn faults(report: &SentenceReport) -> (usize, usize, usize) {
    let count = |is: &dyn Fn(&Reason) -> bool| report.reasons.iter().filter(|reason| is(reason)).count();
    let missing = |reason: &Reason| {
        matches!(reason, Reason::Inserted(_) | Reason::NewNumber(_)) || reason.is_something_missing()
    };
    (count(&Reason::is_broken), count(&Reason::is_worth_a_retry), count(&missing))
}

#[cfg(test)]
mod tests;
