//! PO, XLIFF and TMX: translations are written beside their sources; everything else stays byte for byte.

use documents::{Document, Error, Format, ReadOptions, SpanKind, Translation};

fn parse(format: Format, source: &str) -> Document {
    let options = ReadOptions { from: Some("en".into()), to: Some("de-DE".into()), ..ReadOptions::default() };
    Document::parse_with(format, source.as_bytes(), &options).expect("valid")
}

fn texts(format: Format, source: &str) -> Vec<String> {
    parse(format, source).blocks().iter().map(|block| block.text.clone()).collect()
}

fn write(format: Format, source: &str, translations: &[&str]) -> String {
    let translations: Vec<Translation> = translations.iter().map(|&text| text.into()).collect();
    let written = parse(format, source).write(&translations).expect("as many translations as blocks");
    String::from_utf8(written.bytes).expect("UTF-8")
}

const HEADER: &str = "# Comment\nmsgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\
    \"Plural-Forms: nplurals=3; plural=n==1 ? 0 : 1;\\n\"\n\n";

#[test]
fn po_fills_what_is_empty_and_marks_it() {
    let source = format!(
        "{HEADER}#: a.c:1\n#, c-format\nmsgid \"Hello %s\"\nmsgstr \"\"\n\nmsgctxt \"menu\"\nmsgid \"Open\"\nmsgstr \"\"\n\n\
         msgid \"Done\"\nmsgstr \"Fertig\"\n\n#~ msgid \"old\"\n#~ msgstr \"\"\n"
    );
    assert_eq!(texts(Format::Po, &source), ["Hello %s", "Open"]);
    assert_eq!(parse(Format::Po, &source).blocks()[0].spans[0].kind, SpanKind::Locked);
    let expected = source
        .replace(
            "#, c-format\nmsgid \"Hello %s\"\nmsgstr \"\"",
            "#, fuzzy, c-format\nmsgid \"Hello %s\"\nmsgstr \"Hallo \\\"%s\\\"\"",
        )
        .replace(
            "msgctxt \"menu\"\nmsgid \"Open\"\nmsgstr \"\"",
            "#, fuzzy\nmsgctxt \"menu\"\nmsgid \"Open\"\nmsgstr \"Öffnen\"",
        );
    assert_eq!(write(Format::Po, &source, &["Hallo \"%s\"", "Öffnen"]), expected);
}

#[test]
fn po_keeps_line_ends_and_wraps() {
    let source = "msgid \"\"\n\"\\n\"\n\"First line that is \"\n\"long,\\n\"\n\"second \\\"line\\\".\\n\"\nmsgstr \"\"\n";
    assert_eq!(texts(Format::Po, source), ["First line that is long,\nsecond \"line\"."]);
    let long = "Eine erste Zeile, die so lang ist, dass sie gewiss nicht auf eine einzige passt,\nund zweite \"Zeile\".";
    let expected = "#, fuzzy\nmsgid \"\"\n\"\\n\"\n\"First line that is \"\n\"long,\\n\"\n\"second \\\"line\\\".\\n\"\nmsgstr \"\"\n\
        \"\\n\"\n\"Eine erste Zeile, die so lang ist, dass sie gewiss nicht auf eine einzige \"\n\"passt,\\n\"\n\"und zweite \
        \\\"Zeile\\\".\\n\"\n";
    assert_eq!(write(Format::Po, source, &[long]), expected);
}

#[test]
fn po_fills_every_plural_form() {
    let source =
        format!("{HEADER}msgid \"%d file\"\nmsgid_plural \"%d files\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n");
    assert_eq!(texts(Format::Po, &source), ["%d file", "%d files"]);
    let expected = format!(
        "{HEADER}#, fuzzy\nmsgid \"%d file\"\nmsgid_plural \"%d files\"\nmsgstr[0] \"%d soubor\"\nmsgstr[1] \"%d soubory\"\n\
         msgstr[2] \"%d soubory\"\n"
    );
    assert_eq!(write(Format::Po, &source, &["%d soubor", "%d soubory"]), expected);
    let one = source.replace("nplurals=3", "nplurals=1").replace("msgstr[1] \"\"\n", "");
    assert_eq!(texts(Format::Po, &one), ["%d files"]);
}

