//! PowerPoint presentations: slides, notes, tables, charts, diagrams.

mod packages;

use packages::{check_round_trip, entry, open, pack, texts, translate};

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/><Override PartName="/ppt/slides/slide10.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.slide+xml"/><Override PartName="/ppt/slides/slide2.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.slide+xml"/><Override PartName="/ppt/slideLayouts/slideLayout1.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.slideLayout+xml"/><Override PartName="/ppt/notesSlides/notesSlide1.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.notesSlide+xml"/><Override PartName="/ppt/diagrams/data1.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"/><Override PartName="/ppt/diagrams/drawing1.xml" ContentType="application/vnd.ms-office.drawingml.diagramDrawing+xml"/></Types>"#;

fn slide(root: &str, body: &str) -> String {
    format!(
        r#"<p:{root} xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><p:cSld>{body}</p:cSld></p:{root}>"#
    )
}

fn r(properties: &str, text: &str) -> String {
    format!("<a:r>{properties}<a:t>{text}</a:t></a:r>")
}

fn p(inner: &str) -> String {
    format!("<a:p><a:pPr lvl=\"1\"/>{inner}<a:endParaRPr lang=\"en-US\"/></a:p>")
}

fn presentation(body: &str) -> Vec<u8> {
    let (tenth, second) = (slide("sld", &p(&r("", "Ten"))), slide("sld", body));
    let (layout, notes) = (
        slide("sldLayout", &LAYOUT.replace("TEXT", &p(&r("", "Confidential")))),
        slide("notes", &p(&r("", "Say hello"))),
    );
    let diagram = p(&r("", "Step one"));
    let data = format!(
        r#"<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:t>{diagram}</dgm:t></dgm:dataModel>"#
    );
    let drawing = data.replace("dgm:", "dsp:").replace("drawingml/2006/diagram", "x");
    pack(&[
        ("[Content_Types].xml", TYPES),
        ("ppt/presentation.xml", "<p/>"),
        ("ppt/slides/slide10.xml", &tenth),
        ("ppt/slides/slide2.xml", &second),
        ("ppt/slideLayouts/slideLayout1.xml", &layout),
        ("ppt/notesSlides/notesSlide1.xml", &notes),
        ("ppt/diagrams/data1.xml", &data),
        ("ppt/diagrams/drawing1.xml", &drawing),
    ])
}

/// A placeholder, and a box that every slide shows.
const LAYOUT: &str = r#"<p:spTree><p:sp><p:nvSpPr><p:cNvPr id="2" name="a"/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Click to edit</a:t></a:r></a:p></p:txBody></p:sp><p:grpSp><p:sp><p:nvSpPr><p:cNvPr id="3" name="b"/><p:nvPr/></p:nvSpPr><p:txBody>TEXT</p:txBody></p:sp></p:grpSp></p:spTree>"#;

fn translated(body: &str, translations: &[(&str, &str)]) -> String {
    let package = presentation(body);
    check_round_trip(
        &package,
        &[
            "ppt/slides/slide2.xml",
            "ppt/slides/slide10.xml",
            "ppt/slideLayouts/slideLayout1.xml",
            "ppt/notesSlides/notesSlide1.xml",
            "ppt/diagrams/data1.xml",
            "ppt/diagrams/drawing1.xml",
        ],
    );
    let (written, _) = translate(&package, translations);
    let slide = entry(&written, "ppt/slides/slide2.xml");
    let body = slide.split_once("<p:cSld>").and_then(|(_, rest)| rest.split_once("</p:cSld>"));
    body.expect("a slide").0.to_owned()
}

#[test]
fn slides_come_in_their_order_and_placeholders_are_left_alone() {
    let package = presentation(&p(&r("", "Two")));
    assert_eq!(texts(&open(&package)), ["Two", "Ten", "Say hello", "Confidential", "Step one"]);
    let (written, _) = translate(&package, &[("Step one", "Schritt eins"), ("Confidential", "Vertraulich")]);
    let layout = entry(&written, "ppt/slideLayouts/slideLayout1.xml");
    assert!(layout.contains("Vertraulich") && layout.contains("Click to edit"), "{layout}");
    assert!(entry(&written, "ppt/diagrams/data1.xml").contains("Schritt eins"));
    assert!(entry(&written, "ppt/diagrams/drawing1.xml").contains("Schritt eins"));
}

