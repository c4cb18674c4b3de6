//! `wasan memory` and `wasan glossary`: what is reused, and which words are to be used.

use std::path::PathBuf;

use clap::Subcommand;
use translation::Translator;

use crate::failure::Failure;
use crate::{Data, Languages};

#[derive(Subcommand)]
pub enum Memory {
    /// The pairs of the memory, with the number of their units
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Add the units of a TMX file
    Import {
        /// The file
        path: PathBuf,
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
    },
    /// Write the units of a pair as TMX
    Export {
        /// The new file
        path: PathBuf,
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
    },
    /// Show units that come near a text, and those that have it in them
    Search {
        /// The text
        text: String,
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
        /// As JSON, one line a unit
        #[arg(long)]
        json: bool,
    },
    /// Forget all units of a pair
    Clear {
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
    },
}

// More than anybody reads.
const MOST_FOUND: usize = 20;

impl Memory {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { data } => data.with(|translator| {
                for (pair, count) in translator.memory_pairs()? {
                    println!("{pair}  {count}");
                }
                Ok(())
            }),
            Self::Import { path, languages, data } => {
                let pair = languages.pair()?;
                data.with(|translator| {
                    let count = translator.import_memory(&pair, &path)?;
                    eprintln!("{count} units learnt");
                    Ok(())
                })
            }
            Self::Export { path, languages, data } => {
                let pair = languages.pair()?;
                data.with(|translator| {
                    let count = translator.export_memory(&pair, &path)?;
                    eprintln!("{count} units in {}", path.display());
                    Ok(())
                })
            }
            Self::Search { text, languages, data, json } => {
                data.with(|translator| search(translator, &languages, &text, json))
            }
            Self::Clear { languages, data } => {
                let pair = languages.pair()?;
                data.with(|translator| {
                    let count = translator.clear_memory(&pair)?;
                    eprintln!("{count} units forgotten");
                    Ok(())
                })
            }
        }
    }
}

fn search(translator: &Translator, languages: &Languages, text: &str, json: bool) -> Result<(), Failure> {
    let pair = languages.pair()?;
    let near = translator.suggest(&pair, text, MOST_FOUND)?;
    let mut holding = translator.search_memory(&pair, text, MOST_FOUND)?;
    holding.retain(|unit| near.iter().all(|suggestion| suggestion.unit.source != unit.source));
    if json {
        near.iter().for_each(|suggestion| println!("{}", serde_json::json!(suggestion)));
        holding.iter().for_each(|unit| println!("{}", serde_json::json!(unit)));
        return Ok(());
    }
    for suggestion in near {
        println!(
            "{:3.0} %  {}\n       {}",
            100.0 * suggestion.score,
            suggestion.unit.source,
            suggestion.unit.target
        );
    }
    for unit in holding {
        println!("       {}\n       {}", unit.source, unit.target);
    }
    Ok(())
}

#[derive(Subcommand)]
pub enum Glossary {
    /// Add the terms of a TBX, CSV or TSV file
    Import {
        /// The file
        path: PathBuf,
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
    },
    /// The terms of a pair
    List {
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
    },
    /// Remove terms of a pair
    Remove {
        /// The terms, as the source has them
        #[arg(required_unless_present = "all")]
        terms: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "terms")]
        all: bool,
        #[command(flatten)]
        languages: Languages,
        #[command(flatten)]
        data: Data,
    },
}

impl Glossary {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Import { path, languages, data } => {
                let pair = languages.pair()?;
                data.with(|translator| {
                    let terms = translation::read_glossary(&path, &pair)?;
                    translator.add_terms(&pair, &terms)?;
                    eprintln!("{} terms", terms.len());
                    Ok(())
                })
            }
            Self::List { languages, data } => {
                let pair = languages.pair()?;
                data.with(|translator| {
                    for term in translator.terms(&pair)? {
                        println!("{}\t{}", term.source, term.target);
                    }
                    Ok(())
                })
            }
            Self::Remove { terms, all, languages, data } => {
                let pair = languages.pair()?;
                data.with(|translator| {
                    let mut count = if all { translator.remove_terms(&pair, None)? } else { 0 };
                    for term in &terms {
                        count += translator.remove_terms(&pair, Some(term))?;
                    }
                    eprintln!("{count} terms removed");
                    Ok(())
                })
            }
        }
    }
}
