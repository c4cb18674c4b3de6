//! The available models, built-in and imported, and which of them translate a language pair.

mod cache;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use engine::{Recipe, map_file};
use model_files::{Model, ModelInfo, Role};

use crate::chosen_recipes::{self, ChosenRecipe};
use crate::error::{Error, Result};
use crate::folders::models_folder;
use crate::languages::{LANGUAGES, LanguagePair};
use crate::quality::{self, Calibrations, Estimator};
use crate::reranking::{self, Reranking};
use crate::starter::STARTERS;
use crate::tuned::{self, TUNED, TunedRecipe};

pub(crate) use cache::CatalogCache;

/// The location of a model's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModelLocation {
    /// Built into the program; its index in `STARTERS`.
    Embedded(usize),
    /// An imported model's folder.
    Folder(PathBuf),
}

/// An available model.
#[derive(Debug, Clone)]
pub struct CatalogEntry {
    /// The name used in commands.
    pub id: String,
    /// The location of its files.
    pub origin: ModelLocation,
    /// The contents of its `model.json`.
    pub info: ModelInfo,
    /// The time of its import.
    pub imported: Option<SystemTime>,
}

impl CatalogEntry {
    /// Reads the model in `folder`, which need not be in the catalog.
    pub fn at(folder: &Path) -> Result<Self> {
        let model = Model::open(folder, &map_file)?;
        let id = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let imported = folder.join("model.json").metadata().and_then(|data| data.modified()).ok();
        Ok(Self {
            id,
            origin: ModelLocation::Folder(folder.to_owned()),
            info: model.info().clone(),
            imported,
        })
    }

    /// Opens the model's files.
    pub fn open(&self) -> Result<Model> {
        match &self.origin {
            ModelLocation::Embedded(index) => STARTERS[*index].open(),
            ModelLocation::Folder(folder) => Ok(Model::open(folder, &map_file)?),
        }
    }

    /// The folder of the model that it is an adapter of.
    pub fn base(&self) -> Option<PathBuf> {
        let ModelLocation::Folder(folder) = &self.origin else { return None };
        Some(folder.parent()?.join(&self.info.adapter.as_ref()?.base))
    }

    /// The number of weights in its matrices.
    pub fn parameters(&self) -> usize {
        self.info.matrices.values().map(|matrix| matrix.rows * matrix.columns).sum()
    }

    /// Whether it is a large model that declares to translate a pair.
    pub fn is_large_for(&self, pair: &LanguagePair) -> bool {
        self.info.role == Role::Large && self.supports(pair)
    }

    pub(crate) fn is_imported(&self) -> bool {
        matches!(self.origin, ModelLocation::Folder(_))
    }

    /// Whether logits can be added to another model's: only over the same vocabulary.
    fn has_vocabulary_of(&self, other: &Self) -> bool {
        self.info.architecture.vocab_size == other.info.architecture.vocab_size
            && self.info.vocabulary.is_some()
            && self.info.vocabulary == other.info.vocabulary
    }

    fn is_specialist(&self, language: &str) -> bool {
        matches!(&self.info.role, Role::Specialist { language: l } if l == language)
    }

    /// Whether it says that it knows both languages of a pair, and was trained on the pair if it names any. A model
    /// without languages says nothing.
    fn supports(&self, pair: &LanguagePair) -> bool {
        let ModelInfo { languages, pairs, .. } = &self.info;
        let holds = |languages: &[String]| languages.contains(&pair.from) && languages.contains(&pair.to);
        holds(languages) && (pairs.is_empty() || pairs.iter().any(|pair| holds(pair)))
    }
}

/// A model of a recipe with its term and weight.
#[derive(Debug, Clone)]
pub struct Member {
    /// "L", "src", "tgt", …
    pub term: String,
    /// Factor of its logits.
    pub weight: f32,
    /// The model.
    pub entry: CatalogEntry,
}

