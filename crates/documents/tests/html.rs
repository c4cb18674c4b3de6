//! HTML: texts are translated in place, everything else stays byte for byte. Many cases are those of Bergamot's
//! translator, with other texts.

mod work;

use documents::{Document, FindingKind, Format, SpanKind, Translation};

fn parse(source: &str) -> Document {
    Document::parse(Format::Html, source.as_bytes()).expect("HTML never fails")
}

fn texts(source: &str) -> Vec<String> {
    parse(source).blocks().iter().map(|block| block.text.clone()).collect()
}

fn write(source: &str, translations: &[&str]) -> (String, Vec<FindingKind>) {
    let translations: Vec<Translation> = translations.iter().map(|&text| text.into()).collect();
    let written = parse(source).write(&translations).expect("as many translations as blocks");
    let problems = written.findings.iter().map(|finding| finding.kind).collect();
    (String::from_utf8(written.bytes).expect("UTF-8"), problems)
}

/// The document with every block's text in upper case.
fn loud(source: &str) -> String {
    let translations: Vec<String> = texts(source).iter().map(|text| text.to_uppercase()).collect();
    write(source, &translations.iter().map(String::as_str).collect::<Vec<_>>()).0
}

#[test]
fn nothing_to_translate_is_nothing() {
    for source in
        ["", " ", "<p></p>", "<p> <b></b> </p>", "<img src=a>", "<!-- words -->", "12", "&nbsp;", "<", "<p"]
    {
        assert_eq!(texts(source), [""; 0], "{source}");
    }
}

#[test]
fn blocks_divide_and_inline_elements_do_not() {
    assert_eq!(
        texts("<h1>One</h1><p>two <b>three</b>four<p>five<ul><li>six<li>seven</ul>eight<hr>nine"),
        ["One", "two threefour", "five", "six", "seven", "eight", "nine"]
    );
    assert_eq!(texts("<table><tr><td>a<td>b</table>"), ["a", "b"]);
    assert_eq!(texts("<my-card>one <x-y>two</x-y></my-card>"), ["one two"]);
    assert_eq!(texts("<button>Save</button><button>Cancel</button>"), ["Save", "Cancel"]);
    assert_eq!(texts("<a href=a>Home</a><a href=b>About us</a> | <a>More</a>"), ["Home", "About us", "More"]);
}

#[test]
fn line_ends_of_the_source_are_spaces() {
    assert_eq!(texts("<p>\n  One\n  sentence\tonly,\r\n here.\n</p>"), ["One sentence only, here."]);
    assert_eq!(texts("<p>日本\n語</p>"), ["日本語"]);
    let source = "<p>\n  A line of words that\n  goes on here.\n</p>";
    let expected = "<p>\n  Eine Zeile von\n  Worten, die hier\n  weitergeht.\n</p>";
    assert_eq!(write(source, &["Eine Zeile von Worten, die hier weitergeht."]), (expected.into(), vec![]));
}

#[test]
fn breaks_are_lines_and_two_divide() {
    assert_eq!(texts("one<br>two<br/>\n<br>three"), ["one\ntwo", "three"]);
    assert_eq!(write("<p>one<br />\n two</p>", &["eins\nzwei"]), ("<p>eins<br />\n zwei</p>".into(), vec![]));
}

#[test]
fn references_are_read_and_written() {
    let source =
        "<p title=\"a &quot;b&quot; &apos;c&apos;\">1 &lt; x &amp; y&nbsp;z &copy; &#228; &unknown;</p>";
    assert_eq!(texts(source), ["a \"b\" 'c'", "1 < x & y\u{a0}z © ä &unknown;"]);
    let expected = "<p title=\"&quot;A&quot; &amp; &apos;&lt;&apos;\">&lt;b&gt; &amp;amp; x&nbsp;y ©</p>";
    assert_eq!(write(source, &["\"A\" & '<'", "<b> &amp; x\u{a0}y ©"]), (expected.into(), vec![]));
}

