//! What an answer's words came from: the attention of a model's alignment heads to the source, where each token is
//! chosen (in a decoder that is the position before it; there the heads of our models found the source word of nine
//! words in ten, at the token itself of five).
//!
//! The answer is read once more, as a prompt is, up to the last layer that has such a head. So nothing is computed
//! while it is decoded, and any text can be aligned that stands as a translation: an answer of beam search, a
//! sentence from a memory, one that a person edited.

use kernels::Buffer;
use kernels::attention_row::ChosenHead;

/// Where the rows of a pass go.
#[derive(Clone, Copy)]
pub(crate) struct AttentionTarget<'a> {
    /// A uniform with the positions that are looked at.
    pub positions: &'a Buffer,
    /// (column, chosen head, position of the positions).
    pub rows: &'a Buffer,
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
    /// No rows yet, of `heads` heads over `source` tokens.
    pub(crate) fn new(heads: usize, source: usize) -> Self {
        Self { values: Vec::new(), heads, source }
    }

    pub(crate) fn extend(&mut self, values: &[f32]) {
        self.values.extend_from_slice(values);
    }

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

/// The heads of `layer` among a model's alignment heads.
pub(crate) fn heads_of_layer(heads: &[[usize; 2]], layer: usize) -> impl Iterator<Item = ChosenHead> {
    let count = heads.len() as u32;
    let in_layer = heads.iter().enumerate().filter(move |(_, head)| head[0] == layer);
    in_layer.map(move |(index, head)| ChosenHead { head: head[1] as u32, index: index as u32, count })
}
