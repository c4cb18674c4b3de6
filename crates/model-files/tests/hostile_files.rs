//! Malicious files: each is refused with a message that names the problem. No panic, no leftover files, and no large
//! allocation for a small file.

mod common;
#[path = "common/memory.rs"]
mod memory;

use std::fs;
use std::path::Path;

use common::{
    Gguf, GgufTensor, SMALL, Store, entry, hf_folder, hf_weights, import_quietly, list, safetensors, text,
    texts, tiny_gguf, with_header, write_json,
};
use model_files::Quantization;
use serde_json::{Value, json};

/// Imports `source` and expects an error message that contains `expected`.
fn refused(name: &str, folder: &Path, source: &Path, expected: &str) {
    let target = folder.join("target");
    let before = fs::read_dir(folder).unwrap().count();
    let error = import_quietly(source, &target, Quantization::F16).expect_err(name).to_string();
    assert!(error.contains(expected), "{name}: {error}");
    assert_eq!(fs::read_dir(folder).unwrap().count(), before, "{name} left something");
    memory::check(name);
}

fn change(apply: impl FnOnce(&mut Gguf)) -> Vec<u8> {
    let mut file = tiny_gguf();
    apply(&mut file);
    file.bytes()
}

/// The same with a tokenizer that has too few tokens to be used.
fn with_tokens(apply: impl FnOnce(&mut Gguf)) -> Vec<u8> {
    change(|file| {
        let tokens: Vec<String> = vec!["<unk>".into(), "<s>".into(), "</s>".into()];
        file.text("tokenizer.ggml.model", "gpt2");
        file.text("tokenizer.ggml.pre", "gpt-2");
        file.set("tokenizer.ggml.tokens", texts("tokenizer.ggml.tokens", &tokens));
        file.set("tokenizer.ggml.merges", texts("tokenizer.ggml.merges", &[]));
        apply(file);
    })
}

