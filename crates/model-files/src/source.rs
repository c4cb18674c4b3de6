//! The common form of both kinds of source: an architecture, and tensors by parameter name.

use std::collections::HashMap;
use std::path::Path;

use crate::blocks::WeightType;
use crate::chat_template::ChatTemplate;
use crate::files::{InputFile, read_json};
use crate::rope::RopeFrequencies;
use crate::{Architecture, Error, Instruction, Repository, Result, Role, Tokenizer, card, limits, prompt};

/// The settings of a Hugging Face folder.
pub(crate) const CONFIG: &str = "config.json";

/// A model to import, of which only the headers have been read.
pub(crate) struct ModelSource {
    pub name: String,
    pub architecture: Architecture,
    pub rope: RopeFrequencies,
    pub files: Vec<InputFile>,
    pub tensors: SourceTensors,
    /// Whether the rows of q and k interleave the halves that RoPE rotates together, as in GGUF.
    pub interleaved_rope: bool,
    /// Added to the gains of norms.
    pub gain_offset: f32,
    /// Contents of the `tokenizer.json` to write.
    pub tokenizer: Option<Vec<u8>>,
    pub chat: ChatTemplate,
    pub bos: Option<u32>,
    pub end_tokens: Vec<u32>,
    pub defaults: ImportDefaults,
    /// The repository that the file itself names.
    pub repository: Option<Repository>,
}

impl ModelSource {
    /// The prompt of its `wasan.json`, or else the one that [`prompt::choose`] makes.
    pub fn prompt(&self, tokenizer: &Tokenizer, instruction: Option<&Instruction>) -> Result<String> {
        match &self.defaults.prompt {
            Some(prompt) => Ok(prompt.clone()),
            None => prompt::choose(tokenizer, &self.chat, self.bos, instruction),
        }
    }
}

/// The optional `wasan.json` in a source folder: defaults for an import.
#[derive(Default, serde::Deserialize)]
pub(crate) struct ImportDefaults {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub prompt: Option<String>,
    pub licence: Option<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    #[serde(default)]
    pub pairs: Vec<[String; 2]>,
}

impl ImportDefaults {
    /// Those of a folder; what its `wasan.json` does not say comes from its model card.
    pub fn of(folder: &Path) -> Result<Self> {
        let file = folder.join("wasan.json");
        let mut defaults: Self =
            read_json(&file, "the size of wasan.json", limits::CONFIG_BYTES)?.unwrap_or_default();
        let card = card::read(folder);
        defaults.licence = defaults.licence.or(card.licence);
        if defaults.languages.is_empty() {
            defaults.languages = card.languages;
        }
        Ok(defaults)
    }
}

/// The location of a tensor, and its name for error messages.
#[derive(Debug, Clone)]
pub(crate) struct SourceTensor {
    pub name: String,
    /// Index into [`ModelSource::files`].
    pub file: usize,
    /// Offset of its first byte in the file.
    pub offset: u64,
    pub weight_type: WeightType,
    /// Rows and columns; a vector has its length only.
    pub shape: Vec<usize>,
}

/// Tensors by parameter: `embed`, `head`, `final_norm`, `layers.N.` + `attn_norm` `ffn_norm` `q` `k` `v` `o` `gate`
/// `up` `down`, and where the architecture has them `q_bias` `k_bias` `v_bias` `q_norm` `k_norm` `attn_output_norm`
/// `ffn_output_norm`.
pub(crate) struct SourceTensors(HashMap<String, SourceTensor>);

impl SourceTensors {
    /// Collects `tensors` by parameter; `parameter_name` maps a source's name to the parameter's, or to `None` to
    /// ignore the tensor. Refuses tensors that a model of this architecture does not have.
    pub fn new(
        architecture: &Architecture,
        tensors: impl IntoIterator<Item = SourceTensor>,
        parameter_name: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let mut by_name: HashMap<_, SourceTensor> = HashMap::new();
        for tensor in tensors {
            let Some(parameter) = parameter_name(&tensor.name) else { continue };
            if let Some(other) = by_name.insert(parameter, tensor) {
                let found = other.name;
                return Err(Error::Unsupported { feature: "two tensors with the same meaning", found });
            }
        }
        if architecture.tied_head {
            // Checkpoints of tied models sometimes contain a second copy of the embedding.
            by_name.remove("head");
        }
        let all = Self(by_name);
        let parameters = parameters(architecture);
        for (parameter, shape) in &parameters {
            let tensor = all.get(parameter)?;
            if tensor.shape != *shape {
                let (expected, found) = (shape.clone(), tensor.shape.clone());
                return Err(Error::Shape { expected, found, name: tensor.name.clone() });
            }
        }
        if all.0.len() > parameters.len() {
            let known: std::collections::HashSet<_> =
                parameters.iter().map(|(parameter, _)| parameter).collect();
            if let Some((_, tensor)) = all.0.iter().find(|(parameter, _)| !known.contains(parameter)) {
                let found = tensor.name.clone();
                return Err(Error::Unsupported {
                    feature: "a tensor that models of this family do not have",
                    found,
                });
            }
        }
        Ok(all)
    }

    pub fn get(&self, parameter: &str) -> Result<&SourceTensor> {
        self.0.get(parameter).ok_or_else(|| Error::MissingTensor { name: parameter.into() })
    }
}

/// Every parameter with its shape.
pub(crate) fn parameters(architecture: &Architecture) -> Vec<(String, Vec<usize>)> {
    let a = architecture;
    let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
    let mut parameters = vec![
        ("embed".to_owned(), vec![a.vocab_size, a.hidden_size]),
        ("final_norm".to_owned(), vec![a.hidden_size]),
    ];
    if !a.tied_head {
        parameters.push(("head".to_owned(), vec![a.vocab_size, a.hidden_size]));
    }
    let mut of_layer = vec![
        ("attn_norm", vec![a.hidden_size]),
        ("ffn_norm", vec![a.hidden_size]),
        ("q", vec![heads, a.hidden_size]),
        ("k", vec![kv, a.hidden_size]),
        ("v", vec![kv, a.hidden_size]),
        ("o", vec![a.hidden_size, heads]),
        ("gate", vec![a.feed_forward, a.hidden_size]),
        ("up", vec![a.feed_forward, a.hidden_size]),
        ("down", vec![a.hidden_size, a.feed_forward]),
    ];
    if a.qkv_bias {
        of_layer.extend([("q_bias", vec![heads]), ("k_bias", vec![kv]), ("v_bias", vec![kv])]);
    }
    if a.head_norm.is_some() {
        of_layer.extend(["q_norm", "k_norm"].map(|name| (name, vec![a.head_dim])));
    }
    if a.output_norms {
        of_layer.extend(["attn_output_norm", "ffn_output_norm"].map(|name| (name, vec![a.hidden_size])));
    }
    for layer in 0..a.layers {
        parameters.extend(
            of_layer.iter().map(|(parameter, shape)| (format!("layers.{layer}.{parameter}"), shape.clone())),
        );
    }
    parameters
}

/// `layers.N.PARAMETER` for a source's name `PREFIX.N.NAME`; `names` maps their names to ours.
pub(crate) fn layer_parameter(name: &str, prefix: &str, names: &[(&str, &str)]) -> Option<String> {
    let (layer, name) = name.strip_prefix(prefix)?.split_once('.')?;
    let layer: usize = layer.parse().ok()?;
    let (_, parameter) = names.iter().find(|(theirs, _)| *theirs == name)?;
    Some(format!("layers.{layer}.{parameter}"))
}
