//! The starter models with the paper's recipes. The tests do not depend on the translations' quality.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{home, row, words};

/// Recipes that three models allow.
const POSSIBLE: [&str; 9] = [
    "L",
    "L + S_SRC",
    "L + S_TGT",
    "L + ½S_SRC + ½S_TGT",
    "L + S_SRC + S_TGT",
    "S_SRC",
    "S_TGT",
    "gated",
    "best",
];

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().expect("a list").iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

#[test]
fn every_recipe_that_the_starter_models_allow_is_a_row() {
    let home = home();
    home.write("theirs.txt", "It's raining.\n".repeat(6));
    let command = "evaluate --from de --to en --tests set=pairs.tsv --hypotheses theirs.txt --recipes all --out kept --json";
    let report = home.run(&words(command)).json();
    assert_eq!(names(&report["rows"]), POSSIBLE.into_iter().chain(["theirs"]).collect());
    let left_out: BTreeSet<&str> = names(&report["left_out"]);
    assert_eq!(left_out.len(), 17 - POSSIBLE.len(), "{left_out:?}");
    for (name, role) in [("S", "S"), ("L_MT", "L_MT"), ("L + (S_MT − S)", "S_MT"), ("L + (S_SRC − S)", "S")]
    {
        let reason = &report["left_out"].as_array().expect("a list").iter().find(|row| row["name"] == name);
        let reason = reason.expect(name)["reason"].as_str().expect("a reason");
        assert!(reason.contains(&format!("role {role} (")), "{name}: {reason}");
    }

    // The saved translations get the same scores without models.
    let kept = home.names("kept");
    let file = |part: &str| {
        let name = kept.iter().find(|name| name.contains(part)).unwrap_or_else(|| panic!("{part}: {kept:?}"));
        format!("kept/{name}")
    };
    let (reference, collab) = (file("reference"), file(".L___S_SRC___S_TGT."));
    let again = home
        .run(&["evaluate", "--json", "--references", &reference, "--hypotheses", &format!("x={collab}")])
        .json();
    let ours = row(&report, "L + S_SRC + S_TGT");
    assert_eq!((&ours["bleu"], &ours["chrf"]), (&row(&again, "x")["bleu"], &row(&again, "x")["chrf"]));
    assert_eq!(ours["method"], "Collab-MT");
    assert!(ours["seconds"].as_f64().is_some_and(|s| s > 0.0));
    assert!(ours["tokens_per_second"].as_f64().is_some_and(|rate| rate > 0.0));
    assert!(ours.get("paper").is_none(), "the starter models have no size of the paper's");

    // Significance is tested against the best single model.
    let alone =
        ["L", "S_SRC", "S_TGT"].map(|name| (row(&report, name)["bleu"].as_f64().expect("BLEU"), name));
    let baseline = ours["baseline"].as_str().expect("a baseline");
    let best = alone.iter().map(|(bleu, _)| *bleu).fold(f64::NEG_INFINITY, f64::max);
    assert!(alone.contains(&(best, baseline)), "{baseline} of {alone:?}");
    assert!(row(&report, baseline).get("p_value").is_none());
    assert!(row(&report, "theirs")["p_value"].is_number());

    // The translations equal those of `wasan translate`.
    let sources = home.read(&file("source"));
    let translated = home.run_with_input(&words("translate --from de --to en --recipe collab"), &sources);
    assert_eq!(home.read(&collab), translated.out);
}

