//! `wasan models test`: translates built-in sentences and compares them with known translations.

use clap::Args;
use translation::{
    Catalog, DirectionTest, LanguagePair, PublishedSet, RecipeInUse, Setup, TestVerdict, published_set,
    test_direction, test_directions,
};

use crate::arguments::{GpuArgs, LibraryArgs};
use crate::failure::Failure;
use crate::progress::start_translator;
use crate::results::say;

#[derive(Args)]
pub struct Test {
    /// An installed set from `wasan models sets`, or a language pair such as de-en, tested with the models it uses
    #[arg(value_name = "SET|PAIR")]
    what: String,
    /// Test a set with all its languages that have test sentences, not only three of them
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    gpu: GpuArgs,
    #[command(flatten)]
    library: LibraryArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// A line a direction, for people.
    Table,
    /// One JSON list.
    Json,
    /// A JSON object a line, as an event.
    JsonLines,
}

// Besides English: enough to see whether a prompt works, in a few seconds on a graphics card.
const LANGUAGES: usize = 3;

impl Test {
    pub fn run(self) -> Result<(), Failure> {
        let setup = Setup { models: self.library.models, ..self.gpu.setup() };
        let report = if self.json { Report::Json } else { Report::Table };
        match self.what.parse::<LanguagePair>() {
            Ok(pair) => {
                let own = catalog(&setup)?.recipe_in_use(&pair)?;
                test(&setup, &[pair], &own, report)
            }
            Err(_) => test_set(&setup, published_set(&self.what)?, self.all, report),
        }
    }
}

/// Tests an installed set.
pub fn test_set(setup: &Setup, set: &PublishedSet, all: bool, report: Report) -> Result<(), Failure> {
    let own = catalog(setup)?.set_recipe(set)?;
    let directions = test_directions(&set.languages, if all { usize::MAX } else { LANGUAGES });
    test(setup, &directions, &own, report)
}

fn catalog(setup: &Setup) -> Result<Catalog, Failure> {
    Ok(Catalog::of(setup.models.as_deref())?)
}

fn test(
    setup: &Setup,
    directions: &[LanguagePair],
    own: &RecipeInUse,
    report: Report,
) -> Result<(), Failure> {
    let (translator, progress) = start_translator(setup.clone());
    let mut results = Vec::with_capacity(directions.len());
    if report == Report::Table && !directions.is_empty() {
        say!("{:<7} {:>6} {:>10}   verdict", "pair", "chrF", "tokens/s");
    }
    for pair in directions {
        let result = test_direction(&translator, pair, Some(&own.recipe), &own.models);
        progress.clear();
        match (result, report) {
            (Ok(result), Report::Table) => {
                show(&result);
                results.push(result);
            }
            (Ok(result), Report::JsonLines) => {
                say!("{}", serde_json::json!({"event": "tested", "result": result}));
                results.push(result);
            }
            (Ok(result), Report::Json) => results.push(result),
            (Err(error), _) => {
                translator.stop();
                return Err(error.into());
            }
        }
    }
    translator.stop();
    if report == Report::Json {
        say!("{}", serde_json::json!(results));
    }
    match results.iter().any(|result| result.verdict == TestVerdict::Broken) {
        true => Err(Failure::some()),
        false => Ok(()),
    }
}

fn show(result: &DirectionTest) {
    let verdict = match result.verdict {
        TestVerdict::Works => "works".to_owned(),
        TestVerdict::Weak => format!("weak: unrelated text reaches {:.1}", result.unrelated_chrf),
        TestVerdict::Broken => format!("BROKEN: unrelated text reaches {:.1}", result.unrelated_chrf),
    };
    say!(
        "{:<7} {:>6.1} {:>10.1}   {verdict}",
        result.pair.to_string(),
        result.chrf,
        result.tokens_per_second
    );
    for remark in &result.remarks {
        say!("        {remark}");
    }
    if result.verdict != TestVerdict::Works
        && let Some(sentence) = result.sentences.first()
    {
        say!("        for example: {}\n                  -> {}", sentence.source, sentence.translation);
    }
}
