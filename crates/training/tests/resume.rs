//! An interrupted run continues as if it had not been interrupted.

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use burn::tensor::Device;
use common::{architecture, byte_tokenizer, examples};
use training::adapter::{AdapterOptions, Projection};
use training::batches::Example;
use training::checkpoint::Checkpoints;
use training::frozen::FrozenPrecision;
use training::weights::tensors;
use training::{
    Ended, Error, Method, OptimizerOptions, RunOptions, SpecialTokens, Stage, StepReport, TrainedModel, train,
};

fn model() -> TrainedModel {
    let special = SpecialTokens { bos: 0, end: 1, pad: 2 };
    TrainedModel::new(architecture(), special, byte_tokenizer(), 3, &Device::flex().autodiff())
        .expect("a model")
}

fn stages() -> Vec<Stage> {
    let optimizer = |method| OptimizerOptions { method, learning_rate: 3e-3, ..Default::default() };
    vec![
        Stage {
            name: "pretrain".into(),
            examples: examples(60),
            held_out: examples(5),
            epochs: 1.5,
            patience: 0,
            optimizer: optimizer(Method::Muon),
        },
        Stage {
            name: "finetune".into(),
            examples: examples(30),
            held_out: examples(5),
            epochs: 2.0,
            patience: 0,
            optimizer: optimizer(Method::AdamW),
        },
    ]
}

/// Trains until `stop` says so; checkpoints after every step unless `save` is long.
fn run(model: &mut TrainedModel, folder: &Path, save: Duration, stop: impl Fn(&StepReport) -> bool) -> Ended {
    run_stages(&stages(), model, folder, save, stop)
}

fn run_stages(
    stages: &[Stage],
    model: &mut TrainedModel,
    folder: &Path,
    save: Duration,
    stop: impl Fn(&StepReport) -> bool,
) -> Ended {
    let options = RunOptions {
        micro_tokens: 64,
        accumulate: 2,
        save_every: save,
        held_out_every: 3,
        ..Default::default()
    };
    let mut report =
        |line: &StepReport| if stop(line) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    train(model, stages, &options, folder, &mut report).expect("trained")
}

fn one_stage(examples: Vec<Example>, clip_norm: f32) -> Vec<Stage> {
    let optimizer = OptimizerOptions { learning_rate: 3e-3, clip_norm, ..Default::default() };
    let (name, held_out) = ("finetune".into(), Vec::new());
    vec![Stage { name, examples, held_out, epochs: 2.0, patience: 0, optimizer }]
}

/// The losses and the weights of two steps over all of some examples.
fn two_steps(micro_tokens: usize, accumulate: usize) -> (Vec<f32>, Vec<f32>) {
    let options = RunOptions { micro_tokens, accumulate, ..Default::default() };
    let (mut model, mut losses) = (model(), Vec::new());
    let folder = tempfile::tempdir().expect("a folder");
    let mut report = |line: &StepReport| {
        losses.push(line.loss);
        ControlFlow::Continue(())
    };
    train(&mut model, &one_stage(examples(24), 1.0), &options, folder.path(), &mut report).expect("trained");
    (losses, tensors(&model.model).into_values().flat_map(|(_, values)| values).collect())
}

#[test]
fn accumulated_gradients_are_those_of_all_at_once() {
    let (losses, weights) = two_steps(4096, 1);
    let (same_losses, same_weights) = two_steps(48, 100);
    assert_eq!((losses.len(), same_losses.len()), (2, 2));
    let near = |a: &[f32], b: &[f32], allowed: f32| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= allowed);
    assert!(near(&losses, &same_losses, 1e-5), "{losses:?} {same_losses:?}");
    // Where a gradient is next to nothing, AdamW makes a whole step of its last bits.
    let apart = weights.iter().zip(&same_weights).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
    let size = weights.iter().map(|a| a * a).sum::<f32>().sqrt();
    assert!(weights.len() == same_weights.len() && apart < 1e-4 * size, "{apart} of {size}");
}

#[test]
fn non_finite_gradients_end_a_run_with_a_finite_loss() {
    let mut model = model();
    let norm = &mut model.model.norm.gamma;
    *norm = norm.clone().map(|gamma| gamma * 1e20);
    // The loss is a difference of these.
    let logits = model.logits_after(&examples(1)[0].ids);
    let of = |fold: fn(f32, f32) -> f32| logits.iter().copied().reduce(fold).expect("logits");
    assert!((of(f32::max) - of(f32::min)).is_finite());
    let before = tensors(&model.model);
    let folder = tempfile::tempdir().expect("a folder");
    let go_on = &mut |_: &StepReport| ControlFlow::Continue(());
    let stages = one_stage(examples(4), 1.0);
    let ended = train(&mut model, &stages, &RunOptions::default(), folder.path(), go_on);
    assert!(matches!(ended, Err(training::Error::Diverged { step: 1 })), "{ended:?}");
    assert_eq!(tensors(&model.model), before);
}

