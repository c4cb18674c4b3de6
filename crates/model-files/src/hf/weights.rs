//! Safetensors files of a folder, and the parameters that their tensors hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path};

use serde::Deserialize;

use crate::blocks::WeightType;
use crate::families::{COMMON_NAMES, FamilyFiles};
use crate::files::{InputFile, read_json};
use crate::safetensors_file::read_header;
use crate::source::{SourceTensor, layer_parameter};
use crate::{Error, Result, limits};

const WEIGHTS: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// The layers' prefix, and where the text part of a model that also reads images has it.
const LAYERS: &str = "model.layers.";
const TEXT_PARTS: [(&str, &str); 3] = [
    ("language_model.model.", "model."),
    ("language_model.lm_head.", "lm_head."),
    ("model.language_model.", "model."),
];
/// What such a model has besides.
const IMAGE_PARTS: [&str; 4] =
    ["vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector."];

#[derive(Deserialize)]
struct WeightIndex {
    weight_map: BTreeMap<String, String>,
}

/// What tensors are called.
pub(super) struct TensorNames {
    pub family: &'static FamilyFiles,
    /// Whether the model also reads images.
    pub multimodal: bool,
}

impl TensorNames {
    /// The parameter that a tensor holds; `None` for parts that read images, and for the RoPE frequencies in old
    /// checkpoints, which follow from the settings. Returns an unknown name unchanged, for the error message.
    pub fn parameter(&self, name: &str) -> Option<String> {
        if self.multimodal {
            if IMAGE_PARTS.iter().any(|part| name.starts_with(part)) {
                return None;
            }
            let renamed = TEXT_PARTS
                .iter()
                .find_map(|(theirs, plain)| Some(format!("{plain}{}", name.strip_prefix(theirs)?)));
            if let Some(renamed) = renamed {
                return self.parameter_of_text(&renamed);
            }
        }
        self.parameter_of_text(name)
    }

    fn parameter_of_text(&self, name: &str) -> Option<String> {
        match name {
            "model.embed_tokens.weight" => Some("embed".into()),
            "lm_head.weight" => Some("head".into()),
            "model.norm.weight" => Some("final_norm".into()),
            _ if name.ends_with("rotary_emb.inv_freq") => None,
            _ => {
                let parameter = layer_parameter(name, LAYERS, self.family.layer_names)
                    .or_else(|| layer_parameter(name, LAYERS, COMMON_NAMES));
                Some(parameter.unwrap_or_else(|| name.into()))
            }
        }
    }
}

/// Opens `model.safetensors`, or the files that the index names.
pub(super) fn open(folder: &Path, names: &TensorNames) -> Result<(Vec<InputFile>, Vec<SourceTensor>)> {
    let index: Option<WeightIndex> =
        read_json(&folder.join(INDEX), "the size of model.safetensors.index.json", limits::INDEX_BYTES)?;
    let single = folder.join(WEIGHTS);
    let Some(index) = index.filter(|_| !single.exists()) else {
        if !single.exists() {
            let found = folder.display().to_string();
            return Err(Error::Unsupported { feature: "weights that are not in model.safetensors", found });
        }
        let file = InputFile::open(&single)?;
        let tensors = read_tensors(&file, 0, names)?;
        return Ok((vec![file], tensors));
    };
    let file_names: BTreeSet<&String> = index.weight_map.values().collect();
    if file_names.len() > limits::WEIGHT_FILES {
        let (limit, found) = (limits::WEIGHT_FILES as u64, file_names.len() as u64);
        return Err(Error::TooLarge { what: "the number of weight files", limit, found });
    }
    let (mut files, mut tensors) = (Vec::new(), HashMap::new());
    for name in file_names {
        let plain = matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
        if !plain || name.contains('\\') {
            return Err(Error::Setting {
                problem: "the index names a file outside its folder",
                setting: name.clone(),
            });
        }
        let file = InputFile::open(&folder.join(name))?;
        for tensor in read_tensors(&file, files.len(), names)? {
            if index.weight_map.get(&tensor.name) == Some(name) {
                tensors.insert(tensor.name.clone(), tensor);
            }
        }
        files.push(file);
    }
    let wanted = |name: &String| names.parameter(name).is_some() && !tensors.contains_key(name);
    match index.weight_map.into_keys().find(wanted) {
        Some(name) => Err(Error::MissingTensor { name }),
        None => Ok((files, tensors.into_values().collect())),
    }
}

fn read_tensors(input: &InputFile, file: usize, names: &TensorNames) -> Result<Vec<SourceTensor>> {
    let (data, header) = read_header(input)?;
    let tensors = header.tensors().into_iter().filter(|(name, _)| names.parameter(name).is_some());
    tensors
        .map(|(name, info)| {
            let weight_type = WeightType::of_floats(info.dtype, &name)?;
            let offset = data + info.data_offsets.0 as u64;
            Ok(SourceTensor { name, file, offset, weight_type, shape: info.shape.clone() })
        })
        .collect()
}
