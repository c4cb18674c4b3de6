//! The translator: a handle to one engine thread that takes jobs and tells of them.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};

use engine::{BeamOptions, Choice, Event, SequenceId};
use serde::Serialize;

use crate::answer::{Doubt, SentenceReport};
use crate::catalog::{Catalog, models_folder};
use crate::error::{Error, Problem, Result};
use crate::languages::Pair;
use crate::room::{Room, Speaker, Voice};
use crate::task::{Place, Task};

/// How the engine is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Folder of imported models; none = the user's own.
    pub models: Option<PathBuf>,
    /// Adapter: its place in `wasan gpu`, or a part of its name; none = the best.
    pub adapter: Option<String>,
    /// The sum to decode with; none = what suits the models of the pair.
    pub recipe: Option<String>,
    /// Models for the recipe's terms ("L", "src", "tgt", "base", "mt"): a name or a folder.
    pub chosen: BTreeMap<String, String>,
    /// Sentences that decode at once.
    pub sequences: u32,
    /// Pair to load models for before the first job.
    pub pair: Option<Pair>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { models: None, adapter: None, recipe: None, chosen: BTreeMap::new(), sequences: 8, pair: None }
    }
}

/// What loading is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Opening the GPU and the models' files.
    Reading,
    /// Copying weights to the GPU; bytes.
    Uploading,
    /// Making room and compiling kernels.
    Pipelines,
    /// Decoding once.
    WarmingUp,
}

/// A model of the recipe at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadedModel {
    /// Its term: "L", "src", "tgt".
    pub term: String,
    /// Its name.
    pub name: String,
    /// How its weights are stored.
    pub bits: String,
}

/// What is at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineInfo {
    /// Name of the GPU.
    pub adapter: String,
    /// Whether it is none, but the CPU.
    pub software: bool,
    /// The sum.
    pub recipe: String,
    /// Its models.
    pub models: Vec<LoadedModel>,
}

/// What the engine is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// Loading, in stages.
    Loading {
        /// What.
        stage: Stage,
        /// How much of it is done.
        done: u64,
        /// Out of how much.
        total: u64,
    },
    /// Ready to translate.
    Ready(EngineInfo),
    /// It cannot be loaded.
    Failed(Problem),
}

/// Sampling instead of the likeliest token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Greater is bolder.
    pub temperature: f32,
    /// Smallest probability mass kept, (0, 1].
    pub top_p: f32,
    /// Tokens considered, at most 31.
    pub top_k: u32,
    /// Key of the draws.
    pub seed: u32,
}

/// How a job decodes. The default is greedy, with the recipe of the setup.
#[derive(Debug, Clone, Default)]
pub struct DecodeOptions {
    /// The sum, instead of the setup's.
    pub recipe: Option<String>,
    /// Beam search.
    pub beam: Option<BeamOptions>,
    /// Sampling.
    pub sampling: Option<Sampling>,
    /// Whether the result carries every token with its alternatives and each model's votes.
    pub report: bool,
}

impl DecodeOptions {
    pub(crate) fn choice(&self) -> Choice {
        self.sampling.map_or(Choice::GREEDY, |s| Choice {
            temperature: s.temperature,
            top_p: s.top_p,
            top_k: s.top_k.clamp(1, 31),
            seed: s.seed,
        })
    }
}

/// What is translated.
#[derive(Debug, Clone)]
pub enum Source {
    /// Typed text; its translation streams.
    Text(String),
    /// A document; its translation is written beside it, or to `output`, which must not exist.
    File {
        /// The document.
        input: PathBuf,
        /// Where the translation goes.
        output: Option<PathBuf>,
    },
}

/// Something to translate.
#[derive(Debug, Clone)]
pub struct Job {
    /// From which language into which.
    pub pair: Pair,
    /// What.
    pub source: Source,
    /// How.
    pub options: DecodeOptions,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobResult {
    /// The written file, for a document.
    pub output: Option<PathBuf>,
    /// The translation, for typed text.
    pub text: Option<String>,
    /// Sentences.
    pub segments: usize,
    /// Sentences and marks that a person should look at.
    pub to_review: usize,
    /// Tokens decoded.
    pub tokens: usize,
    /// Seconds from the first token to the end.
    pub seconds: f32,
    /// Tokens a second.
    pub tokens_per_second: f32,
    /// Every sentence with its translation and status.
    pub sentences: Vec<SentenceReport>,
}

/// What is told of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEvent {
    /// It was read and split.
    Started {
        /// Sentences.
        segments: usize,
    },
    /// The whole text so far (typed text only).
    Text {
        /// The text.
        text: String,
        /// Its doubtful words.
        doubts: Vec<Doubt>,
    },
    /// How far it is.
    Progress {
        /// Sentences done.
        done: usize,
        /// Sentences in all.
        total: usize,
        /// Tokens a second.
        tokens_per_second: f32,
        /// Seconds left, as far as can be told.
        eta_s: Option<f32>,
    },
    /// It is done.
    Finished(JobResult),
    /// It failed.
    Failed(Problem),
    /// It was cancelled.
    Cancelled,
}

