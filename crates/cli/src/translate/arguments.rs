//! The arguments of `wasan translate` and what they do not allow.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use clap::Args;
use clap::ValueEnum;
use translation::{
    BeamOptions, Beginning, DecodeOptions, Estimate, Format, LanguagePair, NameStyle, Quality, Sampling,
    Target, Term, is_document,
};

use crate::arguments::{EngineArgs, known_language, language_pair};
use crate::failure::Failure;
use crate::inputs::Input;
use crate::terminal::shown;

#[derive(Args)]
#[command(after_help = help())]
pub struct Translate {
    /// Source language, such as de; `wasan models list` shows the pairs; auto: detect per input
    #[arg(long, value_name = "LANGUAGE", value_parser = known_or_auto)]
    pub from: String,
    /// Target language, such as en
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    pub to: String,
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Text in quotation marks, or paths of documents, folders, or patterns such as "*.docx"; without any, the lines of
    /// standard input
    #[arg(value_name = "TEXT|FILE|FOLDER")]
    pub inputs: Vec<String>,
    /// Sentences decoded at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub sequences: u32,
    /// Folder for translated files, which is made if it is not there; for a single document also the new file's name, with
    /// its extension [default: beside each source, as name.LANGUAGE.ext]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Read the documents as this format (a file extension, such as txt), whatever they seem to be; without a document,
    /// standard input is one, and its translation goes to standard output
    #[arg(long, value_name = "FORMAT", value_parser = known_format, conflicts_with = "resume")]
    pub format: Option<Format>,
    /// Tables: the columns to translate, counted from 1, such as 2,3; a header row is left unchanged [default: the
    /// columns that hold text]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=16_384))]
    columns: Vec<u32>,
    /// Resume documents that were interrupted or paused: the named ones, or else all of this pair; with their original
    /// settings, except for the options given now. Named ones that are done stay as they are, unless options change: then
    /// they are translated again into the same file, such as a table with other columns
    #[arg(long)]
    pub resume: bool,
    /// Do not ask whether corrections of resumed documents may be lost
    #[arg(long, requires = "resume")]
    pub yes: bool,
    /// Texts: how the translation of the first sentence begins; `wasan words` lists the words that may follow
    #[arg(long, value_name = "TEXT")]
    begin_with: Option<String>,
    /// A glossary for this run: TBX, or CSV or TSV with source and translation in the first two columns
    #[arg(long, value_name = "FILE")]
    pub glossary: Option<PathBuf>,
    /// Sentences before each that models get with it as context, if their prompt has a place for them; 0: none [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=16))]
    context: Option<u32>,
    /// Whether documents keep the translation of the terms that they repeat: on or off. Sentences that lack the usual one are
    /// translated once more, with a preference for it [default: on]
    #[arg(long, value_name = "ON|OFF", value_enum, hide_possible_values = true)]
    terms: Option<Switch>,
    /// What separates a document's name from the language in its translation's name: letter.en.txt, letter_en.txt or
    /// letter-en.txt [default: dot]
    #[arg(long, value_name = "STYLE", value_enum)]
    names: Option<NameSeparator>,
    /// Do not reuse edited or imported translations, and do not store this run's translations
    #[arg(long)]
    no_memory: bool,
    /// Also write a bilingual version of each document, such as report.en.docx.de-en.html
    #[arg(long)]
    pub bilingual: bool,
    /// Also write the segments of all documents as TMX into this new file
    #[arg(long, value_name = "FILE")]
    pub tmx: Option<PathBuf>,
    /// fast: one translation of each sentence; best: several, of which the models choose the one that they judge likeliest
    /// in both directions, which takes a multiple of the time [default: fast]
    #[arg(long, value_name = "QUALITY", value_enum, hide_possible_values = true, conflicts_with_all = ["beam", "temperature"])]
    quality: Option<QualityName>,
    /// cheap: how far to trust a translation is estimated from the probabilities of decoding; full: also from that of the
    /// source given the translation, for some more time; with --quality best always full [default: cheap]
    #[arg(long, value_name = "ESTIMATE", value_enum, hide_possible_values = true)]
    estimate: Option<EstimateName>,
    /// Beam search with this many beams, instead of greedy decoding
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
    /// Beam search: number of translations per sentence, shown with --json
    #[arg(long, value_name = "N", default_value_t = 1, requires = "beam")]
    n_best: u32,
    /// Sample with this temperature, instead of greedy decoding
    #[arg(long, value_name = "T", conflicts_with = "beam", allow_negative_numbers = true)]
    temperature: Option<f32>,
    /// Sampling: consider only the most likely tokens that together have this probability
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95,
        requires = "temperature"
    )]
    top_p: f32,
    /// Sampling: consider at most this many tokens
    #[arg(long, value_name = "K", default_value_t = 31, requires = "temperature", value_parser = clap::value_parser!(u32).range(1..=31))]
    top_k: u32,
    /// Sampling: random seed
    #[arg(long, value_name = "N", default_value_t = 0, requires = "temperature")]
    seed: u32,
    /// Print each result as one line of JSON; for texts with every token's alternatives and each model's own votes
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// The names of [`NameStyle`].
#[derive(Clone, Copy, ValueEnum)]
enum NameSeparator {
    Dot,
    Underscore,
    Hyphen,
}