#[test]
fn broken_po_is_copied() {
    for source in [
        "msgid \"a\nmsgstr \"\"\n",
        "msgid \"a\\\"\nmsgstr \"\"\n",
        "msgid \"a\"b\"\nmsgstr \"\"\n",
        "msgid \"",
        "\"",
        "msgid \"a\\q\"\nmsgstr \"\"\n",
        "msgid\n\"a\"\nmsgstr \"\"",
    ] {
        assert_eq!(texts(Format::Po, source), [""; 0], "{source}");
    }
}

fn xliff_1(units: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\"><file \
        source-language=\"en\" target-language=\"de\"><body>\n{units}</body></file></xliff>"
    )
}

#[test]
fn xliff_1_gets_targets() {
    let source = xliff_1(
        "<trans-unit id=\"1\">\n  <source>Click <g id=\"1\">here</g><x id=\"2\"/> &amp; go</source>\n  <note>n</note>\n</trans-unit>\n\
         <trans-unit id=\"2\"><source> <g id=\"1\">All</g></source><target state='new'/></trans-unit>\n\
         <trans-unit id=\"3\" approved=\"yes\"><source>Done</source><target>Fertig</target></trans-unit>\n\
         <trans-unit id=\"4\" translate=\"no\"><source>Kept</source></trans-unit>\n\
         <group translate=\"no\"><trans-unit id=\"5\"><source>Kept</source></trans-unit></group>\n\
         <trans-unit id=\"6\"><source>Other</source><target>Anderes</target></trans-unit>\n\
         <trans-unit id=\"7\"><source>Same</source><target>Same</target><alt-trans><source>x</source><target>y</target></alt-trans></trans-unit>\n",
    );
    assert_eq!(texts(Format::Xliff, &source), ["Click here & go", "All", "Same"]);
    let expected = source
        .replace("go</source>", "go</source>\n  <target state=\"needs-review-translation\"><g id=\"1\">here</g><x id=\"2\"/> klicken &lt; los</target>")
        .replace("<target state='new'/>", "<target state='needs-review-translation'> <g id=\"1\">Alles</g></target>")
        .replace("<target>Same</target>", "<target state=\"needs-review-translation\">Gleich</target>");
    assert_eq!(write(Format::Xliff, &source, &["here klicken < los", "Alles", "Gleich"]), expected);
}

#[test]
fn xliff_2_gets_targets_and_states() {
    let source = "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.0\" srcLang=\"en\" trgLang=\"de\"><file id=\"f\">\
        <unit id=\"1\"><notes><note>n</note></notes><segment state=\"initial\">\n  <source>Hello <pc id=\"1\">you</pc> <mrk id=\"m\" \
        translate=\"no\">Wasan</mrk></source>\n</segment><ignorable><source> </source></ignorable><segment><source>Two</source>\
        </segment></unit><unit id=\"2\" translate=\"no\"><segment><source>Kept</source></segment></unit><unit id=\"3\"><segment \
        state=\"final\"><source>Done</source><target>Fertig</target></segment></unit></file></xliff>";
    assert_eq!(texts(Format::Xliff, source), ["Hello you Wasan", "Two"]);
    let expected = source
        .replace("state=\"initial\"", "state=\"translated\"")
        .replace(
            "Wasan</mrk></source>",
            "Wasan</mrk></source>\n  <target>Hallo <mrk id=\"m\" translate=\"no\">Wasan</mrk></target>",
        )
        .replace(
            "<segment><source>Two</source>",
            "<segment state=\"translated\"><source>Two</source><target>Zwei</target>",
        );
    assert_eq!(write(Format::Xliff, source, &["Hallo Wasan", "Zwei"]), expected);
}

