//! `wasan train pair`: trains and imports the specialists of two languages, and L if there is no base model.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use training::{Ended, InitialModel, NewModelConfig, Tokenizer};
use translation::{Catalog, CatalogEntry, ChosenRecipe, ImportOptions, LanguagePair, Role};

use super::console::Console;
use super::initial_model::InitialModelArgs;
use super::model::{ModelSpec, TrainingArgs, TrainingSettings};
use super::provenance::{PROVENANCE, text_contents};
use super::run::TrainingRun;
use super::training_texts::{TextSources, TrainingTexts, read_texts};
use crate::arguments::{LanguageArgs, LibraryArgs};
use crate::failure::Failure;
use crate::interrupt;
use crate::models::Bits;

#[derive(Args)]
pub struct TrainPair {
    #[command(flatten)]
    languages: LanguageArgs,
    #[command(flatten)]
    initial_model: InitialModelArgs,
    /// Monolingual text of the source language: plain lines, or that side of 'corpus.{de,en}' or alt-dev:FOLDER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    mono_from: Vec<String>,
    /// Monolingual text of the target language, in the same formats
    #[arg(long, value_name = "FILE", num_args = 1..)]
    mono_to: Vec<String>,
    /// The large model to use the specialists with; it must have the base model's vocabulary
    #[arg(long, value_name = "MODEL", conflicts_with = "from_scratch")]
    large: Option<String>,
    /// Prefix of the models' names: NAME-large, NAME-de, … [default: the language codes, such as de-en]
    #[arg(long)]
    name: Option<String>,
    /// Folder for the models' folders [default: training/NAME in the user's data folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Storage of the weights of the imported models
    #[arg(long, value_enum, default_value_t = Bits::Q8)]
    bits: Bits,
    #[command(flatten)]
    library: LibraryArgs,
    #[command(flatten)]
    training: TrainingArgs,
}

/// One of the models.
struct PairModel {
    name: String,
    role: Role,
    /// Indices of its monolingual texts.
    mono: Vec<usize>,
    folder: PathBuf,
}

