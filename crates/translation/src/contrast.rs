//! Contrastive evaluation: whether models prefer the right translation of a sentence to wrong ones that differ in what only
//! the sentence before it decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Output, Request};
use serde::Serialize;

use crate::catalog::CatalogCache;
use crate::engine_host::EngineHost;
use crate::error::{Error, Result};
use crate::languages::LanguagePair;
use crate::requests::RequestBuilder;
use crate::setup::Setup;

/// A sentence whose translation depends on the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContrastCase {
    /// What has to be translated rightly, such as `dropped subject`.
    pub phenomenon: String,
    /// The sentence before it.
    pub context: String,
    /// The sentence.
    pub source: String,
    /// Its right translation.
    pub right: String,
    /// Wrong ones, at least one.
    pub wrong: Vec<String>,
}

/// Whether the right translation of a case has the highest log-probability of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ContrastOutcome {
    /// Where the models see the sentence alone.
    pub alone: bool,
    /// Where they see its context too, if their prompt has a place for it.
    pub in_context: bool,
    /// Tokens of the prompts that have no context.
    pub prompt_tokens: usize,
    /// Tokens that the context adds to them.
    pub context_tokens: usize,
}

/// Scores all translations of each case with the models of a pair; `chosen` are models by term, as in
/// [`DecodeOptions::chosen`](crate::DecodeOptions::chosen), and `on_case` gets the number of cases done.
///
/// # Errors
/// No usable GPU, models that cannot be loaded or summed, a case that does not fit the models' context.
pub fn contrast(
    setup: &Setup,
    pair: &LanguagePair,
    chosen: &BTreeMap<String, String>,
    cases: &[ContrastCase],
    on_case: &mut dyn FnMut(usize),
) -> Result<Vec<ContrastOutcome>> {
    let catalog = Arc::new(CatalogCache::new(setup.models.clone()));
    let mut host = EngineHost::new(setup.clone(), catalog, Box::new(|_| {}));
    let models = host.model_set(pair, setup.recipe.as_deref(), chosen)?;
    host.activate(&models)?;
    let builder = host.request_builder(&models, pair)?;
    let batch = host.batch().ok_or(Error::Stopped)?;
    let mut outcomes = Vec::with_capacity(cases.len());
    for case in cases {
        let context = builder.context(&[case.context.as_str()], &pair.from)?;
        let alone = requests(case, "", &builder)?;
        let in_context = requests(case, &context, &builder)?;
        let tokens =
            |requests: &[Request]| requests.first().map_or(0, |one| one.prompts.iter().map(Vec::len).sum());
        let prompt_tokens: usize = tokens(&alone);
        let context_tokens = tokens(&in_context).saturating_sub(prompt_tokens);
        outcomes.push(ContrastOutcome {
            alone: is_right(&batch.run(alone)?),
            in_context: is_right(&batch.run(in_context)?),
            prompt_tokens,
            context_tokens,
        });
        on_case(outcomes.len());
    }
    Ok(outcomes)
}

/// The requests that score a case's translations, the right one first.
fn requests(case: &ContrastCase, context: &str, builder: &RequestBuilder) -> Result<Vec<Request>> {
    let scored = |text: &String| {
        let request = builder.forward((&case.source, context), text, None)?;
        request.ok_or_else(|| Error::TooLongToScore(case.source.clone()))
    };
    std::iter::once(&case.right).chain(&case.wrong).map(scored).collect()
}

/// Whether the first output is more likely than each of the others.
fn is_right(outputs: &[Output]) -> bool {
    let score = |output: &Output| output.tokens.iter().map(|token| token.log_probability).sum::<f32>();
    let mut scores = outputs.iter().map(score);
    scores.next().is_some_and(|right| scores.all(|wrong| right > wrong))
}
