//! Arguments that several commands share.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use translation::{LanguagePair, PromptPrecision, Setup, Translator};

use crate::failure::Failure;

/// The folder of imported models.
#[derive(Args)]
pub struct LibraryArgs {
    /// Folder of imported models [default: $WASAN_MODELS, else the user's data folder]
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}

/// The folder of the user's data.
#[derive(Args)]
pub struct DataArgs {
    /// Folder of the queue, the memory and the glossary [default: $WASAN_DATA, else the user's data folder]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl DataArgs {
    /// Runs `work` with a translator that loads no models.
    pub fn with_translator(
        self,
        work: impl FnOnce(&Translator) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let translator = Translator::start(Setup { data: self.data, ..Setup::default() }, |_| {});
        let result = work(&translator);
        translator.stop();
        result
    }
}

/// The graphics adapter to run on.
#[derive(Args)]
pub struct GpuArgs {
    /// Graphics adapter: a number from `wasan gpu`, or a part of its name [default: the best]
    #[arg(long, value_name = "ADAPTER")]
    adapter: Option<String>,
    /// How prompts are read: fastest = in int8 where `wasan gpu` measured that to be much faster, else exact
    #[arg(long, value_name = "PRECISION", value_enum, default_value = "fastest")]
    prompts: Prompts,
}

#[derive(Clone, Copy, ValueEnum)]
enum Prompts {
    Fastest,
    Exact,
    Int8,
}

impl GpuArgs {
    /// The setup with this adapter.
    pub fn setup(&self) -> Setup {
        let prompts = match self.prompts {
            Prompts::Fastest => PromptPrecision::Fastest,
            Prompts::Exact => PromptPrecision::Exact,
            Prompts::Int8 => PromptPrecision::Int8,
        };
        Setup { adapter: self.adapter.clone(), prompts, ..Setup::default() }
    }
}

/// Models, their weighted sum, and the adapter.
#[derive(Args)]
pub struct EngineArgs {
    #[command(flatten)]
    library: LibraryArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    gpu: GpuArgs,
    /// The large model L: a name from `wasan models list`, or an imported folder
    #[arg(long, value_name = "MODEL")]
    large: Option<String>,
    /// S_src, the specialist for the source language
    #[arg(long, value_name = "MODEL")]
    source: Option<String>,
    /// S_tgt, the specialist for the target language
    #[arg(long, value_name = "MODEL")]
    target: Option<String>,
    /// The term `base` of a recipe: the small model as published
    #[arg(long, value_name = "MODEL")]
    base: Option<String>,
    /// The term `mt` of a recipe: the small model fine-tuned on sentence pairs alone
    #[arg(long, value_name = "MODEL")]
    tuned: Option<String>,
    #[arg(long, value_name = "SUM", allow_hyphen_values = true, help = recipe_help())]
    recipe: Option<String>,
}

fn recipe_help() -> String {
    let presets: Vec<String> =
        translation::PRESETS.iter().map(|(name, sum)| format!("{name} = {sum}")).collect();
    format!(
        "The weighted sum of logits to decode with, such as \"L + 0.5*src + 0.5*tgt - base\", or a name: {}, tuned = \
        the best sum that `wasan evaluate --sweep` found [default: L and the available specialists]",
        presets.join(", ")
    )
}

impl EngineArgs {
    /// The translator's setup.
    pub fn setup(&self) -> Setup {
        let terms = [
            ("L", &self.large),
            ("src", &self.source),
            ("tgt", &self.target),
            ("base", &self.base),
            ("mt", &self.tuned),
        ];
        let chosen: BTreeMap<String, String> =
            terms.into_iter().filter_map(|(term, name)| Some((term.to_owned(), name.clone()?))).collect();
        Setup {
            models: self.library.models.clone(),
            data: self.data.data.clone(),
            recipe: self.recipe.clone(),
            chosen,
            ..self.gpu.setup()
        }
    }
}

/// Source and target language.
#[derive(Args, Clone)]
pub struct LanguageArgs {
    /// Source language, such as de; `wasan models list` shows the pairs
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    pub from: String,
    /// Target language, such as en
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    pub to: String,
}

impl LanguageArgs {
    /// Both languages, which must differ.
    pub fn pair(&self) -> Result<LanguagePair, Failure> {
        language_pair(&self.from, &self.to)
    }
}

/// The pair of `--from` and `--to`, which must differ.
pub fn language_pair(from: &str, to: &str) -> Result<LanguagePair, Failure> {
    if from == to {
        return Err(Failure::usage(
            "--from and --to name the same language",
            "Choose two different languages.",
        ));
    }
    Ok(LanguagePair { from: from.to_owned(), to: to.to_owned() })
}

/// Parses a language code.
pub fn known_language(code: &str) -> Result<String, String> {
    translation::languages::language(code)
        .map(|language| language.code.to_owned())
        .ok_or_else(|| "not a known language code (such as de, en, ja)".to_owned())
}
