//! Loads a checkpoint's float tensors into Burn parameters, and writes them as `model.safetensors`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use burn::module::{Param, ParamId};
use burn::nn::{Linear, RmsNorm};
use burn::tensor::{Device, Tensor, TensorData};
use model_files::{Architecture, Checkpoint};
use safetensors::Dtype;
use safetensors::tensor::View;
use sha2::{Digest, Sha256};

use crate::frozen::{Freezer, FrozenPrecision};
use crate::llama::{Layer, Llama, in_f32};
use crate::{Error, Result};

/// Number format of written weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits: exact.
    F32,
    /// 16 bits with an 8-bit significand, as most models are published.
    BF16,
}

impl Precision {
    /// Its name in `config.json`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::F32 => "float32",
            Self::BF16 => "bfloat16",
        }
    }
}

/// Returns the values of a named tensor of this shape, row-major.
type Values<'a> = dyn FnMut(&str, &[usize]) -> Result<Vec<f32>> + 'a;

/// Builds a model from the values of its tensors. Parameter ids are assigned in order, so that the optimizer's state
/// matches them after a restart.
struct ModelBuilder<'a> {
    values: &'a mut Values<'a>,
    next_id: u64,
    device: &'a Device,
    freezer: Freezer,
}

impl ModelBuilder<'_> {
    fn param<const D: usize>(
        &mut self,
        part: &str,
        shape: [usize; D],
        transposed: bool,
    ) -> Result<Param<Tensor<D>>> {
        let values = (self.values)(part, &shape)?;
        let tensor = Tensor::<D>::from_data(TensorData::new(values, shape), self.device);
        let tensor = if transposed { tensor.swap_dims(0, 1) } else { tensor };
        self.next_id += 1;
        // A transposed view would be copied at every step; adding 0 makes it contiguous once.
        let tensor = if transposed { tensor + 0.0 } else { tensor };
        Ok(Param::initialized(ParamId::from(self.next_id), tensor.require_grad()))
    }

    fn linear(&mut self, part: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let linear = Linear { weight: self.param(part, [outputs, inputs], true)?, bias: None };
        Ok(self.freezer.matrix(linear))
    }

    fn norm(&mut self, part: &str, a: &Architecture) -> Result<RmsNorm> {
        Ok(RmsNorm { gamma: self.param(part, [a.hidden_size], false)?, epsilon: f64::from(a.norm_eps) })
    }

    fn llama(mut self, a: &Architecture) -> Result<Llama> {
        let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
        let (hidden, ffn) = (a.hidden_size, a.feed_forward);
        let embed = self.param("embed", [a.vocab_size, hidden], false)?;
        let embed = self.freezer.embedding(embed);
        let mut layers = Vec::new();
        for layer in 0..a.layers {
            let part = |name: &str| format!("layers.{layer}.{name}");
            layers.push(Layer {
                attn_norm: self.norm(&part("attn_norm"), a)?,
                q: self.linear(&part("q"), hidden, heads)?,
                k: self.linear(&part("k"), hidden, kv)?,
                v: self.linear(&part("v"), hidden, kv)?,
                o: self.linear(&part("o"), heads, hidden)?,
                ffn_norm: self.norm(&part("ffn_norm"), a)?,
                gate: self.linear(&part("gate"), hidden, ffn)?,
                up: self.linear(&part("up"), hidden, ffn)?,
                down: self.linear(&part("down"), ffn, hidden)?,
            });
        }
        let norm = self.norm("final_norm", a)?;
        let head = if a.tied_head { None } else { Some(self.linear("head", hidden, a.vocab_size)?) };
        Ok(Llama { embed, layers, norm, head })
    }
}

