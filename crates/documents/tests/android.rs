//! Android's string resources.

mod work;

use documents::{Document, Error, Format, SpanKind, Translation};

fn texts(source: &str) -> Vec<String> {
    let document = Document::parse(Format::Android, source.as_bytes()).expect("well-formed");
    document.blocks().iter().map(|block| block.text.clone()).collect()
}

/// The document with every block's text changed by `change`.
fn changed(source: &str, change: impl Fn(&str) -> String) -> String {
    let document = Document::parse(Format::Android, source.as_bytes()).expect("well-formed");
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, source.as_bytes());
    let given: Vec<Translation> = document.blocks().iter().map(|block| change(&block.text).into()).collect();
    String::from_utf8(document.write(&given).expect("one for each").bytes).expect("UTF-8")
}

const SOURCE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!-- Copyright: The house -->
<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2" xmlns:tools="http://schemas.android.com/tools">
    <!-- The title of the app -->
    <string name="title">The boy\'s dog</string>
    <string name="app_name" translatable="false">House</string>
    <string name="hello">Hello %1$s, you have %2$d letters</string>
    <string name="quoted">"It's  a "</string>
    <string name="escapes">Say \"yes\" \u0026 \@home:\n\tNow</string>
    <string name="wrapped">
        Two lines
        of text
    </string>
    <string name="bold">A <b>big <i>red</i></b> house &amp; garden</string>
    <string name="link"><![CDATA[Read <a href="https://a.example/?b=1&c">the \'terms\'</a>.]]></string>
    <string name="escaped_html">A &lt;b&gt;bold&lt;/b&gt; word</string>
    <string name="protected">Hi <xliff:g id="user" example="Bob">%1$s</xliff:g> from <xliff:g id="app">Wasan</xliff:g>!</string>
    <string name="reference">@string/title</string>
    <string name="key">pref_key_sound</string>
    <plurals name="days">
        <item quantity="one">one day</item>
        <item quantity="other">%d days</item>
    </plurals>
    <string-array name="colors"><item>Red</item><item>Dark blue</item></string-array>
    <string-array name="codes" translatable="false"><item>Red</item></string-array>
    <integer-array name="sizes"><item>12</item></integer-array>
    <color name="a">#ff0000</color>
    <string name="empty"/>
</resources>
"#;

#[test]
fn strings_plurals_and_arrays_are_read() {
    assert_eq!(
        texts(SOURCE),
        [
            "The boy's dog",
            "Hello %1$s, you have %2$d letters",
            "It's a",
            "Say \"yes\" & @home:",
            "Now",
            "Two lines of text",
            "A big red house & garden",
            "Read the 'terms'.",
            "A bold word",
            "Hi %1$s from Wasan!",
            "one day",
            "%d days",
            "Red",
            "Dark blue",
        ]
    );
}

#[test]
fn translations_are_escaped_as_android_reads_them() {
    let written = changed(SOURCE, |text| format!("{text} 'x' \"y\" < z & \\ n"));
    let tail = r#" \'x\' \"y\" &lt; z &amp; \\ n"#;
    for expected in [
        format!("\"title\">The boy\\'s dog{tail}</string>"),
        format!("\"hello\">Hello %1$s, you have %2$d letters{tail}</string>"),
        format!("<item quantity=\"one\">one day{tail}</item>"),
        format!("<item>Dark blue{tail}</item></string-array>"),
        format!("\n        Two lines of text{tail}\n    </string>"),
        r#"'terms\'</a>. \'x\' \"y\" < z & \\ n]]></string>"#.to_owned(),
        "example=\"Bob\">%1$s</xliff:g>".to_owned(),
        "<xliff:g id=\"app\">Wasan</xliff:g>".to_owned(),
        "<string name=\"app_name\" translatable=\"false\">House</string>".to_owned(),
        "<string name=\"reference\">@string/title</string>".to_owned(),
        "<!-- The title of the app -->".to_owned(),
    ] {
        assert!(written.contains(&expected), "{expected}\n{written}");
    }
    assert!(
        changed("<resources><string name=\"a\">Word</string></resources>", |_| "@home?".into())
            .contains(">\\@home?<")
    );
    assert!(
        changed("<resources><string name=\"a\">Word</string></resources>", |_| "?".into()).contains(">\\?<")
    );
    let cdata = "<resources><string name=\"a\"><![CDATA[Two words]]></string></resources>";
    assert!(changed(cdata, |_| "a ]]> b".into()).contains("<![CDATA[a ]]]]><![CDATA[> b]]>"));
}

#[test]
fn placeholders_and_protected_parts_are_locked() {
    let document = Document::parse(Format::Android, SOURCE.as_bytes()).expect("well-formed");
    let locked = |text: &str| -> Vec<String> {
        let block = document.blocks().iter().find(|block| block.text == text).expect("a block");
        let spans = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
        spans.map(|span| block.text[span.range.clone()].to_owned()).collect()
    };
    assert_eq!(locked("Hello %1$s, you have %2$d letters"), ["%1$s", "%2$d"]);
    assert_eq!(locked("Hi %1$s from Wasan!"), ["%1$s", "Wasan"]);
}

#[test]
fn what_is_read_are_texts() {
    let detect = |text: &str| Format::detect("strings.xml", text.as_bytes());
    assert_eq!(detect(SOURCE), Ok(Format::Android));
    assert_eq!(
        detect("<resources>\n <string name=\"a\">The house</string>\n</resources>"),
        Ok(Format::Android)
    );
    let refused =
        detect("<resources><color name=\"a\">#fff</color></resources>").expect_err("no texts").to_string();
    assert!(refused.starts_with("Wasan does not read Android resources without texts"), "{refused}");
    for broken in ["<resources><string name=\"a\">x", "<resources><string name=\"a\">x</resources>"] {
        assert!(matches!(Document::parse(Format::Android, broken.as_bytes()), Err(Error::Xml { .. })));
    }
    let entity =
        "<!DOCTYPE resources [<!ENTITY a \"b\">]><resources><string name=\"a\">&a; x</string></resources>";
    assert!(matches!(Document::parse(Format::Android, entity.as_bytes()), Err(Error::DocType { .. })));
}

#[test]
fn a_large_file_is_read_in_linear_time() {
    let string = "<string name=\"a\">It\\'s \\u00e9 &amp; \"b\" <b>c</b> %d</string>\n";
    let file = |strings| format!("<resources>{}</resources>", string.repeat(strings));
    assert_eq!(texts(&file(20_000)).len(), 20_000);
    work::assert_linear(20_000, file, |source| drop(texts(source)));
}
