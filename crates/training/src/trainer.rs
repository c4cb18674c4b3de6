//! The training loop: stages of steps with micro-batches, checkpoints, log and held-out loss.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::optim::{GradientsAccumulator, ModuleOptimizer};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::batches::{self, Example};
use crate::checkpoint::{Checkpoints, State};
use crate::data_parallel::Workers;
use crate::frozen::FrozenPrecision;
use crate::gradients::{BatchInputs, GradientFn, checkpointed_gradients, fork, gradients};
use crate::llama::Llama;
use crate::loss::cross_entropy;
use crate::optimizer::{OptimizerOptions, clip_gradients};
use crate::training_log::{StepReport, TrainingLog};
use crate::{Error, Result, TrainedModel};

/// A part of a run with its own data and optimizer settings, such as `pretrain` or `finetune`.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name in the log.
    pub name: String,
    /// Training examples.
    pub examples: Vec<Example>,
    /// Held-out examples.
    pub held_out: Vec<Example>,
    /// Number of epochs; the last may be partial.
    pub epochs: f64,
    /// Ends the stage after this many evaluations without a lower held-out loss and restores the weights of the lowest;
    /// 0: never, and the last weights are kept.
    pub patience: usize,
    /// Optimizer settings.
    pub optimizer: OptimizerOptions,
}

/// Settings of a run.
#[derive(Debug, Clone, Serialize)]
pub struct RunOptions {
    /// Tokens of a micro-batch, limited by memory.
    pub micro_tokens: usize,
    /// Micro-batches per optimizer step.
    pub accumulate: usize,
    /// Random seed of the order of examples.
    pub seed: u64,
    /// Time between two checkpoints.
    #[serde(skip)]
    pub save_every: Duration,
    /// Evaluates the held-out loss every so many steps.
    pub held_out_every: usize,
    /// Gradient checkpointing: recomputes each layer in the backward pass. The same gradients with less memory, in a
    /// third more time.
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

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All stages are done.
    Finished,
    /// The caller stopped it; a checkpoint holds its state.
    Stopped,
}

/// Trains `trained` in `folder`, continuing from the checkpoint there if it belongs to the same run.
///
/// # Errors
/// If a stage has nothing to train on, the loss is no longer finite, or writing fails.
pub fn train(
    trained: &mut TrainedModel,
    stages: &[Stage],
    options: &RunOptions,
    folder: &Path,
    report: &mut dyn FnMut(&StepReport) -> ControlFlow<()>,
) -> Result<Ended> {
    let named_twice = |at: usize| stages[..at].iter().any(|earlier| earlier.name == stages[at].name);
    if (0..stages.len()).any(named_twice) {
        return Err(Error::Setting { setting: "stages", problem: "must have different names".into() });
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
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    let log = TrainingLog::open(folder, &names, &state)?;
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
/// The folder in a run's folder with the weights of the lowest held-out loss of a stage with patience.
pub const BEST_FOLDER: &str = "best";

struct Run<'a> {
    trained: &'a mut TrainedModel,
    options: &'a RunOptions,
    checkpoints: Checkpoints,
    best: Checkpoints,
    log: TrainingLog,
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
        // The number of batches varies slightly between epochs; the schedule only needs an estimate.
        let mut epoch = 0;
        let mut epoch_steps = steps_of(0);
        let steps = ((epoch_steps.len() as f64 * stage.epochs).round() as usize).max(1);
        let mut previous_epochs_steps = 0;
        let mut saved = Instant::now();
        let has_patience = |state: &State| stage.patience == 0 || state.looks < stage.patience;
        while self.state.step < steps && has_patience(&self.state) {
            while self.state.step - previous_epochs_steps >= epoch_steps.len() {
                previous_epochs_steps += epoch_steps.len();
                epoch += 1;
                epoch_steps = steps_of(epoch);
            }
            let batches =
                epoch_steps.get(self.state.step - previous_epochs_steps).cloned().unwrap_or_default();
            let mut line = self.step(stage, &batches, &mut optimizer, steps)?;
            let last = self.state.step == steps;
            if !stage.held_out.is_empty()
                && (last || self.state.step.is_multiple_of(self.options.held_out_every))
            {
                let loss = self.held_out_loss(&stage.held_out);
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
            self.restore_best()?;
        }
        Ok(Ended::Finished)
    }

    /// Restores the weights that this run had at the lowest held-out loss of this stage.
    fn restore_best(&mut self) -> Result<()> {
        if self.state.lowest.is_none() {
            return Ok(());
        }
        let missing = || {
            let reason = "it does not have the weights of the lowest held-out loss".into();
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
        let started = Instant::now();
        let chosen: Vec<Vec<&Example>> = batches
            .iter()
            .map(|batch| batch.iter().filter_map(|&index| stage.examples.get(index)).collect())
            .collect();
        let loss_tokens: usize = chosen.iter().flatten().map(|example| example.loss_tokens()).sum();
        let tokens: usize = chosen.iter().flatten().map(|example| example.ids.len()).sum();
        let mut all = GradientsAccumulator::new();
        let mut sum = 0.0;
        for examples in &chosen {
            let scale = 1.0 / loss_tokens as f32;
            // Otherwise the backward pass would keep all weights that are frozen in fewer bits dequantised.
            let quantised =
                self.trained.adapter.as_ref().is_some_and(|adapter| adapter.frozen != FrozenPrecision::F32);
            let gradient_fn = if quantised || self.state.recompute {
                checkpointed_gradients
            } else {
                gradients as GradientFn
            };
            let losses = self.forward(examples, |model, inputs| gradient_fn(&fork(model), inputs, scale));
            for (loss, of_share) in losses {
                sum += loss;
                all.accumulate(&self.trained.model, of_share);
            }
        }
        let loss = sum / loss_tokens.max(1) as f32;
        let (norm, gradients) = clip_gradients(&self.trained.model, all.grads(), stage.optimizer.clip_norm);
        // They would make all weights and the next checkpoint invalid.
        if !(loss.is_finite() && norm.is_finite()) {
            return Err(Error::Diverged { step: self.state.step + 1 });
        }
        self.state.step += 1;
        let rate = stage.optimizer.rate(self.state.step, steps);
        self.trained.change(|model| optimizer.step(rate, model, gradients));
        let seconds = started.elapsed().as_secs_f64();
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

    /// Runs `work` on the model and each worker's share of some examples.
    fn forward<R: Send>(
        &self,
        examples: &[&Example],
        work: impl Fn(&Llama, &BatchInputs) -> R + Sync,
    ) -> Vec<R> {
        let trained = &*self.trained;
        let counted: Vec<&Example> =
            examples.iter().filter(|example| example.loss_tokens() > 0).copied().collect();
        let shares = self.workers.shares(&counted).map(batches::batch_arrays).collect();
        self.workers.map(shares, |arrays| work(&trained.model, &BatchInputs::new(arrays, trained)))
    }

    fn held_out_loss(&self, held_out: &[Example]) -> f32 {
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

/// Identifies a run: a hash of its initial weights, data and settings.
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