#[test]
fn language_and_proofing_do_not_divide_a_text() {
    let body = p(&(r(r#"<a:rPr lang="en-US" dirty="0"/>"#, "Hello ")
        + &r(r#"<a:rPr lang="de-DE" err="1"/>"#, "wor")
        + &r("", "ld, said ")
        + &r(r#"<a:rPr lang="en-US" b="1" dirty="0"><a:latin typeface="Arial"/></a:rPr>"#, "Anna")));
    let written = translated(&body, &[("Hello world, said Anna", "Anna sagte Hallo")]);
    let anna = r(r#"<a:rPr b="1"><a:latin typeface="Arial"/></a:rPr>"#, "Anna");
    assert_eq!(written, p(&(anna + &r("", " sagte Hallo"))));
}

#[test]
fn links_breaks_fields_and_tables() {
    let link = |text: &str| r(r#"<a:rPr><a:hlinkClick r:id="rId2"/></a:rPr>"#, text);
    let number = r#"<a:fld id="{1}" type="slidenum"><a:t>2</a:t></a:fld>"#;
    let body = p(&(r("", "See ")
        + &link("Wikipedia, the free encyclopedia")
        + "<a:br><a:rPr/></a:br>"
        + &r("", "Slide ")
        + number))
        + "<a:tbl><a:tr><a:tc><a:txBody>"
        + &p(&r("", "Cell"))
        + "</a:txBody></a:tc></a:tr></a:tbl>";
    let package = presentation(&body);
    let text = "See Wikipedia, the free encyclopedia\nSlide";
    assert_eq!(texts(&open(&package))[..2], [text, "Cell"]);
    let written =
        translated(&body, &[(text, "Siehe Wikipedia, the free encyclopedia\nFolie"), ("Cell", "Zelle")]);
    let expected = body.replace("See", "Siehe").replace("Slide ", "Folie ").replace("Cell", "Zelle");
    assert_eq!(written, expected);
}

#[test]
fn descriptions_of_pictures_keep_their_lines() {
    let body = r#"<p:pic><p:nvPicPr><p:cNvPr id="4" name="Picture 3" descr="A cat&#10;on a &quot;mat&quot;" title='The cat'/></p:nvPicPr></p:pic>"#;
    let written = translated(
        body,
        &[("A cat\non a \"mat\"", "Eine Katze\nauf einer \"Matte\""), ("The cat", "Anna's Katze")],
    );
    let expected = r#"<p:pic><p:nvPicPr><p:cNvPr id="4" name="Picture 3" descr="Eine Katze&#10;auf einer &quot;Matte&quot;" title='Anna&apos;s Katze'/></p:nvPicPr></p:pic>"#;
    assert_eq!(written, expected);
}

#[test]
fn tabs_are_characters_and_stay() {
    let body = p(&r("<a:rPr b=\"1\"/>", "Umsatz\t5 Mio."));
    let written = translated(&body, &[("Umsatz\n5 Mio.", "Sales\n5 m")]);
    let run = |text: &str| r("<a:rPr b=\"1\"/>", text);
    assert_eq!(written, p(&(run("Sales") + &run("\t") + &run("5 m"))));
}

#[test]
fn labels_of_charts_are_found_wherever_they_are_kept() {
    let chart = r#"<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:ser><c:tx><c:v>Series one</c:v></c:tx><c:cat><c:multiLvlStrRef><c:multiLvlStrCache><c:ptCount val="1"/><c:lvl><c:pt idx="0"><c:v>Spring</c:v></c:pt></c:lvl><c:lvl><c:pt idx="0"><c:v>Last year</c:v></c:pt></c:lvl></c:multiLvlStrCache></c:multiLvlStrRef></c:cat></c:ser><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Series two</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strLit><c:pt idx="0"><c:v>Apples</c:v></c:pt></c:strLit></c:cat></c:ser></c:chartSpace>"#;
    let modern = r#"<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><cx:chartData><cx:data><cx:strDim type="cat"><cx:lvl><cx:pt idx="0">Pears</cx:pt></cx:lvl></cx:strDim></cx:data></cx:chartData><cx:title><cx:tx><cx:txData><cx:v>Waterfall</cx:v></cx:txData></cx:tx><cx:txPr><a:p><a:r><a:t>Waterfall</a:t></a:r></a:p></cx:txPr></cx:title></cx:chartSpace>"#;
    let shapes = r#"<c:userShapes xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:cdr="http://schemas.openxmlformats.org/drawingml/2006/chartDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><cdr:sp><cdr:nvSpPr><cdr:cNvPr id="2" name="a" descr="A box"/></cdr:nvSpPr><cdr:txBody><a:p><a:r><a:t>In the chart</a:t></a:r></a:p></cdr:txBody></cdr:sp></c:userShapes>"#;
    let part = |name: &str, kind: &str| {
        format!(r#"<Override PartName="/{name}" ContentType="application/{kind}+xml"/>"#)
    };
    let types = TYPES.replace(
        "</Types>",
        &(part("ppt/charts/chart1.xml", "vnd.openxmlformats-officedocument.drawingml.chart")
            + &part("ppt/charts/chartEx1.xml", "vnd.ms-office.chartex")
            + &part("ppt/drawings/drawing1.xml", "vnd.openxmlformats-officedocument.drawingml.chartshapes")
            + "</Types>"),
    );
    let parts = [
        ("ppt/charts/chart1.xml", chart),
        ("ppt/charts/chartEx1.xml", modern),
        ("ppt/drawings/drawing1.xml", shapes),
    ];
    let mut entries = vec![("[Content_Types].xml", types.as_str())];
    entries.extend(parts);
    let package = pack(&entries);
    let mut found = texts(&open(&package)).into_iter().map(str::to_owned).collect::<Vec<_>>();
    found.sort();
    let expected = [
        "A box",
        "Apples",
        "In the chart",
        "Last year",
        "Pears",
        "Series one",
        "Series two",
        "Spring",
        "Waterfall",
    ];
    assert_eq!(found, expected);
    check_round_trip(&package, &parts.map(|(name, _)| name));
    let (written, _) = translate(&package, &[("Waterfall", "Wasserfall")]);
    assert_eq!(entry(&written, "ppt/charts/chartEx1.xml"), modern.replace("Waterfall", "Wasserfall"));
}
