//! JSON, properties, Apple strings and tables: texts are translated in place.

mod values;
mod work;

use documents::{Document, Error, Format, ReadOptions, SpanKind, Translation};
use values::{changed, marked, texts};

#[test]
fn json_values_are_prose_and_all_else_stays() {
    let source = "{ \"a key\" : \"Two words\", \"b\":[\"Word\", \"\\u00c4 \\\"b\\\"\\\\ c\", 1, true, null],\n\"url\": \"not/this\", \
        \"c\": \"https://a.b/c\", \"d\": \"some_id\", \"e\": \"#ff0000\", \"f\": \"2024-01-02T10:00\", \"g\": \"camelCase\", \"h\": \
        \"a/b.png\", \"i\": \"btn-primary\", \"@j\": {\"description\": \"not this\"}, \"k\": \"Line one\\n\\n  line two\\n\" } // end";
    assert_eq!(texts(Format::Json, source), ["Two words", "Word", "Ä \"b\"\\ c", "Line one", "line two"]);
    let expected = source
        .replace("\"Two", "\"\\u00dc Two")
        .replace("\"Word", "\"\\u00dc Word")
        .replace("\"\\u00c4 ", "\"\\u00dc \\u00c4 ")
        .replace("Line one", "\\u00dc Line one")
        .replace("line two", "\\u00dc line two");
    assert_eq!(marked(Format::Json, source), expected);
}

#[test]
fn names_of_branches_and_texts_say_nothing_about_what_they_hold() {
    let source = r#"{"file": {"open": "Datei öffnen", "type": "Typ wählen"}, "language": {"title": "Sprache"}, "color": "Farbe auswählen",
        "image": ["Ein Bild", "a.png"], "class": "btn btn-primary", "icon": "fa-home", "type": "Person", "lang": "de", "path": "Größe",
        "item_one": "{{count}} Datei", "item_other": "{{count}} Dateien"}"#;
    let expected = [
        "Datei öffnen",
        "Typ wählen",
        "Sprache",
        "Farbe auswählen",
        "Ein Bild",
        "Größe",
        "{{count}} Datei",
        "{{count}} Dateien",
    ];
    assert_eq!(texts(Format::Json, source), expected);
    let yaml = "de:\n  file:\n    open: Datei öffnen\n  color: Farbe auswählen\n  type: text\n  class: |\n    Eine Klasse\n";
    assert_eq!(texts(Format::Yaml, yaml), ["Datei öffnen", "Farbe auswählen", "Eine Klasse"]);
    let properties = "file = Datei öffnen\nfile.type = Typ wählen\n";
    assert_eq!(texts(Format::Properties, properties), ["Datei öffnen", "Typ wählen"]);
}

#[test]
fn words_with_marks_in_them_are_prose_and_names_are_not() {
    let values = |words: &[&str]| {
        let values: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        texts(Format::Json, &format!("[{}]", values.join(",")))
    };
    let prose = ["Ja/Nein", "An/Aus", "24h-Service", "3D-Drucker", "24/7-Hotline"];
    assert_eq!(values(&prose), prose);
    let names = [
        "Europe/Berlin",
        "text/html",
        "src/Main",
        "UTF-8",
        "ISO-8859-1",
        "2024-01-02T10:00",
        "v2-Beta",
        "1/a-B",
    ];
    assert_eq!(values(&names), [""; 0]);
}