/// The log without timings.
fn curve(folder: &Path) -> Vec<(String, usize, u32, Option<u32>)> {
    let log = fs::read_to_string(folder.join(training::LOG_FILE)).expect("a log");
    let line = |line: &str| {
        let line: StepReport = serde_json::from_str(line).expect("JSON");
        (line.stage, line.step, line.loss.to_bits(), line.held_out_loss.map(f32::to_bits))
    };
    log.lines().map(line).collect()
}

#[test]
fn stopped_anywhere_a_run_gives_the_same_curve_and_weights() {
    let whole = tempfile::tempdir().expect("a folder");
    let mut unbroken = model();
    assert_eq!(run(&mut unbroken, whole.path(), Duration::MAX, |_| false), Ended::Finished);
    let expected = curve(whole.path());
    for stop_at in [1, 4, 8, 11] {
        let folder = tempfile::tempdir().expect("a folder");
        let (stage, step) = (&expected[stop_at].0, expected[stop_at].1);
        let stop = |line: &StepReport| line.stage == *stage && line.step == step;
        assert_eq!(run(&mut model(), folder.path(), Duration::MAX, stop), Ended::Stopped);
        let mut resumed = model();
        assert_eq!(run(&mut resumed, folder.path(), Duration::MAX, |_| false), Ended::Finished);
        assert_eq!(curve(folder.path()), expected, "stopped at {stop_at}");
        assert_eq!(tensors(&resumed.model), tensors(&unbroken.model), "stopped at {stop_at}");
    }
}

/// Stages whose held-out examples contradict the training examples, so that patience ends each of them.
fn impatient() -> Vec<Stage> {
    let hasty = |stage: Stage| {
        let optimizer = OptimizerOptions { learning_rate: 0.1, warm_up: 0.0, ..stage.optimizer };
        let reversed = |example: Example| Example { ids: example.ids.into_iter().rev().collect(), ..example };
        let held_out = examples(10).into_iter().map(reversed).collect();
        Stage { held_out, epochs: 20.0, patience: 2, optimizer, ..stage }
    };
    stages().into_iter().map(hasty).collect()
}

#[test]
fn patience_survives_an_interruption() {
    let whole = tempfile::tempdir().expect("a folder");
    let mut unbroken = model();
    run_stages(&impatient(), &mut unbroken, whole.path(), Duration::MAX, |_| false);
    let expected = curve(whole.path());
    let last: Vec<usize> = (0..expected.len())
        .filter(|&at| expected.get(at + 1).is_none_or(|next| next.0 != expected[at].0))
        .collect();
    let steps = |stage: &Stage| stage.examples.len() as f64 * stage.epochs / 12.0;
    for (&end, stage) in last.iter().zip(impatient()) {
        assert!((expected[end].1 as f64) < 0.8 * steps(&stage), "patience ended every stage early");
        // Just before the evaluation that ends it, in the middle of its patience, and at the very end.
        for stop_at in [end - 1, end - 3, end] {
            let folder = tempfile::tempdir().expect("a folder");
            let (stage, step) = (&expected[stop_at].0, expected[stop_at].1);
            let stop = |line: &StepReport| line.stage == *stage && line.step == step;
            let ended = run_stages(&impatient(), &mut model(), folder.path(), Duration::MAX, stop);
            assert_eq!(ended, Ended::Stopped);
            let mut resumed = model();
            run_stages(&impatient(), &mut resumed, folder.path(), Duration::MAX, |_| false);
            assert_eq!(curve(folder.path()), expected, "stopped at {stop_at}");
            assert_eq!(tensors(&resumed.model), tensors(&unbroken.model), "stopped at {stop_at}");
        }
    }
}

#[test]
fn patience_leaves_the_weights_of_the_lowest_loss() {
    let whole = tempfile::tempdir().expect("a folder");
    let mut patient = model();
    run_stages(&impatient(), &mut patient, whole.path(), Duration::MAX, |_| false);
    let evaluations = curve(whole.path()).into_iter().filter(|line| line.0 == "finetune" && line.3.is_some());
    let (_, best, ..) = evaluations.min_by_key(|line| line.3).expect("evaluations");
    let folder = tempfile::tempdir().expect("a folder");
    let mut stopped = model();
    let at_best = |line: &StepReport| line.stage == "finetune" && line.step == best;
    run_stages(&impatient(), &mut stopped, folder.path(), Duration::MAX, at_best);
    assert_eq!(tensors(&patient.model), tensors(&stopped.model));
}

