//! The documents: what the page sees of them, and where they are.

use crate::engine::{
    Edited, JobEvent, JobId, JobState, Kept, LanguagePair, OnEvent, Problem, Source, TermCount, Translate,
};
use crate::error::Error;
use crate::page::{Event, Page, Row, RowState, Segment, Suggestion};
use crate::state::lock;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// The code of a problem: the store has no such document.
const NOT_KEPT: &str = "no_such_job";

type Translator = Arc<dyn Translate>;

/// All documents that were added, oldest first. In which order they are translated is the engine's affair.
pub struct Queue {
    shared: Arc<Shared>,
}

struct Shared {
    page: Arc<Page>,
    documents: Mutex<Documents>,
}

#[derive(Default)]
struct Documents {
    list: Vec<Document>,
    /// The last number that was given, to a row or to a try.
    last: u64,
}

struct Document {
    row: Row,
    input: PathBuf,
    output: Option<PathBuf>,
    /// Whether its language was looked for.
    seen: bool,
    /// What the store calls it by, once it was handed over.
    job: Option<JobId>,
    /// Events of an earlier try are not for this one.
    attempt: u64,
}

impl Documents {
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn find(&mut self, id: u64) -> Result<&mut Document, Error> {
        self.list.iter_mut().find(|document| document.row.id == id).ok_or(Error::NoSuchDocument)
    }

    fn document(&mut self, input: PathBuf, pair: LanguagePair) -> Document {
        let (id, attempt) = (self.number(), self.number());
        let row = Row::waiting(id, file_name(&input), pair);
        Document { row, input, output: None, seen: false, job: None, attempt }
    }

    fn ids(&self, wanted: impl Fn(RowState) -> bool) -> Vec<u64> {
        self.list
            .iter()
            .map(|document| &document.row)
            .filter(|row| wanted(row.state))
            .map(|row| row.id)
            .collect()
    }
}

impl Queue {
    /// An empty queue, whose rows are told to `page`.
    pub fn new(page: Arc<Page>) -> Self {
        Self { shared: Arc::new(Shared { page, documents: Mutex::default() }) }
    }

    /// As the page shows them.
    pub fn rows(&self) -> Vec<Row> {
        lock(&self.shared.documents).list.iter().map(|document| document.row.clone()).collect()
    }

    /// Shows the documents in the store that are not shown yet, but not those that another program works on.
    pub fn restore(&self, translator: &Translator) -> Result<(), Error> {
        for kept in translator.kept().map_err(Error::Translation)? {
            let mut documents = lock(&self.shared.documents);
            let known = documents.list.iter().any(|one| one.job == Some(kept.job));
            if let (Some(state), false) = (state_of(kept.state), known) {
                let mut document = documents.document(kept.input.clone(), kept.pair.clone());
                document.restore(kept, state);
                self.shared.say(&document);
                documents.list.push(document);
            }
        }
        Ok(())
    }

    /// Adds documents to be translated. One that is already on its way in this pair is not added again: some
    /// desktops report a drop twice.
    pub fn add(&self, translator: &Translator, pair: &LanguagePair, paths: Vec<PathBuf>) {
        for input in paths {
            let mut documents = lock(&self.shared.documents);
            let same =
                |one: &Document| one.row.state.is_active() && one.input == input && one.row.pair == *pair;
            if documents.list.iter().any(same) {
                continue;
            }
            let document = documents.document(input.clone(), pair.clone());
            let id = document.row.id;
            documents.list.push(document);
            drop(documents);
            self.start(translator, id);
        }
        // Only now, since documents are read for it.
        self.look(translator);
    }

    /// Says of documents what their texts look like, where that was not looked for yet. Reads them, so it takes its time.
    pub fn look(&self, translator: &Translator) {
        let mut unseen = Vec::new();
        for document in lock(&self.shared.documents).list.iter_mut().filter(|document| !document.seen) {
            document.seen = true;
            unseen.push((document.row.id, document.input.clone()));
        }
        for (id, input) in unseen {
            if let Some(code) = translator.looks_like(&input) {
                // A row that was removed meanwhile needs no hint.
                drop(self.change(id, |document| document.row.looks_like = Some(code)));
            }
        }
    }

    /// Translates a document in other languages, from its beginning: as another job, whatever became of the one before.
    /// A translation that was written stays.
    pub fn set_pair(&self, translator: &Translator, id: u64, pair: LanguagePair) -> Result<(), Error> {
        let mut documents = lock(&self.shared.documents);
        let attempt = documents.number();
        let document = documents.find(id)?;
        if document.row.pair == pair {
            return Ok(());
        }
        let before = document.job.take().map(|job| (job, document.row.state.is_active()));
        document.row.pair = pair;
        (document.row.done, document.row.total) = (0, 0);
        document.wait_again(attempt);
        drop(documents);
        let forgotten = before.map_or(Ok(()), |(job, is_active)| let_go(translator, job, is_active));
        self.start(translator, id);
        forgotten
    }

