//! Sentences that must not be trained on: recognising them, and splitting them off.

use crate::corpus::{Corpus, CorpusEntry};
use crate::normalise::{key, normalise};
use crate::sample::Sampler;
use crate::{Error, Result};
use std::collections::HashSet;

/// The keys of a test set, or of any sentences that training must not see.
///
/// A whole sentence is recognised on either side, ignoring case, punctuation and spaces ([`key`]). A test sentence
/// inside a longer line is not found.
#[derive(Debug, Clone)]
pub struct HeldOut {
    name: String,
    keys: HashSet<String>,
}

impl HeldOut {
    /// Takes all sides of `corpus`; the report uses `name`.
    pub fn new<const N: usize>(name: impl Into<String>, corpus: &Corpus<N>) -> Self {
        let texts = corpus.entries.iter().flat_map(|entry| entry.text.iter());
        let key_of = |text: &String| {
            let mut text = text.clone();
            normalise(&mut text);
            key(&text)
        };
        // All sentences of punctuation alone would have the same, empty key.
        Self { name: name.into(), keys: texts.map(key_of).filter(|key| !key.is_empty()).collect() }
    }

    /// Its name in the report.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a side of the normalised `entry` is held out.
    fn contains<const N: usize>(&self, entry: &CorpusEntry<N>) -> bool {
        entry.text.iter().any(|text| self.keys.contains(&key(text)))
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}

/// The result of [`Corpus::split_held_out`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<const N: usize> {
    /// To train on.
    pub train: Corpus<N>,
    /// To compute the held-out loss on.
    pub held_out: Corpus<N>,
    /// Number of sentences in neither part: one of their sides is held out with a different other side.
    pub dropped: usize,
}

impl<const N: usize> Corpus<N> {
    /// Holds out `count` sentences, selected by `seed`; both parts keep the order. Sentences that share a side with
    /// them, ignoring case and punctuation ("Thanks!"), leave the training part too: else the held-out loss would be
    /// too low.
    ///
    /// # Errors
    /// [`Error::TooFew`] if nothing would be left to train on.
    pub fn split_held_out(mut self, count: usize, seed: u64) -> Result<Split<N>> {
        let available = self.len();
        if count >= available {
            return Err(Error::TooFew { wanted: count, available });
        }
        let mut sampler = Sampler::new(seed, count);
        for index in 0..available {
            sampler.offer(|| index);
        }
        let mut chosen = vec![false; available];
        sampler.finish().for_each(|index| chosen[index] = true);
        let mut is_held_out = chosen.into_iter();
        let (held_out, mut train): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.entries).into_iter().partition(|_| is_held_out.next() == Some(true));
        let held_out = self.with(held_out);
        let leaks = HeldOut::new("held out", &held_out);
        let before = train.len();
        train.retain(|entry| !leaks.contains(entry));
        if train.is_empty() {
            return Err(Error::TooFew { wanted: count, available });
        }
        let dropped = before - train.len();
        Ok(Split { train: self.with(train), held_out, dropped })
    }
}
