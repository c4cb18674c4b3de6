//! The engine thread: receives commands, keeps the batch full, and emits the jobs' events.

mod scheduler;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use engine::SequenceId;

use crate::catalog::CatalogCache;
use crate::engine_host::EngineHost;
use crate::error::{Error, Problem, Result};
use crate::folders::DataFolder;
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
use crate::task::{Task, TypedSentences, Work};
use crate::{delivery, streaming};

/// A command from the handle to the engine thread.
pub(crate) enum Command {
    Submit(Box<Submission>),
    /// Ends an unfinished job in this state.
    End(JobId, JobState),
    /// Reopens the GPU and reloads the models: those of the jobs, or of this pair if there are none.
    Restart(LanguagePair),
    LoseDevice,
}

/// A job sent to the engine thread.
pub(crate) struct Submission {
    pub id: JobId,
    pub job: Job,
    pub on_event: OnEvent,
    /// Documents only: holds the queue's file lock.
    pub queue_lock: Option<Arc<QueueLock>>,
}

// After this many device losses without a finished sentence in between, the running jobs fail.
const MAX_LOSSES: u32 = 3;

// Documents open at once: enough to keep the batch full if they are short, few enough for host memory.
const MAX_OPEN_DOCUMENTS: usize = 4;

struct RunningJob {
    task: Task,
    models: ModelSet,
    builder: Option<RequestBuilder>,
    sequences: Vec<(SequenceId, Work)>,
    // Held until the job ends, so that no other process works on the queue.
    _queue_lock: Option<Arc<QueueLock>>,
}

impl RunningJob {
    /// Writes the translation of a complete job and emits its last event.
    fn deliver(&mut self) -> Result<()> {
        if let Some(builder) = &self.builder {
            emit_text(&mut self.task, builder);
        }
        let store = self.task.store.clone();
        let mut result = delivery::deliver(&mut self.task, store.as_deref())?;
        let members = self.models.members.iter();
        result.recipe = members.map(|member| (member.term.clone(), member.weight)).collect();
        self.task.emit(JobEvent::Finished(result));
        Ok(())
    }
}

/// Emits the text translated so far, for interactive jobs only.
fn emit_text(task: &mut Task, builder: &RequestBuilder) {
    if let LoadedSource::Text(between) = &task.source {
        let event = streaming::text_event(&task.blocks, between, &task.job.pair.to, builder);
        task.emit(event);
    }
}

/// The engine thread's state.
pub(crate) struct Worker {
    engine: EngineHost,
    commands: Receiver<Command>,
    jobs: Vec<(JobId, RunningJob)>,
    // Documents not read yet.
    waiting: VecDeque<Submission>,
    data: DataFolder,
    store: Option<Rc<Store>>,
    typed: Rc<RefCell<TypedSentences>>,
    owners: HashMap<SequenceId, JobId>,
    losses: u32,
    first_pair: Option<LanguagePair>,
    // Until when the models of interactive jobs stay loaded.
    keep_models_until: Option<Instant>,
    // How long to wait for commands because no job can decode.
    idle_timeout: Option<Duration>,
}

