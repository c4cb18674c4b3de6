//! `wasan translate`: text, files, folders, or standard input.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use translation::{BeamOptions, DecodeOptions, Format, Pair, Sampling, Setup, Source, Term, Translator};

use crate::desk::{Desk, Extras};
use crate::failure::Failure;
use crate::inputs::{self, Input};
use crate::progress::Progress;
use crate::{Engine, known_language};

#[derive(Args)]
#[command(
    after_help = help()
)]
pub struct Translate {
    /// Language of the source, such as de; `wasan models list` shows the pairs; auto = what each input is in, where that is sure
    #[arg(long, value_name = "LANGUAGE", value_parser = known_or_auto)]
    from: String,
    /// Language of the translation, such as en
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    to: String,
    #[command(flatten)]
    engine: Engine,
    /// Text in quotation marks, or paths of documents, folders of them, patterns such as "*.docx"; without any, the
    /// lines of standard input
    #[arg(value_name = "TEXT|FILE|FOLDER")]
    inputs: Vec<String>,
    /// Sentences that decode at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    sequences: u32,
    /// Folder for translated files [default: beside each source, as name.LANGUAGE.ext]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Standard input is a document of this format (a file extension, such as docx); its translation goes to standard
    /// output
    #[arg(long, value_name = "FORMAT", value_parser = known_format, conflicts_with_all = ["inputs", "out", "resume"])]
    format: Option<String>,
    /// Tables: the columns to translate, from 1, such as 2,3; a first row of titles stays [default: those that hold text]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=16_384))]
    columns: Vec<u32>,
    /// Go on with documents that were interrupted or paused: those named, or else all of this pair
    #[arg(long)]
    resume: bool,
    /// A glossary for this run: TBX, or CSV or TSV with source and translation in the first two columns
    #[arg(long, value_name = "FILE")]
    glossary: Option<PathBuf>,
    /// Neither reuse what was edited or imported before, nor learn from this run
    #[arg(long)]
    no_memory: bool,
    /// Also write each document with both languages side by side, as name.FROM-TO.html
    #[arg(long)]
    bilingual: bool,
    /// Also write the segments of all documents as TMX into this new file
    #[arg(long, value_name = "FILE")]
    tmx: Option<PathBuf>,
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
    /// Print each result as one line of JSON; for texts with every token's alternatives and each model's own votes
    #[arg(long)]
    json: bool,
}

fn help() -> String {
    let formats: Vec<String> = Format::ALL
        .iter()
        .map(|format| format!("{} ({})", format.name(), format.extensions().join(", ")))
        .collect();
    format!(
        "Translations go to standard output in the order of the inputs; for a file, the path of its translation does.\n\
         What is finished of a document is kept at once: `--resume` and `wasan jobs` go on with it.\n\n\
         Formats: {}.\n\n\
         For example:\n  \
         wasan translate --from de --to en \"Ich habe keine Zeit.\" \"Wo ist der Bahnhof?\"\n  \
         wasan translate --from de --to en report.docx slides/     writes report.en.docx and those in slides\n  \
         wasan translate --from de --to en < lines.txt             one line out for each line in\n  \
         wasan translate --from de --to en --format srt < a.srt > b.srt",
        formats.join(", ")
    )
}

fn known_or_auto(code: &str) -> Result<String, String> {
    if code == AUTO { Ok(code.to_owned()) } else { known_language(code) }
}

const AUTO: &str = "auto";

fn known_format(extension: &str) -> Result<String, String> {
    let extension = extension.to_ascii_lowercase();
    let known = Format::ALL.iter().any(|format| format.extensions().contains(&extension.as_str()));
    known.then_some(extension).ok_or_else(|| "not the extension of a format that is translated".to_owned())
}

impl Translate {
    pub fn run(self) -> Result<(), Failure> {
        self.check()?;
        let inputs = inputs::inputs(&self.inputs, &self.to)?;
        let reads_lines = inputs.is_empty() && !self.resume && self.format.is_none();
        // Lines may be long in coming: the models are loaded meanwhile.
        let first_pair = if reads_lines { Some(self.pair(&self.from)?) } else { None };
        let setup = Setup { sequences: self.sequences, pair: first_pair, ..self.engine.setup() };
        let progress = Arc::new(Progress::new());
        let shown = Arc::clone(&progress);
        let translator = Translator::start(setup, move |state| shown.engine(&state));
        let extras =
            Extras { json: self.json, bilingual: self.bilingual, tmx: self.tmx.clone(), resume: self.resume };
        let desk = Desk::new(extras, &translator, &progress);
        let done = self.translate(&translator, desk, &inputs, reads_lines);
        progress.clear();
        translator.stop();
        done
    }

