//! Locked items in a translation: those that are missing are put in, those that differ are written as in the source.

use std::ops::Range;

use documents::{Link, Translation, missing_items, with_items};

fn locked(source: &str, items: &[&str]) -> Vec<Range<usize>> {
    let mut from = 0;
    let range = |item: &&str| {
        let start = from + source[from..].find(item).expect("is there");
        from = start + item.len();
        start..from
    };
    items.iter().map(range).collect()
}

/// `links` are pairs of a source word and a target word.
fn completed(source: &str, items: &[&str], translation: &str, links: &[(&str, &str)]) -> String {
    let link = |(from, to): &(&str, &str)| {
        let find = |text: &str, word: &str| {
            let start = text.find(word).expect("a word");
            start..start + word.len()
        };
        Link { source: find(source, from), target: find(translation, to) }
    };
    let given = Translation { links: links.iter().map(link).collect(), ..translation.into() };
    let done = with_items(source, &locked(source, items), &given);
    for link in &done.links {
        assert!(done.text.get(link.target.clone()).is_some(), "{link:?}");
    }
    assert!(missing_items(source, &locked(source, items), &done.text).is_empty(), "{}", done.text);
    done.text
}

#[test]
fn nothing_changes_where_nothing_is_missing() {
    let links = [("files", "Dateien")];
    assert_eq!(completed("{n} files", &["{n}"], "Dateien: {n}", &links), "Dateien: {n}");
    assert_eq!(completed("%dGB free", &["%d"], "%dGB frei", &[]), "%dGB frei");
}

#[test]
fn a_missing_item_is_put_beside_its_neighbour() {
    for (source, items, translation, links, expected) in [
        (
            "{n} files are here",
            &["{n}"][..],
            "Hier sind Dateien",
            &[("files", "Dateien"), ("here", "Hier")][..],
            "Hier sind {n} Dateien",
        ),
        (
            "Hello {{name}}, how are you?",
            &["{{name}}"],
            "Hallo, wie geht es?",
            &[("Hello", "Hallo"), ("how", "wie")],
            "Hallo {{name}}, wie geht es?",
        ),
        (
            "The price is ${p}.",
            &["${p}"],
            "Der Preis ist gut.",
            &[("price", "Preis")],
            "Der Preis ist gut ${p}.",
        ),
        ("Run make all now", &["make all"], "Jetzt laufen", &[], "Jetzt laufen make all"),
        ("Größe: %s", &["%s"], "Size:", &[("Größe", "Size")], "Size: %s"),
        ("%s!", &["%s"], "Ja!", &[], "%s Ja!"),
        (
            "{a} von {b} Dateien",
            &["{a}", "{b}"],
            "of files",
            &[("von", "of"), ("Dateien", "files")],
            "{a} of {b} files",
        ),
        ("{n}件のファイル", &["{n}"], "files", &[("ファイル", "files")], "{n} files"),
        ("{n} files", &["{n}"], "ファイル", &[("files", "ファイル")], "{n}ファイル"),
    ] {
        assert_eq!(completed(source, items, translation, links), expected, "{source}");
    }
}

#[test]
fn what_is_left_of_an_item_is_replaced() {
    for (source, item, translation, expected) in [
        ("Hello {{name}}!", "{{name}}", "Hallo {name}!", "Hallo {{name}}!"),
        ("Hello %{name}!", "%{name}", "Hallo % { name }!", "Hallo %{name}!"),
        ("%s is here", "%s", "% ist hier", "%s ist hier"),
        ("Hello {Name}", "{Name}", "Hallo {Surname}", "Hallo {Name}"),
        ("Run `make all`", "`make all`", "Lauf ` alles", "Lauf `make all` alles"),
    ] {
        assert_eq!(completed(source, &[item], translation, &[]), expected, "{source}");
    }
    // "name" alone is a word, and the source has a percent sign of its own.
    assert_eq!(completed("Your {name}!", &["{name}"], "Dein name!", &[]), "Dein name {name}!");
    assert_eq!(completed("50 % of %s", &["%s"], "50 % von", &[]), "50 % von %s");
}

#[test]
fn an_item_with_other_spaces_case_or_width_is_written_as_it_is() {
    for (source, item, translation, expected) in [
        ("Run make  all now", "make  all", "Jetzt make all ausführen", "Jetzt make  all ausführen"),
        ("Run a\n b now", "a\n b", "Jetzt a b ausführen", "Jetzt a\n b ausführen"),
        ("Run `make  all`", "`make  all`", "Lauf make all los", "Lauf `make  all` los"),
        ("Press Enter now", "Enter", "Jetzt (ENTER) drücken", "Jetzt (Enter) drücken"),
        ("NaN ist hier", "NaN", "ここはＮａＮです", "ここはNaNです"),
        ("Hello %s!", "%s", "Hallo %S!", "Hallo %s!"),
        ("Use in here", "in", "In hier benutzen", "In hier benutzen in"),
        ("Press Enter now", "Enter", "Entering jetzt", "Entering jetzt Enter"),
    ] {
        assert_eq!(completed(source, &[item], translation, &[]), expected, "{source}");
    }
    let both = locked("{name} {Name}", &["{name}", "{Name}"]);
    assert_eq!(missing_items("{name} {Name}", &both, "{Name}").len(), 1);
}

#[test]
fn an_item_may_touch_letters_where_it_does_so_in_the_source() {
    for (source, items, translation, expected) in [
        ("NaNs are here", &["NaN"][..], "NaNs sind hier", "NaNs sind hier"),
        ("NaNs are here", &["NaN"], "Hier sind NaN", "Hier sind NaN"),
        ("NaNs are here", &["NaN"], "Werte sind hier", "NaN Werte sind hier"),
        ("a subOS here", &["OS"], "ein subOS hier", "ein subOS hier"),
        ("NaN and NaNs", &["NaN", "NaN"], "NaNs und NaN", "NaNs und NaN"),
        ("NaNs and NaN", &["NaN", "NaN"], "NaN und NaNs", "NaN und NaNs"),
        ("NaNの値", &["NaN"], "NaN values", "NaN values"),
        ("NaN values", &["NaN"], "値はNaNです", "値はNaNです"),
        ("Run make and makefile", &["make", "makefile"], "makefile laufen", "makefile laufen make"),
    ] {
        assert_eq!(completed(source, items, translation, &[]), expected, "{source}");
    }
    assert_eq!(missing_items("NaN here", &locked("NaN here", &["NaN"]), "NaNs hier").len(), 1);
}

#[test]
fn each_of_several_equal_items_is_counted() {
    let source = "%s or %s";
    assert_eq!(missing_items(source, &locked(source, &["%s", "%s"]), "oder %s").len(), 1);
    assert_eq!(completed(source, &["%s", "%s"], "%s oder", &[("or", "oder")]), "%s oder %s");
    assert_eq!(missing_items("Enter", &locked("Enter", &["Enter"]), "Entering").len(), 1);
}
