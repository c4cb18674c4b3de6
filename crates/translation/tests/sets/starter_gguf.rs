//! A starter model as a GGUF file of type Q8_0: the same weights, in the file's order of bytes and rows.

use std::path::Path;
use std::sync::Arc;

use model_files::{Bytes, Matrix, Model};
use serde_json::Value;

const F32: u32 = 0;
const Q8_0: u32 = 8;
const GROUP: usize = 32;

fn starter(name: &str) -> (Model, Value) {
    // This file is also part of a test in another folder.
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = above.map(|folder| folder.join("models/starter")).find(|folder| folder.is_dir());
    let folder = folder.expect("the repository has built-in models");
    let open = |path: &Path| std::fs::read(path).map(|bytes| Arc::new(bytes) as Bytes);
    // The specialists' folders have no tokenizer of their own.
    let tokenizer = std::fs::read(folder.join("large/tokenizer.json")).expect("is there");
    let read = |file: &str| std::fs::read(folder.join(name).join(file)).expect("is there");
    let model = match name {
        "large" => Model::open(&folder.join(name), &open).expect("opens"),
        _ => Model::from_parts(
            &read("model.json"),
            Arc::new(read("model.safetensors")),
            Some(Arc::new(tokenizer.clone())),
        )
        .expect("opens"),
    };
    (model, serde_json::from_slice(&tokenizer).expect("JSON"))
}

/// The bytes of rows as blocks of a scale and 32 weights.
fn rows(matrix: &Matrix<'_>, order: impl Iterator<Item = usize>) -> (usize, Vec<u8>) {
    assert_eq!((matrix.layout.bits, matrix.layout.group, matrix.layout.min), (8, 32, false));
    let (quants, scales) = (matrix.words_per_row() * 4, matrix.scale_words_per_row() * 4);
    let (mut bytes, mut count) = (Vec::new(), 0);
    for row in order {
        let quants = &matrix.quants[row * quants..][..quants];
        let scales = &matrix.scales[row * scales..][..scales];
        for (block, quants) in quants.chunks(GROUP).enumerate() {
            bytes.extend_from_slice(&scales[2 * block..][..2]);
            bytes.extend_from_slice(quants);
        }
        count += 1;
    }
    (count, bytes)
}

/// Rows of q or k in GGUF's order: the two that RoPE rotates together are adjacent.
fn interleaved(first: usize, heads: usize, head_dim: usize) -> impl Iterator<Item = usize> {
    (0..heads * head_dim).map(move |row| {
        let (head, within) = (row / head_dim, row % head_dim);
        first + head * head_dim + within % 2 * (head_dim / 2) + within / 2
    })
}

#[derive(Default)]
struct Writer {
    keys: u64,
    metadata: Vec<u8>,
    tensors: u64,
    table: Vec<u8>,
    data: Vec<u8>,
}

impl Writer {
    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }

    fn key(&mut self, key: &str, type_id: u32, value: &[u8]) {
        self.keys += 1;
        Self::text(&mut self.metadata, key);
        self.metadata.extend(type_id.to_le_bytes());
        self.metadata.extend(value);
    }

    fn text_key(&mut self, key: &str, text: &str) {
        let mut value = Vec::new();
        Self::text(&mut value, text);
        self.key(key, 8, &value);
    }

    fn list_key(&mut self, key: &str, type_id: u32, count: usize, items: &[u8]) {
        let value = [&type_id.to_le_bytes()[..], &(count as u64).to_le_bytes(), items].concat();
        self.key(key, 9, &value);
    }

    fn tensor(&mut self, name: &str, dimensions: &[usize], type_id: u32, data: &[u8]) {
        self.tensors += 1;
        Self::text(&mut self.table, name);
        self.table.extend((dimensions.len() as u32).to_le_bytes());
        dimensions.iter().for_each(|size| self.table.extend((*size as u64).to_le_bytes()));
        self.table.extend(type_id.to_le_bytes());
        self.table.extend((self.data.len() as u64).to_le_bytes());
        self.data.extend(data);
        self.data.resize(self.data.len().next_multiple_of(32), 0);
    }

    fn bytes(self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend(self.tensors.to_le_bytes());
        bytes.extend(self.keys.to_le_bytes());
        bytes.extend(self.metadata);
        bytes.extend(self.table);
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.extend(self.data);
        bytes
    }
}

