//! RoPE of a `config.json` → inverse frequencies.

use super::config::{Config, RopeConfig};
use crate::architecture::{Architecture, Family};
use crate::families::FamilyFiles;
use crate::rope::{RopeFrequencies, Scaling, inverse_frequencies};
use crate::{Error, Result};

/// The frequencies of a model of this architecture.
pub(super) fn frequencies(
    config: &Config,
    family: &FamilyFiles,
    architecture: &Architecture,
) -> Result<RopeFrequencies> {
    let given = config.rope_parameters.as_ref().or(config.rope_scaling.as_ref());
    let of_windowed = given.and_then(|rope| rope.sliding_attention.as_deref());
    if of_windowed.is_some() && !family.is_gemma() {
        let found = "sliding_attention".into();
        return Err(Error::Unsupported { feature: "RoPE of its own for layers with a window", found });
    }
    let of_layers = |rope: Option<&RopeConfig>, theta: Option<f64>, default: f64| {
        let theta = rope.and_then(|rope| rope.rope_theta).or(theta).unwrap_or(default);
        let scaling = match rope {
            Some(rope) => rope.scaling(family, architecture.max_positions)?,
            None => Scaling::None,
        };
        inverse_frequencies(theta, architecture.head_dim, &scaling)
    };
    let of_full = given.map(|rope| rope.full_attention.as_deref().unwrap_or(rope));
    let defaults = &family.defaults;
    Ok(RopeFrequencies {
        full: of_layers(of_full, config.rope_theta, defaults.rope_theta)?,
        windowed: match architecture.window_rope {
            true => Some(of_layers(of_windowed, config.rope_local_base_freq, defaults.window_rope_theta)?),
            false => None,
        },
    })
}

impl RopeConfig {
    fn scaling(&self, family: &FamilyFiles, max_positions: usize) -> Result<Scaling> {
        let missing =
            |name: &str| Error::Setting { problem: "RoPE scaling is incomplete", setting: name.into() };
        let kind = self.rope_type.as_deref().or(self.r#type.as_deref()).unwrap_or("default");
        if self.partial_rotary_factor.is_some_and(|part| part != 1.0) {
            let found = "partial_rotary_factor".into();
            return Err(Error::Unsupported { feature: "RoPE on a part of each head", found });
        }
        match kind {
            "default" => Ok(Scaling::None),
            "linear" => Ok(Scaling::Linear { factor: self.factor.ok_or_else(|| missing("factor"))? }),
            "llama3" => Ok(Scaling::Llama3 {
                factor: self.factor.ok_or_else(|| missing("factor"))?,
                low_freq_factor: self.low_freq_factor.ok_or_else(|| missing("low_freq_factor"))?,
                high_freq_factor: self.high_freq_factor.ok_or_else(|| missing("high_freq_factor"))?,
                original_positions: self.original_max_position_embeddings.unwrap_or(max_positions as f64),
            }),
            "dynamic" => Ok(match self.alpha {
                // HunYuan's settings say dynamic, but with a fixed alpha nothing depends on the length.
                Some(alpha) if family.family == Family::Hunyuan && alpha != 0.0 => Scaling::Alpha { alpha },
                // Else only sequences beyond `max_position_embeddings` are scaled, which are not decoded.
                _ => Scaling::None,
            }),
            other => Err(Error::Unsupported { feature: "a RoPE scaling", found: other.into() }),
        }
    }
}
