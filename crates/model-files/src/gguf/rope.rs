//! RoPE of a GGUF file → inverse frequencies.

use super::settings::Settings;
use super::tensors::ROPE_DIVISORS;
use crate::architecture::{Architecture, Family};
use crate::blocks::WeightType;
use crate::files::InputFile;
use crate::rope::{RopeFrequencies, Scaling, inverse_frequencies};
use crate::source::SourceTensor;
use crate::{Error, Result, limits};

/// The frequencies of a model of this architecture.
pub(super) fn frequencies(
    settings: &Settings<'_>,
    architecture: &Architecture,
    tensors: &[SourceTensor],
    file: &InputFile,
) -> Result<RopeFrequencies> {
    let defaults = &settings.family.defaults;
    // Older files of Ollama name the bases of both kinds of layers.
    let base = |name, older, default| -> Result<f64> {
        Ok(settings.float(name)?.or(settings.float(older)?).unwrap_or(default))
    };
    let theta = base("rope.freq_base", "rope.global.freq_base", defaults.rope_theta)?;
    let scaling = scaling(settings, tensors, file)?;
    let head_dim = architecture.head_dim;
    Ok(RopeFrequencies {
        full: inverse_frequencies(theta, head_dim, &scaling)?,
        windowed: match architecture.window_rope {
            true => {
                let theta = base("rope.freq_base_swa", "rope.local.freq_base", defaults.window_rope_theta)?;
                Some(inverse_frequencies(theta, head_dim, &Scaling::None)?)
            }
            false => None,
        },
    })
}

fn scaling(settings: &Settings<'_>, tensors: &[SourceTensor], file: &InputFile) -> Result<Scaling> {
    if let Some(tensor) = tensors.iter().find(|tensor| tensor.name == ROPE_DIVISORS) {
        return Ok(Scaling::Divisors(divisors(tensor, file)?));
    }
    if settings.family.family == Family::Hunyuan
        && let Some(alpha) = settings.float("rope.scaling.alpha")?.filter(|alpha| *alpha > 0.0)
    {
        return Ok(Scaling::Alpha { alpha });
    }
    let older = settings.float("rope.scale_linear")?;
    let factor = settings.float("rope.scaling.factor")?.or(older);
    match settings.text("rope.scaling.type")? {
        Some("none") => Ok(Scaling::None),
        None | Some("linear") => Ok(factor.map_or(Scaling::None, |factor| Scaling::Linear { factor })),
        Some(other) => Err(Error::Unsupported { feature: "a RoPE scaling", found: other.into() }),
    }
}

fn divisors(tensor: &SourceTensor, file: &InputFile) -> Result<Vec<f32>> {
    let length: usize = tensor.shape.iter().product();
    if tensor.weight_type != WeightType::F32 || length > limits::HEAD_DIM {
        return Err(Error::Unsupported {
            feature: "RoPE divisors other than F32",
            found: ROPE_DIVISORS.into(),
        });
    }
    let mut bytes = vec![0; length * size_of::<f32>()];
    file.read_at(tensor.offset, &mut bytes)?;
    let mut divisors = vec![0.0; length];
    tensor.weight_type.read_floats(&bytes, &mut divisors);
    Ok(divisors)
}
