//! The smallest members of the families in their real widths, heads and vocabularies, with random 4-bit weights. Most are
//! cut to two layers; Gemma 3 270M has all eighteen. Windows are shorter than real ones, to be felt within six tokens.

mod support {
    pub mod random_model;
    pub mod reference_llama;
}

use std::sync::Arc;
use std::time::Instant;

use engine::{Device, DeviceOptions, Llama, Probe};
use model_files::{Activation, Architecture, Family, HeadNorm, Layout, Window};
use support::random_model::random_model;
use support::reference_llama::{Columns, Frequencies, dot, hidden, inverse_frequencies, off_by, row_of};

const TOKENS: usize = 6;

/// Compares the logits of every 61st token after each of six tokens: fed one by one, and the last one prefilled.
fn check(a: &Architecture, thetas: [f64; 2]) {
    let begun = Instant::now();
    let [full, windowed] = thetas.map(|theta| inverse_frequencies(a.head_dim, theta, None));
    let model = random_model(a, Layout::Q4, 3, [&full, &windowed]);
    let device = Device::open(&DeviceOptions::default())
        .expect("the tests need a Vulkan driver; `cargo xtask test` installs one");
    let llama = Arc::new(Llama::load(&device, &model, &mut |_, _| {}).expect("loads"));
    let loaded = begun.elapsed();
    let mut probe = Probe::new(&device, &[(llama, 1.0)], 16).expect("fits");

    // The first and the last token of the vocabulary, and some between.
    let last = a.vocab_size as u32 - 1;
    let ids = [0, last, last / 2, last / 3, 65_536 % last, last - 1];
    let mut rows = vec![probe.start(&ids[..1]).expect("runs").0];
    for &id in &ids[1..] {
        rows.push(probe.feed(id).expect("runs").0);
    }
    rows.push(probe.start(&ids).expect("runs").0);
    let decoded = begun.elapsed();

    let head = model.matrix(if a.tied_head { "embed" } else { "head" }).expect("a matrix");
    let sampled: Vec<_> = (0..head.rows).rev().step_by(61).collect();
    let mut stream = hidden(&model, &ids, Frequencies { full: &full, windowed: &windowed });
    stream.push(stream[TOKENS - 1].clone());
    let mut expected: Columns = vec![Vec::new(); stream.len()];
    for &row in &sampled {
        let weights = row_of(&head, row);
        expected.iter_mut().zip(&stream).for_each(|(logits, x)| logits.push(dot(&weights, x)));
    }
    let of = |row: &Vec<f32>| sampled.iter().map(|&token| f64::from(row[token])).collect();
    let off = off_by(&rows.iter().map(of).collect(), &expected);
    let worst = off.iter().copied().fold(0.0, f64::max);
    let (name, compared) = (a.family.name(), begun.elapsed());
    println!(
        "{name}: off by {worst:.1e}; loaded after {loaded:.1?}, decoded {decoded:.1?}, compared {compared:.1?}"
    );
    // Keys and values are cached in f16; everything else is f32.
    assert!(off.iter().all(|off| *off < 0.01), "{off:?}");
}

#[test]
fn mistral_7b() {
    let a = Architecture {
        family: Family::Mistral,
        vocab_size: 32_000,
        hidden_size: 4096,
        layers: 1,
        heads: 32,
        kv_heads: 8,
        feed_forward: 14_336,
        max_positions: 32_768,
        norm_eps: 1e-5,
        window: Some(Window { size: 4, full_every: 0 }),
        ..Architecture::llama(128)
    };
    check(&a, [10_000.0; 2]);
}

#[test]
fn qwen_2_5_0_5b() {
    let a = Architecture {
        family: Family::Qwen2,
        vocab_size: 151_936,
        hidden_size: 896,
        layers: 2,
        heads: 14,
        kv_heads: 2,
        feed_forward: 4864,
        max_positions: 32_768,
        norm_eps: 1e-6,
        tied_head: true,
        qkv_bias: true,
        ..Architecture::llama(64)
    };
    check(&a, [1e6; 2]);
}

#[test]
fn qwen_3_0_6b() {
    let a = Architecture {
        family: Family::Qwen3,
        vocab_size: 151_936,
        hidden_size: 1024,
        layers: 2,
        heads: 16,
        kv_heads: 8,
        feed_forward: 3072,
        max_positions: 40_960,
        norm_eps: 1e-6,
        tied_head: true,
        head_norm: Some(HeadNorm::BeforeRope),
        ..Architecture::llama(128)
    };
    check(&a, [1e6; 2]);
}

#[test]
fn gemma_3_270m() {
    let a = Architecture {
        family: Family::Gemma3,
        vocab_size: 262_144,
        hidden_size: 640,
        layers: 18,
        heads: 4,
        kv_heads: 1,
        feed_forward: 2048,
        max_positions: 32_768,
        norm_eps: 1e-6,
        tied_head: true,
        activation: Activation::GeluTanh,
        head_norm: Some(HeadNorm::BeforeRope),
        output_norms: true,
        // √640 in bf16.
        embed_scale: 25.25,
        attention_scale: 1.0 / 16.0,
        window: Some(Window { size: 4, full_every: 6 }),
        window_rope: true,
        ..Architecture::llama(256)
    };
    check(&a, [1e6, 1e4]);
}

#[test]
fn hy_mt2_1_8b() {
    let a = Architecture {
        family: Family::Hunyuan,
        vocab_size: 120_818,
        hidden_size: 2048,
        layers: 2,
        heads: 16,
        kv_heads: 4,
        feed_forward: 6144,
        max_positions: 262_144,
        norm_eps: 1e-5,
        tied_head: true,
        head_norm: Some(HeadNorm::AfterRope),
        ..Architecture::llama(128)
    };
    // RoPE's base after the scaling by α = 1000: 10,000 · 1000^(128 / 126).
    check(&a, [10_000.0 * 1000f64.powf(128.0 / 126.0); 2]);
}