impl TrainPair {
    pub fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        if self.training.files.pairs.is_empty() {
            return Err(Failure::usage(
                "no text to train on: give --pairs",
                "A translation memory as TMX is enough.",
            ));
        }
        let no_text = self.mono_from.is_empty() || self.mono_to.is_empty();
        if no_text && self.training.files.sample_mono.is_none() {
            return Err(Failure::usage(
                "without monolingual text the two specialists would be identical",
                "Give --mono-from and --mono-to, or --sample and --sample-mono to take it from the pairs.",
            ));
        }
        let name = self.name.clone().unwrap_or_else(|| format!("{}-{}", pair.from, pair.to));
        let config = self.initial_model.config()?;
        let folder = match &self.out {
            Some(folder) => folder.clone(),
            None => translation::data()?.join("training").join(&name),
        };
        let models = pair_models(&pair, &name, &folder, config.as_ref())?;
        self.check_names(&models)?;
        if self.training.lora.options().is_some() && !self.training.lora.merge {
            return Err(Failure::usage(
                "an adapter alone cannot be imported",
                "Add --merge to write whole models.",
            ));
        }
        let run = &self.training.schedule.run;
        let mut console = Console::new(run.json, run.minutes);
        self.check_large(&pair, &console)?;
        let device = run.device(&console)?;
        let mono = vec![(pair.from.clone(), self.mono_from.clone()), (pair.to.clone(), self.mono_to.clone())];
        let texts = read_texts(&TextSources { pair: &pair, mono, files: &self.training.files }, &console)?;
        let settings = TrainingSettings::new(&self.training, None, self.initial_model.is_new(), device);
        for model in &models {
            let start =
                self.initial_model.start(&texts, &self.training.schedule, model.role == Role::Large)?;
            if model.folder.exists() {
                TrainingRun::remove_leftovers(&model.folder);
                model.check_trained(&start, &texts)?;
                console.print(&format!("{} is already trained", model.folder.display()));
                continue;
            }
            console.print(&format!("— {} —", model.name));
            if model.train(&start, &settings, &texts, &mut console)? == Ended::Stopped {
                return Ok(());
            }
        }
        models.iter().try_for_each(|model| self.import(model, &console))?;
        self.prefer(&pair, &models)?;
        match self.are_used(&pair, &models)? {
            true => console.print(&format!("wasan translate --from {} --to {} now uses these models", pair.from, pair.to)),
            false => console.print("The translator prefers other models for this pair, or lacks a large model with the same vocabulary: `wasan models list`, `wasan models import FOLDER --role large`"),
        }
        Ok(())
    }

    fn catalog(&self) -> Result<Catalog, Failure> {
        Ok(Catalog::of(self.library.models.as_deref())?)
    }

    /// Training models for a pair is a choice for this pair: they come before an installed set, if the large model that
    /// they need is there.
    fn prefer(&self, pair: &LanguagePair, models: &[PairModel]) -> Result<(), Failure> {
        let catalog = self.catalog()?;
        let Ok(text) = catalog.default_recipe(pair) else { return Ok(()) };
        let (recipe, chosen) = catalog.recipe(pair, text, &BTreeMap::new())?;
        let members = catalog.members(pair, &recipe, &chosen)?;
        let uses_all = models.iter().all(|model| members.iter().any(|member| member.entry.id == model.name));
        if uses_all && !self.are_used(pair, models)? {
            let names = members.into_iter().map(|member| (member.term, member.entry.id)).collect();
            let choice = ChosenRecipe { recipe: text.to_owned(), models: names };
            translation::choose_recipe(self.library.models.as_deref(), pair, Some(choice))?;
        }
        Ok(())
    }

    /// Whether translations of the pair use all these models by default.
    fn are_used(&self, pair: &LanguagePair, models: &[PairModel]) -> Result<bool, Failure> {
        let catalog = self.catalog()?;
        let Ok(own) = catalog.recipe_in_use(pair) else { return Ok(false) };
        let (recipe, chosen) = catalog.recipe(pair, &own.recipe, &own.models)?;
        let members = catalog.members(pair, &recipe, &chosen)?;
        Ok(models.iter().all(|model| members.iter().any(|member| member.entry.id == model.name)))
    }

    /// Refuses invalid names, and names of models that were not imported by an earlier run of this command.
    fn check_names(&self, models: &[PairModel]) -> Result<(), Failure> {
        models.iter().try_for_each(|model| translation::check_name(&model.name)).map_err(|error| {
            Failure::usage(&error.to_string(), "Choose another --name, the prefix of the models' names.")
        })?;
        let catalog = self.catalog()?;
        let is_taken = |model: &&PairModel| {
            !model.folder.exists() && catalog.entries.iter().any(|entry| entry.id == model.name)
        };
        match models.iter().find(is_taken) {
            Some(model) => Err(Failure::usage(
                &format!("a model of this name already exists: {}", model.name),
                "Choose another --name, or remove it with `wasan models remove`.",
            )),
            None => Ok(()),
        }
    }

    /// Refuses a base whose vocabulary differs from the large model's; prints a note if there is no large model.
    fn check_large(&self, pair: &LanguagePair, console: &Console) -> Result<(), Failure> {
        let Some(tokenizer) = self.initial_model.tokenizer()? else { return Ok(()) };
        let catalog = self.catalog()?;
        let Some(name) = &self.large else {
            let vocabulary = Some(tokenizer.fingerprint());
            let fits = |entry: &CatalogEntry| entry.is_large_for(pair) && entry.info.vocabulary == vocabulary;
            if !catalog.entries.iter().any(fits) {
                console.print(&format!(
                    "None of the available large models has the base model's vocabulary, so the two specialists will not be \
                    usable for {pair} yet. Import a large model of the base's family, now or afterwards: wasan models \
                    import FOLDER --role large",
                ));
            }
            return Ok(());
        };
        let large = catalog.find(name)?;
        let other = large.open()?.tokenizer().map_err(training::Error::from)?;
        match other.first_difference(&tokenizer) {
            Some(difference) => Err(Failure::usage(
                &format!(
                    "{name} has another tokenizer than the base, so their logits cannot be summed for {pair}: {difference}"
                ),
                "Choose a base of the large model's family.",
            )),
            None => Ok(()),
        }
    }

    fn import(&self, model: &PairModel, console: &Console) -> Result<(), Failure> {
        if self.catalog()?.entries.iter().any(|entry| entry.id == model.name) {
            return Ok(());
        }
        let options = ImportOptions {
            quantization: self.bits.into(),
            name: Some(model.name.clone()),
            ..ImportOptions::default()
        };
        console.show_activity(&format!("importing {}", model.name));
        let models = self.library.models.as_deref();
        let (target, _) = translation::import(models, &model.folder, &options, &mut |_| {
            if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(|error| Failure::import(error.problem()))?;
        console.event("imported", &json!({ "name": model.name, "folder": target }));
        console.print(&format!("imported {} into {}", model.name, target.display()));
        Ok(())
    }
}

/// L if it is new, S_src, S_tgt.
fn pair_models(
    pair: &LanguagePair,
    name: &str,
    folder: &Path,
    config: Option<&NewModelConfig>,
) -> Result<Vec<PairModel>, Failure> {
    if config.is_some_and(|config| config.large.is_none()) {
        return Err(Failure::usage(
            "the config has no table [large]",
            "Without a base, the pair also needs a large model: add its shape.",
        ));
    }
    let model = |suffix: &str, role, mono| PairModel {
        name: format!("{name}-{suffix}"),
        role,
        mono,
        folder: folder.join(suffix),
    };
    let specialist = |code: &String| Role::Specialist { language: code.clone() };
    let large = config.map(|_| model("large", Role::Large, vec![0, 1]));
    let small =
        [model(&pair.from, specialist(&pair.from), vec![0]), model(&pair.to, specialist(&pair.to), vec![1])];
    Ok(large.into_iter().chain(small).collect())
}

impl PairModel {
    /// Refuses a model that an earlier run of the command trained on other text or with another vocabulary.
    fn check_trained(&self, start: &InitialModel, texts: &TrainingTexts) -> Result<(), Failure> {
        let provenance = std::fs::read(self.folder.join(PROVENANCE)).ok();
        let provenance: Value =
            provenance.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let other_text = text_contents(&provenance["texts"])
            .is_some_and(|trained_on| Some(trained_on) != text_contents(&texts.record));
        let tokenizer =
            std::fs::read(self.folder.join("tokenizer.json")).ok().map(|bytes| Tokenizer::from_bytes(&bytes));
        let other_tokens = tokenizer
            .is_some_and(|own| own.is_ok_and(|own| own.first_difference(&start.tokenizer).is_some()));
        match other_text || other_tokens {
            true => Err(Failure::usage(
                &format!(
                    "trained on other text or another vocabulary, so it does not fit the other models: {}",
                    self.folder.display()
                ),
                "Choose another --name or --out, or remove the folder.",
            )),
            false => Ok(()),
        }
    }

    fn train(
        &self,
        start: &InitialModel,
        settings: &TrainingSettings<'_>,
        texts: &TrainingTexts,
        console: &mut Console,
    ) -> Result<Ended, Failure> {
        let model = ModelSpec {
            name: self.name.clone(),
            role: self.role.clone(),
            start,
            mono: self.mono.iter().filter_map(|&index| texts.mono.get(index)).collect(),
            out: &self.folder,
        };
        model.train(settings, texts, console)
    }
}
