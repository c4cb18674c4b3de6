//! A model's provenance: its texts, hardware and held-out losses, for users who want to know or reproduce it.

use serde_json::{Map, Value, json};
use training::{Device, Estimate, Hardware, Stage, StepReport};

/// The provenance's file in the model's folder.
pub const PROVENANCE: &str = "making.json";

/// Inputs of a run, for the provenance.
pub struct RunInputs<'a> {
    /// The random seed.
    pub seed: u64,
    /// Counts and origins of the texts.
    pub texts: &'a Value,
    /// The device of the training.
    pub device: &'a Device,
    /// The training stages.
    pub stages: &'a [Stage],
}

/// The provenance of a finished run.
pub fn provenance_json(inputs: &RunInputs<'_>, estimate: Option<&Estimate>, log: &[StepReport]) -> Value {
    let (tokens, seconds) = log.last().map_or((0, 0.0), |line| (line.tokens, line.seconds));
    let held_out_loss = |stage: &Stage| {
        let mut losses =
            log.iter().filter(|line| line.stage == stage.name).filter_map(|line| line.held_out_loss);
        // The loss of the weights that the stage returned.
        match stage.patience {
            0 => losses.next_back(),
            _ => losses.reduce(f32::min),
        }
    };
    let held_out: Map<String, Value> = inputs
        .stages
        .iter()
        .filter_map(|stage| Some((stage.name.clone(), json!(held_out_loss(stage)?))))
        .collect();
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "seed": inputs.seed,
        "texts": inputs.texts,
        "hardware": Hardware::of(inputs.device),
        "tokens": tokens,
        "seconds": seconds,
        "tokens_per_second": {
            "predicted": estimate.map(|estimate| estimate.tokens_per_second),
            "measured": if seconds > 0.0 { tokens as f64 / seconds } else { 0.0 },
        },
        "memory_bytes": estimate.map(|estimate| estimate.memory_bytes),
        "held_out_loss": held_out,
    })
}

/// For each text of a provenance: the number of sentences kept, and the hashes of its files, but not their paths.
pub fn text_contents(record: &Value) -> Option<Vec<(&Value, Vec<&Value>)>> {
    fn hashes(text: &Value) -> Option<Vec<&Value>> {
        let files = text["origins"].as_array()?.iter().filter_map(|origin| origin["files"].as_array());
        Some(files.flatten().map(|file| &file["sha256"]).collect())
    }
    record.as_array()?.iter().map(|text| Some((&text["report"]["kept"], hashes(text)?))).collect()
}
