//! Word documents: runs, fields, notes, text boxes, and all parts that hold text.

mod between;
#[path = "../packages/mod.rs"]
mod packages;

use between::field;
use documents::{FindingKind, SpanKind};
use packages::{check_round_trip, entry, open, pack, texts, translate};

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/><Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/><Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/><Override PartName="/word/charts/chart1.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;

const SPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml""#;

/// A document with this body and these further parts.
fn document(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let main = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>"#
    );
    let mut entries = vec![("[Content_Types].xml", TYPES), ("word/document.xml", main.as_str())];
    entries.extend(parts);
    entries.push(("word/media/image1.png", "not really a picture"));
    pack(&entries)
}

fn p(inner: &str) -> String {
    format!("<w:p><w:pPr><w:jc w:val=\"left\"/></w:pPr>{inner}</w:p>")
}

fn r(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}

fn b(text: &str) -> String {
    format!("<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>")
}

/// The body after the translation, and the findings.
fn translated(body: &str, translations: &[(&str, &str)]) -> (String, Vec<FindingKind>) {
    let package = document(body, &[]);
    check_round_trip(&package, &["word/document.xml"]);
    let (written, problems) = translate(&package, translations);
    let main = entry(&written, "word/document.xml");
    let body =
        main.split_once("<w:body>").and_then(|(_, rest)| rest.split_once("<w:sectPr/>")).expect("a body").0;
    (body.to_owned(), problems)
}

#[test]
fn runs_that_an_editor_divided_are_one_text() {
    let noise = concat!(
        r#"<w:r w:rsidR="00A1"><w:rPr><w:lang w:val="en-US"/></w:rPr><w:t>I went to Par</w:t></w:r>"#,
        r#"<w:proofErr w:type="spellStart"/>"#,
        r#"<w:r w:rsidR="00B2"><w:rPr><w:noProof/><w:rFonts w:hint="eastAsia"/></w:rPr><w:t>is last</w:t></w:r>"#,
        r#"<w:r><w:lastRenderedPageBreak/><w:t xml:space="preserve"> summer.</w:t></w:r>"#,
    );
    let package = document(&p(noise), &[]);
    assert_eq!(texts(&open(&package)), ["I went to Paris last summer."]);
    let (body, problems) =
        translated(&p(noise), &[("I went to Paris last summer.", "Letzten Sommer war ich <in> Paris.")]);
    assert_eq!(body, p(&r("Letzten Sommer war ich &lt;in&gt; Paris.")));
    assert_eq!(problems, []);
}

#[test]
fn words_that_stand_out_keep_their_style() {
    let source = p(&(r("We met ") + &b("Anna") + &r(" in ") + &b("Berlin") + &r(" at last.")));
    let (body, problems) =
        translated(&source, &[("We met Anna in Berlin at last.", "In Berlin trafen wir Anna.")]);
    assert_eq!(body, p(&(r("In ") + &b("Berlin") + &r(" trafen wir ") + &b("Anna") + &r("."))));
    assert_eq!(problems, []);
}

#[test]
fn the_style_of_most_words_needs_no_span() {
    let source = p(&(b("Everything here is bold") + &r(".")));
    let document = document(&source, &[]);
    let document = open(&document);
    let spans: Vec<_> =
        document.blocks()[0].spans.iter().map(|span| (span.kind, span.range.clone())).collect();
    assert_eq!(spans, [(SpanKind::Paired, 23..24)]);
    let (body, _) = translated(&source, &[("Everything here is bold.", "Alles ist fett.")]);
    assert_eq!(body, p(&(b("Alles ist fett") + &r("."))));
}

#[test]
fn a_paragraph_that_is_not_translated_keeps_its_bytes() {
    let noise =
        r#"<w:r w:rsidR="00A1"><w:t>Keep</w:t></w:r><w:proofErr w:type="gramEnd"/><w:r><w:t> me</w:t></w:r>"#;
    let source = p(noise) + &p(&r("Change me"));
    let (body, _) = translated(&source, &[("Change me", "Geändert")]);
    assert_eq!(body, p(noise) + &p(&r("Geändert")));
}

