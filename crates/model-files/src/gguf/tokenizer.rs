//! Converts the tokenizer in a GGUF file's metadata to an equivalent `tokenizer.json`.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::metadata::{GgufHeader, MetadataValue};
use crate::{Error, Result, limits};

/// `tokenizer.ggml.model` of SentencePiece tokenizers, whose merges follow from scores.
pub(super) const SCORED: &str = "llama";
/// `tokenizer.ggml.model` of byte-level BPE.
const BYTE_LEVEL: &str = "gpt2";

/// ggml's token types.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;

/// Llama 3's split pattern: contractions, words with one preceding sign, up to three digits, signs, line ends, spaces.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// GPT-2's split pattern; together with `SIGNS` llama.cpp's default.
const GPT_2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
const SIGNS: &str = r"[\p{P}\$\+<=>\^~\|]+";

/// The tokenizer as JSON; `None` if the file has none.
pub(super) fn to_json(header: &GgufHeader) -> Result<Option<Vec<u8>>> {
    let Some(tokens) = header.texts("tokenizer.ggml.tokens")? else { return Ok(None) };
    let count = tokens.len();
    if count > limits::VOCABULARY {
        let (limit, found) = (limits::VOCABULARY as u64, count as u64);
        return Err(Error::TooLarge { what: "the vocabulary size", limit, found });
    }
    let types = match header.get("tokenizer.ggml.token_type") {
        None => vec![NORMAL; count],
        Some(MetadataValue::Integers(types)) if types.len() == count => types.clone(),
        Some(_) => {
            return refuse("the list of token types does not match the tokens", "tokenizer.ggml.token_type");
        }
    };
    let mut ids = HashMap::with_capacity(count);
    for (id, token) in tokens.iter().enumerate() {
        if ids.insert(token.as_str(), id).is_some() {
            return refuse("a token occurs twice", token);
        }
    }
    let added: Vec<Json> = (tokens.iter().zip(&types).enumerate())
        .filter(|(_, (_, kind))| [UNKNOWN, CONTROL, USER_DEFINED].contains(kind))
        .map(|(id, (token, kind))| {
            json!({"id": id, "content": token, "special": *kind != USER_DEFINED, "normalized": false,
                "single_word": false, "lstrip": false, "rstrip": false})
        })
        .collect();

    let mut json = match header.text("tokenizer.ggml.model")? {
        Some(BYTE_LEVEL) => byte_level(header)?,
        Some(SCORED) => scored(header, tokens, &types, &ids)?,
        other => {
            let found = other.unwrap_or("none named").into();
            return Err(Error::Unsupported { feature: "a GGUF tokenizer model", found });
        }
    };
    json["version"] = "1.0".into();
    json["added_tokens"] = added.into();
    let vocab: Map<String, Json> = ids.into_iter().map(|(token, id)| (token.to_owned(), id.into())).collect();
    json["model"]["type"] = "BPE".into();
    json["model"]["vocab"] = vocab.into();
    serde_json::to_vec(&json)
        .map(Some)
        .map_err(|error| Error::Json { reason: error.to_string(), file: "tokenizer.json".into() })
}

fn byte_level(header: &GgufHeader) -> Result<Json> {
    let split = |pattern: &str| json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
    let bytes = |use_regex: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex});
    let pre = header.text("tokenizer.ggml.pre")?.unwrap_or("default");
    let (steps, ignore_merges) = match pre {
        "llama-bpe" | "llama3" | "llama-v3" => (vec![split(LLAMA_3), bytes(false)], true),
        "smollm" => (vec![json!({"type": "Digits", "individual_digits": true}), bytes(true)], false),
        "gpt-2" | "gpt2" => (vec![bytes(true)], false),
        "default" => {
            let splits = [SIGNS, GPT_2, r"\p{N}+", "[0-9][0-9][0-9]"].map(split);
            (splits.into_iter().chain([bytes(false)]).collect(), false)
        }
        other => return Err(Error::Unsupported { feature: "a GGUF pre-tokenizer", found: other.into() }),
    };
    let Some(merges) = header.texts("tokenizer.ggml.merges")? else {
        return refuse("it has no merges", "tokenizer.ggml.merges");
    };
    Ok(json!({
        "normalizer": null,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "decoder": bytes(true),
        "model": {"merges": merges, "ignore_merges": ignore_merges},
    }))
}

/// SentencePiece merges the adjacent tokens whose concatenation has the highest score, so the merges are all splits of
/// every token into two tokens, in the order of the tokens' scores. Spaces become ▁, with one before the text.
fn scored(header: &GgufHeader, tokens: &[String], types: &[i32], ids: &HashMap<&str, usize>) -> Result<Json> {
    let scores = match header.get("tokenizer.ggml.scores") {
        Some(MetadataValue::Floats(scores)) if scores.len() == tokens.len() => scores,
        _ => return refuse("the list of scores does not match the tokens", "tokenizer.ggml.scores"),
    };
    let is_normal = |token: &str| ids.get(token).is_some_and(|id| types[*id] == NORMAL);
    let mut merges = Vec::new();
    for (id, token) in tokens.iter().enumerate().filter(|(id, _)| types[*id] == NORMAL) {
        if token.len() > limits::SCORED_TOKEN_BYTES {
            let (limit, found) = (limits::SCORED_TOKEN_BYTES as u64, token.len() as u64);
            return Err(Error::TooLarge { what: "a token's length", limit, found });
        }
        for (at, _) in token.char_indices().skip(1) {
            let (left, right) = token.split_at(at);
            if is_normal(left) && is_normal(right) {
                merges.push((scores[id], left, right));
            }
        }
    }
    merges.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.chars().count().cmp(&a.1.chars().count())));
    let merges: Vec<_> = merges.into_iter().map(|(_, left, right)| [left, right]).collect();

    let space_first = header.flag("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
    let replace = |pattern: &str, content: &str| json!({"type": "Replace", "pattern": {"String": pattern}, "content": content});
    let mut normalizers = vec![replace(" ", "▁")];
    let mut decoders = vec![replace("▁", " "), json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
    if space_first {
        normalizers.insert(0, json!({"type": "Prepend", "prepend": "▁"}));
        decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    Ok(json!({
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": null,
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": {"merges": merges, "byte_fallback": true, "fuse_unk": true},
    }))
}

fn refuse<T>(problem: &'static str, found: &str) -> Result<T> {
    Err(Error::Tokenizer { problem, found: found.into() })
}
