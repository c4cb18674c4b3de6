//! Continuous batching: sequences join while others run, and leave when they end.

mod branches;
mod drafting;
mod entering;
mod running;

use std::collections::VecDeque;

use crate::beam;
use crate::draft_length::{DraftCounts, Drafts};
use crate::error::{Error, Result};
use crate::joint::{Joint, PendingStep, PickedToken};
use crate::sequence::{Output, Request, Status, Token, prompt_tokens};
use branches::Branched;
use drafting::Drafting;
use entering::{Entering, EnteringSequence};
use running::RunningSequence;

/// Identifies a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SequenceId(u64);

/// Result of [`Batch::step`] for one sequence.
#[derive(Debug)]
pub enum Event {
    /// One more token of a sequence.
    Token(SequenceId, Token),
    /// A sequence ended; best output first (one output unless n-best or branches were requested).
    Finished(SequenceId, Vec<Output>),
    /// A request cannot be decoded; the other sequences continue.
    Refused(SequenceId, Error),
}

/// Settings of a [`Batch`].
#[derive(Debug, Clone, Copy)]
pub struct BatchOptions {
    /// Steps submitted before waiting for the oldest one; 0 counts as 1.
    pub ahead: usize,
    /// Drafts while one sequence is decoded greedily without biases: the same tokens, faster.
    pub drafts: Drafts,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self { ahead: 2, drafts: Drafts::Fixed(0) }
    }
}

/// The running and waiting sequences of one [`Joint`].
pub struct Batch {
    joint: Joint,
    options: BatchOptions,
    waiting: VecDeque<(SequenceId, Request)>,
    entering: Entering,
    running: Vec<RunningSequence>,
    // Requests whose first output has ended, and which have more.
    branched: Vec<Branched>,
    in_flight: VecDeque<InFlight>,
    drafting: Drafting,
    free: Vec<u32>,
    // Whether a sequence left, so that the columns must be set again.
    columns_changed: bool,
    next: u64,
}

/// A submitted step, or a round of drafts for the only sequence.
struct InFlight {
    pending: PendingStep,
    drafts: u32,
}

impl Batch {
    /// An empty batch.
    pub fn new(joint: Joint, options: BatchOptions) -> Self {
        Self {
            free: (0..joint.sequences()).rev().collect(),
            entering: Entering::new(&joint),
            joint,
            options,
            waiting: VecDeque::new(),
            running: Vec::new(),
            branched: Vec::new(),
            in_flight: VecDeque::new(),
            drafting: Drafting::default(),
            columns_changed: true,
            next: 0,
        }
    }

    /// Queues a request; an urgent one goes before those that are not.
    pub fn add(&mut self, request: Request) -> SequenceId {
        let id = SequenceId(self.next);
        self.next += 1;
        let urgent = self.waiting.iter().take_while(|(_, waiting)| waiting.urgent).count();
        let index = if request.urgent { urgent } else { self.waiting.len() };
        self.waiting.insert(index, (id, request));
        id
    }

    /// Cancels a sequence, which reports no more events.
    pub fn cancel(&mut self, id: SequenceId) {
        self.waiting.retain(|(waiting, _)| *waiting != id);
        self.free.extend(self.entering.cancel(id));
        self.branched.retain(|branched| branched.id() != id);
        for running in self.running.iter_mut().filter(|running| running.id == id) {
            running.done = true;
            self.columns_changed = true;
        }
    }

    /// Ends the first output of a request now, as if by an end token, and returns it, without branches; the request reports no
    /// more events.
    pub fn end(&mut self, id: SequenceId) -> Result<Option<Output>> {
        let is_first =
            |running: &&mut RunningSequence| running.id == id && running.number == 0 && !running.done;
        let Some(running) = self.running.iter_mut().find(is_first) else { return Ok(None) };
        running.done = true;
        self.columns_changed = true;
        running.output(Status::Ended, &mut self.joint).map(Some)
    }

    /// [`Output::attention`] of an `output` that was not decoded here, such as a translation from a memory.
    pub fn attention(&mut self, request: &Request, output: &[u32]) -> Result<Vec<Vec<f32>>> {
        self.joint.accept_request(request)?;
        // This overwrites a prefix, which those that enter may still need.
        self.entering.finish(&mut self.joint)?;
        self.entering.forget_prefixes(&self.joint);
        let spare = self.joint.sequences();
        for (model, prompt) in request.prompts.iter().enumerate() {
            self.joint.prefill(model, &prompt_tokens(prompt, 0, spare).collect::<Vec<_>>())?;
        }
        self.joint.attention(spare, request, output)
    }

