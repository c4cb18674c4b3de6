//! Reads and writes Markdown, for its tests.
#![allow(dead_code, reason = "each test file uses some of it")]

use documents::{Document, FindingKind, Format, Translation};

pub fn parse(source: &str) -> Document {
    Document::parse(Format::Markdown, source.as_bytes()).expect("valid Markdown")
}

pub fn texts(source: &str) -> Vec<String> {
    parse(source).blocks().iter().map(|block| block.text.clone()).collect()
}

/// The document with its blocks replaced, and the findings.
pub fn write(source: &str, translations: &[&str]) -> (String, Vec<FindingKind>) {
    let translations: Vec<Translation> = translations.iter().copied().map(Translation::from).collect();
    let written = parse(source).write(&translations).expect("as many translations as blocks");
    let problems = written.findings.iter().map(|finding| finding.kind).collect();
    (String::from_utf8(written.bytes).expect("UTF-8"), problems)
}

pub fn written(source: &str, translations: &[&str]) -> String {
    let (text, problems) = write(source, translations);
    assert_eq!(problems, [], "{text}");
    text
}
