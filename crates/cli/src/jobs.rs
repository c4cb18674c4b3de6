//! `wasan jobs`: the queue of documents.

use clap::{Subcommand, ValueEnum};
use translation::quality::{Grade, QualityEstimate, Summary};
use translation::{DocumentTerm, Error, Filter, JobId, JobRow, JobState, Setup, Term, Translator};

use crate::arguments::{DataArgs, EngineArgs};
use crate::failure::Failure;
use crate::job_output::OutputOptions;
use crate::job_runner::{JobRunner, run_jobs};
use crate::results::{print_result, say};
use crate::terminal::{note, shown};

#[derive(Subcommand)]
pub enum Jobs {
    /// List the queued documents
    List {
        #[command(flatten)]
        data: DataArgs,
        /// Print JSON, one line per document
        #[arg(long)]
        json: bool,
    },
    /// Show the segments of a translated document
    Show {
        /// The document's number from `wasan jobs list`
        id: u64,
        /// Which segments to show
        #[arg(long, value_enum, default_value_t = SegmentFilter::All)]
        only: SegmentFilter,
        #[command(flatten)]
        data: DataArgs,
        /// Print JSON, one line per segment
        #[arg(long)]
        json: bool,
    },
    /// Correct a segment of a translated document: rewrites the file and stores the correction in the memory
    Edit {
        /// The document's number from `wasan jobs list`
        id: u64,
        /// The segment's number from `wasan jobs show`
        segment: usize,
        /// New translation. Numbered tags, as `wasan jobs show` prints them, say where formatting goes: There <1>is</1> more
        text: String,
        /// Change all segments with the same source
        #[arg(long)]
        equal: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the repeated terms that a translated document keeps the same, each with its translation and how many of the
    /// sentences with the term have it: TSV, which `wasan glossary import` reads. With a term and a translation, change that
    /// one: sentences that lack the new translation are marked for review
    Terms {
        /// The document's number from `wasan jobs list`
        id: u64,
        /// The term to change or to add, in the source language
        #[arg(requires = "translation")]
        term: Option<String>,
        /// Its translation
        translation: Option<String>,
        #[command(flatten)]
        data: DataArgs,
        /// Print JSON, one line per term
        #[arg(long)]
        json: bool,
    },
    /// Resume documents that were interrupted or paused
    Resume(ResumeArgs),
    /// Retry documents that failed or were cancelled
    Retry(ResumeArgs),
    /// Cancel unfinished documents; their finished sentences are kept
    Cancel {
        /// The documents' numbers from `wasan jobs list`
        #[arg(required = true)]
        ids: Vec<u64>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove documents from the queue with the sentences that only they have; their files and the translation memory are
    /// left unchanged (`wasan memory clear` removes that)
    Clear {
        /// The documents' numbers [default: all that are done, failed or cancelled]
        ids: Vec<u64>,
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(clap::Args)]
pub struct ResumeArgs {
    /// The documents' numbers from `wasan jobs list` [default: all]
    ids: Vec<u64>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Sentences decoded at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    sequences: u32,
    /// Do not ask whether corrections may be lost
    #[arg(long)]
    yes: bool,
    /// Print each result as one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum SegmentFilter {
    /// All segments
    All,
    /// Segments to review
    ToReview,
    /// Segments to review, the most probably wrong first
    PoorFirst,
    /// Segments with missing or new numbers
    Numbers,
    /// Segments with lost or moved markup or placeholders
    Tags,
    /// Segments that lack a glossary term
    Glossary,
}

impl From<SegmentFilter> for Filter {
    fn from(filter: SegmentFilter) -> Self {
        match filter {
            SegmentFilter::All => Self::All,
            SegmentFilter::ToReview => Self::ToReview,
            SegmentFilter::PoorFirst => Self::PoorFirst,
            SegmentFilter::Numbers => Self::Numbers,
            SegmentFilter::Tags => Self::Tags,
            SegmentFilter::Glossary => Self::Glossary,
        }
    }
}

impl Jobs {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { data, json } => data.with_translator(|translator| list(translator, json)),
            Self::Show { id, only, data, json } => {
                data.with_translator(|translator| show(translator, JobId(id), only.into(), json))
            }
            Self::Edit { id, segment, text, equal, data } => data.with_translator(|translator| {
                let edited = match equal {
                    true => translator.edit_equal(JobId(id), segment, &text)?,
                    false => translator.edit(JobId(id), segment, &text)?,
                };
                let edited = edited.segment;
                note!("{} → {}", edited.source, edited.target);
                Ok(())
            }),
            Self::Terms { id, term, translation, data, json } => {
                let term = term.zip(translation).map(|(source, target)| Term { source, target });
                data.with_translator(|translator| terms(translator, JobId(id), term.as_ref(), json))
            }
            Self::Resume(args) => args.run(JobState::is_unfinished),
            Self::Retry(args) => args.run(|state| matches!(state, JobState::Failed | JobState::Cancelled)),
            Self::Cancel { ids, data } => data.with_translator(|translator| {
                ids.iter().try_for_each(|id| translator.give_up(JobId(*id))).map_err(Failure::from)
            }),
            Self::Clear { ids, data } => data.with_translator(|translator| clear(translator, &ids)),
        }
    }
}

impl ResumeArgs {
    fn run(self, wanted: fn(JobState) -> bool) -> Result<(), Failure> {
        let setup = Setup { sequences: self.sequences, ..self.engine.setup() };
        let output = OutputOptions { json: self.json, ..OutputOptions::default() };
        run_jobs(setup, output, |runner| self.resume(runner, wanted))
    }

