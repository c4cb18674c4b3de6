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
    pub tokens: Vec<Token>,
    pub ids: Vec<u32>,
    pub done: bool,
}

impl RunningSequence {
    /// Before its first token.
    pub fn new(EnteringSequence { id, request, slot }: EnteringSequence) -> Self {
        Self { id, request, slot, tokens: Vec::new(), ids: Vec::new(), done: false }
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
        alternatives.truncate(self.request.alternatives as usize);
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
        if self.ids.last().is_some_and(|id| self.request.end_tokens.contains(id)) {
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
        let mut output = Output::new(tokens, status, &self.request.glossary);
        output.attention = joint.attention(self.slot, &self.request, &output.ids())?;
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
