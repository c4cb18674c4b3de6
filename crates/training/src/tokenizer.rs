//! Trains a byte-level BPE tokenizer on the training text.

use tokenizers::decoders::byte_level::ByteLevel as Decoder;
use tokenizers::models::bpe::{BPE, BpeTrainerBuilder};
use tokenizers::normalizers::Prepend;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;
use tokenizers::{AddedToken, TokenizerBuilder};

use crate::{Error, Result};

/// Words with their preceding space, single digits, runs of one script, punctuation. Japanese has no spaces, so its words
/// end at the latest where the script changes. The syntax has the same meaning in Oniguruma, which Python's `tokenizers`
/// uses: `&&`, because it has no `--`.
const PIECES: &str = r"[\p{Hiragana}ー]+|[\p{Katakana}ー]+|\p{Han}+| ?[\p{L}\p{M}&&[^\p{Hiragana}\p{Katakana}\p{Han}ー]]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s+";

/// Trains a tokenizer of `size` tokens on `texts`; the special tokens get the first ids, in order. Every text is
/// encoded with a space before it, so that a word is the same token at the start of a sentence and inside it.
/// Returns the contents of `tokenizer.json`.
///
/// # Errors
/// If the texts give too few tokens.
pub fn train_tokenizer<'a>(
    texts: impl Iterator<Item = &'a str> + Send,
    size: usize,
    special: &[String],
) -> Result<Vec<u8>> {
    let failed = |error: tokenizers::Error| Error::Tokenizer { reason: error.to_string() };
    let bytes = ByteLevel::new(false, true, false);
    let split = Split::new(SplitPattern::Regex(PIECES.into()), SplitDelimiterBehavior::Isolated, false)
        .map_err(failed)?;
    let pieces =
        Sequence::new(vec![PreTokenizerWrapper::Split(split), PreTokenizerWrapper::ByteLevel(bytes)]);
    let mut tokenizer = TokenizerBuilder::default()
        .with_model(BPE::default())
        .with_normalizer(Some(Prepend::new(" ".into())))
        .with_pre_tokenizer(Some(pieces))
        .with_post_processor(Some(bytes))
        .with_decoder(Some(Decoder::default()))
        .build()
        .map_err(failed)?;
    let token = |text: &String| AddedToken::from(text.clone(), true);
    let mut trainer = BpeTrainerBuilder::new()
        .show_progress(false)
        .vocab_size(size)
        .min_frequency(2)
        .special_tokens(special.iter().map(token).collect())
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build();
    tokenizer.train(&mut trainer, texts).map_err(failed)?;
    let json = tokenizer.to_string(true).map_err(failed)?;
    Ok(json.into_bytes())
}

/// Ids of a model's special tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Start of every sequence.
    pub bos: u32,
    /// End of a translation.
    pub end: u32,
    /// Padding of a batch.
    pub pad: u32,
}

/// The ids that [`special_token_names`] get in a new tokenizer.
pub(crate) const SPECIAL_TOKENS: SpecialTokens = SpecialTokens { bos: 0, end: 1, pad: 2 };

/// The special tokens of a new tokenizer: begin, end, padding, then one tag for each language in order.
pub(crate) fn special_token_names(languages: &[String]) -> Vec<String> {
    let fixed = ["<|begin_of_text|>", "<|end_of_text|>", "<|pad|>"].map(str::to_owned);
    fixed.into_iter().chain(languages.iter().map(|code| format!("<|{code}|>"))).collect()
}
