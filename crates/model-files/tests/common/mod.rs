//! Tiny Llama models, built in memory in both kinds of source.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use half::f16;
use model_files::{Bytes, ImportOptions, Model, ModelInfo, Quantization, Result, import};
use serde_json::{Map, Value, json};

pub const VOCABULARY: usize = 300;

/// Numbers between −1 and 1 from a linear congruence.
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    pub fn float(&mut self) -> f32 {
        self.bits() as f32 / (1u64 << 30) as f32 - 1.0
    }

    /// Values that are exact in f16.
    pub fn halves(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| f16::from_f32(self.float() * 0.1).to_f32()).collect()
    }
}

/// The sizes of a tiny model.
#[derive(Clone, Copy)]
pub struct Shape {
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub feed_forward: usize,
}

pub const SMALL: Shape =
    Shape { hidden: 40, layers: 2, heads: 4, kv_heads: 2, head_dim: 12, feed_forward: 72 };

impl Shape {
    /// Hugging Face's and GGUF's name, rows and columns; norms have no columns.
    pub fn tensors(&self) -> Vec<(String, String, usize, Option<usize>)> {
        let hidden = Some(self.hidden);
        let mut all = vec![
            ("model.embed_tokens.weight".into(), "token_embd.weight".into(), VOCABULARY, hidden),
            ("model.norm.weight".into(), "output_norm.weight".into(), self.hidden, None),
        ];
        let (q, kv) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
        let of_layer = [
            ("input_layernorm", "attn_norm", self.hidden, None),
            ("post_attention_layernorm", "ffn_norm", self.hidden, None),
            ("self_attn.q_proj", "attn_q", q, hidden),
            ("self_attn.k_proj", "attn_k", kv, hidden),
            ("self_attn.v_proj", "attn_v", kv, hidden),
            ("self_attn.o_proj", "attn_output", self.hidden, Some(q)),
            ("mlp.gate_proj", "ffn_gate", self.feed_forward, hidden),
            ("mlp.up_proj", "ffn_up", self.feed_forward, hidden),
            ("mlp.down_proj", "ffn_down", self.hidden, Some(self.feed_forward)),
        ];
        for layer in 0..self.layers {
            for (hf, gguf, rows, columns) in of_layer {
                let hf = format!("model.layers.{layer}.{hf}.weight");
                all.push((hf, format!("blk.{layer}.{gguf}.weight"), rows, columns));
            }
        }
        all
    }

    /// Random weights by Hugging Face name, exact in f16.
    pub fn weights(&self, seed: u64) -> BTreeMap<String, Vec<f32>> {
        let mut random = Random(seed);
        let tensors = self.tensors().into_iter();
        tensors.map(|(hf, _, rows, columns)| (hf, random.halves(rows * columns.unwrap_or(1)))).collect()
    }

    pub fn config(&self) -> Value {
        json!({
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "vocab_size": VOCABULARY, "hidden_size": self.hidden, "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers, "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads, "head_dim": self.head_dim, "max_position_embeddings": 128,
            "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true, "bos_token_id": 0,
            "eos_token_id": 1,
        })
    }
}

/// Weight type of a safetensors file.
#[derive(Clone, Copy)]
pub enum Store {
    F32,
    F16,
    BF16,
}

impl Store {
    fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
        }
    }

    pub fn bytes(self, values: &[f32]) -> Vec<u8> {
        match self {
            Self::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
            Self::BF16 => {
                values.iter().flat_map(|value| half::bf16::from_f32(*value).to_le_bytes()).collect()
            }
        }
    }
}

/// A safetensors file with these tensors: name, type, shape, data.
pub fn safetensors<'a>(
    tensors: impl IntoIterator<Item = (&'a str, &'a str, Vec<usize>, Vec<u8>)>,
) -> Vec<u8> {
    let (mut header, mut data) = (Map::new(), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        data.extend(bytes);
        header.insert(name.into(), json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
    }
    with_header(&serde_json::to_vec(&header).unwrap(), &data)
}

pub fn with_header(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header, data].concat()
}

