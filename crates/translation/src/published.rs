//! Published models and the sets of them whose logits can be summed: `models/catalogue.toml`, built into the program.

mod licences;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model_files::{
    Architecture, FileSizes, FileType, ImportOptions, Instruction, MatrixInfo, ModelInfo, Repository, Role,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::languages::LanguagePair;

pub use licences::{LICENCES, Licence, licence};

/// The beginning of the name of a file in Ollama's folder.
pub(crate) const OLLAMA_BLOB: &str = "sha256-";

/// The dimensions of a published model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Tokens.
    pub vocabulary: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Width of the feed-forward layer.
    pub feed_forward: usize,
    /// Whether the embedding is also the head.
    #[serde(default)]
    pub tied_head: bool,
}

/// A published model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedModel {
    /// Its name here, which an import gives it.
    pub id: String,
    /// Its repository on the Hub: `owner/name`.
    pub repository: String,
    /// The file there.
    pub file: String,
    /// Size of the file.
    pub bytes: u64,
    /// Whether `bytes` is rounded.
    #[serde(default)]
    pub approximate: bool,
    /// The kind of file.
    pub quantization: FileType,
    /// Its dimensions.
    pub shape: Shape,
    /// Identifier of its licence; see [`licence`].
    pub licence: String,
    /// Whether its owner asks for an agreement before it can be fetched.
    #[serde(default)]
    pub gated: bool,
    /// Codes of its languages, as far as Wasan knows them.
    pub languages: Vec<String>,
    /// What it is asked within its own chat template.
    #[serde(default)]
    pub instruction: Option<Instruction>,
    /// Its whole prompt, with special tokens.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Remarks.
    #[serde(default)]
    pub notes: String,
}

/// A model of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedMember {
    /// Its term in the set's recipes.
    pub term: String,
    /// The model.
    pub model: PublishedModel,
}

/// Published models that translate together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedSet {
    /// Its name in commands.
    pub id: String,
    /// Its displayed name.
    pub title: String,
    /// Codes of the languages that all its models know.
    pub languages: Vec<String>,
    /// Its models.
    pub members: Vec<PublishedMember>,
    /// The weighted sums to choose from; the first is the usual one.
    pub recipes: Vec<String>,
    /// Remarks.
    pub notes: String,
}

impl PublishedModel {
    /// Its page on the Hub.
    pub fn page(&self) -> String {
        format!("https://huggingface.co/{}", self.repository)
    }

    /// Whether an installed model was imported from this one's file: by repository and file name; by the file name
    /// alone where the repository is not known, as for a file brought on a stick.
    pub fn is(&self, info: &ModelInfo) -> bool {
        let same_repository = info.repository.as_ref().map(|from| from.id == self.repository);
        // Ollama names files by their hash.
        let is_file = |file: &str| {
            file == self.file || (same_repository == Some(true) && file.starts_with(OLLAMA_BLOB))
        };
        same_repository != Some(false) && info.sources.iter().any(|source| is_file(&source.file))
    }

    /// Its dimensions, as far as they decide sizes.
    pub fn architecture(&self) -> Architecture {
        let Shape { vocabulary, hidden, layers, heads, kv_heads, head_dim, feed_forward, tied_head } =
            self.shape;
        Architecture {
            vocab_size: vocabulary,
            hidden_size: hidden,
            layers,
            heads,
            kv_heads,
            feed_forward,
            tied_head,
            // The least of them has 4,096, more than the translator uses.
            max_positions: 4096,
            norm_eps: 1e-5,
            ..Architecture::llama(head_dim)
        }
    }

    /// What the catalogue says about it, for an import as a term of a set.
    pub fn import_options(&self, term: &str, commit: Option<String>) -> ImportOptions {
        let Self { id, repository, licence, languages, instruction, prompt, .. } = self;
        ImportOptions {
            name: Some(id.clone()),
            role: Some(if term == "L" { Role::Large } else { Role::Other }),
            prompt: prompt.clone(),
            instruction: instruction.clone(),
            licence: Some(licence.clone()),
            languages: languages.clone(),
            repository: Some(Repository { id: repository.clone(), commit }),
            ..ImportOptions::default()
        }
    }

