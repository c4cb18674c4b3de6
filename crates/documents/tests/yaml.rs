//! YAML: scalars are translated in place, as other programs read and write them.

mod values;

use documents::{Document, Format, Translation};
use values::{changed, texts};

#[test]
fn yaml_scalars_on_their_own_lines_are_translated() {
    let source = "---\n# comment\nde:\n  title: Some title # not this\n  \"quoted key\": \"Hello \\\"%{name}\\\"\"\n  single: 'It''s me'\n\
        \x20 id: not_this\n  number: 12\n  flag: yes\n  anchor: &a Some words\n  flow: {a: Some words}\n  list:\n  - First item\n  - \
        key: Second item\n    other: third_id\n  block: |\n    Line one.\n      Line two.\n\n  folded: >-\n    A folded text\n    of two \
        lines.\n\n    Another one.\n  multi: words that\n    go on here\n  last: Ende gut\n";
    assert_eq!(
        texts(Format::Yaml, source),
        [
            "Some title",
            "Hello \"%{name}\"",
            "It's me",
            "Some words",
            "Some words",
            "First item",
            "Second item",
            "Line one.",
            "Line two.",
            "A folded text of two lines.",
            "Another one.",
            "words that go on here",
            "Ende gut"
        ]
    );
    let expected = source
        .replace("Some title", "\"- it's: \\\"Some title\\\"\"")
        .replace("It''s", "- it''s: \"It''s")
        .replace("me'", "me\"'")
        .replace("Hello \\\"%{name}\\\"", "- it's: \\\"Hello \\\"%{name}\\\"\\\"");
    let written = changed(Format::Yaml, source, |text| format!("- it's: \"{text}\""));
    for line in expected.lines().take(6) {
        assert!(written.contains(line), "{line}\n{written}");
    }
    assert!(written.contains("    - it's: \"Line one.\"\n      - it's: \"Line two.\"\n"), "{written}");
    assert!(written.contains("  anchor: &a \"- it's: \\\"Some words\\\"\"\n"), "{written}");
    assert!(written.contains("  flow: {a: \"- it's: \\\"Some words\\\"\"}\n"), "{written}");
    assert!(written.contains("  multi: \"- it's: \\\"words that go on here\\\"\"\n"), "{written}");
}

#[test]
fn what_pyyaml_writes_is_read_and_written_as_it_would() {
    // yaml.dump of texts with umlauts, an emoji, line ends, and lines of more than 80 columns.
    let source = "a: \"Gr\\xFC\\xDFe an alle Leute\"\nb: \"Hallo \\U0001F600 Welt\"\nc: \"Die Gr\\xF6\\xDFe der Fenster steht auf dem Zettel, der \\\n  \\ seit gestern an der\\\n  \\ T\\xFCr h\\xE4ngt.\"\n\
        d: Ein Text ohne Umlaute, der so lang ist, dass er nicht auf eine Zeile passt und deshalb\n  auf zwei verteilt wird.\n\
        e: 'Zuerst: eine Zeile.\n\n  Dann noch eine, die so lang ist, dass sie nicht auf eine Zeile passt, sondern\n  weitergeht.'\n\
        f:\n- \"\\u0160koda\\_f\\xE4hrt\\tschnell\"\n- Kurz\n";
    let read = [
        "Grüße an alle Leute",
        "Hallo 😀 Welt",
        "Die Größe der Fenster steht auf dem Zettel, der seit gestern an der Tür hängt.",
        "Ein Text ohne Umlaute, der so lang ist, dass er nicht auf eine Zeile passt und deshalb auf zwei verteilt wird.",
        "Zuerst: eine Zeile.",
        "Dann noch eine, die so lang ist, dass sie nicht auf eine Zeile passt, sondern weitergeht.",
        "Škoda\u{a0}fährt schnell",
        "Kurz",
    ];
    assert_eq!(texts(Format::Yaml, source), read);
    let written = changed(Format::Yaml, source, |text| format!("Ä {text}"));
    let again: Vec<String> = read.iter().map(|text| format!("Ä {text}")).collect();
    assert_eq!(texts(Format::Yaml, &written), again, "{written}");
    assert!(written.contains("b: \"\\xC4 Hallo \\U0001F600 Welt\"\n"), "{written}");
    assert!(written.contains("- \"\\xC4 Kurz\"\n"), "the file is ASCII: {written}");
    assert!(written.contains("Zettel,\n  der seit gestern an der T\\xFCr h\\xE4ngt.\"\n"), "{written}");
    assert!(written.lines().all(|line| line.len() < 100), "{written}");
}

