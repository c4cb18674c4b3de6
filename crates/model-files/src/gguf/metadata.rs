//! The header of a GGUF file (versions 2 and 3): metadata and the table of tensors.
//! The format is described in ggml's `docs/gguf.md`. Never panics. Compares every declared count with the remaining
//! bytes before allocating, and skips lists that are not needed.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};

use crate::files::InputFile;
use crate::{Error, Result, limits};

pub(crate) const MAGIC: [u8; 4] = *b"GGUF";
const DEFAULT_ALIGNMENT: u64 = 32;
const ALIGNMENT_KEY: &str = "general.alignment";
/// Smallest sizes on disk: key length, one byte of key, type, value · name length, one byte of name, dimension
/// count, one dimension, type, offset.
const KEY_BYTES: u64 = 8 + 1 + 4 + 1;
const TENSOR_BYTES: u64 = 8 + 1 + 4 + 8 + 4 + 8;
/// The lists that are read: those of a tokenizer, and the languages.
const LISTS: [&str; 6] = [
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.merges",
    "tokenizer.ggml.scores",
    "tokenizer.ggml.token_type",
    "tokenizer.ggml.precompiled_charsmap",
    "general.languages",
];

/// The end of the key whose list says which layers have the sliding window.
const WINDOW_PATTERN: &str = ".attention.sliding_window_pattern";

/// A metadata value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MetadataValue {
    Integer(i128),
    Float(f64),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    Integers(Vec<i32>),
    Floats(Vec<f32>),
    Bools(Vec<bool>),
    /// A list that is not needed.
    Skipped,
}

/// An entry of the table of tensors.
#[derive(Debug)]
pub(crate) struct TensorEntry {
    pub name: String,
    /// Fastest dimension first.
    pub dimensions: Vec<u64>,
    pub type_id: u32,
    /// From the start of the tensor data.
    pub offset: u64,
}

/// A checked header.
#[derive(Debug)]
pub(crate) struct GgufHeader {
    values: HashMap<String, MetadataValue>,
    pub tensors: Vec<TensorEntry>,
    /// Where tensor data begins in the file.
    pub data: u64,
    pub alignment: u64,
}

/// Reads the header of a GGUF file.
pub(crate) fn read(input: &InputFile) -> Result<GgufHeader> {
    let mut file = &input.file;
    file.rewind().map_err(|source| Error::Read { source, path: input.path.clone() })?;
    let mut reader = HeaderReader { file: BufReader::new(file), input, at: 0 };
    let magic = reader.bytes().map_err(|_| Error::NotAModel { path: input.path.clone() })?;
    if magic != MAGIC {
        return Err(Error::NotAModel { path: input.path.clone() });
    }
    let version = reader.u32()?;
    if ![2, 3].contains(&version) {
        let found = format!("version {version}");
        return Err(Error::Unsupported { feature: "a GGUF version other than 2 and 3", found });
    }
    let tensor_count = reader.u64()?;
    let key_count = reader.u64()?;
    reader.check_count("the number of tensors", tensor_count, TENSOR_BYTES, limits::TENSORS)?;
    reader.check_count("the number of metadata keys", key_count, KEY_BYTES, limits::GGUF_KEYS)?;

    let mut values = HashMap::new();
    for _ in 0..key_count {
        let key = reader.name("an empty key")?;
        let value = reader.value(&key)?;
        if values.insert(key.clone(), value).is_some() {
            return damaged("a key occurs twice", key);
        }
    }
    let alignment = match values.get(ALIGNMENT_KEY) {
        None => DEFAULT_ALIGNMENT,
        Some(MetadataValue::Integer(alignment)) => u64::try_from(*alignment).unwrap_or(0),
        Some(other) => return damaged("the alignment is not a number", format!("{other:?}")),
    };
    if !alignment.is_power_of_two() || alignment > limits::GGUF_ALIGNMENT {
        return damaged("the alignment is not a small power of two", alignment.to_string());
    }
    let tensors = (0..tensor_count).map(|_| reader.tensor()).collect::<Result<_>>()?;
    Ok(GgufHeader { values, tensors, data: reader.at.next_multiple_of(alignment), alignment })
}

