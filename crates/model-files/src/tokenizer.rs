//! Text ↔ token ids.
//!
//! The encoder's vocabulary excludes added tokens (`<|eot_id|>`, `<s>`, …), so the text of a document can never become
//! one; prompts look them up by name with [`Tokenizer::special`]. The tokenizer library may panic on unusual files, so
//! every call into it catches panics.

mod definition;
mod pipeline;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokenizers::decoders::DecoderWrapper;
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{Decoder, Tokenizer as Encoder};

use crate::{Error, Result};
use definition::{Merge, Pipeline, TokenizerDefinition};

/// Encoded once at load, to refuse a tokenizer that fails on ordinary text before a job starts.
const TRIAL: &str = "Hello, world 123!\n Grüße, 世界 🙂\u{0}";

/// A byte-level BPE tokenizer, or BPE with byte fallback, as Llama models use them.
pub struct Tokenizer {
    encoder: Encoder,
    decoder: DecoderWrapper,
    /// Text of each id, including added tokens; `None` for unused ids.
    tokens: Vec<Option<String>>,
    added: BTreeMap<String, AddedToken>,
    merges: Vec<(u32, u32)>,
    settings: Vec<(&'static str, Value)>,
}

#[derive(Clone, Copy)]
struct AddedToken {
    id: u32,
    /// Omitted from decoded text.
    special: bool,
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokenizer").field("vocab_size", &self.vocab_size()).finish_non_exhaustive()
    }
}

impl Tokenizer {
    /// Reads the contents of a `tokenizer.json`.
    ///
    /// # Errors
    /// If it is damaged, of a kind that Llama models do not use, or fails on a test sentence.
    pub fn from_bytes(json: &[u8]) -> Result<Self> {
        let (definition, pipeline) = TokenizerDefinition::parse(json)?;
        let tokenizer = catch_panic(|| Self::build(definition, &pipeline))?;
        tokenizer.decode(&tokenizer.encode(TRIAL)?)?;
        Ok(tokenizer)
    }

    fn build(definition: TokenizerDefinition, pipeline: &Pipeline) -> Result<Self> {
        let mut model = definition.model;
        let added: BTreeMap<_, _> = definition
            .added_tokens
            .into_iter()
            .map(|token| (token.content, AddedToken { id: token.id, special: token.special }))
            .collect();

        let ids = model.vocab.values().copied().chain(added.values().map(|token| token.id));
        let mut tokens = vec![None; ids.max().map_or(0, |id| id as usize + 1)];
        let added_texts = added.iter().map(|(text, token)| (text, &token.id));
        for (text, id) in model.vocab.iter().chain(added_texts) {
            if let Some(slot) = tokens.get_mut(*id as usize) {
                *slot = Some(text.clone());
            }
        }

        model.vocab.retain(|token, _| !added.contains_key(token));
        model.merges.retain(|Merge(left, right)| {
            ![left, right, &format!("{left}{right}")].iter().any(|token| added.contains_key(*token))
        });
        let merges = model
            .merges
            .iter()
            .filter_map(|Merge(left, right)| Some((*model.vocab.get(left)?, *model.vocab.get(right)?)))
            .collect();
        let settings = vec![
            ("normalizer", Value::Array(pipeline.normalizer.effect())),
            ("pre-tokenizer", Value::Array(pipeline.pre_tokenizer.effect())),
            ("decoder", Value::Array(pipeline.decoder.effect())),
            ("byte fallback", model.byte_fallback.into()),
            ("ignored merges", model.ignore_merges.into()),
        ];

        let pairs: Vec<_> = model.merges.into_iter().map(|Merge(left, right)| (left, right)).collect();
        let bpe = BPE::builder()
            .vocab_and_merges(model.vocab.into_iter().collect::<tokenizers::models::bpe::Vocab>(), pairs)
            .byte_fallback(model.byte_fallback)
            .ignore_merges(model.ignore_merges)
            .build()
            .map_err(failed)?;
        let mut encoder = Encoder::new(bpe);
        encoder.with_normalizer(pipeline.normalizer.build::<NormalizerWrapper>()?).map_err(failed)?;
        encoder.with_pre_tokenizer(pipeline.pre_tokenizer.build::<PreTokenizerWrapper>()?);
        let decoder = pipeline.decoder.build::<DecoderWrapper>()?.ok_or(Error::NoTokenizer)?;
        Ok(Self { encoder, decoder, tokens, added, merges, settings })
    }

