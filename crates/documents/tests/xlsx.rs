//! Excel workbooks: strings, comments, tables, and the names that formulas use.

mod packages;

use documents::{Document, FindingKind, Format, Translation};
use packages::{check_round_trip, entry, open, pack, texts, translate};

const SPACE: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;

fn types() -> String {
    let part = |name: &str, kind: &str| {
        format!(
            r#"<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>"#
        )
    };
    let parts = part("xl/workbook.xml", "spreadsheetml.sheet.main")
        + &part("xl/sharedStrings.xml", "spreadsheetml.sharedStrings")
        + &part("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet")
        + &part("xl/worksheets/sheet2.xml", "spreadsheetml.worksheet")
        + &part("xl/tables/table1.xml", "spreadsheetml.table")
        + &part("xl/comments1.xml", "spreadsheetml.comments")
        + &part("docProps/app.xml", "extended-properties");
    format!(r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{parts}</Types>"#)
}

/// A workbook with two sheets, a table, and these shared strings and formulas.
fn workbook(strings: &str, formula: &str) -> Vec<u8> {
    let book = format!(
        r#"<workbook {SPACE}><sheets><sheet name="Sales" sheetId="1"/><sheet name="My Costs" sheetId="2"/></sheets></workbook>"#
    );
    let strings = format!("<sst {SPACE}>{strings}</sst>");
    let first = format!(
        r#"<worksheet {SPACE}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>{formula}</f><v>3</v></c><c r="C1" t="str"><f>A1</f><v>Hello</v></c><c r="D1" t="str"><f>A2</f><v>Elsewhere</v></c></row></sheetData></worksheet>"#
    );
    let second = format!(
        r#"<worksheet {SPACE}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Inline text</t></is></c></row></sheetData></worksheet>"#
    );
    let table = format!(
        r#"<table {SPACE} id="1" name="T" ref="A1:B2"><tableColumns count="2"><tableColumn id="1" name="Amount"/><tableColumn id="2" name="Sum"/></tableColumns></table>"#
    );
    let comments = format!(
        r#"<comments {SPACE}><authors><author>Anna</author></authors><commentList><comment ref="A1"><text><r><rPr><b/></rPr><t>Anna:</t></r><r><t xml:space="preserve">
please check</t></r></text></comment></commentList></comments>"#
    );
    let app = r#"<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" xmlns:vt="v"><TitlesOfParts><vt:vector><vt:lpstr>Sales</vt:lpstr><vt:lpstr>My Costs</vt:lpstr></vt:vector></TitlesOfParts></Properties>"#;
    pack(&[
        ("[Content_Types].xml", &*types()),
        ("xl/workbook.xml", &book),
        ("xl/sharedStrings.xml", &strings),
        ("xl/worksheets/sheet1.xml", &first),
        ("xl/worksheets/sheet2.xml", &second),
        ("xl/tables/table1.xml", &table),
        ("xl/comments1.xml", &comments),
        ("docProps/app.xml", app),
    ])
}

const CHANGED: [&str; 7] = [
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet2.xml",
    "xl/tables/table1.xml",
    "xl/comments1.xml",
    "docProps/app.xml",
];

fn si(text: &str) -> String {
    format!("<si><t>{text}</t></si>")
}

#[test]
fn strings_comments_and_names_are_found() {
    let package = workbook(&(si("Hello") + &si("2024-01-05") + &si("Amount")), "A1+1");
    let found = ["Hello", "Amount", "Inline text", "Anna:\nplease check", "Sales", "My Costs"];
    assert_eq!(texts(&open(&package)), found);
    check_round_trip(&package, &CHANGED);
    let (written, problems) = translate(
        &package,
        &[
            ("Hello", "Grüße & Küsse"),
            ("Inline text", "Text in der Zelle"),
            ("Anna:\nplease check", "Anna:\nbitte prüfen"),
        ],
    );
    assert_eq!(problems, []);
    let strings = entry(&written, "xl/sharedStrings.xml");
    assert!(strings.contains("<si><t>Grüße &amp; Küsse</t></si><si><t>2024-01-05</t></si>"), "{strings}");
    assert!(entry(&written, "xl/worksheets/sheet2.xml").contains("<is><t>Text in der Zelle</t></is>"));
    let results = r#"<f>A1</f><v>Grüße &amp; Küsse</v></c><c r="D1" t="str"><f>A2</f></c>"#;
    assert!(entry(&written, "xl/worksheets/sheet1.xml").contains(results));
    let comments = entry(&written, "xl/comments1.xml");
    let lines = "<r><rPr><b/></rPr><t xml:space=\"preserve\">Anna:</t></r><r><t xml:space=\"preserve\">\n</t></r><r><t xml:space=\"preserve\">bitte prüfen</t></r>";
    assert!(comments.contains(lines), "{comments}");
}

#[test]
fn rich_cells_keep_their_runs_and_lose_their_reading() {
    let rich = r#"<si><r><t xml:space="preserve">Only </t></r><r><rPr><b/><sz val="11"/></rPr><t>Anna</t></r><r><t xml:space="preserve"> knows</t></r></si>"#;
    let read = "<si><t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh><phoneticPr fontId=\"1\"/></si>";
    let package = workbook(&(rich.to_owned() + read), "A1");
    let (written, problems) =
        translate(&package, &[("Only Anna knows", "Nur Anna weiß es"), ("東京", "Tokio")]);
    assert_eq!(problems, []);
    let strings = entry(&written, "xl/sharedStrings.xml");
    let bold = r#"<r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">Anna</t></r>"#;
    assert!(
        strings.contains(&format!(
            r#"<r><t xml:space="preserve">Nur </t></r>{bold}<r><t xml:space="preserve"> weiß es</t></r></si>"#
        )),
        "{strings}"
    );
    assert!(strings.contains("<si><t xml:space=\"preserve\">Tokio</t></si>"), "{strings}");
}

#[test]
fn table_columns_follow_their_header_cells() {
    let package = workbook(&(si("Amount") + &si("Sum")), "A1+1");
    let (written, _) = translate(&package, &[("Amount", "Betrag"), ("Sum", "Summe")]);
    let table = entry(&written, "xl/tables/table1.xml");
    assert!(
        table.contains("name=\"Betrag\"") && table.contains("name=\"Summe\"") && table.contains("name=\"T\""),
        "{table}"
    );
}

#[test]
fn columns_that_would_share_a_name_keep_theirs() {
    let package = workbook(&(si("Amount") + &si("Sum")), "A1+1");
    let (written, problems) = translate(&package, &[("Amount", "Betrag"), ("Sum", "betrag")]);
    assert!(problems.contains(&FindingKind::Refused));
    let (table, strings) = (entry(&written, "xl/tables/table1.xml"), entry(&written, "xl/sharedStrings.xml"));
    for name in ["Amount", "Sum", "Betrag", "betrag"] {
        let column = table.contains(&format!("name=\"{name}\""));
        assert_eq!(column, strings.contains(&si(name)), "{table}\n{strings}");
    }
}

#[test]
fn columns_that_a_formula_names_stay() {
    let package = workbook(&(si("Amount") + &si("Sum")), "SUM(T[Amount])");
    assert!(!texts(&open(&package)).contains(&"Amount"));
    let (written, _) = translate(&package, &[("Sum", "Summe")]);
    assert!(entry(&written, "xl/tables/table1.xml").contains("name=\"Amount\""));
    assert!(entry(&written, "xl/worksheets/sheet1.xml").contains("<f>SUM(T[Amount])</f>"));
}

#[test]
fn sheets_that_nothing_names_are_renamed_everywhere() {
    let package = workbook(&si("Hello"), "'My Costs'!A1");
    let found = open(&package);
    assert!(texts(&found).contains(&"Sales") && !texts(&found).contains(&"My Costs"));
    let (written, _) = translate(&package, &[("Sales", "Umsatz")]);
    assert!(entry(&written, "xl/workbook.xml").contains("name=\"Umsatz\""));
    assert!(
        entry(&written, "docProps/app.xml")
            .contains("<vt:lpstr>Umsatz</vt:lpstr><vt:lpstr>My Costs</vt:lpstr>")
    );
    let package = workbook(&si("Hello"), "INDIRECT(A1)");
    assert!(!texts(&open(&package)).contains(&"Sales"));
}

#[test]
fn sheets_keep_names_that_excel_would_refuse() {
    let package = workbook(&si("Hello"), "A1");
    for bad in ["Umsatz/Kosten", "Ein Name, der viel zu lang für ein Blatt ist", "my costs"] {
        let (written, problems) = translate(&package, &[("Sales", bad)]);
        assert_eq!(problems, [FindingKind::Refused], "{bad}");
        assert!(entry(&written, "xl/workbook.xml").contains("name=\"Sales\""), "{bad}");
    }
}

#[test]
fn a_workbook_made_by_another_prefix_is_read_too() {
    let package = workbook(&si("Hello"), "A1");
    let plain = entry(&package, "xl/sharedStrings.xml");
    let prefixed =
        plain.replace("<sst xmlns=", "<y:sst xmlns:y=").replace("</sst", "</y:sst").replace("<si", "<y:si");
    let prefixed = prefixed.replace("</si", "</y:si").replace("<t>", "<y:t>").replace("</t>", "</y:t>");
    let entries = [("[Content_Types].xml", types()), ("xl/sharedStrings.xml", prefixed)];
    let package = pack(&entries.each_ref().map(|(name, text)| (*name, text.as_str())));
    let document = Document::parse(Format::Xlsx, &package).expect("a readable workbook");
    let written = document.write(&[Translation::from("Hallo")]).expect("one block");
    assert!(entry(&written.bytes, "xl/sharedStrings.xml").contains("<y:si><y:t>Hallo</y:t></y:si>"));
}

const PAGES: &str = r#"<oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Annual report&amp;CPage &amp;P of &amp;N&amp;R&amp;D</oddHeader><oddFooter>&amp;CBlack &amp;&amp; white &lt;draft&gt;</oddFooter>"#;

fn with_pages(pages: &str) -> Vec<u8> {
    let types = types();
    let book = format!(r#"<workbook {SPACE}><sheets><sheet name="Sales" sheetId="1"/></sheets></workbook>"#);
    let sheet = format!("<worksheet {SPACE}><sheetData/><headerFooter>{pages}</headerFooter></worksheet>");
    pack(&[("[Content_Types].xml", &types), ("xl/workbook.xml", &book), ("xl/worksheets/sheet1.xml", &sheet)])
}

#[test]
fn headers_and_footers_of_pages_keep_their_codes() {
    let package = with_pages(PAGES);
    assert_eq!(texts(&open(&package)), ["Annual report", "Page of", "Black & white <draft>", "Sales"]);
    check_round_trip(&package, &["xl/worksheets/sheet1.xml", "xl/workbook.xml"]);
    let (written, problems) = translate(
        &package,
        &[
            ("Annual report", "Jahresbericht 2024"),
            ("Page of", "Page sur"),
            ("Black & white <draft>", "Schwarz & weiß <Entwurf>"),
        ],
    );
    assert_eq!(problems, []);
    let sheet = entry(&written, "xl/worksheets/sheet1.xml");
    let expected = r#"<oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Jahresbericht 2024&amp;CPage &amp;P sur &amp;N&amp;R&amp;D</oddHeader><oddFooter>&amp;CSchwarz &amp;&amp; weiß &lt;Entwurf&gt;</oddFooter>"#;
    assert!(sheet.contains(expected), "{sheet}");
}

/// Excel calls a sheet damaged whose header is longer than 255 letters.
#[test]
fn a_header_that_would_be_too_long_stays() {
    let package = with_pages("<oddHeader>&amp;CShort</oddHeader>");
    let (written, problems) = translate(&package, &[("Short", &"long ".repeat(60))]);
    assert_eq!(problems.len(), 1);
    assert!(entry(&written, "xl/worksheets/sheet1.xml").contains("&amp;CShort<"));
}

#[test]
fn cells_that_formulas_compare_with_stay() {
    let strings = si("Offen") + &si("Ja") + &si("Menge") + &si("offene Posten");
    for (formula, kept) in [
        ("COUNTIF(B:B,&quot;offen&quot;)", "Offen"),
        ("COUNTIF(B:B,\"&lt;&gt;offen\")", "Offen"),
        ("IF('My \"Costs\"'!A1=\"Ja\",1,0)", "Ja"),
        (
            "</f></c></row></sheetData><dataValidations><dataValidation type=\"list\"><formula1>\"Ja,Nein\"</formula1></dataValidation></dataValidations><sheetData><row><c><f>1",
            "Ja",
        ),
        (
            "</f></c></row></sheetData><autoFilter><filterColumn><filters><filter val=\"Ja\"/></filters></filterColumn></autoFilter><sheetData><row><c><f>1",
            "Ja",
        ),
    ] {
        let package = workbook(&strings, formula);
        let document = open(&package);
        let found = texts(&document);
        assert!(!found.contains(&kept) && found.contains(&"offene Posten"), "{formula} {found:?}");
    }
}

#[test]
fn columns_that_a_pivot_table_shows_stay() {
    let cache = format!(
        r#"<pivotCacheDefinition {SPACE}><cacheFields><cacheField name="Hello"/></cacheFields></pivotCacheDefinition>"#
    );
    let package = with_entry(
        &workbook(&(si("Hello") + &si("Menge")), "A1"),
        "xl/pivotCache/pivotCacheDefinition1.xml",
        &cache,
    );
    let document = open(&package);
    assert!(!texts(&document).contains(&"Hello") && texts(&document).contains(&"Menge"));
}

/// The workbook with one more entry.
fn with_entry(package: &[u8], name: &str, text: &str) -> Vec<u8> {
    let entries = packages::entries(package);
    let texts: Vec<String> = entries.iter().map(|(name, _)| entry(package, name)).collect();
    let mut all: Vec<(&str, &str)> =
        entries.iter().zip(&texts).map(|((name, _), text)| (name.as_str(), text.as_str())).collect();
    all.push((name, text));
    pack(&all)
}

#[test]
fn sheets_that_a_shape_leads_to_stay() {
    for target in ["#Sales!A1", "#'My%20Costs'!A1"] {
        let links = format!(r#"<Relationships><Relationship Id="rId1" Target="{target}"/></Relationships>"#);
        let package =
            with_entry(&workbook(&si("Hello"), "A1"), "xl/drawings/_rels/drawing1.xml.rels", &links);
        let found = open(&package);
        let named = if target.contains("Sales") { "Sales" } else { "My Costs" };
        assert!(!texts(&found).contains(&named) && texts(&found).len() == 4, "{:?}", texts(&found));
    }
}

#[test]
fn comments_that_answer_each_other_are_read() {
    let threads = r#"<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="A1" id="{1}"><text>Please check</text></threadedComment><threadedComment ref="A1" id="{2}"><text>@Anna look here</text><mentions><mention startIndex="0" length="5"/></mentions></threadedComment></ThreadedComments>"#;
    let types = types().replace(
        "</Types>",
        r#"<Override PartName="/xl/threadedComments/threadedComment1.xml" ContentType="application/vnd.ms-excel.threadedcomments+xml"/></Types>"#,
    );
    let package =
        pack(&[("[Content_Types].xml", &*types), ("xl/threadedComments/threadedComment1.xml", threads)]);
    assert_eq!(texts(&open(&package)), ["Please check"]);
    check_round_trip(&package, &["xl/threadedComments/threadedComment1.xml"]);
}