#[test]
fn steps_after_the_last_checkpoint_are_repeated() {
    let whole = tempfile::tempdir().expect("a folder");
    run(&mut model(), whole.path(), Duration::MAX, |_| false);
    let folder = tempfile::tempdir().expect("a folder");
    run(&mut model(), folder.path(), Duration::ZERO, |line| line.step == 5);
    // As if power had failed two steps later: the log is ahead of the checkpoint.
    let log = folder.path().join(training::LOG_FILE);
    let ahead = fs::read_to_string(whole.path().join(training::LOG_FILE)).expect("a log");
    fs::write(&log, ahead.lines().take(7).flat_map(|line| [line, "\n"]).collect::<String>())
        .expect("written");
    run(&mut model(), folder.path(), Duration::MAX, |_| false);
    assert_eq!(curve(folder.path()), curve(whole.path()));
}

#[test]
fn a_checkpoint_of_other_data_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    run(&mut model(), folder.path(), Duration::ZERO, |line| line.step == 3);
    let other = [Stage { examples: examples(9), ..stages().remove(0) }];
    let error =
        train(
            &mut model(),
            &other,
            &RunOptions::default(),
            folder.path(),
            &mut |_| ControlFlow::Continue(()),
        );
    assert!(error.expect_err("refused").to_string().contains("other data or settings"));
}

#[test]
fn a_checkpoint_of_another_base_or_of_other_held_out_text_is_refused() {
    let bases = tempfile::tempdir().expect("a folder");
    let base = |seed: u64| {
        let path = bases.path().join(seed.to_string());
        let special = SpecialTokens { bos: 0, end: 1, pad: 2 };
        let device = Device::flex().autodiff();
        let new =
            TrainedModel::new(architecture(), special, byte_tokenizer(), seed, &device).expect("a model");
        fs::create_dir_all(&path).expect("a folder");
        new.save(&path).expect("saved");
        TrainedModel::open(&path, &device).expect("opened")
    };
    let folder = tempfile::tempdir().expect("a folder");
    run(&mut base(1), folder.path(), Duration::ZERO, |line| line.step == 3);
    let go_on = |stages: &[Stage], mut model: TrainedModel| {
        let options = RunOptions { micro_tokens: 64, accumulate: 2, held_out_every: 3, ..Default::default() };
        train(&mut model, stages, &options, folder.path(), &mut |_| ControlFlow::Break(()))
    };
    let refused = |ended: training::Result<Ended>| {
        ended.expect_err("refused").to_string().contains("other data or settings")
    };
    assert!(refused(go_on(&stages(), base(2))));
    let mut turned = base(1);
    turned.rope_inv_freq.iter_mut().for_each(|frequency| *frequency *= 0.5);
    assert!(refused(go_on(&stages(), turned)));
    let mut other = stages();
    other[0].held_out = examples(6);
    assert!(refused(go_on(&other, base(1))));
    assert!(go_on(&stages(), base(1)).is_ok());
}

#[test]
fn adapter_training_continues_after_an_interruption() {
    for frozen in [FrozenPrecision::F32, FrozenPrecision::Q8] {
        let adapted = || {
            let mut model = model();
            let projections = vec![Projection::Q, Projection::Down];
            let options = AdapterOptions { rank: 2, alpha: 4.0, projections, frozen };
            model.adapt(options, 1).expect("adapted");
            model
        };
        let whole = tempfile::tempdir().expect("a folder");
        let mut unbroken = adapted();
        run(&mut unbroken, whole.path(), Duration::MAX, |_| false);
        let folder = tempfile::tempdir().expect("a folder");
        let ended = run(&mut adapted(), folder.path(), Duration::MAX, |line| line.step == 4);
        assert_eq!(ended, Ended::Stopped);
        let mut resumed = adapted();
        run(&mut resumed, folder.path(), Duration::MAX, |_| false);
        assert_eq!(curve(folder.path()), curve(whole.path()), "{frozen:?}");
        assert_eq!(tensors(&resumed.model), tensors(&unbroken.model), "{frozen:?}");
    }
}

#[test]
fn a_checkpoint_that_was_being_replaced_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    run(&mut model(), folder.path(), Duration::ZERO, |line| line.step == 4);
    let (current, previous) = (folder.path().join("checkpoint"), folder.path().join("checkpoint.previous"));
    // Between the two renames there is none under the first name.
    fs::remove_dir_all(&previous).expect("a previous one");
    fs::rename(&current, &previous).expect("renamed");
    // Nor is it lost if the next one cannot be written either.
    let checkpoints = Checkpoints::new(folder.path());
    let full = || Error::NoExamples { reason: "none" };
    assert!(checkpoints.replace(&Default::default(), |_| Err(full())).is_err());
    assert_eq!(checkpoints.newest(), Some(current));
    let whole = tempfile::tempdir().expect("a folder");
    run(&mut model(), whole.path(), Duration::MAX, |_| false);
    run(&mut model(), folder.path(), Duration::MAX, |_| false);
    assert_eq!(curve(folder.path()), curve(whole.path()));
}
