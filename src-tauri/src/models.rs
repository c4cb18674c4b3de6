//! The state of the Models page: work in progress, and what waits for the user's answer before it is imported.

mod candidates;
#[cfg(test)]
pub mod fake_library;
mod library;
mod local;
mod meter;
mod runs;

pub use library::{Failure, Library, Source, TestPlan, Unfinished};
pub use local::LocalLibrary;

use crate::error::Error;
use crate::page::{Candidate, Event, Models, PageChannel, Work, WorkState};
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use translation::{GetControl, LanguagePair, Problem};

/// Distinguishes imported models from published sets among the ids of works.
const MODEL: &str = "model:";

/// The work and the candidate of an import.
pub struct ModelsState {
    page: Arc<PageChannel>,
    library: Box<dyn Library>,
    works: Mutex<Vec<Entry>>,
    candidate: Mutex<Option<(Candidate, Source)>>,
    next_candidate: Mutex<u64>,
    /// Held by the work that runs: one after the other.
    running: Mutex<()>,
    /// Of the library, when the page last received it.
    stamp: Mutex<String>,
}

struct Entry {
    work: Work,
    /// Of the work that runs.
    control: Option<GetControl>,
    /// Address of a page that helps after a failure.
    page: Option<String>,
}

impl ModelsState {
    pub fn new(page: Arc<PageChannel>, library: Box<dyn Library>) -> Self {
        Self {
            page,
            library,
            works: Mutex::default(),
            candidate: Mutex::default(),
            next_candidate: Mutex::default(),
            running: Mutex::default(),
            stamp: Mutex::default(),
        }
    }

    /// Sends everything to the page. Slow: it reads the headers of found models.
    pub fn send(&self) -> Result<(), Error> {
        *self.stamp.lock() = self.library.stamp();
        let models = self.library.read().map_err(Error::Translation)?;
        self.restore();
        // Sent under the locks, so that no older state follows a newer one.
        let (works, candidate) = (self.works.lock(), self.candidate.lock());
        let candidate = candidate.as_ref().map(|(candidate, _)| candidate.clone());
        let works = works.iter().map(|entry| entry.work.clone()).collect();
        self.page.send(Event::Models { models: Models { works, candidate, ..models } });
        Ok(())
    }

    /// Measures what estimates of speed need, if that is not known; then sends everything again.
    pub fn measure(&self) -> Result<(), Error> {
        if self.library.measure() { self.send() } else { Ok(()) }
    }

    /// Whether closing stops work. What is on its way to a stop, waits, or only tests loses nothing: a download goes on
    /// from what has arrived, and a test changes nothing.
    pub fn is_stopped_by_closing(&self) -> bool {
        self.works.lock().iter().any(|entry| {
            let stands = matches!(entry.work.state, WorkState::Waiting { .. } | WorkState::Testing { .. });
            !stands && entry.control.as_ref().is_some_and(|control| !control.is_stopping())
        })
    }

    /// Whether anything has changed since the last `send`.
    pub fn has_changed(&self) -> bool {
        *self.stamp.lock() != self.library.stamp()
    }

    /// Shows downloads of earlier runs as paused; drops those that another process has finished or removed.
    fn restore(&self) {
        let unfinished = self.library.unfinished();
        let mut works = self.works.lock();
        works.retain(|entry| {
            let is_paused = matches!(entry.work.state, WorkState::Paused { .. });
            entry.control.is_some() || !is_paused || unfinished.iter().any(|one| one.set == entry.work.id)
        });
        for Unfinished { set, done, total } in unfinished {
            if works.iter().all(|entry| entry.work.id != set)
                && let Ok(title) = self.library.title(&set)
            {
                let work = Work { id: set, title, state: WorkState::Paused { done, total } };
                works.push(Entry { work, control: None, page: None });
            }
        }
    }

    /// Queues getting or testing a set. False if it is at work already.
    ///
    /// # Errors
    /// No such set.
    pub fn begin_set(&self, set: &str) -> Result<bool, Error> {
        let title = self.library.title(set).map_err(Error::Translation)?;
        Ok(self.begin(set.to_owned(), title))
    }

    fn begin(&self, id: String, title: String) -> bool {
        let mut works = self.works.lock();
        if works.iter().any(|entry| entry.work.id == id && entry.control.is_some()) {
            return false;
        }
        let work = Work { id, title, state: WorkState::Queued };
        self.page.send(Event::Work { work: work.clone() });
        let entry = Entry { work, control: Some(GetControl::default()), page: None };
        match works.iter_mut().find(|one| one.work.id == entry.work.id) {
            Some(before) => *before = entry,
            None => works.push(entry),
        }
        true
    }

