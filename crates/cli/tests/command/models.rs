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
