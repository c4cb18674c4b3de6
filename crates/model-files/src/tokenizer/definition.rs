//! Parses and checks a `tokenizer.json` before the tokenizer library reads it.
//!
//! Accepts what language models use: BPE over bytes, BPE with byte fallback, or Unigram with byte fallback, so that every
//! text can be encoded. Refuses what could make the library panic: merges to unknown tokens, zero lengths, unbounded
//! replacements.

use std::collections::{HashMap, HashSet};

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;

use super::pipeline::{self, PipelineSteps};
use super::vocabulary::Vocabulary;
use crate::{Error, Result, limits};

#[derive(Deserialize)]
pub(super) struct TokenizerDefinition {
    #[serde(default)]
    truncation: Option<Truncation>,
    #[serde(default)]
    pub added_tokens: Vec<AddedTokenDefinition>,
    #[serde(default)]
    normalizer: Option<Value>,
    #[serde(default)]
    pre_tokenizer: Option<Value>,
    #[serde(default)]
    post_processor: Option<Value>,
    #[serde(default)]
    decoder: Option<Value>,
    pub model: ModelDefinition,
}

/// Only checked for validity: Wasan never truncates a text.
#[derive(Deserialize)]
struct Truncation {
    max_length: usize,
    #[serde(default)]
    stride: usize,
}

#[derive(Deserialize)]
pub(super) struct AddedTokenDefinition {
    pub id: u32,
    pub content: String,
    #[serde(default)]
    pub special: bool,
    /// Matched after the normalizer, not before.
    #[serde(default)]
    pub normalized: bool,
    #[serde(default)]
    pub single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
}

impl AddedTokenDefinition {
    /// Whether the token is part of ordinary text, such as Gemma's line ends, which every text with line ends contains.
    /// Tokens with brackets (`<think>`, `[INST]`) mark up a conversation, so a text must not contain them.
    pub fn is_text(&self) -> bool {
        let plain = !self.content.contains(['<', '>', '[', ']', '{', '}', '|']);
        plain && !self.special && !self.lstrip && !self.rstrip
    }
}

/// A BPE or Unigram model; fields of the other kind are absent.
#[derive(Deserialize)]
pub(super) struct ModelDefinition {
    #[serde(rename = "type")]
    kind: Option<String>,
    pub vocab: Vocabulary,
    #[serde(default)]
    pub merges: Vec<Merge>,
    #[serde(default)]
    pub unk_id: Option<usize>,
    #[serde(default)]
    dropout: Option<f32>,
    #[serde(default)]
    continuing_subword_prefix: Option<String>,
    #[serde(default)]
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    pub byte_fallback: bool,
    #[serde(default)]
    pub ignore_merges: bool,
}

/// A pair of tokens to merge: `["a", "b"]`, or `"a b"` in older files.
pub(super) struct Merge(pub String, pub String);

