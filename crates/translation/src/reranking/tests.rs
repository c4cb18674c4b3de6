use super::*;

fn members(terms: &[(&str, f32)]) -> Vec<(String, f32)> {
    terms.iter().map(|(term, weight)| ((*term).to_owned(), *weight)).collect()
}

fn report(translation: &str, reasons: &[Reason]) -> SentenceReport {
    let kept = SentenceReport::kept("Es sind 3.", SentenceStatus::Done);
    SentenceReport { translation: translation.to_owned(), reasons: reasons.to_vec(), score: -9.0, ..kept }
}

fn rescoring(decoded: &[(&str, &[Reason])]) -> Rescoring {
    let named = |(number, (text, reasons)): (usize, &(&str, &[Reason]))| {
        (format!("sum {number}"), report(text, reasons), Vec::new())
    };
    Rescoring::new(decoded.iter().enumerate().map(named), None)
}

fn texts(of: &Rescoring) -> Vec<&str> {
    of.hypotheses.iter().map(|hypothesis| hypothesis.report.translation.as_str()).collect()
}

#[test]
fn the_hypotheses_of_a_recipe_are_its_members_and_partial_sums() {
    let sums = |terms: &[(&str, f32)]| Reranking::every(&members(terms)).hypotheses;
    let three = [("tgt", 0.25), ("L", 0.5), ("src", 0.25)];
    assert_eq!(sums(&three), ["tgt", "L", "src", "0.5*L + 0.25*tgt", "0.5*L + 0.25*src"]);
    assert_eq!(sums(&[("L", 1.0), ("src", 1.0)]), ["L", "src"], "the pair is the recipe itself");
    assert_eq!(sums(&[("L", 1.0), ("mt", 1.0), ("base", -1.0)]), ["L", "mt", "1*L + 1*mt"]);
    assert_eq!(sums(&[("L", 1.0)]), [""; 0]);

    let decodings = Reranking::every(&members(&three)).decodings(&members(&three));
    let weights: Vec<_> = decodings.iter().map(|decoding| decoding.weights.clone()).collect();
    assert_eq!(weights[0], [1.0, 0.0, 0.0]);
    assert_eq!(weights[3], [1.0 / 3.0, 2.0 / 3.0, 0.0]);
    assert!(decodings.iter().all(|decoding| decoding.choice == Choice::GREEDY));
}

#[test]
fn two_models_alone_are_the_default_hypotheses() {
    let sums = |terms: &[(&str, f32)]| Reranking::of_recipe(&members(terms)).hypotheses;
    assert_eq!(sums(&[("L", 1.0), ("src", 0.5), ("tgt", 0.5)]), ["src", "tgt"]);
    assert_eq!(sums(&[("L", 1.0), ("src", 1.0)]), ["src", "L"]);
    assert_eq!(sums(&[("L", 1.0), ("mt", 1.0), ("base", -1.0)]), ["mt", "L"]);
    assert_eq!(sums(&[("L", 1.0)]), [""; 0]);
}

#[test]
fn one_model_gives_different_samples() {
    let one = members(&[("L", 1.0)]);
    let decodings = Reranking::of_recipe(&one).decodings(&one);
    let mut seeds: Vec<u32> = decodings.iter().map(|decoding| decoding.choice.seed).collect();
    seeds.dedup();
    assert_eq!(seeds.len(), SAMPLES as usize);
    assert!(decodings.iter().all(|decoding| decoding.choice.temperature > 0.0));
}

#[test]
fn settings_of_other_models_do_not_fit() {
    let settings = |sums: &[&str]| Reranking {
        lambda: 1.0,
        certain: 0.0,
        hypotheses: sums.iter().map(|sum| (*sum).to_owned()).collect(),
        measured: String::new(),
    };
    let two = members(&[("L", 1.0), ("src", 1.0)]);
    assert!(settings(&["L", "2*src"]).fits(&two));
    assert!(!settings(&["L", "tgt"]).fits(&two));
    assert!(!settings(&["L +"]).fits(&two));
    assert!(!settings(&["L"; MAX_HYPOTHESES + 1]).fits(&two));
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
    let listed: Vec<_> = chosen.report.hypotheses.iter().map(|listed| listed.sums.join("; ")).collect();
    assert_eq!(listed, ["sum 1; sum 5", "sum 3", "sum 0; sum 2", "sum 4"]);
}

/// Where all fail, the retried translation of the recipe stands.
#[test]
fn a_broken_hypothesis_never_wins() {
    let broken = [Reason::Repeated];
    let rescoring = rescoring(&[("a a a a", &[Reason::Repeated, Reason::Short]), ("b b b b", &broken)]);
    assert_eq!(texts(&rescoring), ["a a a a"]);
    assert!(!rescoring.compares());
}

/// A single one needs only its reverse score, and is listed only if several sums gave it.
#[test]
fn a_single_translation_is_scored_in_reverse() {
    for sums in [1, 2] {
        let decoded: Vec<(&str, &[Reason])> = vec![("one", &[]); sums];
        let mut single = rescoring(&decoded);
        assert!(!single.compares() && single.is_open());
        single.hypotheses[0].reverse = Some(-2.0);
        assert!(!single.is_open());
        let report = single.choose(0.5).expect("there is one").report;
        assert_eq!((report.score, report.reconstruction), (-9.0, Some(-2.0)));
        assert_eq!(report.hypotheses.len(), sums - 1);
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

#[test]
fn only_doubtful_translations_are_asked_again() {
    let settings = Reranking { certain: -0.5, ..Reranking::of_recipe(&[]) };
    let scored = |score, reasons: &[Reason]| SentenceReport { score, ..report("There are 3.", reasons) };
    assert!(settings.is_doubtful(&scored(-0.6, &[])));
    assert!(!settings.is_doubtful(&scored(-0.4, &[])));
    assert!(settings.is_doubtful(&scored(-0.4, &[Reason::Number("3".into())])));
    assert!(!settings.is_doubtful(&scored(0.0, &[Reason::TooLong])));
    assert!(Reranking { certain: 0.0, ..settings }.is_doubtful(&scored(-0.01, &[])));
}

#[test]
fn a_pairs_settings_are_kept_beside_the_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair: LanguagePair = "de-en".parse().expect("a pair");
    let settings =
        Reranking { lambda: 0.25, certain: -0.5, hypotheses: vec!["L".to_owned()], measured: String::new() };
    save_reranking(Some(folder.path()), &pair, settings.clone()).expect("is kept");
    assert_eq!(read(folder.path()).expect("reads"), [("de-en".to_owned(), settings)].into());
    std::fs::write(folder.path().join(FILE), r#"{"de-en": {"lambda": -1, "certain": 0, "hypotheses": []}}"#)
        .expect("writes");
    assert!(matches!(read(folder.path()), Err(Error::Read { .. })));
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
