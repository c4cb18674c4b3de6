//! The paper's data, as published.

use serde_json::Value;

use crate::training_home::{events, from_scratch, training_home};

fn read(events: &[Value], name: &str) -> u64 {
    let of = |event: &&Value| event["name"] == name;
    events
        .iter()
        .find(of)
        .and_then(|event| event["report"]["read"].as_u64())
        .unwrap_or_else(|| panic!("{events:?}"))
}

#[test]
fn pairs_are_sampled_and_some_of_them_used_as_text() {
    let home = training_home();
    let sampled = |out, seed| {
        let more = ["--sample", "90", "--sample-mono", "30", "--seed", seed, "--held-out", "0", "--json"];
        let mut arguments = from_scratch(out, &more);
        // Without --mono.
        let mono = arguments.iter().position(|argument| *argument == "--mono").expect("is there");
        arguments.drain(mono..mono + 2);
        let ended = home.run(&arguments);
        assert_eq!(ended.status, Some(0), "{}", ended.err);
        let texts = events(&ended.out, "text");
        assert_eq!((read(&texts, "de"), read(&texts, "pairs")), (30, 60));
        let stages = events(&ended.out, "step");
        assert!(stages.iter().any(|step| step["stage"] == "pretrain"));
        home.read(&format!("{out}/tokenizer.json"))
    };
    let first = sampled("one", "1");
    assert_eq!(first, sampled("same", "1"));
    assert_ne!(first, sampled("other", "2"));
}

#[test]
fn alt_is_read_by_its_splits() {
    let home = training_home();
    let phrases = crate::training_home::phrases();
    std::fs::create_dir(home.path().join("alt")).expect("a folder");
    // Articles of ten sentences: 1 to 9 to train on, 10 and 11 for the development split, 12 to test.
    let lines = |of: &dyn Fn(usize) -> String| -> String {
        (0..120).map(|at| format!("SNT.{}.{}\t{}\n", at / 10 + 1, at + 1, of(at))).collect()
    };
    home.write("alt/data_de.txt", lines(&|at| phrases[at].0.clone()));
    home.write("alt/data_en.txt", lines(&|at| phrases[at].1.clone()));
    let list = |articles: std::ops::RangeInclusive<usize>| -> String {
        articles.map(|article| format!("URL.{article}\thttp://example.org\n")).collect()
    };
    home.write("alt/URL-train.txt", list(1..=9));
    home.write("alt/URL-dev.txt", list(10..=11));
    home.write("alt/URL-test.txt", list(12..=12));
    let more = ["--mono", "alt-dev:alt", "--pairs", "alt-train:alt", "--test", "alt-test:alt", "--json"];
    let ended = home.run(&from_scratch("model", &more));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    let texts = events(&ended.out, "text");
    assert_eq!((read(&texts, "de"), read(&texts, "pairs")), (20, 90));
    assert!(ended.err.contains("none in alt-test:alt"), "{}", ended.err);
}
