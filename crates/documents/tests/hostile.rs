//! Hostile packages: each is refused with a reason, with little work and less than 300 MB.

mod packages;
mod work;

use std::io::{Cursor, Write};

use documents::{Document, Error, Format, Translation};
use fastrand::Rng;
use packages::{open, pack};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

fn with_main(main: &str) -> Vec<u8> {
    pack(&[("[Content_Types].xml", TYPES), ("word/document.xml", main)])
}

fn with_body(body: &str) -> Vec<u8> {
    with_main(&format!("<w:document xmlns:w=\"{W}\"><w:body>{body}</w:body></w:document>"))
}

/// An entry of `size` equal bytes, which compress to a thousandth of that.
fn bomb(name: &str, size: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    if name.starts_with("word/") {
        writer.start_file("[Content_Types].xml", options).expect("a new name");
        writer.write_all(TYPES.as_bytes()).expect("memory");
    }
    writer.start_file(name, options).expect("a new name");
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..size >> 20 {
        writer.write_all(&chunk).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// Two headers that each stay within the limit of an entry, and together exceed that of their package.
fn inflated() -> Vec<u8> {
    let mut types = TYPES.to_owned();
    let mut rng = Rng::with_seed(8);
    let blank = " ".repeat(3000);
    let part: String = (0..12_000).map(|_| format!("{blank}<!--{:016x}-->", rng.u64(..))).collect();
    let part = format!("<w:hdr xmlns:w=\"{W}\">{part}</w:hdr>");
    let mut entries = Vec::new();
    for number in 1..=2 {
        let name = format!("word/header{number}.xml");
        types = types.replace("</Types>", &format!("<Override PartName=\"/{name}\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/></Types>"));
        entries.push(name);
    }
    let mut all = vec![("[Content_Types].xml", types.as_str())];
    all.extend(entries.iter().map(|name| (name.as_str(), part.as_str())));
    pack(&all)
}

/// The package with every `from` in it replaced.
fn patched(mut package: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> =
        (0..package.len() - from.len()).filter(|at| package[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        package[at..at + to.len()].copy_from_slice(to);
    }
    package
}

/// The package with the bytes at `offset` of every central header (`PK\1\2`) replaced.
fn with_central(mut package: Vec<u8>, offset: usize, to: &[u8]) -> Vec<u8> {
    for at in 0..package.len() - 4 {
        if package[at..].starts_with(b"PK\x01\x02") {
            package[at + offset..at + offset + to.len()].copy_from_slice(to);
        }
    }
    package
}

fn compound(name: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(1024, 0);
    bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2048, 0);
    bytes
}

fn many_entries() -> Vec<u8> {
    let names: Vec<String> = (0..5000).map(|index| format!("word/{index}.xml")).collect();
    let mut entries = vec![("[Content_Types].xml", TYPES)];
    entries.extend(names.iter().map(|name| (name.as_str(), "")));
    pack(&entries)
}

/// Every case, and the start of the reason it is refused for.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let whole = with_body("<w:p/>");
    let laughs = r#"<!DOCTYPE w:document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><w:document>&c;</w:document>"#;
    let foreign = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>"#;
    let bindings: String = (0..12_000).map(|index| format!(" xmlns:n{index}=\"u{index}\"")).collect();
    let deep = |tag: &str| format!("<{tag}>").repeat(50_000) + &format!("</{tag}>").repeat(50_000);
    let runs: String = (0..600_000).map(|index| format!("<w:r w:n=\"{index}\"/>")).collect();
    let runs = format!("<w:p>{runs}</w:p>");
    let spine = "<container><rootfiles><rootfile full-path=\"../../etc/passwd\"/></rootfiles></container>";
    vec![
        (
            "a part that inflates without end",
            bomb("word/document.xml", 256 << 20),
            "the decompressed size of an entry exceeds the limit",
        ),
        (
            "content types that inflate without end",
            bomb("[Content_Types].xml", 256 << 20),
            "the decompressed size of an entry exceeds the limit",
        ),
        (
            "a mimetype that inflates without end",
            bomb("mimetype", 256 << 20),
            "the decompressed size of an entry exceeds the limit",
        ),
        ("too many entries", many_entries(), "the package has more than"),
        (
            "two entries of one name",
            patched(
                pack(&[("[Content_Types].xml", TYPES), ("a.xml", "1"), ("b.xml", "2")]),
                b"b.xml",
                b"a.xml",
            ),
            "the file is damaged",
        ),
        ("entries that share their bytes", with_central(whole.clone(), 42, &[0; 4]), "the file is damaged"),
        ("an encrypted entry", with_central(whole.clone(), 8, &[1, 0]), "the document is protected"),
        ("half a package", whole[..whole.len() / 2].to_vec(), "the file is damaged"),
        ("no package at all", [b"PK\x03\x04".to_vec(), vec![0xff; 500]].concat(), "the file is damaged"),
        ("an empty archive's head", b"PK\x03\x04".to_vec(), "the file is damaged"),
        (
            "bytes that are not what was packed",
            with_central(whole.clone(), 16, &[1, 2, 3, 4]),
            "the file is damaged",
        ),
        ("an unknown compression", with_central(whole.clone(), 10, &[99, 0]), "the file is damaged"),
        (
            "an archive of something else",
            pack(&[("a.txt", "hello")]),
            "Wasan does not read zip archives that are no document",
        ),
        (
            "elements without end inside each other",
            with_main(&deep("w:p")),
            "XML elements are nested more than 32768 deep",
        ),
        (
            "elements without end, not asked for",
            with_main(&deep("x")),
            "XML elements are nested more than 32768 deep",
        ),
        ("a billion laughs", with_main(laughs), "its XML has a document type"),
        ("an entity in another file", with_main(foreign), "its XML has a document type"),
        ("a document type", with_main("<!DOCTYPE x><x/>"), "its XML has a document type"),
        ("tags that do not match", with_body("<w:p></w:r>"), "its XML is broken"),
        ("half a text", with_main("<w:document><w:body>"), "its XML is broken"),
        ("half a tag", with_main("<w:document a=\"x"), "its XML is broken"),
        ("namespaces without end", with_main(&format!("<w:document{bindings}/>")), "its XML is broken"),
        ("a paragraph without end", with_body(&runs), "nothing to translate"),
        (
            "parts that inflate to more than all may",
            inflated(),
            "the decompressed size of an entry exceeds the limit",
        ),
        ("an encrypted document", compound("EncryptedPackage"), "the document is protected"),
        ("an old document", compound("WordDocument"), "old Office documents are not supported"),
        (
            "content types that are no XML",
            pack(&[("[Content_Types].xml", "<a><b></a>")]),
            "its XML is broken",
        ),
        (
            "a book outside of its package",
            pack(&[("mimetype", "application/epub+zip"), ("META-INF/container.xml", spine)]),
            "nothing to translate",
        ),
    ]
}

/// The reason a file is refused for.
fn outcome(bytes: &[u8]) -> String {
    let document = Format::detect("a file", bytes).and_then(|format| Document::parse(format, bytes));
    match document {
        Err(error) => error.to_string(),
        Ok(document) if document.blocks().is_empty() => "nothing to translate".to_owned(),
        Ok(_) => "read".to_owned(),
    }
}

#[test]
fn each_is_refused_with_little_work() {
    for (case, bytes, reason) in cases() {
        let (outcome, work) = work::counted(|| outcome(&bytes));
        assert!(outcome.starts_with(reason), "{case}: {outcome}");
        assert!(work < 500 << 20, "{case}: {work} bytes");
    }
    check_memory();
}

/// Checks the peak memory of this process.
fn check_memory() {
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let peak_kb: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
        assert!(peak_kb < 300_000, "{peak_kb} kB");
    }
}

