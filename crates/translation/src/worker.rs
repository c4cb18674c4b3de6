//! The engine thread: takes commands, keeps the batch full, and hands out what comes of it.

mod turn;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use engine::SequenceId;

use crate::error::{Error, Problem, Result};
use crate::hold::QueueLock;
use crate::job::{EngineState, Job, JobEvent, JobId, OnEvent, Setup, Source};
use crate::languages::LanguagePair;
use crate::room::{Room, Speaker, Voice};
use crate::store::Store;
use crate::store::cache::DecodingFingerprint;
use crate::store::jobs::JobState;
use crate::task::{Place, Task};

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
    pub hold: Option<Arc<QueueLock>>,
}

// A device that is lost so often without a sentence in between is not coming back.
const MAX_LOSSES: u32 = 3;

// Documents that are read at once: enough to keep the batch full where they are short, few enough for the memory.
const MOST_DOCUMENTS: usize = 4;

struct Running {
    task: Task,
    voice: Voice,
    // While what is left is asked of L alone, the job's own models.
    sum: Option<Voice>,
    speaker: Option<Speaker>,
    sequences: Vec<(SequenceId, Place)>,
    // As long as it lives, no other process works on the queue.
    _hold: Option<Arc<QueueLock>>,
}

/// The engine thread's state.
pub(crate) struct Worker {
    room: Room,
    commands: Receiver<Command>,
    jobs: Vec<(JobId, Running)>,
    // Documents that are not read yet.
    waiting: VecDeque<Submission>,
    data: PathBuf,
    store: Option<Rc<Store>>,
    owners: HashMap<SequenceId, JobId>,
    losses: u32,
    first_pair: Option<LanguagePair>,
    // Until when the models of typed text stay.
    linger: Option<Instant>,
    // How long there is nothing to do but to hear.
    rest: Option<Duration>,
}

impl Worker {
    pub fn new(
        setup: Setup,
        data: PathBuf,
        on_state: Box<dyn Fn(EngineState) + Send>,
        commands: Receiver<Command>,
    ) -> Self {
        Self {
            first_pair: setup.pair.clone(),
            room: Room::new(setup, on_state),
            commands,
            jobs: Vec::new(),
            waiting: VecDeque::new(),
            data,
            store: None,
            owners: HashMap::new(),
            losses: 0,
            linger: None,
            rest: None,
        }
    }

    /// Works until nobody is left to send commands.
    pub fn run(mut self) {
        if let Some(pair) = self.first_pair.clone() {
            self.tune_for(&pair);
        }
        while self.hear() {
            if let Err(error) = self.work() {
                self.fail(error);
            }
        }
    }

    // Loads the models of a pair that nothing is to be translated in yet.
    fn tune_for(&mut self, pair: &LanguagePair) {
        let tuned = self.room.voice(pair, None, None).and_then(|voice| self.room.tune(&voice));
        if let Err(error) = tuned {
            self.room.forget();
            self.room.tell(EngineState::Failed(error.problem()));
        }
    }

    // Takes commands; waits for one when there is nothing to do. False when nobody is left to send any.
    fn hear(&mut self) -> bool {
        loop {
            let idle = self.jobs.is_empty() && self.waiting.is_empty();
            let command = match self.rest.take() {
                _ if idle => match self.commands.recv() {
                    Ok(command) => command,
                    Err(_) => return false,
                },
                Some(rest) => match self.commands.recv_timeout(rest) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => return true,
                    // Nobody types any more.
                    Err(RecvTimeoutError::Disconnected) => {
                        self.linger = None;
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
                    if let Some(device) = self.room.device() {
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
        let Submission { id, mut job, mut on_event, hold } = new;
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
        self.start(id, task, hold);
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
    fn start(&mut self, id: JobId, mut task: Task, hold: Option<Arc<QueueLock>>) {
        let options = &task.job.options;
        let voice = self.room.voice(&task.job.pair, options.recipe.as_deref(), Some(&options.chosen));
        let prepared = voice.and_then(|voice| {
            let fingerprint =
                DecodingFingerprint::new(&voice.fingerprint(), &task.job.pair, &task.job.options);
            task.prepare(&fingerprint, voice.is_a_sum())?;
            Ok(voice)
        });
        match prepared {
            Ok(voice) => {
                let running =
                    Running { task, voice, sum: None, speaker: None, sequences: Vec::new(), _hold: hold };
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
    fn take_out(&mut self, id: JobId) -> Option<Running> {
        let place = self.jobs.iter().position(|(job, _)| *job == id)?;
        let (_, running) = self.jobs.remove(place);
        for (sequence, _) in &running.sequences {
            self.owners.remove(sequence);
            if let Some(line) = self.room.line() {
                line.batch.cancel(*sequence);
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
        self.start_anew();
        if self.jobs.is_empty() && self.waiting.is_empty() {
            self.tune_for(pair);
        }
    }

    // Forgets the device and all that was on it; unfinished sentences are decoded again.
    fn start_anew(&mut self) {
        self.owners.clear();
        self.room.forget();
        for (_, running) in &mut self.jobs {
            running.sequences.clear();
            running.speaker = None;
            running.task.rewind();
        }
    }

    // A lost device is opened again and unfinished sentences start anew; any other error fails the running jobs.
    fn fail(&mut self, error: Error) {
        let lost = matches!(&error, Error::Engine(error) if error.is_lost());
        self.start_anew();
        self.losses += 1;
        if lost && self.losses <= MAX_LOSSES {
            return;
        }
        let error = if lost { Error::LostTooOften(self.losses) } else { error };
        let problem = error.problem();
        self.room.tell(EngineState::Failed(problem.clone()));
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
            self.room.tell(EngineState::Failed(Error::Stopped.problem()));
        }
    }
}