#[test]
fn gguf_files() {
    const O: &str = "blk.0.attn_output.weight";
    let huge = 1u64 << 60;
    let key = |bytes: Vec<u8>| change(|file| file.entries.push(bytes));
    let dimensions = |sizes: &[u64]| change(|file| file.tensor(O).dimensions = sizes.to_vec());
    let number = |key: &str, value: u32| change(|file| file.u32(key, value));
    let length = |bytes: u64| [&bytes.to_le_bytes()[..], b"x"].concat();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("an empty file", vec![], "neither a Hugging Face"),
        ("another kind of file", b"PK\x03\x04 not a model".to_vec(), "neither a Hugging Face"),
        ("only the magic", b"GGUF".to_vec(), "shorter than its header"),
        ("version 1", change(|file| file.version = 1), "version 1"),
        ("big-endian", change(|file| file.version = 3u32.swap_bytes()), "a GGUF version other"),
        ("too many tensors", change(|file| file.tensor_count = Some(huge)), "the number of tensors"),
        ("more tensors than bytes", change(|file| file.tensor_count = Some(9000)), "the number of tensors"),
        ("too many keys", change(|file| file.key_count = Some(u64::MAX)), "the number of metadata keys"),
        ("one key more than there are", change(|file| file.key_count = Some(15)), "exceeds the limit"),
        ("an endless key", key(length(u64::MAX)), "the length of a text"),
        ("an endless text", key(entry("a", 8, &length(huge))), "the length of a text"),
        ("an endless list", key(list("a", 6, huge, b"")), "the length of a list"),
        ("a list of empty texts without end", key(list("a", 8, 1 << 24, b"")), "the length of a list"),
        ("lists in lists", key(list("a", 9, 1, &[0; 12])), "a list of lists"),
        ("an unknown value", key(entry("a", 77, &[0; 8])), "an unknown value type"),
        ("a list of unknown values", key(list("a", 13, 1, &[0; 8])), "an unknown value type"),
        ("a truth value of 2", key(entry("a", 7, &[2])), "neither 0 nor 1"),
        ("a key twice", key(entry("general.architecture", 8, &text("llama"))), "occurs twice"),
        ("an empty key", key(entry("", 4, &[0; 4])), "an empty key"),
        ("a key that is no text", key([&[1, 0, 0, 0, 0, 0, 0, 0, 0xFF][..], &[0; 8]].concat()), "not UTF-8"),
        ("alignment 0", number("general.alignment", 0), "power of two"),
        ("alignment 24", number("general.alignment", 24), "power of two"),
        ("alignment 2^31", number("general.alignment", 1 << 31), "power of two"),
        (
            "alignment as text",
            change(|file| file.text("general.alignment", "32")),
            "alignment is not a number",
        ),
        ("no dimensions", dimensions(&[]), "no or too many dimensions"),
        ("five dimensions", dimensions(&[1; 5]), "no or too many dimensions"),
        ("a dimension of zero", dimensions(&[48, 0]), "a dimension of zero"),
        ("sizes that overflow", dimensions(&[1 << 40, 1 << 40]), "larger than any file"),
        ("an exabyte", dimensions(&[1 << 29, 1 << 29]), "shorter than its header"),
        ("a shape larger than its data", dimensions(&[48, 1 << 20]), "shorter than its header"),
        ("a shape that does not fit", dimensions(&[40, 48]), "expected [40, 48], found [48, 40]"),
        (
            "an offset beyond the file",
            change(|file| file.tensor(O).offset = Some(1 << 40)),
            "shorter than its",
        ),
        (
            "an offset that overflows",
            change(|file| file.tensor(O).offset = Some(u64::MAX)),
            "larger than any",
        ),
        ("an offset out of line", change(|file| file.tensor(O).offset = Some(1)), "not aligned"),
        ("tensors that share bytes", change(|file| file.tensor(O).offset = Some(0)), "share bytes"),
        ("a tensor twice", change(|file| file.tensor(O).name = "output_norm.weight".into()), "occurs twice"),
        ("a tensor without a name", change(|file| file.tensor(O).name = String::new()), "without a name"),
        ("a type from the future", change(|file| file.tensor(O).type_id = 16), "type 16 of blk.0"),
        ("half a block", change(|file| file.tensor(O).type_id = 12), "does not consist of whole blocks"),
        ("a tensor too few", change(|file| drop(file.tensors.pop())), "layers.1.down"),
        ("a bias", change(|file| file.tensors.push(bias())), "blk.0.attn_q.bias"),
        ("an infinite weight", change(infinite_weight), "blk.0.attn_output.weight"),
        (
            "a norm that is no number",
            change(|file| nan(file.tensor("output_norm.weight"))),
            "output_norm.weight",
        ),
        ("numbers read as truth", change(|file| as_truth(file, "tokenizer.ggml.tokens")), "list of booleans"),
        (
            "tokens that are numbers",
            change(|file| as_numbers(file, "tokenizer.ggml.tokens")),
            "the wrong type",
        ),
        (
            "types for other tokens",
            with_tokens(|file| as_numbers(file, "tokenizer.ggml.token_type")),
            "token types",
        ),
        ("text as size", change(|file| file.text("llama.embedding_length", "40")), "the wrong type"),
        ("another architecture", change(|file| file.text("general.architecture", "mamba")), "mamba"),
        ("no architecture", change(|file| file.remove("general.architecture")), "without an architecture"),
        ("a part of a model", number("split.count", 3), "split over several"),
        ("experts", number("llama.expert_count", 8), "mixture of experts"),
        ("a missing size", change(|file| file.remove("llama.block_count")), "llama.block_count"),
        ("layers without end", number("llama.block_count", u32::MAX), "the number of layers"),
        ("no heads", number("llama.attention.head_count", 0), "must not be zero"),
        (
            "heads that do not divide",
            number("llama.attention.head_count_kv", 3),
            "multiple of key-value heads",
        ),
        ("an odd head", change(odd_head), "must be even"),
        (
            "no epsilon",
            change(|file| file.f32("llama.attention.layer_norm_rms_epsilon", f32::NAN)),
            "epsilon",
        ),
        ("a RoPE base of zero", change(|file| file.f32("llama.rope.freq_base", 0.0)), "RoPE base"),
        ("YaRN", change(|file| file.text("llama.rope.scaling.type", "yarn")), "yarn"),
        ("an end token outside", number("tokenizer.ggml.eos_token_id", 300), "outside the vocabulary"),
        ("an unknown tokenizer", with_tokens(|file| file.text("tokenizer.ggml.model", "bert")), "bert"),
        ("an unknown pre-tokenizer", with_tokens(|file| file.text("tokenizer.ggml.pre", "viking")), "viking"),
        ("a tokenizer without bytes", with_tokens(|_| ()), "byte-level alphabet"),
        ("scores missing", with_tokens(|file| file.text("tokenizer.ggml.model", "llama")), "scores"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("model.gguf");
    for (name, bytes, expected) in cases {
        fs::write(&source, bytes).unwrap();
        refused(name, folder.path(), &source, expected);
    }
}

fn bias() -> GgufTensor {
    let name = "blk.0.attn_q.bias".into();
    GgufTensor { name, dimensions: vec![48], type_id: 0, data: vec![0; 192], offset: None }
}

fn infinite_weight(file: &mut Gguf) {
    let tensor = file.tensor("blk.0.attn_output.weight");
    tensor.data[..2].copy_from_slice(&half::f16::INFINITY.to_le_bytes());
}

fn nan(tensor: &mut GgufTensor) {
    tensor.data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
}

fn as_truth(file: &mut Gguf, key: &str) {
    file.set(key, list(key, 7, 2, &[0, 1]));
}

fn as_numbers(file: &mut Gguf, key: &str) {
    file.set(key, list(key, 0, 2, &[0, 1]));
}

fn odd_head(file: &mut Gguf) {
    file.u32("llama.attention.key_length", 13);
    file.u32("llama.rope.dimension_count", 13);
}

#[test]
fn gguf_cut_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("model.gguf");
    let bytes = tiny_gguf().bytes();
    for length in (0..bytes.len()).step_by(bytes.len() / 300) {
        fs::write(&source, &bytes[..length]).unwrap();
        refused(&format!("cut at {length}"), folder.path(), &source, "");
    }
}

