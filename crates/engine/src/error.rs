use std::ops::Range;

use thiserror::Error;

/// What can go wrong while models are loaded and decode.
#[derive(Debug, Error)]
pub enum Error {
    /// The GPU.
    #[error(transparent)]
    Gpu(#[from] kernels::Error),
    /// A model's files.
    #[error(transparent)]
    Model(#[from] model_files::Error),
    /// A shape that the kernels do not have.
    #[error("this model's {what} is not supported: {found}")]
    Unsupported {
        /// What it is about.
        what: &'static str,
        /// What the model has.
        found: String,
    },
    /// The models of a recipe cannot be added.
    #[error(
        "the models do not share one vocabulary, so their logits cannot be added ({first} and {second}): {difference}"
    )]
    Vocabularies {
        /// The first model.
        first: String,
        /// The second model.
        second: String,
        /// Their first difference.
        difference: String,
    },
    /// A recipe that cannot be read.
    #[error("the recipe cannot be read at «{0}»: write a sum such as \"L + 0.5*src + 0.5*tgt - base\"")]
    Recipe(String),
    /// A recipe has too many terms.
    #[error("the recipe has {0} models; at most {max} can be added", max = kernels::logit_sum::MAX_TERMS)]
    TooManyTerms(usize),
    /// A prompt does not fit the KV cache.
    #[error(
        "the text is {tokens} tokens long with its prompt and the model's context holds {context}; shorten it"
    )]
    TooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Positions of the context.
        context: u32,
    },
    /// A prompt without tokens: there is nothing to go on from.
    #[error("the prompt is empty; give it at least one token, such as the model's begin token")]
    EmptyPrompt,
    /// Not one prompt for each model.
    #[error("{prompts} prompts were given for a sum of {models} models; give one for each")]
    Prompts {
        /// Prompts that were given.
        prompts: usize,
        /// Models of the sum.
        models: usize,
    },
    /// A token id that the vocabulary does not have.
    #[error("the model has {vocab} tokens; take ids from its own tokenizer, which has no {token}")]
    UnknownToken {
        /// The id.
        token: u32,
        /// Tokens in the vocabulary.
        vocab: u32,
    },
    /// The source's place in the prompts, given for word alignment, cannot be.
    #[error(
        "for word alignment, name for each model where the same source tokens stand in its prompt (or nowhere): {0:?}"
    )]
    Alignment(Vec<Range<usize>>),
    /// More forms of glossary terms than fit.
    #[error("a sentence takes at most {max} forms of glossary terms; leave some of the {count} out")]
    TooManyForms {
        /// Forms given.
        count: usize,
        /// Forms that fit.
        max: usize,
    },
    /// More sequences than slots.
    #[error("the cache has slots for {slots} sequences at once; ask for no more of them than that: {wanted}")]
    TooManySequences {
        /// Slots wanted.
        wanted: u32,
        /// Slots there are.
        slots: u32,
    },
}

impl Error {
    /// Whether the device is gone and everything on it must be made again.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Gpu(kernels::Error::Lost(_)))
    }
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
