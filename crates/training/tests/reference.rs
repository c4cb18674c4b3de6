//! Losses, gradients and 20 AdamW steps against PyTorch in float64.

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData};
use safetensors::SafeTensors;
use serde_json::Value;
use training::llama::{Llama, Positions};
use training::loss::cross_entropy;
use training::weights::tensors;
use training::{Backend, OptimizerOptions, TrainedModel, clip_gradients};

type Named = BTreeMap<String, Vec<f64>>;

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "reference", name].iter().collect()
}

fn floats(name: &str) -> Named {
    let bytes = std::fs::read(path(name)).expect("the reference is there");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let read = |data: &[u8]| {
        data.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes(b.try_into().expect("4 bytes")))).collect()
    };
    file.tensors().into_iter().map(|(name, view)| (name, read(view.data()))).collect()
}

fn ints(name: &str, tensor: &str) -> Vec<i64> {
    let bytes = std::fs::read(path(name)).expect("the reference is there");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let data = file.tensor(tensor).expect("the tensor").data().to_vec();
    data.chunks_exact(4).map(|b| i64::from(i32::from_le_bytes(b.try_into().expect("4 bytes")))).collect()
}

/// Root of the sum of squared differences over that of squares.
fn relative(found: &Named, expected: &Named) -> f64 {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let (mut apart, mut size) = (0.0, 0.0);
    for (found, expected) in found.values().zip(expected.values()) {
        assert_eq!(found.len(), expected.len());
        apart += found.iter().zip(expected).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        size += expected.iter().map(|b| b.powi(2)).sum::<f64>();
    }
    (apart / size).sqrt()
}

fn values(model: &Llama) -> Named {
    tensors(model).into_iter().map(|(name, (_, v))| (name, v.into_iter().map(f64::from).collect())).collect()
}

/// A model with the gradients as weights, so that they get the same names and layout.
fn gradients_as_weights(model: &Llama, gradients: &GradientsParams) -> Llama {
    struct Put<'a>(&'a GradientsParams);
    impl burn::module::ModuleMapper for Put<'_> {
        fn map_float<const D: usize>(
            &mut self,
            param: burn::module::Param<Tensor<D>>,
        ) -> burn::module::Param<Tensor<D>> {
            let gradient = self.0.get::<D>(param.id).expect("every parameter has a gradient");
            param.map(|_| Tensor::from_inner(gradient))
        }
    }
    model.clone().map(&mut Put(gradients))
}

#[test]
fn losses_gradients_and_weights_equal_the_reference() {
    compare_training(&Device::flex().autodiff());
}

/// On a GPU or a software driver.
#[test]
fn losses_gradients_and_weights_on_a_gpu_equal_the_reference() {
    compare_training(&Backend::Wgpu.open().expect("a driver of Vulkan, Metal or DX12"));
}

