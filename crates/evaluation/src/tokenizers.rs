//! SacreBLEU's tokenizers: split a line into tokens separated by single spaces.

#[cfg(feature = "ja-mecab")]
mod ja_mecab;
mod western;
mod zh;

use std::str::FromStr;

#[cfg(feature = "ja-mecab")]
pub use ja_mecab::JaMecab;

use crate::error::{Error, Result};
use crate::limits;
use crate::text::single_spaced;

/// The tokenizer of lines for BLEU.
#[derive(Clone, Default)]
pub enum Tokenizer {
    /// No tokenization.
    None,
    /// WMT's mteval-v13a, SacreBLEU's default.
    #[default]
    V13a,
    /// mteval-v14: every punctuation mark and symbol of Unicode.
    Intl,
    /// Every character is a token.
    Char,
    /// Every Chinese character is a token, the rest as in 13a.
    Zh,
    /// MeCab's words with IPADIC.
    #[cfg(feature = "ja-mecab")]
    JaMecab(JaMecab),
}

impl FromStr for Tokenizer {
    type Err = Error;

    /// Opens a tokenizer by SacreBLEU's name. `ja-mecab` decompresses its dictionary here (about a second).
    fn from_str(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            "13a" => Ok(Self::V13a),
            "intl" => Ok(Self::Intl),
            "char" => Ok(Self::Char),
            "zh" => Ok(Self::Zh),
            #[cfg(feature = "ja-mecab")]
            "ja-mecab" => JaMecab::open().map(Self::JaMecab),
            #[cfg(not(feature = "ja-mecab"))]
            "ja-mecab" => Err(Error::NoJapanese),
            _ => Err(Error::UnknownTokenizer { name: name.to_owned() }),
        }
    }
}

impl Tokenizer {
    /// The name of SacreBLEU's default tokenizer for this target language (`de`, `ja`, …).
    pub fn name_for(language: &str) -> &'static str {
        match language {
            "ja" => "ja-mecab",
            "zh" => "zh",
            _ => "13a",
        }
    }

    /// The signature's value of `tok:`.
    pub fn signature(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::V13a => "13a",
            Self::Intl => "intl",
            Self::Char => "char",
            Self::Zh => "zh",
            #[cfg(feature = "ja-mecab")]
            Self::JaMecab(_) => JaMecab::SIGNATURE,
        }
    }

    /// The tokens of one line, single spaces between them. Fails on a line longer than [`limits::SEGMENT_CHARACTERS`].
    pub fn tokenize(&self, line: &str) -> Result<String> {
        if line.len() > limits::SEGMENT_CHARACTERS {
            let found = line.chars().count();
            if found > limits::SEGMENT_CHARACTERS {
                return Err(Error::SegmentTooLong { limit: limits::SEGMENT_CHARACTERS, found });
            }
        }
        Ok(match self {
            Self::None => single_spaced(line),
            Self::V13a => western::v13a(line),
            Self::Intl => western::intl(line),
            Self::Char => single_spaced(&spaced_characters(line)),
            Self::Zh => zh::zh(line),
            #[cfg(feature = "ja-mecab")]
            Self::JaMecab(mecab) => single_spaced(&mecab.tokenize(line)),
        })
    }
}

fn spaced_characters(line: &str) -> String {
    let mut spaced = String::with_capacity(2 * line.len());
    for c in line.chars() {
        spaced.push(c);
        spaced.push(' ');
    }
    spaced
}
