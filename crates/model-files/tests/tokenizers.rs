//! Token ids of two real tokenizers; text never becomes a special token.

mod common;

use std::path::PathBuf;

use common::tokenizer_json;
use model_files::{Error, Quantization, Tokenizer};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Known {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
}

fn known(json: &str) -> Vec<Case> {
    serde_json::from_str::<Known>(json).unwrap().cases
}

fn fixture(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable);
    path.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests with `cargo xtask test`, which fetches it")
    })
    .into()
}

/// Ids with special tokens recognised, as in a prompt.
fn encode_prompt(tokenizer: &Tokenizer, text: &str) -> Vec<u32> {
    let next = tokenizer.specials().filter_map(|(token, id)| Some((text.find(token)?, token, id)));
    match next.min_by_key(|(at, token, _)| (*at, std::cmp::Reverse(token.len()))) {
        None => tokenizer.encode(text).unwrap(),
        Some((at, token, id)) => {
            let before = tokenizer.encode(&text[..at]).unwrap();
            [before, vec![id], encode_prompt(tokenizer, &text[at + token.len()..])].concat()
        }
    }
}

#[test]
fn smollm2_ids_are_equal_to_the_known_ones() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("smollm2");
    let info = common::import_quietly(&fixture("WASAN_SMOLLM2"), &target, Quantization::Q4).unwrap();
    assert_eq!(info.end_tokens, [2]);
    // Its own chat template speaks first.
    assert!(
        info.prompt.unwrap().starts_with("<|im_start|>system\nYou are a helpful AI assistant named SmolLM")
    );
    let tokenizer = common::open(&target).unwrap().tokenizer().unwrap();
    assert_eq!(tokenizer.vocab_size(), 49152);
    let cases = known(include_str!("data/smollm2.json"));
    assert_eq!(cases.len(), 65);
    for Case { text, ids } in cases {
        assert_eq!(tokenizer.encode(&text).unwrap(), ids, "{text:?}");
        assert_eq!(tokenizer.decode(&ids).unwrap(), text);
    }
}

#[test]
fn llama3_ids_are_equal_to_the_known_ones() {
    let json = std::fs::read(fixture("WASAN_LLAMA3_TOKENIZER")).unwrap();
    let tokenizer = Tokenizer::from_bytes(&json).unwrap();
    assert_eq!(tokenizer.vocab_size(), 128_256);
    assert_eq!(tokenizer.special("<|eot_id|>"), Some(128_009));
    let cases = known(include_str!("data/llama3.json"));
    assert_eq!(cases.len(), 66);
    for Case { text, ids } in cases {
        assert_eq!(encode_prompt(&tokenizer, &text), ids, "{text:?}");
        if !text.contains("<|") {
            assert_eq!(tokenizer.decode(&ids).unwrap(), text);
        }
    }
}

fn tiny(change: impl FnOnce(&mut Value)) -> Tokenizer {
    let mut json = tokenizer_json();
    change(&mut json);
    Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).unwrap()
}

#[test]
fn special_tokens_in_a_text_stay_text() {
    let tokenizer = tiny(|json| {
        // Merges that would lead to a special token, and one that is added without being special.
        json["model"]["vocab"]["<|end"] = 270.into();
        json["model"]["vocab"]["en"] = 271.into();
        json["model"]["vocab"]["end"] = 272.into();
        let merges = [["e", "n"], ["en", "d"], ["<|", "end"], ["<|end", "|>"]];
        json["model"]["merges"].as_array_mut().unwrap().extend(merges.map(|merge| json!(merge)));
        json["model"]["ignore_merges"] = true.into();
        let loose = json!({"id": 280, "content": "[hello]", "special": false});
        json["added_tokens"].as_array_mut().unwrap().push(loose);
    });
    let added: Vec<u32> = tokenizer.specials().map(|(_, id)| id).collect();
    assert_eq!(added.len(), 3);
    for text in ["<|end|>", "[hello]", "a <|begin|>[hello]<|end|> b"] {
        let ids = tokenizer.encode(text).unwrap();
        assert!(ids.iter().all(|id| !added.contains(id)), "{text}: {ids:?}");
        assert_eq!(tokenizer.decode(&ids).unwrap(), text);
    }
    assert_eq!(tokenizer.special("<|end|>"), Some(1));
    assert_eq!(tokenizer.decode(&[0, 280, 1]).unwrap(), "[hello]");
}

