//! The commands of the queue and the review.

use super::State;
use crate::error::Error;
use crate::files;
use crate::page::{Event, ExportKind, Suggestion};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use translation::{DocumentTerm, DocumentTermEdit, LanguagePair, Segment, Term};

impl State {
    /// Adds documents, and those in folders, with the current pair, or from the languages that they seem to be in, if these
    /// are to be detected; reports folders without usable documents to the
    /// page. Slow: it reads the documents.
    pub fn add(&self, paths: Vec<PathBuf>) -> Result<(), Error> {
        let (translator, pair) = (self.translator()?, self.pair()?);
        let (documents, errors) = files::documents(paths, &pair.to);
        for error in errors {
            self.page.send(Event::Refused { problem: error.problem() });
        }
        self.queue.add(&translator, &pair, documents, |code| {
            self.settings.preferences().detect.then(|| self.pair_from(code, &pair)).flatten()
        });
        Ok(())
    }

    /// Adds documents on a separate thread; reports errors to the page.
    pub fn add_in_background(self: &Arc<Self>, paths: Vec<PathBuf>) {
        let state = Arc::clone(self);
        std::thread::spawn(move || {
            if let Err(error) = state.add(paths) {
                state.page.send(Event::Refused { problem: error.problem() });
            }
        });
    }

    /// Restarts the translation of a document with another language pair.
    pub fn set_row_pair(&self, id: u64, pair: LanguagePair) -> Result<(), Error> {
        self.check_supported(&pair)?;
        self.queue.set_pair(&self.translator()?, id, pair)
    }

    /// Pauses a document, or all that are active.
    pub fn pause(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.pause(&self.translator()?, id)
    }

    /// Resumes a document, or all that are paused or interrupted.
    pub fn resume(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.resume(&self.translator()?, id)
    }

    /// Cancels the translation of a document.
    pub fn cancel(&self, id: u64) -> Result<(), Error> {
        self.queue.cancel(&self.translator()?, id)
    }

    /// Removes a document from the list.
    pub fn remove(&self, id: u64) -> Result<(), Error> {
        self.queue.remove(&self.translator()?, id)
    }

    /// How many corrections may be lost when a document is translated again.
    pub fn corrections_at_risk(&self, id: u64) -> Result<usize, Error> {
        self.queue.corrections_at_risk(&self.translator()?, id)
    }

    /// Writes a bilingual page of a translated document beside its translation; returns the page's name.
    pub fn export_beside(&self, id: u64) -> Result<String, Error> {
        self.queue.export_beside(&self.translator()?, id)
    }

    /// Writes a translated document in another form to a new file; returns the file's name.
    pub fn export(&self, id: u64, kind: ExportKind, path: &Path) -> Result<String, Error> {
        self.queue.export(&self.translator()?, id, (kind, path))
    }

    /// The segments of a translated document.
    pub fn segments(&self, id: u64) -> Result<Vec<Segment>, Error> {
        self.queue.segments(&self.translator()?, id)
    }

    /// Translation memory matches for a segment, best first.
    pub fn suggestions(&self, id: u64, index: usize) -> Result<Vec<Suggestion>, Error> {
        self.queue.suggestions(&self.translator()?, id, index)
    }

    /// Replaces the translation of a segment, or of all equal ones; returns all segments that changed.
    pub fn edit(&self, id: u64, index: usize, text: &str, equal: bool) -> Result<Vec<Segment>, Error> {
        self.queue.edit(&self.translator()?, id, index, (text, equal))
    }

    /// The terms that a translated document keeps the same.
    pub fn document_terms(&self, id: u64) -> Result<Vec<DocumentTerm>, Error> {
        self.queue.document_terms(&self.translator()?, id)
    }

    /// Changes the translation of a document's term.
    pub fn set_document_term(&self, id: u64, term: &Term) -> Result<DocumentTermEdit, Error> {
        self.queue.set_document_term(&self.translator()?, id, term)
    }
}
