//! Valid files with some bytes changed: the caller gets a result and no panic.

mod common;
#[path = "common/memory.rs"]
mod memory;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use common::{Random, SMALL, Store, hf_folder, import_quietly, options, tiny_gguf};
use model_files::{Bytes, Model, Quantization, Tokenizer, import};

/// Calls `open` with single bytes changed or pieces removed.
fn mutate(valid: &[u8], runs: u64, open: impl Fn(&[u8])) {
    for seed in 0..runs {
        let mut random = Random(seed);
        let mut bytes = valid.to_vec();
        for _ in 0..=random.bits() % 4 {
            let at = random.bits() as usize % bytes.len();
            match random.bits() % 4 {
                0 => bytes[at] = random.bits() as u8,
                1 => bytes[at] ^= 1 << (random.bits() % 8),
                2 => bytes.truncate(at.max(1)),
                _ => drop(bytes.drain(at..bytes.len().min(at + 1 + random.bits() as usize % 9))),
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        open(&bytes);
    }
}

#[test]
fn changed_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let (hf, file, target) =
        (folder.path().join("hf"), folder.path().join("a.gguf"), folder.path().join("target"));
    hf_folder(&hf, &SMALL, 1, Store::F16);
    import_quietly(&hf, &target, Quantization::Q4).unwrap();
    let read = |name: &str| fs::read(target.join(name)).unwrap();
    let (info, weights, tokenizer) = (read("model.json"), read("model.safetensors"), read("tokenizer.json"));
    let open = |info: &[u8], weights: &[u8], tokenizer: &[u8]| {
        let held = |bytes: &[u8]| Arc::new(bytes.to_vec()) as Bytes;
        let Ok(model) = Model::from_parts(info, held(weights), Some(held(tokenizer))) else { return false };
        for (name, matrix) in &model.info().matrices {
            let mut row = vec![0.0; matrix.columns];
            model.matrix(name).unwrap().dequantize_row(matrix.rows - 1, &mut row);
        }
        model.tokenizer().is_ok()
    };
    assert!(open(&info, &weights, &tokenizer));
    mutate(&info, 3000, |info| _ = open(info, &weights, &tokenizer));
    let header = u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize + 8;
    mutate(&weights[..header], 1000, |header_bytes| {
        open(&info, &[header_bytes, &weights[header..]].concat(), &tokenizer);
    });
    mutate(&tokenizer, 1000, |bytes| drop(Tokenizer::from_bytes(bytes)));

    let gguf = tiny_gguf();
    let data_bytes: usize = gguf.tensors.iter().map(|tensor| tensor.data.len().next_multiple_of(32)).sum();
    let bytes = gguf.bytes();
    let (header, data) = bytes.split_at(bytes.len() - data_bytes);
    let target = folder.path().join("never");
    mutate(header, 2000, |header| {
        fs::write(&file, [header, data].concat()).unwrap();
        // The import reads headers before its first report, so this omits only the conversion.
        let result = import(&file, &target, &options(Quantization::F16), &mut |_| ControlFlow::Break(()));
        assert!(result.is_err() && !target.exists());
    });
    memory::check("changed bytes");
}

/// Settings of the family that has most of them, and of a model that also reads images.
#[test]
fn changed_settings_never_panic() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/data/families/gemma3-c/hf");
    let folder = tempfile::tempdir().unwrap();
    let (hf, target) = (folder.path().join("hf"), folder.path().join("target"));
    fs::create_dir(&hf).unwrap();
    fs::copy(source.join("model.safetensors"), hf.join("model.safetensors")).unwrap();
    let config = fs::read(source.join("config.json")).unwrap();
    mutate(&config, 2000, |config| {
        fs::write(hf.join("config.json"), config).unwrap();
        let result = import(&hf, &target, &options(Quantization::F16), &mut |_| ControlFlow::Break(()));
        assert!(result.is_err() && !target.exists());
    });
    memory::check("changed settings");
}
