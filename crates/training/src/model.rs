//! A model in training, with everything needed to write it as a Hugging Face folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::tensor::Device;
use model_files::{Architecture, Checkpoint};
use serde_json::{Value, json};

use crate::adapter::{self, AdapterOptions};
use crate::checkpoint::sync;
use crate::frozen::FrozenPrecision;
use crate::llama::Llama;
use crate::tokenizer::SpecialTokens;
use crate::weights::{self, Precision};
use crate::{Error, Result};

/// A model on a device, its settings and its tokenizer.
#[derive(Clone)]
pub struct TrainedModel {
    /// The weights.
    pub model: Llama,
    /// The shape.
    pub architecture: Architecture,
    /// `head_dim / 2` values, radians per position.
    pub rope_inv_freq: Vec<f32>,
    /// Device of the weights.
    pub device: Device,
    /// The contents of `config.json`.
    pub config: Value,
    /// The contents of `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// Further files by name, from which Hugging Face's library reads special tokens and the chat template.
    pub companion_files: BTreeMap<&'static str, Vec<u8>>,
    /// LoRA's options, if adapters are trained instead of the weights.
    pub adapter: Option<AdapterOptions>,
    /// Hash of the initial weights; empty for new ones, which shape and seed determine.
    pub(crate) first_weights: String,
}

impl TrainedModel {
    /// Opens a Hugging Face folder to continue training it.
    ///
    /// # Errors
    /// If it is damaged, not a Llama, or has no tokenizer or no float weights.
    pub fn open(folder: &Path, device: &Device) -> Result<Self> {
        Self::open_frozen(folder, FrozenPrecision::F32, device)
    }

    /// The same for adapters: freezes each weight as it is read, because all of them at full width might exceed memory.
    ///
    /// # Errors
    /// As [`TrainedModel::open`].
    pub fn open_frozen(folder: &Path, frozen: FrozenPrecision, device: &Device) -> Result<Self> {
        let checkpoint = Checkpoint::open(folder)?;
        let path = folder.join("config.json");
        let config =
            fs::read(&path).map_err(|source| model_files::Error::Read { source, path: path.clone() })?;
        let config = serde_json::from_slice(&config).map_err(|error| model_files::Error::Json {
            reason: error.to_string(),
            file: "config.json".into(),
        })?;
        let (model, first_weights) = weights::load(&checkpoint, frozen, device)?;
        Ok(Self {
            model,
            architecture: *checkpoint.architecture(),
            rope_inv_freq: checkpoint.rope_inv_freq().to_vec(),
            device: device.clone(),
            config,
            tokenizer: checkpoint.tokenizer_json().ok_or(model_files::Error::NoTokenizer)?.to_vec(),
            companion_files: companion_files(folder)?,
            adapter: None,
            first_weights,
        })
    }

    /// A new model of this shape. RoPE is plain, with base 10,000.
    ///
    /// # Errors
    /// If the sizes are inconsistent.
    pub fn new(
        architecture: Architecture,
        special: SpecialTokens,
        tokenizer: Vec<u8>,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let a = architecture;
        let config = json!({
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": a.vocab_size,
            "hidden_size": a.hidden_size,
            "intermediate_size": a.feed_forward,
            "num_hidden_layers": a.layers,
            "num_attention_heads": a.heads,
            "num_key_value_heads": a.kv_heads,
            "head_dim": a.head_dim,
            "hidden_act": "silu",
            "max_position_embeddings": a.max_positions,
            "rms_norm_eps": a.norm_eps,
            "rope_theta": ROPE_BASE,
            "tie_word_embeddings": a.tied_head,
            "attention_bias": false,
            "mlp_bias": false,
            "bos_token_id": special.bos,
            "eos_token_id": special.end,
            "pad_token_id": special.pad,
        });
        let half = a.head_dim / 2;
        let inv_freq = |i| ROPE_BASE.powf(-(2.0 * i as f64) / a.head_dim as f64) as f32;
        Ok(Self {
            model: weights::initialize(&a, seed, device)?,
            architecture: a,
            rope_inv_freq: (0..half).map(inv_freq).collect(),
            device: device.clone(),
            config,
            companion_files: new_companion_files(&tokenizer, special),
            tokenizer,
            adapter: None,
            first_weights: String::new(),
        })
    }

    /// Freezes the weights and trains adapters on them instead.
    ///
    /// # Errors
    /// If the options are invalid.
    pub fn adapt(&mut self, options: AdapterOptions, seed: u64) -> Result<()> {
        options.check()?;
        let device = self.device.clone();
        self.change(|model| adapter::adapt(model, &options, seed, &device));
        self.adapter = Some(options);
        Ok(())
    }

    /// Replaces the weights by the result of `change`, which owns the old ones: if it converts them one by one, at most
    /// one of them is in memory twice.
    pub(crate) fn change(&mut self, change: impl FnOnce(Llama) -> Llama) {
        let placeholder = Llama::placeholder(&self.device);
        self.model = change(std::mem::replace(&mut self.model, placeholder));
    }

    /// Restores what [`TrainedModel::save`] wrote.
    ///
    /// # Errors
    /// As [`TrainedModel::open`].
    pub fn restore(&mut self, folder: &Path) -> Result<()> {
        self.model = match &self.adapter {
            Some(options) => adapter::read(self.model.clone(), options, folder)?,
            None => weights::load(&Checkpoint::open(folder)?, FrozenPrecision::F32, &self.device)?.0,
        };
        Ok(())
    }

    /// Writes everything that training changes into an existing folder, in 32 bits.
    ///
    /// # Errors
    /// If writing fails.
    pub fn save(&self, folder: &Path) -> Result<()> {
        match &self.adapter {
            Some(options) => adapter::write(&self.model, options, "", folder),
            None => self.write(folder, Precision::F32, None),
        }
    }

