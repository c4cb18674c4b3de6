//! chrF (Popović 2015) and chrF++ (Popović 2017) as SacreBLEU defines them.

use crate::error::{Error, Result};
use crate::metric::{self, Metric, SignificanceTest, Statistics};
use crate::ngrams::{self, Counts, Words};
use crate::text;

/// How chrF is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chrf {
    /// The longest n-grams of characters, 1…6.
    pub char_order: usize,
    /// The longest n-grams of words, 0…6; 2 for chrF++.
    pub word_order: usize,
    /// Weight of recall relative to precision.
    pub beta: u32,
    /// Whether case is ignored.
    pub lowercase: bool,
    /// Whether white space counts as a character.
    pub whitespace: bool,
}

impl Default for Chrf {
    /// chrF2, SacreBLEU's default.
    fn default() -> Self {
        Self { char_order: 6, word_order: 0, beta: 2, lowercase: false, whitespace: false }
    }
}

/// A text's n-gram counts by order: characters, then words.
type Orders = Vec<Counts>;

impl Chrf {
    /// chrF2++: characters and pairs of words.
    pub fn plus_plus() -> Self {
        Self { word_order: 2, ..Self::default() }
    }

    /// The score (0…100) of a corpus. `references` are whole documents, each with one line for each hypothesis.
    pub fn corpus(&self, hypotheses: &[String], references: &[Vec<String>]) -> Result<f64> {
        Ok(self.score_of(&self.statistics(hypotheses, references)?.sums()))
    }

    /// The score (0…100) of one sentence against its references.
    pub fn sentence(&self, hypothesis: &str, references: &[&str]) -> Result<f64> {
        let references: Vec<_> = references.iter().map(|reference| vec![reference.to_string()]).collect();
        self.corpus(&[hypothesis.to_owned()], &references)
    }

    fn width(&self) -> usize {
        3 * (self.char_order + self.word_order)
    }

    fn check_orders(&self) -> Result<()> {
        for (least, order) in [(1, self.char_order), (0, self.word_order)] {
            if order < least || order > ngrams::MAX_ORDER {
                return Err(Error::Order { least, most: ngrams::MAX_ORDER, order });
            }
        }
        Ok(())
    }

    fn count<'a>(&self, line: &'a str, words: &mut Words<'a>) -> Orders {
        let characters: Vec<u32> =
            line.chars().filter(|&c| self.whitespace || !text::is_space(c)).map(u32::from).collect();
        let words = words.numbers(text::words(line).flat_map(split_punctuation));
        let of_characters = (1..=self.char_order).map(|order| ngrams::count(&characters, order));
        of_characters.chain((1..=self.word_order).map(|order| ngrams::count(&words, order))).collect()
    }

    /// The counts of a segment against the reference with the best score.
    fn segment(&self, hypothesis: &str, references: &[&str]) -> Vec<u64> {
        let lower = |line: &str| if self.lowercase { line.to_lowercase() } else { line.to_owned() };
        let (hypothesis, references) = (lower(hypothesis), references.iter().map(|line| lower(line)));
        let references: Vec<_> = references.collect();
        let mut words = Words::default();
        let hypothesis = self.count(&hypothesis, &mut words);
        let mut best = (f64::NEG_INFINITY, vec![0; self.width()]);
        for reference in &references {
            let reference = self.count(reference, &mut words);
            let row: Vec<u64> = hypothesis.iter().zip(&reference).flat_map(|(h, r)| compare(h, r)).collect();
            let score = self.score_of(&row);
            if score > best.0 {
                best = (score, row);
            }
        }
        best.1
    }
}

/// Numbers of n-grams of the hypothesis (0 if the reference has none), of the reference, and of matches.
fn compare(hypothesis: &Counts, reference: &Counts) -> [u64; 3] {
    let total = if reference.is_empty() { 0 } else { hypothesis.values().sum() };
    [total, reference.values().sum(), ngrams::matches(hypothesis, reference)]
}

/// Splits one ASCII punctuation mark off a word, at its end or else at its start, as chrF++.py does.
fn split_punctuation(word: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| c.is_ascii_punctuation();
    let at = match (word.char_indices().next_back(), word.chars().next()) {
        (Some((0, _)), _) => None,
        (Some((last, c)), _) if is_mark(c) => Some(last),
        (_, Some(c)) if is_mark(c) => Some(c.len_utf8()),
        _ => None,
    };
    let (first, second) = at.map_or((word, None), |at| (&word[..at], Some(&word[at..])));
    [Some(first), second].into_iter().flatten()
}

impl Metric for Chrf {
    fn name(&self) -> String {
        format!("chrF{}{}", self.beta, "+".repeat(self.word_order))
    }

    fn statistics(&self, hypotheses: &[String], references: &[Vec<String>]) -> Result<Statistics> {
        self.check_orders()?;
        metric::check(hypotheses, references)?;
        let mut statistics = Statistics::with_capacity(self.width(), hypotheses.len());
        for (index, hypothesis) in hypotheses.iter().enumerate() {
            let references: Vec<_> = references.iter().map(|lines| lines[index].as_str()).collect();
            statistics.push(&self.segment(hypothesis, &references));
        }
        Ok(statistics)
    }

    /// F-score of precision and recall averaged over the orders present on both sides.
    fn score_of(&self, sums: &[u64]) -> f64 {
        let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
        for counts in sums.chunks_exact(3) {
            let (hypothesis, reference, both) = (counts[0], counts[1], counts[2]);
            if hypothesis > 0 && reference > 0 {
                precision += both as f64 / hypothesis as f64;
                recall += both as f64 / reference as f64;
                orders += 1.0;
            }
        }
        if precision + recall == 0.0 {
            return 0.0;
        }
        (precision, recall) = (precision / orders, recall / orders);
        let factor = f64::from(self.beta).powi(2);
        100.0 * (1.0 + factor) * precision * recall / (factor * precision + recall)
    }

    fn signature(&self, references: usize, test: Option<SignificanceTest>) -> String {
        let case = if self.lowercase { "lc" } else { "mixed" };
        let space = if self.whitespace { "yes" } else { "no" };
        let settings =
            format!("case:{case}|eff:yes|nc:{}|nw:{}|space:{space}", self.char_order, self.word_order);
        metric::signature(references, test, &settings)
    }
}
