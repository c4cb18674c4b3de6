//! One model: texts → stages → a run → a folder.

use std::fs;
use std::path::{Path, PathBuf};

use corpus::{Lines, Pairs};
use serde_json::json;
use training::adapter::{AdapterOptions, Frozen};
use training::checkpoint::Checkpoints;
use training::examples::{Directions, Encoder, Learn};
use training::{
    Device, Ended, LOG, OptimizerOptions, Stage, Start, StepReport, TrainedModel, check_memory, estimate,
    loss_picture, train,
};
use translation::Role;

use super::StageName;
use super::arguments::Schedule;
use super::console::{Console, amount};
use super::prompts::prompter;
use super::texts::{Mono, Texts};
use crate::failure::Failure;
use crate::interrupt;

/// A model to be made.
pub struct Model<'a> {
    /// What it is called.
    pub name: String,
    /// What the translator will use it for.
    pub role: Role,
    /// What it begins with.
    pub start: &'a Start,
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
    match out.symlink_metadata() {
        Ok(_) => Err(Failure::usage(
            &format!("something exists where the model should go: {}", out.display()),
            "Choose another --out, or remove it.",
        )),
        Err(_) => Ok(()),
    }
}

/// The folder of a run, beside the model's.
pub fn run_folder(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".run");
    out.with_file_name(name)
}

const PICTURE: &str = "loss.svg";

/// The loss picture of the run in `folder`.
pub fn draw(folder: &Path) -> Result<(), Failure> {
    let write = |path: PathBuf| move |source| Failure::from(training::Error::Write { path, source });
    let log = fs::read_to_string(folder.join(LOG)).map_err(write(folder.join(LOG)))?;
    let lines: Vec<StepReport> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    fs::write(folder.join(PICTURE), loss_picture(&lines)).map_err(write(folder.join(PICTURE)))
}

impl Model<'_> {
    /// Makes it, or goes on making it.
    ///
    /// # Errors
    /// Whatever ends the run; [`Failure::interrupted`] after Ctrl-C, with a checkpoint.
    pub fn make(&self, plan: &Plan<'_>, texts: &Texts, console: &mut Console) -> Result<Ended, Failure> {
        let schedule = plan.schedule;
        let stages = self.stages(plan, texts, console)?;
        let options = schedule.run_options(plan.seed);
        if plan.device == Device::flex() {
            check_memory(&self.start.architecture, plan.adapter.as_ref(), options.micro_tokens)?;
        }
        console.doing("reading the weights");
        let mut model = self.start.build(plan.seed, &plan.device)?;
        if let Some(adapter) = &plan.adapter {
            model.adapt(adapter.clone(), plan.seed)?;
        }
        let run = run_folder(self.out);
        let tokens = |stage: &Stage| stage.examples.iter().map(|e| e.ids.len() as f64).sum::<f64>();
        for stage in &stages {
            let (count, tokens) = (stage.examples.len() as f64, tokens(stage));
            let (stage, epochs) = (&stage.name, stage.epochs);
            let (count, tokens) = (amount(count), amount(tokens));
            console.say(&format!("{stage}: {count} sequences, {tokens} tokens, {epochs} times"));
        }
        if Checkpoints::new(&run).newest().is_none() {
            console.doing("measuring some steps");
            let go_on = || !interrupt::asked();
            match estimate(&model, &stages, &options, &run, &go_on)? {
                Some(estimate) => console.estimate(&estimate),
                None => return Err(Failure::interrupted()),
            }
        }
        console.begin(Some(stages.iter().map(|stage| tokens(stage) * stage.epochs).sum()));
        let ended =
            train(&mut model, &stages, &options, &run, &mut |report| console.step(report))?;
        console.clear();
        if ended == Ended::Stopped {
            console.event("stopped", &json!({ "run": run }));
            console.say("stopped; a checkpoint is kept, and the same command goes on from it");
            return if interrupt::asked() { Err(Failure::interrupted()) } else { Ok(ended) };
        }
        self.publish(model, plan, texts, &run)?;
        console.event("finished", &json!({ "model": self.out }));
        console.say(&format!("wrote {}", self.out.display()));
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
            let packed = |part: fn(&Mono) -> &Lines| {
                let lines = self.mono.iter().flat_map(|mono| part(mono).entries());
                text.packed(lines.map(|line| line.text()), plan.seed)
            };
            let (examples, held_out) = (packed(|mono| &mono.train)?, packed(|mono| &mono.held_out)?);
            stages.push(stage("pretrain", examples, held_out, plan.schedule.pretrain_epochs));
        }
        if let Some(pairs) = texts.pairs.as_ref().filter(|_| wanted(StageName::Finetune)) {
            let encode = |pairs: &Pairs| answers.pairs(pairs, plan.directions, Learn::Target);
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

    /// Writes the folder whole, then moves the log and its picture into it.
    fn publish(
        &self,
        mut model: TrainedModel,
        plan: &Plan<'_>,
        texts: &Texts,
        run: &Path,
    ) -> Result<(), Failure> {
        draw(run)?;
        let licence = plan.licence.as_deref().or(self.start.licence.as_deref());
        let own = json!({
            "name": self.name,
            "role": self.role,
            "prompt": self.start.prompt,
            "licence": licence,
            "languages": texts.languages,
        });
        if plan.merge {
            let exact = plan.adapter.as_ref().is_some_and(|adapter| adapter.frozen == Frozen::F32);
            let base = if exact { None } else { Some(self.start.build(plan.seed, &plan.device)?) };
            model.merge(base);
        }
        match model.adapter {
            Some(_) => model.publish_adapter(self.out, self.start.base_folder(), &own)?,
            None => model.publish(self.out, plan.schedule.precision(), &own)?,
        }
        for name in [LOG, PICTURE] {
            let path = self.out.join(name);
            fs::rename(run.join(name), &path).map_err(|source| training::Error::Write { path, source })?;
        }
        // What is left are checkpoints; one that cannot be removed does no harm.
        drop(fs::remove_dir_all(run));
        Ok(())
    }
}
