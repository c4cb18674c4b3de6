//! Speculative decoding of one sequence (Leviathan et al. 2023, "Fast inference from transformers via speculative decoding",
//! greedy case): the model with the fewest bytes drafts tokens alone, then the others read all of them in one pass, whose
//! columns cost little more than one where memory is the limit. What the sum would have chosen is kept, so the output is that
//! of plain greedy decoding. Row j of `feed` is the j-th token of a round; a draft that was wrong is overwritten in the caches
//! by the next round, which begins at the token that the sum chose instead.

use kernels::matvec::MAX_COLUMNS;
use kernels::top_list::{self, Candidate};
use kernels::{Buffer, BufferUse, Column, Dispatch, draft, vocab_blocks};

use super::step::Sampling;
use super::{BatchMember, Joint, PendingStep};
use crate::error::Result;

/// The model that drafts, and its passes; made at the first round.
pub(super) struct Drafting {
    model: usize,
    // One column each, that of row j.
    columns: Vec<Buffer>,
    // Pass j reads row j of `feed` and writes row j of the model's logits.
    passes: Vec<Vec<Dispatch>>,
    // Draft j goes from row j of the logits into row j + 1 of `feed`.
    drafts: Vec<[Dispatch; 3]>,
}

impl Joint {
    /// The most tokens that can be drafted now: of one sequence, if at least two models take part in it, and while the caches
    /// have room.
    pub(crate) fn most_drafts(&self) -> u32 {
        let ([member], Some(_)) = (self.batch.as_slice(), self.drafting_model()) else { return 0 };
        let room =
            |model: usize| self.sessions[model].context().saturating_sub(self.position(model, member) + 1);
        let taking_part = (0..self.sessions.len()).filter(|&model| !self.taking_part[model].is_empty());
        taking_part.map(room).min().unwrap_or(0).min(MAX_COLUMNS - 1)
    }

    /// Submits a round of `drafts` drafts, at least one and at most [`Joint::most_drafts`], for the only sequence of the
    /// batch, which is greedy and without biases; otherwise as [`Joint::step`].
    pub(crate) fn round(&mut self, drafts: u32, list: u32, votes: u32) -> Result<PendingStep> {
        let model = self.drafting_model().unwrap_or(0);
        let drafting = match self.drafting.take().filter(|drafting| drafting.model == model) {
            Some(drafting) => drafting,
            None => self.new_drafting(model)?,
        };
        let rows = drafts + 1;
        let device = self.device.clone();
        let mut commands = device.commands();
        let longest = self.longest(model, rows);
        for (row, pass) in drafting.passes.iter().enumerate().take(rows as usize) {
            commands.pass(pass, 1, longest);
            if let Some(draft) = drafting.drafts.get(row).filter(|_| row < drafts as usize) {
                commands.pass(draft, 1, 1);
            }
        }
        self.drafting = Some(drafting);
        let mut taking_part = Vec::with_capacity(self.sessions.len());
        for other in 0..self.sessions.len() {
            let takes_part = !self.taking_part[other].is_empty();
            if takes_part && other != model {
                self.decode(&mut commands, other, rows, rows)?;
            }
            taking_part.push((0..rows as usize).filter(|_| takes_part).collect());
        }
        self.sample(commands, Sampling { list, votes, biased: false, drafts }, rows, taking_part)
    }

    /// Writes the columns of the drafting passes, which follow the batch.
    pub(super) fn set_draft_columns(&self, drafting: &Drafting) {
        let [BatchMember { entry, .. }] = self.batch.as_slice() else { return };
        let start = entry.starts[drafting.model];
        for (row, columns) in (0..).zip(&drafting.columns) {
            let column = Column { slot: entry.slot, base: start.position, first: start.token, row };
            self.device.write(columns, 0, bytemuck::bytes_of(&column));
        }
    }

    // The model with the fewest bytes among those whose logits are added, the last of equal ones; at least one other verifies.
    fn drafting_model(&self) -> Option<usize> {
        let weights = self.weights_of(&self.batch.first()?.entry.weights);
        let bytes = |model: &usize| self.sessions[*model].llama.bytes_per_token();
        let added = (0..self.sessions.len()).rev().filter(|&model| weights[model] > 0.0);
        let others = weights.iter().filter(|&&weight| weight != 0.0).count() > 1;
        added.min_by_key(bytes).filter(|_| others)
    }

    fn new_drafting(&self, model: usize) -> Result<Drafting> {
        let (device, rows) = (&self.device, &self.rows);
        let row_bytes = u64::from(rows.stride) * 4;
        let storage = |what: &str, bytes: usize| device.buffer(what, bytes as u64, BufferUse::Storage);
        let candidate = storage("draft", size_of::<Candidate>())?;
        let mut drafting = Drafting { model, columns: Vec::new(), passes: Vec::new(), drafts: Vec::new() };
        for row in 0..MAX_COLUMNS {
            let columns = storage("column of a draft", size_of::<Column>())?;
            let first = model as u64 * rows.term_bytes() + u64::from(row) * row_bytes;
            let logits = self.logits.part(first, row_bytes);
            let pass = self.sessions[model].single_pass(&columns, &self.feed, (logits, rows.stride))?;
            drafting.columns.push(columns);
            drafting.passes.push(pass);
            // The last row has none after it.
            if row + 1 < MAX_COLUMNS {
                drafting.drafts.push([
                    vocab_blocks::dispatch(device, rows, logits, self.blocks.all())?,
                    top_list::dispatch(device, rows, 1, logits, &self.blocks, candidate.all())?,
                    draft::dispatch(device, row, &candidate, &self.feed)?,
                ]);
            }
        }
        self.set_draft_columns(&drafting);
        Ok(drafting)
    }
}
