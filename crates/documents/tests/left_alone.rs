//! Places whose text is left on purpose are counted.

mod packages;

use documents::{Document, Format, Place, ReadOptions};

fn count(name: &str, bytes: &[u8], place: Place) -> usize {
    let format = Format::detect(name, bytes).expect("a known format");
    Document::parse(format, bytes).expect("a readable document").left_alone().count(place)
}

#[test]
fn texts_in_svg_pictures_are_counted() {
    let picture = "<p>A picture: <svg><title>Sales</title><text>May</text><text>42</text></svg></p>";
    assert_eq!(count("a.html", picture.as_bytes(), Place::SvgText), 1);
    assert_eq!(count("a.md", format!("Hello\n\n<div>{picture}</div>\n").as_bytes(), Place::SvgText), 1);
    let document = Document::parse(Format::Html, b"<p>Nothing is left here.</p>").expect("reads");
    assert!(document.left_alone().is_empty());
}

#[test]
fn values_that_look_like_code_are_counted_if_they_have_a_word() {
    let json = r#"{"title": "The house is big.", "mode": "production", "run": "git pull --rebase", "url": "https://example.org",
        "id": "a_b-c", "price": "3.50", "size": "checkBox"}"#;
    assert_eq!(count("a.json", json.as_bytes(), Place::CodeValue), 2);
    let yaml =
        "title: The house is big.\nmode: production\nrun: git pull --rebase\nurl: https://example.org\n";
    assert_eq!(count("a.yml", yaml.as_bytes(), Place::CodeValue), 2);
    let properties =
        "title=The house is big.\ndate=EEE, d MMM yyyy\nrun=git pull --rebase\nurl=https://example.org\n";
    assert_eq!(count("a.properties", properties.as_bytes(), Place::CodeValue), 2);
    let strings = "\"a\" = \"The house\";\n\"b\" = \"git pull --rebase\";\n";
    assert_eq!(count("a.strings", strings.as_bytes(), Place::CodeValue), 1);
    let android = "<resources><string name=\"a\">The house</string><string name=\"b\">git pull --rebase</string></resources>";
    assert_eq!(count("strings.xml", android.as_bytes(), Place::CodeValue), 1);
    let resx = "<root><resheader name=\"a\"/><data name=\"a\"><value>The house</value></data>\
        <data name=\"b\"><value>EEE, d MMM yyyy</value></data></root>";
    assert_eq!(count("a.resx", resx.as_bytes(), Place::CodeValue), 1);
}

#[test]
fn messages_with_forms_of_icu_in_catalogues_are_counted() {
    let header = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n";
    let po = format!(
        "{header}msgid \"{{n, plural, one {{# file}} other {{# files}}}}\"\nmsgstr \"\"\n\n\
        msgid \"You have {{n, plural, one {{# file}} other {{# files}}}} left\"\nmsgstr \"\"\n\nmsgid \"Hello {{name}}\"\nmsgstr \"\"\n"
    );
    assert_eq!(count("a.po", po.as_bytes(), Place::Message), 2);
    assert_eq!(count("a.po", po.as_bytes(), Place::CodeValue), 0);
}

#[test]
fn lines_in_the_cells_of_a_table_are_no_rows() {
    let lines = "\t<li>A thing</li>\n".repeat(9);
    let table = format!(
        "id,kind,text\n1,page,\"See \"\"this\"\":\n<ul>\n{lines}</ul>\"\n2,page,Nothing more to say here\n"
    );
    let columns = documents::table_columns(table.as_bytes()).expect("readable");
    let titles: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
    assert_eq!(titles, ["id", "kind", "text"]);
}

#[test]
fn titles_and_codes_of_tables_are_counted() {
    let table = "name,colour,code\nThe red house,light red,a1\nA big tree,dark green,b2\n";
    assert_eq!(count("a.csv", table.as_bytes(), Place::ColumnTitle), 3);
    assert_eq!(count("a.csv", table.as_bytes(), Place::CodeValue), 0);
    let table = "name\tmode\nThe red house\ton\nA big tree\toff\nA lake\ton\n";
    assert_eq!(count("a.tsv", table.as_bytes(), Place::CodeValue), 3);
}

#[test]
fn words_in_formulas_are_counted() {
    let page =
        "<p>So <math alttext=\"x if it is big\"><mi>x</mi><mtext>if</mtext><mn>2</mn></math> holds.</p>";
    assert_eq!(count("a.html", page.as_bytes(), Place::FormulaText), 2);
    let page = "<p>So <math alttext=\"1 + 2\"><mi>x</mi><mo>+</mo></math> holds.</p>";
    assert_eq!(count("a.html", page.as_bytes(), Place::FormulaText), 0);
}

