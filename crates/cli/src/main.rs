//! The `wasan` command line.

mod arguments;
mod bench;
#[cfg(any(feature = "evaluate", feature = "train"))]
mod column_order;
mod confirm;
#[cfg(feature = "evaluate")]
mod evaluate;
mod failure;
mod glossary;
mod gpu;
mod history;
mod inputs;
mod interrupt;
mod job_output;
mod job_runner;
mod jobs;
mod logits;
mod memory;
mod models;
mod progress;
mod results;
mod standard_input;
mod terminal;
mod tokens;
#[cfg(feature = "train")]
mod train;
mod translate;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::results::say;
use crate::terminal::note;

/// Translates text and documents offline on your own GPU by summing the next-token logits of several Llama models.
/// Nothing leaves this machine.
#[derive(Parser)]
#[command(
    name = "wasan",
    version,
    after_help = "Exit status: 0 success; 1 something could not be translated or done; 2 invalid command line; \
    3 no usable GPU or model; 130 interrupted (finished work is kept).\n\n\
    For example:  wasan translate --from de --to en \"Das Wetter ist heute schön.\""
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Translate text, documents, folders of documents, or standard input
    Translate(Box<translate::Translate>),
    /// List the words that may follow the beginning of a translation, and what each model wanted
    Words(Box<words::Words>),
    /// List, resume, cancel, retry, correct and clear queued documents
    #[command(subcommand)]
    Jobs(jobs::Jobs),
    /// Import, export, search and clear the translation memory
    #[command(subcommand)]
    Memory(memory::Memory),
    /// List, search and clear the history of the texts typed into the window
    #[command(subcommand)]
    History(history::History),
    /// Import, list and remove glossary terms
    #[command(subcommand)]
    Glossary(glossary::Glossary),
    /// List, show, import, align and remove models
    #[command(subcommand)]
    Models(models::Models),
    /// List the graphics adapters and test every kernel on each
    Gpu(gpu::Gpu),
    /// Measure what the models cost on this machine: time, memory, tokens per second
    Bench(bench::Bench),
    /// Show a model's logits for token ids, to compare them with another engine's
    Logits(logits::Logits),
    /// Show the token ids of texts and the texts decoded from them, to compare a tokenizer with another
    Tokens(tokens::Tokens),
    /// Score translations, or the available models with every recipe of the paper
    #[cfg(feature = "evaluate")]
    Evaluate(Box<evaluate::Evaluate>),
    /// Train models on your own text, on this machine
    #[cfg(feature = "train")]
    Train(train::Train),
}

fn main() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(refused) => return show_usage(&refused),
    };
    let result = match command {
        Command::Translate(command) => command.run(),
        Command::Words(command) => command.run(),
        Command::Jobs(command) => command.run(),
        Command::Memory(command) => command.run(),
        Command::History(command) => command.run(),
        Command::Glossary(command) => command.run(),
        Command::Models(command) => command.run(),
        Command::Gpu(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Logits(command) => command.run(),
        Command::Tokens(command) => command.run(),
        #[cfg(feature = "evaluate")]
        Command::Evaluate(command) => command.run(),
        #[cfg(feature = "train")]
        Command::Train(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure.show()),
    }
}

/// Prints the help, or what is wrong with the command line; returns the exit status.
fn show_usage(refused: &clap::Error) -> ExitCode {
    let text = refused.to_string();
    match refused.use_stderr() {
        true => note!("{}", text.trim_end()),
        false => say!("{}", text.trim_end()),
    }
    u8::try_from(refused.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}