    /// Whether nothing runs or waits.
    pub fn is_idle(&self) -> bool {
        let goes_on = self.running.iter().any(|running| self.goes_on(running));
        self.waiting.is_empty() && self.entering.is_empty() && !goes_on
    }

    /// Sequences that run or wait.
    pub fn len(&self) -> usize {
        let running = self.running.iter().filter(|running| self.goes_on(running)).count();
        self.waiting.len() + self.entering.len() + running
    }

    /// Whether nothing runs or waits.
    pub fn is_empty(&self) -> bool {
        self.is_idle()
    }

    /// The models.
    pub fn joint(&self) -> &Joint {
        &self.joint
    }

    /// Drops the batch and returns the models.
    pub fn into_joint(self) -> Joint {
        self.joint
    }

    /// Runs one step: admits waiting sequences and computes a part of their prompts, submits steps ahead, and reports the
    /// result of the oldest one.
    pub fn step(&mut self) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        if self.columns_changed && self.in_flight.is_empty() {
            self.resume_branches();
            self.remove_finished();
            self.spread_branches()?;
            self.set_columns()?;
        }
        self.admit(&mut events)?;
        // Submits nothing while the columns are about to change; steps in flight still count.
        if !self.columns_changed {
            self.enter(&mut events)?;
        }
        let (list, votes) = self.list_and_votes();
        while !self.columns_changed && !self.running.is_empty() && self.in_flight.len() < self.ahead() {
            let drafts = self.next_drafts();
            let pending = match drafts {
                0 => {
                    let biases: Vec<_> = self.running.iter().map(RunningSequence::biases).collect();
                    self.joint.step(list, votes, &biases)?
                }
                _ => self.joint.round(drafts, list, votes)?,
            };
            self.in_flight.push_back(InFlight { pending, drafts });
        }
        if let Some(InFlight { pending, drafts }) = self.in_flight.pop_front() {
            let picked = self.joint.wait(pending)?;
            // What was submitted ahead of an end gives nothing.
            if self.running.iter().any(|running| !running.done) {
                self.drafting.count(self.running.len() == 1, drafts, picked.len());
            }
            match drafts {
                0 => self.collect(picked.into_iter().enumerate(), &mut events)?,
                _ => self.collect(picked.into_iter().map(|token| (0, token)), &mut events)?,
            }
        }
        Ok(events)
    }

    /// What speculative decoding did so far.
    pub fn draft_counts(&self) -> DraftCounts {
        self.drafting.counts
    }

    // Drafts for the next step: none unless one greedy sequence without biases runs.
    fn next_drafts(&mut self) -> u32 {
        let most = match self.running.as_slice() {
            [only] if only.request.choice.temperature <= 0.0 && only.biases().is_empty() => {
                self.joint.most_drafts()
            }
            _ => 0,
        };
        self.drafting.next(self.options.drafts, most)
    }

    // The biases depend on the last token, so while a term is missing no step is submitted ahead.
    fn ahead(&self) -> usize {
        match self.running.iter().any(|running| !running.biases().is_empty()) {
            true => 1,
            false => self.options.ahead.max(1),
        }
    }

    // A beam search uses all slots of the caches, so it waits until the others have ended.
    fn next_is_blocked_beam(&self) -> bool {
        let beam = self.waiting.front().is_some_and(|(_, request)| request.beam.is_some());
        beam && !(self.running.is_empty() && self.entering.is_empty() && self.in_flight.is_empty())
    }

    // The longest list and the most votes that any running sequence requested.
    fn list_and_votes(&self) -> (u32, u32) {
        let wanted = |request: &Request| match request.choice.temperature > 0.0 {
            true => request.choice.top_k.max(request.listed()),
            false => request.listed().max(1),
        };
        let list = self.running.iter().map(|running| wanted(&running.request)).max().unwrap_or(1);
        (list, self.running.iter().map(|running| running.request.votes).max().unwrap_or(0))
    }

    fn remove_finished(&mut self) {
        for running in self.running.iter().filter(|running| running.done) {
            self.free.push(running.slot);
        }
        self.running.retain(|running| !running.done);
    }

    // Gives free slots to those that wait.
    fn admit(&mut self, events: &mut Vec<Event>) -> Result<()> {
        while !self.free.is_empty() && !self.next_is_blocked_beam() {
            let Some((id, request)) = self.waiting.pop_front() else { break };
            if let Err(error) = self.accept(&request) {
                events.push(Event::Refused(id, error));
                continue;
            }
            if let Some(options) = request.beam {
                let found = beam::search(&mut self.joint, &request, &options)?;
                events.extend(found.first().into_iter().flat_map(|best| {
                    best.tokens.iter().map(|token| Event::Token(id, token.clone())).collect::<Vec<_>>()
                }));
                events.push(Event::Finished(id, found));
                self.columns_changed = true;
                // Returns to the caller, who can report it and cancel others before the next search.
                break;
            }
            let Some(slot) = self.free.pop() else { break };
            self.entering.add(&self.joint, EnteringSequence { id, request, slot });
        }
        Ok(())
    }

    // Computes prompts, all of them if nothing else runs; whose are complete join the batch without interrupting it.
    fn enter(&mut self, events: &mut Vec<Event>) -> Result<()> {
        if self.entering.is_empty() {
            return Ok(());
        }
        match self.running.is_empty() {
            true => self.entering.finish(&mut self.joint)?,
            false => self.entering.advance(&mut self.joint)?,
        }
        self.drafting.restart();
        let ready = self.entering.take_ready();
        let (forced, joining): (Vec<_>, Vec<_>) =
            ready.into_iter().partition(|sequence| sequence.request.forced.is_some());
        let joining: Vec<_> = joining.into_iter().map(RunningSequence::new).collect();
        self.joint.extend_batch(joining.iter().map(RunningSequence::entry).collect())?;
        self.running.extend(joining);
        self.read_forced(&forced, events)
    }

    // Reads given outputs, whose prompts are in their slots, and gives the slots back.
    fn read_forced(&mut self, forced: &[EnteringSequence], events: &mut Vec<Event>) -> Result<()> {
        if forced.is_empty() {
            return Ok(());
        }
        let requests: Vec<_> = forced.iter().map(|sequence| (sequence.slot, &sequence.request)).collect();
        let read = self.joint.log_probabilities(&requests)?;
        for (EnteringSequence { id, request, slot }, log_probabilities) in forced.iter().zip(read) {
            self.free.push(*slot);
            let given = request.forced.iter().flatten().zip(log_probabilities);
            let tokens = given.map(|(&id, log_probability)| Token {
                id,
                log_probability,
                alternatives: Vec::new(),
                votes: Vec::new(),
            });
            let output = Output::new(tokens.collect(), Status::Ended, &request.glossary);
            events.push(Event::Finished(*id, vec![output]));
        }
        Ok(())
    }

    fn accept(&self, request: &Request) -> Result<()> {
        self.joint.accept_request(request)?;
        request.beam.map_or(Ok(()), |options| options.accept(self.joint.sequences()))
    }

    fn set_columns(&mut self) -> Result<()> {
        self.columns_changed = false;
        self.drafting.restart();
        self.joint.set_batch(self.running.iter().map(RunningSequence::entry).collect())
    }

    // Takes tokens with the places of their sequences among those that run.
    fn collect(
        &mut self,
        picked: impl Iterator<Item = (usize, PickedToken)>,
        events: &mut Vec<Event>,
    ) -> Result<()> {
        let context = self.joint.context();
        for (place, picked) in picked {
            let Some(running) = self.running.get_mut(place).filter(|running| !running.done) else { continue };
            let token = running.token(picked);
            running.ids.push(token.id);
            running.tokens.push(token.clone());
            if running.number == 0 {
                events.push(Event::Token(running.id, token));
            }
            if let Some(status) = running.status(context) {
                running.done = true;
                self.columns_changed = true;
                let (id, output) = (running.id, running.output(status, &mut self.joint)?);
                events.extend(self.ended(place, output)?.map(|outputs| Event::Finished(id, outputs)));
            }
        }
        Ok(())
    }
}

impl Batch {
    /// Decodes requests to their end, without events. For benchmarks and tests.
    pub fn run(&mut self, requests: Vec<Request>) -> Result<Vec<Output>> {
        let ids: Vec<SequenceId> = requests.into_iter().map(|request| self.add(request)).collect();
        let mut outputs: Vec<Option<Output>> = vec![None; ids.len()];
        while !self.is_idle() {
            for event in self.step()? {
                match event {
                    Event::Finished(id, mut found) => {
                        if let Some(index) = ids.iter().position(|&i| i == id) {
                            outputs[index] = (!found.is_empty()).then(|| found.swap_remove(0));
                        }
                    }
                    Event::Refused(_, error) => return Err(error),
                    Event::Token(..) => {}
                }
            }
        }
        Ok(outputs.into_iter().flatten().collect())
    }
}
