//! Reads models from GGUF files.

mod metadata;
mod rope;
mod settings;
mod tensors;
mod tokenizer;

use std::path::Path;

use crate::chat_template::ChatTemplate;
use crate::families::FamilyFiles;
use crate::files::InputFile;
use crate::replacement;
use crate::source::{ImportDefaults, ModelSource, SourceTensors};
use crate::{Error, Repository, Result, languages};
use metadata::GgufHeader;
pub(crate) use metadata::MAGIC;
use settings::Settings;

/// The `tokenizer.json` made of a file's tokenizer; `None` if it has none.
pub(crate) fn tokenizer_json(file: &InputFile) -> Result<Option<Vec<u8>>> {
    tokenizer::to_json(&metadata::read(file)?)
}

/// Reads the header of the model in the file at `path`, with the `tokenizer.json` at `replacement` instead of its own.
pub(crate) fn open(path: &Path, replacement: Option<&Path>) -> Result<ModelSource> {
    let file = InputFile::open(path)?;
    let header = metadata::read(&file)?;
    let name = header.text("general.architecture")?.unwrap_or("a GGUF file without an architecture");
    let family = FamilyFiles::of_gguf(name)?;
    if header.integer::<u64>("split.count")?.is_some_and(|count| count > 1) {
        let found = file.name();
        return Err(Error::Unsupported { feature: "a model split over several GGUF files", found });
    }
    let settings = Settings { header: &header, family };
    let tensors = tensors::read(&header, &file)?;
    let architecture = settings.architecture(&tensors)?;
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut end_tokens = Vec::new();
    for key in ["eos", "eot", "eom"] {
        end_tokens.extend(header.integer::<u32>(&format!("tokenizer.ggml.{key}_token_id"))?);
    }
    let adds_bos = header.flag("tokenizer.ggml.add_bos_token")?;
    let scored = header.text("tokenizer.ggml.model")? == Some(tokenizer::SENTENCE_PIECE);
    Ok(ModelSource {
        name: header.text("general.name")?.map_or(stem, str::to_owned),
        rope: rope::frequencies(&settings, &architecture, &tensors, &file)?,
        tensors: SourceTensors::new(&architecture, tensors, |name| tensors::parameter(name, family))?,
        architecture,
        interleaved_rope: family.interleaved_gguf,
        gain_offset: 0.0,
        tokenizer: match replacement {
            None => tokenizer::to_json(&header)?,
            Some(path) => {
                let tokens = tokenizer::token_texts(&header)?.unwrap_or_default();
                Some(replacement::read(path, &tokens)?)
            }
        },
        chat: ChatTemplate {
            template: header.text("tokenizer.chat_template")?.map(str::to_owned),
            adds_bos: adds_bos.unwrap_or(scored),
            begin: token_text(&header, "bos")?,
            end: token_text(&header, "eos")?,
        },
        bos: header.integer("tokenizer.ggml.bos_token_id")?,
        end_tokens,
        defaults: ImportDefaults {
            licence: header.text("general.license")?.map(str::to_owned),
            languages: languages::codes(
                header.texts("general.languages")?.unwrap_or_default().iter().map(String::as_str),
            ),
            ..ImportDefaults::default()
        },
        repository: repository(&header)?,
        files: vec![file],
    })
}

/// The text of the token that the metadata name as `bos` or `eos`.
fn token_text(header: &GgufHeader, name: &str) -> Result<Option<String>> {
    let id = header.integer::<usize>(&format!("tokenizer.ggml.{name}_token_id"))?;
    let tokens = header.texts("tokenizer.ggml.tokens")?.unwrap_or_default();
    Ok(id.and_then(|id| tokens.get(id).cloned()))
}

/// The repository of the file, else the one that it was converted from.
fn repository(header: &GgufHeader) -> Result<Option<Repository>> {
    for key in ["repo_url", "url", "source.repo_url", "source.url", "source.huggingface.repository"] {
        let named = header.text(&format!("general.{key}"))?.and_then(Repository::named);
        if named.is_some() {
            return Ok(named);
        }
    }
    Ok(None)
}
