//! The metrics: BLEU and chrF, and BERTScore on request.

use clap::Args;
use evaluation::report::Table;
use evaluation::{Bleu, System, Tokenizer, compare};

use super::bertscore::{BertScoreArgs, BertScorer};
use crate::failure::Failure;

/// How scores are computed. BLEU and chrF are SacreBLEU's.
#[derive(Args)]
pub struct MetricArgs {
    /// BLEU's tokenizer [default: SacreBLEU's for the language of --to, else 13a]
    #[arg(long, value_name = "NAME", value_parser = ["13a", "intl", "char", "zh", "ja-mecab", "none"])]
    tokenizer: Option<String>,
    #[command(flatten)]
    bertscore: BertScoreArgs,
}

/// Computes the metrics.
pub struct Scorer {
    /// BLEU, which selects recipes and is tested for significance.
    pub bleu: Bleu,
    bertscore: Option<BertScorer>,
}

impl MetricArgs {
    /// Opens the encoder of BERTScore; `target` is the language of the translations.
    pub fn scorer(&self, target: Option<&str>) -> Result<Scorer, Failure> {
        let name = self.tokenizer.as_deref().or(target.map(Tokenizer::name_for)).unwrap_or("13a");
        let bleu = Bleu { tokenizer: name.parse()?, ..Bleu::default() };
        Ok(Scorer { bleu, bertscore: self.bertscore.open()? })
    }
}

impl Scorer {
    /// Every system's scores; `baseline` is the index of the system that p-values compare with.
    pub fn table(
        &self,
        title: &str,
        systems: &[System],
        references: &[Vec<String>],
        baseline: Option<usize>,
    ) -> Result<Table, Failure> {
        let mut table = compare(title, systems, references, &self.bleu, baseline)?;
        if let Some(bertscore) = &self.bertscore {
            for (row, system) in table.rows.iter_mut().zip(systems) {
                row.bertscore = Some(bertscore.row(&system.lines, references)?);
            }
        }
        Ok(table)
    }

    /// BERTScore's F1 of each line, if requested.
    pub fn f1(&self, lines: &[String], reference: &[String]) -> Result<Option<Vec<f64>>, Failure> {
        self.bertscore.as_ref().map(|bertscore| bertscore.f1(lines, reference)).transpose()
    }

    /// BLEU alone.
    pub fn bleu_of(&self, lines: &[String], reference: &[String]) -> Result<f64, Failure> {
        Ok(self.bleu.corpus(lines, &[reference.to_vec()])?.score)
    }
}