#[test]
fn tabs_and_breaks_keep_their_places() {
    let source = p(concat!(
        r#"<w:r><w:tab/><w:t>Name:</w:t></w:r><w:r><w:tab/></w:r><w:r><w:tab/><w:t>Place</w:t><w:br/>"#,
        r#"<w:t>Line two</w:t></w:r>"#
    ));
    let text = "Name:\nPlace\nLine two";
    assert_eq!(texts(&open(&document(&source, &[]))), [text]);
    let (body, problems) = translated(&source, &[(text, "Vorname:\nOrt\nZeile zwei")]);
    let expected = "<w:r><w:tab/></w:r>".to_owned()
        + &r("Vorname:")
        + "<w:r><w:tab/></w:r><w:r><w:tab/></w:r>"
        + &r("Ort")
        + "<w:r><w:br/></w:r>"
        + &r("Zeile zwei");
    assert_eq!(body, p(&expected));
    assert_eq!(problems, []);
}

#[test]
fn deleted_text_is_left_alone_and_inserted_text_is_translated() {
    let deleted = r#"<w:del w:id="1" w:author="a"><w:r><w:delText>old</w:delText></w:r></w:del>"#;
    let inserted = |text: &str| format!(r#"<w:ins w:id="2" w:author="a">{}</w:ins>"#, r(text));
    let source = p(&(r("The ") + deleted + &inserted("iPhone") + &r(" rings.")));
    let (body, problems) = translated(&source, &[("The iPhone rings.", "Das iPhone klingelt.")]);
    assert_eq!(body, p(&(r("Das ") + deleted + &inserted("iPhone") + &r(" klingelt."))));
    assert_eq!(problems, []);
}

#[test]
fn text_boxes_tables_and_alternatives_are_found() {
    let text_box = |text: &str| {
        let inner = p(&r(text));
        format!(
            r#"<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:docPr id="1" name="Box 1" descr="A yellow box"/><w:txbxContent>{inner}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"#
        )
    };
    let cell = |inner: &str| format!("<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>");
    let source = p(&(r("Around") + &text_box("Inside") + &r(" it")))
        + &cell(&(cell(&p(&r("Inner cell"))) + &p(&r("Cell"))));
    let package = document(&source, &[]);
    assert_eq!(texts(&open(&package)), ["Around it", "A yellow box", "Inside", "Inner cell", "Cell"]);
    let (body, problems) = translated(
        &source,
        &[
            ("Around it", "Drumherum"),
            ("A yellow box", "Ein \"gelber\" Kasten"),
            ("Inside", "Drinnen"),
            ("Inner cell", "Innere Zelle"),
            ("Cell", "Zelle"),
        ],
    );
    let boxed = text_box("Drinnen").replace("A yellow box", "Ein &quot;gelber&quot; Kasten");
    let expected = p(&(r("Drumherum") + &boxed)) + &cell(&(cell(&p(&r("Innere Zelle"))) + &p(&r("Zelle"))));
    assert_eq!(body, expected);
    assert!(problems.iter().all(|problem| *problem == FindingKind::Moved), "{problems:?}");
}

#[test]
fn content_controls_hyphens_ruby_and_formulas() {
    let control = |text: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:id w:val=\"1\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
            r(text)
        )
    };
    let (body, _) = translated(&p(&control("Fill me in")), &[("Fill me in", "Füll mich aus")]);
    assert_eq!(body, p(&control("Füll mich aus")));

    let choice =
        "<w:sdt><w:sdtPr><w:date/></w:sdtPr><w:sdtContent><w:r><w:t>May</w:t></w:r></w:sdtContent></w:sdt>";
    let (body, _) = translated(&p(&(r("On ") + choice + &r(" we go"))), &[("On we go", "Im  gehen wir")]);
    assert!(body.contains(choice), "{body}");

    let source =
        p("<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>mail hy</w:t><w:softHyphen/><w:t>phen</w:t></w:r>");
    assert_eq!(texts(&open(&document(&source, &[]))), ["e\u{2011}mail hyphen"]);

    let ruby = "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r>";
    let source = p(&(ruby.to_owned() + &r("へ行く")));
    let (body, _) = translated(&source, &[("東京へ行く", "Nach Tokio")]);
    assert_eq!(body, p(&r("Nach Tokio")));

    let formula = "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>";
    let source = p(&(r("Let ") + formula + &r(" be even."))) + &p(formula);
    let (body, _) = translated(&source, &[("Let be even.", "Sei  gerade.")]);
    assert_eq!(body.matches(formula).count(), 2, "{body}");
}

