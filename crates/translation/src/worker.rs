//! The engine thread: takes commands, keeps the batch full, and hands out what comes of it.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use engine::{Event, SequenceId};

use crate::error::{Error, Problem, Result};
use crate::hold::Hold;
use crate::job::{EngineState, Job, JobEvent, JobId, OnEvent, Setup, Source};
use crate::languages::Pair;
use crate::room::{Room, Speaker, Voice};
use crate::store::Store;
use crate::store::jobs::JobState;
use crate::store::segments::Fingerprint;
use crate::task::{Place, Task, is_of_one_job};

/// What the handle asks of the thread.
pub(crate) enum Command {
    Submit(Box<Submission>),
    /// Ends a job before it is done, in this state.
    End(JobId, JobState),
    /// Opens the GPU and loads models anew: of this pair, where no job says which.
    Restart(Pair),
    LoseDevice,
}

/// A job as it is handed to the thread.
pub(crate) struct Submission {
    pub id: JobId,
    pub job: Job,
    pub on_event: OnEvent,
    /// Of a document: the right to work on the queue.
    pub hold: Option<Arc<Hold>>,
}

// A device that is lost so often without a sentence in between is not coming back.
const MAX_LOSSES: u32 = 3;

// After typed text its models stay for so long though only others are asked for: whoever types goes on typing.
const LINGER: Duration = Duration::from_secs(3);

// Documents that are read at once: enough to keep the batch full where they are short, few enough for the memory.
const MOST_DOCUMENTS: usize = 4;

struct Running {
    task: Task,
    voice: Voice,
    // Whether what is left is asked of L alone.
    alone: bool,
    speaker: Option<Speaker>,
    sequences: Vec<(SequenceId, Place)>,
    // As long as it lives, no other process works on the queue.
    _hold: Option<Arc<Hold>>,
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
    first_pair: Option<Pair>,
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
    fn tune_for(&mut self, pair: &Pair) {
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
        if Store::is_in(&self.data)
            && let Ok(mut terms) = self.open_store().and_then(|store| store.terms(&job.pair))
        {
            terms.append(&mut job.options.terms);
            job.options.terms = terms;
        }
    }

