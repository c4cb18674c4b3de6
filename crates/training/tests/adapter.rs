//! LoRA: B = 0 changes nothing, the base is unchanged, merging keeps the outputs, PEFT files can be read back.

mod common;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use common::{architecture, byte_tokenizer, examples};
use model_files::Architecture;
use training::adapter::{AdapterOptions, Projection};
use training::frozen::FrozenPrecision;
use training::llama::Positions;
use training::weights::{Precision, tensors};
use training::{OptimizerOptions, RunOptions, SpecialTokens, Stage, TrainedModel, train};

fn model() -> TrainedModel {
    let special = SpecialTokens { bos: 0, end: 1, pad: 2 };
    TrainedModel::new(architecture(), special, byte_tokenizer(), 3, &Device::flex().autodiff())
        .expect("a model")
}

fn options(frozen: FrozenPrecision) -> AdapterOptions {
    AdapterOptions {
        rank: 4,
        alpha: 8.0,
        projections: vec![Projection::Q, Projection::V, Projection::Down],
        frozen,
    }
}

fn logits(model: &TrainedModel) -> Vec<f32> {
    let a = &model.architecture;
    let positions = Positions::new(a.heads, a.kv_heads, &model.rope_inv_freq, 7, &model.device);
    let ids: Vec<i64> = vec![0, 5, 9, 3, 17, 30, 8];
    let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [1, 7]), &model.device);
    let logits = model.model.logits(model.model.hidden(ids, &positions));
    logits.inner().into_data().iter::<f32>().collect()
}

fn max_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn train_adapter(model: &mut TrainedModel, folder: &std::path::Path) {
    let optimizer = OptimizerOptions { learning_rate: 1e-2, ..Default::default() };
    let stages = [Stage {
        name: "finetune".into(),
        examples: examples(40),
        held_out: Vec::new(),
        epochs: 2.0,
        patience: 0,
        optimizer,
    }];
    let run = RunOptions { micro_tokens: 128, ..Default::default() };
    train(model, &stages, &run, folder, &mut |_| ControlFlow::Continue(())).expect("trained");
}

#[test]
fn a_new_adapter_changes_nothing() {
    let mut model = model();
    let before = logits(&model);
    model.adapt(options(FrozenPrecision::F32), 1).expect("adapted");
    assert_eq!(logits(&model), before);
}

#[test]
fn a_frozen_base_in_fewer_bits_is_near_the_base() {
    for (frozen, allowed) in [(FrozenPrecision::F16, 2e-3), (FrozenPrecision::Q8, 5e-2)] {
        let mut model = model();
        let before = logits(&model);
        model.adapt(options(frozen), 1).expect("adapted");
        let apart = max_difference(&logits(&model), &before);
        assert!(apart > 0.0 && apart < allowed, "{frozen:?}: {apart}");
    }
}

#[test]
fn frozen_weights_are_stored_in_fewer_bits() {
    struct Bytes(usize, usize);
    impl ModuleVisitor for Bytes {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let (count, dtype) = (param.shape().num_elements(), param.base().dtype());
            let size = match dtype {
                DType::F32 => 4,
                DType::F16 => 2,
                DType::QFloat(_) => 1,
                other => panic!("{other:?}"),
            };
            (self.0, self.1) = (self.0 + count * size, self.1 + count);
        }
    }
    let of = |frozen| {
        let mut model = model();
        model
            .adapt(AdapterOptions { rank: 1, projections: vec![Projection::Q], ..options(frozen) }, 1)
            .expect("adapted");
        let mut bytes = Bytes(0, 0);
        model.model.visit(&mut bytes);
        bytes.0 as f64 / bytes.1 as f64
    };
    // Norms and the adapter keep 32 bits.
    assert!(
        of(FrozenPrecision::F32) == 4.0 && of(FrozenPrecision::F16) < 2.1 && of(FrozenPrecision::Q8) < 1.3
    );
}