    /// Sets a document aside, or all that are on their way; rows say so once the engine has let go of them.
    pub fn pause(&self, translator: &Translator, id: Option<u64>) -> Result<(), Error> {
        for id in self.chosen(id, RowState::is_active) {
            self.active_job(id)?.into_iter().for_each(|job| translator.pause(job));
        }
        Ok(())
    }

    /// Gives up a document that is on its way; its row says so once the engine has let go of it.
    pub fn cancel(&self, translator: &Translator, id: u64) -> Result<(), Error> {
        self.active_job(id)?.into_iter().for_each(|job| translator.cancel(job));
        Ok(())
    }

    /// Goes on with a document, or with all that were set aside or broken off. One that failed or was given up is
    /// tried again.
    pub fn resume(&self, translator: &Translator, id: Option<u64>) -> Result<(), Error> {
        for id in self.chosen(id, RowState::is_aside) {
            let mut documents = lock(&self.shared.documents);
            let attempt = documents.number();
            let document = documents.find(id)?;
            if document.row.state.is_active() {
                continue;
            }
            document.wait_again(attempt);
            drop(documents);
            self.start(translator, id);
        }
        Ok(())
    }

    /// Takes a document off the list, or all that are done, giving it up if it is on its way. Files stay.
    pub fn remove(&self, translator: &Translator, id: Option<u64>) -> Result<(), Error> {
        for id in self.chosen(id, |state| state == RowState::Done) {
            let mut documents = lock(&self.shared.documents);
            let place = documents.list.iter().position(|document| document.row.id == id);
            let document = documents.list.remove(place.ok_or(Error::NoSuchDocument)?);
            drop(documents);
            self.shared.page.say(Event::Gone { id });
            if let Some(job) = document.job {
                let_go(translator, job, document.row.state.is_active())?;
            }
        }
        Ok(())
    }

    /// Where the translation was written.
    pub fn output(&self, id: u64) -> Result<PathBuf, Error> {
        let mut documents = lock(&self.shared.documents);
        let document = documents.find(id)?;
        document.output.clone().ok_or(Error::NotFinished(document.row.name.clone()))
    }

    /// The segments of a translated document, in its order.
    pub fn segments(&self, translator: &Translator, id: u64) -> Result<Vec<Segment>, Error> {
        translator.segments(self.job(id)?).map_err(Error::Translation)
    }

    /// What the memory has that comes near a segment, best first.
    pub fn suggestions(
        &self,
        translator: &Translator,
        id: u64,
        index: usize,
    ) -> Result<Vec<Suggestion>, Error> {
        translator.suggestions(self.job(id)?, index).map_err(Error::Translation)
    }

    /// Takes the reader's translation of a segment; the file is written anew. Returns all segments that changed.
    pub fn edit(
        &self,
        translator: &Translator,
        id: u64,
        index: usize,
        text: &str,
    ) -> Result<Vec<Segment>, Error> {
        let edited = translator.edit(self.job(id)?, index, text);
        let Edited { changed, to_review, terms } = edited.map_err(Error::Translation)?;
        // The file is written, also where the row was removed meanwhile.
        drop(self.change(id, |document| (document.row.to_review, document.row.terms) = (to_review, terms)));
        Ok(changed)
    }

    /// Hands a document that waits to the engine: where it was before, if the store has it.
    fn start(&self, translator: &Translator, id: u64) {
        let Ok((job, attempt, pair, input)) = self.change(id, |document| {
            (document.job, document.attempt, document.row.pair.clone(), document.input.clone())
        }) else {
            return;
        };
        if let Some(job) = job {
            let (on_event, _) = self.shared.listener(translator, attempt, Some(job));
            match translator.resume(job, on_event) {
                Err(problem) if problem.code == NOT_KEPT => {}
                Err(problem) => {
                    self.shared.hear(attempt, JobEvent::Failed(problem));
                    return;
                }
                Ok(()) => return,
            }
        }
        let (on_event, handed_over) = self.shared.listener(translator, attempt, None);
        // Not under the lock: the engine may answer before `submit` returns.
        let job = translator.submit(pair, Source::File { input, output: None }, on_event);
        // It was empty until now, so that this cannot fail.
        let _ = handed_over.set(job);
        let mut documents = lock(&self.shared.documents);
        match documents.list.iter_mut().find(|document| document.attempt == attempt) {
            Some(document) => document.job = Some(job),
            None => {
                drop(documents);
                translator.cancel(job);
            }
        }
    }

    /// The job of a document, unless nobody works on it.
    fn active_job(&self, id: u64) -> Result<Option<JobId>, Error> {
        lock(&self.shared.documents).find(id).map(|one| one.job.filter(|_| one.row.state.is_active()))
    }

    fn job(&self, id: u64) -> Result<JobId, Error> {
        let mut documents = lock(&self.shared.documents);
        let document = documents.find(id)?;
        document.job.ok_or(Error::NotFinished(document.row.name.clone()))
    }

