//! A given beginning of a translation.

/// How the translation of one sentence of typed text begins: given, not decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Index of the sentence in the text.
    pub sentence: usize,
    /// The beginning.
    pub text: String,
    /// Whether the other sentences of the text, which are context, stay untranslated.
    pub alone: bool,
    /// What is decoded after it.
    pub(crate) rest: Rest,
}

/// What is decoded after a given beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The rest of the sentence.
    Sentence,
    /// The next word.
    Word,
    /// The next word, which begins with this token.
    WordFrom(u32),
}

impl Beginning {
    /// A beginning after which the rest of the sentence is decoded.
    pub fn new(sentence: usize, text: &str, alone: bool) -> Self {
        Self { sentence, text: text.to_owned(), alone, rest: Rest::Sentence }
    }
}