#[test]
fn each_segment_of_a_divided_text_is_a_block() {
    let divided = |unit: &str, target: &str| {
        format!(
            "<trans-unit id=\"{unit}\">\n<source>One here. Two<x id=\"1\"/>.</source>\n<seg-source><mrk mtype=\"seg\" mid=\"0\">One here.</mrk> \
             <g id=\"2\"><mrk mtype=\"seg\" mid=\"1\">Two<x id=\"1\"/>.</mrk></g></seg-source>{target}\n</trans-unit>"
        )
    };
    let mark = |mid: usize, text: &str| format!("<mrk mtype=\"seg\" mid=\"{mid}\">{text}</mrk>");
    let both = |first: &str, second: &str| mark(0, first) + " <g id=\"2\">" + &mark(1, second) + "</g>";
    let empty = "<mrk mid=\"0\" mtype=\"seg\"/><mrk mid=\"1\" mtype=\"seg\" />";
    let units = |targets: [&str; 7]| {
        xliff_1(
            &targets
                .iter()
                .enumerate()
                .map(|(at, target)| divided(&at.to_string(), target))
                .collect::<String>(),
        )
    };
    let source = units([
        // Okapi's copy, Trados' empty marks, its draft without a target, an empty target, a half of a translation.
        &format!("\n<target>{}</target>", both("One here.", "Two<x id=\"1\"/>.")),
        &format!(
            "<target>{empty}</target><sdl:seg-defs><sdl:seg id=\"0\" conf=\"Translated\"/></sdl:seg-defs>"
        ),
        "",
        "<target state=\"new\"/>",
        &format!("<target state=\"needs-translation\">{}</target>", both("Eins.", "")),
        &format!("<target>{}</target>", both("Eins.", "Zwei<x id=\"1\"/>.")),
        "<target>Eins. Zwei.</target>",
    ]);
    let found = ["One here.", "Two.", "Two.", "One here.", "Two.", "One here.", "Two.", "Two."];
    assert_eq!(texts(Format::Xliff, &source), found);
    let translated = both("Eins da.", "Zwei<x id=\"1\"/>.");
    let expected = units([
        &format!("\n<target>{translated}</target>"),
        "<target><mrk mid=\"0\" mtype=\"seg\"/><mrk mid=\"1\" mtype=\"seg\">Zwei<x id=\"1\"/>.</mrk></target><sdl:seg-defs><sdl:seg \
         id=\"0\" conf=\"Translated\"/></sdl:seg-defs>",
        &format!("\n<target state=\"needs-review-translation\">{translated}</target>"),
        &format!("<target state=\"needs-review-translation\">{translated}</target>"),
        &format!(
            "<target state=\"needs-review-translation\">{}</target>",
            both("Eins.", "Zwei<x id=\"1\"/>.")
        ),
        &format!("<target>{}</target>", both("Eins.", "Zwei<x id=\"1\"/>.")),
        "<target>Eins. Zwei.</target>",
    ]);
    let translations: Vec<&str> =
        found.iter().map(|text| if text.starts_with("One") { "Eins da." } else { "Zwei." }).collect();
    let written = write(Format::Xliff, &source, &translations);
    assert_eq!(written, expected);
    assert_eq!(texts(Format::Xliff, &written), [""; 0]);
    assert_eq!(write(Format::Xliff, &source, &found), source);
    let first = [&["Eins da."][..], &found[1..]].concat();
    let half = write(Format::Xliff, &source, &first);
    assert!(half.contains(&both("Eins da.", "Two<x id=\"1\"/>.")), "{half}");
    let third: Vec<&str> =
        found.iter().enumerate().map(|(at, text)| if at == 4 { "Zwei." } else { *text }).collect();
    let half = write(Format::Xliff, &source, &third);
    let target = both("One here.", "Zwei<x id=\"1\"/>.");
    assert!(
        half.contains(&format!("\n<target state=\"needs-review-translation\">{target}</target>")),
        "{half}"
    );
}

#[test]
fn a_copy_of_the_source_is_no_translation_unless_marked_as_one() {
    let unit =
        |source: &str, target: &str| format!("<trans-unit><source>{source}</source>{target}</trans-unit>");
    let source = xliff_1(
        &[
            unit(
                "Save <x id=\"1\"/> it",
                "<target state=\"needs-translation\">Save  <x id='1'/>\nit</target>",
            ),
            unit("A copy", "<target>A copy</target>"),
            unit("Reviewed", "<target state=\"needs-review-translation\">Reviewed</target>"),
            unit("Only a mark", "<target><x id=\"1\"/></target>"),
        ]
        .concat(),
    );
    assert_eq!(texts(Format::Xliff, &source), ["Save it", "A copy", "Only a mark"]);
}

#[test]
fn xliff_2_names_the_language_of_its_targets() {
    let file = |root: &str, target: &str| {
        format!(
            "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.0\" srcLang=\"en\"{root}><file id=\"f\"><unit id=\"1\">{target}</unit></file></xliff>"
        )
    };
    let source = file("", "<segment><source>Two</source></segment>");
    let expected = file(
        " trgLang=\"de-DE\"",
        "<segment state=\"translated\"><source>Two</source><target>Zwei</target></segment>",
    );
    assert_eq!(write(Format::Xliff, &source, &["Zwei"]), expected);
    assert_eq!(write(Format::Xliff, &source, &["Two"]), source);
}

