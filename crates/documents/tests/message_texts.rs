//! Messages of programs in whatever format: their forms, and the code in them.

mod values;

use documents::{Document, Format, SpanKind};
use values::{changed, texts};

/// The forms that vue-i18n and Laravel divide by bars, with the numbers that they are for.
#[test]
fn forms_between_bars_are_translated_one_by_one() {
    let source = r#"{"a": "no apples | one apple | {n} apples", "b": "{0} There are none|[1,19] There are some|[20,*] There are :n"}"#;
    let all = ["no apples", "one apple", "{n} apples", "There are none", "There are some", "There are :n"];
    assert_eq!(texts(Format::Json, source), all);
    let new = source.replace("apple", "Apfel").replace("There", "Dort");
    let written =
        changed(Format::Json, source, |text| text.replace("apple", "Apfel").replace("There", "Dort"));
    assert_eq!(written, new);
    // A text in one piece keeps its bars.
    let yaml = "en:\n  a: no apples | one apple\n";
    assert_eq!(changed(Format::Yaml, yaml, |_| "Apfel".into()), yaml);
    assert_eq!(
        changed(Format::Yaml, yaml, |_| "kein Apfel | ein Apfel".into()),
        "en:\n  a: kein Apfel | ein Apfel\n"
    );
}

/// Code in a message is not translated, in whatever the format writes its tags.
#[test]
fn code_in_messages_is_kept() {
    let read = |format, source: &str| {
        let document = Document::parse(format, source.as_bytes()).expect("valid");
        let block = &document.blocks()[0];
        let locked = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
        let items: Vec<String> = locked.map(|span| block.text[span.range.clone()].to_owned()).collect();
        let moved = format!("Zuerst {}.", items.join(" und "));
        (items, changed(format, source, |_| moved.clone()))
    };
    let items = ["<code class=\"a\">npm run</code>", "<kbd>Enter</kbd>"];
    let code = "Run <code class=\"a\">npm run</code> and <kbd>Enter</kbd> first.";
    let moved = "Zuerst <code class=\"a\">npm run</code> und <kbd>Enter</kbd>.";
    let xml = |text: &str| text.replace('<', "&lt;").replace('>', "&gt;");
    let quoted = |text: &str| text.replace('"', "\\\"");
    let resx = |text: &str| {
        format!("<root><data name=\"a\" xml:space=\"preserve\"><value>{}</value></data></root>", xml(text))
    };
    for (format, source, expected) in [
        (
            Format::Json,
            format!("{{\"a\": \"{}\"}}", quoted(code)),
            format!("{{\"a\": \"{}\"}}", quoted(moved)),
        ),
        (
            Format::Strings,
            format!("\"a\" = \"{}\";", quoted(code)),
            format!("\"a\" = \"{}\";", quoted(moved)),
        ),
        (Format::Properties, format!("a={code}\n"), format!("a={moved}\n")),
        (Format::Yaml, format!("en:\n  a: '{code}'\n"), format!("en:\n  a: '{moved}'\n")),
        (Format::Resx, resx(code), resx(moved)),
    ] {
        assert_eq!(read(format, &source), (items.map(str::to_owned).to_vec(), expected), "{source}");
    }
}
