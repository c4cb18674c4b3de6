//! The document queue: its rows as the page shows them, and the paths behind them.

mod documents;
mod events;
mod exports;

use crate::backend::{Translate, is_table};
use crate::drafts::{Draft, Drafts};
use crate::error::Error;
use crate::page::{Event, PageChannel, Row, RowState, Suggestion};
use crate::settings::Settings;
use documents::{Document, Documents, row_state};
use events::forget;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use translation::{
    DocumentTerm, DocumentTermEdit, EditResult, JobEvent, JobId, LanguagePair, Segment, Source, Term,
};

/// Problem code: the store does not contain the job.
const NO_SUCH_JOB: &str = "no_such_job";

type Translator = Arc<dyn Translate>;

/// All added documents, oldest first. The engine decides in which order they are translated.
pub struct Queue {
    shared: Arc<Shared>,
    settings: Arc<Settings>,
    drafts: Drafts,
}

struct Shared {
    page: Arc<PageChannel>,
    documents: Mutex<Documents>,
}

impl Queue {
    /// An empty queue that sends its rows to `page`.
    pub fn new(page: Arc<PageChannel>, settings: Arc<Settings>, drafts: Drafts) -> Self {
        Self { shared: Arc::new(Shared { page, documents: Mutex::default() }), settings, drafts }
    }

    /// The rows as the page shows them.
    pub fn rows(&self) -> Vec<Row> {
        self.shared.documents.lock().list.iter().map(|document| document.row.clone()).collect()
    }

    /// Adds rows for stored documents that are not listed yet, except those that another process is translating.
    pub fn restore(&self, translator: &Translator) -> Result<(), Error> {
        for stored in translator.stored_jobs().map_err(Error::Translation)? {
            let mut documents = self.shared.documents.lock();
            let known = documents.list.iter().any(|one| one.job == Some(stored.job));
            if let (Some(state), false) = (row_state(stored.state), known) {
                let mut document = documents.new_document(stored.input.clone(), stored.pair.clone());
                document.row.drafts = self.drafts.of(stored.job).len();
                document.restore(stored, state);
                self.shared.send_row(&document);
                documents.list.push(document);
            }
        }
        Ok(())
    }

    /// Adds documents and submits them, except those in another language than the pair's and tables of several columns:
    /// they wait for an answer. `pair_from`: the pair that takes the place of this one for a document that seems to be in
    /// another language, if it is not to be asked. Skips a document that is already active with this pair: some desktops
    /// report a drop twice. Slow: it reads the documents.
    pub fn add(
        &self,
        translator: &Translator,
        pair: &LanguagePair,
        paths: Vec<PathBuf>,
        pair_from: impl Fn(&str) -> Option<LanguagePair>,
    ) {
        let mut added = Vec::new();
        for input in paths {
            let mut documents = self.shared.documents.lock();
            let same =
                |one: &Document| one.row.state.is_active() && one.input == input && one.row.pair == *pair;
            if documents.list.iter().any(same) {
                continue;
            }
            let mut document = documents.new_document(input.clone(), pair.clone());
            document.language_checked = true;
            self.shared.send_row(&document);
            added.push((document.row.id, input));
            documents.list.push(document);
        }
        for (id, input) in added {
            let language = translator.detect_file(&input);
            let other = language.as_deref().filter(|code| *code != pair.from);
            let detected = other.and_then(&pair_from);
            let is_other = other.is_some() && detected.is_none();
            let columns = translator.columns(&input);
            let checked = self.update(id, |document| {
                // Meanwhile the user may have chosen another pair, which has started it.
                let starts = document.row.state == RowState::Waiting && document.job.is_none();
                document.row.looks_like = language;
                document.show_columns(columns);
                let asks = is_other || !document.row.columns.is_empty();
                if starts && document.row.pair == *pair {
                    if asks {
                        document.row.state = RowState::Held;
                    }
                    document.row.pair = detected.unwrap_or_else(|| pair.clone());
                }
                starts && document.row.state == RowState::Waiting
            });
            // The row may have been removed meanwhile.
            if checked.unwrap_or(false) {
                self.start(translator, id);
            }
        }
    }

    /// Looks into restored documents: detects the languages of those that are not done, and reads the columns of tables.
    /// Slow: it reads the documents.
    pub fn look_into_restored(&self, translator: &Translator) {
        let mut unread = Vec::new();
        for document in &mut self.shared.documents.lock().list {
            let is_checked = std::mem::replace(&mut document.language_checked, true);
            let is_table = document.row.columns.is_empty() && is_table(&document.input);
            if !is_checked || is_table {
                unread.push((document.row.id, document.input.clone(), is_checked));
            }
        }
        for (id, input, is_checked) in unread {
            let language = if is_checked { None } else { translator.detect_file(&input) };
            let columns = translator.columns(&input);
            // The row may have been removed meanwhile.
            drop(self.update(id, |document| {
                document.row.looks_like = language.or(document.row.looks_like.take());
                document.show_columns(columns);
            }));
        }
    }

