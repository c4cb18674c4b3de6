//! The recipes that the user chose for language pairs: `recipes.json` beside the imported models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::Recipe;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::languages::LanguagePair;
use crate::pair_file;
use crate::tuned::TUNED;

const FILE: &str = "recipes.json";

/// The user's choice for a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRecipe {
    /// The weighted sum, a preset's name, or `tuned`.
    pub recipe: String,
    /// Models by term: names of installed models. Terms without one take what the pair's languages suggest.
    #[serde(default)]
    pub models: BTreeMap<String, String>,
}

/// Reads the choices in `folder` by pair (`de-en`); empty if there is no file.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, ChosenRecipe>> {
    pair_file::read(folder, FILE)
}

/// Chooses the recipe of a pair, or with `None` leaves it to the program again. `models`: the folder of imported models;
/// none = the user's own.
///
/// # Errors
/// A recipe that cannot be parsed; a malformed `recipes.json`, which is left unchanged; a folder that cannot be written.
pub fn choose_recipe(
    models: Option<&Path>,
    pair: &LanguagePair,
    choice: Option<ChosenRecipe>,
) -> Result<PathBuf> {
    if let Some(choice) = &choice
        && choice.recipe.trim() != TUNED
    {
        Recipe::parse(&choice.recipe)?;
    }
    pair_file::set(models, FILE, pair, choice)
}
