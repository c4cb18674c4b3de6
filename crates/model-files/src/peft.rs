//! Reads PEFT's folders: `adapter_config.json` and `adapter_model.safetensors`.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde::Deserialize;

use crate::adapter::check_rank;
use crate::blocks::WeightType;
use crate::families::COMMON_NAMES;
use crate::files::{InputFile, read_json};
use crate::safetensors_file::{HeaderBuilder, read_header};
use crate::source::{CONFIG, ImportDefaults, layer_parameter, parameters};
use crate::{Architecture, Error, ModelInfo, Result, SourceFile, limits};

const SETTINGS: &str = "adapter_config.json";
const WEIGHTS: &str = "adapter_model.safetensors";
/// What PEFT writes before the names of the base's modules.
const PREFIX: &str = "base_model.model.";

/// A LoRA adapter in a folder of PEFT's, of which only the settings and the header of the factors have been read.
pub struct PeftAdapter {
    /// The folder's name.
    pub(crate) name: Option<String>,
    /// Its `wasan.json` and model card.
    pub(crate) defaults: ImportDefaults,
    base_name: Option<String>,
    scaling: f32,
    file: InputFile,
    data: u64,
    header: Metadata,
}

/// The contents of an adapter.
pub(crate) struct AdapterContents {
    /// The rank of every adapted tensor.
    pub ranks: Ranks,
    /// The safetensors file with A and B of each, PEFT's scaling multiplied into B.
    pub factors: Vec<u8>,
    /// The file that they come from.
    pub source: SourceFile,
}

impl PeftAdapter {
    /// Whether the folder holds an adapter and no model.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(SETTINGS).exists() && !folder.join(CONFIG).exists()
    }

    /// Reads the settings and the header in `folder`.
    ///
    /// # Errors
    /// A folder without an adapter, damaged files, an adapter of a kind that is not supported.
    pub fn open(folder: &Path) -> Result<Self> {
        let small = limits::CONFIG_BYTES;
        let settings: Settings = read_json(&folder.join(SETTINGS), "the size of adapter_config.json", small)?
            .ok_or_else(|| Error::NotAnAdapter { path: folder.into() })?;
        settings.refuse_unsupported()?;
        let defaults = ImportDefaults::of(folder)?;
        let file = InputFile::open(&folder.join(WEIGHTS))?;
        let (data, header) = read_header(&file)?;
        let real = folder.canonicalize().map_err(|source| Error::Read { source, path: folder.into() })?;
        let name = real.file_name().map(|name| name.to_string_lossy().into_owned());
        let scaling = settings.scaling();
        Ok(Self { name, defaults, base_name: settings.base_model_name_or_path, scaling, file, data, header })
    }

    /// Fails unless every factor belongs to a matrix of this model and has its shape.
    ///
    /// # Errors
    /// The first factor that does not; a model that is an adapter itself.
    pub fn check_base(&self, base: &ModelInfo) -> Result<()> {
        if base.adapter.is_some() {
            return Err(Error::Unsupported {
                feature: "an adapter of a model with an adapter",
                found: base.name.clone(),
            });
        }
        self.factors(&base.architecture).map(drop)
    }

    /// What its settings call its base: a repository or a path.
    pub fn base_name(&self) -> Option<&str> {
        self.base_name.as_deref()
    }

    /// Codes of its languages, if its files name them; else it has those of its base.
    pub fn languages(&self) -> &[String] {
        &self.defaults.languages
    }

    /// The licence according to its files.
    pub fn licence(&self) -> Option<&str> {
        self.defaults.licence.as_deref()
    }

    /// Bytes of its file.
    pub fn source_bytes(&self) -> u64 {
        self.file.len()
    }

    /// Bytes of the factors once they are imported, as f32.
    pub fn stored_bytes(&self) -> u64 {
        let values = |info: &TensorInfo| info.shape.iter().map(|&size| size as u64).product::<u64>();
        4 * self.header.tensors().values().map(|info| values(info)).sum::<u64>()
    }

    /// Reads the factors of an adapter of this base.
    pub(crate) fn read(&self, base: &ModelInfo) -> Result<AdapterContents> {
        self.check_base(base)?;
        let (ranks, factors) = self.factors(&base.architecture)?;
        let mut values = NamedValues::new();
        for (name, factor) in factors {
            let read = self.values(&factor)?;
            values.insert(name, (factor.info.shape, read));
        }
        let source = self.file.hash(&mut |_| Ok(()))?;
        self.file.check_unchanged()?;
        Ok(AdapterContents { ranks, factors: stored(values)?, source })
    }

    /// The rank of every adapted tensor of this architecture, and the factors by name: `PARAMETER.a`, `PARAMETER.b`.
    fn factors(&self, architecture: &Architecture) -> Result<(Ranks, BTreeMap<String, StoredFactor>)> {
        let shapes: BTreeMap<_, _> = parameters(architecture).into_iter().collect();
        let (mut ranks, mut factors) = (Ranks::new(), BTreeMap::new());
        for (name, info) in self.header.tensors() {
            let other = || Error::Unsupported {
                feature: "an adapter of something other than the matrices of layers",
                found: name.clone(),
            };
            let (parameter, is_b) = factor(&name).ok_or_else(other)?;
            let &[rows, columns] = shapes.get(&parameter).ok_or_else(other)?.as_slice() else {
                return Err(other());
            };
            let rank = info.shape.get(usize::from(is_b)).copied().unwrap_or(0);
            check_rank(rank, &name)?;
            let shape = if is_b { vec![rows, rank] } else { vec![rank, columns] };
            if info.shape != shape || *ranks.entry(parameter.clone()).or_insert(rank) != rank {
                return Err(Error::Shape { expected: shape, found: info.shape.clone(), name });
            }
            let key = format!("{parameter}.{}", if is_b { "b" } else { "a" });
            factors.insert(key, StoredFactor { name, is_b, info: info.clone() });
        }
        let needed = ranks.keys().flat_map(|name| [format!("{name}.a"), format!("{name}.b")]);
        match needed.into_iter().find(|name| !factors.contains_key(name)) {
            Some(name) => Err(Error::MissingTensor { name }),
            None if ranks.is_empty() => Err(Error::MissingTensor { name: "lora_A".into() }),
            None => Ok((ranks, factors)),
        }
    }

    fn values(&self, factor: &StoredFactor) -> Result<Vec<f32>> {
        let (start, end) = factor.info.data_offsets;
        let mut bytes = vec![0; end - start];
        self.file.read_at(self.data + start as u64, &mut bytes)?;
        let mut values = vec![0.0; factor.info.shape.iter().product()];
        WeightType::of_floats(factor.info.dtype, &factor.name)?.read_floats(&bytes, &mut values);
        if factor.is_b {
            values.iter_mut().for_each(|value| *value *= self.scaling);
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Error::NotFinite { name: factor.name.clone() });
        }
        Ok(values)
    }
}