    fn translate(
        &self,
        translator: &Translator,
        mut desk: Desk<'_>,
        inputs: &[Input],
        reads_lines: bool,
    ) -> Result<(), Failure> {
        if reads_lines {
            return desk.lines(&self.pair(&self.from)?, &self.options(self.json, Vec::new()));
        }
        if let Some(extension) = &self.format {
            let pair = self.pair(&self.from)?;
            let options = self.options(false, self.terms(&pair)?);
            return desk.document(&pair, &options, extension);
        }
        if inputs.is_empty() {
            return desk.unfinished(&self.pair(&self.from)?);
        }
        for input in inputs {
            let pair = self.pair_of(translator, input)?;
            match input {
                Input::Text(text) => {
                    desk.submit(&pair, Source::Text(text.clone()), &self.options(self.json, Vec::new()))?;
                }
                Input::File { path, inside } => {
                    let output = self.output(inside)?;
                    let source = Source::File { input: path.clone(), output };
                    desk.submit(&pair, source, &self.options(false, self.terms(&pair)?))?;
                }
            }
        }
        desk.finish()
    }

    fn check(&self) -> Result<(), Failure> {
        if self.from == self.to {
            return Err(Failure::usage(
                "--from and --to name the same language",
                "Choose two different languages.",
            ));
        }
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
        if let Some(tmx) = self.tmx.as_ref().filter(|tmx| tmx.symlink_metadata().is_ok()) {
            return Err(Failure::usage(
                &format!("there is a file of this name already: {}", tmx.display()),
                "Choose another name for --tmx.",
            ));
        }
        Ok(())
    }

    // The pair, with the language that the source is said or was found to be in.
    fn pair(&self, from: &str) -> Result<Pair, Failure> {
        if from == AUTO {
            return Err(Failure::usage(
                "--from auto needs a text or a document to look at first",
                "Name the language: --from de",
            ));
        }
        Ok(Pair { from: from.to_owned(), to: self.to.clone() })
    }

    fn pair_of(&self, translator: &Translator, input: &Input) -> Result<Pair, Failure> {
        if self.from != AUTO {
            return self.pair(&self.from);
        }
        let (found, what) = match input {
            Input::Text(text) => (translator.detect(text), text.clone()),
            Input::File { path, .. } => (translator.detect_file(path)?, path.display().to_string()),
        };
        let found = found.filter(|found| found.language != self.to).ok_or_else(|| {
            let message = format!("it is not sure which language this is in: {what}");
            Failure::usage(&message, "Name it, such as --from de.")
        })?;
        eprintln!("{} ({:.0} % sure): {what}", found.language, 100.0 * found.confidence);
        self.pair(&found.language)
    }

    fn terms(&self, pair: &Pair) -> Result<Vec<Term>, Failure> {
        Ok(self
            .glossary
            .as_ref()
            .map(|path| translation::read_glossary(path, pair))
            .transpose()?
            .unwrap_or_default())
    }

    fn options(&self, report: bool, terms: Vec<Term>) -> DecodeOptions {
        let engine = self.engine.setup();
        DecodeOptions {
            // Kept with a document, so that it goes on as it began.
            recipe: engine.recipe,
            chosen: engine.chosen,
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
            report,
            memory: !self.no_memory,
            terms,
            columns: (!self.columns.is_empty())
                .then(|| self.columns.iter().map(|column| *column as usize - 1).collect()),
        }
    }

    // With --out a folder's files keep their places in it.
    fn output(&self, inside: &Path) -> Result<Option<PathBuf>, Failure> {
        let Some(out) = &self.out else { return Ok(None) };
        let folder = out.join(inside);
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::usage(
                &format!("cannot make the folder ({error}): {}", folder.display()),
                "Choose another --out.",
            )
        })?;
        Ok(Some(folder))
    }
}