impl From<NameSeparator> for NameStyle {
    fn from(name: NameSeparator) -> Self {
        match name {
            NameSeparator::Dot => Self::Dot,
            NameSeparator::Underscore => Self::Underscore,
            NameSeparator::Hyphen => Self::Hyphen,
        }
    }
}

/// The names of [`Quality`].
#[derive(Clone, Copy, ValueEnum)]
enum QualityName {
    Fast,
    Best,
}

impl From<QualityName> for Quality {
    fn from(name: QualityName) -> Self {
        match name {
            QualityName::Fast => Self::Fast,
            QualityName::Best => Self::Best,
        }
    }
}

/// The names of [`Estimate`].
#[derive(Clone, Copy, ValueEnum)]
enum EstimateName {
    Cheap,
    Full,
}

impl From<EstimateName> for Estimate {
    fn from(name: EstimateName) -> Self {
        match name {
            EstimateName::Cheap => Self::Cheap,
            EstimateName::Full => Self::Full,
        }
    }
}

fn help() -> String {
    let formats: Vec<String> = Format::ALL
        .iter()
        .map(|format| format!("{} ({})", format.name(), format.extensions().join(", ")))
        .collect();
    format!(
        "Standard output receives the translations of texts and the paths of translated files, in the order of the inputs.\n\
         Each finished sentence of a document is saved at once; `--resume` and `wasan jobs` continue from there.\n\n\
         Formats: {}.\n\n\
         For example:\n  \
         wasan translate --from de --to en \"Ich habe keine Zeit.\" \"Wo ist der Bahnhof?\"\n  \
         wasan translate --from de --to en report.docx slides/     writes report.en.docx and those in slides\n  \
         wasan translate --from de --to en < lines.txt             one line out for each line in\n  \
         wasan translate --from de --to en --format srt < a.srt > b.srt",
        formats.join(", ")
    )
}

/// The value of `--from` that detects the language of each input.
pub const AUTO: &str = "auto";

fn known_or_auto(code: &str) -> Result<String, String> {
    if code == AUTO { Ok(code.to_owned()) } else { known_language(code) }
}

fn known_format(extension: &str) -> Result<Format, String> {
    Format::of_extension(extension).ok_or_else(|| "not the file extension of a supported format".to_owned())
}

impl Translate {
    /// Whether the lines of standard input are translated.
    pub fn reads_lines(&self) -> bool {
        self.inputs.is_empty() && !self.resume && self.format.is_none()
    }

    /// The pair of `--from` and `--to`, where `--from` is not `auto`.
    pub fn pair(&self) -> Result<LanguagePair, Failure> {
        if self.from == AUTO {
            return Err(Failure::usage(
                "--from auto needs a text or a document to detect the language of",
                "Name the language: --from de",
            ));
        }
        language_pair(&self.from, &self.to)
    }

    /// Checks values that clap does not check.
    pub fn check_values(&self) -> Result<(), Failure> {
        language_pair(&self.from, &self.to)?;
        if self.temperature.is_some_and(|t| !(t.is_finite() && t >= 0.0))
            || !(self.top_p > 0.0 && self.top_p <= 1.0)
        {
            return Err(Failure::usage(
                "--temperature must be 0 or more, --top-p more than 0 and at most 1",
                "For example: --temperature 0.7 --top-p 0.95",
            ));
        }
        if !self.length_penalty.is_finite() {
            return Err(Failure::usage(
                "--length-penalty must be a number",
                "For example: --length-penalty 1.0",
            ));
        }
        if self.beam.is_some_and(|beams| beams > self.sequences) {
            return Err(Failure::usage(
                "--beam is larger than --sequences",
                "Set --sequences to at least the number of beams.",
            ));
        }
        if let Some(tmx) = self.tmx.as_ref().filter(|tmx| tmx.symlink_metadata().is_ok()) {
            return Err(Failure::usage(
                &format!("the file already exists: {}", tmx.display()),
                "Choose another name for --tmx.",
            ));
        }
        Ok(())
    }

