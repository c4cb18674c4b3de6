//! A model in training, with all that makes it a Hugging Face folder again.

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
    /// `head_dim / 2` values, radians a position.
    pub rope_inv_freq: Vec<f32>,
    /// Where the weights are.
    pub device: Device,
    /// The contents of `config.json`.
    pub config: Value,
    /// The contents of `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// Further files by name, with which Hugging Face's library finds special tokens and the chat's form.
    pub beside: BTreeMap<&'static str, Vec<u8>>,
    /// What is adapted, where LoRA trains instead of the weights.
    pub adapter: Option<AdapterOptions>,
    /// What the weights were at first, as a hash; empty for new ones, which follow from shape and seed.
    pub(crate) first_weights: String,
}

impl TrainedModel {
    /// Opens a Hugging Face folder to go on training it.
    ///
    /// # Errors
    /// When it is damaged, no Llama, has no tokenizer, or no float weights.
    pub fn open(folder: &Path, device: &Device) -> Result<Self> {
        Self::open_frozen(folder, FrozenPrecision::F32, device)
    }

    /// The same for adapters, with weights kept as they will be: all of them as they are might not fit.
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
            beside: beside(folder)?,
            adapter: None,
            first_weights,
        })
    }

    /// A new model of this shape. RoPE is plain, with base 10,000.
    ///
    /// # Errors
    /// When sizes do not fit together.
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
            beside: beside_new(&tokenizer, special),
            tokenizer,
            adapter: None,
            first_weights: String::new(),
        })
    }

    /// Freezes the weights and trains adapters on them instead.
    ///
    /// # Errors
    /// When the options make no sense.
    pub fn adapt(&mut self, options: AdapterOptions, seed: u64) -> Result<()> {
        options.check()?;
        let device = self.device.clone();
        self.change(|model| adapter::adapt(model, &options, seed, &device));
        self.adapter = Some(options);
        Ok(())
    }

    /// Puts what `change` makes of the weights in their place. Meanwhile nothing else holds the old ones: where it goes
    /// through them one by one, there is never more than one of them twice in memory.
    pub(crate) fn change(&mut self, change: impl FnOnce(Llama) -> Llama) {
        let nothing = Llama::nothing(&self.device);
        self.model = change(std::mem::replace(&mut self.model, nothing));
    }

    /// Takes what [`TrainedModel::save`] wrote.
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

    /// Writes all that training changes into an existing folder, exactly.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self, folder: &Path) -> Result<()> {
        match &self.adapter {
            Some(options) => adapter::write(&self.model, options, "", folder),
            None => self.write(folder, Precision::F32, None),
        }
    }

    /// Writes `config.json`, `tokenizer.json`, what lay beside them and `model.safetensors` into an existing folder. Adapters
    /// are multiplied out, where weights are frozen in fewer bits onto those in the folder `base`.
    ///
    /// # Errors
    /// When the disk refuses, or `base` cannot be read.
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
        self.beside.iter().try_for_each(|(name, bytes)| put(name, bytes))?;
        let packed = self.adapter.as_ref().is_some_and(|adapter| adapter.frozen != FrozenPrecision::F32);
        let base = base.filter(|_| packed).map(Checkpoint::open).transpose()?;
        if base.as_ref().is_some_and(|base| *base.architecture() != self.architecture) {
            return Err(Error::Setting { setting: "base", problem: "has another shape than before".into() });
        }
        weights::write(&folder.join("model.safetensors"), &self.model, precision, base.as_ref())
    }

    /// Writes a new folder whole or not at all: what [`TrainedModel::write`] writes, and what goes along.
    ///
    /// # Errors
    /// When it exists already, the disk refuses, or `base` cannot be read.
    pub fn publish(&self, to: &Publication<'_>, precision: Precision, base: Option<&Path>) -> Result<()> {
        to.publish(|folder| self.write(folder, precision, base))
    }

    /// Writes a new folder, whole or not at all, with the adapter alone; `base` is what it names as its model.
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

/// A new folder of a model, and what goes along with the weights.
pub struct Publication<'a> {
    /// The folder of the run, on the same disk: the new one grows in there.
    pub run: &'a Path,
    /// The new one, which must not exist.
    pub folder: &'a Path,
    /// The contents of `wasan.json`, for our importer.
    pub own: &'a Value,
    /// Names of files of the run that are copied.
    pub records: &'a [&'a str],
}

impl Publication<'_> {
    fn publish(&self, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let failed = |source| Error::Write { path: self.folder.into(), source };
        if self.folder.exists() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let unfinished = self.run.join(UNFINISHED_FOLDER);
        // Of an earlier try.
        drop(fs::remove_dir_all(&unfinished));
        let filled = || -> Result<()> {
            fs::create_dir(&unfinished).map_err(failed)?;
            fill(&unfinished)?;
            let own = serde_json::to_vec_pretty(self.own).unwrap_or_default();
            fs::write(unfinished.join("wasan.json"), own).map_err(failed)?;
            for name in self.records {
                fs::copy(self.run.join(name), unfinished.join(name)).map_err(failed)?;
            }
            sync(&unfinished).map_err(failed)?;
            fs::rename(&unfinished, self.folder).map_err(failed)
        };
        filled().inspect_err(|_| drop(fs::remove_dir_all(&unfinished)))
    }
}

/// The folder in a run's that a finished model grows in.
pub const UNFINISHED_FOLDER: &str = "model";

const BESIDE: [&str; 4] =
    ["tokenizer_config.json", "generation_config.json", "special_tokens_map.json", "chat_template.jinja"];
/// Bytes of such a file; honest ones have less than 1 MiB, see `model-files`' limits.
const BESIDE_BYTES: u64 = 4 << 20;

/// Those of a base.
fn beside(folder: &Path) -> Result<BTreeMap<&'static str, Vec<u8>>> {
    let mut all = BTreeMap::new();
    for name in BESIDE {
        let path = folder.join(name);
        if path.metadata().is_ok_and(|data| data.is_file() && data.len() <= BESIDE_BYTES) {
            let bytes = fs::read(&path).map_err(|source| model_files::Error::Read { source, path })?;
            all.insert(name, bytes);
        }
    }
    Ok(all)
}

/// Those of a new model.
fn beside_new(tokenizer: &[u8], special: SpecialTokens) -> BTreeMap<&'static str, Vec<u8>> {
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
