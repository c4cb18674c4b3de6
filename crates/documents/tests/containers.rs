//! Office documents in the forms that other programs give their packages: content types by extension, names in other
//! cases and with other separators, zip archives of other kinds, one XML text instead of a package.

mod packages;

use std::io::{Cursor, Write};

use documents::{Document, Error, Format, Translation};
use packages::{check_round_trip, entry, open, pack, texts, translate};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const WORD: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>The house is big.</w:t></w:r></w:p></w:body></w:document>"#;
const STRICT: &str = r#"<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main" w:conformance="strict"><w:body><w:p><w:r><w:t>The house is big.</w:t></w:r></w:p></w:body></w:document>"#;
const SLIDE: &str = r#"<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:r><a:t>The house is big.</a:t></a:r></a:p></p:sld>"#;
const STRINGS: &str = r#"<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:si><x:t>The house is big.</x:t></x:si></x:sst>"#;
const BOOK: &str = r#"<x:workbook xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>"#;

fn types(inner: &str) -> String {
    format!(r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{inner}</Types>"#)
}

fn default_type(kind: &str) -> String {
    format!(
        r#"<Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>"#
    )
}

fn part(name: &str, kind: &str) -> String {
    format!(
        r#"<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>"#
    )
}

/// The text is read, and written into the entry `changed` only.
fn check(package: &[u8], format: Format, changed: &str) {
    assert_eq!(Format::detect("a file", package), Ok(format));
    assert_eq!(texts(&open(package)), ["The house is big."]);
    check_round_trip(package, &[changed]);
    let (written, _) = translate(package, &[("The house is big.", "Das Haus ist groß.")]);
    assert!(entry(&written, changed).contains(">Das Haus ist groß.<"));
}

#[test]
fn main_parts_may_have_the_type_of_their_extension() {
    let word = types(&default_type("wordprocessingml.document"));
    check(
        &pack(&[("[Content_Types].xml", word.as_str()), ("word/document.xml", WORD)]),
        Format::Docx,
        "word/document.xml",
    );
    let slides =
        default_type("presentationml.presentation") + &part("ppt/slides/slide.xml", "presentationml.slide");
    let presentation =
        r#"<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"/>"#;
    let package = pack(&[
        ("[Content_Types].xml", &*types(&slides)),
        ("ppt/presentation.xml", presentation),
        ("ppt/slides/slide.xml", SLIDE),
    ]);
    check(&package, Format::Pptx, "ppt/slides/slide.xml");
    let book =
        default_type("spreadsheetml.sheet") + &part("xl/sharedStrings.xml", "spreadsheetml.sharedStrings");
    let package = pack(&[
        ("[Content_Types].xml", &*types(&book)),
        ("xl/workbook.xml", BOOK),
        ("xl/sharedStrings.xml", STRINGS),
    ]);
    check(&package, Format::Xlsx, "xl/sharedStrings.xml");
}

#[test]
fn strict_documents_are_read() {
    let word = types(&part("word/document.xml", "wordprocessingml.document.main"));
    check(
        &pack(&[("[Content_Types].xml", word.as_str()), ("word/document.xml", STRICT)]),
        Format::Docx,
        "word/document.xml",
    );
}

#[test]
fn names_and_types_are_compared_without_case() {
    let word = types(&part("Word/Document.XML", "WordProcessingML.Document.Main"));
    check(
        &pack(&[("[content_types].xml", word.as_str()), ("word/document.xml", WORD)]),
        Format::Docx,
        "word/document.xml",
    );
    let book = types(
        &(part("XL/Workbook.xml", "spreadsheetml.sheet.main")
            + &part("xl/sharedstrings.xml", "spreadsheetml.sharedStrings")),
    );
    let package = pack(&[
        ("[CONTENT_TYPES].XML", book.as_str()),
        ("xl/workbook.xml", BOOK),
        ("xl/SharedStrings.xml", STRINGS),
    ]);
    check(&package, Format::Xlsx, "xl/SharedStrings.xml");
}

#[test]
fn names_may_have_backslashes_and_start_with_a_dot_or_a_slash() {
    let word = types(&part("word/document.xml", "wordprocessingml.document.main"));
    for name in ["word\\document.xml", "./word/document.xml", "/word/document.xml"] {
        check(&pack(&[("[Content_Types].xml", word.as_str()), (name, WORD)]), Format::Docx, name);
    }
    let twice = pack(&[
        ("[Content_Types].xml", word.as_str()),
        ("word/document.xml", WORD),
        ("word\\document.xml", WORD),
    ]);
    assert!(matches!(Format::detect("a", &twice), Err(Error::Damaged { .. })), "ambiguous");
}

/// Sizes after the bytes of an entry (as programs write that stream), and sizes of 64 bits.
#[test]
fn zip_archives_of_other_kinds_are_read() {
    let word = types(&part("word/document.xml", "wordprocessingml.document.main"));
    let entries = [("[Content_Types].xml", word.as_str()), ("word/document.xml", WORD)];
    let mut streamed = ZipWriter::new_stream(Vec::new());
    let mut large = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        streamed.start_file(name, options).expect("a new name");
        streamed.write_all(text.as_bytes()).expect("memory");
        large.start_file(name, options.large_file(true)).expect("a new name");
        large.write_all(text.as_bytes()).expect("memory");
    }
    check(&streamed.finish().expect("memory").into_inner(), Format::Docx, "word/document.xml");
    check(&large.finish().expect("memory").into_inner(), Format::Docx, "word/document.xml");
}

