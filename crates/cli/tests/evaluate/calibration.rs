//! The calibration of the quality estimate and the use of its result.

use serde_json::Value;

use crate::{PAIRS, home, words};

/// Good translations by the starter models, and sentences that they do not know.
fn lines() -> String {
    let hard = [
        (
            "Die Präzessionsbewegung der Kreiselachse führt zu einer Nutation.",
            "Precession of the gyro causes nutation.",
        ),
        (
            "Der Aufsichtsrat bestellte ihn zum Prokuristen.",
            "The supervisory board made him an authorised signatory.",
        ),
        ("Gletscherspalten gefährden Seilschaften.", "Crevasses endanger roped parties."),
        ("Vorkasse entfällt bei Ratenzahlung.", "No prepayment is needed with instalments."),
    ];
    PAIRS.iter().chain(&hard).map(|(de, en)| format!("{de}\t{en}\n")).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn weights_are_fitted_saved_and_measured_on_other_lines() {
    let home = home();
    home.write("dev.tsv", lines());
    home.write("other.tsv", lines().replace("Tom ist müde.\tTom is tired.\n", ""));
    let command = "evaluate --from de --to en --calibrate --tests dev.tsv other.tsv";
    let report = home.run(&words(&format!("{command} --json"))).json();
    let sections = report["calibrations"].as_array().expect("sections");
    let of = |section: &Value| {
        (section["test"].clone(), section["searched"].clone(), section["sentences"].clone())
    };
    assert_eq!(of(&sections[0]), ("dev".into(), true.into(), 10.into()));
    assert_eq!(of(&sections[1]), ("other".into(), false.into(), 9.into()));
    for section in sections {
        let rows = section["scores"].as_array().expect("rows");
        assert_eq!((&rows[0]["name"], &rows[1]["name"]), (&"cheap estimate".into(), &"full estimate".into()));
        for feature in ["mean log-probability", "reconstruction"] {
            assert!(rows.iter().any(|row| row["name"] == feature), "{rows:#?}");
        }
        for row in rows {
            assert!((0.0..=1.0).contains(&number(&row["area"])), "{row:#}");
            let caught: Vec<f64> = row["caught"].as_array().expect("a curve").iter().map(number).collect();
            assert!(caught.len() == 5 && caught.windows(2).all(|two| two[0] <= two[1]), "{row:#}");
        }
        for estimate in ["cheap estimate", "full estimate"] {
            let graded = section["grades"].as_array().expect("grades").iter();
            let all: f64 = graded
                .filter(|row| row["estimate"] == estimate)
                .map(|row| ["good", "between", "bad"].map(|class| number(&row[class])).iter().sum::<f64>())
                .sum();
            assert_eq!(all, number(&section["sentences"]), "{estimate}");
            assert_eq!(section["lines"].as_array().expect("lines").len() as f64, all);
        }
    }
    let kept: Value = serde_json::from_str(&home.read("data/wasan/models/quality.json")).expect("JSON");
    let calibration = &kept["de-en"][0];
    assert_eq!(calibration["measured"]["test"], "dev");
    assert_eq!(calibration["models"].as_str().expect("a hash").len(), 64);
    let features = |model: &str| calibration[model]["weights"]["weights"].as_array().map(Vec::len);
    assert_eq!((features("cheap"), features("full")), (Some(3), Some(4)));

    let tables = home.run_ok(&words(&command.replace(" other.tsv", "")));
    assert!(tables.contains("| cheap estimate |") && tables.contains("| poor |"), "{tables}");
    let again: Value = serde_json::from_str(&home.read("data/wasan/models/quality.json")).expect("JSON");
    assert_eq!(again, kept, "the same lines, the same weights");

    let quality = |options: &str| {
        let command = format!("translate --from de --to en --json {options} Gletscherspalten.");
        let sentence = home.run(&words(&command)).json()["sentences"][0].clone();
        assert_eq!(sentence["quality"]["calibrated"], true);
        (sentence["quality"]["score"].clone(), sentence["evidence"]["reconstruction"].is_number())
    };
    let (cheap, full) = (quality(""), quality("--estimate full"));
    assert_eq!((cheap.1, full.1), (false, true));
    assert_ne!(cheap.0, full.0, "the full estimate has weights of its own");
}

#[test]
fn a_set_without_bad_translations_and_two_sums_are_refused() {
    let home = home();
    home.write("easy.tsv", "Es regnet.\tIt's raining.\nTom ist müde.\tTom is tired.\n");
    let easy = home.run(&words("evaluate --from de --to en --calibrate --tests easy.tsv"));
    assert!(easy.status == Some(1) && easy.err.contains("of one class, good or bad"), "{}", easy.err);
    let command = "evaluate --from de --to en --calibrate --recipes L,src --tests easy.tsv";
    let two = home.run(&words(command));
    assert!(two.status == Some(2) && two.err.contains("for one sum"), "{}", two.err);
    assert!(!home.path().join("data/wasan/models/quality.json").exists());
}
