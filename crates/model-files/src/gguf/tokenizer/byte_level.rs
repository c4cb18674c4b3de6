//! Byte-level BPE: `tokenizer.ggml.pre` names the pre-tokenizer, whose patterns are those of the families' own
//! `tokenizer.json`.

use serde_json::{Value as Json, json};

use super::super::metadata::GgufHeader;
use crate::{Error, Result};

/// Llama 3: contractions, words with one preceding sign, up to three digits, signs, line ends, spaces.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Qwen 2 to 3: the same with single digits.
const QWEN_2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Mistral's Tekken: words end before a capital letter; single digits.
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// DeepSeek 3 and HunYuan dense, applied one after the other: digits, Chinese and Japanese, the rest.
const DEEPSEEK_3: [&str; 3] = [
    r"\p{N}{1,3}",
    "[一-龥\u{3040}-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
];
/// GPT-2; together with `SIGNS` llama.cpp's default.
const GPT_2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
const SIGNS: &str = r"[\p{P}\$\+<=>\^~\|]+";

pub(super) fn to_json(header: &GgufHeader) -> Result<Json> {
    let split = |pattern: &str| json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
    let bytes = |use_regex: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex});
    let splits = |patterns: &[&str]| -> Vec<Json> {
        patterns.iter().map(|pattern| split(pattern)).chain([bytes(false)]).collect()
    };
    let pre = header.text("tokenizer.ggml.pre")?.unwrap_or("default");
    let (steps, ignore_merges) = match pre {
        "llama-bpe" | "llama3" | "llama-v3" => (splits(&[LLAMA_3]), true),
        "qwen2" | "deepseek-r1-qwen" => (splits(&[QWEN_2]), false),
        "tekken" => (splits(&[TEKKEN]), true),
        "deepseek-v3" | "hunyuan-dense" => (splits(&DEEPSEEK_3), false),
        "smollm" => (vec![json!({"type": "Digits", "individual_digits": true}), bytes(true)], false),
        "gpt-2" | "gpt2" => (vec![bytes(true)], false),
        "default" => (splits(&[SIGNS, GPT_2, r"\p{N}+", "[0-9][0-9][0-9]"]), false),
        other => {
            let problem = "it only names its pre-tokenizer, which Wasan does not know";
            return Err(Error::IncompleteTokenizer { problem, found: other.into() });
        }
    };
    // llama.cpp skips this step; the models were trained with it.
    let normalizer = if pre == "qwen2" { json!({"type": "NFC"}) } else { Json::Null };
    let Some(merges) = header.texts("tokenizer.ggml.merges")? else {
        return super::refuse("it has no merges", "tokenizer.ggml.merges");
    };
    Ok(json!({
        "normalizer": normalizer,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "decoder": bytes(true),
        "model": {"type": "BPE", "merges": merges, "ignore_merges": ignore_merges},
    }))
}