/// As Gemma's line ends and runs of spaces.
#[test]
fn added_tokens_without_brackets_are_text() {
    let plain = |json: &mut Value| {
        let tokens =
            [json!({"id": 280, "content": "\n\n", "special": false}), json!({"id": 281, "content": "hell"})];
        json["model"]["vocab"].as_object_mut().unwrap().remove("hell");
        json["model"]["vocab"].as_object_mut().unwrap().remove("hello");
        json["model"]["merges"].as_array_mut().unwrap().truncate(2);
        json["added_tokens"].as_array_mut().unwrap().extend(tokens);
    };
    let tokenizer = tiny(plain);
    assert_eq!(tokenizer.special("\n\n"), None, "it is no part of a prompt's structure");
    let ids = tokenizer.encode("a\n\nhello").unwrap();
    assert_eq!(ids[1..3], [280, 281]);
    assert_eq!(tokenizer.decode(&ids).unwrap(), "a\n\nhello");
    let special = tiny(|json| {
        plain(json);
        json["added_tokens"][2]["special"] = true.into();
    });
    assert_ne!(special.fingerprint(), tokenizer.fingerprint());
    assert!(special.first_difference(&tokenizer).unwrap().contains("280"));
}

/// A prompt's first text gets a space, the texts after its special tokens do not.
#[test]
fn a_space_before_the_first_text_only() {
    let file = |scheme: &str| {
        let json = std::fs::read("tests/data/agreement/unigram-nfkc.json").unwrap();
        let mut json: Value = serde_json::from_slice(&json).unwrap();
        json["normalizer"] = Value::Null;
        let step = json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": false});
        json["pre_tokenizer"] = step;
        Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).unwrap()
    };
    let (first, always) = (file("first"), file("always"));
    let text = "und ich";
    assert_eq!(first.encode(text).unwrap(), always.encode(text).unwrap());
    assert_eq!(always.encode_continuing(text).unwrap(), always.encode(text).unwrap());
    let continuing = first.encode_continuing(text).unwrap();
    assert_eq!(continuing, file("never").encode(text).unwrap());
    assert_ne!(continuing, first.encode(text).unwrap());
    let pieces = first.pieces(text, true).unwrap();
    assert_eq!(pieces.iter().map(|(id, _)| *id).collect::<Vec<_>>(), continuing);
    assert_eq!((pieces[0].1.start, pieces.last().unwrap().1.end), (0, text.len()));
    assert!(first.first_difference(&always).unwrap().starts_with("the pre-tokenizer is "));
}

/// Gemma 2 has no `<0x09>`: the tab is a token.
#[test]
fn a_character_may_take_the_place_of_its_byte() {
    let json = std::fs::read("tests/data/agreement/unigram-plain.json").unwrap();
    let mut json: Value = serde_json::from_slice(&json).unwrap();
    let vocab = json["model"]["vocab"].as_array_mut().unwrap();
    let byte = vocab.iter_mut().find(|token| token[0] == "<0x09>").unwrap();
    byte[0] = "\t".into();
    let tokenizer = Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).unwrap();
    let ids = tokenizer.encode("a\tb").unwrap();
    assert_eq!(tokenizer.decode(&ids).unwrap(), "a\tb");
}

#[test]
fn the_first_difference_of_scores_is_named() {
    let file = |change: &dyn Fn(&mut Value)| {
        let json = std::fs::read("tests/data/agreement/unigram-plain.json").unwrap();
        let mut json: Value = serde_json::from_slice(&json).unwrap();
        change(&mut json);
        Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap()).unwrap()
    };
    let one = file(&|_| ());
    assert_eq!(one.first_difference(&file(&|_| ())), None);
    let score = file(&|json| json["model"]["vocab"][500][1] = json!(-1.5));
    let difference = one.first_difference(&score).unwrap();
    assert!(difference.starts_with("the score of token 500 "), "{difference}");
    assert_ne!(one.fingerprint(), score.fingerprint());
    let unknown = file(&|json| json["model"]["unk_id"] = 1.into());
    assert_eq!(one.first_difference(&unknown).unwrap(), "the unknown token is 0 in one and 1 in the other");
    let bpe = tiny(|_| ());
    assert!(one.first_difference(&bpe).is_some() && bpe.first_difference(&one).is_some());
}

#[test]
fn ids_outside_the_vocabulary_are_an_error() {
    let tokenizer = tiny(|_| ());
    let size = tokenizer.vocab_size() as u32;
    assert!(tokenizer.decode(&[size - 1]).is_ok());
    assert!(matches!(tokenizer.decode(&[size]), Err(Error::UnknownId { id }) if id == size));
    assert!(matches!(tokenizer.decode(&[u32::MAX]), Err(Error::UnknownId { .. })));
}

