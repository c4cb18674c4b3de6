//! The initial model of a run: a published base model, or new weights of a given shape and vocabulary.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use model_files::{Architecture, Checkpoint, Tokenizer};
use serde::Deserialize;

use crate::adapter::AdapterOptions;
use crate::frozen::FrozenPrecision;
use crate::tokenizer::{SPECIAL_TOKENS, special_token_names, train_tokenizer};
use crate::{Error, Result, TrainedModel};

/// The shape of a new model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelShape {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; `heads` is a multiple.
    pub kv_heads: usize,
    /// Width of a head, even.
    pub head_dim: usize,
    /// Width between gate/up and down.
    pub feed_forward: usize,
}

/// Shape, vocabulary and prompt of new models, from a TOML file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewModelConfig {
    /// Number of tokens of the vocabulary.
    pub vocabulary: usize,
    /// The prompt, in the form of `ModelInfo::prompt`; the default tags the languages.
    #[serde(default = "default_prompt")]
    pub prompt: String,
    /// Shape of the specialists, or of the only model.
    pub small: ModelShape,
    /// Shape of the large model.
    pub large: Option<ModelShape>,
}

fn default_prompt() -> String {
    "<|begin_of_text|><|{from}|>{source}<|{to}|>".into()
}

impl NewModelConfig {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read or has unknown keys.
    pub fn read(path: &Path) -> Result<Self> {
        let reason = |reason: String| Error::SettingsFile { path: path.into(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| reason(error.to_string()))?;
        toml::from_str(&text).map_err(|error| reason(error.to_string()))
    }
}

/// The contents of a new `tokenizer.json` for models of these languages.
///
/// # Errors
/// As [`train_tokenizer`].
pub fn new_tokenizer(texts: &[&str], vocabulary: usize, languages: &[String]) -> Result<Vec<u8>> {
    let mut languages = languages.to_vec();
    languages.sort();
    train_tokenizer(texts.iter().copied(), vocabulary, &special_token_names(&languages))
}

/// Tokenizer, prompt and shape of the initial model; [`InitialModel::build`] loads or creates the weights.
pub struct InitialModel {
    /// The model's tokenizer.
    pub tokenizer: Tokenizer,
    /// The prompt, in the form of `ModelInfo::prompt`.
    pub prompt: String,
    /// Token that begins a text, if the model has one.
    pub bos: Option<u32>,
    /// Token that ends a text.
    pub text_end: u32,
    /// Token that ends a translation.
    pub answer_end: u32,
    /// The shape.
    pub architecture: Architecture,
    /// The base's licence, if it names one.
    pub licence: Option<String>,
    tokenizer_json: Vec<u8>,
    base: Option<PathBuf>,
}

impl InitialModel {
    /// A base model in a Hugging Face folder; `prompt` overrides the one that the importer would choose.
    ///
    /// # Errors
    /// If it is damaged, not a Llama, or its tokenizer does not match it.
    pub fn from_base(folder: &Path, prompt: Option<String>) -> Result<Self> {
        let checkpoint = Checkpoint::open(folder)?;
        let tokenizer_json = checkpoint.tokenizer_json().ok_or(model_files::Error::NoTokenizer)?.to_vec();
        let tokenizer = checkpoint.tokenizer()?;
        let architecture = *checkpoint.architecture();
        let (ids, rows) = (tokenizer.vocab_size(), architecture.vocab_size);
        if ids > rows {
            return Err(Error::OtherTokenizer { ids, rows, folder: folder.into() });
        }
        let prompt = match prompt {
            Some(prompt) => prompt,
            None => checkpoint.prompt(&tokenizer)?,
        };
        let missing = || model_files::Error::Setting {
            problem: "no token ends a translation",
            setting: "eos_token_id".into(),
        };
        let text_end = *checkpoint.end_tokens().first().ok_or_else(missing)?;
        Ok(Self {
            answer_end: checkpoint.turn_end(&tokenizer, &prompt).unwrap_or(text_end),
            text_end,
            prompt,
            bos: checkpoint.bos(),
            architecture,
            licence: checkpoint.licence().map(str::to_owned),
            tokenizer,
            tokenizer_json,
            base: Some(folder.into()),
        })
    }

    /// A new model of this shape and vocabulary, for sequences of `context` tokens.
    ///
    /// # Errors
    /// If the sizes are inconsistent, or the tokenizer is damaged.
    pub fn from_scratch(
        shape: &ModelShape,
        tokenizer_json: Vec<u8>,
        prompt: String,
        context: usize,
    ) -> Result<Self> {
        let tokenizer = Tokenizer::from_bytes(&tokenizer_json)?;
        let architecture = Architecture {
            vocab_size: tokenizer.vocab_size(),
            hidden_size: shape.hidden_size,
            layers: shape.layers,
            heads: shape.heads,
            kv_heads: shape.kv_heads,
            feed_forward: shape.feed_forward,
            max_positions: 4 * context,
            norm_eps: 1e-5,
            tied_head: true,
            ..Architecture::llama(shape.head_dim)
        };
        architecture.check()?;
        Ok(Self {
            tokenizer,
            prompt,
            bos: Some(SPECIAL_TOKENS.bos),
            text_end: SPECIAL_TOKENS.end,
            answer_end: SPECIAL_TOKENS.end,
            architecture,
            licence: None,
            tokenizer_json,
            base: None,
        })
    }

    /// Loads the base's weights or creates new ones by `seed` on a device, with an adapter if one is to be trained.
    ///
    /// # Errors
    /// As [`TrainedModel::open`], [`TrainedModel::new`] and [`TrainedModel::adapt`].
    pub fn build(
        &self,
        seed: u64,
        adapter: Option<&AdapterOptions>,
        device: &Device,
    ) -> Result<TrainedModel> {
        let frozen = adapter.map_or(FrozenPrecision::F32, |adapter| adapter.frozen);
        let mut model = match &self.base {
            Some(folder) => TrainedModel::open_frozen(folder, frozen, device)?,
            None => {
                let tokenizer = self.tokenizer_json.clone();
                TrainedModel::new(self.architecture, SPECIAL_TOKENS, tokenizer, seed, device)?
            }
        };
        if let Some(adapter) = adapter {
            model.adapt(adapter.clone(), seed)?;
        }
        Ok(model)
    }

    /// The folder of the base model; none for a new model.
    pub fn base_folder(&self) -> Option<&Path> {
        self.base.as_deref()
    }
}
