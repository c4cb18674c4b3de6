//! Log-probabilities of outputs that are given, not decoded: the tokens run as a prompt does, many columns a pass, and
//! each position's row of summed logits gives the log-probability of the token that follows.

use kernels::logit_sum::{ColumnSum, Rows, column_sum};
use kernels::{Buffer, BufferUse, Dispatch, log_probability, vocab_blocks};

use super::Joint;
use super::sum::SumPass;
use crate::error::{Error, Result};
use crate::sequence::Request;
use crate::session::PromptToken;

/// Most tokens of one pass. More would need more memory for the logits (a vocabulary of 128,256 tokens: 0.5 MB a token
/// and model).
pub(crate) const FORCED_COLUMNS: u32 = 32;

/// Buffers and dispatches of a pass over given tokens, made at the first use.
pub(super) struct ForcedPass {
    sums: Buffer,
    tokens: Buffer,
    log_probabilities: Buffer,
    staging: Buffer,
    // Of each model.
    models: Vec<Vec<Dispatch>>,
    sum: Vec<Dispatch>,
    // Logits, their sum and its blocks: the device counts their memory while they are held.
    _rows: [Buffer; 3],
    _sum: SumPass,
}

/// One token of a given output.
struct GivenToken<'a> {
    /// Index of its request.
    index: usize,
    slot: u32,
    request: &'a Request,
    /// Its place in the output.
    at: usize,
    token: u32,
    /// The token before it, unless that is the last of the prompt.
    before: Option<u32>,
}

impl GivenToken<'_> {
    /// The token after which it is chosen, in one model.
    fn fed(&self, model: usize) -> PromptToken {
        let prompt = self.request.prompts.get(model).map_or(&[][..], Vec::as_slice);
        let token = self.before.or(prompt.last().copied()).unwrap_or(0);
        PromptToken { slot: self.slot, position: (prompt.len() + self.at).saturating_sub(1) as u32, token }
    }
}

impl Joint {
    /// Checks an output that is given: tokens of the vocabulary that fit the context after each prompt.
    pub(super) fn accept_forced(&self, prompts: &[Vec<u32>], output: &[u32]) -> Result<()> {
        if let Some(&token) = output.iter().find(|&&token| token >= self.rows.vocab) {
            return Err(Error::UnknownToken { token, vocab: self.rows.vocab });
        }
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(0) + output.len();
        match longest <= self.context() as usize {
            true => Ok(()),
            false => Err(Error::TooLong { tokens: longest, context: self.context() }),
        }
    }

    /// Whether a model has a part in a request.
    pub(crate) fn takes_part(&self, model: usize, request: &Request) -> bool {
        self.weights_of(&request.weights).get(model).is_some_and(|weight| *weight != 0.0)
    }

    /// Whether a model's cache has to hold its prompt: it takes part, or its attention to the source is read.
    pub(crate) fn needs_prompt(&self, model: usize, request: &Request) -> bool {
        let is_read = request.align.get(model).is_some_and(|range| !range.is_empty());
        self.takes_part(model, request) || (is_read && request.forced.is_none())
    }

    /// For each accepted request, the log-probability of each token of its given output under its weighted sum. The slots
    /// hold the prompts without their last tokens, in the models that take part.
    pub(crate) fn log_probabilities(&mut self, requests: &[(u32, &Request)]) -> Result<Vec<Vec<f32>>> {
        let mut all = Vec::new();
        for (index, &(slot, request)) in requests.iter().enumerate() {
            let mut before = None;
            for (at, &token) in request.forced.iter().flatten().enumerate() {
                all.push(GivenToken { index, slot, request, at, token, before });
                before = Some(token);
            }
        }
        let mut found: Vec<Vec<f32>> = vec![Vec::new(); requests.len()];
        let pass = match self.forced.take() {
            Some(pass) => pass,
            None => self.forced_pass()?,
        };
        for chunk in all.chunks(FORCED_COLUMNS as usize) {
            let read = self.forced_chunk(&pass, chunk)?;
            chunk.iter().zip(read).for_each(|(given, read)| found[given.index].push(read));
        }
        self.forced = Some(pass);
        Ok(found)
    }

    fn forced_chunk(&self, pass: &ForcedPass, chunk: &[GivenToken<'_>]) -> Result<Vec<f32>> {
        let sum = |(row, given): (usize, &GivenToken<'_>)| {
            column_sum(self.weights_of(&given.request.weights), row as u32)
        };
        let sums: Vec<ColumnSum> = chunk.iter().enumerate().map(sum).collect();
        let tokens: Vec<u32> = chunk.iter().map(|given| given.token).collect();
        self.device.write(&pass.sums, 0, bytemuck::cast_slice(&sums));
        self.device.write(&pass.tokens, 0, bytemuck::cast_slice(&tokens));
        let mut commands = self.device.commands();
        for (model, (session, dispatches)) in self.sessions.iter().zip(&pass.models).enumerate() {
            if chunk.iter().any(|given| self.takes_part(model, given.request)) {
                let fed: Vec<_> = chunk.iter().map(|given| given.fed(model)).collect();
                session.prompt_pass(&mut commands, dispatches, &fed);
            }
        }
        commands.pass(&pass.sum, chunk.len() as u32, 1);
        let bytes = 4 * chunk.len() as u64;
        commands.copy(&pass.log_probabilities, 0, &pass.staging, 0, bytes);
        let read = commands.submit_and_read(&pass.staging, bytes)?.wait(&self.device)?;
        Ok(bytemuck::pod_collect_to_vec(&read))
    }

    fn forced_pass(&self) -> Result<ForcedPass> {
        let (device, terms) = (&self.device, self.sessions.len());
        let rows = Rows::new(self.rows.vocab, FORCED_COLUMNS);
        let columns = u64::from(FORCED_COLUMNS);
        let storage = |what: &str, bytes: u64| device.buffer(what, bytes, BufferUse::Storage);
        let logits = storage("logits of given tokens", terms as u64 * rows.term_bytes())?;
        let summed = storage("summed logits of given tokens", rows.term_bytes())?;
        let blocks = storage("vocabulary blocks of given tokens", rows.block_bytes())?;
        let sums = storage("sums for given tokens", columns * size_of::<ColumnSum>() as u64)?;
        let tokens = storage("given tokens", columns * 4)?;
        let log_probabilities = storage("log-probabilities", columns * 4)?;
        let term = rows.term_bytes();
        let models = self.sessions.iter().enumerate().map(|(model, session)| {
            session.prompt_logits((logits.part(model as u64 * term, term), rows.stride))
        });
        let summing = SumPass::new(device, (&rows, terms), self.gate, [&logits, &sums, &summed])?;
        let mut sum = summing.dispatches.clone();
        sum.push(vocab_blocks::dispatch(device, &rows, summed.all(), blocks.all())?);
        sum.push(log_probability::dispatch(device, &rows, &summed, &blocks, &tokens, &log_probabilities)?);
        Ok(ForcedPass {
            models: models.collect::<Result<_>>()?,
            sum,
            staging: device.buffer("log-probabilities on the host", columns * 4, BufferUse::Read)?,
            sums,
            tokens,
            log_probabilities,
            _rows: [logits, summed, blocks],
            _sum: summing,
        })
    }
}
