//! The weight search and the use of its result.

use serde_json::Value;

use crate::{home, row, words};

/// Sentences whose sum and whose S_tgt alone give different translations for the most part.
const GERMAN: [&str; 16] = [
    "Als ich nach Hause kam, hatte ich großen Hunger.",
    "Am Wochenende arbeite ich grundsätzlich nicht.",
    "Alles in diesem Zimmer steht zum Verkauf.",
    "Als ich aufwachte, lagen zehn Zentimeter Schnee.",
    "Der Hund des Nachbarn bellt die ganze Nacht.",
    "Die Fähre fährt nur bei gutem Wetter.",
    "Er hat seine Brille auf dem Klavier vergessen.",
    "Ich kann mich an den Namen der Straße nicht erinnern.",
    "In diesem Tal wachsen viele seltene Blumen.",
    "Kannst du mir sagen, wann der letzte Zug fährt?",
    "Meine Großmutter backt den besten Kuchen der Stadt.",
    "Niemand wusste, warum der Lehrer so früh gegangen war.",
    "Sie hat gestern drei Briefe an ihre Eltern geschrieben.",
    "Tom spielt jeden Abend mit seinen Kindern Schach.",
    "Wegen des starken Regens blieben alle zu Hause.",
    "Wir haben uns vor zehn Jahren in Berlin kennengelernt.",
];

#[test]
fn the_plain_sum_is_kept_unless_another_is_significantly_better() {
    let home = home();
    let untuned = home.run(&words("translate --from de --to en --recipe tuned Hallo."));
    assert_eq!(untuned.status, Some(2), "{}", untuned.err);
    assert!(
        untuned.err.contains("there is no tuned recipe for de-en") && untuned.err.contains("--sweep"),
        "{}",
        untuned.err
    );

    home.write("other.tsv", "Tom schläft.\tTom is asleep.\nIch bin müde.\tI am tired.\n");
    let command = "evaluate --from de --to en --sweep --tests pairs.tsv other.tsv --json";
    let report = home.run(&words(command)).json();
    let found = &report["tuned"][0];
    let number = |field: &str| found[field].as_f64().expect("a number");
    // Three lines decide: no difference is significant.
    assert!(number("p_against_plain") >= 0.05 && number("sums") >= 15.0, "{found:#}");
    assert_eq!(found["sum"], "L + src + tgt");
    let best = found["best"].as_str().expect("a sum");
    let rows = report["rows"].as_array().expect("rows");
    for test in ["pairs, held-out half", "other"] {
        let rows: Vec<&Value> = rows.iter().filter(|row| row["test"] == test).collect();
        assert!(rows.iter().any(|row| row["name"] == best), "{test}: {rows:#?}");
        assert!(rows.iter().all(|row| row["seconds"].is_number()));
    }
    assert_eq!(row(&report, "L + src + tgt")["method"], "plain sum");
    let kept: Value = serde_json::from_str(&home.read("data/wasan/models/tuned.json")).expect("JSON");
    assert_eq!(kept["de-en"]["sum"], "L + src + tgt");
    let one_line = home.run(&words(&format!("{command} --limit 1")));
    assert_eq!(one_line.status, Some(2));
    assert!(one_line.err.contains("too few lines to search"), "{}", one_line.err);
}

/// The references are the translations of S_tgt alone, so that is the best sum by far.
#[test]
fn a_significantly_better_sum_is_saved_and_used() {
    let home = home();
    let translate = |recipe: &str, texts: &[&str]| {
        home.run_with_input(
            &["translate", "--from", "de", "--to", "en", "--recipe", recipe],
            texts.iter().map(|text| format!("{text}\n")).collect::<String>(),
        )
        .out
    };
    let references = translate("tgt", &GERMAN);
    let pairs: String =
        GERMAN.iter().zip(references.lines()).map(|(de, en)| format!("{de}\t{en}\n")).collect();
    home.write("tgt.tsv", &pairs);
    let command = "evaluate --from de --to en --sweep --tests tgt.tsv --json";
    let report = home.run(&words(command)).json();
    let found = &report["tuned"][0];
    assert_eq!((found["sum"].as_str(), found["best"].as_str()), (Some("tgt"), Some("tgt")), "{found:#}");
    let number = |field: &str| found[field].as_f64().expect("a number");
    assert!(number("bleu") > 99.9 && number("p_against_plain") < 0.05, "{found:#}");

    // The recipe is available to translations and further evaluations.
    let kept: Value = serde_json::from_str(&home.read("data/wasan/models/tuned.json")).expect("JSON");
    assert_eq!(kept["de-en"]["sum"], "tgt");
    let confidence = &kept["de-en"]["confidence"];
    assert_eq!(confidence, &found["confidence"]);
    assert_eq!((&confidence["test"], &confidence["against"]), (&found["test"], &"tgt".into()));
    assert_eq!((&confidence["difference"], &confidence["p_value"]), (&0.0.into(), &1.0.into()));
    assert_eq!(translate("tuned", &GERMAN[..2]), translate("tgt", &GERMAN[..2]));
    assert!(home.run_ok(&["models", "list"]).contains("tuned de-en: tgt (BLEU "));
    let again = home.run(&words(&command.replace("--sweep", "--recipes tuned"))).json();
    assert!(row(&again, "tuned")["bleu"].as_f64() > Some(99.9), "{again:#}");
    assert_eq!(home.run(&words("translate --from en --to de --recipe tuned Hello.")).status, Some(2));
}
