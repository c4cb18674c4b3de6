//! Places of office documents and books besides paragraphs and cells: each is translated, or counted as left alone.

mod packages;

use documents::{Document, Place};
use packages::{check_round_trip, entry, open, pack, texts, translate};

const OFFICE: &str = "application/vnd.openxmlformats-officedocument";

/// A package of parts with their content types.
fn package(parts: &[(&str, &str, &str)], others: &[(&str, &str)]) -> Vec<u8> {
    let part = |(name, kind, _): &(&str, &str, &str)| {
        format!(r#"<Override PartName="/{name}" ContentType="{OFFICE}.{kind}+xml"/>"#)
    };
    let types = format!("<Types>{}</Types>", parts.iter().map(part).collect::<String>());
    let mut entries = vec![("[Content_Types].xml", types.as_str())];
    entries.extend(parts.iter().map(|(name, _, text)| (*name, *text)));
    entries.extend(others);
    pack(&entries)
}

fn left(document: &Document) -> String {
    document.left_alone().to_string()
}

#[test]
fn data_that_controls_of_word_show() {
    let main = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:wps="shape"><w:body><w:sdt><w:sdtPr><w:dataBinding w:xpath="/a/b" w:storeItemID="{A-1}"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>The offer</w:t></w:r></w:p></w:sdtContent></w:sdt><w:p><w:r><wps:wsp><wps:cNvPr id="1" name="S" descr="A red box"/></wps:wsp></w:r></w:p></w:body></w:document>"#;
    let data = "<a><b>The offer</b><c>Some words</c></a>";
    let properties = |id: &str| format!(r#"<ds:datastoreItem xmlns:ds="d" ds:itemID="{id}"/>"#);
    let package = package(
        &[("word/document.xml", "wordprocessingml.document.main", main)],
        &[
            ("customXml/item1.xml", data),
            ("customXml/itemProps1.xml", &properties("{A-1}")),
            ("customXml/item2.xml", data),
            ("customXml/itemProps2.xml", &properties("{B-2}")),
        ],
    );
    assert_eq!(texts(&open(&package)), ["The offer", "A red box"]);
    check_round_trip(&package, &["word/document.xml", "customXml/item1.xml"]);
    let (written, _) = translate(&package, &[("The offer", "Das Angebot"), ("A red box", "Ein Kasten")]);
    assert_eq!(entry(&written, "customXml/item1.xml"), data.replace("The offer", "Das Angebot"));
    assert!(entry(&written, "word/document.xml").contains(r#"descr="Ein Kasten""#));
}

#[test]
fn sections_prompts_and_fields_of_presentations() {
    const P: &str = r#"xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main""#;
    let main = format!(
        r#"<p:presentation {P}><p:custShowLst><p:custShow name="Short show" id="0"/></p:custShowLst><p:extLst><p14:sectionLst xmlns:p14="p14"><p14:section name="First part" id="a"/></p14:sectionLst></p:extLst></p:presentation>"#
    );
    let slide = format!(
        r#"<p:sld {P}><a:p><a:r><a:t>Today is </a:t></a:r><a:fld type="datetime"><a:t>Monday</a:t></a:fld></a:p></p:sld>"#
    );
    let layout = format!(
        r#"<p:sldLayout {P}><p:sp><p:nvSpPr><p:nvPr><p:ph type="body"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Edit me</a:t></a:r></a:p></p:txBody></p:sp></p:sldLayout>"#
    );
    let chart = r#"<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:trendline><c:name>The trend</c:name></c:trendline></c:chartSpace>"#;
    let package = package(
        &[
            ("ppt/presentation.xml", "presentationml.presentation.main", &main),
            ("ppt/slides/slide1.xml", "presentationml.slide", &slide),
            ("ppt/slideLayouts/slideLayout1.xml", "presentationml.slideLayout", &layout),
            ("ppt/charts/chart1.xml", "drawingml.chart", chart),
        ],
        &[],
    );
    let document = open(&package);
    assert_eq!(texts(&document), ["Today is", "Short show", "First part", "The trend"]);
    assert_eq!(
        left(&document),
        "2 text places of kinds that Wasan leaves alone: 1 result of a field, 1 prompt of a layout"
    );
    check_round_trip(&package, &["ppt/presentation.xml", "ppt/slides/slide1.xml", "ppt/charts/chart1.xml"]);
}

#[test]
fn tables_formulas_and_formats_of_workbooks() {
    const X: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let book = format!("<workbook {X}/>");
    let sheet = format!(
        r#"<worksheet {X}><sheetData><row><c t="inlineStr"><is><t>City</t></is></c><c t="inlineStr"><is><t>In all</t></is></c><c><f>IF(A1&gt;3,"big","small")&amp;"4"</f><v>0</v></c></row></sheetData><headerFooter><oddHeader>{}</oddHeader></headerFooter></worksheet>"#,
        "long ".repeat(60)
    );
    let table = format!(
        r#"<table {X} name="T"><tableColumns><tableColumn id="1" name="City" totalsRowLabel="In all"/></tableColumns><extLst><ext><x14:table xmlns:x14="x14" altText="Cities of the land"/></ext></extLst></table>"#
    );
    let styles = format!(
        r#"<styleSheet {X}><numFmts><numFmt formatCode="0 &quot;pieces&quot;"/><numFmt formatCode="0.0"/></numFmts></styleSheet>"#
    );
    let cache = format!(
        r#"<pivotCacheDefinition {X}><cacheFields><cacheField name="Land"><sharedItems><s v="North"/><s v="7"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>"#
    );
    let package = package(
        &[
            ("xl/workbook.xml", "spreadsheetml.sheet.main", &book),
            ("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet", &sheet),
            ("xl/tables/table1.xml", "spreadsheetml.table", &table),
            ("xl/styles.xml", "spreadsheetml.styles", &styles),
            ("xl/pivotCache/pivotCacheDefinition1.xml", "spreadsheetml.pivotCacheDefinition", &cache),
        ],
        &[],
    );
    let document = open(&package);
    assert_eq!(texts(&document), ["City", "In all", "Cities of the land"]);
    let left = document.left_alone();
    for (place, count) in
        [(Place::FormulaText, 2), (Place::LongText, 1), (Place::Numbering, 1), (Place::PivotCaption, 1)]
    {
        assert_eq!(left.count(place), count, "{place:?}");
    }
    // The texts of a table are those of its cells.
    let (written, findings) = translate(&package, &[("City", "Stadt"), ("In all", "Zusammen")]);
    assert_eq!(findings, []);
    let written = entry(&written, "xl/tables/table1.xml");
    assert!(written.contains(r#"name="Stadt" totalsRowLabel="Zusammen""#), "{written}");
}

#[test]
fn a_damaged_table_or_list_of_links_does_not_keep_a_workbook_from_being_read() {
    const X: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let package = package(
        &[
            (
                "xl/workbook.xml",
                "spreadsheetml.sheet.main",
                &format!(r#"<workbook {X}><sheets><sheet name="Costs"/></sheets></workbook>"#),
            ),
            (
                "xl/sharedStrings.xml",
                "spreadsheetml.sharedStrings",
                &format!("<sst {X}><si><t>Words</t></si></sst>"),
            ),
            ("xl/tables/table1.xml", "spreadsheetml.table", "<table><tableColumns>"),
        ],
        &[("xl/worksheets/_rels/sheet1.xml.rels", "<Relationships"), ("xl/theme/theme1.xml", "<a>")],
    );
    let document = open(&package);
    // A part that cannot be read may refer to the sheet.
    assert_eq!(texts(&document), ["Words"]);
    assert_eq!(document.left_alone().count(Place::SheetName), 1);
    assert_eq!(document.left_alone().count(Place::DamagedPart), 1);
}

const O: &str = r#"xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0""#;

fn open_document(kind: &str, body: &str) -> Vec<u8> {
    let content = format!("<office:document-content {O}>{body}</office:document-content>");
    let meta = format!(
        r#"<office:document-meta {O}><meta:user-defined meta:name="Client">Miller</meta:user-defined></office:document-meta>"#
    );
    let media = format!("application/vnd.oasis.opendocument.{kind}");
    pack(&[("mimetype", media.as_str()), ("content.xml", &content), ("meta.xml", &meta)])
}

#[test]
fn fields_index_marks_and_forms_of_open_documents() {
    let body = concat!(
        r#"<text:p>The lion<text:alphabetical-index-mark text:string-value="Lion" text:key1="Big cats"/> sleeps.</text:p>"#,
        r#"<text:p>Dear <text:placeholder text:placeholder-type="text" text:description="Who gets it">&lt;Name&gt;</text:placeholder></text:p>"#,
        r#"<text:p>Choose <loext:content-control xmlns:loext="loext" loext:alias="c">one of them</loext:content-control> now.</text:p>"#,
        r#"<text:p>On <text:date>Monday</text:date> and <text:conditional-text text:string-value-if-true="Yes" text:string-value-if-false="No">Yes</text:conditional-text> <text:meta-field>by <text:span>Anna</text:span></text:meta-field></text:p>"#,
        r#"<form:form><form:textarea form:current-value="Some words"/></form:form>"#,
        r#"<number:number-style><number:text> pieces</number:text></number:number-style>"#,
    );
    let package = open_document("text", body);
    let document = open(&package);
    assert_eq!(
        texts(&document),
        [
            "The lion sleeps.",
            "Lion",
            "Big cats",
            "Dear <Name>",
            "Who gets it",
            "Choose one of them now.",
            "On and"
        ]
    );
    let left = document.left_alone();
    for (place, count) in [
        (Place::FieldResult, 3),
        (Place::FieldText, 2),
        (Place::Control, 1),
        (Place::Numbering, 1),
        (Place::CustomProperty, 1),
    ] {
        assert_eq!(left.count(place), count, "{place:?}");
    }
    check_round_trip(&package, &["content.xml"]);
}

#[test]
fn names_formulas_and_pivot_tables_of_open_document_sheets() {
    let body = concat!(
        r#"<office:body><office:spreadsheet><table:table table:name="Costs"><table:title>All costs</table:title><table:table-row>"#,
        r#"<table:table-cell office:value-type="string"><text:p>Land</text:p></table:table-cell>"#,
        r#"<table:table-cell office:value-type="string"><text:p>City</text:p></table:table-cell>"#,
        r#"<table:table-cell table:formula="of:=&quot;I see &quot;&amp;[.A1]" office:value-type="string"><text:p>I see Land</text:p></table:table-cell>"#,
        r#"</table:table-row></table:table><table:data-pilot-tables><table:data-pilot-table table:name="P"><table:data-pilot-field table:source-field-name="Land"/></table:data-pilot-table></table:data-pilot-tables></office:spreadsheet></office:body>"#,
    );
    let document = open(&open_document("spreadsheet", body));
    assert_eq!(texts(&document), ["All costs", "City"]);
    let left = document.left_alone();
    for place in [Place::SheetName, Place::FormulaText, Place::ComparedText] {
        assert_eq!(left.count(place), 1, "{place:?}");
    }
}

#[test]
fn prompts_of_open_document_masters_are_counted() {
    let body = r#"<style:master-page><draw:frame presentation:class="title"><text:p>Click to edit</text:p></draw:frame><text:p>Our firm</text:p></style:master-page>"#;
    let document = open(&open_document("presentation", body));
    assert_eq!(texts(&document), ["Our firm"]);
    assert_eq!(document.left_alone().count(Place::Prompt), 1);
}

#[test]
fn rights_summaries_guides_and_page_lists_of_books() {
    let container = r#"<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>"#;
    let opf = concat!(
        r#"<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The book</dc:title><dc:rights>All rights reserved.</dc:rights><dc:coverage>The north</dc:coverage>"#,
        r#"<dc:description>&lt;p&gt;A &lt;b&gt;good&lt;/b&gt; story.&lt;/p&gt;</dc:description><meta property="schema:accessibilitySummary">Pictures have words.</meta><meta property="file-as">Book, The</meta></metadata>"#,
        r#"<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml"/><item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/><item id="s" href="page.svg" media-type="image/svg+xml"/><item id="o" href="old.html" media-type="text/html"/></manifest>"#,
        r#"<spine><itemref idref="s"/><itemref idref="o"/></spine><guide><reference type="cover" title="The cover" href="a"/></guide></package>"#,
    );
    let nav = r#"<html xmlns:epub="e"><body><nav epub:type="page-list"><h2>Pages</h2><ol><li><a href="a">xii</a></li><li><a href="b">Map one</a></li></ol></nav><p>At <abbr title="by us">b.u.</abbr></p></body></html>"#;
    let ncx = r#"<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><pageList><navInfo><text>Where to go</text></navInfo><pageTarget><navLabel><text>iv</text></navLabel></pageTarget></pageList></ncx>"#;
    let svg = r#"<svg xmlns:xlink="x"><g aria-label="A red sun"><a xlink:title="Go on"><text>Sun</text></a></g><flowRoot>More words</flowRoot></svg>"#;
    let package = pack(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("a.opf", opf),
        ("nav.xhtml", nav),
        ("toc.ncx", ncx),
        ("page.svg", svg),
        ("old.html", "<p>Old words</p>"),
    ]);
    let document = open(&package);
    let found = texts(&document);
    for text in [
        "The book",
        "All rights reserved.",
        "The north",
        "<p>A <b>good</b> story.</p>",
        "Pictures have words.",
        "The cover",
        "Pages",
        "Map one",
        "by us",
        "Where to go",
        "A red sun",
        "Go on",
        "Old words",
    ] {
        assert!(found.contains(&text), "{text} in {found:?}");
    }
    for text in ["xii", "iv", "Book, The"] {
        assert!(!found.contains(&text), "{text}");
    }
    assert_eq!(document.left_alone().count(Place::SvgText), 2);
    let description = document.blocks().iter().find(|block| block.text.starts_with("<p>")).expect("a block");
    assert_eq!(description.spans.len(), 4, "its tags are locked");
    let changed = ["a.opf", "nav.xhtml", "toc.ncx", "page.svg", "old.html"];
    check_round_trip(&package, &changed);
}

#[test]
fn variables_building_blocks_and_words_in_formulas_of_word() {
    const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;
    const M: &str = r#"xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math""#;
    let main = format!(
        r#"<w:document {W} {M}><w:body><w:p><w:r><w:t>The house</w:t></w:r><m:oMath><m:r><m:rPr><m:nor/></m:rPr><m:t>if it is red</m:t></m:r><m:r><m:t>x</m:t></m:r></m:oMath></w:p></w:body></w:document>"#
    );
    let settings = format!(
        r#"<w:settings {W}><w:docVars><w:docVar w:name="a" w:val="Some words"/><w:docVar w:name="b" w:val="42"/></w:docVars></w:settings>"#
    );
    let glossary = format!(
        r#"<w:glossaryDocument {W}><w:docParts><w:docPart><w:docPartPr><w:name w:val="Head"/><w:description w:val="The head of a letter"/></w:docPartPr><w:docPartBody><w:p><w:r><w:t>Dear customer</w:t></w:r></w:p></w:docPartBody></w:docPart></w:docParts></w:glossaryDocument>"#
    );
    let document = open(&package(
        &[
            ("word/document.xml", "wordprocessingml.document.main", &main),
            ("word/settings.xml", "wordprocessingml.settings", &settings),
            ("word/glossary/document.xml", "wordprocessingml.document.glossary", &glossary),
        ],
        &[],
    ));
    assert_eq!(texts(&document), ["The house", "Dear customer"]);
    let counts = [Place::FormulaText, Place::CustomProperty, Place::BuildingBlock];
    assert_eq!(counts.map(|place| document.left_alone().count(place)), [1, 1, 1]);
}

#[test]
fn objects_and_words_in_formulas_of_open_document_are_counted() {
    const O: &str = r#"xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="x""#;
    let content = format!(
        r#"<office:document-content {O}><office:body><office:text><text:p>The house<draw:frame><draw:object-ole xlink:href="./Object 1"/></draw:frame></text:p></office:text></office:body></office:document-content>"#
    );
    let formula =
        r#"<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mtext>if it is red</mtext></math>"#;
    let document = open(&pack(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &content),
        ("Object 2/content.xml", formula),
        ("Object 1", "binary"),
    ]));
    assert_eq!(texts(&document), ["The house"]);
    let counts = [Place::EmbeddedDocument, Place::FormulaText];
    assert_eq!(counts.map(|place| document.left_alone().count(place)), [1, 1]);
}

#[test]
fn a_presentation_is_read_without_a_damaged_slide() {
    const P: &str = r#"xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main""#;
    let main = format!("<p:presentation {P}/>");
    let slide = |text: &str| format!("<p:sld {P}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let slides = |first: &str, second: &str| {
        package(
            &[
                ("ppt/presentation.xml", "presentationml.presentation.main", &main),
                ("ppt/slides/slide1.xml", "presentationml.slide", first),
                ("ppt/slides/slide2.xml", "presentationml.slide", second),
            ],
            &[],
        )
    };
    let good = slide("The house");
    for (first, second) in [("<p:sld", good.as_str()), (good.as_str(), "<p:sld>")] {
        let package = slides(first, second);
        let document = open(&package);
        assert_eq!(texts(&document), ["The house"]);
        assert_eq!(document.left_alone().count(Place::DamagedPart), 1);
        let (written, _) = translate(&package, &[("The house", "Das Haus")]);
        assert_eq!(entry(&written, "ppt/slides/slide1.xml"), first.replace("The house", "Das Haus"));
        assert_eq!(entry(&written, "ppt/slides/slide2.xml"), second.replace("The house", "Das Haus"));
    }
    let package = slides("<p:sld", "<p:sld>");
    let format = documents::Format::detect("a.pptx", &package).expect("a known format");
    assert!(Document::parse(format, &package).is_err());
}
