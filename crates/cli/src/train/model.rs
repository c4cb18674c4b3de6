//! One model: texts → stages → a run → a folder.

use std::path::Path;

use corpus::{MonolingualCorpus, ParallelCorpus};
use serde_json::{Value, json};
use training::adapter::AdapterOptions;
use training::examples::{Directions, Encoder, LossScope};
use training::{
    Device, Ended, InitialModel, OptimizerOptions, Publication, Stage, TrainedModel, fit_in_memory,
};
use translation::Role;

use super::StageName;
use super::arguments::Schedule;
use super::console::Console;
use super::prompts::prompter;
use super::run::{Record, Run};
use super::texts::{Mono, Texts};
use crate::failure::Failure;

/// A model to be made.
pub struct Model<'a> {
    /// What it is called.
    pub name: String,
    /// What the translator will use it for.
    pub role: Role,
    /// What it begins with.
    pub start: &'a InitialModel,
    /// What it is pre-trained on.
    pub mono: Vec<&'a Mono>,
    /// Its folder, which does not exist yet.
    pub out: &'a Path,
}

/// How models are made.
pub struct Plan<'a> {
    /// Only this stage.
    pub stage: Option<StageName>,
    /// The licence; none for the base's.
    pub licence: Option<String>,
    /// Which ways pairs are learnt.
    pub directions: Directions,
    /// The step.
    pub optimizer: OptimizerOptions,
    /// All other settings.
    pub schedule: &'a Schedule,
    /// Of the order of examples and of new weights.
    pub seed: u64,
    /// LoRA.
    pub adapter: Option<AdapterOptions>,
    /// Whether adapters are multiplied out at the end.
    pub merge: bool,
    /// Where.
    pub device: Device,
}

/// Refuses a folder that is there already.
pub fn check_new(out: &Path) -> Result<(), Failure> {
    Run::tidy(out);
    match out.symlink_metadata() {
        Ok(_) => Err(Failure::usage(
            &format!("something exists where the model should go: {}", out.display()),
            "Choose another --out, or remove it.",
        )),
        Err(_) => Ok(()),
    }
}

impl Model<'_> {
    /// Makes it, or goes on making it.
    ///
    /// # Errors
    /// Whatever ends the run; [`Failure::interrupted`] after Ctrl-C, with a checkpoint.
    pub fn make(&self, plan: &Plan<'_>, texts: &Texts, console: &mut Console) -> Result<Ended, Failure> {
        let schedule = plan.schedule;
        let stages = self.stages(plan, texts, console)?;
        let mut options = schedule.run_options(plan.seed);
        let asked = options.recompute;
        fit_in_memory(&self.start.architecture, plan.adapter.as_ref(), &stages, &mut options, &plan.device)?;
        if options.recompute && !asked && plan.adapter.is_none() {
            console.say("memory is short: each layer is computed again on the way back (--recompute)");
        }
        let build = || Ok(self.start.build(plan.seed, plan.adapter.as_ref(), &plan.device)?);
        let run = Run::new(self.out)?;
        let (model, ended) = run.train(&build, &stages, &options, console)?;
        if ended == Ended::Finished {
            let record =
                Record { seed: plan.seed, texts: &texts.record, device: &plan.device, stages: &stages };
            let own = self.own(plan, texts);
            run.finish(&record, &own, console, |to| self.publish(&model, plan, to))?;
        }
        Ok(ended)
    }

    /// What is learnt, and what is looked at.
    fn stages(&self, plan: &Plan<'_>, texts: &Texts, console: &Console) -> Result<Vec<Stage>, Failure> {
        let start = self.start;
        let prompt = prompter(&start.prompt, &start.tokenizer, &texts.languages)?;
        let encoder = |end| Encoder {
            tokenizer: &start.tokenizer,
            bos: start.bos,
            end,
            prompt: prompt.as_ref(),
            max_tokens: (plan.schedule.context as usize).min(start.architecture.max_positions),
        };
        let (text, answers) = (encoder(start.text_end), encoder(start.answer_end));
        let stage = |name: &str, examples, held_out, epochs| Stage {
            name: name.to_owned(),
            examples,
            held_out,
            epochs,
            patience: plan.schedule.patience as usize,
            optimizer: plan.optimizer.clone(),
        };
        let wanted = |name| plan.stage.is_none_or(|only| only == name);
        let mut stages = Vec::new();
        if wanted(StageName::Pretrain) && self.mono.iter().any(|mono| !mono.train.is_empty()) {
            let packed = |part: fn(&Mono) -> &MonolingualCorpus| {
                let lines = self.mono.iter().flat_map(|mono| part(mono).entries());
                text.pack(lines.map(|line| line.text()), plan.seed)
            };
            let (examples, held_out) = (packed(|mono| &mono.train)?, packed(|mono| &mono.held_out)?);
            stages.push(stage("pretrain", examples, held_out, plan.schedule.pretrain_epochs));
        }
        if let Some(pairs) = texts.pairs.as_ref().filter(|_| wanted(StageName::Finetune)) {
            let encode = |pairs: &ParallelCorpus| answers.pairs(pairs, plan.directions, LossScope::Target);
            let (examples, held_out) =
                (encode(pairs)?, texts.held_out.as_ref().map(encode).transpose()?.unwrap_or_default());
            let ways = if plan.directions == Directions::Both { 2 } else { 1 };
            let long = (ways * pairs.len()).saturating_sub(examples.len());
            if long > 0 {
                console.say(&format!("{long} sequences of pairs are longer than --context and are left out"));
            }
            stages.push(stage("finetune", examples, held_out, plan.schedule.epochs));
        }
        Ok(stages)
    }

    /// What our importer is told of it.
    fn own(&self, plan: &Plan<'_>, texts: &Texts) -> Value {
        json!({
            "name": self.name,
            "role": self.role,
            "prompt": self.start.prompt,
            "licence": plan.licence.as_deref().or(self.start.licence.as_deref()),
            "languages": texts.languages,
        })
    }

    /// Writes the model's folder whole.
    fn publish(&self, model: &TrainedModel, plan: &Plan<'_>, to: &Publication<'_>) -> Result<(), Failure> {
        let base = self.start.base_folder();
        match (base, plan.adapter.is_some() && !plan.merge) {
            (Some(base), true) => model.publish_adapter(to, base)?,
            _ => model.publish(to, plan.schedule.precision(), base)?,
        }
        Ok(())
    }
}
