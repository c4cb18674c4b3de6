//! Sentences with those before them as context.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use translation::{ContrastCase, DecodeOptions, JobResult, SentenceStatus, Setup, Translator, contrast};

use crate::ask::{file, finished, pair, setup, setup_in, submit, text, translator, written};
use crate::queue::{Home, home};

const TEXT: &str = "# Wetter\n\nEs regnet. Tom ist müde.\n\nWo ist der Bahnhof?\n";

/// A home whose only imported model is a starter with this prompt.
fn with_prompt(prompt: &str) -> Home {
    let (folder, setup) = reader(prompt);
    Home { translator: Translator::start(setup, |_| {}), folder }
}

fn reader(prompt: &str) -> (tempfile::TempDir, Setup) {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("models/reader");
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/large");
    fs::create_dir_all(&model).expect("makes");
    for file in ["model.json", "model.safetensors", "tokenizer.json"] {
        fs::copy(starter.join(file), model.join(file)).expect("copies");
    }
    model_files::edit_info(&model, |info| info.prompt = Some(prompt.to_owned())).expect("edits");
    let setup = Setup {
        models: Some(folder.path().join("models")),
        recipe: Some("L".to_owned()),
        chosen: BTreeMap::from([("L".to_owned(), "reader".to_owned())]),
        ..setup_in(&folder.path().join("data"))
    };
    (folder, setup)
}

fn run(home: &Home, context: u32) -> JobResult {
    let source = home.folder.path().join("a.md");
    fs::write(&source, TEXT).expect("writes");
    let options = DecodeOptions { context, memory: false, ..DecodeOptions::default() };
    finished(&submit(&home.translator, "de-en", file(&source), options).1)
}

/// The source comes before its context, so that a model which translates all of its prompt still begins with the source.
const AFTER: &str = "<|begin_of_text|><|{from}|>{source}{if_context} {context}{end_context}<|{to}|>";

#[test]
fn a_sentence_is_reused_only_in_the_same_context() {
    let home = with_prompt(AFTER);
    let first = run(&home, 2);
    assert_eq!((first.segments, first.reused), (4, 0));
    let prompts = first.prompt_tokens;
    assert!(
        0 < first.context_tokens && first.context_tokens < prompts,
        "{} of {prompts}",
        first.context_tokens
    );
    let again = run(&home, 2);
    assert_eq!((again.reused, again.context_tokens, written(&again)), (4, 0, written(&first)));
    assert_eq!(run(&home, 0).reused, 1, "the title has no sentences before it");
    let one = run(&home, 1);
    assert_eq!(one.reused, 2, "the second sentence had only one before it");
    assert!(one.context_tokens < first.context_tokens);
    home.translator.stop();
}

#[test]
fn models_without_a_place_for_context_have_the_same_prompts_and_keys() {
    let home = home();
    let without = run(&home, 0);
    assert_eq!((without.reused, without.context_tokens), (0, 0));
    let with = run(&home, 5);
    assert_eq!((with.reused, with.context_tokens), (4, 0));
    home.translator.stop();
}

/// This model translates its context too, which the check of lengths finds.
#[test]
fn a_translation_that_fails_its_check_is_made_without_the_context() {
    let home = with_prompt("<|begin_of_text|><|{from}|>{if_context}{context} {end_context}{source}<|{to}|>");
    let long = "Das Wetter in den Bergen war gestern sehr schlecht, aber heute scheint wieder die Sonne.";
    let source = home.write("b.md", &format!("{long} {long} {long}\n\nJa.\n"));
    let options = DecodeOptions { memory: false, ..DecodeOptions::default() };
    let result = finished(&submit(&home.translator, "de-en", file(&source), options).1);
    let alone = finished(
        &submit(
            translator(),
            "de-en",
            file(&home.write("c.md", "Ja.\n")),
            DecodeOptions { recipe: Some("L".to_owned()), ..DecodeOptions::default() },
        )
        .1,
    );
    let [.., last] = &result.sentences[..] else { panic!("{result:?}") };
    assert_eq!(last.translation, alone.sentences[0].translation);
    assert_ne!(last.status, SentenceStatus::Kept);
    home.translator.stop();
}

#[test]
fn typed_sentences_of_starters_stay_what_they_are_alone() {
    let both = text(translator(), "de-en", "Es regnet. Tom ist müde.");
    let alone = text(translator(), "de-en", "Tom ist müde.").text;
    assert_eq!((both.context_tokens, both.sentences.get(1).map(|s| &s.translation)), (0, alone.as_ref()));
}

#[test]
fn cases_are_scored_without_and_with_their_context() {
    let case = ContrastCase {
        phenomenon: "a sentence".to_owned(),
        context: "Es regnet.".to_owned(),
        source: "Das Haus ist alt.".to_owned(),
        right: "The house is old.".to_owned(),
        wrong: vec!["The cat sleeps on a table.".to_owned(), "Old house is the.".to_owned()],
    };
    let swapped =
        ContrastCase { right: case.wrong[0].clone(), wrong: vec![case.right.clone()], ..case.clone() };
    let scored = |setup: &Setup| {
        let cases = [case.clone(), swapped.clone()];
        contrast(setup, &pair("de-en"), &setup.chosen, &cases, &mut |_| {}).expect("scores")
    };
    let (_folder, reader) = reader(AFTER);
    let [right, wrong] = scored(&reader)[..] else { panic!("two outcomes") };
    assert!(right.alone && !wrong.alone && 0 < right.context_tokens, "{right:?} {wrong:?}");
    let [right, wrong] = scored(&setup())[..] else { panic!("two outcomes") };
    assert!(right.alone && right.in_context && !wrong.alone && !wrong.in_context, "{right:?} {wrong:?}");
    assert_eq!(right.context_tokens, 0);
}