impl<'de> Deserialize<'de> for Merge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Merge;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a merge: two tokens in a list, or in a text with one space")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Merge, E> {
                match text.split_once(' ') {
                    Some((left, right)) if !right.contains(' ') => Ok(Merge(left.into(), right.into())),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Merge, A::Error> {
                let left = list.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let right = list.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
                match list.next_element::<de::IgnoredAny>()? {
                    None => Ok(Merge(left, right)),
                    Some(_) => Err(de::Error::invalid_length(3, &self)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Flattened and checked steps of the tokenizer.
pub(super) struct Pipeline {
    pub normalizer: PipelineSteps,
    pub pre_tokenizer: PipelineSteps,
    pub decoder: PipelineSteps,
}

impl TokenizerDefinition {
    pub fn parse(json: &[u8]) -> Result<(Self, Pipeline)> {
        let found = json.len() as u64;
        if found > limits::TOKENIZER_BYTES {
            let limit = limits::TOKENIZER_BYTES;
            return Err(Error::TooLarge { what: "the size of tokenizer.json", limit, found });
        }
        let definition: Self = serde_json::from_slice(json)
            .map_err(|error| Error::Json { reason: error.to_string(), file: "tokenizer.json".into() })?;
        let pipeline = Pipeline {
            normalizer: pipeline::normalizer(definition.normalizer.as_ref())?,
            pre_tokenizer: pipeline::pre_tokenizer(definition.pre_tokenizer.as_ref())?,
            decoder: pipeline::decoder(definition.decoder.as_ref())?,
        };
        definition.check_settings()?;
        let ids = definition.model.vocab.ids()?;
        definition.check_post_processor(&ids)?;
        definition.check_tokens(&ids)?;
        definition.check_merges(&ids)?;
        definition.check_scores()?;
        definition.check_bytes(&ids, &pipeline)?;
        drop(ids);
        Ok((definition, pipeline))
    }

    fn check_settings(&self) -> Result<()> {
        let model = &self.model;
        match (model.kind.as_deref().unwrap_or("BPE"), &model.vocab) {
            ("BPE", Vocabulary::Ids(_)) | ("Unigram", Vocabulary::Scores(_)) => {}
            ("BPE", _) => return refuse("its tokens have scores instead of ids", "BPE"),
            ("Unigram", _) => return refuse("its tokens have no scores", "Unigram"),
            (kind, _) => {
                let feature = "a tokenizer model other than BPE and Unigram";
                return Err(Error::Unsupported { feature, found: kind.into() });
            }
        }
        if model.dropout.is_some_and(|dropout| dropout != 0.0) {
            return refuse("BPE dropout is for training only", "dropout");
        }
        let affixes = [&model.continuing_subword_prefix, &model.end_of_word_suffix];
        if let Some(affix) = affixes.into_iter().flatten().find(|affix| !affix.is_empty()) {
            return Err(Error::Unsupported {
                feature: "a word prefix or suffix in BPE",
                found: affix.clone(),
            });
        }
        if let Some(truncation) = &self.truncation
            && truncation.stride >= truncation.max_length
        {
            return refuse("the truncation's stride is not smaller than its length", truncation.stride);
        }
        Ok(())
    }

    /// Checks that a template names only known tokens. It is not used: Wasan inserts special tokens itself.
    fn check_post_processor(&self, ids: &HashMap<&str, u32>) -> Result<()> {
        let known: HashSet<&str> = self.added_tokens.iter().map(|token| token.content.as_str()).collect();
        for step in pipeline::flatten(self.post_processor.as_ref(), "processors")? {
            let pieces = ["single", "pair"].iter().filter_map(|key| step[*key].as_array()).flatten();
            for id in pieces.filter_map(|piece| piece["SpecialToken"]["id"].as_str()) {
                let declared = &step["special_tokens"][id]["tokens"];
                let tokens = declared.as_array().map(Vec::as_slice).unwrap_or_default();
                let is_known =
                    |token: &Value| token.as_str().is_some_and(|t| known.contains(t) || ids.contains_key(t));
                if tokens.is_empty() || !tokens.iter().all(is_known) {
                    return refuse("its template names an unknown special token", id);
                }
            }
        }
        Ok(())
    }

    fn check_tokens(&self, ids: &HashMap<&str, u32>) -> Result<()> {
        let added = self.added_tokens.iter().map(|token| (token.content.as_str(), token.id));
        let mut by_id = HashMap::new();
        for (token, id) in self.model.vocab.tokens().chain(added) {
            if id as usize >= limits::VOCABULARY {
                let limit = limits::VOCABULARY as u64;
                return Err(Error::TooLarge { what: "a token's id", limit, found: id.into() });
            }
            if token.len() > limits::TOKEN_BYTES {
                let limit = limits::TOKEN_BYTES as u64;
                return Err(Error::TooLarge { what: "a token's length", limit, found: token.len() as u64 });
            }
            if by_id.insert(id, token).is_some_and(|other| other != token) {
                return refuse("two tokens have the same id", id);
            }
        }
        for token in &self.added_tokens {
            if token.content.is_empty() {
                return refuse("an added token is empty", token.id);
            }
            if ids.get(token.content.as_str()).is_some_and(|id| *id != token.id) {
                return refuse("an added token has two ids", &token.content);
            }
        }
        let mut contents = HashSet::new();
        match self.added_tokens.iter().find(|token| !contents.insert(&token.content)) {
            Some(token) => refuse("an added token occurs twice", &token.content),
            None => Ok(()),
        }
    }

    fn check_merges(&self, ids: &HashMap<&str, u32>) -> Result<()> {
        let found = self.model.merges.len();
        if found > limits::MERGES {
            let limit = limits::MERGES as u64;
            return Err(Error::TooLarge { what: "the number of merges", limit, found: found as u64 });
        }
        let known = |token: &str| ids.contains_key(token);
        for Merge(left, right) in &self.model.merges {
            if left.is_empty() || right.is_empty() || !known(left) || !known(right) {
                return refuse("a merge names an unknown token", format!("{left} {right}"));
            }
            if !known(&[left.as_str(), right].concat()) {
                return refuse("a merge results in an unknown token", format!("{left} {right}"));
            }
        }
        Ok(())
    }

    /// Checks the scores, lengths and unknown token of a Unigram model.
    fn check_scores(&self) -> Result<()> {
        let Vocabulary::Scores(tokens) = &self.model.vocab else { return Ok(()) };
        for (token, score) in tokens {
            if !score.is_finite() {
                return refuse("a score is not a number", token);
            }
            if token.len() > limits::UNIGRAM_TOKEN_BYTES {
                let (limit, found) = (limits::UNIGRAM_TOKEN_BYTES as u64, token.len() as u64);
                return Err(Error::TooLarge { what: "a token's length", limit, found });
            }
        }
        match self.model.unk_id {
            Some(id) if id < tokens.len() => Ok(()),
            Some(id) => refuse("its unknown token is outside the vocabulary", id),
            None => refuse("it names no unknown token", "unk_id"),
        }
    }

    /// Checks that all bytes that occur in text have tokens; otherwise some characters would be lost silently.
    fn check_bytes(&self, ids: &HashMap<&str, u32>, pipeline: &Pipeline) -> Result<()> {
        let hidden = self.added_tokens.iter().filter(|token| !token.is_text());
        let added: HashSet<&str> = hidden.map(|token| token.content.as_str()).collect();
        let has = |token: &str| ids.contains_key(token) && !added.contains(token);
        if pipeline.pre_tokenizer.has("ByteLevel") || pipeline.normalizer.has("ByteLevel") {
            let mut needed = ByteLevel::alphabet().into_iter().filter(|byte| carries_text(*byte));
            return match needed.find(|byte| !has(&byte.to_string())) {
                Some(byte) => refuse("a byte of the byte-level alphabet is missing", byte),
                None => Ok(()),
            };
        }
        if !self.model.byte_fallback && matches!(self.model.vocab, Vocabulary::Scores(_)) {
            return Err(Error::Unsupported {
                feature: "a Unigram tokenizer that loses the characters outside of its vocabulary",
                found: "byte_fallback is false".into(),
            });
        }
        if !self.model.byte_fallback {
            return refuse("it has neither byte-level tokens nor byte fallback", "byte_fallback");
        }
        // Gemma 2 has a token for the tab itself.
        let is_token = |byte: u8| byte.is_ascii() && has(char::from(byte).encode_utf8(&mut [0; 4]));
        let missing = (0..=u8::MAX).filter(|byte| !is_token(*byte)).map(|byte| format!("<0x{byte:02X}>"));
        let mut missing = missing.filter(|byte| !has(byte));
        match missing.next() {
            Some(byte) => refuse("a byte token is missing", byte),
            None => Ok(()),
        }
    }
}

/// Whether the byte that the byte-level alphabet writes as `symbol` occurs in text. SmolLM2 omits others: C0, C1 and
/// F5 … FF are never part of UTF-8, F1 and F2 begin the unassigned planes 4 to 11, and most control characters (U+0100
/// … U+011F in the alphabet, apart from tab, line feed and return) do not occur in documents.
fn carries_text(symbol: char) -> bool {
    match symbol {
        '\u{109}' | '\u{10A}' | '\u{10D}' => true,
        '\u{C0}' | '\u{C1}' | '\u{F1}' | '\u{F2}' | '\u{F5}'..='\u{FF}' | '\u{100}'..='\u{11F}' => false,
        _ => true,
    }
}

fn refuse<T>(problem: &'static str, found: impl ToString) -> Result<T> {
    Err(Error::Tokenizer { problem, found: found.to_string() })
}
