//! LoRA (Hu et al. 2021): the base is frozen, and each chosen matrix W becomes W + α/r · A·B with small trainable A and B.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::module::{Lora, Module, ModuleMapper, Param, ParamGroup, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, FloatDType, Tensor, TensorData};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::frozen::{Freezer, FrozenPrecision};
use crate::llama::{Layer, Llama};
use crate::weights::{self, NamedTensors};
use crate::{Error, Result};

/// The matrices of a layer that LoRA can adapt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Projection {
    Q,
    K,
    V,
    O,
    Gate,
    Up,
    Down,
}

impl Projection {
    /// All seven.
    pub const ALL: [Self; 7] = [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// Hugging Face's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q => "q_proj",
            Self::K => "k_proj",
            Self::V => "v_proj",
            Self::O => "o_proj",
            Self::Gate => "gate_proj",
            Self::Up => "up_proj",
            Self::Down => "down_proj",
        }
    }

    /// The module of a Hugging Face layer that contains it.
    fn parent(self) -> &'static str {
        match self {
            Self::Q | Self::K | Self::V | Self::O => "self_attn",
            Self::Gate | Self::Up | Self::Down => "mlp",
        }
    }

    fn of(self, layer: &Layer) -> &Linear {
        match self {
            Self::Q => &layer.q,
            Self::K => &layer.k,
            Self::V => &layer.v,
            Self::O => &layer.o,
            Self::Gate => &layer.gate,
            Self::Up => &layer.up,
            Self::Down => &layer.down,
        }
    }
}

/// Options of LoRA adapters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdapterOptions {
    /// r: the number of columns of A.
    pub rank: usize,
    /// α: the product is scaled by α / r.
    pub alpha: f64,
    /// The adapted matrices.
    pub projections: Vec<Projection>,
    /// How the frozen weights are stored.
    pub frozen: FrozenPrecision,
}

/// First id of adapter parameters, above those of any dense model.
const FIRST_ID: u64 = 1 << 32;

impl AdapterOptions {
    /// Checks the options.
    ///
    /// # Errors
    /// If the rank is 0 or no projection is chosen.
    pub fn check(&self) -> Result<()> {
        match self.rank == 0 || self.projections.is_empty() {
            true => {
                let problem = "must be at least 1, with at least one projection".into();
                Err(Error::Setting { setting: "rank", problem })
            }
            false => Ok(()),
        }
    }
}

/// Freezes `model` and adds adapters with B = 0, so that its outputs stay the same.
pub fn adapt(model: Llama, options: &AdapterOptions, seed: u64, device: &Device) -> Llama {
    device.seed(seed);
    let ids = model.layers.iter().flat_map(|layer| options.projections.iter().map(|p| p.of(layer).weight.id));
    let chosen = ParamGroup::from_ids(ids.collect::<Vec<ParamId>>());
    let mut freezer = Freezer::new(options.frozen, device);
    let model = Llama {
        embed: freezer.embedding(model.embed),
        layers: model.layers.into_iter().map(|layer| freezer.layer(layer)).collect(),
        norm: model.norm,
        head: model.head.map(|head| freezer.matrix(head)),
    };
    let lora = Lora::new(options.rank, options.alpha).set_param_group(chosen).set_dtype(FloatDType::F32);
    model.apply_lora(lora).map(&mut AssignFactors { inside: 0, count: 0, values: None })
}

/// Assigns the factors of adapters ids in order, so that the optimizer's state matches them after a restart, and
/// replaces their values if given.
struct AssignFactors {
    /// Number of adapter modules entered and not yet left.
    inside: usize,
    count: u64,
    /// In traversal order.
    values: Option<std::vec::IntoIter<Vec<f32>>>,
}

const ADAPTER: &str = "Reparameterization";

impl ModuleMapper for AssignFactors {
    fn enter_module(&mut self, _: &str, container: &str) {
        self.inside += usize::from(container == ADAPTER);
    }

