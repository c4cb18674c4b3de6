//! Which blocks continue the text of the block before them.

mod packages;

use documents::{Document, Format, ReadOptions};
use packages::pack;

/// The blocks of a document; those that follow the block before begin with `+`.
fn marked(document: &Document) -> Vec<String> {
    let blocks = document.blocks().iter();
    blocks.map(|block| format!("{}{}", if block.follows { "+" } else { "" }, block.text)).collect()
}

fn read(format: Format, source: &str) -> Vec<String> {
    let options = ReadOptions { from: Some("de".into()), to: Some("en".into()), ..ReadOptions::default() };
    marked(&Document::parse_with(format, source.as_bytes(), &options).expect("is read"))
}

#[test]
fn paragraphs_follow_each_other_up_to_the_next_heading() {
    for (format, source) in [
        (
            Format::Text,
            "Die Pumpe\n\nSie ist neu.\n- Sie läuft leise.\n\n\nDie Heizung\n\nEr ist alt.\n\n***\n\nWir warten.\n",
        ),
        (
            Format::Markdown,
            "# Die Pumpe\n\nSie ist *neu*.\n\n- Sie läuft leise.\n\n## Die Heizung\n\nEr ist alt.\n\n***\n\nWir warten.\n",
        ),
        (
            Format::Markdown,
            "Die Pumpe\n=========\nSie ist neu.\n\n> Sie läuft leise.\n\nDie Heizung\n---\n\nEr ist alt.\n\n* * *\nWir warten.\n",
        ),
        (
            Format::Html,
            "<h1>Die Pumpe</h1><p>Sie ist <b>neu</b>.</p><ul><li>Sie läuft leise.</li></ul><h2>Die Heizung</h2><p>Er ist alt.</p><hr><p>Wir warten.</p>",
        ),
        (
            Format::Rst,
            "Die Pumpe\n=========\n\nSie ist neu.\n\n- Sie läuft leise.\n\nDie Heizung\n-----------\n\nEr ist alt.\n\n----\n\nWir warten.\n",
        ),
        (
            Format::AsciiDoc,
            "Die Pumpe\n~~~~~~~~~\n\nSie ist neu.\n\n* Sie läuft leise.\n\nDie Heizung\n~~~~~~~~~~~\n\nEr ist alt.\n\n'''\n\nWir warten.\n",
        ),
        (
            Format::AsciiDoc,
            "= Die Pumpe\n\nSie ist neu.\n\n* Sie läuft leise.\n\n== Die Heizung\n\nEr ist alt.\n\n'''\n\nWir warten.\n",
        ),
    ] {
        let expected =
            ["Die Pumpe", "+Sie ist neu.", "+Sie läuft leise.", "Die Heizung", "+Er ist alt.", "Wir warten."];
        assert_eq!(read(format, source), expected, "{format:?}: {source}");
    }
    let latex = "\\documentclass{article}\n\\begin{document}\n\\section{Die Pumpe}\nSie ist neu.\n\nSie läuft leise.\n\n\\subsection{Die Heizung}\nEr ist alt.\n\\end{document}\n";
    assert_eq!(
        read(Format::Latex, latex),
        ["Die Pumpe", "+Sie ist neu.", "+Sie läuft leise.", "Die Heizung", "+Er ist alt."]
    );
}

#[test]
fn cells_attributes_and_what_is_inside_a_paragraph_stand_alone() {
    for (format, source, expected) in [
        (
            Format::Markdown,
            "Davor steht Text.\n\n| Name | Farbe |\n|---|---|\n| Haus | rot |\n\nDanach auch.\n",
            &["Davor steht Text.", "Name", "Farbe", "Haus", "rot", "Danach auch."][..],
        ),
        (
            Format::Html,
            "<p>Davor.</p><table><tr><td><p>Ein Haus.</p><p>Es ist rot.</p></td><td>Ein Hof.</td></tr></table><p>Danach.</p><p>Und <img alt=\"ein Bild\"> so.</p><p>Ende.</p>",
            &["Davor.", "Ein Haus.", "+Es ist rot.", "Ein Hof.", "Danach.", "+Und so.", "ein Bild", "Ende."],
        ),
        (
            Format::Text,
            "Name           Farbe\nHaus           rot\nHof            blau\n\nDanach auch.\n",
            &["Name", "Farbe", "Haus", "rot", "Hof", "blau", "Danach auch."],
        ),
        (
            Format::Csv,
            "name,text\na,Das Haus ist rot.\nb,Es ist alt.\n",
            &["Das Haus ist rot.", "Es ist alt."],
        ),
        (
            Format::Json,
            "{\"a\": \"Das Haus ist rot.\", \"b\": \"Es ist alt.\"}",
            &["Das Haus ist rot.", "Es ist alt."],
        ),
        (
            Format::Po,
            "msgid \"The house is red.\"\nmsgstr \"\"\n\nmsgid \"It is old.\"\nmsgstr \"\"\n",
            &["The house is red.", "It is old."],
        ),
    ] {
        assert_eq!(read(format, source), expected, "{format:?}: {source}");
    }
}

/// What is after a block is looked at for each block.
#[test]
fn a_long_line_of_many_cells_is_read_at_once() {
    let cells = "| rotes Haus ".repeat(20_000);
    let table = read(Format::Markdown, &format!("{cells}|\n{}|\n", "|---".repeat(20_000)));
    assert!(table.iter().all(|block| block == "rotes Haus"), "{:?}", table.first());
}

