//! Texts on the command line, recipes, and the report.

use serde_json::Value;

use crate::program::Home;

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];

#[test]
fn texts_are_translated_in_both_directions_and_in_their_order() {
    let home = Home::new();
    let german =
        ["Tom hat seiner Mutter gestern einen langen Brief geschrieben.", "Es regnet.", "Tom ist müde."];
    let english = home.run_ok(&[&DE_EN[..], &german].concat());
    let lines: Vec<&str> = english.lines().collect();
    assert_eq!(lines[1..], ["It's raining.", "Tom is tired."]);
    assert!(lines[0].contains("letter"), "{english}");

    let back = home.run_ok(&["translate", "--from", "en", "--to", "de", "Tom is tired.", "It is raining."]);
    assert_eq!(back, "Tom ist müde.\nEs regnet.\n");
}

#[test]
fn the_report_has_every_tokens_probability_and_each_models_votes() {
    let home = Home::new();
    let report = home.run(&[&DE_EN[..], &["--json", "Tom ist müde."]].concat()).json();
    assert_eq!(report["text"], "Tom is tired.");
    assert_eq!(report["output"], Value::Null);
    assert_eq!((&report["segments"], &report["to_review"]), (&1.into(), &0.into()));
    assert!(report["seconds"].as_f64().is_some_and(|s| s > 0.0));
    assert!(report["tokens_per_second"].as_f64().is_some_and(|rate| rate > 0.0));
    let sentence = &report["sentences"][0];
    assert_eq!(sentence["source"], "Tom ist müde.");
    assert_eq!(sentence["translation"], "Tom is tired.");
    assert_eq!(sentence["status"], "done");
    let tokens = sentence["tokens"].as_array().expect("tokens");
    assert_eq!(report["tokens"], tokens.len());
    let mut total = 0.0;
    for token in tokens {
        let log_probability = token["log_probability"].as_f64().expect("a number");
        assert!(log_probability <= 0.0, "{token}");
        total += log_probability;
        // With greedy decoding the token is the most likely alternative.
        assert_eq!(token["alternatives"][0][0], token["text"]);
        let votes = token["votes"].as_array().expect("votes");
        assert_eq!(votes.len(), 3, "L, S_src and S_tgt");
        assert!(votes.iter().all(|vote| vote[0][0].is_string() && vote[0][1].is_number()), "{token}");
    }
    let mean = total / tokens.len() as f64;
    assert!((sentence["score"].as_f64().expect("a number") - mean).abs() < 1e-4, "{sentence}");
}

/// What the window shows of words, the command line says: links, a given beginning, the words that may follow one.
#[test]
fn words_are_linked_and_others_can_be_chosen() {
    let home = Home::new();
    let report =
        home.run(&[&DE_EN[..], &["--json", "--begin-with", "He", "Tom ist müde. Es regnet."]].concat());
    let report = report.json();
    assert_eq!(report["recipe"], serde_json::json!([["L", 1.0], ["src", 1.0], ["tgt", 1.0]]));
    let [first, second] = [0, 1].map(|at| report["sentences"][at].clone());
    assert!(first["translation"].as_str().is_some_and(|text| text.starts_with("He")), "{first}");
    assert_eq!(second["place"]["source"], serde_json::json!([14, 24]));
    let words = second["words"].as_array().expect("words");
    let raining = words.iter().find(|word| word["text"] == "raining").expect("it rains");
    assert_eq!(raining["source"], serde_json::json!([3, 9]), "{second}");

    let arguments = ["words", "--from", "de", "--to", "en", "--begin-with", "Tom is", "Tom ist müde."];
    let next = home.run(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!((&next["words"][0]["text"], &next["recipe"]), (&"tired".into(), &report["recipe"]));
    assert_eq!(next["words"][0]["votes"].as_array().map(Vec::len), Some(3));
    let missing = home.run(&["words", "--from", "de", "--to", "en", "--sentence", "2", "Tom ist müde."]);
    assert_eq!(missing.status, Some(2));
    assert!(
        missing.err.contains("no word can follow") && missing.err.contains("--sentence"),
        "{}",
        missing.err
    );
    let table = home.run_ok(&arguments);
    assert!(table.starts_with("WORD\tSUM\tL\tsrc\ttgt\ntired\t"), "{table}");
    home.write("letter.txt", "Es regnet.");
    let refused = home.run(&[&DE_EN[..], &["--begin-with", "He", "letter.txt"]].concat());
    assert_eq!(refused.status, Some(2), "{}", refused.err);
}

#[test]
fn presets_and_sums_name_the_same_recipes() {
    let home = Home::new();
    let votes = |recipe: &str| {
        let report =
            home.run(&[&DE_EN[..], &["--json", "--recipe", recipe, "Tom ist müde."]].concat()).json();
        let sentence = &report["sentences"][0];
        let models = sentence["tokens"][0]["votes"].as_array().map(Vec::len);
        (models, report["text"].clone(), sentence["score"].clone())
    };
    let half = votes("collab-half");
    assert_eq!(half, votes("L + 0.5*src + 0.5*tgt"));
    assert_eq!(half.0, Some(3));
    let whole = votes("collab");
    assert_ne!(half.2, whole.2, "other weights give other probabilities");
    let alone = votes("original");
    assert_eq!((alone.0, alone.1.as_str()), (Some(1), Some("Tom is tired.")));
    assert_eq!(votes("L - 0.5*src").0, Some(2));
}

#[test]
fn beams_and_seeds_decide_the_translation() {
    let home = Home::new();
    let beams = ["--json", "--beam", "3", "--n-best", "3", "Wir gehen jeden Sonntag in den Park."];
    let report = home.run(&[&DE_EN[..], &beams].concat()).json();
    let sentence = &report["sentences"][0];
    let others = sentence["others"].as_array().expect("the second and third best");
    assert_eq!(others.len(), 2);
    assert!(others.iter().all(|other| *other != sentence["translation"]), "{sentence}");

    let sampled = |seed: &str| {
        home.run_ok(
            &[&DE_EN[..], &["--temperature", "3", "--seed", seed, "Er kam gestern zu spät zur Schule."]]
                .concat(),
        )
    };
    let first = sampled("1");
    assert_eq!(first, sampled("1"));
    assert!((2..6).any(|seed| sampled(&seed.to_string()) != first), "other seeds give other texts");
}