/// The tensors of a folder in one safetensors file; `keep` says which.
pub fn hf_weights(
    shape: &Shape,
    weights: &BTreeMap<String, Vec<f32>>,
    store: Store,
    keep: impl Fn(&str) -> bool,
) -> Vec<u8> {
    let tensors = shape.tensors();
    let kept = tensors.iter().filter(|(name, ..)| keep(name)).map(|(name, _, rows, columns)| {
        let shape = std::iter::once(*rows).chain(*columns).collect();
        (name.as_str(), store.name(), shape, store.bytes(&weights[name]))
    });
    safetensors(kept)
}

pub fn write_json(path: &Path, json: &Value) {
    fs::write(path, serde_json::to_vec(json).unwrap()).unwrap();
}

/// A whole Hugging Face folder at `folder`, which may be changed afterwards.
pub fn hf_folder(folder: &Path, shape: &Shape, seed: u64, store: Store) {
    fs::create_dir_all(folder).unwrap();
    write_json(&folder.join("config.json"), &shape.config());
    let weights = hf_weights(shape, &shape.weights(seed), store, |_| true);
    fs::write(folder.join("model.safetensors"), weights).unwrap();
    write_json(&folder.join("tokenizer.json"), &tokenizer_json());
}

/// The character that the byte-level alphabet has for a byte.
fn byte_symbol(byte: u8) -> char {
    let shown = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let hidden_before = (0..u32::from(byte)).filter(|byte| !shown(*byte)).count() as u32;
    let code = if shown(byte.into()) { byte.into() } else { 256 + hidden_before };
    char::from_u32(code).unwrap()
}

/// A byte-level tokenizer: 0 `<|begin|>`, 1 `<|end|>`, the 256 bytes from 2 on, then a few merges.
pub fn tokenizer_json() -> Value {
    let mut vocab = Map::new();
    vocab.insert("<|begin|>".into(), 0.into());
    vocab.insert("<|end|>".into(), 1.into());
    for byte in 0..=u8::MAX {
        vocab.insert(byte_symbol(byte).to_string(), (u32::from(byte) + 2).into());
    }
    let merges = [["h", "e"], ["l", "l"], ["he", "ll"], ["hell", "o"], ["<", "|"], ["|", ">"]];
    for [left, right] in merges {
        let id = vocab.len();
        vocab.insert(format!("{left}{right}"), id.into());
    }
    let special = |id: u32, content: &str| json!({"id": id, "content": content, "special": true, "normalized": false, "single_word": false, "lstrip": false, "rstrip": false});
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [special(0, "<|begin|>"), special(1, "<|end|>")],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    })
}

/// A GGUF file in parts, any of which a test may change.
#[derive(Clone)]
pub struct Gguf {
    pub version: u32,
    pub tensor_count: Option<u64>,
    pub key_count: Option<u64>,
    /// Key, type and value as bytes.
    pub entries: Vec<Vec<u8>>,
    pub tensors: Vec<GgufTensor>,
}

#[derive(Clone)]
pub struct GgufTensor {
    pub name: String,
    pub dimensions: Vec<u64>,
    pub type_id: u32,
    pub data: Vec<u8>,
    /// Declared instead of the true offset.
    pub offset: Option<u64>,
}

pub fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

pub fn entry(key: &str, type_id: u32, value: &[u8]) -> Vec<u8> {
    [&text(key)[..], &type_id.to_le_bytes(), value].concat()
}

pub fn list(key: &str, type_id: u32, count: u64, items: &[u8]) -> Vec<u8> {
    entry(key, 9, &[&type_id.to_le_bytes()[..], &count.to_le_bytes(), items].concat())
}

pub fn texts(key: &str, items: &[String]) -> Vec<u8> {
    let bytes: Vec<u8> = items.iter().flat_map(|item| text(item)).collect();
    list(key, 8, items.len() as u64, &bytes)
}

impl Gguf {
    pub fn u32(&mut self, key: &str, value: u32) {
        self.set(key, entry(key, 4, &value.to_le_bytes()));
    }

    pub fn f32(&mut self, key: &str, value: f32) {
        self.set(key, entry(key, 6, &value.to_le_bytes()));
    }

    pub fn text(&mut self, key: &str, value: &str) {
        self.set(key, entry(key, 8, &text(value)));
    }

