//! The translator: a handle to one engine thread that takes jobs and tells of them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::{Catalog, models_folder};
use crate::error::Error;
use crate::job::{EngineState, Job, JobEvent, JobId, Setup};
use crate::languages::Pair;
use crate::worker::{Command, Worker};

/// A handle to the engine thread. Clones share it; the thread ends with the last of them.
#[derive(Clone)]
pub struct Translator {
    commands: Sender<Command>,
    next: Arc<AtomicU64>,
    models: PathBuf,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

impl Translator {
    /// Starts the engine thread; it loads the models of `setup.pair` at once, or those of the first job.
    pub fn start(setup: Setup, on_state: impl Fn(EngineState) + Send + 'static) -> Self {
        let (commands, received) = channel();
        let models = setup.models.clone().unwrap_or_else(models_folder);
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
            Worker::new(setup, Box::new(on_state), received).run();
        });
        Self { commands, next: Arc::default(), models, thread: Arc::new(Mutex::new(thread.ok())) }
    }

    /// The pairs that the models at hand translate, those with both specialists first.
    pub fn pairs(&self) -> Vec<Pair> {
        Catalog::read(&self.models).map(|catalog| catalog.pairs()).unwrap_or_default()
    }

    /// Takes a job; returns at once. Typed text goes before documents.
    pub fn submit(&self, job: Job, on_event: impl FnMut(JobEvent) + Send + 'static) -> JobId {
        let id = JobId(self.next.fetch_add(1, Ordering::Relaxed));
        if let Err(unsent) = self.commands.send(Command::Submit(id, job, Box::new(on_event)))
            && let Command::Submit(_, _, mut on_event) = unsent.0
        {
            on_event(JobEvent::Failed(Error::Stopped.problem()));
        }
        id
    }

    /// Ends a job; its last event is [`JobEvent::Cancelled`].
    pub fn cancel(&self, job: JobId) {
        // A thread that is gone has no jobs left.
        drop(self.commands.send(Command::Cancel(job)));
    }

    /// Loses the GPU on purpose, as a driver reset would: for tests.
    pub fn lose_device(&self) {
        drop(self.commands.send(Command::LoseDevice));
    }

    /// Lets the thread end what it does now, and waits for it.
    pub fn stop(self) {
        let Self { commands, thread, .. } = self;
        drop(commands);
        let handle = thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle {
            drop(handle.join());
        }
    }
}
