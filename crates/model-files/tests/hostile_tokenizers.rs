//! Malicious tokenizers: each is refused with a message that names the problem, without a panic.

mod common;
#[path = "common/memory.rs"]
mod memory;

use common::tokenizer_json;
use model_files::Tokenizer;
use serde_json::{Value, json};

fn broken_tokenizer(name: &str, change: impl FnOnce(&mut Value), expected: &str) {
    let mut json = tokenizer_json();
    change(&mut json);
    let error = Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).expect_err(name).to_string();
    assert!(error.contains(expected), "{name}: {error}");
    memory::check(name);
}

#[test]
fn tokenizers() {
    let step = |part: &'static str, value: Value| move |json: &mut Value| json[part] = value;
    let model = |part: &'static str, value: Value| move |json: &mut Value| json["model"][part] = value;
    let merge = |left: &'static str, right: &'static str| {
        move |json: &mut Value| json["model"]["merges"] = json!([[left, right]])
    };
    let split = |pattern: &str| json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
    let replace = |pattern: &str, content: &str| json!({"type": "Replace", "pattern": {"String": pattern}, "content": content});
    broken_tokenizer(
        "a merge longer than any token",
        merge("hello", "hello"),
        "a merge results in an unknown token",
    );
    broken_tokenizer("a merge of nothing", merge("", "h"), "a merge names an unknown token");
    broken_tokenizer("a merge of strangers", merge("zz", "zz"), "a merge names an unknown token");
    broken_tokenizer("a merge of three", model("merges", json!(["h e l"])), "a merge: two tokens");
    broken_tokenizer("a merge of one", model("merges", json!([["h"]])), "a merge: two tokens");
    let template = json!({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {}});
    broken_tokenizer(
        "a template with a stranger",
        step("post_processor", template.clone()),
        "its template names",
    );
    let nested = json!({"type": "Sequence", "processors": [template]});
    broken_tokenizer("the same one level down", step("post_processor", nested), "its template names");
    let fixed = json!({"type": "FixedLength", "length": 0});
    broken_tokenizer("pieces of no length", step("pre_tokenizer", fixed), "FixedLength");
    let truncation = json!({"max_length": 4, "stride": 4, "strategy": "LongestFirst", "direction": "Right"});
    broken_tokenizer("a stride as long as the text", step("truncation", truncation), "stride");
    broken_tokenizer("another model", model("type", "WordPiece".into()), "WordPiece");
    broken_tokenizer("a model of the other kind", model("type", "Unigram".into()), "no scores");
    broken_tokenizer("merges at random", model("dropout", 0.5.into()), "BPE dropout");
    broken_tokenizer("a prefix", model("continuing_subword_prefix", "##".into()), "a word prefix");
    broken_tokenizer("a huge id", |json| json["model"]["vocab"]["h"] = u32::MAX.into(), "a token's id");
    broken_tokenizer(
        "a huge added id",
        |json| json["added_tokens"][0]["id"] = (1 << 30).into(),
        "a token's id",
    );
    broken_tokenizer(
        "an id that is no number",
        |json| json["model"]["vocab"]["h"] = "1".into(),
        "tokenizer.json",
    );
    broken_tokenizer("two tokens with one id", |json| json["model"]["vocab"]["h"] = 9.into(), "the same id");
    broken_tokenizer(
        "a token with two ids",
        |json| json["added_tokens"][0]["id"] = 290.into(),
        "has two ids",
    );
    broken_tokenizer(
        "an empty added token",
        |json| {
            let token = json!({"id": 295, "content": "", "special": true});
            json["added_tokens"].as_array_mut().unwrap().push(token);
        },
        "is empty",
    );
    broken_tokenizer(
        "an added token twice",
        |json| {
            let again = json["added_tokens"][0].clone();
            json["added_tokens"].as_array_mut().unwrap().push(again);
        },
        "occurs twice",
    );
    broken_tokenizer(
        "a long token",
        |json| json["model"]["vocab"]["h".repeat(5000)] = 290.into(),
        "a token's length",
    );
    broken_tokenizer(
        "a missing byte",
        |json| {
            json["model"]["vocab"].as_object_mut().unwrap().remove("z");
        },
        "byte-level alphabet is missing",
    );
    broken_tokenizer(
        "a byte that is special",
        |json| {
            let id = json["model"]["vocab"]["z"].clone();
            let token = json!({"id": id, "content": "z", "special": true});
            json["added_tokens"].as_array_mut().unwrap().push(token);
        },
        "byte-level alphabet is missing",
    );
    broken_tokenizer("no way to write bytes", step("pre_tokenizer", Value::Null), "neither byte-level");
    broken_tokenizer(
        "byte fallback without bytes",
        |json| {
            json["pre_tokenizer"] = Value::Null;
            json["model"]["byte_fallback"] = true.into();
        },
        "a byte token is missing",
    );
    let mut removing = split(" ");
    removing["behavior"] = "Removed".into();
    broken_tokenizer(
        "a step that removes text",
        step("pre_tokenizer", with_bytes(removing)),
        "it removes text",
    );
    broken_tokenizer("a lossy step", step("normalizer", json!({"type": "Lowercase"})), "Lowercase");
    broken_tokenizer("no decoder", step("decoder", Value::Null), "no decoder");
    broken_tokenizer("no vocabulary", step("model", json!({"type": "BPE"})), "missing field");
    broken_tokenizer("an unknown step", step("normalizer", json!({"type": "StripAccents"})), "StripAccents");
    broken_tokenizer("a step without a type", step("normalizer", json!({})), "a step without a type");
    broken_tokenizer(
        "a sequence of nothing",
        step("normalizer", json!({"type": "Sequence"})),
        "has no steps",
    );
    let many = json!({"type": "Sequence", "normalizers": vec![json!({"type": "NFC"}); 1000]});
    broken_tokenizer("a thousand steps", step("normalizer", many), "the number of tokenizer steps");
    let bomb = json!({"type": "Sequence", "normalizers": vec![replace("a", "aaaaaaaaaaaaaaaa"); 8]});
    broken_tokenizer(
        "a text that grows without end",
        step("normalizer", bomb),
        "lengthen a text beyond the limit",
    );
    let bomb = json!({"type": "Prepend", "prepend": "a".repeat(1 << 16)});
    broken_tokenizer("a long beginning", step("normalizer", bomb), "lengthen a text beyond the limit");
    broken_tokenizer("a replacement of nothing", step("normalizer", replace("", "a")), "a pattern is empty");
    broken_tokenizer("an invalid pattern", step("pre_tokenizer", with_bytes(split("(["))), "tokenizer.json");
    broken_tokenizer(
        "a nested pattern",
        step("pre_tokenizer", with_bytes(split(&"(".repeat(4000)))),
        "tokenizer.json",
    );
    broken_tokenizer(
        "a long pattern",
        step("pre_tokenizer", with_bytes(split(&"a".repeat(5000)))),
        "tokenizer pattern",
    );
    broken_tokenizer(
        "an exploding pattern",
        step("pre_tokenizer", with_bytes(split("((((a{99}){99}){99}){99})"))),
        "tokenizer",
    );
    broken_tokenizer(
        "a step with a missing field",
        step("pre_tokenizer", with_bytes(json!({"type": "Split"}))),
        "pattern is empty",
    );
    for bytes in [&b""[..], b"{", b"null", b"\xFF", &[b'['; 100_000]] {
        assert!(Tokenizer::from_bytes(bytes).unwrap_err().to_string().contains("tokenizer.json"));
    }
}

fn with_bytes(step: Value) -> Value {
    let bytes = tokenizer_json()["pre_tokenizer"].clone();
    json!({"type": "Sequence", "pretokenizers": [step, bytes]})
}