#[test]
fn both_directions_and_named_models_swap_the_specialists() {
    let home = home();
    let command = "evaluate --from de --to en --both --tests pairs.tsv --limit 2 --seed 3 --recipes src,collab --json --out kept \
        --models L=starter-large S_SRC=starter-small-de S_TGT=starter-small-en";
    let report = home.run(&words(command)).json();
    home.write("back.tsv", crate::PAIRS.map(|(de, en)| format!("{en}\t{de}\n")).concat());
    let plain = home.run(&words(
        "evaluate --from en --to de --tests back.tsv --limit 2 --seed 3 --recipes src,collab --json",
    ));
    let of = |report: &Value, from: &str| -> Vec<Value> {
        let rows = report["rows"].as_array().expect("rows").iter().filter(|row| row["from"] == from);
        rows.map(|row| Value::from(vec![row["name"].clone(), row["bleu"].clone(), row["sentences"].clone()]))
            .collect()
    };
    assert_eq!(of(&report, "de").len(), 2);
    assert_eq!(of(&report, "en"), of(&plain.json(), "en"));
    let went_in = home.read("kept/pairs.en-de.source.txt");
    assert!(went_in.lines().all(|line| crate::PAIRS.iter().any(|(_, en)| *en == line)), "{went_in}");

    let wrong = home.run(&words("evaluate --from en --to de --tests pairs.tsv --recipes collab"));
    assert_eq!(wrong.status, Some(2), "{}", wrong.err);
    assert!(wrong.err.contains("pairs.tsv is in the language of --to"), "{}", wrong.err);
}

#[test]
fn the_users_glossary_is_not_measured() {
    let home = home();
    home.write("terms.csv", "de,en\nBahnhof,airport\n");
    let measured = || {
        let command = "evaluate --from de --to en --tests pairs.tsv --recipes collab --json";
        let report = home.run(&words(command)).json();
        let row = row(&report, "collab");
        (row["bleu"].clone(), row["chrf"].clone())
    };
    let translated = || home.run(&["translate", "--from", "de", "--to", "en", "Wo ist der Bahnhof?"]).out;
    let before = (measured(), translated());
    home.run_ok(&words("glossary import terms.csv --from de --to en"));
    assert_eq!(measured(), before.0);
    assert_ne!(translated(), before.1, "a translation must use the term, or this test shows nothing");
}

#[test]
fn markdown_shows_the_papers_tables_and_what_is_missing() {
    let home = home();
    let ended = home.run(&words("evaluate --from de --to en --tests set=pairs.tsv --limit 2"));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    for part in [
        "## set, de → en: 2 of 6 sentences",
        "### Table 2: ",
        "### Table 6: ",
        "| L + S_SRC + S_TGT | Collab-MT |",
        "| gated | gated sum |",
        "| best | noisy-channel choice |",
        "The choice between L + src + tgt and its branches: ",
        "- S_MT: no model has the role S_MT",
    ] {
        assert!(ended.out.contains(part), "{part}: {}", ended.out);
    }
    assert!(ended.err.contains("set, de-en, L + S_SRC: BLEU"), "{}", ended.err);
}

#[cfg(unix)]
#[test]
fn ctrl_c_prints_the_finished_rows() {
    use std::io::{BufRead, BufReader, Read};
    let home = home();
    home.write("long.tsv", "Das Wetter ist heute schön.\tThe weather is nice.\n".repeat(400));
    let mut child = home.start(&words("evaluate --from de --to en --tests pairs.tsv,long.tsv --json"));
    let mut progress = BufReader::new(child.stderr.take().expect("is piped"));
    let mut line = String::new();
    progress.read_line(&mut line).expect("the first row");
    crate::program::interrupt(&child);
    let drained = std::thread::spawn(move || drop(progress.read_to_string(&mut String::new())));
    let ended = crate::program::ProgramResult::from(child.wait_with_output().expect("ends"));
    drained.join().expect("ends with the program");
    assert_eq!(ended.status, Some(130), "{line}");
    let report = ended.json();
    assert_eq!(report["cut_short"], true);
    let rows = report["rows"].as_array().expect("rows");
    let name = rows[0]["name"].as_str().expect("a name");
    assert!(line.contains(&format!("{name}: BLEU")), "{line}: {name}");
    assert!(rows.iter().filter(|row| row["test"] == "long").count() < 2, "not all of it was translated");
}
