//! What the page asks about a file or folder before it is imported.

use super::rows::role;
use crate::models::library::Source;
use crate::page::{Candidate, LoraAdapter, LoraBase};
use std::path::{Path, PathBuf};
use translation::{AdapterSummary, CatalogEntry, Error, ImportOptions, Quantization, SourceSummary};

/// A file's name in the letters that a model's name may have, without the extension.
fn plain_name(file: &str) -> String {
    let stem = file.strip_suffix(".gguf").unwrap_or(file);
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = stem.chars().map(plain).collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() { "model".to_owned() } else { name.to_owned() }
}

pub fn look_at(path: PathBuf, mut options: ImportOptions, id: u64) -> (Candidate, Source) {
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut candidate = Candidate {
        id,
        name: options.name.clone().unwrap_or_default(),
        file,
        source_bytes: 0,
        import_bytes: 0,
        languages: options.languages.clone(),
        role: options.role.as_ref().map_or("large".into(), role),
        licence: options.licence.clone(),
        adapter: None,
        problem: None,
    };
    match summary(&path) {
        Ok(summary) => {
            let proposed = options.name.take().unwrap_or_else(|| plain_name(&candidate.file));
            candidate.name =
                translation::free_name(&translation::models_folder(None).unwrap_or_default(), &proposed);
            (candidate.source_bytes, candidate.import_bytes) = (summary.source_bytes, summary.stored_bytes);
            candidate.licence = candidate.licence.or(summary.licence);
            candidate.adapter = summary.adapter;
            if candidate.languages.is_empty() {
                candidate.languages = summary.languages;
            }
        }
        Err(error) => candidate.problem = Some(error.problem()),
    }
    (candidate, Source { path, options, base: None })
}

/// What the headers of a source say.
struct Summary {
    source_bytes: u64,
    stored_bytes: u64,
    languages: Vec<String>,
    licence: Option<String>,
    adapter: Option<LoraAdapter>,
}

fn summary(path: &Path) -> Result<Summary, Error> {
    if let Some(summary) = translation::summarize_adapter(None, path)? {
        let AdapterSummary { bases, base_name, source_bytes, stored_bytes, languages, licence } = summary;
        let base = |entry: CatalogEntry| LoraBase { name: entry.id, languages: entry.info.languages };
        let adapter = Some(LoraAdapter { bases: bases.into_iter().map(base).collect(), base_name });
        return Ok(Summary { source_bytes, stored_bytes, languages, licence, adapter });
    }
    let summary = translation::summarize(path, Quantization::default()).map_err(Error::Model)?;
    let SourceSummary { source_bytes, stored_bytes, languages, licence, .. } = summary;
    Ok(Summary { source_bytes, stored_bytes, languages, licence, adapter: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::library::Library;
    use crate::models::local::LocalLibrary;

    #[test]
    fn a_proposed_name_can_be_a_folder() {
        for (file, name) in [
            ("Llama-3.2-1B.Q8_0.gguf", "Llama-3.2-1B.Q8_0"),
            ("my model (new).gguf", "my-model--new"),
            (".hidden", "hidden"),
            ("日本語.gguf", "model"),
        ] {
            assert_eq!(plain_name(file), name);
            assert!(translation::check_name(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_no_model_is_a_candidate_with_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gguf");
        std::fs::write(&path, "nonsense").unwrap();
        let (candidate, _) = LocalLibrary::default().look_at(&path, 7);
        assert_eq!((candidate.id, candidate.file.as_str()), (7, "a.gguf"));
        assert!(candidate.problem.is_some());
    }
}
