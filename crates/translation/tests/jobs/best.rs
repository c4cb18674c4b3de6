//! `Quality::Best`: several translations of a sentence, of which the models choose one.

use std::sync::OnceLock;
use std::sync::mpsc::channel;

use translation::quality::Evidence;
use translation::{
    BeamOptions, DecodeOptions, Estimate, JobEvent, JobResult, Quality, Reason, Reranking, SentenceStatus,
    Setup, Source, Term, Translator, save_reranking,
};

use crate::ask::{PATIENCE, file, finished, last, pair, setup, submit, text, text_with, translator, written};
use crate::queue::home;

const SENTENCES: [&str; 4] = [
    "Der Zug kam gestern drei Stunden zu spät an.",
    "Sie hat ihrer Mutter einen langen Brief geschrieben.",
    "Kannst du mir bitte helfen, die schwere Kiste zu tragen?",
    "Niemand weiß, warum er nie nach Hause zurückgekehrt ist.",
];

fn best() -> DecodeOptions {
    DecodeOptions { quality: Quality::Best, ..DecodeOptions::default() }
}

fn alone(recipe: &str) -> DecodeOptions {
    DecodeOptions { recipe: Some(recipe.to_owned()), ..DecodeOptions::default() }
}

/// A translator whose models judge translations up to this mean log-probability.
fn asking_up_to(certain: f32) -> Translator {
    let models = tempfile::tempdir().expect("a folder").keep();
    let settings = Reranking { certain, ..Reranking::default() };
    for direction in ["de-en", "en-de"] {
        save_reranking(Some(&models), &pair(direction), settings.clone()).expect("is kept");
    }
    Translator::start(Setup { models: Some(models), ..setup() }, |_| {})
}

fn asking_always() -> &'static Translator {
    static SHARED: OnceLock<Translator> = OnceLock::new();
    SHARED.get_or_init(|| asking_up_to(0.0))
}

/// log P(translation | source) + ½ log P(source | translation), means.
fn score((forward, reverse): (f32, f32)) -> f32 {
    forward + 0.5 * reverse
}

#[test]
fn the_likeliest_in_both_directions_is_taken() {
    let mut changed = 0;
    for source in SENTENCES {
        let sentence = text_with(asking_always(), "de-en", source, best()).sentences.swap_remove(0);
        let all = &sentence.hypotheses;
        let mut outputs: Vec<usize> = all.iter().flat_map(|one| one.outputs.clone()).collect();
        outputs.sort_unstable();
        assert_eq!(outputs, [0, 1, 2, 3], "three branches: {all:?}");
        let own = all.iter().find(|one| one.outputs.contains(&0)).expect("the sum has one");
        assert_eq!(Some(&own.translation), text(translator(), "de-en", source).text.as_ref());
        let scored = all.iter().filter_map(|one| Some((one, score(one.scores?))));
        if let Some((chosen, _)) = scored.max_by(|a, b| a.1.total_cmp(&b.1)) {
            assert_eq!(sentence.translation, chosen.translation, "{sentence:?}");
            let (forward, reverse) = chosen.scores.expect("has scores");
            assert_eq!((sentence.score, sentence.reconstruction), (forward, Some(reverse)));
        }
        changed += usize::from(sentence.translation != own.translation);
    }
    assert!(changed > 0, "the sum's own translation is not always taken");
}

/// A given output has the score of a decoded one: the reverse score is that of the specialist for the source language in the
/// opposite direction, where it is the one for the target language.
#[test]
fn the_reverse_score_is_that_of_the_opposite_direction() {
    let mut compared = 0;
    for english in [
        "The house is old.",
        "I have a dog.",
        "She is my sister.",
        "I need help.",
        "He reads a book.",
        "Tom is ill today.",
        "We are at home.",
        "Where is my key?",
    ] {
        let german = text_with(translator(), "en-de", english, alone("tgt")).sentences.swap_remove(0);
        let back = text_with(asking_always(), "de-en", &german.translation, best());
        let same = back.sentences[0].hypotheses.iter().find(|one| one.translation == english);
        if let Some((_, reverse)) = same.and_then(|same| same.scores) {
            assert!((reverse - german.score).abs() < 0.02, "{same:?}, {german:?}");
            compared += 1;
        }
    }
    assert!(compared > 0, "none came back");
}