/// The starter model of this name as a GGUF file.
pub fn bytes(name: &str) -> Vec<u8> {
    let (model, tokenizer) = starter(name);
    let a = model.info().architecture;
    let mut file = Writer::default();
    file.text_key("general.architecture", "llama");
    file.text_key("general.name", name);
    let sizes = [
        ("block_count", a.layers),
        ("context_length", a.max_positions),
        ("embedding_length", a.hidden_size),
        ("feed_forward_length", a.feed_forward),
        ("attention.head_count", a.heads),
        ("attention.head_count_kv", a.kv_heads),
        ("attention.key_length", a.head_dim),
        ("rope.dimension_count", a.head_dim),
    ];
    for (key, size) in sizes {
        file.key(&format!("llama.{key}"), 4, &(size as u32).to_le_bytes());
    }
    file.key("llama.attention.layer_norm_rms_epsilon", 6, &a.norm_eps.to_le_bytes());
    file.key("llama.rope.freq_base", 6, &10_000f32.to_le_bytes());
    add_tokenizer(&mut file, &tokenizer);

    let matrix = |name: &str| model.matrix(name).expect("is there");
    let mut add = |name: String, matrix: &Matrix<'_>, order: &mut dyn Iterator<Item = usize>| {
        let (count, bytes) = rows(matrix, order);
        file.tensor(&name, &[matrix.columns, count], Q8_0, &bytes);
    };
    add("token_embd.weight".to_owned(), &matrix("embed"), &mut (0..a.vocab_size));
    let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
    for layer in 0..a.layers {
        let ours = |part: &str| matrix(&format!("layers.{layer}.{part}"));
        let theirs = |part: &str| format!("blk.{layer}.{part}.weight");
        let qkv = ours("qkv");
        add(theirs("attn_q"), &qkv, &mut interleaved(0, a.heads, a.head_dim));
        add(theirs("attn_k"), &qkv, &mut interleaved(heads, a.kv_heads, a.head_dim));
        add(theirs("attn_v"), &qkv, &mut (heads + kv..heads + 2 * kv));
        add(theirs("attn_output"), &ours("o"), &mut (0..a.hidden_size));
        let gate_up = ours("gate_up");
        add(theirs("ffn_gate"), &gate_up, &mut (0..2 * a.feed_forward).step_by(2));
        add(theirs("ffn_up"), &gate_up, &mut (1..2 * a.feed_forward).step_by(2));
        add(theirs("ffn_down"), &ours("down"), &mut (0..a.hidden_size));
    }
    let mut norms = vec![("output_norm.weight".to_owned(), "final_norm".to_owned())];
    for layer in 0..a.layers {
        for norm in ["attn_norm", "ffn_norm"] {
            norms.push((format!("blk.{layer}.{norm}.weight"), format!("layers.{layer}.{norm}")));
        }
    }
    for (theirs, ours) in norms {
        let values = model.vector(&ours).expect("is there");
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.tensor(&theirs, &[values.len()], F32, &bytes);
    }
    file.bytes()
}

fn add_tokenizer(file: &mut Writer, tokenizer: &Value) {
    let vocab = tokenizer["model"]["vocab"].as_object().expect("a vocabulary");
    let mut tokens: Vec<(u64, &str)> =
        vocab.iter().map(|(token, id)| (id.as_u64().expect("an id"), token.as_str())).collect();
    let added = tokenizer["added_tokens"].as_array().expect("a list");
    let special: Vec<u64> = added.iter().map(|token| token["id"].as_u64().expect("an id")).collect();
    for token in added {
        let (id, text) = (token["id"].as_u64().expect("an id"), token["content"].as_str().expect("a text"));
        if !tokens.iter().any(|(known, _)| *known == id) {
            tokens.push((id, text));
        }
    }
    tokens.sort_unstable();
    let mut texts = Vec::new();
    tokens.iter().for_each(|(_, token)| Writer::text(&mut texts, token));
    // 1 is a usual token, 3 a special one.
    let kinds: Vec<u8> =
        tokens.iter().flat_map(|(id, _)| if special.contains(id) { 3i32 } else { 1 }.to_le_bytes()).collect();
    let merges = tokenizer["model"]["merges"].as_array().expect("a list");
    let mut joined = Vec::new();
    for merge in merges {
        let part = |index: usize| merge[index].as_str().expect("a token");
        Writer::text(&mut joined, &format!("{} {}", part(0), part(1)));
    }
    file.text_key("tokenizer.ggml.model", "gpt2");
    file.text_key("tokenizer.ggml.pre", "gpt-2");
    file.list_key("tokenizer.ggml.tokens", 8, tokens.len(), &texts);
    file.list_key("tokenizer.ggml.token_type", 5, tokens.len(), &kinds);
    file.list_key("tokenizer.ggml.merges", 8, merges.len(), &joined);
    file.key("tokenizer.ggml.bos_token_id", 4, &0u32.to_le_bytes());
    file.key("tokenizer.ggml.eos_token_id", 4, &1u32.to_le_bytes());
}
