//! The loop: stages of steps, each step some micro-batches and one update; checkpoints, log, held-out loss.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::optim::{GradientsAccumulator, ModuleOptimizer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::batches::{self, Example};
use crate::checkpoint::{Checkpoints, State};
use crate::data_parallel::Workers;
use crate::frozen::FrozenPrecision;
use crate::gradients::{BatchInputs, GradientFn, fork, gradients, recomputed};
use crate::llama::Llama;
use crate::loss::cross_entropy;
use crate::optimizer::{OptimizerOptions, clip_gradients};
use crate::{Error, Result, TrainedModel};

/// A part of a run with its own data and learning rate, such as `pretrain` or `finetune`.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What the log calls it.
    pub name: String,
    /// What is learnt.
    pub examples: Vec<Example>,
    /// What is looked at meanwhile.
    pub held_out: Vec<Example>,
    /// Times that the examples are shown; may end inside one.
    pub epochs: f64,
    /// It ends early after so many looks without a lower held-out loss, and leaves the weights of the lowest; 0: never,
    /// and the last weights stay.
    pub patience: usize,
    /// How weights follow gradients.
    pub optimizer: OptimizerOptions,
}

/// Settings of a whole run.
#[derive(Debug, Clone, Serialize)]
pub struct RunOptions {
    /// Tokens that go through the model at once: what memory allows.
    pub micro_tokens: usize,
    /// Micro-batches that make one optimizer step.
    pub accumulate: usize,
    /// Of the order of examples.
    pub seed: u64,
    /// A checkpoint is written after so many seconds.
    #[serde(skip)]
    pub save_every: Duration,
    /// Steps between two looks at the held-out loss.
    pub held_out_every: usize,
    /// Keep no more than what goes into each layer, and compute the layer again on the way back: the same gradients with
    /// less memory, in a third more time.
    #[serde(skip)]
    pub recompute: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            micro_tokens: 4096,
            accumulate: 1,
            seed: 1,
            save_every: Duration::from_secs(120),
            held_out_every: 100,
            recompute: false,
        }
    }
}

/// A line of the log, and what is told of each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// The stage's name.
    pub stage: String,
    /// Step in the stage, from 1.
    pub step: usize,
    /// Steps of the stage.
    pub steps: usize,
    /// Mean cross-entropy of the step's counted tokens, nats.
    pub loss: f32,
    /// The same on held-out examples, where it was looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub held_out_loss: Option<f32>,
    /// Learning rate.
    pub rate: f64,
    /// Global norm of the gradients before clipping.
    pub norm: f32,
    /// Tokens read in all, without padding.
    pub tokens: u64,
    /// Tokens a second, of this step.
    pub tokens_per_second: f32,
    /// Seconds of training in all.
    pub seconds: f64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All stages are done.
    Finished,
    /// It was asked to stop; a checkpoint holds all that was learnt.
    Stopped,
}

/// Name of the log in a run's folder.
pub const LOG_FILE: &str = "training.jsonl";

/// Trains `trained` in `folder`, going on from the checkpoint there if it belongs to the same run.
///
/// # Errors
/// When there is nothing to learn from, when the loss is no longer finite, when the disk refuses.
pub fn train(
    trained: &mut TrainedModel,
    stages: &[Stage],
    options: &RunOptions,
    folder: &Path,
    report: &mut dyn FnMut(&StepReport) -> ControlFlow<()>,
) -> Result<Ended> {
    let named_twice = |at: usize| stages[..at].iter().any(|earlier| earlier.name == stages[at].name);
    if (0..stages.len()).any(named_twice) {
        return Err(Error::Setting { setting: "stages", problem: "must have names of their own".into() });
    }
    if stages.iter().any(|stage| stage.examples.iter().all(|example| example.loss_tokens() == 0)) {
        return Err(Error::NoExamples { reason: "a stage has no sentence with a token to predict" });
    }
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.into(), source })?;
    let checkpoints = Checkpoints::new(folder);
    let mut state = State { fingerprint: fingerprint(trained, stages, options), ..State::default() };
    let mut optimizer_record = None;
    if let Some(path) = checkpoints.newest() {
        let found = Checkpoints::state(&path)?;
        if found.fingerprint != state.fingerprint {
            let reason = "it belongs to a run with other data or settings".into();
            return Err(Error::Checkpoint { path, reason });
        }
        state = found;
        trained.restore(&path)?;
        optimizer_record = Some(path.join(OPTIMIZER));
    }
    state.recompute |= options.recompute;
    let log = Log::open(folder, stages, &state)?;
    let workers = Workers::new(&trained.device, trained.model.num_params());
    let best = Checkpoints::new(&folder.join(BEST_FOLDER));
    let mut run = Run { trained, options, checkpoints, best, log, state, workers };
    while let Some(stage) = stages.get(run.state.stage) {
        let mut optimizer = stage.optimizer.build(&run.trained.model);
        if let Some(path) = optimizer_record.take().filter(|path| path.exists()) {
            optimizer = optimizer
                .load(&path)
                .map_err(|error| Error::Checkpoint { path, reason: format!("{error:?}") })?;
        }
        if run.stage(stage, optimizer, report)? == Ended::Stopped {
            return Ok(Ended::Stopped);
        }
        run.state =
            State { stage: run.state.stage + 1, step: 0, lowest: None, looks: 0, ..run.state.clone() };
        run.save(None)?;
    }
    Ok(Ended::Finished)
}

