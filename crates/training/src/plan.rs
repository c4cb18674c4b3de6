//! A training plan: a TOML file with the models to train from scratch and their texts, so that one command reproduces
//! them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use burn::tensor::Device;
use corpus::{
    Cleaning, HeldOut, Input, MonolingualCorpus, PairOptions, ParallelCorpus, Report, TextSource, clean,
    read_lines, read_pairs,
};
use model_files::{Architecture, Tokenizer};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::batches::Example;
use crate::examples::{Directions, Encoder, LossScope, Prompter};
use crate::tokenizer::{SPECIAL_TOKENS, special_token_names, train_tokenizer};
use crate::{Error, OptimizerOptions, Result, RunOptions, Stage, TrainedModel, fit_in_memory};

/// The contents of a training plan.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPlan {
    /// Random seed of weights and of the order of sentences.
    pub seed: u64,
    /// Number of tokens of the vocabulary that all models share.
    pub vocabulary: usize,
    /// Tokens of the longest sequence.
    pub context: usize,
    /// Tokens of a batch.
    pub batch_tokens: usize,
    /// The prompt, in the form of `ModelInfo::prompt`.
    pub prompt: String,
    /// The licence of the models.
    pub licence: String,
    /// Parallel files that no model may be trained on.
    pub never: Vec<ParallelFile>,
    /// Parallel text by name.
    pub pairs: BTreeMap<String, ParallelText>,
    /// Files of monolingual text by language.
    pub text: BTreeMap<String, Vec<PathBuf>>,
    /// Models by name.
    pub models: BTreeMap<String, ModelPlan>,
}

/// A parallel file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParallelFile {
    /// Path in the folder of texts.
    pub file: PathBuf,
    /// Language codes of its columns.
    pub languages: [String; 2],
}

/// Parallel text of one language pair.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParallelText {
    /// Language codes of the columns.
    pub languages: [String; 2],
    /// Files to train on.
    pub files: Vec<PathBuf>,
    /// File of held-out pairs, on which no model is trained.
    pub held_out: PathBuf,
    /// Number of pairs to read from it.
    pub held_out_pairs: usize,
}

/// A model to train.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPlan {
    /// `large`, or the language of a specialist.
    pub role: String,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Width between gate/up and down.
    pub feed_forward: usize,
    /// Training stages in order.
    pub stages: Vec<StagePlan>,
}

/// A stage of a model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagePlan {
    /// Its name.
    pub name: String,
    /// Languages of monolingual text, packed; includes the sides of all pairs.
    #[serde(default)]
    pub text: Vec<String>,
    /// Names of parallel text, in both directions.
    #[serde(default)]
    pub pairs: Vec<String>,
    /// Which tokens of pairs the loss counts.
    #[serde(default = "target")]
    pub learn: LossScope,
    /// Number of epochs.
    pub epochs: f64,
    /// Ends the stage after this many evaluations without a lower held-out loss; 0: never.
    #[serde(default)]
    pub patience: usize,
    /// Optimizer settings.
    pub optimizer: OptimizerOptions,
}

fn target() -> LossScope {
    LossScope::Target
}

/// All texts of a plan, cleaned.
#[derive(Debug)]
pub struct PlanTexts {
    /// Training pairs and held-out pairs, by name.
    pub pairs: BTreeMap<String, (ParallelCorpus, ParallelCorpus)>,
    /// Monolingual text by language.
    pub text: BTreeMap<String, MonolingualCorpus>,
    /// Cleaning reports by name.
    pub reports: BTreeMap<String, Report>,
    /// Files of each text by name; files of held-out and excluded pairs by file name.
    pub text_sources: BTreeMap<String, Vec<TextSource>>,
}

impl TrainingPlan {
    /// Reads a plan (TOML).
    ///
    /// # Errors
    /// If it cannot be read or is invalid.
    pub fn read(path: &Path) -> Result<Self> {
        let reason = |reason: String| Error::SettingsFile { path: path.into(), reason };
        let text = fs::read_to_string(path).map_err(|error| reason(error.to_string()))?;
        let plan: Self = toml::from_str(&text).map_err(|error| reason(error.to_string()))?;
        for (name, model) in &plan.models {
            let mut names: Vec<&str> = model.stages.iter().map(|stage| stage.name.as_str()).collect();
            names.sort_unstable();
            if let Some(twice) = names.windows(2).find(|two| two[0] == two[1]) {
                return Err(reason(format!("two stages of {name} are named {}", twice[0])));
            }
        }
        Ok(plan)
    }

