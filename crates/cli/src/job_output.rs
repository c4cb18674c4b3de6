//! Prints the results of jobs in the order of their inputs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use translation::quality::Summary;
use translation::{
    DocumentTerm, JobEvent, JobId, JobResult, JobRow, Problem, TermCount, Translator, Warning,
};

use crate::failure::{Failure, show};
use crate::progress::Progress;
use crate::results::print_result;
use crate::terminal::{note, shown};

/// Output besides the plain translations.
#[derive(Debug, Default)]
pub struct OutputOptions {
    /// Print results as JSON.
    pub json: bool,
    /// Write a bilingual version of each document.
    pub bilingual: bool,
    /// Write the segments of all documents as TMX into this file.
    pub tmx: Option<PathBuf>,
}

/// One input of the command.
pub struct InputJob {
    /// None if the input was rejected before it became a job.
    pub id: Option<JobId>,
    /// Path of a document; none for a text.
    pub document: Option<PathBuf>,
}

/// Results that are printed, or wait for an earlier input's result.
pub struct JobOutput<'a> {
    options: OutputOptions,
    translator: &'a Translator,
    progress: &'a Progress,
    printed: usize,
    waiting: BTreeMap<usize, (InputJob, Result<JobResult, Problem>)>,
    translated: Vec<JobId>,
    one_line_per_input: bool,
    failed: bool,
    // Of texts; a document has a summary of its own.
    texts: Summary,
}

impl<'a> JobOutput<'a> {
    /// Output without any results yet.
    pub fn new(options: OutputOptions, translator: &'a Translator, progress: &'a Progress) -> Self {
        Self {
            one_line_per_input: options.json,
            options,
            translator,
            progress,
            printed: 0,
            waiting: BTreeMap::new(),
            translated: Vec::new(),
            failed: false,
            texts: Summary::default(),
        }
    }

    /// From now on prints one line for each input, an empty one for an input that failed.
    pub fn print_one_line_per_input(&mut self) {
        self.one_line_per_input = true;
    }

    /// Whether an input failed or was left unchanged in part, or an extra file could not be written.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Shows a problem that does not end the command.
    pub fn show_problem(&mut self, problem: &Problem) {
        self.failed = true;
        show(problem);
    }

    /// Shows the progress of a job.
    pub fn show_progress(&self, event: &JobEvent) {
        if let JobEvent::Progress { done, total, tokens_per_second, eta_s } = event {
            let left = eta_s.map_or_else(String::new, |eta| format!(", {eta:.0} s left"));
            self.progress.show(&format!("{done}/{total} sentences, {tokens_per_second:.0} tokens/s{left}"));
        }
    }

    /// Removes the progress line.
    pub fn clear_progress(&self) {
        self.progress.clear();
    }

    /// Takes the result of input number `index`, and prints all results whose predecessors are printed.
    ///
    /// # Errors
    /// A problem that every further input would have too; a closed standard output.
    pub fn add(
        &mut self,
        index: usize,
        job: InputJob,
        result: Result<JobResult, Problem>,
    ) -> Result<(), Failure> {
        self.waiting.insert(index, (job, result));
        while let Some((job, result)) = self.waiting.remove(&self.printed) {
            self.printed += 1;
            self.print(&job, result)?;
        }
        Ok(())
    }

    /// Writes the segments of all translated documents of the first document's language pair as TMX, if requested.
    pub fn write_tmx(&self) -> Result<(), Failure> {
        let Some(path) = &self.options.tmx else { return Ok(()) };
        let rows: Vec<JobRow> =
            self.translated.iter().map(|id| self.translator.job(*id)).collect::<Result<_, _>>()?;
        let Some(JobRow { pair, .. }) = rows.first() else { return Ok(()) };
        let same: Vec<JobId> = rows.iter().filter(|row| row.pair == *pair).map(|row| row.id).collect();
        if same.len() < rows.len() {
            note!("wasan: {} contains only the {pair} documents", shown(path));
        }
        let count = self.translator.export_units(pair, &same, path)?;
        note!("{count} translation units written to {}", shown(path));
        Ok(())
    }

    /// Says how many sentences of texts are poor.
    pub fn note_poor_texts(&self) {
        if self.texts.poor > 0 {
            note!("wasan: {}", self.texts);
        }
    }

