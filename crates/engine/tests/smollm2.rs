//! A real model with the blocks of its GGUF file: SmolLM2-135M-Instruct against logits and greedy tokens computed in
//! float32 by Hugging Face transformers from the exactly dequantized blocks.

mod support {
    pub mod device;
    pub mod imported;
}

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use engine::{Llama, Probe};
use model_files::Quantization;
use serde::Deserialize;
use support::device::device;
use support::imported::imported;

#[derive(Deserialize)]
struct Expected {
    ids: Vec<u32>,
    /// (token, logit) after the last id.
    top20: Vec<(u32, f32)>,
    greedy32: Vec<u32>,
    /// First logit minus second at each step.
    greedy_margins: Vec<f32>,
}

// Only the KV cache rounds (to f16); a row's logits have a standard deviation of 2 to 4.
const TOLERANCE: f32 = 0.05;
// Below this the first two may change places.
const MARGIN: f32 = 0.05;

#[test]
fn smollm2_equals_transformers() {
    let file = std::env::var_os("WASAN_SMOLLM2").map(PathBuf::from);
    let file =
        file.expect("WASAN_SMOLLM2 must name the GGUF file: `cargo xtask test` fetches it and says where");
    let (_folder, model) = imported(&file, Quantization::F16);
    let device = device(true, true);
    let llama = Llama::load(&device, &model, &mut |_, _| {}).expect("loads");
    let text = include_str!("data/smollm2-135m/expected.json");
    let prompts: BTreeMap<String, Expected> = serde_json::from_str(text).expect("parses");
    assert_eq!(prompts.len(), 6);
    let longest = prompts.values().map(|expected| expected.ids.len() + 32).max().unwrap_or(0);
    let mut probe = Probe::new(&device, &[(Arc::new(llama), 1.0)], longest as u32 + 1).expect("fits");
    for (name, expected) in &prompts {
        let (row, mut picked) = probe.start(&expected.ids).expect("runs");
        let worst = expected.top20.iter().map(|&(id, logit)| (row[id as usize] - logit).abs());
        let worst = worst.fold(0.0, f32::max);
        println!("{name}: {} tokens, logits off by {worst:.4}", expected.ids.len());
        assert!(worst < TOLERANCE, "{name}: off by {worst}");
        for (step, (&token, &margin)) in expected.greedy32.iter().zip(&expected.greedy_margins).enumerate() {
            if picked.token != token {
                println!("{name}: step {step} chose {} for {token}, margin {margin}; forced", picked.token);
                assert!(
                    margin <= MARGIN,
                    "{name}: step {step}, {} for {token}, margin {margin}",
                    picked.token
                );
            }
            picked = probe.feed(token).expect("runs").1;
        }
    }
}