/// Names a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(u64);

pub(crate) type OnEvent = Box<dyn FnMut(JobEvent) + Send>;

enum Command {
    Submit(JobId, Job, OnEvent),
    Cancel(JobId),
    LoseDevice,
}

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

// A device that is lost so often without a sentence in between is not coming back.
const MAX_LOSSES: u32 = 3;

struct Running {
    task: Task,
    voice: Voice,
    speaker: Option<Speaker>,
    sequences: Vec<(SequenceId, Place)>,
    exhausted: bool,
}

struct Worker {
    room: Room,
    commands: Receiver<Command>,
    jobs: Vec<(JobId, Running)>,
    owners: HashMap<SequenceId, JobId>,
    losses: u32,
    first_pair: Option<Pair>,
}

impl Worker {
    fn new(setup: Setup, on_state: Box<dyn Fn(EngineState) + Send>, commands: Receiver<Command>) -> Self {
        let first_pair = setup.pair.clone();
        let room = Room::new(setup, on_state);
        Self { room, commands, jobs: Vec::new(), owners: HashMap::new(), losses: 0, first_pair }
    }

    fn run(mut self) {
        if let Some(pair) = self.first_pair.clone() {
            let tuned = self.room.voice(&pair, None).and_then(|voice| self.room.tune(&voice));
            if let Err(error) = tuned {
                self.room.tell(EngineState::Failed(error.problem()));
            }
        }
        while self.hear() {
            if let Err(error) = self.work() {
                self.fail(error);
            }
        }
    }

    // Takes commands; waits for one when there is nothing to do. False when nobody is left to send any.
    fn hear(&mut self) -> bool {
        loop {
            let command = if self.jobs.is_empty() {
                match self.commands.recv() {
                    Ok(command) => command,
                    Err(_) => return false,
                }
            } else {
                match self.commands.try_recv() {
                    Ok(command) => command,
                    Err(TryRecvError::Empty) => return true,
                    Err(TryRecvError::Disconnected) => return !self.jobs.is_empty(),
                }
            };
            match command {
                Command::Submit(id, job, on_event) => self.admit(id, job, on_event),
                Command::Cancel(id) => self.cancel(id),
                Command::LoseDevice => {
                    if let Some(device) = self.room.device() {
                        device.lose();
                    }
                }
            }
        }
    }

    fn admit(&mut self, id: JobId, job: Job, on_event: OnEvent) {
        let Some(mut task) = Task::begin(job, on_event) else { return };
        match self.room.voice(&task.job.pair, task.job.options.recipe.as_deref()) {
            Ok(voice) => {
                let running = Running { task, voice, speaker: None, sequences: Vec::new(), exhausted: false };
                self.jobs.push((id, running));
            }
            Err(error) => task.tell(JobEvent::Failed(error.problem())),
        }
    }

    fn cancel(&mut self, id: JobId) {
        let Some(place) = self.jobs.iter().position(|(job, _)| *job == id) else { return };
        let (_, mut running) = self.jobs.remove(place);
        self.withdraw(&running);
        running.task.tell(JobEvent::Cancelled);
    }

    fn withdraw(&mut self, running: &Running) {
        for (sequence, _) in &running.sequences {
            self.owners.remove(sequence);
            if let Some(line) = self.room.line() {
                line.batch.cancel(*sequence);
            }
        }
    }

    // One turn: the right models, enough sentences in the batch, one step, what came of it.
    fn work(&mut self) -> Result<()> {
        if self.jobs.is_empty() {
            return Ok(());
        }
        // While the batch still decodes for other models than the most urgent job's, it only runs empty.
        if self.choose_voice()? {
            self.fill()?;
        }
        let Some(line) = self.room.line() else { return Ok(()) };
        let events = if line.batch.is_idle() { Vec::new() } else { line.batch.step()? };
        for event in events {
            self.take(event)?;
        }
        self.deliver();
        Ok(())
    }