#[test]
fn paragraphs_without_end_are_refused_before_they_fill_the_memory() {
    // Random text lowers the compression ratio, which alone would be refused.
    let mut rng = Rng::with_seed(7);
    let short = "<w:p><w:r><w:t>ab</w:t></w:r></w:p>".repeat(100);
    let paragraphs: String =
        (0..3000).map(|_| format!("{short}<!--{:016x}{:x}-->", rng.u64(..), rng.u64(..))).collect();
    let package = with_body(&paragraphs);
    let (outcome, work) = work::counted(|| outcome(&package));
    assert!(outcome.starts_with("the document has more than 250000 paragraphs"), "{outcome}");
    assert!(work < 1 << 30, "{work} bytes");
    check_memory();
}

#[test]
fn names_are_only_names() {
    let package = pack(&[
        ("[Content_Types].xml", &TYPES.replace("/word/document.xml", "/../../evil.xml")),
        ("../../evil.xml", &format!("<w:p xmlns:w=\"{W}\"><w:r><w:t>Words</w:t></w:r></w:p>")),
    ]);
    let document = open(&package);
    let written = document.write(&[Translation::from("Wörter")]).expect("one block");
    assert_eq!(packages::entries(&written.bytes)[1].0, "../../evil.xml");
}

#[test]
fn eighty_thousand_attributes_are_read_in_linear_time() {
    let body = |count| {
        let attributes: String = (0..count).map(|index| format!(" a{index}=\"x\"")).collect();
        format!("<w:p{attributes}><w:r{attributes}><w:t>Words</w:t></w:r></w:p>")
    };
    let read = |body: &str| assert_eq!(open(&with_body(body)).blocks().len(), 1);
    work::assert_linear(80_000, body, read);
}

#[test]
#[should_panic(expected = "for twice")]
fn quadratic_work_is_noticed() {
    let copies = |source: &str| (0..source.len()).for_each(|at| drop(source[at..].to_owned()));
    work::assert_linear(2000, |times| "ab".repeat(times), copies);
}

#[test]
fn no_damage_makes_it_panic() {
    let package = with_body("<w:p><w:r><w:t>Some words</w:t></w:r></w:p>");
    let mut rng = Rng::with_seed(5);
    let mut refused = 0;
    for _ in 0..3000 {
        let mut bytes = package.clone();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(0..bytes.len());
            bytes[at] = rng.u8(..);
        }
        if rng.bool() {
            bytes.truncate(rng.usize(0..bytes.len()));
        }
        let document = Format::detect("a file", &bytes).and_then(|format| Document::parse(format, &bytes));
        match document {
            Ok(document) => {
                let given: Vec<Translation> = document.blocks().iter().map(|_| "other".into()).collect();
                let written = document.write(&given);
                assert!(written.is_ok() || matches!(written, Err(Error::Damaged { .. })));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 1000, "{refused} refused");
}
