//! A training run, from its estimate to the model's folder, for all training commands.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use training::checkpoint::{self, Checkpoints};
use training::{
    BEST_FOLDER, ESTIMATE_FOLDER, Ended, LOG_FILE, Publication, RunOptions, Stage, StepReport, TrainedModel,
    UNFINISHED_FOLDER, estimate, loss_chart, train,
};

use super::console::{Console, amount};
use super::provenance::{PROVENANCE, RunInputs, provenance_json};
use crate::failure::Failure;
use crate::interrupt;

const LOSS_CHART: &str = "loss.svg";
const ESTIMATE: &str = "estimate.json";
/// Locked by the process that trains in the folder.
const LOCK: &str = "lock";

/// A training run with a folder beside the model's. Dropping it removes the folder unless training began.
pub struct TrainingRun<'a> {
    /// The model's folder, which does not exist yet.
    out: &'a Path,
    /// The folder of checkpoints and log.
    folder: PathBuf,
    lock: Option<File>,
}

impl<'a> TrainingRun<'a> {
    /// Starts or resumes the run that writes its model to `out`.
    ///
    /// # Errors
    /// If another process trains the same model, if `out` exists, or if the disk cannot be written.
    pub fn new(out: &'a Path) -> Result<Self, Failure> {
        let folder = run_folder(out);
        let path = folder.join(LOCK);
        let lock = loop {
            fs::create_dir_all(&folder).map_err(|source| write_failure(&folder, source))?;
            let lock = File::create(&path).map_err(|source| write_failure(&path, source))?;
            match lock.try_lock() {
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(Failure::usage(
                        &format!("another process is training this model: {}", out.display()),
                        "Wait until it ends, or choose another --out.",
                    ));
                }
                // Some network drives have no locks; training goes on without one.
                Ok(()) | Err(fs::TryLockError::Error(_)) if path.exists() => break lock,
                // The process that held the lock was just removing the folder.
                Ok(()) | Err(fs::TryLockError::Error(_)) => {}
            }
        };
        let run = Self { out, folder, lock: Some(lock) };
        check_new(out).map(|()| run)
    }

    /// Trains the model that `build` returns, or resumes its training; a new run begins with an estimate.
    ///
    /// # Errors
    /// [`Failure::interrupted`] after Ctrl-C, with a checkpoint; any error of the training.
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
            console.print(&format!(
                "{}: {count} sequences, {tokens} tokens, {} epochs",
                stage.name, stage.epochs
            ));
        }
        if !self.has_checkpoint() {
            console.show_activity("measuring some steps");
            let continues = || !interrupt::requested();
            let Some(estimate) = estimate(build()?, stages, options, &self.folder, &continues)? else {
                return Err(Failure::interrupted());
            };
            console.estimate(&estimate);
            self.write_json(ESTIMATE, &json!(estimate))?;
        }
        console.show_activity("reading the weights");
        let mut model = build()?;
        console.begin(stages.iter().map(|stage| tokens(stage) * stage.epochs).sum());
        let ended = train(&mut model, stages, options, &self.folder, &mut |report| console.step(report))?;
        console.clear();
        if ended == Ended::Stopped {
            console.event("stopped", &json!({ "run": self.folder }));
            console.print("stopped; a checkpoint is saved, and the same command resumes from it");
            if interrupt::requested() {
                return Err(Failure::interrupted());
            }
        }
        Ok((model, ended))
    }

    /// Calls `publish` to write the model's folder with the log, the loss chart and the provenance.
    ///
    /// # Errors
    /// If the disk cannot be written; the checkpoints are kept.
    pub fn finish(
        mut self,
        inputs: &RunInputs<'_>,
        own: &Value,
        console: &Console,
        publish: impl FnOnce(&Publication<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let path = self.folder.join(LOG_FILE);
        let log = fs::read_to_string(&path).map_err(|source| write_failure(&path, source))?;
        let lines: Vec<StepReport> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let chart = self.folder.join(LOSS_CHART);
        fs::write(&chart, loss_chart(&lines)).map_err(|source| write_failure(&chart, source))?;
        let estimate = fs::read(self.folder.join(ESTIMATE)).ok();
        let estimate = estimate.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let provenance = provenance_json(inputs, estimate.as_ref(), &lines);
        self.write_json(PROVENANCE, &provenance)?;
        let records = &[LOG_FILE, LOSS_CHART, PROVENANCE];
        publish(&Publication { run: &self.folder, folder: self.out, wasan_json: own, records })?;
        self.remove();
        console.event("finished", &json!({ "model": self.out, "making": provenance }));
        console.print(&format!("wrote {}", self.out.display()));
        Ok(())
    }

    /// Removes the folder of a finished run whose process was killed before it removed the folder itself.
    pub fn remove_leftovers(out: &'a Path) {
        let provenance = |folder: &Path| fs::read(folder.join(PROVENANCE)).ok();
        let folder = run_folder(out);
        if provenance(out).is_some_and(|of_model| provenance(&folder) == Some(of_model)) {
            Self { out, folder, lock: None }.remove();
        }
    }

    fn has_checkpoint(&self) -> bool {
        Checkpoints::new(&self.folder).newest().is_some()
    }

    /// Removes what a run writes and nothing else, the lock last; ignores what cannot be removed.
    fn remove(&mut self) {
        for name in checkpoint::FOLDERS.iter().chain(&[BEST_FOLDER, ESTIMATE_FOLDER, UNFINISHED_FOLDER]) {
            drop(fs::remove_dir_all(self.folder.join(name)));
        }
        for name in [LOG_FILE, LOSS_CHART, PROVENANCE, ESTIMATE, LOCK] {
            drop(fs::remove_file(self.folder.join(name)));
        }
        // Windows removes the file when it is closed.
        self.lock = None;
        drop(fs::remove_dir(&self.folder));
    }

    fn write_json(&self, name: &str, value: &Value) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        fs::write(&path, text).map_err(|source| write_failure(&path, source))
    }
}

impl Drop for TrainingRun<'_> {
    fn drop(&mut self) {
        let has_begun = self.has_checkpoint() || self.folder.join(LOG_FILE).exists();
        // The lock is gone if the model is finished.
        if self.lock.is_some() && !has_begun {
            self.remove();
        }
    }
}

/// Refuses an output folder that exists.
pub fn check_new(out: &Path) -> Result<(), Failure> {
    TrainingRun::remove_leftovers(out);
    match out.symlink_metadata() {
        Ok(_) => Err(Failure::usage(
            &format!("the output folder already exists: {}", out.display()),
            "Choose another --out, or remove it.",
        )),
        Err(_) => Ok(()),
    }
}

fn run_folder(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".run");
    out.with_file_name(name)
}

fn write_failure(path: &Path, source: std::io::Error) -> Failure {
    training::Error::Write { path: path.into(), source }.into()
}
