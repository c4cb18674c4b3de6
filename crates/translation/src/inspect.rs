//! Runs a model file on token ids and returns logits, for comparison with another engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Llama, Probe};
use model_files::{ImportOptions, Quantization, Tokenizer};
use serde::Serialize;

use crate::catalog::{Catalog, CatalogEntry, ModelLocation};
use crate::error::{Error, Result};
use crate::gpu_adapters::open_tested;
use crate::setup::Setup;

/// Logits of a model after some tokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logits {
    /// The largest logits after the last token: (token, logit), largest first.
    pub top: Vec<(u32, f32)>,
    /// The greedy continuation.
    pub greedy: Vec<u32>,
}

/// Opens the tokenizer of `model`: a name, an imported folder, a Hugging Face folder, a `tokenizer.json` or a GGUF file.
/// Of the last three only the tokenizer is read. `models` is the folder of imported models.
pub fn tokenizer(models: Option<&Path>, model: &str) -> Result<Tokenizer> {
    let path = Path::new(model);
    match Catalog::of(models)?.find(model) {
        Ok(entry) => Ok(entry.open()?.tokenizer()?),
        Err(_) if path.exists() => Ok(model_files::open_tokenizer(path)?),
        Err(error) => Err(error),
    }
}

/// Runs a model on token ids. `model` is a name, an imported folder, a Hugging Face folder or a GGUF file; the last
/// two are imported into a temporary folder first, floats as `quantization`. `adapter` is a folder of PEFT's.
pub fn logits(
    setup: &Setup,
    (model, adapter): (&str, Option<&Path>),
    quantization: Quantization,
    tokens: &[u32],
    (top, greedy): (usize, usize),
) -> Result<Logits> {
    // Keeps what is imported until the model is on the GPU.
    let temporary = tempfile::tempdir()
        .map_err(|error| Error::Write { path: std::env::temp_dir(), reason: error.to_string() })?;
    let import = |source: &Path, name: &str, base: Option<PathBuf>| -> Result<CatalogEntry> {
        let target = temporary.path().join(name);
        let options = ImportOptions { quantization, base, ..ImportOptions::default() };
        model_files::import(source, &target, &options, &mut |_| std::ops::ControlFlow::Continue(()))?;
        CatalogEntry::at(&target)
    };
    let path = Path::new(model);
    let mut entry = match Catalog::of(setup.models.as_deref())?.find(model) {
        Ok(entry) => entry,
        Err(_) if path.exists() => import(path, "model", None)?,
        Err(error) => return Err(error),
    };
    if let Some(adapter) = adapter {
        let ModelLocation::Folder(base) = entry.origin else { return Err(Error::EmbeddedBase(entry.id)) };
        entry = import(adapter, "adapter", Some(base))?;
    }
    let device = open_tested(setup)?;
    let llama = Llama::load(&device, &entry.open()?, &mut |_, _| {})?;
    drop(temporary);
    let context = (tokens.len() + greedy + 1) as u32;
    let mut probe = Probe::new(&device, &[(Arc::new(llama), 1.0)], context)?;
    let (row, mut picked) = probe.start(tokens)?;
    let mut order: Vec<u32> = (0..row.len() as u32).collect();
    order.sort_by(|&a, &b| row[b as usize].total_cmp(&row[a as usize]).then(a.cmp(&b)));
    let top = order.into_iter().take(top).map(|token| (token, row[token as usize])).collect();
    let mut continuation = Vec::with_capacity(greedy);
    for _ in 0..greedy {
        continuation.push(picked.token);
        picked = probe.feed(picked.token)?.1;
    }
    Ok(Logits { top, greedy: continuation })
}
