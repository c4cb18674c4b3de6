//! `wasan translate`: text, files, or the lines of standard input.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use translation::{BeamOptions, DecodeOptions, Sampling, Setup, Source, Translator};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::{Engine, Languages};

#[derive(Args)]
#[command(
    after_help = "Translations go to standard output in the order of the inputs; for a file, the path of its \
    translation does.\n\n\
    For example:\n  \
    wasan translate --from de --to en \"Ich habe keine Zeit.\" \"Wo ist der Bahnhof?\"\n  \
    wasan translate --from de --to en letter.md         writes letter.en.md\n  \
    wasan translate --from de --to en < lines.txt       one line out for each line in"
)]
pub struct Translate {
    #[command(flatten)]
    languages: Languages,
    #[command(flatten)]
    engine: Engine,
    /// Text in quotation marks, or paths of UTF-8 text, Markdown and SubRip files; without any, the lines of
    /// standard input
    #[arg(value_name = "TEXT|FILE")]
    inputs: Vec<String>,
    /// Sentences that decode at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    sequences: u32,
    /// Folder for translated files [default: beside each source, as name.LANGUAGE.ext]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Beam search with this many beams, instead of taking the likeliest token
    #[arg(long, value_name = "BEAMS", value_parser = clap::value_parser!(u32).range(1..=15))]
    beam: Option<u32>,
    /// Beam search: a translation's score is Σ log p / length^PENALTY
    #[arg(
        long,
        value_name = "PENALTY",
        default_value_t = 1.0,
        requires = "beam",
        allow_negative_numbers = true
    )]
    length_penalty: f32,
    /// Beam search: answers for each sentence, shown with --json
    #[arg(long, value_name = "N", default_value_t = 1, requires = "beam")]
    n_best: u32,
    /// Sample with this temperature, instead of taking the likeliest token
    #[arg(long, value_name = "T", conflicts_with = "beam", allow_negative_numbers = true)]
    temperature: Option<f32>,
    /// Sampling: the likeliest tokens that together have this probability are considered
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95,
        requires = "temperature"
    )]
    top_p: f32,
    /// Sampling: at most this many tokens are considered
    #[arg(long, value_name = "K", default_value_t = 31, requires = "temperature", value_parser = clap::value_parser!(u32).range(1..=31))]
    top_k: u32,
    /// Sampling: the same seed gives the same text
    #[arg(long, value_name = "N", default_value_t = 0, requires = "temperature")]
    seed: u32,
    /// Print each result as one line of JSON, with every token's alternatives and each model's own votes
    #[arg(long)]
    json: bool,
}

// What no sentence ends with. The last three are not read yet, and are refused by name.
const DOCUMENTS: [&str; 10] = ["txt", "text", "md", "markdown", "mdown", "mkd", "srt", "pdf", "docx", "odt"];

impl Translate {
    pub fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        self.check()?;
        // Lines may be long in coming: the models are loaded meanwhile.
        let first_pair = self.inputs.is_empty().then(|| pair.clone());
        let setup = Setup { sequences: self.sequences, pair: first_pair, ..self.engine.setup() };
        let progress = Arc::new(Progress::new());
        let shown = Arc::clone(&progress);
        let translator = Translator::start(setup, move |state| shown.engine(&state));
        let sources = self.inputs.iter().map(|input| self.source(input, &pair.to)).collect();
        let desk = Desk::new(pair, self.options(), &translator, &progress);
        let done = match self.inputs.is_empty() {
            true => desk.lines(),
            false => desk.inputs(sources),
        };
        progress.clear();
        translator.stop();
        done
    }

    fn check(&self) -> Result<(), Failure> {
        if self.temperature.is_some_and(|t| !(t.is_finite() && t >= 0.0))
            || !(self.top_p > 0.0 && self.top_p <= 1.0)
        {
            return Err(Failure::usage(
                "--temperature is 0 or more, --top-p more than 0 and at most 1",
                "For example: --temperature 0.7 --top-p 0.95",
            ));
        }
        if !self.length_penalty.is_finite() {
            return Err(Failure::usage("--length-penalty is a number", "For example: --length-penalty 1.0"));
        }
        if self.beam.is_some_and(|beams| beams > self.sequences) {
            return Err(Failure::usage(
                "--beam is larger than --sequences",
                "Give --sequences at least as many.",
            ));
        }
        if let Some(out) = self.out.as_ref().filter(|out| !out.is_dir()) {
            return Err(Failure::usage(
                &format!("there is no folder {}", out.display()),
                "Make it first, or leave --out away.",
            ));
        }
        Ok(())
    }

    fn options(&self) -> DecodeOptions {
        DecodeOptions {
            recipe: None,
            beam: self.beam.map(|beams| BeamOptions {
                beams,
                length_penalty: self.length_penalty,
                n_best: self.n_best.clamp(1, beams),
            }),
            sampling: self.temperature.map(|temperature| Sampling {
                temperature,
                top_p: self.top_p,
                top_k: self.top_k,
                seed: self.seed,
            }),
            report: self.json,
        }
    }

    // An argument that names something on disk is a file, and so is one that is spelled like a document: a path with
    // a slip of the pen is better refused than translated. Anything else is text.
    fn source(&self, input: &str, to: &str) -> Source {
        let path = Path::new(input);
        let extension = path.extension().and_then(|extension| extension.to_str());
        let spelled_like_one =
            extension.is_some_and(|e| DOCUMENTS.contains(&e.to_ascii_lowercase().as_str()));
        if !spelled_like_one && path.symlink_metadata().is_err() {
            return Source::Text(input.to_owned());
        }
        let output = self.out.as_ref().map(|folder| {
            let beside = folder.join(path.file_name().unwrap_or_default());
            translation::free_name(&beside, to)
        });
        Source::File { input: path.to_owned(), output }
    }
}