/// The available models.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The models that can be opened, imported ones first.
    pub entries: Vec<CatalogEntry>,
    /// Folders and files that cannot be opened, with the reason.
    pub broken: Vec<(PathBuf, String)>,
    /// Tuned recipes by pair (`de-en`).
    pub tuned: BTreeMap<String, TunedRecipe>,
    /// The user's recipes by pair.
    pub choices: BTreeMap<String, ChosenRecipe>,
    /// Settings of reranking by pair.
    pub reranking: BTreeMap<String, Reranking>,
    /// Calibrations of the quality estimate.
    calibrations: Calibrations,
}

impl Catalog {
    /// Reads the folder of imported models, which need not exist, and adds the built-in ones.
    pub fn read(folder: &Path) -> Result<Self> {
        Self::of(Some(folder))
    }

    /// The models in a folder (none = the user's own; without a home folder there is none) and the built-in ones.
    ///
    /// # Errors
    /// As [`Catalog::read`]; an empty folder name in the environment.
    pub fn of(models: Option<&Path>) -> Result<Self> {
        let mut catalog = match models_folder(models) {
            Ok(folder) => Self::imported(&folder),
            Err(Error::NoHome) => Self::default(),
            Err(error) => return Err(error),
        };
        for (index, starter) in STARTERS.iter().enumerate() {
            let info = starter.open()?.info().clone();
            let (id, origin) = (info.name.clone(), ModelLocation::Embedded(index));
            catalog.entries.push(CatalogEntry { id, origin, info, imported: None });
        }
        Ok(catalog)
    }

