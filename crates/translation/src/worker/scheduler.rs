//! The scheduler: each step activates the most urgent job's models, fills the batch, decodes once, applies the events.

use std::time::{Duration, Instant};

use engine::{Event, SequenceId};

use super::{Worker, emit_text};
use crate::error::{Error, Result};
use crate::job_id::JobId;
use crate::setup::EngineState;
use crate::task::{Work, concerns_one_job};

// How long the models of an interactive job stay loaded after it, since the user is likely to type more.
const KEEP_MODELS: Duration = Duration::from_secs(3);

impl Worker {
    // One scheduler step.
    pub(super) fn step(&mut self) -> Result<()> {
        self.admit_document();
        self.deliver_complete();
        if self.jobs.is_empty() {
            return Ok(());
        }
        // While the batch decodes for other models than the most urgent document's, it is only drained.
        if self.activate_models()? {
            self.fill_batch();
        }
        let Some(batch) = self.engine.batch() else { return Ok(()) };
        let events = if batch.is_idle() { Vec::new() } else { batch.step()? };
        for event in events {
            self.handle_event(event)?;
        }
        self.deliver_complete();
        Ok(())
    }

    // Activates the most urgent job's models, which needs an empty batch: an interactive job requeues the documents'
    // sentences; documents wait until the batch is drained, and for a while after an interactive job. True once the
    // models are active.
    fn activate_models(&mut self) -> Result<bool> {
        let now = Instant::now();
        let keep_until = self.keep_models_until.filter(|until| now < *until);
        let interactive = self.jobs.iter().position(|(_, running)| running.task.is_interactive());
        let with_active_models = keep_until
            .and_then(|_| self.jobs.iter().position(|(_, r)| self.engine.batch_for(&r.models).is_some()));
        let urgent = interactive.or(with_active_models).unwrap_or(0);
        if interactive.is_some() {
            self.keep_models_until = Some(now + KEEP_MODELS);
        }
        if self.engine.batch_for(&self.jobs[urgent].1.models).is_some() {
            self.engine.announce(&self.jobs[urgent].1.models);
            return Ok(true);
        }
        if interactive.is_some() {
            self.requeue_documents(usize::MAX);
        } else if let Some(until) = keep_until {
            self.idle_timeout = Some(until - now);
            return Ok(false);
        }
        if self.engine.batch().is_some_and(|batch| !batch.is_idle()) {
            return Ok(false);
        }
        match self.engine.activate(&self.jobs[urgent].1.models) {
            Err(Error::Engine(error)) if error.is_lost() => Err(Error::Engine(error)),
            Err(error) => {
                // Models that cannot be loaded fail only the job that needs them; the others reopen the device, since
                // it may be the cause.
                let (id, running) = &mut self.jobs[urgent];
                let id = *id;
                self.engine.drop_device();
                let problem = error.problem();
                if !running.task.skip_refining() {
                    self.engine.report(EngineState::Failed(problem.clone()));
                    self.fail_job(id, &problem);
                }
                Ok(false)
            }
            Ok(()) => Ok(true),
        }
    }

    // Interactive jobs first.
    fn fill_batch(&mut self) {
        let mut order: Vec<JobId> = Vec::with_capacity(self.jobs.len());
        order
            .extend(self.jobs.iter().filter(|(_, running)| running.task.is_interactive()).map(|(id, _)| *id));
        order.extend(
            self.jobs.iter().filter(|(_, running)| !running.task.is_interactive()).map(|(id, _)| *id),
        );
        for id in order {
            // A prompt that cannot be built fails only its own job.
            if let Err(error) = self.fill_batch_from(id) {
                self.fail_job(id, &error.problem());
            }
        }
        self.requeue_excess();
    }

    fn fill_batch_from(&mut self, id: JobId) -> Result<()> {
        let has_interactive = self.jobs.iter().any(|(_, running)| running.task.is_interactive());
        let Some((_, running)) = self.jobs.iter_mut().find(|(job, _)| *job == id) else { return Ok(()) };
        let Some(batch) = self.engine.batch_for(&running.models) else { return Ok(()) };
        let sequences = batch.joint().sequences() as usize;
        let interactive = running.task.is_interactive();
        // With one sequence the next sentence is queued in advance, but no document's while an interactive job runs.
        let behind = usize::from(sequences == 1);
        let most = match interactive {
            true => 2 * sequences + behind,
            false if has_interactive => sequences,
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
            let Some((work, request)) = running.task.next_request(builder)? else { break };
            let sequence = batch.add(engine::Request { urgent: interactive, ..request });
            running.sequences.push((sequence, work));
            self.owners.insert(sequence, id);
        }
        Ok(())
    }

