//! The sums that a search of weights found: `tuned.json` beside the imported models, one for each pair of languages.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::catalog::models_folder;
use crate::error::{Error, Result};
use crate::languages::LanguagePair;
use crate::limits;

/// The recipe that means the sum which was found for a pair.
pub const TUNED: &str = "tuned";

const FILE: &str = "tuned.json";

/// A sum that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TunedRecipe {
    /// The sum, such as `0.5*L + 0.25*src + 0.25*tgt`.
    pub sum: String,
    /// Its models by term: names in the catalog, or folders. Weights are worth nothing to others.
    pub models: BTreeMap<String, String>,
    /// What was measured, in words.
    pub measured: String,
    /// How sure it is that the sum is better than the best of its models alone; none in files from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// What paired bootstrap resampling said of a sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The test set.
    pub test: String,
    /// Whether the sum was chosen on these very lines, which flatters it.
    pub searched: bool,
    /// The best model alone, as a term of the sum.
    pub against: String,
    /// The sum's BLEU.
    pub bleu: f64,
    /// Half the width of the interval that holds 95 % of its BLEU on resampled lines.
    pub margin: f64,
    /// BLEU above that of the model alone.
    pub difference: f64,
    /// How likely a difference of this size, either way, is by chance.
    pub p_value: f64,
}

/// What was found for pairs (`de-en`), by the models in `folder`; nothing where no search was made.
pub(crate) fn read(folder: &Path) -> Result<BTreeMap<String, TunedRecipe>> {
    let path = folder.join(FILE);
    let refused = |reason: String| Error::Read { path: path.clone(), reason };
    let file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(refused(error.to_string())),
    };
    let mut bytes = Vec::new();
    let read = file.take(limits::TUNED_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > limits::TUNED_BYTES {
        return Err(refused(format!("it has more than {} bytes", limits::TUNED_BYTES)));
    }
    serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))
}

/// Keeps a sum for a pair beside the imported models (none = the user's own folder), instead of an earlier one.
///
/// # Errors
/// A file of this name that cannot be understood is left as it is; a folder that cannot be written.
pub fn save_tuned_recipe(models: Option<&Path>, pair: &LanguagePair, tuned: TunedRecipe) -> Result<PathBuf> {
    let folder = models.map_or_else(models_folder, Path::to_owned);
    let path = folder.join(FILE);
    let failed = |reason: String| Error::Write { path: path.clone(), reason };
    std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?;
    let mut all = read(&folder)?;
    all.insert(pair.to_string(), tuned);
    let text = serde_json::to_string_pretty(&all).map_err(|error| failed(error.to_string()))?;
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(|error| failed(error.to_string()))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| failed(error.to_string()))?;
    file.persist(&path).map_err(|error| failed(error.to_string()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn tuned(sum: &str) -> TunedRecipe {
        let models = BTreeMap::from([("L".to_owned(), "one".to_owned())]);
        TunedRecipe { sum: sum.to_owned(), models, measured: "BLEU 30".to_owned(), confidence: None }
    }

    fn pair(text: &str) -> LanguagePair {
        text.parse().expect("a pair")
    }

    #[test]
    fn each_pair_has_its_sum_and_a_new_one_takes_its_place() {
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
    fn a_file_that_is_not_ours_is_left_as_it_is_and_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        for text in ["[1]", "", &" ".repeat(limits::TUNED_BYTES as usize + 1)] {
            std::fs::write(&path, text).expect("is written");
            let kept = save_tuned_recipe(Some(folder.path()), &pair("de-en"), tuned("L"));
            assert!(matches!(kept, Err(Error::Read { path: named, .. }) if named == path));
            assert_eq!(std::fs::read_to_string(&path).expect("reads"), text);
            let catalog = Catalog::read(folder.path()).expect("reads");
            assert_eq!(catalog.broken.len(), 1);
        }
    }
}
