//! `wasan history`: the texts typed into the window, with their translations.

use clap::Subcommand;
use translation::{HistoryText, Translator};

use crate::arguments::DataArgs;
use crate::failure::Failure;
use crate::results::say;
use crate::terminal::note;

#[derive(Subcommand)]
pub enum History {
    /// List the texts with their numbers, newest first
    List {
        #[command(flatten)]
        data: DataArgs,
        /// Print JSON, one line per text
        #[arg(long)]
        json: bool,
    },
    /// Search for texts that contain something, or whose translation does
    Search {
        /// What to search for
        text: String,
        #[command(flatten)]
        data: DataArgs,
        /// Print JSON, one line per text
        #[arg(long)]
        json: bool,
    },
    /// Remove a text, by its number
    Remove {
        /// The number that `wasan history list` shows
        id: i64,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove all texts
    Clear {
        #[command(flatten)]
        data: DataArgs,
    },
}

impl History {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { data, json } => data.with_translator(|translator| list(translator, "", json)),
            Self::Search { text, data, json } => {
                data.with_translator(|translator| list(translator, &text, json))
            }
            Self::Remove { id, data } => {
                data.with_translator(|translator| match translator.forget_text(id)? {
                    true => {
                        note!("1 text removed");
                        Ok(())
                    }
                    false => Err(Failure::usage(
                        &format!("there is no text with this number: {id}"),
                        "`wasan history list` shows the numbers.",
                    )),
                })
            }
            Self::Clear { data } => data.with_translator(|translator| {
                note!("{} texts removed", translator.clear_history()?);
                Ok(())
            }),
        }
    }
}

fn list(translator: &Translator, wanted: &str, json: bool) -> Result<(), Failure> {
    for text in translator.history(wanted, usize::MAX)? {
        if json {
            say!("{}", serde_json::json!(text));
            continue;
        }
        let HistoryText { id, pair, source, target, .. } = text;
        say!("{id:5}  {pair}  {}\n              {}", on_one_line(&source), on_one_line(&target));
    }
    Ok(())
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
