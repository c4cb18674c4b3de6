//! What is dropped or chosen → documents: folders are looked through for what can be translated.

use crate::engine::extensions;
use crate::error::Error;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Folders inside each other; more are a mistake, such as a whole disk.
const MAX_DEPTH: usize = 32;
/// Documents of one folder: nobody reviews more, and a page of so many rows still scrolls.
const MAX_DOCUMENTS: usize = 1_000;

/// Files as they were dropped; in the place of a folder the documents in it, by name, but not those that are hidden,
/// linked or translations into `language`.
///
/// # Errors
/// A folder that cannot be read, holds no document, or too many.
pub fn documents(paths: Vec<PathBuf>, language: &str) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => found.extend(folder(path, language)?),
            // The translator says what it thinks of a file that is named by itself.
            false => found.push(path),
        }
    }
    Ok(found)
}

fn folder(root: PathBuf, language: &str) -> Result<Vec<PathBuf>, Error> {
    let extensions = extensions();
    let is_document = |path: &Path| {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        extension.is_some_and(|extension| extensions.contains(&*extension))
    };
    let mut found = Vec::new();
    let walk = WalkDir::new(&root).max_depth(MAX_DEPTH).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(is_visible) {
        let entry = entry.map_err(Error::Folder)?;
        if entry.file_type().is_file() && is_document(entry.path()) && !is_translation(entry.path(), language)
        {
            found.push(entry.into_path());
        }
        if found.len() > MAX_DOCUMENTS {
            return Err(Error::TooManyDocuments { most: MAX_DOCUMENTS, path: root });
        }
    }
    if found.is_empty() { Err(Error::NothingInFolder(root)) } else { Ok(found) }
}

/// Office programs keep locks beside open documents, whose names begin with `~`.
fn is_visible(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with(['.', '~'])
}

/// Whether a file has a name that a translation gets: `report.en.docx`, `report.en-2.docx`.
fn is_translation(path: &Path, language: &str) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let Some((_, last)) = stem.rsplit_once('.') else { return false };
    let number = last.strip_prefix(language).and_then(|rest| rest.strip_prefix('-'));
    last == language || number.is_some_and(|number| number.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(names: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in names {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        root
    }

    #[test]
    fn a_folder_gives_the_documents_in_it() {
        let root = tree(&[
            "b/d.srt",
            "c.MD",
            "a.txt",
            "a.en.txt",
            "a.en-2.txt",
            "a.de.txt",
            "x.exe",
            "~lock.docx",
            ".git/e.txt",
        ]);
        let file = root.path().join("x.exe");
        let found = documents(vec![root.path().into(), file.clone()], "en").unwrap();
        let wanted = ["a.de.txt", "a.txt", "b/d.srt", "c.MD"].map(|name| root.path().join(name));
        assert_eq!(found[..4], wanted);
        assert_eq!(found[4..], [file], "a file that is named by itself is never left out silently");
    }

    #[test]
    fn a_folder_that_cannot_be_meant_is_refused() {
        let empty = tree(&["x.exe"]);
        assert!(matches!(documents(vec![empty.path().into()], "en"), Err(Error::NothingInFolder(_))));
        let names: Vec<_> = (0..=MAX_DOCUMENTS).map(|number| format!("{number}.txt")).collect();
        let full = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(matches!(documents(vec![full.path().into()], "en"), Err(Error::TooManyDocuments { .. })));
    }
}