    fn imported(folder: &Path) -> Self {
        let mut catalog = Self::default();
        let mut folders: Vec<PathBuf> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(_) => Vec::new(),
        };
        folders.sort();
        for folder in folders.into_iter().filter(|folder| folder.join("model.json").is_file()) {
            match CatalogEntry::at(&folder) {
                Ok(entry) => catalog.entries.push(entry),
                Err(error) => catalog.broken.push((folder, error.to_string())),
            }
        }
        match tuned::read(folder) {
            Ok(tuned) => catalog.tuned = tuned,
            Err(error) => catalog.broken.push((folder.to_owned(), error.to_string())),
        }
        match chosen_recipes::read(folder) {
            Ok(choices) => catalog.choices = choices,
            Err(error) => catalog.broken.push((folder.to_owned(), error.to_string())),
        }
        match reranking::read(folder) {
            Ok(reranking) => catalog.reranking = reranking,
            Err(error) => catalog.broken.push((folder.to_owned(), error.to_string())),
        }
        match quality::read(folder) {
            Ok(calibrations) => catalog.calibrations = calibrations,
            Err(error) => catalog.broken.push((folder.to_owned(), error.to_string())),
        }
        catalog
    }

    /// The model with this name, or in this folder.
    pub fn find(&self, name: &str) -> Result<CatalogEntry> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.id == name) {
            return Ok(entry.clone());
        }
        let folder = Path::new(name);
        match folder.join("model.json").is_file() {
            true => CatalogEntry::at(folder),
            false => Err(Error::UnknownModel(name.to_owned())),
        }
    }

    /// Every pair that the available models translate, those with both specialists first.
    pub fn pairs(&self) -> Vec<LanguagePair> {
        let sets = self.complete_sets();
        let mut pairs: Vec<(usize, LanguagePair)> = Vec::new();
        for from in LANGUAGES {
            for to in LANGUAGES.iter().filter(|to| to.code != from.code) {
                let pair = LanguagePair { from: from.code.to_owned(), to: to.code.to_owned() };
                if let Some(large) = self.large(&pair) {
                    pairs.push((2 - self.specialists(large, &pair), pair));
                } else if sets.iter().any(|set| set.covers(&pair)) {
                    pairs.push((2, pair));
                }
            }
        }
        pairs.sort_by_key(|(missing, _)| *missing);
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }

    /// The recipe of a pair from roles alone: the large model plus the available specialists.
    pub fn default_recipe(&self, pair: &LanguagePair) -> Result<&'static str> {
        let large = self.large(pair).ok_or_else(|| Error::NoModel(pair.clone()))?;
        let has = |language: &str| self.specialist(large, pair, language).is_some();
        Ok(match (has(&pair.from), has(&pair.to)) {
            (true, true) => "L + src + tgt",
            (true, false) => "L + src",
            (false, true) => "L + tgt",
            (false, false) => "L",
        })
    }

    /// Grades the translations of the models with this fingerprint.
    pub fn estimator(&self, pair: &LanguagePair, models: &str) -> Estimator {
        let found = quality::find(&self.calibrations, pair, models);
        found.map_or_else(Estimator::uncalibrated, |found| Estimator::new(found.clone()))
    }

    /// The names of the other models whose logits can be added to this one's.
    pub fn fitting(&self, model: &CatalogEntry) -> Vec<&str> {
        let others = self.entries.iter().filter(|other| other.origin != model.origin);
        others.filter(|other| other.has_vocabulary_of(model)).map(|other| other.id.as_str()).collect()
    }

    /// Parses a recipe for a pair. Returns it with the models of its terms: those of the tuned recipe, if `text` is
    /// `tuned`, overridden by `chosen`.
    ///
    /// # Errors
    /// A malformed recipe; `tuned` for a pair without a tuned recipe.
    pub fn recipe(
        &self,
        pair: &LanguagePair,
        text: &str,
        chosen: &BTreeMap<String, String>,
    ) -> Result<(Recipe, BTreeMap<String, String>)> {
        if text.trim() != TUNED {
            return Ok((Recipe::parse(text)?, chosen.clone()));
        }
        let tuned = self.tuned.get(&pair.to_string()).ok_or_else(|| Error::NotTuned(pair.clone()))?;
        let mut models = tuned.models.clone();
        models.extend(chosen.clone());
        Ok((Recipe::parse(&tuned.sum)?, models))
    }

    /// The models of a recipe for a pair. `chosen` maps terms to models (a catalog name or a folder).
    pub fn members(
        &self,
        pair: &LanguagePair,
        recipe: &Recipe,
        chosen: &BTreeMap<String, String>,
    ) -> Result<Vec<Member>> {
        let mut members = Vec::with_capacity(recipe.terms.len());
        for term in &recipe.terms {
            let entry = match chosen.get(&term.model) {
                Some(name) => self.find(name)?,
                None => self.default_model(pair, &term.model, chosen)?,
            };
            members.push(Member { term: term.model.clone(), weight: term.weight, entry });
        }
        Ok(members)
    }

    fn default_model(
        &self,
        pair: &LanguagePair,
        term: &str,
        chosen: &BTreeMap<String, String>,
    ) -> Result<CatalogEntry> {
        let large = match chosen.get("L") {
            Some(name) => self.find(name)?,
            None => self.large(pair).cloned().ok_or_else(|| Error::NoModel(pair.clone()))?,
        };
        let found = match term {
            "L" => Some(large),
            "src" => self.specialist(&large, pair, &pair.from).cloned(),
            "tgt" => self.specialist(&large, pair, &pair.to).cloned(),
            name => self.entries.iter().find(|entry| entry.id == name).cloned(),
        };
        found.ok_or_else(|| Error::MissingTerm(term.to_owned()))
    }

    // Imported models before built-in ones, then the one with more specialists, then the larger.
    fn large(&self, pair: &LanguagePair) -> Option<&CatalogEntry> {
        self.entries
            .iter()
            .filter(|entry| entry.is_large_for(pair))
            .max_by_key(|entry| (entry.is_imported(), self.specialists(entry, pair), entry.parameters()))
    }

    fn specialists(&self, large: &CatalogEntry, pair: &LanguagePair) -> usize {
        [&pair.from, &pair.to]
            .into_iter()
            .filter(|language| self.specialist(large, pair, language).is_some())
            .count()
    }

    // Of those with the large model's vocabulary, in this order: trained on the pair, imported, newest.
    fn specialist(&self, large: &CatalogEntry, pair: &LanguagePair, language: &str) -> Option<&CatalogEntry> {
        let fits = |entry: &&CatalogEntry| entry.is_specialist(language) && entry.has_vocabulary_of(large);
        let fitting = self.entries.iter().filter(fits);
        fitting.max_by_key(|entry| (entry.supports(pair), entry.is_imported(), entry.imported))
    }
}

#[cfg(test)]
mod tests;