const CONTENT: &str = r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><text:p>The house is big.</text:p></office:body></office:document-content>"#;

#[test]
fn open_documents_of_all_kinds_are_read() {
    for (kind, format) in [
        ("text", Format::Odt),
        ("text-template", Format::Odt),
        ("text-web", Format::Odt),
        ("text-master", Format::Odt),
        ("text-master-template", Format::Odt),
        ("spreadsheet-template", Format::Ods),
        ("presentation-template", Format::Odp),
        ("graphics", Format::Odp),
    ] {
        let media = format!("application/vnd.oasis.opendocument.{kind}");
        check(&pack(&[("mimetype", media.as_str()), ("content.xml", CONTENT)]), format, "content.xml");
        // The type is not the first entry, or only in the manifest.
        check(&pack(&[("content.xml", CONTENT), ("mimetype", media.as_str())]), format, "content.xml");
        let manifest = format!(
            r#"<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{media}"/></m:manifest>"#
        );
        check(
            &pack(&[("META-INF/manifest.xml", manifest.as_str()), ("content.xml", CONTENT)]),
            format,
            "content.xml",
        );
    }
}

#[test]
fn open_documents_may_be_one_xml_text() {
    for (kind, format) in [("text", Format::Odt), ("spreadsheet", Format::Ods), ("presentation", Format::Odp)]
    {
        let body =
            CONTENT.split_once("<office:body>").expect("a body").1.replace("document-content", "document");
        let source = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:meta><dc:title>A title</dc:title></office:meta><office:body>{body}"#
        );
        assert_eq!(Format::detect("a.fodt", source.as_bytes()), Ok(format));
        let document = Document::parse(format, source.as_bytes()).expect("reads");
        assert_eq!(texts(&document), ["A title", "The house is big."]);
        let written = document.write(&["Ein Titel".into(), "Das Haus ist groß.".into()]).expect("two").bytes;
        let expected =
            source.replace("A title", "Ein Titel").replace("The house is big.", "Das Haus ist groß.");
        assert_eq!(String::from_utf8(written), Ok(expected));
    }
}

#[test]
fn empty_files_are_refused_whatever_their_name() {
    for extension in
        ["txt", "docx", "pdf", "md", "json", "xlsx", "epub", "srt", "html", "po", "xlf", "odt", ""]
    {
        for bytes in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf\n", b"\xff\xfe\n\0", "\u{3000}\n".as_bytes()] {
            let name = format!("a.{extension}");
            assert_eq!(Format::detect(&name, bytes), Err(Error::Empty { name: name.clone() }), "{bytes:?}");
        }
    }
}

#[test]
fn encrypted_documents_say_so() {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 500], &name].concat();
    assert_eq!(Format::detect("a.docx", &bytes), Err(Error::Protected));
}

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="/Word/Page.html"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="note.txt"/><Relationship Id="c" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/aFChunk" Target="parts/inner.docx"/><Relationship Id="d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="old.rtf"/></Relationships>"#;

#[test]
fn documents_that_a_word_document_takes_in_are_translated() {
    let main = part("word/document.xml", "wordprocessingml.document.main");
    let word = types(&main);
    let inner = pack(&[
        ("[Content_Types].xml", word.as_str()),
        ("word/document.xml", &*WORD.replace("The house is big.", "An inner text.")),
    ]);
    let defaults = r#"<Default Extension="html" ContentType="text/html"/><Default Extension="txt" ContentType="text/plain"/><Default Extension="rtf" ContentType="application/rtf"/><Default Extension="docx" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>"#;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("[Content_Types].xml", types(&(main + defaults)).as_bytes()),
        ("word/document.xml", WORD.as_bytes()),
        ("word/_rels/document.xml.rels", RELATIONS.as_bytes()),
        ("word/page.html", b"<html><body><p>The page is <b>small</b>.</p></body></html>"),
        ("word/note.txt", b"The note is short."),
        ("word/old.rtf", b"{\\rtf1 old}"),
        ("word/parts/inner.docx", inner.as_slice()),
    ] {
        writer.start_file(name, SimpleFileOptions::default()).expect("a new name");
        writer.write_all(bytes).expect("memory");
    }
    let package = writer.finish().expect("memory").into_inner();
    let document = open(&package);
    assert_eq!(
        texts(&document),
        ["The house is big.", "The page is small.", "The note is short.", "An inner text."]
    );
    assert_eq!(
        document.left_alone().to_string(),
        "1 text place of kinds that Wasan leaves alone: 1 embedded document"
    );
    let same: Vec<Translation> = texts(&document).into_iter().map(Translation::from).collect();
    assert_eq!(document.write(&same).expect("four").bytes, package);

    let given = ["Das Haus.", "Die Seite ist schön.", "Zettel für dich.", "Ein innerer Text."];
    let written = document.write(&given.map(Translation::from)).expect("four").bytes;
    assert_eq!(
        entry(&written, "word/page.html"),
        "<html><body><p>Die Seite ist sch&#246;n.</p></body></html>"
    );
    assert_eq!(entry(&written, "word/note.txt"), "\u{feff}Zettel für dich.");
    assert_eq!(texts(&open(&written))[3], "Ein innerer Text.");
}
