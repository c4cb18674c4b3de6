//! The inputs that the command line names: texts, files, folders, patterns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use translation::{FolderDocuments, Skipped, documents_in, is_document};

use crate::failure::Failure;
use crate::terminal::{note, shown};

/// Something to translate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Text(String),
    File {
        path: PathBuf,
        /// Its folder, relative to the folder that was named; empty for a file that was named itself.
        subfolder: PathBuf,
    },
}

impl Input {
    /// The path of a file.
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File { path, .. } => Some(path.clone()),
            Self::Text(_) => None,
        }
    }
}

/// What the arguments name.
#[derive(Default)]
pub struct Inputs {
    /// What to translate, in the order of the arguments; the documents of a folder by name.
    pub found: Vec<Input>,
    /// Files of folders and patterns that are not translated.
    pub skipped: Vec<(PathBuf, Skipped)>,
}

// More lines would hide the messages before them.
const MOST_NAMED: usize = 50;

impl Inputs {
    /// The inputs of the arguments. A folder gives the documents in it that can be translated.
    ///
    /// # Errors
    /// A folder that cannot be read, or that has no documents to translate.
    pub fn of(arguments: &[String], language: &str) -> Result<Self, Failure> {
        let mut inputs = Self::default();
        for argument in arguments {
            let path = Path::new(argument);
            if path.is_dir() {
                inputs.add_folder(path, language)?;
            } else if !inputs.add_matching(argument, language) {
                inputs.found.push(text_or_file(argument));
            }
        }
        Ok(inputs)
    }

    /// Names the skipped files on standard error, with the reason.
    pub fn name_skipped(&self) {
        for (path, why) in self.skipped.iter().take(MOST_NAMED) {
            note!("{}: skipped, {}", shown(path), why.reason());
        }
        let mut others: BTreeMap<Skipped, usize> = BTreeMap::new();
        self.skipped.iter().skip(MOST_NAMED).for_each(|(_, why)| *others.entry(*why).or_default() += 1);
        for (why, count) in others {
            note!("{count} other files: skipped, {}", why.reason());
        }
    }

    fn add_folder(&mut self, root: &Path, language: &str) -> Result<(), Failure> {
        let FolderDocuments { found, skipped } = documents_in(root, language, usize::MAX)
            .map_err(|error| Failure::usage(&error.to_string(), &error.problem().hint))?;
        let input = |path: PathBuf| {
            let subfolder = path.parent().and_then(|parent| parent.strip_prefix(root).ok());
            let subfolder = subfolder.map_or_else(PathBuf::new, Path::to_owned);
            Input::File { path, subfolder }
        };
        self.found.extend(found.into_iter().map(input));
        self.skipped.extend(skipped);
        Ok(())
    }

    // Adds the files that match a pattern such as `*.docx`, for shells that do not expand it; false if there are none. A
    // text with a question mark is a pattern too, but it matches no file.
    fn add_matching(&mut self, argument: &str, language: &str) -> bool {
        if !argument.contains(['*', '?', '[']) || Path::new(argument).symlink_metadata().is_ok() {
            return false;
        }
        let paths = glob::glob(argument).into_iter().flatten().flatten();
        let (mut matches, mut others) = (Vec::new(), Vec::new());
        for path in paths.filter(|path| path.is_file()) {
            match Skipped::of(&path, language) {
                Some(why) => others.push((path, why)),
                None => matches.push(Input::File { path, subfolder: PathBuf::new() }),
            }
        }
        if matches.is_empty() {
            return false;
        }
        self.found.extend(matches);
        self.skipped.extend(others);
        true
    }
}

// An argument is a file if it exists on disk, or if it has a document's file extension: a mistyped path is refused, not
// translated. Anything else is text.
fn text_or_file(argument: &str) -> Input {
    let path = Path::new(argument);
    match is_document(path) || path.symlink_metadata().is_ok() {
        true => Input::File { path: path.to_owned(), subfolder: PathBuf::new() },
        false => Input::Text(argument.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let name = |input: Input| match input {
            Input::Text(text) => format!("«{text}»"),
            Input::File { path, subfolder } => {
                format!("{}:{}", subfolder.display(), path.file_name().unwrap_or_default().to_string_lossy())
            }
        };
        Inputs::of(&arguments, "en").expect("is found").found.into_iter().map(name).collect()
    }

    #[test]
    fn folders_and_patterns_give_their_documents_but_not_their_translations() {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(root.path().join("b/.hidden")).expect("makes");
        for name in [
            "c.md",
            "a.txt",
            "a.en.txt",
            "a.en-2.txt",
            "a.de.txt",
            "x.exe",
            "~lock.docx",
            "b/d.srt",
            "b/.hidden/e.txt",
        ] {
            std::fs::write(root.path().join(name), "x").expect("writes");
        }
        let folder = root.path().to_string_lossy().into_owned();
        assert_eq!(names(&[&folder]), [":a.de.txt", ":a.txt", "b:d.srt", ":c.md"]);
        assert_eq!(
            names(&[&format!("{folder}/*.txt"), "Wo ist er?"]),
            [":a.de.txt", ":a.txt", "«Wo ist er?»"]
        );
        assert_eq!(names(&[&format!("{folder}/x.exe"), "gone.docx"]), [":x.exe", ":gone.docx"]);
        assert!(
            Inputs::of(&[root.path().join("b/.hidden/..").join(".hidden").display().to_string()], "en")
                .is_ok()
        );
        assert!(
            Inputs::of(&[tempfile::tempdir().expect("a folder").path().display().to_string()], "en").is_err()
        );
    }
}
