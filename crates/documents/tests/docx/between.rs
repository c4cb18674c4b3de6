//! What stands between the words of a paragraph: fields, links, notes, pictures, bookmarks, and the blanks around them.

use documents::{FindingKind, SpanKind};

use crate::packages::{open, texts};
use crate::{b, document, p, r, translated};

pub fn field(instruction: &str, result: &str) -> String {
    format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>"#
    )
}

#[test]
fn fields_are_never_lost() {
    let number = field("PAGEREF _Toc1 \\h", &r("7"));
    let source = p(&(r("See page ") + &number + &r(" for details.")));
    let (body, problems) = translated(&source, &[("See page 7 for details.", "Näheres auf Seite 7.")]);
    assert_eq!(body, p(&(r("Näheres auf Seite ") + &number + &r("."))));
    assert_eq!(problems, []);
    let (body, problems) = translated(&source, &[("See page 7 for details.", "Näheres weiter hinten.")]);
    assert!(body.contains(&number), "{body}");
    assert_eq!(problems, [FindingKind::Moved]);

    let name = field("MERGEFIELD Name", &r("«Name»"));
    let source = p(&(r("Dear ") + &name + &r(", welcome!")));
    let (body, _) = translated(&source, &[("Dear , welcome!", "Willkommen, !")]);
    assert!(body.contains(&name), "{body}");
    let nested = field("IF 1 = 1", &(field("PAGE", &r("3")) + &r("x")));
    let source = p(&(r("Words before ") + &nested + &r(" and after.")));
    let (body, _) = translated(&source, &[("Words before and after.", "Wörter davor und danach.")]);
    assert!(body.contains(&nested), "{body}");
}

#[test]
fn links_go_around_their_words_again() {
    let link = |text: &str| {
        format!(
            r#"<w:hyperlink r:id="rId4" w:history="1"><w:r><w:rPr><w:rStyle w:val="Hyperlink"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:hyperlink>"#
        )
    };
    let source = p(&(r("Read the ") + &link("Rust Book") + &r(" today.")));
    let (body, problems) = translated(&source, &[("Read the Rust Book today.", "Lies heute das Rust Book.")]);
    assert_eq!(body, p(&(r("Lies heute das ") + &link("Rust Book") + &r("."))));
    assert_eq!(problems, []);

    let fielded = |text: &str| field("HYPERLINK \"https://a.b\"", &b(text));
    let source = p(&(r("Ask ") + &fielded("Anna") + &r(" now.")));
    let (body, problems) = translated(&source, &[("Ask Anna now.", "Frag jetzt Anna.")]);
    assert_eq!(body, p(&(r("Frag jetzt ") + &fielded("Anna") + &r("."))));
    assert_eq!(problems, []);
}

#[test]
fn notes_pictures_and_bookmarks_stay() {
    let mark =
        r#"<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="2"/></w:r>"#;
    let source = p(&(r("First claim")
        + mark
        + &r(" stands. Second")
        + r#"<w:bookmarkStart w:id="0" w:name="x"/>"#
        + &r(" claim")
        + r#"<w:bookmarkEnd w:id="0"/>"#
        + &r(" falls.")));
    let (body, _) = translated(
        &source,
        &[("First claim stands. Second claim falls.", "Die erste Behauptung steht. Die zweite fällt.")],
    );
    for kept in [mark, "<w:bookmarkStart", "<w:bookmarkEnd"] {
        assert_eq!(body.matches(kept).count(), 1, "{body}");
    }
    assert!(body.find("bookmarkStart") < body.find("bookmarkEnd"), "{body}");
}

#[test]
fn blanks_beside_notes_fields_and_boxes_stay() {
    let mark = "<w:r><w:footnoteRef/></w:r>";
    let (body, _) = translated(&p(&(mark.to_owned() + &r(" Siehe oben."))), &[("Siehe oben.", "See above.")]);
    assert_eq!(body, p(&(mark.to_owned() + &r(" See above."))));

    let name = field("MERGEFIELD Name", &r("«Name»"));
    let (body, _) = translated(&p(&(r("Herr ") + &name)), &[("Herr", "Mr")]);
    assert_eq!(body, p(&(r("Mr ") + &name)));
    // Scripts without spaces between words need none.
    let (body, _) = translated(&p(&(r("Herr ") + &name)), &[("Herr", "様")]);
    assert_eq!(body, p(&(r("様") + &name)));

    let choice =
        "<w:sdt><w:sdtPr><w:checkbox/></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>";
    let (body, _) = translated(&p(&(choice.to_owned() + &b(" Ja"))), &[("Ja", "Yes")]);
    assert_eq!(body, p(&(choice.to_owned() + &b(" Yes"))));
}

#[test]
fn blanks_around_what_stands_between_words_stay() {
    let formula = "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>";
    let source = p(&(r("Die Formel ") + formula + &r(" gilt.")));
    let (body, _) = translated(&source, &[("Die Formel gilt.", "The Formel applies.")]);
    assert_eq!(body, p(&(r("The Formel ") + formula + &r(" applies."))));
    let (body, _) = translated(&source, &[("Die Formel gilt.", "公式Formelが成り立つ。")]);
    assert_eq!(body, p(&(r("公式Formel ") + formula + &r("が成り立つ。"))));

    let name = field("MERGEFIELD Name", &r("«Name»"));
    let source = p(&(r("Sehr geehrter Herr ") + &name + &r(",")));
    for greeting in ["Dear Mr,", "Dear Mr ,"] {
        let (body, _) = translated(&source, &[("Sehr geehrter Herr ,", greeting)]);
        assert_eq!(body.matches(&(r("Dear Mr ") + &name)).count(), 1, "{body}");
        assert!(body.ends_with(&(name.clone() + &r(",") + "</w:p>")), "{body}");
    }
    // A mark next to its word stays next to it.
    let mark = "<w:r><w:footnoteReference w:id=\"2\"/></w:r>";
    let source = p(&(r("Das ist wahr") + mark + &r(", sagt er.")));
    let (body, _) = translated(&source, &[("Das ist wahr, sagt er.", "This is wahr, he says.")]);
    assert_eq!(body, p(&(r("This is wahr") + mark + &r(", he says."))));
}

#[test]
fn hidden_marks_of_words_are_no_text() {
    let source = p(&r("Ent\u{ad}wick\u{ad}lung im Lade\u{200b}netz"));
    let (body, _) = translated(&source, &[("Entwicklung im Ladenetz", "Deve\u{ad}lopment")]);
    assert_eq!(body, p(&r("Development")));
}

#[test]
fn references_are_part_of_their_sentence() {
    let reference = |text: &str| field("REF _Ref1 \\h", &r(text));
    let source = p(&(r("Wie in ") + &reference("Abbildung 3") + &r(" gezeigt.")));
    let (body, problems) =
        translated(&source, &[("Wie in Abbildung 3 gezeigt.", "Gezeigt wie in Abbildung 3.")]);
    assert_eq!(body, p(&(r("Gezeigt wie in ") + &reference("Abbildung 3") + &r("."))));
    assert_eq!(problems, []);
    let simple = format!("<w:fldSimple w:instr=\" TITLE \">{}</w:fldSimple>", r("Mein Bericht"));
    assert_eq!(texts(&open(&document(&p(&simple), &[]))), ["Mein Bericht"]);
    // A bare number must be in the translation.
    let source = p(&(r("Siehe Kapitel ") + &field("REF _Ref2 \\r", &r("3.2"))));
    let document = open(&document(&source, &[]));
    assert_eq!(document.blocks()[0].spans[0].kind, SpanKind::Locked);
}
