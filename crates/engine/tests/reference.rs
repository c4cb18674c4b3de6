//! Compares whole models with reference logits of higher precision.

mod support {
    pub mod device;
    pub mod imported;
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Device, Llama, Probe};
use model_files::{Model, Quantization};
use safetensors::SafeTensors;
use support::device::device;
use support::imported::imported;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn probe(device: &Device, model: &Model, context: u32) -> Probe {
    let llama = Llama::load(device, model, &mut |_, _| {}).expect("loads");
    Probe::new(device, &[(Arc::new(llama), 1.0)], context).expect("fits")
}

/// The three families, on the plain and the fullest variant, prefilled and fed one token at a time. Only the KV
/// cache rounds (to f16): a few 1e-3 of logits whose standard deviation is 1 to 4.
#[test]
fn tiny_llamas_equal_transformers() {
    for name in ["tiny-llama2", "tiny-llama3.1", "tiny-llama3.2"] {
        let expected = std::fs::read(data(name).join("expected.safetensors")).expect("reads");
        let expected = SafeTensors::deserialize(&expected).expect("parses");
        let ids: Vec<u32> = ints(expected.tensor("ids").expect("ids").data());
        let positions: Vec<u32> = ints(expected.tensor("positions").expect("positions").data());
        let logits: Vec<f32> =
            ints(expected.tensor("logits").expect("logits").data()).into_iter().map(f32::from_bits).collect();
        let vocab = logits.len() / positions.len();
        let (_folder, model) = imported(&data(name), Quantization::F16);
        for (half, subgroup) in [(false, false), (true, true)] {
            let mut probe = probe(&device(half, subgroup), &model, 402);
            for (&position, row) in positions.iter().zip(logits.chunks(vocab)) {
                let (got, picked) = probe.start(&ids[..=position as usize]).expect("runs");
                let worst = got.iter().zip(row).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 0.02, "{name} at {position}: off by {worst}");
                let first = (0..vocab).max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("tokens");
                assert_eq!(picked.token as usize, first, "{name} at {position}");
            }
            // The same positions by decode steps, from a prompt of one token.
            let mut row = probe.start(&ids[..1]).expect("runs").0;
            for (step, &id) in ids.iter().enumerate().skip(1).take(64) {
                row = probe.feed(id).expect("runs").0;
                if let Some(place) = positions.iter().position(|&p| p as usize == step) {
                    let expected = &logits[place * vocab..][..vocab];
                    let worst = row.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(worst < 0.02, "{name} decoding {step}: off by {worst}");
                }
            }
            assert_eq!(row.len(), vocab);
        }
    }
}

fn ints(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
