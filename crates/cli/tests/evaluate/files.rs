//! Scores of translation files, compared with SacreBLEU 2.6.0 (`crates/evaluation/tests/sacrebleu_goldens.py`).

use serde_json::Value;

use crate::program::Home;
use crate::{row, words};

/// SacreBLEU's texts and scores, and a home folder with the texts as files.
fn goldens() -> (Home, Value) {
    let golden: Value =
        serde_json::from_str(include_str!("../../../evaluation/tests/data/sacrebleu.json")).expect("JSON");
    let home = Home::new();
    let write = |name: &str, lines: &Value| {
        let lines = lines.as_array().expect("lines").iter().map(|line| line.as_str().expect("a line"));
        home.write(name, lines.map(|line| format!("{line}\n")).collect::<String>());
    };
    let texts = &golden["texts"];
    write("ours.txt", &texts["outputs"]["hypotheses"]);
    write("other.txt", &golden["other"]);
    write("reference.txt", &texts["outputs"]["references"][0]);
    write("two.txt", &texts["two references"]["hypotheses"]);
    write("first.txt", &texts["two references"]["references"][0]);
    write("second.txt", &texts["two references"]["references"][1]);
    (home, golden)
}

fn case<'a>(golden: &'a Value, list: &str, wanted: &[(&str, Value)]) -> &'a Value {
    let cases = golden[list].as_array().expect("cases");
    let fits = |case: &&Value| wanted.iter().all(|(field, value)| case[field] == *value);
    cases.iter().find(fits).unwrap_or_else(|| panic!("no case {wanted:?} in {list}"))
}

fn close(ours: &Value, theirs: &Value, tolerance: f64) {
    let (a, b) = (ours.as_f64().expect("a number"), theirs.as_f64().expect("a number"));
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

#[test]
fn scores_and_their_signatures_are_sacrebleus() {
    let (home, golden) = goldens();
    let plain = [("text", Value::from("outputs")), ("lowercase", Value::Null)];
    for tokenizer in ["13a", "intl", "char", "zh", "ja-mecab"] {
        let command = format!(
            "evaluate --references reference.txt --hypotheses other=other.txt ours=ours.txt --json --tokenizer {tokenizer}"
        );
        let report = home.run(&words(&command)).json();
        let ours = row(&report, "ours");
        let bleu = case(&golden, "bleu", &[plain[0].clone(), ("tokenize", tokenizer.into())]);
        close(&ours["bleu"], &bleu["score"], 1e-9);
        let signature = ours["signature"].as_str().expect("a signature");
        assert_eq!(signature.replace("bs:1000|seed:12345|", ""), bleu["signature"].as_str().expect("theirs"));
        let chrf = |words: Value| {
            case(
                &golden,
                "chrf",
                &[
                    plain[0].clone(),
                    plain[1].clone(),
                    ("word_order", words),
                    ("whitespace", Value::Null),
                    ("char_order", Value::Null),
                ],
            )
        };
        close(&ours["chrf"], &chrf(Value::Null)["score"], 1e-9);
        close(&ours["chrf_plus_plus"], &chrf(2.into())["score"], 1e-9);
        assert_eq!(ours["chrf_signature"], chrf(Value::Null)["signature"]);
        if tokenizer == "13a" {
            let test = case(&golden, "tests", &[("test", "bs".into()), ("metric", "BLEU".into())]);
            // SacreBLEU resamples in float32: one sample of 1,001 may fall on the other side.
            close(&ours["p_value"], &test["p_value"], 1.0 / 1001.0 + 1e-9);
            close(&ours["bleu_margin"], &test["ci"], 1e-3);
            assert_eq!(ours["signature"], test["signature"]);
        }
    }
}

#[test]
fn several_references_and_the_source_as_a_row() {
    let (home, golden) = goldens();
    let command = "evaluate --references first.txt --references second.txt --hypotheses two.txt --source first.txt --json";
    let report = home.run(&words(command)).json();
    let wanted = [("text", Value::from("two references")), ("tokenize", "13a".into())];
    let bleu = case(&golden, "bleu", &wanted);
    close(&row(&report, "two")["bleu"], &bleu["score"], 1e-9);
    assert!(row(&report, "two")["signature"].as_str().is_some_and(|text| text.starts_with("nrefs:2|")));
    close(&row(&report, "the source itself")["bleu"], &100.0.into(), 1e-9);
}

#[test]
fn markdown_has_the_figures_with_two_decimals() {
    let (home, _) = goldens();
    let text =
        home.run_ok(&words("evaluate --references reference.txt --hypotheses other=other.txt ours=ours.txt"));
    assert!(text.contains("| ours | 20.78 | 4.68 | 38.91 | 39.28 | 0.25"), "{text}");
    assert!(text.contains("p: against other, paired bootstrap."), "{text}");
    assert!(text.contains("`nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0`"), "{text}");
}

#[cfg(feature = "bertscore")]
#[test]
fn bertscore_is_that_of_the_package() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../evaluation/tests/data");
    let golden: Value =
        serde_json::from_str(include_str!("../../../evaluation/tests/data/bertscore.json")).expect("JSON");
    let home = Home::new();
    for name in ["hypotheses", "references"] {
        let lines = golden[name].as_array().expect("lines").iter();
        home.write(
            name,
            lines.map(|line| format!("{}\n", line.as_str().expect("a line"))).collect::<String>(),
        );
    }
    let wanted = [("encoder", "tiny-roberta".into()), ("idf", true.into()), ("rescaled", false.into())];
    let case = case(&golden, "cases", &wanted);
    let scores = case["scores"].as_array().expect("scores");
    let f1 = scores.iter().map(|row| row[2].as_f64().expect("F1")).sum::<f64>() / scores.len() as f64;
    let layer = &case["layer"];
    let command = format!(
        "evaluate --references references --hypotheses x=hypotheses --bertscore {data}/tiny-roberta --bertscore-layer {layer} --bertscore-idf --json"
    );
    let report = home.run(&words(&command)).json();
    close(&row(&report, "x")["bertscore_f1"], &f1.into(), 1e-5);
}
