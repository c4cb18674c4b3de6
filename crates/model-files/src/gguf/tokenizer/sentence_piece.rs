//! SentencePiece: `tokenizer.ggml.model` is `t5` for Unigram, and `llama` for BPE or Unigram; converters of models with
//! Llama's architecture write `llama` for both. The scores tell them apart: BPE numbers its tokens (0, −1, −2, …),
//! Unigram stores log-probabilities.
//!
//! A converter that had no scores writes −1000 for every token. Such a file has lost its merges.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value as Json, json};
use tokenizers::NormalizedString;

use super::super::metadata::{GgufHeader, MetadataValue};
use super::{BYTE, NORMAL, TokenList, UNKNOWN, USER_DEFINED, refuse};
use crate::{Error, Result, limits};

/// Normal tokens of a vocabulary that is large enough to show how its texts were normalized.
const TELLING_VOCABULARY: usize = 1000;

/// `always_unigram` for files whose converter wrote Unigram only.
pub(super) fn to_json(header: &GgufHeader, list: &TokenList, always_unigram: bool) -> Result<Json> {
    let scores = match header.get("tokenizer.ggml.scores") {
        Some(MetadataValue::Floats(scores)) if scores.len() == list.texts.len() => scores,
        _ => return refuse("the list of scores does not match the tokens", "tokenizer.ggml.scores"),
    };
    if scores.iter().any(|score| !score.is_finite()) {
        return refuse("a score is not a number", "tokenizer.ggml.scores");
    }
    let of_normal =
        || scores.iter().zip(&list.types).filter(|(_, kind)| **kind == NORMAL).map(|(score, _)| *score);
    let unigram = always_unigram || of_normal().any(|score| score.fract() != 0.0);
    let first = of_normal().next();
    if !unigram && of_normal().count() > 1 && of_normal().all(|score| Some(score) == first) {
        let problem = "all of its tokens have the same score, so the merges are lost";
        return Err(Error::IncompleteTokenizer { problem, found: format!("{first:?}") });
    }

    let space_first = header.flag("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
    let string = |pattern: &str, content: &str| json!({"type": "Replace", "pattern": {"String": pattern}, "content": content});
    let regex = |pattern: &str, content: &str| json!({"type": "Replace", "pattern": {"Regex": pattern}, "content": content});
    let mut normalizers = Vec::new();
    if unigram {
        normalizers.extend(normalization(header, list)?);
        // SentencePiece counts only spaces here, not line ends.
        if header.flag("tokenizer.ggml.remove_extra_whitespaces")?.unwrap_or(false) {
            normalizers.push(regex(r"\A +| +\z", ""));
            normalizers.push(regex(" {2,}", " "));
        }
    }
    let mut decoders = vec![string("▁", " "), json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
    if space_first {
        normalizers.push(json!({"type": "Prepend", "prepend": "▁"}));
        decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    normalizers.push(string(" ", "▁"));
    let model = if unigram {
        // Others have placeholders. Zero lets a token added for text win over its parts, as in SentencePiece.
        let score = |id: usize| if list.types[id] == NORMAL { scores[id] } else { 0.0 };
        let tokens: Vec<_> = list.texts.iter().enumerate().map(|(id, text)| (text, score(id))).collect();
        let bytes = list.types.contains(&BYTE);
        let unknown = list.types.iter().position(|kind| *kind == UNKNOWN);
        json!({"type": "Unigram", "vocab": tokens, "unk_id": unknown, "byte_fallback": bytes})
    } else {
        json!({"type": "BPE", "merges": merges(list, scores)?, "byte_fallback": true, "fuse_unk": true})
    };
    Ok(json!({
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": null,
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": model,
    }))
}

/// The file's own table; without one, NFKC if no token contains a character that NFKC would replace. Files of type
/// `llama` have no table, whether the model was trained with one or not. Without NFKC, a vocabulary that has no `！` or
/// `（` writes each of them as three bytes.
fn normalization(header: &GgufHeader, list: &TokenList) -> Result<Option<Json>> {
    if let Some(MetadataValue::Integers(table)) = header.get("tokenizer.ggml.precompiled_charsmap") {
        if table.len() > limits::CHARSMAP_BYTES {
            let (limit, found) = (limits::CHARSMAP_BYTES as u64, table.len() as u64);
            return Err(Error::TooLarge { what: "the size of the precompiled normalizer", limit, found });
        }
        // Signed and unsigned bytes occur.
        let bytes: Vec<u8> = table.iter().map(|byte| *byte as u8).collect();
        let table = BASE64_STANDARD.encode(bytes);
        return Ok(Some(json!({"type": "Precompiled", "precompiled_charsmap": table})));
    }
    let is_normalized = |text: &str| {
        // SentencePiece's own NFKC keeps this one.
        let text = text.replace('～', "~");
        let mut normalized = NormalizedString::from(text.as_str());
        normalized.nfkc().get() == text
    };
    let normal = || list.texts.iter().zip(&list.types).filter(|(_, kind)| **kind == NORMAL);
    let closed = normal().count() >= TELLING_VOCABULARY && normal().all(|(text, _)| is_normalized(text));
    Ok(closed.then(|| json!({"type": "NFKC"})))
}

/// SentencePiece merges the adjacent tokens whose concatenation has the highest score, so the merges are all splits of
/// every token into two tokens, in the order of the tokens' scores. Tokens added for text, such as runs of spaces, come
/// first: their scores are placeholders.
fn merges<'a>(list: &'a TokenList, scores: &[f32]) -> Result<Vec<[&'a str; 2]>> {
    let ids = list.ids()?;
    let mergeable = |id: usize| [NORMAL, USER_DEFINED].contains(&list.types[id]);
    let is_mergeable = |token: &str| ids.get(token).is_some_and(|id| mergeable(*id));
    let mut merges = Vec::new();
    for (id, token) in list.texts.iter().enumerate().filter(|(id, _)| mergeable(*id)) {
        if token.len() > limits::SCORED_TOKEN_BYTES {
            let (limit, found) = (limits::SCORED_TOKEN_BYTES as u64, token.len() as u64);
            return Err(Error::TooLarge { what: "a token's length", limit, found });
        }
        let score = if list.types[id] == USER_DEFINED { f32::INFINITY } else { scores[id] };
        for (left_chars, (at, _)) in token.char_indices().enumerate().skip(1) {
            let (left, right) = token.split_at(at);
            if is_mergeable(left) && is_mergeable(right) {
                merges.push((score, left_chars, right.chars().count(), [left, right]));
            }
        }
    }
    merges.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (b.1, b.2).cmp(&(a.1, a.2))));
    Ok(merges.into_iter().map(|(_, _, _, merge)| merge).collect())
}