/// A folder is valid before `break_it`.
fn broken_folder(name: &str, break_it: impl FnOnce(&Path), expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    hf_folder(&source, &SMALL, 1, Store::F32);
    break_it(&source);
    refused(name, folder.path(), &source, expected);
}

#[test]
fn safetensors_files() {
    const NORM: &str = "model.norm.weight";
    let weights =
        |bytes: Vec<u8>| move |folder: &Path| fs::write(folder.join("model.safetensors"), bytes).unwrap();
    let cut = |count: usize| {
        move |folder: &Path| {
            let path = folder.join("model.safetensors");
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() - count]).unwrap();
        }
    };
    let header = |json: &str| weights(with_header(json.as_bytes(), &[0; 8]));
    let tensor = |dtype: &str, shape: Vec<usize>, bytes: usize| {
        weights(safetensors([(NORM, dtype, shape, vec![0; bytes])]))
    };
    broken_folder("an empty file", weights(vec![]), "the header of model.safetensors");
    broken_folder("a header without end", weights(u64::MAX.to_le_bytes().to_vec()), "exceeds the limit");
    broken_folder(
        "a header of 90 MB",
        weights(90_000_000u64.to_le_bytes().to_vec()),
        "shorter than its header",
    );
    broken_folder("no JSON", header("{{{{"), "damaged");
    broken_folder("JSON without end", header(&"[".repeat(100_000)), "damaged");
    broken_folder("a header that is a list", header("[]"), "damaged");
    let two = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[FROM,8]}}"#;
    broken_folder("tensors that overlap", header(&two.replace("FROM", "2")), "damaged");
    broken_folder("a hole", header(&two.replace("FROM", "6")), "damaged");
    let one = r#"{"a":{"dtype":"F32","shape":SHAPE,"data_offsets":OFFSETS}}"#;
    let one = |shape: &str, offsets: &str| header(&one.replace("SHAPE", shape).replace("OFFSETS", offsets));
    broken_folder("sizes that overflow", one("[4294967296,4294967296,4]", "[0,8]"), "damaged");
    broken_folder("a shape larger than its bytes", one("[1000000]", "[0,8]"), "damaged");
    broken_folder("offsets backwards", one("[2]", "[8,0]"), "damaged");
    broken_folder("a negative size", one("[-2]", "[0,8]"), "damaged");
    broken_folder("bytes beyond the file", one("[1000000000]", "[0,4000000000]"), "shorter than its header");
    broken_folder("bytes after the last tensor", one("[1]", "[0,4]"), "bytes follow the last tensor");
    broken_folder("a cut file", cut(1), "shorter than its header");
    broken_folder("whole numbers", tensor("I64", vec![40], 320), "I64 in model.norm.weight");
    broken_folder("a tensor missing", tensor("F32", vec![40], 160), "a tensor is missing");
    let all = SMALL.weights(1);
    let keep = |name: &str| name != NORM;
    broken_folder("no norm", weights(hf_weights(&SMALL, &all, Store::F32, keep)), "final_norm");
    let mut infinite = all.clone();
    infinite.get_mut("model.layers.0.mlp.up_proj.weight").unwrap()[7] = f32::INFINITY;
    broken_folder(
        "infinity",
        weights(hf_weights(&SMALL, &infinite, Store::F32, |_| true)),
        "an infinite value",
    );
    let mut large = all;
    large.get_mut("model.layers.0.self_attn.o_proj.weight").unwrap()[7] = 1e6;
    broken_folder(
        "beyond f16",
        weights(hf_weights(&SMALL, &large, Store::F32, |_| true)),
        "too large for 16 bits",
    );
}

