//! Properties on random paragraphs of Word and OpenDocument: writing the own text changes no byte; for any translation
//! the document stays well-formed and is read back as it, and no markup between words is lost.

mod packages;

use documents::{Document, FindingKind, Link, Translation};
use fastrand::Rng;
use packages::{entry, open, pack};

const DOCUMENTS: usize = 2000;

/// Pieces of Word's paragraphs, each whole; `%` is a number of its own.
const WORD: &[&str] = &[
    "<w:r><w:t>plain </w:t></w:r>",
    "<w:r><w:t xml:space=\"preserve\"> and more</w:t></w:r>",
    "<w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r>",
    "<w:r><w:rPr><w:b/><w:lang w:val=\"en\"/></w:rPr><w:t xml:space=\"preserve\"> bold too</w:t></w:r>",
    "<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\"> </w:t></w:r>",
    "<w:r><w:rPr><w:i/></w:rPr><w:t>日本語</w:t><w:footnoteReference w:id=\"%\"/><w:t>の文</w:t></w:r>",
    "<w:r><w:tab/><w:t>A &amp; B</w:t></w:r>",
    "<w:r><w:br/></w:r>",
    "<w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/></w:r>",
    "<w:r><w:footnoteReference w:id=\"%\"/></w:r>",
    "<w:bookmarkStart w:id=\"%\"/>",
    "<w:proofErr w:type=\"x\"/>",
    "<w:hyperlink r:id=\"%\"><w:r><w:rPr><w:u/></w:rPr><w:t>link </w:t></w:r><w:r><w:t>text</w:t></w:r></w:hyperlink>",
    "<w:hyperlink r:id=\"%\"><w:r><w:drawing/></w:r></w:hyperlink>",
    "<w:ins w:id=\"%\"><w:r><w:t xml:space=\"preserve\"> inserted </w:t></w:r></w:ins>",
    "<w:del w:id=\"%\"><w:r><w:delText>deleted</w:delText></w:r></w:del>",
    "<w:fldSimple w:instr=\"PAGE %\"><w:r><w:t>7</w:t></w:r></w:fldSimple>",
    "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>SEQ %</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>12</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
    "<w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>TOC %</w:instrText><w:fldChar w:fldCharType=\"separate\"/><w:t>x</w:t></w:r>",
    "<w:r><w:fldChar w:fldCharType=\"end\" w:id=\"%\"/></w:r>",
    "<w:sdt><w:sdtPr><w:id w:val=\"%\"/></w:sdtPr><w:sdtContent><w:r><w:t>control</w:t></w:r></w:sdtContent></w:sdt>",
    "<w:r><w:pict><w:txbxContent><w:p w:id=\"%\"><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    "<w:r><w:t>see https://a.b/c?d=1&amp;e=2 now</w:t></w:r>",
    "<w:r><w:t>&foo;x</w:t></w:r>",
    "<w:smartTag><w:r><w:t>Rome</w:t></w:r><w:bookmarkEnd w:id=\"%\"/></w:smartTag>",
    "<w:customXml><w:smartTag><w:r><w:t>new </w:t></w:r></w:smartTag><w:r><w:t>York</w:t></w:r></w:customXml>",
];

/// The same for OpenDocument.
const OPEN: &[&str] = &[
    "plain ",
    " and <!-- % --> more",
    "A &amp; B",
    "\n   ",
    "<text:span text:style-name=\"B\">bold</text:span>",
    "<text:span text:style-name=\"B\"> bold too </text:span>",
    "<text:span text:style-name=\"I\">italic <text:span text:style-name=\"B\">both<text:note text:id=\"%\"/></text:span></text:span>",
    "<text:span text:style-name=\"I\"><text:note text:id=\"%\"/></text:span>",
    "<text:span> no style</text:span>",
    "<text:a xlink:href=\"%\">link <text:span text:style-name=\"I\">text</text:span></text:a>",
    "<text:s/>",
    "<text:tab/>",
    "<text:span text:style-name=\"I\">a<text:line-break/>b</text:span>",
    "<text:bookmark text:name=\"%\"/>",
    "<text:page-number text:n=\"%\">7</text:page-number>",
    "<text:date text:n=\"%\">May</text:date>",
    "<draw:frame draw:name=\"%\"><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame>",
    "日本語の文",
    "<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とう</text:ruby-text></text:ruby>",
    "<text:meta>a <text:span text:style-name=\"I\">b</text:span></text:meta>",
];

