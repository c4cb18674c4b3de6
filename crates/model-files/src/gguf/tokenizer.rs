//! Converts the tokenizer in a GGUF file's metadata to an equivalent `tokenizer.json`.

mod byte_level;
mod sentence_piece;

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::metadata::{GgufHeader, MetadataValue};
use crate::{Error, Result, limits};

/// `tokenizer.ggml.model` of SentencePiece tokenizers.
pub(super) const SENTENCE_PIECE: &str = "llama";
/// The same where the converter keeps the normalizer of a Unigram model.
const UNIGRAM: &str = "t5";
/// `tokenizer.ggml.model` of byte-level BPE.
const BYTE_LEVEL: &str = "gpt2";

/// ggml's token types.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;
const BYTE: i32 = 6;

/// The tokens of the file in the order of their ids.
struct TokenList<'a> {
    texts: Vec<Cow<'a, str>>,
    /// ggml's type of each token.
    types: Vec<i32>,
}

impl TokenList<'_> {
    fn ids(&self) -> Result<HashMap<&str, usize>> {
        let mut ids = HashMap::with_capacity(self.texts.len());
        for (id, token) in self.texts.iter().enumerate() {
            if ids.insert(token.as_ref(), id).is_some() {
                return refuse("a token occurs twice", token);
            }
        }
        Ok(ids)
    }
}

/// The texts of all tokens; `None` if the file has no tokenizer. Ids without a token are empty.
pub(super) fn token_texts(header: &GgufHeader) -> Result<Option<Vec<String>>> {
    let Some(list) = read_list(header)? else { return Ok(None) };
    let texts = list.texts.into_iter().zip(list.types);
    Ok(Some(
        texts.map(|(text, kind)| if kind == UNUSED { String::new() } else { text.into_owned() }).collect(),
    ))
}

/// The tokenizer as JSON; `None` if the file has none.
pub(super) fn to_json(header: &GgufHeader) -> Result<Option<Vec<u8>>> {
    let Some(list) = read_list(header)? else { return Ok(None) };
    let ids = list.ids()?;
    let mut json = match header.text("tokenizer.ggml.model")? {
        Some(BYTE_LEVEL) => byte_level::to_json(header)?,
        Some(SENTENCE_PIECE) => sentence_piece::to_json(header, &list, false)?,
        Some(UNIGRAM) => sentence_piece::to_json(header, &list, true)?,
        other => {
            let found = other.unwrap_or("none named").into();
            return Err(Error::Unsupported { feature: "a GGUF tokenizer model", found });
        }
    };
    json["version"] = "1.0".into();
    // In Unigram, an id is a position, so an unused token needs a place: among those that no text becomes.
    let unigram = json["model"]["type"] == "Unigram";
    let is_added = |kind: i32| [UNKNOWN, CONTROL, USER_DEFINED].contains(&kind) || unigram && kind == UNUSED;
    let added = list.texts.iter().zip(&list.types).enumerate().filter(|(_, (_, kind))| is_added(**kind));
    json["added_tokens"] = added
        .map(|(id, (token, kind))| {
            json!({"id": id, "content": token, "special": *kind != USER_DEFINED, "normalized": false, "single_word": false, "lstrip": false, "rstrip": false})
        })
        .collect();
    if !unigram {
        let used = ids.into_iter().filter(|(_, id)| list.types[*id] != UNUSED);
        let vocab: Map<String, Json> = used.map(|(token, id)| (token.to_owned(), id.into())).collect();
        json["model"]["vocab"] = vocab.into();
    }
    serde_json::to_vec(&json)
        .map(Some)
        .map_err(|error| Error::Json { reason: error.to_string(), file: "tokenizer.json".into() })
}

fn read_list(header: &GgufHeader) -> Result<Option<TokenList<'_>>> {
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
    // Converters write the spaces of SentencePiece's added tokens as spaces.
    let byte_level = header.text("tokenizer.ggml.model")? == Some(BYTE_LEVEL);
    let texts = tokens.iter().zip(&types).map(|(token, kind)| {
        match !byte_level && *kind == USER_DEFINED && token.contains(' ') {
            true => Cow::Owned(token.replace(' ', "▁")),
            false => Cow::Borrowed(token.as_str()),
        }
    });
    let texts = texts.collect();
    Ok(Some(TokenList { texts, types }))
}

fn refuse<T>(problem: &'static str, found: &str) -> Result<T> {
    Err(Error::Tokenizer { problem, found: found.into() })
}
