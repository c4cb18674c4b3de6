//! One step: the models' passes, the sum, and what is picked from it, read back later.

use kernels::logit_bias::{Bias, MAX_BIASES};
use kernels::pick;
use kernels::top_list::{self, Candidate, MAX_COUNT};
use kernels::{Buffer, BufferUse, Commands, Dispatch, Readback, accept, vocab_blocks};

use super::{BatchMember, Joint};
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
    rows: u32,
    list: u32,
    votes: u32,
    drafts: u32,
    // For each model, the rows that its logits are of.
    taking_part: Vec<Vec<usize>>,
}

/// What decides the dispatches after the models' passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sampling {
    /// Tokens of the list.
    pub list: u32,
    /// Votes of each model.
    pub votes: u32,
    /// Whether there are biases.
    pub biased: bool,
    /// Drafts to accept; 0: each column's token is picked.
    pub drafts: u32,
}

impl Joint {
    /// Submits one step of the batch, with the `list` most likely tokens per column and `votes` per model. `biases` has
    /// at most [`MAX_BIASES`] for each column, or is empty.
    pub(crate) fn step(&mut self, list: u32, votes: u32, biases: &[Vec<Bias>]) -> Result<PendingStep> {
        let biased = biases.iter().any(|column| !column.is_empty());
        if biased {
            let mut all = vec![Bias::NONE; biases.len() * MAX_BIASES];
            all.chunks_mut(MAX_BIASES).zip(biases).for_each(|(to, column)| {
                to.iter_mut().zip(column).for_each(|(to, bias)| *to = *bias);
            });
            self.device.write(&self.biases, 0, bytemuck::cast_slice(&all));
        }
        let device = self.device.clone();
        let mut commands = device.commands();
        for model in 0..self.sessions.len() {
            let columns = self.taking_part[model].len() as u32;
            if columns > 0 {
                self.decode(&mut commands, model, columns, 1)?;
            }
        }
        let sampling = Sampling { list, votes, biased, drafts: 0 };
        self.sample(commands, sampling, self.batch.len() as u32, self.taking_part.clone())
    }

    /// Records one model's pass over its first `columns` columns, of which a sequence has `rows`.
    pub(super) fn decode(
        &mut self,
        commands: &mut Commands<'_>,
        model: usize,
        columns: u32,
        rows: u32,
    ) -> Result<()> {
        let longest = self.longest(model, rows);
        let term = self.rows.term_bytes();
        let logits = (self.logits.part(model as u64 * term, term), self.rows.stride);
        self.sessions[model].decode(commands, (columns, longest), &self.feed, logits)
    }

    /// The most positions that a model attends to in a step of `rows` rows a sequence.
    pub(super) fn longest(&self, model: usize, rows: u32) -> u32 {
        let length = |&column: &usize| self.position(model, &self.batch[column]) + rows;
        self.taking_part[model].iter().map(length).max().unwrap_or(rows)
    }

    /// The position in one model of a sequence's next token; after rounds in flight the last that it may have.
    pub(super) fn position(&self, model: usize, BatchMember { entry, joined }: &BatchMember) -> u32 {
        entry.starts[model].position + entry.feed.step + self.steps - joined
    }

