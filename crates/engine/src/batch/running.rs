//! A sequence of the batch: its output so far, and when it ends.

use kernels::Feed;
use kernels::logit_bias::Bias;

use super::SequenceId;
use super::entering::EnteringSequence;
use crate::error::Result;
use crate::glossary;
use crate::joint::{BatchEntry, DecodeStart, Joint, PickedToken};
use crate::sequence::{Output, Request, Status, Token, cut_repetitions};
use crate::stop::{repeated_tail, repeats};

/// A request that decodes in a slot.
pub(super) struct RunningSequence {
    pub id: SequenceId,
    pub request: Request,
    pub slot: u32,
    /// Which output of the request it is: 0 is the first, the others are branches of it.
    pub number: usize,
    pub tokens: Vec<Token>,
    pub ids: Vec<u32>,
    pub done: bool,
}

impl RunningSequence {
    /// Before its first token.
    pub fn new(EnteringSequence { id, request, slot }: EnteringSequence) -> Self {
        Self { id, request, slot, number: 0, tokens: Vec::new(), ids: Vec::new(), done: false }
    }

    /// A sequence of the same request in another slot.
    pub fn another(&self, slot: u32) -> Self {
        Self::new(EnteringSequence { id: self.id, request: self.request.clone(), slot })
    }

    /// Goes on with another output of its request, which begins with `tokens`; the slot holds all but the last one.
    pub fn restart(&mut self, number: usize, tokens: Vec<Token>) {
        self.ids = tokens.iter().map(|token| token.id).collect();
        (self.number, self.tokens, self.done) = (number, tokens, false);
    }

    /// Where it decodes on.
    pub fn entry(&self) -> BatchEntry {
        BatchEntry {
            slot: self.slot,
            starts: self.request.prompts.iter().map(|prompt| DecodeStart::after(prompt)).collect(),
            feed: Feed { token: self.ids.last().copied().unwrap_or(0), step: self.ids.len() as u32 },
            choice: self.request.choice,
            weights: self.request.weights.clone(),
        }
    }

    /// Cuts the list, which is as long as any sequence of the batch needs, to what this one requested.
    pub fn token(&self, picked: PickedToken) -> Token {
        let mut alternatives = picked.list;
        alternatives.truncate(self.request.listed() as usize);
        let votes = picked.votes.into_iter().map(|mut vote| {
            vote.truncate(self.request.votes as usize);
            vote
        });
        Token {
            id: picked.token,
            log_probability: picked.log_probability,
            alternatives,
            votes: if self.request.votes > 0 { votes.collect() } else { Vec::new() },
        }
    }

    /// Why it ends now, if it does.
    pub fn status(&self, context: u32) -> Option<Status> {
        let longest = self.request.prompts.iter().map(Vec::len).max().unwrap_or(0) + self.ids.len();
        let Request { end_tokens, line_ends, .. } = &self.request;
        let ends_line = |id: &u32| line_ends.binary_search(id).is_ok();
        let is_last =
            |id: &u32| end_tokens.contains(id) || (ends_line(id) && !self.ids.iter().all(ends_line));
        if self.ids.last().is_some_and(is_last) {
            Some(Status::Ended)
        } else if repeated_tail(&self.ids).is_some() && !repeats(&self.request.source) {
            Some(Status::Repeated)
        } else if self.ids.len() >= self.request.limit as usize || longest >= context as usize {
            Some(Status::Limit)
        } else {
            None
        }
    }

    /// Its output, with the attention that it asked for.
    pub fn output(&mut self, status: Status, joint: &mut Joint) -> Result<Output> {
        let mut tokens = std::mem::take(&mut self.tokens);
        if status == Status::Repeated {
            cut_repetitions(&mut tokens, &self.ids);
        }
        Self::output_of(tokens, status, &self.request, self.slot, joint)
    }

    /// An output of a request whose prompts are in `slot`.
    pub fn output_of(
        tokens: Vec<Token>,
        status: Status,
        request: &Request,
        slot: u32,
        joint: &mut Joint,
    ) -> Result<Output> {
        let mut output = Output::new(tokens, status, &request.glossary);
        output.attention = joint.attention(slot, request, &output.ids())?;
        Ok(output)
    }

    /// The biases of the terms that its output lacks.
    pub fn biases(&self) -> Vec<Bias> {
        match self.done {
            true => Vec::new(),
            false => glossary::biases(&self.request.glossary, &self.ids),
        }
    }
}
