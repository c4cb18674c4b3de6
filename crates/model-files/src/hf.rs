//! Reads Hugging Face model folders: `config.json`, safetensors, and optional files.

mod chat;
mod config;
mod rope;
mod weights;

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::files::{read_json, read_small};
use crate::replacement;
use crate::source::{CONFIG, ImportDefaults, ModelSource, SourceTensors};
use crate::{Error, PeftAdapter, Result, limits};
use config::Config;
use weights::TensorNames;

#[derive(Deserialize)]
#[serde(untagged)]
enum TokenIds {
    One(u32),
    Many(Vec<u32>),
}

#[derive(Default, Deserialize)]
struct GenerationConfig {
    bos_token_id: Option<u32>,
    eos_token_id: Option<TokenIds>,
}

/// Reads the headers of the model in `folder`, with the `tokenizer.json` at `replacement` instead of its own.
pub(crate) fn open(folder: &Path, replacement: Option<&Path>) -> Result<ModelSource> {
    let small = limits::CONFIG_BYTES;
    let config: Config =
        read_json(&folder.join(CONFIG), "the size of config.json", small)?.ok_or_else(|| {
            match PeftAdapter::is_in(folder) {
                true => Error::NoBase { path: folder.into() },
                false => Error::NotAModel { path: folder.into() },
            }
        })?;
    let generation: GenerationConfig =
        read_json(&folder.join("generation_config.json"), "the size of generation_config.json", small)?
            .unwrap_or_default();
    let defaults = ImportDefaults::of(folder)?;
    let own = folder.join("tokenizer.json");
    let tokenizer = match replacement {
        None => read_small(&own, "the size of tokenizer.json", limits::TOKENIZER_BYTES)?,
        Some(path) => Some(replacement::read(path, &[])?),
    };

    let family = config.family()?;
    // A model that also reads images has the settings of its text part in a table of their own.
    let text_part = config.text_config.as_deref().filter(|_| family.is_gemma());
    let text = text_part.unwrap_or(&config);
    config.refuse_unsupported()?;
    let architecture = text.architecture(family, config.dtype())?;
    let names = TensorNames { family, multimodal: text_part.is_some() };
    let (files, tensors) = weights::open(folder, &names)?;
    let folder_name =
        folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into()));
    Ok(ModelSource {
        name: folder_name.unwrap_or_else(|| "model".into()),
        rope: rope::frequencies(text, family, &architecture)?,
        tensors: SourceTensors::new(&architecture, tensors, |name| names.parameter(name))?,
        architecture,
        files,
        interleaved_rope: false,
        gain_offset: family.gain_offset,
        chat: chat::read(folder, tokenizer.as_deref())?,
        tokenizer,
        bos: generation.bos_token_id.or(config.bos_token_id).or(text.bos_token_id),
        end_tokens: end_tokens([&generation.eos_token_id, &config.eos_token_id, &text.eos_token_id]),
        defaults,
        repository: None,
    })
}

fn end_tokens(lists: [&Option<TokenIds>; 3]) -> Vec<u32> {
    let all: BTreeSet<u32> = lists
        .into_iter()
        .flatten()
        .flat_map(|tokens| match tokens {
            TokenIds::One(token) => std::slice::from_ref(token),
            TokenIds::Many(tokens) => tokens,
        })
        .copied()
        .collect();
    all.into_iter().collect()
}
