//! The language resources of the user: glossary, translation memory, and the history of typed texts.

use std::path::Path;
use translation::{Error, HistoryText, LanguagePair, Problem, Term, TranslationUnit, Translator};

/// Units found by a search; more than a user reads.
const MAX_UNITS: usize = 200;

/// Reads and changes the resources; every method fails for a store that cannot be read or written.
pub trait Resources {
    /// The terms of a pair, by source.
    fn terms(&self, pair: &LanguagePair) -> Result<Vec<Term>, Problem>;
    /// Adds terms; a term replaces one with the same source.
    fn add_terms(&self, pair: &LanguagePair, terms: &[Term]) -> Result<(), Problem>;
    /// Removes a term, or all of a pair; returns their number.
    fn remove_terms(&self, pair: &LanguagePair, source: Option<&str>) -> Result<usize, Problem>;
    /// Adds the terms of a TBX, CSV or TSV file; returns their number.
    fn import_terms(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem>;
    /// Writes the terms of a pair to a new file; returns their number.
    fn export_terms(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem>;
    /// The pairs of the memory with their number of units.
    fn memory_pairs(&self) -> Result<Vec<(LanguagePair, usize)>, Problem>;
    /// Units whose source or target contains a text.
    fn search_memory(&self, pair: &LanguagePair, text: &str) -> Result<Vec<TranslationUnit>, Problem>;
    /// Stores a person's translation of a source; returns whether the memory takes it.
    fn edit_unit(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<bool, Problem>;
    /// Removes the unit with this source; returns whether there was one.
    fn remove_unit(&self, pair: &LanguagePair, source: &str) -> Result<bool, Problem>;
    /// Adds the units of a TMX file; returns the number of those that changed something.
    fn import_memory(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem>;
    /// Writes the units of a pair to a new TMX file; returns their number.
    fn export_memory(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem>;
    /// Removes the units of a pair; returns their number.
    fn clear_memory(&self, pair: &LanguagePair) -> Result<usize, Problem>;
    /// Keeps a typed text in the history.
    fn remember_text(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<(), Problem>;
    /// Texts of the history that contain something, newest first.
    fn history(&self, wanted: &str, most: usize) -> Result<Vec<HistoryText>, Problem>;
    /// Removes a text from the history; all of them without one.
    fn forget_text(&self, id: Option<i64>) -> Result<(), Problem>;
}

fn shown<T>(result: Result<T, Error>) -> Result<T, Problem> {
    result.map_err(|error| error.problem())
}

impl Resources for Translator {
    fn terms(&self, pair: &LanguagePair) -> Result<Vec<Term>, Problem> {
        shown(self.terms(pair))
    }

    fn add_terms(&self, pair: &LanguagePair, terms: &[Term]) -> Result<(), Problem> {
        shown(self.add_terms(pair, terms))
    }

    fn remove_terms(&self, pair: &LanguagePair, source: Option<&str>) -> Result<usize, Problem> {
        shown(self.remove_terms(pair, source))
    }

    fn import_terms(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem> {
        let terms = shown(translation::read_glossary(path, pair))?;
        shown(self.add_terms(pair, &terms))?;
        Ok(terms.len())
    }

    fn export_terms(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem> {
        let terms = shown(self.terms(pair))?;
        shown(translation::write_glossary(path, &terms, pair))?;
        Ok(terms.len())
    }

    fn memory_pairs(&self) -> Result<Vec<(LanguagePair, usize)>, Problem> {
        shown(self.memory_pairs())
    }

    fn search_memory(&self, pair: &LanguagePair, text: &str) -> Result<Vec<TranslationUnit>, Problem> {
        shown(self.search_memory(pair, text, MAX_UNITS))
    }

    fn edit_unit(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<bool, Problem> {
        shown(self.edit_unit(pair, source, target))
    }

    fn remove_unit(&self, pair: &LanguagePair, source: &str) -> Result<bool, Problem> {
        shown(self.remove_unit(pair, source))
    }

    fn import_memory(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem> {
        shown(self.import_memory(pair, path))
    }

    fn export_memory(&self, pair: &LanguagePair, path: &Path) -> Result<usize, Problem> {
        shown(self.export_memory(pair, path))
    }

    fn clear_memory(&self, pair: &LanguagePair) -> Result<usize, Problem> {
        shown(self.clear_memory(pair))
    }

    fn remember_text(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<(), Problem> {
        shown(self.remember_text(pair, source, target))
    }

    fn history(&self, wanted: &str, most: usize) -> Result<Vec<HistoryText>, Problem> {
        shown(self.history(wanted, most))
    }

    fn forget_text(&self, id: Option<i64>) -> Result<(), Problem> {
        match id {
            Some(id) => shown(self.forget_text(id)).map(drop),
            None => shown(self.clear_history()).map(drop),
        }
    }
}
