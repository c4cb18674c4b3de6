//! The settings' commands.

use super::State;
use crate::backend::Translate;
use crate::error::Error;
use crate::page::Kept;
use crate::settings::Preferences;
use std::path::PathBuf;
use translation::{LanguagePair, Problem, Term};

impl State {
    /// Saves what the user has set. Another adapter is used at the next start.
    pub fn prefer(&self, preferences: Preferences) -> Result<(), Error> {
        self.settings.prefer(preferences).map_err(Error::Settings)
    }

    /// Factor by which the page is enlarged.
    pub fn zoom(&self) -> f64 {
        self.settings.preferences().zoom()
    }

    /// Saves where translations go; none: beside their sources.
    pub fn put_into(&self, folder: Option<PathBuf>) -> Result<(), Error> {
        self.settings.put_into(folder).map_err(Error::Settings)
    }

    /// Where translations go, for display.
    pub fn output_folder(&self) -> Option<String> {
        self.settings.output_folder().map(|folder| folder.display().to_string())
    }

    /// Works with the glossary or the memory.
    pub fn resources<T>(&self, work: impl FnOnce(&dyn Translate) -> Result<T, Problem>) -> Result<T, Error> {
        work(&*self.translator()?).map_err(Error::Translation)
    }

    /// Tokens per second of the current pair's models, with what translates it now. Blocks.
    pub fn measure_speed(&self) -> Result<f32, Error> {
        let pair = self.pair()?;
        self.resources(|translator| translator.speed(&pair))
    }

    /// Adds a term in place of the one with the source `before`, if there is one.
    pub fn add_term(&self, pair: &LanguagePair, term: Term, before: Option<&str>) -> Result<(), Error> {
        let term = Term { source: term.source.trim().into(), target: term.target.trim().into() };
        if term.source.is_empty() || term.target.is_empty() {
            return Err(Error::NoTerm);
        }
        self.resources(|resources| {
            resources.add_terms(pair, std::slice::from_ref(&term))?;
            match before.filter(|before| *before != term.source) {
                Some(before) => resources.remove_terms(pair, Some(before)).map(drop),
                None => Ok(()),
            }
        })
    }

    /// The folders that Wasan uses.
    pub fn places(&self) -> Vec<(Kept, PathBuf)> {
        let places = [
            (Kept::Data, translation::data().ok()),
            (Kept::Models, Some(self.models.folder())),
            (Kept::Cache, translation::cache()),
            (Kept::Settings, self.settings.folder()),
        ];
        places.into_iter().filter_map(|(kind, path)| Some((kind, path?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::state;
    use super::*;
    use crate::fake_translator::pair;

    #[test]
    fn a_changed_term_replaces_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let (state, backend) = state(&folder);
        let term = |source: &str| Term { source: source.into(), target: " contract".into() };
        assert!(matches!(state.add_term(&pair(), term("Vertrag"), None), Err(Error::NotStarted)));
        state.start();
        state.add_term(&pair(), term(" Vertrag "), Some("Vertrag")).unwrap();
        state.add_term(&pair(), term("Verträge"), Some("Vertrag")).unwrap();
        assert!(matches!(state.add_term(&pair(), term(" "), None), Err(Error::NoTerm)));
        let calls = backend.lock().translators[0].take_calls();
        assert_eq!(
            calls,
            ["add term Vertrag = contract", "add term Verträge = contract", "remove term Some(\"Vertrag\")"]
        );
    }

    #[test]
    fn the_adapter_and_the_folder_are_used_from_the_next_start_on() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = state(&folder);
        assert_eq!(first.snapshot().output_folder, None);
        let preferences = Preferences { adapter: Some("llvmpipe".into()), ..Preferences::default() };
        first.prefer(preferences.clone()).unwrap();
        first.put_into(Some("/out".into())).unwrap();
        let (next, backend) = state(&folder);
        next.start();
        assert_eq!(backend.lock().adapters, [Some("llvmpipe".to_owned())]);
        let snapshot = next.snapshot();
        assert_eq!((snapshot.preferences, snapshot.output_folder.as_deref()), (preferences, Some("/out")));
    }
}
