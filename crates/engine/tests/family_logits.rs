//! Every family that Wasan reads against transformers: all logits of three random models each, imported from a folder
//! and from a GGUF file.

mod support {
    pub mod device;
    pub mod imported;
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Device, Llama, Probe};
use model_files::Quantization;
use safetensors::SafeTensors;
use support::device::device;
use support::imported::imported;

/// Only the KV cache rounds (to f16), which moves these logits by at most 0.013 in float64; leaving out any feature
/// moves them by 0.3 and more (`expected.json`). Their standard deviation is about 2.
const ALLOWED: f32 = 0.02;
/// Lengths of prompts that are prefilled: by matrix-vector products (up to 8 columns) and by tiles.
const PROMPTS: [usize; 5] = [1, 2, 9, 24, 40];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/families").join(name)
}

/// The three models of a family: their folders on an adapter's plain variant, their GGUF files on its fullest.
fn equals_transformers(family: &str) {
    let (plain, fullest) = (device(false, false), device(true, true));
    for model in ["a", "b", "c"] {
        let name = format!("{family}-{model}");
        let expected = Expected::read(&name);
        for (device, form) in [(&plain, "hf"), (&fullest, "model.gguf")] {
            let worst = expected.largest_difference(device, &data(&name).join(form));
            println!("{name}/{form}: off by {worst:?} (prefilled, decoded)");
            assert!(worst.iter().all(|worst| *worst < ALLOWED), "{name}/{form}: off by {worst:?}");
        }
    }
}

/// A sequence, and the logits at each of its positions.
struct Expected {
    ids: Vec<u32>,
    logits: Vec<Vec<f32>>,
}

impl Expected {
    fn read(name: &str) -> Self {
        let file = std::fs::read(data(name).join("expected.safetensors")).expect("reads");
        let file = SafeTensors::deserialize(&file).expect("parses");
        let words = |name: &str| -> Vec<u32> {
            let (words, _) = file.tensor(name).expect("a tensor").data().as_chunks();
            words.iter().map(|word| u32::from_le_bytes(*word)).collect()
        };
        let ids = words("ids");
        let logits: Vec<f32> = words("logits").into_iter().map(f32::from_bits).collect();
        Self { logits: logits.chunks(logits.len() / ids.len()).map(<[f32]>::to_vec).collect(), ids }
    }

    /// Over all compared logits, with prompts of several lengths, and decoding token after token.
    fn largest_difference(&self, device: &Device, source: &Path) -> [f32; 2] {
        let (_folder, model) = imported(source, Quantization::F16);
        let llama = Llama::load(device, &model, &mut |_, _| {}).expect("loads");
        let context = self.ids.len() as u32 + 1;
        let mut probe = Probe::new(device, &[(Arc::new(llama), 1.0)], context).expect("fits");
        let (mut prefilled, mut decoded) = (0.0, 0.0);
        for length in PROMPTS {
            let (row, _) = probe.start(&self.ids[..length]).expect("runs");
            prefilled = f32::max(prefilled, largest(&row, &self.logits[length - 1]));
        }
        let (row, _) = probe.start(&self.ids[..1]).expect("runs");
        decoded = f32::max(decoded, largest(&row, &self.logits[0]));
        for (id, expected) in self.ids.iter().zip(&self.logits).skip(1) {
            let (row, _) = probe.feed(*id).expect("runs");
            decoded = f32::max(decoded, largest(&row, expected));
        }
        [prefilled, decoded]
    }
}

/// Infinite for logits that are not numbers.
fn largest(row: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(row.len(), expected.len());
    let differences = row.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.map(|d| if d.is_nan() { f32::INFINITY } else { d }).fold(0.0, f32::max)
}

#[test]
fn llama() {
    equals_transformers("llama");
}

#[test]
fn mistral() {
    equals_transformers("mistral");
}

#[test]
fn qwen_2() {
    equals_transformers("qwen2");
}

#[test]
fn qwen_3() {
    equals_transformers("qwen3");
}

#[test]
fn gemma_3() {
    equals_transformers("gemma3");
}

#[test]
fn hunyuan() {
    equals_transformers("hunyuan");
}
