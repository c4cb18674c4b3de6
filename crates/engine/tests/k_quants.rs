//! Random three-layer models of every nested layout, and of the mixtures that files have, against a reference in f64.

mod support {
    pub mod device;
    pub mod random_model;
    pub mod reference_llama;
}

use std::sync::Arc;

use engine::{Device, DeviceOptions, Llama, Probe};
use model_files::{Architecture, Layout};
use support::device::device;
use support::random_model::random_parts;
use support::reference_llama::{Frequencies, hidden, inverse_frequencies, off_by, times};

/// In standard deviations of the logits, where only the KV cache rounds to f16.
const ALLOWED: f64 = 0.01;
/// Where nothing does.
const ALLOWED_F32: f64 = 2e-5;

fn small() -> Architecture {
    Architecture {
        vocab_size: 300,
        hidden_size: 256,
        layers: 3,
        heads: 4,
        kv_heads: 2,
        feed_forward: 512,
        max_positions: 64,
        norm_eps: 1e-5,
        tied_head: false,
        ..Architecture::llama(64)
    }
}

fn check(name: &str, layout: impl Fn(&str) -> Layout) {
    let a = small();
    let turns = inverse_frequencies(a.head_dim, 10_000.0, None);
    let model = random_parts(&a, layout, 5, [&turns, &turns]);
    let tokens: Vec<u32> = (0..24u32).map(|i| (i * 37 + 11) % 300).collect();
    let stream = hidden(&model, &tokens, Frequencies::same(&turns));
    let expected = times(&model.matrix("head").expect("a matrix"), &stream);
    let exact = DeviceOptions { cache_f32: true, ..DeviceOptions::default() };
    let exact = Device::open(&exact).expect("a device");
    for (device, allowed) in
        [(device(true, true), ALLOWED), (device(false, false), ALLOWED), (exact, ALLOWED_F32)]
    {
        let llama = Arc::new(Llama::load(&device, &model, &mut |_, _| {}).expect("loads"));
        assert_eq!(llama.bytes_per_token(), bytes_per_token(&model));
        let mut probe = Probe::new(&device, &[(llama, 1.0)], 32).expect("fits");
        let mut got = Vec::new();
        for count in 1..=tokens.len() {
            // The first by a matrix-vector product alone, the longest by tiles; the others token after token.
            let row = match count {
                1 | 24 => probe.start(&tokens[..count]),
                _ => probe.feed(tokens[count - 1]),
            };
            got.push(row.expect("runs").0.into_iter().map(f64::from).collect());
        }
        let worst = off_by(&got, &expected).into_iter().fold(0.0, f64::max);
        println!("{name}: off by {worst:.7} of {allowed}");
        assert!(worst < allowed, "{name}: off by {worst}");
    }
}

fn bytes_per_token(model: &model_files::Model) -> u64 {
    let matrices = &model.info().matrices;
    matrices.iter().filter(|(name, _)| *name != "embed").map(|(_, matrix)| matrix.bytes()).sum()
}

#[test]
fn every_nested_layout() {
    for (name, layout) in [
        ("Q2_K", Layout::Q2_K),
        ("Q3_K", Layout::Q3_K),
        ("Q4_K", Layout::Q4_K),
        ("Q5_K", Layout::Q5_K),
        ("Q6_K", Layout::Q6_K),
    ] {
        check(name, |_| layout);
    }
}

#[test]
fn parts_of_different_layouts() {
    check("as Q4_K_M", |tensor| match tensor {
        "v" | "down" | "head" => Layout::Q6_K,
        _ => Layout::Q4_K,
    });
    check("gate and up apart", |tensor| match tensor {
        "up" | "v" => Layout::Q5_K,
        "gate" => Layout::Q3_K,
        "o" => Layout::F16,
        _ => Layout::Q4,
    });
}
