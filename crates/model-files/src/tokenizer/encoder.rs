//! The library's encoder and decoder of a checked definition.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokenizers::decoders::DecoderWrapper;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{ModelWrapper, Tokenizer as Library};

use super::definition::{AddedTokenDefinition, Merge, ModelDefinition, Pipeline};
use super::vocabulary::Vocabulary;
use super::{AddedToken, failed};
use crate::{Error, Result};

/// Ends a piece after the `<` of a text such as `<0x41>`, which the library's Unigram would take for the byte.
const BYTE_TOKEN_IN_TEXT: &str = "<(?=0x[0-9A-F]{2}>)";

/// What encodes and decodes, and what tells it from others.
pub(super) struct Parts {
    pub encoder: Library,
    /// The pre-tokenizer of a text that does not begin the prompt, if it differs.
    pub continuing: Option<PreTokenizerWrapper>,
    pub decoder: DecoderWrapper,
    /// BPE: the ids of each merge.
    pub merges: Vec<(u32, u32)>,
    /// Unigram: the score of each id.
    pub scores: Vec<f64>,
    /// Name and value of everything else that decides the ids of a text.
    pub settings: Vec<(&'static str, Value)>,
}

/// Builds the library's types. `hidden` are the added tokens that no text may become, `text_tokens` the others.
pub(super) fn build(
    model: ModelDefinition,
    pipeline: &Pipeline,
    hidden: &BTreeMap<String, AddedToken>,
    text_tokens: &[AddedTokenDefinition],
) -> Result<Parts> {
    let mut settings = vec![
        ("normalizer", Value::Array(pipeline.normalizer.effect())),
        ("pre-tokenizer", Value::Array(pipeline.pre_tokenizer.effect())),
        ("decoder", Value::Array(pipeline.decoder.effect())),
        ("byte fallback", model.byte_fallback.into()),
        ("ignored merges", model.ignore_merges.into()),
    ];
    let mut pre_tokenizer = pipeline.pre_tokenizer.clone();
    let mut decoder = pipeline.decoder.clone();
    if model.byte_fallback && !decoder.has("ByteFallback") {
        decoder = decoder.with_first(json!({"type": "ByteFallback"}));
    }
    if let Some(unknown) = model.unk_id.filter(|_| matches!(model.vocab, Vocabulary::Scores(_))) {
        settings.push(("unknown token", unknown.into()));
        let pattern = json!({"Regex": BYTE_TOKEN_IN_TEXT});
        let step =
            json!({"type": "Split", "pattern": pattern, "behavior": "MergedWithPrevious", "invert": false});
        pre_tokenizer = pre_tokenizer.with_last(step);
    }
    if !text_tokens.is_empty() {
        let ids = text_tokens.iter().map(|token| (token.id, token.normalized, token.single_word));
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        settings.push(("tokens matched first", json!(ids)));
    }

    let (model, merges, scores) = match model.vocab {
        Vocabulary::Ids(_) => bpe(model, hidden, text_tokens)?,
        Vocabulary::Scores(_) => unigram(model, hidden, text_tokens)?,
    };
    let mut encoder = Library::new(model);
    encoder.with_normalizer(pipeline.normalizer.build::<NormalizerWrapper>()?).map_err(failed)?;
    encoder.with_pre_tokenizer(pre_tokenizer.build::<PreTokenizerWrapper>()?);
    let first = text_tokens.iter().map(|token| {
        tokenizers::AddedToken::from(token.content.clone(), false)
            .normalized(token.normalized)
            .single_word(token.single_word)
    });
    encoder.add_tokens(first).map_err(failed)?;
    let continuing = match pre_tokenizer.continuing() {
        Some(steps) => steps.build::<PreTokenizerWrapper>()?,
        None => None,
    };
    let decoder = decoder.build::<DecoderWrapper>()?.ok_or(Error::NoTokenizer)?;
    Ok(Parts { encoder, continuing, decoder, merges, scores, settings })
}

type Model = (ModelWrapper, Vec<(u32, u32)>, Vec<f64>);

fn bpe(
    model: ModelDefinition,
    hidden: &BTreeMap<String, AddedToken>,
    text_tokens: &[AddedTokenDefinition],
) -> Result<Model> {
    let Vocabulary::Ids(mut ids) = model.vocab else { return Err(Error::NoTokenizer) };
    ids.retain(|token, _| !hidden.contains_key(token));
    let mut pairs = model.merges;
    pairs.retain(|Merge(left, right)| {
        ![left, right, &format!("{left}{right}")].iter().any(|token| hidden.contains_key(*token))
    });
    let merges =
        pairs.iter().filter_map(|Merge(left, right)| Some((*ids.get(left)?, *ids.get(right)?))).collect();
    // The library finds the id of a token that is matched first in the model's vocabulary.
    ids.extend(text_tokens.iter().map(|token| (token.content.clone(), token.id)));
    let pairs: Vec<_> = pairs.into_iter().map(|Merge(left, right)| (left, right)).collect();
    let bpe = BPE::builder()
        .vocab_and_merges(ids.into_iter().collect::<Vocab>(), pairs)
        .byte_fallback(model.byte_fallback)
        .ignore_merges(model.ignore_merges)
        .build()
        .map_err(failed)?;
    Ok((bpe.into(), merges, Vec::new()))
}

fn unigram(
    model: ModelDefinition,
    hidden: &BTreeMap<String, AddedToken>,
    text_tokens: &[AddedTokenDefinition],
) -> Result<Model> {
    let Vocabulary::Scores(mut tokens) = model.vocab else { return Err(Error::NoTokenizer) };
    let scores: Vec<f64> = tokens.iter().map(|(_, score)| *score).collect();
    // A token's position is its id, so hidden tokens stay as empty texts, which match nothing.
    for (id, (token, _)) in tokens.iter_mut().enumerate() {
        if hidden.contains_key(token) || model.unk_id == Some(id) {
            token.clear();
        }
    }
    for token in text_tokens {
        let id = token.id as usize;
        if id >= tokens.len() {
            tokens.resize(id + 1, (String::new(), 0.0));
        }
        if let Some((text, _)) = tokens.get_mut(id) {
            token.content.clone_into(text);
        }
    }
    let unigram = Unigram::from(tokens, model.unk_id, model.byte_fallback).map_err(failed)?;
    Ok((unigram.into(), Vec::new(), scores))
}
