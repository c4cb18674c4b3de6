//! Trains one model: texts → stages → run → folder.

use std::path::Path;

use clap::Args;
use corpus::{MonolingualCorpus, ParallelCorpus};
use serde_json::{Value, json};
use training::adapter::AdapterOptions;
use training::examples::{Directions, Encoder, LossScope};
use training::{
    Device, Ended, InitialModel, OptimizerOptions, Publication, Stage, TrainedModel, fit_in_memory,
};
use translation::Role;

use super::arguments::{Schedule, StageName, TextFiles};
use super::console::Console;
use super::lora::LoraArgs;
use super::prompts::prompter;
use super::provenance::RunInputs;
use super::run::TrainingRun;
use super::training_texts::{MonolingualText, TrainingTexts};
use crate::failure::Failure;

/// A model to train.
pub struct ModelSpec<'a> {
    /// The model's name.
    pub name: String,
    /// The model's role in translations.
    pub role: Role,
    /// The initial weights and the tokenizer.
    pub start: &'a InitialModel,
    /// The texts to pre-train on.
    pub mono: Vec<&'a MonolingualText>,
    /// The model's folder, which must not exist.
    pub out: &'a Path,
}

/// Texts, hyperparameters and LoRA.
#[derive(Args)]
pub struct TrainingArgs {
    #[command(flatten)]
    pub files: TextFiles,
    #[command(flatten)]
    pub schedule: Schedule,
    #[command(flatten)]
    pub lora: LoraArgs,
}

/// Settings that all models of a command share.
pub struct TrainingSettings<'a> {
    args: &'a TrainingArgs,
    /// Only this stage; none: all.
    stage: Option<StageName>,
    optimizer: OptimizerOptions,
    adapter: Option<AdapterOptions>,
    device: Device,
}

impl<'a> TrainingSettings<'a> {
    /// Settings for new models or for base models.
    pub fn new(args: &'a TrainingArgs, stage: Option<StageName>, is_new: bool, device: Device) -> Self {
        let (optimizer, adapter) = (args.schedule.optimizer(is_new), args.lora.options());
        Self { args, stage, optimizer, adapter, device }
    }
}

impl ModelSpec<'_> {
    /// Trains the model, or resumes its training.
    ///
    /// # Errors
    /// [`Failure::interrupted`] after Ctrl-C, with a checkpoint; any error of the training.
    pub fn train(
        &self,
        settings: &TrainingSettings<'_>,
        texts: &TrainingTexts,
        console: &mut Console,
    ) -> Result<Ended, Failure> {
        let seed = settings.args.files.seed;
        let stages = self.stages(settings, texts, console)?;
        let mut options = settings.args.schedule.run_options(seed);
        let requested = options.recompute;
        fit_in_memory(
            &self.start.architecture,
            settings.adapter.as_ref(),
            &stages,
            &mut options,
            &settings.device,
        )?;
        if options.recompute && !requested && settings.adapter.is_none() {
            console.print("memory is short: each layer is recomputed in the backward pass (--recompute)");
        }
        let build = || Ok(self.start.build(seed, settings.adapter.as_ref(), &settings.device)?);
        let run = TrainingRun::new(self.out)?;
        let (model, ended) = run.train(&build, &stages, &options, console)?;
        if ended == Ended::Finished {
            let inputs = RunInputs { seed, texts: &texts.record, device: &settings.device, stages: &stages };
            let own = self.import_settings(settings, texts);
            run.finish(&inputs, &own, console, |to| self.publish(&model, settings, to))?;
        }
        Ok(ended)
    }

    /// The training stages with their examples and held-out examples.
    fn stages(
        &self,
        settings: &TrainingSettings<'_>,
        texts: &TrainingTexts,
        console: &Console,
    ) -> Result<Vec<Stage>, Failure> {
        let start = self.start;
        let prompt = prompter(&start.prompt, &start.tokenizer, &texts.languages)?;
        let encoder = |end| Encoder {
            tokenizer: &start.tokenizer,
            bos: start.bos,
            end,
            prompt: prompt.as_ref(),
            max_tokens: (settings.args.schedule.context as usize).min(start.architecture.max_positions),
        };
        let (text, answers) = (encoder(start.text_end), encoder(start.answer_end));
        let stage = |name: &str, examples, held_out, epochs| Stage {
            name: name.to_owned(),
            examples,
            held_out,
            epochs,
            patience: settings.args.schedule.patience as usize,
            optimizer: settings.optimizer.clone(),
        };
        let is_selected = |name| settings.stage.is_none_or(|only| only == name);
        let mut stages = Vec::new();
        if is_selected(StageName::Pretrain) && self.mono.iter().any(|mono| !mono.train.is_empty()) {
            let packed = |part: fn(&MonolingualText) -> &MonolingualCorpus| {
                let lines = self.mono.iter().flat_map(|mono| part(mono).entries());
                text.pack(lines.map(|line| line.text()), settings.args.files.seed)
            };
            let (examples, held_out) = (packed(|mono| &mono.train)?, packed(|mono| &mono.held_out)?);
            stages.push(stage("pretrain", examples, held_out, settings.args.schedule.pretrain_epochs));
        }
        let directions: Directions = settings.args.files.directions.into();
        if let Some(pairs) = texts.pairs.as_ref().filter(|_| is_selected(StageName::Finetune)) {
            let encode = |pairs: &ParallelCorpus| answers.pairs(pairs, directions, LossScope::Target);
            let (examples, held_out) =
                (encode(pairs)?, texts.held_out.as_ref().map(encode).transpose()?.unwrap_or_default());
            let directions = if directions == Directions::Both { 2 } else { 1 };
            let long = (directions * pairs.len()).saturating_sub(examples.len());
            if long > 0 {
                console.print(&format!("{long} sequences of pairs are longer than --context: left out"));
            }
            stages.push(stage("finetune", examples, held_out, settings.args.schedule.epochs));
        }
        Ok(stages)
    }

    /// The content of wasan.json, which the importer reads.
    fn import_settings(&self, settings: &TrainingSettings<'_>, texts: &TrainingTexts) -> Value {
        json!({
            "name": self.name,
            "role": self.role,
            "prompt": self.start.prompt,
            "licence": settings.args.files.licence.as_deref().or(self.start.licence.as_deref()),
            "languages": texts.languages,
        })
    }

    /// Writes the model's folder.
    fn publish(
        &self,
        model: &TrainedModel,
        settings: &TrainingSettings<'_>,
        to: &Publication<'_>,
    ) -> Result<(), Failure> {
        let base = self.start.base_folder();
        match (base, settings.adapter.is_some() && !settings.args.lora.merge) {
            (Some(base), true) => model.publish_adapter(to, base)?,
            _ => model.publish(to, settings.args.schedule.precision(), base)?,
        }
        Ok(())
    }
}
