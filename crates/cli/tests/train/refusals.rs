//! Refused texts, models and arguments: a message, and no incomplete files.

use crate::program::Home;
use crate::training_home::{from_scratch, refused, training_home, words};

#[test]
fn broken_texts_are_refused_by_name() {
    let home = training_home();
    home.write("uneven.de", "Ein Satz.\nNoch einer.\n");
    home.write("uneven.en", "One sentence.\n");
    home.write(
        "broken.tmx",
        "<?xml version=\"1.0\"?><tmx version=\"1.4\"><body><tu><tuv xml:lang=\"de\"><seg>x</tu>",
    );
    home.write("columns.tsv", "ohne Tabulator\n".repeat(50));
    home.write("binary.tsv", b"a\0b\tc\n");
    let cases = [
        ("uneven.{de,en}", "the same number of lines"),
        ("broken.tmx", "TMX"),
        ("columns.tsv", "no column"),
        ("binary.tsv", "binary"),
        ("missing.tsv", "missing.tsv"),
    ];
    for (pairs, message) in cases {
        let ended = home.run(&from_scratch("model", &["--pairs", pairs]));
        refused(&home, &ended, 1, message, "model");
    }
}

#[test]
fn broken_models_are_refused_by_name() {
    let home = training_home();
    home.run_ok(&from_scratch("base", &[]));
    home.write(
        "wide.toml",
        "vocabulary = 420\n[small]\nhidden_size = 65536\nlayers = 512\nheads = 512\nkv_heads = 8\n\
        head_dim = 128\nfeed_forward = 262144\n",
    );
    home.write(
        "odd.toml",
        "vocabulary = 420\n[small]\nhidden_size = 64\nlayers = 1\nheads = 3\nkv_heads = 2\n\
        head_dim = 32\nfeed_forward = 128\n",
    );
    home.write("wrong.toml", "vocabulary = \"many\"\n");
    let scratch = |config: &str| home.run(&from_scratch("model", &["--from-scratch", config]));
    refused(&home, &scratch("wide.toml"), 1, "MiB of memory", "model");
    refused(&home, &scratch("odd.toml"), 1, "multiple of key-value heads", "model");
    refused(&home, &scratch("wrong.toml"), 1, "wrong.toml", "model");

    let further = |home: &Home, more: &[&str]| {
        let common = [
            "train",
            "--from",
            "de",
            "--to",
            "en",
            "--side",
            "source",
            "--pairs",
            "pairs.tsv",
            "--out",
            "model",
        ];
        home.run(&[&common[..], more].concat())
    };
    refused(&home, &further(&home, &["--base", "nowhere"]), 1, "nowhere", "model");
    refused(&home, &further(&home, &["--base", "base", "--prompt", "<|fr|>{source}"]), 2, "<|fr|>", "model");
    if !cfg!(feature = "train-cuda") {
        let ended = further(&home, &["--base", "base", "--device", "cuda"]);
        refused(&home, &ended, 1, "--features train-cuda", "model");
    }
    // Another model's tokenizer: more tokens than the embedding has rows.
    let mut tokenizer: serde_json::Value =
        serde_json::from_str(&home.read("base/tokenizer.json")).expect("JSON");
    let added = tokenizer["added_tokens"].as_array_mut().expect("a list");
    let mut token = added[0].clone();
    (token["id"], token["content"]) = (5000.into(), "<|another|>".into());
    added.push(token);
    home.write("base/tokenizer.json", tokenizer.to_string());
    refused(&home, &further(&home, &["--base", "base"]), 1, "does not belong to this model", "model");
}

#[test]
fn an_invalid_command_line_is_status_2() {
    let home = training_home();
    let cases: [(&[&str], &str); 6] = [
        (&["--learning-rate", "0"], "--learning-rate"),
        (&["--warm-up", "2"], "--warm-up"),
        (&["--lora", "4"], "--lora"),
        (&["--stage", "distil"], "distil"),
        (&["--to", "de"], "same language"),
        (&["--context", "1"], "--context"),
    ];
    for (more, message) in cases {
        refused(&home, &home.run(&from_scratch("model", more)), 2, message, "model");
    }
    let ended = home
        .run(&["train", "--from", "de", "--to", "en", "--base", "x", "--side", "source", "--out", "model"]);
    refused(&home, &ended, 2, "--mono or --pairs", "model");
    let pair = "train pair --from de --to en --pairs pairs.tsv --from-scratch shape.toml --mono-from de.txt --out model";
    let ended = home.run(&words(pair));
    refused(&home, &ended, 2, "--mono-to", "model");
    for command in [&["train"][..], &["train", "pair"], &["train", "plan"]] {
        assert!(home.run_ok(&[command, &["--help"]].concat()).contains("Usage: wasan train"));
    }
}

#[test]
fn swapped_columns_are_refused() {
    let home = training_home();
    let pairs = [
        ("The weather is nice today.", "Das Wetter ist heute schön."),
        ("I would like a glass of water.", "Ich möchte ein Glas Wasser."),
        ("Where is the station, please?", "Wo ist bitte der Bahnhof?"),
    ];
    home.write("swapped.tsv", pairs.map(|(en, de)| format!("{en}\t{de}\n")).concat());
    for option in ["--pairs", "--test", "--held-out"] {
        let ended = home.run(&from_scratch("model", &[option, "swapped.tsv"]));
        refused(&home, &ended, 2, "swapped.tsv is in the language of --to", "model");
    }
}

#[test]
fn numbers_that_are_not_finite_end_the_run_without_a_checkpoint() {
    let home = training_home();
    let ended = home.run(&from_scratch("model", &["--learning-rate", "1e30", "--warm-up", "0"]));
    refused(&home, &ended, 1, "not finite", "model");
}

#[test]
fn sentences_of_a_test_set_are_left_out() {
    let home = training_home();
    let pairs = home.read("pairs.tsv");
    home.write("test.tsv", pairs.lines().take(30).map(|line| format!("{line}\n")).collect::<String>());
    let ended = home.run(&from_scratch("model", &["--test", "test.tsv"]));
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.contains("30 in test.tsv, dropped"), "{}", ended.err);
    assert!(ended.err.contains("180 read, 150 kept"), "{}", ended.err);
}

/// Limits the file size to a few kilobytes.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_incomplete_model() {
    let home = training_home();
    let wasan = env!("CARGO_BIN_EXE_wasan");
    let run = |out: &str| {
        let arguments = from_scratch(out, &[]).join(" ");
        let script = format!("trap '' XFSZ; ulimit -f 64; exec {wasan} {arguments}");
        let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(home.path()).output();
        crate::program::ProgramResult::from(output.expect("sh is there"))
    };
    let ended = run("model");
    refused(&home, &ended, 1, "cannot write", "model");
}
