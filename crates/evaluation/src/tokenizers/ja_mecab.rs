//! Segments Japanese as MeCab with IPADIC does: Vibrato implements MeCab's algorithm and reads the same dictionary.
//! `ipadic/README.md` says where the dictionary's files come from.

use std::io::{self, Read};
use std::sync::Arc;

use flate2::read::GzDecoder;
use vibrato::{SystemDictionaryBuilder, Tokenizer};

use crate::error::{Error, Result};

/// One `surface,left id,right id,cost` per line.
const LEXICON: &[u8] = include_bytes!("../../ipadic/lexicon.csv.gz");
/// MeCab's own form: two u16 (numbers of right and left ids), then an i16 for each (left id, right id).
const MATRIX: &[u8] = include_bytes!("../../ipadic/matrix.bin.gz");
const CHARACTERS: &[u8] = include_bytes!("../../ipadic/char.def");
const UNKNOWN_WORDS: &[u8] = include_bytes!("../../ipadic/unk.def");

/// The longest run of similar unknown characters that MeCab treats as one word.
const MAX_GROUPING: usize = 24;

/// A morphological analyser with its dictionary (40 MB); clones share it.
#[derive(Clone)]
pub struct JaMecab(Arc<Tokenizer>);

impl JaMecab {
    /// SacreBLEU's signature names the MeCab version; the segmentation is the same.
    pub const SIGNATURE: &str = "ja-mecab-0.996-IPA";

    /// Decompresses and indexes the dictionary.
    pub fn open() -> Result<Self> {
        let damaged = |reason: String| Error::Dictionary { reason };
        let matrix = matrix_def().map_err(|error| damaged(error.to_string()))?;
        let dictionary = SystemDictionaryBuilder::from_readers(
            GzDecoder::new(LEXICON),
            matrix.as_bytes(),
            CHARACTERS,
            UNKNOWN_WORDS,
        )
        .map_err(|error| damaged(error.to_string()))?;
        let tokenizer =
            Tokenizer::new(dictionary).ignore_space(true).map_err(|error| damaged(error.to_string()))?;
        Ok(Self(Arc::new(tokenizer.max_grouping_len(MAX_GROUPING))))
    }

    /// The words of one line, separated by spaces.
    pub(super) fn tokenize(&self, line: &str) -> String {
        let mut worker = self.0.new_worker();
        worker.reset_sentence(line.trim_matches(crate::text::is_space));
        worker.tokenize();
        let mut words = String::with_capacity(2 * line.len());
        for token in worker.token_iter() {
            words.push_str(token.surface());
            words.push(' ');
        }
        words
    }
}

/// The matrix as text, the only other format that Vibrato reads.
fn matrix_def() -> io::Result<String> {
    let mut bytes = Vec::new();
    GzDecoder::new(MATRIX).read_to_end(&mut bytes)?;
    let mut numbers = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    let mut size =
        || numbers.next().and_then(|n| usize::try_from(n).ok()).ok_or(io::ErrorKind::UnexpectedEof);
    let (rights, lefts) = (size()?, size()?);
    let mut text = format!("{rights} {lefts}\n");
    for (index, cost) in numbers.enumerate() {
        text.push_str(&format!("{} {} {cost}\n", index % rights, index / rights));
    }
    Ok(text)
}
