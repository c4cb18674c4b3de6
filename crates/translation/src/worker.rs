//! The engine thread: takes commands, keeps the batch full, and hands out what comes of it.

mod scheduler;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use engine::SequenceId;

use crate::catalog::CatalogCache;
use crate::engine_host::EngineHost;
use crate::error::{Error, Problem, Result};
use crate::job::{Job, JobEvent, OnEvent, Source};
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::model_set::ModelSet;
use crate::queue_lock::QueueLock;
use crate::requests::RequestBuilder;
use crate::setup::{EngineState, Setup};
use crate::source::LoadedSource;
use crate::store::Store;
use crate::store::cache::DecodingFingerprint;
use crate::store::jobs::JobState;
use crate::task::{PiecePosition, Task};
use crate::{delivery, streaming};

/// What the handle asks of the thread.
pub(crate) enum Command {
    Submit(Box<Submission>),
    /// Ends a job before it is done, in this state.
    End(JobId, JobState),
    /// Opens the GPU and loads models anew: of this pair, where no job says which.
    Restart(LanguagePair),
    LoseDevice,
}

/// A job as it is handed to the thread.
pub(crate) struct Submission {
    pub id: JobId,
    pub job: Job,
    pub on_event: OnEvent,
    /// Of a document: the right to work on the queue.
    pub queue_lock: Option<Arc<QueueLock>>,
}

// A device that is lost so often without a sentence in between is not coming back.
const MAX_LOSSES: u32 = 3;

// Documents that are read at once: enough to keep the batch full where they are short, few enough for the memory.
const MOST_DOCUMENTS: usize = 4;

struct RunningJob {
    task: Task,
    models: ModelSet,
    // While what is left is asked of L alone, the job's own models.
    full_models: Option<ModelSet>,
    builder: Option<RequestBuilder>,
    sequences: Vec<(SequenceId, PiecePosition)>,
    // As long as it lives, no other process works on the queue.
    _queue_lock: Option<Arc<QueueLock>>,
}

impl RunningJob {
    /// Writes the translation of a complete job and emits its last event.
    fn deliver(&mut self) -> Result<()> {
        if let Some(builder) = &self.builder {
            emit_text(&mut self.task, builder);
        }
        let store = self.task.store.clone();
        let result = delivery::deliver(&mut self.task, store.as_deref())?;
        self.task.tell(JobEvent::Finished(result));
        Ok(())
    }
}

/// Emits the text so far, of typed text.
fn emit_text(task: &mut Task, builder: &RequestBuilder) {
    if let LoadedSource::Text(between) = &task.source {
        let event = streaming::text_event(&task.blocks, between, &task.job.pair.to, builder);
        task.tell(event);
    }
}

/// The engine thread's state.
pub(crate) struct Worker {
    engine: EngineHost,
    commands: Receiver<Command>,
    jobs: Vec<(JobId, RunningJob)>,
    // Documents that are not read yet.
    waiting: VecDeque<Submission>,
    data: PathBuf,
    store: Option<Rc<Store>>,
    owners: HashMap<SequenceId, JobId>,
    losses: u32,
    first_pair: Option<LanguagePair>,
    // Until when the models of typed text stay.
    keep_models_until: Option<Instant>,
    // How long there is nothing to do but to hear.
    idle_timeout: Option<Duration>,
}

impl Worker {
    pub fn new(
        setup: Setup,
        data: PathBuf,
        catalog: Arc<CatalogCache>,
        on_state: Box<dyn Fn(EngineState) + Send>,
        commands: Receiver<Command>,
    ) -> Self {
        Self {
            first_pair: setup.pair.clone(),
            engine: EngineHost::new(setup, catalog, on_state),
            commands,
            jobs: Vec::new(),
            waiting: VecDeque::new(),
            data,
            store: None,
            owners: HashMap::new(),
            losses: 0,
            keep_models_until: None,
            idle_timeout: None,
        }
    }

    /// Works until nobody is left to send commands.
    pub fn run(mut self) {
        if let Some(pair) = self.first_pair.clone() {
            self.load_models_for(&pair);
        }
        while self.receive_commands() {
            if let Err(error) = self.work() {
                self.fail(error);
            }
        }
    }

    // Loads the models of a pair that nothing is to be translated in yet.
    fn load_models_for(&mut self, pair: &LanguagePair) {
        let models = self.engine.model_set(pair, None, &BTreeMap::new());
        if let Err(error) = models.and_then(|models| self.engine.activate(&models)) {
            self.engine.drop_device();
            self.engine.report(EngineState::Failed(error.problem()));
        }
    }

