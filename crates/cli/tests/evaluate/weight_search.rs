//! The weight search and the use of its result.

use serde_json::Value;

use crate::{home, row, words};

#[test]
fn the_best_sum_is_saved_and_used() {
    let home = home();
    let untuned = home.run(&words("translate --from de --to en --recipe tuned Hallo."));
    assert_eq!(untuned.status, Some(2), "{}", untuned.err);
    assert!(
        untuned.err.contains("there is no tuned recipe for de-en") && untuned.err.contains("--sweep"),
        "{}",
        untuned.err
    );

    home.write("other.tsv", "Tom schläft.\tTom is asleep.\nIch bin müde.\tI am tired.\n");
    let command = "evaluate --from de --to en --sweep --tests pairs.tsv other.tsv --limit 2 --json";
    let report = home.run(&words(command)).json();
    let found = &report["tuned"][0];
    let sum = found["sum"].as_str().expect("a sum");
    let bleu = |field: &str| found[field].as_f64().expect("a number");
    assert!(bleu("bleu") >= bleu("single_bleu"), "each model alone is one of the candidates: {found:#}");
    for p in ["p_against_plain", "p_against_single"] {
        assert!((0.0..=1.0).contains(&bleu(p)), "{p}");
    }
    let rows = report["rows"].as_array().expect("rows");
    let searched = rows.iter().filter(|row| row["test"] == "pairs");
    let best = searched.clone().filter_map(|row| row["bleu"].as_f64()).fold(0.0, f64::max);
    assert!(searched.count() >= 16 && best == bleu("bleu"), "{rows:#?}");
    assert!(
        rows.iter().any(|row| row["test"] == "other" && row["name"] == sum),
        "measured on the other set too"
    );
    assert_eq!(row(&report, "L + src + tgt")["method"], "plain sum");

    // The recipe is available to translations and further evaluations.
    let kept: Value = serde_json::from_str(&home.read("data/wasan/models/tuned.json")).expect("JSON");
    assert_eq!(kept["de-en"]["sum"], sum);
    // Measured on the set that was not searched.
    let confidence = &kept["de-en"]["confidence"];
    assert_eq!(confidence, &found["confidence"]);
    assert_eq!((&confidence["test"], &confidence["searched"]), (&"other".into(), &false.into()));
    assert_eq!(confidence["against"], found["single"]);
    let of = |field: &str| confidence[field].as_f64().expect("a number");
    assert!((0.0..=1.0).contains(&of("p_value")) && of("margin") >= 0.0, "{confidence:#}");
    let other = rows.iter().find(|row| row["test"] == "other" && row["name"] == sum).expect("a row");
    assert_eq!(confidence["bleu"], other["bleu"]);
    let translate = |recipe: &str| {
        home.run_ok(&[
            "translate",
            "--from",
            "de",
            "--to",
            "en",
            "--recipe",
            recipe,
            "Tom ist müde.",
            "Es regnet.",
        ])
    };
    assert_eq!(translate("tuned"), translate(sum));
    assert!(home.run_ok(&["models", "list"]).contains(&format!("tuned de-en: {sum} (BLEU ")));
    let again = home.run(&words(&command.replace("--sweep", "--recipes tuned"))).json();
    let tuned =
        again["rows"].as_array().expect("rows").iter().find(|row| row["test"] == "pairs").expect("a row");
    assert_eq!(tuned["bleu"], found["bleu"]);
    assert_eq!(home.run(&words("translate --from en --to de --recipe tuned Hello.")).status, Some(2));
}
