//! Reads Hugging Face model folders: `config.json`, safetensors, and optional files.

mod chat;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path};

use safetensors::Dtype;
use serde::Deserialize;
use serde_json::Value;

use crate::blocks::WeightType;
use crate::files::{InputFile, read_json, read_small};
use crate::replacement;
use crate::rope::{Scaling, inverse_frequencies};
use crate::safetensors_file::read_header;
use crate::source::{ImportDefaults, ModelSource, SourceTensor, SourceTensors, layer_parameter};
use crate::{Architecture, Error, Result, card, limits};

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

#[derive(Deserialize)]
struct Config {
    model_type: Option<String>,
    hidden_act: Option<String>,
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    rope_theta: Option<f64>,
    rope_scaling: Option<RopeConfig>,
    rope_parameters: Option<RopeConfig>,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    bos_token_id: Option<u32>,
    eos_token_id: Option<TokenIds>,
    quantization_config: Option<Value>,
}

/// `rope_scaling`, or the newer `rope_parameters`, which also contains the base.
#[derive(Deserialize)]
struct RopeConfig {
    rope_type: Option<String>,
    r#type: Option<String>,
    rope_theta: Option<f64>,
    factor: Option<f64>,
    low_freq_factor: Option<f64>,
    high_freq_factor: Option<f64>,
    original_max_position_embeddings: Option<f64>,
    partial_rotary_factor: Option<f64>,
}

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

#[derive(Deserialize)]
struct WeightIndex {
    weight_map: BTreeMap<String, String>,
}

/// Reads the headers of the model in `folder`, with the `tokenizer.json` at `replacement` instead of its own.
pub(crate) fn open(folder: &Path, replacement: Option<&Path>) -> Result<ModelSource> {
    let small = limits::CONFIG_BYTES;
    let config: Config = read_json(&folder.join(CONFIG), "the size of config.json", small)?
        .ok_or_else(|| Error::NotAModel { path: folder.into() })?;
    let generation: GenerationConfig =
        read_json(&folder.join("generation_config.json"), "the size of generation_config.json", small)?
            .unwrap_or_default();
    let mut defaults: ImportDefaults =
        read_json(&folder.join("wasan.json"), "the size of wasan.json", small)?.unwrap_or_default();
    let card = card::read(folder);
    defaults.licence = defaults.licence.or(card.licence);
    if defaults.languages.is_empty() {
        defaults.languages = card.languages;
    }
    let own = folder.join("tokenizer.json");
    let tokenizer = match replacement {
        None => read_small(&own, "the size of tokenizer.json", limits::TOKENIZER_BYTES)?,
        Some(path) => Some(replacement::read(path, &[])?),
    };

    let architecture = config.architecture()?;
    let (files, tensors) = open_weights(folder)?;
    let folder_name =
        folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into()));
    Ok(ModelSource {
        name: folder_name.unwrap_or_else(|| "model".into()),
        rope_inv_freq: config.rope_inv_freq(&architecture)?,
        tensors: SourceTensors::new(&architecture, tensors, parameter_name)?,
        architecture,
        files,
        interleaved_rope: false,
        chat: chat::read(folder, tokenizer.as_deref())?,
        tokenizer,
        bos: generation.bos_token_id.or(config.bos_token_id),
        end_tokens: end_tokens([generation.eos_token_id, config.eos_token_id]),
        defaults,
        repository: None,
    })
}

impl Config {
    fn architecture(&self) -> Result<Architecture> {
        let unsupported = |feature, found: &str| Err(Error::Unsupported { feature, found: found.into() });
        let model_type = self.model_type.as_deref().unwrap_or("config.json without model_type");
        if model_type != "llama" {
            return unsupported("an architecture other than llama", model_type);
        }
        let activation = self.hidden_act.as_deref().unwrap_or("silu");
        if !["silu", "swish"].contains(&activation) {
            return unsupported("an activation other than SiLU", activation);
        }
        if self.attention_bias || self.mlp_bias {
            return unsupported("biases", "attention_bias or mlp_bias");
        }
        if let Some(quantization) = &self.quantization_config {
            return unsupported(
                "weights quantized by another tool",
                &quantization["quant_method"].to_string(),
            );
        }
        let head_dim = match self.head_dim {
            Some(head_dim) => head_dim,
            None => self.hidden_size.checked_div(self.num_attention_heads).unwrap_or(0),
        };
        let architecture = Architecture {
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            kv_heads: self.num_key_value_heads.unwrap_or(self.num_attention_heads),
            feed_forward: self.intermediate_size,
            max_positions: self.max_position_embeddings,
            norm_eps: self.rms_norm_eps,
            tied_head: self.tie_word_embeddings,
            ..Architecture::llama(head_dim)
        };
        architecture.check()?;
        Ok(architecture)
    }

    fn rope_inv_freq(&self, architecture: &Architecture) -> Result<Vec<f32>> {
        let rope = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref());
        let theta = rope.and_then(|rope| rope.rope_theta).or(self.rope_theta).unwrap_or(10_000.0);
        let scaling = rope.map_or(Ok(Scaling::None), |rope| rope.scaling(architecture.max_positions))?;
        inverse_frequencies(theta, architecture.head_dim, &scaling)
    }
}

