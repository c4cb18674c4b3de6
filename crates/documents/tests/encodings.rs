//! What is written in each encoding: bytes that other programs read as the text that was meant, under the declaration
//! that the document has.

mod packages;

use documents::{Document, Error, FindingKind, Format, Place, ReadOptions, Translation};

/// The document with every block's text replaced, and the kinds of findings.
fn write(format: Format, source: &[u8], text: &str) -> (Vec<u8>, Vec<FindingKind>) {
    let options = ReadOptions { from: Some("en".into()), to: Some("de".into()), columns: None };
    let document = Document::parse_with(format, source, &options).expect("readable");
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, source, "unchanged");
    let translations: Vec<Translation> = document.blocks().iter().map(|_| text.into()).collect();
    let written = document.write(&translations).expect("one for each");
    (written.bytes, written.findings.into_iter().map(|finding| finding.kind).collect())
}

fn written(format: Format, source: &str, text: &str) -> String {
    let (bytes, findings) = write(format, source.as_bytes(), text);
    assert_eq!(findings, [], "{source}");
    String::from_utf8(bytes).expect("ASCII or UTF-8")
}

#[test]
fn markup_has_references_for_what_its_declared_encoding_lacks() {
    let xliff = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\">\
            <file source-language=\"en\" datatype=\"plaintext\" original=\"x\"><body><trans-unit id=\"1\"><source>The street.</source>\
            </trans-unit></body></file></xliff>"
        )
    };
    let tmx = "<?xml version='1.0' encoding='us-ascii'?><tmx version='1.4'><header srclang='en'/><body><tu><tuv xml:lang='en'>\
        <seg>The street.</seg></tuv></tu></body></tmx>";
    for source in [xliff("US-ASCII"), xliff("ascii"), xliff("ANSI_X3.4-1968")] {
        assert!(written(Format::Xliff, &source, "Straße €").contains(">Stra&#223;e &#8364;</target>"));
    }
    assert!(written(Format::Tmx, tmx, "Straße").contains("<seg>Stra&#223;e</seg>"));
    // Bytes 0x80 to 0x9F are control characters in ISO-8859-1.
    let (bytes, _) = write(Format::Xliff, xliff("ISO-8859-1").as_bytes(), "Straße €");
    assert!(bytes.windows(16).any(|part| part == b">Stra\xdfe &#8364;<"), "{bytes:?}");
    assert!(written(Format::Xliff, &xliff("UTF-8"), "Straße").contains(">Straße<"));
    for meta in
        ["<meta charset=us-ascii>", "<meta http-equiv='Content-Type' content='text/html; charset=us-ascii'>"]
    {
        let page = format!(
            "<html><head>{meta}<title>A</title></head><body><p title='b'>The street.</p></body></html>"
        );
        let text = written(Format::Html, &page, "Straße");
        assert_eq!(text.matches("Stra&#223;e").count(), 3, "{text}");
    }
    let page = "<script>var charset = 'koi8-r'</script><meta charset='iso-8859-1'><p>The street.</p>";
    let (bytes, findings) = write(Format::Html, page.as_bytes(), "„ß“");
    assert!(bytes.ends_with(b"<p>&#8222;\xdf&#8220;</p>") && findings.is_empty(), "{bytes:?}");
}

#[test]
fn catalogues_declare_what_they_are_written_in() {
    let entry = "\n\nmsgid \"The street.\"\nmsgstr \"\"\n";
    let header = |charset: &str| {
        format!(
            "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset={charset}\\n\"\n\"Language: de\\n\"{entry}"
        )
    };
    for charset in ["ASCII", "US-ASCII", "CHARSET", "none"] {
        let (bytes, _) = write(Format::Po, header(charset).as_bytes(), "Straße");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.contains("charset=UTF-8\\n") && text.contains("Straße"), "{text}");
        let (ascii, _) = write(Format::Po, header(charset).as_bytes(), "Weg");
        assert!(String::from_utf8_lossy(&ascii).contains(&format!("charset={charset}\\n")));
    }
    assert!(written(Format::Po, &header("utf-8"), "Straße").contains("charset=utf-8\\n"));
    let (bytes, findings) = write(Format::Po, header("ISO-8859-1").as_bytes(), "Straße");
    assert!(bytes.windows(7).any(|part| part == b"Stra\xdfe\"") && findings.is_empty());
    for (charset, text) in [("ISO-8859-1", "5 €"), ("GB2312", "中镕"), ("KOI8-R", "Straße")] {
        let (bytes, findings) = write(Format::Po, header(charset).as_bytes(), text);
        let written = String::from_utf8(bytes).expect("UTF-8");
        assert!(written.contains("charset=UTF-8\\n") && written.contains(text), "{written}");
        assert_eq!(findings, [FindingKind::Encoding]);
    }
    let bare = format!("msgid \"\"\nmsgstr \"\"\n\"Language: de\\n\"{entry}");
    let text = written(Format::Po, &bare, "Straße");
    assert!(
        text.starts_with(
            "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Language"
        ),
        "{text}"
    );
}