fn compare_training(device: &Device) {
    let expected: Value =
        serde_json::from_slice(&std::fs::read(path("expected.json")).expect("read")).expect("JSON");
    let tolerance = |name: &str| expected["tolerance"][name].as_f64().expect("a number");
    // The reference model has no tokenizer, and this test needs none.
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(path("initial").join(file), folder.path().join(file)).expect("copied");
    }
    std::fs::write(folder.path().join("tokenizer.json"), "{}").expect("written");
    let mut trained = TrainedModel::open(folder.path(), device).expect("opened");
    let options = OptimizerOptions {
        learning_rate: 0.003,
        betas: (0.9, 0.95),
        epsilon: 1e-8,
        weight_decay: 0.01,
        ..Default::default()
    };
    let mut optimizer = options.build(&trained.model);
    let (batch, length) = (4, 32);
    let a = trained.architecture;
    let positions = Positions::new(a.heads, a.kv_heads, &trained.rope_inv_freq, length, device);
    let all_ids = ints("batches.safetensors", "ids");
    let masks = ints("batches.safetensors", "loss_mask");
    for step in 0..20 {
        let ids = &all_ids[step * batch * (length + 1)..][..batch * (length + 1)];
        let mask = &masks[step * batch * length..][..batch * length];
        let read: Vec<i64> = ids.chunks(length + 1).flat_map(|row| &row[..length]).copied().collect();
        let next: Vec<i64> = ids.chunks(length + 1).flat_map(|row| &row[1..]).copied().collect();
        let rows: Vec<i64> = (0..batch * length).filter(|&at| mask[at] == 1).map(|at| at as i64).collect();
        let targets: Vec<i64> = rows.iter().map(|&at| next[at as usize]).collect();
        let count = rows.len();
        let tensor = |values: Vec<i64>| Tensor::<1, Int>::from_data(TensorData::new(values, [count]), device);
        let read = Tensor::<2, Int>::from_data(TensorData::new(read, [batch, length]), device);

        let model = &trained.model;
        let logits = model.logits(model.hidden(read, &positions).select(0, tensor(rows)));
        let loss = cross_entropy(logits, tensor(targets), 1.0 / count as f32);
        let value = f64::from(loss.sum.into_scalar::<f32>()) / count as f64;
        let known = expected["losses"][step].as_f64().expect("a number");
        let allowed = if step == 0 { tolerance("loss_step0") } else { known * tolerance("losses_relative") };
        assert!((value - known).abs() <= allowed, "step {step}: loss {value}, expected {known}");

        let gradients = GradientsParams::from_grads(loss.surrogate.backward(), model);
        let (norm, gradients) = clip_gradients(model, gradients, 0.0);
        let known = expected["gradient_norms"][step].as_f64().expect("a number");
        assert!((f64::from(norm) / known - 1.0).abs() < 1e-3, "step {step}: norm {norm}, expected {known}");
        if step == 0 {
            let found = values(&gradients_as_weights(model, &gradients));
            let apart = relative(&found, &floats("gradients_step0.safetensors"));
            assert!(apart <= tolerance("gradient_relative_l2"), "gradients are {apart} apart");
        }
        trained.model = optimizer.step(options.learning_rate, trained.model.clone(), gradients);
    }
    let apart = relative(&values(&trained.model), &floats("weights_after_20_steps.safetensors"));
    assert!(apart <= tolerance("weights_relative_l2_after_20_steps"), "weights are {apart} apart");
}

/// Real families: RoPE scaling, grouped-query and multi-head attention, tied and untied heads.
#[test]
fn logits_of_tiny_llamas_equal_transformers() {
    let device = Device::flex().autodiff();
    for name in ["tiny-llama2", "tiny-llama3.1", "tiny-llama3.2"] {
        let data: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../engine/tests/data", name].iter().collect();
        let folder = tempfile::tempdir().expect("a folder");
        for file in ["config.json", "model.safetensors"] {
            std::fs::copy(data.join(file), folder.path().join(file)).expect("copied");
        }
        std::fs::write(folder.path().join("tokenizer.json"), "{}").expect("written");
        let trained = TrainedModel::open(folder.path(), &device).expect("opened");
        let bytes = std::fs::read(data.join("expected.safetensors")).expect("read");
        let file = SafeTensors::deserialize(&bytes).expect("safetensors");
        let words = |tensor: &str| -> Vec<u32> {
            let data = file.tensor(tensor).expect("the tensor").data().to_vec();
            data.chunks_exact(4).map(|b| u32::from_le_bytes(b.try_into().expect("4 bytes"))).collect()
        };
        let (ids, positions, logits) = (words("ids"), words("positions"), words("logits"));
        let rows = logits.chunks(logits.len() / positions.len());
        for (&position, row) in positions.iter().zip(rows) {
            let found = trained.logits_after(&ids[..=position as usize]);
            assert_eq!(found.len(), row.len());
            let apart =
                found.iter().zip(row).map(|(a, b)| (a - f32::from_bits(*b)).abs()).fold(0.0, f32::max);
            // 32 bits, angles of hundreds of radians among them; logits have a standard deviation of 1 to 4.
            assert!(apart < 5e-3, "{name} at {position}: {apart}");
        }
    }
}
