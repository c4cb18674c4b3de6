//! Which models are found, which pairs they offer, and which of them a recipe gets.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;

/// A file of a built-in model, to be imported under another name.
fn starter(folder: &str, file: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../models/starter", folder, file].iter().collect();
    std::fs::read(path).expect("is there")
}

/// Imports a copy of a starter with a role and languages; `second` is its import time.
fn import(models: &Path, name: &str, role: Value, languages: &[&str], tokenizer: &[u8], second: u64) {
    let from = if role == "large" { "large" } else { "small-de" };
    let folder = models.join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut info: Value = serde_json::from_slice(&starter(from, "model.json")).expect("JSON");
    info["name"] = name.into();
    info["role"] = role;
    info["languages"] = json!(languages);
    info["pairs"] = json!([]);
    info["vocabulary"] =
        model_files::Tokenizer::from_bytes(tokenizer).expect("a tokenizer").fingerprint().into();
    std::fs::write(folder.join("model.json"), info.to_string()).expect("written");
    std::fs::write(folder.join("model.safetensors"), starter(from, "model.safetensors")).expect("written");
    std::fs::write(folder.join("tokenizer.json"), tokenizer).expect("written");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + second);
    let file = std::fs::File::options().write(true).open(folder.join("model.json")).expect("opens");
    file.set_modified(time).expect("a time");
}

fn specialist(language: &str) -> Value {
    json!({ "specialist": { "language": language } })
}

/// A tokenizer with the same number of tokens but another vocabulary.
fn other_tokenizer() -> Vec<u8> {
    let mut json: Value = serde_json::from_slice(&starter("large", "tokenizer.json")).expect("JSON");
    json["model"]["merges"].as_array_mut().expect("a list").swap(10, 11);
    json.to_string().into_bytes()
}

fn chosen(models: &Path, pair: &str, term: &str) -> Result<String> {
    let catalog = Catalog::read(models)?;
    let pair: LanguagePair = pair.parse().expect("a pair");
    let members = catalog.members(&pair, &Recipe::parse(term)?, &BTreeMap::new())?;
    Ok(members.into_iter().map(|member| member.entry.id).collect())
}

#[test]
fn a_cached_catalog_follows_every_change_of_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = folder.path();
    let cache = CatalogCache::new(Some(models.join("models")));
    let names = || {
        let catalog = cache.catalog().expect("reads");
        (catalog.entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>(), catalog.tuned.len())
    };
    let built_in = names();
    let tokenizer = starter("large", "tokenizer.json");
    import(&models.join("models"), "a", specialist("de"), &["de", "en"], &tokenizer, 0);
    assert_eq!(names().0[0], "a");
    let (first, second) = (cache.catalog().expect("reads"), cache.catalog().expect("reads"));
    assert!(std::sync::Arc::ptr_eq(&first, &second), "nothing has changed");
    import(&models.join("models"), "a", specialist("ja"), &["ja", "en"], &tokenizer, 1);
    assert!(cache.catalog().expect("reads").entries[0].is_specialist("ja"));
    std::fs::write(
        models.join("models/tuned.json"),
        r#"{"de-en": {"sum": "L", "models": {}, "measured": ""}}"#,
    )
    .expect("written");
    assert_eq!(names().1, 1);
    std::fs::remove_file(models.join("models/a/model.safetensors")).expect("removed");
    assert_eq!(cache.catalog().expect("reads").broken.len(), 1);
    std::fs::remove_dir_all(models.join("models")).expect("removed");
    assert_eq!(names(), built_in);
}

/// The starters know three languages, but not the pair of German and Japanese.
#[test]
fn only_pairs_that_the_large_model_was_trained_on_are_offered() {
    let models = tempfile::tempdir().expect("a folder");
    let pairs: Vec<String> =
        Catalog::read(models.path()).expect("reads").pairs().iter().map(LanguagePair::to_string).collect();
    assert_eq!(pairs.len(), 4, "{pairs:?}");
    for pair in ["de-en", "en-de", "ja-en", "en-ja"] {
        assert!(pairs.iter().any(|other| other == pair), "{pairs:?}");
        assert!(
            matches!(chosen(models.path(), pair, "L + src + tgt"), Ok(names) if names.starts_with("starter-large"))
        );
    }
    assert!(matches!(chosen(models.path(), "de-ja", "L"), Err(Error::NoModel(_))));
}

