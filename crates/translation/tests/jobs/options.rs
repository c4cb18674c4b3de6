//! Recipes, ways to decode, and setups that cannot work.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::channel;

use translation::{
    BeamOptions, DecodeOptions, EngineState, PromptPrecision, Sampling, SentenceStatus, Setup, Source,
    Translator,
};

use crate::ask::{file, finished, pair, problem, setup, setup_in, submit, text, text_with, translator};

fn recipe(sum: &str) -> DecodeOptions {
    DecodeOptions { recipe: Some(sum.to_owned()), report: true, ..DecodeOptions::default() }
}

#[test]
fn recipes_that_cannot_be_are_named() {
    let recipe = |recipe: &str| {
        let options = DecodeOptions { recipe: Some(recipe.to_owned()), ..DecodeOptions::default() };
        problem(&submit(translator(), "de-en", Source::Text("Hallo.".to_owned()), options).1)
    };
    assert_eq!(recipe("L +"), "recipe");
    assert_eq!(recipe("L + base"), "missing_model");
    let other = submit(translator(), "de-ja", Source::Text("Hallo.".to_owned()), DecodeOptions::default());
    assert_eq!(problem(&other.1), "no_model");
}

#[test]
fn a_job_has_the_recipe_that_it_asks_for() {
    let source = "Tom hat seiner Mutter gestern einen langen Brief geschrieben.";
    let answers: Vec<_> = ["original", "src", "tgt", "collab", "L + src + tgt"]
        .map(|sum| text_with(translator(), "de-en", source, recipe(sum)).sentences.swap_remove(0))
        .into();
    let models: Vec<_> = answers.iter().map(|answer| answer.tokens[0].votes.len()).collect();
    assert_eq!(models, [1, 1, 1, 3, 3]);
    assert_eq!(answers[3], answers[4], "a preset is the sum that it stands for");
    let alone: HashSet<_> = answers[..4].iter().map(|answer| answer.score.to_bits()).collect();
    assert_eq!(alone.len(), 4, "every sum has its own scores");
}

/// Each term's votes are those of the model that plays it, in the order of the recipe and in both directions.
#[test]
fn votes_are_in_the_order_of_the_recipe() {
    for (direction, source) in [("de-en", "Guten Morgen."), ("en-de", "Good morning.")] {
        let alone = ["src", "L", "tgt"].map(|term| {
            let answer = text_with(translator(), direction, source, recipe(term)).sentences.swap_remove(0);
            answer.tokens[0].votes[0].clone()
        });
        let sum =
            text_with(translator(), direction, source, recipe("src + L + tgt")).sentences.swap_remove(0);
        for (term, (vote, alone)) in sum.tokens[0].votes.iter().zip(&alone).enumerate() {
            let same = vote.iter().zip(alone).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 0.01);
            assert!(same, "{direction} term {term}: {vote:?} for {alone:?}");
        }
        assert_ne!(alone[0], alone[2]);
    }
}

#[test]
fn beams_bring_further_translations() {
    let beam = Some(BeamOptions { beams: 4, length_penalty: 1.0, n_best: 3 });
    let options = DecodeOptions { beam, ..DecodeOptions::default() };
    let sentence = text_with(translator(), "de-en", "Wo ist der Bahnhof?", options).sentences.swap_remove(0);
    assert_eq!((sentence.status, sentence.others.len()), (SentenceStatus::Done, 2));
    let all: HashSet<_> = sentence.others.iter().chain([&sentence.translation]).collect();
    assert_eq!(all.len(), 3);
}

#[test]
fn a_seed_repeats() {
    let sampled = |seed| {
        let sampling = Some(Sampling { temperature: 1.5, top_p: 1.0, top_k: 31, seed });
        let options = DecodeOptions { sampling, ..recipe("L") };
        let source = "Kannst du mir bitte helfen, die schwere Kiste zu tragen?";
        text_with(translator(), "de-en", source, options).text.expect("a text")
    };
    let seeds: Vec<_> = (0..4).map(sampled).collect();
    assert_eq!(seeds, (0..4).map(sampled).collect::<Vec<_>>());
    assert!(seeds.iter().collect::<HashSet<_>>().len() > 1);
}

/// Texts in both directions at once: the same three models in other roles.
#[test]
fn two_pairs_at_once_give_what_each_gives_alone() {
    let asked = [("de-en", "Das Haus ist alt."), ("en-de", "The house is old."), ("de-en", "Es regnet.")];
    let alone = asked.map(|(direction, source)| text(translator(), direction, source).text);
    let together = asked.map(|(direction, source)| {
        submit(translator(), direction, Source::Text(source.to_owned()), DecodeOptions::default()).1
    });
    assert_eq!(together.map(|events| crate::ask::finished(&events).text), alone);
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let setup = Setup { adapter: Some("no such adapter".to_owned()), pair: Some(pair("de-en")), ..setup() };
    let (sender, states) = channel();
    let translator = Translator::start(setup, move |state| drop(sender.send(state)));
    let failed = states.iter().find_map(|state| match state {
        EngineState::Failed(problem) => Some(problem),
        _ => None,
    });
    let problem = failed.expect("it fails");
    assert_eq!(problem.code, "gpu");
    assert!(problem.message.contains("no such adapter"), "{}", problem.message);
    translator.stop();
}

#[test]
fn a_model_that_is_not_there_is_named() {
    let chosen = BTreeMap::from([("L".to_owned(), "no-such-model".to_owned())]);
    let translator = Translator::start(Setup { chosen, ..setup() }, |_| {});
    let hello = || Source::Text("Hallo.".to_owned());
    for _ in 0..2 {
        let job = submit(&translator, "de-en", hello(), DecodeOptions::default());
        assert_eq!(problem(&job.1), "unknown_model");
    }
    translator.stop();
}

/// Prompts in int8 give other logits: what came of them is not taken for what exact ones give.
#[test]
fn the_precision_of_prompts_decides_what_is_reused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, data) = (folder.path().join("a.txt"), folder.path().join("data"));
    std::fs::write(&source, "Es regnet.\n").expect("writes");
    let reused = |prompts| {
        let translator = Translator::start(Setup { prompts, ..setup_in(&data) }, |_| {});
        let options = DecodeOptions { memory: false, ..DecodeOptions::default() };
        let result = finished(&submit(&translator, "de-en", file(&source), options).1);
        translator.stop();
        result.reused
    };
    let (exact, int8) = (PromptPrecision::Exact, PromptPrecision::Int8);
    assert_eq!([exact, int8, exact, int8].map(reused), [0, 0, 1, 1]);
}