impl RopeConfig {
    fn scaling(&self, max_positions: usize) -> Result<Scaling> {
        let missing =
            |name: &str| Error::Setting { problem: "RoPE scaling is incomplete", setting: name.into() };
        let kind = self.rope_type.as_deref().or(self.r#type.as_deref()).unwrap_or("default");
        if self.partial_rotary_factor.is_some_and(|part| part != 1.0) {
            let found = "partial_rotary_factor".into();
            return Err(Error::Unsupported { feature: "RoPE on a part of each head", found });
        }
        match kind {
            "default" => Ok(Scaling::None),
            "linear" => Ok(Scaling::Linear { factor: self.factor.ok_or_else(|| missing("factor"))? }),
            "llama3" => Ok(Scaling::Llama3 {
                factor: self.factor.ok_or_else(|| missing("factor"))?,
                low_freq_factor: self.low_freq_factor.ok_or_else(|| missing("low_freq_factor"))?,
                high_freq_factor: self.high_freq_factor.ok_or_else(|| missing("high_freq_factor"))?,
                original_positions: self.original_max_position_embeddings.unwrap_or(max_positions as f64),
            }),
            other => Err(Error::Unsupported { feature: "a RoPE scaling", found: other.into() }),
        }
    }
}

fn end_tokens(lists: [Option<TokenIds>; 2]) -> Vec<u32> {
    let all: BTreeSet<u32> = lists
        .into_iter()
        .flatten()
        .flat_map(|tokens| match tokens {
            TokenIds::One(token) => vec![token],
            TokenIds::Many(tokens) => tokens,
        })
        .collect();
    all.into_iter().collect()
}

/// Opens `model.safetensors`, or the files that the index names.
fn open_weights(folder: &Path) -> Result<(Vec<InputFile>, Vec<SourceTensor>)> {
    let index: Option<WeightIndex> =
        read_json(&folder.join(INDEX), "the size of model.safetensors.index.json", limits::INDEX_BYTES)?;
    let single = folder.join(WEIGHTS);
    let Some(index) = index.filter(|_| !single.exists()) else {
        if !single.exists() {
            let found = folder.display().to_string();
            return Err(Error::Unsupported { feature: "weights that are not in model.safetensors", found });
        }
        let file = InputFile::open(&single)?;
        let tensors = read_tensors(&file, 0)?;
        return Ok((vec![file], tensors));
    };
    let names: BTreeSet<&String> = index.weight_map.values().collect();
    if names.len() > limits::WEIGHT_FILES {
        let (limit, found) = (limits::WEIGHT_FILES as u64, names.len() as u64);
        return Err(Error::TooLarge { what: "the number of weight files", limit, found });
    }
    let (mut files, mut tensors) = (Vec::new(), HashMap::new());
    for name in names {
        let plain = matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
        if !plain || name.contains('\\') {
            return Err(Error::Setting {
                problem: "the index names a file outside its folder",
                setting: name.clone(),
            });
        }
        let file = InputFile::open(&folder.join(name))?;
        for tensor in read_tensors(&file, files.len())? {
            if index.weight_map.get(&tensor.name) == Some(name) {
                tensors.insert(tensor.name.clone(), tensor);
            }
        }
        files.push(file);
    }
    match index.weight_map.into_keys().find(|name| !tensors.contains_key(name)) {
        Some(name) => Err(Error::MissingTensor { name }),
        None => Ok((files, tensors.into_values().collect())),
    }
}

fn read_tensors(input: &InputFile, file: usize) -> Result<Vec<SourceTensor>> {
    let (data, header) = read_header(input)?;
    let tensors = header.tensors().into_iter().filter(|(name, _)| parameter_name(name).is_some());
    tensors
        .map(|(name, info)| {
            let weight_type = match info.dtype {
                Dtype::F32 => WeightType::F32,
                Dtype::F16 => WeightType::F16,
                Dtype::BF16 => WeightType::BF16,
                other => {
                    let found = format!("{other:?} in {name}");
                    return Err(Error::Unsupported { feature: "a weight type", found });
                }
            };
            let offset = data + info.data_offsets.0 as u64;
            Ok(SourceTensor { name, file, offset, weight_type, shape: info.shape.clone() })
        })
        .collect()
}

/// The parameter that a tensor holds; `None` for the RoPE frequencies in old checkpoints, which follow from the
/// settings. Returns an unknown name unchanged, for the error message.
fn parameter_name(name: &str) -> Option<String> {
    const LAYER: &[(&str, &str)] = &[
        ("input_layernorm.weight", "attn_norm"),
        ("post_attention_layernorm.weight", "ffn_norm"),
        ("self_attn.q_proj.weight", "q"),
        ("self_attn.k_proj.weight", "k"),
        ("self_attn.v_proj.weight", "v"),
        ("self_attn.o_proj.weight", "o"),
        ("mlp.gate_proj.weight", "gate"),
        ("mlp.up_proj.weight", "up"),
        ("mlp.down_proj.weight", "down"),
    ];
    match name {
        "model.embed_tokens.weight" => Some("embed".into()),
        "lm_head.weight" => Some("head".into()),
        "model.norm.weight" => Some("final_norm".into()),
        _ if name.ends_with("rotary_emb.inv_freq") => None,
        _ => Some(layer_parameter(name, "model.layers.", LAYER).unwrap_or_else(|| name.into())),
    }
}