    /// What it takes in its file and repacked.
    pub fn sizes(&self) -> FileSizes {
        self.quantization.sizes(&self.architecture())
    }

    /// Bytes of its weights when it is imported.
    pub fn stored_bytes(&self) -> u64 {
        self.sizes().matrices.values().map(MatrixInfo::bytes).sum()
    }
}

impl PublishedSet {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.members.iter().map(|member| member.model.bytes).sum()
    }

    /// Whether all its models know both languages.
    pub fn covers(&self, pair: &LanguagePair) -> bool {
        self.languages.contains(&pair.from) && self.languages.contains(&pair.to)
    }

    /// The usual recipe.
    pub fn recipe(&self) -> &str {
        self.recipes.first().map_or("L", String::as_str)
    }

    /// The different licences of its models.
    pub fn licences(&self) -> Vec<&str> {
        let ids: BTreeSet<&str> = self.members.iter().map(|member| member.model.licence.as_str()).collect();
        ids.into_iter().collect()
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    model: Vec<PublishedModel>,
    set: Vec<SetEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetEntry {
    id: String,
    title: String,
    members: Vec<MemberEntry>,
    recipes: Vec<String>,
    #[serde(default)]
    notes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberEntry {
    term: String,
    model: String,
}

static SETS: LazyLock<std::result::Result<Vec<PublishedSet>, String>> =
    LazyLock::new(|| parse(include_str!("../../../models/catalogue.toml")));

/// All sets, in the order in which they are preferred.
///
/// # Errors
/// [`Error::Catalogue`] if the program was built with a malformed catalogue.
pub fn published_sets() -> Result<&'static [PublishedSet]> {
    match &*SETS {
        Ok(sets) => Ok(sets),
        Err(reason) => Err(Error::Catalogue(reason.clone())),
    }
}

/// The sets that an installed model is a member of; all models of a set fit one another.
pub(crate) fn sets_with(info: &ModelInfo) -> Vec<&'static PublishedSet> {
    let sets = published_sets().unwrap_or_default();
    sets.iter().filter(|set| set.members.iter().any(|member| member.model.is(info))).collect()
}

/// The set with this name.
///
/// # Errors
/// [`Error::UnknownSet`], with the nearest names.
pub fn published_set(id: &str) -> Result<&'static PublishedSet> {
    let sets = published_sets()?;
    sets.iter().find(|set| set.id == id).ok_or_else(|| {
        let mut nearest: Vec<_> =
            sets.iter().map(|set| (strsim::normalized_damerau_levenshtein(id, &set.id), &set.id)).collect();
        nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
        let nearest = nearest.into_iter().take(3).map(|(_, id)| id.clone()).collect();
        Error::UnknownSet { name: id.to_owned(), nearest }
    })
}

fn parse(text: &str) -> std::result::Result<Vec<PublishedSet>, String> {
    let file: CatalogueFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let models: BTreeMap<&str, &PublishedModel> =
        file.model.iter().map(|model| (model.id.as_str(), model)).collect();
    if models.len() < file.model.len() {
        return Err("two models have the same id".to_owned());
    }
    let mut sets = Vec::with_capacity(file.set.len());
    for entry in file.set {
        let mut members = Vec::with_capacity(entry.members.len());
        for MemberEntry { term, model } in entry.members {
            let model = *models.get(model.as_str()).ok_or(format!("{} has no model {model}", entry.id))?;
            members.push(PublishedMember { term, model: model.clone() });
        }
        let Some(first) = members.first() else { return Err(format!("{} has no models", entry.id)) };
        let known = |code: &&String| members.iter().all(|member| member.model.languages.contains(*code));
        let languages = first.model.languages.iter().filter(known).cloned().collect();
        let SetEntry { id, title, recipes, notes, .. } = entry;
        sets.push(PublishedSet { id, title, languages, members, recipes, notes });
    }
    Ok(sets)
}

#[cfg(test)]
mod tests;
