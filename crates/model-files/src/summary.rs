//! What an import of a source would make, from the source's headers alone.

use std::path::Path;

use crate::info::matrix_bytes;
use crate::plan::ImportPlan;
use crate::{Architecture, Quantization, Result, gguf, hf};

/// A source that can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSummary {
    /// The name that an import would give it.
    pub name: String,
    /// Its dimensions.
    pub architecture: Architecture,
    /// Quantization of the imported model, as in [`ModelInfo::quantization`](crate::ModelInfo::quantization).
    pub quantization: String,
    /// Bytes of the source's weight files.
    pub source_bytes: u64,
    /// Bytes of the imported model's weights.
    pub stored_bytes: u64,
    /// Codes of its languages according to the source; empty if unknown.
    pub languages: Vec<String>,
    /// The licence according to the source.
    pub licence: Option<String>,
}

/// Reads the headers of a Hugging Face folder or a GGUF file. Reads no weights except norms, and no tokenizer of a
/// folder, which an import may still refuse.
///
/// # Errors
/// As [`import()`](crate::import()) before it writes.
pub fn summarize(source: &Path, quantization: Quantization) -> Result<SourceSummary> {
    let source = if source.is_dir() { hf::open(source, None)? } else { gguf::open(source, None)? };
    let plan = ImportPlan::new(&source, quantization)?;
    let vectors: u64 = plan.vectors.iter().map(|(_, values)| size_of_val(values.as_slice()) as u64).sum();
    Ok(SourceSummary {
        quantization: plan.describe(quantization.name()),
        source_bytes: source.files.iter().map(crate::files::InputFile::len).sum(),
        stored_bytes: matrix_bytes(plan.matrices.iter().map(|matrix| &matrix.info)) + vectors,
        languages: source.defaults.languages.clone(),
        licence: source.defaults.licence.clone(),
        architecture: source.architecture,
        name: source.name.clone(),
    })
}
