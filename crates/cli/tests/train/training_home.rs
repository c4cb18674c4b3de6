//! A home folder with training text and the config of a model that trains in a second.

use std::path::Path;

use serde_json::Value;

use crate::program::{Home, ProgramResult};

const CONFIG: &str = "vocabulary = 420\n\
    [small]\nhidden_size = 64\nlayers = 1\nheads = 2\nkv_heads = 1\nhead_dim = 32\nfeed_forward = 128\n\
    [large]\nhidden_size = 64\nlayers = 2\nheads = 2\nkv_heads = 1\nhead_dim = 32\nfeed_forward = 128\n";

const WHO: [(&str, &str); 6] = [
    ("Der Hund", "The dog"),
    ("Die Katze", "The cat"),
    ("Das Kind", "The child"),
    ("Meine Mutter", "My mother"),
    ("Unser Lehrer", "Our teacher"),
    ("Der Bäcker", "The baker"),
];
const DOES: [(&str, &str); 5] =
    [("sieht", "sees"), ("sucht", "looks for"), ("kauft", "buys"), ("malt", "paints"), ("findet", "finds")];
const WHAT: [(&str, &str); 6] = [
    ("den Ball", "the ball"),
    ("ein Haus", "a house"),
    ("das Brot", "the bread"),
    ("einen Apfel", "an apple"),
    ("die Blume", "the flower"),
    ("ein Buch", "a book"),
];

/// Every sentence pair of the phrase book, German and English.
pub fn phrases() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (who, who_en) in WHO {
        for (does, does_en) in DOES {
            for (what, what_en) in WHAT {
                all.push((format!("{who} {does} {what}."), format!("{who_en} {does_en} {what_en}.")));
            }
        }
    }
    all
}

/// A home folder with `pairs.tsv`, `de.txt`, `en.txt` and `shape.toml`.
pub fn training_home() -> Home {
    let home = Home::new();
    let phrases = phrases();
    let lines = |of: &dyn Fn(&(String, String)) -> String| phrases.iter().map(of).collect::<String>();
    home.write("pairs.tsv", lines(&|(de, en)| format!("{de}\t{en}\n")));
    home.write("de.txt", lines(&|(de, _)| format!("{de}\n")));
    home.write("en.txt", lines(&|(_, en)| format!("{en}\n")));
    home.write("shape.toml", CONFIG);
    home
}

/// The arguments of a short run from scratch into `out`; `more` overrides the defaults.
pub fn from_scratch<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let quick = "train --from de --to en --side source --from-scratch shape.toml --mono de.txt --pairs pairs.tsv \
        --held-out 8 --batch-tokens 512 --context 64 --held-out-every 4 --device cpu --pretrain-epochs 1 --epochs 1";
    let mut arguments: Vec<&str> = quick.split_whitespace().collect();
    arguments.extend(["--out", out]);
    // An option may not be repeated, so the given one replaces the default.
    for (index, option) in more.iter().enumerate().filter(|(_, option)| option.starts_with("--")) {
        if let Some(at) = arguments.iter().position(|argument| argument == option) {
            arguments.drain(at..=at + usize::from(more.get(index + 1).is_some_and(|v| !v.starts_with("--"))));
        }
    }
    arguments.extend(more);
    arguments
}

/// Splits a command whose words contain no spaces.
pub fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

/// The run's JSON events with this name.
pub fn events(out: &str, name: &str) -> Vec<Value> {
    let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    lines.filter(|line| line["event"] == name).collect()
}

/// A training log without its times, which differ between runs.
pub fn loss_curve(folder: &Path) -> Vec<String> {
    let log = std::fs::read_to_string(folder.join("training.jsonl")).expect("a log");
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let fields = line.as_object_mut().expect("an object");
        fields.retain(|name, _| !["seconds", "tokens_per_second"].contains(&name.as_str()));
        line.to_string()
    };
    log.lines().map(line).collect()
}

/// Asserts that a command failed with this status and message, and wrote neither a model nor a run.
pub fn refused(home: &Home, ended: &ProgramResult, status: i32, message: &str, out: &str) {
    assert_eq!(ended.status, Some(status), "{message}: {}{}", ended.out, ended.err);
    assert!(ended.err.contains(message), "{message}: {}", ended.err);
    let left: Vec<String> = home
        .names(".")
        .into_iter()
        .filter(|name| name.contains(out) || name.starts_with(".estimate"))
        .collect();
    assert_eq!(left, [""; 0], "{message}");
}
