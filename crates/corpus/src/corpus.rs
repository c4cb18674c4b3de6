//! Sentences in memory, and the files they were read from.

use crate::sample::Sampler;
use serde::Serialize;
use std::path::PathBuf;

/// One sentence in `N` languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusEntry<const N: usize> {
    /// The sentence in each language of its corpus.
    pub text: [String; N],
    /// Which of [`Corpus::text_sources`] it came from.
    pub(crate) text_source: u32,
}

/// A sentence and its translation.
pub type SentencePair = CorpusEntry<2>;
/// A sentence of one language.
pub type MonolingualLine = CorpusEntry<1>;

impl SentencePair {
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

impl MonolingualLine {
    /// The sentence.
    pub fn text(&self) -> &str {
        let [text] = &self.text;
        text
    }
}

/// An input that a corpus was read from, for the record of a training run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextSource {
    /// The input as the user named it.
    pub name: String,
    /// Its files.
    pub files: Vec<SourceFile>,
    /// Lines, units or segments with a sentence in each language.
    pub sentences: u64,
    /// Lines without a second column, units that lack one of the languages.
    pub skipped: u64,
    /// Sentences that are still in the corpus.
    pub kept: u64,
}

/// A file that was read to its end, for the record of a training run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceFile {
    /// Its path.
    pub path: PathBuf,
    /// Hash of the file on disk, compressed or not, in hexadecimal.
    pub sha256: String,
    /// Its size on disk.
    pub bytes: u64,
}

/// Sentences in `N` languages, in the order of their files unless sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus<const N: usize> {
    pub(crate) languages: [String; N],
    pub(crate) entries: Vec<CorpusEntry<N>>,
    pub(crate) text_sources: Vec<TextSource>,
}

/// Sentences with their translations: source, target.
pub type ParallelCorpus = Corpus<2>;
/// Sentences of one language.
pub type MonolingualCorpus = Corpus<1>;

impl<const N: usize> Corpus<N> {
    /// The language codes as the caller gave them.
    pub fn languages(&self) -> &[String; N] {
        &self.languages
    }

    /// The sentences.
    pub fn entries(&self) -> &[CorpusEntry<N>] {
        &self.entries
    }

    /// The inputs they were read from.
    pub fn text_sources(&self) -> &[TextSource] {
        &self.text_sources
    }

    /// The number of sentences.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no sentence.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Samples `count` sentences without replacement, or all if there are fewer, in random order. The same sentences as
    /// [`Sample`](crate::Sample) selects during reading.
    pub fn sample(mut self, seed: u64, count: usize) -> Self {
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

    /// The sentences of one side, to pre-train on.
    pub fn side<const SIDE: usize>(&self) -> MonolingualCorpus {
        const { assert!(SIDE < N, "a corpus has one side for each language") };
        let line = |entry: &CorpusEntry<N>| CorpusEntry {
            text: [entry.text[SIDE].clone()],
            text_source: entry.text_source,
        };
        Corpus {
            languages: [self.languages[SIDE].clone()],
            entries: self.entries.iter().map(line).collect(),
            text_sources: self.text_sources.clone(),
        }
    }

    /// Appends the sentences of another corpus of the same languages (not checked).
    pub fn append(&mut self, other: Self) {
        let offset = u32::try_from(self.text_sources.len()).unwrap_or(u32::MAX);
        self.text_sources.extend(other.text_sources);
        let moved = |entry: CorpusEntry<N>| CorpusEntry {
            text_source: entry.text_source.saturating_add(offset),
            ..entry
        };
        self.entries.extend(other.entries.into_iter().map(moved));
    }

    /// Keeps the sentences for which `keep`, called in order, returns true.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&CorpusEntry<N>) -> bool) {
        self.entries.retain(keep);
        self.recount();
    }

    /// These entries with the languages and text sources of this corpus.
    pub(crate) fn with(&self, entries: Vec<CorpusEntry<N>>) -> Self {
        let mut corpus =
            Self { languages: self.languages.clone(), entries, text_sources: self.text_sources.clone() };
        corpus.recount();
        corpus
    }

    pub(crate) fn recount(&mut self) {
        self.text_sources.iter_mut().for_each(|text_source| text_source.kept = 0);
        for entry in &self.entries {
            if let Some(text_source) = self.text_sources.get_mut(entry.text_source as usize) {
                text_source.kept += 1;
            }
        }
    }
}
