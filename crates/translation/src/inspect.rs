//! Runs a model file on token ids and returns logits, for comparison with another engine.

use std::path::Path;
use std::sync::Arc;

use engine::{Llama, Probe};
use model_files::{ImportOptions, Quantization, Tokenizer};
use serde::Serialize;

use crate::catalog::{Catalog, CatalogEntry};
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
/// two are imported into a temporary folder first, floats as `quantization`.
pub fn logits(
    setup: &Setup,
    model: &str,
    quantization: Quantization,
    tokens: &[u32],
    (top, greedy): (usize, usize),
) -> Result<Logits> {
    let path = Path::new(model);
    // Keeps the imported folder until the model is on the GPU.
    let mut temporary = None;
    let entry = match Catalog::of(setup.models.as_deref())?.find(model) {
        Ok(entry) => entry,
        Err(_) if path.exists() => {
            let made = tempfile::tempdir()
                .map_err(|error| Error::Write { path: std::env::temp_dir(), reason: error.to_string() })?;
            let target = made.path().join("model");
            let options = ImportOptions { quantization, ..ImportOptions::default() };
            model_files::import(path, &target, &options, &mut |_| std::ops::ControlFlow::Continue(()))?;
            temporary = Some(made);
            CatalogEntry::at(&target)?
        }
        Err(error) => return Err(error),
    };
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
