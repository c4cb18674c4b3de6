//! A sequence: what is asked of it, and what comes back.

use std::ops::Range;

use kernels::pick::Choice;
use kernels::top_list::MAX_COUNT;

use crate::error::{Error, Result};
use crate::glossary::{self, GlossaryTerm};
use crate::session::PromptToken;
use crate::stop::repeated_tail;

/// A text to be continued.
#[derive(Debug, Clone)]
pub struct Request {
    /// Token ids, one prompt for each model of the recipe.
    pub prompts: Vec<Vec<u32>>,
    /// For each model, how many of its prompt's first tokens other requests share.
    pub shared: Vec<usize>,
    /// Tokens of the source text; a repetition that it has itself does not stop the answer.
    pub source: Vec<u32>,
    /// Most tokens of the answer.
    pub limit: u32,
    /// Tokens that end it.
    pub end_tokens: Vec<u32>,
    /// How tokens are chosen (ignored by beam search).
    pub choice: Choice,
    /// Beam search instead of one sequence.
    pub beam: Option<BeamOptions>,
    /// Alternatives reported a token.
    pub alternatives: u32,
    /// Votes of each model reported a token.
    pub votes: u32,
    /// Whether it goes before those that are not.
    pub urgent: bool,
    /// For each model, where the source's tokens stand in its prompt, so that the answer's attention to them is
    /// reported; an empty range leaves a model out, no ranges ask for nothing.
    pub align: Vec<Range<usize>>,
    /// Terms that the answer should hold.
    pub glossary: Vec<GlossaryTerm>,
}

/// How beam search works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeamOptions {
    /// Sequences kept side by side, 1 to 15.
    pub beams: u32,
    /// Score = Σ log p / length^penalty; larger prefers longer answers.
    pub length_penalty: f32,
    /// Answers returned, best first.
    pub n_best: u32,
}

impl BeamOptions {
    /// Fails unless every beam gets one of `slots`.
    pub(crate) fn accept(&self, slots: u32) -> Result<()> {
        let wanted = self.kept();
        if wanted > slots {
            return Err(Error::TooManySequences { wanted, slots });
        }
        Ok(())
    }

    // Each keeps itself and one rival in the list of the most likely tokens.
    pub(crate) fn kept(&self) -> u32 {
        self.beams.clamp(1, MAX_COUNT / 2)
    }
}

/// Why a sequence stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An end token.
    Ended,
    /// Its limit, or the end of the context.
    Limit,
    /// Its tail repeated itself; the repetitions are cut off.
    Repeated,
}

/// A token of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Token id.
    pub id: u32,
    /// Natural logarithm of its probability under the sum.
    pub log_probability: f32,
    /// The most likely tokens in its place, itself among them.
    pub alternatives: Vec<(u32, f32)>,
    /// For each model, its own most likely tokens; empty unless asked for.
    pub votes: Vec<Vec<(u32, f32)>>,
}

/// A finished answer. The end token is the last of `tokens` when `status` is [`Status::Ended`].
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Why it stopped.
    pub status: Status,
    /// Sum of log-probabilities over length^penalty (greedy: penalty 1).
    pub score: f32,
    /// How much was looked at each source token where each token was chosen, (token, source token), if that was asked
    /// for and a model has alignment heads; of several answers, the best one's alone.
    pub attention: Vec<Vec<f32>>,
    /// For each term of [`Request::glossary`], whether the answer holds it.
    pub terms: Vec<bool>,
}

impl Output {
    /// An answer with the mean log-probability a token as its score, not aligned.
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

/// Leaves one of the phrases that the tail repeats.
pub(crate) fn cut_repetitions(tokens: &mut Vec<Token>, ids: &[u32]) {
    if let Some(period) = repeated_tail(ids) {
        let mut keep = ids.len();
        while keep >= 2 * period && ids[keep - period..keep] == ids[keep - 2 * period..keep - period] {
            keep -= period;
        }
        tokens.truncate(keep);
    }
}

/// The tokens before each token of an answer, the last one of the prompt first: where the answer is chosen. As many
/// as the context holds.
pub(crate) fn answer_tokens(prompt: &[u32], answer: &[u32], slot: u32, context: u32) -> Vec<PromptToken> {
    let first = prompt.len().saturating_sub(1);
    let tokens = prompt.last().into_iter().chain(answer).take(answer.len()).enumerate();
    let placed = tokens.map(|(i, &token)| PromptToken { slot, position: (first + i) as u32, token });
    placed.take_while(|token| token.position < context).collect()
}

/// All tokens of a prompt from `start` but the last, which the first decode step is fed with.
pub(crate) fn prompt_tokens(
    prompt: &[u32],
    start: usize,
    slot: u32,
) -> impl Iterator<Item = PromptToken> + '_ {
    let end = prompt.len().saturating_sub(1);
    (start..end).map(move |position| PromptToken { slot, position: position as u32, token: prompt[position] })
}
