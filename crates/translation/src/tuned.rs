//! Tuned recipes, found by a search over weights: `tuned.json` beside the imported models, one recipe for each pair.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::languages::LanguagePair;
use crate::pair_file;

/// The recipe name that stands for the tuned recipe of a pair.
pub const TUNED: &str = "tuned";

const FILE: &str = "tuned.json";

/// A recipe found by a search over weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TunedRecipe {
    /// The weighted sum, such as `0.5*L + 0.25*src + 0.25*tgt`.
    pub sum: String,
    /// Its models by term: catalog names or folders. The weights suit these models only.
    pub models: BTreeMap<String, String>,
    /// The measurement, as text.
    pub measured: String,
    /// The comparison with the best of its models alone, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// Paired bootstrap resampling of a tuned recipe against a single model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The test set, whose lines the search did not use.
    pub test: String,
    /// The best single model, as a term of the recipe.
    pub against: String,
    /// BLEU of the recipe.
    pub bleu: f64,
    /// Half the width of the 95 % confidence interval of its BLEU.
    pub margin: f64,
    /// BLEU of the recipe minus BLEU of the single model.
    pub difference: f64,
    /// Two-sided p-value of the difference.
    pub p_value: f64,
}

/// Reads the tuned recipes in `folder` by pair (`de-en`); empty if there is no file.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, TunedRecipe>> {
    pair_file::read(folder, FILE)
}

/// Saves the tuned recipe of a pair beside the imported models (none = the user's own folder), replacing an earlier one.
///
/// # Errors
/// A malformed `tuned.json`, which is left unchanged; a folder that cannot be written.
pub fn save_tuned_recipe(models: Option<&Path>, pair: &LanguagePair, tuned: TunedRecipe) -> Result<PathBuf> {
    pair_file::set(models, FILE, pair, Some(tuned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::error::Error;
    use crate::limits;

    fn tuned(sum: &str) -> TunedRecipe {
        let models = BTreeMap::from([("L".to_owned(), "one".to_owned())]);
        TunedRecipe { sum: sum.to_owned(), models, measured: "BLEU 30".to_owned(), confidence: None }
    }

    fn pair(text: &str) -> LanguagePair {
        text.parse().expect("a pair")
    }

    #[test]
    fn each_pair_has_its_recipe_and_a_new_one_replaces_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for (of, sum) in [("de-en", "L"), ("en-de", "0.5*L + 0.5*src"), ("de-en", "L + 2*tgt")] {
            save_tuned_recipe(Some(folder.path()), &pair(of), tuned(sum)).expect("is kept");
        }
        let catalog = Catalog::read(folder.path()).expect("reads");
        let chosen = BTreeMap::from([("tgt".to_owned(), "mine".to_owned())]);
        let (recipe, models) = catalog.recipe(&pair("de-en"), " tuned ", &chosen).expect("was found");
        assert_eq!(recipe.to_string(), "L + 2*tgt");
        assert_eq!(models, [("L", "one"), ("tgt", "mine")].map(|(a, b)| (a.to_owned(), b.to_owned())).into());
        let none = catalog.recipe(&pair("de-ja"), TUNED, &chosen);
        assert!(matches!(none, Err(Error::NotTuned(of)) if of == pair("de-ja")));
    }

    #[test]
    fn a_malformed_file_is_left_unchanged_and_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        for text in ["[1]", "", &" ".repeat(limits::RECIPES_BYTES as usize + 1)] {
            std::fs::write(&path, text).expect("is written");
            let kept = save_tuned_recipe(Some(folder.path()), &pair("de-en"), tuned("L"));
            assert!(matches!(kept, Err(Error::Read { path: named, .. }) if named == path));
            assert_eq!(std::fs::read_to_string(&path).expect("reads"), text);
            let catalog = Catalog::read(folder.path()).expect("reads");
            assert_eq!(catalog.broken.len(), 1);
        }
    }
}
