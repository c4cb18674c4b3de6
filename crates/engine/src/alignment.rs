//! What an answer's words came from: the attention of a model's alignment heads to the source, where each token is
//! chosen (in a decoder that is the position before it; there the heads of our models found the source word of nine
//! words in ten, at the token itself of five).
//!
//! The answer is read once more, as a prompt is, up to the last layer that has such a head. So nothing is computed
//! while it is decoded, and any text can be aligned that stands as a translation: an answer of beam search, a
//! sentence from a memory, one that a person edited.

use std::ops::Range;

use kernels::attention_row::{Chosen, Run};
use kernels::{Buffer, Dispatch, Use};

use crate::error::Result;
use crate::session::{PREFILL_COLUMNS, PromptToken, Session};

/// Where the rows of a pass go.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// A uniform with the positions that are looked at.
    pub run: &'a Buffer,
    /// (column, chosen head, position of the run).
    pub rows: &'a Buffer,
}

/// A session's means to read rows, made when they are first asked for.
pub(crate) struct Reader {
    run: Buffer,
    rows: Buffer,
    staging: Buffer,
    pass: Vec<Dispatch>,
}

/// Attention rows of some tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attention {
    /// (token, head, source token): probabilities, so a head's row sums to at most 1.
    values: Vec<f32>,
    heads: usize,
    source: usize,
}

impl Attention {
    /// Tokens that were read.
    pub fn tokens(&self) -> usize {
        self.values.len().checked_div(self.heads * self.source).unwrap_or(0)
    }

    /// Heads, in the order in which the model names them.
    pub fn heads(&self) -> usize {
        self.heads
    }

    /// One head's attention to each source token, at one token; empty outside.
    pub fn row(&self, token: usize, head: usize) -> &[f32] {
        let from = (token * self.heads + head) * self.source;
        match head < self.heads {
            true => self.values.get(from..from + self.source).unwrap_or_default(),
            false => &[],
        }
    }
}

impl Session {
    /// Reads the attention that each of `tokens`, which follow each other in one slot, has to the positions `source`.
    /// What precedes them lies in the cache. Empty when the model has no alignment heads.
    pub fn attention(&mut self, tokens: &[PromptToken], source: &Range<usize>) -> Result<Attention> {
        let heads = self.llama.alignment_heads().len();
        let mut read = Attention { values: Vec::new(), heads, source: source.len() };
        if heads == 0 || source.is_empty() || tokens.is_empty() {
            return Ok(Attention::default());
        }
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.reader(heads)?,
        };
        let run = Run { first: source.start as u32, count: source.len() as u32 };
        self.device.write(&reader.run, 0, bytemuck::bytes_of(&run));
        for chunk in tokens.chunks(PREFILL_COLUMNS as usize) {
            let bytes = (chunk.len() * heads * source.len() * size_of::<f32>()) as u64;
            let mut commands = self.prompt_pass(&reader.pass, chunk);
            commands.copy(&reader.rows, 0, &reader.staging, 0, bytes);
            let values = commands.submit_and_read(&reader.staging, bytes)?.wait(&self.device)?;
            read.values.extend(bytemuck::pod_collect_to_vec::<u8, f32>(&values));
        }
        self.reader = Some(reader);
        Ok(read)
    }

    fn reader(&self, heads: usize) -> Result<Reader> {
        let bytes = u64::from(PREFILL_COLUMNS) * heads as u64 * u64::from(self.context()) * 4;
        let run = self.device.buffer("positions of the source", size_of::<Run>() as u64, Use::Uniform)?;
        let rows = self.device.buffer("attention rows", bytes, Use::Storage)?;
        let pass = self.prompt_forward(Some(Reading { run: &run, rows: &rows }))?;
        let staging = self.device.buffer("attention rows on the host", bytes, Use::Read)?;
        Ok(Reader { run, rows, staging, pass })
    }
}

/// The heads of `layer` among a model's alignment heads.
pub(crate) fn chosen_of(heads: &[[usize; 2]], layer: usize) -> impl Iterator<Item = Chosen> {
    let of = heads.len() as u32;
    let places = heads.iter().enumerate().filter(move |(_, head)| head[0] == layer);
    places.map(move |(place, head)| Chosen { head: head[1] as u32, place: place as u32, of })
}
