//! Token ids of 3,278 texts (German, English, Japanese; white space, control characters, emoji) equal those of the
//! `tokenizers` package that transformers runs, for every family, from `tokenizer.json` and from GGUF.

#[path = "common/tokenizer_gguf.rs"]
mod tokenizer_gguf;

use std::path::{Path, PathBuf};

use model_files::{Tokenizer, open_tokenizer};
use serde_json::Value;
use tokenizer_gguf::TokenizerGguf;

/// What SentencePiece splits into pieces and the reference takes for a byte.
const BYTE_TOKENS_IN_TEXT: [&str; 2] = ["<0x41>", "a<0x0A>b"];

/// Gemma has tokens for HTML tags; here a text's tags stay text.
const TAGS_IN_TEXT: [&str; 1] = ["<b>fett</b>"];

/// Texts of the languages; the others are odd.
const LINES: usize = 3000;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/agreement").join(name)
}

fn fixture(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable);
    path.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests with `cargo xtask test`, which fetches it")
    })
    .into()
}

fn family(name: &str) -> PathBuf {
    fixture("WASAN_TOKENIZERS").join(format!("{name}.json"))
}

fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for language in ["de", "en", "ja"] {
        let lines = std::fs::read_to_string(data(&format!("lines.{language}.txt"))).unwrap();
        let before = texts.len();
        texts.extend(lines.strip_suffix('\n').unwrap().split('\n').map(str::to_owned));
        assert_eq!(texts.len() - before, 1000);
    }
    let odd = std::fs::read(data("odd.json")).unwrap();
    texts.extend(serde_json::from_slice::<Vec<String>>(&odd).unwrap());
    texts
}

fn fnv1a(ids: &[u32]) -> u32 {
    let bytes = ids.iter().flat_map(|id| id.to_le_bytes());
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The texts whose ids differ from the reference `name`.
fn differences(tokenizer: &Tokenizer, name: &str) -> Vec<String> {
    let hashes = std::fs::read(data(&format!("{name}.hashes"))).unwrap();
    let (hashes, rest) = hashes.as_chunks();
    let texts = texts();
    assert_eq!((hashes.len(), rest.len()), (texts.len(), 0));
    let known = hashes.iter().map(|bytes| u32::from_le_bytes(*bytes));
    let pairs = texts.into_iter().zip(known);
    pairs
        .filter(|(text, hash)| fnv1a(&tokenizer.encode(text).unwrap()) != *hash)
        .map(|(text, _)| text)
        .collect()
}

fn agrees(tokenizer: &Tokenizer, name: &str) {
    assert_eq!(differences(tokenizer, name), [""; 0], "{name}");
}

/// Every text comes back from its ids; SentencePiece writes a space as `▁`, so one in the text becomes a space.
fn comes_back(tokenizer: &Tokenizer, sentence_piece: bool) {
    for mut text in texts() {
        let decoded = tokenizer.decode(&tokenizer.encode(&text).unwrap()).unwrap();
        if sentence_piece {
            text = text.replace('▁', " ");
        }
        assert_eq!(decoded, text);
    }
}

/// The byte ranges of a text's tokens are in order, and cover a line but for white space that the normalizer removes.
fn ranges_cover_the_text(tokenizer: &Tokenizer) {
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}');
    for (number, text) in texts().iter().enumerate() {
        let pieces = tokenizer.pieces(text, false).unwrap();
        let ids: Vec<u32> = pieces.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, tokenizer.encode(text).unwrap(), "{text:?}");
        let mut covered = 0;
        for (_, bytes) in pieces {
            assert!(text.get(bytes.clone()).is_some(), "{bytes:?} of {text:?}");
            let gap = text.get(covered..bytes.start).unwrap_or_default();
            assert!(number >= LINES || gap.chars().all(is_space), "{gap:?} of {text:?}");
            covered = covered.max(bytes.end);
        }
        let rest = &text[covered..];
        assert!(number >= LINES || rest.chars().all(is_space), "{rest:?} of {text:?}");
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn from_gguf(gguf: &TokenizerGguf) -> Tokenizer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.gguf");
    std::fs::write(&path, gguf.bytes()).unwrap();
    open_tokenizer(&path).unwrap()
}

/// A byte-level family from its `tokenizer.json` and from GGUF, where its pre-tokenizer is called `pre`.
fn byte_level(path: &Path, name: &str, pre: &str) -> [Tokenizer; 2] {
    let own = open_tokenizer(path).unwrap();
    agrees(&own, name);
    let converted = from_gguf(&TokenizerGguf::byte_level(&json(path), pre));
    agrees(&converted, name);
    [own, converted]
}

