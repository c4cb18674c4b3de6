//! Result tables, as Markdown for people and JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use crate::paper::{Direction, Published};

/// One system on one test set. Tables omit what was not measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// The system: a formula, or the name given to a file of hypotheses.
    pub name: String,
    /// The paper's name of the formula.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// BLEU, 0…100.
    pub bleu: f64,
    /// chrF, 0…100.
    pub chrf: f64,
    /// chrF++, 0…100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chrf_plus_plus: Option<f64>,
    /// Macro-averaged BERTScore.
    #[serde(flatten)]
    pub bertscore: Option<BertScoreRow>,
    /// SacreBLEU's signature of the BLEU.
    pub signature: String,
    /// SacreBLEU's signature of the chrF.
    pub chrf_signature: String,
    /// SacreBLEU's signature of the chrF++.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub chrf_plus_plus_signature: String,
    /// Half the width of BLEU's 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bleu_margin: Option<f64>,
    /// p-value of BLEU's difference from the table's baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// Wall time of the translation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Generated tokens per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    /// The paper's figures for the same sum, size and direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<PaperRow>,
}

/// BERTScore's part of a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BertScoreRow {
    /// Precision.
    pub bertscore_precision: f64,
    /// Recall.
    pub bertscore_recall: f64,
    /// F1.
    pub bertscore_f1: f64,
    /// Encoder, layer and settings.
    pub bertscore_signature: String,
}

/// The paper's part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PaperRow {
    /// BLEU.
    pub bleu: f64,
    /// Mean BERTScore F1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bertscore_f1: Option<f64>,
}

impl PaperRow {
    /// A published row in one direction.
    pub fn new(published: &Published, direction: Direction) -> Self {
        Self { bleu: published.bleu(direction), bertscore_f1: published.bertscore_f1(direction) }
    }
}

/// Systems on one test set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    /// The test set and direction.
    pub title: String,
    /// The row that p-values compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// The systems.
    pub rows: Vec<Row>,
}

/// Metrics with signatures, in output order.
const METRICS: [&str; 4] = ["BLEU", "chrF", "chrF++", "BERTScore"];

/// A column: its heading, and the text of a cell, if any.
type Column = (&'static str, fn(&Row) -> Option<String>);

const COLUMNS: [Column; 11] = [
    ("method", |row| row.method.clone()),
    ("BLEU", |row| Some(format!("{:.2}", row.bleu))),
    ("±", |row| row.bleu_margin.map(|margin| format!("{margin:.2}"))),
    ("chrF", |row| Some(format!("{:.2}", row.chrf))),
    ("chrF++", |row| row.chrf_plus_plus.map(|score| format!("{score:.2}"))),
    ("BERTScore F1", |row| row.bertscore.as_ref().map(|scores| format!("{:.4}", scores.bertscore_f1))),
    ("p", |row| row.p_value.map(|p| format!("{p:.4}"))),
    ("seconds", |row| row.seconds.map(|seconds| format!("{seconds:.1}"))),
    ("tokens/s", |row| row.tokens_per_second.map(|speed| format!("{speed:.1}"))),
    ("paper: BLEU", |row| row.paper.map(|paper| format!("{:.2}", paper.bleu))),
    ("paper: BERTScore F1", |row| {
        row.paper.and_then(|paper| paper.bertscore_f1).map(|f1| format!("{f1:.2}"))
    }),
];

impl Table {
    /// A heading, the rows with every non-empty column, and the signatures.
    pub fn markdown(&self) -> String {
        let columns: Vec<Column> =
            COLUMNS.into_iter().filter(|(_, cell)| self.rows.iter().any(|row| cell(row).is_some())).collect();
        let mut text = format!("### {}\n\n| system |", escape(&self.title));
        for (heading, _) in &columns {
            // Writing to a String cannot fail.
            let _ = write!(text, " {heading} |");
        }
        text.push_str("\n|---|");
        text.push_str(&"--:|".repeat(columns.len()));
        for row in &self.rows {
            let _ = write!(text, "\n| {} |", escape(&row.name));
            for (_, cell) in &columns {
                let _ = write!(text, " {} |", cell(row).unwrap_or_default());
            }
        }
        text.push('\n');
        if let Some(baseline) = &self.baseline {
            let _ = write!(text, "\np: against {}, paired bootstrap.\n", escape(baseline));
        }
        for (metric, signature) in self.signatures() {
            let _ = write!(text, "\n{metric}: `{signature}`\n");
        }
        text
    }

    /// `{"title", "baseline", "rows": […]}`, indented.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// The distinct signatures of the rows.
    fn signatures(&self) -> Vec<(&'static str, &str)> {
        let mut found = Vec::new();
        for row in &self.rows {
            let bertscore = row.bertscore.as_ref().map_or("", |scores| &scores.bertscore_signature);
            let plus_plus = &*row.chrf_plus_plus_signature;
            let all = [&*row.signature, &*row.chrf_signature, plus_plus, bertscore];
            let all = METRICS.into_iter().zip(all);
            for pair in all {
                if !pair.1.is_empty() && !found.contains(&pair) {
                    found.push(pair);
                }
            }
        }
        found.sort_by_key(|(metric, _)| METRICS.iter().position(|name| name == metric));
        found
    }
}

/// Escapes a name for a table cell.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Size, published};

    fn table() -> Table {
        let row = |name: &str, bleu| Row {
            name: name.to_owned(),
            bleu,
            chrf: 60.0,
            signature: "nrefs:1".to_owned(),
            ..Row::default()
        };
        let collab = Row {
            p_value: Some(0.0123),
            paper: published(Size::B3, "L + S_SRC + S_TGT").map(|row| PaperRow::new(row, Direction::DeEn)),
            ..row("L + S_SRC + S_TGT", 30.0)
        };
        Table {
            title: "newstest2018 de-en".to_owned(),
            baseline: Some("L".to_owned()),
            rows: vec![row("L", 27.125), collab, row("a|b\nc", 0.0)],
        }
    }

    #[test]
    fn markdown_shows_only_columns_that_hold_something() {
        let expected = "\
### newstest2018 de-en

| system | BLEU | chrF | p | paper: BLEU | paper: BERTScore F1 |
|---|--:|--:|--:|--:|--:|
| L | 27.12 | 60.00 |  |  |  |
| L + S_SRC + S_TGT | 30.00 | 60.00 | 0.0123 | 38.02 | 0.95 |
| a\\|b c | 0.00 | 60.00 |  |  |  |

p: against L, paired bootstrap.

BLEU: `nrefs:1`
";
        assert_eq!(table().markdown(), expected);
    }

    #[test]
    fn json_has_flat_rows() {
        let mut table = table();
        table.rows[0].bertscore = Some(BertScoreRow { bertscore_f1: 0.9, ..BertScoreRow::default() });
        let json: serde_json::Value = serde_json::from_str(&table.json().unwrap()).unwrap();
        assert_eq!(json["rows"][0]["name"], "L");
        assert_eq!(json["rows"][0]["bertscore_f1"], 0.9);
        assert!(json["rows"][1].get("bertscore_f1").is_none());
        assert_eq!(json["rows"][1]["paper"]["bleu"], 38.02);
        assert_eq!(json["rows"][1]["p_value"], 0.0123);
    }
}