/// An address that is in some texts too.
const ADDRESS: &str = "https://a.b/c?d=1&e=2";

const TRANSLATIONS: &[&str] = &[
    "Wort ",
    "bold",
    "link text",
    "7",
    "12",
    "日本語",
    " ",
    "\n",
    "<b>",
    "&amp;",
    "]]>",
    "\"",
    "\u{0}",
    "é😀",
    ".",
    ":",
    ADDRESS,
    "control",
    "A & B",
    "。",
    "text",
];

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/content.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

fn word(body: &str) -> Vec<u8> {
    let spaces =
        r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="r" xmlns:m="m""#;
    pack(&[
        ("[Content_Types].xml", TYPES),
        ("content.xml", &format!("<w:body {spaces}><w:p><w:pPr/>{body}</w:p></w:body>")),
    ])
}

fn open_text(body: &str) -> Vec<u8> {
    let spaces = r#"xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="l""#;
    pack(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &format!("<body {spaces}><text:p>{body}</text:p></body>")),
    ])
}

/// A random sequence of pieces in which every `%` is another number, and the marks with these numbers, which no
/// translation may lose.
fn body(rng: &mut Rng, pieces: &[&str]) -> (String, Vec<String>) {
    let (mut body, mut kept) = (String::new(), Vec::new());
    for number in 100..100 + rng.usize(0..9) {
        let piece = pieces[rng.usize(0..pieces.len())];
        body.push_str(&piece.replace('%', &number.to_string()));
        let paired = [
            "hyperlink r:id=\"%\"><w:r><w:rPr>",
            "<w:ins",
            "<w:sdt",
            "<text:a",
            "<w:fldChar w:fldCharType=\"begin\"/><w:instrText>TOC",
        ];
        if piece.contains('%') && !paired.iter().any(|start| piece.contains(start)) {
            kept.push(number.to_string());
        }
    }
    (body, kept)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

fn check(rng: &mut Rng, package: &[u8], kept: &[String]) -> usize {
    let document = open(package);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    let same = document.write(&own).expect("one for each");
    assert!(same.bytes == package && same.findings.is_empty());

    let random = |rng: &mut Rng| -> String {
        (0..rng.usize(0..8)).map(|_| TRANSLATIONS[rng.usize(0..TRANSLATIONS.len())]).collect()
    };
    let given: Vec<Translation> =
        document.blocks().iter().map(|_| Translation::from(format!("x{} y", random(rng)))).collect();
    let written = document.write(&given).expect("one for each");
    let source = entry(package, "content.xml");
    let text = entry(&written.bytes, "content.xml");
    assert!(!written.findings.iter().any(|finding| finding.kind == FindingKind::Refused), "{source}\n{text}");
    let read: Document = open(&written.bytes);
    assert_eq!(read.blocks().len(), given.len(), "{source}\n{text}");
    // A field whose number is missing in the translation is still kept, and a box may be moved before its paragraph.
    // So is an address.
    let bare = |text: &str| {
        letters(text).replace(|c: char| c.is_ascii_digit(), "").replace("https://a.b/c?d=&e=", "")
    };
    let mut found: Vec<String> = read.blocks().iter().map(|block| bare(&block.text)).collect();
    let mut wanted: Vec<String> = given.iter().map(|given| bare(&given.text)).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted, "{source}\n{text}");
    for number in kept {
        assert_eq!(
            text.matches(number.as_str()).count(),
            source.matches(number.as_str()).count(),
            "{number} of\n{source}\n{text}"
        );
    }
    given.len()
}

#[test]
fn paragraphs_of_word_survive_any_translation() {
    let mut rng = Rng::with_seed(11);
    let mut blocks = 0;
    for _ in 0..DOCUMENTS {
        let (body, kept) = body(&mut rng, WORD);
        blocks += check(&mut rng, &word(&body), &kept);
    }
    assert!(blocks > DOCUMENTS / 2, "{blocks} blocks");
}

#[test]
fn paragraphs_of_open_document_survive_any_translation() {
    let mut rng = Rng::with_seed(12);
    let mut blocks = 0;
    for _ in 0..DOCUMENTS {
        let (body, kept) = body(&mut rng, OPEN);
        blocks += check(&mut rng, &open_text(&body), &kept);
    }
    assert!(blocks > DOCUMENTS / 2, "{blocks} blocks");
}

