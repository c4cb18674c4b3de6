//! Which column of a file of pairs is in which language.

use translation::{LanguagePair, detect};

use crate::failure::Failure;

/// So many lines tell a language.
const TOLD_BY: usize = 50;

/// The same pair, the other way.
pub fn back(pair: &LanguagePair) -> LanguagePair {
    LanguagePair { from: pair.to.clone(), to: pair.from.clone() }
}

/// Refuses pairs whose source is in the language of `--to` and whose target in that of `--from`.
///
/// # Errors
/// Such pairs; `input` says where they come from.
pub fn check<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
    pair: &LanguagePair,
    input: &str,
) -> Result<(), Failure> {
    let both = [pair.clone(), back(pair)];
    let (sources, targets): (Vec<&str>, Vec<&str>) = pairs.take(TOLD_BY).unzip();
    let looks_like = |lines: Vec<&str>, language: &str| {
        detect(&lines.join("\n"), &both).is_some_and(|found| found.language == language)
    };
    match looks_like(sources, &pair.to) && looks_like(targets, &pair.from) {
        true => Err(Failure::usage(
            &format!("the first column of {input} is in the language of --to"),
            "--from names the first column: swap it with --to.",
        )),
        false => Ok(()),
    }
}