    /// Writes `config.json`, `tokenizer.json`, the companion files and `model.safetensors` into an existing folder. Adapters
    /// are merged; if the weights are frozen in fewer bits, into those of the folder `base`.
    ///
    /// # Errors
    /// If writing fails, or `base` cannot be read.
    pub fn write(&self, folder: &Path, precision: Precision, base: Option<&Path>) -> Result<()> {
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(|source| Error::Write { path, source })
        };
        let mut config = self.config.clone();
        if let Some(config) = config.as_object_mut() {
            config.remove("dtype");
            config.insert("torch_dtype".to_owned(), precision.name().into());
        }
        put("config.json", &serde_json::to_vec_pretty(&config).unwrap_or_default())?;
        put("tokenizer.json", &self.tokenizer)?;
        self.companion_files.iter().try_for_each(|(name, bytes)| put(name, bytes))?;
        let packed = self.adapter.as_ref().is_some_and(|adapter| adapter.frozen != FrozenPrecision::F32);
        let base = base.filter(|_| packed).map(Checkpoint::open).transpose()?;
        if base.as_ref().is_some_and(|base| *base.architecture() != self.architecture) {
            return Err(Error::Setting {
                setting: "base",
                problem: "has a different shape than before".into(),
            });
        }
        weights::write(&folder.join("model.safetensors"), &self.model, precision, base.as_ref())
    }

    /// Writes a new folder completely or not at all: what [`TrainedModel::write`] writes, and the files of `to`.
    ///
    /// # Errors
    /// If it already exists, writing fails, or `base` cannot be read.
    pub fn publish(&self, to: &Publication<'_>, precision: Precision, base: Option<&Path>) -> Result<()> {
        to.publish(|folder| self.write(folder, precision, base))
    }

    /// Writes a new folder with only the adapter, completely or not at all; `base` is recorded as its base model.
    ///
    /// # Errors
    /// As [`TrainedModel::publish`].
    pub fn publish_adapter(&self, to: &Publication<'_>, base: &Path) -> Result<()> {
        let Some(options) = &self.adapter else {
            return self.publish(to, Precision::BF16, None);
        };
        to.publish(|folder| adapter::write(&self.model, options, &base.to_string_lossy(), folder))
    }
}

/// The output folder of a model, and the files published with the weights.
pub struct Publication<'a> {
    /// The folder of the run, on the same disk; the output is prepared there.
    pub run: &'a Path,
    /// The output folder, which must not exist.
    pub folder: &'a Path,
    /// The contents of `wasan.json`, for the importer.
    pub wasan_json: &'a Value,
    /// Names of the run's files to copy.
    pub records: &'a [&'a str],
}

impl Publication<'_> {
    fn publish(&self, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let failed = |source| Error::Write { path: self.folder.into(), source };
        if self.folder.exists() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let unfinished = self.run.join(UNFINISHED_FOLDER);
        // Left by an earlier attempt.
        drop(fs::remove_dir_all(&unfinished));
        let filled = || -> Result<()> {
            fs::create_dir(&unfinished).map_err(failed)?;
            fill(&unfinished)?;
            let wasan_json = serde_json::to_vec_pretty(self.wasan_json).unwrap_or_default();
            fs::write(unfinished.join("wasan.json"), wasan_json).map_err(failed)?;
            for name in self.records {
                fs::copy(self.run.join(name), unfinished.join(name)).map_err(failed)?;
            }
            sync(&unfinished).map_err(failed)?;
            fs::rename(&unfinished, self.folder).map_err(failed)
        };
        filled().inspect_err(|_| drop(fs::remove_dir_all(&unfinished)))
    }
}

/// The folder in a run's folder where the finished model is prepared.
pub const UNFINISHED_FOLDER: &str = "model";

const COMPANION_FILES: [&str; 4] =
    ["tokenizer_config.json", "generation_config.json", "special_tokens_map.json", "chat_template.jinja"];
/// Limit on the size of such a file; real ones have less than 1 MiB, see `model-files`' limits.
const COMPANION_BYTES: u64 = 4 << 20;

/// The companion files of a base.
fn companion_files(folder: &Path) -> Result<BTreeMap<&'static str, Vec<u8>>> {
    let mut all = BTreeMap::new();
    for name in COMPANION_FILES {
        let path = folder.join(name);
        if path.metadata().is_ok_and(|data| data.is_file() && data.len() <= COMPANION_BYTES) {
            let bytes = fs::read(&path).map_err(|source| model_files::Error::Read { source, path })?;
            all.insert(name, bytes);
        }
    }
    Ok(all)
}

/// The companion files of a new model.
fn new_companion_files(tokenizer: &[u8], special: SpecialTokens) -> BTreeMap<&'static str, Vec<u8>> {
    let tokenizer: Value = serde_json::from_slice(tokenizer).unwrap_or_default();
    let added = tokenizer["added_tokens"].as_array().cloned().unwrap_or_default();
    let text = |id: u32| added.iter().find(|token| token["id"] == id).map(|token| token["content"].clone());
    let files = [
        (
            "tokenizer_config.json",
            json!({
                "tokenizer_class": "PreTrainedTokenizerFast",
                "bos_token": text(special.bos),
                "eos_token": text(special.end),
                "pad_token": text(special.pad),
                "clean_up_tokenization_spaces": false,
            }),
        ),
        (
            "generation_config.json",
            json!({
                "bos_token_id": special.bos,
                "eos_token_id": special.end,
                "pad_token_id": special.pad,
            }),
        ),
    ];
    files.map(|(name, json)| (name, serde_json::to_vec_pretty(&json).unwrap_or_default())).into()
}

const ROPE_BASE: f64 = 10_000.0;
