//! Opens imported models.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use safetensors::{Dtype, tensor::Metadata};

use crate::adapter::{ADAPTER_FILE, Adapter};
use crate::info::FORMAT;
use crate::parts::{Joined, Part};
use crate::safetensors_file::{check_tensor, parse_header};
use crate::{Bytes, Error, Factors, Matrix, ModelInfo, Result, Tokenizer, limits};

pub(crate) const INFO_FILE: &str = "model.json";
pub(crate) const WEIGHTS_FILE: &str = "model.safetensors";
pub(crate) const TOKENIZER_FILE: &str = "tokenizer.json";

/// An imported model. Opening checks every tensor against `model.json`; matrices are slices of the mapped bytes.
pub struct Model {
    info: ModelInfo,
    weights: Bytes,
    tensors: HashMap<String, Range<usize>>,
    tokenizer: Option<Bytes>,
    adapter: Option<Adapter>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Model").field("name", &self.info.name).finish_non_exhaustive()
    }
}

impl Model {
    /// Opens the folder `dir` written by [`crate::import()`]; `map` gives the bytes of a file.
    ///
    /// # Example
    /// ```
    /// # fn main() -> model_files::Result<()> {
    /// use model_files::{Bytes, Model};
    /// use std::sync::Arc;
    ///
    /// let model = Model::open("../../models/starter/large".as_ref(), &|path| {
    ///     std::fs::read(path).map(|bytes| Arc::new(bytes) as Bytes)
    /// })?;
    /// let tokenizer = model.tokenizer()?;
    /// let ids = tokenizer.encode("Guten Morgen!")?;
    /// assert_eq!(tokenizer.decode(&ids)?.trim_start(), "Guten Morgen!");
    ///
    /// let embedding = model.matrix("embed")?;
    /// let mut row = vec![0.0; embedding.columns];
    /// embedding.dequantize_row(ids[0] as usize, &mut row);
    /// assert_eq!(row.len(), model.info().architecture.hidden_size);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a file is unreadable, damaged, or inconsistent with the others.
    pub fn open(dir: &Path, map: &dyn Fn(&Path) -> io::Result<Bytes>) -> Result<Self> {
        let read = |dir: &Path, file: &str| {
            let path = dir.join(file);
            map(&path).map_err(|source| Error::Read { source, path })
        };
        let whole = |dir: &Path, json: &Bytes| {
            let tokenizer =
                dir.join(TOKENIZER_FILE).exists().then(|| read(dir, TOKENIZER_FILE)).transpose()?;
            Self::from_parts((**json).as_ref(), read(dir, WEIGHTS_FILE)?, tokenizer)
        };
        let json = read(dir, INFO_FILE)?;
        let info = read_info((*json).as_ref())?;
        let Some(adapter) = &info.adapter else { return whole(dir, &json) };
        let place = dir.parent().unwrap_or(Path::new("")).join(&adapter.base);
        let base = whole(&place, &read(&place, INFO_FILE)?)?;
        let of_weights =
            |info: &ModelInfo| (info.architecture, info.vocabulary.clone(), info.matrices.clone());
        if base.info.sources != adapter.base_sources || of_weights(&base.info) != of_weights(&info) {
            return Err(Error::OtherBase { path: place });
        }
        let adapter = Adapter::new(adapter, &info.architecture, read(dir, ADAPTER_FILE)?)?;
        Ok(Self { info, adapter: Some(adapter), ..base })
    }

    /// Opens a model from bytes, such as one embedded in the program.
    ///
    /// # Errors
    /// If a file is damaged or inconsistent with the others.
    pub fn from_parts(model_json: &[u8], weights: Bytes, tokenizer: Option<Bytes>) -> Result<Self> {
        let info = read_info(model_json)?;
        if tokenizer.is_some() && info.vocabulary.is_none() {
            let reason = "missing field `vocabulary`".into();
            return Err(Error::Json { reason, file: INFO_FILE.into() });
        }
        if info.adapter.is_some() {
            let found = info.name.clone();
            return Err(Error::Unsupported { feature: "an adapter of a model with an adapter", found });
        }
        let (header, data) = parse_header((*weights).as_ref(), WEIGHTS_FILE)?;
        let tensors = check_tensors(&info, &header, data)?;
        let model = Self { info, weights, tensors, tokenizer, adapter: None };
        for (name, _) in model.info.architecture.vectors() {
            if model.vector(&name)?.iter().any(|value| !value.is_finite()) {
                return Err(Error::NotFinite { name });
            }
        }
        Ok(model)
    }