/// A translation that the sum is certain of is taken at once.
#[test]
fn a_certain_translation_is_not_judged() {
    let certain = asking_up_to(-9.0);
    let taken = text_with(&certain, "de-en", "Guten Morgen.", best());
    assert!(taken.sentences[0].hypotheses.is_empty(), "{taken:?}");
    assert_eq!(taken.text, text(translator(), "de-en", "Guten Morgen.").text);
    certain.stop();
    let judged = text_with(asking_always(), "de-en", "Guten Morgen.", best());
    assert!(!judged.sentences[0].hypotheses.is_empty(), "{judged:?}");
}

/// Typed text shows the sum's own translation while the others are made.
#[test]
fn the_first_translation_is_shown_before_the_chosen_one() {
    let texts = |options| {
        let (_, events) = submit(translator(), "de-en", Source::Text(SENTENCES[0].to_owned()), options);
        let events = events.iter().collect::<Vec<_>>();
        events.into_iter().filter_map(|event| match event {
            JobEvent::Text { text, .. } => Some(text),
            _ => None,
        })
    };
    let fast = texts(DecodeOptions::default()).next_back().expect("is shown");
    let best: Vec<String> = texts(best()).collect();
    let chosen = text_with(translator(), "de-en", SENTENCES[0], self::best()).text;
    assert_eq!(best.last(), chosen.as_ref());
    assert!(best.iter().all(|shown| fast.starts_with(shown) || Some(shown) == chosen.as_ref()), "{best:?}");
}

#[test]
fn one_model_chooses_among_branches() {
    let options = || DecodeOptions { quality: Quality::Best, ..alone("L") };
    let translated = || SENTENCES.map(|source| text_with(translator(), "de-en", source, options()));
    let first = translated();
    assert!(first.iter().any(|result| result.sentences[0].hypotheses.len() > 1), "{first:?}");
    assert_eq!(first.map(|result| result.text), translated().map(|result| result.text), "the samples repeat");
}

/// Beam search says itself which translation it takes.
#[test]
fn beams_are_not_reranked() {
    let beam = Some(BeamOptions { beams: 4, length_penalty: 1.0, n_best: 1 });
    let plain =
        text_with(translator(), "de-en", SENTENCES[0], DecodeOptions { beam, ..DecodeOptions::default() });
    let both = text_with(translator(), "de-en", SENTENCES[0], DecodeOptions { beam, ..best() });
    assert!(both.sentences[0].hypotheses.is_empty());
    assert_eq!(plain.text, both.text);
}

/// Each hypothesis is pulled towards its placeholder and its term, so the chosen one has them.
#[test]
fn locked_items_and_terms_are_in_the_chosen_translation() {
    let term = Term { source: "Brief".to_owned(), target: "epistle".to_owned() };
    let options = DecodeOptions { terms: vec![term], ..best() };
    let home = home();
    let source = home.write("a.txt", "Sie hat %s einen langen Brief geschrieben.");
    let (_, result) = home.run(&source, options);
    let sentence = &result.sentences[0];
    assert!(sentence.translation.contains("%s"), "{sentence:?}");
    let used = |text: &str| text.contains("epistle");
    let any = sentence.hypotheses.iter().any(|hypothesis| used(&hypothesis.translation));
    let missing = Reason::Term("epistle".to_owned());
    assert_eq!(sentence.reasons.contains(&missing), !used(&sentence.translation));
    assert!(!any || used(&sentence.translation), "{sentence:?}");
    home.translator.stop();
}