    /// The ids of `text`, without any added tokens.
    ///
    /// # Errors
    /// If the tokenizer library fails or panics.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        catch_panic(|| {
            let encoding = self.encoder.encode_fast(text, false).map_err(failed)?;
            Ok(encoding.get_ids().to_vec())
        })
    }

    /// The ids of `text` as by [`Tokenizer::encode`], each with its byte range in `text`. Tokens that share a character
    /// have the same range; that of a space inserted before the text is empty.
    ///
    /// # Errors
    /// If the tokenizer library fails or panics.
    pub fn pieces(&self, text: &str) -> Result<Vec<(u32, Range<usize>)>> {
        catch_panic(|| {
            let encoding = self.encoder.encode(text, false).map_err(failed)?;
            let bytes = encoding.get_offsets().iter().map(|&(start, end)| start..end);
            Ok(encoding.get_ids().iter().copied().zip(bytes).collect())
        })
    }

    /// The text of `ids` without special tokens. Bytes of incomplete characters become �.
    ///
    /// # Errors
    /// If an id is outside the vocabulary, or the tokenizer library fails or panics.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        let mut texts = Vec::with_capacity(ids.len());
        for id in ids {
            let text = self.text(*id).ok_or(Error::UnknownId { id: *id })?;
            if !self.added.get(text).is_some_and(|token| token.special) {
                texts.push(text.to_owned());
            }
        }
        catch_panic(|| self.decoder.decode(texts).map_err(failed))
    }

    /// The id of an added token such as `<|eot_id|>`.
    pub fn special(&self, token: &str) -> Option<u32> {
        self.added.get(token).map(|token| token.id)
    }

    /// Every added token with its id.
    pub fn specials(&self) -> impl Iterator<Item = (&str, u32)> {
        self.added.iter().map(|(text, token)| (text.as_str(), token.id))
    }

    /// One more than the highest id.
    pub fn vocab_size(&self) -> usize {
        self.tokens.len()
    }

    /// Describes the first difference to `other` in the treatment of a text or an id; `None` if models with these
    /// tokenizers can be decoded together. Reserved tokens, which no text contains, may differ in name.
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let size = self.vocab_size().max(other.vocab_size());
        for id in (0..).take(size) {
            let (ours, theirs) = (self.text(id), other.text(id));
            let reserved = [ours, theirs].iter().flatten().any(|text| text.contains("reserved"));
            let both_added = self.is_added(ours) && other.is_added(theirs);
            if ours != theirs && !(reserved && both_added) {
                return Some(format!("token {id} is {ours:?} in one and {theirs:?} in the other"));
            }
            if self.is_added(ours) != other.is_added(theirs) {
                return Some(format!("token {id} is an added token in only one: {ours:?}"));
            }
        }
        for ((name, ours), (_, theirs)) in self.settings.iter().zip(&other.settings) {
            if ours != theirs {
                return Some(format!("the {name} is {ours} in one and {theirs} in the other"));
            }
        }
        let merges = self.merges.len().max(other.merges.len());
        let rank = (0..merges).find(|rank| self.merges.get(*rank) != other.merges.get(*rank))?;
        let (ours, theirs) = (self.merge(rank), other.merge(rank));
        Some(format!("merge {rank} is {ours:?} in one and {theirs:?} in the other"))
    }

    /// A hexadecimal hash of everything that [`Tokenizer::first_difference`] compares except the names of added tokens.
    /// Models with different fingerprints cannot be decoded together.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add =
            |text: &str| hash.update([&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat());
        for token in &self.tokens {
            let text = token.as_deref();
            // Added tokens and unused ids are hashed as empty text, which no token has.
            add(text.filter(|_| !self.is_added(text)).unwrap_or_default());
        }
        self.settings.iter().for_each(|(name, value)| add(&format!("{name} {value}")));
        self.merges.iter().for_each(|(left, right)| add(&format!("{left} {right}")));
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn text(&self, id: u32) -> Option<&str> {
        self.tokens.get(id as usize)?.as_deref()
    }

    fn is_added(&self, text: Option<&str>) -> bool {
        text.is_none_or(|text| self.added.contains_key(text))
    }

    fn merge(&self, rank: usize) -> Option<(&str, &str)> {
        let (left, right) = self.merges.get(rank)?;
        Some((self.text(*left)?, self.text(*right)?))
    }
}

fn failed(error: tokenizers::Error) -> Error {
    Error::TokenizerFailed { reason: error.to_string() }
}

/// Runs `work` and turns a panic into an error. That is safe since the library's only state is a cache of whole
/// entries.
fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::TokenizerFailed { reason: "the tokenizer library panicked".into() }))
}
