//! One turn of the engine thread: the right models, enough sentences in the batch, one step, what came of it.

use std::time::{Duration, Instant};

use engine::{Event, SequenceId};

use super::{Worker, emit_text};
use crate::error::{Error, Result};
use crate::job_id::JobId;
use crate::setup::EngineState;
use crate::task::is_of_one_job;

// After typed text its models stay for so long though only others are asked for: whoever types goes on typing.
const LINGER: Duration = Duration::from_secs(3);

impl Worker {
    // One turn: the right models, enough sentences in the batch, one step, what came of it.
    pub(super) fn work(&mut self) -> Result<()> {
        self.begin_document();
        self.deliver();
        if self.jobs.is_empty() {
            return Ok(());
        }
        self.go_alone();
        // While the batch still decodes for other models than the most urgent document's, it only runs empty.
        if self.activate_models()? {
            self.fill();
        }
        let Some(batch) = self.engine.batch() else { return Ok(()) };
        let events = if batch.is_idle() { Vec::new() } else { batch.step()? };
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
            let done = match self.engine.model_set(&running.task.job.pair, Some("L"), &chosen) {
                Ok(mut models) => {
                    models.is_fallback = true;
                    running.full_models = Some(std::mem::replace(&mut running.models, models));
                    running.builder = None;
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
    fn activate_models(&mut self) -> Result<bool> {
        let now = Instant::now();
        let lingers = self.keep_models_until.filter(|until| now < *until);
        let live = self.jobs.iter().position(|(_, running)| running.task.is_live());
        let at_work = lingers
            .and_then(|_| self.jobs.iter().position(|(_, r)| self.engine.batch_for(&r.models).is_some()));
        let urgent = live.or(at_work).unwrap_or(0);
        if live.is_some() {
            self.keep_models_until = Some(now + LINGER);
        }
        if self.engine.batch_for(&self.jobs[urgent].1.models).is_some() {
            self.engine.announce(&self.jobs[urgent].1.models);
            return Ok(true);
        }
        if live.is_some() {
            self.put_back(usize::MAX);
        } else if let Some(until) = lingers {
            self.idle_timeout = Some(until - now);
            return Ok(false);
        }
        if self.engine.batch().is_some_and(|batch| !batch.is_idle()) {
            return Ok(false);
        }
        let tuned = self.engine.activate(&self.jobs[urgent].1.models);
        match tuned {
            Err(Error::Engine(error)) if error.is_lost() => Err(Error::Engine(error)),
            Err(error) => {
                // Models that cannot be loaded fail the job that needs them, not the others; those open the device
                // anew, since this one may be at fault.
                let (id, running) = &mut self.jobs[urgent];
                let id = *id;
                self.engine.drop_device();
                let problem = error.problem();
                // A second opinion that cannot be had is no failure.
                let gone_without = running.task.leave_long()
                    || (running.full_models.is_some() && running.task.go_without().is_ok());
                if !gone_without {
                    self.engine.report(EngineState::Failed(problem.clone()));
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
        let Some(batch) = self.engine.batch_for(&running.models) else { return Ok(()) };
        let sequences = batch.joint().sequences() as usize;
        let live = running.task.is_live();
        // Where there is one place, the next sentence waits behind it, but not while somebody types.
        let behind = usize::from(sequences == 1);
        let most = match live {
            true => 2 * sequences + behind,
            false if typed => sequences,
            false => sequences + behind,
        };
        if !running.task.has_requests() || batch.len() >= most {
            return Ok(());
        }
        let builder = match running.builder.take() {
            Some(builder) => builder,
            None => self.engine.request_builder(&running.models, &running.task.job.pair)?,
        };
        let builder = running.builder.insert(builder);
        let Some(batch) = self.engine.batch_for(&running.models) else { return Ok(()) };
        while batch.len() < most {
            let Some((place, request)) = running.task.next_request(builder)? else { break };
            let sequence = batch.add(engine::Request { urgent: live, ..request });
            running.sequences.push((sequence, place));
            self.owners.insert(sequence, id);
        }
        Ok(())
    }

    // Where typed text would wait for a place in the batch, the latest sentences of documents go back into line.
    fn make_room(&mut self) {
        let Some(batch) = self.engine.batch() else { return };
        let sequences = batch.joint().sequences() as usize;
        if !self.jobs.iter().any(|(_, running)| running.task.is_live() && !running.sequences.is_empty()) {
            return;
        }
        let over = batch.len().saturating_sub(sequences);
        self.put_back(over);
    }

    // At most so many sentences of documents go back into line, the latest first.
    fn put_back(&mut self, mut most: usize) {
        let Some(batch) = self.engine.batch() else { return };
        for (_, running) in self.jobs.iter_mut().rev().filter(|(_, running)| !running.task.is_live()) {
            while most > 0
                && let Some((sequence, place)) = running.sequences.pop()
            {
                batch.cancel(sequence);
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
        let Some(batch) = self.engine.batch() else { return Ok(()) };
        let Some(builder) = &running.builder else { return Ok(()) };
        let Some(&(_, place)) = running.sequences.iter().find(|(s, _)| *s == sequence) else { return Ok(()) };
        match event {
            Event::Token(_, token) => {
                running.task.token(place, token);
                if running.task.is_live() && running.task.is_event_due() {
                    emit_text(&mut running.task, builder);
                }
                if !running.task.line_ended(place, builder) {
                    return Ok(());
                }
                // What has ended by itself, at this token or as a beam search, says so next.
                let Some(output) = batch.end(sequence)? else { return Ok(()) };
                running.task.finish(place, &[output], builder)?;
                self.losses = 0;
            }
            Event::Finished(_, outputs) => {
                running.task.finish(place, &outputs, builder)?;
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
            match self.jobs[place].1.task.shorten() {
                Ok(false) => {}
                Ok(true) => {
                    let running = &mut self.jobs[place].1;
                    if let Some(models) = running.full_models.take() {
                        running.models = models;
                        running.builder = None;
                    }
                    place += 1;
                    continue;
                }
                Err(error) => {
                    let id = self.jobs[place].0;
                    self.fail_job(id, &error.problem());
                    continue;
                }
            }
            let (_, mut running) = self.jobs.remove(place);
            if let Err(error) = running.deliver() {
                running.task.fail(&error.problem());
            }
        }
    }
}