#[test]
fn yaml_of_other_programs_is_read() {
    // Prettier, anchors of Rails, comments behind keys, lists in lists, long keys, flow lists over lines.
    let source = "defaults: &defaults\n  title: Erster Titel\nkey: # Kommentar\n  text:\n    Ein Text, den Prettier\n    gefaltet hat\n  quoted:\n    \"Noch\n    einer\"\n\
        list:\n- - Innen eins\n  - Innen zwei\n-   Mit Abstand\n  weiter\n? Ein langer Schlüssel\n: Sein Wert hier\nchoices: [Ja bitte, \"Nein, danke\",\n  {a: b_c, d: 'Viel''leicht'}]\nhash: !ruby/hash:Hash\n  inner: Innerer Text\nown: !Own Kein Text\nstr: !!str Doch Text\n\
        alias: *defaults\nfolded: >\n  Gefaltet über\n  zwei Zeilen\n    - eingerückt\n    - bleibt so\nempty: ''\nopen: \"kein Ende\n  hier: nicht\n";
    let read = [
        "Erster Titel",
        "Ein Text, den Prettier gefaltet hat",
        "Noch einer",
        "Innen eins",
        "Innen zwei",
        "Mit Abstand weiter",
        "Sein Wert hier",
        "Ja bitte",
        "Nein, danke",
        "Viel'leicht",
        "Innerer Text",
        "Doch Text",
        "Gefaltet über zwei Zeilen",
        "- eingerückt",
        "- bleibt so",
    ];
    assert_eq!(texts(Format::Yaml, source), read);
    let written = changed(Format::Yaml, source, |text| {
        text.replace("Ja bitte", "Yes, please").replace("Titel", "Title: x")
    });
    let expected =
        source.replace("Ja bitte", "\"Yes, please\"").replace("Erster Titel", "\"Erster Title: x\"");
    assert_eq!(written, expected);
}

#[test]
fn tags_in_block_scalars_are_spans_as_in_quoted_ones() {
    let source = "en:\n  quoted: \"<p>Good morning</p><p>See <b>you</b> tomorrow</p>\"\n  block: |2-\n    <p>Good morning</p>\n    <p>See <b>you</b> tomorrow</p>\n\
        \x20 folded: >\n    <b>Good</b> morning\n    to all of <i>you</i>, %{name}\n\n    <ul><li>One item</li></ul>\n  kept: |+\n    Last <br/> line\n\n";
    let document = Document::parse(Format::Yaml, source.as_bytes()).expect("valid");
    let mut read: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
    let given: Vec<Translation> = read
        .iter()
        .map(|text| text.replace("morning", "MORGEN").replace("tomorrow", "BALD").as_str().into())
        .collect();
    let written = String::from_utf8(document.write(&given).expect("one for each").bytes).expect("UTF-8");
    // The lines of a folded scalar are filled again.
    let folded = source.replace(
        "<b>Good</b> morning\n    to all of <i>you</i>, %{name}",
        "<b>Good</b> MORGEN to all of <i>you</i>,\n    %{name}",
    );
    assert_eq!(written, folded.replace("morning", "MORGEN").replace("tomorrow", "BALD"));
    read.sort_unstable();
    let mut expected = [
        "Good morning",
        "See you tomorrow",
        "Good morning",
        "See you tomorrow",
        "Good morning to all of you, %{name}",
        "One item",
        "Last\nline",
    ];
    expected.sort_unstable();
    assert_eq!(read, expected);
}
