//! The memory that [`engine::memory`] predicts is what models allocate.

mod support {
    pub mod imported;
}

use std::path::Path;
use std::sync::Arc;

use engine::{
    Batch, BatchOptions, Device, DeviceOptions, DeviceSizes, Joint, JointOptions, Llama, ModelSize, Request,
    map_file, memory,
};
use model_files::{Model, Quantization};
use support::imported::imported;

fn size(model: &Model) -> ModelSize<'_> {
    let info = model.info();
    ModelSize {
        architecture: &info.architecture,
        matrices: &info.matrices,
        alignment_heads: info.alignment_heads.len(),
        adapter: info.adapter.as_ref(),
    }
}

/// Compares the prediction with the device's count after a sentence was decoded.
fn compare(models: &[&Model], sequences: u32, cache_f32: bool) {
    let device = Device::open(&DeviceOptions { cache_f32, ..DeviceOptions::default() }).expect("a device");
    // A number that no cache decides.
    device.set_prefill_columns(if cache_f32 { 256 } else { 64 });
    let options = JointOptions { sequences, context: 256 };
    let sizes: Vec<_> = models.iter().map(|model| size(model)).collect();
    let predicted = memory(&sizes, &options, &DeviceSizes::of(&device));

    let load = |model: &&Model| (Arc::new(Llama::load(&device, model, &mut |_, _| {}).expect("loads")), 1.0);
    let terms: Vec<_> = models.iter().map(load).collect();
    let per_token: u64 = terms.iter().map(|(llama, _)| llama.bytes_per_token()).sum();
    assert_eq!(sizes.iter().map(ModelSize::bytes_per_token).sum::<u64>(), per_token);
    let weights = device.memory_bytes();
    let joint = Joint::new(&device, &terms, &options).expect("is allocated");
    let mut batch = Batch::new(joint, BatchOptions::default());
    let request = Request {
        prompts: vec![vec![1, 2, 3, 4]; models.len()],
        source: vec![2, 3],
        limit: 8,
        alternatives: 4,
        votes: 4,
        align: sizes.iter().map(|size| if size.alignment_heads > 0 { 1..3 } else { 0..0 }).collect(),
        ..Request::default()
    };
    let given = Request { forced: Some(vec![2, 3]), align: Vec::new(), ..request.clone() };
    batch.run(vec![request, given]).expect("decodes");
    let real = device.memory_bytes();
    // Uniforms of a few dozen bytes each, and rounding to 16 bytes.
    let beyond = |real: u64, predicted: u64| real as i64 - predicted as i64;
    assert!((0..64_000).contains(&beyond(weights, predicted.weights)), "{weights} {predicted:?}");
    assert!((0..64_000).contains(&beyond(real, predicted.total())), "{real} {predicted:?}");
    println!("predicted {} bytes, allocated {real}: {predicted:?}", predicted.total());
}

#[test]
fn the_starters_take_what_is_predicted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter");
    let open = |name| Model::open(&folder.join(name), &map_file).expect("is part of the repository");
    let [large, de, en] = ["large", "small-de", "small-en"].map(open);
    compare(&[&large, &de, &en], 8, false);
    compare(&[&large], 1, true);
    compare(&[&de, &en], 12, false);
}

#[test]
fn an_untied_head_and_every_quantization_are_predicted() {
    for folder in ["tiny-llama2", "tiny-llama3.1"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
        for quantization in [Quantization::Q4, Quantization::Q8, Quantization::F16] {
            let (_folder, model) = imported(&source, quantization);
            compare(&[&model], 8, false);
        }
    }
}