#[test]
fn json_placeholders_are_locked_and_tags_are_spans() {
    let source = r#"{"m": "Hi {{name}}, <0>see</0> <a href=\"x\">{count}</a> of %s<br/>"}"#;
    let document = Document::parse(Format::Json, source.as_bytes()).expect("valid");
    let block = &document.blocks()[0];
    assert_eq!(block.text, "Hi {{name}}, see {count} of %s");
    let kinds: Vec<SpanKind> = block.spans.iter().map(|span| span.kind).collect();
    assert_eq!(
        kinds,
        [SpanKind::Locked, SpanKind::Paired, SpanKind::Paired, SpanKind::Locked, SpanKind::Locked]
    );
    let written = changed(Format::Json, source, |_| "\"{{name}}\": {count} von %s, see".into());
    assert_eq!(written, r#"{"m": "\"{{name}}\": <a href=\"x\">{count}</a> von %s, <0>see</0><br/>"}"#);
}

#[test]
fn plurals_are_translated_branch_by_branch() {
    let source = r#"{"m": "You have {n, plural, one {# new file} other {# new files in {place}}} left"}"#;
    assert_eq!(texts(Format::Json, source), ["You have left", "# new file", "# new files in {place}"]);
    let written = changed(Format::Json, source, |text| text.replace("new", "neue").replace("left", "übrig"));
    assert_eq!(
        written,
        r#"{"m": "You have {n, plural, one {# neue file} other {# neue files in {place}}} übrig"}"#
    );
}

#[test]
fn json_that_is_broken_is_refused() {
    for (source, line) in [
        ("{\"a\": \"b", 1),
        ("\"\\", 1),
        (&*"[".repeat(100_000), 1),
        ("// JSON5\n{title: 'The house.'}", 2),
        ("{\"a\":\n 'The house.'}", 2),
        ("{\"a\" \"b\"}", 1),
        ("{\"a\": \"b\"\n\n \"c\": \"d\"}", 3),
        ("[\"a\"}", 1),
        ("[,]", 1),
        ("{\"a\": yes}", 1),
        ("[\"a\"\n", 2),
        ("{\"a\": 1,\n\"b\": \"of two \\\nlines\"}", 2),
        (r#"{"a": "the letter \x41"}"#, 1),
        (r#"{"a": "a bell \u00"}"#, 1),
    ] {
        assert_eq!(
            Document::parse(Format::Json, source.as_bytes()).err(),
            Some(Error::Json { line }),
            "{source:.40}"
        );
    }
    let tolerated =
        "/* a */ {\"b\": [1, -2.5e3, true, null, NaN, \"A text.\",], // c\n}\n{\"d\": \"Another text.\"}";
    assert_eq!(texts(Format::Json, tolerated), ["A text.", "Another text."]);
    assert_eq!(
        texts(Format::Json, "{\"a\": \"half \\ud83d emoji\", \"b\": \"whole \\ud83d\\ude00 emoji\"}"),
        ["whole 😀 emoji"]
    );
}

#[test]
fn properties_are_read_as_java_reads_them() {
    let source = "# comment\r\ngreeting = Hello, {0}!\r\nlong: It''s a text \\\r\n    that goes on\r\nclass=org.example.Name\r\n\
        key\\ one\tTwo\\u0020words \\\\ \\n\r\nempty=\r\n! x = y\r\n";
    assert_eq!(
        texts(Format::Properties, source),
        ["Hello, {0}!", "It's a text that goes on", "Two words \\"]
    );
    assert_eq!(
        changed(Format::Properties, source, |text| text.replace("It's", "C'été").replace("Hello", "Grüße")),
        source
            .replace("Hello", "Gr\\u00fc\\u00dfe")
            .replace("It''s a text \\\r\n    that", "C''\\u00e9t\\u00e9 a text that")
    );
    let document = Document::parse(Format::Properties, b"a = sch\xf6n hier\n").expect("Latin-1");
    let written = document.write(&["größer €".into()]).expect("one").bytes;
    assert!(written == b"a = gr\xf6\xdfer \x80\n" || written == b"a = gr\xf6\xdfer \\u20ac\n", "{written:?}");
}

#[test]
fn apple_strings_keep_keys_and_comments() {
    let source = "/* A \"comment\" = \"x\"; */\n\"the key\" = \"The \\\"value\\\" %@\";\n// \"a\" = \"b\";\nbare = \"Other\\nline\";\n";
    assert_eq!(texts(Format::Strings, source), ["The \"value\" %@", "Other", "line"]);
    let expected =
        source.replace("\"The ", "\"Ü The ").replace("\"Other", "\"Ü Other").replace("\\nline", "\\nÜ line");
    assert_eq!(marked(Format::Strings, source), expected);
}

#[test]
fn formats_of_dates_are_no_words() {
    let source = "formats:\n  default: \"%d.%m.%Y\"\n  long: \"%d. %B %Y\"\n  time: \"%A, %H:%M Uhr\"\n";
    let document = Document::parse(Format::Yaml, source.as_bytes()).expect("valid");
    let [block] = document.blocks() else { panic!("{:?}", document.blocks()) };
    let locked: Vec<&str> = block.spans.iter().map(|span| &block.text[span.range.clone()]).collect();
    assert_eq!((block.text.as_str(), locked), ("%A, %H:%M Uhr", vec!["%A", "%H", "%M"]));
}

#[test]
fn whitespace_around_a_bare_scalar_or_cell_is_kept() {
    let tagged = |text: &str| text.replace("wichtig", "a: b, c");
    assert_eq!(changed(Format::Yaml, "a: <b>Sehr wichtig</b>\n", tagged), "a: \"<b>Sehr a: b, c</b>\"\n");
    assert_eq!(changed(Format::Yaml, "a: <b>Sehr wichtig</b>\n", |_| "Nett".into()), "a: <b>Nett</b>\n");
    assert_eq!(
        changed(Format::Csv, "x1,<b>Sehr wichtig</b>\nx2, Noch etwas\n", tagged),
        "x1,\"<b>Sehr a: b, c</b>\"\nx2, Noch etwas\n"
    );
    let plural = "a: Du hast {n, plural, one {# wichtig Datei} other {# Dateien}} da\n";
    assert_eq!(
        changed(Format::Yaml, plural, |text| text.replace("wichtig", "a: b")),
        plural.replace("wichtig", "a:\u{a0}b")
    );
}

#[test]
fn names_in_settings_are_kept_where_texts_are_few() {
    assert_eq!(texts(Format::Yaml, "a: linux\nb: stable\nc: A title\n"), ["A title"]);
    assert_eq!(
        texts(Format::Yaml, "a: save\nb: Open a file\nc: A title\n"),
        ["save", "Open a file", "A title"]
    );
    let wrapped = "a: |\n  This line of a description is as long as editors make them be,\n  and goes on with {name} here.\n";
    let text = "This line of a description is as long as editors make them be, and goes on with {name} here.";
    assert_eq!(texts(Format::Yaml, wrapped), [text]);
}

#[test]
fn columns_with_text_are_translated() {
    let source = "id,Title,Price,Text\r\n1,Red shoes,9.99,\"Nice, \"\"red\"\" shoes\"\r\n2,Blue hat,5,\"A hat\nfor two\"\r\n";
    assert_eq!(
        texts(Format::Csv, source),
        ["Red shoes", "Nice, \"red\" shoes", "Blue hat", "A hat", "for two"]
    );
    let written = changed(Format::Csv, source, |text| format!("{text}, \"neu\""));
    let expected = "id,Title,Price,Text\r\n1,\"Red shoes, \"\"neu\"\"\",9.99,\"Nice, \"\"red\"\" shoes, \"\"neu\"\"\"\r\n2,\"Blue hat, \
        \"\"neu\"\"\",5,\"A hat, \"\"neu\"\"\nfor two, \"\"neu\"\"\"\r\n";
    assert_eq!(written, expected);
    assert_eq!(texts(Format::Tsv, "Hello there\ta_b\nGood \"day\"\tc_d"), ["Hello there", "Good \"day\""]);
    assert_eq!(
        texts(Format::Csv, "Ein Satz; noch, einer.\nUnd; ein dritter"),
        ["Ein Satz", "noch, einer.", "Und", "ein dritter"]
    );
    let options = ReadOptions { columns: Some(vec![0, 7]), ..ReadOptions::default() };
    let document =
        Document::parse_with(Format::Csv, b"a_b,Words here\nCode,More words", &options).expect("valid");
    assert_eq!(
        document.blocks().iter().map(|block| block.text.as_str()).collect::<Vec<_>>(),
        ["a_b", "Code"]
    );
    let titled =
        Document::parse_with(Format::Csv, b"Artikel;Menge\nRote Schuhe;3\n", &options).expect("valid");
    assert_eq!(titled.blocks().iter().map(|block| block.text.as_str()).collect::<Vec<_>>(), ["Rote Schuhe"]);
}

#[test]
fn hostile_strings_are_read_in_linear_time() {
    let many = |part: &str, times: usize| part.repeat(times);
    let deep = |line: &str, times: usize| (0..times).map(|n| many(" ", n) + line).collect::<String>();
    type Input<'a> = &'a dyn Fn(usize) -> String;
    let cases: [(Format, usize, Input<'_>); 33] = [
        (Format::Csv, 300_002, &|n| many("\"", n - 1)),
        (Format::Csv, 200_000, &|n| many("\"a,", n)),
        (Format::Csv, 500_000, &|n| many(",", n)),
        (Format::Csv, 200_000, &|n| many("a\n\"", n)),
        (Format::Tsv, 200_000, &|n| many("word\t", n)),
        (Format::Json, 1000, &|n| many("{\"a\":", n)),
        (Format::Json, 200_000, &|n| format!("[\"{}\"]", many("{", n))),
        (Format::Json, 100_000, &|n| format!("[\"{}\"]", many("<a ", n))),
        (Format::Json, 50_000, &|n| format!("[\"{}\"]", many("%s word ", n))),
        (Format::Json, 300_000, &|n| format!("[\"{}\"]", many("\\n", n))),
        (Format::Json, 100_000, &|n| format!("[\"{}\"]", many("{0}|[1,2] ", n))),
        (Format::Json, 50_000, &|n| format!("[\"{}{}\"]", many("<code>", n), many("</code>", n))),
        (Format::Json, 100_000, &|n| format!("[\"{}\"]", many(":a __a %a [[a <% $1", n))),
        (Format::Yaml, 200_000, &|n| many("a: ", n)),
        (Format::Yaml, 200_000, &|n| many("- ", n)),
        (Format::Yaml, 100_000, &|n| many(" a:\n", n)),
        (Format::Yaml, 2000, &|n| deep("a: |\n", n)),
        (Format::Yaml, 4000, &|n| deep("a:\n", n)),
        (Format::Yaml, 100_000, &|n| many("a: 'b\n", n)),
        (Format::Yaml, 200_000, &|n| format!("a: [{}", many("x, ", n))),
        (Format::Yaml, 200_000, &|n| format!("a: [{}]", many("[", n))),
        (Format::Yaml, 200_000, &|n| format!("a: \"{}", many("b c\n  ", n))),
        (Format::Yaml, 200_000, &|n| format!("a: {}", many("b c\n  ", n))),
        (Format::Yaml, 100_000, &|n| format!("a: '{}'", many("b''\n\n  ", n))),
        (Format::Yaml, 2000, &|n| deep("a: \"x\"\n", n)),
        (Format::Yaml, 2000, &|n| deep("a: [\n", n)),
        (Format::Properties, 200_000, &|n| many("a=b\\\n", n)),
        (Format::Properties, 300_002, &|n| many("\\", n - 1)),
        (Format::Strings, 100_000, &|n| many("\"a\"=", n)),
        (Format::Strings, 200_000, &|n| many("/*", n)),
        (Format::Strings, 300_002, &|n| many("\"", n - 1)),
        (Format::Po, 100_000, &|n| many("msgid \"a\"\n\"b\"\n", n)),
        (Format::Po, 50_000, &|n| format!("msgid \"a\"\n{}msgstr \"\"\n", many("\"<b>x</b> %s\"\n", n))),
    ];
    for (format, times, input) in cases {
        work::assert_linear(times, input, |source| {
            let Ok(document) = Document::parse(format, source.as_bytes()) else { return };
            let own: Vec<Translation> =
                document.blocks().iter().map(|block| block.text.clone().into()).collect();
            assert_eq!(document.write(&own).expect("one for each").bytes, source.as_bytes());
        });
    }
}

#[test]
fn code_in_settings_is_kept_and_labels_in_messages_are_not() {
    let settings = "title: The big house\nlist:\n  - One dog\n  - \"Two: dogs\"\nenv: production\nimage: nginx:latest\ncommand: [\"npm\", \"run\", \"build\"]\n\
        format: \"YYYY-MM-DD HH:mm\"\nstyle: \"margin: 0 auto;\"\ncron: \"0 12 * * MON\"\nglob: \"src/**/*.ts lib/*.js\"\nquery: SELECT * FROM users\n\
        start: npm start && echo done\nmulti: The house\n  is big\nrun: |\n  npm ci\n  npm run build\n";
    assert_eq!(texts(Format::Yaml, settings), ["The big house", "One dog", "Two: dogs", "The house is big"]);
    let json = "{\"name\": \"my-app\", \"scripts\": {\"build\": \"tsc -p .\", \"test\": \"jest --ci\"}, \"description\": \"A big house\", \
        \"date\": \"YYYY-MM-DD HH:mm\", \"css\": \"margin: 0 auto;\", \"mode\": \"production\", \"re\": \"^[a-z]+ \\\\d$\", \"type\": \"module\"}";
    assert_eq!(texts(Format::Json, json), ["A big house"]);
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n    note: The big house\n";
    assert_eq!(texts(Format::Yaml, manifest), ["The big house"]);
    let properties = "server.mode=production\nspring.datasource.url=jdbc:mysql://localhost/db\nformat.date=dd.MM.yyyy HH:mm\ntitle=The big house\n";
    assert_eq!(texts(Format::Properties, properties), ["The big house"]);
    let messages = "{\"save\": \"Save\", \"cancel\": \"cancel\", \"go\": \"sign in\", \"status\": \"Status\", \"color\": \"Color\", \"mode\": \"mode\", \
        \"a\": \"Select an item from the list\", \"b\": \"open\", \"date\": \"YYYY-MM-DD HH:mm\", \"c\": \"Hi {first_name} {last_name}\"}";
    assert_eq!(
        texts(Format::Json, messages),
        [
            "Save",
            "cancel",
            "sign in",
            "Status",
            "Color",
            "mode",
            "Select an item from the list",
            "open",
            "Hi {first_name} {last_name}"
        ]
    );
}

#[test]
fn ruby_and_formulas_in_strings_are_those_of_html() {
    let source = "{\"a\": \"私は<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>に住む。\", \"b\": \"The sum <math><mi>a</mi><mo>=</mo></math> is big\"}";
    assert_eq!(texts(Format::Json, source), ["私は東京に住む。", "The sum is big"]);
    let written = changed(Format::Json, source, |text| {
        if text.starts_with('私') { "I live in Tokyo.".into() } else { text.replace("big", "groß") }
    });
    assert_eq!(
        written,
        "{\"a\": \"I live in Tokyo.\", \"b\": \"The sum <math><mi>a</mi><mo>=</mo></math> is groß\"}"
    );
}

#[test]
fn code_in_catalogues_and_tables_is_kept() {
    assert_eq!(
        texts(Format::Strings, "\"a\" = \"yyyy-MM-dd HH:mm\";\n\"b\" = \"Two words\";\n"),
        ["Two words"]
    );
    assert_eq!(
        texts(Format::Csv, "x1,Two words\nx2,npm run build\nx3,Three more words\n"),
        ["Two words", "Three more words"]
    );
    assert_eq!(
        texts(Format::Po, "msgid \"MMMM d, yyyy\"\nmsgstr \"\"\n\nmsgid \"Two words\"\nmsgstr \"\"\n"),
        ["Two words"]
    );
}

#[test]
fn a_property_may_start_with_what_divides_key_and_value() {
    for divider in [" ", "=", " = ", ":"] {
        let source = format!("first{divider}Das ist gut.\nsecond{divider}Noch ein Satz.\n");
        let document = Document::parse(Format::Properties, source.as_bytes()).expect("valid");
        let written = document.write(&["= is good".into(), ": one more".into()]).expect("written");
        let expected = format!("first{divider}\\= is good\nsecond{divider}\\: one more\n");
        assert_eq!(String::from_utf8_lossy(&written.bytes), expected);
        let again = Document::parse(Format::Properties, &written.bytes).expect("valid");
        let texts: Vec<&str> = again.blocks().iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, ["= is good", ": one more"]);
    }
}

#[test]
fn a_person_sees_what_the_columns_of_a_table_hold() {
    let columns = |bytes: &[u8]| -> Vec<(String, String, bool)> {
        let columns = documents::table_columns(bytes).expect("valid");
        columns.into_iter().map(|column| (column.title, column.sample, column.has_text)).collect()
    };
    let column = |title: &str, sample: &str, text| (title.to_owned(), sample.to_owned(), text);
    let text = "id;name;note\n1;;\"Das  Dach\nist neu.\"\n2;Rotes Haus;Es steht.;x1\n";
    let expected = [
        column("id", "1", false),
        column("name", "Rotes Haus", true),
        column("note", "Das Dach ist neu.", true),
        column("", "x1", false),
    ];
    assert_eq!(columns(text.as_bytes()), expected);
    let utf_16: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(columns(&utf_16), expected, "as the document is read");
    assert_eq!(
        columns(b"Ein Satz hier.\tx1\n"),
        [column("", "Ein Satz hier.", true), column("", "x1", false)]
    );
    assert_eq!(columns("Wort ".repeat(50).as_bytes())[0].1.chars().count(), 60);
    assert_eq!(columns(b""), []);
}
