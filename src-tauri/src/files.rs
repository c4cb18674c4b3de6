//! What is dropped or chosen → documents: folders are looked through for what can be translated.

use crate::engine::documents_in;
use crate::error::Error;
use std::path::PathBuf;

/// Documents of one folder: nobody reviews more, and a page of so many rows still scrolls.
const MAX_DOCUMENTS: usize = 1_000;

/// Files as they were dropped; in the place of a folder the documents in it, by name, but not those that are hidden,
/// linked or translations into `language`. And what is wrong with folders that cannot be read, hold no document, or
/// too many.
pub fn documents(paths: Vec<PathBuf>, language: &str) -> (Vec<PathBuf>, Vec<Error>) {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        match path.is_dir() {
            true => match documents_in(&path, language, MAX_DOCUMENTS) {
                Ok(documents) => found.extend(documents),
                Err(problem) => refused.push(Error::Translation(problem)),
            },
            // The translator says what it thinks of a file that is named by itself.
            false => found.push(path),
        }
    }
    (found, refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_folder_that_cannot_be_meant_is_no_harm_to_the_others() {
        let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(full.path().join("a.txt"), "x").unwrap();
        let file = empty.path().join("x.exe");
        let paths = [empty.path().join("gone"), empty.path().into(), full.path().into(), file.clone()];
        fs::create_dir(&paths[0]).unwrap();
        let (found, refused) = documents(paths.to_vec(), "en");
        // A file that is named by itself is never left out silently.
        assert_eq!(found, [full.path().join("a.txt"), file]);
        let codes: Vec<String> = refused.iter().map(|error| error.problem().code).collect();
        assert_eq!(codes, ["nothing_in_folder"; 2]);
    }

    #[test]
    fn a_folder_of_too_many_is_refused() {
        let full = tempfile::tempdir().unwrap();
        for number in 0..=MAX_DOCUMENTS {
            fs::write(full.path().join(format!("{number}.txt")), "x").unwrap();
        }
        let (found, refused) = documents(vec![full.path().into()], "en");
        assert_eq!((found.len(), refused[0].problem().code.as_str()), (0, "too_many_documents"));
    }
}
