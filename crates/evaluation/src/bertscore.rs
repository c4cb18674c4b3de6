//! BERTScore (Zhang et al. 2020): each token is matched with the most similar one of the other text, by the cosine of
//! their vectors in context. Equal to the Python package bert-score 0.3.13 with one pair per batch. With more, that
//! package counts padding as a token of similarity 0, so that a pair's score depends on the other pairs of its batch (of
//! 1,000 pairs with MiniLM, 11 changed by up to 0.006); here only tokens count.

mod config;
mod encoder;
mod tokens;
mod weights;

use std::collections::{HashMap, HashSet};
use std::path::Path;

pub use burn::tensor::Device;
use burn::tensor::{Tensor, TensorData};
pub use encoder::Encoder;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::{limits, metric};

/// The version in bert-score's hashes (the package has version 0.3.13).
pub const BERT_SCORE_VERSION: &str = "0.3.12";

/// Pairs of texts that are encoded together.
const BATCH: usize = 32;
/// Below every cosine: padding is never the most similar token.
const NO_TOKEN: f32 = -2.0;

/// How BERTScore is computed.
pub struct BertScore<'a> {
    /// The encoder.
    pub encoder: &'a Encoder,
    /// The layer whose vectors are compared, 0 for the embeddings; see [`Encoder::recommended_layer`].
    pub layer: usize,
    /// Whether tokens are weighted by inverse document frequency over the references.
    pub idf: bool,
    /// Score of unrelated texts, rescaled to 0.
    pub baseline: Option<Baseline>,
}

/// Precision, recall and F1 of a hypothesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// Mean similarity of the hypothesis' tokens.
    pub precision: f64,
    /// Mean similarity of the reference's tokens.
    pub recall: f64,
    /// Harmonic mean of the two, before any rescaling.
    pub f1: f64,
}

impl Score {
    /// The higher value of each.
    fn best(self, other: Self) -> Self {
        Self {
            precision: self.precision.max(other.precision),
            recall: self.recall.max(other.recall),
            f1: self.f1.max(other.f1),
        }
    }
}

/// Scores of unrelated texts, one line for each layer of an encoder: bert-score's `rescale_baseline/*.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline(Score);

impl Baseline {
    /// The line for a layer of a file with the columns LAYER,P,R,F.
    pub fn open(path: &Path, layer: usize) -> Result<Self> {
        let unusable = || Error::Baseline { layer, path: path.to_owned() };
        let bytes = config::read(path, limits::CONFIG_BYTES)?;
        let text = String::from_utf8(bytes).map_err(|_| unusable())?;
        let line = text.lines().skip(1).nth(layer).ok_or_else(unusable)?;
        let numbers: Vec<f64> = line.split(',').filter_map(|field| field.trim().parse().ok()).collect();
        match numbers[..] {
            [number, precision, recall, f1]
                if number == layer as f64 && [precision, recall, f1].iter().all(|value| *value < 1.0) =>
            {
                Ok(Self(Score { precision, recall, f1 }))
            }
            _ => Err(unusable()),
        }
    }

    fn rescale(&self, score: Score) -> Score {
        let scaled = |raw: f64, base: f64| (raw - base) / (1.0 - base);
        Score {
            precision: scaled(score.precision, self.0.precision),
            recall: scaled(score.recall, self.0.recall),
            f1: scaled(score.f1, self.0.f1),
        }
    }
}

