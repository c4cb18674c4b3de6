//! The inputs that the command line names: texts, files, folders, patterns.

use std::path::{Path, PathBuf};

use translation::{documents_in, is_document, is_translation};

use crate::failure::Failure;

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

/// All inputs in their order. A folder gives the documents in it that can be translated, sorted by name.
///
/// # Errors
/// A folder that cannot be read, or that has no documents to translate.
pub fn expand_inputs(arguments: &[String], language: &str) -> Result<Vec<Input>, Failure> {
    let mut found = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        if path.is_dir() {
            found.extend(folder_documents(path, language)?);
            continue;
        }
        let matching = pattern_matches(argument, language);
        match matching.is_empty() {
            true => found.push(text_or_file(argument)),
            false => found.extend(matching),
        }
    }
    Ok(found)
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

fn folder_documents(root: &Path, language: &str) -> Result<Vec<Input>, Failure> {
    let found = documents_in(root, language, usize::MAX)
        .map_err(|error| Failure::usage(&error.to_string(), &error.problem().hint))?;
    let input = |path: PathBuf| {
        let subfolder = path.parent().and_then(|parent| parent.strip_prefix(root).ok());
        let subfolder = subfolder.map_or_else(PathBuf::new, Path::to_owned);
        Input::File { path, subfolder }
    };
    Ok(found.into_iter().map(input).collect())
}

// Files that match a pattern such as `*.docx`, for shells that do not expand it.
fn pattern_matches(argument: &str, language: &str) -> Vec<Input> {
    if !argument.contains(['*', '?', '[']) || Path::new(argument).symlink_metadata().is_ok() {
        return Vec::new();
    }
    // A text with a question mark is a pattern too, but it matches no file.
    let paths = glob::glob(argument).into_iter().flatten().flatten();
    let documents =
        paths.filter(|path| path.is_file() && is_document(path) && !is_translation(path, language));
    documents.map(|path| Input::File { path, subfolder: PathBuf::new() }).collect()
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
        expand_inputs(&arguments, "en").expect("is found").into_iter().map(name).collect()
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
            expand_inputs(&[root.path().join("b/.hidden/..").join(".hidden").display().to_string()], "en")
                .is_ok()
        );
        assert!(
            expand_inputs(&[tempfile::tempdir().expect("a folder").path().display().to_string()], "en")
                .is_err()
        );
    }
}
