//! PDF: the layout of a page becomes paragraphs, headings, lists, tables and an order of reading.

mod pdf_files;

use documents::Place;
use documents::pdf::{Line, Role, read};
use pdf_files::{file, left_alone, page, pages, stream, written};

/// Lines of text at these places, in points, in Helvetica of 10 points.
fn lines(lines: &[(f64, f64, &str)]) -> String {
    let one = |(x, y, text): &(f64, f64, &str)| format!("BT /F1 10 Tf {x} {y} Td ({text}) Tj ET ");
    lines.iter().map(one).collect()
}

#[test]
fn columns_are_read_one_after_the_other() {
    let mut all =
        vec![(72.0, 740.0, "A line that runs across both of the columns of this page, from edge to edge")];
    let left = [
        "The first line of the left column is long",
        "and so is the second line of this column",
        "whose last line is the third one, and ends.",
    ];
    let right = [
        "The right column has text of its own here",
        "that goes on in the second of its lines",
        "and ends with the last line of the page.",
    ];
    for (row, (left, right)) in left.into_iter().zip(right).enumerate() {
        let y = 700.0 - 12.0 * row as f64;
        all.extend([(72.0, y, left), (320.0, y, right)]);
    }
    let expected = "A line that runs across both of the columns of this page, from edge to edge\n\n\
        The first line of the left column is long and so is the second line of this column whose last line is the third one, and ends.\n\n\
        The right column has text of its own here that goes on in the second of its lines and ends with the last line of the page.\n";
    assert_eq!(written(&page(&lines(&all))), Ok(expected.to_owned()));
}

#[test]
fn rows_of_cells_become_a_table() {
    let mut all = Vec::new();
    for (row, [a, b, c]) in
        [["Name", "Colour", "Price"], ["Apple", "red", "3.50"], ["Pear", "green | blue", "12"]]
            .into_iter()
            .enumerate()
    {
        let y = 700.0 - 14.0 * row as f64;
        all.extend([(72.0, y, a), (200.0, y, b), (320.0, y, c)]);
    }
    let expected = "| Name | Colour | Price |\n| --- | --- | --- |\n| Apple | red | 3.50 |\n| Pear | green \\| blue | 12 |\n";
    assert_eq!(written(&page(&lines(&all))), Ok(expected.to_owned()));
}

#[test]
fn lists_and_divided_words() {
    let text = lines(&[
        (72.0, 700.0, "Send an E-"),
        (72.0, 688.0, "mail about the e\\001cient di-"),
        (72.0, 676.0, "vision of Baden-"),
        (72.0, 664.0, "Baden."),
        (72.0, 630.0, "\\225 the first item"),
        (72.0, 618.0, "\\225 the second item"),
    ]);
    let expected = "Send an E-mail about the efficient division of Baden-Baden.\n\n- the first item\n- the second item\n";
    assert_eq!(written(&page(&text)), Ok(expected.to_owned()));
}

#[test]
fn footnote_marks_are_raised_digits() {
    let text = "BT /F1 10 Tf 72 700 Td (Water is H) Tj /F1 6 Tf -2 Ts (2) Tj /F1 10 Tf 0 Ts (O, they say) Tj /F1 6 Tf 4 Ts (12) Tj ET";
    assert_eq!(written(&page(text)), Ok("Water is H₂O, they say¹²\n".to_owned()));
}

#[test]
fn repeated_headers_come_once_and_page_numbers_go() {
    let texts = [
        "The text of the first page ends in the middle of",
        "a sentence. Then it ends.",
        "Total 17",
        "Total 18",
    ];
    let page = |(index, text): (usize, &str)| {
        lines(&[
            (72.0, 770.0, "The Yearly Report"),
            (72.0, 600.0, text),
            (300.0, 20.0, &format!("{}", index + 1)),
        ])
    };
    let contents: Vec<String> = texts.into_iter().enumerate().map(page).collect();
    let expected = "The Yearly Report\n\nThe text of the first page ends in the middle of a sentence. Then it ends.\n\nTotal 17\n\nTotal 18\n";
    assert_eq!(written(&pages(&contents)), Ok(expected.to_owned()));
}

#[test]
fn paragraphs_keep_their_places_fonts_and_colours() {
    let text = "1 0 0 rg BT /F2 12 Tf 72 700 Td (Red and bold) Tj ET 0 g BT /F1 9 Tf 0 1 -1 0 50 400 Tm (Turned) Tj ET";
    let reading = read(&page(text)).expect("a PDF");
    let lines: Vec<&Line> =
        reading.pages[0].paragraphs.iter().flat_map(|paragraph| &paragraph.lines).collect();
    let [red, turned] = lines[..] else { panic!("{lines:?}") };
    assert_eq!((red.text.as_str(), red.style.font.as_str()), ("Red and bold", "Helvetica-Bold"));
    assert_eq!((red.style.color, red.style.bold, red.style.size, red.angle), ([255, 0, 0], true, 12.0, 0.0));
    assert!(
        red.area.left == 72.0 && red.area.bottom < 700.0 && red.area.top > 705.0 && red.area.right > 130.0
    );
    assert_eq!((turned.text.as_str(), turned.angle, turned.style.color), ("Turned", 90.0, [0; 3]));
    assert!(turned.area.bottom == 400.0 && turned.area.top > 420.0 && turned.area.left < 50.0);
    assert!((reading.pages[0].width, reading.pages[0].height) == (612.0, 792.0));
    assert_eq!(reading.pages[0].paragraphs[0].role, Role::Body);
}

