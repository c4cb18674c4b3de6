//! What products cost on an adapter: measured once, beside the self-test. The width of passes over prompts follows from it.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::buffer::{Buffer, BufferUse};
use crate::column::{PREFILL_COLUMNS, PassSize};
use crate::commands::Dispatch;
use crate::device::Device;
use crate::error::Result;
use crate::layout::Layout;
use crate::matvec::{COMPILED_COLUMNS, Epilogue, Normed, Output, Product};
use crate::quantize::Quantized;
use crate::self_test::int8_test;
use crate::weights::Weights;
use crate::{matmul, matvec};

/// A narrower pass may take this much longer a token than the fastest: it lets others wait for less.
const NARROW: f64 = 1.1;
/// What is less exact must be so much faster.
const WORTH: f64 = 1.2;
/// A product is repeated for so long, and no more are begun after the whole time.
const EACH: Duration = Duration::from_millis(10);
const WHOLE: Duration = Duration::from_millis(1500);

/// What products cost on an adapter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tuning {
    /// Numbers of columns that `matvec` is compiled for, with its time as a multiple of that for one column: what decides how
    /// many drafts and how many sentences at once are worth it.
    pub column_costs: Vec<(u32, f64)>,
    /// Tokens of a pass over prompts, one of [`PREFILL_COLUMNS`].
    pub prefill_columns: u32,
    /// How many times as fast a product with a pass over prompts is in int8; `None` on software adapters, where it is not
    /// measured, and where the kernels failed their test.
    pub int8_speed: Option<f64>,
}

impl Tuning {
    /// Whether prompts are multiplied in int8 unless somebody chose otherwise.
    pub fn int8_pays(&self) -> bool {
        self.int8_speed.is_some_and(|speed| speed >= WORTH)
    }
}

/// Measures an adapter, in at most about two seconds. 4-bit weights; where memory is the limit, more than most caches hold.
pub fn tune(device: &Device) -> Result<Tuning> {
    let started = Instant::now();
    let software = device.info().is_software();
    let vectors = Products::new(device, if software { (2048, 2048) } else { (16_384, 4096) })?;
    let mut column_costs = Vec::with_capacity(COMPILED_COLUMNS.len());
    let mut one = None;
    for columns in COMPILED_COLUMNS {
        let seconds = vectors.seconds(columns, None)?;
        column_costs.push((columns, seconds / *one.get_or_insert(seconds)));
    }
    drop(vectors);
    let mut times = Vec::with_capacity(PREFILL_COLUMNS.len());
    let mut int8_speed = None;
    // A processor is as busy with one tile as with many.
    if !software {
        let tiles = Products::new(device, (2048, 2048))?;
        for columns in PREFILL_COLUMNS {
            if started.elapsed() < WHOLE {
                times.push((columns, tiles.seconds(columns, None)?));
            }
        }
        if let Some(&(columns, exact)) = times.last()
            && int8_test(device).is_ok()
        {
            let quantized = Quantized::new(device, columns.into(), tiles.weights.width)?;
            int8_speed = Some(exact / tiles.seconds(columns, Some(&quantized))?);
        }
    }
    Ok(Tuning { column_costs, prefill_columns: prefill_columns(&times), int8_speed })
}

/// The width of passes over prompts for the seconds that a product takes with each number of columns.
fn prefill_columns(times: &[(u32, f64)]) -> u32 {
    let each = |&(columns, seconds): &(u32, f64)| seconds / f64::from(columns);
    let fastest = times.iter().map(each).fold(f64::INFINITY, f64::min);
    let narrow = times.iter().find(|time| each(time) <= NARROW * fastest);
    narrow.map_or(PREFILL_COLUMNS[0], |&(columns, _)| columns)
}

/// A matrix, and room for its products.
struct Products<'d> {
    device: &'d Device,
    weights: Weights,
    x: Buffer,
    y: Buffer,
}

impl<'d> Products<'d> {
    fn new(device: &'d Device, (rows, width): (u32, u32)) -> Result<Self> {
        let layout = Layout::ALL[0];
        let bytes = |row: usize| vec![0x11; rows as usize * row];
        let (quants, scales) = (bytes(layout.quant_bytes(width)), bytes(layout.scale_bytes(width)));
        let most = u64::from(PREFILL_COLUMNS.into_iter().max().unwrap_or(1));
        let floats = |width: u32| device.buffer("tuning", 4 * most * u64::from(width), BufferUse::Storage);
        let stored = (quants.as_slice(), scales.as_slice());
        Ok(Self {
            device,
            weights: Weights::upload(device, "tuning", layout, (rows, width), stored, &mut |_| {})?,
            x: floats(width)?,
            y: floats(rows)?,
        })
    }

    // The seconds of a product with so many columns: the best of three measurements, after one that does not count.
    fn seconds(&self, columns: u32, quantized: Option<&Quantized>) -> Result<f64> {
        let size = PassSize { columns };
        let pass_size = self.device.buffer_with("tuning", bytemuck::bytes_of(&size), BufferUse::Uniform)?;
        let output = Output { y: self.y.all(), stride: self.weights.rows, interleaved: false };
        let (normed, epilogue) = (Normed::No, Epilogue::Store);
        let product =
            Product { x: self.x.all(), normed, epilogue, output, plus: None, pass_size: &pass_size };
        let made = match matvec::compiled_columns(columns) {
            Some(compiled) => matvec::dispatches(self.device, &self.weights, compiled, &product)?,
            None => matmul::dispatches(self.device, &self.weights, &product, quantized)?,
        };
        self.run(&made, columns, 1)?;
        let first = self.run(&made, columns, 1)?;
        let rounds = (EACH.as_secs_f64() / first.max(1e-6)).clamp(1.0, 64.0) as u32;
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            best = best.min(self.run(&made, columns, rounds)? / f64::from(rounds));
        }
        Ok(best)
    }

    fn run(&self, made: &[Dispatch], columns: u32, rounds: u32) -> Result<f64> {
        let begun = Instant::now();
        let mut commands = self.device.commands();
        for _ in 0..rounds {
            commands.pass(made, columns, 1);
        }
        commands.submit()?;
        self.device.read(&self.y, 0, 4)?;
        Ok(begun.elapsed().as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_pass_that_is_about_as_fast_is_taken() {
        assert_eq!(prefill_columns(&[(64, 1.0), (128, 1.9), (256, 3.7)]), 64);
        assert_eq!(prefill_columns(&[(64, 1.0), (128, 1.2), (256, 2.3)]), 128);
        assert_eq!(prefill_columns(&[(64, 1.0), (128, 1.1), (256, 1.3)]), 256);
        assert_eq!(prefill_columns(&[(64, 1.0)]), 64);
        assert_eq!(prefill_columns(&[]), 64);
    }
}
