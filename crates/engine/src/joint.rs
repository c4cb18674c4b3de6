//! Joint decoding of a recipe's models: each step runs every model's forward pass, sums their logits in `logit_sum`,
//! and picks each column's next token, which is fed to all models in the next step.

mod forced;
mod speculation;
mod step;
mod sum;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use kernels::gate::GateSettings;
use kernels::logit_sum::{ColumnSum, MAX_TERMS, Rows, Term};
use kernels::matvec::MAX_COLUMNS;
use kernels::pick::{self, Choice};
use kernels::top_list::{Candidate, MAX_COUNT};
use kernels::{Buffer, BufferUse, Column, Device, Dispatch, Feed, logit_bias};

pub(crate) use forced::FORCED_COLUMNS;
use forced::ForcedPass;
use speculation::Drafting;
pub(crate) use step::PendingStep;
pub use step::PickedToken;
use step::Sampling;
use sum::SumPass;

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
    sums: Buffer,
    logits: Buffer,
    summed: Buffer,
    blocks: Buffer,
    candidates: Buffer,
    votes: Buffer,
    choices: Buffer,
    feed: Buffer,
    picked: Buffer,
    sum: SumPass,
    gate: Option<(GateSettings, usize)>,
    bias: Dispatch,
    biases: Buffer,
    // Rows of the last round that count.
    accepted: Buffer,
    sampling_passes: HashMap<Sampling, Vec<Dispatch>>,
    staging: Vec<Buffer>,
    batch: Vec<BatchMember>,
    // For each model, the columns of the batch in which it takes part.
    taking_part: Vec<Vec<usize>>,
    steps: u32,
    forced: Option<ForcedPass>,
    drafting: Option<Drafting>,
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

/// A sequence of the batch since it joined.
struct BatchMember {
    entry: BatchEntry,
    /// Steps of the batch that had been submitted then.
    joined: u32,
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

impl Joint {
    /// Allocates caches and buffers for the models of `terms` (model, weight), which must share one vocabulary.
    pub fn new(device: &Device, terms: &[(Arc<Llama>, f32)], options: &JointOptions) -> Result<Self> {
        Self::gated(device, terms, options, None)
    }

    /// The same with a gate, which sets the weights of all sums at each step, and the index of L in `terms`.
    pub fn gated(
        device: &Device,
        terms: &[(Arc<Llama>, f32)],
        options: &JointOptions,
        gate: Option<(GateSettings, usize)>,
    ) -> Result<Self> {
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
        let sums = storage("sums", columns * size_of::<ColumnSum>() as u64)?;
        let biases = storage("biases", columns * logit_bias::COLUMN_BYTES)?;
        let candidate_bytes = columns * u64::from(MAX_COUNT) * size_of::<Candidate>() as u64;
        Ok(Self {
            sum: SumPass::new(device, (&rows, terms.len()), gate, [&logits, &sums, &summed])?,
            gate,
            bias: logit_bias::dispatch(device, &rows, &biases, &summed)?,
            biases,
            blocks: storage("vocabulary blocks", rows.block_bytes())?,
            candidates: storage("most likely tokens", candidate_bytes)?,
            // Each term is bound separately, so it begins at a multiple of 256.
            votes: storage("votes", terms.len() as u64 * candidate_bytes.next_multiple_of(256))?,
            choices: storage("choices", columns * size_of::<Choice>() as u64)?,
            feed: storage("feed", columns * size_of::<Feed>() as u64)?,
            picked: storage("picked tokens", columns * pick::picked_bytes(MAX_COUNT))?,
            accepted: storage("accepted rows", 4)?,
            device: device.clone(),
            sessions,
            sequences,
            capacity,
            rows,
            recipe: terms.iter().map(|(_, weight)| *weight).collect(),
            sums,
            logits,
            summed,
            sampling_passes: HashMap::new(),
            staging: Vec::new(),
            batch: Vec::new(),
            taking_part: vec![Vec::new(); terms.len()],
            steps: 0,
            forced: None,
            drafting: None,
        })
    }

    /// The device of the models.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Most prompt tokens of one pass.
    pub(crate) fn prefill_columns(&self) -> u32 {
        self.sessions.iter().map(|session| session.prefill_columns).min().unwrap_or(1)
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

    /// Writes `tokens` of model `model` into its cache.
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
    /// hold the prompts without their last tokens.
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

    /// Sets the sequences that the next steps decode, one per column. No step may be in flight.
    pub(crate) fn set_batch(&mut self, batch: Vec<BatchEntry>) -> Result<()> {
        self.batch.clear();
        self.steps = 0;
        self.extend_batch(batch)
    }

    /// Adds sequences to those that the next steps decode. Steps in flight are of the sequences before, whose next tokens
    /// only the GPU knows.
    pub(crate) fn extend_batch(&mut self, added: Vec<BatchEntry>) -> Result<()> {
        let known = self.batch.len();
        if known + added.len() > self.sequences as usize {
            let wanted = (known + added.len()) as u32;
            return Err(Error::TooManySequences { wanted, slots: self.sequences });
        }
        let feed: Vec<Feed> = added.iter().map(|entry| entry.feed).collect();
        self.device.write(&self.feed, (known * size_of::<Feed>()) as u64, bytemuck::cast_slice(&feed));
        let joined = self.steps;
        self.batch.extend(added.into_iter().map(|entry| BatchMember { entry, joined }));
        // A single sequence may have several rows in a step (`speculation.rs`).
        let rows = if self.batch.len() == 1 { MAX_COLUMNS as usize } else { self.batch.len() };
        let mut sums = vec![ColumnSum::default(); rows];
        let mut all_parts = Vec::with_capacity(self.sessions.len());
        for (model, session) in self.sessions.iter().enumerate() {
            let mut columns: Vec<Column> = Vec::new();
            let mut taking_part = Vec::new();
            for (row, (member, sum)) in self.batch.iter().cycle().zip(&mut sums).enumerate() {
                let entry = &member.entry;
                let weight = self.weights_of(&entry.weights)[model];
                if weight != 0.0 {
                    let DecodeStart { token, position } = entry.starts[model];
                    sum[model] = Term { weight, row: columns.len() as u32 };
                    columns.push(Column { slot: entry.slot, base: position, first: token, row: row as u32 });
                    taking_part.extend((row < self.batch.len()).then_some(row));
                }
            }
            session.set_columns(&columns);
            all_parts.push(taking_part);
        }
        self.taking_part = all_parts;
        let choices: Vec<Choice> = self.batch.iter().map(|member| member.entry.choice).collect();
        self.device.write(&self.sums, 0, bytemuck::cast_slice(&sums));
        self.device.write(&self.choices, 0, bytemuck::cast_slice(&choices));
        if let Some(drafting) = &self.drafting {
            self.set_draft_columns(drafting);
        }
        Ok(())
    }

    /// Reads the summed logits of a column after the last finished step (4 bytes per token of the vocabulary).
    pub fn summed_logits(&self, column: u32) -> Result<Vec<f32>> {
        let bytes = u64::from(self.rows.vocab) * 4;
        let offset = u64::from(column) * u64::from(self.rows.stride) * 4;
        Ok(bytemuck::pod_collect_to_vec(&self.device.read(&self.summed, offset, bytes)?))
    }

    // The weights of a request, or the recipe's if it has none.
    fn weights_of<'a>(&'a self, own: &'a [f32]) -> &'a [f32] {
        if own.is_empty() { &self.recipe } else { own }
    }
}
