//! Translation metrics: BLEU and chrF equal to SacreBLEU's, BERTScore, significance tests and result tables; classifiers of
//! translations by a few features. Scores lines of text; uses no translation model and no network.

#![forbid(unsafe_code)]

#[cfg(feature = "bertscore")]
pub mod bertscore;
pub mod bleu;
pub mod chrf;
mod compare;
mod error;
pub mod limits;
pub mod logistic;
pub mod metric;
mod ngrams;
pub mod paper;
mod random;
pub mod ranking;
pub mod report;
mod sample;
pub mod significance;
mod text;
mod tokenizers;

pub use bleu::{Bleu, BleuScore, Smoothing};
pub use chrf::Chrf;
pub use compare::{System, compare};
pub use error::{Error, Result};
pub use logistic::Logistic;
pub use metric::{Metric, Statistics};
pub use sample::sample;
#[cfg(feature = "ja-mecab")]
pub use tokenizers::JaMecab;
pub use tokenizers::Tokenizer;
