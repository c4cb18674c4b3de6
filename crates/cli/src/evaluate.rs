//! `wasan evaluate`: scores translations, and finds the best recipe for the available models.

mod arguments;
mod bertscore;
mod calibrate;
mod choice;
mod contrast;
mod decoder;
mod formulas;
mod metrics;
mod models;
mod paper_tables;
mod report;
mod sweep;
mod system_outputs;
mod test_sets;
mod tuning;
mod weight_search;

use translation::Problem;

use crate::failure::Failure;
use crate::results::say;
pub use arguments::Evaluate;
use report::{EvaluationReport, Section};

impl Evaluate {
    pub fn run(self) -> Result<(), Failure> {
        if let Some(file) = &self.contrast {
            return contrast::run(&self, file);
        }
        if !self.tests.is_empty() && self.test_sets().next().is_none() {
            return Err(Failure::usage(
                "--tests names no test set",
                "Give files or folders, such as --tests dev.tsv",
            ));
        }
        let mut report = EvaluationReport::default();
        let result = if self.tests.is_empty() {
            self.score_files(&mut report)
        } else if self.sweep {
            sweep::run(&self, &mut report)
        } else if self.tune_choice {
            choice::run(&self, &mut report)
        } else if self.calibrate {
            calibrate::run(&self, &mut report)
        } else {
            paper_tables::run(&self, &mut report)
        };
        report.cut_short = result.is_err();
        // Prints the rows that were finished before an error: they took long.
        if result.is_ok() || !report.is_empty() {
            let text = match self.json {
                true => report.json(),
                false => report.markdown(),
            };
            say!("{}", text.trim_end());
        }
        result
    }

    /// Scores files of translations, without models or a GPU.
    fn score_files(&self, report: &mut EvaluationReport) -> Result<(), Failure> {
        let outputs =
            system_outputs::read_outputs(&self.hypotheses, &self.references, self.source.as_deref())?;
        let scorer = self.metrics.scorer(self.to.as_deref())?;
        let title = match &outputs.references[..] {
            [one] => format!("{} sentences", one.len()),
            [first, ..] => format!("{} sentences, {} references", first.len(), outputs.references.len()),
            [] => String::new(),
        };
        let table = scorer.table(&title, &outputs.systems, &outputs.references, Some(0))?;
        report.sections.push(Section::of_files(table));
        Ok(())
    }
}

impl From<evaluation::Error> for Failure {
    fn from(error: evaluation::Error) -> Self {
        let (code, message, hint) = ("evaluation", error.to_string(), "Only the rows shown were scored.");
        Problem { code: code.to_owned(), message, hint: hint.to_owned() }.into()
    }
}
