//! `wasan glossary`: terms and their translations.

use std::path::PathBuf;

use clap::Subcommand;
use translation::JobId;

use crate::arguments::{DataArgs, LanguageArgs};
use crate::failure::Failure;
use crate::results::print_result;
use crate::terminal::note;

#[derive(Subcommand)]
pub enum Glossary {
    /// Import terms from a TBX, CSV or TSV file
    Import {
        /// The file
        path: PathBuf,
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the terms of a language pair
    List {
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the terms that a translated document repeats, each with the translation that most of its segments have and how
    /// many: TSV, which `import` and `wasan translate --glossary` read after you have corrected it
    Suggest {
        /// Number of the document, as `wasan jobs` shows it
        id: u64,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove terms of a language pair
    Remove {
        /// The terms to remove, in the source language
        #[arg(required_unless_present = "all")]
        terms: Vec<String>,
        /// Remove all terms
        #[arg(long, conflicts_with = "terms")]
        all: bool,
        #[command(flatten)]
        languages: LanguageArgs,
        #[command(flatten)]
        data: DataArgs,
    },
}

impl Glossary {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Import { path, languages, data } => {
                let pair = languages.pair()?;
                data.with_translator(|translator| {
                    let terms = translation::read_glossary(&path, &pair)?;
                    translator.add_terms(&pair, &terms)?;
                    note!("{} terms imported", terms.len());
                    Ok(())
                })
            }
            Self::List { languages, data } => {
                let pair = languages.pair()?;
                data.with_translator(|translator| {
                    for term in translator.terms(&pair)? {
                        print_result(&format!("{}\t{}", term.source, term.target))?;
                    }
                    Ok(())
                })
            }
            Self::Suggest { id, data } => data.with_translator(|translator| {
                for found in translator.recurring_terms(JobId(id))? {
                    let (term, agreeing, segments) = (&found.term, found.agreeing, found.segments);
                    print_result(&format!("{}\t{}\t{agreeing} of {segments}", term.source, term.target))?;
                }
                Ok(())
            }),
            Self::Remove { terms, all, languages, data } => {
                let pair = languages.pair()?;
                data.with_translator(|translator| {
                    let mut count = if all { translator.remove_terms(&pair, None)? } else { 0 };
                    for term in &terms {
                        count += translator.remove_terms(&pair, Some(term))?;
                    }
                    note!("{count} terms removed");
                    Ok(())
                })
            }
        }
    }
}
