//! Fields of Word documents: the texts in their instructions, and their results.

mod packages;

use documents::{Document, Place};
use packages::{check_round_trip, entry, open, pack, texts, translate};

fn word(body: &str) -> Vec<u8> {
    let types = r#"<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    let main = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    pack(&[("[Content_Types].xml", types), ("word/document.xml", &main)])
}

fn mark(kind: &str) -> String {
    format!(r#"<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>"#)
}

fn text(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

/// A paragraph with a field, whose instruction is in these pieces, between words.
fn paragraph(instruction: &[&str], result: &str) -> Vec<u8> {
    let pieces = instruction.iter().map(|piece| format!("<w:r><w:instrText>{piece}</w:instrText></w:r>"));
    let pieces: String = pieces.collect();
    let result = if result.is_empty() { String::new() } else { mark("separate") + &text(result) };
    word(&format!("<w:p>{}{}{pieces}{result}{}</w:p>", text("Look at "), mark("begin"), mark("end")))
}

fn left(document: &Document, place: Place) -> usize {
    document.left_alone().count(place)
}

fn main_part(package: &[u8], translations: &[(&str, &str)]) -> String {
    check_round_trip(package, &["word/document.xml"]);
    let (written, findings) = translate(package, translations);
    assert_eq!(findings, []);
    entry(&written, "word/document.xml")
}

#[test]
fn quotes_and_backslashes_of_screen_tips_are_escaped() {
    let source = [r#" HYPERLINK "http://a.example" \o "Say \"hi\" in C:\\Temp &amp; go" "#];
    let package = paragraph(&source, "the page");
    let tip = r#"Say "hi" in C:\Temp & go"#;
    assert_eq!(texts(&open(&package)), ["Look at the page", tip]);
    let written = main_part(&package, &[(tip, r#"Sag "ja" in C:\Temp"#)]);
    assert!(written.contains(r#"\o "Sag \&quot;ja\&quot; in C:\\Temp" <"#), "{written}");
    // The same in an attribute, and in a part of the instruction.
    let simple = r#"<w:p><w:fldSimple w:instr=" hyperlink &quot;http://a.example&quot; \O &quot;Open \&quot;it\&quot;&quot;"><w:r><w:t>the page</w:t></w:r></w:fldSimple></w:p>"#;
    let written = main_part(&word(simple), &[(r#"Open "it""#, r#"Öffne "es""#)]);
    assert!(written.contains(r#"\O &quot;Öffne \&quot;es\&quot;&quot;">"#), "{written}");
    let divided = paragraph(&[r#" HYPERLINK "http://"#, r#"a.example" \o "#, r#""Open it" "#], "the page");
    let written = main_part(&divided, &[("Open it", "Öffnen")]);
    assert!(written.contains(r#"<w:instrText>"Öffnen" <"#), "{written}");
    let split = paragraph(&[r#" HYPERLINK "http://a.example" \o "Open "#, r#"it" "#], "the page");
    assert_eq!(texts(&open(&split)), ["Look at the page"]);
    assert_eq!(left(&open(&split), Place::FieldText), 1);
}

#[test]
fn entries_of_indexes_and_words_of_buttons_are_translated() {
    let package = paragraph(&[r#" XE "Lion:King \"Leo\"" \t "See also tiger" "#], "");
    let written = main_part(
        &package,
        &[(r#"Lion:King "Leo""#, r#"Löwe:König "Leo""#), ("See also tiger", "Siehe Tiger")],
    );
    assert!(written.contains(r#" XE "Löwe:König \&quot;Leo\&quot;" \t "Siehe Tiger" <"#), "{written}");
    let package = paragraph(&[" MACROBUTTON NoMacro Type your name here "], "");
    let written = main_part(&package, &[("Type your name here", "Hier den Namen")]);
    assert!(written.contains(" MACROBUTTON NoMacro Hier den Namen <"), "{written}");
}

#[test]
fn texts_that_a_field_computes_with_are_counted() {
    let package = paragraph(&[r#" IF 1 = 1 "Dear Sir" "Dear Madam" "#], "Dear Sir");
    let document = open(&package);
    assert_eq!(texts(&document), ["Look at"]);
    assert_eq!(left(&document, Place::FieldText), 2);
    assert_eq!(left(&document, Place::FieldResult), 1);
    // Numbers are no texts; what a link shows is translated.
    let document = open(&paragraph(&[" PAGE "], "3"));
    assert!(document.left_alone().is_empty(), "{}", document.left_alone());
    let document = open(&paragraph(&[" REF name "], "the page"));
    assert!(document.left_alone().is_empty(), "{}", document.left_alone());
    let long = format!(" QUOTE \"{}\" ", "word ".repeat(20_000));
    assert_eq!(left(&open(&paragraph(&[&long], "")), Place::FieldText), 1);
}

#[test]
fn dates_and_the_first_text_of_a_form() {
    let date = r#"<w:p><w:r><w:t>On </w:t></w:r><w:sdt><w:sdtPr><w:date/></w:sdtPr><w:sdtContent><w:r><w:t>Monday</w:t></w:r></w:sdtContent></w:sdt></w:p>"#;
    assert_eq!(left(&open(&word(date)), Place::FieldResult), 1);
    let form = format!(
        r#"<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:textInput><w:default w:val="Your name"/></w:textInput></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMTEXT </w:instrText></w:r>{}{}{}</w:p>"#,
        mark("separate"),
        text("Your name"),
        mark("end")
    );
    let written = main_part(&word(&form), &[("Your name", "Ihr Name")]);
    assert!(written.contains(r#"<w:default w:val="Ihr Name"/>"#), "{written}");
}
