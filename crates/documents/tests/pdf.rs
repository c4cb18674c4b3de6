//! PDF: its text becomes Markdown, which is translated; what has no text says so.

mod pdf_files;

use std::io::Write;

use documents::{Error, Format};
use pdf_files::{file, stream, written};

/// A PDF with one page of this content, and Helvetica as F1.
fn pdf(content: &str) -> Vec<u8> {
    with_stream("", content.as_bytes())
}

/// The same, with filters before the content.
fn with_stream(filters: &str, content: &[u8]) -> Vec<u8> {
    file(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        stream(filters, content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ])
}

fn checked_in(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/pdfs/{name}.pdf", env!("CARGO_MANIFEST_DIR"))).expect("a checked-in PDF")
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
        assert!(written(&damaged).is_err(), "{:?}", written(&damaged));
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
    for (filters, content) in
        [("[/FlateDecode /FlateDecode]", deflated(&deflated(&long))), ("/LZWDecode", lzw)]
    {
        let refused = written(&with_stream(&format!("/Filter {filters}"), &content));
        let Err(Error::Pdf { cause }) = refused else { panic!("{filters}: {refused:?}") };
        assert!(cause.starts_with("the decompressed size of a stream exceeds"), "{filters}: {cause}");
    }
    let parcels = "/Filter [/FlateDecode /FlateDecode /FlateDecode /FlateDecode /FlateDecode]";
    let refused = written(&with_stream(parcels, &deflated(b"")));
    assert!(matches!(refused, Err(Error::Pdf { .. })), "{refused:?}");
}

#[test]
fn a_stream_without_filters_is_read_behind_a_comment() {
    let mut content = b"% the page (one)\n".to_vec();
    content.extend(stream("", b"BT /F1 12 Tf 72 720 Td (Some words) Tj ET"));
    let commented = file(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Flags 4 /FlateDecode 1 /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        content,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ]);
    assert_eq!(written(&commented), Ok("Some words\n".to_owned()));
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
fn tables_without_end_do_no_harm() {
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
        // The objects are found without their table, or not at all; each loop of these tables has an end.
        let outcome = written(&bad);
        assert!(matches!(&outcome, Err(Error::Pdf { .. }) | Ok(_)), "{name}: {outcome:?}");
    }
    let row = "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 68719476736 >>";
    let refused = written(&with_stream(row, &deflated(b"BT (a) Tj ET")));
    assert!(refused.is_err(), "{refused:?}");
    check_memory();
}

/// Checks the peak memory of this process: the tests' own bombs, and a stream of at most 32 MB with its copies.
fn check_memory() {
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let peak: usize = peak.and_then(|peak| peak.trim().parse().ok()).expect("a number");
        assert!(peak < 1200 << 10, "{peak} kB");
    }
}

#[test]
fn fonts_of_japan_and_all_operators_of_text_are_read() {
    for name in ["90ms_rksj_h", "unijis_utf16_h", "unijis_ucs2_h"] {
        assert_eq!(written(&checked_in(name)), Ok("今日は天気がいいです。\n".to_owned()), "{name}");
    }
    let quoted = "The first line is here. The second line is lost. The third line is lost too.\n";
    assert_eq!(written(&checked_in("quote_operator")), Ok(quoted.to_owned()));
    let negative = "The first line is here.\n\nThe second line is lost.\n";
    assert_eq!(written(&checked_in("negative_size")), Ok(negative.to_owned()));
}

#[test]
fn what_an_empty_password_opens_is_read_and_measured() {
    for name in ["encrypted_rc4", "encrypted_aes128", "encrypted_aes256"] {
        assert_eq!(written(&checked_in(name)), Ok("Some words\n".to_owned()), "{name}");
    }
    assert_eq!(written(&checked_in("password")), Err(Error::Protected));
    let refused = written(&checked_in("encrypted_bomb"));
    let Err(Error::Pdf { cause }) = refused else { panic!("{refused:?}") };
    assert!(cause.starts_with("the decompressed size of a stream exceeds"), "{cause}");
    check_memory();
}

#[test]
fn forms_inside_forms_and_pages_without_end_stop() {
    let form = |draws: &str| {
        let about =
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 4 0 R /B 5 0 R >> >>";
        stream(about, draws.repeat(40).as_bytes())
    };
    // Without limits both take years: that they end is what is tested.
    let own = written(&file(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /A 4 0 R /B 5 0 R >> >> >>"
            .to_vec(),
        form("/A Do /B Do "),
        form("/B Do /A Do "),
    ]));
    assert!(own.is_err(), "{own:?}");
    let kids = "3 0 R ".repeat(200_000);
    let pages = written(&file(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [2 0 R {kids}] /Count 4000000000 >>").into_bytes(),
        b"<< /Type /Page /Parent 2 0 R >>".to_vec(),
    ]));
    assert_eq!(pages, Err(Error::Scanned));
    check_memory();
}

#[test]
fn no_damage_makes_it_panic_or_hang() {
    let mut rng = fastrand::Rng::with_seed(15);
    for name in ["90ms_rksj_h", "encrypted_aes128", "encrypted_aes256", "quote_operator", "unijis_utf16_h"] {
        let whole = checked_in(name);
        for _ in 0..200 {
            let mut damaged = whole.clone();
            for _ in 0..rng.usize(1..8) {
                let at = rng.usize(..damaged.len());
                match rng.u8(..4) {
                    0 => damaged[at] = rng.u8(..),
                    1 => damaged.truncate(at + 1),
                    2 => drop(damaged.splice(at..at, b"<<[(9999999999 0 R".iter().copied())),
                    _ => drop(damaged.remove(at)),
                }
                if damaged.is_empty() {
                    break;
                }
            }
            if let Err(Error::Pdf { cause }) = written(&damaged) {
                assert_ne!(cause, "the PDF parser failed", "{}", String::from_utf8_lossy(&damaged));
            }
        }
    }
}
