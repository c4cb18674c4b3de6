//! Word alignment: the attention of a model's alignment heads to the source at the position where each output token is
//! chosen. In a decoder that is the position before the token: there the heads of the starter models find the source
//! word of nine words in ten, at the token itself only of five.
//!
//! The output is processed once more, like a prompt, up to the last layer with an alignment head. So decoding costs
//! nothing extra, and any translation can be aligned: the result of beam search, a sentence from a translation memory,
//! a sentence that the user edited.

use kernels::Buffer;
use kernels::attention_row::ChosenHead;

/// Buffers for the attention rows of a pass.
#[derive(Clone, Copy)]
pub(crate) struct AttentionTarget<'a> {
    /// A uniform with the positions of the source.
    pub positions: &'a Buffer,
    /// (column, chosen head, position of the source).
    pub rows: &'a Buffer,
}

/// Attention of a model's alignment heads to the source, for some tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attention {
    /// (token, head, source token): probabilities, so a head's row sums to at most 1.
    values: Vec<f32>,
    heads: usize,
    source: usize,
}

impl Attention {
    /// Empty, for `heads` heads and `source` source tokens.
    pub(crate) fn new(heads: usize, source: usize) -> Self {
        Self { values: Vec::new(), heads, source }
    }

    pub(crate) fn extend(&mut self, values: &[f32]) {
        self.values.extend_from_slice(values);
    }

    /// Number of tokens.
    pub fn tokens(&self) -> usize {
        self.values.len().checked_div(self.heads * self.source).unwrap_or(0)
    }

    /// Number of heads, in the order of the model's `alignment_heads`.
    pub fn heads(&self) -> usize {
        self.heads
    }

    /// One head's attention to each source token, at one token; empty if the index is out of range.
    pub fn row(&self, token: usize, head: usize) -> &[f32] {
        let from = (token * self.heads + head) * self.source;
        match head < self.heads {
            true => self.values.get(from..from + self.source).unwrap_or_default(),
            false => &[],
        }
    }
}

/// The alignment heads that lie in `layer`.
pub(crate) fn heads_of_layer(heads: &[[usize; 2]], layer: usize) -> impl Iterator<Item = ChosenHead> {
    let count = heads.len() as u32;
    let in_layer = heads.iter().enumerate().filter(move |(_, head)| head[0] == layer);
    in_layer.map(move |(index, head)| ChosenHead { head: head[1] as u32, index: index as u32, count })
}
