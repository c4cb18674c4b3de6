//! The translator's prompts, for training.

use std::collections::HashMap;

use training::Tokenizer;
use training::examples::Prompter;
use translation::LanguagePair;
use translation::prompt::Prompt;

use crate::failure::Failure;

/// Renders a prompt template for every pair of `languages`.
///
/// # Errors
/// If the template is invalid, or the tokenizer lacks one of its special tokens.
pub fn prompter<'a>(
    template: &str,
    tokenizer: &'a Tokenizer,
    languages: &[String],
) -> Result<Box<Prompter<'a>>, Failure> {
    let mut prompts = HashMap::new();
    for from in languages {
        for to in languages.iter().filter(|to| *to != from) {
            let pair = LanguagePair { from: from.clone(), to: to.clone() };
            let prompt = Prompt::parse(template, tokenizer, &pair).map_err(|error| {
                Failure::usage(&error.to_string(), "Give another template with --prompt.")
            })?;
            prompts.insert((from.clone(), to.clone()), prompt);
        }
    }
    Ok(Box::new(move |from: &str, to: &str, source: &str| {
        let prompt = prompts.get(&(from.to_owned(), to.to_owned())).ok_or("languages without a prompt")?;
        prompt.render(source, "", tokenizer).map_err(|error| error.to_string())
    }))
}
