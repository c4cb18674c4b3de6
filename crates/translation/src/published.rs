//! Published models and the sets of them whose logits can be summed: `models/catalogue.toml`, built into the program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model_files::{
    Architecture, FileSizes, FileType, ImportOptions, Instruction, MatrixInfo, ModelInfo, Repository, Role,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::languages::LanguagePair;

/// The beginning of the name of a file in Ollama's folder.
pub(crate) const OLLAMA_BLOB: &str = "sha256-";

/// A licence that a model can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Licence {
    /// SPDX identifier, or the Hub's for those without one.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Its text.
    pub page: &'static str,
    /// Whether it limits who may use the model, or for what.
    pub limits_use: bool,
}

/// The licences of the catalogue's models.
pub const LICENCES: &[Licence] = &[
    Licence {
        id: "Apache-2.0",
        title: "Apache License 2.0",
        page: "https://www.apache.org/licenses/LICENSE-2.0",
        limits_use: false,
    },
    Licence {
        id: "MIT",
        title: "MIT License",
        page: "https://opensource.org/license/mit",
        limits_use: false,
    },
    Licence {
        id: "llama3.1",
        title: "Llama 3.1 Community License",
        page: "https://www.llama.com/llama3_1/license/",
        limits_use: true,
    },
    Licence {
        id: "llama3.2",
        title: "Llama 3.2 Community License",
        page: "https://www.llama.com/llama3_2/license/",
        limits_use: true,
    },
    Licence {
        id: "gemma",
        title: "Gemma Terms of Use",
        page: "https://ai.google.dev/gemma/terms",
        limits_use: true,
    },
];

/// The licence with this identifier.
pub fn licence(id: &str) -> Option<&'static Licence> {
    LICENCES.iter().find(|licence| licence.id == id)
}

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

/// What a published model is asked, within its own chat template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedInstruction {
    /// The system message, if there is one.
    #[serde(default)]
    pub system: Option<String>,
    /// The user's message, with the placeholders of a prompt.
    pub user: String,
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
    pub instruction: Option<PublishedInstruction>,
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
            instruction: instruction.as_ref().map(|PublishedInstruction { system, user }| Instruction {
                system: system.clone(),
                user: user.clone(),
            }),
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
mod tests {
    use engine::Recipe;

    use super::*;
    use crate::languages::language;