#[test]
fn tags_around_all_the_text_stay_around_it() {
    let source = "<p><a href='x'> <b>Hello</b></a> <img src=y></p>";
    assert_eq!(parse(source).blocks()[0].spans, []);
    assert_eq!(
        write(source, &["Hallo"]),
        ("<p><a href='x'> <b>Hallo</b></a> <img src=y></p>".into(), vec![])
    );
}

#[test]
fn inner_tags_follow_their_words_and_nest() {
    let source = "<p>See <a href=\"u\">the <b>Rhine</b></a> now.</p>";
    assert_eq!(
        write(source, &["Jetzt the Rhine sehen."]),
        ("<p>Jetzt <a href=\"u\">the <b>Rhine</b></a> sehen.</p>".into(), vec![])
    );
    assert_eq!(
        write(source, &["Den Fluss Rhine sehen."]),
        ("<p>Den Fluss <b>Rhine</b> sehen.</p>".into(), vec![FindingKind::Dropped])
    );
}

#[test]
fn elements_without_text_are_never_lost_and_keep_their_order() {
    let source = "<p>one <img src=1> two <i class=icon></i>three <!-- c --> four <img src=2> five</p>";
    let (written, _) = write(source, &["ganz anders"]);
    let places: Vec<Option<usize>> = ["<img src=1>", "<i class=icon></i>", "<!-- c -->", "<img src=2>"]
        .iter()
        .map(|m| written.find(m))
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{written}");
    assert_eq!(texts("<p>hello<img>world</p>"), ["hello world"]);
    assert_eq!(texts("<p>super<wbr>cali</p>"), ["supercali"]);
}

#[test]
fn code_is_locked_and_scripts_are_copied() {
    let source = "<style>p {}</style><script>let a = \"<p>b</p>\"</script><pre>c\nd</pre><p>Run <code>x &amp;&amp; y</code> \
        now</p><textarea>{e}</textarea><svg><text>f</text></svg>";
    let document = parse(source);
    let [block] = document.blocks() else { panic!("{:?}", texts(source)) };
    assert_eq!(block.text, "Run x && y now");
    assert_eq!(block.spans.iter().map(|span| span.kind).collect::<Vec<_>>(), [SpanKind::Locked]);
    let expected = source.replace("Run <code>", "Jetzt <code>").replace("</code> now", "</code> starten");
    assert_eq!(write(source, &["Jetzt x && y starten"]), (expected, vec![]));
    let expected = source.replace("Run <code>", "Jetzt starten <code>").replace("</code> now", "</code>");
    assert_eq!(write(source, &["Jetzt starten"]), (expected, vec![FindingKind::Moved]));
}

#[test]
fn what_is_marked_as_not_to_be_translated_is_kept() {
    assert_eq!(texts("<div translate=no><div>a</div><p title=t>b</div>c"), ["c"]);
    assert_eq!(
        texts("<p class='x notranslate'>a<p>b<ul><li translate=\"no\">c<ul><li>d</ul><li>e</ul>"),
        ["b", "e"]
    );
    let document = parse("<p>Try <span translate=no>Wasan</span> now");
    assert_eq!(document.blocks()[0].text, "Try Wasan now");
    assert_eq!(document.blocks()[0].spans[0].kind, SpanKind::Locked);
}

#[test]
fn shown_attributes_are_translated() {
    let source = "<head><title>A &amp; b</title><meta name=\"Description\" content=\"words here\"><meta name=viewport \
        content=\"width\"></head><body><img alt=picture src=a><input type=text placeholder='type here' value=kept>\
        <input type=submit value=Send><p aria-label=\"label\">see <a title='a tip' href=u>this</a> text</p>\
        <select><option label=short>long</select>";
    let expected = [
        "A & b",
        "words here",
        "picture",
        "type here",
        "Send",
        "label",
        "see this text",
        "a tip",
        "short",
        "long",
    ];
    assert_eq!(texts(source), expected);
    let loud = |text: &String| match text.as_str() {
        "see this text" => "SIEH this AN".to_owned(),
        text => text.to_uppercase(),
    };
    let loud: Vec<String> = texts(source).iter().map(loud).collect();
    let written = write(source, &loud.iter().map(String::as_str).collect::<Vec<_>>()).0;
    for part in [
        "<title>A &amp; B</title>",
        "content=\"WORDS HERE\"",
        "content=\"width\"",
        "alt=\"PICTURE\" src=a",
        "placeholder='TYPE HERE' value=kept",
        "value=\"SEND\"",
        "aria-label=\"LABEL\"",
        "label=\"SHORT\">LONG<",
        "SIEH <a title='A TIP' href=u>this</a> AN",
    ] {
        assert!(written.contains(part), "{part} is not in {written}");
    }
}