/// Loads the checkpoint's weights onto `device`, freezing each as it is read, and returns their hash in hexadecimal.
///
/// # Errors
/// If the weights cannot be read or are not floats.
pub fn load(checkpoint: &Checkpoint, frozen: FrozenPrecision, device: &Device) -> Result<(Llama, String)> {
    let mut hash = Sha256::new();
    let mut values = |part: &str, _: &[usize]| {
        let values = checkpoint.values(part)?;
        values.chunks(1 << 12).for_each(|some| {
            let bytes: Vec<u8> = some.iter().flat_map(|value| value.to_le_bytes()).collect();
            hash.update(bytes);
        });
        Ok(values)
    };
    let freezer = Freezer::new(frozen, device);
    let model =
        ModelBuilder { values: &mut values, next_id: 0, device, freezer }.llama(checkpoint.architecture())?;
    Ok((model, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Initialises new weights: normal with a standard deviation of 0.02, divided by √(2 · layers) for matrices that write to
/// the residual stream (GPT-2); norms 1.
pub fn initialize(architecture: &Architecture, seed: u64, device: &Device) -> Result<Llama> {
    let mut random = fastrand::Rng::with_seed(seed);
    let residual = 0.02 / (2.0 * architecture.layers as f32).sqrt();
    let mut values = |part: &str, shape: &[usize]| {
        let count = shape.iter().product();
        let std = if part.ends_with(".o") || part.ends_with(".down") { residual } else { 0.02 };
        Ok(match part.ends_with("norm") {
            true => vec![1.0; count],
            false => (0..count).map(|_| std * normal(&mut random)).collect(),
        })
    };
    let freezer = Freezer::new(FrozenPrecision::F32, device);
    ModelBuilder { values: &mut values, next_id: 0, device, freezer }.llama(architecture)
}

/// A sample from the standard normal distribution (Box-Muller).
fn normal(random: &mut fastrand::Rng) -> f32 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    (radius * (std::f64::consts::TAU * random.f64()).cos()) as f32
}

/// Tensors by name: shape and values.
pub type NamedTensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Every tensor under its Hugging Face name, with rows as outputs. Adapters are merged.
pub fn tensors(model: &Llama) -> NamedTensors {
    let values = |tensor: LazyTensor| (tensor.shape.clone(), (tensor.values)().iter::<f32>().collect());
    lazy_tensors(model, None).into_iter().map(|(name, tensor)| (name, values(tensor))).collect()
}

/// A tensor that is copied from its device when it is written: all at once would need memory for a second model.
struct LazyTensor<'a> {
    shape: Vec<usize>,
    values: Box<dyn Fn() -> TensorData + 'a>,
}

fn vector(norm: &RmsNorm) -> LazyTensor<'_> {
    let values = Box::new(move || norm.gamma.val().inner().into_data());
    LazyTensor { shape: norm.gamma.dims().to_vec(), values }
}

/// The base's original weights, from before they were frozen in fewer bits.
struct BaseWeights<'a> {
    checkpoint: &'a Checkpoint,
    /// The first error: writing a tensor cannot return one.
    failed: RefCell<Option<model_files::Error>>,
}

impl BaseWeights<'_> {
    /// The values of a tensor of this shape; zeros if they cannot be read.
    fn values(&self, part: &str, shape: &[usize]) -> Vec<f32> {
        self.checkpoint.values(part).unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            vec![0.0; shape.iter().product()]
        })
    }
}

fn matrix<'a>(linear: &'a Linear, part: String, exact: Option<&'a BaseWeights<'_>>) -> LazyTensor<'a> {
    let [inputs, outputs] = linear.weight.shape().dims();
    let shape = vec![outputs, inputs];
    let values: Box<dyn Fn() -> TensorData> = match exact {
        // With the adapter merged, if there is one.
        None => Box::new(move || in_f32(linear.weight.val().inner()).transpose().into_data()),
        Some(exact) => Box::new(move || {
            let mut values = exact.values(&part, &[outputs, inputs]);
            if let Some(adapter) = linear.weight.adapter() {
                let delta = adapter.delta().inner().transpose().into_data();
                values.iter_mut().zip(delta.iter::<f32>()).for_each(|(value, delta)| *value += delta);
            }
            TensorData::new(values, [outputs, inputs])
        }),
    };
    LazyTensor { shape, values }
}

