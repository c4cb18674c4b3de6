//! `wasan models`: list, info, import, remove.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::program::Home;

/// Sizes of a Llama that has the starter models' vocabulary.
#[derive(Clone, Copy)]
pub struct Sizes {
    hidden: usize,
    feed_forward: usize,
    layers: usize,
}

pub const TINY: Sizes = Sizes { hidden: 32, feed_forward: 64, layers: 1 };
const VOCABULARY: usize = 8192;

impl Sizes {
    // Name and shape of every tensor, in Hugging Face's names.
    fn tensors(self) -> Vec<(String, Vec<usize>)> {
        let Self { hidden, feed_forward, layers } = self;
        let mut all = vec![
            ("model.embed_tokens.weight".to_owned(), vec![VOCABULARY, hidden]),
            ("model.norm.weight".to_owned(), vec![hidden]),
        ];
        for layer in 0..layers {
            let of_layer = [
                ("input_layernorm", vec![hidden]),
                ("post_attention_layernorm", vec![hidden]),
                ("self_attn.q_proj", vec![hidden, hidden]),
                ("self_attn.k_proj", vec![hidden, hidden]),
                ("self_attn.v_proj", vec![hidden, hidden]),
                ("self_attn.o_proj", vec![hidden, hidden]),
                ("mlp.gate_proj", vec![feed_forward, hidden]),
                ("mlp.up_proj", vec![feed_forward, hidden]),
                ("mlp.down_proj", vec![hidden, feed_forward]),
            ];
            let named = |(name, shape)| (format!("model.layers.{layer}.{name}.weight"), shape);
            all.extend(of_layer.map(named));
        }
        all
    }
}

// A Hugging Face folder whose weights are all zero, which takes no space on most disks.
pub fn hugging_face(home: &Home, name: &str, sizes: Sizes) -> PathBuf {
    let folder = home.path().join(name);
    std::fs::create_dir(&folder).expect("makes a folder");
    let file = |name: &str| folder.join(name);
    let config = json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "vocab_size": VOCABULARY, "hidden_size": sizes.hidden, "intermediate_size": sizes.feed_forward,
        "num_hidden_layers": sizes.layers, "num_attention_heads": sizes.hidden / 16, "num_key_value_heads": sizes.hidden / 16,
        "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "tie_word_embeddings": true, "bos_token_id": 0, "eos_token_id": 1,
    });
    std::fs::write(file("config.json"), config.to_string()).expect("writes");
    let (mut header, mut bytes) = (Map::new(), 0);
    for (name, shape) in sizes.tensors() {
        let end = bytes + 2 * shape.iter().product::<usize>();
        header.insert(name, json!({"dtype": "BF16", "shape": shape, "data_offsets": [bytes, end]}));
        bytes = end;
    }
    let header = Value::from(header).to_string();
    let start = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    std::fs::write(file("model.safetensors"), &start).expect("writes");
    let weights = std::fs::File::options().append(true).open(file("model.safetensors")).expect("opens");
    weights.set_len((start.len() + bytes) as u64).expect("grows");
    let tokenizer = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/large/tokenizer.json");
    std::fs::copy(tokenizer, file("tokenizer.json")).expect("copies");
    folder
}

const PROMPT: &str = "<|begin_of_text|><|{from}|>{source}<|{to}|>";

