//! Requests and outputs of decoding.

use std::ops::Range;
use std::sync::Arc;

use kernels::pick::Choice;
use kernels::top_list::MAX_COUNT;

use crate::error::{Error, Result};
use crate::glossary::{self, GlossaryTerm};
use crate::session::PromptToken;
use crate::stop::repeated_tail;

/// A decoding request: prompts and how to continue them.
#[derive(Debug, Clone)]
pub struct Request {
    /// Token ids, one prompt for each model of the recipe.
    pub prompts: Vec<Vec<u32>>,
    /// For each model, the length of the prompt prefix that other requests share.
    pub shared: Vec<usize>,
    /// Tokens of the source text; if it repeats itself, repetition does not stop the output.
    pub source: Vec<u32>,
    /// Maximum number of output tokens.
    pub limit: u32,
    /// Tokens that end the output.
    pub end_tokens: Vec<u32>,
    /// Tokens that end the first line, in order; after a token that does not end a line they end the output.
    pub line_ends: Arc<[u32]>,
    /// Sampling parameters (ignored by beam search).
    pub choice: Choice,
    /// Beam search instead of one sequence.
    pub beam: Option<BeamOptions>,
    /// More outputs of a greedy request (ignored by sampling and beam search).
    pub branching: Option<Branching>,
    /// Alternatives reported per token; with branches at least 2.
    pub alternatives: u32,
    /// Votes of each model reported per token.
    pub votes: u32,
    /// Whether it goes before waiting requests that are not urgent.
    pub urgent: bool,
    /// For each model, the range of the source tokens in its prompt, to report the output's attention to them. An empty
    /// range excludes a model; no ranges report nothing.
    pub align: Vec<Range<usize>>,
    /// Terms that the output should contain.
    pub glossary: Vec<GlossaryTerm>,
    /// The models' weights, in their order; empty = those of the recipe. A model with weight 0 has no part in the output.
    pub weights: Vec<f32>,
    /// An output that is given: nothing is decoded, the log-probabilities of its tokens are read in one pass. Not with `beam`.
    pub forced: Option<Vec<u32>>,
}

impl Default for Request {
    /// A greedy request without prompts and with no room for output.
    fn default() -> Self {
        Self {
            prompts: Vec::new(),
            shared: Vec::new(),
            source: Vec::new(),
            limit: 0,
            end_tokens: Vec::new(),
            line_ends: Arc::default(),
            choice: Choice::GREEDY,
            beam: None,
            branching: None,
            alternatives: 0,
            votes: 0,
            urgent: false,
            align: Vec::new(),
            glossary: Vec::new(),
            weights: Vec::new(),
            forced: None,
        }
    }
}

impl Request {
    /// Whether a token ends an output that has others before it.
    pub(crate) fn ends(&self, token: u32) -> bool {
        self.end_tokens.contains(&token) || self.line_ends.binary_search(&token).is_ok()
    }

    /// Alternatives of each token that are kept.
    pub(crate) fn listed(&self) -> u32 {
        self.alternatives.max(if self.branching.is_some() { 2 } else { 0 })
    }
}

/// Further outputs of a greedy request: each has the second likeliest token at one place, and is decoded greedily from there.
/// The places are those where the two were most nearly equal. They follow the first output in this order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Branching {
    /// Most outputs beside the first.
    pub count: u32,
    /// Mean log-probability a token from which the first output needs no others; 0: none is so certain.
    pub certain: f32,
}

/// Settings of beam search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamOptions {
    /// Number of beams, 1 to 15.
    pub beams: u32,
    /// Score = Σ log p / length^penalty; larger prefers longer outputs.
    pub length_penalty: f32,
    /// Answers returned, best first.
    pub n_best: u32,
}

impl BeamOptions {
    /// Fails if there are more beams than `slots`.
    pub(crate) fn accept(&self, slots: u32) -> Result<()> {
        let wanted = self.kept();
        if wanted > slots {
            return Err(Error::TooManySequences { wanted, slots });
        }
        Ok(())
    }

    // Each beam needs two entries in the list of the most likely tokens.
    pub(crate) fn kept(&self) -> u32 {
        self.beams.clamp(1, MAX_COUNT / 2)
    }
}

/// Why a sequence stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An end token.
    Ended,
    /// The limit, or the end of the context.
    Limit,
    /// The end of the output repeats itself; the repetitions are removed.
    Repeated,
}

/// An output token.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Token id.
    pub id: u32,
    /// Natural logarithm of its probability under the sum.
    pub log_probability: f32,
    /// The most likely tokens at its position, including itself.
    pub alternatives: Vec<(u32, f32)>,
    /// For each model, its own most likely tokens; empty unless requested, and for models with weight 0.
    pub votes: Vec<Vec<(u32, f32)>>,
}

/// A finished sequence. The end token is the last of `tokens` when `status` is [`Status::Ended`].
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Why it stopped.
    pub status: Status,
    /// Sum of log-probabilities over length^penalty (greedy: penalty 1).
    pub score: f32,
    /// Attention to the source where each token was chosen, (token, source token), if requested and a model has
    /// alignment heads; of several outputs only for the best one.
    pub attention: Vec<Vec<f32>>,
    /// For each term of [`Request::glossary`], whether the output contains it.
    pub terms: Vec<bool>,
}

impl Output {
    /// An output with the mean log-probability per token as its score, without attention.
    pub(crate) fn new(tokens: Vec<Token>, status: Status, terms: &[GlossaryTerm]) -> Self {
        let sum: f32 = tokens.iter().map(|token| token.log_probability).sum();
        let score = sum / tokens.len().max(1) as f32;
        let mut output = Self { tokens, status, score, attention: Vec::new(), terms: Vec::new() };
        output.terms = glossary::found(terms, &output.ids());
        output
    }

    /// The ids of its tokens.
    pub(crate) fn ids(&self) -> Vec<u32> {
        self.tokens.iter().map(|token| token.id).collect()
    }
}

/// Removes repetitions at the end, leaving one copy of the repeated phrase.
pub(crate) fn cut_repetitions(tokens: &mut Vec<Token>, ids: &[u32]) {
    if let Some(period) = repeated_tail(ids) {
        let mut keep = ids.len();
        while keep >= 2 * period && ids[keep - period..keep] == ids[keep - 2 * period..keep - period] {
            keep -= period;
        }
        tokens.truncate(keep);
    }
}

/// The token before each output token, beginning with the last one of the prompt: the positions where the output tokens
/// are chosen. As many as the context holds.
pub(crate) fn output_tokens(prompt: &[u32], output: &[u32], slot: u32, context: u32) -> Vec<PromptToken> {
    let first = prompt.len().saturating_sub(1);
    let tokens = prompt.last().into_iter().chain(output).take(output.len()).enumerate();
    let placed = tokens.map(|(i, &token)| PromptToken { slot, position: (first + i) as u32, token });
    placed.take_while(|token| token.position < context).collect()
}

/// All tokens of a prompt from `start` on, except the last, which the first decode step feeds.
pub(crate) fn prompt_tokens(
    prompt: &[u32],
    start: usize,
    slot: u32,
) -> impl Iterator<Item = PromptToken> + '_ {
    let end = prompt.len().saturating_sub(1);
    (start..end).map(move |position| PromptToken { slot, position: position as u32, token: prompt[position] })
}
