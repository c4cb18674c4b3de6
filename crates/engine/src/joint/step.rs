//! One step: the models' passes, the sum, and what is picked from it, read back later.

use kernels::logit_bias::{Bias, MAX_BIASES};
use kernels::pick;
use kernels::top_list::{self, Candidate, MAX_COUNT};
use kernels::{Buffer, BufferUse, Dispatch, Readback, vocab_blocks};

use super::{BatchEntry, Joint};
use crate::error::Result;

/// The token that a step picked for one column.
#[derive(Debug, Clone, PartialEq)]
pub struct PickedToken {
    /// Token id.
    pub token: u32,
    /// Natural logarithm of its probability under the sum.
    pub log_probability: f32,
    /// The most likely tokens under the sum, with log-probabilities.
    pub list: Vec<(u32, f32)>,
    /// For each model, its own most likely tokens before the sum; empty unless requested, and for models with weight 0.
    pub votes: Vec<Vec<(u32, f32)>>,
}

/// A submitted step.
pub(crate) struct PendingStep {
    readback: Readback,
    staging: Buffer,
    columns: u32,
    list: u32,
    votes: u32,
    // For each model, the columns of the batch in which it takes part.
    taking_part: Vec<Vec<usize>>,
}

impl Joint {
    /// Submits one step of the batch, with the `list` most likely tokens per column and `votes` per model. `biases` has
    /// at most [`MAX_BIASES`] for each column, or is empty.
    pub(crate) fn step(&mut self, list: u32, votes: u32, biases: &[Vec<Bias>]) -> Result<PendingStep> {
        let columns = self.batch.len() as u32;
        let list = list.clamp(1, MAX_COUNT.min(self.rows.vocab));
        let votes = votes.min(MAX_COUNT.min(self.rows.vocab));
        let staging = match self.staging.pop() {
            Some(staging) => staging,
            None => self.device.buffer(
                "picked on the host",
                self.picked.bytes() + self.votes.bytes(),
                BufferUse::Read,
            )?,
        };
        let biased = biases.iter().any(|column| !column.is_empty());
        if biased {
            let mut all = vec![Bias::NONE; biases.len() * MAX_BIASES];
            all.chunks_mut(MAX_BIASES).zip(biases).for_each(|(to, column)| {
                to.iter_mut().zip(column).for_each(|(to, bias)| *to = *bias);
            });
            self.device.write(&self.biases, 0, bytemuck::cast_slice(&all));
        }
        let sampling = (list, votes, biased);
        if !self.sampling_passes.contains_key(&sampling) {
            let made = self.sampling_pass(list, votes, biased)?;
            self.sampling_passes.insert(sampling, made);
        }
        let mut commands = self.device.commands();
        for (model, (session, columns)) in self.sessions.iter_mut().zip(&self.taking_part).enumerate() {
            let length = |entry: &BatchEntry| entry.starts[model].position + entry.feed.step + self.steps + 1;
            let Some(longest) = columns.iter().map(|&column| length(&self.batch[column])).max() else {
                continue;
            };
            let term = self.rows.term_bytes();
            let logits = (self.logits.part(model as u64 * term, term), self.rows.stride);
            session.decode(&mut commands, (columns.len() as u32, longest), &self.feed, logits)?;
        }
        if let Some(sampling) = self.sampling_passes.get(&sampling) {
            commands.pass(sampling, columns, 1);
        }
        let mut bytes = u64::from(columns) * pick::picked_bytes(list);
        commands.copy(&self.picked, 0, &staging, 0, bytes);
        if votes > 0 {
            let each = u64::from(columns) * u64::from(votes) * size_of::<Candidate>() as u64;
            for model in 0..self.sessions.len() as u64 {
                commands.copy(&self.votes, model * self.vote_bytes(), &staging, bytes, each);
                bytes += each;
            }
        }
        self.steps += 1;
        let readback = commands.submit_and_read(&staging, bytes)?;
        let taking_part = if votes > 0 { self.taking_part.clone() } else { Vec::new() };
        Ok(PendingStep { readback, staging, columns, list, votes, taking_part })
    }

    /// Waits for a step and returns one token per column of the batch at its submission.
    pub(crate) fn wait(&mut self, pending: PendingStep) -> Result<Vec<PickedToken>> {
        let PendingStep { readback, staging, columns, list, votes, taking_part } = pending;
        let words: Vec<u32> = bytemuck::pod_collect_to_vec(&readback.wait(&self.device)?);
        self.staging.push(staging);
        let pairs =
            |words: &[u32]| words.chunks_exact(2).map(|w| (w[0], f32::from_bits(w[1]))).collect::<Vec<_>>();
        let (picks, ballots) = words.split_at(columns as usize * (2 + 2 * list as usize));
        let each = 2 * votes as usize;
        Ok(picks
            .chunks_exact(2 + 2 * list as usize)
            .enumerate()
            .map(|(column, words)| PickedToken {
                token: words[0],
                log_probability: f32::from_bits(words[1]),
                list: pairs(&words[2..]),
                votes: taking_part
                    .iter()
                    .enumerate()
                    .map(|(model, taking_part)| {
                        let row = taking_part.binary_search(&column).ok()?;
                        Some(pairs(&ballots[(model * columns as usize + row) * each..][..each]))
                    })
                    .map(Option::unwrap_or_default)
                    .collect(),
            })
            .collect())
    }

    fn vote_bytes(&self) -> u64 {
        self.votes.bytes() / self.sessions.len() as u64 / 256 * 256
    }

    // The dispatches after the models' passes: the sum, its most likely tokens, the picked token, and the votes.
    fn sampling_pass(&self, list: u32, votes: u32, biased: bool) -> Result<Vec<Dispatch>> {
        let (device, rows) = (&self.device, &self.rows);
        let mut sampling = self.sum.dispatches.clone();
        if biased {
            sampling.push(self.bias.clone());
        }
        sampling.extend([
            vocab_blocks::dispatch(device, rows, self.summed.all(), self.blocks.all())?,
            top_list::dispatch(device, rows, list, self.summed.all(), &self.blocks, self.candidates.all())?,
            pick::dispatch(
                device,
                (self.capacity, list),
                &self.candidates,
                &self.choices,
                &self.feed,
                &self.picked,
            )?,
        ]);
        if votes > 0 {
            for model in 0..self.sessions.len() as u64 {
                let logits = self.logits.part(model * rows.term_bytes(), rows.term_bytes());
                let ballot = self.votes.part(model * self.vote_bytes(), self.vote_bytes());
                sampling.push(vocab_blocks::dispatch(device, rows, logits, self.blocks.all())?);
                sampling.push(top_list::dispatch(device, rows, votes, logits, &self.blocks, ballot)?);
            }
        }
        Ok(sampling)
    }
}