    /// Pauses a download.
    pub fn pause(&self, id: &str) {
        match self.unqueue(id) {
            true => match self.library.unfinished().into_iter().find(|one| one.set == id) {
                Some(Unfinished { done, total, .. }) => self.end(id, WorkState::Paused { done, total }, None),
                None => self.remove(id),
            },
            false => self.control(id).iter().for_each(GetControl::pause),
        }
    }

    /// Cancels work; deletes what an unfinished download has left.
    pub fn cancel(&self, id: &str) -> Result<(), Error> {
        if !self.unqueue(id)
            && let Some(control) = self.control(id)
        {
            control.cancel();
            // A test cannot be stopped within a direction, but nobody has to wait for it.
            if self.works.lock().iter().any(|entry| entry.work.id == id && entry.work.is_test()) {
                self.remove(id);
            }
            return Ok(());
        }
        if !id.starts_with(MODEL) {
            self.library.remove_download(id).map_err(Error::Translation)?;
        }
        self.remove(id);
        Ok(())
    }

    /// Removes a result or a failure from the page.
    pub fn dismiss(&self, id: &str) {
        if self.control(id).is_none() {
            self.remove(id);
        }
    }

    /// Removes the models of a set.
    pub fn remove_set(&self, set: &str) -> Result<(), Error> {
        self.library.remove_set(set).map_err(Error::Translation)?;
        self.dismiss(set);
        Ok(())
    }

    /// Removes an imported model.
    pub fn remove_model(&self, name: &str) -> Result<(), Error> {
        self.library.remove_model(name).map_err(Error::Translation)?;
        self.dismiss(&format!("{MODEL}{name}"));
        Ok(())
    }

    /// Chooses what translates a pair.
    pub fn set_recipe(&self, pair: &LanguagePair, choice: &str) -> Result<(), Error> {
        self.library.set_recipe(pair, choice).map_err(Error::Translation)
    }

    /// Ends work that cannot go on.
    pub fn fail(&self, id: &str, problem: Problem) {
        self.end(id, WorkState::Failed { problem, page: false, done: 0, total: 0 }, None);
    }

    /// Address of the page where a set's failure is overcome: the one that the failure named, else its gated model's.
    pub fn page_of(&self, set: &str) -> Option<String> {
        let named = self.works.lock().iter().find(|entry| entry.work.id == set)?.page.clone();
        named.or_else(|| self.library.gated_page(set))
    }

    /// Address of a licence's text.
    pub fn licence_page(&self, licence: &str) -> Option<String> {
        self.library.licence_page(licence)
    }

    /// Folder of the installed models.
    pub fn folder(&self) -> PathBuf {
        self.library.folder()
    }

    /// The control of work that is queued or runs.
    fn control(&self, id: &str) -> Option<GetControl> {
        self.works.lock().iter().find(|entry| entry.work.id == id)?.control.clone()
    }

    /// Begins the turn of queued work; none if it was taken out of the queue.
    fn start(&self, id: &str, state: WorkState) -> Option<GetControl> {
        let control = self.control(id)?;
        self.update(id, state);
        Some(control)
    }

    /// Takes work out of the queue. False if it is not in it.
    fn unqueue(&self, id: &str) -> bool {
        let mut works = self.works.lock();
        let queued = |entry: &&mut Entry| entry.work.id == id && entry.work.state == WorkState::Queued;
        works.iter_mut().find(queued).is_some_and(|entry| entry.control.take().is_some())
    }

    fn update(&self, id: &str, state: WorkState) {
        self.change(id, |entry| entry.work.state = state);
    }

    fn end(&self, id: &str, state: WorkState, page: Option<String>) {
        self.change(id, |entry| {
            entry.work.state = state;
            (entry.control, entry.page) = (None, page);
        });
    }

    /// Sends the event under the lock, so that the page receives changes in order.
    fn change(&self, id: &str, change: impl FnOnce(&mut Entry)) {
        let mut works = self.works.lock();
        if let Some(entry) = works.iter_mut().find(|entry| entry.work.id == id) {
            change(entry);
            self.page.send(Event::Work { work: entry.work.clone() });
        }
    }

    fn remove(&self, id: &str) {
        let mut works = self.works.lock();
        works.retain(|entry| entry.work.id != id);
        self.page.send(Event::WorkGone { id: id.to_owned() });
    }
}

#[cfg(test)]
mod tests;