#[test]
fn every_part_is_read() {
    let word = |root: &str, text: &str| {
        format!("<w:{root} {SPACES}><w:note w:id=\"1\">{}</w:note></w:{root}>", p(&r(text)))
    };
    let (header, notes, comments) =
        (word("hdr", "Header"), word("footnotes", "Note"), word("comments", "Comment"));
    let chart = r#"<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:rPr lang="en-US" sz="1800"/><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser><c:cat><c:strRef><c:f>Sheet1!$A$1</c:f><c:strCache><c:pt idx="0"><c:v>Apples</c:v></c:pt><c:pt idx="1"><c:v>2024</c:v></c:pt></c:strCache></c:strRef></c:cat></c:ser></c:chart></c:chartSpace>"#;
    let core = r#"<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Report</dc:title><dc:creator>Anna</dc:creator></cp:coreProperties>"#;
    let parts = [
        ("word/header1.xml", header.as_str()),
        ("word/footnotes.xml", &notes),
        ("word/comments.xml", &comments),
        ("word/charts/chart1.xml", chart),
        ("docProps/core.xml", core),
    ];
    let package = document(&p(&r("Body")), &parts);
    assert_eq!(texts(&open(&package)), ["Body", "Header", "Note", "Comment", "Sales", "Apples", "Report"]);
    let mut names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    names.push("word/document.xml");
    check_round_trip(&package, &names);
    let (written, _) =
        translate(&package, &[("Sales", "Umsatz"), ("Apples", "Äpfel"), ("Report", "Bericht")]);
    let chart = entry(&written, "word/charts/chart1.xml");
    assert!(chart.contains(r#"<a:r><a:rPr sz="1800"/><a:t>Umsatz</a:t></a:r>"#), "{chart}");
    assert!(chart.contains("<c:v>Äpfel</c:v>") && chart.contains("<c:f>Sheet1!$A$1</c:f>"), "{chart}");
    assert!(
        entry(&written, "docProps/core.xml")
            .contains("<dc:title>Bericht</dc:title><dc:creator>Anna</dc:creator>")
    );
}

#[test]
fn a_reference_that_is_not_xmls_own_stays() {
    let source = p("<w:r><w:t>Fish &amp; chips&foo; for two</w:t></w:r>");
    let (body, _) = translated(&source, &[("Fish & chips for two", "Fisch & Chips")]);
    assert!(body.contains("Fisch &amp; Chips") && body.contains("&foo;"), "{body}");
}

#[test]
fn a_byte_order_mark_shifts_nothing() {
    let core = "\u{feff}<?xml version=\"1.0\"?><c xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>Report</dc:title></c>";
    let package = document(&p(&r("Body")), &[("docProps/core.xml", core)]);
    check_round_trip(&package, &["docProps/core.xml", "word/document.xml"]);
    let (written, _) = translate(&package, &[("Report", "Bericht")]);
    assert_eq!(entry(&written, "docProps/core.xml"), core.replace("Report", "Bericht"));
}

#[test]
fn a_paragraph_of_many_colours_is_translated_without_them() {
    let letter = |index: usize| {
        format!("<w:r><w:rPr><w:sz w:val=\"{index}\"/></w:rPr><w:t xml:space=\"preserve\">ab </w:t></w:r>")
    };
    let source = p(&(0..600).map(letter).collect::<String>());
    let (body, problems) = translated(&source, &[("ab ".repeat(600).trim_end(), "Bunt")]);
    assert_eq!(
        body,
        p("<w:r><w:rPr><w:sz w:val=\"0\"/></w:rPr><w:t xml:space=\"preserve\">Bunt </w:t></w:r>")
    );
    assert_eq!(problems, []);
}

fn tagged(inner: &str) -> String {
    format!(r#"<w:smartTag w:uri="x" w:element="place">{inner}</w:smartTag>"#)
}

#[test]
fn tags_of_old_documents_go_with_their_words() {
    for source in [
        tagged(&r("Berlin")) + &r(" ist groß."),
        r("Groß ist ") + &tagged(&(r("Ber") + &r("lin."))),
        tagged(&tagged(&r("Berlin"))) + &r(" und ") + &tagged(&(b("Rom") + "<w:bookmarkEnd w:id=\"1\"/>")),
        "<w:customXml w:element=\"a\">".to_owned() + &r("Berlin") + "</w:customXml>" + &r(" ist groß."),
    ] {
        let source = p(&source) + &p(&r("Danach"));
        let text = texts(&open(&document(&source, &[])))[0].to_owned();
        let (body, problems) = translated(&source, &[(&text, "Rome and Berlin"), ("Danach", "Then")]);
        assert!(body.contains("Berlin") && body.ends_with(&p(&r("Then"))), "{body}");
        assert!(!problems.contains(&FindingKind::Refused), "{problems:?}");
        assert_eq!(texts(&open(&document(&body, &[]))), ["Rome and Berlin", "Then"]);
    }
    // One without words is kept.
    let mark = tagged("<w:r><w:footnoteReference w:id=\"2\"/></w:r>");
    let (body, _) = translated(&p(&(r("Wahr") + &mark + &r(" ist es."))), &[("Wahr ist es.", "True it is.")]);
    assert!(body.contains(&mark), "{body}");
}

#[test]
fn what_was_typed_into_a_form_is_text() {
    let source = p(&(r("Name: ") + &field("FORMTEXT", &r("ein Freund"))));
    assert_eq!(texts(&open(&document(&source, &[]))), ["Name: ein Freund"]);
}

#[test]
fn watermarks_and_descriptions_of_tables_and_old_pictures_are_text() {
    let source = concat!(
        r#"<w:tbl><w:tblPr><w:tblCaption w:val="Costs &amp; more"/><w:tblDescription w:val="All costs"/></w:tblPr></w:tbl>"#,
        r#"<w:p><w:r><w:pict><v:shape id="a" alt="A red shape"><v:textpath style="x" string="DRAFT COPY"/></v:shape></w:pict></w:r></w:p>"#
    );
    let found = ["Costs & more", "All costs", "A red shape", "DRAFT COPY"];
    assert_eq!(texts(&open(&document(source, &[]))), found);
    let (body, _) = translated(source, &[("DRAFT COPY", "ENTWURF"), ("All costs", "Alle \"Kosten\"")]);
    let expected = source.replace("DRAFT COPY", "ENTWURF").replace("All costs", "Alle &quot;Kosten&quot;");
    assert_eq!(body, expected);
}

/// Word refills a cover page's controls from there when it opens the document.
#[test]
fn what_a_cover_page_shows_is_kept_equal() {
    let item = r#"<CoverPageProperties xmlns="http://schemas.microsoft.com/office/2006/coverPageProps"><PublishDate/><Abstract>In short</Abstract><CompanyPhone>Not here</CompanyPhone></CoverPageProperties>"#;
    let control = format!(
        r#"<w:sdt><w:sdtPr><w:dataBinding w:xpath="/ns0:CoverPageProperties[1]/ns0:Abstract[1]"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"#,
        p(&r("In short"))
    );
    let package =
        document(&control, &[("customXml/item1.xml", item), ("customXml/item2.xml", "<a>In short</a>")]);
    assert_eq!(texts(&open(&package)), ["In short"]);
    check_round_trip(&package, &["word/document.xml", "customXml/item1.xml"]);
    let (written, _) = translate(&package, &[("In short", "Kurzum")]);
    assert_eq!(entry(&written, "customXml/item1.xml"), item.replace("In short", "Kurzum"));
}

/// XML cannot contain every character, so the block is not read back as it was given.
#[test]
fn a_block_that_cannot_be_written_takes_no_other_with_it() {
    let header = format!("<w:hdr {SPACES}>{}</w:hdr>", p(&r("Header")));
    let body: String =
        ["First", "Second", "Third"].into_iter().map(|text| p(&(b(text) + &r(" words here")))).collect();
    let package = document(&body, &[("word/header1.xml", &header)]);
    let given = [
        ("First words here", "First Wörter hier"),
        ("Second words here", "Zweite \u{fffe} Wörter"),
        ("Third words here", "Third Wörter hier"),
        ("Header", "Kopf"),
    ];
    let (written, problems) = translate(&package, &given);
    assert_eq!(problems, [FindingKind::Refused]);
    let main = entry(&written, "word/document.xml");
    let kept = p(&(b("First") + &r(" Wörter hier")))
        + &p(&(b("Second") + &r(" words here")))
        + &p(&(b("Third") + &r(" Wörter hier")));
    assert!(main.contains(&kept), "{main}");
    assert!(entry(&written, "word/header1.xml").contains("Kopf"));
}
