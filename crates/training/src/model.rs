//! A model in training, with all that makes it a Hugging Face folder again.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use model_files::{Architecture, Checkpoint};
use serde_json::{Value, json};

use crate::adapter::{self, AdapterOptions};
use crate::checkpoint::sync;
use crate::llama::Llama;
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
        let checkpoint = Checkpoint::open(folder)?;
        let path = folder.join("config.json");
        let reason = |reason: String| Error::Checkpoint { path: path.clone(), reason };
        let config = fs::read(&path).map_err(|error| reason(error.to_string()))?;
        let (model, first_weights) = weights::load(&checkpoint, device)?;
        Ok(Self {
            model,
            architecture: *checkpoint.architecture(),
            rope_inv_freq: checkpoint.rope_inv_freq().to_vec(),
            device: device.clone(),
            config: serde_json::from_slice(&config).map_err(|error| reason(error.to_string()))?,
            tokenizer: checkpoint.tokenizer_json().ok_or(model_files::Error::NoTokenizer)?.to_vec(),
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
        special: Special,
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
        self.model = adapter::adapt(self.model.clone(), &options, seed, &self.device)?;
        self.adapter = Some(options);
        Ok(())
    }

    /// Multiplies the adapters out, so that a plain model remains; onto the weights of `base`, if it is given, since those
    /// frozen in fewer bits are not what they were.
    pub fn merge(&mut self, base: Option<Self>) {
        self.model = match base {
            Some(base) => adapter::merge_onto(base.model, &self.model),
            None => adapter::merge(self.model.clone()),
        };
        self.adapter = None;
    }

    /// Takes what [`TrainedModel::save`] wrote.
    ///
    /// # Errors
    /// As [`TrainedModel::open`].
    pub fn restore(&mut self, folder: &Path) -> Result<()> {
        self.model = match &self.adapter {
            Some(options) => adapter::read(self.model.clone(), options, folder)?,
            None => weights::load(&Checkpoint::open(folder)?, &self.device)?.0,
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
            None => self.write(folder, Precision::F32),
        }
    }

    /// Writes `config.json`, `tokenizer.json` and `model.safetensors` into an existing folder.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, folder: &Path, precision: Precision) -> Result<()> {
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
        weights::write(&folder.join("model.safetensors"), &self.model, precision)
    }

    /// Writes a new folder whole or not at all: what [`TrainedModel::write`] writes, and `wasan.json` with what `own`
    /// says to our importer.
    ///
    /// # Errors
    /// When it exists already, or the disk refuses.
    pub fn publish(&self, folder: &Path, precision: Precision, own: &Value) -> Result<()> {
        publish(folder, own, |folder| self.write(folder, precision))
    }

    /// Writes a new folder, whole or not at all, with the adapter alone; `base` is what it names as its model.
    ///
    /// # Errors
    /// As [`TrainedModel::publish`].
    pub fn publish_adapter(&self, folder: &Path, base: &Path, own: &Value) -> Result<()> {
        let Some(options) = &self.adapter else { return self.publish(folder, Precision::BF16, own) };
        let base = base.to_string_lossy();
        publish(folder, own, |folder| adapter::write(&self.model, options, &base, folder))
    }
}

fn publish(folder: &Path, own: &Value, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let failed = |source| Error::Write { path: folder.into(), source };
    if folder.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unfinished = tempfile::Builder::new().prefix(".training-").tempdir_in(parent).map_err(failed)?;
    // A folder of its own inside: temporary ones can be read by their owner alone.
    let inner = unfinished.path().join("model");
    fs::create_dir(&inner).map_err(failed)?;
    fill(&inner)?;
    let own = serde_json::to_vec_pretty(own).unwrap_or_default();
    fs::write(inner.join("wasan.json"), own).map_err(failed)?;
    sync(&inner).map_err(failed)?;
    fs::rename(&inner, folder).map_err(failed)
}

const ROPE_BASE: f64 = 10_000.0;

/// Token ids with a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Special {
    /// Begins every sequence.
    pub bos: u32,
    /// Ends an answer.
    pub end: u32,
    /// Fills up a batch.
    pub pad: u32,
}
