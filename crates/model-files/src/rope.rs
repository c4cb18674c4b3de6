//! Inverse frequencies of rotary position embeddings, with the scalings that the families use.
//! Formulas follow Hugging Face's `modeling_rope_utils` (default, linear, llama3) and HunYuan's model, computed in f64.

use std::f64::consts::TAU;

use crate::{Error, Result};

/// `head_dim / 2` inverse frequencies in radians per position, scaling applied.
pub(crate) struct RopeFrequencies {
    /// Of all layers, or of those without the window.
    pub full: Vec<f32>,
    /// Of layers with the window, if they have their own.
    pub windowed: Option<Vec<f32>>,
}

/// How RoPE is scaled to longer sequences than in training.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scaling {
    None,
    /// Every frequency divided by the same factor.
    Linear {
        factor: f64,
    },
    /// Llama 3.1: low frequencies divided, high ones kept, a smooth transition between.
    Llama3 {
        factor: f64,
        low_freq_factor: f64,
        high_freq_factor: f64,
        original_positions: f64,
    },
    /// HunYuan: the base times alpha^(d / (d − 2)), which leaves the highest frequency and divides the lowest by alpha.
    Alpha {
        alpha: f64,
    },
    /// A divisor for each frequency, as GGUF stores them.
    Divisors(Vec<f32>),
}

/// `head_dim / 2` inverse frequencies in radians per position.
pub(crate) fn inverse_frequencies(theta: f64, head_dim: usize, scaling: &Scaling) -> Result<Vec<f32>> {
    let setting = |problem, setting: String| Err(Error::Setting { problem, setting });
    let width = head_dim as f64;
    let base = match scaling {
        Scaling::Alpha { alpha } => theta * alpha.powf(width / (width - 2.0)),
        _ => theta,
    };
    if !(base.is_finite() && base > 0.0) {
        return setting("the RoPE base must be positive", format!("{theta}, {scaling:?}"));
    }
    if let Scaling::Divisors(divisors) = scaling
        && divisors.len() != head_dim / 2
    {
        let (expected, found) = (vec![head_dim / 2], vec![divisors.len()]);
        return Err(Error::Shape { expected, found, name: "rope_freqs.weight".into() });
    }
    let frequencies: Vec<f32> =
        (0..head_dim / 2).map(|i| scaled(base.powf(-((2 * i) as f64) / width), i, scaling) as f32).collect();
    match frequencies.iter().all(|frequency| frequency.is_finite() && *frequency >= 0.0) {
        true => Ok(frequencies),
        false => setting("RoPE frequencies must be positive", format!("{scaling:?}")),
    }
}

fn scaled(frequency: f64, index: usize, scaling: &Scaling) -> f64 {
    match scaling {
        Scaling::None | Scaling::Alpha { .. } => frequency,
        Scaling::Linear { factor } => frequency / factor,
        Scaling::Divisors(divisors) => frequency / divisors.get(index).copied().map_or(1.0, f64::from),
        Scaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_positions } => {
            let turns = original_positions * frequency / TAU;
            if turns < *low_freq_factor {
                frequency / factor
            } else if turns > *high_freq_factor {
                frequency
            } else {
                let smooth = (turns - low_freq_factor) / (high_freq_factor - low_freq_factor);
                (1.0 - smooth) * frequency / factor + smooth * frequency
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn llama3_divides_low_frequencies_only() {
        let scaling = Scaling::Llama3 {
            factor: 32.0,
            low_freq_factor: 1.0,
            high_freq_factor: 4.0,
            original_positions: 8192.0,
        };
        let plain = inverse_frequencies(500_000.0, 64, &Scaling::None).unwrap();
        let scaled = inverse_frequencies(500_000.0, 64, &scaling).unwrap();
        assert_eq!(plain[..2], [1.0, 0.663_601_2]);
        assert_eq!(scaled[..15], plain[..15]);
        assert_eq!(scaled[31], plain[31] / 32.0);
        // Between 4 turns and 1 turn in 8,192 positions: frequencies 15, 16 and 17.
        for i in 15..18 {
            assert!(scaled[i] < plain[i] && scaled[i] > plain[i] / 32.0, "{i}");
        }
    }

    #[test]
    fn alpha_divides_the_lowest_frequency() {
        let plain = inverse_frequencies(10_000.0, 128, &Scaling::None).unwrap();
        let scaled = inverse_frequencies(10_000.0, 128, &Scaling::Alpha { alpha: 1000.0 }).unwrap();
        assert_eq!(scaled[0], plain[0]);
        assert!((plain[63] / scaled[63] / 1000.0 - 1.0).abs() < 1e-5, "{}", plain[63] / scaled[63]);
        assert!(scaled.windows(2).all(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn nonsense_is_refused() {
        for alpha in [-1.0, 0.0, f64::INFINITY, f64::NAN] {
            assert!(inverse_frequencies(1e4, 64, &Scaling::Alpha { alpha }).is_err());
        }
        assert!(inverse_frequencies(f64::NAN, 64, &Scaling::None).is_err());
        assert!(inverse_frequencies(1e4, 64, &Scaling::Linear { factor: 0.0 }).is_err());
        assert!(inverse_frequencies(1e4, 64, &Scaling::Divisors(vec![1.0; 31])).is_err());
    }
}
