//! The models at hand: those shipped in the program and those imported, and which of them translate a pair.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::{Recipe, map_file};
use model_files::{Model, ModelInfo, Role};

use crate::error::{Error, Result};
use crate::languages::{LANGUAGES, Pair};
use crate::starter::STARTERS;
use crate::tuned::{self, TUNED, Tuned};

/// Where a model's files are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In the program itself.
    Embedded(usize),
    /// In an imported folder.
    Folder(PathBuf),
}

/// A model at hand.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name by which commands know it.
    pub id: String,
    /// Where its files are.
    pub origin: Origin,
    /// What its `model.json` says.
    pub info: ModelInfo,
}

impl Entry {
    /// Opens an imported folder outside the catalog.
    pub fn at(folder: &Path) -> Result<Self> {
        let model = Model::open(folder, &map_file)?;
        let id = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self { id, origin: Origin::Folder(folder.to_owned()), info: model.info().clone() })
    }

    /// Opens its files.
    pub fn open(&self) -> Result<Model> {
        match &self.origin {
            Origin::Embedded(place) => STARTERS[*place].open(),
            Origin::Folder(folder) => Ok(Model::open(folder, &map_file)?),
        }
    }

    /// How many weights its matrices have.
    pub fn parameters(&self) -> usize {
        self.info.matrices.values().map(|matrix| matrix.rows * matrix.columns).sum()
    }

    fn is_specialist(&self, language: &str) -> bool {
        matches!(&self.info.role, Role::Specialist { language: l } if l == language)
    }
}

/// A model of a recipe: its term, its weight, and which it is.
#[derive(Debug, Clone)]
pub struct Member {
    /// "L", "src", "tgt", …
    pub term: String,
    /// Factor of its logits.
    pub weight: f32,
    /// The model.
    pub entry: Entry,
}

/// The models at hand.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// All that can be opened, imported ones first.
    pub entries: Vec<Entry>,
    /// Folders and files that cannot, and why.
    pub broken: Vec<(PathBuf, String)>,
    /// Sums that a search found, by pair (`de-en`).
    pub tuned: BTreeMap<String, Tuned>,
}

/// The folder of imported models: `WASAN_MODELS`, else the user's data folder.
pub fn models_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("WASAN_MODELS") {
        return folder.into();
    }
    crate::folders::data().join("models")
}

impl Catalog {
    /// Reads the folder of imported models (none is fine) and adds the embedded ones.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut catalog = Self::default();
        let mut folders: Vec<PathBuf> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
            Err(_) => Vec::new(),
        };
        folders.sort();
        for folder in folders.into_iter().filter(|folder| folder.join("model.json").is_file()) {
            match Entry::at(&folder) {
                Ok(entry) => catalog.entries.push(entry),
                Err(error) => catalog.broken.push((folder, error.to_string())),
            }
        }
        match tuned::read(folder) {
            Ok(tuned) => catalog.tuned = tuned,
            Err(error) => catalog.broken.push((folder.to_owned(), error.to_string())),
        }
        for (place, starter) in STARTERS.iter().enumerate() {
            let info = starter.open()?.info().clone();
            catalog.entries.push(Entry { id: info.name.clone(), origin: Origin::Embedded(place), info });
        }
        Ok(catalog)
    }

    /// The model of this name, or in this folder.
    pub fn find(&self, name: &str) -> Result<Entry> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.id == name) {
            return Ok(entry.clone());
        }
        let folder = Path::new(name);
        match folder.join("model.json").is_file() {
            true => Entry::at(folder),
            false => Err(Error::UnknownModel(name.to_owned())),
        }
    }

    /// Every pair that the models at hand translate, those with both specialists first.
    pub fn pairs(&self) -> Vec<Pair> {
        let mut pairs: Vec<(usize, Pair)> = Vec::new();
        for from in LANGUAGES {
            for to in LANGUAGES.iter().filter(|to| to.code != from.code) {
                let pair = Pair { from: from.code.to_owned(), to: to.code.to_owned() };
                if let Some(large) = self.large(&pair) {
                    pairs.push((2 - self.specialists(large, &pair), pair));
                }
            }
        }
        pairs.sort_by_key(|(missing, _)| *missing);
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }

    /// The sum that a pair is translated with when none is asked for: as many of the two specialists as there are.
    pub fn default_recipe(&self, pair: &Pair) -> Result<&'static str> {
        let large = self.large(pair).ok_or_else(|| Error::NoModel(pair.clone()))?;
        let has = |language: &str| self.specialist(large, language).is_some();
        Ok(match (has(&pair.from), has(&pair.to)) {
            (true, true) => "L + src + tgt",
            (true, false) => "L + src",
            (false, true) => "L + tgt",
            (false, false) => "L",
        })
    }

    /// What a recipe's text says for a pair: its sum, and the models that its terms are known to be; `chosen` names
    /// more of them, and other ones.
    ///
    /// # Errors
    /// A text that is no sum; `tuned` where no search was made.
    pub fn recipe(
        &self,
        pair: &Pair,
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

    /// The models of a recipe for a pair. `chosen` names models for terms (a catalog name or a folder).
    pub fn members(
        &self,
        pair: &Pair,
        recipe: &Recipe,
        chosen: &BTreeMap<String, String>,
    ) -> Result<Vec<Member>> {
        let mut members = Vec::with_capacity(recipe.terms.len());
        for term in &recipe.terms {
            let entry = match chosen.get(&term.model) {
                Some(name) => self.find(name)?,
                None => self.at_hand(pair, &term.model, chosen)?,
            };
            members.push(Member { term: term.model.clone(), weight: term.weight, entry });
        }
        Ok(members)
    }

    fn at_hand(&self, pair: &Pair, term: &str, chosen: &BTreeMap<String, String>) -> Result<Entry> {
        let large = match chosen.get("L") {
            Some(name) => self.find(name)?,
            None => self.large(pair).cloned().ok_or_else(|| Error::NoModel(pair.clone()))?,
        };
        let found = match term {
            "L" => Some(large),
            "src" => self.specialist(&large, &pair.from).cloned(),
            "tgt" => self.specialist(&large, &pair.to).cloned(),
            name => self.entries.iter().find(|entry| entry.id == name).cloned(),
        };
        found.ok_or_else(|| Error::MissingTerm(term.to_owned()))
    }

    // The user's own before the embedded, then the one with more specialists, then the larger.
    fn large(&self, pair: &Pair) -> Option<&Entry> {
        let knows = |entry: &&Entry| {
            let languages = &entry.info.languages;
            entry.info.role == Role::Large
                && (languages.is_empty() || (languages.contains(&pair.from) && languages.contains(&pair.to)))
        };
        self.entries.iter().filter(knows).max_by_key(|entry| {
            let own = matches!(entry.origin, Origin::Folder(_));
            (own, self.specialists(entry, pair), entry.parameters())
        })
    }

    fn specialists(&self, large: &Entry, pair: &Pair) -> usize {
        [&pair.from, &pair.to]
            .into_iter()
            .filter(|language| self.specialist(large, language).is_some())
            .count()
    }

    // Logits can only be added over one vocabulary; loading compares the tokenizers themselves.
    fn specialist(&self, large: &Entry, language: &str) -> Option<&Entry> {
        let fits = |entry: &&Entry| {
            entry.is_specialist(language)
                && entry.info.architecture.vocab_size == large.info.architecture.vocab_size
        };
        self.entries.iter().find(fits)
    }
}
