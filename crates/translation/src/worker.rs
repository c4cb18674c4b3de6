//! The engine thread: takes commands, keeps the batch full, and hands out what comes of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use engine::{Event, SequenceId};

use crate::error::{Error, Result};
use crate::job::{EngineState, Job, JobEvent, JobId, OnEvent, Setup};
use crate::languages::Pair;
use crate::room::{Room, Speaker, Voice};
use crate::task::{Place, Task};

/// What the handle asks of the thread.
pub(crate) enum Command {
    Submit(JobId, Job, OnEvent),
    Cancel(JobId),
    LoseDevice,
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

/// The engine thread's state.
pub(crate) struct Worker {
    room: Room,
    commands: Receiver<Command>,
    jobs: Vec<(JobId, Running)>,
    owners: HashMap<SequenceId, JobId>,
    losses: u32,
    first_pair: Option<Pair>,
}

impl Worker {
    pub fn new(setup: Setup, on_state: Box<dyn Fn(EngineState) + Send>, commands: Receiver<Command>) -> Self {
        let first_pair = setup.pair.clone();
        let room = Room::new(setup, on_state);
        Self { room, commands, jobs: Vec::new(), owners: HashMap::new(), losses: 0, first_pair }
    }

    /// Works until nobody is left to send commands.
    pub fn run(mut self) {
        if let Some(pair) = self.first_pair.clone() {
            let tuned = self.room.voice(&pair, None).and_then(|voice| self.room.tune(&voice));
            if let Err(error) = tuned {
                self.room.forget();
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
                Command::Cancel(id) => self.end(id, JobEvent::Cancelled),
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

    // Takes a job out, with what is under way of it.
    fn end(&mut self, id: JobId, last: JobEvent) {
        let Some(place) = self.jobs.iter().position(|(job, _)| *job == id) else { return };
        let (_, mut running) = self.jobs.remove(place);
        for (sequence, _) in &running.sequences {
            self.owners.remove(sequence);
            if let Some(line) = self.room.line() {
                line.batch.cancel(*sequence);
            }
        }
        running.task.tell(last);
    }

    // One turn: the right models, enough sentences in the batch, one step, what came of it.
    fn work(&mut self) -> Result<()> {
        if self.jobs.is_empty() {
            return Ok(());
        }
        // While the batch still decodes for other models than the most urgent job's, it only runs empty.
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
                // Models that cannot be loaded fail the job that needs them, not the others; those open the device
                // anew, since this one may be at fault.
                let (_, mut running) = self.jobs.remove(urgent);
                self.room.forget();
                let problem = error.problem();
                self.room.tell(EngineState::Failed(problem.clone()));
                running.task.tell(JobEvent::Failed(problem));
                Ok(false)
            }
            Ok(()) => Ok(true),
        }
    }

    // Typed text first: it waits for the next free place at most.
    fn fill(&mut self) {
        let mut order: Vec<JobId> = Vec::with_capacity(self.jobs.len());
        order.extend(self.jobs.iter().filter(|(_, running)| running.task.is_live()).map(|(id, _)| *id));
        order.extend(self.jobs.iter().filter(|(_, running)| !running.task.is_live()).map(|(id, _)| *id));
        for id in order {
            // A prompt that cannot be made fails the job that needs it, not the others.
            if let Err(error) = self.fill_from(id) {
                self.end(id, JobEvent::Failed(error.problem()));
            }
        }
    }

    fn fill_from(&mut self, id: JobId) -> Result<()> {
        let Some((_, running)) = self.jobs.iter_mut().find(|(job, _)| *job == id) else { return Ok(()) };
        let Some(line) = self.room.line_for(&running.voice) else { return Ok(()) };
        let sequences = line.batch.joint().sequences() as usize;
        let live = running.task.is_live();
        let most = if live || sequences == 1 { 2 * sequences } else { sequences };
        if running.exhausted || line.batch.len() >= most {
            return Ok(());
        }
        let speaker = match running.speaker.take() {
            Some(speaker) => speaker,
            None => self.room.speaker(&running.voice, &running.task.job.pair)?,
        };
        let speaker = running.speaker.insert(speaker);
        let Some(line) = self.room.line_for(&running.voice) else { return Ok(()) };
        while line.batch.len() < most {
            let Some((place, request)) = running.task.next_request(speaker)? else {
                running.exhausted = true;
                break;
            };
            let sequence = line.batch.add(engine::Request { urgent: live, ..request });
            running.sequences.push((sequence, place));
            self.owners.insert(sequence, id);
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
                let Some(output) = line.batch.end(sequence)? else { return Ok(()) };
                running.task.finish(place, &[output], speaker, &tokenizer)?;
                self.losses = 0;
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
