//! Dropped or chosen paths → documents; folders are searched for supported formats.

use crate::backend::documents_in;
use crate::error::Error;
use std::path::{Path, PathBuf};
use translation::Skipped;

/// Maximum number of documents from one folder; more rows make the page slow.
const MAX_DOCUMENTS: usize = 1_000;

/// Skipped files of a folder that are named.
const MAX_NAMED: usize = 5;

/// Whether it is a model to import: a GGUF file, or a folder with a model's configuration or an adapter's.
pub fn is_model(path: &Path) -> bool {
    let is_gguf = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
    is_gguf || ["config.json", "adapter_config.json"].iter().any(|file| path.join(file).is_file())
}

/// Returns the given files, with each folder replaced by the documents in it, by name (without hidden files, links and
/// translations into `language`); and what to say of folders: that they cannot be read, contain no document, or too many, or
/// which files in them are skipped.
pub fn documents(paths: Vec<PathBuf>, language: &str) -> (Vec<PathBuf>, Vec<Error>) {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match path.is_dir() {
            true => match documents_in(&path, language, MAX_DOCUMENTS) {
                Ok(documents) => {
                    found.extend(documents.found);
                    errors.extend(skipped(&documents.skipped));
                }
                Err(problem) => errors.push(Error::Translation(problem)),
            },
            // The translator reports an unsupported file.
            false => found.push(path),
        }
    }
    (found, errors)
}

/// Says which files of a folder are skipped, if any, and why.
fn skipped(files: &[(PathBuf, Skipped)]) -> Option<Error> {
    let name = |(path, why): &(PathBuf, Skipped)| {
        format!("{} ({})", path.file_name().unwrap_or_default().display(), why.reason())
    };
    let mut named: Vec<String> = files.iter().take(MAX_NAMED).map(name).collect();
    let others = files.len() - named.len();
    named.extend((others > 0).then(|| format!("{others} more")));
    (!files.is_empty()).then(|| Error::Skipped { count: files.len(), named: named.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::extensions;
    use serde_json::Value;
    use std::collections::BTreeSet;
    use std::fs;
    use translation::Format;

    #[test]
    fn models_are_told_from_documents() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_model(folder.path()));
        fs::write(folder.path().join("config.json"), "{}").unwrap();
        assert!(is_model(folder.path()) && is_model(Path::new("a/b.GGUF")));
        let adapter = tempfile::tempdir().unwrap();
        fs::write(adapter.path().join("adapter_config.json"), "{}").unwrap();
        assert!(is_model(adapter.path()));
        for document in ["a.json", "gguf", "config.json"] {
            assert!(!is_model(&folder.path().join(document)), "{document}");
        }
    }

    /// macOS offers Wasan beside other programs. An association of the Windows package takes a kind of file away from other
    /// programs, so that it has those alone which are for translators.
    #[test]
    fn the_packages_are_associated_with_documents() {
        let declared = |file: &str| -> BTreeSet<String> {
            let settings: Value = serde_json::from_str(file).unwrap();
            let associations = settings["bundle"]["fileAssociations"].as_array().unwrap();
            let extensions = associations.iter().flat_map(|one| one["ext"].as_array().unwrap());
            extensions.map(|extension| extension.as_str().unwrap().to_owned()).collect()
        };
        let all: BTreeSet<_> = extensions().into_iter().map(str::to_owned).collect();
        assert_eq!(declared(include_str!("../tauri.macos.conf.json")), all);
        let of_translators = |extension: &str| {
            let format = Format::of_extension(extension);
            format.is_some_and(|format| matches!(format, Format::Tmx | Format::Xliff))
        };
        let windows = declared(include_str!("../tauri.windows.conf.json"));
        assert!(windows.iter().all(|extension| of_translators(extension)), "{windows:?}");
    }

    #[test]
    fn a_folder_without_documents_does_not_affect_the_others() {
        let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(full.path().join("a.txt"), "x").unwrap();
        let file = empty.path().join("x.exe");
        let paths = [empty.path().join("gone"), empty.path().into(), full.path().into(), file.clone()];
        fs::create_dir(&paths[0]).unwrap();
        let (found, errors) = documents(paths.to_vec(), "en");
        // A file named explicitly is never left out silently.
        assert_eq!(found, [full.path().join("a.txt"), file]);
        let codes: Vec<String> = errors.iter().map(|error| error.problem().code).collect();
        assert_eq!(codes, ["nothing_in_folder"; 2]);
    }

    #[test]
    fn skipped_files_of_a_folder_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.txt", "b.js", "c.en.txt", "d.py", "e.rs", "f.go", "g.php"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let (found, errors) = documents(vec![folder.path().into()], "en");
        assert_eq!(found, [folder.path().join("a.txt")]);
        let problem = errors[0].problem();
        assert_eq!((errors.len(), problem.code.as_str()), (1, "skipped_files"));
        assert!(
            problem.message.starts_with("6 files of the folder are skipped: b.js ("),
            "{}",
            problem.message
        );
        assert!(problem.message.contains("c.en.txt (it is named like a translation)"), "{}", problem.message);
        assert!(problem.message.ends_with(", 1 more"), "{}", problem.message);
    }

    #[test]
    fn a_folder_with_too_many_documents_is_refused() {
        let full = tempfile::tempdir().unwrap();
        for number in 0..=MAX_DOCUMENTS {
            fs::write(full.path().join(format!("{number}.txt")), "x").unwrap();
        }
        let (found, errors) = documents(vec![full.path().into()], "en");
        assert_eq!((found.len(), errors[0].problem().code.as_str()), (0, "too_many_documents"));
    }
}
