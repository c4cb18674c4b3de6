//! Refused arguments, and their messages.

use std::path::Path;

use serde_json::Value;

use crate::program::Home;
use crate::{home, words};

fn refused(home: &Home, command: &str, status: i32, messages: &[&str]) {
    let ended = home.run(&words(command));
    assert_eq!((ended.status, ended.out.as_str()), (Some(status), ""), "{command}: {}", ended.err);
    for part in messages {
        assert!(ended.err.contains(part), "{command}: {part}: {}", ended.err);
    }
}

#[test]
fn invalid_files() {
    let home = home();
    home.write("three.txt", "a\nb\nc\n");
    home.write("two.txt", "a\nb\n");
    home.write("latin1.txt", b"M\xfcde.\nb\nc\n");
    home.write("empty.txt", "");
    let score = |rest: &str| format!("evaluate --references three.txt {rest}");
    let cases: [(&str, i32, &[&str]); 6] = [
        ("--hypotheses x=two.txt", 2, &["two.txt has 2 lines where three.txt has 3", "lost or split"]),
        ("--references two.txt --hypotheses x=three.txt", 2, &["two.txt has 2 lines"]),
        ("--hypotheses x=three.txt --source two.txt", 2, &["two.txt has 2 lines"]),
        ("--hypotheses x=none.txt", 1, &["none.txt", "check that it exists"]),
        ("--hypotheses x=latin1.txt", 1, &["latin1.txt", "UTF-8"]),
        ("--hypotheses x=three.txt --tokenizer klingon", 2, &["klingon", "ja-mecab"]),
    ];
    for (rest, status, messages) in cases {
        refused(&home, &score(rest), status, messages);
    }
    refused(&home, "evaluate --references empty.txt --hypotheses x=empty.txt", 1, &["no hypotheses"]);
    refused(&home, "evaluate --references three.txt", 2, &["--hypotheses"]);
    refused(&home, "evaluate", 2, &["--references", "--tests"]);
}

#[test]
fn missing_test_sets() {
    let home = home();
    home.write("words.txt", "no tab\nhere\n");
    home.write("four.txt", "a\nb\nc\nd\n");
    let test = |rest: &str| format!("evaluate --from de --to en --tests {rest}");
    let cases: [(&str, i32, &[&str]); 8] = [
        ("ALT", 2, &["ALT", "URL-test.txt"]),
        ("newstest2018", 2, &["newstest2018-deen-src.de.sgm", "newstest2018-deen-ref.en.sgm"]),
        ("none.tsv", 2, &["none.tsv", "TSV"]),
        ("set=.", 2, &["no test set for de-en", "set-deen-src.de.sgm"]),
        ("words.txt", 1, &["words.txt", "tab between source and target"]),
        ("pairs.tsv --hypotheses x=four.txt", 2, &["four.txt has 4 lines where pairs.tsv has 6"]),
        ("pairs.tsv pairs.tsv --hypotheses x=four.txt", 2, &["one test set"]),
        ("pairs.tsv --out .", 2, &["choose another", "does not exist"]),
    ];
    for (rest, status, messages) in cases {
        let ended = home.run(&words(&test(rest)));
        assert_eq!((ended.status, ended.out.as_str()), (Some(status), ""), "{rest}: {}", ended.err);
        for part in messages {
            assert!(ended.err.to_lowercase().contains(&part.to_lowercase()), "{rest}: {part}: {}", ended.err);
        }
    }
    refused(&home, "evaluate --tests pairs.tsv", 2, &["--from", "--to"]);
    refused(&home, "evaluate --tests pairs.tsv --from de --to de", 2, &["same language"]);
}

#[test]
fn invalid_recipes_and_models() {
    let home = home();
    std::fs::create_dir(home.path().join("folder")).expect("makes a folder");
    home.write("folder/config.json", "");
    let test = |rest: &str| format!("evaluate --from de --to en --tests pairs.tsv {rest}");
    let cases: [(&str, i32, &[&str]); 11] = [
        ("--recipes L++src", 2, &["«»", "Presets"]),
        ("--recipes klingon", 2, &["klingon", "wasan models list"]),
        ("--recipes proxy", 3, &["S_MT", "proxy", "--models S_MT=MODEL"]),
        ("--recipes tuned", 2, &["there is no tuned recipe for de-en"]),
        ("--models X=starter-large", 2, &["this role: X", "S_TGT"]),
        ("--models L=starter-large L=starter-large", 2, &["two models have the role L"]),
        ("--models L=klingon", 3, &["klingon", "wasan models list"]),
        ("--models L=folder", 2, &["not imported", "wasan models import folder"]),
        ("--models klingon", 2, &["no folder of imported models: klingon"]),
        ("--models L=starter-large --recipes collab", 3, &["S_SRC"]),
        ("--models L=starter-large --sweep", 2, &["no weights to search"]),
    ];
    for (rest, status, messages) in cases {
        refused(&home, &test(rest), status, messages);
    }
    refused(&home, &test("--adapter no-such-adapter"), 3, &["no-such-adapter"]);
    refused(&home, "evaluate --from de --to fr --tests pairs.tsv", 3, &["de-fr"]);
    assert_eq!(home.names("data/wasan/models"), [""; 0], "nothing was saved");
}

/// The tokenizers are compared when models are loaded together.
#[test]
fn models_with_different_vocabularies() {
    let home = home();
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter");
    let other = home.path().join("other");
    std::fs::create_dir(&other).expect("makes a folder");
    for file in ["model.json", "model.safetensors"] {
        std::fs::copy(starter.join("small-en").join(file), other.join(file)).expect("copies");
    }
    let text = std::fs::read_to_string(starter.join("large/tokenizer.json")).expect("reads");
    let mut tokenizer: Value = serde_json::from_str(&text).expect("JSON");
    // Swaps two tokens.
    for id in tokenizer["model"]["vocab"].as_object_mut().expect("a vocabulary").values_mut() {
        match id.as_u64() {
            Some(300) => *id = 301.into(),
            Some(301) => *id = 300.into(),
            _ => {}
        }
    }
    std::fs::write(other.join("tokenizer.json"), tokenizer.to_string()).expect("writes");
    refused(
        &home,
        "evaluate --from de --to en --tests pairs.tsv --models L=starter-large S_TGT=other --recipes L+S_TGT",
        3,
        &[
            "300",
            "These fit starter-large: starter-small-de, starter-small-en, starter-small-ja.",
            "Choose models of one family",
        ],
    );
}

#[cfg(not(feature = "bertscore"))]
#[test]
fn a_program_without_bertscore_names_the_build_option() {
    let home = home();
    home.write("a.txt", "a\n");
    refused(
        &home,
        "evaluate --references a.txt --hypotheses x=a.txt --bertscore encoder",
        2,
        &["without BERTScore", "--features bertscore"],
    );
}
