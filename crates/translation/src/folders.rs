//! Wasan's folders (data: models and the store; cache: what can be regenerated), and the documents in a user's folder.

use std::path::{Path, PathBuf};

use documents::Format;
use walkdir::{DirEntry, WalkDir};

use crate::error::{Error, Result};
use crate::languages::LanguagePair;

pub(crate) fn home() -> PathBuf {
    std::env::var_os("HOME")
        .or_else(|| std::env::var_os("USERPROFILE"))
        .map_or_else(PathBuf::new, PathBuf::from)
}

pub(crate) fn from_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Wasan's data folder: `WASAN_DATA`, or the platform's default.
pub fn data() -> PathBuf {
    if let Some(folder) = std::env::var_os("WASAN_DATA") {
        return folder.into();
    }
    let base = if cfg!(target_os = "macos") {
        home().join("Library/Application Support")
    } else if cfg!(windows) {
        from_environment("LOCALAPPDATA").unwrap_or_else(home)
    } else {
        from_environment("XDG_DATA_HOME").unwrap_or_else(|| home().join(".local/share"))
    };
    base.join("wasan")
}

/// The folder of imported models: `WASAN_MODELS`, else the user's data folder.
pub fn models_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("WASAN_MODELS") {
        return folder.into();
    }
    data().join("models")
}

/// Wasan's cache folder.
pub fn cache() -> PathBuf {
    let base = if cfg!(target_os = "macos") {
        home().join("Library/Caches")
    } else if cfg!(windows) {
        from_environment("LOCALAPPDATA").unwrap_or_else(home)
    } else {
        from_environment("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache"))
    };
    base.join("wasan")
}

// Deeper folders are probably a mistake, such as a whole disk. Links are not followed.
const MAX_DEPTH: usize = 32;

/// The documents in a folder and its subfolders, sorted by name, without hidden files and translations into `language`.
///
/// # Errors
/// A folder that cannot be read, contains no document, or more than `most`.
pub fn documents_in(root: &Path, language: &str, most: usize) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let walk = WalkDir::new(root).max_depth(MAX_DEPTH).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(is_visible) {
        let entry = entry.map_err(|error| Error::Folder {
            path: error.path().unwrap_or(root).to_owned(),
            reason: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
        })?;
        let path = entry.path();
        if entry.file_type().is_file() && is_document(path) && !is_translation(path, language) {
            found.push(entry.into_path());
        }
        if found.len() > most {
            return Err(Error::TooManyDocuments { most, path: root.to_owned() });
        }
    }
    if found.is_empty() { Err(Error::NothingInFolder(root.to_owned())) } else { Ok(found) }
}

// Office programs create lock files beside open documents; their names begin with `~`.
fn is_visible(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with(['.', '~'])
}

/// Whether a file has the extension of a supported format; parsing decides by content.
pub fn is_document(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let known = |extension: &str| Format::ALL.iter().any(|format| format.extensions().contains(&extension));
    extension.is_some_and(|extension| known(&extension))
}

/// Whether a file is named like a translation into `language`: `report.en.docx`, `report.en-2.docx`,
/// or like a bilingual page, `report.en.docx.de-en.html`.
pub fn is_translation(path: &Path, language: &str) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let Some((_, last)) = stem.rsplit_once('.') else { return false };
    // Without the number that avoids an existing name.
    let name = match last.rsplit_once('-') {
        Some((name, number)) if number.parse::<u32>().is_ok() => name,
        _ => last,
    };
    name == language || name.parse::<LanguagePair>().is_ok_and(|pair| pair.to == language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_documents_but_not_their_translations() {
        let root = tempfile::tempdir().expect("a folder");
        let names = [
            "b/d.srt",
            "c.MD",
            "a.txt",
            "a.en.txt",
            "a.en-2.txt",
            "a.en.txt.de-en.html",
            "a.en.txt.de-en-3.html",
            "a.de.txt",
            "a.de.txt.en-de.html",
            "x.exe",
            "~lock.docx",
            ".git/e.txt",
        ];
        for name in names {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("makes");
            std::fs::write(path, "x").expect("writes");
        }
        let found = documents_in(root.path(), "en", 5).expect("is read");
        let wanted = ["a.de.txt", "a.de.txt.en-de.html", "a.txt", "b/d.srt", "c.MD"];
        assert_eq!(found, wanted.map(|name| root.path().join(name)));
        assert!(documents_in(&root.path().join(".git"), "en", 5).is_ok(), "it is named itself");
        let refused = |folder: &Path, most| documents_in(folder, "en", most).expect_err("is refused");
        assert!(matches!(refused(root.path(), 4), Error::TooManyDocuments { most: 4, .. }));
        assert!(matches!(refused(&root.path().join("gone"), 5), Error::Folder { .. }));
        let empty = tempfile::tempdir().expect("a folder");
        assert!(matches!(refused(empty.path(), 5), Error::NothingInFolder(_)));
    }
}
