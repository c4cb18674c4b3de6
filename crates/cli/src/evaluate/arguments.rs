//! The arguments of `wasan evaluate`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use translation::{LanguagePair, Setup};

use super::metrics::MetricArgs;
use super::models::Models;
use super::test_sets::{self, SampleSize};
use crate::arguments::{GpuArgs, known_language, language_pair};
use crate::column_order::reversed;
use crate::failure::Failure;

const HELP: &str = "--references with --hypotheses needs no model. --tests translates each test set with every sum of the paper's \
    tables 2, 4 and 6 that the available models allow, and lists the sums that it leaves out.\n\n\
    A test set is TSV with the --from language first, TMX, two files given as 'newstest.{de,en}', or a folder as published: \
    ALT=FOLDER (the parallel corpus with URL-test.txt beside it), newstest2018=FOLDER (with newstest2018-deen-src.de.sgm and \
    -ref.en.sgm).\n\n\
    --sweep searches weights of L, S_SRC and S_TGT on half of the first test set: first all ratios in quarters, then steps of an \
    eighth and of a sixteenth from the best ratio while BLEU rises, by successive halving: every ratio on a quarter of these \
    lines, the better ones on half and on all of them. The other half decides: the best sum is saved as the recipe `tuned` if it \
    is significantly better than the plain sum, else the plain sum is. Give 1,000 lines or more. Other test sets only measure.\n\n\
    --tune-choice searches, on the first test set, the weight of P(source | translation) and the number of branches \
    that compete in `--quality best`; other test sets measure what it saved.\n\n\
    --calibrate translates the first test set with the pair's own sum, or with that of --recipes, fits the weights of the \
    quality estimates, cheap and full, so that they tell translations with chrF of at least 60 from those below 30, and saves them for these \
    models; other test sets only measure them. Some 500 lines of different kinds of text are enough.\n\n\
    For example:\n  \
    wasan evaluate --references ref.en --hypotheses NLLB=nllb.en ours=out.en\n  \
    wasan evaluate --from de --to en --tests newstest2018=dev/ --limit 500\n  \
    wasan evaluate --from ja --to en --tests ALT=alt/ --models L=llama-3b S=llama-1b S_MT=mt S_SRC=japanese S_TGT=english\n  \
    wasan evaluate --from de --to en --sweep --tests dev.tsv test.tsv --limit 200\n  \
    wasan evaluate --from de --to en --calibrate --tests dev.tsv test.tsv";

#[derive(Args)]
#[command(after_help = HELP, group = ArgGroup::new("what").required(true).args(["references", "tests", "contrast"]))]
pub struct Evaluate {
    /// Reference translations, one per line (repeatable)
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "hypotheses")]
    pub references: Vec<PathBuf>,
    /// A system's translations, one per line; p-values compare with the first system
    #[arg(long, value_name = "NAME=FILE", num_args = 1..)]
    pub hypotheses: Vec<String>,
    /// Source text, one sentence per line: adds a row that scores the untranslated source
    #[arg(long, value_name = "FILE", requires = "references")]
    pub source: Option<PathBuf>,
    /// Test sets to translate, separated by spaces or commas
    #[arg(long, value_name = "[NAME=]FILE", num_args = 1.., conflicts_with = "references", requires_all = ["from", "to"])]
    pub tests: Vec<String>,
    /// Cases that only the sentence before decides, as TSV with the columns phenomenon, context, source, right, wrong: how
    /// often the models prefer the right translation, without and with the context
    #[arg(long, value_name = "FILE", requires_all = ["from", "to"])]
    pub contrast: Option<PathBuf>,
    /// Source language
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    from: Option<String>,
    /// Target language
    #[arg(long, value_name = "LANGUAGE", value_parser = known_language)]
    pub to: Option<String>,
    /// Also evaluate the opposite direction
    #[arg(long, requires = "tests")]
    both: bool,
    /// Models by the paper's roles L, L_MT, S, S_MT, S_SRC, S_TGT, or a folder of imported models [default: those of
    /// `wasan models list`]
    #[arg(long, value_name = "[ROLE=]MODEL", num_args = 1.., conflicts_with = "references")]
    pub models: Vec<String>,
    /// Recipes: all of the paper's, or names and sums such as collab, tuned, "L + 0.5*src", gated:SUM; best and best:SUM
    /// choose between several translations, as `wasan translate --quality best` does
    #[arg(
        long,
        value_name = "all|SUM",
        value_delimiter = ',',
        allow_hyphen_values = true,
        default_value = "all"
    )]
    pub recipes: Vec<String>,
    /// Search weights, and save the best as the recipe `tuned`
    #[arg(long, requires = "tests", conflicts_with_all = ["hypotheses", "recipes"])]
    pub sweep: bool,
    /// Search between how many branches `wasan translate --quality best` chooses and by which weight, and save it
    #[arg(long, requires = "tests", conflicts_with_all = ["hypotheses", "recipes", "sweep"])]
    pub tune_choice: bool,
    /// Fit the quality estimate on the first test set, save it for the models, and measure it on the other sets
    #[arg(long, requires = "tests", conflicts_with_all = ["hypotheses", "sweep", "out"])]
    pub calibrate: bool,
    /// Translate a random sample of this many lines of each test set
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Random seed
    #[arg(long, default_value_t = 1, requires = "limit")]
    seed: u64,
    /// Sentences decoded at once
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=16))]
    sequences: u32,
    /// Save each row's translations as text files in this new folder
    #[arg(long, value_name = "DIR", requires = "tests", conflicts_with = "sweep")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    gpu: GpuArgs,
    #[command(flatten)]
    pub metrics: MetricArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print Markdown (the default)
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

impl Evaluate {
    /// The test sets to translate.
    pub fn test_sets(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().flat_map(|argument| test_sets::split_list(argument))
    }

    /// The directions to evaluate.
    pub fn pairs(&self) -> Result<Vec<LanguagePair>, Failure> {
        let (Some(from), Some(to)) = (&self.from, &self.to) else {
            return Err(Failure::usage("the direction is missing", "Give --from and --to."));
        };
        let pair = language_pair(from, to)?;
        let back = self.both.then(|| reversed(&pair));
        Ok([pair].into_iter().chain(back).collect())
    }

    /// How many lines of each test set to translate.
    pub fn sample_size(&self) -> SampleSize {
        SampleSize { limit: self.limit, seed: self.seed }
    }

    /// The translator's setup.
    pub fn setup(&self, models: &Models) -> Setup {
        Setup { models: Some(models.library.clone()), sequences: self.sequences, ..self.gpu.setup() }
    }
}