impl BertScore<'_> {
    /// The score of each hypothesis; with several references, the best precision, recall and F1 among them.
    /// `references` are whole documents, each with one line for each hypothesis.
    pub fn score(&self, hypotheses: &[String], references: &[Vec<String>]) -> Result<Vec<Score>> {
        metric::check(hypotheses, references)?;
        let ids =
            |lines: &[String]| lines.iter().map(|line| self.encoder.encode(line)).collect::<Result<Vec<_>>>();
        let hypotheses = ids(hypotheses)?;
        let references = references.iter().map(|lines| ids(lines)).collect::<Result<Vec<_>>>()?;
        let weights = Weights::new(self, references.iter().flatten());

        let mut best: Vec<Option<Score>> = vec![None; hypotheses.len()];
        for reference in &references {
            let length = |&at: &usize| hypotheses[at].len().max(reference[at].len());
            let mut pairs: Vec<usize> = (0..hypotheses.len()).collect();
            pairs.sort_by_key(length);
            let mut rest = &pairs[..];
            while let Some(shortest) = rest.first() {
                // Texts of about one length are encoded together, so that little is padding.
                let longest = length(shortest) * 5 / 4;
                let count = rest.iter().take(BATCH).take_while(|at| length(at) <= longest).count();
                let (batch, longer) = rest.split_at(count);
                rest = longer;
                let of = |texts: &[Vec<u32>]| batch.iter().map(|&at| texts[at].clone()).collect::<Vec<_>>();
                let scores = self.pairs(&of(&hypotheses), &of(reference), &weights)?;
                for (&at, score) in batch.iter().zip(scores) {
                    best[at] = Some(best[at].map_or(score, |other| other.best(score)));
                }
            }
        }
        let rescaled =
            |score: Score| self.baseline.as_ref().map_or(score, |baseline| baseline.rescale(score));
        Ok(best.into_iter().map(|score| rescaled(score.unwrap_or_default())).collect())
    }

    /// bert-score's hash with the encoder's folder name, which identifies a reproducible score.
    pub fn signature(&self, encoder: &str) -> String {
        let idf = if self.idf { "idf" } else { "no-idf" };
        let rescaled = if self.baseline.is_some() { "-custom-rescaled" } else { "" };
        format!(
            "{encoder}_L{}_{idf}_version={BERT_SCORE_VERSION}(wasan={}){rescaled}",
            self.layer,
            env!("CARGO_PKG_VERSION")
        )
    }

    /// Scores of a batch of pairs.
    fn pairs(
        &self,
        hypotheses: &[Vec<u32>],
        references: &[Vec<u32>],
        weights: &Weights,
    ) -> Result<Vec<Score>> {
        let a = self.unit_vectors(hypotheses)?;
        let b = self.unit_vectors(references)?;
        let (rows, columns) = (a.dims()[1], b.dims()[1]);
        let similarity = a.matmul(b.swap_dims(1, 2)); // (pair, hypothesis token, reference token)
        let to_reference =
            (similarity.clone() + padding(references, columns, &similarity).swap_dims(1, 2)).max_dim(2);
        let to_hypothesis = (similarity.clone() + padding(hypotheses, rows, &similarity)).max_dim(1);
        let precision = floats(to_reference);
        let recall = floats(to_hypothesis);
        let pairs = hypotheses.iter().zip(references).zip(precision.chunks(rows).zip(recall.chunks(columns)));
        Ok(pairs
            .map(|((hypothesis, reference), (precision, recall))| {
                let special = self.encoder.special_ids().len();
                if hypothesis.len() == special || reference.len() == special {
                    return Score::default();
                }
                let precision = weights.mean(hypothesis, precision);
                let recall = weights.mean(reference, recall);
                let sum = precision + recall;
                Score { precision, recall, f1: if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum } }
            })
            .collect())
    }

    /// Vectors of length 1 for each token, (text, token, hidden).
    fn unit_vectors(&self, texts: &[Vec<u32>]) -> Result<Tensor<3>> {
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let vectors = self.encoder.hidden(&texts, self.layer)?;
        let lengths = vectors.clone().square().sum_dim(2).sqrt();
        Ok(vectors / lengths)
    }
}

/// The term added to similarities so that padding is never the maximum: (text, token, 1).
fn padding(texts: &[Vec<u32>], longest: usize, like: &Tensor<3>) -> Tensor<3> {
    let added = |ids: &Vec<u32>| {
        (0..longest).map(|at| if at < ids.len() { 0.0 } else { NO_TOKEN }).collect::<Vec<f32>>()
    };
    let added: Vec<f32> = texts.iter().flat_map(added).collect();
    Tensor::from_data(TensorData::new(added, [texts.len(), longest, 1]), &like.device())
}

fn floats(tensor: Tensor<3>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Weight of each token.
struct Weights {
    by_id: HashMap<u32, f64>,
    others: f64,
}

impl Weights {
    /// 1 for every token except special tokens; or, with idf, ln((references + 1) / (references with the token + 1)).
    fn new<'a>(score: &BertScore, references: impl Iterator<Item = &'a Vec<u32>>) -> Self {
        if !score.idf {
            return Self {
                by_id: score.encoder.special_ids().iter().map(|&id| (id, 0.0)).collect(),
                others: 1.0,
            };
        }
        let (mut texts, mut occurrences) = (0.0, HashMap::<u32, f64>::new());
        for ids in references {
            texts += 1.0;
            for &id in ids.iter().collect::<HashSet<_>>() {
                *occurrences.entry(id).or_default() += 1.0;
            }
        }
        let idf = |count: f64| ((texts + 1.0) / (count + 1.0)).ln();
        Self {
            by_id: occurrences.into_iter().map(|(id, count)| (id, idf(count))).collect(),
            others: idf(0.0),
        }
    }

    /// The weighted mean of a text's similarities; 0 where no token has any weight.
    fn mean(&self, ids: &[u32], similarities: &[f32]) -> f64 {
        let weight = |id: &u32| self.by_id.get(id).copied().unwrap_or(self.others);
        let all: f64 = ids.iter().map(weight).sum();
        let sum: f64 = ids.iter().zip(similarities).map(|(id, &value)| weight(id) * f64::from(value)).sum();
        if all == 0.0 { 0.0 } else { sum / all }
    }
}

/// The macro average over sentences.
pub fn mean(scores: &[Score]) -> Score {
    let count = scores.len().max(1) as f64;
    let mean = |part: fn(&Score) -> f64| scores.iter().map(part).sum::<f64>() / count;
    Score { precision: mean(|s| s.precision), recall: mean(|s| s.recall), f1: mean(|s| s.f1) }
}
