//! A real model with the blocks of its GGUF file: SmolLM2-135M-Instruct against logits and greedy tokens computed in
//! float32 by Hugging Face transformers from the exactly dequantized blocks.

mod support {
    pub mod device;
    pub mod imported;
}

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use engine::{Batch, BatchOptions, Event, Joint, JointOptions, Llama, Request};
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
// Below this the first two may swap.
const MARGIN: f32 = 0.05;

#[test]
fn smollm2_equals_transformers() {
    let file = std::env::var_os("WASAN_SMOLLM2").map(PathBuf::from);
    let file =
        file.expect("WASAN_SMOLLM2 must name the GGUF file: `cargo xtask test` fetches it and says where");
    let (_folder, model) = imported(&file, Quantization::F16);
    let device = device(true, true);
    let llama = Arc::new(Llama::load(&device, &model, &mut |_, _| {}).expect("loads"));
    let text = include_str!("data/smollm2-135m/expected.json");
    let prompts: BTreeMap<String, Expected> = serde_json::from_str(text).expect("parses");
    assert_eq!(prompts.len(), 6);
    let room = JointOptions { sequences: 6, context: 401 };
    let joint = Joint::new(&device, &[(llama, 1.0)], &room).expect("fits");
    // With one step at a time the summed logits are those of the last step.
    let mut batch = Batch::new(joint, BatchOptions { ahead: 1, ..BatchOptions::default() });

    let mut running = HashMap::new();
    for (name, expected) in &prompts {
        running.insert(batch.add(request(expected, 0)), (name, expected, 0));
    }
    batch.step().expect("steps");
    for (column, (name, expected)) in prompts.iter().enumerate() {
        let row = batch.joint().summed_logits(column as u32).expect("reads");
        let off = expected.top20.iter().map(|&(id, logit)| (row[id as usize] - logit).abs());
        let worst = off.fold(0.0, f32::max);
        println!("{name}: {} tokens, logits off by {worst:.4}", expected.ids.len());
        assert!(worst < TOLERANCE, "{name}: off by {worst}");
    }
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            let Event::Finished(id, outputs) = event else { continue };
            let (name, expected, from) = running.remove(&id).expect("one of ours");
            let got = outputs[0].tokens.iter().map(|token| token.id);
            let differs = got.zip(&expected.greedy32[from..]).position(|(got, expected)| got != *expected);
            assert!(differs.is_some() || outputs[0].tokens.len() == 32 - from, "{name}: cut short");
            if let Some(step) = differs.map(|step| from + step) {
                let margin = expected.greedy_margins[step];
                println!("{name}: another token at step {step}, margin {margin}; forced");
                assert!(margin <= MARGIN, "{name}: another token at step {step}, margin {margin}");
                if step < 31 {
                    running.insert(batch.add(request(expected, step + 1)), (name, expected, step + 1));
                }
            }
        }
    }
    assert!(running.is_empty());
}

/// The prompt and the first `from` expected tokens, to be continued up to 32.
fn request(expected: &Expected, from: usize) -> Request {
    Request {
        prompts: vec![[expected.ids.as_slice(), &expected.greedy32[..from]].concat()],
        // If the source repeats itself, the output may, too.
        source: vec![0; 12],
        limit: (32 - from) as u32,
        alternatives: 1,
        ..Request::default()
    }
}
