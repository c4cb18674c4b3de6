//! Joint decoding of a recipe's models: each step runs every model's forward pass, sums their logits in `logit_sum`,
//! and picks each column's next token, which is fed to all models in the next step.

mod forced;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use kernels::logit_bias::{self, Bias, MAX_BIASES};
use kernels::logit_sum::{MAX_TERMS, Rows};
use kernels::matvec::MAX_COLUMNS;
use kernels::pick::{self, Choice};
use kernels::top_list::{self, Candidate, MAX_COUNT};
use kernels::{Buffer, BufferUse, Column, Device, Dispatch, Feed, Readback, logit_sum, vocab_blocks};

pub(crate) use forced::FORCED_COLUMNS;
use forced::ForcedPass;

use crate::alignment::Attention;
use crate::error::{Error, Result};
use crate::glossary;
use crate::llama::Llama;
use crate::sequence::{Request, output_tokens, prompt_tokens};
use crate::session::{PromptToken, Session};

/// Slots beside those of the sequences. Each holds a prompt prefix that sequences share; two, since the sentences of one
/// direction are also scored in the other.
pub(crate) const PREFIX_SLOTS: u32 = 2;

/// Capacity of a [`Joint`].
#[derive(Debug, Clone, Copy)]
pub struct JointOptions {
    /// Sequences decoded at once; 0 counts as 1.
    pub sequences: u32,
    /// Positions per sequence, prompt and output together.
    pub context: u32,
}

/// Models that decode together: every token is chosen from the weighted sum of their logits.
pub struct Joint {
    device: Device,
    sessions: Vec<Session>,
    sequences: u32,
    // Columns of the buffers; matvec may write surplus ones.
    capacity: u32,
    rows: Rows,
    // Of requests that bring none.
    recipe: Vec<f32>,
    weights: Buffer,
    logits: Buffer,
    summed: Buffer,
    blocks: Buffer,
    candidates: Buffer,
    votes: Buffer,
    choices: Buffer,
    feed: Buffer,
    picked: Buffer,
    sum: Dispatch,
    bias: Dispatch,
    biases: Buffer,
    // By length of the list, votes, and whether there are biases.
    sampling_passes: HashMap<(u32, u32, bool), Vec<Dispatch>>,
    staging: Vec<Buffer>,
    batch: Vec<BatchEntry>,
    steps: u32,
    forced: Option<ForcedPass>,
}

/// One sequence of the batch.
#[derive(Debug, Clone)]
pub(crate) struct BatchEntry {
    /// Slot of every model's KV cache.
    pub slot: u32,
    /// For each model, the last token of its prompt, fed at step 0, and its position.
    pub starts: Vec<DecodeStart>,
    /// The token to feed and the number of steps before it.
    pub feed: Feed,
    /// Sampling parameters.
    pub choice: Choice,
    /// The models' weights; empty = the recipe's.
    pub weights: Vec<f32>,
}

/// Where decoding starts in one model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecodeStart {
    /// The last token of the prompt.
    pub token: u32,
    /// Its position.
    pub position: u32,
}

impl DecodeStart {
    /// The start after `prompt`, which is not empty.
    pub(crate) fn after(prompt: &[u32]) -> Self {
        Self { token: prompt.last().copied().unwrap_or(0), position: prompt.len().saturating_sub(1) as u32 }
    }
}

/// The token that a step picked for one column.
#[derive(Debug, Clone, PartialEq)]
pub struct PickedToken {
    /// Token id.
    pub token: u32,
    /// Natural logarithm of its probability under the sum.
    pub log_probability: f32,
    /// The most likely tokens under the sum, with log-probabilities.
    pub list: Vec<(u32, f32)>,
    /// For each model, its own most likely tokens before the sum; empty unless requested.
    pub votes: Vec<Vec<(u32, f32)>>,
}

/// A submitted step.
pub(crate) struct PendingStep {
    readback: Readback,
    staging: Buffer,
    columns: u32,
    list: u32,
    votes: u32,
}

