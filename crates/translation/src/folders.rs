//! Wasan's folders (data: models and the store; cache: what can be regenerated), and the documents in a user's folder.

use std::path::{Path, PathBuf};

use documents::Format;
use walkdir::{DirEntry, WalkDir};

use crate::access::make_private_folder;
use crate::error::{Error, Result};
use crate::names::is_translation;

/// The user's home folder, if the environment names one.
pub(crate) fn home() -> Option<PathBuf> {
    from_environment("HOME").or_else(|| from_environment("USERPROFILE"))
}

/// An absolute path in the environment.
pub(crate) fn from_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

// A folder that the user names: an empty name would be the current folder.
fn named(variable: &'static str) -> Option<Result<PathBuf>> {
    let folder = PathBuf::from(std::env::var_os(variable)?);
    Some(if folder.as_os_str().is_empty() { Err(Error::EmptyFolderName(variable)) } else { Ok(folder) })
}

/// Wasan's data folder: `WASAN_DATA`, or the platform's default.
///
/// # Errors
/// [`Error::NoHome`]; [`Error::EmptyFolderName`].
pub fn data() -> Result<PathBuf> {
    if let Some(folder) = named("WASAN_DATA") {
        return folder;
    }
    let base = if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else if cfg!(windows) {
        from_environment("LOCALAPPDATA").or_else(home)
    } else {
        from_environment("XDG_DATA_HOME").or_else(|| Some(home()?.join(".local/share")))
    };
    Ok(base.ok_or(Error::NoHome)?.join("wasan"))
}

/// The same, made if it is not there; only the user may enter it.
///
/// # Errors
/// As [`data`]; [`Error::Write`].
pub fn make_data() -> Result<PathBuf> {
    let folder = data()?;
    make_private_folder(&folder)
        .map_err(|error| Error::Write { path: folder.clone(), reason: error.to_string() })?;
    Ok(folder)
}

/// The data folder of a translator: the chosen one, or the user's own, which is found when it is needed, since a typed text
/// needs none.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder(Option<PathBuf>);

impl DataFolder {
    /// The folder `chosen`, or the user's own.
    pub fn new(chosen: Option<PathBuf>) -> Self {
        Self(chosen.or_else(|| data().ok()))
    }

    /// Its path.
    ///
    /// # Errors
    /// As [`data`].
    pub fn path(&self) -> Result<&Path> {
        match &self.0 {
            Some(folder) => Ok(folder),
            None => Err(data().err().unwrap_or(Error::NoHome)),
        }
    }
}

/// The folder of imported models: the chosen one, else `WASAN_MODELS`, else one in the user's data folder.
///
/// # Errors
/// As [`data`].
pub fn models_folder(chosen: Option<&Path>) -> Result<PathBuf> {
    let own = || named("WASAN_MODELS").unwrap_or_else(|| Ok(data()?.join("models")));
    chosen.map_or_else(own, |folder| Ok(folder.to_owned()))
}

/// Wasan's cache folder, if the user has a home folder.
pub fn cache() -> Option<PathBuf> {
    let base = if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else if cfg!(windows) {
        from_environment("LOCALAPPDATA").or_else(home)
    } else {
        from_environment("XDG_CACHE_HOME").or_else(|| Some(home()?.join(".cache")))
    };
    Some(base?.join("wasan"))
}

// Deeper folders are probably a mistake, such as a whole disk. Links are not followed.
const MAX_DEPTH: usize = 32;

/// What a folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderDocuments {
    /// Documents to translate.
    pub found: Vec<PathBuf>,
    /// Other files that a user may expect to be translated. Hidden files and lock files are not among them.
    pub skipped: Vec<(PathBuf, Skipped)>,
}

/// Why a file of a folder is not translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skipped {
    /// Its name says that it is a translation into the target language.
    Translation,
    /// Its name says that it is of a kind that is not read.
    Format(&'static str),
    /// It is a link, which may lead out of the folder.
    Link,
}

