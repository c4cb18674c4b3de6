//! `wasan models`: sets, get, find, test.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Home;

const VOCABULARY: usize = 64;
const HIDDEN: usize = 32;
const FEED_FORWARD: usize = 64;

/// A GGUF file of one layer whose weights are all zero, without a tokenizer.
fn gguf() -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut keys: Vec<Vec<u8>> = vec![
        [text("general.architecture"), 8u32.to_le_bytes().to_vec(), text("llama")].concat(),
        [text("general.name"), 8u32.to_le_bytes().to_vec(), text("Tiny")].concat(),
        [
            text("llama.attention.layer_norm_rms_epsilon"),
            6u32.to_le_bytes().to_vec(),
            1e-5f32.to_le_bytes().to_vec(),
        ]
        .concat(),
    ];
    for (key, value) in [
        ("llama.block_count", 1),
        ("llama.context_length", 128),
        ("llama.embedding_length", HIDDEN),
        ("llama.feed_forward_length", FEED_FORWARD),
        ("llama.attention.head_count", 2),
        ("llama.attention.head_count_kv", 2),
        ("tokenizer.ggml.eos_token_id", 1),
    ] {
        let number = [4u32.to_le_bytes(), (value as u32).to_le_bytes()].concat();
        keys.push([text(key), number].concat());
    }
    let (matrix, vector) = (|rows, columns| vec![columns, rows], |length| vec![length]);
    let tensors: Vec<(String, Vec<usize>)> = [
        ("token_embd", matrix(VOCABULARY, HIDDEN)),
        ("output_norm", vector(HIDDEN)),
        ("blk.0.attn_norm", vector(HIDDEN)),
        ("blk.0.ffn_norm", vector(HIDDEN)),
        ("blk.0.attn_q", matrix(HIDDEN, HIDDEN)),
        ("blk.0.attn_k", matrix(HIDDEN, HIDDEN)),
        ("blk.0.attn_v", matrix(HIDDEN, HIDDEN)),
        ("blk.0.attn_output", matrix(HIDDEN, HIDDEN)),
        ("blk.0.ffn_gate", matrix(FEED_FORWARD, HIDDEN)),
        ("blk.0.ffn_up", matrix(FEED_FORWARD, HIDDEN)),
        ("blk.0.ffn_down", matrix(HIDDEN, FEED_FORWARD)),
    ]
    .map(|(name, shape)| (format!("{name}.weight"), shape))
    .into();
    let mut bytes = [b"GGUF".to_vec(), 3u32.to_le_bytes().to_vec()].concat();
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend((keys.len() as u64).to_le_bytes());
    bytes.extend(keys.concat());
    let mut data = 0;
    for (name, shape) in &tensors {
        bytes.extend(text(name));
        bytes.extend((shape.len() as u32).to_le_bytes());
        shape.iter().for_each(|size| bytes.extend((*size as u64).to_le_bytes()));
        bytes.extend(0u32.to_le_bytes());
        bytes.extend((data as u64).to_le_bytes());
        data += 4 * shape.iter().product::<usize>();
    }
    bytes.resize(bytes.len().next_multiple_of(32) + data, 0);
    bytes
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("has one")).expect("makes");
    std::fs::write(path, bytes).expect("writes");
}

#[test]
fn sets_are_listed_with_their_fit() {
    let home = Home::new();
    let list = home.run_ok(&["models", "sets"]);
    for text in
        ["europe  Europe  (not installed)", "L + mt - base", "Apache-2.0", "memory", "wasan models get"]
    {
        assert!(list.contains(text), "{text}: {list}");
    }
    let overview = home.run(&["models", "sets", "--json"]).json();
    let sets = overview["sets"].as_array().expect("a list");
    let europe = sets.iter().find(|set| set["id"] == "europe").expect("is there");
    assert_eq!((&europe["installed"], &europe["recipes"][0]), (&false.into(), &"L + S".into()));
    assert_eq!(europe["members"][0]["model"]["repository"], "bartowski/EuroLLM-9B-Instruct-GGUF");
    assert_eq!(europe["state"]["missing"].as_array().map(Vec::len), Some(2));
    let fit = &europe["fit"];
    assert!(fit["total_bytes"].as_u64() > Some(7_000_000_000), "{fit}");
    assert!(
        ["fits", "tight", "does_not_fit"].contains(&fit["verdict"].as_str().unwrap_or_default()),
        "{fit}"
    );
    assert!(overview["machine"]["copy_bytes_per_s"].as_f64() > Some(0.0));
}