#[test]
fn training_changes_only_the_adapter_and_merging_keeps_the_outputs() {
    let exact = model();
    let base = tensors(&exact.model);
    let folder_of_base = tempfile::tempdir().expect("a folder");
    exact.save(folder_of_base.path()).expect("saved");
    // Weights frozen in fewer bits are merged into the original base.
    for (frozen, allowed) in
        [(FrozenPrecision::F32, 1e-5), (FrozenPrecision::F16, 2e-3), (FrozenPrecision::Q8, 5e-2)]
    {
        let device = Device::flex().autodiff();
        let mut model = TrainedModel::open_frozen(folder_of_base.path(), frozen, &device).expect("opened");
        model.adapt(options(frozen), 1).expect("adapted");
        let before = logits(&model);
        let folder = tempfile::tempdir().expect("a folder");
        train_adapter(&mut model, folder.path());
        let after = logits(&model);
        assert!(max_difference(&after, &before) > 1e-3, "{frozen:?}: nothing changed");
        let folder = tempfile::tempdir().expect("a folder");
        model.write(folder.path(), Precision::F32, Some(folder_of_base.path())).expect("written");
        let merged = TrainedModel::open(folder.path(), &device).expect("opened");
        let apart = max_difference(&logits(&merged), &after);
        assert!(apart < allowed, "{frozen:?}: merged is {apart} apart");
        let merged = tensors(&merged.model);
        let changed = |name: &str| merged[name].1 != base[name].1;
        assert!(changed("model.layers.0.self_attn.q_proj.weight"));
        for name in
            ["model.embed_tokens.weight", "model.norm.weight", "model.layers.0.self_attn.k_proj.weight"]
        {
            assert!(!changed(name), "{name}");
        }
    }
}

#[test]
fn a_base_that_was_replaced_during_training_is_refused() {
    let mut trained = model();
    trained.adapt(options(FrozenPrecision::Q8), 1).expect("adapted");
    let smaller = Architecture { layers: 1, ..architecture() };
    let special = SpecialTokens { bos: 0, end: 1, pad: 2 };
    let other = TrainedModel::new(smaller, special, byte_tokenizer(), 3, &Device::flex().autodiff());
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    other.expect("a model").save(folders[0].path()).expect("saved");
    let written = trained.write(folders[1].path(), Precision::F32, Some(folders[0].path()));
    assert!(written.expect_err("refused").to_string().contains("base has a different shape"));
}

#[test]
fn an_adapter_is_restored_from_its_peft_file() {
    let mut trained = model();
    trained.adapt(options(FrozenPrecision::F32), 1).expect("adapted");
    let folder = tempfile::tempdir().expect("a folder");
    train_adapter(&mut trained, &folder.path().join("run"));
    trained.save(folder.path()).expect("saved");

    let bytes = std::fs::read(folder.path().join("adapter_model.safetensors")).expect("written");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let shapes: BTreeMap<_, _> =
        file.tensors().into_iter().map(|(name, view)| (name, view.shape().to_vec())).collect();
    let a = architecture();
    assert_eq!(shapes.len(), a.layers * 3 * 2);
    let name = |rest: &str| format!("base_model.model.model.layers.1.{rest}.weight");
    assert_eq!(shapes[&name("mlp.down_proj.lora_A")], [4, a.feed_forward]);
    assert_eq!(shapes[&name("mlp.down_proj.lora_B")], [a.hidden_size, 4]);

    let mut other = model();
    other.adapt(options(FrozenPrecision::F32), 9).expect("adapted");
    assert_ne!(logits(&other), logits(&trained));
    other.restore(folder.path()).expect("restored");
    assert_eq!(logits(&other), logits(&trained));
}

#[test]
fn an_adapter_of_another_rank_is_refused() {
    let mut trained = model();
    trained.adapt(options(FrozenPrecision::F32), 1).expect("adapted");
    let folder = tempfile::tempdir().expect("a folder");
    trained.save(folder.path()).expect("saved");
    let mut other = model();
    other.adapt(AdapterOptions { rank: 2, ..options(FrozenPrecision::F32) }, 1).expect("adapted");
    assert!(other.restore(folder.path()).is_err());
}