    /// The contents of `model.json`.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The stored matrix `name`, such as `embed` or `layers.0.qkv`.
    ///
    /// # Errors
    /// If the model has no such matrix.
    pub fn matrix(&self, name: &str) -> Result<Matrix<'_>> {
        let info = self.info.matrices.get(name).ok_or_else(|| Error::UnknownName { name: name.into() })?;
        let quants = self.bytes(&format!("{name}.quants"))?;
        let scales = match info.layout.bits {
            16 => &[],
            _ => self.bytes(&format!("{name}.scales"))?,
        };
        Ok(Matrix { layout: info.layout, rows: info.rows, columns: info.columns, quants, scales })
    }

    /// The parts that the matrix `name` is stored in, by name: `layers.0.qkv` may be in parts (`layers.0.qk` and
    /// `layers.0.v`), whose rows follow each other; `layers.0.gate_up`, whose rows alternate, in `layers.0.gate` and
    /// `layers.0.up`.
    pub fn parts(&self, name: &str) -> Vec<String> {
        let parts = Joined::new(&self.info.architecture, name).stored_parts(&self.info.matrices);
        parts.into_iter().flatten().map(|part| part.name).collect()
    }

    /// The vector `name`, such as `final_norm`.
    ///
    /// # Errors
    /// If the model has no such vector.
    pub fn vector(&self, name: &str) -> Result<Vec<f32>> {
        let (values, _) = self.bytes(name)?.as_chunks();
        Ok(values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// The adapter's factors of a tensor, such as `layers.0.q`; `None` if the model has no adapter of it.
    pub fn factors(&self, parameter: &str) -> Option<Factors> {
        self.adapter.as_ref()?.factors(parameter, self.info.adapter.as_ref()?)
    }

    /// Reads the tokenizer, again on each call.
    ///
    /// # Errors
    /// If it is missing, damaged, unsupported, or larger than the model's vocabulary.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let json = self.tokenizer.as_ref().ok_or(Error::NoTokenizer)?;
        let tokenizer = Tokenizer::from_bytes((**json).as_ref())?;
        let rows = self.info.architecture.vocab_size;
        if tokenizer.vocab_size() > rows {
            return Err(Error::Tokenizer {
                problem: "it has more tokens than the model has rows",
                found: format!("{} tokens, {rows} rows", tokenizer.vocab_size()),
            });
        }
        Ok(tokenizer)
    }

    fn bytes(&self, name: &str) -> Result<&[u8]> {
        let range = self.tensors.get(name).ok_or_else(|| Error::UnknownName { name: name.into() })?;
        (*self.weights).as_ref().get(range.clone()).ok_or_else(|| Error::Truncated { what: name.into() })
    }
}

/// Changes the description of the model in `dir`: `change` edits the contents of its `model.json`, which are checked and
/// replaced at once.
///
/// # Errors
/// If the changed description does not fit the model, or the file cannot be read or written.
pub fn edit_info(dir: &Path, change: impl FnOnce(&mut ModelInfo)) -> Result<ModelInfo> {
    let path = dir.join(INFO_FILE);
    let write_error = |source| Error::Write { source, path: path.clone() };
    let mut info = read_info(&fs::read(&path).map_err(|source| Error::Read { source, path: path.clone() })?)?;
    change(&mut info);
    check_info(&info)?;
    let json = serde_json::to_vec_pretty(&info)
        .map_err(|error| Error::Json { reason: error.to_string(), file: INFO_FILE.into() })?;
    let mut unfinished = tempfile::NamedTempFile::new_in(dir).map_err(write_error)?;
    unfinished.write_all(&json).and_then(|()| unfinished.as_file().sync_all()).map_err(write_error)?;
    unfinished.persist(&path).map_err(|error| write_error(error.error))?;
    Ok(info)
}

pub(crate) fn read_info(json: &[u8]) -> Result<ModelInfo> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let found = json.len() as u64;
    if found > limits::CONFIG_BYTES {
        return Err(Error::TooLarge { what: "the size of model.json", limit: limits::CONFIG_BYTES, found });
    }
    let json_error =
        |error: serde_json::Error| Error::Json { reason: error.to_string(), file: INFO_FILE.into() };
    let Format { format } = serde_json::from_slice(json).map_err(json_error)?;
    if format != FORMAT {
        return Err(Error::Format { known: FORMAT, found: format });
    }
    let info: ModelInfo = serde_json::from_slice(json).map_err(json_error)?;
    check_info(&info)?;
    Ok(info)
}

fn check_info(info: &ModelInfo) -> Result<()> {
    info.architecture.check()?;
    info.architecture.check_heads(&info.alignment_heads)?;
    let vocabulary = info.architecture.vocab_size;
    if let Some(id) = info.end_tokens.iter().chain(&info.bos).find(|id| **id as usize >= vocabulary) {
        return Err(Error::UnknownId { id: *id });
    }
    Ok(())
}

/// Checks every matrix and vector against the header; `data` is where tensor data begins in the file.
fn check_tensors(info: &ModelInfo, header: &Metadata, data: usize) -> Result<HashMap<String, Range<usize>>> {
    let mut tensors = HashMap::new();
    let mut check = |name: String, dtype: Dtype, shape: Vec<usize>| {
        let range = check_tensor(header, data, &name, dtype, &shape)?;
        tensors.insert(name, range);
        Ok(())
    };
    let mut parts = 0;
    for (name, _, columns) in info.architecture.matrices() {
        let stored = Joined::new(&info.architecture, &name).stored_parts(&info.matrices);
        for Part { name, rows, .. } in stored.ok_or(Error::MissingTensor { name })? {
            let matrix =
                info.matrices.get(&name).ok_or_else(|| Error::MissingTensor { name: name.clone() })?;
            if (matrix.rows, matrix.columns) != (rows, columns) {
                let (expected, found) = (vec![rows, columns], vec![matrix.rows, matrix.columns]);
                return Err(Error::Shape { expected, found, name });
            }
            matrix.layout.check(columns)?;
            let words = matrix.layout.words_per_row(columns);
            let scale_words = matrix.layout.scale_words_per_row(columns);
            check(format!("{name}.quants"), Dtype::U32, vec![rows, words])?;
            if scale_words > 0 {
                check(format!("{name}.scales"), Dtype::U32, vec![rows, scale_words])?;
            }
            parts += 1;
        }
    }
    if info.matrices.len() != parts {
        let setting = format!("{} matrices", info.matrices.len());
        return Err(Error::Setting {
            problem: "model.json names matrices that its architecture does not have",
            setting,
        });
    }
    for (name, length) in info.architecture.vectors() {
        check(name, Dtype::F32, vec![length])?;
    }
    Ok(tensors)
}
