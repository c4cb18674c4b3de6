//! Normalizer, pre-tokenizer and decoder of a `tokenizer.json`, flattened to lists. Accepts only steps that language
//! models use and that lose no letters: what SentencePiece's normalizers do to spaces, widths and control characters is
//! part of such a tokenizer.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::charsmap;
use crate::{Error, Result, limits};

const NORMALIZERS: &[&str] =
    &["NFC", "NFD", "NFKC", "NFKD", "Prepend", "Replace", "ByteLevel", "Precompiled", "Nmt", "Strip"];
const PRE_TOKENIZERS: &[&str] = &["ByteLevel", "Split", "Metaspace", "Digits", "Punctuation"];
const DECODERS: &[&str] = &["ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"];

/// Steps in the order of execution.
#[derive(Clone, PartialEq)]
pub(super) struct PipelineSteps {
    list_key: &'static str,
    steps: Vec<Value>,
}

impl PipelineSteps {
    pub fn has(&self, kind: &str) -> bool {
        self.steps.iter().any(|step| step["type"] == kind)
    }

    /// Builds the library's type; `None` for an empty list.
    pub fn build<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        if self.steps.is_empty() {
            return Ok(None);
        }
        serde_json::from_value(json!({"type": "Sequence", self.list_key: self.steps}))
            .map(Some)
            .map_err(|error| Error::Json { reason: error.to_string(), file: "tokenizer.json".into() })
    }

    /// The same with `step` as its first.
    pub fn with_first(mut self, step: Value) -> Self {
        self.steps.insert(0, step);
        self
    }

    /// The same with `step` as its last.
    pub fn with_last(mut self, step: Value) -> Self {
        self.steps.push(step);
        self
    }

    /// The pre-tokenizer of a text that does not begin the prompt; `None` if that makes no difference.
    pub fn continuing(&self) -> Option<Self> {
        let is_first = |step: &Value| step["type"] == "Metaspace" && step["prepend_scheme"] == "first";
        if !self.steps.iter().any(is_first) {
            return None;
        }
        let mut continuing = self.clone();
        for step in continuing.steps.iter_mut().filter(|step| is_first(step)) {
            step["prepend_scheme"] = "never".into();
        }
        Some(continuing)
    }

    /// The steps without fields that have no effect on the text.
    pub fn effect(&self) -> Vec<Value> {
        let mut steps = self.steps.clone();
        for step in &mut steps {
            let byte_level = step["type"] == "ByteLevel";
            if let Some(fields) = step.as_object_mut() {
                fields.remove("trim_offsets");
                // A table of 300 KB would make every message unreadable.
                if let Some(Value::String(table)) = fields.get_mut(CHARSMAP) {
                    *table = Sha256::digest(&table).iter().map(|byte| format!("{byte:02x}")).collect();
                }
                if byte_level && self.list_key == DECODER_LIST {
                    fields.retain(|key, _| key == "type");
                }
            }
        }
        steps
    }
}

const DECODER_LIST: &str = "decoders";
const CHARSMAP: &str = "precompiled_charsmap";

pub(super) fn normalizer(value: Option<&Value>) -> Result<PipelineSteps> {
    checked(value, "normalizers", NORMALIZERS)
}

pub(super) fn pre_tokenizer(value: Option<&Value>) -> Result<PipelineSteps> {
    checked(value, "pretokenizers", PRE_TOKENIZERS)
}

pub(super) fn decoder(value: Option<&Value>) -> Result<PipelineSteps> {
    let decoder = checked(value, DECODER_LIST, DECODERS)?;
    match decoder.steps.is_empty() {
        true => refuse("it has no decoder", "decoder"),
        false => Ok(decoder),
    }
}

/// Flattens nested sequences to one list of steps; `null` is an empty list.
pub(super) fn flatten(value: Option<&Value>, list_key: &str) -> Result<Vec<Value>> {
    let mut steps = Vec::new();
    let mut waiting: Vec<&Value> = value.into_iter().collect();
    while let Some(step) = waiting.pop() {
        if step["type"] == "Sequence" {
            let Some(inner) = step[list_key].as_array() else {
                return refuse("a sequence has no steps", list_key);
            };
            waiting.extend(inner.iter().rev());
        } else if !step.is_null() {
            steps.push(step.clone());
        }
        if steps.len() + waiting.len() > limits::PIPELINE_STEPS {
            let (limit, found) = (limits::PIPELINE_STEPS as u64, (steps.len() + waiting.len()) as u64);
            return Err(Error::TooLarge { what: "the number of tokenizer steps", limit, found });
        }
    }
    Ok(steps)
}

fn checked(value: Option<&Value>, list_key: &'static str, allowed: &[&str]) -> Result<PipelineSteps> {
    let steps = flatten(value, list_key)?;
    let mut expansion = 1;
    for step in &steps {
        let kind = step["type"].as_str().unwrap_or("a step without a type");
        if !allowed.contains(&kind) {
            return Err(Error::Unsupported { feature: "a tokenizer step", found: kind.into() });
        }
        let pattern = &step["pattern"];
        let pattern = pattern["Regex"].as_str().or(pattern["String"].as_str()).unwrap_or_default();
        if pattern.len() > limits::PATTERN_BYTES {
            let (limit, found) = (limits::PATTERN_BYTES as u64, pattern.len() as u64);
            return Err(Error::TooLarge { what: "the length of a tokenizer pattern", limit, found });
        }
        if pattern.is_empty() && matches!(kind, "Split" | "Replace") {
            return refuse("a pattern is empty", kind);
        }
        if kind == "Precompiled" {
            check_charsmap(&step[CHARSMAP])?;
        }
        if step["behavior"] == "Removed" {
            return refuse("it removes text", kind);
        }
        let text = step["content"].as_str().or(step["prepend"].as_str()).unwrap_or_default();
        if matches!(kind, "Replace" | "Prepend") {
            expansion *= text.len().clamp(1, limits::EXPANSION + 1);
        }
        if expansion > limits::EXPANSION {
            return refuse("its replacements lengthen a text beyond the limit", kind);
        }
    }
    Ok(PipelineSteps { list_key, steps })
}

/// Its length is checked before it is decoded.
fn check_charsmap(table: &Value) -> Result<()> {
    let text = table.as_str().unwrap_or_default();
    if text.len() / 4 * 3 > limits::CHARSMAP_BYTES {
        let (limit, found) = (limits::CHARSMAP_BYTES as u64, text.len() as u64 / 4 * 3);
        return Err(Error::TooLarge { what: "the size of the precompiled normalizer", limit, found });
    }
    match BASE64_STANDARD.decode(text) {
        Ok(bytes) => charsmap::check(&bytes),
        Err(_) => refuse("its precompiled normalizer is damaged", "not base64"),
    }
}

fn refuse<T>(problem: &'static str, found: &str) -> Result<T> {
    Err(Error::Tokenizer { problem, found: found.into() })
}
