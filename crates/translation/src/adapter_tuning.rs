//! What products cost on the adapters: measured once an adapter and driver, and stored beside the self-test's results.

use std::path::PathBuf;

use engine::{AdapterInfo, Device, Tuning};

use crate::setup::PromptPrecision;

fn file() -> Option<PathBuf> {
    Some(crate::folders::cache()?.join("adapter-tuning"))
}

// A line of the file begins with it.
fn line_start(info: &AdapterInfo) -> String {
    format!("{} {} {} {}\t", env!("CARGO_PKG_VERSION"), info.name, info.driver, info.backend)
}

/// The last measurement of an adapter, if there is one.
pub(crate) fn stored_tuning(info: &AdapterInfo) -> Option<Tuning> {
    let text = std::fs::read_to_string(file()?).ok()?;
    let start = line_start(info);
    text.lines().rev().find_map(|line| line.strip_prefix(&start)).and_then(parse)
}

/// Sets the device to what was measured on its adapter, now if never before, and to the precision of a setup.
pub(crate) fn apply_tuning(device: &Device, prompts: PromptPrecision) {
    let tuning = stored_tuning(device.info()).or_else(|| measure_tuning(device));
    if let Some(tuning) = &tuning {
        device.set_prefill_columns(tuning.prefill_columns);
    }
    device.set_int8_prompts(is_int8(prompts, tuning.as_ref()));
}

/// Whether prompts are multiplied in int8 on an adapter with this measurement.
pub(crate) fn is_int8(prompts: PromptPrecision, tuning: Option<&Tuning>) -> bool {
    match prompts {
        PromptPrecision::Fastest => tuning.is_some_and(Tuning::int8_pays),
        PromptPrecision::Exact => false,
        PromptPrecision::Int8 => true,
    }
}

/// Measures an adapter and stores the result. Nothing depends on it but speed, so there is none if it fails.
pub(crate) fn measure_tuning(device: &Device) -> Option<Tuning> {
    let tuning = engine::tune(device).ok()?;
    if let Some(file) = file() {
        let start = line_start(device.info());
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        let others: String =
            known.lines().filter(|line| !line.starts_with(&start)).fold(String::new(), |mut others, line| {
                others.push_str(line);
                others.push('\n');
                others
            });
        if let Some(folder) = file.parent() {
            drop(std::fs::create_dir_all(folder));
        }
        drop(std::fs::write(&file, format!("{others}{start}{}\n", format(&tuning))));
    }
    Some(tuning)
}

// "64 - 1:1.00 2:1.07": the width of prompt passes, the speed of int8 products or a dash, then columns and their cost.
fn format(tuning: &Tuning) -> String {
    let int8 = tuning.int8_speed.map_or_else(|| "-".to_owned(), |speed| format!("{speed:.3}"));
    let costs = tuning.column_costs.iter().map(|(columns, cost)| format!(" {columns}:{cost:.3}"));
    std::iter::once(format!("{} {int8}", tuning.prefill_columns)).chain(costs).collect()
}

fn parse(line: &str) -> Option<Tuning> {
    let mut words = line.split(' ');
    let prefill_columns = words.next()?.parse().ok()?;
    let int8_speed = match words.next()? {
        "-" => None,
        speed => Some(speed.parse().ok()?),
    };
    let cost = |word: &str| -> Option<(u32, f64)> {
        let (columns, cost) = word.split_once(':')?;
        Some((columns.parse().ok()?, cost.parse().ok()?))
    };
    let column_costs = words.map(cost).collect::<Option<Vec<_>>>()?;
    (!column_costs.is_empty()).then_some(Tuning { column_costs, prefill_columns, int8_speed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_measurement_is_read_again_and_a_damaged_one_is_not() {
        let costs = vec![(1, 1.0), (2, 1.125), (8, 2.5)];
        for int8_speed in [None, Some(2.5)] {
            let tuning = Tuning { column_costs: costs.clone(), prefill_columns: 128, int8_speed };
            assert_eq!(parse(&format(&tuning)), Some(tuning));
        }
        for damaged in
            ["", "64", "64 ", "64 -", "x - 1:1", "64 1:1", "64 x 1:1", "64 - 1", "64 - 1:x", "64 - 1:1 2"]
        {
            assert_eq!(parse(damaged), None, "{damaged:?}");
        }
    }
}