    fn resume(&self, runner: &mut JobRunner<'_>, wanted: fn(JobState) -> bool) -> Result<(), Failure> {
        let translator = runner.translator;
        let rows = match self.ids.is_empty() {
            true => translator.jobs()?.into_iter().filter(|row| wanted(row.state)).collect(),
            false => {
                self.ids.iter().map(|id| translator.job(JobId(*id))).collect::<Result<Vec<JobRow>, _>>()?
            }
        };
        if rows.is_empty() {
            note!("No matching jobs");
        }
        rows.iter().try_for_each(|row| runner.confirm_loss(row, self.yes))?;
        rows.iter().try_for_each(|row| runner.resume(row))?;
        runner.finish()
    }
}

fn list(translator: &Translator, json: bool) -> Result<(), Failure> {
    for row in translator.jobs()? {
        if json {
            say!("{}", serde_json::json!(row));
            continue;
        }
        let mut review =
            if row.to_review > 0 { format!("  {} to review", row.to_review) } else { String::new() };
        if row.poor > 0 {
            review += &format!(", {} of them poor", row.poor);
        }
        let output = row.output.as_ref().filter(|_| row.state == JobState::Done);
        let output = output.map_or_else(String::new, |output| format!(" → {}", shown(output)));
        say!(
            "{:>4}  {:11} {:5}  {:>5}/{:<5}  {}{output}{review}",
            row.id,
            row.state.name(),
            row.pair.to_string(),
            row.done,
            row.total,
            shown(&row.input)
        );
        if let Some(problem) = row.problem {
            say!("      {}", problem.message);
        }
    }
    Ok(())
}

fn show(translator: &Translator, id: JobId, filter: Filter, json: bool) -> Result<(), Failure> {
    let summary: Summary =
        translator.segments(id, Filter::All)?.iter().map(|segment| segment.quality).collect();
    if !json && summary.poor > 0 {
        note!("{summary}");
    }
    for segment in translator.segments(id, filter)? {
        if json {
            say!("{}", serde_json::json!(segment));
            continue;
        }
        let status = label(&serde_json::json!(segment.status), &STATUSES);
        let tagged = segment.tagged.as_ref();
        let source = tagged.map_or(&segment.source, |tagged| &tagged.source);
        let target = tagged.map_or(&segment.target, |tagged| &tagged.target);
        say!("{:>5}  {status:14}  {source}\n{:23}{target}", segment.index, "");
        if let Some(said) = segment.quality.and_then(describe_quality) {
            say!("{:23}! {said}", "");
        }
        for reason in &segment.reasons {
            say!("{:23}! {}", "", describe_reason(&serde_json::json!(reason)));
        }
        for term in &segment.terms.met {
            say!("{:23}+ glossary term used: {}", "", term.target);
        }
    }
    Ok(())
}

fn terms(translator: &Translator, id: JobId, new: Option<&Term>, json: bool) -> Result<(), Failure> {
    if let Some(new) = new {
        let lacking = translator.set_document_term(id, new)?.lacking;
        note!("{} → {}: {lacking} sentences lack it and are marked for review", new.source, new.target);
        return Ok(());
    }
    for found in translator.document_terms(id)? {
        let DocumentTerm { term, segments, agreeing, .. } = &found;
        match json {
            true => say!("{}", serde_json::json!(found)),
            false => print_result(&format!("{}\t{}\t{agreeing} of {segments}", term.source, term.target))?,
        }
    }
    Ok(())
}

// Name in JSON, and label for the user.
const STATUSES: [(&str, &str); 6] = [
    ("done", "translated"),
    ("reused", "reused"),
    ("edited", "edited"),
    ("doubtful", "doubtful"),
    ("kept", "not translated"),
    ("copied", "copied"),
];

const REASONS: [(&str, &str); 19] = [
    ("repeated", "repeats itself"),
    ("cut_off", "cut off"),
    ("short", "very short"),
    ("long", "very long"),
    ("copied", "same as the source"),
    ("empty", "empty"),
    ("number", "number missing"),
    ("new_number", "new number"),
    ("script", "in another script"),
    ("placeholder", "placeholder missing"),
    ("new_placeholder", "placeholder not in the source"),
    ("inserted", "put in by position"),
    ("placeholders", "left unchanged: the placeholders would have differed"),
    ("term", "glossary term missing"),
    ("tag", "formatting lost or moved"),
    ("refused", "left unchanged: the translation would have broken the document"),
    ("long_line", "subtitle line too long"),
    ("encoding", "written as UTF-8: the original encoding lacks a character"),
    ("too_long", "too long for the models"),
];

// How far a translation is to be trusted, unless nothing speaks against it.
fn describe_quality(quality: QualityEstimate) -> Option<String> {
    let says = match quality.grade {
        Grade::Good => return None,
        Grade::Doubtful => "may be wrong",
        Grade::Poor => "poor: probably wrong",
    };
    let by = if quality.calibrated { "" } else { ", not calibrated for these models" };
    Some(format!("{says} (score {:.2}{by})", quality.score))
}

fn label(value: &serde_json::Value, names: &[(&str, &str)]) -> String {
    let code = value.as_str().unwrap_or_default();
    names.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name).to_owned()
}