/// Neither a lost device nor a pause in the middle changes what is chosen, and a fast document reuses nothing of it.
#[test]
fn a_disturbed_document_is_the_same_as_an_undisturbed_one() {
    let text: String = SENTENCES.iter().chain(&SENTENCES).map(|line| format!("{line}\n\n")).collect();
    let options = || DecodeOptions { memory: false, ..best() };
    let calm = home();
    let source = calm.write("a.txt", &text);
    let (_, undisturbed) = calm.run(&source, options());
    assert_eq!((undisturbed.segments, undisturbed.reused), (8, 4), "equal sentences are decoded once");
    let (_, fast) = calm.run(&source, DecodeOptions { memory: false, ..DecodeOptions::default() });
    assert_eq!(fast.reused, 4, "only its own");
    assert!(undisturbed.sentences.iter().any(|sentence| !sentence.hypotheses.is_empty()));
    let (_, again) = calm.run(&source, options());
    assert_eq!((again.reused, again.tokens), (8, 0));
    assert!(again.sentences.iter().all(|sentence| sentence.status != SentenceStatus::Done));
    calm.translator.stop();

    let home = home();
    let source = home.write("a.txt", &text);
    let (id, events) = submit(&home.translator, "de-en", file(&source), options());
    let next_done = |events: &std::sync::mpsc::Receiver<JobEvent>, wanted: usize| loop {
        match events.recv_timeout(PATIENCE).expect("it goes on") {
            JobEvent::Progress { done, .. } if done >= wanted => return,
            event => assert!(!event.is_last(), "{event:?}"),
        }
    };
    next_done(&events, 1);
    home.translator.lose_device();
    next_done(&events, 2);
    home.translator.pause(id);
    assert_eq!(last(&events), JobEvent::Paused);
    home.translator.stop();
    // Another process goes on, as after a crash.
    let translator =
        Translator::start(Setup { data: Some(home.folder.path().join("data")), ..setup() }, |_| {});
    let (sender, events) = channel();
    translator.resume(id, move |event| drop(sender.send(event))).expect("is free");
    let disturbed = finished(&events);
    assert!(disturbed.reused >= 2, "what was finished is kept");
    assert_eq!(written(&disturbed), written(&undisturbed));
    translator.stop();
}

/// With one sequence at a time the hypotheses follow each other; typed text goes before a document's.
#[test]
fn a_text_does_not_wait_for_the_hypotheses_of_a_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("a.txt");
    std::fs::write(&source, SENTENCES.join("\n\n")).expect("writes");
    let translator = Translator::start(Setup { sequences: 1, ..setup() }, |_| {});
    let (id, events) = submit(&translator, "de-en", file(&source), best());
    assert!(matches!(events.recv_timeout(PATIENCE), Ok(JobEvent::Started { .. })));
    let typed = text_with(&translator, "de-en", "Es regnet.", best());
    assert_eq!(typed.text, text_with(self::translator(), "de-en", "Es regnet.", best()).text);
    translator.cancel(id);
    assert_eq!(last(&events), JobEvent::Cancelled);
    assert!(!text(&translator, "de-en", "Hallo.").text.expect("a text").is_empty());
    translator.stop();
}

/// The full estimate has the probability of the source given the translation, by whichever way a sentence is translated;
/// the translation stays the same.
#[test]
fn each_sentence_is_reconstructed_for_the_full_estimate() {
    let full = || DecodeOptions { estimate: Estimate::Full, ..DecodeOptions::default() };
    let source = "Guten Morgen. Sie hat ihrer Mutter einen langen Brief geschrieben.";
    let cheap = text(translator(), "de-en", source);
    let read_back = text_with(translator(), "de-en", source, full());
    assert_eq!(read_back.text, cheap.text);
    for (full, cheap) in read_back.sentences.iter().zip(&cheap.sentences) {
        let reconstruction = full.reconstruction.expect("was computed");
        assert!(reconstruction < 0.0 && full.hypotheses.is_empty(), "{full:?}");
        let evidence = full.evidence.expect("was decoded");
        assert_eq!(evidence.reconstruction, Some(reconstruction));
        assert_eq!(cheap.evidence, Some(Evidence { reconstruction: None, ..evidence }));
    }
    let certain = asking_up_to(-9.0);
    let same = text_with(&certain, "de-en", source, best());
    let values = |result: &JobResult| -> Vec<Option<f32>> {
        result.sentences.iter().map(|sentence| sentence.reconstruction).collect()
    };
    assert_eq!(values(&same), values(&read_back), "also where the sum is certain");
    certain.stop();
}