#[test]
fn vertical_japanese_is_read_from_the_right() {
    let text =
        "BT /F3 14 Tf 300 700 Td <4eca65e5306f5929> Tj ET BT /F3 14 Tf 280 700 Td <6c17304c30443044> Tj ET";
    assert_eq!(written(&page(text)), Ok("今日は天気がいい\n".to_owned()));
}

#[test]
fn text_that_a_font_does_not_tell_is_named() {
    let text = "BT /F4 14 Tf 72 700 Td <00010002> Tj ET BT /F1 14 Tf 72 600 Td (Known words) Tj ET";
    let page_of = page(text);
    let expected = "<!-- page 1: text that cannot be decoded is missing here -->\n\nKnown words\n";
    assert_eq!(written(&page_of), Ok(expected.to_owned()));
    assert_eq!(left_alone(&page_of, Place::UnreadablePage), 1);
    let error = written(&page("BT /F4 14 Tf 72 700 Td <00010002> Tj ET")).expect_err("unknown text");
    assert!(error.to_string().contains("do not tell which characters"), "{error}");
}

#[test]
fn text_that_is_not_painted_is_read_once() {
    let hidden = "BT 3 Tr /F1 10 Tf 72 700 Td (Recognised words) Tj ET";
    let expected = "<!-- page 1: text that is not painted, as a scan's, is read -->\n\nRecognised words\n";
    assert_eq!(written(&page(hidden)), Ok(expected.to_owned()));
    let both = format!("{hidden} BT 0 Tr /F1 10 Tf 72.5 700 Td (Recognised words) Tj ET");
    assert!(written(&page(&both)).is_ok_and(|text| text.matches("Recognised").count() == 1));
    let bold = "BT /F1 10 Tf 72 700 Td (Still all) Tj ET BT /F1 10 Tf 72.4 700 Td (Still all) Tj ET";
    assert_eq!(written(&page(bold)), Ok("Still all\n".to_owned()));
}

#[test]
fn values_of_fields_are_read_and_comments_are_counted() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 8 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Annots [4 0 R 5 0 R 6 0 R] /Resources << /Font << /F1 7 0 R >> >> >>",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (\\376\\377\\145\\345\\147\\054) /Rect [72 700 300 720] >>",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (town) /V (Graz) /Rect [72 660 300 680] >>",
        "<< /Type /Annot /Subtype /Text /Contents (Is this so?) /Rect [400 700 420 720] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Outlines /First 9 0 R /Last 9 0 R /Count 1 >>",
        "<< /Title (Chapter) /Parent 8 0 R >>",
    ];
    let form = file(&objects.map(|object| object.as_bytes().to_vec()));
    assert_eq!(written(&form), Ok("日本\n\nGraz\n".to_owned()));
    assert_eq!(left_alone(&form, Place::PageComment), 1);
    assert_eq!(left_alone(&form, Place::Bookmark), 1);
}

#[test]
fn texts_over_one_another_are_read_one_after_the_other() {
    let text = lines(&[(72.0, 700.0, "Name of the house"), (75.0, 700.3, "4711 0815 2026 31")]);
    assert_eq!(written(&page(&text)), Ok("Name of the house 4711 0815 2026 31\n".to_owned()));
    // Letters that are set one by one, out of order, stand beside one another all the same.
    let text = "BT /F1 10 Tf 72 700 Td (H us) Tj ET BT /F1 10 Tf 79.5 700 Td (o) Tj 13 0 Td (e) Tj ET";
    assert_eq!(written(&page(text)).map(|text| text.len()), Ok("House\n".len()));
}

#[test]
fn ends_of_lines_in_strings_are_blanks() {
    let text = "BT /F1 10 Tf 72 700 Td (One line\\012and the other\\011one) Tj ET";
    let page = page(text);
    assert_eq!(written(&page), Ok("One line and the other one\n".to_owned()));
    assert_eq!(left_alone(&page, Place::UnreadablePage), 0);
}

/// A page that shows `text` in a font with these entries, and Helvetica's widths.
fn in_font(entries: &str, map: &str, text: &str) -> Vec<u8> {
    file(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        stream("", format!("BT /F1 12 Tf 72 700 Td {text} Tj ET").as_bytes()),
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {entries} >>").into_bytes(),
        stream("", map.as_bytes()),
    ])
}

#[test]
fn numbers_of_glyphs_are_no_characters() {
    let encoding = |names: &str| format!("/Encoding << /Differences [{names}] >>");
    for (names, text) in [
        ("65 /c41 /c42 /c43", "ABC\n"),
        ("65 /a65 /a66 /a67", "ABC\n"),
        ("65 /C0041 /C0042 /C0043", "ABC\n"),
        ("65 /X /Y /Zcaron", "XYŽ\n"),
    ] {
        assert_eq!(written(&in_font(&encoding(names), "", "(ABC)")), Ok(text.to_owned()), "{names}");
    }
    for names in ["65 /g936 /g1007 /g1004", "65 /cid12 /cid13 /cid14", "65 /glyph3 /glyph5 /glyph9"] {
        let error = written(&in_font(&encoding(names), "", "(ABC)")).expect_err(names);
        assert!(error.to_string().contains("do not tell which characters"), "{names}: {error}");
    }
}

#[test]
fn maps_of_codes_without_blanks_are_read() {
    let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def/CMapType 2 def1 \
        begincodespacerange <20> <23> endcodespacerange3 beginbfchar<20> <00DC><21> <00E4><22> <00F5>endbfchar\
        endcmap CMapName currentdict /CMap defineresource pop end end";
    let font = "/Encoding /WinAnsiEncoding /ToUnicode 6 0 R";
    assert_eq!(written(&in_font(font, map, "(!b\" r)")), Ok("äbõÜr\n".to_owned()));
}
