//! The history of typed texts from a terminal.

use translation::{Setup, Translator};

use crate::program::Home;

#[test]
fn the_history_is_listed_searched_and_cleared() {
    let home = Home::new();
    let history = |arguments: &[&str]| home.run(&[&["history"], arguments, &["--data", "store"]].concat());
    let said = |arguments: &[&str]| {
        let run = history(arguments);
        assert_eq!(run.status, Some(0), "{}", run.err);
        run.out
    };
    assert_eq!(said(&["list"]), "");
    let (nothing, store) = (home.path().join("no-models"), home.path().join("store"));
    let setup = Setup { models: Some(nothing), data: Some(store), ..Setup::default() };
    let translator = Translator::start(setup, |_| {});
    for (source, target) in
        [("Es regnet.", "It's raining."), ("Wo ist\nder Bahnhof?", "Where is\nthe station?")]
    {
        translator.remember_text(&"de-en".parse().expect("a pair"), source, target).expect("is stored");
    }
    let listed = said(&["list"]);
    let expected =
        "    2  de-en  Wo ist der Bahnhof?\n              Where is the station?\n    1  de-en  Es regnet.\n";
    assert!(listed.starts_with(expected), "{listed}");
    let found = said(&["search", "RAIN", "--json"]);
    assert!(found.starts_with("{\"id\":1,") && found.contains("\"source\":\"Es regnet.\""), "{found}");
    said(&["remove", "1"]);
    assert_eq!(history(&["remove", "1"]).status, Some(2));
    assert_eq!(said(&["search", "rain"]), "");
    said(&["clear"]);
    assert_eq!(said(&["list"]), "");
}

/// The name of a translation is as the user wants it.
#[test]
fn the_separator_before_the_language_can_be_chosen() {
    let home = Home::new();
    home.write("a.txt", "12345\n");
    for (style, name) in [("underscore", "a_en.txt"), ("hyphen", "a-en.txt"), ("dot", "a.en.txt")] {
        home.run_ok(&["translate", "--from", "de", "--to", "en", "--names", style, "a.txt"]);
        assert_eq!(home.read(name), "12345\n");
    }
}