#[test]
fn front_matter_of_a_page_is_no_text() {
    let source = "---\nlayout: default page\ntitle: About us\n---\n\n<h1>{{ page.title }}</h1>\n<p>{% if a %}Some words{% endif %}</p>\n";
    assert_eq!(texts(source), ["About us", "{% if a %}Some words{% endif %}"]);
    let expected = source.replace("About us", "\"Wir: alle\"").replace("Some words", "Worte");
    assert_eq!(write(source, &["Wir: alle", "{% if a %}Worte{% endif %}"]), (expected, vec![]));
    assert_eq!(texts("---\nwords"), ["--- words"]);
}

#[test]
fn broken_markup_divides_and_is_copied() {
    assert_eq!(texts("<p>one <b>two <p>three</b> four"), ["one", "two", "three", "four"]);
    assert_eq!(texts("<b>one <i>two</b> three</i>"), ["one", "two", "three"]);
    assert_eq!(loud("<p>one <b>two <p>three</b> four"), "<p>ONE <b>TWO <p>THREE</b> FOUR");
    assert_eq!(texts("a <code>b <p>c"), ["a", "b", "c"]);
    assert_eq!(texts("a < b and <3 > x"), ["a < b and <3 > x"]);
}

#[test]
fn xhtml_follows_xml() {
    let source = "<?xml version=\"1.0\"?><!DOCTYPE html [<!ENTITY own \"x\">]><html xmlns=\"h\"><head><title/></head>\
        <body><p>one <i/> &own; two&#160;three</p><script/><p>four <![CDATA[five]]></p></body></html>";
    assert_eq!(texts(source), ["one two\u{a0}three", "four"]);
    let written = write(source, &["nach one zwei\u{a0}drei", "vier"]).0;
    assert!(written.contains("<p>nach one <i/> &own; zwei&#160;drei</p>"), "{written}");
}

#[test]
fn another_encoding_stays_and_what_it_lacks_is_a_reference() {
    let source = b"<meta charset=iso-8859-1><p>sch\xf6n</p>";
    let document = Document::parse(Format::Html, source).expect("declared");
    assert_eq!(document.blocks()[0].text, "schön");
    let written = document.write(&["größer als 日".into()]).expect("one");
    assert_eq!(written.bytes, b"<meta charset=iso-8859-1><p>gr\xf6\xdfer als &#26085;</p>");
    assert_eq!(written.findings, []);
}

#[test]
fn hostile_pages_are_read_in_linear_time() {
    for (part, times) in [
        ("<div>", 200_000),
        ("<b>", 200_000),
        ("<code>", 50_000),
        ("<svg>", 200_000),
        ("</b>", 200_000),
        ("<b>x", 100_000),
        ("<b>x</b> ", 100_000),
        ("<a <a ", 100_000),
        ("<!--", 200_000),
        ("<!-- -->", 200_000),
        ("<![", 200_000),
        ("<?", 200_000),
        ("&", 400_000),
        ("<title>", 100_000),
        ("&#x", 200_000),
        ("<br>", 200_000),
        ("<p translate=no>", 100_000),
        ("<li translate=no><ul>", 50_000),
        ("</", 200_000),
        ("x<i/>", 100_000),
        ("<span translate=no>a", 20_000),
    ] {
        work::assert_linear(times, |times| part.repeat(times), copy);
    }
    work::assert_linear(80_000, |times| format!("<p {}>x", "a=b ".repeat(times)), copy);
    work::assert_linear(200_000, |times| format!("<p>{}", "word ".repeat(times)), copy);
}

