//! The translator: a handle to the engine thread, which runs jobs and emits their events.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use documents::{Format, ReadOptions, TableColumn};

use crate::catalog::CatalogCache;
use crate::detect::{Detected, detect};
use crate::error::Result;
use crate::folders::DataFolder;
use crate::job::{Job, JobEvent, Source, with_final_event};
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::queue_lock::LockFiles;
use crate::setup::{EngineState, Setup};
use crate::store::Store;
use crate::worker::{Command, Submission, Worker};
use crate::{files, limits, source};

/// A handle to the engine thread. Clones share it; the thread ends with the last of them.
#[derive(Clone)]
pub struct Translator {
    pub(crate) commands: Sender<Command>,
    next: Arc<AtomicU64>,
    catalog: Arc<CatalogCache>,
    data: DataFolder,
    pub(crate) locks: Arc<LockFiles>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

// First id of interactive jobs, which are not stored: above the ids of the queue, below JavaScript's 2^53.
const FIRST_TEXT_ID: u64 = 1 << 48;

impl Translator {
    /// Starts the engine thread; it loads the models of `setup.pair` at once, or those of the first job.
    pub fn start(setup: Setup, on_state: impl Fn(EngineState) + Send + 'static) -> Self {
        let (commands, received) = channel();
        let catalog = Arc::new(CatalogCache::new(setup.models.clone()));
        let data = DataFolder::new(setup.data.clone());
        let locks = Arc::new(LockFiles::new(data.clone()));
        let (thread_data, thread_catalog) = (data.clone(), Arc::clone(&catalog));
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
            Worker::new(setup, thread_data, thread_catalog, Box::new(on_state), received).run();
        });
        let thread = Arc::new(Mutex::new(thread.ok()));
        Self { commands, next: Arc::new(AtomicU64::new(FIRST_TEXT_ID)), catalog, data, locks, thread }
    }

    /// The pairs that the available models translate, those with both specialists first.
    pub fn pairs(&self) -> Vec<LanguagePair> {
        self.catalog.catalog().map(|catalog| catalog.pairs()).unwrap_or_default()
    }

    /// The language of a text, if it is certain and the available models translate from it.
    pub fn detect(&self, text: &str) -> Option<Detected> {
        detect(text, &self.pairs())
    }

    /// The language of a document, which [`Translator::detect`] determines from its beginning; it is read as `format`, or as
    /// what it seems to be.
    ///
    /// # Errors
    /// A file that cannot be read or is not a document.
    pub fn detect_file(&self, path: &Path, format: Option<Format>) -> Result<Option<Detected>> {
        // A translation memory holds several languages; any target will do to read it.
        let options = ReadOptions { to: Some("und".to_owned()), ..ReadOptions::default() };
        let (_, document) = source::open(path, &files::read(path)?, format, &options)?;
        let mut sample = String::new();
        for block in document.blocks() {
            sample.push_str(&block.text);
            sample.push('\n');
            if sample.len() >= limits::DETECTION_BYTES {
                break;
            }
        }
        Ok(self.detect(&sample))
    }

    /// The columns of a table; empty for other documents.
    ///
    /// # Errors
    /// A file that cannot be read or is not a document.
    pub fn table_columns(&self, path: &Path) -> Result<Vec<TableColumn>> {
        let bytes = files::read(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match Format::detect(&name, &bytes)? {
            Format::Csv | Format::Tsv => Ok(documents::table_columns(&bytes)?),
            _ => Ok(Vec::new()),
        }
    }

    /// Submits a job; returns at once. Typed text goes before documents. A document is added to the queue; its finished
    /// sentences are stored and survive this process. A document in memory is not.
    pub fn submit(&self, mut job: Job, on_event: impl FnMut(JobEvent) + Send + 'static) -> JobId {
        let mut on_event = with_final_event(on_event);
        let added = match &job.source {
            Source::Text(_) | Source::Bytes { .. } => Ok((self.text_id(), None)),
            Source::File { input, output } => self.add(input, output.as_ref(), &job),
        };
        match added {
            Ok((id, queue_lock)) => {
                // The terms of a document in the queue are in the store.
                if queue_lock.is_some() {
                    job.options.terms = Vec::new();
                }
                self.send(Submission { id, job, on_event, queue_lock });
                id
            }
            Err(error) => {
                on_event(JobEvent::Failed(error.problem()));
                self.text_id()
            }
        }
    }

    /// Reopens the GPU and reloads the models after a failure: those of the running jobs, which go on, else those of
    /// this pair. False if the engine thread has ended, so that a new translator is needed.
    pub fn restart(&self, pair: LanguagePair) -> bool {
        self.commands.send(Command::Restart(pair)).is_ok()
    }

    /// Loses the GPU as a driver reset would; for tests.
    pub fn lose_device(&self) {
        drop(self.commands.send(Command::LoseDevice));
    }

    /// Waits until the thread has finished its jobs and ended.
    pub fn stop(self) {
        let Self { commands, thread, .. } = self;
        drop(commands);
        let handle = thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle {
            drop(handle.join());
        }
    }

    /// The store, opened for one call: the engine thread has its own.
    pub(crate) fn store(&self) -> Result<Store> {
        Store::open(self.data.path()?)
    }

    pub(crate) fn send(&self, submission: Submission) {
        // A submission that is not received emits its final event when it is dropped.
        drop(self.commands.send(Command::Submit(Box::new(submission))));
    }

    fn text_id(&self) -> JobId {
        JobId(self.next.fetch_add(1, Ordering::Relaxed))
    }
}
