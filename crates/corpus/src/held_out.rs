//! Sentences that must not be trained on, and how they are recognised.

use crate::corpus::{Corpus, CorpusEntry};
use crate::normalise::{key, normalise};
use crate::sample::Sampler;
use crate::{Error, Result};
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
    pub(crate) fn has<const N: usize>(&self, entry: &CorpusEntry<N>) -> bool {
        entry.text.iter().any(|text| self.keys.contains(&key(text)))
    }

    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}

/// What [`Corpus::split_held_out`] returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<const N: usize> {
    /// To train on.
    pub train: Corpus<N>,
    /// To measure on while training.
    pub held_out: Corpus<N>,
    /// Sentences in neither, since one of their sides is held out with another partner.
    pub dropped: usize,
}

impl<const N: usize> Corpus<N> {
    /// Holds `count` sentences out, chosen by `seed`; both parts keep the order. What shares a side with them but for
    /// case and punctuation ("Thanks!") leaves the training part too, else the held-out loss would flatter.
    ///
    /// # Errors
    /// [`Error::TooFew`] where nothing would be left to train on.
    pub fn split_held_out(mut self, count: usize, seed: u64) -> Result<Split<N>> {
        let available = self.len();
        if count >= available {
            return Err(Error::TooFew { wanted: count, available });
        }
        let mut sampler = Sampler::new(seed, count);
        for place in 0..available {
            sampler.offer(|| place);
        }
        let mut chosen = vec![false; available];
        sampler.finish().for_each(|place| chosen[place] = true);
        let mut places = chosen.into_iter();
        let (held_out, mut train): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.entries).into_iter().partition(|_| places.next() == Some(true));
        let held_out = self.with(held_out);
        let leaks = HeldOut::new("held out", &held_out);
        let before = train.len();
        train.retain(|entry| !leaks.has(entry));
        if train.is_empty() {
            return Err(Error::TooFew { wanted: count, available });
        }
        let dropped = before - train.len();
        Ok(Split { train: self.with(train), held_out, dropped })
    }
}
