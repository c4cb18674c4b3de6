//! Plain text: which lines form a block, and how its translation is wrapped.

use documents::{Document, Error, FindingKind, Format, SpanKind, Translation};

fn parse(source: &str) -> Document {
    Document::parse(Format::Text, source.as_bytes()).expect("valid text")
}

fn texts(source: &str) -> Vec<String> {
    parse(source).blocks().iter().map(|block| block.text.clone()).collect()
}

fn written(source: &str, translations: &[&str]) -> String {
    let translations: Vec<Translation> = translations.iter().copied().map(Translation::from).collect();
    let written = parse(source).write(&translations).expect("as many translations as blocks");
    assert_eq!(written.findings, []);
    String::from_utf8(written.bytes).expect("UTF-8")
}

const WRAPPED: &str = "  The committee met on Tuesday morning in order to talk about all
  the questions that had been left open at the end of the summer
  before.

Short lines
stay lines.
";

#[test]
fn wrapped_lines_are_joined_and_short_lines_are_not() {
    let texts = texts(WRAPPED);
    assert_eq!(texts.len(), 3);
    assert!(texts[0].starts_with("The committee met") && texts[0].ends_with("end of the summer before."));
    assert_eq!(texts[1..], ["Short lines", "stay lines."]);
}

#[test]
fn long_lines_are_paragraphs_of_their_own() {
    let line = "A line that no editor has wrapped, as word processors write them. ".repeat(4);
    assert_eq!(texts(&format!("{line}\n{line}\n")).len(), 2);
}

