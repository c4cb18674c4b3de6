//! The noisy-channel choice and the search for its settings.

use serde_json::Value;

use crate::{home, row, words};

#[test]
fn the_settings_of_a_pair_are_searched_saved_and_used() {
    let home = home();
    home.write("other.tsv", "Tom schläft.\tTom is asleep.\nIch bin müde.\tI am tired.\n");
    let command = "evaluate --from de --to en --tune-choice --tests pairs.tsv other.tsv --json";
    let report = home.run(&words(command)).json();
    let found = &report["tuned"][0];
    let kept: Value = serde_json::from_str(&home.read("data/wasan/models/reranking.json")).expect("JSON");
    for field in ["lambda", "certain", "branches"] {
        assert_eq!(kept["de-en"][field], found[field], "{field}");
    }
    let bleu = |field: &str| found[field].as_f64().expect("a number");
    assert!(bleu("bleu") >= bleu("plain_bleu"), "the plain sum is one of the candidates: {found:#}");
    let rows = report["rows"].as_array().expect("rows");
    let of = |test: &str| rows.iter().filter(|row| row["test"] == test).collect::<Vec<_>>();
    assert_eq!((of("pairs").len(), of("other").len()), (2, 2), "{rows:#?}");
    assert!(of("other").iter().all(|row| row["seconds"].is_number()));

    // What was searched offline is what is decoded with the settings.
    let again =
        home.run(&words("evaluate --from de --to en --tests pairs.tsv --recipes collab,best --json")).json();
    assert_eq!(row(&again, "best")["bleu"], found["bleu"]);
    assert_eq!(row(&again, "collab")["bleu"], found["plain_bleu"]);
}

#[test]
fn a_translation_of_best_quality_shows_what_was_judged() {
    let home = home();
    let line = home.run(&words("translate --from de --to en --quality best --json Wo?")).json();
    assert!(line["text"].is_string(), "{line:#}");
    for other in ["--beam 2", "--temperature 1"] {
        let command = format!("translate --from de --to en --quality best {other} Hallo.");
        let refused = home.run(&words(&command));
        assert_eq!(refused.status, Some(2), "{}", refused.err);
        assert!(refused.err.contains("cannot be used with"), "{}", refused.err);
    }
}
