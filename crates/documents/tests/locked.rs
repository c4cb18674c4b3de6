//! Locked items never vanish: in prose they are put in again, and a program's message without them keeps its source.

use documents::{Document, FindingKind, Format};

fn written(format: Format, source: &str, translations: &[&str]) -> (String, Vec<FindingKind>) {
    let document = Document::parse(format, source.as_bytes()).expect("valid");
    let given: Vec<_> = translations.iter().map(|text| (*text).into()).collect();
    let written = document.write(&given).expect("one translation a block");
    let text = String::from_utf8(written.bytes).expect("UTF-8");
    (text, written.findings.into_iter().map(|finding| finding.kind).collect())
}

/// A message in every format of messages, with what is written for its translation.
fn messages(text: &str) -> Vec<(Format, String)> {
    vec![
        (Format::Json, format!("{{\"a\": \"{text}\"}}")),
        (Format::Yaml, format!("a: {text}\n")),
        (Format::Yaml, format!("a: |\n  {text}\n")),
        (Format::Properties, format!("a={text}\n")),
        (Format::Strings, format!("\"a\" = \"{text}\";\n")),
        (Format::Csv, format!("a1,\"{text}\"\nb2,\"One more house is here.\"\n")),
    ]
}

#[test]
fn a_message_whose_placeholders_differ_keeps_its_source() {
    for (source, translations) in [
        (
            "The file {0} is here",
            &["Die Datei ist hier", "Die Datei {0} {0} ist hier", "Die Datei {1} ist hier"][..],
        ),
        ("Hello %s, you are %d", &["Hallo, du bist %d", "Hallo %s, du %s bist %d", "Hallo %d, du bist %d"]),
        ("Hello {{name}} there", &["Hallo {name} da", "Hallo {{ name }} da", "Hallo {{Name}} da"]),
        ("A house is here", &["Ein Haus %s ist hier", "Ein Haus { ist hier", "Ein {x} Haus ist hier"]),
    ] {
        for translation in translations {
            for (format, document) in messages(source) {
                let mut given = vec![*translation];
                given.extend((format == Format::Csv).then_some("Noch ein Haus ist hier."));
                let (text, findings) = written(format, &document, &given);
                assert!(text.contains(source), "{format:?}: {text}");
                assert_eq!(findings, [FindingKind::Placeholders], "{format:?}: {translation}");
            }
        }
    }
}

#[test]
fn a_message_with_its_placeholders_is_translated() {
    for (format, document) in messages("Hello %s, {0} files") {
        let mut given = vec!["{0} Dateien, %s"];
        given.extend((format == Format::Csv).then_some("Noch ein Haus ist hier."));
        let (text, findings) = written(format, &document, &given);
        assert!(text.contains("{0} Dateien, %s") && findings.is_empty(), "{format:?}: {text} {findings:?}");
    }
}

#[test]
fn a_branch_of_a_plural_keeps_its_source_alone() {
    let source = r#"{"a": "{n, plural, one {# file of {who}} other {# files of {who}}}"}"#;
    let (text, findings) = written(Format::Json, source, &["# Dateien von {who}", "Dateien von {who}"]);
    let expected = source.replace("# files of", "# Dateien von");
    let other = source.replace("# file of", "# Dateien von");
    assert!(text == expected || text == other, "{text}");
    assert_eq!(findings, [FindingKind::Placeholders]);
}

#[test]
fn messages_of_translators_keep_their_source() {
    let po = "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\nmsgid \"%d files are here\"\nmsgstr \"\"\n";
    assert_eq!(
        written(Format::Po, po, &["Dateien sind hier"]),
        (po.to_owned(), vec![FindingKind::Placeholders])
    );
    let xliff = "<xliff version=\"1.2\"><file><body><trans-unit id=\"1\"><source>{{n}} files are here</source></trans-unit></body></file></xliff>";
    assert_eq!(
        written(Format::Xliff, xliff, &["{n} Dateien sind hier"]),
        (xliff.to_owned(), vec![FindingKind::Placeholders])
    );
}

#[test]
fn what_prose_lacks_is_put_in_again() {
    for (format, source, translation, expected) in [
        (Format::Text, "See https://a.example for more.\n", "Mehr dort.", "Mehr dort https://a.example.\n"),
        (Format::Markdown, "Press `Enter` now.\n", "Jetzt drücken.", "Jetzt drücken `Enter`.\n"),
        (Format::Markdown, "`make` builds.\n", "Es baut.", "`make` Es baut.\n"),
        (
            Format::Html,
            "<p>Press <kbd>Enter</kbd> and run <code>make all</code> in the house.</p>",
            "Drücken und laufen im Haus.",
            "<p>Drücken und laufen im Haus <kbd>Enter</kbd> <code>make all</code>.</p>",
        ),
    ] {
        let (text, findings) = written(format, source, &[translation]);
        assert_eq!(text, expected);
        assert!(
            !findings.is_empty() && findings.iter().all(|kind| *kind == FindingKind::Moved),
            "{findings:?}"
        );
    }
}

