//! `wasan jobs`: the queue of documents.

use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use translation::{Filter, JobId, JobRow, JobState, Setup, Translator};

use crate::desk::{Desk, Extras};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{Data, Engine};

#[derive(Subcommand)]
pub enum Jobs {
    /// The documents of the queue
    List {
        #[command(flatten)]
        data: Data,
        /// As JSON, one line a document
        #[arg(long)]
        json: bool,
    },
    /// The segments of a translated document
    Show {
        /// Its number from `wasan jobs list`
        id: u64,
        /// Which of them
        #[arg(long, value_enum, default_value_t = Which::All)]
        only: Which,
        #[command(flatten)]
        data: Data,
        /// As JSON, one line a segment
        #[arg(long)]
        json: bool,
    },
    /// Correct a segment of a translated document: the file is written anew, and the memory learns it
    Edit {
        /// The document's number
        id: u64,
        /// The segment's number from `wasan jobs show`
        segment: usize,
        /// What it is to say
        text: String,
        #[command(flatten)]
        data: Data,
    },
    /// Go on with documents that were interrupted or paused
    Resume(Again),
    /// Try documents again that failed or were given up
    Retry(Again),
    /// Give up documents that are unfinished; what is finished of them is kept
    Cancel {
        /// Their numbers
        #[arg(required = true)]
        ids: Vec<u64>,
        #[command(flatten)]
        data: Data,
    },
    /// Take documents off the queue; files stay
    Clear {
        /// Their numbers [default: all that are done, failed or given up]
        ids: Vec<u64>,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(clap::Args)]
pub struct Again {
    /// Their numbers [default: all]
    ids: Vec<u64>,
    #[command(flatten)]
    engine: Engine,
    /// Sentences that decode at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    sequences: u32,
    /// Print each result as one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Which {
    /// All
    All,
    /// Those to look at
    ToReview,
    /// Numbers missing or new
    Numbers,
    /// Markup and placeholders lost or moved
    Tags,
    /// Terms of the glossary that are missing
    Glossary,
}

impl From<Which> for Filter {
    fn from(which: Which) -> Self {
        match which {
            Which::All => Self::All,
            Which::ToReview => Self::ToReview,
            Which::Numbers => Self::Numbers,
            Which::Tags => Self::Tags,
            Which::Glossary => Self::Glossary,
        }
    }
}

impl Jobs {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { data, json } => data.with(|translator| list(translator, json)),
            Self::Show { id, only, data, json } => {
                data.with(|translator| show(translator, JobId(id), only.into(), json))
            }
            Self::Edit { id, segment, text, data } => data.with(|translator| {
                let edited = translator.edit(JobId(id), segment, &text)?;
                eprintln!("{} → {}", edited.source, edited.target);
                Ok(())
            }),
            Self::Resume(again) => again.run(JobState::is_unfinished),
            Self::Retry(again) => again.run(|state| matches!(state, JobState::Failed | JobState::Cancelled)),
            Self::Cancel { ids, data } => data.with(|translator| {
                ids.iter().try_for_each(|id| translator.give_up(JobId(*id))).map_err(Failure::from)
            }),
            Self::Clear { ids, data } => data.with(|translator| clear(translator, &ids)),
        }
    }
}

impl Again {
    fn run(self, wanted: fn(JobState) -> bool) -> Result<(), Failure> {
        let setup = Setup { sequences: self.sequences, ..self.engine.setup() };
        let progress = Arc::new(Progress::new());
        let shown = Arc::clone(&progress);
        let translator = Translator::start(setup, move |state| shown.engine(&state));
        let extras = Extras { json: self.json, ..Extras::default() };
        let done = Desk::lend(extras, &translator, &progress, |desk| self.resume(desk, &translator, wanted));
        progress.clear();
        translator.stop();
        done
    }

