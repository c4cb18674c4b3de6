//! The sentences before a text as one text, which prompts may have as context.

use model_files::Tokenizer;

use crate::error::Result;
use crate::sentences;

/// A text with more bytes for each token that it may have is not one of words.
pub(crate) const MAX_TOKEN_BYTES: usize = 16;

/// The nearest of the sentences before a text, the last of them, in the language of this code: whole ones, which have at
/// most `most` tokens together.
pub(crate) fn nearest(before: &[&str], most: usize, tokenizer: &Tokenizer, language: &str) -> Result<String> {
    let mut left = most;
    let mut nearest = Vec::new();
    for sentence in before.iter().rev() {
        if sentence.len() / MAX_TOKEN_BYTES > left {
            break;
        }
        let Some(rest) = left.checked_sub(tokenizer.encode(sentence)?.len()) else { break };
        left = rest;
        nearest.push((*sentence, " "));
    }
    nearest.reverse();
    Ok(sentences::join(nearest, language).trim_end().to_owned())
}
