//! Builds and inspects small zip packages for tests.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::{Cursor, Read, Write};

use documents::{Document, FindingKind, Format, Translation};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A package of these entries, in this order; `mimetype` is stored as the standards require.
pub fn pack(entries: &[(&str, &str)]) -> Vec<u8> {
    pack_bytes(entries)
}

/// As [`pack`], with entries that may be no text.
pub fn pack_bytes<B: AsRef<[u8]>>(entries: &[(&str, B)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        let stored = *name == "mimetype";
        let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).expect("a new name");
        writer.write_all(text.as_ref()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// An entry's text.
pub fn entry(package: &[u8], name: &str) -> String {
    String::from_utf8(entry_bytes(package, name)).expect("UTF-8")
}

/// An entry's decompressed bytes.
pub fn entry_bytes(package: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(package)).expect("a zip archive");
    let mut bytes = Vec::new();
    archive.by_name(name).expect("an entry").read_to_end(&mut bytes).expect("memory");
    bytes
}

/// The names of all entries, in their order, with how each is compressed.
pub fn entries(package: &[u8]) -> Vec<(String, CompressionMethod)> {
    let mut archive = ZipArchive::new(Cursor::new(package)).expect("a zip archive");
    let count = archive.len();
    let entry = |index| {
        let entry = archive.by_index_raw(index).expect("an entry");
        (entry.name().expect("a name").into_owned(), entry.compression())
    };
    (0..count).map(entry).collect()
}

/// The document in a package, whose type is found by its content.
pub fn open(package: &[u8]) -> Document {
    let format = Format::detect("a file", package).expect("a known format");
    Document::parse(format, package).expect("a readable document")
}

pub fn texts(document: &Document) -> Vec<&str> {
    document.blocks().iter().map(|block| block.text.as_str()).collect()
}

/// The package with its texts translated, and the findings. A text that is not listed is left unchanged.
pub fn translate(package: &[u8], translations: &[(&str, &str)]) -> (Vec<u8>, Vec<FindingKind>) {
    let document = open(package);
    let translated = |text: &&str| {
        let given = translations.iter().find(|(source, _)| source == text);
        Translation::from(given.map_or(*text, |(_, given)| given))
    };
    let given: Vec<Translation> = texts(&document).iter().map(translated).collect();
    for (source, _) in translations {
        assert!(texts(&document).contains(source), "no block {source:?} in {:?}", texts(&document));
    }
    let written = document.write(&given).expect("as many translations as blocks");
    (written.bytes, written.findings.iter().map(|finding| finding.kind).collect())
}

/// Checks that writing a document's own texts changes no byte, and that other texts change only the entries `changed`.
pub fn check_round_trip(package: &[u8], changed: &[&str]) {
    let document = open(package);
    let same: Vec<Translation> = texts(&document).into_iter().map(Translation::from).collect();
    let written = document.write(&same).expect("as many translations as blocks");
    assert!(written.bytes == package, "the own texts change the package");
    assert_eq!(written.findings, []);

    let other: Vec<Translation> =
        texts(&document).iter().map(|text| format!("{} X", text.to_uppercase()).into()).collect();
    let written = document.write(&other).expect("as many translations as blocks");
    assert_eq!(entries(&written.bytes), entries(package));
    for (name, _) in entries(package).iter().filter(|(name, _)| !changed.contains(&name.as_str())) {
        assert_eq!(raw(&written.bytes, name), raw(package, name), "{name}");
    }
    for name in changed {
        assert_ne!(entry(&written.bytes, name), entry(package, name), "{name}");
    }
}

/// An entry's bytes as they are stored.
fn raw(package: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(package)).expect("a zip archive");
    let index = archive.index_for_name(name).expect("an entry");
    let mut bytes = Vec::new();
    archive.by_index_raw(index).expect("an entry").read_to_end(&mut bytes).expect("memory");
    bytes
}
