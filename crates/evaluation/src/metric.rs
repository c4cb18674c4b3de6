//! What BLEU and chrF share: counts for each segment of a corpus, and a score of their sums.

use std::fmt;

use crate::error::{Error, Result};
use crate::limits;

/// The SacreBLEU release whose scores are reproduced, as written in signatures.
pub const SACREBLEU_VERSION: &str = "2.6.0";

/// The counts of every segment of a corpus: the input of resampling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    width: usize,
    /// (segment, count)
    counts: Vec<u64>,
}

impl Statistics {
    /// Empty, with capacity for `segments` of `width` counts each; `width` is at least 1.
    pub(crate) fn with_capacity(width: usize, segments: usize) -> Self {
        Self { width, counts: Vec::with_capacity(width * segments) }
    }

    /// Adds a segment of `width` counts.
    pub(crate) fn push(&mut self, row: &[u64]) {
        debug_assert_eq!(row.len(), self.width);
        self.counts.extend_from_slice(row);
    }

    /// Number of segments.
    pub fn segments(&self) -> usize {
        self.counts.len() / self.width
    }

    /// Number of counts per segment.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The counts of each segment.
    pub fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks_exact(self.width)
    }

    /// The counts of one segment; empty beyond the last.
    pub fn row(&self, segment: usize) -> &[u64] {
        self.counts.get(segment * self.width..(segment + 1) * self.width).unwrap_or_default()
    }

    /// The sum over all segments.
    pub fn sums(&self) -> Vec<u64> {
        let mut sums = vec![0; self.width];
        self.rows().for_each(|row| add(&mut sums, row));
        sums
    }
}

/// Adds a row of counts to sums of the same width.
pub(crate) fn add(sums: &mut [u64], row: &[u64]) {
    for (sum, count) in sums.iter_mut().zip(row) {
        *sum += count;
    }
}

/// The significance test of a score, for its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignificanceTest {
    /// Bootstrap resampling.
    Bootstrap {
        /// Number of resampled test sets; SacreBLEU's default is 1,000.
        resamples: usize,
        /// Random seed.
        seed: u64,
    },
    /// Approximate randomization.
    Randomization {
        /// Number of trials; SacreBLEU's default is 10,000.
        trials: usize,
        /// Random seed.
        seed: u64,
    },
}

impl fmt::Display for SignificanceTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bootstrap { resamples, seed } => write!(f, "bs:{resamples}|seed:{seed}|"),
            Self::Randomization { trials, seed } => write!(f, "ar:{trials}|seed:{seed}|"),
        }
    }
}

/// A metric whose score depends on sums of counts only.
pub trait Metric {
    /// Its name in tables, such as `BLEU` or `chrF2++`.
    fn name(&self) -> String;

    /// The counts of each segment. `references` are whole documents, each with one line for each hypothesis.
    fn statistics(&self, hypotheses: &[String], references: &[Vec<String>]) -> Result<Statistics>;

    /// The score (0…100) of summed counts.
    fn score_of(&self, sums: &[u64]) -> f64;

    /// SacreBLEU's signature of this metric with this number of references and significance test.
    fn signature(&self, references: usize, test: Option<SignificanceTest>) -> String;
}

/// Checks that hypotheses and references can be scored.
pub(crate) fn check(hypotheses: &[String], references: &[Vec<String>]) -> Result<()> {
    if hypotheses.is_empty() {
        return Err(Error::NoHypotheses);
    }
    if references.is_empty() {
        return Err(Error::NoReferences);
    }
    for reference in references {
        if reference.len() != hypotheses.len() {
            return Err(Error::UnevenLines { hypotheses: hypotheses.len(), references: reference.len() });
        }
    }
    let lines = references.iter().flatten().chain(hypotheses);
    for line in lines.filter(|line| line.len() > limits::SEGMENT_CHARACTERS) {
        let found = line.chars().count();
        if found > limits::SEGMENT_CHARACTERS {
            return Err(Error::SegmentTooLong { limit: limits::SEGMENT_CHARACTERS, found });
        }
    }
    Ok(())
}

/// Composes a signature: fields common to all metrics around the metric's own settings.
pub(crate) fn signature(references: usize, test: Option<SignificanceTest>, settings: &str) -> String {
    let test = test.map(|test| test.to_string()).unwrap_or_default();
    format!("nrefs:{references}|{test}{settings}|version:{SACREBLEU_VERSION}")
}
