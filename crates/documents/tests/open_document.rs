//! OpenDocument: texts, sheets, presentations.

mod packages;

use documents::{Document, Error, FindingKind, Format, SpanKind};
use packages::{check_round_trip, entry, open, pack, texts, translate};

const SPACES: &str = r#"xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:officeooo="http://openoffice.org/2009/office""#;

const STYLES: &str = r##"<office:automatic-styles><style:style style:name="T1" style:family="text"><style:text-properties officeooo:rsid="0012ab" fo:language="en"/></style:style><style:style style:name="T2" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style></office:automatic-styles>"##;

fn package(kind: &str, body: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES}>{STYLES}<office:body>{body}</office:body></office:document-content>"#
    );
    let styles = format!(
        "<office:document-styles {SPACES}><office:master-styles><style:header><text:p>Draft</text:p></style:header></office:master-styles></office:document-styles>"
    );
    let meta = format!(
        "<office:document-meta {SPACES}><dc:title>My title</dc:title><dc:creator>Anna</dc:creator></office:document-meta>"
    );
    pack(&[
        ("mimetype", &format!("application/vnd.oasis.opendocument.{kind}")),
        ("Pictures/1.png", "not a picture"),
        ("content.xml", &content),
        ("styles.xml", &styles),
        ("meta.xml", &meta),
        ("META-INF/manifest.xml", "<manifest/>"),
    ])
}

/// The body of a text after the translation, and the findings.
fn translated(body: &str, translations: &[(&str, &str)]) -> (String, Vec<FindingKind>) {
    let package = package("text", body);
    check_round_trip(&package, &["content.xml", "styles.xml", "meta.xml"]);
    let (written, problems) = translate(&package, translations);
    let content = entry(&written, "content.xml");
    let body = content.split_once("<office:body>").and_then(|(_, rest)| rest.split_once("</office:body>"));
    (body.expect("a body").0.to_owned(), problems)
}

#[test]
fn all_parts_are_read() {
    let package = package("text", "<text:h>Heading</text:h><text:p>Text</text:p>");
    assert_eq!(Format::detect("x", &package), Ok(Format::Odt));
    assert_eq!(texts(&open(&package)), ["Heading", "Text", "Draft", "My title"]);
    let (written, _) = translate(&package, &[("Draft", "Entwurf"), ("My title", "Mein Titel")]);
    assert!(entry(&written, "styles.xml").contains("<style:header><text:p>Entwurf</text:p>"));
    assert!(entry(&written, "meta.xml").contains("<dc:title>Mein Titel</dc:title><dc:creator>Anna<"));
}

#[test]
fn spans_of_editing_sessions_are_no_spans() {
    let body = r#"<text:p>I <text:span text:style-name="T1">went</text:span> to <text:span text:style-name="T2">Par</text:span><text:span text:style-name="T2">is</text:span>
   <text:s text:c="2"/>last <text:span text:style-name="T1">summer.</text:span></text:p>"#;
    let document = open(&package("text", body));
    let block = &document.blocks()[0];
    assert_eq!(block.text, "I went to Paris last summer.");
    let spans: Vec<_> = block.spans.iter().map(|span| (span.kind, span.range.clone())).collect();
    assert_eq!(spans, [(SpanKind::Paired, 10..15)]);
    let (body, problems) =
        translated(body, &[("I went to Paris last summer.", "Letzten Sommer war ich in Paris & Rom.")]);
    let bold = r#"<text:span text:style-name="T2">Paris</text:span>"#;
    assert_eq!(body, format!("<text:p>Letzten Sommer war ich in {bold} &amp; Rom.</text:p>"));
    assert_eq!(problems, []);
}

