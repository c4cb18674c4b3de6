//! The metrics asked for.

use std::path::PathBuf;

use clap::Args;
use evaluation::report::Table;
use evaluation::{Bleu, System, Tokenizer, compare};

use crate::failure::Failure;
use bert::Bert;

/// How scores are computed. BLEU and chrF are SacreBLEU's.
#[derive(Args)]
pub struct Metrics {
    /// How BLEU tells words apart [default: as SacreBLEU for the language of --to, else 13a]
    #[arg(long, value_name = "NAME", value_parser = ["13a", "intl", "char", "zh", "ja-mecab", "none"])]
    tokenizer: Option<String>,
    /// BERTScore too, with the BERT- or RoBERTa-like encoder in this folder
    #[arg(long, value_name = "ENCODER_DIR")]
    bertscore: Option<PathBuf>,
    /// The encoder's layer [default: the one that its authors or those of BERTScore recommend]
    #[arg(long, value_name = "LAYER", requires = "bertscore")]
    bertscore_layer: Option<usize>,
    /// Rare words weigh more in BERTScore
    #[arg(long, requires = "bertscore")]
    bertscore_idf: bool,
    /// What unrelated texts score, to be scaled to 0: a file of bert-score's rescale_baseline
    #[arg(long, value_name = "FILE", requires = "bertscore")]
    bertscore_baseline: Option<PathBuf>,
}

/// Metrics ready to be used.
pub struct Scorer {
    /// BLEU, which picks and compares.
    pub bleu: Bleu,
    bert: Option<Bert>,
}

impl Metrics {
    /// Opens what the metrics need; `target` is the language of the translations.
    pub fn scorer(&self, target: Option<&str>) -> Result<Scorer, Failure> {
        let name = self.tokenizer.as_deref().or(target.map(Tokenizer::name_for)).unwrap_or("13a");
        let bleu = Bleu { tokenizer: name.parse()?, ..Bleu::default() };
        Ok(Scorer {
            bleu,
            bert: self.bertscore.as_deref().map(|folder| Bert::open(folder, self)).transpose()?,
        })
    }
}

impl Scorer {
    /// Every system's scores; `baseline` is the place of the one that p-values compare with.
    pub fn table(
        &self,
        title: &str,
        systems: &[System],
        references: &[Vec<String>],
        baseline: Option<usize>,
    ) -> Result<Table, Failure> {
        let mut table = compare(title, systems, references, &self.bleu, baseline)?;
        if let Some(bert) = &self.bert {
            for (row, system) in table.rows.iter_mut().zip(systems) {
                row.bertscore = Some(bert.row(&system.lines, references)?);
            }
        }
        Ok(table)
    }

    /// BLEU alone.
    pub fn bleu_of(&self, lines: &[String], reference: &[String]) -> Result<f64, Failure> {
        Ok(self.bleu.corpus(lines, &[reference.to_vec()])?.score)
    }
}

#[cfg(feature = "bertscore")]
mod bert {
    use std::path::Path;

    use evaluation::bertscore::{Baseline, BertScore, Device, Encoder, mean};
    use evaluation::report::BertScoreRow;

    use super::Metrics;
    use crate::failure::Failure;

    /// BERTScore with its encoder.
    pub struct Bert {
        encoder: Encoder,
        name: String,
        layer: usize,
        idf: bool,
        baseline: Option<Baseline>,
    }

    impl Bert {
        pub fn open(folder: &Path, metrics: &Metrics) -> Result<Self, Failure> {
            let encoder = Encoder::open(folder, &Device::flex())?;
            let layer = metrics.bertscore_layer.unwrap_or_else(|| encoder.recommended_layer());
            if layer > encoder.layers() {
                return Err(evaluation::Error::Layer { layers: encoder.layers(), layer }.into());
            }
            let baseline =
                metrics.bertscore_baseline.as_deref().map(|path| Baseline::open(path, layer)).transpose()?;
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Self { encoder, name, layer, idf: metrics.bertscore_idf, baseline })
        }

        pub fn row(&self, lines: &[String], references: &[Vec<String>]) -> Result<BertScoreRow, Failure> {
            let score = BertScore {
                encoder: &self.encoder,
                layer: self.layer,
                idf: self.idf,
                baseline: self.baseline.clone(),
            };
            let mean = mean(&score.score(lines, references)?);
            Ok(BertScoreRow {
                bertscore_precision: mean.precision,
                bertscore_recall: mean.recall,
                bertscore_f1: mean.f1,
                bertscore_signature: score.signature(&self.name),
            })
        }
    }
}

#[cfg(not(feature = "bertscore"))]
mod bert {
    use std::path::Path;

    use evaluation::report::BertScoreRow;

    use super::Metrics;
    use crate::failure::Failure;

    /// There is none in this program.
    pub enum Bert {}

    impl Bert {
        pub fn open(folder: &Path, metrics: &Metrics) -> Result<Self, Failure> {
            let Metrics { bertscore_layer: _, bertscore_idf: _, bertscore_baseline: _, .. } = metrics;
            Err(Failure::usage(
                &format!("this program was built without BERTScore, so it cannot use {}", folder.display()),
                "Build it with: cargo build --release -p cli --features bertscore",
            ))
        }

        pub fn row(&self, _lines: &[String], _references: &[Vec<String>]) -> Result<BertScoreRow, Failure> {
            match *self {}
        }
    }
}
