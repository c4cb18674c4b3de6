//! Noisy-channel reranking: the sum's translation and branches of it, of which the models choose one themselves. The chosen
//! one has the highest mean log P(translation | source) + λ · mean log P(source | translation), the first under the recipe's
//! sum, the second under the specialist for the source language (Yee, Dauphin and Auli 2019, "Simple and Effective Noisy
//! Channel Modeling for Neural Machine Translation"). A branch has the second likeliest token where the sum was least certain,
//! and goes on from there, so its first score comes with it.
//!
//! The settings of a pair are `reranking.json` beside the imported models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::Branching;
use serde::{Deserialize, Serialize};

use crate::checks::Reason;
use crate::error::{Error, Result};
use crate::languages::LanguagePair;
use crate::pair_file;
use crate::sentence_report::{HypothesisReport, SentenceReport, SentenceStatus, UncertainWord};

const FILE: &str = "reranking.json";

/// The most branches of a translation.
pub const MAX_BRANCHES: u32 = 6;

/// How many translations of a pair there are, and how they are weighed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reranking {
    /// λ, the weight of log P(source | translation).
    pub lambda: f32,
    /// Mean log-probability a token from which the sum's translation is taken without branches; 0 always tries them.
    pub certain: f32,
    /// Branches of a translation.
    pub branches: u32,
    /// The measurement that chose them, as text.
    #[serde(default)]
    pub measured: String,
}

impl Default for Reranking {
    /// The settings of pairs without measurement: chosen on 500 lines of each of four directions with the starters, where a
    /// fourth branch gained 0.07 BLEU more.
    fn default() -> Self {
        Self { lambda: 0.5, certain: -0.1, branches: 3, measured: String::new() }
    }
}

impl Reranking {
    /// The branches as the engine decodes them.
    pub(crate) fn branching(&self) -> Branching {
        Branching { count: self.branches, certain: self.certain }
    }

    fn is_valid(&self) -> bool {
        let Self { lambda, certain, branches, .. } = self;
        lambda.is_finite()
            && *lambda >= 0.0
            && certain.is_finite()
            && *certain <= 0.0
            && *branches <= MAX_BRANCHES
    }
}

/// Reads the settings in `folder` by pair (`de-en`); empty if there is no file.
///
/// # Errors
/// A malformed file; numbers out of range.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, Reranking>> {
    let all: BTreeMap<String, Reranking> = pair_file::read(folder, FILE)?;
    match all.values().find(|settings| !settings.is_valid()) {
        None => Ok(all),
        Some(Reranking { lambda, certain, branches, .. }) => Err(Error::Read {
            path: folder.join(FILE),
            reason: format!(
                "lambda must be 0 or more, certain 0 or less, branches {MAX_BRANCHES} or fewer, not {lambda}, {certain} and {branches}"
            ),
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
    // The outputs that gave it: 0 is the sum's own, the others are branches.
    outputs: Vec<usize>,
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
    /// The outputs, the sum's own first, each with its mean log-probability if that is known. Equal ones are scored once, and
    /// only those in which the checks find the fewest faults. A broken one never replaces the sum's own.
    pub fn new(outputs: impl IntoIterator<Item = (SentenceReport, Vec<UncertainWord>, Option<f32>)>) -> Self {
        let mut hypotheses: Vec<Hypothesis> = Vec::new();
        for (number, (report, uncertain_words, forward)) in outputs.into_iter().enumerate() {
            match hypotheses.iter_mut().find(|known| known.report.translation == report.translation) {
                Some(known) => known.outputs.push(number),
                None => hypotheses.push(Hypothesis {
                    report,
                    uncertain_words,
                    outputs: vec![number],
                    forward,
                    reverse: None,
                }),
            }
        }
        let is_usable = |hypothesis: &Hypothesis| {
            hypothesis.outputs.contains(&0)
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
        // A translation without branches has no hypotheses.
        let is_judged = all().map(|hypothesis| hypothesis.outputs.len()).sum::<usize>() > 1;
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
            outputs: self.outputs.clone(),
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
