//! `wasan train`: trains models on the user's own text.

mod arguments;
mod console;
mod initial_model;
mod lora;
mod model;
mod pair;
mod plan;
mod prompts;
mod provenance;
mod run;
mod training_texts;

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand, ValueEnum};
use translation::{Problem, Role};

use crate::arguments::LanguageArgs;
use crate::failure::Failure;
use arguments::StageName;
use console::Console;
use initial_model::InitialModelArgs;
use model::{ModelSpec, TrainingArgs, TrainingSettings};
use run::check_new;
use training_texts::{TextSources, read_texts};

const HELP: &str = "Text is TSV, TMX, two files of lines given as 'corpus.{de,en}', or plain lines; each may be .gz or .xz. \
    The text is cleaned, the sentences left out are reported, and some steps are measured before the training. \
    Ctrl-C saves a checkpoint beside the output, and the same command resumes from it. The paper's data: \
    --mono alt-dev:DIR --pairs alt-train:DIR --test alt-test:DIR; or \
    --pairs 'wmt19.{de,en}' --sample 20000 --sample-mono 2000 --test newstest2018.tsv.\n\n\
    For example:\n  \
    wasan train --base llama-1b --from de --to en --side source --mono de.txt --pairs memory.tmx --out german\n  \
    wasan models import german\n  \
    wasan train pair --base llama-1b --from de --to en --pairs memory.tmx --mono-from de.txt --mono-to en.txt";

/// Trains one model by arguments, or several by a subcommand.
pub enum Train {
    One(Box<TrainOne>),
    Several(TrainSeveral),
}

// By hand, since a derived struct cannot have required arguments that a subcommand makes optional.
impl Args for Train {
    fn augment_args(command: clap::Command) -> clap::Command {
        TrainSeveral::augment_subcommands(TrainOne::augment_args(command))
            .subcommand_required(false)
            .arg_required_else_help(true)
            .args_conflicts_with_subcommands(true)
            .subcommand_negates_reqs(true)
            .after_help(HELP)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Train {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        match matches.subcommand_name() {
            Some(_) => TrainSeveral::from_arg_matches(matches).map(Self::Several),
            None => TrainOne::from_arg_matches(matches).map(Box::new).map(Self::One),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Subcommand)]
pub enum TrainSeveral {
    /// Train and import the specialists of a language pair, and L if there is no base model
    Pair(Box<pair::TrainPair>),
    /// Train the models of a training plan, such as the starter models
    Plan(plan::TrainPlan),
}

/// Trains one model.
#[derive(Args)]
pub struct TrainOne {
    #[command(flatten)]
    languages: LanguageArgs,
    #[command(flatten)]
    initial_model: InitialModelArgs,
    /// Model to train
    #[arg(long, value_enum)]
    side: Side,
    /// Monolingual text of the side's language: plain lines, or that side of 'corpus.{de,en}' or alt-dev:FOLDER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    mono: Vec<String>,
    /// Train only this stage [default: all stages that have text]
    #[arg(long, value_enum)]
    stage: Option<StageName>,
    /// New folder for the model
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The model's name [default: that of its folder]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    training: TrainingArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Side {
    /// S_src, the specialist for the source language
    Source,
    /// S_tgt, the specialist for the target language
    Target,
    /// L, the large model of both languages
    Both,
}

impl Train {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::One(command) => command.run(),
            Self::Several(TrainSeveral::Pair(command)) => command.run(),
            Self::Several(TrainSeveral::Plan(command)) => command.run(),
        }
    }
}

impl TrainOne {
    fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        check_new(&self.out)?;
        self.check()?;
        let language = match self.side {
            Side::Source => pair.from.clone(),
            Side::Target => pair.to.clone(),
            Side::Both => UNDETERMINED.to_owned(),
        };
        let role = match self.side {
            Side::Both => Role::Large,
            Side::Source | Side::Target => Role::Specialist { language: language.clone() },
        };
        let run = &self.training.schedule.run;
        let mut console = Console::new(run.json, run.minutes);
        let device = run.device(&console)?;
        let mono = if self.has_text() { vec![(language, self.mono)] } else { Vec::new() };
        let texts = read_texts(&TextSources { pair: &pair, mono, files: &self.training.files }, &console)?;
        let start = self.initial_model.start(&texts, &self.training.schedule, self.side == Side::Both)?;
        let folder_name = self.out.file_name().map(|name| name.to_string_lossy().into_owned());
        let model = ModelSpec {
            name: self.name.or(folder_name).unwrap_or_default(),
            role,
            start: &start,
            mono: texts.mono.iter().collect(),
            out: &self.out,
        };
        let settings = TrainingSettings::new(&self.training, self.stage, self.initial_model.is_new(), device);
        model.train(&settings, &texts, &mut console).map(drop)
    }

    fn has_text(&self) -> bool {
        !self.mono.is_empty() || self.training.files.sample_mono.is_some_and(|count| count > 0)
    }

    fn check(&self) -> Result<(), Failure> {
        let missing = match self.stage {
            Some(StageName::Pretrain) if !self.has_text() => Some("--mono"),
            Some(StageName::Finetune) if self.training.files.pairs.is_empty() => Some("--pairs"),
            None if self.mono.is_empty() && self.training.files.pairs.is_empty() => Some("--mono or --pairs"),
            _ => None,
        };
        match missing {
            Some(missing) => Err(Failure::usage(
                &format!("no text to train on: give {missing}"),
                "Pre-training reads --mono, fine-tuning reads --pairs.",
            )),
            None => Ok(()),
        }
    }
}

/// The code of text in several languages (BCP 47).
const UNDETERMINED: &str = "und";

impl From<training::Error> for Failure {
    fn from(error: training::Error) -> Self {
        let hint = match &error {
            training::Error::Write { .. } | training::Error::Disk { .. } => {
                "No incomplete model is left; the newest checkpoint has the trained weights."
            }
            _ => "No model was written.",
        };
        let (code, message, hint) = ("training".to_owned(), error.to_string(), hint.to_owned());
        Problem { code, message, hint }.into()
    }
}

impl From<corpus::Error> for Failure {
    fn from(error: corpus::Error) -> Self {
        let hint = match &error {
            corpus::Error::TooMuchText { .. } => "Give --sample with a number of pairs.".to_owned(),
            _ => "Nothing was trained.".to_owned(),
        };
        Problem { code: "text".to_owned(), message: error.to_string(), hint }.into()
    }
}