    // The language pairs of a model, each once.
    fn pairs_of(&self, model: &ModelPlan) -> Vec<[String; 2]> {
        let names: BTreeSet<&String> = model.stages.iter().flat_map(|stage| &stage.pairs).collect();
        let pairs = names.into_iter().filter_map(|name| self.pairs.get(name));
        pairs.map(|pairs| pairs.languages.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    // The language codes of a model, sorted.
    fn languages_of(&self, model: &ModelPlan) -> Vec<String> {
        let text = model.stages.iter().flat_map(|stage| stage.text.clone());
        let codes: BTreeSet<String> = self.pairs_of(model).into_iter().flatten().chain(text).collect();
        codes.into_iter().collect()
    }

    /// All language codes, sorted.
    pub fn languages(&self) -> Vec<String> {
        let mut codes: Vec<String> = self.pairs.values().flat_map(|pairs| pairs.languages.clone()).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// Reads and cleans all texts in `folder`.
    ///
    /// # Errors
    /// If a file is missing or damaged.
    pub fn texts(&self, folder: &Path) -> Result<PlanTexts> {
        let read = |file: &Path, languages: &[String; 2]| {
            let [source, target] = languages.clone();
            read_pairs(&[Input::File(folder.join(file))], &PairOptions::new(source, target), &mut |_| {})
        };
        let mut cleaning = Cleaning { max_ratio: 4.0, ..Cleaning::default() };
        let mut text_sources = BTreeMap::new();
        for never in &self.never {
            let pairs = read(&never.file, &never.languages)?;
            let name = never.file.display().to_string();
            cleaning.held_out.push(HeldOut::new(&name, &pairs));
            text_sources.insert(name, pairs.text_sources().to_vec());
        }
        let mut texts = PlanTexts {
            pairs: BTreeMap::new(),
            text: BTreeMap::new(),
            reports: BTreeMap::new(),
            text_sources,
        };
        let mut held_out = BTreeMap::new();
        for (name, of) in &self.pairs {
            let pairs = read(&of.held_out, &of.languages)?.split_at(of.held_out_pairs).0;
            let file = of.held_out.display().to_string();
            let is_excluded =
                |never: &ParallelFile| (&never.file, &never.languages) == (&of.held_out, &of.languages);
            if !self.never.iter().any(is_excluded) {
                cleaning.held_out.push(HeldOut::new(&file, &pairs));
            }
            texts.text_sources.insert(file, pairs.text_sources().to_vec());
            held_out.insert(name, pairs);
        }
        for (name, of) in &self.pairs {
            let inputs: Vec<Input> = of.files.iter().map(|file| Input::File(folder.join(file))).collect();
            let [source, target] = of.languages.clone();
            let pairs = read_pairs(&inputs, &PairOptions::new(source, target), &mut |_| {})?;
            let (pairs, report) = clean(pairs, &cleaning);
            texts.reports.insert(name.clone(), report);
            texts.text_sources.insert(name.clone(), pairs.text_sources().to_vec());
            if let Some(held_out) = held_out.remove(name) {
                texts.pairs.insert(name.clone(), (pairs, held_out));
            }
        }
        for (language, files) in &self.text {
            let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
            let (lines, report) = clean(read_lines(&paths, language, None, &mut |_| {})?, &cleaning);
            texts.reports.insert(language.clone(), report);
            texts.text_sources.insert(language.clone(), lines.text_sources().to_vec());
            texts.text.insert(language.clone(), lines);
        }
        Ok(texts)
    }

    /// Trains the shared tokenizer on both sides of all pairs.
    ///
    /// # Errors
    /// If the texts give too few tokens.
    pub fn tokenizer(&self, texts: &PlanTexts) -> Result<Vec<u8>> {
        let sides = texts.pairs.values().flat_map(|(pairs, _)| pairs.entries());
        let all: Vec<&str> = sides.flat_map(|pair| [pair.source(), pair.target()]).collect();
        train_tokenizer(all.into_iter(), self.vocabulary, &special_token_names(&self.languages()))
    }

    /// The sequences of one stage.
    fn examples(&self, stage: &StagePlan, texts: &PlanTexts, encoder: &Encoder<'_>) -> Result<Vec<Example>> {
        let mut examples = Vec::new();
        for language in &stage.text {
            let own = texts
                .text
                .get(language)
                .into_iter()
                .flat_map(|lines| lines.entries().iter().map(|line| line.text()));
            let sides = texts.pairs.values().flat_map(|(pairs, _)| {
                let side = pairs.languages().iter().position(|code| code == language);
                side.into_iter()
                    .flat_map(move |side| pairs.entries().iter().filter_map(move |pair| pair.text.get(side)))
            });
            examples.extend(encoder.pack(own.chain(sides.map(String::as_str)), self.seed)?);
        }
        for name in &stage.pairs {
            let (pairs, _) = texts.pairs.get(name).ok_or_else(|| Error::Setting {
                setting: "pairs",
                problem: format!("names a set that is not in the plan: {name}"),
            })?;
            examples.extend(encoder.pairs(pairs, Directions::Both, stage.learn)?);
        }
        Ok(examples)
    }

    /// Prepares one model: its shape, stages and run options.
    ///
    /// # Errors
    /// If it is not in the plan, or its sizes or texts are inconsistent.
    pub fn prepare(
        &self,
        name: &str,
        texts: &PlanTexts,
        tokenizer_json: &[u8],
        prompt: &Prompter<'_>,
        device: &Device,
    ) -> Result<PlannedModel> {
        let of = self.models.get(name).ok_or_else(|| Error::Setting {
            setting: "model",
            problem: format!("is not in the plan: {name}"),
        })?;
        let tokenizer = Tokenizer::from_bytes(tokenizer_json)?;
        let encoder = Encoder {
            tokenizer: &tokenizer,
            bos: Some(SPECIAL_TOKENS.bos),
            end: SPECIAL_TOKENS.end,
            prompt,
            max_tokens: self.context,
        };
        let mut stages = Vec::new();
        let mut held_out = Vec::new();
        for stage in &of.stages {
            let examples = self.examples(stage, texts, &encoder)?;
            stages.push(Stage {
                name: stage.name.clone(),
                examples,
                held_out: Vec::new(),
                epochs: stage.epochs,
                patience: stage.patience,
                optimizer: stage.optimizer.clone(),
            });
        }
        // All stages are evaluated on the held-out pairs of the last stage, whose result matters.
        for name in of.stages.last().into_iter().flat_map(|stage| &stage.pairs) {
            if let Some((_, pairs)) = texts.pairs.get(name) {
                held_out.extend(encoder.pairs(pairs, Directions::Both, LossScope::Target)?);
            }
        }
        stages.iter_mut().for_each(|stage| stage.held_out.clone_from(&held_out));
        let architecture = Architecture {
            vocab_size: tokenizer.vocab_size(),
            hidden_size: of.hidden_size,
            layers: of.layers,
            heads: of.heads,
            kv_heads: of.kv_heads,
            feed_forward: of.feed_forward,
            max_positions: 4 * self.context,
            norm_eps: 1e-5,
            tied_head: true,
            ..Architecture::llama(of.head_dim)
        };
        architecture.check()?;
        let mut options = RunOptions {
            micro_tokens: self.batch_tokens,
            accumulate: 1,
            seed: self.seed,
            save_every: Duration::from_secs(120),
            held_out_every: 200,
            recompute: false,
        };
        fit_in_memory(&architecture, None, &stages, &mut options, device)?;
        let role = match of.role.as_str() {
            "large" => json!("large"),
            language => json!({"specialist": {"language": language}}),
        };
        let wasan_json = json!({
            "name": name,
            "role": role,
            "prompt": self.prompt,
            "licence": self.licence,
            "languages": self.languages_of(of),
            "pairs": self.pairs_of(of),
        });
        Ok(PlannedModel { architecture, stages, options, wasan_json })
    }
}

/// A model of a plan, ready to be trained.
pub struct PlannedModel {
    /// The shape.
    pub architecture: Architecture,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// Its run options.
    pub options: RunOptions,
    /// The contents of its `wasan.json`.
    pub wasan_json: Value,
}

impl PlannedModel {
    /// Builds the model with its initial weights.
    ///
    /// # Errors
    /// As [`TrainedModel::new`].
    pub fn build(&self, tokenizer_json: &[u8], device: &Device) -> Result<TrainedModel> {
        let tokenizer = tokenizer_json.to_vec();
        TrainedModel::new(self.architecture, SPECIAL_TOKENS, tokenizer, self.options.seed, device)
    }
}
