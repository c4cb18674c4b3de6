//! Reads PEFT's folders: `adapter_config.json` and `adapter_model.safetensors`.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::Dtype;
use serde::Deserialize;

use crate::adapter::check_rank;
use crate::blocks::WeightType;
use crate::families::COMMON_NAMES;
use crate::files::{InputFile, read_json};
use crate::safetensors_file::{HeaderBuilder, read_header};
use crate::source::{ImportDefaults, layer_parameter, parameters};
use crate::{Architecture, Error, Result, SourceFile, limits};

const SETTINGS: &str = "adapter_config.json";
const WEIGHTS: &str = "adapter_model.safetensors";
/// What PEFT writes before the names of the base's modules.
const PREFIX: &str = "base_model.model.";

/// An adapter to import.
pub(crate) struct AdapterSource {
    /// The folder's name.
    pub name: Option<String>,
    /// Its `wasan.json`.
    pub defaults: ImportDefaults,
    /// The rank of every adapted tensor.
    pub ranks: BTreeMap<String, usize>,
    /// The safetensors file with A and B of each, PEFT's scaling multiplied into B.
    pub factors: Vec<u8>,
    /// The file that they come from.
    pub source: SourceFile,
}

/// Whether the folder holds an adapter.
pub(crate) fn is_adapter(folder: &Path) -> bool {
    folder.join(SETTINGS).exists()
}

/// Reads the adapter in `folder` of a model of this architecture.
pub(crate) fn open(folder: &Path, architecture: &Architecture) -> Result<AdapterSource> {
    let small = limits::CONFIG_BYTES;
    let settings: Settings = read_json(&folder.join(SETTINGS), "the size of adapter_config.json", small)?
        .ok_or_else(|| Error::NotAnAdapter { path: folder.into() })?;
    settings.refuse_unsupported()?;
    let defaults =
        read_json(&folder.join("wasan.json"), "the size of wasan.json", small)?.unwrap_or_default();
    let file = InputFile::open(&folder.join(WEIGHTS))?;
    let (ranks, factors) = read_factors(&file, architecture, settings.scaling())?;
    let source = file.hash(&mut |_| Ok(()))?;
    file.check_unchanged()?;
    let real = folder.canonicalize().map_err(|source| Error::Read { source, path: folder.into() })?;
    let name = real.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(AdapterSource { name, defaults, ranks, factors: stored(factors)?, source })
}

/// PEFT's `adapter_config.json`.
#[derive(Deserialize)]
struct Settings {
    peft_type: String,
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

/// The rank of every adapted tensor, and its factors by name: `PARAMETER.a`, `PARAMETER.b`.
fn read_factors(file: &InputFile, architecture: &Architecture, scaling: f32) -> Result<(Ranks, NamedValues)> {
    let shapes: BTreeMap<_, _> = parameters(architecture).into_iter().collect();
    let (data, header) = read_header(file)?;
    let (mut ranks, mut factors) = (Ranks::new(), NamedValues::new());
    for (name, info) in header.tensors() {
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
        let expected = if is_b { vec![rows, rank] } else { vec![rank, columns] };
        if info.shape != expected || *ranks.entry(parameter.clone()).or_insert(rank) != rank {
            return Err(Error::Shape { expected, found: info.shape.clone(), name });
        }
        let mut bytes = vec![0; info.data_offsets.1 - info.data_offsets.0];
        file.read_at(data + info.data_offsets.0 as u64, &mut bytes)?;
        let mut values = vec![0.0; rank * if is_b { rows } else { columns }];
        WeightType::of_floats(info.dtype, &name)?.read_floats(&bytes, &mut values);
        if is_b {
            values.iter_mut().for_each(|value| *value *= scaling);
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Error::NotFinite { name });
        }
        factors.insert(format!("{parameter}.{}", if is_b { "b" } else { "a" }), (expected, values));
    }
    let missing = ranks.keys().flat_map(|name| [format!("{name}.a"), format!("{name}.b")]);
    match missing.into_iter().find(|name| !factors.contains_key(name)) {
        Some(name) => Err(Error::MissingTensor { name }),
        None if ranks.is_empty() => Err(Error::MissingTensor { name: "lora_A".into() }),
        None => Ok((ranks, factors)),
    }
}
