//! BERTScore, if the program was built with it.

use std::path::{Path, PathBuf};

use clap::Args;
#[cfg(feature = "bertscore")]
use evaluation::bertscore::{Baseline, BertScore, Device, Encoder, mean};
use evaluation::report::BertScoreRow;

use crate::failure::Failure;

/// How BERTScore is computed.
#[derive(Args)]
pub struct BertScoreArgs {
    /// Also compute BERTScore, with the BERT- or RoBERTa-like encoder in this folder
    #[arg(long, value_name = "ENCODER_DIR")]
    bertscore: Option<PathBuf>,
    /// The encoder's layer [default: recommended by the encoder's or BERTScore's authors]
    #[arg(long, value_name = "LAYER", requires = "bertscore")]
    bertscore_layer: Option<usize>,
    /// Weight tokens by inverse document frequency in BERTScore
    #[arg(long, requires = "bertscore")]
    bertscore_idf: bool,
    /// Rescale BERTScore so that unrelated texts score 0: a file of bert-score's rescale_baseline
    #[arg(long, value_name = "FILE", requires = "bertscore")]
    bertscore_baseline: Option<PathBuf>,
}

impl BertScoreArgs {
    /// Opens the encoder, if BERTScore is requested.
    pub fn open(&self) -> Result<Option<BertScorer>, Failure> {
        self.bertscore.as_deref().map(|folder| BertScorer::open(folder, self)).transpose()
    }
}

/// BERTScore with its encoder.
#[cfg(feature = "bertscore")]
pub struct BertScorer {
    encoder: Encoder,
    name: String,
    layer: usize,
    idf: bool,
    baseline: Option<Baseline>,
}

#[cfg(feature = "bertscore")]
impl BertScorer {
    pub fn open(folder: &Path, args: &BertScoreArgs) -> Result<Self, Failure> {
        let encoder = Encoder::open(folder, &Device::flex())?;
        let layer = args.bertscore_layer.unwrap_or_else(|| encoder.recommended_layer());
        if layer > encoder.layers() {
            return Err(evaluation::Error::Layer { layers: encoder.layers(), layer }.into());
        }
        let baseline =
            args.bertscore_baseline.as_deref().map(|path| Baseline::open(path, layer)).transpose()?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { encoder, name, layer, idf: args.bertscore_idf, baseline })
    }

    fn score(&self) -> BertScore<'_> {
        let Self { encoder, layer, idf, baseline, .. } = self;
        BertScore { encoder, layer: *layer, idf: *idf, baseline: baseline.clone() }
    }

    /// The F1 of each line.
    pub fn f1(&self, lines: &[String], reference: &[String]) -> Result<Vec<f64>, Failure> {
        let scores = self.score().score(lines, &[reference.to_vec()])?;
        Ok(scores.iter().map(|score| score.f1).collect())
    }

    pub fn row(&self, lines: &[String], references: &[Vec<String>]) -> Result<BertScoreRow, Failure> {
        let score = self.score();
        let mean = mean(&score.score(lines, references)?);
        Ok(BertScoreRow {
            bertscore_precision: mean.precision,
            bertscore_recall: mean.recall,
            bertscore_f1: mean.f1,
            bertscore_signature: score.signature(&self.name),
        })
    }
}

/// Never constructed: this program was built without BERTScore.
#[cfg(not(feature = "bertscore"))]
pub enum BertScorer {}

#[cfg(not(feature = "bertscore"))]
impl BertScorer {
    pub fn open(folder: &Path, args: &BertScoreArgs) -> Result<Self, Failure> {
        let BertScoreArgs { bertscore: _, bertscore_layer: _, bertscore_idf: _, bertscore_baseline: _ } =
            args;
        Err(Failure::usage(
            &format!("this program was built without BERTScore, so it cannot use {}", folder.display()),
            "Build it with: cargo build --release -p cli --features bertscore",
        ))
    }

    pub fn f1(&self, _lines: &[String], _reference: &[String]) -> Result<Vec<f64>, Failure> {
        match *self {}
    }

    pub fn row(&self, _lines: &[String], _references: &[Vec<String>]) -> Result<BertScoreRow, Failure> {
        match *self {}
    }
}
