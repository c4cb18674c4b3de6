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
