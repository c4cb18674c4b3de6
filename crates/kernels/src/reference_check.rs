//! Support for the kernels' `check` functions: random inputs, poisoned outputs, comparison with the CPU reference.
//! The same checks run in the tests and in the self-test at an adapter's first use.

use half::f16;

use crate::buffer::{Buffer, BufferUse};
use crate::column::{Column, Feed};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::heads::Heads;
use crate::layout::Layout;
use crate::weights::Weights;

/// Initial value of outputs, which reveals writes outside the output and skipped elements.
pub(crate) const POISON: f32 = 12345.678;

/// Error of a kernel relative to its reference.
#[derive(Debug, Clone)]
#[must_use]
pub struct CheckResult {
    /// Name of the kernel.
    pub kernel: &'static str,
    /// Σ (got − expected)² / Σ expected², unless the kernel's `check` defines it otherwise.
    pub error: f64,
    /// The largest error that passes.
    pub allowed: f64,
}

impl CheckResult {
    /// Returns an error that names the kernel unless it passed. NaN fails.
    pub fn pass(&self) -> Result<()> {
        if self.error <= self.allowed {
            return Ok(());
        }
        Err(Error::SelfTest { kernel: self.kernel.to_owned(), error: self.error, allowed: self.allowed })
    }
}

/// Normalised mean squared error (NMSE); where the reference is [`POISON`] the output must be equal to it.
pub(crate) fn normalized_error(got: &[f32], expected: &[f64]) -> f64 {
    if got.len() < expected.len() {
        return f64::INFINITY;
    }
    let mut difference = 0.0;
    let mut size = 0.0;
    for (&got, &expected) in got.iter().zip(expected) {
        if expected == f64::from(POISON) {
            if got != POISON {
                return f64::INFINITY;
            }
            continue;
        }
        difference += (f64::from(got) - expected).powi(2);
        size += expected * expected;
    }
    if size == 0.0 { difference } else { difference / size }
}

/// Xorshift64*: a small seeded random number generator.
pub struct Random(u64);

impl Random {
    /// A generator whose numbers depend only on the seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        ((self.bits() >> 32) % u64::from(end.max(1))) as u32
    }

    /// An approximately normal number, variance 1 (a sum of uniform ones).
    pub fn normal(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..12 {
            sum += (self.bits() >> 40) as f32 / (1u64 << 24) as f32;
        }
        sum - 6.0
    }

    /// `count` normal numbers.
    pub fn normals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.normal()).collect()
    }
}

/// A random quantized matrix on the host.
pub(crate) struct HostWeights {
    pub layout: Layout,
    pub rows: u32,
    pub width: u32,
    pub quants: Vec<u8>,
    pub scales: Vec<u8>,
}

impl HostWeights {
    pub fn random(random: &mut Random, layout: Layout, rows: u32, width: u32) -> Self {
        let mut host = Self { layout, rows, width, quants: Vec::new(), scales: Vec::new() };
        for row in 0..rows {
            // So that the weights, or their scales, are subnormal as f16.
            let size = if is_tiny(row) { 1e-3 } else { 1.0 };
            let quants = layout.quant_bytes(width);
            match layout.bits {
                16 => host
                    .quants
                    .extend((0..quants / 2).flat_map(|_| half_bytes(random.normal() * 0.02 * size))),
                _ => host.quants.extend((0..quants).map(|_| random.bits() as u8)),
            }
            let end = host.scales.len() + layout.scale_bytes(width);
            while host.scales.len() < end {
                match layout.nested {
                    true => host.add_nested_scales(random, 1e-3 * size),
                    false => host.scales.extend(half_bytes((random.normal().abs() + 0.5) * 0.02 * size)),
                }
            }
        }
        host
    }

    /// Random integers and factors of one nested block.
    fn add_nested_scales(&mut self, random: &mut Random, size: f32) {
        let integers = self.layout.block_scale_bytes() - 4;
        self.scales.extend((0..integers).map(|_| random.bits() as u8));
        let factor = f16::from_f32(random.normal() * size).to_f32();
        if self.layout.min {
            for factor in [factor, f16::from_f32(random.normal() * size).to_f32()] {
                self.scales.extend(f16::from_f32(factor * 4096.0).to_le_bytes());
            }
        } else {
            self.scales.extend(factor.to_le_bytes());
        }
    }

    pub fn row(&self, row: u32) -> Vec<f64> {
        let (q, s) = (self.layout.quant_bytes(self.width), self.layout.scale_bytes(self.width));
        let row = row as usize;
        let (quants, scales) = (&self.quants[row * q..(row + 1) * q], &self.scales[row * s..(row + 1) * s]);
        (0..self.width as usize).map(|k| self.layout.weight(quants, scales, k)).collect()
    }

    pub fn upload(&self, device: &Device) -> Result<Weights> {
        let shape = (self.rows, self.width);
        Weights::upload(device, "check", self.layout, shape, (&self.quants, &self.scales), &mut |_| {})
    }
}

/// Whether a row of a random matrix has tiny weights: a pair, as gates have, among eight.
pub(crate) fn is_tiny(row: u32) -> bool {
    row / 2 % 8 == 3
}

fn half_bytes(value: f32) -> [u8; 2] {
    f16::from_f32(value).to_le_bytes()
}

/// A storage buffer with these values.
pub(crate) fn storage<T: bytemuck::Pod>(device: &Device, values: &[T]) -> Result<Buffer> {
    device.buffer_with("check", bytemuck::cast_slice(values), BufferUse::Storage)
}

/// A storage buffer of `count` times [`POISON`].
pub(crate) fn poisoned(device: &Device, count: usize) -> Result<Buffer> {
    storage(device, &vec![POISON; count])
}

/// Reads `count` floats from a buffer.
pub(crate) fn floats(device: &Device, buffer: &Buffer, count: usize) -> Result<Vec<f32>> {
    Ok(bytemuck::pod_collect_to_vec(&device.read(buffer, 0, count as u64 * 4)?))
}

/// A KV cache with these values, and the values as it holds them.
pub(crate) fn cache_of(device: &Device, values: Vec<f32>) -> Result<(Buffer, Vec<f64>)> {
    if device.variant().cache_f32 {
        return Ok((storage(device, &values)?, wide(&values)));
    }
    let halves: Vec<f16> = values.into_iter().map(f16::from_f32).collect();
    let held = halves.iter().map(|&half| f64::from(half)).collect();
    Ok((storage(device, &halves)?, held))
}

/// Reads `count` values of a KV cache.
pub(crate) fn read_cache(device: &Device, cache: &Buffer, count: usize) -> Result<Vec<f32>> {
    if device.variant().cache_f32 {
        return floats(device, cache, count);
    }
    let halves: Vec<f16> = bytemuck::pod_collect_to_vec(&device.read(cache, 0, 2 * count as u64)?);
    Ok(halves.into_iter().map(f32::from).collect())
}

/// The same numbers in f64.
pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

/// Columns with slots of their own, the rows of their sequences in reverse order, and random positions, of which the first
/// is the last of the cache and the second the first.
pub(crate) fn random_columns(random: &mut Random, heads: &Heads, columns: u32) -> (Vec<Column>, Vec<Feed>) {
    let (cells, mut feed): (_, Vec<_>) = (0..columns)
        .map(|slot| {
            let position = match slot {
                0 => heads.context - 1,
                1 => 0,
                _ => random.below(heads.context),
            };
            let step = random.below(position + 1);
            let row = columns - 1 - slot;
            (Column { slot, base: position - step, first: 0, row }, Feed { token: 0, step })
        })
        .unzip();
    feed.reverse();
    (cells, feed)
}
