//! `wasan memory`: the translation memory.

use std::path::PathBuf;

use clap::Subcommand;
use translation::{Error, LanguagePair, Translator};

use crate::arguments::{DataArgs, LanguageArgs};
use crate::failure::Failure;
use crate::results::say;
use crate::terminal::{note, shown};

#[derive(Subcommand)]
pub enum Memory {
    /// List the memory's language pairs with their number of translation units
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Import translation units from a TMX file
    Import {
        /// The TMX file
        path: PathBuf,
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Export the translation units of a language pair as TMX
    Export {
        /// The new TMX file
        path: PathBuf,
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Search for translation units that are similar to a text or contain it
    Search {
        /// The text
        text: String,
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
        /// Print JSON, one line per translation unit
        #[arg(long)]
        json: bool,
    },
    /// Remove all translation units of a language pair
    Clear {
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
    },
}

// More than a user reads.
const MAX_RESULTS: usize = 20;

impl Memory {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { data } => data.with_translator(|translator| {
                for (pair, count) in translator.memory_pairs()? {
                    say!("{pair}  {count}");
                }
                Ok(())
            }),
            Self::Import { path, languages, data } => {
                change(data, &languages, "imported", |translator, pair| translator.import_memory(pair, &path))
            }
            Self::Export { path, languages, data } => {
                let result = format!("written to {}", shown(&path));
                change(data, &languages, &result, |translator, pair| translator.export_memory(pair, &path))
            }
            Self::Search { text, languages, data, json } => {
                data.with_translator(|translator| search(translator, &languages, &text, json))
            }
            Self::Clear { languages, data } => change(data, &languages, "removed", Translator::clear_memory),
        }
    }
}

/// Runs `work` and prints what happened to how many translation units.
fn change(
    data: DataArgs,
    languages: &LanguageArgs,
    result: &str,
    work: impl FnOnce(&Translator, &LanguagePair) -> Result<usize, Error>,
) -> Result<(), Failure> {
    let pair = languages.pair()?;
    data.with_translator(|translator| {
        let count = work(translator, &pair)?;
        note!("{count} translation units {result}");
        Ok(())
    })
}

fn search(translator: &Translator, languages: &LanguageArgs, text: &str, json: bool) -> Result<(), Failure> {
    let pair = languages.pair()?;
    let similar = translator.suggest(&pair, text, MAX_RESULTS)?;
    let mut containing = translator.search_memory(&pair, text, MAX_RESULTS)?;
    containing.retain(|unit| similar.iter().all(|suggestion| suggestion.unit.source != unit.source));
    if json {
        similar.iter().for_each(|suggestion| say!("{}", serde_json::json!(suggestion)));
        containing.iter().for_each(|unit| say!("{}", serde_json::json!(unit)));
        return Ok(());
    }
    for suggestion in similar {
        say!(
            "{:3.0} %  {}\n       {}",
            100.0 * suggestion.score,
            suggestion.unit.source,
            suggestion.unit.target
        );
    }
    for unit in containing {
        say!("       {}\n       {}", unit.source, unit.target);
    }
    Ok(())
}