impl Joint {
    /// Allocates caches and buffers for the models of `terms` (model, weight), which must share one vocabulary.
    pub fn new(device: &Device, terms: &[(Arc<Llama>, f32)], options: &JointOptions) -> Result<Self> {
        if terms.is_empty() || terms.len() > MAX_TERMS {
            return Err(Error::TooManyTerms(terms.len()));
        }
        let sequences = options.sequences.max(1);
        let slots = sequences.saturating_add(PREFIX_SLOTS);
        let capacity = sequences.max(MAX_COLUMNS);
        let vocab = terms[0].0.architecture.vocab_size as u32;
        let mut sessions = Vec::with_capacity(terms.len());
        for (llama, _) in terms {
            if llama.architecture.vocab_size as u32 != vocab {
                return Err(Error::Vocabularies {
                    first: terms[0].0.name.clone(),
                    second: llama.name.clone(),
                    difference: format!("{vocab} and {} tokens", llama.architecture.vocab_size),
                });
            }
            let context = options.context.min(llama.architecture.max_positions as u32);
            sessions.push(Session::new(Arc::clone(llama), slots, context, capacity)?);
        }
        let rows = Rows::new(vocab, capacity);
        let columns = u64::from(capacity);
        let storage = |what: &str, bytes: u64| device.buffer(what, bytes, BufferUse::Storage);
        let logits = storage("logits", terms.len() as u64 * rows.term_bytes())?;
        let summed = storage("summed logits", rows.term_bytes())?;
        let weights = storage("weights of the sum", columns * logit_sum::WEIGHT_BYTES)?;
        let biases = storage("biases", columns * logit_bias::COLUMN_BYTES)?;
        let candidate_bytes = columns * u64::from(MAX_COUNT) * size_of::<Candidate>() as u64;
        Ok(Self {
            sum: logit_sum::dispatch(device, (&rows, terms.len()), &logits, &weights, &summed)?,
            bias: logit_bias::dispatch(device, &rows, &biases, &summed)?,
            biases,
            blocks: storage("vocabulary blocks", rows.block_bytes())?,
            candidates: storage("most likely tokens", candidate_bytes)?,
            // Each term is bound separately, so it begins at a multiple of 256.
            votes: storage("votes", terms.len() as u64 * candidate_bytes.next_multiple_of(256))?,
            choices: storage("choices", columns * size_of::<Choice>() as u64)?,
            feed: storage("feed", columns * size_of::<Feed>() as u64)?,
            picked: storage("picked tokens", columns * pick::picked_bytes(MAX_COUNT))?,
            device: device.clone(),
            sessions,
            sequences,
            capacity,
            rows,
            recipe: terms.iter().map(|(_, weight)| *weight).collect(),
            weights,
            logits,
            summed,
            sampling_passes: HashMap::new(),
            staging: Vec::new(),
            batch: Vec::new(),
            steps: 0,
            forced: None,
        })
    }

    /// The device of the models.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Models of the sum.
    pub fn models(&self) -> usize {
        self.sessions.len()
    }

    /// Sequences decoded at once.
    pub fn sequences(&self) -> u32 {
        self.sequences
    }

    /// Positions per sequence: the fewest of all models.
    pub fn context(&self) -> u32 {
        self.sessions.iter().map(Session::context).min().unwrap_or(0)
    }

    /// Checks a request: its prompts, weights, given output, source ranges and glossary terms.
    pub(crate) fn accept_request(&self, request: &Request) -> Result<()> {
        self.accept(&request.prompts)?;
        let (weights, models) = (request.weights.len(), self.sessions.len());
        if weights > 0 && weights != models {
            return Err(Error::Weights { weights, models });
        }
        if let Some(output) = &request.forced {
            self.accept_forced(&request.prompts, output)?;
        }
        glossary::accept(&request.glossary, self.rows.vocab)?;
        let (ranges, prompts) = (&request.align, &request.prompts);
        let longest = ranges.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        let inside = |(range, prompt): (&Range<usize>, &Vec<u32>)| {
            range.is_empty() || (range.end <= prompt.len() && range.len() == longest)
        };
        let fits = ranges.is_empty() || ranges.len() == prompts.len();
        match fits && ranges.iter().zip(prompts).all(inside) {
            true => Ok(()),
            false => Err(Error::Alignment(ranges.clone())),
        }
    }

    /// Checks that there is one prompt per model and each fits the context.
    pub fn accept(&self, prompts: &[Vec<u32>]) -> Result<()> {
        if prompts.len() != self.sessions.len() {
            return Err(Error::Prompts { prompts: prompts.len(), models: self.sessions.len() });
        }
        self.sessions.iter().zip(prompts).try_for_each(|(session, prompt)| session.accept(prompt))
    }

    /// Writes `tokens` of model `model` into its cache. Call [`Joint::set_batch`] before the next step.
    pub(crate) fn prefill(&mut self, model: usize, tokens: &[PromptToken]) -> Result<()> {
        self.sessions[model].prefill(tokens)
    }

    /// Copies positions from one slot to another in one model's cache.
    pub(crate) fn copy_slot(&self, model: usize, slots: (u32, u32), range: Range<u32>) -> Result<()> {
        let mut commands = self.device.commands();
        self.sessions[model].copy_slot(&mut commands, slots, range);
        Ok(commands.submit()?)
    }

    /// Attention to the source where each token of `output` is chosen, (token, source token): the mean over the
    /// alignment heads of all models for which the request has a source range; empty without such ranges. `slot` must
    /// hold the prompts without their last tokens. Call [`Joint::set_batch`] before the next step.
    pub(crate) fn attention(
        &mut self,
        slot: u32,
        request: &Request,
        output: &[u32],
    ) -> Result<Vec<Vec<f32>>> {
        let mut sums: Vec<Vec<f32>> = Vec::new();
        let mut heads = 0;
        for (model, range) in request.align.iter().enumerate().filter(|(_, range)| !range.is_empty()) {
            let Some((session, prompt)) = self.sessions.get_mut(model).zip(request.prompts.get(model)) else {
                continue;
            };
            let tokens = output_tokens(prompt, output, slot, session.context());
            let read = session.attention(&tokens, range)?;
            heads += read.heads();
            sums.resize(read.tokens().max(sums.len()), vec![0.0; range.len()]);
            for (token, sum) in sums.iter_mut().enumerate() {
                for head in 0..read.heads() {
                    let row = read.row(token, head);
                    sum.iter_mut().zip(row).for_each(|(sum, share)| *sum += share);
                }
            }
        }
        sums.iter_mut().flatten().for_each(|sum| *sum /= heads as f32);
        Ok(sums)
    }

