//! Models that other programs keep on this computer: the Hub's cache, LM Studio and Ollama. They are imported from where
//! they lie; nothing is copied, moved or deleted there. Links are followed only within a repository of the Hub's cache,
//! whose snapshots consist of them.

mod hub;
mod lm_studio;
mod ollama;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model_files::{ImportOptions, Quantization, Repository, summarize};
use serde::Serialize;

use crate::folders::{from_environment, home};
use crate::limits;
use crate::published::{PublishedModel, PublishedSet, published_sets};

/// The program that keeps a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelProgram {
    /// The cache of the Hub's own tools.
    Hub,
    /// LM Studio.
    LmStudio,
    /// Ollama.
    Ollama,
}

impl ModelProgram {
    /// The displayed name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hub => "Hugging Face cache",
            Self::LmStudio => "LM Studio",
            Self::Ollama => "Ollama",
        }
    }
}

/// A model on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundModel {
    /// The name that it has there.
    pub name: String,
    /// Its GGUF file or folder.
    pub path: PathBuf,
    /// Which program keeps it.
    pub program: ModelProgram,
    /// The repository that it comes from, if its folder tells.
    pub repository: Option<String>,
    /// The commit there, if its folder tells.
    pub commit: Option<String>,
    /// Bytes of its weight files.
    pub bytes: u64,
    /// Bytes that it takes when imported; `None` if it cannot be.
    pub stored_bytes: Option<u64>,
    /// Why it cannot be imported.
    pub problem: Option<String>,
    /// The published model that it is.
    pub model: Option<String>,
    /// The published sets that have this model.
    pub sets: Vec<String>,
}

/// Something that may be a model, before its header is read.
struct Candidate {
    name: String,
    path: PathBuf,
    repository: Option<String>,
    commit: Option<String>,
    // The published model that the program's own names say it is.
    model: Option<&'static PublishedModel>,
}

/// Lists what may be models in a folder.
type ListCandidates = fn(&Path) -> Vec<Candidate>;

/// Folders where other programs keep models.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelFolders {
    /// Caches of the Hub.
    pub hub: Vec<PathBuf>,
    /// Folders of LM Studio.
    pub lm_studio: Vec<PathBuf>,
    /// Folders of Ollama.
    pub ollama: Vec<PathBuf>,
}

impl ModelFolders {
    /// The usual folders, and those that the environment names.
    pub fn of_this_computer() -> Self {
        let home = home();
        let in_home = |folder: &str| home.as_ref().map(|home| home.join(folder));
        let cache = from_environment("XDG_CACHE_HOME").or_else(|| in_home(".cache"));
        let hub_home = from_environment("HF_HOME").or_else(|| Some(cache?.join("huggingface")));
        let hub = from_environment("HF_HUB_CACHE").or_else(|| Some(hub_home?.join("hub")));
        let system = PathBuf::from("/usr/share/ollama/.ollama/models");
        let ollama = [from_environment("OLLAMA_MODELS"), in_home(".ollama/models"), Some(system)];
        let lm_studio = [in_home(".lmstudio/models"), in_home(".cache/lm-studio/models")];
        Self {
            hub: hub.into_iter().collect(),
            lm_studio: lm_studio.into_iter().flatten().collect(),
            ollama: ollama.into_iter().flatten().collect(),
        }
    }
}

/// The models in these folders, by name. Reads their headers only; what cannot be read is listed with the reason.
pub fn find_models(folders: &ModelFolders) -> Vec<FoundModel> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let kinds: [(ModelProgram, &[PathBuf], ListCandidates); 3] = [
        (ModelProgram::Hub, &folders.hub, hub::candidates),
        (ModelProgram::LmStudio, &folders.lm_studio, lm_studio::candidates),
        (ModelProgram::Ollama, &folders.ollama, ollama::candidates),
    ];
    for (program, folders, candidates) in kinds {
        for candidate in folders.iter().flat_map(|folder| candidates(folder)) {
            let real = candidate.path.canonicalize().unwrap_or_else(|_| candidate.path.clone());
            if found.len() < limits::FOUND_MODELS && seen.insert(real) {
                found.push(look_at(candidate, program));
            }
        }
    }
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    found
}

fn look_at(candidate: Candidate, program: ModelProgram) -> FoundModel {
    let Candidate { name, path, repository, commit, model } = candidate;
    let summary = summarize(&path, Quantization::default());
    let has = |set: &&PublishedSet| set.members.iter().any(|member| Some(&member.model) == model);
    let sets = published_sets().unwrap_or_default().iter().filter(has).map(|set| set.id.clone()).collect();
    FoundModel {
        bytes: match &summary {
            Ok(summary) => summary.source_bytes,
            Err(_) => crate::system::folder_bytes(&path),
        },
        stored_bytes: summary.as_ref().ok().map(|summary| summary.stored_bytes),
        problem: summary.err().map(|error| error.to_string()),
        model: model.map(|model| model.id.clone()),
        name,
        path,
        program,
        repository,
        commit,
        sets,
    }
}

impl FoundModel {
    /// How it is imported: under its own name, with its repository, and as the published model that it is.
    pub fn import_options(&self) -> ImportOptions {
        let published = published_sets().unwrap_or_default().iter().flat_map(|set| &set.members);
        let member = published.into_iter().find(|member| Some(&member.model.id) == self.model.as_ref());
        match member {
            Some(member) => member.model.import_options(&member.term, self.commit.clone()),
            None => ImportOptions {
                name: Some(folder_name(&self.name)),
                repository: self.repository.clone().map(|id| Repository { id, commit: self.commit.clone() }),
                ..ImportOptions::default()
            },
        }
    }
}

/// Files of a set's models among found ones, and in `folder` and the folders below it by their names there (a stick, for
/// example): paths by the id of their model.
pub fn local_files(
    set: &PublishedSet,
    found: &[FoundModel],
    folder: Option<&Path>,
) -> BTreeMap<String, PathBuf> {
    let mut local = BTreeMap::new();
    for model in found.iter().filter(|model| model.problem.is_none()) {
        if let Some(id) = &model.model {
            local.insert(id.clone(), model.path.clone());
        }
    }
    if let Some(folder) = folder {
        let files = entries(folder, 4).into_iter().filter(|entry| entry.file_type().is_file());
        for file in files {
            let same = |model: &&PublishedModel| *file.file_name() == *model.file;
            if let Some(model) = set.members.iter().map(|member| &member.model).find(same) {
                local.insert(model.id.clone(), file.into_path());
            }
        }
    }
    local.retain(|id, _| set.members.iter().any(|member| member.model.id == *id));
    local
}

/// The published model in this file of a repository.
fn published(repository: &str, file: &str) -> Option<&'static PublishedModel> {
    let members = published_sets().ok()?.iter().flat_map(|set| &set.members);
    members.map(|member| &member.model).find(|model| model.repository == repository && model.file == file)
}

/// Files, folders and links below a folder, sorted, at most [`limits::FOUND_ENTRIES`]; links are not followed.
fn entries(folder: &Path, depth: usize) -> Vec<walkdir::DirEntry> {
    let walk = walkdir::WalkDir::new(folder).min_depth(1).max_depth(depth).sort_by_file_name();
    walk.into_iter().filter_map(std::result::Result::ok).take(limits::FOUND_ENTRIES).collect()
}

fn is_gguf(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

// Its name without the extension, in the letters that a model's name may have.
fn folder_name(name: &str) -> String {
    let stem = name.strip_suffix(".gguf").unwrap_or(name);
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    stem.chars().map(plain).collect::<String>().trim_start_matches('.').to_owned()
}