    // Models change only when nothing decodes: then the most urgent job's are loaded. True when they are there.
    fn choose_voice(&mut self) -> Result<bool> {
        let busy = self.room.line().is_some_and(|line| !line.batch.is_idle());
        let urgent = self.jobs.iter().position(|(_, r)| r.task.is_live()).unwrap_or(0);
        if self.room.line_for(&self.jobs[urgent].1.voice).is_some() {
            self.room.announce(&self.jobs[urgent].1.voice);
            return Ok(true);
        }
        if busy {
            return Ok(false);
        }
        let tuned = self.room.tune(&self.jobs[urgent].1.voice);
        match tuned {
            Err(Error::Engine(error)) if error.is_lost() => Err(Error::Engine(error)),
            Err(error) => {
                // Models that cannot be loaded fail the job that needs them, not the others.
                let (_, mut running) = self.jobs.remove(urgent);
                let problem = error.problem();
                self.room.tell(EngineState::Failed(problem.clone()));
                running.task.tell(JobEvent::Failed(problem));
                Ok(false)
            }
            Ok(()) => Ok(true),
        }
    }

    // Typed text first; documents leave one place free for it.
    fn fill(&mut self) -> Result<()> {
        let mut order: Vec<usize> = (0..self.jobs.len()).collect();
        order.sort_by_key(|&place| !self.jobs[place].1.task.is_live());
        for place in order {
            let (id, running) = &mut self.jobs[place];
            let Some(line) = self.room.line_for(&running.voice) else { continue };
            let sequences = line.batch.joint().sequences() as usize;
            let live = running.task.is_live();
            let most = if live || sequences == 1 { 2 * sequences } else { sequences };
            if running.exhausted || line.batch.len() >= most {
                continue;
            }
            if running.speaker.is_none() {
                running.speaker = Some(self.room.speaker(&running.voice, &running.task.job.pair)?);
            }
            let (Some(speaker), Some(line)) = (&running.speaker, self.room.line_for(&running.voice)) else {
                continue;
            };
            while line.batch.len() < most {
                let Some((place, request)) = running.task.next_request(speaker)? else {
                    running.exhausted = true;
                    break;
                };
                let sequence = line.batch.add(engine::Request { urgent: live, ..request });
                running.sequences.push((sequence, place));
                self.owners.insert(sequence, *id);
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event) -> Result<()> {
        let (Event::Token(sequence, _) | Event::Finished(sequence, _) | Event::Refused(sequence, _)) = &event;
        let sequence = *sequence;
        let Some(id) = self.owners.get(&sequence).copied() else { return Ok(()) };
        let Some((_, running)) = self.jobs.iter_mut().find(|(job, _)| *job == id) else { return Ok(()) };
        let Some(line) = self.room.line() else { return Ok(()) };
        let tokenizer = Arc::clone(&line.tokenizer);
        let Some(speaker) = &running.speaker else { return Ok(()) };
        let Some(&(_, place)) = running.sequences.iter().find(|(s, _)| *s == sequence) else { return Ok(()) };
        match event {
            Event::Token(_, token) => {
                running.task.token(place, token, speaker, &tokenizer);
                if !running.task.line_ended(place, speaker, &tokenizer) {
                    return Ok(());
                }
                line.batch.cancel(sequence);
                let output = running.task.output_so_far(place);
                running.task.finish(place, &[output], speaker, &tokenizer)?;
            }
            Event::Finished(_, outputs) => {
                running.task.finish(place, &outputs, speaker, &tokenizer)?;
                self.losses = 0;
            }
            Event::Refused(..) => running.task.refuse(place),
        }
        running.sequences.retain(|(s, _)| *s != sequence);
        self.owners.remove(&sequence);
        Ok(())
    }

    fn deliver(&mut self) {
        let mut place = 0;
        while place < self.jobs.len() {
            if !(self.jobs[place].1.exhausted && self.jobs[place].1.task.is_complete()) {
                place += 1;
                continue;
            }
            let (_, mut running) = self.jobs.remove(place);
            let tokenizer = self.room.line().map(|line| Arc::clone(&line.tokenizer));
            if let Err(error) = running.task.deliver(running.speaker.as_ref(), tokenizer.as_deref()) {
                running.task.tell(JobEvent::Failed(error.problem()));
            }
        }
    }

    // A lost device is opened again and unfinished sentences start anew; any other error fails the running jobs.
    fn fail(&mut self, error: Error) {
        let lost = matches!(&error, Error::Engine(error) if error.is_lost());
        self.owners.clear();
        self.room.forget();
        self.losses += 1;
        if lost && self.losses <= MAX_LOSSES {
            for (_, running) in &mut self.jobs {
                running.sequences.clear();
                running.speaker = None;
                running.exhausted = false;
                running.task.rewind();
            }
            return;
        }
        let error = if lost { Error::LostTooOften(self.losses) } else { error };
        let problem = error.problem();
        self.room.tell(EngineState::Failed(problem.clone()));
        for (_, mut running) in self.jobs.drain(..) {
            running.task.tell(JobEvent::Failed(problem.clone()));
        }
        self.losses = 0;
    }
}
