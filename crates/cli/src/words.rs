//! `wasan words`: the words that may follow the beginning of a translation, with what each model wanted.

use clap::Args;
use translation::{Beginning, DecodeOptions, Job, NextWords, Setup, Source, Translator};

use crate::arguments::{EngineArgs, LanguageArgs};
use crate::failure::Failure;
use crate::results::say;

#[derive(Args)]
#[command(
    after_help = "For example:\n  wasan words --from de --to en --begin-with \"Tom wrote his\" \"Tom schrieb seiner Mutter.\""
)]
pub struct Words {
    #[command(flatten)]
    languages: LanguageArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// How the translation begins [default: with nothing, so that its first words are listed]
    #[arg(long, value_name = "TEXT", default_value = "")]
    begin_with: String,
    /// Which sentence of the text it is, counted from 1; the others are its context
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    sentence: u32,
    /// Print one line of JSON: {"recipe": [[term, weight], …], "words": [{"text", "probability", "votes"}, …]}
    #[arg(long)]
    json: bool,
    /// The source
    #[arg(value_name = "TEXT")]
    text: String,
}

impl Words {
    pub fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        let beginning = Beginning::new(self.sentence as usize - 1, &self.begin_with, true);
        let options = DecodeOptions { beginning: Some(beginning), ..DecodeOptions::default() };
        let setup = Setup { pair: Some(pair.clone()), ..self.engine.setup() };
        let translator = Translator::start(setup, |_| {});
        let found = translator.next_words(&Job { pair, source: Source::Text(self.text), options });
        translator.stop();
        let found = found?;
        if found.words.is_empty() {
            return Err(Failure::usage(
                "no word can follow",
                "Give a shorter --begin-with, or with --sentence the number of one of the text's sentences.",
            ));
        }
        match self.json {
            true => say!("{}", serde_json::json!(found)),
            false => show(&found),
        }
        Ok(())
    }
}

/// A line a word: the word, the probability of its beginning under the sum, and by each model alone.
fn show(found: &NextWords) {
    let percent =
        |share: Option<f32>| share.map_or("–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    let terms = found.recipe.iter().map(|(term, weight)| match weight {
        1.0 => term.clone(),
        weight => format!("{weight}*{term}"),
    });
    let head = ["WORD".to_owned(), "SUM".to_owned()].into_iter().chain(terms);
    let rows = found.words.iter().map(|word| {
        let shares = std::iter::once(word.probability).chain(word.votes.iter().copied());
        std::iter::once(word.text.clone()).chain(shares.map(percent)).collect::<Vec<String>>()
    });
    for row in std::iter::once(head.collect()).chain(rows) {
        say!("{}", row.join("\t"));
    }
}