#[test]
fn elements_in_a_translation_beside_its_source_are_as_close_to_its_words() {
    let source = "msgid \"one<br/>two, three <i/>four <img/> five\"\nmsgstr \"\"\n";
    assert_eq!(texts(Format::Po, source), ["one\ntwo, three four five"]);
    let written = write(Format::Po, source, &["eins\nzwei, drei four five"]);
    assert!(written.contains("msgstr \"eins<br/>zwei, drei <i/>four <img/> five\""), "{written}");
}

#[test]
fn placeholders_in_xliff_are_locked() {
    let source = xliff_1(
        "<trans-unit id=\"1\"><source>Open &lt;b&gt;{name}&lt;/b&gt; <![CDATA[%s & co]]></source></trans-unit>",
    );
    let document = parse(Format::Xliff, &source);
    let block = &document.blocks()[0];
    assert_eq!(block.text, "Open <b>{name}</b> %s & co");
    let locked: Vec<&str> = block.spans.iter().map(|span| &block.text[span.range.clone()]).collect();
    assert_eq!(locked, ["<b>", "{name}", "</b>", "%s"]);
    assert!(write(Format::Xliff, &source, &["<b>{name}</b> %s & co öffnen"]).contains(
        "<target state=\"needs-review-translation\">&lt;b&gt;{name}&lt;/b&gt; %s &amp; co öffnen</target>"
    ));
}

#[test]
fn tmx_gets_the_missing_language() {
    let unit = |texts: &str| format!("    <tu>\n{texts}    </tu>\n");
    let text =
        |language: &str, text: &str| format!("      <tuv xml:lang=\"{language}\"><seg>{text}</seg></tuv>\n");
    let source = |first: &str| {
        let units = unit(first) + &unit(&(text("en", "Two") + &text("de", "Zwei")));
        format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">\n<tmx version=\"1.4\"><header srclang=\"en\"/><body>\n{units}</body></tmx>"
        )
    };
    let one = text("fr", "Un") + &text("en-US", "One <ph>&lt;br&gt;</ph> &amp; all");
    assert_eq!(texts(Format::Tmx, &source(&one)), ["One & all"]);
    let expected = source(&(one.clone() + &text("de-DE", "One <ph>&lt;br&gt;</ph> &amp; alle")));
    assert_eq!(write(Format::Tmx, &source(&one), &["One & alle"]), expected);
    let without = Document::parse(Format::Tmx, source(&one).as_bytes());
    assert_eq!(without.err(), Some(Error::NoTarget));
}

#[test]
fn an_empty_text_of_a_memory_is_filled() {
    let source = |seg: &str| {
        format!(
            "<tmx version=\"1.4\"><header srclang=\"en\"/><body><tu><tuv xml:lang=\"de\">{seg}</tuv><tuv xml:lang=\"en\"><seg>One \
             <ph/>here</seg></tuv></tu></body></tmx>"
        )
    };
    for empty in ["<seg/>", "<seg> </seg>"] {
        let written = write(Format::Tmx, &source(empty), &["Eins here"]);
        assert_eq!(written, source("<seg>Eins <ph/>here</seg>"));
    }
}

#[test]
fn branches_of_plurals_among_codes_are_texts() {
    let source = xliff_1(
        "<trans-unit id=\"1\"><source>{VAR_PLURAL, plural, =0 {none} other {<x id=\"1\"/> files}}</source></trans-unit>\n\
         <trans-unit id=\"2\"><source>{name} came</source></trans-unit>",
    );
    assert_eq!(texts(Format::Xliff, &source), ["none", "files", "{name} came"]);
}