#[test]
fn errors_name_the_way_out() {
    let home = Home::new();
    let refused = |arguments: &[&str], status: i32, texts: &[&str]| {
        let ended = home.run_with("WASAN_FETCH", "/no/such/program", arguments);
        assert_eq!(ended.status, Some(status), "{}", ended.err);
        texts.iter().for_each(|text| assert!(ended.err.contains(text), "{text}: {}", ended.err));
    };
    refused(&["models", "get", "eurpe"], 2, &["eurpe", "Did you mean europe"]);
    // Nobody can be asked here.
    let shown = ["7.3 GB", "Apache License 2.0", "bartowski/EuroLLM-9B-Instruct-GGUF", "--yes"];
    refused(&["models", "get", "europe"], 2, &shown);
    refused(&["models", "get", "llama-3b"], 2, &["Llama 3.2 Community License", "limits who may use"]);
    refused(&["models", "get", "lightest", "--yes"], 1, &["/no/such/program", "--from"]);
    let missing = ["/no/such/folder", "EuroLLM-9B-Instruct-", "EuroLLM-1.7B-Instruct", "leave --from out"];
    refused(&["models", "get", "europe", "--yes", "--from", "/no/such/folder"], 1, &missing);
    refused(&["models", "test", "europe"], 3, &["eurollm-9b-instruct", "wasan models get europe"]);
    refused(&["models", "test", "nothing"], 2, &["nothing"]);
    refused(&["models", "find", "--take", "nothing", "--yes"], 2, &["nothing"]);
    assert_eq!(home.names("data/wasan/models"), [".downloads"]);
}

#[test]
fn a_model_of_another_program_is_found_and_taken() {
    let home = Home::new();
    let nothing = home.run_ok(&["models", "find"]);
    assert!(nothing.contains("No model"), "{nothing}");
    let file = home.path().join(".lmstudio/models/somebody/Tiny-GGUF/tiny.gguf");
    write(&file, &gguf());
    let found = home.run(&["models", "find", "--json"]).json();
    assert_eq!(
        (&found[0]["name"], &found[0]["repository"]),
        (&"tiny.gguf".into(), &"somebody/Tiny-GGUF".into())
    );
    assert!(home.run_ok(&["models", "find"]).contains("LM Studio"));
    let unasked = home.run(&["models", "find", "--take", "tiny.gguf"]);
    assert_eq!(unasked.status, Some(2), "{}", unasked.err);
    let taken = home.run(&["models", "find", "--take", "tiny.gguf", "--yes"]);
    assert_eq!(taken.status, Some(0), "{}", taken.err);
    assert!(file.exists(), "the original stays");
    let info = home.run(&["models", "info", "tiny", "--json"]).json();
    assert_eq!(info["info"]["repository"]["id"], "somebody/Tiny-GGUF");
}

#[test]
fn the_starters_are_tested() {
    let home = Home::new();
    let table = home.run_ok(&["models", "test", "de-en"]);
    assert!(table.contains("de-en") && table.contains("tokens/s"), "{table}");
    let results = home.run(&["models", "test", "en-de", "--json"]).json();
    let result = &results[0];
    assert_eq!(result["sentences"].as_array().map(Vec::len), Some(10));
    assert!(result["chrf"].as_f64() > result["unrelated_chrf"].as_f64(), "{result}");
    let none = home.run(&["models", "test", "de-cs"]);
    assert_eq!(none.status, Some(3), "{}", none.err);
}

/// A program in the place of `wasan-fetch` that answers each request with these commands.
#[cfg(unix)]
fn stand_in(home: &Home, commands: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = home.write("stand-in", format!("#!/bin/sh\nread -r request\n{commands}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("is ours");
    path
}

#[cfg(unix)]
#[test]
fn a_set_is_downloaded_and_a_gate_is_shown() {
    let home = Home::new();
    let page = "https://huggingface.co/mmnga-o/CAT-Translate-0.8b-gguf";
    let closed = format!(
        r#"echo '{{"event":"failed","code":"gated","message":"the model is closed","hint":"Accept its terms:","file":null,"page":"{page}"}}'; exit 1"#
    );
    let get = ["models", "get", "light-japanese", "--yes", "--no-test"];
    let ended = home.run_with("WASAN_FETCH", stand_in(&home, &closed), &get);
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.err.contains("the model is closed") && ended.err.contains(page), "{}", ended.err);

    let bytes = gguf();
    let source = home.write("served.gguf", &bytes);
    let hash = "ab".repeat(32);
    let file = "CAT-Translate-0.8b-Q8_0.gguf";
    let folder = home.path().join("data/wasan/models/.downloads/light-japanese");
    let good = format!(
        r#"cp '{}' '{}/{file}'
echo '{{"event":"file_done","file":"{file}","sha256":"{hash}","commit":null,"bytes":{}}}'
echo '{{"event":"done"}}'"#,
        source.display(),
        folder.display(),
        bytes.len()
    );
    let ended = home.run_with("WASAN_FETCH", stand_in(&home, &good), &[&get[..], &["--json"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    let events: Vec<Value> =
        ended.out.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    assert!(events.iter().any(|event| event["event"] == "importing"), "{}", ended.out);
    assert_eq!(events.last().expect("one")["event"], "imported");
    let overview = home.run(&["models", "sets", "--json"]).json();
    let sets = overview["sets"].as_array().expect("a list");
    let light = sets.iter().find(|set| set["id"] == "light-japanese").expect("is there");
    assert_eq!((&light["installed"], &light["unfinished"]), (&true.into(), &Value::Null));
    let info = home.run(&["models", "info", "cat-translate-0.8b", "--json"]).json();
    assert_eq!(info["info"]["licence"], "MIT");
    assert_eq!(info["info"]["repository"]["id"], "mmnga-o/CAT-Translate-0.8b-gguf");
}
