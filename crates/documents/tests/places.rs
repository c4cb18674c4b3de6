//! Texts of office documents besides paragraphs and cells: screen tips, lists, messages, captions, numbers; and the
//! stored results of formulas.

mod packages;

use documents::{Link, Place, Translation};
use packages::{check_round_trip, entry, open, pack, texts, translate};

const OFFICE: &str = "application/vnd.openxmlformats-officedocument";

/// A package of parts with their content types.
fn package(parts: &[(&str, &str, &str)]) -> Vec<u8> {
    let part = |(name, kind, _): &(&str, &str, &str)| {
        let kind = if kind.contains('/') { (*kind).to_owned() } else { format!("{OFFICE}.{kind}+xml") };
        format!(r#"<Override PartName="/{name}" ContentType="{kind}"/>"#)
    };
    let list: String = parts.iter().map(part).collect();
    let types = format!(
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{list}</Types>"#
    );
    let mut entries = vec![("[Content_Types].xml", types.as_str())];
    entries.extend(parts.iter().map(|(name, _, text)| (*name, *text)));
    pack(&entries)
}

const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;

fn word(body: &str, parts: &[(&str, &str, &str)]) -> Vec<u8> {
    let main = format!("<w:document {W}><w:body>{body}</w:body></w:document>");
    let mut all = vec![("word/document.xml", "wordprocessingml.document.main", main.as_str())];
    all.extend(parts);
    package(&all)
}

/// The text of the first entry that is translated, with every block in capitals.
fn in_capitals(package: &[u8], name: &str) -> String {
    let document = open(package);
    let upper = |text: &&str| {
        // Each letter is aligned with its capital.
        let links = (0..text.len()).map(|at| Link { source: at..at + 1, target: at..at + 1 });
        Translation { links: links.collect(), ..text.to_ascii_uppercase().into() }
    };
    let given: Vec<Translation> = texts(&document).iter().map(upper).collect();
    let written = document.write(&given).expect("one for each");
    assert_eq!(written.findings, []);
    entry(&written.bytes, name)
}

#[test]
fn screen_tips_and_choices_of_word_documents_are_translated() {
    let body = concat!(
        r#"<w:p><w:hyperlink w:tooltip="Open the list"><w:r><w:t>The list</w:t></w:r></w:hyperlink><w:r><w:t xml:space="preserve"> is here.</w:t></w:r></w:p>"#,
        r#"<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "http://a.example" \o "Open the page" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Our page</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> is new.</w:t></w:r></w:p>"#,
        r#"<w:sdt><w:sdtPr><w:alias w:val="Colour"/><w:dropDownList><w:listItem w:displayText="Red" w:value="r"/><w:listItem w:displayText="Green" w:value="g"/></w:dropDownList></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Red</w:t></w:r></w:p></w:sdtContent></w:sdt>"#,
        r#"<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/><w:date/></w:sdtPr><w:sdtContent><w:r><w:t>Choose a day.</w:t></w:r></w:sdtContent></w:sdt></w:p>"#,
        r#"<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:helpText w:type="text" w:val="Some help"/><w:ddList><w:listEntry w:val="One"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>After it.</w:t></w:r></w:p>"#,
    );
    let package = word(body, &[]);
    check_round_trip(&package, &["word/document.xml"]);
    assert_eq!(open(&package).left_alone().count(Place::ControlTitle), 1);
    let written = in_capitals(&package, "word/document.xml");
    for expected in [
        r#"<w:hyperlink w:tooltip="OPEN THE LIST"><w:r><w:t xml:space="preserve">THE LIST<"#,
        r#"HYPERLINK "http://a.example" \o "OPEN THE PAGE" <"#,
        r#"w:displayText="RED" w:value="r""#,
        r#"w:displayText="GREEN" w:value="g""#,
        ">CHOOSE A DAY.<",
        r#"w:val="SOME HELP""#,
        r#"<w:listEntry w:val="ONE"/>"#,
        ">AFTER IT.<",
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
}

/// Word takes a document with two equal choices for damaged.
#[test]
fn choices_never_become_equal() {
    let list = r#"<w:sdt><w:sdtPr><w:comboBox><w:listItem w:displayText="Large"/><w:listItem w:displayText="Big"/></w:comboBox></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>"#;
    let (written, findings) = translate(&word(list, &[]), &[("Large", "Groß"), ("Big", "Groß")]);
    assert_eq!(findings.len(), 1);
    let written = entry(&written, "word/document.xml");
    assert_eq!(written.matches("Groß").count(), 1, "{written}");
}

#[test]
fn numbers_and_placeholders_of_word_documents_are_translated() {
    let numbering = format!(
        r#"<w:numbering {W}><w:abstractNum><w:lvl><w:numFmt w:val="decimal"/><w:lvlText w:val="Chapter %1:"/></w:lvl><w:lvl><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl><w:lvl><w:numFmt w:val="decimal"/><w:lvlText w:val="Part %1 of %2 parts"/></w:lvl></w:abstractNum></w:numbering>"#
    );
    let glossary = format!(
        r#"<w:glossaryDocument {W}><w:p><w:r><w:t>Type here.</w:t></w:r></w:p></w:glossaryDocument>"#
    );
    let package = word(
        "<w:p><w:r><w:t>Text</w:t></w:r></w:p>",
        &[
            ("word/numbering.xml", "wordprocessingml.numbering", &numbering),
            ("word/glossary/document.xml", "wordprocessingml.document.glossary", &glossary),
        ],
    );
    assert_eq!(texts(&open(&package)), ["Text", "Chapter", "Type here."]);
    assert_eq!(open(&package).left_alone().count(Place::Numbering), 1);
    assert!(in_capitals(&package, "word/numbering.xml").contains(r#"w:val="CHAPTER %1:""#));
    assert!(in_capitals(&package, "word/glossary/document.xml").contains(">TYPE HERE.<"));
}

const X: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;

/// A workbook with these settings, shared strings, and content of its sheet.
fn workbook(settings: &str, strings: &str, sheet: &str) -> Vec<u8> {
    let book =
        format!(r#"<workbook {X}><sheets><sheet name="D1" sheetId="1"/></sheets>{settings}</workbook>"#);
    let strings = format!("<sst {X}>{strings}</sst>");
    let sheet = format!("<worksheet {X}>{sheet}</worksheet>");
    package(&[
        ("xl/workbook.xml", "spreadsheetml.sheet.main", &book),
        ("xl/sharedStrings.xml", "spreadsheetml.sharedStrings", &strings),
        ("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet", &sheet),
    ])
}

#[test]
fn messages_and_screen_tips_of_workbooks_are_translated() {
    let sheet = concat!(
        r#"<sheetData/><dataValidations count="1"><dataValidation type="list" errorTitle="Not so" error="Choose one of them." promptTitle="Colour" prompt="What colour?" sqref="A1"><formula1>"red,green,12"</formula1></dataValidation></dataValidations>"#,
        r#"<hyperlinks><hyperlink ref="A1" tooltip="Go there" display="Nothing"/></hyperlinks>"#,
    );
    let package = workbook("", "<si><t>Text</t></si>", sheet);
    assert_eq!(open(&package).left_alone().count(Place::ListEntry), 2);
    let written = in_capitals(&package, "xl/worksheets/sheet1.xml");
    for expected in [
        r#"errorTitle="NOT SO" error="CHOOSE ONE OF THEM." promptTitle="COLOUR" prompt="WHAT COLOUR?""#,
        r#"<formula1>"red,green,12"</formula1>"#,
        r#"tooltip="GO THERE" display="Nothing""#,
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
    // Excel takes a workbook with a title of more than 32 characters for damaged.
    let long = "Ein Titel, der viel zu lang für Excel ist";
    let (written, findings) = translate(&package, &[("Colour", long), ("Not so", "Nein")]);
    assert_eq!(findings.len(), 1);
    let written = entry(&written, "xl/worksheets/sheet1.xml");
    assert!(written.contains(r#"promptTitle="Colour""#) && !written.contains(long), "{written}");
}

#[test]
fn stored_results_that_a_translation_changes_are_computed_again() {
    let cells = |results: [&str; 4]| {
        let [copy, joined, upper, number] = results;
        format!(
            r#"<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><f>A1</f>{copy}</c><c r="C1" t="str"><f>"I see: "&amp;A1</f>{joined}</c><c r="D1" t="str"><f>UPPER(A1)</f>{upper}</c><c r="E1"><f>SUM(F1:F9)</f>{number}</c><c r="F1"><v>3</v></c></row></sheetData>"#
        )
    };
    let old = ["<v>The red car</v>", "<v>I see: The red car</v>", "<v>THE RED CAR</v>", "<v>11</v>"];
    let strings = "<si><t>The red car</t></si>";
    let source = workbook("", strings, &cells(old));
    check_round_trip(&source, &["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"]);
    let sheet = |package: &[u8]| {
        let (written, _) = translate(package, &[("The red car", "Das rote Auto")]);
        (entry(&written, "xl/worksheets/sheet1.xml"), entry(&written, "xl/workbook.xml"))
    };
    let (written, book) = sheet(&source);
    assert!(written.contains(&cells(["<v>Das rote Auto</v>", "", "", "<v>11</v>"])), "{written}");
    assert!(book.contains(r#"</sheets><calcPr fullCalcOnLoad="1"/></workbook>"#), "{book}");
    let (_, book) = sheet(&workbook(r#"<calcPr calcId="1"/>"#, strings, &cells(old)));
    assert!(book.contains(r#"<calcPr fullCalcOnLoad="1" calcId="1"/>"#), "{book}");
    let (_, book) = sheet(&workbook(r#"<calcPr calcId="1" fullCalcOnLoad="0"/>"#, strings, &cells(old)));
    assert!(book.contains(r#"<calcPr calcId="1" fullCalcOnLoad="1"/>"#), "{book}");
    // A number of letters may be part of any other number.
    let length = cells(old).replace("SUM(F1:F9)", "LEN(A1)");
    let (written, _) = sheet(&workbook("", strings, &length));
    assert!(written.contains("<f>LEN(A1)</f></c>"), "{written}");
    // Without formulas the workbook is as it was.
    let plain = workbook("", strings, "<sheetData><row><c t=\"s\"><v>0</v></c></row></sheetData>");
    check_round_trip(&plain, &["xl/sharedStrings.xml"]);
}

const O: &str = r#"xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0""#;

fn open_document(kind: &str, body: &str) -> Vec<u8> {
    let content = format!("<office:document-content {O}>{body}</office:document-content>");
    let media = format!("application/vnd.oasis.opendocument.{kind}");
    pack(&[("mimetype", media.as_str()), ("content.xml", content.as_str())])
}

#[test]
fn stored_results_of_open_document_sheets_are_computed_again() {
    let cell = |formula: &str, value: &str, shown: &str| {
        format!(
            r#"<table:table-cell table:formula="of:={formula}" office:value-type="string"{value}>{shown}</table:table-cell>"#
        )
    };
    let first = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let number = r#"<table:table-cell table:formula="of:=SUM(1)" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>"#;
    let body = first("The red car")
        + &cell("[.A1]", r#" office:string-value="The red car""#, "<text:p>The red car</text:p>")
        + &cell("UPPER([.A1])", r#" office:string-value="THE RED CAR""#, "<text:p>THE RED CAR</text:p>")
        + number;
    let source = open_document("spreadsheet", &body);
    check_round_trip(&source, &["content.xml"]);
    let (written, _) = translate(&source, &[("The red car", "Das rote Auto")]);
    let expected = first("Das rote Auto")
        + &cell("[.A1]", r#" office:string-value="Das rote Auto""#, "<text:p>Das rote Auto</text:p>")
        + &cell("UPPER([.A1])", "", "")
        + number;
    assert!(entry(&written, "content.xml").contains(&expected), "{}", entry(&written, "content.xml"));
}

#[test]
fn captions_and_screen_tips_of_open_documents_are_translated() {
    let body = concat!(
        r#"<form:form><form:button form:label="Send it" form:title="Sends the letter" form:name="b1"/><form:listbox><form:option form:label="The first"/></form:listbox></form:form>"#,
        r#"<text:list-style><text:list-level-style-number style:num-prefix="Chapter " style:num-suffix="."/></text:list-style>"#,
        r#"<text:p>See <text:a office:title="Open the page">our page</text:a> now.</text:p>"#,
        r#"<text:p>Choose: <text:drop-down text:name="d"><text:label text:value="Red"/><text:label text:value="Green"/>Red</text:drop-down></text:p>"#,
    );
    let package = open_document("text", body);
    check_round_trip(&package, &["content.xml"]);
    assert_eq!(open(&package).left_alone().count(Place::ListEntry), 2);
    let written = in_capitals(&package, "content.xml");
    for expected in [
        r#"form:label="SEND IT" form:title="SENDS THE LETTER" form:name="b1""#,
        r#"form:label="THE FIRST""#,
        r#"style:num-prefix="CHAPTER " style:num-suffix=".""#,
        r#"<text:p>SEE <text:a office:title="OPEN THE PAGE">OUR PAGE</text:a> NOW.</text:p>"#,
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
}

#[test]
fn screen_tips_and_prompts_of_presentations() {
    const P: &str = r#"xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main""#;
    let shape = |prompt: &str| {
        format!(
            r#"<p:sp><p:nvSpPr><p:cNvPr id="2" name="S"><a:hlinkClick tooltip="Next slide"/></p:cNvPr><p:nvPr>{prompt}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:rPr><a:hlinkClick tooltip="Open it"/></a:rPr><a:t>A text</a:t></a:r></a:p></p:txBody></p:sp>"#
        )
    };
    let slide = format!("<p:sld {P}>{}</p:sld>", shape(""));
    let main = format!("<p:presentation {P}/>");
    let package = |kind: &str, part: &str| {
        package(&[
            ("ppt/presentation.xml", "presentationml.presentation.main", &main),
            ("ppt/slides/slide1.xml", kind, part),
        ])
    };
    let slides = package("presentationml.slide", &slide);
    check_round_trip(&slides, &["ppt/slides/slide1.xml"]);
    assert_eq!(texts(&open(&slides)), ["Next slide", "A text", "Open it"]);
    let written = in_capitals(&slides, "ppt/slides/slide1.xml");
    assert!(written.contains(r#"<a:hlinkClick tooltip="OPEN IT"/></a:rPr><a:t>A TEXT<"#), "{written}");
    // Also where the words are not translated.
    let (written, _) = translate(&slides, &[("Open it", "Öffnen")]);
    let expected = slide.replace("Open it", "Öffnen");
    assert_eq!(entry(&written, "ppt/slides/slide1.xml"), expected);
    // What an author wrote into an empty placeholder is shown, the program's own words are not part of the document.
    let layout = |prompt: &str| {
        package("presentationml.slideLayout", &format!("<p:sldLayout {P}>{}</p:sldLayout>", shape(prompt)))
    };
    assert_eq!(texts(&open(&layout(r#"<p:ph type="body"/>"#))), ["Open it"]);
    assert_eq!(
        texts(&open(&layout(r#"<p:ph type="body" hasCustomPrompt="1"/>"#))),
        ["Next slide", "A text", "Open it"]
    );
}

#[test]
fn captions_of_controls_and_pivot_tables() {
    let vml = r##"<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox style="a"><div><font face="Calibri">Press here<br></font></div></v:textbox></v:shape></xml>"##;
    let pivot = format!(
        r#"<pivotTableDefinition {X} name="P" rowHeaderCaption="Regions"><dataFields><dataField name="Sum of sales"/></dataFields></pivotTableDefinition>"#
    );
    let book = format!("<workbook {X}/>");
    let custom = r#"<Properties xmlns:vt="v"><property name="a"><vt:lpwstr>Some value</vt:lpwstr></property></Properties>"#;
    let package = package(&[
        ("xl/workbook.xml", "spreadsheetml.sheet.main", &book),
        ("xl/drawings/vmlDrawing1.vml", &format!("{OFFICE}.vmlDrawing"), vml),
        ("xl/pivotTables/pivotTable1.xml", "spreadsheetml.pivotTable", &pivot),
        ("docProps/custom.xml", "custom-properties", custom),
        ("xl/media/a.svg", "image/svg+xml", "<svg><text>Umsatz</text></svg>"),
        ("xl/embeddings/a.bin", "oleObject", "binary"),
    ]);
    check_round_trip(&package, &["xl/drawings/vmlDrawing1.vml"]);
    assert!(in_capitals(&package, "xl/drawings/vmlDrawing1.vml").contains(">PRESS HERE<br></font>"));
    let left = open(&package);
    let left = left.left_alone();
    assert_eq!(left.count(Place::PivotCaption), 2);
    for place in [Place::CustomProperty, Place::SvgText, Place::EmbeddedDocument] {
        assert_eq!(left.count(place), 1, "{place:?}");
    }
}