#[test]
fn links_tabs_notes_and_fields() {
    let link = |text: &str| format!(r#"<text:a xlink:href="https://a.b/">{text}</text:a>"#);
    let note = |text: &str| {
        format!(
            r#"<text:note text:id="n1"><text:note-citation>1</text:note-citation><text:note-body><text:p>{text}</text:p></text:note-body></text:note>"#
        )
    };
    let page = "<text:page-number>7</text:page-number>";
    let body = format!(
        "<text:p>Ask {} now{}<text:tab/>Page {page} of <text:date>May</text:date> ends</text:p>",
        link("Anna"),
        note("A note")
    );
    let text = "Ask Anna now\nPage 7 of ends";
    assert_eq!(texts(&open(&package("text", &body)))[..2], [text, "A note"]);
    let (written, _) =
        translated(&body, &[(text, "Frag jetzt Anna\nSeite 7 von  endet"), ("A note", "Eine Notiz")]);
    for kept in [
        link("Anna"),
        note("Eine Notiz"),
        format!("<text:tab/>Seite {page} von"),
        "<text:date>May</text:date>".to_owned(),
    ] {
        assert!(written.contains(&kept), "{kept} in {written}");
    }
}

#[test]
fn frames_deletions_and_descriptions() {
    let body = concat!(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone words</text:p></text:deletion></text:changed-region></text:tracked-changes>",
        "<text:p>Before <draw:frame><draw:text-box><text:p>Inside box</text:p></draw:text-box><svg:title>A cat</svg:title><svg:desc>It sleeps</svg:desc></draw:frame>after</text:p>"
    );
    let found = ["Before after", "Inside box", "A cat", "It sleeps", "Draft", "My title"];
    assert_eq!(texts(&open(&package("text", body))), found);
    let (written, _) = translated(body, &[("A cat", "Eine Katze"), ("Before after", "Vorher nachher")]);
    assert!(
        written.contains("Gone words") && written.contains("<svg:title>Eine Katze</svg:title>"),
        "{written}"
    );
    assert!(written.contains("Inside box") && written.contains("Vorher"), "{written}");
}

#[test]
fn numbers_stay_and_results_of_formulas_follow() {
    let cell = |attributes: &str, text: &str| {
        format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
    };
    let body = cell("office:value-type=\"string\"", "Apples")
        + &cell("office:value-type=\"currency\" office:value=\"3\"", "3,00 EUR")
        + &cell("office:value-type=\"string\" table:formula=\"of:=A1\"", "Apples")
        + &cell("office:value-type=\"string\" office:string-value=\"Pears\"", "Pears");
    let body = format!(
        "<office:spreadsheet><table:table table:name=\"T\"><table:table-row>{body}</table:table-row></table:table></office:spreadsheet>"
    );
    let package = package("spreadsheet", &body);
    assert_eq!(Format::detect("x", &package), Ok(Format::Ods));
    assert_eq!(texts(&open(&package))[..2], ["Apples", "Pears"]);
    let (written, _) = translate(&package, &[("Apples", "Äpfel"), ("Pears", "Birnen")]);
    let content = entry(&written, "content.xml");
    let expected = body.replace("Apples", "Äpfel").replace("Pears", "Birnen");
    assert!(content.contains(&expected), "{content}");
}

#[test]
fn comments_of_cells_are_read_whatever_the_cell_shows() {
    let cell = |attributes: &str, text: &str| {
        format!(
            "<table:table-cell {attributes}><office:annotation><dc:creator>Anna</dc:creator><text:p>Note on {text}</text:p></office:annotation><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let body = cell("office:value-type=\"float\" table:formula=\"of:=A1\"", "3")
        + &cell("office:value-type=\"string\" table:formula=\"of:=A1\"", "three");
    let package = package("spreadsheet", &body);
    assert_eq!(texts(&open(&package))[..2], ["Note on 3", "Note on three"]);
    check_round_trip(&package, &["content.xml", "styles.xml", "meta.xml"]);
}

#[test]
fn cells_that_a_chart_is_made_from_are_no_text() {
    let content = format!(
        "<office:document-content {SPACES}><table:table-cell><text:p>Price</text:p><draw:g><svg:desc>Costs.C2:Costs.C5</svg:desc></draw:g></table:table-cell></office:document-content>"
    );
    let package = pack(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &format!("<office:document-content {SPACES}/>")),
        ("Object 1/content.xml", &content),
    ]);
    assert_eq!(texts(&open(&package)), ["Price"]);
}