const OPTIMIZER: &str = "optimizer.bpk";
/// The folder, in a run's, of the weights with the lowest held-out loss of a stage with patience.
pub const BEST_FOLDER: &str = "best";

struct Run<'a> {
    trained: &'a mut TrainedModel,
    options: &'a RunOptions,
    checkpoints: Checkpoints,
    best: Checkpoints,
    log: Log,
    state: State,
    workers: Workers,
}

impl Run<'_> {
    fn stage(
        &mut self,
        stage: &Stage,
        mut optimizer: ModuleOptimizer,
        report: &mut dyn FnMut(&StepReport) -> ControlFlow<()>,
    ) -> Result<Ended> {
        let steps_of = |epoch| {
            let micro =
                batches::epoch_batches(&stage.examples, self.options.micro_tokens, self.options.seed, epoch);
            let steps: Vec<Vec<batches::Batch>> =
                micro.chunks(self.options.accumulate.max(1)).map(<[_]>::to_vec).collect();
            steps
        };
        // The number of batches differs a little between epochs; the schedule only needs it about right.
        let mut epoch = 0;
        let mut epoch_steps = steps_of(0);
        let steps = ((epoch_steps.len() as f64 * stage.epochs).round() as usize).max(1);
        let mut before = 0;
        let mut saved = Instant::now();
        let patient = |state: &State| stage.patience == 0 || state.looks < stage.patience;
        while self.state.step < steps && patient(&self.state) {
            while self.state.step - before >= epoch_steps.len() {
                before += epoch_steps.len();
                epoch += 1;
                epoch_steps = steps_of(epoch);
            }
            let batches = epoch_steps.get(self.state.step - before).cloned().unwrap_or_default();
            let mut line = self.step(stage, &batches, &mut optimizer, steps)?;
            let last = self.state.step == steps;
            if !stage.held_out.is_empty()
                && (last || self.state.step.is_multiple_of(self.options.held_out_every))
            {
                let loss = self.loss_of_held_out(&stage.held_out);
                line.held_out_loss = Some(loss);
                let lower = self.state.lowest.is_none_or(|lowest| loss < lowest);
                (self.state.lowest, self.state.looks) = match lower {
                    true => (Some(loss), 0),
                    false => (self.state.lowest, self.state.looks + 1),
                };
                if lower && stage.patience > 0 {
                    self.best.replace(&self.state, |folder| self.trained.save(folder))?;
                }
            }
            self.log.write(&line)?;
            if report(&line).is_break() {
                self.save(Some(&optimizer))?;
                return Ok(Ended::Stopped);
            }
            if saved.elapsed() >= self.options.save_every {
                self.save(Some(&optimizer))?;
                saved = Instant::now();
            }
        }
        if stage.patience > 0 {
            self.return_to_best()?;
        }
        Ok(Ended::Finished)
    }

    /// Takes the weights that this run had at the lowest held-out loss of this stage.
    fn return_to_best(&mut self) -> Result<()> {
        if self.state.lowest.is_none() {
            return Ok(());
        }
        let missing = || {
            let reason = "it has not the weights of the lowest held-out loss".into();
            Error::Checkpoint { path: self.best.folder().into(), reason }
        };
        let path = self.best.newest().ok_or_else(missing)?;
        let best = Checkpoints::state(&path)?;
        match (&best.fingerprint, best.stage) == (&self.state.fingerprint, self.state.stage) {
            true => self.trained.restore(&path),
            false => Err(missing()),
        }
    }

    fn step(
        &mut self,
        stage: &Stage,
        batches: &[batches::Batch],
        optimizer: &mut ModuleOptimizer,
        steps: usize,
    ) -> Result<StepReport> {
        let begun = Instant::now();
        let chosen: Vec<Vec<&Example>> = batches
            .iter()
            .map(|batch| batch.iter().filter_map(|&index| stage.examples.get(index)).collect())
            .collect();
        let learned: usize = chosen.iter().flatten().map(|example| example.loss_tokens()).sum();
        let tokens: usize = chosen.iter().flatten().map(|example| example.ids.len()).sum();
        let mut all = GradientsAccumulator::new();
        let mut sum = 0.0;
        for examples in &chosen {
            let scale = 1.0 / learned as f32;
            // Weights that are frozen in fewer bits would all be kept unpacked for the way back.
            let packed =
                self.trained.adapter.as_ref().is_some_and(|adapter| adapter.frozen != FrozenPrecision::F32);
            let way = if packed || self.state.recompute { recomputed } else { gradients as GradientFn };
            let losses = self.forward(examples, |model, inputs| way(&fork(model), inputs, scale));
            for (loss, of_share) in losses {
                sum += loss;
                all.accumulate(&self.trained.model, of_share);
            }
        }
        let loss = sum / learned.max(1) as f32;
        let (norm, gradients) = clip_gradients(&self.trained.model, all.grads(), stage.optimizer.clip_norm);
        // They would spoil all weights, and a checkpoint with them.
        if !(loss.is_finite() && norm.is_finite()) {
            return Err(Error::Diverged { step: self.state.step + 1 });
        }
        self.state.step += 1;
        let rate = stage.optimizer.rate(self.state.step, steps);
        self.trained.change(|model| optimizer.step(rate, model, gradients));
        let seconds = begun.elapsed().as_secs_f64();
        self.state.tokens += tokens as u64;
        self.state.seconds += seconds;
        Ok(StepReport {
            stage: stage.name.clone(),
            step: self.state.step,
            steps,
            loss,
            held_out_loss: None,
            rate,
            norm,
            tokens: self.state.tokens,
            tokens_per_second: (tokens as f64 / seconds) as f32,
            seconds: self.state.seconds,
        })
    }

    /// What `work` makes of the model and each worker's share of some sequences.
    fn forward<R: Send>(
        &self,
        examples: &[&Example],
        work: impl Fn(&Llama, &BatchInputs) -> R + Sync,
    ) -> Vec<R> {
        let trained = &*self.trained;
        let learned: Vec<&Example> =
            examples.iter().filter(|example| example.loss_tokens() > 0).copied().collect();
        let shares = self.workers.shares(&learned).map(batches::batch_arrays).collect();
        self.workers.map(shares, |arrays| work(&trained.model, &BatchInputs::new(arrays, trained)))
    }

    fn loss_of_held_out(&self, held_out: &[Example]) -> f32 {
        let mut sum = 0.0;
        for batch in batches::epoch_batches(held_out, self.options.micro_tokens, 0, 0) {
            let examples: Vec<&Example> = batch.iter().filter_map(|&index| held_out.get(index)).collect();
            let losses = self.forward(&examples, |model, inputs| {
                cross_entropy(inputs.logits(&model.valid()), inputs.targets.clone(), 1.0)
                    .sum
                    .into_scalar::<f32>()
            });
            sum += losses.iter().sum::<f32>();
        }
        sum / held_out.iter().map(Example::loss_tokens).sum::<usize>().max(1) as f32
    }

    fn save(&mut self, optimizer: Option<&ModuleOptimizer>) -> Result<()> {
        let trained = &*self.trained;
        self.log.sync()?;
        self.checkpoints.replace(&self.state, |folder| {
            trained.save(folder)?;
            let Some(optimizer) = optimizer else { return Ok(()) };
            let path = folder.join(OPTIMIZER);
            optimizer
                .save(&path)
                .map_err(|error| Error::Write { path, source: std::io::Error::other(format!("{error:?}")) })
        })
    }
}

