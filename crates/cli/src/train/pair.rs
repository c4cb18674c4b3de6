//! `wasan train pair`: the specialists of two languages, and L where there is no base, in the user's library.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use training::{Ended, InitialModel, NewModelConfig, Tokenizer};
use translation::{Catalog, CatalogEntry, ImportOptions, LanguagePair, Role};

use super::arguments::{Adapter, Beginning, Schedule, TextFiles};
use super::console::Console;
use super::model::{Model, Plan};
use super::run::{MAKING, Run};
use super::texts::{self, Sources, Texts};
use crate::failure::Failure;
use crate::models::Bits;
use crate::{Languages, Library, interrupt};

#[derive(Args)]
pub struct MakePair {
    #[command(flatten)]
    languages: Languages,
    #[command(flatten)]
    beginning: Beginning,
    /// Text of the source language: plain lines, or that side of 'corpus.{de,en}' or alt-dev:FOLDER
    #[arg(long, value_name = "FILE", num_args = 1..)]
    mono_from: Vec<String>,
    /// Text of the target language, likewise
    #[arg(long, value_name = "FILE", num_args = 1..)]
    mono_to: Vec<String>,
    /// The large model that the specialists will be added to; its vocabulary must be the base's
    #[arg(long, value_name = "MODEL", conflicts_with = "from_scratch")]
    large: Option<String>,
    /// The models are called NAME-large, NAME-de, … [default: the codes, such as de-en]
    #[arg(long)]
    name: Option<String>,
    /// The folder that the models' folders are made in [default: training/NAME in the user's data folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How weights are stored when the models are imported
    #[arg(long, value_enum, default_value_t = Bits::Q8)]
    bits: Bits,
    #[command(flatten)]
    library: Library,
    #[command(flatten)]
    files: TextFiles,
    #[command(flatten)]
    schedule: Schedule,
    #[command(flatten)]
    adapter: Adapter,
}

/// One of the trio.
struct Part {
    name: String,
    role: Role,
    /// Which of the monolingual texts it reads.
    mono: Vec<usize>,
    folder: PathBuf,
}

impl MakePair {
    pub fn run(self) -> Result<(), Failure> {
        let pair = self.languages.pair()?;
        if self.files.pairs.is_empty() {
            return Err(Failure::usage(
                "there is no text to train on; give --pairs",
                "A translation memory as TMX will do.",
            ));
        }
        let no_text = self.mono_from.is_empty() || self.mono_to.is_empty();
        if no_text && self.files.sample_mono.is_none() {
            return Err(Failure::usage(
                "without text of their own the two specialists would be one and the same model",
                "Give --mono-from and --mono-to, or --sample and --sample-mono to take it from the pairs.",
            ));
        }
        let name = self.name.clone().unwrap_or_else(|| format!("{}-{}", pair.from, pair.to));
        let config = self.beginning.config()?;
        let folder = self.out.clone().unwrap_or_else(|| translation::data().join("training").join(&name));
        let parts = parts(&pair, &name, &folder, config.as_ref())?;
        self.check_names(&parts)?;
        let options = self.adapter.options();
        if options.is_some() && !self.adapter.merge {
            return Err(Failure::usage(
                "an adapter alone cannot be imported",
                "Add --merge, so that whole models are written.",
            ));
        }
        let mut console = Console::new(&self.schedule.place);
        self.check_large(&pair, &console)?;
        let device = self.schedule.place.device(&console)?;
        let mono = vec![(pair.from.clone(), self.mono_from.clone()), (pair.to.clone(), self.mono_to.clone())];
        let texts = texts::read(&Sources { pair: &pair, mono, files: &self.files }, &console)?;
        let plan = Plan {
            stage: None,
            licence: self.files.licence.clone(),
            directions: self.files.directions.into(),
            optimizer: self.schedule.optimizer(self.beginning.is_new()),
            schedule: &self.schedule,
            seed: self.files.seed,
            adapter: options,
            merge: self.adapter.merge,
            device,
        };
        for part in &parts {
            let start = self.beginning.start(&texts, &self.schedule, part.role == Role::Large)?;
            if part.folder.exists() {
                Run::tidy(&part.folder);
                part.check_made(&start, &texts)?;
                console.say(&format!("{} is made already", part.folder.display()));
                continue;
            }
            console.say(&format!("— {} —", part.name));
            if part.make(&start, &plan, &texts, &mut console)? == Ended::Stopped {
                return Ok(());
            }
        }
        parts.iter().try_for_each(|part| self.import(part, &console))?;
        match self.are_used(&pair, &parts)? {
            true => console.say(&format!("wasan translate --from {} --to {} uses them from now on", pair.from, pair.to)),
            false => console.say("Other models are preferred for this pair, or a large one of their vocabulary is missing: `wasan models list`, `wasan models import FOLDER --role large`"),
        }
        Ok(())
    }

    fn catalog(&self) -> Result<Catalog, Failure> {
        let folder = self.library.models.clone().unwrap_or_else(translation::models_folder);
        Ok(Catalog::read(&folder)?)
    }

    /// Whether a translation of the pair asks all of them when nothing else is said.
    fn are_used(&self, pair: &LanguagePair, parts: &[Part]) -> Result<bool, Failure> {
        let catalog = self.catalog()?;
        let Ok(recipe) = catalog.default_recipe(pair) else { return Ok(false) };
        let (recipe, chosen) = catalog.recipe(pair, recipe, &BTreeMap::new())?;
        let members = catalog.members(pair, &recipe, &chosen)?;
        Ok(parts.iter().all(|part| members.iter().any(|member| member.entry.id == part.name)))
    }