impl Skipped {
    /// Why a file that is not a link is not translated; none for a document.
    pub fn of(path: &Path, language: &str) -> Option<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let kind = Format::foreign(&name).map(Self::Format);
        kind.or_else(|| is_translation(path, language).then_some(Self::Translation))
    }

    /// The reason in words.
    pub fn reason(self) -> String {
        match self {
            Self::Translation => "it is named like a translation".to_owned(),
            Self::Format(kind) => format!("Wasan does not read {kind}"),
            Self::Link => "it is a link".to_owned(),
        }
    }
}

/// The documents in a folder and its subfolders, sorted by name, without hidden files and translations into `language`.
///
/// # Errors
/// A folder that cannot be read, contains no document, or more than `most`.
pub fn documents_in(root: &Path, language: &str, most: usize) -> Result<FolderDocuments> {
    let mut folder = FolderDocuments::default();
    let walk = WalkDir::new(root).max_depth(MAX_DEPTH).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(is_visible) {
        let entry = entry.map_err(|error| Error::Folder {
            path: error.path().unwrap_or(root).to_owned(),
            reason: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
        })?;
        let path = entry.path();
        let skipped = match entry.file_type() {
            kind if kind.is_dir() => continue,
            kind if !kind.is_file() => Some(Skipped::Link),
            _ => Skipped::of(path, language).or_else(|| foreign_xml(path)),
        };
        match skipped {
            Some(reason) => folder.skipped.push((entry.into_path(), reason)),
            None => folder.found.push(entry.into_path()),
        }
        if folder.found.len() > most {
            return Err(Error::TooManyDocuments { most, path: root.to_owned() });
        }
    }
    if folder.found.is_empty() { Err(Error::NothingInFolder(root.to_owned())) } else { Ok(folder) }
}

// XML is of many kinds, of which few are documents; only its content tells.
fn foreign_xml(path: &Path) -> Option<Skipped> {
    let name = path.file_name()?.to_string_lossy();
    let is_xml = path.extension()?.eq_ignore_ascii_case("xml");
    let is_small =
        || path.metadata().is_ok_and(|file| file.len() <= documents::limits::DOCUMENT_BYTES as u64);
    let bytes = (is_xml && is_small()).then(|| std::fs::read(path).ok())??;
    match Format::detect(&name, &bytes) {
        Err(documents::Error::Unsupported { found, .. }) => Some(Skipped::Format(found)),
        _ => None,
    }
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
            "y.xml",
            "~lock.docx",
            ".git/e.txt",
        ];
        for name in names {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("makes");
            std::fs::write(path, "x").expect("writes");
        }
        std::fs::write(root.path().join("y.xml"), "<svg><text>Haus</text></svg>").expect("writes");
        std::fs::write(root.path().join("z.xml"), "<resources><string name=\"a\">Haus</string></resources>")
            .expect("writes");
        let found = documents_in(root.path(), "en", 6).expect("is read");
        let wanted = ["a.de.txt", "a.de.txt.en-de.html", "a.txt", "b/d.srt", "c.MD", "z.xml"];
        assert_eq!(found.found, wanted.map(|name| root.path().join(name)));
        let skipped: Vec<(String, Skipped)> = found
            .skipped
            .iter()
            .map(|(path, why)| {
                (path.strip_prefix(root.path()).expect("is in it").display().to_string(), *why)
            })
            .collect();
        let translations = ["a.en-2.txt", "a.en.txt", "a.en.txt.de-en-3.html", "a.en.txt.de-en.html"];
        let mut wanted = translations.map(|name| (name.to_owned(), Skipped::Translation)).to_vec();
        let program = Format::foreign("x.exe").expect("is known");
        wanted.push(("x.exe".to_owned(), Skipped::Format(program)));
        wanted.push(("y.xml".to_owned(), Skipped::Format("SVG drawings")));
        assert_eq!(skipped, wanted);
        assert!(documents_in(&root.path().join(".git"), "en", 5).is_ok(), "it is named itself");
        let refused = |folder: &Path, most| documents_in(folder, "en", most).expect_err("is refused");
        assert!(matches!(refused(root.path(), 4), Error::TooManyDocuments { most: 4, .. }));
        assert!(matches!(refused(&root.path().join("gone"), 5), Error::Folder { .. }));
        let empty = tempfile::tempdir().expect("a folder");
        assert!(matches!(refused(empty.path(), 5), Error::NothingInFolder(_)));
    }
}