/// A factor in the file, checked against its base.
struct StoredFactor {
    name: String,
    is_b: bool,
    info: TensorInfo,
}

/// PEFT's `adapter_config.json`.
#[derive(Deserialize)]
struct Settings {
    peft_type: String,
    base_model_name_or_path: Option<String>,
    r: f64,
    lora_alpha: f64,
    #[serde(default)]
    use_rslora: bool,
    #[serde(default)]
    use_dora: bool,
    #[serde(default)]
    fan_in_fan_out: bool,
    #[serde(default)]
    lora_bias: bool,
    bias: Option<String>,
    modules_to_save: Option<Vec<String>>,
    #[serde(default)]
    rank_pattern: BTreeMap<String, f64>,
    #[serde(default)]
    alpha_pattern: BTreeMap<String, f64>,
}

impl Settings {
    fn refuse_unsupported(&self) -> Result<()> {
        let refused = [
            (self.peft_type != "LORA", "an adapter that is not LoRA", self.peft_type.clone()),
            (self.use_dora, "an adapter with magnitudes (DoRA)", "use_dora".into()),
            (self.fan_in_fan_out, "an adapter of transposed weights", "fan_in_fan_out".into()),
            (self.lora_bias, "an adapter with biases", "lora_bias".into()),
            (
                self.bias.as_deref().is_some_and(|bias| bias != "none"),
                "an adapter with biases",
                format!("bias {:?}", self.bias),
            ),
            (
                self.modules_to_save.as_ref().is_some_and(|modules| !modules.is_empty()),
                "an adapter with whole matrices",
                format!("modules_to_save {:?}", self.modules_to_save),
            ),
            // Their keys are patterns over module names.
            (
                !self.rank_pattern.is_empty() || !self.alpha_pattern.is_empty(),
                "an adapter with scalings of its own for some matrices",
                "rank_pattern, alpha_pattern".into(),
            ),
        ];
        match refused.into_iter().find(|(refused, ..)| *refused) {
            Some((_, feature, found)) => Err(Error::Unsupported { feature, found }),
            None => Ok(()),
        }
    }

    /// What B·(A·x) is multiplied by: α / r, or α / √r (rank-stabilised LoRA, Kalajdzievski 2023).
    fn scaling(&self) -> f32 {
        (self.lora_alpha / if self.use_rslora { self.r.sqrt() } else { self.r }) as f32
    }
}

/// A factor's parameter and whether it is B; `None` for a tensor that is none.
fn factor(name: &str) -> Option<(String, bool)> {
    let name = name.strip_prefix(PREFIX)?.strip_suffix(".weight")?;
    // Adapters saved with their name have it behind the factor's.
    let name = name.strip_suffix(".default").unwrap_or(name);
    let (module, is_b) = match name.strip_suffix(".lora_A") {
        Some(module) => (module, false),
        None => (name.strip_suffix(".lora_B")?, true),
    };
    Some((layer_parameter(&format!("{module}.weight"), "model.layers.", COMMON_NAMES)?, is_b))
}

/// The contents of the file that a model folder has.
fn stored(factors: NamedValues) -> Result<Vec<u8>> {
    let mut header = HeaderBuilder::default();
    for (name, (shape, _)) in &factors {
        header.add(name.clone(), Dtype::F32, shape.clone());
    }
    let mut bytes = header.bytes()?;
    bytes.extend(factors.into_values().flat_map(|(_, values)| values).flat_map(f32::to_le_bytes));
    Ok(bytes)
}

type Ranks = BTreeMap<String, usize>;
type NamedValues = BTreeMap<String, (Vec<usize>, Vec<f32>)>;
