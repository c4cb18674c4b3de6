//! `wasan`: everything the window does, and more, from a terminal.

mod bench;
#[cfg(any(feature = "evaluate", feature = "train"))]
mod columns;
mod desk;
#[cfg(feature = "evaluate")]
mod evaluate;
mod failure;
mod gpu;
mod inputs;
mod interrupt;
mod jobs;
mod logits;
mod memory;
mod models;
mod progress;
#[cfg(feature = "train")]
mod train;
mod translate;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use translation::{LanguagePair, Setup, Translator};

use failure::Failure;

/// Translates text and documents offline, on your own GPU: the logits of several Llama models are added before
/// each token is chosen. Nothing leaves this machine.
#[derive(Parser)]
#[command(
    name = "wasan",
    version,
    after_help = "Exit status: 0 all is well; 1 something could not be translated or done; \
    2 the command line is wrong; 3 no usable GPU or model; 130 interrupted (what was finished is kept).\n\n\
    For example:  wasan translate --from de --to en \"Das Wetter ist heute schön.\""
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Translate text, documents, folders of them, or standard input
    Translate(Box<translate::Translate>),
    /// List, resume, cancel, retry, correct and clear the documents of the queue
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// Import, export, search and clear the translation memory
    #[command(subcommand)]
    Memory(memory::Memory),
    /// Import, list and remove terms
    #[command(subcommand)]
    Glossary(memory::Glossary),
    /// List, show, import and remove models
    #[command(subcommand)]
    Models(models::Models),
    /// List the graphics adapters, and test every kernel on each
    Gpu(gpu::Adapters),
    /// Count and measure what the models cost on this machine
    Bench(bench::Bench),
    /// Show a model's logits for token ids, to compare them with another engine's
    Logits(logits::Logits),
    /// Score translations, and the models at hand with every sum of the paper
    #[cfg(feature = "evaluate")]
    Evaluate(Box<evaluate::Evaluate>),
    /// Train models on your own text, on this machine
    #[cfg(feature = "train")]
    Train(train::Train),
}

/// Where imported models are.
#[derive(Args)]
struct Library {
    /// Folder of imported models [default: $WASAN_MODELS, else the user's data folder]
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
}

/// Where the queue, the memory and the glossary are.
#[derive(Args)]
struct Data {
    /// Folder of the queue, the memory and the glossary [default: $WASAN_DATA, else the user's data folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Data {
    /// Lends a translator that loads no models.
    fn with(self, work: impl FnOnce(&Translator) -> Result<(), Failure>) -> Result<(), Failure> {
        let translator = Translator::start(Setup { data: self.data, ..Setup::default() }, |_| {});
        let done = work(&translator);
        translator.stop();
        done
    }
}

/// Where it runs.
#[derive(Args)]
struct Gpu {
    /// Graphics adapter: a number from `wasan gpu`, or a part of its name [default: the best]
    #[arg(long, value_name = "ADAPTER")]
    adapter: Option<String>,
}

/// Which models, on which adapter.
#[derive(Args)]
struct Engine {
    #[command(flatten)]
    library: Library,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    gpu: Gpu,
    /// The large model L: a name from `wasan models list`, or an imported folder
    #[arg(long, value_name = "MODEL")]
    large: Option<String>,
    /// S_src, the specialist for the source language
    #[arg(long, value_name = "MODEL")]
    source: Option<String>,
    /// S_tgt, the specialist for the target language
    #[arg(long, value_name = "MODEL")]
    target: Option<String>,
    /// The term `base` of a recipe: the small model as published
    #[arg(long, value_name = "MODEL")]
    base: Option<String>,
    /// The term `mt` of a recipe: the model fine-tuned on pairs alone
    #[arg(long, value_name = "MODEL")]
    tuned: Option<String>,
    #[arg(long, value_name = "SUM", allow_hyphen_values = true, help = recipes())]
    recipe: Option<String>,
}

fn recipes() -> String {
    let presets: Vec<String> =
        translation::PRESETS.iter().map(|(name, sum)| format!("{name} = {sum}")).collect();
    format!(
        "The sum of logits to decode with, such as \"L + 0.5*src + 0.5*tgt - base\", or a name: {}, tuned = what `wasan evaluate --sweep` found \
        [default: L and the specialists at hand]",
        presets.join(", ")
    )
}

impl Engine {
    fn setup(&self) -> Setup {
        let terms = [
            ("L", &self.large),
            ("src", &self.source),
            ("tgt", &self.target),
            ("base", &self.base),
            ("mt", &self.tuned),
        ];
        let chosen: BTreeMap<String, String> =
            terms.into_iter().filter_map(|(term, name)| Some((term.to_owned(), name.clone()?))).collect();
        Setup {
            models: self.library.models.clone(),
            data: self.data.data.clone(),
            adapter: self.gpu.adapter.clone(),
            recipe: self.recipe.clone(),
            chosen,
            ..Setup::default()
        }
    }
}

/// From which language into which.
#[derive(Args, Clone)]
struct Languages {
    /// Language of the source, such as de; `wasan models list` shows the pairs
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    from: String,
    /// Language of the translation, such as en
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    to: String,
}

impl Languages {
    fn pair(&self) -> Result<LanguagePair, Failure> {
        if self.from == self.to {
            return Err(Failure::usage(
                "--from and --to name the same language",
                "Choose two different languages.",
            ));
        }
        Ok(LanguagePair { from: self.from.clone(), to: self.to.clone() })
    }
}

fn known_language(code: &str) -> Result<String, String> {
    translation::languages::language(code)
        .map(|language| language.code.to_owned())
        .ok_or_else(|| "not a language code that is known here (such as de, en, ja)".to_owned())
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Translate(command) => command.run(),
        Command::Jobs(command) => command.run(),
        Command::Memory(command) => command.run(),
        Command::Glossary(command) => command.run(),
        Command::Models(command) => command.run(),
        Command::Gpu(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Logits(command) => command.run(),
        #[cfg(feature = "evaluate")]
        Command::Evaluate(command) => command.run(),
        #[cfg(feature = "train")]
        Command::Train(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
