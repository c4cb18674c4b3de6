//! Text ↔ token ids.
//!
//! The encoder's vocabulary excludes added tokens (`<|eot_id|>`, `<s>`, …), so the text of a document can never become
//! one; prompts look them up by name with [`Tokenizer::special`]. Added tokens that are ordinary text, such as Gemma's
//! line ends, count as text. The tokenizer library may panic on unusual files, so every call into it catches panics.

mod charsmap;
mod comparison;
mod definition;
mod encoder;
mod pipeline;
mod vocabulary;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use tokenizers::decoders::DecoderWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{Decoder, Encoding, Model, OffsetType, PreTokenizer, Tokenizer as Encoder};

use crate::{Error, Result};
use definition::{Pipeline, TokenizerDefinition};

/// Encoded once at load, to refuse a tokenizer that fails on ordinary text before a job starts.
const TRIAL: &str = "Hello, world 123!\n Grüße, 世界 🙂\u{0}";

/// A tokenizer of one of three kinds: byte-level BPE, BPE with byte fallback, Unigram with byte fallback.
pub struct Tokenizer {
    encoder: Encoder,
    /// The pre-tokenizer of a text that does not begin the prompt, if it differs.
    continuing: Option<PreTokenizerWrapper>,
    decoder: DecoderWrapper,
    /// Text of each id, including added tokens; `None` for unused ids.
    tokens: Vec<Option<String>>,
    added: BTreeMap<String, AddedToken>,
    merges: Vec<(u32, u32)>,
    scores: Vec<f64>,
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
    /// If it is damaged, of a kind that is not supported or loses text, or fails on a test sentence.
    pub fn from_bytes(json: &[u8]) -> Result<Self> {
        let (definition, pipeline) = TokenizerDefinition::parse(json)?;
        let tokenizer = catch_panic(|| Self::build(definition, &pipeline))?;
        tokenizer.decode(&tokenizer.encode(TRIAL)?)?;
        Ok(tokenizer)
    }

    fn build(definition: TokenizerDefinition, pipeline: &Pipeline) -> Result<Self> {
        let model = definition.model;
        let (text_tokens, hidden): (Vec<_>, Vec<_>) =
            definition.added_tokens.into_iter().partition(definition::AddedTokenDefinition::is_text);
        let added: BTreeMap<_, _> = hidden
            .into_iter()
            .map(|token| (token.content, AddedToken { id: token.id, special: token.special }))
            .collect();

        let texts = text_tokens.iter().map(|token| (token.content.as_str(), token.id));
        let all = || {
            let added = added.iter().map(|(text, token)| (text.as_str(), token.id));
            model.vocab.tokens().chain(texts.clone()).chain(added)
        };
        let mut tokens = vec![None; all().map(|(_, id)| id).max().map_or(0, |id| id as usize + 1)];
        for (text, id) in all() {
            if let Some(slot) = tokens.get_mut(id as usize) {
                *slot = Some(text.to_owned());
            }
        }
        let parts = encoder::build(model, pipeline, &added, &text_tokens)?;
        let encoder::Parts { encoder, continuing, decoder, merges, scores, settings } = parts;
        Ok(Self { encoder, continuing, decoder, tokens, added, merges, scores, settings })
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

    /// The ids of a `text` that follows other tokens of a prompt. They differ from those of [`Tokenizer::encode`] where
    /// the tokenizer puts a space before the beginning of a prompt only.
    ///
    /// # Errors
    /// If the tokenizer library fails or panics.
    pub fn encode_continuing(&self, text: &str) -> Result<Vec<u32>> {
        match &self.continuing {
            None => self.encode(text),
            Some(steps) => catch_panic(|| Ok(self.run(steps, text)?.get_ids().to_vec())),
        }
    }

    /// The ids of `text` as by [`Tokenizer::encode`], or by [`Tokenizer::encode_continuing`] if it is `continuing`, each
    /// with its byte range in `text`. Tokens that share a character have the same range; that of a space inserted before
    /// the text is empty.
    ///
    /// # Errors
    /// If the tokenizer library fails or panics.
    pub fn pieces(&self, text: &str, continuing: bool) -> Result<Vec<(u32, Range<usize>)>> {
        catch_panic(|| {
            let encoding = match &self.continuing {
                Some(steps) if continuing => self.run(steps, text)?,
                _ => self.encoder.encode(text, false).map_err(failed)?,
            };
            let bytes = encoding.get_offsets().iter().map(|&(start, end)| start..end);
            Ok(encoding.get_ids().iter().copied().zip(bytes).collect())
        })
    }

    /// The library's encoding with another pre-tokenizer.
    fn run(&self, pre_tokenizer: &PreTokenizerWrapper, text: &str) -> Result<Encoding> {
        let added = self.encoder.get_added_vocabulary();
        let mut pieces = added.extract_and_normalize(self.encoder.get_normalizer(), text);
        pre_tokenizer.pre_tokenize(&mut pieces).map_err(failed)?;
        pieces.tokenize(|piece| self.encoder.get_model().tokenize(piece.get())).map_err(failed)?;
        pieces.into_encoding(None, 0, OffsetType::Byte).map_err(failed)
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

    /// The ids of tokens that end a line, in order: byte-level vocabularies write a line feed as `Ċ`, byte fallback as `<0x0A>`.
    pub fn line_ends(&self) -> Vec<u32> {
        let ends_line = |text: &str| text.contains(['\n', 'Ċ']) || text == "<0x0A>";
        (0..self.tokens.len() as u32).filter(|&id| self.text(id).is_some_and(ends_line)).collect()
    }

    /// The text of an id as the vocabulary has it; `None` for unused ids.
    pub(crate) fn text(&self, id: u32) -> Option<&str> {
        self.tokens.get(id as usize)?.as_deref()
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
