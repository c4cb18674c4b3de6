//! Quantizes floats to small integers with a scale, which is rounded to f16 before the integers are chosen.

use half::f16;

use crate::Layout;
use crate::blocks::{ConversionError, UNIT, WeightUnit, to_f16};

/// How an import quantizes float weights; quantized weights keep their format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quantization {
    /// 4 bits for the layers (at most 4.6 bits per weight with scales), 8 for embedding and head.
    #[default]
    Q4,
    /// 8 bits.
    Q8,
    /// Half-precision floats.
    F16,
}

impl Quantization {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Q4 => "q4",
            Self::Q8 => "q8",
            Self::F16 => "f16",
        }
    }
}

/// Weights per scale at 4 bits.
const GROUP: usize = 32;
/// Divisors of the largest weight to try as scales at 4 bits: around −8, where the largest weight just fits.
const DIVISORS: [f32; 13] = [-8.9, -8.6, -8.3, -8.0, -7.7, -7.4, -7.1, -6.8, -6.4, -6.0, 7.0, 7.4, 7.8];

/// Quantizes a row, padded to whole groups, to `layout` (4 bits without minimum, or 8 bits).
pub(crate) fn quantize(
    row: &[f32],
    layout: Layout,
    units: &mut Vec<WeightUnit>,
) -> Result<(), ConversionError> {
    if row.iter().any(|weight| !weight.is_finite()) {
        return Err(ConversionError::NotFinite);
    }
    if layout.bits == 4 {
        let (groups, _) = row.as_chunks::<GROUP>();
        for group in groups {
            let (scale, q) = four_bits(group)?;
            let (halves, _) = q.as_chunks::<UNIT>();
            units.extend(halves.iter().map(|q| WeightUnit { scale, min: f16::ZERO, q: *q }));
        }
    } else {
        for group in row.chunks_exact(layout.group.into()) {
            eight_bits(group, units)?;
        }
    }
    Ok(())
}

fn eight_bits(group: &[f32], units: &mut Vec<WeightUnit>) -> Result<(), ConversionError> {
    let largest = group.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
    let scale = to_f16(largest / 127.0)?;
    let inverse = inverse(scale);
    let (halves, _) = group.as_chunks::<UNIT>();
    for half in halves {
        let q = half.map(|weight| round(weight * inverse, -127.0, 127.0) as i8);
        units.push(WeightUnit { scale, min: f16::ZERO, q });
    }
    Ok(())
}

/// The scale and integers (−8…7) of least squared error among the candidates, each refined by least squares.
fn four_bits(group: &[f32; GROUP]) -> Result<(f16, [i8; GROUP]), ConversionError> {
    let largest = group
        .iter()
        .fold(0.0f32, |largest, weight| if weight.abs() > largest.abs() { *weight } else { largest });
    if largest == 0.0 {
        return Ok((f16::ZERO, [0; GROUP]));
    }
    // For fixed integers q the best scale is Σxq / Σq², and its error Σx² − (Σxq)² / Σq²: keep the greatest quotient.
    let mut best = (0.0, 0.0);
    for divisor in DIVISORS {
        let (xq, qq) = fit(group, divisor / largest);
        if xq * xq > best.0 * qq {
            best = (xq * xq / qq, xq / qq);
        }
    }
    let plain = largest / -8.0;
    let mut chosen = None;
    for scale in [best.1, plain] {
        let scale = to_f16(scale)?;
        let inverse = inverse(scale);
        let q = group.map(|weight| round(weight * inverse, -8.0, 7.0));
        let error: f32 = group.iter().zip(&q).map(|(weight, q)| (weight - scale.to_f32() * q).powi(2)).sum();
        if chosen.is_none_or(|(least, _, _)| error < least) {
            chosen = Some((error, scale, q));
        }
    }
    let (_, scale, q) = chosen.unwrap_or((0.0, f16::ZERO, [0.0; GROUP]));
    Ok((scale, q.map(|q| q as i8)))
}

/// Σxq and Σq² for the integers that `inverse` (one over a scale) chooses.
fn fit(group: &[f32; GROUP], inverse: f32) -> (f32, f32) {
    let (mut xq, mut qq) = (0.0, 0.0);
    for weight in group {
        let q = round(weight * inverse, -8.0, 7.0);
        xq += weight * q;
        qq += q * q;
    }
    (xq, qq)
}

fn inverse(scale: f16) -> f32 {
    if scale == f16::ZERO { 0.0 } else { 1.0 / scale.to_f32() }
}

/// The nearest integer in a range. Adding and taking away 1.5 · 2²³ rounds without the library call that `f32::round`
/// is on processors before SSE4.1.
fn round(value: f32, low: f32, high: f32) -> f32 {
    const ROUNDER: f32 = 12_582_912.0;
    (value.max(low).min(high) + ROUNDER) - ROUNDER
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random weights with a few outliers, from a fixed linear congruence.
    fn weights(count: usize, seed: u64) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        (0..count).map(|_| (next() + next() + next()) * 0.02).collect()
    }

    fn error(row: &[f32], units: &[WeightUnit]) -> f64 {
        let values = units.iter().flat_map(|unit| unit.q.map(|q| unit.scale.to_f64() * f64::from(q)));
        row.iter().zip(values).map(|(weight, value)| (f64::from(*weight) - value).powi(2)).sum()
    }

    /// Rounding with the largest weight at −8, as Q4_0 is commonly made.
    fn plain(row: &[f32]) -> f64 {
        let one = |group: &[f32]| {
            let largest = group.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0);
            let scale = f16::from_f32(largest / -8.0).to_f64();
            let value = |weight: f32| (f64::from(weight) / scale).round().clamp(-8.0, 7.0) * scale;
            group.iter().map(|weight| (f64::from(*weight) - value(*weight)).powi(2)).sum::<f64>()
        };
        row.chunks(GROUP).map(one).sum()
    }

    #[test]
    fn the_search_beats_plain_rounding() {
        let row = weights(32 * 256, 7);
        let mut units = Vec::new();
        quantize(&row, Layout::Q4, &mut units).unwrap();
        let (searched, plain) = (error(&row, &units), plain(&row));
        // A grid of 220 scales of both signs reaches 0.883.
        assert!(searched < 0.89 * plain, "searched {searched}, plain {plain}");
    }

    #[test]
    fn no_group_is_worse_than_plain_rounding() {
        for seed in 0..300 {
            let row = weights(32, seed);
            let mut units = Vec::new();
            quantize(&row, Layout::Q4, &mut units).unwrap();
            assert!(error(&row, &units) <= plain(&row) * 1.000_01, "seed {seed}");
        }
    }

    #[test]
    fn eight_bits_err_by_half_a_step() {
        let row = weights(32 * 64, 3);
        let mut units = Vec::new();
        quantize(&row, Layout::Q8, &mut units).unwrap();
        for (unit, weights) in units.iter().zip(row.chunks(UNIT)) {
            for (q, weight) in unit.q.iter().zip(weights) {
                let step = unit.scale.to_f32();
                assert!((f32::from(*q) * step - weight).abs() <= 0.57 * step);
            }
        }
    }

    #[test]
    fn zeros_stay_zero_and_infinities_are_refused() {
        let mut units = Vec::new();
        quantize(&[0.0; 64], Layout::Q4, &mut units).unwrap();
        assert!(units.iter().all(|unit| unit.q == [0; UNIT]));
        assert_eq!(quantize(&[f32::INFINITY; 32], Layout::Q4, &mut units), Err(ConversionError::NotFinite));
        assert_eq!(quantize(&[1e9; 32], Layout::Q8, &mut units), Err(ConversionError::Overflow));
    }
}
