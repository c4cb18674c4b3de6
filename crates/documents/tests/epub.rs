//! E-books: chapters in reading order, titles, both kinds of contents.

mod packages;

use documents::{Document, Error, Format};
use packages::{check_round_trip, entries, entry, open, pack, texts, translate};
use zip::CompressionMethod;

const CONTAINER: &str = r#"<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"#;

const OPF: &str = r#"<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Book</dc:title><dc:language>en</dc:language></metadata><manifest><item id="c2" href="ch%202.xhtml" media-type="application/xhtml+xml"/><item id="c1" href="text/../ch1.xhtml" media-type="application/xhtml+xml"/><item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/><item id="css" href="a.css" media-type="text/css"/></manifest><spine toc="ncx"><itemref idref="c1"/><itemref idref="c2"/></spine></package>"#;

const NCX: &str = r#"<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><docTitle><text>The Book</text></docTitle><navMap><navPoint><navLabel><text>One</text></navLabel><content src="ch1.xhtml"/></navPoint></navMap></ncx>"#;

fn chapter(body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/></head><body>{body}</body></html>"#
    )
}

fn book(first: &str, encryption: &str) -> Vec<u8> {
    pack(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
        ("META-INF/encryption.xml", encryption),
        ("OEBPS/content.opf", OPF),
        ("OEBPS/ch 2.xhtml", &chapter("<p>Second&nbsp;part</p>")),
        ("OEBPS/ch1.xhtml", &chapter(first)),
        ("OEBPS/toc.ncx", NCX),
        ("OEBPS/a.css", "p { margin: 0 }"),
    ])
}

const CHANGED: [&str; 4] = ["OEBPS/content.opf", "OEBPS/ch 2.xhtml", "OEBPS/ch1.xhtml", "OEBPS/toc.ncx"];

#[test]
fn chapters_come_in_reading_order() {
    let package = book("<h1>One</h1><p>Hello <em>you</em><br/>there</p>", "<encryption/>");
    assert_eq!(Format::detect("x.zip", &package), Ok(Format::Epub));
    let document = open(&package);
    assert_eq!(texts(&document), ["The Book", "One", "Hello you\nthere", "Second\u{a0}part"]);
    check_round_trip(&package, &CHANGED);
    let (written, _) = translate(
        &package,
        &[("The Book", "Das Buch"), ("One", "Eins & Zwei"), ("Hello you\nthere", "Hallo du\nda")],
    );
    assert_eq!(entries(&written)[0], ("mimetype".to_owned(), CompressionMethod::Stored));
    assert!(entry(&written, "OEBPS/ch1.xhtml").contains("<h1>Eins &amp; Zwei</h1><p>"));
    assert!(
        entry(&written, "OEBPS/toc.ncx")
            .contains("<text>Das Buch</text></docTitle><navMap><navPoint><navLabel><text>Eins &amp; Zwei<")
    );
}

#[test]
fn a_chapter_that_is_not_well_formed_is_still_translated() {
    let package = book("<p>Open <b>bold</p><p>Next</p>", "<encryption/>");
    check_round_trip(&package, &CHANGED);
    let (written, _) = translate(&package, &[("Next", "Weiter")]);
    assert!(entry(&written, "OEBPS/ch1.xhtml").contains("<p>Weiter</p>"));
}

#[test]
fn a_protected_book_is_refused_but_fonts_may_be_obfuscated() {
    let encrypted = |name: &str| format!(r#"<encryption><CipherReference URI="{name}"/></encryption>"#);
    let locked = book("<p>One</p>", &encrypted("OEBPS/ch1.xhtml"));
    assert_eq!(Document::parse(Format::Epub, &locked).err(), Some(Error::Protected));
    let font = book("<p>One</p>", &encrypted("OEBPS/font.otf"));
    assert!(Document::parse(Format::Epub, &font).is_ok());
}
