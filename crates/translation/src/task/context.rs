//! The sentences before a sentence, from which its prompt takes its context. They are source sentences only, so the order
//! in which sentences are decoded is free.

use super::{PiecePosition, Task};
use crate::error::Result;
use crate::requests::RequestBuilder;
use crate::sentences;

// Sentences without words are passed over, but not endlessly.
const LONGEST_WALK: usize = 64;

impl Task {
    /// The sentences before one, the nearest last: as many as the job wants, as far as its blocks continue each other.
    pub(super) fn sentences_before(&self, block: usize, sentence: usize) -> Vec<&str> {
        let mut found = Vec::new();
        let mut at = (block, sentence);
        for _ in 0..LONGEST_WALK {
            if found.len() >= self.context {
                break;
            }
            at = match at {
                (block, 0) if self.follows.get(block) == Some(&true) && block > 0 => {
                    (block - 1, self.blocks.get(block - 1).map_or(0, Vec::len))
                }
                (_, 0) => break,
                (block, sentence) => (block, sentence - 1),
            };
            let Some(before) = self.blocks.get(at.0).and_then(|block| block.get(at.1)) else { continue };
            // A block that the memory translates as a whole has several sentences.
            let parts = sentences::split(&before.text, &self.job.pair.from);
            let parts = parts.into_iter().rev().filter(|part| part.text.contains(char::is_alphabetic));
            found.extend(parts.take(self.context - found.len()).map(|part| part.text));
        }
        found.reverse();
        found
    }

    /// The context in the prompt of a piece; empty without one. A part of a sentence has none, nor has a sentence whose
    /// translation in context failed a check.
    pub(super) fn context(&self, position: PiecePosition, builder: &RequestBuilder) -> Result<String> {
        let sentence = self.sentence(position);
        if sentence.without_context || !sentence.is_whole() {
            return Ok(String::new());
        }
        builder.context(&self.sentences_before(position.block, position.sentence), &self.job.pair.from)
    }
}

#[cfg(test)]
mod tests;
