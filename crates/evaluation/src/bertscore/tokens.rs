//! An encoder's tokenizer: `tokenizer.json`, or BERT's `vocab.txt`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{Tokenizer, TruncationParams};

use super::config::{Config, Family, read, read_json};
use crate::error::{Error, Result};
use crate::limits;
use crate::text;

#[derive(Default, Deserialize)]
struct Settings {
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
    /// A number near 10³⁰ if no length was set.
    model_max_length: Option<f64>,
}

/// Encodes a text as ids with its special tokens.
pub struct Tokens {
    tokenizer: Tokenizer,
    file: PathBuf,
    /// Ids of the special tokens around every text, which have no weight.
    pub special_ids: Vec<u32>,
    vocabulary: usize,
    space_first: bool,
}

impl Tokens {
    /// The tokenizer of a folder; truncates texts to the encoder's positions and `model_max_length`.
    pub fn open(folder: &Path, config: &Config) -> Result<Self> {
        let settings_file = folder.join("tokenizer_config.json");
        let settings: Settings =
            if settings_file.is_file() { read_json(&settings_file)? } else { Settings::default() };
        let (json, vocabulary) = (folder.join("tokenizer.json"), folder.join("vocab.txt"));
        let (file, opened) = if json.is_file() {
            let bytes = read(&json, limits::TOKENIZER_BYTES)?;
            (json, Tokenizer::from_bytes(bytes).map_err(|error| error.to_string()))
        } else if config.family == Family::Bert && vocabulary.is_file() {
            let bytes = read(&vocabulary, limits::TOKENIZER_BYTES)?;
            (vocabulary, word_piece(&bytes, &settings))
        } else {
            (folder.to_owned(), Err("there is no tokenizer.json".to_owned()))
        };
        let unusable = |reason: String| Error::Tokenizer { reason, path: file.clone() };
        let mut tokenizer = opened.map_err(unusable)?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| unusable(error.to_string()))?;
        let empty = tokenizer.encode("", true).map_err(|error| unusable(error.to_string()))?;
        let special_ids = empty.get_ids().to_vec();
        let limit = settings.model_max_length.map_or(usize::MAX, |length| length as usize);
        let max_length = limit.min(config.max_tokens());
        if special_ids.is_empty() || max_length <= special_ids.len() {
            return Err(unusable(
                "it adds no special tokens, or its length limit leaves no space for text".to_owned(),
            ));
        }
        let truncation = TruncationParams { max_length, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| unusable(error.to_string()))?;
        let space_first = config.family == Family::Roberta;
        Ok(Self { tokenizer, special_ids, vocabulary: config.vocabulary, space_first, file })
    }

    /// The ids of a text, including [`Tokens::special_ids`].
    pub fn encode(&self, line: &str) -> Result<Vec<u32>> {
        let line = line.trim_matches(text::is_space);
        // RoBERTa encodes the space before a word; bert-score adds one before the first word too.
        let spaced = (self.space_first && !line.is_empty()).then(|| format!(" {line}"));
        let unusable = |reason: String| Error::Tokenizer { reason, path: self.file.clone() };
        let encoding = self
            .tokenizer
            .encode(spaced.as_deref().unwrap_or(line), true)
            .map_err(|error| unusable(error.to_string()))?;
        match encoding.get_ids().iter().find(|&&id| id as usize >= self.vocabulary) {
            Some(id) => Err(unusable(format!("token {id} is beyond the vocabulary"))),
            None => Ok(encoding.get_ids().to_vec()),
        }
    }
}

/// BERT's own tokenizer from a list of pieces, one a line.
fn word_piece(pieces: &[u8], settings: &Settings) -> std::result::Result<Tokenizer, String> {
    let pieces = WordPiece::read_bytes(pieces).map_err(|error| error.to_string())?;
    let id = |piece: &str| pieces.get(piece).copied().ok_or(format!("no {piece}"));
    let (begin, end, _) = (id("[CLS]")?, id("[SEP]")?, id("[UNK]")?);
    let model = WordPiece::builder().vocab(pieces).unk_token("[UNK]".to_owned());
    let mut tokenizer = Tokenizer::new(model.build().map_err(|error| error.to_string())?);
    tokenizer
        .with_normalizer(Some(BertNormalizer::new(
            true,
            settings.tokenize_chinese_chars.unwrap_or(true),
            settings.strip_accents,
            settings.do_lower_case.unwrap_or(true),
        )))
        .map_err(|error| error.to_string())?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    tokenizer.with_post_processor(Some(BertProcessing::new(
        ("[SEP]".to_owned(), end),
        ("[CLS]".to_owned(), begin),
    )));
    Ok(tokenizer)
}