    /// Refuses names that other models have, or that no model can have. One that an earlier run of this command has
    /// imported is no other.
    fn check_names(&self, parts: &[Part]) -> Result<(), Failure> {
        parts.iter().try_for_each(|part| translation::check_name(&part.name)).map_err(|error| {
            Failure::usage(&error.to_string(), "Choose another --name: the models are called after it.")
        })?;
        let catalog = self.catalog()?;
        let taken =
            |part: &&Part| !part.folder.exists() && catalog.entries.iter().any(|entry| entry.id == part.name);
        match parts.iter().find(taken) {
            Some(part) => Err(Failure::usage(
                &format!("there is a model of this name already: {}", part.name),
                "Choose another --name, or remove it with `wasan models remove`.",
            )),
            None => Ok(()),
        }
    }

    /// Refuses a base whose vocabulary is not that of the large model, and tells where there is no large model.
    fn check_large(&self, pair: &LanguagePair, console: &Console) -> Result<(), Failure> {
        let Some(tokenizer) = self.beginning.tokenizer()? else { return Ok(()) };
        let catalog = self.catalog()?;
        let Some(name) = &self.large else {
            let vocabulary = Some(tokenizer.fingerprint());
            let fits = |entry: &CatalogEntry| entry.is_large_for(pair) && entry.vocabulary() == vocabulary;
            if !catalog.entries.iter().any(fits) {
                console.say(&format!(
                    "Two specialists are made of a base; none of the models at hand is a large one of its vocabulary \
                    that they could be added to, so {pair} will not be offered yet. Import one of the base's family, \
                    now or afterwards: wasan models import FOLDER --role large",
                ));
            }
            return Ok(());
        };
        let large = catalog.find(name)?;
        let other = large.open()?.tokenizer().map_err(training::Error::from)?;
        match other.first_difference(&tokenizer) {
            Some(difference) => Err(Failure::usage(
                &format!(
                    "{name} has another tokenizer than the base, so that {pair} cannot be added up: {difference}"
                ),
                "Choose a base of the large model's family.",
            )),
            None => Ok(()),
        }
    }

    fn import(&self, part: &Part, console: &Console) -> Result<(), Failure> {
        if self.catalog()?.entries.iter().any(|entry| entry.id == part.name) {
            return Ok(());
        }
        let options = ImportOptions {
            quantization: self.bits.into(),
            name: Some(part.name.clone()),
            role: None,
            prompt: None,
            licence: None,
        };
        console.doing(&format!("importing {}", part.name));
        let models = self.library.models.as_deref();
        let (target, _) = translation::import(models, &part.folder, &options, &mut |_| {
            if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(|error| Failure::import(error.problem()))?;
        console.event("imported", &json!({ "name": part.name, "folder": target }));
        console.say(&format!("imported {} into {}", part.name, target.display()));
        Ok(())
    }
}

/// Of each text in a record: how many of its sentences were kept, and the hashes of its files. Where they lay is no matter.
fn contents(record: &Value) -> Option<Vec<(&Value, Vec<&Value>)>> {
    fn hashes(text: &Value) -> Option<Vec<&Value>> {
        let files = text["origins"].as_array()?.iter().filter_map(|origin| origin["files"].as_array());
        Some(files.flatten().map(|file| &file["sha256"]).collect())
    }
    record.as_array()?.iter().map(|text| Some((&text["report"]["kept"], hashes(text)?))).collect()
}

/// L where it is new, S_src, S_tgt.
fn parts(
    pair: &LanguagePair,
    name: &str,
    folder: &Path,
    config: Option<&NewModelConfig>,
) -> Result<Vec<Part>, Failure> {
    if config.is_some_and(|config| config.large.is_none()) {
        return Err(Failure::usage(
            "the config has no table [large]",
            "Without a base, the pair needs a large model too: add its shape.",
        ));
    }
    let part = |suffix: &str, role, mono| Part {
        name: format!("{name}-{suffix}"),
        role,
        mono,
        folder: folder.join(suffix),
    };
    let specialist = |code: &String| Role::Specialist { language: code.clone() };
    let large = config.map(|_| part("large", Role::Large, vec![0, 1]));
    let small =
        [part(&pair.from, specialist(&pair.from), vec![0]), part(&pair.to, specialist(&pair.to), vec![1])];
    Ok(large.into_iter().chain(small).collect())
}

impl Part {
    /// Refuses a model that an earlier run of the command made from other text or with another vocabulary.
    fn check_made(&self, start: &InitialModel, texts: &Texts) -> Result<(), Failure> {
        let making = std::fs::read(self.folder.join(MAKING)).ok();
        let making: Value = making.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let other_text = contents(&making["texts"]).is_some_and(|made| Some(made) != contents(&texts.record));
        let tokenizer =
            std::fs::read(self.folder.join("tokenizer.json")).ok().map(|bytes| Tokenizer::from_bytes(&bytes));
        let other_tokens = tokenizer
            .is_some_and(|own| own.is_ok_and(|own| own.first_difference(&start.tokenizer).is_some()));
        match other_text || other_tokens {
            true => Err(Failure::usage(
                &format!(
                    "made from other text or another vocabulary, so that it does not go with the rest: {}",
                    self.folder.display()
                ),
                "Choose another --name or --out, or remove the folder.",
            )),
            false => Ok(()),
        }
    }

    fn make(
        &self,
        start: &InitialModel,
        plan: &Plan<'_>,
        texts: &Texts,
        console: &mut Console,
    ) -> Result<Ended, Failure> {
        let model = Model {
            name: self.name.clone(),
            role: self.role.clone(),
            start,
            mono: self.mono.iter().filter_map(|&place| texts.mono.get(place)).collect(),
            out: &self.folder,
        };
        model.make(plan, texts, console)
    }
}
