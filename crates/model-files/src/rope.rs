//! Inverse frequencies of rotary position embeddings, with the scalings that Llama models use.
//! Formulas follow Hugging Face's `modeling_rope_utils` (default, linear, llama3), computed in f64.

use std::f64::consts::TAU;

use crate::{Error, Result};

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
    /// A divisor for each frequency, as GGUF stores them.
    Divisors(Vec<f32>),
}

/// `head_dim / 2` inverse frequencies in radians per position.
pub(crate) fn inverse_frequencies(theta: f64, head_dim: usize, scaling: &Scaling) -> Result<Vec<f32>> {
    let setting = |problem, setting: String| Err(Error::Setting { problem, setting });
    if !(theta.is_finite() && theta > 0.0) {
        return setting("the RoPE base must be positive", theta.to_string());
    }
    if let Scaling::Divisors(divisors) = scaling
        && divisors.len() != head_dim / 2
    {
        let (expected, found) = (vec![head_dim / 2], vec![divisors.len()]);
        return Err(Error::Shape { expected, found, name: "rope_freqs.weight".into() });
    }
    let frequencies: Vec<f32> = (0..head_dim / 2)
        .map(|i| scaled(theta.powf(-((2 * i) as f64) / head_dim as f64), i, scaling) as f32)
        .collect();
    match frequencies.iter().all(|frequency| frequency.is_finite() && *frequency >= 0.0) {
        true => Ok(frequencies),
        false => setting("RoPE frequencies must be positive", format!("{scaling:?}")),
    }
}

fn scaled(frequency: f64, index: usize, scaling: &Scaling) -> f64 {
    match scaling {
        Scaling::None => frequency,
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
    fn nonsense_is_refused() {
        assert!(inverse_frequencies(f64::NAN, 64, &Scaling::None).is_err());
        assert!(inverse_frequencies(1e4, 64, &Scaling::Linear { factor: 0.0 }).is_err());
        assert!(inverse_frequencies(1e4, 64, &Scaling::Divisors(vec![1.0; 31])).is_err());
    }
}