#[test]
fn a_model_is_imported_used_and_removed() {
    let home = Home::new();
    hugging_face(&home, "tiny", TINY);
    let import = ["models", "import", "tiny", "--bits", "q8", "--licence", "MIT", "--prompt", PROMPT];
    let ended = home.run(&[&import[..], &["--name", "Tiny-1.0"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.contains("imported Tiny-1.0 (q8)"), "{}", ended.err);

    let listed = home.run(&["models", "list", "--json"]).json();
    let names: Vec<_> =
        listed.as_array().expect("a list").iter().map(|model| model["name"].clone()).collect();
    assert_eq!(
        names,
        ["Tiny-1.0", "starter-large", "starter-small-de", "starter-small-en", "starter-small-ja"]
    );
    let list = home.run_ok(&["models", "list"]);
    assert!(list.contains("Tiny-1.0") && list.contains("pairs: ") && list.contains("de-en"), "{list}");

    let info = home.run(&["models", "info", "Tiny-1.0", "--json"]).json();
    assert_eq!((&info["info"]["licence"], &info["info"]["prompt"]), (&"MIT".into(), &PROMPT.into()));
    assert_eq!(info["info"]["architecture"]["hidden_size"], TINY.hidden);
    assert!(home.run_ok(&["models", "info", "Tiny-1.0"]).contains("MIT"));

    // Constant logits do not change the choice of tokens.
    let sum = ["--recipe", "L + src + tgt + base", "--base", "Tiny-1.0", "Tom ist müde."];
    assert_eq!(
        home.run_ok(&[&["translate", "--from", "de", "--to", "en"][..], &sum].concat()),
        "Tom is tired.\n"
    );

    let again = home.run(&[&import[..], &["--name", "Tiny-1.0"]].concat());
    assert_eq!(again.status, Some(1), "{}", again.err);
    assert!(again.err.contains("exists") && again.err.contains("Nothing was imported"), "{}", again.err);

    assert_eq!(home.run(&["models", "remove", "Tiny-1.0"]).status, Some(0));
    assert_eq!(home.run(&["models", "remove", "Tiny-1.0"]).status, Some(3));
    assert_eq!(home.names("data/wasan/models"), [""; 0]);
    assert!(home.path().join("tiny/model.safetensors").exists(), "the source is left unchanged");
}

#[test]
fn an_invalid_model_is_refused_and_leaves_nothing() {
    let home = Home::new();
    home.write("brief.txt", "Es regnet.");
    let broken = hugging_face(&home, "broken", TINY);
    std::fs::write(broken.join("model.safetensors"), b"short").expect("writes");
    for (arguments, status, message) in [
        (vec!["brief.txt"], 1, "brief.txt"),
        (vec!["no-such-folder"], 1, "no-such-folder"),
        (vec!["broken"], 1, "safetensors"),
        (vec!["broken", "--name", "../escape"], 2, "../escape"),
    ] {
        let ended = home.run(&[vec!["models", "import"], arguments].concat());
        assert_eq!(ended.status, Some(status), "{}", ended.err);
        assert!(ended.err.contains(message), "{}", ended.err);
    }
    assert_eq!(home.names("data/wasan/models"), [""; 0]);
    assert_eq!(home.run(&["models", "remove", "starter-large"]).status, Some(1));
}

#[cfg(unix)]
#[test]
fn ctrl_c_during_an_import_leaves_nothing() {
    use std::time::{Duration, Instant};

    let home = Home::new();
    // Importing 3 GB takes longer than the signal.
    hugging_face(&home, "big", Sizes { hidden: 4096, feed_forward: 16384, layers: 5 });
    let mut child = home.start(&["models", "import", "big"]);
    while home.names("data/wasan/models").is_empty() {
        assert_eq!(child.try_wait().expect("is ours"), None, "the import ended");
        std::thread::yield_now();
    }
    crate::program::interrupt(&child);
    let interrupted = Instant::now();
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    assert!(interrupted.elapsed() < Duration::from_secs(10), "{:?}", interrupted.elapsed());
    assert_eq!(home.names("data/wasan/models"), [""; 0]);
}

#[test]
fn a_pair_is_offered_once_the_model_says_that_it_knows_both_languages() {
    let home = Home::new();
    hugging_face(&home, "tiny", TINY);
    let pairs = || home.run_ok(&["models", "list"]).lines().last().expect("a line").to_owned();
    let built_in = pairs();
    let import = home.run(&["models", "import", "tiny", "--role", "large", "--prompt", PROMPT]);
    assert!(import.err.contains("wasan models edit tiny --languages"), "{}", import.err);
    assert_eq!(pairs(), built_in);
    assert!(home.run_ok(&["models", "info", "tiny"]).contains("languages     unknown"));

    let edit = |arguments: &[&str]| home.run(&[&["models", "edit"][..], arguments].concat());
    assert_eq!(edit(&["tiny", "--languages", "fr,en", "--licence", "MIT"]).status, Some(0));
    assert_eq!(pairs(), "pairs: en-de, en-ja, de-en, ja-en, en-fr, fr-en");
    let info = home.run(&["models", "info", "tiny", "--json"]).json();
    assert_eq!(info["info"]["languages"], json!(["fr", "en"]));
    assert_eq!((&info["info"]["licence"], &info["info"]["role"]), (&"MIT".into(), &"large".into()));
    assert_eq!(info["info"]["prompt"], PROMPT);
    assert_eq!(
        edit(&["tiny", "--role", "fr", "--prompt", "<|begin_of_text|>{source}<|end_of_text|>"]).status,
        Some(0)
    );
    let info = home.run(&["models", "info", "tiny", "--json"]).json();
    assert_eq!(info["info"]["role"], json!({"specialist": {"language": "fr"}}));
    assert_eq!(info["info"]["prompt"], "<|begin_of_text|>{source}<|end_of_text|>");
    assert_eq!(info["info"]["languages"], json!(["fr", "en"]));
    assert_eq!(pairs(), built_in);

    let model_json = home.read("data/wasan/models/tiny/model.json");
    for (arguments, status, message) in [
        (&["tiny", "--languages", "english"][..], 2, "two-letter codes"),
        (&["tiny", "--role", "big"], 2, "--role"),
        (&["tiny", "--prompt", "no placeholder"], 3, "{source}"),
        (&["tiny", "--prompt", "<|no_such_token|>{source}"], 3, "no_such_token"),
        (&["tiny"], 2, "--languages"),
        (&["no-such-model", "--licence", "MIT"], 3, "no-such-model"),
        (&["starter-large", "--licence", "MIT"], 1, "built into the program"),
    ] {
        let ended = edit(arguments);
        assert_eq!(ended.status, Some(status), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(message), "{arguments:?}: {}", ended.err);
    }
    assert_eq!(home.read("data/wasan/models/tiny/model.json"), model_json);
    assert_eq!(home.names("data/wasan/models/tiny"), ["model.json", "model.safetensors", "tokenizer.json"]);
}

/// The example is the prompt as it is sent: special tokens by name, the begin token once, and the space that this
/// tokenizer puts before a text.
#[test]
fn info_shows_the_prompt_of_an_example() {
    let home = Home::new();
    let source = hugging_face(&home, "tiny", TINY);
    let template =
        "{{ bos_token }}{% for m in messages %}{{ '<|de|>' + m.content + '<|end_of_text|>' }}{% endfor %}";
    let settings =
        json!({"chat_template": template, "bos_token": "<|begin_of_text|>", "add_bos_token": true});
    std::fs::write(source.join("tokenizer_config.json"), settings.to_string()).expect("writes");
    std::fs::write(source.join("README.md"), "---\nlanguage: [en, de]\n---\n").expect("writes");
    home.run_ok(&[
        "models",
        "import",
        "tiny",
        "--instruction",
        "{from_name} to {to_name}: {source}",
        "--system",
        "S.",
    ]);
    let info = home.run(&["models", "info", "tiny", "--json"]).json();
    let example = &info["example"];
    assert_eq!(example["pair"], json!({"from": "en", "to": "de"}));
    let text = example["text"].as_str().expect("a text");
    let sentence = "<|de|> English to German: The weather is nice today.<|end_of_text|>";
    assert_eq!(text, format!("<|begin_of_text|><|de|> S.<|end_of_text|>{sentence}"));
    let tokens = example["tokens"].as_array().expect("a list");
    assert_eq!((&tokens[0]["id"], &tokens[0]["text"]), (&0.into(), &"<|begin_of_text|>".into()));
    assert_eq!(tokens.iter().filter(|token| token["id"] == 0).count(), 1);
    let shown: String = tokens.iter().filter_map(|token| token["text"].as_str()).collect();
    assert_eq!(shown.matches("<|end_of_text|>").count(), 2);
    assert!(home.run_ok(&["models", "info", "tiny"]).contains(sentence));
}

/// Of a real model of 135 million weights, whose file says that it knows English only.
#[test]
fn a_small_english_model_offers_no_pair() {
    let home = Home::new();
    let file = std::env::var_os("WASAN_SMOLLM2").map(PathBuf::from);
    let file =
        file.expect("WASAN_SMOLLM2 must name the GGUF file: `cargo xtask test` fetches it and says where");
    let pairs = || home.run_ok(&["models", "list"]).lines().last().expect("a line").to_owned();
    let built_in = pairs();
    let file = file.to_str().expect("Unicode");
    home.run_ok(&["models", "import", file, "--name", "smollm2", "--role", "large"]);
    assert_eq!(pairs(), built_in);
    let info = home.run(&["models", "info", "smollm2", "--json"]).json();
    assert_eq!(info["info"]["languages"], json!(["en"]));
    assert_eq!(info["info"]["licence"], "apache-2.0");
    let text = info["example"]["text"].as_str().expect("a text");
    assert!(
        text.starts_with("<|im_start|>system\nYou are a helpful")
            && text.ends_with("<|im_start|>assistant\n"),
        "{text}"
    );
    assert_eq!(text.matches("<|im_start|>").count(), 3);
}

#[test]
fn the_recipe_of_a_pair_is_shown_chosen_and_reset() {
    let home = Home::new();
    let recipe = |arguments: &[&str]| home.run(&[&["models", "recipe"], arguments].concat());
    let used = || {
        let shown: Value = serde_json::from_str(&recipe(&["de-en", "--json"]).out).expect("JSON");
        (shown["used"]["recipe"].clone(), shown["used"]["origin"].clone())
    };
    assert_eq!(used(), (json!("L + src + tgt"), json!("specialists")));
    assert!(recipe(&["de-en", "L + 0.5*tgt"]).out.starts_with("de-en uses  L + 0.5*tgt"));
    assert_eq!(used(), (json!("L + 0.5*tgt"), json!("chosen")));

    for (arguments, status, message) in [
        (&["de-en", "L + nothing"][..], 3, "nothing"),
        (&["de-en", "L +"], 2, "recipe"),
        (&["de-en", "L", "--model", "L=no-such-model"], 3, "no-such-model"),
        (&["de-en", "L", "--model", "L"], 2, "L=llama-8b"),
        (&["de-ja", "L"], 3, "de-ja"),
        (&["German", "L"], 2, "German"),
    ] {
        let ended = recipe(arguments);
        assert_eq!(ended.status, Some(status), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(message), "{arguments:?}: {}", ended.err);
    }
    assert_eq!(used(), (json!("L + 0.5*tgt"), json!("chosen")), "what is refused changes nothing");

    assert_eq!(recipe(&["de-en", "--reset"]).status, Some(0));
    assert_eq!(used(), (json!("L + src + tgt"), json!("specialists")));
}