impl Worker {
    pub fn new(
        setup: Setup,
        data: DataFolder,
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
            typed: Rc::default(),
            owners: HashMap::new(),
            losses: 0,
            keep_models_until: None,
            idle_timeout: None,
        }
    }

    /// Runs until every command sender is dropped.
    pub fn run(mut self) {
        if let Some(pair) = self.first_pair.clone() {
            self.load_models_for(&pair);
        }
        while self.receive_commands() {
            if let Err(error) = self.step() {
                self.fail(error);
            }
        }
    }

    // Loads the models of a pair before there is a job for it.
    fn load_models_for(&mut self, pair: &LanguagePair) {
        let models = self.engine.model_set(pair, None, &BTreeMap::new());
        if let Err(error) = models.and_then(|models| self.engine.activate(&models)) {
            self.engine.drop_device();
            self.engine.report(EngineState::Failed(error.problem()));
        }
    }

    // Receives commands; waits for one when there is nothing to do. False once every sender is dropped.
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
                    // No interactive job can follow.
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

    // Admits the next waiting document if fewer than the maximum are open: one per step, and none while an interactive
    // job runs, since reading a document takes time.
    fn admit_document(&mut self) {
        let open = self.jobs.iter().filter(|(_, running)| !running.task.is_interactive()).count();
        if !self.has_interactive_job()
            && open < MAX_OPEN_DOCUMENTS
            && let Some(next) = self.waiting.pop_front()
        {
            self.admit(next);
        }
    }

    // Whether an interactive (typed-text) job is running.
    fn has_interactive_job(&self) -> bool {
        self.jobs.iter().any(|(_, running)| running.task.is_interactive() && !running.task.is_complete())
    }

    fn admit(&mut self, new: Submission) {
        let Submission { id, job, mut on_event, queue_lock } = new;
        let (store, typed) = match job.source {
            Source::Text(_) => {
                let typed = job.options.reuse.then(|| Rc::clone(&self.typed));
                (self.readable_store(&job), typed)
            }
            Source::File { .. } | Source::Bytes { .. } => match self.open_store() {
                Ok(store) => (Some(store), None),
                Err(error) => return on_event(JobEvent::Failed(error.problem())),
            },
        };
        let Some(mut task) = Task::begin(id, job, store, on_event) else { return };
        task.typed = typed;
        self.start(id, task, queue_lock);
    }

    // An interactive job needs only the glossary and the memory from the store. If it cannot be read, the text is
    // translated without them; documents report the error.
    fn readable_store(&mut self, job: &Job) -> Option<Rc<Store>> {
        let is_needed = job.options.glossary || job.options.reuse;
        if !is_needed || !self.data.path().is_ok_and(Store::is_in) {
            return None;
        }
        let store = self.open_store().ok()?;
        store.terms(&job.pair).is_ok().then_some(store)
    }

    // Chooses the models and reuses earlier translations; a job that is complete then loads no models.
    fn start(&mut self, id: JobId, mut task: Task, queue_lock: Option<Arc<QueueLock>>) {
        let options = &task.job.options;
        let models = self.engine.model_set(&task.job.pair, options.recipe.as_deref(), &options.chosen);
        let prepared = models.and_then(|models| {
            let reranking = task.job.options.reranks().then_some(&models.reranking);
            let decided_by = match self.engine.int8_prompts() {
                true => format!("{}\nprompts in int8", models.fingerprint()),
                false => models.fingerprint(),
            };
            let fingerprint =
                DecodingFingerprint::new(&decided_by, &task.job.pair, &task.job.options, reranking);
            task.demonstration = models.demonstrates();
            task.context = if models.has_context() { task.job.options.context as usize } else { 0 };
            task.grade_by(self.engine.estimator(&task.job.pair, &models)?);
            task.prepare(&fingerprint, &models)?;
            Ok(models)
        });
        match prepared {
            Ok(models) => {
                let running = RunningJob {
                    task,
                    models,
                    builder: None,
                    sequences: Vec::new(),
                    _queue_lock: queue_lock,
                };
                self.jobs.push((id, running));
            }
            Err(error) => task.fail(&error.problem()),
        }
    }

    // The thread's own connection; the handles open others.
    fn open_store(&mut self) -> Result<Rc<Store>> {
        if let Some(store) = &self.store {
            if !store.is_gone() {
                return Ok(Rc::clone(store));
            }
            // The rows of the waiting documents are gone with it; the running ones fail when they use it.
            let gone = Error::StoreGone(self.data.path()?.to_owned()).problem();
            for Submission { mut on_event, .. } in self.waiting.drain(..) {
                on_event(JobEvent::Failed(gone.clone()));
            }
            self.store = None;
            return Err(Error::StoreGone(self.data.path()?.to_owned()));
        }
        let store = Rc::new(Store::open(self.data.path()?)?);
        self.store = Some(Rc::clone(&store));
        Ok(store)
    }

    // Ends an unfinished job.
    fn end(&mut self, id: JobId, state: JobState) {
        let event = if state == JobState::Paused { JobEvent::Paused } else { JobEvent::Cancelled };
        if let Some(index) = self.waiting.iter().position(|waiting| waiting.id == id)
            && let Some(Submission { job, on_event, .. }) = self.waiting.remove(index)
        {
            let store = self.open_store().ok();
            return Task::unread(id, job, store, on_event).end(state, event);
        }
        if let Some(mut running) = self.remove_job(id) {
            running.task.end(state, event);
        }
    }

    // Removes a job and cancels its sequences.
    fn remove_job(&mut self, id: JobId) -> Option<RunningJob> {
        let index = self.jobs.iter().position(|(job, _)| *job == id)?;
        let (_, running) = self.jobs.remove(index);
        for (sequence, _) in &running.sequences {
            self.owners.remove(sequence);
            if let Some(batch) = self.engine.batch() {
                batch.cancel(*sequence);
            }
        }
        Some(running)
    }

    fn fail_job(&mut self, id: JobId, problem: &Problem) {
        if let Some(mut running) = self.remove_job(id) {
            running.task.fail(problem);
        }
    }

    // Running jobs reload their models themselves.
    fn restart(&mut self, pair: &LanguagePair) {
        self.losses = 0;
        self.reset();
        if self.jobs.is_empty() && self.waiting.is_empty() {
            self.load_models_for(pair);
        }
    }

    // Drops the device and everything on it; unfinished sentences are decoded again.
    fn reset(&mut self) {
        self.owners.clear();
        self.engine.drop_device();
        for (_, running) in &mut self.jobs {
            running.sequences.clear();
            running.builder = None;
            running.task.build_queue();
        }
    }

    // Reopens a lost device and restarts unfinished sentences; any other error fails the running jobs.
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
            let is_finished = running.task.skip_refining();
            if !is_finished {
                running.task.fail(&problem);
            }
            is_finished
        });
        self.losses = 0;
    }
}

// A panic drops the jobs, each of which then emits its final event.
impl Drop for Worker {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.engine.report(EngineState::Failed(Error::Stopped.problem()));
        }
    }
}
