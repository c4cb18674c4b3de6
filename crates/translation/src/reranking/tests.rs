use super::*;

fn report(translation: &str, reasons: &[Reason]) -> SentenceReport {
    let kept = SentenceReport::kept("Es sind 3.", SentenceStatus::Done);
    SentenceReport { translation: translation.to_owned(), reasons: reasons.to_vec(), score: -9.0, ..kept }
}

fn rescoring(decoded: &[(&str, &[Reason])]) -> Rescoring {
    Rescoring::new(decoded.iter().map(|(text, reasons)| (report(text, reasons), Vec::new(), None)))
}

fn texts(of: &Rescoring) -> Vec<&str> {
    of.hypotheses.iter().map(|hypothesis| hypothesis.report.translation.as_str()).collect()
}

#[test]
fn equal_hypotheses_are_scored_once_and_faulty_ones_not_at_all() {
    let missing = [Reason::Number("3".into())];
    let rescoring = rescoring(&[
        ("There are.", &missing),
        ("There are 3.", &[]),
        ("There are.", &missing),
        ("3 are there.", &[]),
        ("are are are are", &[Reason::Repeated]),
        ("There are 3.", &[]),
    ]);
    assert_eq!(texts(&rescoring), ["There are 3.", "3 are there."]);
    assert!(rescoring.is_open());
    let chosen = rescoring.choose(1.0).expect("there are two");
    let listed: Vec<_> = chosen.report.hypotheses.iter().map(|listed| listed.outputs.clone()).collect();
    assert_eq!(listed, [vec![1, 5], vec![3], vec![0, 2], vec![4]]);
}

/// Where all fail, the retried translation of the recipe stands.
#[test]
fn a_broken_hypothesis_never_wins() {
    let broken = [Reason::Repeated];
    let rescoring = rescoring(&[("a a a a", &[Reason::Repeated, Reason::Short]), ("b b b b", &broken)]);
    assert_eq!(texts(&rescoring), ["a a a a"]);
    assert!(!rescoring.compares());
}

/// A single one needs only its reverse score, and is listed only if several outputs gave it.
#[test]
fn a_single_translation_is_scored_in_reverse() {
    for outputs in [1, 2] {
        let decoded: Vec<(&str, &[Reason])> = vec![("one", &[]); outputs];
        let mut single = rescoring(&decoded);
        assert!(!single.compares() && single.is_open());
        single.hypotheses[0].reverse = Some(-2.0);
        assert!(!single.is_open());
        let report = single.choose(0.5).expect("there is one").report;
        assert_eq!((report.score, report.reconstruction), (-9.0, Some(-2.0)));
        assert_eq!(report.hypotheses.len(), outputs - 1);
    }
}

#[test]
fn both_directions_decide_by_lambda() {
    let scored = || {
        let mut two = rescoring(&[("one", &[]), ("two", &[])]);
        (two.hypotheses[0].forward, two.hypotheses[0].reverse) = (Some(-1.0), Some(-2.0));
        (two.hypotheses[1].forward, two.hypotheses[1].reverse) = (Some(-1.5), Some(-1.2));
        two
    };
    let chosen = |lambda| scored().choose(lambda).expect("there are two").report;
    assert_eq!(chosen(0.5).translation, "one");
    assert_eq!(chosen(1.0).translation, "two");
    assert_eq!((chosen(1.0).score, chosen(1.0).reconstruction), (-1.5, Some(-1.2)));
    let mut unscored = scored();
    unscored.hypotheses[1].reverse = Some(f32::NEG_INFINITY);
    assert_eq!(unscored.choose(1.0).expect("there are two").report.translation, "one");
}

/// A branch's score is known from its decoding.
#[test]
fn known_scores_are_not_computed_again() {
    let known = ["one", "two"].map(|text| (report(text, &[]), Vec::new(), Some(-1.0)));
    let mut rescoring = Rescoring::new(known);
    assert!(rescoring.is_open());
    rescoring.hypotheses.iter_mut().zip([-3.0, -2.0]).for_each(|(one, score)| one.reverse = Some(score));
    assert!(!rescoring.is_open());
    assert_eq!(rescoring.choose(0.5).expect("there are two").report.translation, "two");
}

#[test]
fn a_pairs_settings_are_kept_beside_the_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair: LanguagePair = "de-en".parse().expect("a pair");
    let settings = Reranking { lambda: 0.25, certain: -0.5, branches: 2, measured: String::new() };
    save_reranking(Some(folder.path()), &pair, settings.clone()).expect("is kept");
    assert_eq!(read(folder.path()).expect("reads"), [("de-en".to_owned(), settings)].into());
    for wrong in ["-1, \"certain\": 0, \"branches\": 1", "1, \"certain\": 0, \"branches\": 7"] {
        let text = format!("{{\"de-en\": {{\"lambda\": {wrong}}}}}");
        std::fs::write(folder.path().join(FILE), text).expect("writes");
        assert!(matches!(read(folder.path()), Err(Error::Read { .. })));
    }
}

#[test]
fn a_later_translation_is_taken_unless_it_is_much_less_likely() {
    let chosen = |scores: [f32; 2]| {
        let mut both = rescoring(&[("The agreement.", &[]), ("The contract.", &[])]).forward_only();
        assert!(both.is_open());
        both.hypotheses.iter_mut().zip(scores).for_each(|(one, score)| one.forward = Some(score));
        assert!(!both.is_open());
        let chosen = both.last_unless_worse(0.25).expect("one of them");
        assert_eq!((chosen.report.reconstruction, chosen.report.hypotheses.len()), (None, 0));
        (chosen.report.translation, chosen.report.score)
    };
    assert_eq!(chosen([-1.0, -1.25]), ("The contract.".to_owned(), -1.25));
    assert_eq!(chosen([-1.0, -1.3]), ("The agreement.".to_owned(), -1.0));
    assert_eq!(chosen([-1.0, f32::NEG_INFINITY]).0, "The agreement.");
}
