//! A run from its estimate to a model's folder, the same for all ways to train.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use training::checkpoint::{self, Checkpoints};
use training::{
    BEST_FOLDER, Device, ESTIMATE_FOLDER, Ended, Estimate, Hardware, LOG_FILE, Publication, RunOptions,
    Stage, StepReport, TrainedModel, UNFINISHED_FOLDER, estimate, loss_chart, train,
};

use super::console::{Console, amount};
use super::model::check_new;
use crate::failure::Failure;
use crate::interrupt;

const PICTURE: &str = "loss.svg";
/// What the model was made from, on and with; read by nothing, for people who want to know or to make it again.
pub const MAKING: &str = "making.json";
const ESTIMATE: &str = "estimate.json";
/// Locked by the command that works in the folder.
const LOCK: &str = "lock";

/// A run in its folder beside the model's. The folder goes with it unless training began.
pub struct Run<'a> {
    /// The model's folder, which does not exist yet.
    out: &'a Path,
    /// The folder of checkpoints and log.
    folder: PathBuf,
    lock: Option<File>,
}

impl<'a> Run<'a> {
    /// For the model that will be in `out`.
    ///
    /// # Errors
    /// When another command makes the same model at this moment or has made it, or the disk refuses.
    pub fn new(out: &'a Path) -> Result<Self, Failure> {
        let folder = folder_of(out);
        let path = folder.join(LOCK);
        let lock = loop {
            fs::create_dir_all(&folder).map_err(|source| written(&folder, source))?;
            let lock = File::create(&path).map_err(|source| written(&path, source))?;
            match lock.try_lock() {
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(Failure::usage(
                        &format!("another command is making this model: {}", out.display()),
                        "Wait for it, or choose another --out.",
                    ));
                }
                // Some network drives have no locks; training does not fail for that.
                Ok(()) | Err(fs::TryLockError::Error(_)) if path.exists() => break lock,
                // Whoever had it was just taking the folder away.
                Ok(()) | Err(fs::TryLockError::Error(_)) => {}
            }
        };
        let run = Self { out, folder, lock: Some(lock) };
        check_new(out).map(|()| run)
    }

    /// Estimates and trains the model that `build` gives, or goes on training it.
    ///
    /// # Errors
    /// Whatever ends the run; [`Failure::interrupted`] after Ctrl-C, with a checkpoint.
    pub fn train(
        &self,
        build: &dyn Fn() -> Result<TrainedModel, Failure>,
        stages: &[Stage],
        options: &RunOptions,
        console: &mut Console,
    ) -> Result<(TrainedModel, Ended), Failure> {
        let tokens = |stage: &Stage| stage.examples.iter().map(|e| e.ids.len() as f64).sum::<f64>();
        for stage in stages {
            let (count, tokens) = (amount(stage.examples.len() as f64), amount(tokens(stage)));
            console
                .say(&format!("{}: {count} sequences, {tokens} tokens, {} times", stage.name, stage.epochs));
        }
        if !self.has_checkpoint() {
            console.doing("measuring some steps");
            let go_on = || !interrupt::asked();
            let Some(estimate) = estimate(build()?, stages, options, &self.folder, &go_on)? else {
                return Err(Failure::interrupted());
            };
            console.estimate(&estimate);
            self.put(ESTIMATE, &json!(estimate))?;
        }
        console.doing("reading the weights");
        let mut model = build()?;
        console.begin(stages.iter().map(|stage| tokens(stage) * stage.epochs).sum());
        let ended = train(&mut model, stages, options, &self.folder, &mut |report| console.step(report))?;
        console.clear();
        if ended == Ended::Stopped {
            console.event("stopped", &json!({ "run": self.folder }));
            console.say("stopped; a checkpoint is kept, and the same command goes on from it");
            if interrupt::asked() {
                return Err(Failure::interrupted());
            }
        }
        Ok((model, ended))
    }

    /// Lets `publish` write the model's folder with the log, its picture and the `record` in it.
    ///
    /// # Errors
    /// When the disk refuses; checkpoints are kept then.
    pub fn finish(
        mut self,
        record: &Record<'_>,
        own: &Value,
        console: &Console,
        publish: impl FnOnce(&Publication<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let path = self.folder.join(LOG_FILE);
        let log = fs::read_to_string(&path).map_err(|source| written(&path, source))?;
        let lines: Vec<StepReport> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let picture = self.folder.join(PICTURE);
        fs::write(&picture, loss_chart(&lines)).map_err(|source| written(&picture, source))?;
        let estimate = fs::read(self.folder.join(ESTIMATE)).ok();
        let estimate = estimate.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let making = making(record, estimate.as_ref(), &lines);
        self.put(MAKING, &making)?;
        let records = &[LOG_FILE, PICTURE, MAKING];
        publish(&Publication { run: &self.folder, folder: self.out, own, records })?;
        self.remove();
        console.event("finished", &json!({ "model": self.out, "making": making }));
        console.say(&format!("wrote {}", self.out.display()));
        Ok(())
    }

    /// Takes away what is left beside a finished model where a kill came before that.
    pub fn tidy(out: &'a Path) {
        let making = |folder: &Path| fs::read(folder.join(MAKING)).ok();
        let folder = folder_of(out);
        if making(out).is_some_and(|of_model| making(&folder) == Some(of_model)) {
            Self { out, folder, lock: None }.remove();
        }
    }

    fn has_checkpoint(&self) -> bool {
        Checkpoints::new(&self.folder).newest().is_some()
    }

    /// Takes away what a run writes and nothing else; what cannot be removed does no harm. The lock goes last and is held
    /// until then.
    fn remove(&mut self) {
        for name in checkpoint::FOLDERS.iter().chain(&[BEST_FOLDER, ESTIMATE_FOLDER, UNFINISHED_FOLDER]) {
            drop(fs::remove_dir_all(self.folder.join(name)));
        }
        for name in [LOG_FILE, PICTURE, MAKING, ESTIMATE, LOCK] {
            drop(fs::remove_file(self.folder.join(name)));
        }
        // On Windows a removed file is gone when it is closed.
        self.lock = None;
        drop(fs::remove_dir(&self.folder));
    }

    fn put(&self, name: &str, value: &Value) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        fs::write(&path, text).map_err(|source| written(&path, source))
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let began = self.has_checkpoint() || self.folder.join(LOG_FILE).exists();
        // Already gone where the model is finished.
        if self.lock.is_some() && !began {
            self.remove();
        }
    }
}

