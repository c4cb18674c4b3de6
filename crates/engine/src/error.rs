use std::ops::Range;

use thiserror::Error;

/// Errors of loading models and decoding.
#[derive(Debug, Error)]
pub enum Error {
    /// The GPU.
    #[error(transparent)]
    Gpu(#[from] kernels::Error),
    /// A model's files.
    #[error(transparent)]
    Model(#[from] model_files::Error),
    /// A shape that the kernels do not support.
    #[error("this model's {what} is not supported: {found}")]
    Unsupported {
        /// The property.
        what: &'static str,
        /// Its value.
        found: String,
    },
    /// The models of a recipe have different vocabularies.
    #[error(
        "the models have different vocabularies, so their logits cannot be added ({first} and {second}): {difference}"
    )]
    Vocabularies {
        /// The first model.
        first: String,
        /// The second model.
        second: String,
        /// Their first difference.
        difference: String,
    },
    /// A recipe with a syntax error.
    #[error("syntax error in the recipe at «{0}»: write a sum such as \"L + 0.5*src + 0.5*tgt - base\"")]
    Recipe(String),
    /// A recipe has too many terms.
    #[error("the recipe has {0} models; the limit is {max}", max = kernels::logit_sum::MAX_TERMS)]
    TooManyTerms(usize),
    /// A prompt longer than the KV cache.
    #[error(
        "the text with its prompt has {tokens} tokens, but the model's context holds {context}; shorten it"
    )]
    TooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Positions of the context.
        context: u32,
    },
    /// A prompt without tokens.
    #[error("the prompt is empty; give it at least one token, such as the model's begin token")]
    EmptyPrompt,
    /// The number of prompts differs from the number of models.
    #[error("{prompts} prompts were given for a sum of {models} models; give one for each")]
    Prompts {
        /// Prompts that were given.
        prompts: usize,
        /// Models of the sum.
        models: usize,
    },
    /// A token id that the vocabulary does not have.
    #[error("the model's vocabulary has {vocab} tokens; use the ids of its own tokenizer: {token}")]
    UnknownToken {
        /// The id.
        token: u32,
        /// Tokens in the vocabulary.
        vocab: u32,
    },
    /// Invalid source ranges for word alignment.
    #[error(
        "word alignment needs, for each model, an equally long token range inside its prompt, or an empty range: {0:?}"
    )]
    Alignment(Vec<Range<usize>>),
    /// Another number of weights than of models.
    #[error("a request has no weights or one for each of the {models} models, not {weights}")]
    Weights {
        /// Weights given.
        weights: usize,
        /// Models of the sum.
        models: usize,
    },
    /// Too many forms of glossary terms.
    #[error("a sentence can have at most {max} forms of glossary terms; leave some of the {count} out")]
    TooManyForms {
        /// Forms given.
        count: usize,
        /// Forms that fit.
        max: usize,
    },
    /// More sequences than slots.
    #[error("the cache has {slots} slots; decode no more than {slots} sequences at once: {wanted}")]
    TooManySequences {
        /// Slots needed.
        wanted: u32,
        /// Slots of the cache.
        slots: u32,
    },
}

impl Error {
    /// Whether the device was lost, so that everything on it must be created again.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Gpu(kernels::Error::Lost(_)))
    }

    /// Whether smaller models would help.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, Self::Gpu(kernels::Error::OutOfMemory { .. } | kernels::Error::TooLarge { .. }))
    }
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
