//! Imports, changes and removes models.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use model_files::{ImportOptions, ModelInfo, PeftAdapter, Progress, Role};

use crate::catalog::{Catalog, CatalogEntry, ModelLocation};
use crate::error::{Error, Result};
use crate::folders::models_folder;
use crate::prompt::Prompt;
use crate::prompt_example::example_pair;

/// Imports a Hugging Face folder or a GGUF file, named `options.name` or after the source. A failed import leaves no
/// folder behind.
pub fn import(
    models: Option<&Path>,
    source: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(PathBuf, ModelInfo)> {
    let folder = models_folder(models)?;
    let name = match &options.name {
        Some(name) => name.clone(),
        // A folder's name has no extension: the 2-1B of Llama-3.2-1B is not one.
        None => {
            let name = if source.is_dir() { source.file_name() } else { source.file_stem() };
            name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        }
    };
    check_name(&name)?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| Error::Write { path: folder.clone(), reason: error.to_string() })?;
    let target = folder.join(name);
    let info = model_files::import(source, &target, options, progress)?;
    Ok((target, info))
}

/// The folder of the model `name` as the base of adapters.
///
/// # Errors
/// An unknown or built-in model.
pub fn base(models: Option<&Path>, name: &str) -> Result<PathBuf> {
    match Catalog::of(models)?.find(name)?.origin {
        ModelLocation::Folder(folder) => Ok(folder),
        ModelLocation::Embedded(_) => Err(Error::EmbeddedBase(name.to_owned())),
    }
}

/// What is known of a LoRA adapter before it is imported.
#[derive(Debug, Clone)]
pub struct AdapterSummary {
    /// The imported models whose matrices have the names and shapes that it needs; the one that it names comes first.
    pub bases: Vec<CatalogEntry>,
    /// What its files call its base: a repository or a path.
    pub base_name: Option<String>,
    /// Bytes of its file.
    pub source_bytes: u64,
    /// Bytes that it takes once it is imported.
    pub stored_bytes: u64,
    /// Codes of its languages; empty if its files name none: then it has those of its base.
    pub languages: Vec<String>,
    /// The licence according to its files.
    pub licence: Option<String>,
}

/// Reads the settings and the header of the LoRA adapter in a folder of PEFT's, and looks for its base among the imported
/// models. None if the folder holds no adapter.
///
/// # Errors
/// A damaged adapter, or one of a kind that is not supported; a models folder that cannot be read.
pub fn summarize_adapter(models: Option<&Path>, source: &Path) -> Result<Option<AdapterSummary>> {
    if !PeftAdapter::is_in(source) {
        return Ok(None);
    }
    let adapter = PeftAdapter::open(source)?;
    let mut fitting = Catalog::of(models)?.entries;
    fitting.retain(|entry| entry.is_imported() && adapter.check_base(&entry.info).is_ok());
    let named = adapter.base_name().unwrap_or_default();
    let last = named.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_named = |entry: &CatalogEntry| {
        let repository = entry.info.repository.as_ref().map(|repository| repository.id.as_str());
        repository == Some(named) || entry.id.eq_ignore_ascii_case(last)
    };
    fitting.sort_by_key(|entry| !is_named(entry));
    Ok(Some(AdapterSummary {
        bases: fitting,
        base_name: adapter.base_name().map(str::to_owned),
        source_bytes: adapter.source_bytes(),
        stored_bytes: adapter.stored_bytes(),
        languages: adapter.languages().to_vec(),
        licence: adapter.licence().map(str::to_owned),
    }))
}

/// Checks the name of an imported model, which is also the name of its folder.
///
/// # Errors
/// [`Error::BadName`].
pub fn check_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match !name.is_empty() && !name.starts_with('.') && name.chars().all(plain) {
        true => Ok(()),
        false => Err(Error::BadName(name.to_owned())),
    }
}

/// What to change in the description of an imported model; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ModelEdit {
    /// What the translator uses it for.
    pub role: Option<Role>,
    /// Codes of its languages, any two of which are a pair from then on.
    pub languages: Option<Vec<String>>,
    /// Its prompt.
    pub prompt: Option<String>,
    /// Its licence.
    pub licence: Option<String>,
}

impl ModelEdit {
    fn apply(&self, info: &mut ModelInfo) {
        if let Some(role) = &self.role {
            info.role = role.clone();
        }
        if let Some(languages) = &self.languages {
            info.languages.clone_from(languages);
            info.pairs.clear();
        }
        info.prompt = self.prompt.clone().or_else(|| info.prompt.take());
        info.licence = self.licence.clone().or_else(|| info.licence.take());
    }
}

/// Changes the description of an imported model.
///
/// # Errors
/// An unknown or built-in model, a prompt that does not suit its tokenizer, a file that cannot be written.
pub fn edit(models: Option<&Path>, name: &str, edit: &ModelEdit) -> Result<ModelInfo> {
    let entry = imported(models, name)?;
    let ModelLocation::Folder(folder) = &entry.origin else { return Err(Error::Embedded(name.to_owned())) };
    let mut edited = entry.info.clone();
    edit.apply(&mut edited);
    if let Some(prompt) = &edit.prompt {
        Prompt::parse(prompt, &entry.open()?.tokenizer()?, &example_pair(&edited))?;
    }
    Ok(model_files::edit_info(folder, |info| edit.apply(info))?)
}

/// The model of this name in the folder of imported models.
fn imported(models: Option<&Path>, name: &str) -> Result<CatalogEntry> {
    let folder = models_folder(models)?;
    let catalog = Catalog::read(&folder)?;
    let entry = catalog.entries.into_iter().find(|entry| entry.id == name);
    entry.ok_or_else(|| Error::UnknownModel(name.to_owned()))
}

/// Removes an imported model.
pub fn remove(models: Option<&Path>, name: &str) -> Result<PathBuf> {
    let entry = imported(models, name)?;
    let ModelLocation::Folder(path) = &entry.origin else { return Err(Error::Embedded(name.to_owned())) };
    let catalog = Catalog::read(&models_folder(models)?)?;
    let needing = catalog.entries.into_iter().filter(|other| other.base().is_some_and(|base| base == *path));
    let adapters: Vec<String> = needing.map(|other| other.id).collect();
    if !adapters.is_empty() {
        return Err(Error::BaseInUse { base: name.to_owned(), adapters: adapters.join(", ") });
    }
    // Removes only the files that an import writes, so that nothing else in the folder, or behind a link, is lost.
    let failed = |error: std::io::Error| Error::Write { path: path.clone(), reason: error.to_string() };
    for file in ["model.json", "model.safetensors", "adapter.safetensors", "tokenizer.json"] {
        let file = path.join(file);
        if file.symlink_metadata().is_ok() {
            std::fs::remove_file(file).map_err(failed)?;
        }
    }
    std::fs::remove_dir(path).map_err(failed)?;
    Ok(path.clone())
}