#[test]
fn bytes_come_back_and_half_a_character_is_marked() {
    let tokenizer = tiny(|_| ());
    let text = "ß 世界 🙂\r\n\t\u{0}";
    let ids = tokenizer.encode(text).unwrap();
    assert_eq!(tokenizer.decode(&ids).unwrap(), text);
    assert_eq!(tokenizer.decode(&ids[..1]).unwrap(), "\u{FFFD}");
}

#[test]
fn the_first_difference_is_named() {
    let one = tiny(|_| ());
    assert_eq!(one.first_difference(&tiny(|_| ())), None);
    let difference = |change: &dyn Fn(&mut Value)| {
        let other = tiny(change);
        assert_ne!(one.fingerprint(), other.fingerprint());
        one.first_difference(&other).unwrap()
    };
    let token = difference(&|json| {
        json["model"]["vocab"].as_object_mut().unwrap().remove("|>");
        json["model"]["vocab"]["|)"] = 263.into();
        json["model"]["merges"][5] = json!(["|", ")"]);
    });
    assert_eq!(token, r#"token 263 is Some("|>") in one and Some("|)") in the other"#);
    let merge = difference(&|json| json["model"]["merges"].as_array_mut().unwrap().swap(0, 1));
    assert_eq!(merge, r#"merge 0 is Some(("h", "e")) in one and Some(("l", "l")) in the other"#);
    let setting = difference(&|json| json["pre_tokenizer"]["add_prefix_space"] = true.into());
    assert!(setting.starts_with("the pre-tokenizer is "), "{setting}");
    let added = difference(&|json| drop(json["added_tokens"].as_array_mut().unwrap().pop()));
    assert_eq!(added, r#"token 1 is an added token in only one: Some("<|end|>")"#);
    // Offsets are of no concern, nor is a sequence of one.
    let same = tiny(|json| {
        json["pre_tokenizer"]["trim_offsets"] = false.into();
        json["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [json["pre_tokenizer"]]});
    });
    assert_eq!(one.first_difference(&same), None);
    assert_eq!(one.fingerprint(), same.fingerprint());
}

/// A SentencePiece vocabulary: bytes, then pieces with falling scores.
fn scored_file(add_space: Option<u8>) -> common::Gguf {
    let mut tokens: Vec<String> = ["<unk>", "<s>", "</s>"].map(Into::into).to_vec();
    let mut types = vec![2i32, 3, 3];
    let mut scores = vec![0f32; 3];
    for byte in 0..=u8::MAX {
        tokens.push(format!("<0x{byte:02X}>"));
        types.push(6);
        scores.push(0.0);
    }
    let pieces = ["▁t", "he", "▁the", "in", "▁in", "▁", "t", "h", "e", "i", "n", "<", "s", ">", "<s", "a"];
    for (rank, piece) in pieces.into_iter().enumerate() {
        tokens.push(piece.into());
        types.push(1);
        scores.push(-(rank as f32));
    }
    let mut file = common::gguf(&common::SMALL, |_, rows, columns| {
        (1, common::Store::F16.bytes(&vec![0.5; rows * columns]))
    });
    file.u32("tokenizer.ggml.bos_token_id", 1);
    file.text("tokenizer.ggml.model", "llama");
    file.set("tokenizer.ggml.tokens", common::texts("tokenizer.ggml.tokens", &tokens));
    let types: Vec<u8> = types.iter().flat_map(|kind| kind.to_le_bytes()).collect();
    file.set(
        "tokenizer.ggml.token_type",
        common::list("tokenizer.ggml.token_type", 5, tokens.len() as u64, &types),
    );
    let scores: Vec<u8> = scores.iter().flat_map(|score| score.to_le_bytes()).collect();
    file.set("tokenizer.ggml.scores", common::list("tokenizer.ggml.scores", 6, tokens.len() as u64, &scores));
    if let Some(flag) = add_space {
        file.set("space", common::entry("tokenizer.ggml.add_space_prefix", 7, &[flag]));
    }
    file
}

fn scored_gguf(add_space: Option<u8>) -> Tokenizer {
    let file = scored_file(add_space);
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("scored.gguf");
    std::fs::write(&source, file.bytes()).unwrap();
    let info = common::import_quietly(&source, &folder.path().join("out"), Quantization::F16).unwrap();
    assert!(info.prompt.unwrap().starts_with("<s>Translate this from"));
    common::open(&folder.path().join("out")).unwrap().tokenizer().unwrap()
}

#[test]
fn scores_become_merges_with_byte_fallback() {
    let tokenizer = scored_gguf(None);
    let id = |piece: u32| 3 + 256 + piece;
    assert_eq!(tokenizer.encode("the").unwrap(), [id(2)]);
    assert_eq!(tokenizer.encode("the in").unwrap(), [id(2), id(4)]);
    // ß is no piece, so its two bytes are written.
    assert_eq!(tokenizer.encode("inß").unwrap(), [id(4), 3 + 0xC3, 3 + 0x9F]);
    assert_eq!(tokenizer.encode("<s>").unwrap(), [id(5), id(14), id(13)]);
    for text in ["the in", "inß 世", "a  the"] {
        assert_eq!(tokenizer.decode(&tokenizer.encode(text).unwrap()).unwrap(), text);
    }
    assert_eq!(tokenizer.decode(&[1, id(2), 2]).unwrap(), "the");
    assert_eq!(tokenizer.special("</s>"), Some(2));
    let without_space = scored_gguf(Some(0));
    assert_eq!(without_space.encode("the in").unwrap(), [id(6), id(1), id(4)]);
    assert_eq!(without_space.decode(&[id(6), id(1)]).unwrap(), "the");
}

/// `--tokenizer` at the import of a GGUF file whose own tokenizer is not complete.
#[test]
fn a_tokenizer_of_the_user_replaces_that_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("whole.gguf"), scored_file(None).bytes()).unwrap();
    common::import_quietly(&path("whole.gguf"), &path("whole"), Quantization::F16).unwrap();
    let json = std::fs::read(path("whole/tokenizer.json")).unwrap();
    let mut lost = scored_file(None);
    lost.text("tokenizer.ggml.model", "unheard-of");
    std::fs::write(path("lost.gguf"), lost.bytes()).unwrap();
    let import = |name: &str, tokenizer: Value| {
        std::fs::write(path("own.json"), serde_json::to_vec(&tokenizer).unwrap()).unwrap();
        let tokenizer = Some(path("own.json"));
        let options = model_files::ImportOptions { tokenizer, ..common::options(Quantization::F16) };
        let go_on = &mut |_| std::ops::ControlFlow::Continue(());
        model_files::import(&path("lost.gguf"), &path(name), &options, go_on)
    };
    assert!(common::import_quietly(&path("lost.gguf"), &path("none"), Quantization::F16).is_err());
    let whole: Value = serde_json::from_slice(&json).unwrap();
    import("with", whole.clone()).unwrap();
    let of = |name: &str| common::open(&path(name)).unwrap().tokenizer().unwrap();
    assert_eq!(of("with").first_difference(&of("whole")), None);

    let mut other = whole.clone();
    let id = other["model"]["vocab"].as_object_mut().unwrap().remove("a").unwrap();
    other["model"]["vocab"]["b"] = id.clone();
    let error = import("other", other).unwrap_err().to_string();
    assert!(error.contains(&format!("token {id} is \"b\" in it and \"a\" in the model")), "{error}");
    let mut larger = whole;
    larger["model"]["vocab"]["far"] = 300.into();
    let error = import("larger", larger).unwrap_err().to_string();
    assert!(error.contains("token 300 is \"far\""), "{error}");
    assert!(!path("other").exists() && !path("larger").exists());
}

/// The starter models' tokenizer puts a space before a text and splits characters into bytes.
#[test]
fn pieces_have_the_byte_ranges_of_their_text() {
    let json = include_bytes!("../../../models/starter/large/tokenizer.json");
    let tokenizer = Tokenizer::from_bytes(json).unwrap();
    for text in ["Ich sah Émile, 12 Züge.", "  two  spaces ", "日本語 ok 🙂!", ""] {
        let pieces = tokenizer.pieces(text, false).unwrap();
        let ids: Vec<u32> = pieces.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, tokenizer.encode(text).unwrap(), "{text:?}");
        let mut covered = 0;
        for (_, bytes) in &pieces {
            assert!(text.get(bytes.clone()).is_some(), "{bytes:?} of {text:?}");
            assert!(bytes.start <= covered && bytes.end >= covered, "{bytes:?} of {text:?} after {covered}");
            covered = bytes.end;
        }
        assert_eq!(covered, text.len(), "{text:?}");
    }
}
