//! Malicious Unigram tokenizers, in `tokenizer.json` and in GGUF: each is refused with a message that names the problem,
//! or encodes without a panic, in bounded time and memory.

#[path = "common/memory.rs"]
mod memory;
#[path = "common/tokenizer_gguf.rs"]
mod tokenizer_gguf;

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model_files::{Error, Tokenizer, open_tokenizer};
use serde_json::{Value, json};
use tokenizer_gguf::TokenizerGguf;

fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/agreement").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn broken(name: &str, change: impl FnOnce(&mut Value), expected: &str) {
    let mut json = file("unigram-plain.json");
    change(&mut json);
    let error = Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).expect_err(name).to_string();
    assert!(error.contains(expected), "{name}: {error}");
    memory::check(name);
}

#[test]
fn unigram_files() {
    let model = |part: &'static str, value: Value| move |json: &mut Value| json["model"][part] = value;
    let token = |value: Value| move |json: &mut Value| json["model"]["vocab"][700] = value;
    broken("no byte fallback", model("byte_fallback", false.into()), "loses the characters");
    broken("ids instead of scores", model("vocab", json!({"a": 1})), "no scores");
    broken("scores in BPE", model("type", "BPE".into()), "scores instead of ids");
    broken("no unknown token", model("unk_id", Value::Null), "names no unknown token");
    broken("an unknown token far away", model("unk_id", json!(1u64 << 40)), "outside the vocabulary");
    broken("a negative unknown token", model("unk_id", json!(-1)), "tokenizer.json");
    broken("an empty vocabulary", model("vocab", json!([])), "outside the vocabulary");
    broken("a token without a score", token(json!(["a"])), "tokenizer.json");
    broken("a token with two scores", token(json!(["a", 1, 2])), "tokenizer.json");
    broken("a score that is text", token(json!(["a", "1"])), "tokenizer.json");
    broken("a score that is nothing", token(json!(["a", null])), "tokenizer.json");
    broken("a token twice", token(json!(["<0x00>", -1.0])), "occurs twice");
    broken("a long token", token(json!(["a".repeat(300), -1.0])), "a token's length");
    broken("a missing byte", |json| json["model"]["vocab"][9][0] = "x9".into(), "a byte token is missing");
    let huge = |json: &mut Value| json["added_tokens"][3]["id"] = json!(u32::MAX);
    broken("an added token far away", huge, "a token's id");
    let text = serde_json::to_string(&file("unigram-plain.json")).unwrap();
    assert!(text.contains("\"<unk>\",0.0"));
    let text = text.replacen("\"<unk>\",0.0", "\"<unk>\",1e999", 1);
    assert!(matches!(Tokenizer::from_bytes(text.as_bytes()), Err(Error::Json { .. })));
}

#[test]
fn precompiled_normalizers() {
    let table = |text: String| {
        move |json: &mut Value| {
            json["normalizer"] = json!({"type": "Precompiled", "precompiled_charsmap": text});
        }
    };
    let bytes = |bytes: &[u8]| table(BASE64_STANDARD.encode(bytes));
    broken("no table", |json| json["normalizer"] = json!({"type": "Precompiled"}), "normalizer is damaged");
    broken("not base64", table("??".into()), "not base64");
    broken("an empty table", bytes(&[]), "no length");
    broken("a trie of 4 GB", bytes(&u32::MAX.to_le_bytes()), "a short trie");
    broken("no trie", bytes(&[0; 4]), "does not consist of units");
    broken("a trie of one unit", bytes(&[4, 0, 0, 0, 0, 0, 0, 0]), "its trie");
    broken("a large table", table("A".repeat(4 << 20)), "the size of the precompiled normalizer");
    let mut long = vec![0, 4, 0, 0];
    long.resize(4 + 1024, 0);
    long.extend([b'x'; 5000]);
    broken("a long replacement", bytes(&long), "beyond the limit");
    let mut garbage = vec![0, 4, 0, 0];
    garbage.extend((0..1024u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) as u8));
    broken("a trie of noise", bytes(&garbage), "normalizer is damaged");
}

/// Every changed byte of the real table is refused or harmless.
#[test]
fn changed_bytes_of_a_normalizer() {
    let json = file("unigram-nfkc.json");
    let steps = json["normalizer"]["normalizers"].as_array().unwrap();
    let table = steps[0]["precompiled_charsmap"].as_str().unwrap();
    let table = BASE64_STANDARD.decode(table).unwrap();
    let mut vocabulary = file("unigram-plain.json");
    let (mut refused, mut random) = (0, 12_345u64);
    for _ in 0..60 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut changed = table.clone();
        let at = (random >> 33) as usize % changed.len();
        changed[at] ^= (random >> 20) as u8 | 1;
        let text = BASE64_STANDARD.encode(changed);
        vocabulary["normalizer"] = json!({"type": "Precompiled", "precompiled_charsmap": text});
        match Tokenizer::from_bytes(&serde_json::to_vec(&vocabulary).unwrap()) {
            Ok(tokenizer) => assert!(tokenizer.encode("ｱﾞ（Ａ）㌔ ﷺ é\u{301} 🙂\u{0}").is_ok()),
            Err(Error::Tokenizer { .. }) => refused += 1,
            Err(error) => panic!("{at}: {error}"),
        }
    }
    assert!(refused > 0);
}

/// A vocabulary of nested tokens compares each position with all of them; extreme scores only change the choice.
#[test]
fn extreme_vocabularies_encode() {
    let mut json = file("unigram-plain.json");
    for length in 1..=256usize {
        let score = if length % 2 == 0 { 1e308 } else { -1e308 };
        json["model"]["vocab"][300 + length] = json!(["z".repeat(length), score]);
    }
    let tokenizer = Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).unwrap();
    let text = "z".repeat(20_000);
    assert_eq!(tokenizer.decode(&tokenizer.encode(&text).unwrap()).unwrap(), text);
}

#[test]
fn gguf_files() {
    let broken = |name: &str, change: &dyn Fn(&mut TokenizerGguf), expected: &str| {
        let mut gguf = TokenizerGguf::unigram(&file("unigram-nfkc.json"), "t5", true);
        change(&mut gguf);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.gguf");
        std::fs::write(&path, gguf.bytes()).unwrap();
        let error = open_tokenizer(&path).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
        memory::check(name);
    };
    broken("a score that is no number", &|gguf| gguf.scores[700] = f32::NAN, "a score is not a number");
    broken("an infinite score", &|gguf| gguf.scores[700] = f32::NEG_INFINITY, "a score is not a number");
    broken("too few scores", &|gguf| gguf.scores.truncate(700), "the list of scores");
    broken("no scores", &|gguf| gguf.scores.clear(), "the list of scores");
    broken("too few types", &|gguf| gguf.types.truncate(700), "the list of token types");
    broken("no unknown token", &|gguf| gguf.types[0] = 3, "names no unknown token");
    broken(
        "no bytes",
        &|gguf| gguf.types.iter_mut().filter(|kind| **kind == 6).for_each(|kind| *kind = 1),
        "loses the characters",
    );
    broken("a token twice", &|gguf| gguf.tokens[701] = gguf.tokens[700].clone(), "occurs twice");
    broken("a long token", &|gguf| gguf.tokens[700] = "x".repeat(300), "a token's length");
    broken("a damaged table", &|gguf| gguf.charsmap.truncate(1000), "a short trie");
    broken(
        "a large table",
        &|gguf| gguf.charsmap.resize(3 << 20, 0),
        "the size of the precompiled normalizer",
    );
}