    /// Records what follows the models' passes for `rows` rows, and submits all. `taking_part`: for each model, the rows of
    /// its logits.
    pub(super) fn sample(
        &mut self,
        mut commands: Commands<'_>,
        sampling: Sampling,
        rows: u32,
        taking_part: Vec<Vec<usize>>,
    ) -> Result<PendingStep> {
        let most = MAX_COUNT.min(self.rows.vocab);
        let Sampling { list, votes, drafts, .. } = sampling;
        let (list, votes) = (list.clamp(1, most), votes.min(most));
        let sampling = Sampling { list, votes, ..sampling };
        let staging = match self.staging.pop() {
            Some(staging) => staging,
            None => self.device.buffer(
                "picked on the host",
                self.picked.bytes() + self.votes.bytes() + self.accepted.bytes(),
                BufferUse::Read,
            )?,
        };
        let pass = match self.sampling_passes.remove(&sampling) {
            Some(pass) => pass,
            None => self.sampling_pass(sampling)?,
        };
        commands.pass(&pass, rows, 1);
        self.sampling_passes.insert(sampling, pass);
        let mut bytes = u64::from(rows) * pick::picked_bytes(list);
        commands.copy(&self.picked, 0, &staging, 0, bytes);
        if votes > 0 {
            let each = u64::from(rows) * u64::from(votes) * size_of::<Candidate>() as u64;
            for model in 0..self.sessions.len() as u64 {
                commands.copy(&self.votes, model * self.vote_bytes(), &staging, bytes, each);
                bytes += each;
            }
        }
        if drafts > 0 {
            commands.copy(&self.accepted, 0, &staging, bytes, 4);
            bytes += 4;
        }
        self.steps += drafts + 1;
        let readback = commands.submit_and_read(&staging, bytes)?;
        let taking_part = if votes > 0 { taking_part } else { Vec::new() };
        Ok(PendingStep { readback, staging, rows, list, votes, drafts, taking_part })
    }

    /// Waits for a step and returns one token per column of the batch at its submission, or the tokens of a round.
    pub(crate) fn wait(&mut self, pending: PendingStep) -> Result<Vec<PickedToken>> {
        let PendingStep { readback, staging, rows, list, votes, drafts, taking_part } = pending;
        let words: Vec<u32> = bytemuck::pod_collect_to_vec(&readback.wait(&self.device)?);
        self.staging.push(staging);
        let rows = rows as usize;
        let counted = match drafts {
            0 => rows,
            _ => words.last().map_or(0, |&accepted| accepted as usize).clamp(1, rows),
        };
        // The next round begins where this one was right. Whoever is beside the only sequence of a round has joined since.
        let wrong = (rows - counted) as u32;
        self.steps = self.steps.saturating_sub(wrong);
        self.batch.iter_mut().skip(1).for_each(|member| member.joined = member.joined.saturating_sub(wrong));
        let pairs =
            |words: &[u32]| words.chunks_exact(2).map(|w| (w[0], f32::from_bits(w[1]))).collect::<Vec<_>>();
        let (picks, ballots) = words.split_at(rows * (2 + 2 * list as usize));
        let each = 2 * votes as usize;
        Ok(picks
            .chunks_exact(2 + 2 * list as usize)
            .take(counted)
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
                        Some(pairs(&ballots[(model * rows + row) * each..][..each]))
                    })
                    .map(Option::unwrap_or_default)
                    .collect(),
            })
            .collect())
    }

    fn vote_bytes(&self) -> u64 {
        self.votes.bytes() / self.sessions.len() as u64 / 256 * 256
    }

    // The dispatches after the models' passes: the sum, its most likely tokens, the picked tokens, and the votes.
    fn sampling_pass(&self, sampling: Sampling) -> Result<Vec<Dispatch>> {
        let (device, rows) = (&self.device, &self.rows);
        let Sampling { list, votes, biased, drafts } = sampling;
        let (candidates, feed, picked) = (&self.candidates, &self.feed, &self.picked);
        let mut pass = self.sum.dispatches.clone();
        if biased {
            pass.push(self.bias.clone());
        }
        pass.extend([
            vocab_blocks::dispatch(device, rows, self.summed.all(), self.blocks.all())?,
            top_list::dispatch(device, rows, list, self.summed.all(), &self.blocks, candidates.all())?,
            match drafts {
                0 => pick::dispatch(device, (self.capacity, list), candidates, &self.choices, feed, picked)?,
                _ => accept::dispatch(device, (drafts + 1, list), candidates, feed, picked, &self.accepted)?,
            },
        ]);
        if votes > 0 {
            for model in 0..self.sessions.len() as u64 {
                let logits = self.logits.part(model * rows.term_bytes(), rows.term_bytes());
                let ballot = self.votes.part(model * self.vote_bytes(), self.vote_bytes());
                pass.push(vocab_blocks::dispatch(device, rows, logits, self.blocks.all())?);
                pass.push(top_list::dispatch(device, rows, votes, logits, &self.blocks, ballot)?);
            }
        }
        Ok(pass)
    }
}