#[test]
fn translations_are_wrapped_to_the_width_and_indentation() {
    let long = "Der Ausschuss trat am Dienstagmorgen zusammen, um über alle Fragen zu sprechen, die am Ende des Sommers offen geblieben waren.";
    let text = written(WRAPPED, &[long, "Kurze Zeilen", "bleiben Zeilen."]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    assert!(lines[..2].iter().all(|line| line.starts_with("  D") || line.starts_with("  ")));
    assert!(lines.iter().all(|line| line.chars().count() <= 66), "{text}");
    assert!(text.ends_with("\n\nKurze Zeilen\nbleiben Zeilen.\n"));
}

#[test]
fn line_ends_bullets_and_indentation_stay() {
    assert_eq!(written("\u{feff}a\r\n\r\n\t- b  \r\nc", &["x", "y", "z"]), "\u{feff}x\r\n\r\n\t- y  \r\nz");
    assert_eq!(written("-----\n12\na\n", &["x\ny"]), "-----\n12\nx y\n");
}

#[test]
fn numbers_of_lists_and_marks_of_quotations_stay() {
    let source = "1. The dog runs.\n2. The cat sleeps.\n\n  9) One.\n 10) Two.\n  11) Three.\n\n> A quoted line.\n>> - Its item.\n";
    let all = [
        "The dog runs.",
        "The cat sleeps.",
        "9) One.",
        "10) Two.",
        "11) Three.",
        "A quoted line.",
        "Its item.",
    ];
    assert_eq!(texts(source), all);
    let upper: Vec<String> = all.iter().map(|text| text.to_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    assert_eq!(written(source, &upper), source.to_uppercase());
    // A date, and numbers that do not count.
    assert_eq!(texts("3. Mai 1990\n\n5. Zimmer\n"), ["3. Mai 1990", "5. Zimmer"]);
    assert_eq!(texts("x > y\n"), ["x > y"]);
}

#[test]
fn addresses_are_locked() {
    let document = parse("See https://a.b/c.\n");
    assert_eq!(&document.blocks()[0].text[document.blocks()[0].spans[0].range.clone()], "https://a.b/c");
    assert_eq!(texts("https://a.b/c\n"), [""; 0]);
}

/// The locked spans of a document's first block.
fn locked(format: Format, source: &str) -> Vec<String> {
    let document = Document::parse(format, source.as_bytes()).expect("valid");
    let block = &document.blocks()[0];
    let locked = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
    locked.map(|span| block.text[span.range.clone()].to_owned()).collect()
}

#[test]
fn placeholders_are_locked_in_every_format() {
    let text = "Hallo {Name}, %s und %1$s von {{ kunde }}, ${x}, {% if a %}, {n, number} oder %(ort)s";
    let placeholders =
        ["{Name}", "%s", "%1$s", "{{ kunde }}", "${x}", "{% if a %}", "{n, number}", "%(ort)s"];
    for (format, source) in [
        (Format::Text, text.to_owned()),
        (Format::Markdown, format!("# {text}\n")),
        (Format::Html, format!("<p>{text}</p>")),
        (Format::SubRip, format!("1\n00:00:01,000 --> 00:00:02,000\n{text}\n")),
        (Format::WebVtt, format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n")),
        (Format::Json, format!("{{\"a\": \"{text}\"}}")),
        (Format::Yaml, format!("a: |\n  {text}\n")),
        (Format::Csv, format!("\"{text}\",1\n")),
    ] {
        assert_eq!(locked(format, &source), placeholders, "{format:?}");
    }
    let document = parse("Hallo {Name}\n");
    let written = document.write(&["Hello {Surname}".into()]).expect("one block");
    assert_eq!(written.bytes, b"Hello {Name}\n");
    assert_eq!(written.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::Moved]);
}

/// Nothing in scripts without spaces ends a word, so its repetition has no end for a model.
#[test]
fn repeated_characters_of_scripts_without_spaces_are_locked() {
    for part in ["猫", "ああ", "😀", "アウ", "ค"] {
        let run = part.repeat(3000);
        let document = parse(&format!("今日は{run}雨です。\n"));
        assert!(document.blocks()[0].text.len() < 100, "{part}");
        assert_eq!(texts(&format!("{run}\n")), [""; 0], "{part}");
    }
    assert_eq!(locked(Format::Text, &"今日は天気がいいです。".repeat(50)), [""; 0]);
    assert_eq!(locked(Format::Text, "ははははははは！すごい。"), [""; 0]);
}

#[test]
fn marks_of_prose_are_no_placeholders() {
    for text in [
        "100 % sicher",
        "zu 100 % sind es 50 %",
        "50%ige Lösung",
        "20%-ige und 5% der Leute",
        "eine { allein",
        "ein } allein",
        "{Name des Kunden}",
        "{Hinweis: bitte ausfüllen}",
        "5 $ und 3 $ mehr",
        "<Name> & Co; mehr",
        "a <b> c",
        "anna@ mehr",
    ] {
        assert_eq!(locked(Format::Text, text), [""; 0], "{text}");
    }
    assert_eq!(parse("{{kunde}}\n%s\n{Name}\n").blocks().len(), 0);
}

#[test]
fn the_format_is_known_by_content_and_name() {
    let detect = |name: &str, bytes: &[u8]| Format::detect(name, bytes);
    assert_eq!(detect("a.txt", b"text"), Ok(Format::Text));
    assert_eq!(detect("README.MD", b"# text"), Ok(Format::Markdown));
    assert_eq!(
        detect("subtitles", b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\r\n"),
        Ok(Format::SubRip)
    );
    assert_eq!(detect("a.txt", b"%PDF-1.7"), Ok(Format::Pdf));
    assert!(matches!(detect("a.txt", b"{\\rtf1"), Err(Error::Unsupported { found: "Rich Text", .. })));
    assert_eq!(detect("a.txt", b"WEBVTT\n\n"), Ok(Format::WebVtt));
    assert_eq!(detect("a", b"{\"a\": [1]}"), Ok(Format::Json));
    assert_eq!(detect("a.txt", b"{no json}, but a text"), Ok(Format::Text));
    assert_eq!(detect("a.md", b"[link](x)"), Ok(Format::Markdown));
    assert_eq!(detect("a.xml", b"<?xml version='1.0'?><!-- c --><xliff/>"), Ok(Format::Xliff));
    assert_eq!(detect("a.xml", b"<tmx version='1.4'/>"), Ok(Format::Tmx));
    assert!(matches!(detect("a.xml", b"<?xml version='1.0'?><svg/>"), Err(Error::Unsupported { .. })));
    assert_eq!(detect("a", b"# c\nmsgid \"\"\nmsgstr \"\"\n"), Ok(Format::Po));
    assert_eq!(detect("a.yml", b"a: b"), Ok(Format::Yaml));
    assert_eq!(detect("a.csv", b"a,b"), Ok(Format::Csv));
    assert_eq!(detect("a.PROPERTIES", b"a=b"), Ok(Format::Properties));
    assert_eq!(detect("a.txt", b"\xff\xfea\0"), Ok(Format::Text));
    assert!(matches!(detect("a.docx", b"PK\x03\x04"), Err(Error::Damaged { .. })));
    assert!(matches!(detect("a", b"a\0b"), Err(Error::Unsupported { .. })));
    assert_eq!(detect("a.txt", b"caf\xe9"), Ok(Format::Text));
    assert_eq!(detect("a.txt", b"\n<!DOCTYPE html>"), Ok(Format::Html));
}

#[test]
fn each_block_needs_one_translation() {
    let error = parse("a\n").write(&[]).expect_err("too few");
    assert_eq!(error, Error::Count { blocks: 1, given: 0 });
}

#[test]
fn codes_paths_and_mail_addresses_alone_are_not_translated() {
    for code in [
        "A-0001",
        "INV-2024/03",
        "v1.2.3",
        "B2B",
        "images/picture.png",
        "anna@example.org",
        "DE89370400440532013000",
    ] {
        assert_eq!(parse(code).blocks().len(), 0, "{code}");
    }
    for text in
        ["Weather", "3D-Drucker", "10 km", "5th", "and/or", "Chapter 1", "@anna", "GIPFEL-7", "東京2020"]
    {
        assert_eq!(parse(text).blocks().len(), 1, "{text}");
    }
    // A translation may still be such a code.
    let written = parse("Number one\n").write(&["A-0001".into()]).expect("one block");
    assert_eq!((written.bytes.as_slice(), written.findings.len()), (&b"A-0001\n"[..], 0));
}

#[test]
fn columns_stay_where_they_are() {
    let source = "\
Name         Age  Town
Anna Smith   31   a big city
Bob          7    village

| Title  | Price |
|--------|-------|
| Shoes  | 9.99  |

Introduction ........ 5
Name: ____________  Date: ______
Key:\tThe value

 /\\_/\\
( o.o )

  -h, --help   Show this help

A sentence.  Another one.   And a third.
";
    assert_eq!(
        texts(source),
        [
            "Name",
            "Age",
            "Town",
            "Anna Smith",
            "a big city",
            "Bob",
            "village",
            "Title",
            "Price",
            "Shoes",
            "Introduction",
            "Name:",
            "Date:",
            "Key:",
            "The value",
            "Show this help",
            "A sentence.  Another one.",
            "And a third."
        ]
    );
    let text = written(
        source,
        &[
            "Vorname",
            "Alter",
            "Ort",
            "Anna Schmidt",
            "eine Großstadt",
            "Bob",
            "Dorf",
            "Titel der Ware",
            "Preis",
            "Schuh",
            "Einleitung",
            "Vorname:",
            "Datum:",
            "Schlüssel:",
            "Der Wert",
            "Zeigt die Hilfe",
            "A sentence.  Another one.",
            "And a third.",
        ],
    );
    let expected = "\
Vorname      Alter  Ort
Anna Schmidt  31   eine Großstadt
Bob          7    Dorf

| Titel der Ware | Preis |
|--------|-------|
| Schuh  | 9.99  |

Einleitung ........ 5
Vorname: ____________  Datum: ______
Schlüssel:\tDer Wert

 /\\_/\\
( o.o )

  -h, --help   Zeigt die Hilfe

A sentence.  Another one.   And a third.
";
    assert_eq!(text, expected);
    let wide = "表　　値段\n日本　　百円\n";
    assert_eq!(texts(wide), ["表", "値段", "日本", "百円"]);
}

#[test]
fn utf_16_without_a_mark_is_read_and_written() {
    let japanese = "今日は雨が降っています。\r\n駅はどこですか。\r\n";
    for little in [true, false] {
        let encode = |text: &str| -> Vec<u8> {
            let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let source = encode(japanese);
        assert_eq!(Format::detect("a.txt", &source), Ok(Format::Text));
        let document = Document::parse(Format::Text, &source).expect("reads");
        let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, ["今日は雨が降っています。", "駅はどこですか。"]);
        let written = document.write(&["It rains.".into(), "Where?".into()]).expect("two");
        assert_eq!(written.bytes, encode("It rains.\r\nWhere?\r\n"));
    }
}
