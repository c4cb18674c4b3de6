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
    /// A token id that the vocabulary does not have.
    #[error("token {token} is outside the vocabulary of {vocab}")]
    UnknownToken {
        /// The id.
        token: u32,
        /// Tokens in the vocabulary.
        vocab: u32,
    },
    /// More sequences than slots.
    #[error("{wanted} sequences were asked for and the cache has {slots} slots")]
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
