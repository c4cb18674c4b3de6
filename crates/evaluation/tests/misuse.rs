//! Refused input and its errors.

use evaluation::significance::{SEED, paired_bootstrap};
use evaluation::{Bleu, Chrf, Error, Metric, Tokenizer, limits};

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

#[test]
fn nothing_to_score() {
    let bleu = Bleu::default();
    assert!(matches!(bleu.corpus(&[], &[vec![]]), Err(Error::NoHypotheses)));
    assert!(matches!(bleu.corpus(&lines(&["a"]), &[]), Err(Error::NoReferences)));
    let uneven = bleu.corpus(&lines(&["a", "b"]), &[lines(&["a", "b"]), lines(&["a"])]);
    assert!(matches!(uneven, Err(Error::UnevenLines { hypotheses: 2, references: 1 })));
}

#[test]
fn orders_out_of_range() {
    for (chrf, wrong) in [
        (Chrf { char_order: 0, ..Chrf::default() }, 0),
        (Chrf { char_order: 7, ..Chrf::default() }, 7),
        (Chrf { word_order: 7, ..Chrf::default() }, 7),
    ] {
        let refused = chrf.corpus(&lines(&["a"]), &[lines(&["a"])]);
        assert!(matches!(refused, Err(Error::Order { order, .. }) if order == wrong));
    }
}

#[test]
fn a_line_without_end() {
    let long = "あ".repeat(limits::SEGMENT_CHARACTERS + 1);
    let most = "あ".repeat(limits::SEGMENT_CHARACTERS);
    for (hypothesis, reference) in [(&long, "a"), (&"a".to_owned(), long.as_str())] {
        let refused = Chrf::default().corpus(&lines(&[hypothesis]), &[lines(&[reference])]);
        assert!(matches!(refused, Err(Error::SegmentTooLong { .. })));
    }
    assert!(matches!(Tokenizer::Char.tokenize(&long), Err(Error::SegmentTooLong { .. })));
    assert_eq!(Chrf::default().corpus(&lines(&[&most]), &[lines(&[&most])]).unwrap(), 100.0);
}

#[test]
fn unknown_tokenizers() {
    let Err(error) = "13b".parse::<Tokenizer>() else { panic!("13b was accepted") };
    assert!(error.to_string().ends_with(": 13b"), "{error}");
}

#[test]
fn systems_scored_on_different_sentences() {
    let bleu = Bleu::default();
    let short = bleu.statistics(&lines(&["a"]), &[lines(&["a"])]).unwrap();
    let long = bleu.statistics(&lines(&["a", "b"]), &[lines(&["a", "b"])]).unwrap();
    let other = Chrf::default().statistics(&lines(&["a"]), &[lines(&["a"])]).unwrap();
    assert!(matches!(paired_bootstrap(&bleu, &short, &long, 10, SEED), Err(Error::DifferentSegments)));
    assert!(matches!(paired_bootstrap(&bleu, &short, &other, 10, SEED), Err(Error::DifferentSegments)));
}

#[test]
fn texts_without_a_word() {
    let empty = lines(&["", " "]);
    let bleu = Bleu { effective_order: true, ..Bleu::default() };
    assert_eq!(bleu.corpus(&empty, std::slice::from_ref(&empty)).unwrap().score, 0.0);
    assert_eq!(Chrf::plus_plus().corpus(&empty, std::slice::from_ref(&empty)).unwrap(), 0.0);
}