    /// Replaces the entry of this key, or adds it.
    pub fn set(&mut self, key: &str, bytes: Vec<u8>) {
        self.remove(key);
        self.entries.push(bytes);
    }

    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| !entry.starts_with(&text(key)));
    }

    pub fn tensor(&mut self, name: &str) -> &mut GgufTensor {
        self.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(self.tensor_count.unwrap_or(self.tensors.len() as u64).to_le_bytes());
        bytes.extend(self.key_count.unwrap_or(self.entries.len() as u64).to_le_bytes());
        bytes.extend(self.entries.concat());
        let mut data = Vec::new();
        for tensor in &self.tensors {
            bytes.extend(text(&tensor.name));
            bytes.extend((tensor.dimensions.len() as u32).to_le_bytes());
            tensor.dimensions.iter().for_each(|size| bytes.extend(size.to_le_bytes()));
            bytes.extend(tensor.type_id.to_le_bytes());
            bytes.extend(tensor.offset.unwrap_or(data.len() as u64).to_le_bytes());
            data.extend_from_slice(&tensor.data);
            data.resize(data.len().next_multiple_of(32), 0);
        }
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.extend(data);
        bytes
    }
}

/// A GGUF model of this shape whose matrices `data` gives (name, rows, columns → type and bytes); norms are 1.
pub fn gguf(shape: &Shape, mut data: impl FnMut(&str, usize, usize) -> (u32, Vec<u8>)) -> Gguf {
    let mut file =
        Gguf { version: 3, tensor_count: None, key_count: None, entries: Vec::new(), tensors: Vec::new() };
    file.text("general.architecture", "llama");
    file.text("general.name", "Tiny");
    let sizes = [
        ("block_count", shape.layers),
        ("context_length", 128),
        ("embedding_length", shape.hidden),
        ("feed_forward_length", shape.feed_forward),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.kv_heads),
        ("attention.key_length", shape.head_dim),
        ("rope.dimension_count", shape.head_dim),
    ];
    for (key, size) in sizes {
        file.u32(&format!("llama.{key}"), size as u32);
    }
    file.f32("llama.attention.layer_norm_rms_epsilon", 1e-5);
    file.f32("llama.rope.freq_base", 10000.0);
    file.u32("tokenizer.ggml.bos_token_id", 0);
    file.u32("tokenizer.ggml.eos_token_id", 1);
    for (_, name, rows, columns) in shape.tensors() {
        let (dimensions, (type_id, data)) = match columns {
            None => (vec![rows as u64], (0, Store::F32.bytes(&vec![1.0; rows]))),
            Some(columns) => (vec![columns as u64, rows as u64], data(&name, rows, columns)),
        };
        file.tensors.push(GgufTensor { name, dimensions, type_id, data, offset: None });
    }
    file
}

/// A whole GGUF model without a tokenizer.
pub fn tiny_gguf() -> Gguf {
    gguf(&SMALL, |_, rows, columns| (1, Store::F16.bytes(&vec![0.5; rows * columns])))
}

/// Row of a GGUF q or k matrix → the row of the half-split matrix that it is.
pub fn half_split_row(row: usize, head_dim: usize) -> usize {
    let (head, within) = (row / head_dim, row % head_dim);
    head * head_dim + within % 2 * (head_dim / 2) + within / 2
}

pub fn options(quantization: Quantization) -> ImportOptions {
    ImportOptions { quantization, ..ImportOptions::default() }
}

pub fn import_quietly(source: &Path, target: &Path, quantization: Quantization) -> Result<ModelInfo> {
    import(source, target, &options(quantization), &mut |_| ControlFlow::Continue(()))
}

pub fn open(folder: &Path) -> Result<Model> {
    Model::open(folder, &|path| fs::read(path).map(|bytes| Arc::new(bytes) as Bytes))
}

/// All weights of a matrix, row after row, without padding.
pub fn dequantized(model: &Model, name: &str) -> Vec<f32> {
    let matrix = model.matrix(name).unwrap();
    let mut weights = vec![0.0; matrix.rows * matrix.columns];
    for (row, out) in weights.chunks_mut(matrix.columns).enumerate() {
        matrix.dequantize_row(row, out);
    }
    weights
}
