//! Reads and writes files of values, for the tests of each format.
#![allow(dead_code, reason = "each test file uses some of it")]

use documents::{Document, Format, Translation};

/// The texts of a document.
pub fn texts(format: Format, source: &str) -> Vec<String> {
    let document = Document::parse(format, source.as_bytes()).expect("valid");
    document.blocks().iter().map(|block| block.text.clone()).collect()
}

/// The document with every block's text changed by `change`.
pub fn changed(format: Format, source: &str, change: impl Fn(&str) -> String) -> String {
    let document = Document::parse(format, source.as_bytes()).expect("valid");
    let translations: Vec<Translation> =
        document.blocks().iter().map(|block| change(&block.text).into()).collect();
    String::from_utf8(document.write(&translations).expect("one for each").bytes).expect("UTF-8")
}

/// The document with a mark before every text.
pub fn marked(format: Format, source: &str) -> String {
    changed(format, source, |text| format!("Ü {text}"))
}
