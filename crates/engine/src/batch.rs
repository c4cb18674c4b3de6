//! Continuous batching: sequences join while others run, and leave when they end.

mod drafting;
mod running;

use std::collections::VecDeque;

use crate::beam;
use crate::draft_length::{DraftCounts, Drafts};
use crate::error::{Error, Result};
use crate::joint::{BatchEntry, DecodeStart, Joint, PREFIX_SLOTS, PendingStep, PickedToken};
use crate::sequence::{Output, Request, Status, Token, prompt_tokens};
use drafting::Drafting;
use running::RunningSequence;

/// Identifies a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SequenceId(u64);

/// Result of [`Batch::step`] for one sequence.
#[derive(Debug)]
pub enum Event {
    /// One more token of a sequence.
    Token(SequenceId, Token),
    /// A sequence ended; best output first (one output unless n-best was requested).
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
    running: Vec<RunningSequence>,
    in_flight: VecDeque<InFlight>,
    drafting: Drafting,
    free: Vec<u32>,
    prefixes: Vec<KeptPrefixes>,
    // Whether a sequence joined or left, so that the columns must be set again.
    columns_changed: bool,
    next: u64,
}

/// A submitted step, or a round of drafts for the only sequence.
struct InFlight {
    pending: PendingStep,
    drafts: u32,
}

/// The prompt prefixes of one model in the slots after those of the sequences, one each, the last used first.
#[derive(Clone)]
struct KeptPrefixes(Vec<(u32, Vec<u32>)>);

// A shared prefix shorter than this is cheaper to compute than to copy.
const MIN_SHARED: usize = 8;

impl Batch {
    /// An empty batch.
    pub fn new(joint: Joint, options: BatchOptions) -> Self {
        Self {
            free: (0..joint.sequences()).rev().collect(),
            prefixes: vec![KeptPrefixes::empty(joint.sequences()); joint.models()],
            joint,
            options,
            waiting: VecDeque::new(),
            running: Vec::new(),
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
        if let Some(running) = self.running.iter_mut().find(|running| running.id == id) {
            running.done = true;
            self.columns_changed = true;
        }
    }

    /// Ends a running sequence now, as if by an end token, and returns its output; it reports no more events.
    pub fn end(&mut self, id: SequenceId) -> Result<Option<Output>> {
        let Some(running) = self.running.iter_mut().find(|running| running.id == id && !running.done) else {
            return Ok(None);
        };
        running.done = true;
        self.columns_changed = true;
        running.output(Status::Ended, &mut self.joint).map(Some)
    }

    /// [`Output::attention`] of an `output` that was not decoded here, such as a translation from a memory.
    pub fn attention(&mut self, request: &Request, output: &[u32]) -> Result<Vec<Vec<f32>>> {
        self.joint.accept_request(request)?;
        // This overwrites a prefix and the columns.
        let spare = self.joint.sequences();
        self.prefixes.fill(KeptPrefixes::empty(spare));
        self.columns_changed = true;
        for (model, prompt) in request.prompts.iter().enumerate() {
            self.joint.prefill(model, &prompt_tokens(prompt, 0, spare).collect::<Vec<_>>())?;
        }
        self.joint.attention(spare, request, output)
    }

    /// Whether nothing runs or waits.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.running.iter().all(|running| running.done)
    }

    /// Sequences that run or wait.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.running.iter().filter(|running| !running.done).count()
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

    /// Runs one step: admits waiting sequences, submits steps ahead, and reports the result of the oldest one.
    pub fn step(&mut self) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        let admits = !self.waiting.is_empty() && !self.free.is_empty() && !self.next_is_blocked_beam();
        if (self.columns_changed || admits) && self.in_flight.is_empty() {
            self.remove_finished();
            self.admit(&mut events)?;
            self.set_columns()?;
        }
        // Submits nothing while the columns are about to change; steps in flight still count.
        let (list, votes) = self.list_and_votes();
        let changes = self.columns_changed || (admits && !self.in_flight.is_empty());
        while !changes && !self.running.is_empty() && self.in_flight.len() < self.ahead() {
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
        beam && self.running.iter().any(|running| !running.done)
    }

