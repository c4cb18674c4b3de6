//! The document queue, which the store keeps across runs of the program.

use std::path::Path;
use std::sync::Arc;

use documents::Format;

use crate::error::{Error, Result};
use crate::glossary::Term;
use crate::job::{DecodeOptions, Job, JobEvent, Target, with_final_event};
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::queue_lock::QueueLock;
use crate::store::jobs::{JobRow, JobState};
use crate::store::sha256;
use crate::translator::Translator;
use crate::worker::{Command, Submission};
use crate::{delivery, files, names};

/// The id of an added job; for a document also the held queue lock.
pub(crate) type Added = (JobId, Option<Arc<QueueLock>>);

impl Translator {
    /// Every document of the queue, oldest first. Marks documents of an ended process as interrupted.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn jobs(&self) -> Result<Vec<JobRow>> {
        // A process that holds the lock has cleaned up.
        match self.lock_queue() {
            Ok(_) | Err(Error::QueueBusy) => self.store()?.jobs(),
            Err(error) => Err(error),
        }
    }

    /// A document of the queue.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`]; a store that cannot be read.
    pub fn job(&self, id: JobId) -> Result<JobRow> {
        self.store()?.job(id)
    }

    /// Locks the queue until the returned value is dropped. Jobs lock it themselves; call this to find out in advance
    /// whether it is free.
    ///
    /// # Errors
    /// [`Error::QueueBusy`] while another process holds the lock.
    pub fn lock_queue(&self) -> Result<Arc<QueueLock>> {
        self.locks.lock_queue(|| {
            let store = self.store()?;
            for job in store.jobs()? {
                let Some(output) = &job.output else { continue };
                match job.state.is_active() {
                    true => files::remove_partial(output),
                    // Edits and exports write these files without the queue's lock.
                    false => [output, &names::bilingual_path(output, &job.pair, "")]
                        .iter()
                        .for_each(|path| files::remove_stale_partial(path)),
                }
            }
            store.mark_active_interrupted()
        })
    }

    /// Waits until no other process works on the queue, and locks it.
    ///
    /// # Errors
    /// A lock file that cannot be used.
    pub fn wait_for_queue_lock(&self) -> Result<Arc<QueueLock>> {
        loop {
            match self.lock_queue() {
                Err(Error::QueueBusy) => self.locks.wait_for_queue()?,
                held => return held,
            }
        }
    }

    /// Resumes a paused or interrupted document, or restarts one that failed, was cancelled or is done. Reuses
    /// the stored sentences; reads the source again.
    ///
    /// # Errors
    /// [`Error::JobActive`] for a waiting or running document; [`Error::QueueBusy`].
    pub fn resume(&self, id: JobId, on_event: impl FnMut(JobEvent) + Send + 'static) -> Result<()> {
        let queue_lock = self.lock_queue()?;
        let store = self.store()?;
        let row = store.job(id)?;
        if row.state.is_active() {
            return Err(Error::JobActive(id));
        }
        store.set_state(id, JobState::Waiting, None)?;
        self.send(Submission {
            id,
            job: row.job(),
            on_event: with_final_event(on_event),
            queue_lock: Some(queue_lock),
        });
        Ok(())
    }

    /// Whether a document is translated, and both its source and its translation are as they were then.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`]; a store that cannot be read.
    pub fn is_current(&self, id: JobId) -> Result<bool> {
        let JobRow { state, input, output, hashes, .. } = self.store()?.job(id)?;
        let hash = |path: &Path| files::read(path).ok().map(|bytes| sha256(&bytes));
        let is_own = |path: &Path| hash(path).is_some_and(|hash| hashes.is_own_output(&hash));
        Ok(state == JobState::Done
            && hashes.input.is_some()
            && hashes.input == hash(&input)
            && output.is_some_and(|output| is_own(&output)))
    }

    /// Changes the options and the target of an inactive document, for when it is resumed; until then one that was done counts
    /// as interrupted. Without terms its glossary stays.
    ///
    /// # Errors
    /// [`Error::JobActive`] for a waiting or running document, [`Error::NoSuchJob`], [`Error::QueueBusy`]; a store that
    /// cannot be written.
    pub fn set_options(&self, id: JobId, options: &DecodeOptions, target: Option<&Target>) -> Result<()> {
        let _lock = self.lock_queue()?;
        let store = self.store()?;
        match store.job(id)?.state.is_active() {
            true => Err(Error::JobActive(id)),
            false => store.set_options(id, options, target),
        }
    }

    /// Pauses a document; its last event is [`JobEvent::Paused`].
    pub fn pause(&self, id: JobId) {
        // An ended thread has no jobs.
        drop(self.commands.send(Command::End(id, JobState::Paused)));
    }

    /// Ends a job; its last event is [`JobEvent::Cancelled`]. The finished sentences of a document are kept.
    pub fn cancel(&self, id: JobId) {
        drop(self.commands.send(Command::End(id, JobState::Cancelled)));
    }

    /// Cancels an inactive document.
    ///
    /// # Errors
    /// [`Error::JobActive`] for a waiting or running document, [`Error::NoSuchJob`]; a store that cannot be written.
    pub fn give_up(&self, id: JobId) -> Result<()> {
        let _lock = self.lock_queue()?;
        let store = self.store()?;
        match store.job(id)?.state {
            state if state.is_active() => Err(Error::JobActive(id)),
            state if state.is_unfinished() => store.set_state(id, JobState::Cancelled, None),
            _ => Ok(()),
        }
    }

    /// Removes documents from the queue, with their segments and the finished sentences that no other document has. Their
    /// files stay, and so does the translation memory.
    ///
    /// # Errors
    /// [`Error::JobActive`] for a waiting or running document, [`Error::NoSuchJob`]; a store that cannot be written.
    /// [`Error::TextInLog`]: they are removed, but another process keeps their text in the log.
    pub fn forget(&self, ids: &[JobId]) -> Result<()> {
        let store = self.store()?;
        let removed = ids.iter().try_for_each(|id| store.forget(*id));
        store.truncate_log().and(removed)
    }

    /// The terms of a pair, by source.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn terms(&self, pair: &LanguagePair) -> Result<Vec<Term>> {
        self.store()?.terms(pair)
    }

    /// Adds terms to the glossary; a term replaces one with the same source. Cached sentences with it are
    /// decoded again.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn add_terms(&self, pair: &LanguagePair, terms: &[Term]) -> Result<()> {
        self.store()?.add_terms(pair, terms)
    }

    /// Removes a term of the glossary, or all terms of a pair; returns their number.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn remove_terms(&self, pair: &LanguagePair, source: Option<&str>) -> Result<usize> {
        let store = self.store()?;
        let count = store.remove_terms(pair, source)?;
        store.truncate_log()?;
        Ok(count)
    }

    pub(crate) fn add(&self, input: &Path, target: Option<&Target>, job: &Job) -> Result<Added> {
        // What cannot be read or written is not added to the queue. The format matters only for the name's length.
        files::readable(input)?;
        files::check(
            input,
            &delivery::output_path(input, target, &job.pair, (job.options.names, Format::Text))?,
        )?;
        let queue_lock = self.lock_queue()?;
        Ok((self.store()?.add_job(input, target, job)?, Some(queue_lock)))
    }
}