    // Requeues the latest sentences of documents if interactive jobs would wait for a sequence of the batch.
    fn requeue_excess(&mut self) {
        let Some(batch) = self.engine.batch() else { return };
        let sequences = batch.joint().sequences() as usize;
        if !self
            .jobs
            .iter()
            .any(|(_, running)| running.task.is_interactive() && !running.sequences.is_empty())
        {
            return;
        }
        let over = batch.len().saturating_sub(sequences);
        self.requeue_documents(over);
    }

    // Requeues at most `most` sentences of documents, the latest first.
    fn requeue_documents(&mut self, mut most: usize) {
        let Some(batch) = self.engine.batch() else { return };
        for (_, running) in self.jobs.iter_mut().rev().filter(|(_, running)| !running.task.is_interactive()) {
            while most > 0
                && let Some((sequence, work)) = running.sequences.pop()
            {
                batch.cancel(sequence);
                self.owners.remove(&sequence);
                running.task.requeue(work);
                most -= 1;
            }
        }
    }

    fn handle_event(&mut self, event: Event) -> Result<()> {
        let (Event::Token(sequence, _) | Event::Finished(sequence, _) | Event::Refused(sequence, _)) = &event;
        let Some(id) = self.owners.get(sequence).copied() else { return Ok(()) };
        match self.apply_event(id, *sequence, event) {
            // An error of the store or of one document fails only that job.
            Err(error) if concerns_one_job(&error) => self.fail_job(id, &error.problem()),
            done => return done,
        }
        Ok(())
    }

    fn apply_event(&mut self, id: JobId, sequence: SequenceId, event: Event) -> Result<()> {
        let Some((_, running)) = self.jobs.iter_mut().find(|(job, _)| *job == id) else { return Ok(()) };
        let Some(batch) = self.engine.batch() else { return Ok(()) };
        let Some(builder) = &running.builder else { return Ok(()) };
        let Some(&(_, work)) = running.sequences.iter().find(|(s, _)| *s == sequence) else {
            return Ok(());
        };
        match (event, work) {
            (Event::Token(..), Work::Score(_)) => return Ok(()),
            (Event::Token(_, token), Work::Decode(position)) => {
                running.task.add_token(position, token);
                if running.task.is_interactive() && running.task.is_event_due() {
                    emit_text(&mut running.task, builder);
                }
                if !running.task.is_word_complete(position, builder) {
                    return Ok(());
                }
                // If the sequence ended with this token, or as a beam search, its own event follows.
                let Some(output) = batch.end(sequence)? else { return Ok(()) };
                running.task.finish_piece(position, &[output], builder)?;
                self.losses = 0;
            }
            (Event::Finished(_, outputs), Work::Decode(position)) => {
                running.task.finish_piece(position, &outputs, builder)?;
                self.losses = 0;
            }
            (Event::Finished(_, outputs), Work::Score(position)) => {
                running.task.record_score(position, outputs.first())?;
            }
            (Event::Refused(..), Work::Decode(position)) => running.task.finish_with_best(position)?,
            (Event::Refused(..), Work::Score(position)) => running.task.record_score(position, None)?,
        }
        running.sequences.retain(|(s, _)| *s != sequence);
        self.owners.remove(&sequence);
        Ok(())
    }

    // Delivers complete jobs; documents, which take time to write, only while no interactive job runs.
    fn deliver_complete(&mut self) {
        let has_interactive = self.has_interactive_job();
        let mut index = 0;
        while index < self.jobs.len() {
            let task = &self.jobs[index].1.task;
            if !task.is_complete() || (has_interactive && !task.is_interactive()) {
                index += 1;
                continue;
            }
            match self.jobs[index].1.task.refine() {
                Ok(false) => {}
                Ok(true) => {
                    index += 1;
                    continue;
                }
                Err(error) => {
                    let id = self.jobs[index].0;
                    self.fail_job(id, &error.problem());
                    continue;
                }
            }
            let (_, mut running) = self.jobs.remove(index);
            if let Err(error) = running.deliver() {
                running.task.fail(&error.problem());
            }
        }
    }
}
