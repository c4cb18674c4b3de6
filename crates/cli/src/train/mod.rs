//! `wasan train`: models made on this machine from the user's own text.

mod arguments;
mod console;
mod model;
mod pair;
mod plan;
mod prompts;
mod run;
mod texts;

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand, ValueEnum};
use translation::{Problem, Role};

use crate::Languages;
use crate::failure::Failure;
use arguments::{Adapter, Beginning, Schedule, TextFiles};
use console::Console;
use model::{Model, Plan};
use texts::Sources;

const HELP: &str = "Text is TSV, TMX, two files of lines given as 'corpus.{de,en}', or plain lines; each may be .gz or .xz. \
    It is cleaned, and what is left out is said first; then some steps are measured. \
    Ctrl-C keeps a checkpoint beside the output, and the same command goes on from it. The paper's data: \
    --mono alt-dev:DIR --pairs alt-train:DIR --test alt-test:DIR; or \
    --pairs 'wmt19.{de,en}' --sample 20000 --sample-mono 2000 --test newstest2018.tsv.\n\n\
    For example:\n  \
    wasan train --base llama-1b --from de --to en --side source --mono de.txt --pairs memory.tmx --out german\n  \
    wasan models import german\n  \
    wasan train pair --base llama-1b --from de --to en --pairs memory.tmx --mono-from de.txt --mono-to en.txt";

/// What is made: one model by arguments, or more by a subcommand.
pub enum Train {
    One(Box<One>),
    More(More),
}

// By hand, since a derived struct cannot have required arguments that a subcommand makes needless.
impl Args for Train {
    fn augment_args(command: clap::Command) -> clap::Command {
        More::augment_subcommands(One::augment_args(command))
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
            Some(_) => More::from_arg_matches(matches).map(Self::More),
            None => One::from_arg_matches(matches).map(Box::new).map(Self::One),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Subcommand)]
pub enum More {
    /// Make the specialists of a pair of languages, and L where there is no base, and import them
    Pair(Box<pair::MakePair>),
    /// Train all models of a training plan, such as the starter models
    Plan(plan::MakePlanned),
}

/// One model.
#[derive(Args)]
pub struct One {
    #[command(flatten)]
    languages: Languages,
    #[command(flatten)]
    beginning: Beginning,
    /// Which specialist: S_src for the language of --from, S_tgt for that of --to; or a large model of both
    #[arg(long, value_enum)]
    side: Side,
    /// Text of the side's language: plain lines, or that side of 'corpus.{de,en}' or alt-dev:FOLDER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    mono: Vec<String>,
    /// Only this stage [default: those that there is text for]
    #[arg(long, value_enum)]
    stage: Option<StageName>,
    /// The model's folder, which must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The name that the model carries [default: that of its folder]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    files: TextFiles,
    #[command(flatten)]
    schedule: Schedule,
    #[command(flatten)]
    adapter: Adapter,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Side {
    /// S_src
    Source,
    /// S_tgt
    Target,
    /// L
    Both,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageName {
    /// Every token of monolingual text
    Pretrain,
    /// The translations in the prompt
    Finetune,
}

impl Train {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::One(command) => command.run(),
            Self::More(More::Pair(command)) => command.run(),
            Self::More(More::Plan(command)) => command.run(),
        }
    }
}

impl One {
    fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        model::check_new(&self.out)?;
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
        let mut console = Console::new(&self.schedule.place);
        let device = self.schedule.place.device(&console)?;
        let mono = if self.has_text() { vec![(language, self.mono)] } else { Vec::new() };
        let texts = texts::read(&Sources { pair: &pair, mono, files: &self.files }, &console)?;
        let start = self.beginning.start(&texts, &self.schedule, self.side == Side::Both)?;
        let folder_name = self.out.file_name().map(|name| name.to_string_lossy().into_owned());
        let model = Model {
            name: self.name.or(folder_name).unwrap_or_default(),
            role,
            start: &start,
            mono: texts.mono.iter().collect(),
            out: &self.out,
        };
        let plan = Plan {
            stage: self.stage,
            licence: self.files.licence.clone(),
            directions: self.files.directions.into(),
            optimizer: self.schedule.optimizer(self.beginning.is_new()),
            schedule: &self.schedule,
            seed: self.files.seed,
            adapter: self.adapter.options(),
            merge: self.adapter.merge,
            device,
        };
        model.make(&plan, &texts, &mut console).map(drop)
    }

    fn has_text(&self) -> bool {
        !self.mono.is_empty() || self.files.sample_mono.is_some_and(|count| count > 0)
    }

    fn check(&self) -> Result<(), Failure> {
        let missing = match self.stage {
            Some(StageName::Pretrain) if !self.has_text() => Some("--mono"),
            Some(StageName::Finetune) if self.files.pairs.is_empty() => Some("--pairs"),
            None if self.mono.is_empty() && self.files.pairs.is_empty() => Some("--mono or --pairs"),
            _ => None,
        };
        match missing {
            Some(missing) => Err(Failure::usage(
                &format!("there is no text to train on; give {missing}"),
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
                "Nothing half-written is left; what was trained is in the newest checkpoint."
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
