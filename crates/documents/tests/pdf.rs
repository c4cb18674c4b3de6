//! PDF: its text becomes Markdown, which is translated; what has no text says so.

use std::io::Write;

use documents::{Document, Error, Format};

/// A PDF with one page of this content, and Helvetica as F1.
fn pdf(content: &str) -> Vec<u8> {
    with_stream("", content.as_bytes())
}

/// The same, with filters before the content.
fn with_stream(filters: &str, content: &[u8]) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} {filters} >>\nstream\nCONTENT\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        let (before, after) = object.split_once("CONTENT").unwrap_or((object, ""));
        file.extend(format!("{} 0 obj\n{before}", index + 1).bytes());
        file.extend(if after.is_empty() { &[] } else { content });
        file.extend(format!("{after}\nendobj\n").bytes());
    }
    let start = file.len();
    let entries: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    file.extend(format!("xref\n0 6\n0000000000 65535 f \n{entries}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

fn written(bytes: &[u8]) -> Result<String, Error> {
    let document = Document::parse(Format::Pdf, bytes)?;
    let own: Vec<_> = document.blocks().iter().map(|block| block.text.clone().into()).collect();
    Ok(String::from_utf8(document.write(&own)?.bytes).expect("UTF-8"))
}

#[test]
fn headings_and_paragraphs_become_markdown() {
    let page = pdf(
        "BT /F1 24 Tf 72 720 Td (A Title) Tj ET BT /F1 11 Tf 72 680 Td (This is the first para-) Tj 0 -13 Td (graph of a page, which) Tj \
         0 -13 Td (has three lines.) Tj 0 -40 Td (And [a] second one.) Tj ET",
    );
    assert_eq!(Format::detect("a.pdf", &page), Ok(Format::Pdf));
    let expected = "# A Title\n\nThis is the first paragraph of a page, which has three lines.\n\nAnd \\[a\\] second one.\n";
    assert_eq!(written(&page), Ok(expected.to_owned()));
}

#[test]
fn pictures_of_pages_and_damaged_files_are_told_apart() {
    assert_eq!(written(&pdf("0 0 m 10 10 l S")), Err(Error::Scanned));
    for damaged in [
        b"%PDF-1.4\n".to_vec(),
        pdf("x").split_off(60),
        pdf("BT (a")[..400].to_vec(),
        b"%PDF-1.7\n1 0 obj\n".repeat(1000),
    ] {
        assert!(matches!(written(&damaged), Err(Error::Pdf { .. })), "{:?}", written(&damaged));
    }
    let nested = pdf(&format!("BT /F1 9 Tf {}", "[".repeat(200_000)));
    assert!(written(&nested).is_err());
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn streams_that_inflate_without_end_are_refused() {
    let text = b"BT /F1 11 Tf 72 720 Td (Some words) Tj ET";
    assert_eq!(written(&with_stream("/Filter /FlateDecode", &deflated(text))), Ok("Some words\n".to_owned()));
    let long = vec![b' '; 256 << 20];
    let lzw =
        weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&long).expect("memory");
    for (filters, content) in [
        ("[/FlateDecode /FlateDecode]", deflated(&deflated(&long))),
        ("/LZWDecode", lzw),
        ("[/FlateDecode /FlateDecode /FlateDecode /FlateDecode /FlateDecode]", deflated(b"")),
    ] {
        let refused = written(&with_stream(&format!("/Filter {filters}"), &content));
        let Err(Error::Pdf { cause }) = refused else { panic!("{filters}: {refused:?}") };
        assert!(cause.starts_with("the decompressed size of a stream exceeds"), "{filters}: {cause}");
    }
}

/// A PDF of one page whose table of objects is a stream of these fields, with this content behind `filter`.
fn with_table(fields: &str, filter: &str, content: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut file = pdf("BT /F1 12 Tf 72 720 Td (Some words) Tj ET");
    let begin = file.windows(7).rposition(|part| part == b"xref\n0 ").expect("a table");
    let text = String::from_utf8_lossy(&file[begin..]).into_owned();
    file.truncate(begin);
    let entry = |line: &str| {
        let place: u32 = line.get(..10)?.parse().ok()?;
        let [_, a, b, c] = place.to_be_bytes();
        Some([u8::from(line.contains('n')), a, b, c, 0])
    };
    let entries: Vec<u8> = text.lines().filter_map(entry).flatten().collect();
    let content = content(&entries);
    let about = format!("/Type /XRef /Size 6 /Root 1 0 R {fields} {filter} /Length {}", content.len());
    file.extend(format!("6 0 obj\n<< {about} >>\nstream\n").bytes());
    file.extend(content);
    file.extend(format!("\nendstream\nendobj\nstartxref\n{begin}\n%%EOF\n").bytes());
    file
}

#[test]
fn tables_that_hold_more_than_a_document_has_are_refused() {
    const W: &str = "/W [1 3 1]";
    const FLATE: &str = "/Filter /FlateDecode";
    for good in [
        with_table(W, "", <[u8]>::to_vec),
        with_table(W, FLATE, deflated),
        with_table(W, "/Filter [/FlateDecode]", deflated),
        with_table(&format!("{W} /Info (a \\) >> text) % << comment\n/ID [<00> <01>]"), FLATE, deflated),
    ] {
        assert_eq!(written(&good), Ok("Some words\n".to_owned()));
    }
    let long = |_: &[u8]| deflated(&vec![0; 256 << 20]);
    let parameters = |columns: u64| format!("{FLATE} /DecodeParms << /Predictor 12 /Columns {columns} >>");
    for (bad, name) in [
        (with_table(W, FLATE, long), "a bomb"),
        (with_table("/#57 [1 3 1]", FLATE, long), "a bomb under another name"),
        (with_table("/X (endobj stream) /W [1 3 1]", FLATE, long), "a bomb behind a string"),
        (with_table("/W [0 0 0] /Index [0 9223372036854775807]", FLATE, deflated), "entries without end"),
        (with_table("/W [1 70368744177664 1]", FLATE, deflated), "an entry without end"),
        (with_table(W, &parameters(1 << 36), deflated), "a row without end"),
        (
            with_table(W, "/Filter [/FlateDecode /FlateDecode]", |_| deflated(&long(&[]))),
            "a bomb in a parcel",
        ),
    ] {
        let refused = written(&bad);
        assert!(matches!(refused, Err(Error::Pdf { .. })), "{name}: {refused:?}");
    }
    let row = "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 68719476736 >>";
    let refused = written(&with_stream(row, &deflated(b"BT (a) Tj ET")));
    assert!(matches!(refused, Err(Error::Pdf { .. })), "{refused:?}");
}

/// A PDF that `password` opens, with these bytes as the decompressed content of an object stream.
fn encrypted(password: &str, packed: &[u8]) -> Vec<u8> {
    let page = pdf("BT /F1 12 Tf 72 720 Td (Some words) Tj ET");
    let mut document = pdf_extract::Document::load_mem(&page).expect("a PDF");
    let about =
        pdf_extract::dictionary! { "Type" => "Packed", "N" => 1, "First" => 4, "Filter" => "FlateDecode" };
    document.add_object(pdf_extract::Stream::new(about, deflated(packed)));
    let id = pdf_extract::Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = pdf_extract::EncryptionVersion::V1 {
        document: &document,
        owner_password: "own",
        user_password: password,
        permissions: pdf_extract::Permissions::all(),
    };
    let state = pdf_extract::EncryptionState::try_from(version).expect("a key");
    document.encrypt(&state).expect("encrypts");
    let mut file = Vec::new();
    document.save_to(&mut file).expect("writes");
    // The writer leaves such objects out, if it sees what they are.
    let at = file.windows(6).position(|part| part == b"Packed").expect("a type");
    file[at..at + 6].copy_from_slice(b"ObjStm");
    file
}

#[test]
fn what_an_empty_password_opens_is_measured_too() {
    assert_eq!(written(&encrypted("", b"9 0 (a)")), Ok("Some words\n".to_owned()));
    assert_eq!(written(&encrypted("secret", b"9 0 (a)")), Err(Error::Protected));
    let refused = written(&encrypted("", &vec![b' '; 256 << 20]));
    let Err(Error::Pdf { cause }) = refused else { panic!("{refused:?}") };
    assert!(cause.starts_with("the decompressed size of a stream exceeds"), "{cause}");
}