#[test]
fn a_single_bad_byte_is_kept_in_every_text_format() {
    for (format, source) in [
        (Format::Text, &b"Die Stra\xc3\x9fe ist sch\xc3\xb6n.\n\ncaf\xe9\n"[..]),
        (Format::Markdown, b"# Die Stra\xc3\x9fe\n\nIst *sch\xc3\xb6n* caf\xe9.\n"),
        (Format::Html, b"<meta charset=utf-8><p>Die Stra\xc3\x9fe</p><p>caf\xe9 <!-- \xff --></p>"),
        (Format::SubRip, b"1\n00:00:01,000 --> 00:00:02,000\nDie Stra\xc3\x9fe\n\n2\n00:00:03,000 --> 00:00:04,000\ncaf\xe9 da\n"),
        (Format::WebVtt, b"WEBVTT\n\n00:01.000 --> 00:02.000\nDie Stra\xc3\x9fe caf\xe9\n"),
        (Format::Po, b"msgid \"Stra\xc3\x9fe caf\xe9\"\nmsgstr \"\"\n"),
        (Format::Csv, b"a1,Die Stra\xc3\x9fe hier\na2,Das caf\xe9 da\n"),
        (Format::Json, b"{\"a\": \"Die Stra\xc3\x9fe hier\", \"b\": \"Das caf\xe9 da\"}"),
        (Format::Yaml, b"a: Die Stra\xc3\x9fe hier\nb: Das caf\xe9 da\n"),
        (Format::Properties, b"a = Die Stra\xc3\x9fe hier\nb = Das caf\xe9 da\n"),
        (Format::Strings, b"\"a\" = \"Die Stra\xc3\x9fe hier\";\n\"b\" = \"Das caf\xe9 da\";\n"),
    ] {
        let document = Document::parse(format, source).expect("readable");
        let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
        assert!(texts.concat().contains("Straße"), "{format:?}: {texts:?}");
        assert_eq!(document.left_alone().count(Place::Bytes), source.iter().filter(|byte| **byte > 0xe0).count());
        let loud: Vec<Translation> = texts.iter().map(|text| format!("Ü {text}").as_str().into()).collect();
        let bytes = document.write(&loud).expect("one for each").bytes;
        assert!(bytes.windows(4).any(|part| part == b"caf\xe9"), "{format:?}: {bytes:?}");
        assert!(bytes.windows(3).any(|part| part == "Ü ".as_bytes()), "{format:?}: {bytes:?}");
        let own: Vec<Translation> = texts.into_iter().map(Translation::from).collect();
        assert_eq!(document.write(&own).expect("one for each").bytes, source, "{format:?}");
    }
    let xliff = b"<xliff version=\"1.2\"><file source-language=\"en\"><body><trans-unit id=\"1\"><source>Stra\xc3\x9fe caf\xe9</source>\
        </trans-unit></body></file></xliff>";
    assert!(matches!(Document::parse(Format::Xliff, xliff), Err(Error::Encoding { name: "UTF-8" })));
}

#[test]
fn what_has_no_declaration_keeps_its_encoding_or_becomes_utf_8() {
    let latin = b"Die B\xe4ume bl\xfchen sch\xf6n und gro\xdf.\n";
    assert_eq!(write(Format::Text, latin, "Schöne Bäume"), (b"Sch\xf6ne B\xe4ume\n".to_vec(), vec![]));
    for format in [Format::Text, Format::Markdown] {
        let (bytes, findings) = write(format, latin, "木");
        assert_eq!((bytes, findings), ("木\n".as_bytes().to_vec(), vec![FindingKind::Encoding]));
    }
    // LaTeX is told in which encoding it is.
    let tex = |encoding: &str, word: &[u8]| {
        let start = format!(
            "\\documentclass{{article}}\n\\usepackage[{encoding}]{{inputenc}}\n\\begin{{document}}\n"
        );
        [start.as_bytes(), word, b"\n\\end{document}\n"].concat()
    };
    let latin = tex("latin1", b"Die B\xe4ume bl\xfchen sch\xf6n und gro\xdf.");
    assert_eq!(write(Format::Latex, &latin, "Schön"), (tex("latin1", b"Sch\xf6n"), vec![]));
    assert_eq!(
        write(Format::Latex, &latin, "木"),
        (tex("utf8", "木".as_bytes()), vec![FindingKind::Encoding])
    );
    // Players read WebVTT as UTF-8.
    let cue = b"WEBVTT\n\n00:01.000 --> 00:02.000\nDie B\xe4ume bl\xfchen sch\xf6n und gro\xdf.\n";
    let (bytes, findings) = write(Format::WebVtt, cue, "Bäume");
    assert!(bytes.ends_with("\nBäume\n".as_bytes()) && findings == [FindingKind::Encoding]);
    // What declares UTF-8 is read as that.
    let page = b"<meta charset=utf-8><p>Die B\xe4ume bl\xfchen.</p><!-- \xfc -->";
    let (bytes, findings) = write(Format::Html, page, "Bäume");
    assert_eq!(bytes, "<meta charset=utf-8><p>Bäume</p><!-- ü -->".as_bytes());
    assert_eq!(findings, [FindingKind::Encoding]);
    let table = "\u{feff}x1,Ein Text\nx2,Noch einer\n";
    assert!(written(Format::Csv, table, "Bäume").starts_with("\u{feff}x1,Bäume"));
}

