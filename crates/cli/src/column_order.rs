//! Checks which column of parallel text is in which language.

use translation::{LanguagePair, detect};

use crate::failure::Failure;

/// Lines that are enough to detect a language.
const LINES_TO_DETECT: usize = 50;

/// The opposite direction.
pub fn reversed(pair: &LanguagePair) -> LanguagePair {
    LanguagePair { from: pair.to.clone(), to: pair.from.clone() }
}

/// Refuses sentence pairs whose source is in the language of `--to` and whose target is in that of `--from`.
///
/// # Errors
/// Such pairs; the message names their origin, `input`.
pub fn check_column_order<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
    pair: &LanguagePair,
    input: &str,
) -> Result<(), Failure> {
    let both = [pair.clone(), reversed(pair)];
    let (sources, targets): (Vec<&str>, Vec<&str>) = pairs.take(LINES_TO_DETECT).unzip();
    let are_in = |lines: Vec<&str>, language: &str| {
        detect(&lines.join("\n"), &both).is_some_and(|found| found.language == language)
    };
    match are_in(sources, &pair.to) && are_in(targets, &pair.from) {
        true => Err(Failure::usage(
            &format!("the first column of {input} is in the language of --to"),
            "--from must name the language of the first column: swap --from and --to.",
        )),
        false => Ok(()),
    }
}
