//! Compares with SacreBLEU 2.6.0; `sacrebleu_goldens.py` in this folder generated the figures.

use std::collections::HashMap;

use evaluation::metric::SignificanceTest;
use evaluation::significance::{self, SEED};
use evaluation::{Bleu, Chrf, Metric, Smoothing, Tokenizer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    texts: HashMap<String, Text>,
    other: Vec<String>,
    noise: Vec<String>,
    tokens: Vec<Tokens>,
    bleu: Vec<BleuCase>,
    chrf: Vec<ChrfCase>,
    tests: Vec<TestCase>,
}

#[derive(Deserialize)]
struct Text {
    hypotheses: Vec<String>,
    references: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Tokens {
    tokenizer: String,
    lines: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct BleuCase {
    text: String,
    tokenize: Option<String>,
    #[serde(default)]
    lowercase: bool,
    #[serde(default)]
    effective_order: bool,
    smooth_method: Option<String>,
    smooth_value: Option<f64>,
    score: f64,
    precisions: [f64; 4],
    bp: f64,
    tokens: [u64; 2],
    signature: String,
    line: String,
    sentences: Vec<f64>,
}

#[derive(Deserialize)]
struct ChrfCase {
    text: String,
    char_order: Option<usize>,
    word_order: Option<usize>,
    beta: Option<u32>,
    #[serde(default)]
    lowercase: bool,
    #[serde(default)]
    whitespace: bool,
    name: String,
    score: f64,
    signature: String,
    sentences: Vec<f64>,
}

#[derive(Deserialize)]
struct TestCase {
    test: String,
    samples: usize,
    metric: String,
    signature: String,
    scores: [f64; 2],
    p_value: f64,
    mean: Option<f64>,
    ci: Option<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("data/sacrebleu.json")).unwrap()
}

/// Tokenizers by name, each opened once; without the dictionary, those that need none.
fn tokenizers(golden: &Golden) -> HashMap<String, Tokenizer> {
    let names = golden.tokens.iter().map(|case| &case.tokenizer);
    names
        .filter(|name| cfg!(feature = "ja-mecab") || *name != "ja-mecab")
        .map(|name| (name.clone(), name.parse().unwrap()))
        .collect()
}

/// Sentence scores are stored with four decimals.
fn assert_close(ours: f64, theirs: f64, tolerance: f64, what: &dyn std::fmt::Debug) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} is not {theirs}: {what:?}");
}

#[test]
fn tokens_are_the_same() {
    let golden = golden();
    let tokenizers = tokenizers(&golden);
    let mut lines = 0;
    for case in golden.tokens.iter().filter(|case| tokenizers.contains_key(&case.tokenizer)) {
        for (line, theirs) in golden.noise.iter().zip(&case.lines) {
            let ours = tokenizers[&case.tokenizer].tokenize(line.trim_end()).unwrap();
            assert_eq!(ours, theirs.join(" "), "{} of {line:?}", case.tokenizer);
            lines += 1;
        }
    }
    assert!(lines >= 5 * 30, "{lines}");
}