    // The longest list and the most votes that any running sequence requested.
    fn list_and_votes(&self) -> (u32, u32) {
        let wanted = |request: &Request| match request.choice.temperature > 0.0 {
            true => request.choice.top_k.max(request.alternatives),
            false => request.alternatives.max(1),
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

    fn admit(&mut self, events: &mut Vec<Event>) -> Result<()> {
        let mut prompts = vec![Vec::new(); self.joint.models()];
        let mut forced: Vec<(SequenceId, u32, Request)> = Vec::new();
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
                // Returns to the caller, who can report it and cancel others before the next search.
                break;
            }
            let Some(slot) = self.free.pop() else { break };
            for (model, prompts) in prompts.iter_mut().enumerate() {
                if !self.joint.needs_prompt(model, &request) {
                    continue;
                }
                let start = self.share(model, &request, slot)?;
                prompts.extend(prompt_tokens(&request.prompts[model], start, slot));
            }
            if request.forced.is_some() {
                forced.push((id, slot, request));
                continue;
            }
            self.running.push(RunningSequence::new(id, request, slot));
        }
        for (model, tokens) in prompts.iter().enumerate() {
            self.joint.prefill(model, tokens)?;
        }
        self.read_forced(&forced, events)
    }

    // Reads given outputs, whose prompts are in their slots, and gives the slots back.
    fn read_forced(&mut self, forced: &[(SequenceId, u32, Request)], events: &mut Vec<Event>) -> Result<()> {
        if forced.is_empty() {
            return Ok(());
        }
        let requests: Vec<_> = forced.iter().map(|(_, slot, request)| (*slot, request)).collect();
        let read = self.joint.log_probabilities(&requests)?;
        for ((id, slot, request), log_probabilities) in forced.iter().zip(read) {
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

    // Copies the shared prefix into the slot, computing it first if it is new; returns its length.
    fn share(&mut self, model: usize, request: &Request, slot: u32) -> Result<usize> {
        let prompt = &request.prompts[model];
        let shared = request.shared.get(model).copied().unwrap_or(0).min(prompt.len() - 1);
        if shared < MIN_SHARED {
            return Ok(0);
        }
        let (spare, kept) = self.prefixes[model].use_for(&prompt[..shared]);
        if !kept {
            let tokens: Vec<_> = prompt_tokens(&prompt[..=shared], 0, spare).collect();
            self.joint.prefill(model, &tokens)?;
        }
        self.joint.copy_slot(model, (spare, slot), 0..shared as u32)?;
        Ok(shared)
    }

    fn set_columns(&mut self) -> Result<()> {
        self.columns_changed = false;
        self.drafting.restart();
        let batch = self
            .running
            .iter()
            .map(|running| BatchEntry {
                slot: running.slot,
                starts: running.request.prompts.iter().map(|prompt| DecodeStart::after(prompt)).collect(),
                feed: running.feed(),
                choice: running.request.choice,
                weights: running.request.weights.clone(),
            })
            .collect();
        self.joint.set_batch(batch)
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
            events.push(Event::Token(running.id, token));
            if let Some(status) = running.status(context) {
                running.done = true;
                self.columns_changed = true;
                events.push(Event::Finished(running.id, vec![running.output(status, &mut self.joint)?]));
            }
        }
        Ok(())
    }
}

impl KeptPrefixes {
    fn empty(sequences: u32) -> Self {
        Self((sequences..sequences + PREFIX_SLOTS).map(|slot| (slot, Vec::new())).collect())
    }

    // The slot of a prefix, and whether it was there; else it takes the place of the one that was not used for longest.
    fn use_for(&mut self, prefix: &[u32]) -> (u32, bool) {
        let found = self.0.iter().position(|(_, kept)| kept == prefix);
        let mut used = self.0.remove(found.unwrap_or(self.0.len() - 1));
        if found.is_none() {
            used.1 = prefix.to_vec();
        }
        let slot = used.0;
        self.0.insert(0, used);
        (slot, found.is_some())
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
