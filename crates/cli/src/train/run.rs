//! A run from its estimate to a model's folder, the same for all ways to train.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use training::checkpoint::Checkpoints;
use training::{
    Device, Ended, Estimate, Hardware, LOG, RunOptions, Stage, StepReport, TrainedModel, estimate,
    loss_picture, train,
};

use super::console::{Console, amount};
use crate::failure::Failure;
use crate::interrupt;

const PICTURE: &str = "loss.svg";
/// What the model was made from, on and with; read by nothing, for people who want to know or to make it again.
const MAKING: &str = "making.json";
const ESTIMATE: &str = "estimate.json";

/// A run in its folder beside the model's.
pub struct Run<'a> {
    /// The model's folder, which does not exist yet.
    out: &'a Path,
    /// The folder of checkpoints and log.
    pub folder: PathBuf,
}

impl<'a> Run<'a> {
    /// For the model that will be in `out`.
    pub fn new(out: &'a Path) -> Self {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".run");
        Self { out, folder: out.with_file_name(name) }
    }

    /// Estimates and trains, or goes on.
    ///
    /// # Errors
    /// Whatever ends the run; [`Failure::interrupted`] after Ctrl-C, with a checkpoint.
    pub fn train(
        &self,
        model: &mut TrainedModel,
        stages: &[Stage],
        options: &RunOptions,
        console: &mut Console,
    ) -> Result<Ended, Failure> {
        let tokens = |stage: &Stage| stage.examples.iter().map(|e| e.ids.len() as f64).sum::<f64>();
        for stage in stages {
            let (count, tokens) = (amount(stage.examples.len() as f64), amount(tokens(stage)));
            console
                .say(&format!("{}: {count} sequences, {tokens} tokens, {} times", stage.name, stage.epochs));
        }
        if Checkpoints::new(&self.folder).newest().is_none() {
            console.doing("measuring some steps");
            let go_on = || !interrupt::asked();
            let Some(estimate) = estimate(model, stages, options, &self.folder, &go_on)? else {
                return Err(Failure::interrupted());
            };
            console.estimate(&estimate);
            fs::create_dir_all(&self.folder).map_err(|source| written(&self.folder, source))?;
            self.put(ESTIMATE, &json!(estimate))?;
        }
        console.begin(stages.iter().map(|stage| tokens(stage) * stage.epochs).sum());
        let ended = train(model, stages, options, &self.folder, &mut |report| console.step(report))?;
        console.clear();
        if ended == Ended::Stopped {
            console.event("stopped", &json!({ "run": self.folder }));
            console.say("stopped; a checkpoint is kept, and the same command goes on from it");
            return if interrupt::asked() { Err(Failure::interrupted()) } else { Ok(ended) };
        }
        Ok(ended)
    }

    /// Lets `publish` write the model's folder, and moves the log, its picture and the record of `texts` into it.
    ///
    /// # Errors
    /// When the disk refuses; checkpoints are kept then.
    pub fn finish(
        &self,
        seed: u64,
        texts: &Value,
        device: &Device,
        console: &Console,
        publish: impl FnOnce(&Path) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let path = self.folder.join(LOG);
        let log = fs::read_to_string(&path).map_err(|source| written(&path, source))?;
        let lines: Vec<StepReport> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let picture = self.folder.join(PICTURE);
        fs::write(&picture, loss_picture(&lines)).map_err(|source| written(&picture, source))?;
        let estimate = fs::read(self.folder.join(ESTIMATE)).ok();
        let estimate = estimate.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let making = making(seed, texts, &Hardware::of(device), estimate.as_ref(), &lines);
        self.put(MAKING, &making)?;
        publish(&self.folder)?;
        for name in [LOG, PICTURE, MAKING] {
            let path = self.out.join(name);
            fs::rename(self.folder.join(name), &path).map_err(|source| written(&path, source))?;
        }
        // What is left are checkpoints; one that cannot be removed does no harm.
        drop(fs::remove_dir_all(&self.folder));
        console.event("finished", &json!({ "model": self.out, "making": making }));
        console.say(&format!("wrote {}", self.out.display()));
        Ok(())
    }

    fn put(&self, name: &str, value: &Value) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        fs::write(&path, text).map_err(|source| written(&path, source))
    }
}

fn written(path: &Path, source: std::io::Error) -> Failure {
    training::Error::Write { path: path.into(), source }.into()
}

/// The record of a finished run.
fn making(
    seed: u64,
    texts: &Value,
    hardware: &Hardware,
    estimate: Option<&Estimate>,
    log: &[StepReport],
) -> Value {
    let (tokens, seconds) = log.last().map_or((0, 0.0), |line| (line.tokens, line.seconds));
    // The last look of each stage.
    let held_out: Map<String, Value> = log
        .iter()
        .filter_map(|line| line.held_out_loss.map(|loss| (line.stage.clone(), json!(loss))))
        .collect();
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "seed": seed,
        "texts": texts,
        "hardware": hardware,
        "tokens": tokens,
        "seconds": seconds,
        "tokens_per_second": {
            "predicted": estimate.map(|estimate| estimate.tokens_per_second),
            "measured": if seconds > 0.0 { tokens as f64 / seconds } else { 0.0 },
        },
        "memory_bytes": estimate.map(|estimate| estimate.memory_bytes),
        "held_out_loss": held_out,
    })
}
