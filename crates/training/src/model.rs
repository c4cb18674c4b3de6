//! A model in training, with all that makes it a Hugging Face folder again.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use model_files::{Architecture, Checkpoint};
use serde_json::{Value, json};

use crate::llama::Llama;
use crate::weights::{self, Precision};
use crate::{Error, Result};

/// A model on a device, its settings and its tokenizer.
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
        Ok(Self {
            model: weights::load(&checkpoint, device)?,
            architecture: *checkpoint.architecture(),
            rope_inv_freq: checkpoint.rope_inv_freq().to_vec(),
            device: device.clone(),
            config: serde_json::from_slice(&config).map_err(|error| reason(error.to_string()))?,
            tokenizer: checkpoint.tokenizer_json().ok_or(model_files::Error::NoTokenizer)?.to_vec(),
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
            "torch_dtype": "bfloat16",
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
        })
    }

    /// Takes the weights of another folder of the same shape.
    ///
    /// # Errors
    /// As [`TrainedModel::open`].
    pub fn reload(&mut self, folder: &Path) -> Result<()> {
        self.model = weights::load(&Checkpoint::open(folder)?, &self.device)?;
        Ok(())
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
        put("config.json", &serde_json::to_vec_pretty(&self.config).unwrap_or_default())?;
        put("tokenizer.json", &self.tokenizer)?;
        weights::write(&folder.join("model.safetensors"), &weights::tensors(&self.model), precision)
    }
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