    fn print(&mut self, job: &InputJob, result: Result<JobResult, Problem>) -> Result<(), Failure> {
        self.progress.clear();
        let json = self.options.json;
        let line = match result {
            Err(problem) => {
                let failure = Failure::from(problem.clone());
                if failure.ends_everything() {
                    return Err(failure);
                }
                self.show_problem(&naming_the_document(job, problem.clone()));
                if !self.one_line_per_input {
                    return Ok(());
                }
                if json { self.problem_as_json(job, &problem) } else { String::new() }
            }
            Ok(result) => {
                self.failed |= result.placeholders_kept > 0;
                if let InputJob { id: Some(id), document: Some(document) } = job {
                    self.translated.push(*id);
                    self.write_bilingual(*id, &result);
                    print_summary(&shown(document), &result);
                } else {
                    self.texts.sentences += result.segments;
                    self.texts.poor += result.poor;
                    self.texts.uncalibrated |= result.uncalibrated;
                }
                match (&result.output, json) {
                    (_, true) => result_as_json(job, &result),
                    (Some(path), false) => path.display().to_string(),
                    (None, false) => result.text.unwrap_or_default(),
                }
            }
        };
        print_result(&line)
    }

    // With the document's path, and its number if the queue holds it.
    fn problem_as_json(&self, job: &InputJob, problem: &Problem) -> String {
        let queued = job.id.filter(|id| job.document.is_some() && self.translator.job(*id).is_ok());
        let mut value = serde_json::json!({ "problem": problem });
        if let Some(fields) = value.as_object_mut() {
            fields.extend(job.document.iter().map(|path| ("input".to_owned(), serde_json::json!(path))));
            fields.extend(queued.map(|id| ("job".to_owned(), serde_json::json!(id))));
        }
        value.to_string()
    }

    // If it cannot be written, the other documents are still translated.
    fn write_bilingual(&mut self, id: JobId, result: &JobResult) {
        let Some(output) = result.output.as_ref().filter(|_| self.options.bilingual) else { return };
        match self.translator.export_beside(id, output) {
            Ok(path) => note!("bilingual version: {}", shown(&path)),
            Err(error) => self.show_problem(&error.problem()),
        }
    }
}

// Of several documents the user must know which one it was.
fn naming_the_document(job: &InputJob, mut problem: Problem) -> Problem {
    let document = job.document.as_ref().map(|path| shown(path).to_string());
    let name = job.document.as_ref().and_then(|path| path.file_name()).unwrap_or_default().to_string_lossy();
    if let Some(document) = document.filter(|_| !problem.message.contains(&*name)) {
        problem.message = format!("{document}: {}", problem.message);
    }
    problem
}

fn result_as_json(job: &InputJob, result: &JobResult) -> String {
    let mut value = serde_json::json!(result);
    if let (InputJob { id, document: Some(document) }, Some(fields)) = (job, value.as_object_mut()) {
        fields.insert("job".to_owned(), serde_json::json!(id));
        fields.insert("input".to_owned(), serde_json::json!(document));
        fields.insert("words_per_second".to_owned(), serde_json::json!(words_per_second(result)));
    }
    value.to_string()
}

fn words_per_second(result: &JobResult) -> f32 {
    if result.seconds > 0.0 { result.words_decoded as f32 / result.seconds } else { 0.0 }
}

/// Prints what a document's translation took, on standard error.
pub fn print_summary(document: &str, result: &JobResult) {
    let sentences = if result.segments == 1 { "sentence" } else { "sentences" };
    let mut parts = vec![format!("{} {sentences}", result.segments)];
    if result.reused > 0 {
        parts.push(format!("{} reused", result.reused));
    }
    if result.to_review > 0 {
        parts.push(format!("{} to review", result.to_review));
    }
    if result.placeholders_kept > 0 {
        parts.push(format!("{} left unchanged because of placeholders", result.placeholders_kept));
    }
    let TermCount { met, missed } = result.terms;
    if met + missed > 0 {
        parts.push(format!("{met} of {} glossary terms used", met + missed));
    }
    if !result.document_terms.is_empty() {
        let sum = |of: fn(&DocumentTerm) -> usize| result.document_terms.iter().map(of).sum::<usize>();
        let (kept, all) = (sum(|term| term.agreeing), sum(|term| term.segments));
        parts.push(format!("{} terms kept the same in {kept} of {all} places", result.document_terms.len()));
    }
    if result.context_tokens > 0 {
        let decoded = result.segments.saturating_sub(result.reused).max(1);
        parts.push(format!("{} tokens of context a sentence", result.context_tokens.div_ceil(decoded)));
    }
    if result.words_decoded > 0 {
        parts.push(format!("{:.0} words/s", words_per_second(result)));
    }
    if result.warning == Some(Warning::NoText) {
        parts.push("no text to translate was found, the output is a copy".to_owned());
    }
    note!("{document}: {}", parts.join(", "));
    let summary = result.summary();
    if summary.poor > 0 {
        note!("{document}: {summary}");
    }
    if !result.left_alone.is_empty() {
        note!("{document}: {}", result.left_alone);
    }
}