fn describe_reason(reason: &serde_json::Value) -> String {
    let name = label(&reason["kind"], &REASONS);
    match reason["text"].as_str().filter(|text| !text.is_empty()) {
        Some(text) if reason["kind"] == "tag" => format!("{name}: {}", visible_text(text)),
        Some(text) => format!("{name}: {text}"),
        None => name,
    }
}

/// The text within markup, or the markup if there is no text.
fn visible_text(markup: &str) -> String {
    let mut in_tag = false;
    let words: String = markup
        .chars()
        .filter_map(|c| {
            let outside = !in_tag && c != '<';
            in_tag = c == '<' || (in_tag && c != '>');
            if outside { Some(c) } else { (c == '>').then_some(' ') }
        })
        .collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { markup.to_owned() } else { words }
}

fn clear(translator: &Translator, ids: &[u64]) -> Result<(), Failure> {
    let ended = |row: &JobRow| !row.state.is_active() && !row.state.is_unfinished();
    let ids: Vec<JobId> = match ids.is_empty() {
        true => translator.jobs()?.iter().filter(|row| ended(row)).map(|row| row.id).collect(),
        false => ids.iter().map(|id| JobId(*id)).collect(),
    };
    let forgotten = translator.forget(&ids);
    // Removed they are also where another process keeps their text in the log.
    if matches!(forgotten, Ok(()) | Err(Error::TextInLog(_))) {
        note!("{} removed from the queue", ids.len());
        if !ids.is_empty() && !translator.memory_pairs()?.is_empty() {
            note!("the translation memory keeps what it has learned; `wasan memory clear` removes it");
        }
    }
    Ok(forgotten?)
}

#[cfg(test)]
mod tests {
    use super::visible_text;

    #[test]
    fn markup_is_shown_as_its_text() {
        assert_eq!(visible_text("<a:r><a:rPr/><a:t>two</a:t></a:r><a:r><a:t>words</a:t></a:r>"), "two words");
        assert_eq!(visible_text("**bold**"), "**bold**");
        assert_eq!(visible_text("<br/>"), "<br/>");
        assert_eq!(visible_text("a > b"), "a > b");
    }
}
