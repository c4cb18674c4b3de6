//! `wasan translate`: text, files, folders, or standard input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use translation::{
    BeamOptions, DecodeOptions, Format, JobRow, LanguagePair, Problem, Sampling, Setup, Source, Term,
    Translator,
};

use crate::desk::{Desk, Extras};
use crate::failure::Failure;
use crate::inputs::{self, Input};
use crate::progress::Progress;
use crate::{Engine, interrupt, known_language};

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
    /// Go on with documents that were interrupted or paused: those named, or else all of this pair; with the settings
    /// that they began with, but for those that are given now
    #[arg(long)]
    resume: bool,
    /// A glossary for this run: TBX, or CSV or TSV with source and translation in the first two columns
    #[arg(long, value_name = "FILE")]
    glossary: Option<PathBuf>,
    /// Neither reuse what was edited or imported before, nor learn from this run
    #[arg(long)]
    no_memory: bool,
    /// Also write each document with both languages side by side, such as report.en.docx.de-en.html
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
        self.check_use(&inputs)?;
        let reads_lines = inputs.is_empty() && !self.resume && self.format.is_none();
        // Lines may be long in coming: the models are loaded meanwhile.
        let first_pair = if reads_lines { Some(self.pair(&self.from)?) } else { None };
        let setup = Setup { sequences: self.sequences, pair: first_pair, ..self.engine.setup() };
        let progress = Arc::new(Progress::new());
        let shown = Arc::clone(&progress);
        let translator = Translator::start(setup, move |state| shown.engine(&state));
        let extras = Extras { json: self.json, bilingual: self.bilingual, tmx: self.tmx.clone() };
        let done = Desk::lend(extras, &translator, &progress, |desk| {
            self.translate(&translator, desk, &inputs, reads_lines)
        });
        progress.clear();
        translator.stop();
        done
    }

    fn translate(
        &self,
        translator: &Translator,
        desk: &mut Desk<'_>,
        inputs: &[Input],
        reads_lines: bool,
    ) -> Result<(), Failure> {
        if reads_lines {
            let pair = self.pair(&self.from)?;
            return desk.lines(&pair, &self.options(self.json, self.terms(&pair)?.as_deref()));
        }
        if let Some(extension) = &self.format {
            let pair = self.pair(&self.from)?;
            let options = self.options(false, self.terms(&pair)?.as_deref());
            return desk.document(&pair, &options, extension);
        }
        if inputs.is_empty() {
            return self.unfinished(translator, desk);
        }
        // Before anything is handed over: what is wrong with an input is that input's problem, and what is wrong with
        // all of them is said at once.
        let mut glossaries = BTreeMap::new();
        let mut plans = Vec::with_capacity(inputs.len());
        for input in inputs {
            if interrupt::asked() {
                return Err(Failure::interrupted());
            }
            let plan = self.plan(translator, input);
            if let Ok((pair, _)) = &plan
                && !glossaries.contains_key(pair)
            {
                glossaries.insert(pair.clone(), self.terms(pair)?);
            }
            plans.push(plan);
        }
        for (plan, input) in plans.into_iter().zip(inputs) {
            match plan {
                Ok((pair, source)) => {
                    let terms = glossaries.get(&pair).and_then(Option::as_deref);
                    if self.resume
                        && let Source::File { input, output } = &source
                        && let Some(row) = desk.unfinished_job(input, &pair)?
                    {
                        self.go_on(translator, desk, &row, output.as_deref(), terms)?;
                        continue;
                    }
                    let report = self.json && matches!(source, Source::Text(_));
                    desk.submit(&pair, source, &self.options(report, terms))?;
                }
                Err(problem) => desk.refuse(input.path(), problem)?,
            }
        }
        desk.finish()
    }

    // Goes on with all unfinished documents of the pair.
    fn unfinished(&self, translator: &Translator, desk: &mut Desk<'_>) -> Result<(), Failure> {
        let pair = self.pair(&self.from)?;
        let terms = self.terms(&pair)?;
        desk.lock_queue()?;
        let mut rows = translator.jobs()?;
        rows.retain(|row| row.pair == pair && row.state.is_unfinished());
        if rows.is_empty() {
            eprintln!("no document of {pair} is unfinished");
        }
        rows.iter()
            .try_for_each(|row| self.go_on(translator, desk, row, self.out.as_deref(), terms.as_deref()))?;
        desk.finish()
    }

    // A document goes on as it began, but for what the command line says now.
    fn go_on(
        &self,
        translator: &Translator,
        desk: &mut Desk<'_>,
        row: &JobRow,
        output: Option<&Path>,
        terms: Option<&[Term]>,
    ) -> Result<(), Failure> {
        let mut options = row.options.clone();
        self.say(&mut options, terms);
        if options != row.options || output.is_some() {
            translator.set_options(row.id, &options, output.or(row.target.as_deref()))?;
        }
        desk.resume(row)
    }

    // What an input is, and in which pair it is translated.
    fn plan(&self, translator: &Translator, input: &Input) -> Result<(LanguagePair, Source), Problem> {
        let pair = self.pair_of(translator, input)?;
        let source = match input {
            Input::Text(text) => Source::Text(text.clone()),
            Input::File { path, inside } => {
                Source::File { input: path.clone(), output: self.output(inside)? }
            }
        };
        Ok((pair, source))
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

    // Whoever gives an option expects something of it: one that would do nothing is refused.
    fn check_use(&self, inputs: &[Input]) -> Result<(), Failure> {
        let extras = [("--bilingual", self.bilingual), ("--tmx", self.tmx.is_some()), ("--json", self.json)];
        if self.format.is_some() {
            return match extras.iter().find(|(_, given)| *given) {
                Some((option, _)) => Err(Failure::usage(
                    &format!("{option} does nothing with --format: only the translation is written"),
                    "Save the document and give its path instead.",
                )),
                None => Ok(()),
            };
        }
        let of_documents = [
            ("--out", self.out.is_some()),
            ("--columns", !self.columns.is_empty()),
            ("--bilingual", self.bilingual),
            ("--tmx", self.tmx.is_some()),
            ("--resume", self.resume && !inputs.is_empty()),
        ];
        let documents = self.resume && inputs.is_empty() || inputs.iter().any(|input| input.path().is_some());
        match of_documents.iter().find(|(_, given)| *given && !documents) {
            Some((option, _)) => Err(Failure::usage(
                &format!("{option} is for documents, and none is named"),
                &format!("Give the path of a document, or leave {option} away."),
            )),
            None => Ok(()),
        }
    }

    // The pair, with the language that the source is said or was found to be in.
    fn pair(&self, from: &str) -> Result<LanguagePair, Failure> {
        if from == AUTO {
            return Err(Failure::usage(
                "--from auto needs a text or a document to look at first",
                "Name the language: --from de",
            ));
        }
        Ok(LanguagePair { from: from.to_owned(), to: self.to.clone() })
    }

    fn pair_of(&self, translator: &Translator, input: &Input) -> Result<LanguagePair, Problem> {
        let to = self.to.clone();
        if self.from != AUTO {
            return Ok(LanguagePair { from: self.from.clone(), to });
        }
        let (found, what) = match input {
            Input::Text(text) => (translator.detect(text), text.clone()),
            Input::File { path, .. } => {
                let found = translator.detect_file(path).map_err(|error| error.problem())?;
                (found, path.display().to_string())
            }
        };
        let problem = |message: String, hint: &str| Problem {
            code: "language".to_owned(),
            message,
            hint: hint.to_owned(),
        };
        let Some(found) = found else {
            let message = format!("it is not sure which language this is in: {what}");
            return Err(problem(message, "Name it, such as --from de."));
        };
        if found.language == to {
            let message = format!("this is in the language that it is to be translated into ({to}): {what}");
            return Err(problem(message, "Leave it out, or name its language, such as --from de."));
        }
        eprintln!("{} ({:.0} % sure): {what}", found.language, 100.0 * found.confidence);
        Ok(LanguagePair { from: found.language, to })
    }

    // Those of --glossary.
    fn terms(&self, pair: &LanguagePair) -> Result<Option<Vec<Term>>, Failure> {
        Ok(self.glossary.as_ref().map(|path| translation::read_glossary(path, pair)).transpose()?)
    }

    fn options(&self, report: bool, terms: Option<&[Term]>) -> DecodeOptions {
        let mut options = DecodeOptions { report, ..DecodeOptions::default() };
        self.say(&mut options, terms);
        options
    }

    // What the command line says. What it does not say stays: all is kept with a document, which goes on as it began.
    fn say(&self, options: &mut DecodeOptions, terms: Option<&[Term]>) {
        let engine = self.engine.setup();
        options.recipe = engine.recipe.or(options.recipe.take());
        if !engine.chosen.is_empty() {
            options.chosen = engine.chosen;
        }
        if let Some(beams) = self.beam {
            let n_best = self.n_best.clamp(1, beams);
            options.beam = Some(BeamOptions { beams, length_penalty: self.length_penalty, n_best });
            options.sampling = None;
        }
        if let Some(temperature) = self.temperature {
            let Self { top_p, top_k, seed, .. } = *self;
            options.sampling = Some(Sampling { temperature, top_p, top_k, seed });
            options.beam = None;
        }
        options.memory &= !self.no_memory;
        if let Some(terms) = terms {
            options.terms = terms.to_vec();
        }
        if !self.columns.is_empty() {
            options.columns = Some(self.columns.iter().map(|column| *column as usize - 1).collect());
        }
    }

    // With --out a folder's files keep their places in it.
    fn output(&self, inside: &Path) -> Result<Option<PathBuf>, Problem> {
        let Some(out) = &self.out else { return Ok(None) };
        let folder = out.join(inside);
        std::fs::create_dir_all(&folder).map_err(|error| Problem {
            code: "write".to_owned(),
            message: format!("cannot make the folder ({error}): {}", folder.display()),
            hint: "Choose another --out.".to_owned(),
        })?;
        Ok(Some(folder))
    }
}