fn lazy_tensors<'a>(model: &'a Llama, exact: Option<&'a BaseWeights<'_>>) -> Vec<(String, LazyTensor<'a>)> {
    let mut all = Vec::new();
    let mut add = |name: String, tensor| all.push((name, tensor));
    for (index, layer) in model.layers.iter().enumerate() {
        for (name, norm) in
            [("input_layernorm", &layer.attn_norm), ("post_attention_layernorm", &layer.ffn_norm)]
        {
            add(format!("model.layers.{index}.{name}.weight"), vector(norm));
        }
        for (name, part, linear) in [
            ("self_attn.q_proj", "q", &layer.q),
            ("self_attn.k_proj", "k", &layer.k),
            ("self_attn.v_proj", "v", &layer.v),
            ("self_attn.o_proj", "o", &layer.o),
            ("mlp.gate_proj", "gate", &layer.gate),
            ("mlp.up_proj", "up", &layer.up),
            ("mlp.down_proj", "down", &layer.down),
        ] {
            let part = format!("layers.{index}.{part}");
            add(format!("model.layers.{index}.{name}.weight"), matrix(linear, part, exact));
        }
    }
    add("model.norm.weight".into(), vector(&model.norm));
    let shape: [usize; 2] = model.embed.shape().dims();
    let embedding: Box<dyn Fn() -> TensorData> = match exact {
        None => Box::new(move || in_f32(model.embed.val().inner()).into_data()),
        Some(exact) => Box::new(move || TensorData::new(exact.values("embed", &shape), shape)),
    };
    add("model.embed_tokens.weight".into(), LazyTensor { shape: shape.to_vec(), values: embedding });
    if let Some(head) = &model.head {
        add("lm_head.weight".into(), matrix(head, "head".into(), exact));
    }
    all
}

/// Writes `model.safetensors` one tensor at a time, with adapters merged: into the weights of `base` if given, because
/// weights frozen in fewer bits are no longer exact.
///
/// # Errors
/// If writing fails, or the base can no longer be read.
pub fn write(path: &Path, model: &Llama, precision: Precision, base: Option<&Checkpoint>) -> Result<()> {
    let exact = base.map(|checkpoint| BaseWeights { checkpoint, failed: RefCell::new(None) });
    let views = lazy_tensors(model, exact.as_ref());
    serialize(path, views.into_iter().map(|(name, tensor)| (name, WrittenTensor { tensor, precision })))?;
    match exact.and_then(|exact| exact.failed.into_inner()) {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// Writes small tensors in 32 bits.
///
/// # Errors
/// If writing fails.
pub(crate) fn write_named(path: &Path, tensors: &NamedTensors) -> Result<()> {
    let views = tensors.iter().map(|(name, (shape, values))| {
        let tensor = LazyTensor {
            shape: shape.clone(),
            values: Box::new(move || TensorData::new(values.clone(), shape.clone())),
        };
        (name.clone(), WrittenTensor { tensor, precision: Precision::F32 })
    });
    serialize(path, views)
}

struct WrittenTensor<'a> {
    tensor: LazyTensor<'a>,
    precision: Precision,
}

impl View for WrittenTensor<'_> {
    fn dtype(&self) -> Dtype {
        match self.precision {
            Precision::F32 => Dtype::F32,
            Precision::BF16 => Dtype::BF16,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.tensor.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let data = (self.tensor.values)();
        let values = data.iter::<f32>();
        match self.precision {
            Precision::F32 => values.flat_map(f32::to_le_bytes).collect(),
            Precision::BF16 => values.flat_map(|v| half::bf16::from_f32(v).to_le_bytes()).collect(),
        }
    }

    fn data_len(&self) -> usize {
        let bytes = if self.precision == Precision::F32 { 4 } else { 2 };
        bytes * self.tensor.shape.iter().product::<usize>()
    }
}

fn serialize<'a>(path: &Path, views: impl IntoIterator<Item = (String, WrittenTensor<'a>)>) -> Result<()> {
    // Hugging Face's loader requires it.
    let metadata = Some([("format".to_owned(), "pt".to_owned())].into());
    safetensors::serialize_to_file(views, metadata, path).map_err(|error| {
        let source = match error {
            safetensors::SafeTensorError::IoError(source) => source,
            other => std::io::Error::other(other),
        };
        Error::Write { path: path.into(), source }
    })
}
