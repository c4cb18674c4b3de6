//! A place that is too large or too deeply nested is left alone, or divided; the rest of its document is translated.

mod packages;

use documents::{Document, Format, Place, Translation};
use packages::{check_round_trip, entry, open, pack, texts, translate};

const MANY: usize = 600;

fn many(one: impl Fn(usize) -> String) -> String {
    (0..MANY).map(one).collect()
}

fn word(body: &str, comments: &str) -> Vec<u8> {
    let part = |name: &str, kind: &str| {
        format!(
            r#"<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>"#
        )
    };
    let types =
        format!("<Types>{}{}</Types>", part("document", "document.main"), part("comments", "comments"));
    let space = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;
    let main = format!("<w:document {space}><w:body>{body}</w:body></w:document>");
    let comments = format!("<w:comments {space}>{comments}</w:comments>");
    pack(&[("[Content_Types].xml", &types), ("word/document.xml", &main), ("word/comments.xml", &comments)])
}

fn open_document(body: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">{body}<text:p>After it.</text:p></office:document-content>"#
    );
    pack(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)])
}

fn crowded(document: &Document) -> usize {
    document.left_alone().count(Place::CrowdedText)
}

/// Every text in capitals, with no finding; gives the entry.
fn in_capitals(package: &[u8], name: &str) -> String {
    let document = open(package);
    let given: Vec<Translation> =
        texts(&document).iter().map(|text| text.to_ascii_uppercase().into()).collect();
    let written = document.write(&given).expect("one for each");
    let kinds: Vec<_> = written.findings.iter().map(|finding| finding.kind).collect();
    assert!(!kinds.contains(&documents::FindingKind::Refused), "{kinds:?}");
    entry(&written.bytes, name)
}

fn run(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

#[test]
fn neighbours_without_words_count_as_one() {
    let marks = many(|at| format!(r#"<w:bookmarkStart w:id="{at}"/>"#));
    let package = word(&format!("<w:p>{}{marks}{}</w:p>", run("Some "), run("words")), "");
    assert_eq!(texts(&open(&package)), ["Some words"]);
    assert!(in_capitals(&package, "word/document.xml").contains(&marks));
}

#[test]
fn a_paragraph_with_too_many_elements_is_read_in_pieces() {
    let links = many(|at| {
        format!(
            "<w:hyperlink w:anchor=\"a{at}\">{}</w:hyperlink>{}",
            run("a link"),
            run(&format!(" and{at} "))
        )
    });
    let package = word(&format!("<w:p>{links}</w:p><w:p>{}</w:p>", run("After it.")), "");
    let document = open(&package);
    assert_eq!(document.blocks().len(), 2 * MANY + 1);
    assert_eq!(crowded(&document), 0);
    check_round_trip(&package, &["word/document.xml"]);
    let written = in_capitals(&package, "word/document.xml");
    assert!(
        written.contains(">A LINK<") && written.contains("> AND599 <") && written.contains(">AFTER IT.<")
    );
    assert_eq!(written.matches("<w:hyperlink ").count(), MANY);

    let notes = many(|_| {
        "a word <text:note><text:note-body><text:p>A note</text:p></text:note-body></text:note>".to_owned()
    });
    let package = open_document(&format!("<text:p>{notes}</text:p>"));
    assert_eq!(open(&package).blocks().len(), 2 * MANY + 1);
    check_round_trip(&package, &["content.xml"]);
    assert!(in_capitals(&package, "content.xml").contains("A WORD <text:note>"));
}

#[test]
fn a_run_with_too_many_elements_is_left_alone() {
    let symbols = many(|_| "<w:t>a</w:t><w:sym/>".to_owned());
    let package = word(&format!("<w:p><w:r>{symbols}</w:r></w:p><w:p>{}</w:p>", run("After it.")), "");
    assert_eq!(texts(&open(&package)), ["After it."]);
    assert!(crowded(&open(&package)) > 0);
    check_round_trip(&package, &["word/document.xml"]);

    let notes = many(|_| "a <text:note/>".to_owned());
    let package =
        open_document(&format!(r#"<text:p><text:span text:style-name="T">{notes}</text:span></text:p>"#));
    assert_eq!(texts(&open(&package)), ["After it."]);
    assert!(crowded(&open(&package)) > 0);
    check_round_trip(&package, &["content.xml"]);
}

#[test]
fn deep_tables_are_read_and_deeper_ones_left_alone() {
    let nested = |depth: usize, inner: &str| {
        "<w:tbl><w:tr><w:tc>".repeat(depth) + inner + &"</w:tc></w:tr></w:tbl>".repeat(depth)
    };
    let package = word(&nested(400, &format!("<w:p>{}</w:p>", run("Deep"))), "");
    assert_eq!(texts(&open(&package)), ["Deep"]);
    check_round_trip(&package, &["word/document.xml"]);

    let cell = |depth: usize| {
        let open = "<table:table><table:table-row><table:table-cell>".repeat(depth);
        open + "<text:p>Deep</text:p>" + &"</table:table-cell></table:table-row></table:table>".repeat(depth)
    };
    assert_eq!(texts(&open(&open_document(&cell(60)))), ["Deep", "After it."]);
    let package = open_document(&cell(200));
    assert_eq!(texts(&open(&package)), ["After it."]);
    assert_eq!(crowded(&open(&package)), 1);
    check_round_trip(&package, &["content.xml"]);
}

#[test]
fn a_paragraph_of_a_text_file_is_left_alone() {
    let count = |format: Format, source: &str| {
        let document = Document::parse(format, source.as_bytes()).expect("readable");
        let same: Vec<Translation> = texts(&document).into_iter().map(Translation::from).collect();
        assert_eq!(document.write(&same).expect("one for each").bytes, source.as_bytes());
        (texts(&document).join("|"), crowded(&document))
    };
    let after = ("After it.".to_owned(), 1);
    let emphasis = many(|at| format!("*word{at}* and "));
    assert_eq!(count(Format::Markdown, &format!("{emphasis}\n\nAfter it.\n")), after);
    let italics = many(|_| "<i>a</i> b ".to_owned());
    let cue = |number: usize, text: &str| {
        format!("{number}\n00:00:0{number},000 --> 00:00:0{number},900\n{text}\n\n")
    };
    assert_eq!(count(Format::SubRip, &(cue(1, &italics) + &cue(2, "After it."))), after);
    let codes = many(|_| "a {\\k10}".to_owned());
    let line = |text: &str| format!("Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{text}\n");
    let events = format!("[Script Info]\n\n[Events]\n{}{}", line(&codes), line("After it."));
    assert_eq!(count(Format::Ass, &events), after);
}

#[test]
fn a_damaged_part_is_left_alone() {
    let package = word(&format!("<w:p>{}</w:p>", run("Some words")), "<w:comment><w:p></w:comment>");
    let document = open(&package);
    assert_eq!(texts(&document), ["Some words"]);
    assert_eq!(document.left_alone().count(Place::DamagedPart), 1);
    check_round_trip(&package, &["word/document.xml"]);
    let (written, _) = translate(&package, &[("Some words", "Worte")]);
    assert!(entry(&written, "word/document.xml").contains(">Worte<"));
    // Without the main text there is nothing to translate.
    let broken = word("<w:p>", "");
    assert!(Document::parse(Format::Docx, &broken).is_err());
}