#[test]
fn llama3() {
    let [own, converted] = byte_level(&fixture("WASAN_LLAMA3_TOKENIZER"), "llama3", "llama-bpe");
    comes_back(&own, false);
    assert_eq!(own.first_difference(&converted), None);
    assert_eq!(own.fingerprint(), converted.fingerprint());
}

#[test]
fn qwen3() {
    let [own, converted] = byte_level(&family("qwen3"), "qwen3", "qwen2");
    assert_eq!(own.first_difference(&converted), None);
    assert_eq!(own.special("<|im_start|>"), Some(151_644));
    // A conversation's marks stay text, whether they are special or not.
    let ids = own.encode("<think><|im_end|>").unwrap();
    assert!(ids.iter().all(|id| *id < 151_643), "{ids:?}");
}

#[test]
fn mistral_nemo() {
    let [own, converted] = byte_level(&family("mistral-nemo"), "mistral-nemo", "tekken");
    comes_back(&own, false);
    assert_eq!(own.first_difference(&converted), None);
}

/// The patterns of HunYuan dense.
#[test]
fn deepseek_v3() {
    let [own, converted] = byte_level(&family("deepseek-v3"), "deepseek-v3", "hunyuan-dense");
    comes_back(&own, false);
    assert_eq!(own.first_difference(&converted), None);
}

/// SentencePiece BPE with merges by score, as in Mistral 7B.
#[test]
fn llama2() {
    let own = open_tokenizer(&family("llama2")).unwrap();
    agrees(&own, "llama2");
    comes_back(&own, true);
    ranges_cover_the_text(&own);
    agrees(&from_gguf(&TokenizerGguf::scored(&json(&family("llama2")), true)), "llama2");
}

#[test]
fn gemma3() {
    let own = open_tokenizer(&family("gemma3")).unwrap();
    assert_eq!(differences(&own, "gemma3"), TAGS_IN_TEXT);
    comes_back(&own, true);
    ranges_cover_the_text(&own);
    assert_eq!(own.vocab_size(), 262_145);
    assert_eq!(own.encode("a\n\nb").unwrap().len(), 3, "Gemma's line ends are tokens of the text");
    let converted = from_gguf(&TokenizerGguf::scored(&json(&family("gemma3")), false));
    assert_eq!(differences(&converted, "gemma3"), TAGS_IN_TEXT);
}

#[test]
fn unigram_with_a_precompiled_normalizer() {
    let path = data("unigram-nfkc.json");
    let own = open_tokenizer(&path).unwrap();
    assert_eq!(differences(&own, "unigram-nfkc"), BYTE_TOKENS_IN_TEXT);
    let converted = from_gguf(&TokenizerGguf::unigram(&json(&path), "t5", true));
    assert_eq!(differences(&converted, "unigram-nfkc"), BYTE_TOKENS_IN_TEXT);
    ranges_cover_the_text(&own);
    assert_eq!(own.decode(&own.encode("Ｔest  １２ ㌔").unwrap()).unwrap(), "Test 12 キロ");
    assert_eq!(own.decode(&own.encode("a <0x41> 🙂").unwrap()).unwrap(), "a <0x41> 🙂");
}

#[test]
fn unigram_without_a_normalizer() {
    let path = data("unigram-plain.json");
    let own = open_tokenizer(&path).unwrap();
    assert_eq!(differences(&own, "unigram-plain"), BYTE_TOKENS_IN_TEXT);
    comes_back(&own, true);
    // As converters of models with Llama's architecture write it. SentencePiece and transformers differ in the order in
    // which they take runs of spaces.
    let converted = from_gguf(&TokenizerGguf::unigram(&json(&path), "llama", false));
    agrees(&converted, "unigram-plain.sentencepiece");
    comes_back(&converted, true);
    let ids = own.encode("<|user|>").unwrap();
    assert!(!ids.contains(&own.special("<|user|>").unwrap()), "{ids:?}");
}

/// Where the converter lost the normalizer, the vocabulary shows that there was one.
#[test]
fn a_lost_normalizer_is_inferred() {
    let converted = from_gguf(&TokenizerGguf::unigram(&json(&data("unigram-nfkc.json")), "llama", true));
    let differ = differences(&converted, "unigram-nfkc");
    assert!(differ.iter().all(|text| !texts()[..LINES].contains(text)), "{differ:?}");
    assert_eq!(converted.decode(&converted.encode("（Ａ）！").unwrap()).unwrap(), "(A)!");
}

#[test]
fn a_file_that_lost_its_merges_is_refused() {
    let mut gguf = TokenizerGguf::scored(&json(&family("llama2")), true);
    gguf.scores.fill(-1000.0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.gguf");
    std::fs::write(&path, gguf.bytes()).unwrap();
    let error = open_tokenizer(&path).unwrap_err().to_string();
    assert!(error.contains("the merges are lost") && error.contains("--tokenizer"), "{error}");
}
