//! Places whose text is left on purpose are counted.

mod packages;

use documents::{Document, Format, Place};

fn count(name: &str, bytes: &[u8], place: Place) -> usize {
    let format = Format::detect(name, bytes).expect("a known format");
    Document::parse(format, bytes).expect("a readable document").left_alone().count(place)
}

#[test]
fn texts_in_svg_pictures_are_counted() {
    let picture = "<p>A picture: <svg><title>Sales</title><text>May</text><text>42</text></svg></p>";
    assert_eq!(count("a.html", picture.as_bytes(), Place::SvgText), 1);
    assert_eq!(count("a.md", format!("Hello\n\n<div>{picture}</div>\n").as_bytes(), Place::SvgText), 1);
    let document = Document::parse(Format::Html, b"<p>Nothing is left here.</p>").expect("reads");
    assert!(document.left_alone().is_empty());
}

#[test]
fn values_that_look_like_code_are_counted_if_they_have_a_word() {
    let json = r#"{"title": "The house is big.", "mode": "production", "run": "git pull --rebase", "url": "https://example.org",
        "id": "a_b-c", "price": "3.50", "size": "checkBox"}"#;
    assert_eq!(count("a.json", json.as_bytes(), Place::CodeValue), 2);
    let yaml =
        "title: The house is big.\nmode: production\nrun: git pull --rebase\nurl: https://example.org\n";
    assert_eq!(count("a.yml", yaml.as_bytes(), Place::CodeValue), 2);
    let properties =
        "title=The house is big.\ndate=EEE, d MMM yyyy\nrun=git pull --rebase\nurl=https://example.org\n";
    assert_eq!(count("a.properties", properties.as_bytes(), Place::CodeValue), 2);
    let strings = "\"a\" = \"The house\";\n\"b\" = \"git pull --rebase\";\n";
    assert_eq!(count("a.strings", strings.as_bytes(), Place::CodeValue), 1);
    let android = "<resources><string name=\"a\">The house</string><string name=\"b\">git pull --rebase</string></resources>";
    assert_eq!(count("strings.xml", android.as_bytes(), Place::CodeValue), 1);
    let resx = "<root><resheader name=\"a\"/><data name=\"a\"><value>The house</value></data>\
        <data name=\"b\"><value>EEE, d MMM yyyy</value></data></root>";
    assert_eq!(count("a.resx", resx.as_bytes(), Place::CodeValue), 1);
}

#[test]
fn titles_and_codes_of_tables_are_counted() {
    let table = "name,colour,code\nThe red house,light red,a1\nA big tree,dark green,b2\n";
    assert_eq!(count("a.csv", table.as_bytes(), Place::ColumnTitle), 3);
    assert_eq!(count("a.csv", table.as_bytes(), Place::CodeValue), 0);
    let table = "name\tmode\nThe red house\ton\nA big tree\toff\nA lake\ton\n";
    assert_eq!(count("a.tsv", table.as_bytes(), Place::CodeValue), 3);
}
