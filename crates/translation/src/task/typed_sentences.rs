//! Finished sentences of typed text, in memory: where a text has changed, only its changed sentences are decoded anew.

use std::collections::HashMap;

use crate::limits;
use crate::sentence_report::{SentenceReport, UncertainWord};
use crate::store::Hash;

/// A finished sentence with what is shown of it.
#[derive(Clone)]
pub(crate) struct TypedSentence {
    pub report: SentenceReport,
    pub uncertain_words: Vec<UncertainWord>,
}

impl TypedSentence {
    // About what it takes in memory.
    fn bytes(&self) -> usize {
        let token = |token: &crate::sentence_report::TokenReport| {
            let listed = token.alternatives.len() + token.votes.iter().map(Vec::len).sum::<usize>();
            64 + 48 * listed
        };
        let report = &self.report;
        256 + report.source.len()
            + report.translation.len()
            + report.tokens.iter().map(token).sum::<usize>()
            + 64 * self.uncertain_words.len()
    }
}

/// The sentences used last, by their key in the cache. Bounded by two generations: when the newer one is full, the older
/// one is dropped.
#[derive(Default)]
pub(crate) struct TypedSentences {
    newer: HashMap<Hash, TypedSentence>,
    older: HashMap<Hash, TypedSentence>,
    bytes: usize,
}

impl TypedSentences {
    /// The sentence with this key.
    pub fn get(&mut self, key: &Hash) -> Option<TypedSentence> {
        if let Some(sentence) = self.older.remove(key) {
            self.insert(*key, sentence);
        }
        self.newer.get(key).cloned()
    }

    /// Keeps a finished sentence.
    pub fn insert(&mut self, key: Hash, sentence: TypedSentence) {
        if self.bytes > limits::TYPED_SENTENCES_BYTES {
            self.older = std::mem::take(&mut self.newer);
            self.bytes = 0;
        }
        self.bytes += sentence.bytes();
        self.newer.insert(key, sentence);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence_report::SentenceStatus;
    use crate::store::sha256;

    #[test]
    fn the_sentences_used_last_stay_and_memory_is_bounded() {
        let mut sentences = TypedSentences::default();
        let text = "x".repeat(1 << 20);
        let sentence = TypedSentence {
            report: SentenceReport::kept(&text, SentenceStatus::Done),
            uncertain_words: Vec::new(),
        };
        let key = |n: u32| sha256(&n.to_le_bytes());
        let many = (10 * limits::TYPED_SENTENCES_BYTES as u32) >> 20;
        for n in 0..many {
            sentences.insert(key(n), sentence.clone());
            assert!(sentences.get(&key(0)).is_some(), "what is used stays");
        }
        assert!(sentences.get(&key(many - 1)).is_some());
        assert!(sentences.get(&key(1)).is_none());
        let held = sentences.newer.len() + sentences.older.len();
        assert!(held < 2 + 2 * (limits::TYPED_SENTENCES_BYTES >> 21), "{held}");
    }
}