impl GgufHeader {
    /// A value of any type; `None` if the key is missing.
    pub fn get(&self, key: &str) -> Option<&MetadataValue> {
        self.values.get(key)
    }

    pub fn text(&self, key: &str) -> Result<Option<&str>> {
        self.typed(key, |value| match value {
            MetadataValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub fn integer<T: TryFrom<i128>>(&self, key: &str) -> Result<Option<T>> {
        self.typed(key, |value| match value {
            MetadataValue::Integer(number) => T::try_from(*number).ok(),
            _ => None,
        })
    }

    pub fn float(&self, key: &str) -> Result<Option<f64>> {
        self.typed(key, |value| match value {
            MetadataValue::Float(number) => Some(*number),
            _ => None,
        })
    }

    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.typed(key, |value| match value {
            MetadataValue::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    pub fn texts(&self, key: &str) -> Result<Option<&[String]>> {
        self.typed(key, |value| match value {
            MetadataValue::Texts(texts) => Some(texts.as_slice()),
            _ => None,
        })
    }

    fn typed<'a, T>(&'a self, key: &str, get: impl Fn(&'a MetadataValue) -> Option<T>) -> Result<Option<T>> {
        let Some(value) = self.values.get(key) else { return Ok(None) };
        match get(value) {
            Some(value) => Ok(Some(value)),
            None => damaged("a value has the wrong type for its key", key.into()),
        }
    }
}

struct HeaderReader<'a> {
    file: BufReader<&'a std::fs::File>,
    input: &'a InputFile,
    /// Bytes read so far.
    at: u64,
}

impl HeaderReader<'_> {
    fn left(&self) -> u64 {
        self.input.len().saturating_sub(self.at)
    }

    /// Counts `bytes` that are about to be read.
    fn advance(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.left() {
            return Err(Error::Truncated { what: format!("the header of {}", self.input.name()) });
        }
        self.at += bytes;
        if self.at > limits::GGUF_HEADER_BYTES {
            let limit = limits::GGUF_HEADER_BYTES;
            return Err(Error::TooLarge { what: "the size of a GGUF header", limit, found: self.at });
        }
        Ok(())
    }

    /// Refuses a count that the rest of the file cannot contain.
    fn check_count(&self, what: &'static str, count: u64, least_bytes: u64, cap: u64) -> Result<()> {
        let limit = cap.min(self.left() / least_bytes);
        if count > limit {
            return Err(Error::TooLarge { what, limit, found: count });
        }
        Ok(())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.advance(N as u64)?;
        let mut bytes = [0; N];
        self.file
            .read_exact(&mut bytes)
            .map_err(|source| Error::Read { source, path: self.input.path.clone() })?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self, cap: u64, location: &str) -> Result<String> {
        let length = self.u64()?;
        self.check_count("the length of a text", length, 1, cap)?;
        self.advance(length)?;
        let mut bytes = vec![0; length as usize];
        self.file
            .read_exact(&mut bytes)
            .map_err(|source| Error::Read { source, path: self.input.path.clone() })?;
        String::from_utf8(bytes).or_else(|_| damaged("a text is not UTF-8", location.into()))
    }

    fn name(&mut self, problem: &'static str) -> Result<String> {
        let location = format!("byte {}", self.at);
        let name = self.text(limits::GGUF_NAME_BYTES, &location)?;
        if name.is_empty() { damaged(problem, location) } else { Ok(name) }
    }

    fn value(&mut self, key: &str) -> Result<MetadataValue> {
        match self.u32()? {
            LIST => self.list(key),
            type_id => self.scalar(type_id, key),
        }
    }

    fn scalar(&mut self, type_id: u32, key: &str) -> Result<MetadataValue> {
        Ok(match type_id {
            0 => MetadataValue::Integer(u8::from_le_bytes(self.bytes()?).into()),
            1 => MetadataValue::Integer(i8::from_le_bytes(self.bytes()?).into()),
            2 => MetadataValue::Integer(u16::from_le_bytes(self.bytes()?).into()),
            3 => MetadataValue::Integer(i16::from_le_bytes(self.bytes()?).into()),
            4 => MetadataValue::Integer(self.u32()?.into()),
            5 => MetadataValue::Integer(i32::from_le_bytes(self.bytes()?).into()),
            6 => MetadataValue::Float(f32::from_le_bytes(self.bytes()?).into()),
            BOOL => MetadataValue::Bool(self.boolean(key)?),
            TEXT => MetadataValue::Text(self.text(limits::GGUF_HEADER_BYTES, key)?),
            10 => MetadataValue::Integer(self.u64()?.into()),
            11 => MetadataValue::Integer(i64::from_le_bytes(self.bytes()?).into()),
            12 => MetadataValue::Float(f64::from_le_bytes(self.bytes()?)),
            LIST => return damaged("a list of lists", key.into()),
            other => return damaged("an unknown value type", format!("{other} at {key}")),
        })
    }

    fn boolean(&mut self, key: &str) -> Result<bool> {
        match self.bytes()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => damaged("a boolean is neither 0 nor 1", format!("{other} at {key}")),
        }
    }

    fn list(&mut self, key: &str) -> Result<MetadataValue> {
        let type_id = self.u32()?;
        let count = self.u64()?;
        let least_bytes = match type_id {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            TEXT | 10..=12 => 8,
            LIST => return damaged("a list of lists", key.into()),
            other => return damaged("an unknown value type", format!("{other} at {key}")),
        };
        self.check_count("the length of a list", count, least_bytes, limits::MERGES as u64)?;
        if type_id == BOOL && key.ends_with(WINDOW_PATTERN) && count <= limits::LAYERS as u64 {
            let flags = (0..count).map(|_| self.boolean(key)).collect::<Result<_>>()?;
            return Ok(MetadataValue::Bools(flags));
        }
        if !LISTS.contains(&key) {
            for _ in 0..count {
                self.scalar(type_id, key)?;
            }
            return Ok(MetadataValue::Skipped);
        }
        let (mut texts, mut integers, mut floats) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            match self.scalar(type_id, key)? {
                MetadataValue::Text(text) => texts.push(text),
                MetadataValue::Float(float) => floats.push(float as f32),
                MetadataValue::Integer(integer) => match i32::try_from(integer) {
                    Ok(integer) => integers.push(integer),
                    Err(_) => return damaged("a number in a list is too large", key.into()),
                },
                _ => return damaged("a list of booleans", key.into()),
            }
        }
        Ok(match type_id {
            TEXT => MetadataValue::Texts(texts),
            6 | 12 => MetadataValue::Floats(floats),
            _ => MetadataValue::Integers(integers),
        })
    }

    fn tensor(&mut self) -> Result<TensorEntry> {
        let name = self.name("a tensor without a name")?;
        let count = self.u32()?;
        if count == 0 || count > limits::DIMENSIONS {
            return damaged("a tensor has no or too many dimensions", name);
        }
        let dimensions = (0..count).map(|_| self.u64()).collect::<Result<Vec<_>>>()?;
        if dimensions.contains(&0) {
            return damaged("a tensor has a dimension of zero", name);
        }
        Ok(TensorEntry { name, dimensions, type_id: self.u32()?, offset: self.u64()? })
    }
}

const BOOL: u32 = 7;
const TEXT: u32 = 8;
const LIST: u32 = 9;

fn damaged<T>(problem: &'static str, location: String) -> Result<T> {
    Err(Error::Gguf { problem, location })
}
