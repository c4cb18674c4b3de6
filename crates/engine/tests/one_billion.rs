//! A model of Llama 3.2 1B's shape, cut to two of its sixteen layers so that it fits a test: the widths, the heads, the
//! RoPE scaling and the vocabulary of 128,256 are the real ones.

mod support {
    pub mod imported;
    pub mod random_llama;
    pub mod reference_llama;
}

use std::sync::Arc;
use std::time::Instant;

use engine::{Device, DeviceOptions, Llama, Probe};
use model_files::Quantization;
use support::imported::imported;
use support::random_llama::{Shape, write};
use support::reference_llama::{
    Columns, Frequencies, Scaling, dot, hidden, inverse_frequencies, off_by, row_of, times,
};

const SHAPE: Shape = Shape {
    hidden: 2048,
    layers: 2,
    heads: 32,
    kv_heads: 8,
    feed_forward: 8192,
    vocab: 128_256,
    qk_gain: 0.5,
    // Llama 3.2 has 8192; with 8 the waves that are slowed down turn visibly within six positions.
    original_positions: 8,
};
const SCALING: Scaling = Scaling {
    factor: 32.0,
    low_freq_factor: 1.0,
    high_freq_factor: 4.0,
    original_max_position_embeddings: 8.0,
};
/// Binding limit of software adapters.
const BINDING_BYTES: u64 = 128 << 20;
/// The first and the last token, and those on both sides of the split.
const TOKENS: [u32; 6] = [128_000, 65_535, 65_536, 128_255, 0, 99_999];

#[test]
fn a_model_of_llama_3_2_1b_s_shape_equals_the_reference() {
    let begun = Instant::now();
    let print_time = |what: &str| println!("{:6.1} s {what}", begun.elapsed().as_secs_f32());
    let source = tempfile::tempdir().expect("a temporary folder");
    write(source.path(), &SHAPE);
    print_time("written");
    let (_folder, model) = imported(source.path(), Quantization::Q4);
    drop(source);
    print_time("imported");

    let (mut bits, mut weights) = (0, 0);
    for (name, info) in model.info().matrices.iter().filter(|(name, _)| name.starts_with("layers.")) {
        let matrix = model.matrix(name).expect("a matrix");
        bits += 8 * (matrix.quants.len() + matrix.scales.len());
        weights += info.rows * info.columns;
    }
    let bits_a_weight = bits as f64 / weights as f64;
    assert!(bits_a_weight <= 4.6, "{bits_a_weight} bits a weight");

    let options = DeviceOptions { max_binding_bytes: Some(BINDING_BYTES), ..DeviceOptions::default() };
    let device =
        Device::open(&options).expect("the tests need a Vulkan driver; `cargo xtask test` installs one");
    let embedding = model.matrix("embed").expect("a matrix");
    assert!(
        embedding.quants.len() as u64 > device.max_binding_bytes(),
        "the head must be split to be tested"
    );
    let llama = Arc::new(Llama::load(&device, &model, &mut |_, _| {}).expect("loads"));
    print_time("loaded");
    let mut probe = Probe::new(&device, &[(llama, 1.0)], 16).expect("fits");
    let mut rows = vec![probe.start(&TOKENS[..1]).expect("runs").0];
    for &token in &TOKENS[1..] {
        rows.push(probe.feed(token).expect("runs").0);
    }
    // The last position once more, its prompt prefilled in one pass.
    let prefilled = probe.start(&TOKENS).expect("runs").0;
    print_time("decoded");

    let frequencies = |scaling| inverse_frequencies(SHAPE.hidden / SHAPE.heads, 500_000.0, scaling);
    let stream = hidden(&model, &TOKENS, Frequencies::same(&frequencies(Some(SCALING))));
    let expected = times(&embedding, &stream);
    print_time("computed in f64");
    let unscaled = hidden(&model, &TOKENS, Frequencies::same(&frequencies(None)));
    let without = off_by(&sampled(&embedding, &unscaled), &sampled(&embedding, &stream));
    print_time("computed without scaling");

    let got: Columns = rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let prefilled = vec![prefilled.iter().map(|x| f64::from(*x)).collect()];
    let decoding = off_by(&got, &expected);
    let prefilling = off_by(&prefilled, &expected[TOKENS.len() - 1..].to_vec());
    println!("{bits_a_weight:.2} bits a weight; off by {decoding:?} decoding, {prefilling:?} prefilled");
    println!("without RoPE scaling: off by {without:?}");
    // Keys and values are cached in f16; everything else is f32.
    assert!(decoding.iter().chain(&prefilling).all(|off| *off < 0.01));
    assert!(without[1..].iter().all(|off| *off > 0.3), "a missing scaling must show");
}

/// The logits of every 512th token, which is enough to see a difference.
fn sampled(head: &model_files::Matrix<'_>, stream: &Columns) -> Columns {
    let rows: Vec<_> = (0..head.rows).step_by(512).map(|row| row_of(head, row)).collect();
    stream.iter().map(|x| rows.iter().map(|row| dot(row, x)).collect()).collect()
}