/// Reads a page and writes it with its own texts.
fn copy(source: &str) {
    let document = parse(source);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.clone().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, source.as_bytes());
}

#[test]
fn marks_of_notes_stand_between_words() {
    for mark in [
        "<sup><a href=\"#n1\">1</a></sup>",
        "<a href=\"notes.html#n1\" id=r1><sup>[1]</sup></a>",
        "<a href=#n>*</a>",
    ] {
        let source = format!("<p>It rains{mark} today.{mark}</p>");
        assert_eq!(texts(&source), ["It rains today."], "{mark}");
        let (written, problems) = write(&source, &["Es regnet heute."]);
        assert_eq!(written.matches(mark).count(), 2, "{written}");
        assert_eq!(problems, [FindingKind::Moved], "nobody said where the words went: {written}");
    }
    assert_eq!(texts("<p>10 m<sup>2</sup> of <a href=b>room 5</a>"), ["10 m2 of room 5"]);
}

#[test]
fn readings_of_ruby_go_with_the_words_they_belong_to() {
    let source = "<p><span><ruby>猫<rt>ねこ</rt></ruby></span>は<ruby>水<rt>みず</ruby>を<ruby><rb>飲</rb><rp>(</rp><rt>の</rt><rp>)</rp></ruby>みます。</p>\
        <p>私は<ruby>東京<rt>とうきょう</rt></ruby>に<b>住</b>んでいます。</p><p><ruby>漢<rt>かん<rb>字<rt>じ</ruby></p>\
        <ul><li><ruby>新<rtc><rt>しん</rt></rtc></ruby>しい<li>次</ul>";
    assert_eq!(texts(source), ["猫は水を飲みます。", "私は東京に住んでいます。", "漢字", "新しい", "次"]);
    let (text, findings) =
        write(source, &["The cat drinks water.", "I live in Tokyo.", "Kanji", "new", "next"]);
    assert_eq!(
        text,
        "<p>The cat drinks water.</p><p>I live in Tokyo.</p><p>Kanji</p><ul><li>new<li>next</ul>"
    );
    assert_eq!(findings, [FindingKind::Dropped; 2]);
    assert_eq!(loud(source), source);
}

/// Words, and markup with texts in attributes, may change places.
#[test]
fn descriptions_follow_the_words_of_the_translation() {
    let source = "<p>See <a title=\"First page\">Apples</a> and <a title=\"Second page\">Berries</a>.</p>\n<p>Bye</p>\n";
    let document = Document::parse(Format::Html, source.as_bytes()).expect("valid");
    let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["See Apples and Berries.", "First page", "Second page", "Bye"]);
    let translations =
        ["Siehe Berries und Apples.", "Erste Seite", "Zweite Seite", "Ade"].map(Translation::from);
    let written = document.write(&translations).expect("written");
    let expected = "<p>Siehe <a title=\"Zweite Seite\">Berries</a> und <a title=\"Erste Seite\">Apples</a>.</p>\n<p>Ade</p>\n";
    assert_eq!(String::from_utf8_lossy(&written.bytes), expected);
    assert_eq!(written.findings, []);
}

#[test]
fn a_described_picture_may_stand_at_the_end_of_its_paragraph() {
    let source = "<h1>Animals</h1><p>This is a hippo: <img src=\"h.png\" alt=\"In the river\"> .</p><p>This is an elephant: <img src=\"e.png\" alt=\"In the mud\"> .</p>";
    let (written, problems) =
        write(source, &["Tiere", "Ein Nilpferd, hier", "Im Fluss", "Ein Elefant, hier", "Im Schlamm"]);
    assert_eq!(
        written,
        "<h1>Tiere</h1><p>Ein Nilpferd, hier <img src=\"h.png\" alt=\"Im Fluss\"></p><p>Ein Elefant, hier <img src=\"e.png\" alt=\"Im Schlamm\"></p>"
    );
    assert_eq!(problems, []);
}