    fn chosen(&self, id: Option<u64>, all: impl Fn(RowState) -> bool) -> Vec<u64> {
        id.map_or_else(|| lock(&self.shared.documents).ids(all), |id| vec![id])
    }

    /// Says the row afterwards.
    fn change<T>(&self, id: u64, with: impl FnOnce(&mut Document) -> T) -> Result<T, Error> {
        let mut documents = lock(&self.shared.documents);
        let document = documents.find(id)?;
        let answer = with(document);
        self.shared.say(document);
        Ok(answer)
    }
}

impl Document {
    fn restore(&mut self, kept: Kept, state: RowState) {
        self.row.state = state;
        self.row.problem = kept.problem;
        // Of others the store may know where the translation would have gone.
        self.output = kept.output.filter(|_| state == RowState::Done);
        self.row.output = self.output.as_deref().map(file_name);
        (self.row.done, self.row.total, self.row.to_review) = (kept.done, kept.total, kept.to_review);
        self.row.terms = kept.terms;
        self.job = Some(kept.job);
        // What was translated the last time was meant so.
        self.seen = state == RowState::Done;
    }

    /// What is done of it stays shown until the engine says more.
    fn wait_again(&mut self, attempt: u64) {
        self.row.state = RowState::Waiting;
        (self.row.problem, self.row.output, self.output) = (None, None, None);
        (self.row.to_review, self.row.terms) = (0, TermCount::default());
        self.attempt = attempt;
    }
}

impl Shared {
    fn say(&self, document: &Document) {
        self.page.say(Event::Row { row: document.row.clone() });
    }

    /// Hears of a try. The last event of one that has no row any more is forgotten with what the store has of it; which
    /// job that is must be told once it is known.
    fn listener(
        self: &Arc<Self>,
        translator: &Translator,
        attempt: u64,
        job: Option<JobId>,
    ) -> (OnEvent, Arc<OnceLock<JobId>>) {
        let handed_over = Arc::new(job.map_or_else(OnceLock::new, OnceLock::from));
        let (shared, known, translator) =
            (Arc::clone(self), Arc::clone(&handed_over), Arc::downgrade(translator));
        let on_event = move |event: JobEvent| {
            let is_last = event.is_last();
            if shared.hear(attempt, event) || !is_last {
                return;
            }
            if let (Some(job), Some(translator)) = (known.get(), translator.upgrade())
                && let Err(problem) = forget(&translator, *job)
            {
                shared.page.say(Event::Refused { problem });
            }
        };
        (Box::new(on_event), handed_over)
    }

    /// False where the try has no row.
    fn hear(&self, attempt: u64, event: JobEvent) -> bool {
        let mut documents = lock(&self.documents);
        let Some(document) = documents.list.iter_mut().find(|document| document.attempt == attempt) else {
            return false;
        };
        let row = &mut document.row;
        match event {
            JobEvent::Text { .. } => return true,
            JobEvent::Started { segments } => row.total = segments,
            JobEvent::Progress { done, total, tokens_per_second, eta_s } => {
                row.state = RowState::Translating;
                (row.done, row.total) = (done, total);
                (row.tokens_per_second, row.eta_s) = (tokens_per_second, eta_s);
            }
            JobEvent::Finished(result) => {
                row.state = RowState::Done;
                (row.done, row.total) = (result.segments, result.segments);
                row.tokens_per_second = result.tokens_per_second;
                (row.to_review, row.terms) = (result.to_review, result.terms);
                row.output = result.output.as_deref().map(file_name);
                document.output = result.output;
            }
            JobEvent::Failed(problem) => {
                row.state = RowState::Failed;
                row.problem = Some(problem);
            }
            JobEvent::Cancelled => row.state = RowState::Cancelled,
            JobEvent::Paused => row.state = RowState::Paused,
        }
        self.say(document);
        true
    }
}

/// A job that has no row any more is forgotten with what the store has of it: one that is under way by its last event.
fn let_go(translator: &Translator, job: JobId, is_active: bool) -> Result<(), Error> {
    match is_active {
        true => translator.cancel(job),
        false => forget(translator, job).map_err(Error::Translation)?,
    }
    Ok(())
}

/// What the store does not have is forgotten already.
fn forget(translator: &Translator, job: JobId) -> Result<(), Problem> {
    translator.forget(job).or_else(|problem| if problem.code == NOT_KEPT { Ok(()) } else { Err(problem) })
}

/// None while another program works on it.
fn state_of(state: JobState) -> Option<RowState> {
    match state {
        JobState::Waiting | JobState::Running => None,
        JobState::Paused => Some(RowState::Paused),
        JobState::Interrupted => Some(RowState::Interrupted),
        JobState::Done => Some(RowState::Done),
        JobState::Failed => Some(RowState::Failed),
        JobState::Cancelled => Some(RowState::Cancelled),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
