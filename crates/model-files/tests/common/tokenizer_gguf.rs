//! GGUF files that hold a tokenizer only, with the keys that llama.cpp's converter writes.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use base64::Engine;
use serde_json::Value;

/// ggml's token types.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;
const BYTE: i32 = 6;

/// The score that the converter gives to added tokens.
const ADDED: f32 = -1000.0;

pub struct TokenizerGguf {
    model: &'static str,
    pub pre: String,
    pub tokens: Vec<String>,
    pub types: Vec<i32>,
    pub scores: Vec<f32>,
    merges: Vec<String>,
    pub charsmap: Vec<u8>,
    /// `add_space_prefix`, `remove_extra_whitespaces`.
    flags: Option<(bool, bool)>,
}

fn is_byte(token: &str) -> bool {
    token.len() == 6 && token.starts_with("<0x") && token.ends_with('>')
}

impl TokenizerGguf {
    /// From a `tokenizer.json` whose tokens have the given ids.
    fn new(json: &Value, model: &'static str, vocab: BTreeMap<u32, String>) -> Self {
        let mut all = vocab;
        let mut kinds = BTreeMap::new();
        for token in json["added_tokens"].as_array().unwrap() {
            let (id, content) = (token["id"].as_u64().unwrap() as u32, token["content"].as_str().unwrap());
            let special = token["special"] == true;
            let spaces = if model == "gpt2" { content.to_owned() } else { content.replace('▁', " ") };
            all.insert(id, if special { content.to_owned() } else { spaces });
            let kind = if content == "<unk>" {
                UNKNOWN
            } else if special {
                CONTROL
            } else {
                USER_DEFINED
            };
            kinds.insert(id, kind);
        }
        let count = all.keys().max().unwrap() + 1;
        // Rows of the embedding beyond the vocabulary.
        let (mut tokens, mut types) = (Vec::new(), Vec::new());
        for id in 0..count + 3 {
            let text = all.get(&id).cloned();
            let kind = match &text {
                None => UNUSED,
                Some(text) => kinds.get(&id).copied().unwrap_or(if is_byte(text) { BYTE } else { NORMAL }),
            };
            tokens.push(text.unwrap_or_else(|| format!("[PAD{id}]")));
            types.push(kind);
        }
        let scores = types.iter().map(|kind| if *kind == BYTE { 0.0 } else { ADDED }).collect();
        let (pre, merges, charsmap) = ("default".to_owned(), Vec::new(), Vec::new());
        Self { model, pre, tokens, types, scores, merges, charsmap, flags: None }
    }

    fn by_id(json: &Value) -> BTreeMap<u32, String> {
        let vocab = json["model"]["vocab"].as_object().unwrap();
        vocab.iter().map(|(token, id)| (id.as_u64().unwrap() as u32, token.clone())).collect()
    }

    pub fn byte_level(json: &Value, pre: &str) -> Self {
        let mut gguf = Self::new(json, "gpt2", Self::by_id(json));
        let merges = json["model"]["merges"].as_array().unwrap().iter();
        gguf.merges = merges
            .map(|merge| match merge.as_str() {
                Some(text) => text.to_owned(),
                None => format!("{} {}", merge[0].as_str().unwrap(), merge[1].as_str().unwrap()),
            })
            .collect();
        pre.clone_into(&mut gguf.pre);
        gguf.scores.clear();
        gguf
    }

    /// SentencePiece's BPE numbers its tokens: 0, −1, −2, …; Llama 2's runs of spaces have the lowest scores.
    pub fn scored(json: &Value, space_first: bool) -> Self {
        let mut gguf = Self::new(json, "llama", Self::by_id(json));
        let mut rank = 0.0;
        for (id, token) in gguf.tokens.iter().enumerate().filter(|(id, _)| gguf.types[*id] == NORMAL) {
            let spaces = token.chars().count() > 1 && token.chars().all(|c| c == '▁');
            gguf.scores[id] = if spaces { -1e9 } else { -rank };
            rank += 1.0;
        }
        gguf.flags = Some((space_first, false));
        gguf
    }

    /// `t5` keeps the normalizer, `llama` does not.
    pub fn unigram(json: &Value, model: &'static str, space_first: bool) -> Self {
        let list = json["model"]["vocab"].as_array().unwrap();
        let vocab = (0..).zip(list).map(|(id, token)| (id, token[0].as_str().unwrap().to_owned()));
        let mut gguf = Self::new(json, model, vocab.collect());
        for (id, token) in list.iter().enumerate().filter(|(id, _)| gguf.types[*id] == NORMAL) {
            gguf.scores[id] = token[1].as_f64().unwrap() as f32;
        }
        gguf.flags = Some((space_first, model == "t5"));
        let steps = json["normalizer"]["normalizers"].as_array().unwrap();
        let table = steps.iter().find_map(|step| step["precompiled_charsmap"].as_str());
        if let Some(table) = table.filter(|_| model == "t5") {
            gguf.charsmap = base64::prelude::BASE64_STANDARD.decode(table).unwrap();
        }
        gguf
    }

    /// The file, without tensors.
    pub fn bytes(&self) -> Vec<u8> {
        let key = |name: &str| text(&format!("tokenizer.ggml.{name}"));
        let list = |name: &str, type_id: u32, count: usize, items: Vec<u8>| {
            let head = [9, type_id].map(u32::to_le_bytes).concat();
            [key(name), head, (count as u64).to_le_bytes().to_vec(), items].concat()
        };
        let value = |name: &str, type_id: u32, bytes: Vec<u8>| {
            [key(name), type_id.to_le_bytes().to_vec(), bytes].concat()
        };
        let texts = |items: &[String]| items.iter().flat_map(|item| text(item)).collect::<Vec<u8>>();
        let kinds = self.types.iter().flat_map(|kind| kind.to_le_bytes()).collect();
        let mut entries = vec![
            value("model", 8, text(self.model)),
            value("pre", 8, text(&self.pre)),
            list("tokens", 8, self.tokens.len(), texts(&self.tokens)),
            list("token_type", 5, self.types.len(), kinds),
        ];
        if !self.merges.is_empty() {
            entries.push(list("merges", 8, self.merges.len(), texts(&self.merges)));
        }
        if !self.scores.is_empty() {
            let scores = self.scores.iter().flat_map(|score| score.to_le_bytes()).collect();
            entries.push(list("scores", 6, self.scores.len(), scores));
        }
        if !self.charsmap.is_empty() {
            entries.push(list("precompiled_charsmap", 0, self.charsmap.len(), self.charsmap.clone()));
        }
        if let Some((space_first, remove_extra)) = self.flags {
            entries.push(value("add_space_prefix", 7, vec![space_first.into()]));
            entries.push(value("remove_extra_whitespaces", 7, vec![remove_extra.into()]));
        }
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend(0u64.to_le_bytes());
        bytes.extend((entries.len() as u64).to_le_bytes());
        bytes.extend(entries.concat());
        bytes
    }
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}