#[test]
fn encodings_of_other_scripts_come_back_as_they_were() {
    for (encoding, text, translation) in [
        (encoding_rs::SHIFT_JIS, "これは日本語の文章です。よろしくお願いします。", "日本"),
        (encoding_rs::EUC_JP, "これは日本語の文章です。よろしくお願いします。", "日本"),
        (encoding_rs::ISO_2022_JP, "これは日本語の文章です。よろしくお願いします。", "日本"),
        (encoding_rs::GBK, "这是一个中文的句子，请多多关照。今天天气很好。", "中文"),
        (encoding_rs::BIG5, "這是一個中文的句子，請多多關照。今天天氣很好。", "中文"),
        (encoding_rs::EUC_KR, "이것은 한국어 문장입니다. 잘 부탁드립니다.", "한국"),
        (encoding_rs::KOI8_R, "Это предложение на русском языке, и оно довольно длинное.", "язык"),
        (encoding_rs::WINDOWS_1251, "Это предложение на русском языке, и оно довольно длинное.", "язык"),
    ] {
        let (source, _, _) = encoding.encode(text);
        let (bytes, findings) = write(Format::Text, &source, translation);
        assert_eq!(
            (encoding.decode(&bytes).0.as_ref(), findings),
            (translation, vec![]),
            "{}",
            encoding.name()
        );
        let page = format!("<meta charset={}><p>{text}</p>", encoding.name());
        let (source, _, _) = encoding.encode(&page);
        let (bytes, _) = write(Format::Html, &source, &format!("{translation} ½"));
        let shown = encoding.decode(&bytes).0.into_owned();
        assert!(shown.contains(&format!("<p>{translation} &#189;</p>")) || shown.contains('½'), "{shown}");
    }
    for (mark, units) in
        [(&b"\xff\xfe"[..], u16::to_le_bytes as fn(u16) -> [u8; 2]), (b"\xfe\xff", u16::to_be_bytes)]
    {
        let encoded = |text: &str| [mark, &text.encode_utf16().flat_map(units).collect::<Vec<u8>>()].concat();
        assert_eq!(write(Format::Text, &encoded("Ein Text"), "木 €"), (encoded("木 €"), vec![]));
    }
    let wide: Vec<u8> = "\u{feff}Ein Text".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert!(matches!(Format::detect("a.txt", &wide), Err(Error::Utf32)));
}

#[test]
fn parts_of_packages_are_written_in_their_own_encoding() {
    let chapter = "<?xml version=\"1.0\" encoding=\"us-ascii\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>A</title></head>\
        <body><p>The street.</p></body></html>";
    let book = |chapter: &[u8]| {
        let container = r#"<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="p.opf"/></rootfiles></container>"#;
        let package = r#"<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest></package>"#;
        let entries = [
            ("mimetype", b"application/epub+zip".as_slice()),
            ("META-INF/container.xml", container.as_bytes()),
            ("p.opf", package.as_bytes()),
            ("c.xhtml", chapter),
        ];
        packages::pack_bytes(&entries)
    };
    let chapter_of = |source: &[u8]| {
        let (bytes, _) = write(Format::Epub, &book(source), "Straße €");
        packages::entry_bytes(&bytes, "c.xhtml")
    };
    assert!(
        String::from_utf8(chapter_of(chapter.as_bytes()))
            .is_ok_and(|text| text.contains("<p>Stra&#223;e &#8364;</p>"))
    );
    let chapter = chapter.replace("us-ascii", "iso-8859-1").replace("The", "D\u{e9}");
    let latin: Vec<u8> = chapter.chars().map(|c| u32::from(c) as u8).collect();
    assert!(chapter_of(&latin).windows(20).any(|part| part == b"<p>Stra\xdfe &#8364;</p"));
}

#[test]
fn escape_sequences_are_kept_or_refused() {
    let line = "日本語のメールです。よろしくお願いします。\n";
    let (mail, _, _) = encoding_rs::ISO_2022_JP.encode(line);
    let document = Document::parse(Format::Text, &mail).expect("known");
    let written = document.write(&["メールです。".into()]).expect("one for each").bytes;
    assert_eq!(written, *encoding_rs::ISO_2022_JP.encode("メールです。\n").0);
    for other in [&b"\x1b(Jab\x1b(B\n"[..], b"\x1b$@F|K\\\x1b(J\n"] {
        let refused = Document::parse(Format::Text, &[&mail[..], other].concat()).expect_err("refused");
        assert_eq!(refused, documents::Error::Escapes { name: "ISO-2022-JP" }, "{other:?}");
    }
}
