//! Sentences in memory, and where they came from.

use crate::held_out::HeldOut;
use crate::sample::Sampler;
use crate::{Error, Result};
use serde::Serialize;
use std::path::PathBuf;

/// One sentence in `N` languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<const N: usize> {
    /// The sentence in each language of its corpus.
    pub text: [String; N],
    /// Which of [`Corpus::origins`] it came from.
    pub(crate) origin: u32,
}

/// A sentence and its translation.
pub type Pair = Entry<2>;
/// A sentence of one language.
pub type Line = Entry<1>;

impl Pair {
    /// The sentence in the source language.
    pub fn source(&self) -> &str {
        let [source, _] = &self.text;
        source
    }

    /// The sentence in the target language.
    pub fn target(&self) -> &str {
        let [_, target] = &self.text;
        target
    }
}

impl Line {
    /// The sentence.
    pub fn text(&self) -> &str {
        let [text] = &self.text;
        text
    }
}

/// Where some of a corpus came from, for the record of a training run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// What was asked to be read.
    pub name: String,
    /// Its files.
    pub files: Vec<OriginFile>,
    /// Lines, units or segments with a sentence in each language.
    pub sentences: u64,
    /// Lines without a second column, units that lack a language.
    pub skipped: u64,
    /// Sentences that are still in the corpus.
    pub kept: u64,
}

/// A file that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OriginFile {
    /// Where it lay.
    pub path: PathBuf,
    /// Of the file as it lies there, compressed or not, in hexadecimal.
    pub sha256: String,
    /// Its size as it lies there.
    pub bytes: u64,
}

/// Sentences in `N` languages, in the order of their files unless drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus<const N: usize> {
    pub(crate) languages: [String; N],
    pub(crate) entries: Vec<Entry<N>>,
    pub(crate) origins: Vec<Origin>,
}

/// Sentences with their translations: source, target.
pub type Pairs = Corpus<2>;
/// Sentences of one language.
pub type Lines = Corpus<1>;

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
    /// The codes of its languages, as they were asked for.
    pub fn languages(&self) -> &[String; N] {
        &self.languages
    }

    /// The sentences.
    pub fn entries(&self) -> &[Entry<N>] {
        &self.entries
    }

    /// Where they came from.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The number of sentences.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no sentence.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Draws `count` sentences without replacement, or all if there are fewer, in an order as random as the choice.
    /// The same sentences as [`Draw`](crate::Draw) draws while it reads.
    pub fn draw(mut self, seed: u64, count: usize) -> Self {
        let mut sampler = Sampler::new(seed, count);
        for entry in self.entries {
            sampler.offer(|| entry);
        }
        self.entries = sampler.finish().collect();
        self.recount();
        self
    }

    /// The first `count` sentences, or all if there are fewer, and the others.
    pub fn split_at(mut self, count: usize) -> (Self, Self) {
        let others = self.entries.split_off(count.min(self.entries.len()));
        let others = self.with(others);
        self.recount();
        (self, others)
    }

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

    /// One side alone, to pre-train on.
    pub fn side<const SIDE: usize>(&self) -> Lines {
        const { assert!(SIDE < N, "a corpus has one side for each language") };
        let line = |entry: &Entry<N>| Entry { text: [entry.text[SIDE].clone()], origin: entry.origin };
        Corpus {
            languages: [self.languages[SIDE].clone()],
            entries: self.entries.iter().map(line).collect(),
            origins: self.origins.clone(),
        }
    }

    /// Adds the sentences of another corpus, whose languages are taken to be the same.
    pub fn append(&mut self, other: Self) {
        let offset = u32::try_from(self.origins.len()).unwrap_or(u32::MAX);
        self.origins.extend(other.origins);
        let moved = |entry: Entry<N>| Entry { origin: entry.origin.saturating_add(offset), ..entry };
        self.entries.extend(other.entries.into_iter().map(moved));
    }

    /// Keeps the sentences that `keep`, asked in order, says yes to.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Entry<N>) -> bool) {
        self.entries.retain(keep);
        self.recount();
    }

    fn with(&self, entries: Vec<Entry<N>>) -> Self {
        let mut corpus = Self { languages: self.languages.clone(), entries, origins: self.origins.clone() };
        corpus.recount();
        corpus
    }

    pub(crate) fn recount(&mut self) {
        self.origins.iter_mut().for_each(|origin| origin.kept = 0);
        for entry in &self.entries {
            if let Some(origin) = self.origins.get_mut(entry.origin as usize) {
                origin.kept += 1;
            }
        }
    }
}