    /// The same for each model separately, in slot 0; all models have the same prompt.
    pub(crate) fn read(
        &mut self,
        prompt: &[u32],
        output: &[u32],
        source: &Range<usize>,
    ) -> Result<Vec<Attention>> {
        let before: Vec<_> = prompt_tokens(prompt, 0, 0).collect();
        let mut read = Vec::with_capacity(self.sessions.len());
        for session in &mut self.sessions {
            session.prefill(&before)?;
            read.push(session.attention(&output_tokens(prompt, output, 0, session.context()), source)?);
        }
        Ok(read)
    }

    /// Sets the sequences that the next steps decode, one per column.
    pub(crate) fn set_batch(&mut self, batch: Vec<BatchEntry>) -> Result<()> {
        if batch.len() > self.sequences as usize {
            return Err(Error::TooManySequences { wanted: batch.len() as u32, slots: self.sequences });
        }
        for (model, session) in self.sessions.iter().enumerate() {
            let column = |entry: &BatchEntry| {
                let DecodeStart { token, position } = entry.starts[model];
                Column { slot: entry.slot, base: position, first: token }
            };
            let columns: Vec<_> = batch.iter().map(column).collect();
            session.set_columns(&columns);
        }
        let feed: Vec<Feed> = batch.iter().map(|entry| entry.feed).collect();
        let choices: Vec<Choice> = batch.iter().map(|entry| entry.choice).collect();
        let weights: Vec<_> = batch.iter().map(|entry| self.column_weights(&entry.weights)).collect();
        self.device.write(&self.weights, 0, bytemuck::cast_slice(&weights));
        self.device.write(&self.feed, 0, bytemuck::cast_slice(&feed));
        self.device.write(&self.choices, 0, bytemuck::cast_slice(&choices));
        self.batch = batch;
        self.steps = 0;
        Ok(())
    }

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
        for (model, session) in self.sessions.iter_mut().enumerate() {
            let longest = self
                .batch
                .iter()
                .map(|e| e.starts[model].position + e.feed.step + self.steps + 1)
                .max()
                .unwrap_or(1);
            let term = self.rows.term_bytes();
            let logits = (self.logits.part(model as u64 * term, term), self.rows.stride);
            session.decode(&mut commands, (columns, longest), &self.feed, logits)?;
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
        Ok(PendingStep { readback, staging, columns, list, votes })
    }

    /// Waits for a step and returns one token per column of the batch at its submission.
    pub(crate) fn wait(&mut self, pending: PendingStep) -> Result<Vec<PickedToken>> {
        let PendingStep { readback, staging, columns, list, votes } = pending;
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
                votes: match votes {
                    0 => Vec::new(),
                    _ => (0..self.sessions.len())
                        .map(|model| pairs(&ballots[(model * columns as usize + column) * each..][..each]))
                        .collect(),
                },
            })
            .collect())
    }

    /// Reads the summed logits of a column after the last finished step (4 bytes per token of the vocabulary).
    pub fn summed_logits(&self, column: u32) -> Result<Vec<f32>> {
        let bytes = u64::from(self.rows.vocab) * 4;
        let offset = u64::from(column) * u64::from(self.rows.stride) * 4;
        Ok(bytemuck::pod_collect_to_vec(&self.device.read(&self.summed, offset, bytes)?))
    }

    // The weights of a request, or the recipe's if it has none.
    fn column_weights(&self, own: &[f32]) -> [f32; MAX_TERMS] {
        logit_sum::column_weights(if own.is_empty() { &self.recipe } else { own })
    }

    fn vote_bytes(&self) -> u64 {
        self.votes.bytes() / self.sessions.len() as u64 / 256 * 256
    }

    // The dispatches after the models' passes: the sum, its most likely tokens, the picked token, and the votes.
    fn sampling_pass(&self, list: u32, votes: u32, biased: bool) -> Result<Vec<Dispatch>> {
        let (device, rows) = (&self.device, &self.rows);
        let mut sampling = vec![self.sum.clone()];
        if biased {
            sampling.push(self.bias.clone());
        }
        sampling.extend([
            vocab_blocks::dispatch(device, rows, self.summed.all(), &self.blocks)?,
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
                sampling.push(vocab_blocks::dispatch(device, rows, logits, &self.blocks)?);
                sampling.push(top_list::dispatch(device, rows, votes, logits, &self.blocks, ballot)?);
            }
        }
        Ok(sampling)
    }
}