#[test]
fn bleu_is_the_same() {
    let golden = golden();
    let tokenizers = tokenizers(&golden);
    for case in &golden.bleu {
        let name = case.tokenize.as_deref().unwrap_or("13a");
        let Some(tokenizer) = tokenizers.get(name).cloned() else { continue };
        let smoothing = match case.smooth_method.as_deref() {
            None | Some("exp") => Smoothing::Exp,
            Some("floor") => Smoothing::Floor(case.smooth_value.unwrap_or(0.1)),
            Some("add-k") => Smoothing::AddK(case.smooth_value.unwrap_or(1.0)),
            Some(_) => Smoothing::None,
        };
        let bleu =
            Bleu { tokenizer, smoothing, lowercase: case.lowercase, effective_order: case.effective_order };
        let text = &golden.texts[&case.text];
        let ours = bleu.corpus(&text.hypotheses, &text.references).unwrap();
        let what = (&case.text, &case.signature);
        assert_eq!(bleu.signature(text.references.len(), None), case.signature);
        assert_close(ours.score, case.score, 1e-9, &what);
        assert_close(ours.brevity_penalty, case.bp, 1e-12, &what);
        for (ours, theirs) in ours.precisions.iter().zip(case.precisions) {
            assert_close(*ours, theirs, 1e-9, &what);
        }
        assert_eq!([ours.hypothesis_tokens, ours.reference_tokens], case.tokens, "{what:?}");
        assert_eq!(ours.to_string(), case.line);
        let single = Bleu { effective_order: true, ..bleu };
        for (i, theirs) in case.sentences.iter().enumerate() {
            let references: Vec<_> = text.references.iter().map(|lines| lines[i].as_str()).collect();
            let ours = single.sentence(&text.hypotheses[i], &references).unwrap();
            assert_close(ours.score, *theirs, 5.1e-5, &(what, &text.hypotheses[i]));
        }
    }
}

#[test]
fn chrf_is_the_same() {
    let golden = golden();
    for case in &golden.chrf {
        let default = Chrf::default();
        let chrf = Chrf {
            char_order: case.char_order.unwrap_or(default.char_order),
            word_order: case.word_order.unwrap_or(default.word_order),
            beta: case.beta.unwrap_or(default.beta),
            lowercase: case.lowercase,
            whitespace: case.whitespace,
        };
        let text = &golden.texts[&case.text];
        let what = (&case.text, &case.signature);
        assert_eq!(chrf.name(), case.name);
        assert_eq!(chrf.signature(text.references.len(), None), case.signature);
        assert_close(chrf.corpus(&text.hypotheses, &text.references).unwrap(), case.score, 1e-9, &what);
        for (i, theirs) in case.sentences.iter().enumerate() {
            let references: Vec<_> = text.references.iter().map(|lines| lines[i].as_str()).collect();
            let ours = chrf.sentence(&text.hypotheses[i], &references).unwrap();
            assert_close(ours, *theirs, 5.1e-5, &(what, &text.hypotheses[i]));
        }
    }
}

/// SacreBLEU resamples in float32; a p-value may therefore differ by one sample, means and intervals in the fifth
/// digit.
#[test]
fn significance_is_the_same() {
    let golden = golden();
    let text = &golden.texts["outputs"];
    for case in &golden.tests {
        let metric: Box<dyn Metric> = match case.metric.as_str() {
            "BLEU" => Box::new(Bleu::default()),
            _ => Box::new(Chrf::default()),
        };
        let baseline = metric.statistics(&golden.other, &text.references).unwrap();
        let system = metric.statistics(&text.hypotheses, &text.references).unwrap();
        let what = &case.signature;
        assert_close(metric.score_of(&baseline.sums()), case.scores[0], 1e-9, what);
        assert_close(metric.score_of(&system.sums()), case.scores[1], 1e-9, what);
        let one_sample = 1.0 / (case.samples + 1) as f64 + 1e-9;
        if case.test == "bs" {
            let ours =
                significance::paired_bootstrap(&*metric, &baseline, &system, case.samples, SEED).unwrap();
            assert_close(ours.p_value, case.p_value, one_sample, what);
            assert_close(ours.system.mean, case.mean.unwrap(), 1e-3, what);
            assert_close(ours.system.margin, case.ci.unwrap(), 1e-3, what);
            assert_eq!(significance::bootstrap(&*metric, &system, case.samples, SEED), ours.system);
            let test = SignificanceTest::Bootstrap { resamples: case.samples, seed: SEED };
            assert_eq!(metric.signature(1, Some(test)), case.signature);
        } else {
            let ours =
                significance::approximate_randomization(&*metric, &baseline, &system, case.samples, SEED)
                    .unwrap();
            assert_close(ours, case.p_value, one_sample, what);
            let test = SignificanceTest::Randomization { trials: case.samples, seed: SEED };
            assert_eq!(metric.signature(1, Some(test)), case.signature);
        }
    }
}