    fn models() -> Vec<&'static PublishedModel> {
        let sets = published_sets().expect("parses");
        let mut models: Vec<_> = sets.iter().flat_map(|set| &set.members).map(|m| &m.model).collect();
        models.sort_by_key(|model| &model.id);
        models.dedup();
        models
    }

    #[test]
    fn every_model_is_well_formed() {
        let mut files = BTreeSet::new();
        for model in models() {
            let id = &model.id;
            assert!(crate::model_library::check_name(id).is_ok(), "{id}");
            let plain = |part: &str| {
                !part.is_empty()
                    && !part.starts_with('.')
                    && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
            };
            let (owner, name) = model.repository.split_once('/').expect("owner/name");
            assert!(plain(owner) && plain(name) && plain(&model.file), "{id}");
            assert!(model.file.to_lowercase().ends_with(".gguf"), "{id}");
            assert!(files.insert((&model.repository, &model.file)), "{id} is there under two names");
            assert!(licence(&model.licence).is_some(), "{id}: {}", model.licence);
            assert!(model.languages.len() > 1, "{id}");
            let unique: BTreeSet<_> = model.languages.iter().collect();
            assert_eq!(unique.len(), model.languages.len(), "{id}");
            assert!(model.languages.iter().all(|code| language(code).is_some()), "{id}");
            let texts = [model.prompt.as_deref(), model.instruction.as_ref().map(|i| i.user.as_str())];
            assert!(texts.iter().flatten().count() <= 1, "{id} has a prompt and an instruction");
            for text in texts.into_iter().flatten() {
                assert_eq!(text.matches("{source}").count(), 1, "{id}");
                assert!(text.contains("{to_name}"), "{id}");
            }
            assert!(model.architecture().check().is_ok(), "{id}");
        }
    }

    /// The header and the tokenizer take 2 to 8 MB of a file; what is more would be a wrong shape or kind.
    #[test]
    fn every_size_agrees_with_shape_and_quantization() {
        for model in models() {
            let tensors = model.sizes().source_bytes;
            let margin = if model.approximate { model.bytes / 100 } else { 0 };
            let rest = model.bytes as i64 - tensors as i64;
            let honest = 1_000_000 - margin as i64..10_000_000 + margin as i64;
            assert!(honest.contains(&rest), "{}: {tensors} of {} bytes", model.id, model.bytes);
        }
    }

    #[test]
    fn every_set_can_be_summed() {
        let mut ids = BTreeSet::new();
        for set in published_sets().expect("parses") {
            let id = &set.id;
            assert!(ids.insert(id), "{id} is there twice");
            assert!(set.languages.len() > 1 && !set.title.is_empty() && !set.notes.is_empty(), "{id}");
            let terms: BTreeSet<_> = set.members.iter().map(|member| member.term.as_str()).collect();
            assert_eq!(terms.len(), set.members.len(), "{id}");
            assert!(terms.contains("L"), "{id}");
            assert!(!set.recipes.is_empty(), "{id}");
            for text in &set.recipes {
                let recipe = Recipe::parse(text).expect(id);
                assert_eq!(recipe.to_string(), *text, "{id}: as it is shown");
                assert!(recipe.terms.iter().all(|term| terms.contains(term.model.as_str())), "{id}: {text}");
            }
            let usual = Recipe::parse(set.recipe()).expect(id);
            assert!(terms.iter().all(|term| usual.uses(term)), "{id}: every model is used");
            let vocabularies: BTreeSet<_> = set.members.iter().map(|m| m.model.shape.vocabulary).collect();
            assert_eq!(vocabularies.len(), 1, "{id}");
            let files: BTreeSet<_> = set.members.iter().map(|m| &m.model.id).collect();
            assert_eq!(files.len(), set.members.len(), "{id}");
        }
    }

    /// A model that does not fit another leads to the sets that it belongs to.
    #[test]
    fn an_installed_model_is_found_in_its_sets() {
        let mut info = crate::starter::STARTERS[0].open().expect("opens").info().clone();
        assert!(sets_with(&info).is_empty());
        for set in published_sets().expect("parses") {
            for PublishedMember { model, term } in &set.members {
                info.sources[0].file.clone_from(&model.file);
                info.repository = model.import_options(term, None).repository;
                assert!(sets_with(&info).iter().any(|found| found.id == set.id), "{}", model.id);
            }
            let problem = Error::Vocabularies {
                first: "one".to_owned(),
                second: "two".to_owned(),
                difference: "token 3".to_owned(),
                fitting: Vec::new(),
                sets: vec![set.id.as_str()],
            }
            .problem();
            assert!(problem.message.contains("token 3"), "{}", problem.message);
            let hint = format!("No other installed model fits one. `wasan models get {}`", set.id);
            assert!(problem.hint.starts_with(&hint), "{}", problem.hint);
        }
    }

    #[test]
    fn an_unknown_set_names_the_nearest_ones() {
        assert_eq!(published_set("europe").expect("is there").title, "Europe");
        let Err(Error::UnknownSet { nearest, .. }) = published_set("eurpe") else { panic!("is unknown") };
        assert_eq!(nearest[0], "europe");
    }

    #[test]
    fn a_malformed_catalogue_is_refused() {
        for text in ["", "model = 3", "[[model]]\nid = \"a\"\n", "[[set]]\nid = \"a\"\n"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let missing = "model = []\n[[set]]\nid = \"a\"\ntitle = \"A\"\nmembers = [{ term = \"L\", model = \"b\" }]\nrecipes = [\"L\"]\n";
        assert!(parse(missing).expect_err("has no model b").contains("no model b"));
    }
}