    /// Restarts the translation of a document with another language pair, as a new job. Deletes the previous job with its
    /// drafts; its output file is kept.
    pub fn set_pair(&self, translator: &Translator, id: u64, pair: LanguagePair) -> Result<(), Error> {
        let mut documents = self.shared.documents.lock();
        let attempt = documents.next_id();
        let document = documents.find(id)?;
        if document.row.pair == pair {
            return Ok(());
        }
        let before = document.job.take().map(|job| (job, document.row.state.is_active()));
        document.row.pair = pair;
        (document.row.done, document.row.total, document.row.drafts) = (0, 0, 0);
        document.requeue(attempt);
        drop(documents);
        let dropped = before.map_or(Ok(()), |(job, is_active)| {
            self.drafts.keep(job, Vec::new()).map_err(Error::Drafts)?;
            drop_job(translator, job, is_active)
        });
        self.start(translator, id);
        dropped
    }

    /// Pauses a document, or all that are active; rows change once the engine has paused them.
    pub fn pause(&self, translator: &Translator, id: Option<u64>) -> Result<(), Error> {
        for id in self.selected(id, RowState::is_active) {
            self.ending_job(id)?.into_iter().for_each(|job| translator.pause(job));
        }
        Ok(())
    }

    /// Cancels an active document; its row changes once the engine has cancelled it.
    pub fn cancel(&self, translator: &Translator, id: u64) -> Result<(), Error> {
        self.ending_job(id)?.into_iter().for_each(|job| translator.cancel(job));
        Ok(())
    }

    /// Resumes a document, or all that are paused or interrupted. Restarts one that failed, was cancelled or is done;
    /// starts one that waits for an answer.
    pub fn resume(&self, translator: &Translator, id: Option<u64>) -> Result<(), Error> {
        for id in self.selected(id, RowState::is_resumable) {
            let mut documents = self.shared.documents.lock();
            let attempt = documents.next_id();
            let document = documents.find(id)?;
            if document.row.state.is_active() {
                continue;
            }
            document.requeue(attempt);
            drop(documents);
            self.start(translator, id);
        }
        Ok(())
    }

    /// Removes a document from the list, with its drafts; cancels it if it is active. Files are kept.
    pub fn remove(&self, translator: &Translator, id: u64) -> Result<(), Error> {
        let mut documents = self.shared.documents.lock();
        let index = documents.list.iter().position(|document| document.row.id == id);
        let document = documents.list.remove(index.ok_or(Error::NoSuchDocument)?);
        drop(documents);
        self.shared.page.send(Event::Gone { id });
        if let Some(job) = document.job {
            self.drafts.keep(job, Vec::new()).map_err(Error::Drafts)?;
            drop_job(translator, job, document.row.state.is_active())?;
        }
        Ok(())
    }

    /// The unsaved corrections of a document.
    pub fn drafts(&self, id: u64) -> Result<Vec<Draft>, Error> {
        Ok(self.drafts.of(self.job(id)?))
    }

    /// Stores the unsaved corrections of a document, in place of those before.
    pub fn keep_drafts(&self, id: u64, drafts: Vec<Draft>) -> Result<(), Error> {
        let count = drafts.len();
        self.drafts.keep(self.job(id)?, drafts).map_err(Error::Drafts)?;
        self.update(id, |document| document.row.drafts = count)
    }

    /// Whether closing stops the translation of documents: of those that are not about to be paused or cancelled.
    pub fn is_stopped_by_closing(&self) -> bool {
        self.shared.documents.lock().list.iter().any(|one| one.row.state.is_active() && !one.is_ending)
    }

    /// Path of the translated file.
    pub fn output(&self, id: u64) -> Result<PathBuf, Error> {
        let mut documents = self.shared.documents.lock();
        let document = documents.find(id)?;
        document.output.clone().ok_or(Error::NotFinished(document.row.name.clone()))
    }

    /// The segments of a translated document, in document order.
    pub fn segments(&self, translator: &Translator, id: u64) -> Result<Vec<Segment>, Error> {
        translator.segments(self.job(id)?).map_err(Error::Translation)
    }