#[test]
fn a_unit_beyond_the_limits_is_left_alone() {
    let deep = "<g id=\"1\">".repeat(300) + "deep" + &"</g>".repeat(300);
    let xliff = format!(
        "<xliff version=\"1.2\"><file source-language=\"en\"><body><trans-unit id=\"1\"><source>{deep}</source></trans-unit>\
         <trans-unit id=\"2\"><source>A house</source></trans-unit></body></file></xliff>"
    );
    let tmx = format!(
        "<tmx version=\"1.4\"><header srclang=\"en\"/><body><tu><tuv xml:lang=\"en\"><seg>{deep}</seg></tuv></tu>\
         <tu><tuv xml:lang=\"en\"><seg>A house</seg></tuv></tu></body></tmx>"
    );
    let android = format!(
        "<resources><string name=\"a\">{deep}</string><string name=\"b\">A house</string></resources>"
    );
    let resx = format!(
        "<root><resheader name=\"a\"/><data name=\"a\"><value>{deep}</value></data>\
         <data name=\"b\"><value>A house</value></data></root>"
    );
    for (name, source, written) in [
        ("a.xlf", xliff, "Ein Haus</target>"),
        ("a.tmx", tmx, "Ein Haus</seg>"),
        ("strings.xml", android, "Ein Haus</string>"),
        ("a.resx", resx, "Ein Haus</value>"),
    ] {
        let format = Format::detect(name, source.as_bytes()).expect("a known format");
        let options = ReadOptions { to: Some("de".to_owned()), ..ReadOptions::default() };
        let document = Document::parse_with(format, source.as_bytes(), &options).expect(name);
        assert_eq!(document.blocks().len(), 1, "{name}");
        assert_eq!(document.left_alone().count(Place::CrowdedText), 1, "{name}");
        let result = document.write(&["Ein Haus".into()]).expect("one for each").bytes;
        let result = String::from_utf8(result).expect("UTF-8");
        assert!(result.contains(&deep) && result.contains(written), "{name}: {result}");
    }
}

#[test]
fn any_character_may_follow_a_backslash_in_properties() {
    let source = "a=\\ \\ Edit the list...\nb=A \\zword here\nc=A bad \\u12 escape\n";
    let document = Document::parse(Format::Properties, source.as_bytes()).expect("readable");
    let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["Edit the list...", "A zword here"]);
    assert_eq!(document.left_alone().count(Place::CodeValue), 1);
    let written = document.write(&["Liste...".into(), "Ein Wort".into()]).expect("one for each").bytes;
    assert_eq!(
        written,
        source.replace("Edit the list", "Liste").replace("A \\zword here", "Ein Wort").as_bytes()
    );
    assert_eq!(
        count("a.strings", b"\"a\" = \"The house\";\n\"b\" = \"A bad \\u12 escape\";\n", Place::CodeValue),
        1
    );
}

#[test]
fn names_code_and_damaged_entries_of_messages_are_counted() {
    let fluent = "-brand-name = Some Words\na = The house\n    .accesskey = git pull --rebase\nb-style = git pull\n\
        A line that is no entry\nc = Some words\n  [one] more\n# A comment\n";
    let document = Document::parse(Format::Fluent, fluent.as_bytes()).expect("readable");
    let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["The house"]);
    assert_eq!(document.left_alone().count(Place::Name), 1);
    assert_eq!(document.left_alone().count(Place::CodeValue), 2);
    assert_eq!(document.left_alone().count(Place::DamagedPart), 2);
    let po = "msgid \"\"\nmsgstr \"\"\n\nmsgid \"The house\"\nmsgstr \"\"\n\nmsgid \"git pull --rebase\"\nmsgstr \"\"\n\n\
        msgid \"A bad \\q escape\"\nmsgstr \"\"\n\nmsgid \"A bad \" quote\"\nmsgstr \"\"\n\nmsgid \"A tree\"\nmsgstr \"Ein Baum\"\n";
    let document = Document::parse(Format::Po, po.as_bytes()).expect("readable");
    let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["The house"]);
    assert_eq!(document.left_alone().count(Place::CodeValue), 2);
    assert_eq!(document.left_alone().count(Place::DamagedPart), 1);
}

#[test]
fn shown_values_of_typed_cells_are_counted() {
    let names = ["office", "table", "text"]
        .map(|name| format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\""));
    let cell = |kind: &str, text: &str| {
        format!("<table:table-cell office:value-type=\"{kind}\"><text:p>{text}</text:p></table:table-cell>")
    };
    let cells = [("boolean", "True"), ("date", "31. Dec 99"), ("float", "3.5"), ("string", "The house")];
    let cells: String = cells.iter().map(|(kind, text)| cell(kind, text)).collect();
    let sheet = format!(
        "<?xml version=\"1.0\"?><office:document {} office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">\
         <office:body><office:spreadsheet><table:table><table:table-row>{cells}</table:table-row></table:table>\
         </office:spreadsheet></office:body></office:document>",
        names.join(" ")
    );
    assert_eq!(count("a.fods", sheet.as_bytes(), Place::FieldResult), 2);
}
