//! Reads Llama models from GGUF files.

mod metadata;
mod tokenizer;

use std::collections::HashSet;
use std::path::Path;

use crate::blocks::WeightType;
use crate::chat_template::ChatTemplate;
use crate::files::InputFile;
use crate::replacement;
use crate::rope::{Scaling, inverse_frequencies};
use crate::source::{ImportDefaults, ModelSource, SourceTensor, SourceTensors, layer_parameter};
use crate::{Architecture, Error, Repository, Result, languages};
use metadata::GgufHeader;
pub(crate) use metadata::MAGIC;

const ROPE_DIVISORS: &str = "rope_freqs.weight";

/// The `tokenizer.json` made of a file's tokenizer; `None` if it has none.
pub(crate) fn tokenizer_json(file: &InputFile) -> Result<Option<Vec<u8>>> {
    tokenizer::to_json(&metadata::read(file)?)
}

/// Reads the header of the model in the file at `path`, with the `tokenizer.json` at `replacement` instead of its own.
pub(crate) fn open(path: &Path, replacement: Option<&Path>) -> Result<ModelSource> {
    let file = InputFile::open(path)?;
    let header = metadata::read(&file)?;
    let model = header.text("general.architecture")?.unwrap_or("a GGUF file without an architecture");
    if model != "llama" {
        return Err(Error::Unsupported { feature: "an architecture other than llama", found: model.into() });
    }
    if header.integer::<u64>("split.count")?.is_some_and(|count| count > 1) {
        let found = file.name();
        return Err(Error::Unsupported { feature: "a model split over several GGUF files", found });
    }
    if header.integer::<u64>("llama.expert_count")?.is_some_and(|count| count > 0) {
        return Err(Error::Unsupported {
            feature: "a mixture of experts",
            found: "llama.expert_count".into(),
        });
    }
    let tensors = read_tensors(&header, &file)?;
    let architecture = architecture(&header, &tensors)?;
    let scaling = rope_scaling(&header, &tensors, &file)?;
    let theta = header.float("llama.rope.freq_base")?.unwrap_or(10_000.0);
    let stem = file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut end_tokens = Vec::new();
    for key in ["eos", "eot", "eom"] {
        end_tokens.extend(header.integer::<u32>(&format!("tokenizer.ggml.{key}_token_id"))?);
    }
    let adds_bos = header.flag("tokenizer.ggml.add_bos_token")?;
    let scored = header.text("tokenizer.ggml.model")? == Some(tokenizer::SENTENCE_PIECE);
    Ok(ModelSource {
        name: header.text("general.name")?.map_or(stem, str::to_owned),
        rope_inv_freq: inverse_frequencies(theta, architecture.head_dim, &scaling)?,
        tensors: SourceTensors::new(&architecture, tensors, parameter_name)?,
        architecture,
        interleaved_rope: true,
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

fn architecture(header: &GgufHeader, tensors: &[SourceTensor]) -> Result<Architecture> {
    let optional = |key: &str| header.integer::<usize>(&format!("llama.{key}"));
    let needed = |key: &str| {
        let missing = || Error::Setting { problem: "a setting is missing", setting: format!("llama.{key}") };
        optional(key)?.ok_or_else(missing)
    };
    let embedding = tensors.iter().find(|tensor| tensor.name == "token_embd.weight");
    let vocab_size = embedding.and_then(|tensor| tensor.shape.first());
    let (hidden_size, heads) = (needed("embedding_length")?, needed("attention.head_count")?);
    let head_dim = match optional("attention.key_length")? {
        Some(head_dim) => head_dim,
        None => hidden_size.checked_div(heads).unwrap_or(0),
    };
    for key in ["attention.value_length", "rope.dimension_count"] {
        if let Some(other) = optional(key)?.filter(|other| *other != head_dim) {
            let found = format!("{other} for llama.{key}, {head_dim} for a head");
            return Err(Error::Unsupported {
                feature: "query, value and rotary dimensions that differ",
                found,
            });
        }
    }
    let architecture = Architecture {
        vocab_size: *vocab_size.ok_or_else(|| Error::MissingTensor { name: "token_embd.weight".into() })?,
        hidden_size,
        layers: needed("block_count")?,
        heads,
        kv_heads: optional("attention.head_count_kv")?.unwrap_or(heads),
        feed_forward: needed("feed_forward_length")?,
        max_positions: needed("context_length")?,
        norm_eps: header.float("llama.attention.layer_norm_rms_epsilon")?.unwrap_or(0.0) as f32,
        tied_head: !tensors.iter().any(|tensor| tensor.name == "output.weight"),
        ..Architecture::llama(head_dim)
    };
    architecture.check()?;
    Ok(architecture)
}

fn rope_scaling(header: &GgufHeader, tensors: &[SourceTensor], file: &InputFile) -> Result<Scaling> {
    if let Some(tensor) = tensors.iter().find(|tensor| tensor.name == ROPE_DIVISORS) {
        let length: usize = tensor.shape.iter().product();
        if tensor.weight_type != WeightType::F32 || length > crate::limits::HEAD_DIM {
            return Err(Error::Unsupported {
                feature: "RoPE divisors other than F32",
                found: ROPE_DIVISORS.into(),
            });
        }
        let mut bytes = vec![0; length * size_of::<f32>()];
        file.read_at(tensor.offset, &mut bytes)?;
        let mut divisors = vec![0.0; length];
        tensor.weight_type.read_floats(&bytes, &mut divisors);
        return Ok(Scaling::Divisors(divisors));
    }
    let older = header.float("llama.rope.scale_linear")?;
    let factor = header.float("llama.rope.scaling.factor")?.or(older);
    match header.text("llama.rope.scaling.type")? {
        Some("none") => Ok(Scaling::None),
        None | Some("linear") => Ok(factor.map_or(Scaling::None, |factor| Scaling::Linear { factor })),
        Some(other) => Err(Error::Unsupported { feature: "a RoPE scaling", found: other.into() }),
    }
}

/// Reads the table of tensors and checks every size against the file and the other tensors.
fn read_tensors(header: &GgufHeader, file: &InputFile) -> Result<Vec<SourceTensor>> {
    let damaged = |problem, location: &str| Error::Gguf { problem, location: location.into() };
    let mut tensors = Vec::with_capacity(header.tensors.len());
    let (mut names, mut ranges) = (HashSet::new(), Vec::new());
    for entry in &header.tensors {
        let name = &entry.name;
        if !names.insert(name) {
            return Err(damaged("a tensor occurs twice", name));
        }
        let weight_type = weight_type(entry.type_id).ok_or_else(|| Error::Unsupported {
            feature: "a GGUF weight type",
            found: format!("type {} of {name}", entry.type_id),
        })?;
        let too_large = || damaged("a tensor is larger than any file", name);
        let sizes = entry.dimensions.iter().map(|size| usize::try_from(*size).ok());
        let mut shape = sizes.collect::<Option<Vec<_>>>().ok_or_else(too_large)?;
        let columns = shape.first().copied().unwrap_or(0);
        if !columns.is_multiple_of(weight_type.block_weights()) {
            return Err(damaged("a row does not consist of whole blocks", name));
        }
        let row_bytes = weight_type.row_bytes(columns).ok_or_else(too_large)?;
        let bytes = shape.iter().skip(1).try_fold(row_bytes, |bytes, size| bytes.checked_mul(*size));
        let offset = header.data.checked_add(entry.offset).ok_or_else(too_large)?;
        let end = offset.checked_add(bytes.ok_or_else(too_large)? as u64).ok_or_else(too_large)?;
        if end > file.len() {
            return Err(Error::Truncated { what: name.clone() });
        }
        if !entry.offset.is_multiple_of(header.alignment) {
            return Err(damaged("a tensor is not aligned", name));
        }
        ranges.push((offset, end, name));
        shape.reverse();
        tensors.push(SourceTensor { name: name.clone(), file: 0, offset, weight_type, shape });
    }
    ranges.sort_unstable();
    match ranges.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => Err(damaged("two tensors share bytes", pair[1].2)),
        None => Ok(tensors),
    }
}

/// ggml's numbers of the supported types.
fn weight_type(type_id: u32) -> Option<WeightType> {
    Some(match type_id {
        0 => WeightType::F32,
        1 => WeightType::F16,
        2 => WeightType::Q4_0,
        3 => WeightType::Q4_1,
        6 => WeightType::Q5_0,
        7 => WeightType::Q5_1,
        8 => WeightType::Q8_0,
        12 => WeightType::Q4K,
        13 => WeightType::Q5K,
        14 => WeightType::Q6K,
        30 => WeightType::BF16,
        _ => return None,
    })
}

/// The parameter that a tensor holds; `None` for the RoPE divisors, which are read separately. Returns an unknown name
/// unchanged, for the error message.
fn parameter_name(name: &str) -> Option<String> {
    const LAYER: &[(&str, &str)] = &[
        ("attn_norm.weight", "attn_norm"),
        ("ffn_norm.weight", "ffn_norm"),
        ("attn_q.weight", "q"),
        ("attn_k.weight", "k"),
        ("attn_v.weight", "v"),
        ("attn_output.weight", "o"),
        ("ffn_gate.weight", "gate"),
        ("ffn_up.weight", "up"),
        ("ffn_down.weight", "down"),
    ];
    match name {
        "token_embd.weight" => Some("embed".into()),
        "output.weight" => Some("head".into()),
        "output_norm.weight" => Some("final_norm".into()),
        ROPE_DIVISORS => None,
        _ => Some(layer_parameter(name, "blk.", LAYER).unwrap_or_else(|| name.into())),
    }
}
