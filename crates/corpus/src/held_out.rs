//! Sentences that must not be trained on, and how they are recognised.

use crate::data::{Corpus, Entry};
use crate::normal::{key, normalise};
use std::collections::HashSet;

/// A test set, or any sentences that training must not see.
///
/// A sentence is recognised on either side, whole, without case, punctuation and spaces ([`key`]). A test sentence
/// within a longer line is not found.
#[derive(Debug, Clone)]
pub struct HeldOut {
    name: String,
    keys: HashSet<String>,
}

impl HeldOut {
    /// All sides of `corpus`; `name` is what the report calls it.
    pub fn new<const N: usize>(name: impl Into<String>, corpus: &Corpus<N>) -> Self {
        let texts = corpus.entries.iter().flat_map(|entry| entry.text.iter());
        let key_of = |text: &String| {
            let mut text = text.clone();
            normalise(&mut text);
            key(&text)
        };
        // Sentences of punctuation alone are all alike.
        Self { name: name.into(), keys: texts.map(key_of).filter(|key| !key.is_empty()).collect() }
    }

    /// What the report calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a side of `entry`, which is normal, is held out.
    pub(crate) fn has<const N: usize>(&self, entry: &Entry<N>) -> bool {
        entry.text.iter().any(|text| self.keys.contains(&key(text)))
    }

    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}