#[test]
fn settings_of_a_folder() {
    let config = |key: &'static str, value: Value| {
        move |folder: &Path| {
            let mut config = SMALL.config();
            config[key] = value;
            write_json(&folder.join("config.json"), &config);
        }
    };
    let file = |name: &'static str, bytes: Vec<u8>| {
        move |folder: &Path| fs::write(folder.join(name), bytes).unwrap()
    };
    broken_folder("no JSON", file("config.json", b"\xFF\xFE{".to_vec()), "config.json");
    broken_folder("JSON without end", file("config.json", vec![b'['; 100_000]), "config.json");
    broken_folder("a large file", file("config.json", vec![b' '; 5 << 20]), "the size of config.json");
    broken_folder("an empty object", file("config.json", b"{}".to_vec()), "without model_type");
    broken_folder("another architecture", config("model_type", "gpt2".into()), "gpt2");
    broken_folder("another activation", config("hidden_act", "gelu".into()), "gelu");
    broken_folder("biases", config("attention_bias", true.into()), "biases");
    broken_folder("GPTQ", config("quantization_config", json!({"quant_method": "gptq"})), "gptq");
    broken_folder(
        "a vocabulary without end",
        config("vocab_size", (1u64 << 62).into()),
        "the vocabulary size",
    );
    broken_folder("a negative size", config("hidden_size", (-40).into()), "config.json");
    broken_folder("layers without end", config("num_hidden_layers", (1u64 << 40).into()), "number of layers");
    broken_folder("no heads", config("num_attention_heads", 0.into()), "must not be zero");
    broken_folder("other sizes than the file's", config("hidden_size", 48.into()), "expected [300, 48]");
    broken_folder("a head that is not there", config("tie_word_embeddings", false.into()), "head");
    broken_folder("YaRN", config("rope_scaling", json!({"type": "yarn", "factor": 4.0})), "yarn");
    broken_folder("no factor", config("rope_scaling", json!({"rope_type": "linear"})), "factor");
    broken_folder(
        "a factor of zero",
        config("rope_scaling", json!({"type": "linear", "factor": 0.0})),
        "RoPE",
    );
    broken_folder(
        "half a head",
        config("rope_parameters", json!({"partial_rotary_factor": 0.5})),
        "a part of each head",
    );
    broken_folder("an end token outside", config("eos_token_id", 300.into()), "outside the vocabulary");
    broken_folder("no end token", config("eos_token_id", Value::Null), "no end token");
    let index = |file: &'static str| {
        move |folder: &Path| {
            fs::rename(folder.join("model.safetensors"), folder.join("../stolen.safetensors")).unwrap();
            let map = json!({"weight_map": {"model.norm.weight": file}});
            write_json(&folder.join("model.safetensors.index.json"), &map);
            // Counted with what the folder holds before the import.
            fs::rename(folder.join("../stolen.safetensors"), folder.join("b.safetensors")).unwrap();
        }
    };
    broken_folder("a file above the folder", index("../b.safetensors"), "outside its folder");
    broken_folder("an absolute file", index("/etc/passwd"), "outside its folder");
    broken_folder("a file on another disk", index("C:\\b.safetensors"), "outside its folder");
    broken_folder("a file that is not there", index("c.safetensors"), "cannot be read");
    broken_folder("an incomplete index", index("b.safetensors"), "a tensor is missing");
    broken_folder(
        "an index without files",
        |folder| {
            index("b.safetensors")(folder);
            write_json(
                &folder.join("model.safetensors.index.json"),
                &json!({"weight_map": {"a": "b.safetensors"}}),
            );
        },
        "a tensor is missing",
    );
    broken_folder(
        "no weights",
        |folder| fs::remove_file(folder.join("model.safetensors")).unwrap(),
        "not in model.safetensors",
    );
    broken_folder(
        "a folder for a file",
        |folder| {
            fs::remove_file(folder.join("config.json")).unwrap();
            fs::create_dir(folder.join("config.json")).unwrap();
        },
        "not a regular file",
    );
}