    /// Translation memory matches for a segment, best first.
    pub fn suggestions(
        &self,
        translator: &Translator,
        id: u64,
        index: usize,
    ) -> Result<Vec<Suggestion>, Error> {
        translator.suggestions(self.job(id)?, index).map_err(Error::Translation)
    }

    /// Replaces the translation of a segment, or of all with the same source, and rewrites the output file. Returns all
    /// segments that changed.
    pub fn edit(
        &self,
        translator: &Translator,
        id: u64,
        index: usize,
        (text, equal): (&str, bool),
    ) -> Result<Vec<Segment>, Error> {
        let edited = translator.edit(self.job(id)?, index, text, equal);
        let EditResult { changed, to_review, terms, .. } = edited.map_err(Error::Translation)?;
        // The file is written even if the row was removed meanwhile.
        drop(self.update(id, |document| (document.row.to_review, document.row.terms) = (to_review, terms)));
        Ok(changed)
    }

    /// The terms that a translated document keeps the same.
    pub fn document_terms(&self, translator: &Translator, id: u64) -> Result<Vec<DocumentTerm>, Error> {
        translator.document_terms(self.job(id)?).map_err(Error::Translation)
    }

    /// Changes the translation of a document's term, and marks the segments that lack it.
    pub fn set_document_term(
        &self,
        translator: &Translator,
        id: u64,
        term: &Term,
    ) -> Result<DocumentTermEdit, Error> {
        let edited = translator.set_document_term(self.job(id)?, term).map_err(Error::Translation)?;
        let counts = (edited.to_review, edited.terms);
        drop(self.update(id, |document| (document.row.to_review, document.row.terms) = counts));
        Ok(edited)
    }

    /// Resumes the stored job of a waiting document, or submits a new one.
    fn start(&self, translator: &Translator, id: u64) {
        let Ok((job, attempt, pair, input, columns, has_new_columns)) = self.update(id, |document| {
            let is_new = std::mem::take(&mut document.has_new_columns);
            let Document { job, attempt, row, input, columns, .. } = document;
            (*job, *attempt, row.pair.clone(), input.clone(), columns.clone(), is_new)
        }) else {
            return;
        };
        if let Some(job) = job {
            let (on_event, _) = self.shared.listener(translator, attempt, Some(job));
            let new = columns.as_ref().filter(|_| has_new_columns);
            let prepared = new.map_or(Ok(()), |columns| translator.set_columns(job, columns));
            match prepared.and_then(|()| translator.resume(job, on_event)) {
                Err(problem) if problem.code == NO_SUCH_JOB => {}
                Err(problem) => {
                    self.shared.apply(attempt, JobEvent::Failed(problem));
                    return;
                }
                Ok(()) => return,
            }
        }
        let (on_event, job_cell) = self.shared.listener(translator, attempt, None);
        // Not under the lock: events may arrive before `submit` returns.
        let mut job = self.settings.job(pair, Source::File { input, output: None });
        job.options.columns = columns;
        let job = translator.submit(job, on_event);
        // Cannot fail: the cell is set only here.
        let _ = job_cell.set(job);
        let mut documents = self.shared.documents.lock();
        match documents.list.iter_mut().find(|document| document.attempt == attempt) {
            Some(document) => document.job = Some(job),
            None => {
                drop(documents);
                translator.cancel(job);
            }
        }
    }

    /// The job of a document, if it is active; it is about to end.
    fn ending_job(&self, id: u64) -> Result<Option<JobId>, Error> {
        let mut documents = self.shared.documents.lock();
        let document = documents.find(id)?;
        let job = document.job.filter(|_| document.row.state.is_active());
        document.is_ending = job.is_some();
        Ok(job)
    }

    fn job(&self, id: u64) -> Result<JobId, Error> {
        let mut documents = self.shared.documents.lock();
        let document = documents.find(id)?;
        document.job.ok_or(Error::NotFinished(document.row.name.clone()))
    }

    fn selected(&self, id: Option<u64>, all: impl Fn(RowState) -> bool) -> Vec<u64> {
        id.map_or_else(|| self.shared.documents.lock().ids(all), |id| vec![id])
    }

    /// Changes a document and sends its row.
    fn update<T>(&self, id: u64, change: impl FnOnce(&mut Document) -> T) -> Result<T, Error> {
        let mut documents = self.shared.documents.lock();
        let document = documents.find(id)?;
        let result = change(document);
        self.shared.send_row(document);
        Ok(result)
    }
}

/// Deletes a job without a row from the store; cancels an active one, which is deleted at its last event.
fn drop_job(translator: &Translator, job: JobId, is_active: bool) -> Result<(), Error> {
    match is_active {
        true => translator.cancel(job),
        false => forget(translator, job).map_err(Error::Translation)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests;