#[test]
fn what_was_typed_into_a_form_is_text() {
    let body =
        "<text:p><text:text-input text:description=\"\">I lost my key.&#x0d;</text:text-input></text:p>";
    let (written, problems) = translated(body, &[("I lost my key.", "Ich fand ihn.")]);
    assert!(written.contains(">Ich fand ihn.") && problems.is_empty(), "{written} {problems:?}");
}

#[test]
fn a_locked_document_says_so() {
    let package = pack(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", "scrambled"),
        ("META-INF/manifest.xml", "<m:manifest xmlns:m=\"m\"><m:encryption-data/></m:manifest>"),
    ]);
    assert_eq!(Document::parse(Format::Odt, &package).err(), Some(Error::Protected));
}

#[test]
fn readings_and_notes_about_text_go_with_their_words() {
    let ruby = "<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby>";
    for (body, text) in [
        (format!("<text:p>{ruby}へ行く。</text:p>"), "東京へ行く。"),
        (format!("<text:p>私は{ruby}</text:p>"), "私は東京"),
        (format!("<text:p><text:meta xml:id=\"m\">{ruby}へ</text:meta>行く。</text:p>"), "東京へ行く。"),
    ] {
        let (written, problems) = translated(&body, &[(text, "I go to Tokyo.")]);
        assert_eq!((written.as_str(), problems), ("<text:p>I go to Tokyo.</text:p>", Vec::new()));
    }
}

#[test]
fn blanks_beside_fields_stay() {
    let date = "<text:date><text:s/>5. Mai</text:date>";
    let body = format!("<text:p>Stand: {date} oder <text:bookmark text:name=\"a\"/> so {date}</text:p>");
    let (written, _) = translated(&body, &[("Stand: oder so", "Stand: or so")]);
    assert_eq!(
        written,
        format!("<text:p>Stand: {date} or <text:bookmark text:name=\"a\"/> so {date}</text:p>")
    );
}

#[test]
fn references_are_part_of_their_sentence() {
    let reference = "<text:bookmark-ref text:ref-name=\"x\">Abbildung 3</text:bookmark-ref>";
    let body = format!("<text:p>Wie in {reference} gezeigt.</text:p>");
    let (written, problems) =
        translated(&body, &[("Wie in Abbildung 3 gezeigt.", "Gezeigt wie in Abbildung 3.")]);
    assert_eq!(written, format!("<text:p>Gezeigt wie in {reference}.</text:p>"));
    assert_eq!(problems, []);
}

#[test]
fn footers_of_slides_are_read() {
    let body = "<presentation:footer-decl presentation:name=\"f\">Confidential</presentation:footer-decl><presentation:date-time-decl>May</presentation:date-time-decl>";
    let package = package("presentation", body);
    assert_eq!(texts(&open(&package))[0], "Confidential");
    let (written, _) = translate(&package, &[("Confidential", "Vertraulich")]);
    assert!(entry(&written, "content.xml").contains(&body.replace("Confidential", "Vertraulich")));
}

#[test]
fn cells_that_formulas_compare_with_stay() {
    let cell = |attributes: &str, text: &str| {
        format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
    };
    let body = "<table:content-validation table:condition=\"of:cell-content-is-in-list(&quot;Ja&quot;;&quot;Nein&quot;)\"/>"
        .to_owned()
        + &cell("", "Offen")
        + &cell("", "Nein")
        + &cell("", "Vielleicht")
        + &cell("office:value-type=\"float\" table:formula=\"of:=COUNTIF([.A1:.A3];&quot;offen&quot;)\"", "1");
    assert_eq!(texts(&open(&package("spreadsheet", &body)))[..2], ["Vielleicht", "Draft"]);
}
