//! `wasan evaluate` end to end: SacreBLEU's scores, the starter models in the paper's tables, the weight search, refused
//! arguments.

mod calibration;
mod choice;
mod files;
#[path = "../command/program.rs"]
mod program;
mod recipes;
mod refusals;
mod weight_search;

use program::Home;
use serde_json::Value;

const PAIRS: [(&str, &str); 6] = [
    ("Es regnet.", "It's raining."),
    ("Tom ist müde.", "Tom is tired."),
    ("Ich habe Hunger.", "I'm hungry."),
    ("Wo ist der Bahnhof?", "Where is the station?"),
    ("Das Wetter ist heute schön.", "The weather is nice today."),
    ("Ich möchte ein Glas Wasser.", "I'd like a glass of water."),
];

/// A home folder with `pairs.tsv`, German and English.
pub fn home() -> Home {
    let home = Home::new();
    home.write("pairs.tsv", PAIRS.map(|(de, en)| format!("{de}\t{en}\n")).concat());
    home
}

/// Splits a command whose words contain no spaces.
pub fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

/// The row of a report with this name.
pub fn row<'a>(report: &'a Value, name: &str) -> &'a Value {
    let rows = report["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no row {name}: {report:#}"))
}
