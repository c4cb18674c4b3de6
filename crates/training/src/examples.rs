//! Encodes sentences as training examples: monolingual text, and pairs in the translation prompt.

use corpus::ParallelCorpus;
use model_files::Tokenizer;
use serde::{Deserialize, Serialize};

use crate::batches::{Example, pack};
use crate::{Error, Result};

/// Which tokens of a pair the loss counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossScope {
    /// The translation and its end token; the prompt is context only.
    Target,
    /// Every token, prompt included.
    All,
}

/// Which translation directions a pair is trained in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directions {
    /// Both directions.
    Both,
    /// From the first language into the second.
    Forward,
    /// From the second language into the first.
    Backward,
}

/// The tokens of the prompt that the translator will use, for (from, to, source text).
pub type Prompter<'a> = dyn Fn(&str, &str, &str) -> std::result::Result<Vec<u32>, String> + 'a;

/// Encodes sentences for one model.
pub struct Encoder<'a> {
    /// The model's tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// Token that begins a text, if the model has one.
    pub bos: Option<u32>,
    /// Token that ends a text or a translation.
    pub end: u32,
    /// Renders prompts.
    pub prompt: &'a Prompter<'a>,
    /// Longer pairs are left out: a truncated sentence would teach the model to stop early.
    pub max_tokens: usize,
}

impl Encoder<'_> {
    /// Encodes monolingual text: begin token, text, end token.
    ///
    /// # Errors
    /// If the tokenizer fails.
    pub fn document(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids: Vec<u32> = self.bos.into_iter().collect();
        ids.extend(self.tokenizer.encode(text)?);
        ids.push(self.end);
        Ok(ids)
    }

    /// Encodes a prompt and its translation; none if they are too long together.
    ///
    /// # Errors
    /// If the tokenizer or the prompt fails.
    pub fn pair(
        &self,
        from: &str,
        to: &str,
        source: &str,
        target: &str,
        learn: LossScope,
    ) -> Result<Option<Example>> {
        let mut ids = (self.prompt)(from, to, source).map_err(|reason| Error::Tokenizer { reason })?;
        let prompt_tokens = ids.len();
        ids.extend(self.tokenizer.encode(target)?);
        ids.push(self.end);
        let loss_start = if learn == LossScope::Target { prompt_tokens } else { 1 };
        Ok((ids.len() <= self.max_tokens).then_some(Example { ids, loss_start }))
    }

    /// Encodes pairs as examples, leaving out those that are too long.
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

    /// Shuffles texts by `seed`, concatenates them and cuts them into sequences of [`Encoder::max_tokens`].
    ///
    /// # Errors
    /// As [`Encoder::document`].
    pub fn pack<'t>(&self, texts: impl Iterator<Item = &'t str>, seed: u64) -> Result<Vec<Example>> {
        let mut documents = texts.map(|text| self.document(text)).collect::<Result<Vec<_>>>()?;
        fastrand::Rng::with_seed(seed).shuffle(&mut documents);
        Ok(pack(documents, self.max_tokens))
    }
}
