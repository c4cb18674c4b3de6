//! What the searches on a development set share: their directions with models and test sets, translation, comparison.

use std::path::PathBuf;
use std::rc::Rc;

use evaluation::significance::{SEED, paired_bootstrap};
use evaluation::{Metric, Statistics, System};
use translation::{LanguagePair, Quality};

use super::arguments::Evaluate;
use super::decoder::{Decoded, Decoder};
use super::metrics::Scorer;
use super::models::{Models, RecipeError, ResolvedRecipe};
use super::report::{EvaluationReport, Section};
use super::test_sets::{TestSet, read_in_direction};
use crate::failure::Failure;

/// SacreBLEU's number of bootstrap resamples.
const RESAMPLES: usize = 1000;

/// The models whose weights are searched for a pair.
pub struct SearchedTerms {
    pub names: Vec<&'static str>,
    /// Whether the fine-tuned large model is available, which the paper's sums do not reach.
    pub fine_tuned: bool,
}

impl SearchedTerms {
    /// The plain sum.
    pub fn plain(&self) -> String {
        self.names.join(" + ")
    }
}

/// The search for one direction.
pub struct Tuning<'a> {
    pub models: &'a Models,
    pub decoder: &'a mut Decoder,
    pub scorer: &'a Scorer,
    pub pair: &'a LanguagePair,
    pub terms: &'a SearchedTerms,
}

/// A system compared with a baseline by paired bootstrap resampling.
pub struct Comparison {
    /// BLEU of the system.
    pub bleu: f64,
    /// Half the width of the 95 % confidence interval of its BLEU.
    pub margin: f64,
    /// BLEU of the system minus BLEU of the baseline.
    pub difference: f64,
    /// Two-sided p-value of the difference.
    pub p_value: f64,
}

/// Searches for each direction: `search` gets the set to search on and the others, which only measure.
///
/// # Errors
/// Test sets or models that cannot be read, checked before anything is decoded; the first of `search`.
pub fn run(
    command: &Evaluate,
    report: &mut EvaluationReport,
    mut search: impl FnMut(&mut Tuning<'_>, &TestSet, &[TestSet], &mut EvaluationReport) -> Result<(), Failure>,
) -> Result<(), Failure> {
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
    let result = searches.iter().try_for_each(|(pair, terms, sets, scorer)| {
        let mut tuning = Tuning { models: &models, decoder: &mut decoder, scorer, pair, terms };
        sets.split_first().map_or(Ok(()), |(dev, others)| search(&mut tuning, dev, others, report))
    });
    decoder.stop();
    result
}

/// L and the specialists that are available.
fn searched_terms(models: &Models, pair: &LanguagePair) -> Result<SearchedTerms, Failure> {
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

impl Tuning<'_> {
    /// The models of a sum.
    pub fn resolve(&self, sum: &str, quality: Quality) -> Result<ResolvedRecipe, Failure> {
        let recipe = self.models.resolve(self.pair, sum).map_err(|error| error.into_failure(sum))?;
        Ok(ResolvedRecipe { quality, ..recipe })
    }

    /// Translates a set with a sum.
    pub fn decode(&mut self, test: &TestSet, sum: &str, quality: Quality) -> Result<Rc<Decoded>, Failure> {
        let recipe = self.resolve(sum, quality)?;
        self.decoder.decode(test, &recipe, sum)
    }

    /// A table of systems with their times; p-values compare with the first.
    pub fn section(&self, test: &TestSet, systems: &[(String, Rc<Decoded>)]) -> Result<Section, Failure> {
        let lines = systems.iter().map(|(name, decoded)| (name.clone(), decoded.lines.clone()));
        let mut section = self.section_of_lines(test, lines)?;
        for (at, (_, decoded)) in systems.iter().enumerate() {
            section.set_time(at, decoded.seconds, decoded.tokens_per_second());
        }
        Ok(section)
    }

    /// A table of systems by name and lines.
    pub fn section_of_lines(
        &self,
        test: &TestSet,
        systems: impl IntoIterator<Item = (String, Vec<String>)>,
    ) -> Result<Section, Failure> {
        let systems: Vec<System> = systems.into_iter().map(|(name, lines)| System { name, lines }).collect();
        let reference = std::slice::from_ref(&test.reference);
        Ok(Section::new(test, self.scorer.table(&test.name, &systems, reference, Some(0))?))
    }

    /// The folder of the models, where what was found is saved.
    pub fn library(&self) -> &PathBuf {
        &self.models.library
    }
}

/// Tests whether a system's translations are significantly better than a baseline's.
pub fn compare(
    scorer: &Scorer,
    test: &TestSet,
    baseline: &[String],
    system: &[String],
) -> Result<Comparison, Failure> {
    let of = |lines: &[String]| scorer.bleu.statistics(lines, std::slice::from_ref(&test.reference));
    let (baseline, system) = (of(baseline)?, of(system)?);
    let bleu = |of: &Statistics| scorer.bleu.score_of(&of.sums());
    let compared = paired_bootstrap(&scorer.bleu, &baseline, &system, RESAMPLES, SEED)?;
    Ok(Comparison {
        bleu: bleu(&system),
        margin: compared.system.margin,
        difference: bleu(&system) - bleu(&baseline),
        // SacreBLEU's test gives equal systems the smallest p-value.
        p_value: if baseline == system { 1.0 } else { compared.p_value },
    })
}
