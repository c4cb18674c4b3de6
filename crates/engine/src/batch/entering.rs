//! Sequences that enter: their prompts are computed a pass at a time between the steps of those that run, which so never wait
//! for a whole prompt. A pass takes tokens of several sequences, in the order in which they entered, the urgent ones first.

use std::collections::VecDeque;

use super::SequenceId;
use crate::error::Result;
use crate::joint::{Joint, PREFIX_SLOTS};
use crate::sequence::{Request, prompt_tokens};
use crate::session::PromptToken;

// A shared prefix shorter than this is cheaper to compute than to copy.
const MIN_SHARED: usize = 8;

/// A sequence in its slot.
pub(super) struct EnteringSequence {
    pub id: SequenceId,
    pub request: Request,
    pub slot: u32,
}

/// The sequences whose prompts are not in the caches yet.
pub(super) struct Entering {
    sequences: Vec<EnteringSequence>,
    models: Vec<ModelPrompts>,
}

/// What is left to do for one model, and what its spare slots hold when that is done.
struct ModelPrompts {
    work: VecDeque<Work>,
    prefixes: KeptPrefixes,
}

/// A part of a prompt.
enum Work {
    /// One token to compute.
    Token(PromptToken),
    /// Positions from 0 on that a spare slot has: (from, to, positions).
    Copy(u32, u32, u32),
}

impl Work {
    /// The slot that it writes.
    fn target(&self) -> u32 {
        match self {
            Self::Token(token) => token.slot,
            Self::Copy(_, to, _) => *to,
        }
    }
}

impl Entering {
    /// None, for the models of `joint`.
    pub fn new(joint: &Joint) -> Self {
        let prompts =
            || ModelPrompts { work: VecDeque::new(), prefixes: KeptPrefixes::empty(joint.sequences()) };
        Self { sequences: Vec::new(), models: (0..joint.models()).map(|_| prompts()).collect() }
    }

    pub fn len(&self) -> usize {
        self.sequences.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sequences.is_empty()
    }

    /// Queues the prompts of a sequence.
    pub fn add(&mut self, joint: &Joint, sequence: EnteringSequence) {
        let EnteringSequence { request, slot, .. } = &sequence;
        for (model, prompts) in self.models.iter_mut().enumerate() {
            if let Some(prompt) = request.prompts.get(model).filter(|_| joint.needs_prompt(model, request)) {
                let shared = request.shared.get(model).copied().unwrap_or(0);
                prompts.add(prompt, shared, *slot, request.urgent);
            }
        }
        self.sequences.push(sequence);
    }

    /// Drops a sequence and returns its slot. A prefix that it brought is still computed, for others.
    pub fn cancel(&mut self, id: SequenceId) -> Option<u32> {
        let index = self.sequences.iter().position(|sequence| sequence.id == id)?;
        let slot = self.sequences.remove(index).slot;
        self.models.iter_mut().for_each(|prompts| prompts.work.retain(|work| work.target() != slot));
        Some(slot)
    }

    /// Submits one pass of each model.
    pub fn advance(&mut self, joint: &mut Joint) -> Result<()> {
        self.models.iter_mut().enumerate().try_for_each(|(model, prompts)| prompts.advance(joint, model))
    }

    /// Submits all that is left.
    pub fn finish(&mut self, joint: &mut Joint) -> Result<()> {
        while self.models.iter().any(|prompts| !prompts.work.is_empty()) {
            self.advance(joint)?;
        }
        Ok(())
    }

    /// Takes the sequences whose prompts have been submitted, and so are in the caches for what is submitted next.
    pub fn take_ready(&mut self) -> Vec<EnteringSequence> {
        let is_pending = |slot: u32| {
            self.models.iter().any(|prompts| prompts.work.iter().any(|work| work.target() == slot))
        };
        let all = std::mem::take(&mut self.sequences).into_iter();
        let (pending, ready) = all.partition(|sequence| is_pending(sequence.slot));
        self.sequences = pending;
        ready
    }

    /// Marks the spare slots as overwritten.
    pub fn forget_prefixes(&mut self, joint: &Joint) {
        for prompts in &mut self.models {
            prompts.prefixes = KeptPrefixes::empty(joint.sequences());
        }
    }
}

impl ModelPrompts {
    // Copies the shared prefix into the slot, after computing it in a spare one if it is new. An urgent prompt that goes before
    // others does not wait for a prefix, nor overwrite one that they wait for.
    fn add(&mut self, prompt: &[u32], shared: usize, slot: u32, urgent: bool) {
        let mut start = 0;
        let shared = shared.min(prompt.len().saturating_sub(1));
        if urgent && !self.work.is_empty() {
            let tokens: Vec<_> = prompt_tokens(prompt, 0, slot).collect();
            tokens.into_iter().rev().for_each(|token| self.work.push_front(Work::Token(token)));
            return;
        }
        if shared >= MIN_SHARED {
            let (spare, kept) = self.prefixes.use_for(&prompt[..shared]);
            if !kept {
                self.work.extend(prompt_tokens(&prompt[..=shared], 0, spare).map(Work::Token));
            }
            self.work.push_back(Work::Copy(spare, slot, shared as u32));
            start = shared;
        }
        self.work.extend(prompt_tokens(prompt, start, slot).map(Work::Token));
    }

    fn advance(&mut self, joint: &mut Joint, model: usize) -> Result<()> {
        let mut tokens: Vec<PromptToken> = Vec::new();
        let mut room = joint.prefill_columns();
        while room > 0 {
            match self.work.pop_front() {
                None => break,
                Some(Work::Token(token)) => {
                    tokens.push(token);
                    room -= 1;
                }
                Some(Work::Copy(from, to, positions)) => {
                    if tokens.iter().any(|token| token.slot == from) {
                        joint.prefill(model, &std::mem::take(&mut tokens))?;
                    }
                    joint.copy_slot(model, (from, to), 0..positions)?;
                }
            }
        }
        joint.prefill(model, &tokens)
    }
}

/// The prompt prefixes of one model in the slots after those of the sequences, one each, the last used first.
struct KeptPrefixes(Vec<(u32, Vec<u32>)>);

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
