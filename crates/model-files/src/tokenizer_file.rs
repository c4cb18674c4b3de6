//! Opens the tokenizer of a model without importing it.

use std::io::Read;
use std::path::Path;

use crate::files::{InputFile, read_small};
use crate::{Error, Result, Tokenizer, gguf, limits};

/// Opens the tokenizer at `path`: a folder with a `tokenizer.json`, such a file, or a GGUF file, of which only the
/// header is read.
///
/// # Errors
/// If there is none, or it is damaged or not supported.
pub fn open_tokenizer(path: &Path) -> Result<Tokenizer> {
    let json = if path.is_dir() {
        read_small(&path.join("tokenizer.json"), "the size of tokenizer.json", limits::TOKENIZER_BYTES)?
    } else {
        let input = InputFile::open(path)?;
        let mut start = Vec::new();
        let read = (&input.file).take(gguf::MAGIC.len() as u64).read_to_end(&mut start);
        read.map_err(|source| Error::Read { source, path: path.into() })?;
        if start == gguf::MAGIC {
            gguf::tokenizer_json(&input)?
        } else {
            read_small(path, "the size of tokenizer.json", limits::TOKENIZER_BYTES)?
        }
    };
    Tokenizer::from_bytes(&json.ok_or(Error::NoTokenizer)?)
}