#[test]
fn cues_follow_unless_a_long_pause_or_another_track_is_between_them() {
    let subrip = "1\n00:00:01,000 --> 00:00:03,000\nDie Pumpe ist neu.\n\n2\n00:00:04,000 --> 00:00:06,000\n- Sie läuft.\n- Wo ist er?\n\n3\n00:00:12,000 --> 00:00:14,000\nViel später.\n";
    assert_eq!(
        read(Format::SubRip, subrip),
        ["Die Pumpe ist neu.", "+Sie läuft.", "+Wo ist er?", "Viel später."]
    );
    let vtt = "WEBVTT\n\n00:01.000 --> 00:03.000\nDie Pumpe ist neu.\n\n00:04.000 --> 00:06.000 line:1\nSie läuft.\n\n1:00:04.000 --> 1:00:06.000\nViel später.\n";
    assert_eq!(read(Format::WebVtt, vtt), ["Die Pumpe ist neu.", "+Sie läuft.", "Viel später."]);
    let ass = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,Die Pumpe ist neu.\nDialogue: 0,0:00:03.50,0:00:06.00,Default,,0,0,0,,Sie läuft.\nDialogue: 0,0:00:00.00,0:00:09.00,Sign,,0,0,0,,Ein Schild steht da.\n";
    assert_eq!(read(Format::Ass, ass), ["Die Pumpe ist neu.", "+Sie läuft.", "Ein Schild steht da."]);
}

const WORD_TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>"#;

/// Word names its headings in English, but their identifiers are in the language of the program.
#[test]
fn a_heading_of_word_is_known_by_its_style() {
    let p = |style: &str, text: &str| {
        let style = if style.is_empty() {
            String::new()
        } else {
            format!("<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>")
        };
        format!("<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = [
        p("berschrift1", "Die Pumpe"),
        p("Normal", "Sie ist neu."),
        p("", "Sie läuft leise."),
        p("Kapitel", "Die Heizung"),
        p("", "Er ist alt."),
        format!(
            "<w:tbl><w:tr><w:tc>{}{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
            p("", "Ein Haus."),
            p("", "Es ist rot."),
            p("", "Ein Hof.")
        ),
        p("", "Danach."),
        "<w:p><w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr><w:r><w:t>Der Anhang</w:t></w:r></w:p>".to_owned(),
    ]
    .concat();
    let space = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let main = format!("<w:document {space}><w:body>{body}</w:body></w:document>");
    let styles = format!(
        "<w:styles {space}><w:style w:type=\"paragraph\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style><w:style w:type=\"paragraph\" w:styleId=\"Kapitel\"><w:name w:val=\"Kapitel\"/><w:basedOn w:val=\"berschrift1\"/></w:style><w:style w:type=\"paragraph\" w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"Normal\"/></w:style></w:styles>"
    );
    let notes = format!(
        "<w:footnotes {space}><w:footnote w:id=\"1\">{}</w:footnote><w:footnote w:id=\"2\">{}</w:footnote></w:footnotes>",
        p("", "Eine Note."),
        p("", "Noch eine.")
    );
    let package = pack(&[
        ("[Content_Types].xml", WORD_TYPES),
        ("word/document.xml", &main),
        ("word/styles.xml", &styles),
        ("word/footnotes.xml", &notes),
    ]);
    let document = Document::parse(Format::Docx, &package).expect("is read");
    assert_eq!(
        marked(&document),
        [
            "Die Pumpe",
            "+Sie ist neu.",
            "+Sie läuft leise.",
            "Die Heizung",
            "+Er ist alt.",
            "Ein Haus.",
            "+Es ist rot.",
            "Ein Hof.",
            "Danach.",
            "Der Anhang",
            "Eine Note.",
            "Noch eine.",
        ]
    );
}

const SLIDE_TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/><Override PartName="/ppt/slides/slide1.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.slide+xml"/><Override PartName="/ppt/slides/slide2.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.slide+xml"/></Types>"#;

#[test]
fn paragraphs_follow_within_a_shape_and_never_across_slides() {
    let shape = |texts: &[&str]| {
        let paragraphs: String =
            texts.iter().map(|text| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")).collect();
        format!("<p:sp><p:txBody>{paragraphs}</p:txBody></p:sp>")
    };
    let slide = |body: &str| {
        format!(
            "<p:sld xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><p:cSld><p:spTree>{body}</p:spTree></p:cSld></p:sld>"
        )
    };
    let first = slide(&[shape(&["Die Pumpe"]), shape(&["Sie ist neu.", "Sie läuft leise."])].concat());
    let second = slide(&shape(&["Er ist alt."]));
    let package = pack(&[
        ("[Content_Types].xml", SLIDE_TYPES),
        ("ppt/presentation.xml", "<p/>"),
        ("ppt/slides/slide1.xml", &first),
        ("ppt/slides/slide2.xml", &second),
    ]);
    let document = Document::parse(Format::Pptx, &package).expect("is read");
    assert_eq!(marked(&document), ["Die Pumpe", "Sie ist neu.", "+Sie läuft leise.", "Er ist alt."]);
}

#[test]
fn headings_cells_and_frames_of_open_document_begin_anew() {
    let body = "<text:h text:outline-level=\"1\">Die Pumpe</text:h><text:p>Sie ist neu.</text:p><text:p>Sie läuft leise.</text:p><table:table><table:table-row><table:table-cell><text:p>Ein Haus.</text:p></table:table-cell><table:table-cell><text:p>Ein Hof.</text:p></table:table-cell></table:table-row></table:table><text:p>Danach.</text:p><text:p>Ende.</text:p>";
    let flat = format!(
        "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" office:mimetype=\"application/vnd.oasis.opendocument.text\"><office:body><office:text>{body}</office:text></office:body></office:document>"
    );
    assert_eq!(
        read(Format::Odt, &flat),
        ["Die Pumpe", "+Sie ist neu.", "+Sie läuft leise.", "Ein Haus.", "Ein Hof.", "Danach.", "+Ende."]
    );
}