    // Takes commands; waits for one when there is nothing to do. False when nobody is left to send any.
    fn receive_commands(&mut self) -> bool {
        loop {
            let idle = self.jobs.is_empty() && self.waiting.is_empty();
            let command = match self.idle_timeout.take() {
                _ if idle => match self.commands.recv() {
                    Ok(command) => command,
                    Err(_) => return false,
                },
                Some(idle_timeout) => match self.commands.recv_timeout(idle_timeout) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => return true,
                    // Nobody types any more.
                    Err(RecvTimeoutError::Disconnected) => {
                        self.keep_models_until = None;
                        return true;
                    }
                },
                None => match self.commands.try_recv() {
                    Ok(command) => command,
                    Err(_) => return true,
                },
            };
            match command {
                Command::Submit(new) if matches!(new.job.source, Source::Text(_)) => self.admit(*new),
                Command::Submit(new) => self.waiting.push_back(*new),
                Command::End(id, state) => self.end(id, state),
                Command::Restart(pair) => self.restart(&pair),
                Command::LoseDevice => {
                    if let Some(device) = self.engine.device() {
                        device.lose();
                    }
                }
            }
        }
    }

    // Begins a document that waits, where fewer are open than may be. One at a turn, and none before text that is
    // typed: to read it takes its time.
    fn begin_document(&mut self) {
        let open = self.jobs.iter().filter(|(_, running)| !running.task.is_live()).count();
        if !self.is_typed_at()
            && open < MOST_DOCUMENTS
            && let Some(next) = self.waiting.pop_front()
        {
            self.admit(next);
        }
    }

    // Whether a person waits for text.
    fn is_typed_at(&self) -> bool {
        self.jobs.iter().any(|(_, running)| running.task.is_live() && !running.task.is_complete())
    }

    fn admit(&mut self, new: Submission) {
        let Submission { id, mut job, mut on_event, queue_lock } = new;
        let store = match job.source {
            Source::Text(_) => {
                self.add_terms(&mut job);
                None
            }
            Source::File { .. } => match self.open_store() {
                Ok(store) => Some(store),
                Err(error) => return on_event(JobEvent::Failed(error.problem())),
            },
        };
        let Some(task) = Task::begin(id, job, store, on_event) else { return };
        self.start(id, task, queue_lock);
    }

    // Typed text leaves nothing in the store, and needs of it only the glossary: where that cannot be read, documents
    // say so, and a text is better translated without it than not at all.
    fn add_terms(&mut self, job: &mut Job) {
        if job.options.glossary
            && Store::is_in(&self.data)
            && let Ok(mut terms) = self.open_store().and_then(|store| store.terms(&job.pair))
        {
            terms.append(&mut job.options.terms);
            job.options.terms = terms;
        }
    }

    // Finds the models and takes what was translated before; a job that is complete then needs none.
    fn start(&mut self, id: JobId, mut task: Task, queue_lock: Option<Arc<QueueLock>>) {
        let options = &task.job.options;
        let models = self.engine.model_set(&task.job.pair, options.recipe.as_deref(), &options.chosen);
        let prepared = models.and_then(|models| {
            let fingerprint =
                DecodingFingerprint::new(&models.fingerprint(), &task.job.pair, &task.job.options);
            task.prepare(&fingerprint, models.has_specialists())?;
            Ok(models)
        });
        match prepared {
            Ok(models) => {
                let running = RunningJob {
                    task,
                    models,
                    full_models: None,
                    builder: None,
                    sequences: Vec::new(),
                    _queue_lock: queue_lock,
                };
                self.jobs.push((id, running));
            }
            Err(error) => task.fail(&error.problem()),
        }
    }

    // The thread's own; the handles open others.
    fn open_store(&mut self) -> Result<Rc<Store>> {
        if let Some(store) = &self.store {
            return Ok(Rc::clone(store));
        }
        let store = Rc::new(Store::open(&self.data)?);
        self.store = Some(Rc::clone(&store));
        Ok(store)
    }

    // Ends a job before it is done.
    fn end(&mut self, id: JobId, state: JobState) {
        let event = if state == JobState::Paused { JobEvent::Paused } else { JobEvent::Cancelled };
        if let Some(place) = self.waiting.iter().position(|waiting| waiting.id == id)
            && let Some(Submission { job, on_event, .. }) = self.waiting.remove(place)
        {
            let store = self.open_store().ok();
            return Task::unread(id, job, store, on_event).end(state, event);
        }
        if let Some(mut running) = self.take_out(id) {
            running.task.end(state, event);
        }
    }

    // Takes a job out, with what is under way of it.
    fn take_out(&mut self, id: JobId) -> Option<RunningJob> {
        let place = self.jobs.iter().position(|(job, _)| *job == id)?;
        let (_, running) = self.jobs.remove(place);
        for (sequence, _) in &running.sequences {
            self.owners.remove(sequence);
            if let Some(batch) = self.engine.batch() {
                batch.cancel(*sequence);
            }
        }
        Some(running)
    }

    fn fail_job(&mut self, id: JobId, problem: &Problem) {
        if let Some(mut running) = self.take_out(id) {
            running.task.fail(problem);
        }
    }

    // What runs loads what it needs by itself.
    fn restart(&mut self, pair: &LanguagePair) {
        self.losses = 0;
        self.reset();
        if self.jobs.is_empty() && self.waiting.is_empty() {
            self.load_models_for(pair);
        }
    }

    // Forgets the device and all that was on it; unfinished sentences are decoded again.
    fn reset(&mut self) {
        self.owners.clear();
        self.engine.drop_device();
        for (_, running) in &mut self.jobs {
            running.sequences.clear();
            running.builder = None;
            running.task.rewind();
        }
    }

    // A lost device is opened again and unfinished sentences start anew; any other error fails the running jobs.
    fn fail(&mut self, error: Error) {
        let lost = matches!(&error, Error::Engine(error) if error.is_lost());
        self.reset();
        self.losses += 1;
        if lost && self.losses <= MAX_LOSSES {
            return;
        }
        let error = if lost { Error::LostTooOften(self.losses) } else { error };
        let problem = error.problem();
        self.engine.report(EngineState::Failed(problem.clone()));
        self.jobs.retain_mut(|(_, running)| {
            let is_finished = running.task.leave_long();
            if !is_finished {
                running.task.fail(&problem);
            }
            is_finished
        });
        self.losses = 0;
    }
}

// A thread that breaks takes its jobs with it; each tells of its end as it is dropped.
impl Drop for Worker {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.engine.report(EngineState::Failed(Error::Stopped.problem()));
        }
    }
}
