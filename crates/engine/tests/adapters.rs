//! LoRA adapters apart from their base give the logits of merged weights, and share the base's memory.

mod support {
    pub mod device;
}

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Device, Llama, Probe, map_file};
use half::f16;
use model_files::{ImportOptions, Model, Quantization};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize_to_file};
use support::device::device;

const RANK: usize = 5;
const ALPHA: f32 = 10.0;
const TOKENS: [u32; 40] = {
    let mut tokens = [1; 40];
    let mut i = 1;
    while i < tokens.len() {
        tokens[i] = (i as u32 * 197 + 31) % 509 + 3;
        i += 1;
    }
    tokens
};

type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Numbers around 0 from a linear congruence.
struct Random(u64);

impl Random {
    fn values(&mut self, count: usize, scale: f32) -> Vec<f32> {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        (0..count).map(|_| f16::from_f32(next() * scale).to_f32()).collect()
    }
}

fn write(path: &Path, tensors: &Tensors) {
    let bytes: Vec<Vec<u8>> =
        tensors.values().map(|(_, values)| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, (shape, _)), bytes)| {
        (name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("fits"))
    });
    serialize_to_file(views, None, path).expect("writes");
}

/// A folder with the model `base`, the adapter `peft` of the projections `adapted`, and `merged`.
fn sources(adapted: &[&str], seed: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiny-llama3.2");
    for name in ["base", "merged", "peft"] {
        fs::create_dir(at(name)).expect("a folder");
        for file in ["config.json", "generation_config.json"].iter().filter(|_| name != "peft") {
            fs::copy(from.join(file), at(name).join(file)).expect("copies");
        }
    }
    let bytes = fs::read(from.join("model.safetensors")).expect("reads");
    let mut weights: Tensors = SafeTensors::deserialize(&bytes)
        .expect("parses")
        .iter()
        .map(|(name, tensor)| {
            let values = tensor.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32());
            (name.to_owned(), (tensor.shape().to_vec(), values.collect()))
        })
        .collect();
    write(&at("base/model.safetensors"), &weights);
    let (mut random, mut factors) = (Random(seed), Tensors::new());
    for (name, (shape, values)) in &mut weights {
        let module = name.trim_end_matches(".weight").to_owned();
        if !adapted.iter().any(|projection| module.ends_with(projection)) {
            continue;
        }
        let (rows, columns) = (shape[0], shape[1]);
        let (a, b) = (random.values(RANK * columns, 0.2), random.values(rows * RANK, 0.2));
        for (row, out) in values.chunks_mut(columns).enumerate() {
            for (column, out) in out.iter_mut().enumerate() {
                let product: f32 = (0..RANK).map(|k| b[row * RANK + k] * a[k * columns + column]).sum();
                *out += ALPHA / RANK as f32 * product;
            }
        }
        let factor = |name: &str| format!("base_model.model.{module}.{name}.weight");
        factors.insert(factor("lora_A"), (vec![RANK, columns], a));
        factors.insert(factor("lora_B"), (vec![rows, RANK], b));
    }
    write(&at("merged/model.safetensors"), &weights);
    write(&at("peft/adapter_model.safetensors"), &factors);
    let settings = format!(r#"{{"peft_type": "LORA", "r": {RANK}, "lora_alpha": {ALPHA}}}"#);
    fs::write(at("peft/adapter_config.json"), settings).expect("writes");
    folder
}

fn import(folder: &Path, source: &str, quantization: Quantization, base: Option<PathBuf>) -> Model {
    let target = folder.join(format!("{source}-imported"));
    let options = ImportOptions { quantization, base, ..ImportOptions::default() };
    model_files::import(&folder.join(source), &target, &options, &mut |_| ControlFlow::Continue(()))
        .expect("imports");
    Model::open(&target, &map_file).expect("opens")
}

fn load(device: &Device, model: &Model) -> Llama {
    Llama::load(device, model, &mut |_, _| {}).expect("loads")
}

/// The logits after a prompt, and after as many tokens fed one by one.
fn logits(device: &Device, llama: Llama) -> [Vec<f32>; 2] {
    let mut probe = Probe::new(device, &[(Arc::new(llama), 1.0)], 64).expect("fits");
    let (prompt, fed) = (probe.start(&TOKENS).expect("runs").0, probe.start(&TOKENS[..1]).expect("runs").0);
    [prompt, TOKENS[1..].iter().fold(fed, |_, &token| probe.feed(token).expect("runs").0)]
}

fn furthest(a: &[Vec<f32>; 2], b: &[Vec<f32>; 2]) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Merged weights and the factors both round to f16, which explains the difference.
#[test]
fn an_adapter_gives_the_logits_of_merged_weights() {
    let all = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
    for (seed, adapted) in
        [&all[..], &["q_proj", "v_proj"], &["up_proj"], &["down_proj", "gate_proj"]].iter().enumerate()
    {
        let folder = sources(adapted, seed as u64);
        let base = import(folder.path(), "base", Quantization::F16, None);
        let merged = import(folder.path(), "merged", Quantization::F16, None);
        let with_adapter =
            import(folder.path(), "peft", Quantization::F16, Some(folder.path().join("base-imported")));
        for (half, subgroup) in [(false, false), (true, true)] {
            let device = device(half, subgroup);
            let [base, merged, adapted] =
                [&base, &merged, &with_adapter].map(|model| logits(&device, load(&device, model)));
            let (off, moved) = (furthest(&adapted, &merged), furthest(&base, &merged));
            assert!(off < 0.02 && moved > 0.5, "{seed}: off by {off}, of {moved}");
        }
    }
}

#[test]
fn adapters_share_the_weights_of_their_base() {
    let folder = sources(&["q_proj", "up_proj"], 9);
    let base = import(folder.path(), "base", Quantization::Q8, None);
    let model = import(folder.path(), "peft", Quantization::Q8, Some(folder.path().join("base-imported")));
    let device = device(true, true);
    let whole = load(&device, &base);
    let before = device.memory_bytes();
    let adapted = whole.adapted(&model).expect("fits");
    let added = device.memory_bytes() - before;
    let read = adapted.bytes_per_token() - whole.bytes_per_token();
    assert!(added == read && 0 < added && added < before / 2, "{added} of {before}, reads {read} more");
    // The same bits as a model of its own.
    let alone = load(&device, &model);
    assert_eq!(logits(&device, adapted), logits(&device, alone));
    assert_eq!(logits(&device, whole.clone()), logits(&device, whole.adapted(&base).expect("fits")));
}