    /// What `--out` names: the new file of a single document if it has the extension of its translation, else a folder.
    ///
    /// # Errors
    /// A file that exists, or the name of a document for several documents or for one of another format.
    pub fn target(&self, inputs: &[Input]) -> Result<Option<Target>, Failure> {
        let Some(out) = &self.out else { return Ok(None) };
        let folder = Ok(Some(Target::Folder(out.clone())));
        if out.is_dir() || out.to_string_lossy().ends_with(['/', MAIN_SEPARATOR]) {
            return folder;
        }
        let refused = |message: String, hint: &str| Err(Failure::usage(&message, hint));
        if out.symlink_metadata().is_ok() {
            let message = format!("this exists and is not a folder: {}", shown(out));
            return refused(message, "Choose another --out.");
        }
        // The only document of a folder is not named itself.
        let document = inputs.first().and_then(Input::path);
        let document = document.filter(|path| self.inputs == [path.to_string_lossy()]);
        let extension = |path: &Path| path.extension().unwrap_or_default().to_ascii_lowercase();
        let wanted = document.as_deref().map(extension).map(|own| match own == "pdf" {
            true => Format::Markdown.extension().into(),
            false => own,
        });
        match (document, wanted) {
            (Some(_), Some(wanted)) if !wanted.is_empty() && extension(out) == wanted => {
                Ok(Some(Target::File(out.clone())))
            }
            _ if !is_document(out) => folder,
            (Some(document), Some(wanted)) => refused(
                format!("the translation of {} is not of this format: {}", shown(&document), shown(out)),
                &format!("End the name with .{}, or name a folder.", wanted.to_string_lossy()),
            ),
            _ => refused(
                format!("--out names a file, but there is not just one document: {}", shown(out)),
                "Name a folder, or end its name with a slash.",
            ),
        }
    }

    /// Refuses options that would have no effect.
    pub fn check_effects(&self, inputs: &[Input]) -> Result<(), Failure> {
        let extras = [
            ("--bilingual", self.bilingual),
            ("--tmx", self.tmx.is_some()),
            ("--json", self.json),
            ("--out", self.out.is_some()),
        ];
        if self.format.is_some() && inputs.is_empty() {
            return match extras.iter().find(|(_, given)| *given) {
                Some((option, _)) => Err(Failure::usage(
                    &format!("{option} does nothing where a document comes from standard input"),
                    "Save the document and give its path instead.",
                )),
                None => Ok(()),
            };
        }
        let of_documents = [
            ("--out", self.out.is_some()),
            ("--columns", !self.columns.is_empty()),
            ("--format", self.format.is_some()),
            ("--names", self.names.is_some()),
            ("--bilingual", self.bilingual),
            ("--tmx", self.tmx.is_some()),
            ("--resume", self.resume && !inputs.is_empty()),
        ];
        if self.begin_with.is_some() && (self.resume || inputs.iter().any(|input| input.path().is_some())) {
            return Err(Failure::usage(
                "--begin-with is for texts, but the inputs include documents",
                "Give a text in quotation marks, or leave out --begin-with.",
            ));
        }
        let documents = self.resume && inputs.is_empty() || inputs.iter().any(|input| input.path().is_some());
        match of_documents.iter().find(|(_, given)| *given && !documents) {
            Some((option, _)) => Err(Failure::usage(
                &format!("{option} is for documents, but the inputs include none"),
                &format!("Give the path of a document, or leave out {option}."),
            )),
            None => Ok(()),
        }
    }

    /// The settings of a new job.
    pub fn options(&self, report: bool, terms: Option<&[Term]>) -> DecodeOptions {
        let mut options = DecodeOptions { report, ..DecodeOptions::default() };
        self.apply(&mut options, terms);
        options
    }

    /// Sets the options that the command line gives. The others keep their values: a resumed document keeps its settings.
    pub fn apply(&self, options: &mut DecodeOptions, terms: Option<&[Term]>) {
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
        if let Some(quality) = self.quality {
            (options.quality, options.beam, options.sampling) = (quality.into(), None, None);
        }
        options.estimate = self.estimate.map_or(options.estimate, Estimate::from);
        options.memory &= !self.no_memory;
        options.context = self.context.unwrap_or(options.context);
        options.document_terms = self.terms.map_or(options.document_terms, |terms| terms == Switch::On);
        options.names = self.names.map_or(options.names, NameStyle::from);
        if let Some(terms) = terms {
            options.terms = terms.to_vec();
        }
        options.format = self.format.or(options.format);
        options.beginning = self.begin_with.as_deref().map(|text| Beginning::new(0, text, false));
        if !self.columns.is_empty() {
            options.columns = Some(self.columns.iter().map(|column| *column as usize - 1).collect());
        }
    }
}
