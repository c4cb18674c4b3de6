//! A `tokenizer.json` of the user that takes the place of a source's own.

use std::path::Path;

use crate::files::read_small;
use crate::{Error, Result, Tokenizer, limits};

/// Reads it. Its texts must be those of `tokens`, the texts of the model's ids as far as the source names them (empty if
/// it leaves one open).
pub(crate) fn read(path: &Path, tokens: &[String]) -> Result<Vec<u8>> {
    let json = read_small(path, "the size of tokenizer.json", limits::TOKENIZER_BYTES)?;
    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let json = json.ok_or_else(|| Error::Read { source: missing(), path: path.into() })?;
    let tokenizer = Tokenizer::from_bytes(&json)?;
    for (id, expected) in tokens.iter().enumerate().filter(|(_, expected)| !expected.is_empty()) {
        let found = u32::try_from(id).ok().and_then(|id| tokenizer.text(id)).unwrap_or_default();
        if found != expected {
            return Err(Error::OtherVocabulary { id, found: found.into(), expected: expected.clone() });
        }
    }
    Ok(json)
}

/// Checks that the model has a row for each of its ids.
pub(crate) fn check_rows(tokenizer: &Tokenizer, rows: usize) -> Result<()> {
    match tokenizer.vocab_size() {
        ids if ids <= rows => Ok(()),
        ids => {
            let found = (ids as u32).checked_sub(1).and_then(|id| tokenizer.text(id)).unwrap_or_default();
            Err(Error::OtherVocabulary { id: ids - 1, found: found.into(), expected: String::new() })
        }
    }
}