    fn exit_module(&mut self, _: &str, container: &str) {
        self.inside -= usize::from(container == ADAPTER);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.inside == 0 {
            return param;
        }
        let mut tensor = param.val().inner();
        if let Some(values) = self.values.as_mut().and_then(Iterator::next) {
            let shape: [usize; D] = tensor.dims();
            tensor = Tensor::from_data(TensorData::new(values, shape), &tensor.device());
        }
        let id = ParamId::from(FIRST_ID + self.count);
        self.count += 1;
        Param::initialized(id, Tensor::from_inner(tensor).require_grad())
    }
}

const WEIGHTS_FILE: &str = "adapter_model.safetensors";
const CONFIG_FILE: &str = "adapter_config.json";

/// The names of all factors in a PEFT file, in traversal order.
fn factor_names(layers: usize, options: &AdapterOptions) -> Vec<String> {
    let mut names = Vec::new();
    for layer in 0..layers {
        for projection in Projection::ALL.into_iter().filter(|p| options.projections.contains(p)) {
            let (parent, name) = (projection.parent(), projection.name());
            for factor in ["lora_A", "lora_B"] {
                names.push(format!("base_model.model.model.layers.{layer}.{parent}.{name}.{factor}.weight"));
            }
        }
    }
    names
}

/// Writes the adapter in PEFT's format: `adapter_config.json`, `adapter_model.safetensors` with A (r, inputs) and
/// B (outputs, r).
///
/// # Errors
/// If writing fails.
pub fn write(model: &Llama, options: &AdapterOptions, base: &str, folder: &Path) -> Result<()> {
    let config = json!({
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": options.rank,
        "lora_alpha": options.alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": false,
        "inference_mode": true,
        "target_modules": options.projections.iter().map(|p| p.name()).collect::<Vec<_>>(),
    });
    let path = folder.join(CONFIG_FILE);
    fs::write(&path, serde_json::to_vec_pretty(&config).unwrap_or_default())
        .map_err(|source| Error::Write { path, source })?;
    let mut factors: NamedTensors = BTreeMap::new();
    let mut names = factor_names(model.layers.len(), options).into_iter();
    for layer in &model.layers {
        for projection in Projection::ALL {
            let Some(adapter) = projection.of(layer).weight.adapter() else { continue };
            for factor in [&adapter.a, &adapter.b] {
                let transposed = factor.val().inner().transpose();
                let name = names.next().unwrap_or_default();
                factors.insert(
                    name,
                    (transposed.dims().to_vec(), transposed.into_data().iter::<f32>().collect()),
                );
            }
        }
    }
    weights::write_named(&folder.join(WEIGHTS_FILE), &factors)
}

/// Replaces the adapter factors of `model` by those in `folder`, which must have the same options.
///
/// # Errors
/// If the files are damaged or have another shape.
pub fn read(model: Llama, options: &AdapterOptions, folder: &Path) -> Result<Llama> {
    let path = folder.join(WEIGHTS_FILE);
    let reason = |reason: String| Error::Checkpoint { path: path.clone(), reason };
    let bytes = fs::read(&path).map_err(|error| reason(error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| reason(error.to_string()))?;
    let mut values = Vec::new();
    for (index, name) in factor_names(model.layers.len(), options).iter().enumerate() {
        let tensor = file.tensor(name).map_err(|error| reason(error.to_string()))?;
        let projection = Projection::ALL.into_iter().filter(|p| options.projections.contains(p));
        let layer = model.layers.get(index / (2 * options.projections.len()));
        let linear =
            layer.zip(projection.cycle().nth(index / 2)).map(|(layer, projection)| projection.of(layer));
        let [inputs, outputs] = linear.map_or([0, 0], |linear| linear.weight.shape().dims());
        let shape = if index % 2 == 0 { [options.rank, inputs] } else { [outputs, options.rank] };
        if tensor.shape() != shape || tensor.dtype() != safetensors::Dtype::F32 {
            return Err(reason(format!("{name} has a different shape")));
        }
        let floats: Vec<f32> =
            tensor.data().chunks_exact(4).filter_map(|b| b.try_into().ok().map(f32::from_le_bytes)).collect();
        let [rows, columns] = shape;
        values.push((0..rows * columns).map(|at| floats[at % rows * columns + at / rows]).collect());
    }
    Ok(model.map(&mut AssignFactors { inside: 0, count: 0, values: Some(values.into_iter()) }))
}
