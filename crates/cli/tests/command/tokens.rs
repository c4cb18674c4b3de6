//! `wasan tokens`, and `wasan models import --tokenizer`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Home;

fn starter_tokenizer() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/large/tokenizer.json")
}

fn fixture(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests with `cargo xtask test`, which fetches it")
    })
}

#[test]
fn ids_and_decoded_texts() {
    let home = Home::new();
    let from_arguments = home.run_ok(&["tokens", "--model", "starter-large", "Es regnet.", ""]);
    let (ids, decoded) =
        from_arguments.lines().next().expect("a line").split_once('\t').expect("two columns");
    // The starter models' tokenizer puts a space before a text.
    assert_eq!(decoded, " Es regnet.");
    assert!(ids.split(' ').all(|id| id.parse::<u32>().is_ok()), "{ids}");
    assert_eq!(from_arguments.lines().nth(1), Some("\t"));

    let lines = home.run_with_input(&["tokens", "--model", "starter-large"], "Es regnet.\n");
    assert_eq!((lines.status, lines.out.lines().next()), (Some(0), from_arguments.lines().next()));

    let json = home.run_ok(&["tokens", "--model", "starter-large", "--json", "Es regnet.", "a\tb"]);
    let json: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&json[0]["text"], &json[1]["decoded"]), (&"Es regnet.".into(), &" a\tb".into()));
    let same: Vec<String> =
        json[0]["ids"].as_array().expect("a list").iter().map(ToString::to_string).collect();
    assert_eq!(same.join(" "), ids);
}

#[test]
fn a_model_is_not_imported_to_see_its_tokens() {
    let home = Home::new();
    let folder = home.path().join("folder");
    std::fs::create_dir(&folder).expect("makes a folder");
    std::fs::copy(starter_tokenizer(), folder.join("tokenizer.json")).expect("copies");
    let known = home.run_ok(&["tokens", "--model", "starter-large", "Guten Tag"]);
    assert_eq!(home.run_ok(&["tokens", "--model", "folder", "Guten Tag"]), known);
    assert_eq!(home.run_ok(&["tokens", "--model", "folder/tokenizer.json", "Guten Tag"]), known);
    let gguf = home.run_ok(&["tokens", "--model", &fixture("WASAN_SMOLLM2"), "<|im_end|>\u{1F642}"]);
    let (ids, decoded) = gguf.trim_end().split_once('\t').expect("two columns");
    assert_eq!(decoded, "<|im_end|>\u{1F642}");
    assert!(ids.split(' ').count() > 5, "a text does not become a special token: {ids}");

    for (model, status) in [("no-such-model", 3), ("folder/none.json", 3), (".", 3)] {
        let ended = home.run(&["tokens", "--model", model, "x"]);
        assert_eq!(ended.status, Some(status), "{model}: {}", ended.err);
    }
    let ended = home.run_with_input(&["tokens", "--model", "folder"], b"gut\n\xFF\n");
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.out.ends_with("\t gut\n") && ended.err.contains("line 2"), "{} {}", ended.out, ended.err);
}

#[test]
fn a_tokenizer_is_given_at_the_import() {
    let home = Home::new();
    let folder = crate::models::hugging_face(&home, "tiny", crate::models::TINY);
    std::fs::remove_file(folder.join("tokenizer.json")).expect("removes");
    let import = |name: &str, tokenizer: &str| {
        let prompt = "<|begin_of_text|>{source}<|en|>";
        let options = ["--name", name, "--prompt", prompt, "--tokenizer", tokenizer];
        home.run(&[&["models", "import", "tiny"][..], &options].concat())
    };
    let ended = import("tiny", &starter_tokenizer().to_string_lossy());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert_eq!(
        home.run_ok(&["tokens", "--model", "tiny", "Guten Tag"]),
        home.run_ok(&["tokens", "--model", "starter-large", "Guten Tag"])
    );
    let ended = import("other", &fixture("WASAN_LLAMA3_TOKENIZER"));
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.err.contains("does not belong to this model"), "{}", ended.err);
    assert_eq!(import("none", "no-such-file.json").status, Some(1));
    assert_eq!(home.names("data/wasan/models"), ["tiny"]);
}
