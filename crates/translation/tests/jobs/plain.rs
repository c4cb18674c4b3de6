//! Models whose prompt has no token that ends an answer: the line's end does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use translation::{DecodeOptions, Setup, Translator};

use crate::ask::{file, finished, setup, submit, written};

/// A copy of a starter model that says a line end where the starter says its end token.
fn plain(folder: &Path, name: &str, after_prompt: &str) -> PathBuf {
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter").join(name);
    let copy = folder.join(name);
    fs::create_dir(&copy).expect("creates");
    fs::copy(starter.join("model.safetensors"), copy.join("model.safetensors")).expect("copies");
    let change = |file: &str, change: &dyn Fn(&mut Value)| {
        let text = fs::read_to_string(starter.join(file)).expect("reads");
        let mut value = serde_json::from_str(&text).expect("JSON");
        change(&mut value);
        fs::write(copy.join(file), value.to_string()).expect("writes");
    };
    let line_end = "\u{10a}";
    let mut end = (String::new(), json!(null), json!(null));
    let text = fs::read_to_string(starter.join("tokenizer.json")).expect("reads");
    let tokenizer: Value = serde_json::from_str(&text).expect("JSON");
    let info: Value =
        serde_json::from_str(&fs::read_to_string(starter.join("model.json")).expect("reads")).expect("JSON");
    for token in tokenizer["added_tokens"].as_array().expect("a list") {
        if token["id"] == info["end_tokens"][0] {
            let name = token["content"].as_str().expect("a text").to_owned();
            end = (name, token["id"].clone(), tokenizer["model"]["vocab"][line_end].clone());
        }
    }
    let (name, end, line) = end;
    change("tokenizer.json", &|tokenizer| {
        tokenizer["model"]["vocab"][&name] = line.clone();
        tokenizer["model"]["vocab"][line_end] = end.clone();
        let tokens = tokenizer["added_tokens"].as_array_mut().expect("a list");
        tokens.iter_mut().filter(|token| token["id"] == end).for_each(|token| token["id"] = line.clone());
    });
    change("model.json", &|info| {
        info["end_tokens"] = json!([line]);
        info["prompt"] = json!(info["prompt"].as_str().expect("a prompt").to_owned() + after_prompt);
    });
    copy
}

/// Attention locates the bold words, also where a line end ends the output.
#[test]
fn markup_finds_its_words_in_answers_that_end_at_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "Gestern habe ich **meiner Mutter** einen Brief geschrieben.\n\n\
                Heute gehe ich mit Maria in die **Schule**.\n\nTom trinkt *Kaffee*.\n\nIch brauche deine *Hilfe*.\n";
    let translate = |name: &str, large: &str, target: &str| {
        let source = folder.path().join(name);
        fs::write(&source, text).expect("writes");
        let chosen =
            BTreeMap::from([("L".to_owned(), large.to_owned()), ("tgt".to_owned(), target.to_owned())]);
        // Enough for its prompt to decide how answers end, too little to change them.
        let recipe = Some("L + 0.01*tgt".to_owned());
        let translator = Translator::start(Setup { chosen, recipe, ..setup() }, |_| {});
        let result = finished(&submit(&translator, "de-en", file(&source), DecodeOptions::default()).1);
        translator.stop();
        String::from_utf8(written(&result)).expect("is text")
    };
    let path = |path: PathBuf| path.to_string_lossy().into_owned();
    let expected = translate("a.md", "starter-large", "starter-small-en");
    let (large, target) = (plain(folder.path(), "large", ""), plain(folder.path(), "small-en", ":"));
    assert_eq!(translate("b.md", &path(large), &path(target)), expected);
    assert!(expected.contains('*'), "{expected}");
}
