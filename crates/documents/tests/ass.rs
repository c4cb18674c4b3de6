//! SubStation Alpha subtitles.

use documents::{Document, Format, Translation};

const SOURCE: &str = "[Script Info]\r\n; a comment\r\nTitle: The house\r\nScriptType: v4.00+\r\n\r\n[V4+ Styles]\r\n\
    Format: Name, Fontname\r\nStyle: Default,Arial\r\n\r\n[Events]\r\n\
    Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r\n\
    Dialogue: 0,0:00:01.00,0:00:02.00,Default,Anna Bell,0,0,0,,Hello, my {\\i1}dear{\\i0} friend!\r\n\
    Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Not this one\r\n\
    Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\an8\\pos(10,20)}The house\\Nis big.\r\n\
    Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,- Who is it?\\N- It is me.\r\n\
    Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}\r\n\
    Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,A {\\p1}m 0 0 l 9 9{\\p0} drawing\r\n\
    Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,\r\n\r\n[Fonts]\r\nfontname: a.ttf\r\nDialogue: x\r\n";

fn read(source: &str) -> Document {
    Document::parse(Format::Ass, source.as_bytes()).expect("read")
}

fn texts(source: &str) -> Vec<String> {
    read(source).blocks().iter().map(|block| block.text.clone()).collect()
}

fn translated(source: &str, translations: &[&str]) -> String {
    let document = read(source);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, source.as_bytes());
    let given: Vec<Translation> = translations.iter().map(|text| (*text).into()).collect();
    String::from_utf8(document.write(&given).expect("one for each").bytes).expect("UTF-8")
}

#[test]
fn the_text_of_dialogue_is_read_and_nothing_else() {
    let expected = ["Hello, my dear friend!", "The house is big.", "Who is it?", "It is me.", "A drawing"];
    assert_eq!(texts(SOURCE), expected);
    let given =
        ["Hallo, mein dear Freund!", "Das Haus ist groß.", "Wer ist da?", "Ich bin's.", "Eine Zeichnung"];
    let written = translated(SOURCE, &given);
    let line = |text: &str| written.lines().any(|line| line.ends_with(text));
    assert!(line(",,Hallo, mein {\\i1}dear{\\i0} Freund!"), "{written}");
    assert!(line(",,{\\an8\\pos(10,20)}Das Haus\\Nist groß."), "{written}");
    assert!(line(",,- Wer ist da?\\N- Ich bin's."), "{written}");
    assert!(
        line("{\\p1}m 0 0 l 9 9{\\p0} Zeichnung") || written.contains("{\\p1}m 0 0 l 9 9{\\p0}"),
        "{written}"
    );
    assert!(
        line(",,Not this one")
            && line("Title: The house")
            && line(",Anna Bell,0,0,0,,Hallo, mein {\\i1}dear{\\i0} Freund!")
    );
    assert_eq!(Format::detect("a.ass", SOURCE.as_bytes()), Ok(Format::Ass));
    assert_eq!(Format::detect("a.txt", SOURCE.as_bytes()), Ok(Format::Ass));
}

#[test]
fn fields_are_counted_as_the_file_lists_them() {
    let old = "[Script Info]\nScriptType: v4.00\n\n[events]\nFormat: Marked, Start, End, Style, Text\n\
        dialogue: Marked=0,0:00:01.00,0:00:02.00,a,One, two\nDialogue: Marked=0,0:00:01.00\n";
    assert_eq!(texts(old), ["One, two"]);
    assert_eq!(texts("[Events]\nDialogue: 0,a,b,c,d,0,0,0,,The house\n"), ["The house"]);
    assert_eq!(texts("Dialogue: 0,a,b,c,d,0,0,0,,The house\n"), [""; 0]);
}

#[test]
fn braces_and_backslashes_are_written_as_text() {
    let source = "[Events]\nFormat: Text\nDialogue: The house\\hhere\n";
    assert_eq!(
        translated(source, &["a {b} \\N c"]),
        "[Events]\nFormat: Text\nDialogue: a \\{b\\} \\\u{2060}N c\n"
    );
    let escaped = "[Events]\nFormat: Text\nDialogue: The \\{big\\} house\n";
    assert_eq!(texts(escaped), ["The {big} house"]);
}

/// A long translation is divided at `\N` as long lines of other subtitles are.
#[test]
fn a_long_line_is_divided() {
    let source = "[Events]\nFormat: Text\nDialogue: A short line of a subtitle here.\n";
    let long = "Eine ziemlich lange Zeile eines Untertitels, die niemand auf einmal lesen kann.";
    let written = translated(source, &[long]);
    assert_eq!(written.matches("\\N").count(), 1, "{written}");
    assert_eq!(written.matches('\n').count(), 3, "{written}");
}
