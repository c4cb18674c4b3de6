//! The built-in catalogue is well-formed, and a malformed one is refused.

use engine::Recipe;

use super::*;
use crate::languages::language;

fn models() -> Vec<&'static PublishedModel> {
    let sets = published_sets().expect("parses");
    let mut models: Vec<_> = sets.iter().flat_map(|set| &set.members).map(|m| &m.model).collect();
    models.sort_by_key(|model| &model.id);
    models.dedup();
    models
}

#[test]
fn every_model_is_well_formed() {
    let mut files = BTreeSet::new();
    for model in models() {
        let id = &model.id;
        assert!(crate::model_library::check_name(id).is_ok(), "{id}");
        let plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        let (owner, name) = model.repository.split_once('/').expect("owner/name");
        assert!(plain(owner) && plain(name) && plain(&model.file), "{id}");
        assert!(model.file.to_lowercase().ends_with(".gguf"), "{id}");
        assert!(files.insert((&model.repository, &model.file)), "{id} is there under two names");
        assert!(licence(&model.licence).is_some(), "{id}: {}", model.licence);
        assert!(model.languages.len() > 1, "{id}");
        let unique: BTreeSet<_> = model.languages.iter().collect();
        assert_eq!(unique.len(), model.languages.len(), "{id}");
        assert!(model.languages.iter().all(|code| language(code).is_some()), "{id}");
        let texts = [model.prompt.as_deref(), model.instruction.as_ref().map(|i| i.user.as_str())];
        assert!(texts.iter().flatten().count() <= 1, "{id} has a prompt and an instruction");
        for text in texts.into_iter().flatten() {
            assert_eq!(text.matches("{source}").count(), 1, "{id}");
            assert!(text.contains("{to_name}"), "{id}");
        }
        assert!(model.architecture().check().is_ok(), "{id}");
    }
}

/// The header and the tokenizer take 2 to 8 MB of a file; what is more would be a wrong shape or kind.
#[test]
fn every_size_agrees_with_shape_and_quantization() {
    for model in models() {
        let tensors = model.sizes().source_bytes;
        let margin = if model.approximate { model.bytes / 100 } else { 0 };
        let rest = model.bytes as i64 - tensors as i64;
        let honest = 1_000_000 - margin as i64..10_000_000 + margin as i64;
        assert!(honest.contains(&rest), "{}: {tensors} of {} bytes", model.id, model.bytes);
    }
}

#[test]
fn every_set_can_be_summed() {
    let mut ids = BTreeSet::new();
    for set in published_sets().expect("parses") {
        let id = &set.id;
        assert!(ids.insert(id), "{id} is there twice");
        assert!(set.languages.len() > 1 && !set.title.is_empty() && !set.notes.is_empty(), "{id}");
        let terms: BTreeSet<_> = set.members.iter().map(|member| member.term.as_str()).collect();
        assert_eq!(terms.len(), set.members.len(), "{id}");
        assert!(terms.contains("L"), "{id}");
        assert!(!set.recipes.is_empty(), "{id}");
        for text in &set.recipes {
            let recipe = Recipe::parse(text).expect(id);
            assert_eq!(recipe.to_string(), *text, "{id}: as it is shown");
            assert!(recipe.terms.iter().all(|term| terms.contains(term.model.as_str())), "{id}: {text}");
        }
        let usual = Recipe::parse(set.recipe()).expect(id);
        assert!(terms.iter().all(|term| usual.uses(term)), "{id}: every model is used");
        let vocabularies: BTreeSet<_> = set.members.iter().map(|m| m.model.shape.vocabulary).collect();
        assert_eq!(vocabularies.len(), 1, "{id}");
        let files: BTreeSet<_> = set.members.iter().map(|m| &m.model.id).collect();
        assert_eq!(files.len(), set.members.len(), "{id}");
    }
}

/// A model that does not fit another leads to the sets that it belongs to.
#[test]
fn an_installed_model_is_found_in_its_sets() {
    let mut info = crate::starter::STARTERS[0].open().expect("opens").info().clone();
    assert!(sets_with(&info).is_empty());
    for set in published_sets().expect("parses") {
        for PublishedMember { model, term } in &set.members {
            info.sources[0].file.clone_from(&model.file);
            info.repository = model.import_options(term, None).repository;
            assert!(sets_with(&info).iter().any(|found| found.id == set.id), "{}", model.id);
        }
        let problem = Error::Vocabularies {
            first: "one".to_owned(),
            second: "two".to_owned(),
            difference: "token 3".to_owned(),
            fitting: Vec::new(),
            sets: vec![set.id.as_str()],
        }
        .problem();
        assert!(problem.message.contains("token 3"), "{}", problem.message);
        let hint = format!("No other installed model fits one. `wasan models get {}`", set.id);
        assert!(problem.hint.starts_with(&hint), "{}", problem.hint);
    }
}

#[test]
fn an_unknown_set_names_the_nearest_ones() {
    assert_eq!(published_set("europe").expect("is there").title, "Europe");
    let Err(Error::UnknownSet { nearest, .. }) = published_set("eurpe") else { panic!("is unknown") };
    assert_eq!(nearest[0], "europe");
}

#[test]
fn a_malformed_catalogue_is_refused() {
    for text in ["", "model = 3", "[[model]]\nid = \"a\"\n", "[[set]]\nid = \"a\"\n"] {
        assert!(parse(text).is_err(), "{text}");
    }
    let missing = "model = []\n[[set]]\nid = \"a\"\ntitle = \"A\"\nmembers = [{ term = \"L\", model = \"b\" }]\nrecipes = [\"L\"]\n";
    assert!(parse(missing).expect_err("has no model b").contains("no model b"));
}