#[test]
fn a_model_without_languages_offers_no_pair() {
    let models = tempfile::tempdir().expect("a folder");
    let models = models.path();
    let tokenizer = starter("large", "tokenizer.json");
    let pairs = |models| Catalog::read(models).expect("reads").pairs().len();
    let built_in = pairs(models);
    import(models, "unknown", json!("large"), &[], &tokenizer, 0);
    import(models, "english", json!("large"), &["en"], &tokenizer, 0);
    import(models, "rare", json!("large"), &["en", "gle"], &tokenizer, 0);
    assert_eq!(pairs(models), built_in);
    assert_eq!(chosen(models, "de-en", "L").expect("one"), "starter-large");
    import(models, "two", json!("large"), &["en", "fr"], &tokenizer, 0);
    assert_eq!(pairs(models), built_in + 2);
    assert_eq!(chosen(models, "fr-en", "L").expect("one"), "two");
    // Chosen by name it translates what it is asked to.
    let catalog = Catalog::read(models).expect("reads");
    let large = BTreeMap::from([("L".to_owned(), "unknown".to_owned())]);
    let pair: LanguagePair = "en-fi".parse().expect("a pair");
    assert!(catalog.members(&pair, &Recipe::parse("L").expect("a recipe"), &large).is_ok());
}

#[test]
fn the_models_that_fit_are_those_with_the_same_vocabulary() {
    let models = tempfile::tempdir().expect("a folder");
    let models = models.path();
    import(models, "mine-en", specialist("en"), &["de", "en"], &other_tokenizer(), 0);
    import(models, "mine-large", json!("large"), &["de", "en"], &other_tokenizer(), 0);
    let catalog = Catalog::read(models).expect("reads");
    let fitting = |name: &str| catalog.fitting(&catalog.find(name).expect("is there"));
    assert_eq!(fitting("mine-large"), ["mine-en"]);
    assert_eq!(fitting("starter-large"), ["starter-small-de", "starter-small-en", "starter-small-ja"]);
}

#[test]
fn a_specialist_that_was_trained_on_the_pair_comes_first_then_the_newest() {
    let models = tempfile::tempdir().expect("a folder");
    let models = models.path();
    let tokenizer = starter("large", "tokenizer.json");
    import(models, "l", json!("large"), &["de", "en", "ja", "fr"], &tokenizer, 0);
    import(models, "de-en-en", specialist("en"), &["de", "en"], &tokenizer, 9);
    import(models, "ja-en-en", specialist("en"), &["ja", "en"], &tokenizer, 1);
    import(models, "ja-en-ja", specialist("ja"), &["ja", "en"], &tokenizer, 1);
    assert_eq!(chosen(models, "ja-en", "tgt").expect("one"), "ja-en-en");
    assert_eq!(chosen(models, "en-ja", "src").expect("one"), "ja-en-en");
    assert_eq!(chosen(models, "de-en", "tgt").expect("one"), "de-en-en");
    import(models, "again-en", specialist("en"), &["ja", "en"], &tokenizer, 2);
    assert_eq!(chosen(models, "ja-en", "tgt").expect("one"), "again-en");
    // None was trained on this pair: the newest one for the language.
    assert_eq!(chosen(models, "en-fr", "src").expect("one"), "de-en-en");
}

#[test]
fn a_specialist_with_another_vocabulary_of_the_same_size_is_not_used() {
    let models = tempfile::tempdir().expect("a folder");
    let models = models.path();
    import(models, "mine-en", specialist("en"), &["de", "en"], &other_tokenizer(), 0);
    let embedded = chosen(models, "de-en", "tgt").expect("the starters'");
    assert_ne!(embedded, "mine-en");
    import(models, "mine-large", json!("large"), &["de", "en"], &other_tokenizer(), 0);
    assert_eq!(chosen(models, "de-en", "L").expect("one"), "mine-large");
    assert_eq!(chosen(models, "de-en", "tgt").expect("one"), "mine-en");
    assert!(matches!(chosen(models, "de-en", "src"), Err(Error::MissingTerm(_))));
    // An imported specialist with the starters' vocabulary is preferred to theirs.
    std::fs::remove_dir_all(models.join("mine-large")).expect("removed");
    import(models, "tuned-en", specialist("en"), &["de", "en"], &starter("large", "tokenizer.json"), 0);
    assert_eq!(chosen(models, "de-en", "tgt").expect("one"), "tuned-en");
}
