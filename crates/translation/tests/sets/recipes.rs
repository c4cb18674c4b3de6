//! Which recipe a pair gets.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use translation::{
    Catalog, ChosenRecipe, Error, ImportOptions, LanguagePair, PublishedModel, RecipeOrigin, Role,
    choose_recipe, published_set,
};

use crate::starter_gguf;

fn pair(text: &str) -> LanguagePair {
    text.parse().expect("a pair")
}

/// Imports a starter as if it were the file of a published model.
fn install(models: &Path, model: &PublishedModel, term: &str, from_a_stick: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join(&model.file);
    std::fs::write(&source, starter_gguf::bytes("large")).expect("writes");
    let mut options =
        ImportOptions { prompt: Some("{source}:".to_owned()), ..model.import_options(term, None) };
    if from_a_stick {
        options.repository = None;
        options.name = Some("mine".to_owned());
        options.role = Some(Role::Large);
    }
    translation::import(Some(models), &source, &options, &mut |_| ControlFlow::Continue(()))
        .expect("imports");
}

#[test]
fn the_users_choice_comes_before_a_set_and_a_set_before_specialists() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = folder.path();
    let in_use = |direction: &str| Catalog::read(models).expect("reads").recipe_in_use(&pair(direction));
    let starters = in_use("de-en").expect("the starters");
    assert_eq!((starters.recipe.as_str(), starters.origin), ("L + src + tgt", RecipeOrigin::Specialists));
    assert!(matches!(in_use("fr-it"), Err(Error::NoModel(_))));

    // One of two models of the set changes nothing but what its own light set knows.
    let europe = published_set("europe").expect("is there");
    install(models, &europe.members[1].model, "S", false);
    let light = in_use("de-en").expect("the light set");
    assert_eq!(light.origin, RecipeOrigin::Set("light-europe".to_owned()));
    assert_eq!(light.models, BTreeMap::from([("L".to_owned(), "eurollm-1.7b-instruct".to_owned())]));
    let catalog = Catalog::read(models).expect("reads");
    assert_eq!(catalog.set_state(europe).missing, ["eurollm-9b-instruct"]);
    assert!(matches!(catalog.set_recipe(europe), Err(Error::NotInstalled { .. })));
    // Its role is another, but the pair is offered and translated.
    assert!(catalog.pairs().contains(&pair("fr-it")));

    install(models, &europe.members[0].model, "L", true);
    let full = in_use("fr-it").expect("the set");
    assert_eq!((full.recipe.as_str(), full.origin), ("L + S", RecipeOrigin::Set("europe".to_owned())));
    let expected = [("L", "mine"), ("S", "eurollm-1.7b-instruct")];
    assert_eq!(full.models, expected.map(|(term, name)| (term.to_owned(), name.to_owned())).into());
    // Where the set knows nothing, all is as before.
    let catalog = Catalog::read(models).expect("reads");
    let recipes = catalog.recipes_for(&pair("fr-it")).expect("several");
    let texts: Vec<_> = recipes.iter().map(|recipe| recipe.recipe.as_str()).collect();
    assert_eq!(texts, ["L + S", "L + 0.5*S", "L", "L", "L"]);

    let choice = ChosenRecipe {
        recipe: "0.5*L + S".to_owned(),
        models: [("L", "eurollm-1.7b-instruct"), ("S", "mine")]
            .map(|(term, name)| (term.to_owned(), name.to_owned()))
            .into(),
    };
    choose_recipe(Some(models), &pair("de-en"), Some(choice.clone())).expect("is kept");
    let chosen = in_use("de-en").expect("the choice");
    assert_eq!(
        (chosen.recipe, chosen.models, chosen.origin),
        (choice.recipe, choice.models, RecipeOrigin::Chosen)
    );
    assert_eq!(in_use("en-de").expect("the set").origin, RecipeOrigin::Set("europe".to_owned()));

    // Without its models a choice is passed over; it can be taken back.
    translation::remove(Some(models), "mine").expect("is removed");
    assert_eq!(in_use("de-en").expect("the light set").origin, RecipeOrigin::Set("light-europe".to_owned()));
    choose_recipe(Some(models), &pair("de-en"), None).expect("is taken back");
    assert_eq!(std::fs::read_to_string(models.join("recipes.json")).expect("reads"), "{}");
    let wrong = ChosenRecipe { recipe: "L +".to_owned(), models: BTreeMap::new() };
    assert!(choose_recipe(Some(models), &pair("de-en"), Some(wrong)).is_err());
}

#[test]
fn a_malformed_choice_is_reported_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("recipes.json"), "[1]").expect("writes");
    let catalog = Catalog::read(folder.path()).expect("reads");
    assert_eq!(catalog.broken.len(), 1);
    assert!(catalog.recipe_in_use(&pair("de-en")).is_ok());
    let choice = ChosenRecipe { recipe: "L".to_owned(), models: BTreeMap::new() };
    assert!(choose_recipe(Some(folder.path()), &pair("de-en"), Some(choice)).is_err());
    assert_eq!(std::fs::read_to_string(folder.path().join("recipes.json")).expect("reads"), "[1]");
}