    // Finds the models and takes what was translated before; a job that is complete then needs none.
    fn start(&mut self, id: JobId, mut task: Task, hold: Option<Arc<Hold>>) {
        let options = &task.job.options;
        let voice = self.room.voice(&task.job.pair, options.recipe.as_deref(), Some(&options.chosen));
        let prepared = voice.and_then(|voice| {
            let fingerprint = Fingerprint::new(&voice.fingerprint(), &task.job.pair, &task.job.options);
            task.prepare(&fingerprint, voice.is_a_sum())?;
            Ok(voice)
        });
        match prepared {
            Ok(voice) => {
                let running =
                    Running { task, voice, alone: false, speaker: None, sequences: Vec::new(), _hold: hold };
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

    // One turn: the right models, enough sentences in the batch, one step, what came of it.
    fn work(&mut self) -> Result<()> {
        self.begin_document();
        self.deliver();
        if self.jobs.is_empty() {
            return Ok(());
        }
        self.go_alone();
        // While the batch still decodes for other models than the most urgent document's, it only runs empty.
        if self.choose_voice()? {
            self.fill();
        }
        let Some(line) = self.room.line() else { return Ok(()) };
        let events = if line.batch.is_idle() { Vec::new() } else { line.batch.step()? };
        for event in events {
            self.take(event)?;
        }
        self.deliver();
        Ok(())
    }

    // Jobs whose sentences have only L alone left to ask, ask it now.
    fn go_alone(&mut self) {
        let mut failed = Vec::new();
        for (id, running) in &mut self.jobs {
            if !(running.task.waits_for_alone() && running.sequences.is_empty()) {
                continue;
            }
            let chosen = running.task.job.options.chosen.clone();
            let done = match self.room.voice(&running.task.job.pair, Some("L"), Some(&chosen)) {
                Ok(mut voice) => {
                    voice.second_opinion = true;
                    running.voice = voice;
                    running.alone = true;
                    running.speaker = None;
                    running.task.go_alone();
                    Ok(())
                }
                Err(_) => running.task.go_without(),
            };
            failed.extend(done.err().map(|error| (*id, error.problem())));
        }
        failed.iter().for_each(|(id, problem)| self.fail_job(*id, problem));
    }

    // Models change only when nothing decodes: then the most urgent job's are loaded. For typed text, sentences of
    // documents that decode go back into line; documents wait until the batch is empty, and for a while after typed
    // text. True when the models are there.
    fn choose_voice(&mut self) -> Result<bool> {
        let now = Instant::now();
        let lingers = self.linger.filter(|until| now < *until);
        let live = self.jobs.iter().position(|(_, running)| running.task.is_live());
        let at_work =
            lingers.and_then(|_| self.jobs.iter().position(|(_, r)| self.room.line_for(&r.voice).is_some()));
        let urgent = live.or(at_work).unwrap_or(0);
        if live.is_some() {
            self.linger = Some(now + LINGER);
        }
        if self.room.line_for(&self.jobs[urgent].1.voice).is_some() {
            self.room.announce(&self.jobs[urgent].1.voice);
            return Ok(true);
        }
        if live.is_some() {
            self.put_back(usize::MAX);
        } else if let Some(until) = lingers {
            self.rest = Some(until - now);
            return Ok(false);
        }
        if self.room.line().is_some_and(|line| !line.batch.is_idle()) {
            return Ok(false);
        }
        let tuned = self.room.tune(&self.jobs[urgent].1.voice);
        match tuned {
            Err(Error::Engine(error)) if error.is_lost() => Err(Error::Engine(error)),
            Err(error) => {
                // Models that cannot be loaded fail the job that needs them, not the others; those open the device
                // anew, since this one may be at fault.
                let (id, running) = &mut self.jobs[urgent];
                let id = *id;
                self.room.forget();
                let problem = error.problem();
                // A second opinion that cannot be had is no failure.
                let gone_without = running.alone && running.task.go_without().is_ok();
                if !gone_without {
                    self.room.tell(EngineState::Failed(problem.clone()));
                    self.fail_job(id, &problem);
                }
                Ok(false)
            }
            Ok(()) => Ok(true),
        }
    }

    // Typed text first.
    fn fill(&mut self) {
        let mut order: Vec<JobId> = Vec::with_capacity(self.jobs.len());
        order.extend(self.jobs.iter().filter(|(_, running)| running.task.is_live()).map(|(id, _)| *id));
        order.extend(self.jobs.iter().filter(|(_, running)| !running.task.is_live()).map(|(id, _)| *id));
        for id in order {
            // A prompt that cannot be made fails the job that needs it, not the others.
            if let Err(error) = self.fill_from(id) {
                self.fail_job(id, &error.problem());
            }
        }
        self.make_room();
    }

    fn fill_from(&mut self, id: JobId) -> Result<()> {
        let typed = self.jobs.iter().any(|(_, running)| running.task.is_live());
        let Some((_, running)) = self.jobs.iter_mut().find(|(job, _)| *job == id) else { return Ok(()) };
        let Some(line) = self.room.line_for(&running.voice) else { return Ok(()) };
        let sequences = line.batch.joint().sequences() as usize;
        let live = running.task.is_live();
        // Where there is one place, the next sentence waits behind it, but not while somebody types.
        let behind = usize::from(sequences == 1);
        let most = match live {
            true => 2 * sequences + behind,
            false if typed => sequences,
            false => sequences + behind,
        };
        if !running.task.has_requests() || line.batch.len() >= most {
            return Ok(());
        }
        let speaker = match running.speaker.take() {
            Some(speaker) => speaker,
            None => self.room.speaker(&running.voice, &running.task.job.pair)?,
        };
        let speaker = running.speaker.insert(speaker);
        let Some(line) = self.room.line_for(&running.voice) else { return Ok(()) };
        while line.batch.len() < most {
            let Some((place, request)) = running.task.next_request(speaker)? else { break };
            let sequence = line.batch.add(engine::Request { urgent: live, ..request });
            running.sequences.push((sequence, place));
            self.owners.insert(sequence, id);
        }
        Ok(())
    }

    // Where typed text would wait for a place in the batch, the latest sentences of documents go back into line.
    fn make_room(&mut self) {
        let Some(line) = self.room.line() else { return };
        let sequences = line.batch.joint().sequences() as usize;
        if !self.jobs.iter().any(|(_, running)| running.task.is_live() && !running.sequences.is_empty()) {
            return;
        }
        let over = line.batch.len().saturating_sub(sequences);
        self.put_back(over);
    }

    // At most so many sentences of documents go back into line, the latest first.
    fn put_back(&mut self, mut most: usize) {
        let Some(line) = self.room.line() else { return };
        for (_, running) in self.jobs.iter_mut().rev().filter(|(_, running)| !running.task.is_live()) {
            while most > 0
                && let Some((sequence, place)) = running.sequences.pop()
            {
                line.batch.cancel(sequence);
                self.owners.remove(&sequence);
                running.task.put_back(place);
                most -= 1;
            }
        }
    }

    fn take(&mut self, event: Event) -> Result<()> {
        let (Event::Token(sequence, _) | Event::Finished(sequence, _) | Event::Refused(sequence, _)) = &event;
        let Some(id) = self.owners.get(sequence).copied() else { return Ok(()) };
        match self.hand_over(id, *sequence, event) {
            // A document that cannot be kept fails alone.
            Err(error) if is_of_one_job(&error) => self.fail_job(id, &error.problem()),
            done => return done,
        }
        Ok(())
    }

    fn hand_over(&mut self, id: JobId, sequence: SequenceId, event: Event) -> Result<()> {
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
                // What has ended by itself, at this token or as a beam search, says so next.
                let Some(output) = line.batch.end(sequence)? else { return Ok(()) };
                running.task.finish(place, &[output], speaker, &tokenizer)?;
                self.losses = 0;
            }
            Event::Finished(_, outputs) => {
                running.task.finish(place, &outputs, speaker, &tokenizer)?;
                self.losses = 0;
            }
            Event::Refused(..) => running.task.refuse(place)?,
        }
        running.sequences.retain(|(s, _)| *s != sequence);
        self.owners.remove(&sequence);
        Ok(())
    }

    // What is complete is handed out; documents, whose writing takes its time, not before text that is typed.
    fn deliver(&mut self) {
        let typed_at = self.is_typed_at();
        let mut place = 0;
        while place < self.jobs.len() {
            let task = &self.jobs[place].1.task;
            if !task.is_complete() || (typed_at && !task.is_live()) {
                place += 1;
                continue;
            }
            let (_, mut running) = self.jobs.remove(place);
            let tokenizer = self.room.line().map(|line| Arc::clone(&line.tokenizer));
            if let Err(error) = running.task.deliver(running.speaker.as_ref(), tokenizer.as_deref()) {
                running.task.fail(&error.problem());
            }
        }
    }

    // What runs loads what it needs by itself.
    fn restart(&mut self, pair: &Pair) {
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
        for (_, mut running) in self.jobs.drain(..) {
            running.task.fail(&problem);
        }
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