/// A run is what its weights were at first, its data and its settings.
fn fingerprint(trained: &TrainedModel, stages: &[Stage], options: &RunOptions) -> String {
    let mut hash = Sha256::new();
    let mut add = |json: serde_json::Result<Vec<u8>>| hash.update(json.unwrap_or_default());
    let rope: Vec<u32> = trained.rope_inv_freq.iter().map(|value| value.to_bits()).collect();
    add(serde_json::to_vec(&(&trained.architecture, &trained.adapter, &trained.first_weights, rope)));
    add(serde_json::to_vec(options));
    for stage in stages {
        add(serde_json::to_vec(&(&stage.name, stage.epochs, stage.patience, &stage.optimizer)));
        for example in stage.examples.iter().chain(&stage.held_out) {
            add(serde_json::to_vec(&(example.loss_start, &example.ids)));
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The log: one line of JSON for each step.
struct Log {
    path: std::path::PathBuf,
    file: File,
}

impl Log {
    /// Opens the log, without the lines of steps that are not in the checkpoint and will be done again.
    fn open(folder: &Path, stages: &[Stage], state: &State) -> Result<Self> {
        let path = folder.join(LOG_FILE);
        let failed = |source| Error::Write { path: path.clone(), source };
        let done = |line: &&str| {
            let Ok(line) = serde_json::from_str::<StepReport>(line) else { return false };
            let stage = stages.iter().position(|stage| stage.name == line.stage).unwrap_or(usize::MAX);
            (stage, line.step) <= (state.stage, state.step)
        };
        let old = fs::read_to_string(&path).unwrap_or_default();
        let mut kept: String = old.lines().filter(done).flat_map(|line| [line, "\n"]).collect();
        if state.stage == 0 && state.step == 0 {
            kept.clear();
        }
        // The old log stays until the new one is whole.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(kept.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        Ok(Self { path, file })
    }

    fn write(&mut self, line: &StepReport) -> Result<()> {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .map_err(|source| Error::Write { path: self.path.clone(), source })
    }

    fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|source| Error::Write { path: self.path.clone(), source })
    }
}
