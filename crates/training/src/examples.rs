//! Sentences → token sequences: monolingual text, and pairs in the translation prompt.

use corpus::ParallelCorpus;
use model_files::Tokenizer;
use serde::{Deserialize, Serialize};

use crate::batches::{Example, pack};
use crate::{Error, Result};

/// What the loss of a pair counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossScope {
    /// The translation and its end only; the prompt is read.
    Target,
    /// Every token, prompt included.
    All,
}

/// Which ways a pair is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directions {
    /// Forth and back.
    Both,
    /// From the first language into the second.
    Forward,
    /// From the second language into the first.
    Backward,
}

/// A prompt's tokens for (from, to, source text): the one that the translator will ask with.
pub type Prompter<'a> = dyn Fn(&str, &str, &str) -> std::result::Result<Vec<u32>, String> + 'a;

/// Encodes sentences for one model.
pub struct Encoder<'a> {
    /// The model's.
    pub tokenizer: &'a Tokenizer,
    /// Begins a text, if the model has such a token.
    pub bos: Option<u32>,
    /// Ends a text and an answer.
    pub end: u32,
    /// Makes prompts.
    pub prompt: &'a Prompter<'a>,
    /// A longer sequence is left out: half a sentence would teach to break off.
    pub max_tokens: usize,
}

impl Encoder<'_> {
    /// A text of its own: begin token, text, end token.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn document(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids: Vec<u32> = self.bos.into_iter().collect();
        ids.extend(self.tokenizer.encode(text)?);
        ids.push(self.end);
        Ok(ids)
    }

    /// A prompt and its answer; none when they are too long together.
    ///
    /// # Errors
    /// When the tokenizer or the prompt fails.
    pub fn pair(
        &self,
        from: &str,
        to: &str,
        source: &str,
        target: &str,
        learn: LossScope,
    ) -> Result<Option<Example>> {
        let mut ids = (self.prompt)(from, to, source).map_err(|reason| Error::Tokenizer { reason })?;
        let answer = ids.len();
        ids.extend(self.tokenizer.encode(target)?);
        ids.push(self.end);
        let loss_start = if learn == LossScope::Target { answer } else { 1 };
        Ok((ids.len() <= self.max_tokens).then_some(Example { ids, loss_start }))
    }

    /// The pairs as examples; too long ones are left out.
    ///
    /// # Errors
    /// As [`Encoder::pair`].
    pub fn pairs(
        &self,
        pairs: &ParallelCorpus,
        directions: Directions,
        learn: LossScope,
    ) -> Result<Vec<Example>> {
        let [first, second] = pairs.languages();
        let mut examples = Vec::new();
        for pair in pairs.entries() {
            if directions != Directions::Backward {
                examples.extend(self.pair(first, second, pair.source(), pair.target(), learn)?);
            }
            if directions != Directions::Forward {
                examples.extend(self.pair(second, first, pair.target(), pair.source(), learn)?);
            }
        }
        Ok(examples)
    }

    /// Texts one after the other in an order of `seed`, cut into sequences of [`Encoder::max_tokens`].
    ///
    /// # Errors
    /// As [`Encoder::document`].
    pub fn pack<'t>(&self, texts: impl Iterator<Item = &'t str>, seed: u64) -> Result<Vec<Example>> {
        let mut documents = texts.map(|text| self.document(text)).collect::<Result<Vec<_>>>()?;
        fastrand::Rng::with_seed(seed).shuffle(&mut documents);
        Ok(pack(documents, self.max_tokens))
    }
}