#[test]
fn texts_in_elements_that_are_copied_are_translated() {
    let source = "<p>A <object data=a><p>Another text.</p></object> film: <video src=b>No film here.</video></p>\
        <textarea name=c>Write here.</textarea><template><p>Later.</p></template>\
        <svg aria-label=\"A sign\"><title>A chart</title><text>Red</text></svg>";
    assert_eq!(
        texts(source),
        ["A film:", "Another text.", "No film here.", "Write here.", "Later.", "A sign", "A chart"]
    );
    let german = ["A film:", "Ein anderer.", "Kein Film.", "Hier.", "Später.", "Ein Schild", "Ein Bild"];
    let (written, findings) = write(source, &german);
    assert_eq!(findings, []);
    let expected = "<p>A <object data=a><p>Ein anderer.</p></object> film: <video src=b>Kein Film.</video></p>\
        <textarea name=c>Hier.</textarea><template><p>Später.</p></template>\
        <svg aria-label=\"Ein Schild\"><title>Ein Bild</title><text>Red</text></svg>";
    assert_eq!(written, expected);
    // However deep, and without end tags.
    assert_eq!(texts(&"<object>".repeat(50_000)), [""; 0]);
    assert_eq!(texts("<object><p>a <svg><title>b</svg>"), ["a"]);
}

#[test]
fn preformatted_prose_is_translated_and_code_is_not() {
    let source = "<pre>The sun is red,\nthe sky is blue.\n\n  It is <b>late</b>.</pre>";
    assert_eq!(texts(source), ["The sun is red,", "the sky is blue.", "It is late."]);
    let written = write(source, &["Die Sonne ist rot,", "der Himmel blau.", "Es ist spät."]).0;
    assert_eq!(written, "<pre>Die Sonne ist rot,\nder Himmel blau.\n\n  Es ist spät.</pre>");
    for code in
        ["<pre><code>The sun is red.</code></pre>", "<pre>let a = b;\nIt is c.</pre>", "<pre>Ab  | Cd</pre>"]
    {
        assert_eq!(texts(code), [""; 0], "{code}");
    }
}

/// What would be read back as code keeps its source; of the rest only the paragraph before it does, whose markup may have
/// taken it in.
#[test]
fn a_place_that_cannot_be_written_leaves_no_page_in_its_source() {
    let prose = "<pre>The first line of a letter,\nand the second line of it,\nand a third one.</pre>\n";
    let paragraphs: String = (0..60).map(|at| format!("<p>This is paragraph {at}.</p>\n")).collect();
    let document = parse(&format!("{paragraphs}{prose}{paragraphs}"));
    let blocks = document.blocks();
    let is_paragraph = |block: usize| blocks[block].text.starts_with("This is");
    let lines: Vec<usize> = (0..blocks.len()).filter(|block| !is_paragraph(*block)).collect();
    assert!(!lines.is_empty() && blocks.len() == 120 + lines.len(), "{lines:?}");
    let given = |block: usize| match blocks[block].text.strip_prefix("This is paragraph") {
        Some(rest) => format!("Das ist Absatz{rest}").into(),
        None => Translation::from("x = { y: [1, 2], z: f(a, b) };"),
    };
    let written = document.write(&(0..blocks.len()).map(given).collect::<Vec<_>>()).expect("written");
    let text = String::from_utf8(written.bytes).expect("UTF-8");
    assert!(text.contains(prose), "{text}");
    assert_eq!(text.matches("Das ist Absatz").count(), 119, "{text}");
    let kept: Vec<usize> = written
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::Refused)
        .map(|finding| finding.block)
        .collect();
    let expected: Vec<usize> = std::iter::once(lines[0] - 1).chain(lines).collect();
    assert_eq!(kept, expected, "each kept place is reported");
}
