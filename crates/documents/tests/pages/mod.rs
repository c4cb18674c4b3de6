//! Documents of one text markup, for the tests of each.

use documents::{Document, Format, Translation};

/// Reads and writes documents of a format.
pub struct Pages(pub Format);

impl Pages {
    pub fn open(&self, source: &str) -> Document {
        Document::parse(self.0, source.as_bytes()).expect("readable")
    }

    pub fn texts(&self, source: &str) -> Vec<String> {
        self.open(source).blocks().iter().map(|block| block.text.clone()).collect()
    }

    /// The document with each text replaced.
    pub fn written(&self, source: &str, translations: &[&str]) -> String {
        let given: Vec<Translation> = translations.iter().map(|text| Translation::from(*text)).collect();
        let written = self.open(source).write(&given).expect("one for each");
        String::from_utf8(written.bytes).expect("UTF-8")
    }
}
