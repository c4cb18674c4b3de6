//! `wasan evaluate`: how good translations are, and which sum of the models at hand makes the best ones.

mod decoder;
mod formulas;
mod models;
mod report;
mod scores;
mod search;
mod sets;
mod sweep;
mod tables;
mod texts;

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use translation::{LanguagePair, Problem};

use crate::failure::Failure;
use crate::{Gpu, known_language};
use report::{Report, Section};
use scores::Metrics;

const HELP: &str = "With --references and --hypotheses no model is needed. With --tests the models at hand translate each test \
    set with every sum of the paper's tables 2, 4 and 6 that they make possible; the rest is named.\n\n\
    A test set is TSV with --from first, TMX, two files given as 'newstest.{de,en}', or a folder as its owners ship it: \
    ALT=FOLDER (the parallel corpus with URL-test.txt beside it), newstest2018=FOLDER (with newstest2018-deen-src.de.sgm and \
    -ref.en.sgm).\n\n\
    --sweep searches weights of L, S_SRC and S_TGT on the first test set: ratios in quarters, then steps of an eighth and a \
    sixteenth from the best as long as BLEU rises. The best is kept as the recipe `tuned`; other test sets only measure it.\n\n\
    For example:\n  \
    wasan evaluate --references ref.en --hypotheses NLLB=nllb.en ours=out.en\n  \
    wasan evaluate --from de --to en --tests newstest2018=dev/ --limit 500\n  \
    wasan evaluate --from ja --to en --tests ALT=alt/ --models L=llama-3b S=llama-1b S_MT=mt S_SRC=japanese S_TGT=english\n  \
    wasan evaluate --from de --to en --sweep --tests dev.tsv test.tsv --limit 200";

#[derive(Args)]
#[command(after_help = HELP, group = ArgGroup::new("what").required(true).args(["references", "tests"]))]
pub struct Evaluate {
    /// Right translations, one a line; given several times, each line has several
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "hypotheses")]
    references: Vec<PathBuf>,
    /// A system's translations, one a line; p-values compare with the first
    #[arg(long, value_name = "NAME=FILE", num_args = 1..)]
    hypotheses: Vec<String>,
    /// What was translated, one a line: a row shows what the source itself would score
    #[arg(long, value_name = "FILE", requires = "references")]
    source: Option<PathBuf>,
    /// Test sets to translate, with blanks or commas between them
    #[arg(long, value_name = "[NAME=]FILE", num_args = 1.., conflicts_with = "references", requires_all = ["from", "to"])]
    tests: Vec<String>,
    /// Language of the source
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    from: Option<String>,
    /// Language of the translations
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    to: Option<String>,
    /// The other way round too
    #[arg(long, requires = "tests")]
    both: bool,
    /// Models by the paper's roles L, L_MT, S, S_MT, S_SRC, S_TGT, or a folder of imported models [default: those of
    /// `wasan models list`]
    #[arg(long, value_name = "[ROLE=]MODEL", num_args = 1.., requires = "tests")]
    models: Vec<String>,
    /// Sums: all of the paper's, or names and formulas such as collab, tuned, "L + 0.5*src"
    #[arg(
        long,
        value_name = "all|SUM",
        value_delimiter = ',',
        allow_hyphen_values = true,
        default_value = "all"
    )]
    recipes: Vec<String>,
    /// Search weights, and keep the best as the recipe `tuned`
    #[arg(long, requires = "tests", conflicts_with_all = ["hypotheses", "recipes"])]
    sweep: bool,
    /// Only so many lines of each test set, drawn by --seed
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Of the draw
    #[arg(long, default_value_t = 1, requires = "limit")]
    seed: u64,
    /// Sentences that decode at once
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=16))]
    sequences: u32,
    /// Keep what each row translated as text files in this folder, which must not exist
    #[arg(long, value_name = "DIR", requires = "tests", conflicts_with = "sweep")]
    out: Option<PathBuf>,
    #[command(flatten)]
    gpu: Gpu,
    #[command(flatten)]
    metrics: Metrics,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// As Markdown, which is the default
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

impl Evaluate {
    pub fn run(self) -> Result<(), Failure> {
        if !self.tests.is_empty() && self.tests().next().is_none() {
            return Err(Failure::usage(
                "--tests names no test set",
                "Give files or folders, such as --tests dev.tsv",
            ));
        }
        let mut report = Report::default();
        let ended = match (self.tests.is_empty(), self.sweep) {
            (true, _) => self.files(&mut report),
            (false, false) => tables::run(&self, &mut report),
            (false, true) => sweep::run(&self, &mut report),
        };
        report.cut_short = ended.is_err();
        // What was translated before something ended it took long.
        if ended.is_ok() || !report.sections.is_empty() {
            let text = match self.json {
                true => report.json(),
                false => report.markdown(),
            };
            println!("{}", text.trim_end());
        }
        ended
    }

    /// Scores files: no model, no GPU.
    fn files(&self, report: &mut Report) -> Result<(), Failure> {
        let systems = texts::systems(&self.hypotheses, &self.references, self.source.as_deref())?;
        let scorer = self.metrics.scorer(self.to.as_deref())?;
        let title = match &systems.references[..] {
            [one] => format!("{} sentences", one.len()),
            [first, ..] => format!("{} sentences, {} references", first.len(), systems.references.len()),
            [] => String::new(),
        };
        let table = scorer.table(&title, &systems.systems, &systems.references, Some(0))?;
        report.sections.push(Section::of_files(table));
        Ok(())
    }

    /// The test sets asked for.
    fn tests(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().flat_map(|argument| sets::divided(argument))
    }

    /// The directions asked for.
    fn pairs(&self) -> Result<Vec<LanguagePair>, Failure> {
        let (Some(from), Some(to)) = (self.from.clone(), self.to.clone()) else {
            return Err(Failure::usage("there is no direction", "Give --from and --to."));
        };
        if from == to {
            return Err(Failure::usage(
                "--from and --to name the same language",
                "Choose two different languages.",
            ));
        }
        let mut pairs = vec![LanguagePair { from: from.clone(), to: to.clone() }];
        if self.both {
            pairs.push(LanguagePair { from: to, to: from });
        }
        Ok(pairs)
    }
}

impl From<evaluation::Error> for Failure {
    fn from(error: evaluation::Error) -> Self {
        let (code, message, hint) = ("evaluation", error.to_string(), "What is not shown was not scored.");
        Problem { code: code.to_owned(), message, hint: hint.to_owned() }.into()
    }
}

/// A file of text that cannot be used.
fn unreadable(error: &corpus::Error) -> Failure {
    let (code, message, hint) = ("text", error.to_string(), "What is not shown was not scored.");
    Problem { code: code.to_owned(), message, hint: hint.to_owned() }.into()
}