#[test]
fn hostile_xml_is_refused_or_copied() {
    let refused = |source: &str| Document::parse(Format::Xliff, source.as_bytes()).is_err();
    assert!(refused(&"<a>".repeat(100_000)));
    assert!(refused("<xliff><trans-unit>"));
    assert!(refused("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>"));
    let many = format!(
        "<xliff {}><trans-unit><source>a</source></trans-unit></xliff>",
        (0..80_000).map(|n| format!("a{n}=\"\" ")).collect::<String>()
    );
    assert_eq!(texts(Format::Xliff, &many), ["a"]);
    let codes = xliff_1(&format!("<trans-unit><source>a {} b</source></trans-unit>", "<x/>".repeat(100_000)));
    assert_eq!(texts(Format::Xliff, &codes), [""; 0]);
    let marks = |text: &str| -> String {
        (0..50_000).map(|mid| format!("<mrk mtype=\"seg\" mid=\"{mid}\">{text}</mrk>")).collect()
    };
    let (divided, done) = (marks("Ein Wort"), "<seg id=\"1\" conf=\"Translated\"/>".repeat(50_000));
    for target in [format!("<target>{divided}</target>"), String::new()] {
        let unit = format!(
            "<trans-unit><source>x y</source><seg-source>{divided}</seg-source>{target}{done}</trans-unit>"
        );
        let source = xliff_1(&unit);
        let translations = vec!["One word"; 49_999];
        assert!(write(Format::Xliff, &source, &translations).contains(&marks("One word")[78..195]));
    }
}

#[test]
fn a_file_in_another_target_language_is_refused_or_changed() {
    let open = |format, source: &str| {
        let options = ReadOptions { to: Some("de-DE".into()), ..ReadOptions::default() };
        Document::parse_with(format, source.as_bytes(), &options)
    };
    let other = Some(Error::OtherTarget { language: "fr".into(), wanted: "de-DE".into() });
    let two = |language: &str, target: &str| {
        format!(
            "<xliff version=\"2.0\" trgLang=\"{language}\"><file id=\"f\"><unit id=\"u\"><segment><source>House</source></segment>\
             <segment><source>Dog</source>{target}</segment></unit></file></xliff>"
        )
    };
    assert_eq!(open(Format::Xliff, &two("fr", "<target>chien</target>")).err(), other);
    assert!(open(Format::Xliff, &two("de-AT", "<target>Hund</target>")).is_ok());
    // An empty target, and a copy of the source, are no translations.
    for target in ["", "<target/>", "<target>Dog</target>"] {
        let written = write(Format::Xliff, &two("fr", target), &["Haus", "Hund"]);
        assert!(written.starts_with("<xliff version=\"2.0\" trgLang=\"de-DE\">"), "{written}");
        assert_eq!(write(Format::Xliff, &two("fr", target), &["House", "Dog"]), two("fr", target));
    }
    let one = |target: &str| {
        format!(
            "<xliff version=\"1.2\"><file source-language=\"en\" target-language=\"fr\"><body><trans-unit id=\"1\">\
             <source>House</source>{target}</trans-unit></body></file></xliff>"
        )
    };
    assert_eq!(open(Format::Xliff, &one("<target>maison</target>")).err(), other);
    let written = write(Format::Xliff, &one(""), &["Haus"]);
    assert!(written.contains("<file source-language=\"en\" target-language=\"de-DE\">"), "{written}");

    let po = |language: &str, translation: &str| {
        format!(
            "msgid \"\"\nmsgstr \"\"\n\"Language:{language}\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\n\
             msgid \"House\"\nmsgstr \"\"\n\nmsgid \"Dog\"\nmsgstr \"{translation}\"\n"
        )
    };
    assert_eq!(open(Format::Po, &po(" fr", "chien")).err(), other);
    assert!(open(Format::Po, &po(" de", "Hund")).is_ok());
    assert!(open(Format::Po, &po("", "Hund")).is_ok());
    for language in [" fr", "", " "] {
        let written = write(Format::Po, &po(language, ""), &["Haus", "Hund"]);
        assert!(written.contains("\"Language: de_DE\\n\""), "{written}");
    }
}

#[test]
fn messages_with_plural_forms_in_a_memory_are_counted() {
    let source = "<tmx version=\"1.4\"><header srclang=\"en\"/><body><tu><tuv xml:lang=\"en\"><seg>{n, plural, one {# dog} other {# dogs}}</seg></tuv></tu></body></tmx>";
    let options = documents::ReadOptions { to: Some("de".into()), ..documents::ReadOptions::default() };
    let document = Document::parse_with(Format::Tmx, source.as_bytes(), &options).expect("valid");
    assert!(document.blocks().is_empty());
    assert_eq!(document.left_alone().count(documents::Place::Message), 1);
}
