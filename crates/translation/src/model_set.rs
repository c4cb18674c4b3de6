//! The models of a recipe, with the weights by which their logits are added.

use std::collections::BTreeMap;

use engine::Recipe;
use model_files::CONTEXT;

use crate::catalog::{Catalog, Member, ModelLocation};
use crate::error::Result;
use crate::languages::LanguagePair;
use crate::setup::Setup;
use crate::tuned::TUNED;

/// Identifies a batch: its models and the bits of their weights, sorted, since the order of terms does not change the sum.
pub(crate) type BatchKey = Vec<(ModelLocation, u32)>;

/// The models that translate a job.
pub(crate) struct ModelSet {
    pub key: BatchKey,
    /// In the order of the recipe's terms.
    pub members: Vec<Member>,
    /// The recipe as text.
    pub recipe: String,
    /// Whether it only retries what another set could not translate; the reported engine state stays that of the other.
    pub is_fallback: bool,
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
        let mut key: BatchKey =
            members.iter().map(|m| (m.entry.origin.clone(), m.weight.to_bits())).collect();
        key.sort();
        Ok(Self { key, members, recipe: recipe.to_string(), is_fallback: false })
    }

    /// All that decides its output: each model's `model.json` (with file hashes and prompt) and weight.
    pub fn fingerprint(&self) -> String {
        let of = |&index: &usize| {
            let Member { weight, entry, .. } = &self.members[index];
            format!("{} {}", weight.to_bits(), serde_json::to_string(&entry.info).unwrap_or_default())
        };
        self.batch_order().iter().map(of).collect::<Vec<_>>().join("\n")
    }

    /// Σ|weight|, not 0.
    pub fn whole(&self) -> f32 {
        self.members.iter().map(|member| member.weight.abs()).sum::<f32>().max(f32::MIN_POSITIVE)
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

    /// Whether it has models besides the large one.
    pub fn has_specialists(&self) -> bool {
        self.members.iter().any(|member| member.term != "L")
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

// `--large` alone means L; the other named models are added to it.
fn sum_of(chosen: &BTreeMap<String, String>) -> String {
    let mut terms = vec!["L"];
    terms.extend(["src", "tgt"].into_iter().filter(|term| chosen.contains_key(*term)));
    terms.join(" + ")
}