/// Pieces of Word's paragraphs whose spaces must be kept; `%` is a number of its own.
const SPACED: &[&str] = &[
    "<w:r><w:t xml:space=\"preserve\"> plain words </w:t></w:r>",
    "<w:r><w:t xml:space=\"preserve\"> and more</w:t></w:r>",
    "<w:r><w:t>, so there.</w:t></w:r>",
    "<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\"> bold </w:t></w:r>",
    "<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\"> slanted</w:t></w:r>",
    "<w:r><w:footnoteReference w:id=\"%\"/></w:r>",
    "<w:r><w:t xml:space=\"preserve\"> note </w:t><w:footnoteReference w:id=\"%\"/><w:t xml:space=\"preserve\"> here</w:t></w:r>",
    "<w:bookmarkStart w:id=\"%\"/>",
    "<w:fldSimple w:instr=\"DATE %\"><w:r><w:t>today</w:t></w:r></w:fldSimple>",
    "<w:smartTag><w:r><w:t xml:space=\"preserve\"> Rome</w:t></w:r></w:smartTag>",
    "<m:oMath><m:r w:id=\"%\"/></m:oMath>",
];

/// The same for OpenDocument.
const SPACED_OPEN: &[&str] = &[
    " plain words ",
    " and more",
    ", so there.",
    "<text:span text:style-name=\"B\"> bold </text:span>",
    "<text:span text:style-name=\"I\"> slanted</text:span>",
    "<text:note text:id=\"%\"/>",
    "<text:bookmark text:name=\"%\"/>",
    "<text:date text:n=\"%\"><text:s/>May</text:date>",
    "<text:meta> Rome</text:meta>",
];

/// What a paragraph shows, with collapsed whitespace, and a mark for each element between words.
fn shown(xml: &str, marks: &[&str]) -> String {
    let body = xml.split_once("<w:pPr/>").or_else(|| xml.split_once("<text:p>")).expect("a paragraph").1;
    let mut out = String::new();
    let mut rest = body;
    while let Some((text, after)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = after.split_once('>').expect("well-formed");
        if let Some(mark) = marks.iter().find(|mark| tag.starts_with(**mark)) {
            out.push('§');
            // Its content is no text.
            let end = format!("</{mark}>");
            rest = if tag.ends_with('/') { after } else { after.split_once(&end).expect("its end").1 };
        } else {
            rest = after;
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").to_lowercase()
}

/// Checks a translation that is the text in capitals with each word linked to itself: no word moves, so no space may.
fn check_spaces(rng: &mut Rng, pieces: &[&str], pack: impl Fn(&str) -> Vec<u8>, marks: &[&str]) -> usize {
    let (body, _) = body(rng, pieces);
    let package = pack(&body);
    let document = open(&package);
    let capitals = |text: &str| {
        let mut links: Vec<Link> = Vec::new();
        for (at, _) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
            match links.last_mut() {
                Some(link) if link.source.end == at => link.source.end = at + 1,
                _ => links.push(Link { source: at..at + 1, target: 0..0 }),
            }
        }
        links.iter_mut().for_each(|link| link.target = link.source.clone());
        Translation { links, ..text.to_uppercase().into() }
    };
    let given: Vec<Translation> = document.blocks().iter().map(|block| capitals(&block.text)).collect();
    let written = document.write(&given).expect("one for each");
    let (source, text) = (entry(&package, "content.xml"), entry(&written.bytes, "content.xml"));
    assert_eq!(shown(&text, marks), shown(&source, marks), "{source}\n{text}");
    given.len()
}

#[test]
fn spaces_around_markup_between_words_are_kept() {
    let mut rng = Rng::with_seed(13);
    let mut blocks = 0;
    for _ in 0..DOCUMENTS {
        blocks += check_spaces(
            &mut rng,
            SPACED,
            word,
            &["w:footnoteReference", "w:bookmarkStart", "w:fldSimple", "m:oMath"],
        );
        blocks +=
            check_spaces(&mut rng, SPACED_OPEN, open_text, &["text:note", "text:bookmark", "text:date"]);
    }
    assert!(blocks > DOCUMENTS, "{blocks} blocks");
}