fn folder_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".run");
    out.with_file_name(name)
}

fn written(path: &Path, source: std::io::Error) -> Failure {
    training::Error::Write { path: path.into(), source }.into()
}

/// What a model's record says of it that its log does not.
pub struct Record<'a> {
    /// Of all that is drawn.
    pub seed: u64,
    /// What was read and left out.
    pub texts: &'a Value,
    /// What it was trained on.
    pub device: &'a Device,
    /// What it learnt.
    pub stages: &'a [Stage],
}

/// The record of a finished run.
fn making(record: &Record<'_>, estimate: Option<&Estimate>, log: &[StepReport]) -> Value {
    let (tokens, seconds) = log.last().map_or((0, 0.0), |line| (line.tokens, line.seconds));
    let held_out_loss = |stage: &Stage| {
        let mut looks =
            log.iter().filter(|line| line.stage == stage.name).filter_map(|line| line.held_out_loss);
        // That of the weights which the stage left.
        match stage.patience {
            0 => looks.next_back(),
            _ => looks.reduce(f32::min),
        }
    };
    let held_out: Map<String, Value> = record
        .stages
        .iter()
        .filter_map(|stage| Some((stage.name.clone(), json!(held_out_loss(stage)?))))
        .collect();
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "seed": record.seed,
        "texts": record.texts,
        "hardware": Hardware::of(record.device),
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
