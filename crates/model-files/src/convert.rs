//! Rows of a source tensor → rows of an imported matrix, on all cores.

use crate::blocks::{ConversionError, UNIT, WeightType, WeightUnit, to_f16};
use crate::quantize::quantize;
use crate::{Layout, nested};

/// A row in the format of the source.
#[derive(Clone, Copy)]
pub(crate) struct SourceRow<'a> {
    pub weight_type: WeightType,
    pub bytes: &'a [u8],
}

/// Converts `rows` to `layout`, that of their own type unless they are floats; `quants` and `scales` have exactly the size of these rows.
pub(crate) fn convert(
    rows: &[SourceRow<'_>],
    columns: usize,
    layout: Layout,
    quants: &mut [u8],
    scales: &mut [u8],
) -> Result<(), ConversionError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = rows.len().div_ceil(threads).max(1);
    let quant_bytes = layout.words_per_row(columns) * 4;
    let scale_bytes = layout.scale_words_per_row(columns) * 4;
    std::thread::scope(|scope| {
        let (mut quants, mut scales) = (quants, scales);
        let mut workers = Vec::new();
        for rows in rows.chunks(share) {
            let (these_quants, other_quants) = quants.split_at_mut(rows.len() * quant_bytes);
            let (these_scales, other_scales) = scales.split_at_mut(rows.len() * scale_bytes);
            (quants, scales) = (other_quants, other_scales);
            workers.push(scope.spawn(move || {
                let mut scratch =
                    Scratch { floats: vec![0.0; Layout::padded_columns(columns)], units: Vec::new() };
                for (index, row) in rows.iter().enumerate() {
                    let quants = &mut these_quants[index * quant_bytes..][..quant_bytes];
                    let scales = &mut these_scales[index * scale_bytes..][..scale_bytes];
                    scratch.convert_row(*row, columns, layout, quants, scales)?;
                }
                Ok(())
            }));
        }
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

struct Scratch {
    floats: Vec<f32>,
    units: Vec<WeightUnit>,
}

impl Scratch {
    fn convert_row(
        &mut self,
        row: SourceRow<'_>,
        columns: usize,
        layout: Layout,
        quants: &mut [u8],
        scales: &mut [u8],
    ) -> Result<(), ConversionError> {
        if layout.nested {
            return nested::repack_row(row.weight_type, row.bytes, quants, scales);
        }
        self.units.clear();
        if row.weight_type.layout().is_some() {
            row.weight_type.read_units(row.bytes, &mut self.units)?;
        } else {
            row.weight_type.read_floats(row.bytes, &mut self.floats[..columns]);
            if layout.bits == 16 {
                return pack_f16(&self.floats, quants);
            }
            quantize(&self.floats, layout, &mut self.units)?;
        }
        pack(&self.units, layout, quants, scales);
        Ok(())
    }
}

fn pack_f16(floats: &[f32], quants: &mut [u8]) -> Result<(), ConversionError> {
    let (halves, _) = quants.as_chunks_mut();
    for (half, float) in halves.iter_mut().zip(floats) {
        *half = to_f16(*float)?.to_le_bytes();
    }
    Ok(())
}

/// Packs units in the bit layout of ARCHITECTURE.md. Units of one group have the same scale and minimum.
fn pack(units: &[WeightUnit], layout: Layout, quants: &mut [u8], scales: &mut [u8]) {
    let centre = if layout.min { 0 } else { 8 };
    let unit_bytes = UNIT * usize::from(layout.bits) / 8;
    for (unit, bytes) in units.iter().zip(quants.chunks_exact_mut(unit_bytes)) {
        if layout.bits == 8 {
            bytes.iter_mut().zip(unit.q).for_each(|(byte, q)| *byte = q as u8);
        } else {
            for (word, q) in bytes.chunks_exact_mut(4).zip(unit.q.chunks_exact(8)) {
                for (i, byte) in word.iter_mut().enumerate() {
                    *byte = (q[i] + centre) as u8 | ((q[i + 4] + centre) as u8) << 4;
                }
            }
        }
    }
    let groups = units.iter().step_by(usize::from(layout.group) / UNIT);
    if layout.min {
        for (unit, word) in groups.zip(scales.chunks_exact_mut(4)) {
            word[..2].copy_from_slice(&unit.scale.to_le_bytes());
            word[2..].copy_from_slice(&unit.min.to_le_bytes());
        }
    } else {
        for (unit, half) in groups.zip(scales.chunks_exact_mut(2)) {
            half.copy_from_slice(&unit.scale.to_le_bytes());
        }
    }
}
