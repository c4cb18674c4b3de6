//! Which recipe a pair gets, and which others it could have: the user's choice, an installed set, or L and specialists.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::{Catalog, CatalogEntry};
use crate::chosen_recipes::ChosenRecipe;
use crate::error::{Error, Result};
use crate::languages::LanguagePair;
use crate::published::{PublishedModel, PublishedSet, published_sets};
use crate::tuned::TUNED;

/// Why a pair has its recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipeOrigin {
    /// The user chose it.
    Chosen,
    /// It is that of an installed set.
    Set(String),
    /// It was found by a search over weights.
    Tuned,
    /// The large model and the specialists of the pair's languages.
    Specialists,
}

/// A recipe with its models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecipeInUse {
    /// The weighted sum, or `tuned`.
    pub recipe: String,
    /// Models by term; terms without one take what the pair's languages suggest.
    pub models: BTreeMap<String, String>,
    /// Where it comes from.
    pub origin: RecipeOrigin,
}

/// How much of a set is installed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SetState {
    /// Names of the installed models by term.
    pub installed: BTreeMap<String, String>,
    /// Ids of the published models that are missing.
    pub missing: Vec<String>,
}

impl SetState {
    /// Whether all models are installed.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Catalog {
    /// The installed model that was imported from a published one's file.
    pub fn installed(&self, model: &PublishedModel) -> Option<&CatalogEntry> {
        self.entries.iter().find(|entry| model.is(&entry.info))
    }

    /// How much of a set is installed.
    pub fn set_state(&self, set: &PublishedSet) -> SetState {
        let mut state = SetState::default();
        for member in &set.members {
            match self.installed(&member.model) {
                Some(entry) => drop(state.installed.insert(member.term.clone(), entry.id.clone())),
                None => state.missing.push(member.model.id.clone()),
            }
        }
        state
    }

    /// The usual recipe of a set with its installed models.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] if one is missing.
    pub fn set_recipe(&self, set: &PublishedSet) -> Result<RecipeInUse> {
        let state = self.set_state(set);
        match state.is_complete() {
            true => Ok(of_set(set, &state, set.recipe())),
            false => Err(Error::NotInstalled { set: set.id.clone(), missing: state.missing.join(", ") }),
        }
    }

    /// The sets of which all models are installed, in the catalogue's order.
    pub(crate) fn complete_sets(&self) -> Vec<&'static PublishedSet> {
        let sets = published_sets().unwrap_or_default().iter();
        sets.filter(|set| self.set_state(set).is_complete()).collect()
    }

    /// The recipe that a pair gets unless the caller names one: the user's choice, else that of the first complete set
    /// that knows the pair, else the large model with the available specialists. A choice whose models are gone is
    /// passed over.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn recipe_in_use(&self, pair: &LanguagePair) -> Result<RecipeInUse> {
        let choice = self.choices.get(&pair.to_string());
        if let Some((recipe, models)) = choice.and_then(|choice| self.available(pair, choice)) {
            return Ok(RecipeInUse { recipe, models, origin: RecipeOrigin::Chosen });
        }
        match self.sets_for(pair).next() {
            Some((set, state)) => Ok(of_set(set, &state, set.recipe())),
            None => self.specialists_recipe(pair),
        }
    }

    /// Every recipe that a pair could have with the installed models, the program's own choice first.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn recipes_for(&self, pair: &LanguagePair) -> Result<Vec<RecipeInUse>> {
        let mut all = Vec::new();
        for (set, state) in self.sets_for(pair) {
            all.extend(set.recipes.iter().map(|recipe| of_set(set, &state, recipe)));
        }
        all.extend(self.specialists_recipe(pair).ok());
        if let Some(tuned) = self.tuned.get(&pair.to_string()) {
            let (recipe, models) = (TUNED.to_owned(), tuned.models.clone());
            all.push(RecipeInUse { recipe, models, origin: RecipeOrigin::Tuned });
        }
        match all.is_empty() {
            true => Err(Error::NoModel(pair.clone())),
            false => Ok(all),
        }
    }

    /// Whether built-in models, which only demonstrate, are part of a pair's recipe.
    pub fn demonstrates(&self, pair: &LanguagePair, recipe: &RecipeInUse) -> bool {
        let members = self
            .recipe(pair, &recipe.recipe, &recipe.models)
            .and_then(|(recipe, models)| self.members(pair, &recipe, &models));
        members.is_ok_and(|all| all.iter().any(|member| !member.entry.is_imported()))
    }

    // The user's choice with its models, if all of them are there.
    fn available(
        &self,
        pair: &LanguagePair,
        choice: &ChosenRecipe,
    ) -> Option<(String, BTreeMap<String, String>)> {
        let mut models = match choice.recipe.trim() {
            TUNED => self.tuned.get(&pair.to_string())?.models.clone(),
            _ => BTreeMap::new(),
        };
        models.extend(choice.models.clone());
        models.values().all(|name| self.find(name).is_ok()).then(|| (choice.recipe.clone(), models))
    }

    // Complete sets that know the pair, in the catalogue's order.
    fn sets_for(&self, pair: &LanguagePair) -> impl Iterator<Item = (&'static PublishedSet, SetState)> {
        let sets = published_sets().unwrap_or_default().iter().filter(|set| set.covers(pair));
        sets.map(|set| (set, self.set_state(set))).filter(|(_, state)| state.is_complete())
    }

    fn specialists_recipe(&self, pair: &LanguagePair) -> Result<RecipeInUse> {
        let recipe = self.default_recipe(pair)?.to_owned();
        Ok(RecipeInUse { recipe, models: BTreeMap::new(), origin: RecipeOrigin::Specialists })
    }
}

// Only the models of the recipe's terms: a set's sum may use fewer than all.
fn of_set(set: &PublishedSet, state: &SetState, recipe: &str) -> RecipeInUse {
    let uses = |term: &str| engine::Recipe::parse(recipe).is_ok_and(|recipe| recipe.uses(term));
    let models = state.installed.iter().filter(|(term, _)| uses(term));
    RecipeInUse {
        recipe: recipe.to_owned(),
        models: models.map(|(term, name)| (term.clone(), name.clone())).collect(),
        origin: RecipeOrigin::Set(set.id.clone()),
    }
}