    fn resume(
        &self,
        desk: &mut Desk<'_>,
        translator: &Translator,
        wanted: fn(JobState) -> bool,
    ) -> Result<(), Failure> {
        let rows = match self.ids.is_empty() {
            true => translator.jobs()?.into_iter().filter(|row| wanted(row.state)).collect(),
            false => {
                self.ids.iter().map(|id| translator.job(JobId(*id))).collect::<Result<Vec<JobRow>, _>>()?
            }
        };
        if rows.is_empty() {
            eprintln!("there is none");
        }
        rows.iter().try_for_each(|row| desk.resume(row))?;
        desk.finish()
    }
}

fn list(translator: &Translator, json: bool) -> Result<(), Failure> {
    for row in translator.jobs()? {
        if json {
            println!("{}", serde_json::json!(row));
            continue;
        }
        let review =
            if row.to_review > 0 { format!("  {} to look at", row.to_review) } else { String::new() };
        let output = row.output.as_ref().filter(|_| row.state == JobState::Done);
        let output = output.map_or_else(String::new, |output| format!(" → {}", output.display()));
        println!(
            "{:>4}  {:11} {:5}  {:>5}/{:<5}  {}{output}{review}",
            row.id,
            row.state.name(),
            row.pair.to_string(),
            row.done,
            row.total,
            row.input.display()
        );
        if let Some(problem) = row.problem {
            println!("      {}", problem.message);
        }
    }
    Ok(())
}

fn show(translator: &Translator, id: JobId, filter: Filter, json: bool) -> Result<(), Failure> {
    for segment in translator.segments(id, filter)? {
        if json {
            println!("{}", serde_json::json!(segment));
            continue;
        }
        let status = named(&serde_json::json!(segment.status), &STATUSES);
        println!("{:>5}  {status:14}  {}\n{:23}{}", segment.index, segment.source, "", segment.target);
        for reason in &segment.reasons {
            println!("{:23}! {}", "", why(&serde_json::json!(reason)));
        }
        for term in &segment.terms.met {
            println!("{:23}+ as in the glossary: {}", "", term.target);
        }
    }
    Ok(())
}

// What each is called in JSON, and what a person is told.
const STATUSES: [(&str, &str); 6] = [
    ("done", "translated"),
    ("reused", "reused"),
    ("edited", "edited"),
    ("doubtful", "doubtful"),
    ("kept", "not translated"),
    ("copied", "nothing to do"),
];

const REASONS: [(&str, &str); 16] = [
    ("repeated", "repeats itself"),
    ("cut_off", "cut off"),
    ("short", "very short"),
    ("long", "very long"),
    ("copied", "same as the source"),
    ("empty", "empty"),
    ("unsure", "the models were unsure"),
    ("number", "number missing"),
    ("new_number", "new number"),
    ("placeholder", "missing"),
    ("term", "not as in the glossary"),
    ("tag", "formatting"),
    ("refused", "left as it was: it would have broken the document"),
    ("long_line", "line too long to read"),
    ("encoding", "written as UTF-8: the encoding lacks a character"),
    ("too_long", "too long for the models"),
];

fn named(value: &serde_json::Value, names: &[(&str, &str)]) -> String {
    let code = value.as_str().unwrap_or_default();
    names.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name).to_owned()
}

fn why(reason: &serde_json::Value) -> String {
    let name = named(&reason["kind"], &REASONS);
    match reason["text"].as_str().filter(|text| !text.is_empty()) {
        Some(text) if reason["kind"] == "tag" => format!("{name}: {}", shown(text)),
        Some(text) => format!("{name}: {text}"),
        None => name,
    }
}

/// What a reader sees of markup: the words in it, or the markup where there are none.
fn shown(markup: &str) -> String {
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
    ids.iter().try_for_each(|id| translator.forget(*id))?;
    eprintln!("{} taken off the queue", ids.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn markup_is_shown_by_its_words() {
        assert_eq!(shown("<a:r><a:rPr/><a:t>two</a:t></a:r><a:r><a:t>words</a:t></a:r>"), "two words");
        assert_eq!(shown("**bold**"), "**bold**");
        assert_eq!(shown("<br/>"), "<br/>");
        assert_eq!(shown("a > b"), "a > b");
    }
}