#[test]
fn what_prose_has_in_its_own_way_is_written_once() {
    for (format, source, translation, expected) in [
        (
            Format::Html,
            "<p><code>NaN</code>s are here.</p>",
            "NaNs sind hier.",
            "<p><code>NaN</code>s sind hier.</p>",
        ),
        (Format::Markdown, "Two `NaN`s are here.\n", "Hier sind zwei `NaN`s.", "Hier sind zwei `NaN`s.\n"),
        (Format::Markdown, "Two `NaN`s are here.\n", "Hier sind zwei NaNs.", "Hier sind zwei `NaN`s.\n"),
        (Format::Markdown, "Run `a  b` now.\n", "Jetzt `a b` ausführen.", "Jetzt `a  b` ausführen.\n"),
        (Format::Markdown, "Run `a  b` now.\n", "Jetzt `a  b` ausführen.", "Jetzt `a  b` ausführen.\n"),
        (Format::Markdown, "Press `Enter` now.\n", "Jetzt ENTER drücken.", "Jetzt `Enter` drücken.\n"),
        (Format::Rst, "Run ``a  b`` now.\n", "Jetzt ``a b`` ausführen.", "Jetzt ``a  b`` ausführen.\n"),
        (Format::AsciiDoc, "Two ``NaN``s are here.\n", "Hier sind zwei NaN.", "Hier sind zwei `NaN`.\n"),
        (Format::Latex, "Run \\verb|a  b| now.\n", "Jetzt a b los.", "Jetzt a b los \\verb|a  b|.\n"),
    ] {
        let (text, findings) = written(format, source, &[translation]);
        assert_eq!(text, expected);
        assert!(findings.iter().all(|kind| *kind == FindingKind::Moved), "{findings:?}");
    }
}

#[test]
fn words_of_no_language_are_no_text() {
    let word = "YWJj1Zx9".repeat(500);
    let document = Document::parse(Format::Text, word.as_bytes()).expect("valid");
    assert!(document.blocks().is_empty());
    let (text, findings) =
        written(Format::Text, &format!("The dog runs {word} fast.\n"), &["Der Hund läuft schnell."]);
    assert_eq!(text.replace(&format!(" {word}"), ""), "Der Hund läuft schnell.\n");
    assert_eq!(findings, [FindingKind::Moved]);
}

#[test]
fn every_branch_of_a_message_in_xliff_is_translated() {
    let message =
        "{n, plural, =0 {no dogs} one {<x id=\"I\" equiv-text=\"{{n}}\"/> dog runs} other {many # dogs}}";
    let xliff = |target: &str| {
        format!(
            "<xliff version=\"1.2\"><file><body><trans-unit id=\"1\"><source>{message}</source>{target}</trans-unit></body></file></xliff>"
        )
    };
    let document = Document::parse(Format::Xliff, xliff("").as_bytes()).expect("valid");
    let translate = |text: &str| match text {
        "no dogs" => "keine Hunde",
        "dog runs" => "Hund läuft",
        "many # dogs" => "viele # Hunde",
        other => panic!("{other}"),
    };
    let given: Vec<&str> = document.blocks().iter().map(|block| translate(block.text.trim())).collect();
    assert_eq!(given.len(), 3);
    let target = "<target state=\"needs-review-translation\">{n, plural, =0 {keine Hunde} one {<x id=\"I\" equiv-text=\"{{n}}\"/> Hund läuft} other {viele # Hunde}}</target>";
    for before in ["", "<target/>", "<target state=\"new\"></target>"] {
        let (text, findings) = written(Format::Xliff, &xliff(before), &given);
        assert_eq!(text, xliff(target));
        assert!(findings.is_empty(), "{findings:?}");
    }
    // A branch whose placeholders differ keeps its source.
    let broken: Vec<&str> =
        given.iter().map(|text| if text.contains('#') { "viele Hunde" } else { *text }).collect();
    let (text, findings) = written(Format::Xliff, &xliff(""), &broken);
    assert_eq!(text, xliff(&target.replace("viele # Hunde", "many # dogs")));
    assert_eq!(findings, [FindingKind::Placeholders]);
    // Nothing translated: nothing changes.
    let kept: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
    assert_eq!(written(Format::Xliff, &xliff(""), &kept).0, xliff(""));
}

#[test]
fn words_around_a_message_and_nested_messages_are_translated() {
    let source = "<xliff version=\"2.0\" trgLang=\"de\"><file><unit id=\"1\"><segment>\n <source>You have {g, select, a {my {n, plural, other {# dogs}}} other {cats}} left</source>\n</segment></unit></file></xliff>";
    let document = Document::parse(Format::Xliff, source.as_bytes()).expect("valid");
    let translate = |text: &str| match text {
        "You have left" => "Es bleiben dir",
        "my" => "meine",
        "# dogs" => "# Hunde",
        "cats" => "Katzen",
        other => panic!("{other}"),
    };
    let given: Vec<&str> = document.blocks().iter().map(|block| translate(block.text.trim())).collect();
    let (text, _) = written(Format::Xliff, source, &given);
    assert!(text.contains("<segment state=\"translated\">"), "{text}");
    for part in
        ["g, select, a {meine", "{n, plural, other {# Hunde}}}", "other {Katzen}}", "Es bleiben", "dir"]
    {
        let target = text.split("<target>").nth(1).expect("a target");
        assert!(target.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("mrk"), "{text}");
}
