//! The models of a recipe, with the weights by which their logits are added.

use std::collections::BTreeMap;

use engine::{GateSettings, Recipe};
use model_files::CONTEXT;

use crate::catalog::{Catalog, Member, ModelLocation};
use crate::error::Result;
use crate::languages::LanguagePair;
use crate::reranking::Reranking;
use crate::setup::Setup;
use crate::store::sha256;
use crate::tuned::TUNED;

/// Identifies a batch: its models and the bits of their weights, sorted, since the order of terms does not change the sum, and
/// the bits of its gate.
pub(crate) type BatchKey = (Vec<(ModelLocation, u32)>, Option<[u32; 2]>);

/// The term of the large model.
pub(crate) const LARGE: &str = "L";

/// The term of the specialist for the source language.
pub(crate) const SOURCE: &str = "src";

/// The models that translate a job.
pub(crate) struct ModelSet {
    pub key: BatchKey,
    /// In the order of the recipe's terms.
    pub members: Vec<Member>,
    /// The recipe as text.
    pub recipe: String,
    /// When L decides alone.
    pub gate: Option<GateSettings>,
    /// How the models choose between several translations, if a job wants that.
    pub reranking: Reranking,
}

impl ModelSet {
    /// The models that translate a pair with a recipe (none = the setup's, else the pair's own). `chosen` names models for
    /// the recipe's terms (empty = the setup's, else those of the pair's own recipe).
    ///
    /// # Errors
    /// A recipe that cannot be parsed, a term without a model.
    pub fn choose(
        catalog: &Catalog,
        setup: &Setup,
        pair: &LanguagePair,
        recipe: Option<&str>,
        chosen: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let chosen = if chosen.is_empty() { &setup.chosen } else { chosen };
        let (text, chosen) = match recipe.or(setup.recipe.as_deref()) {
            Some(text) if chosen.is_empty() && text.trim() != TUNED => {
                let own = catalog.recipe_in_use(pair).map(|own| own.models);
                (text.to_owned(), own.unwrap_or_default())
            }
            Some(text) => (text.to_owned(), chosen.clone()),
            None if !chosen.is_empty() => (sum_of(chosen), chosen.clone()),
            None => {
                let own = catalog.recipe_in_use(pair)?;
                (own.recipe, own.models)
            }
        };
        let (recipe, chosen): (Recipe, _) = catalog.recipe(pair, &text, &chosen)?;
        let members = catalog.members(pair, &recipe, &chosen)?;
        let mut models: Vec<_> =
            members.iter().map(|m| (m.entry.origin.clone(), m.weight.to_bits())).collect();
        models.sort();
        let gate = recipe.gate.map(|gate| [gate.certain.to_bits(), gate.share.to_bits()]);
        let reranking = catalog.reranking.get(&pair.to_string()).cloned().unwrap_or_default();
        let (key, text) = ((models, gate), recipe.to_string());
        Ok(Self { key, members, recipe: text, gate: recipe.gate, reranking })
    }

    /// All that decides its output: each model's `model.json` (with file hashes and prompt) and weight, and the gate.
    pub fn fingerprint(&self) -> String {
        let of = |&index: &usize| {
            let Member { weight, entry, .. } = &self.members[index];
            format!("{} {}", weight.to_bits(), serde_json::to_string(&entry.info).unwrap_or_default())
        };
        let gate = self.gate.map(|gate| format!("{gate:?}"));
        self.batch_order().iter().map(of).chain(gate).collect::<Vec<_>>().join("\n")
    }

    /// Σ|weight|, not 0.
    pub fn whole(&self) -> f32 {
        self.members.iter().map(|member| member.weight.abs()).sum::<f32>().max(f32::MIN_POSITIVE)
    }

    /// The SHA-256 of [`ModelSet::fingerprint`] in hexadecimal, by which a calibration names its models.
    pub fn digest(&self) -> String {
        sha256(self.fingerprint().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether built-in models are among them, which only demonstrate.
    pub fn demonstrates(&self) -> bool {
        self.members.iter().any(|member| !member.entry.is_imported())
    }

    /// Whether the prompt of one of them has a place for the sentences before a text.
    pub fn has_context(&self) -> bool {
        let mut prompts = self.members.iter().filter_map(|member| member.entry.info.prompt.as_deref());
        prompts.any(|prompt| prompt.contains(CONTEXT))
    }

    /// Whether it has the large model and others.
    pub fn has_large_alone(&self) -> bool {
        self.members.len() > 1 && self.members.iter().any(|member| member.term == LARGE)
    }

    /// Indices of the members in the batch's order, which is the same for all recipes that add the same models.
    pub fn batch_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        order.sort_by_key(|&index| {
            let member = &self.members[index];
            (member.entry.origin.clone(), member.weight.to_bits())
        });
        order
    }
}

impl Catalog {
    /// By what a calibration names the models of a recipe for a pair; `chosen` names models for the recipe's terms.
    ///
    /// # Errors
    /// A recipe that cannot be parsed, a term without a model.
    pub fn models_digest(
        &self,
        pair: &LanguagePair,
        recipe: &str,
        chosen: &BTreeMap<String, String>,
    ) -> Result<String> {
        Ok(ModelSet::choose(self, &Setup::default(), pair, Some(recipe), chosen)?.digest())
    }
}

// `--large` alone means L; the other named models are added to it.
fn sum_of(chosen: &BTreeMap<String, String>) -> String {
    let mut terms = vec![LARGE];
    terms.extend([SOURCE, "tgt"].into_iter().filter(|term| chosen.contains_key(*term)));
    terms.join(" + ")
}
