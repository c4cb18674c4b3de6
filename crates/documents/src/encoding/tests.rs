use super::*;

fn read(bytes: &[u8]) -> (&'static str, String) {
    let (encoding, text) = Encoding::read(bytes).expect("a known encoding");
    assert_eq!(encoding.write(&text, Missing::None), (bytes.to_vec(), false));
    (encoding.base.name(), text)
}

#[test]
fn byte_order_marks_and_declarations_are_used() {
    assert_eq!(read(b"\xef\xbb\xbfa"), ("UTF-8", "a".into()));
    assert_eq!(read(b"\xff\xfea\0\xe4\0"), ("UTF-16LE", "aä".into()));
    assert_eq!(read(b"\xfe\xff\0a\0\xe4"), ("UTF-16BE", "aä".into()));
    assert_eq!(read(b"<\0?\0x\0m\0l\0>\0"), ("UTF-16LE", "<?xml>".into()));
    assert_eq!(
        read(b"<?xml version='1.0' encoding='iso-8859-2'?><a>\xb1").1,
        "<?xml version='1.0' encoding='iso-8859-2'?><a>ą"
    );
    assert_eq!(read(b"<meta charset=\"shift_jis\">\x93\xfa").0, "Shift_JIS");
    assert_eq!(
        read(b"msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=KOI8-R\\n\"\n\xc1").0,
        "KOI8-R"
    );
}

#[test]
fn undeclared_bytes_are_detected() {
    assert_eq!(read("日本語".as_bytes()).0, "UTF-8");
    let (japanese, _, _) = encoding_rs::SHIFT_JIS.encode("これは日本語の文章です。よろしくお願いします。");
    assert_eq!(read(&japanese), ("Shift_JIS", "これは日本語の文章です。よろしくお願いします。".into()));
    let (german, _, _) = encoding_rs::WINDOWS_1252.encode("Die Bäume blühen schön und groß.");
    assert_eq!(read(&german), ("windows-1252", "Die Bäume blühen schön und groß.".into()));
    let (mail, _, _) = encoding_rs::ISO_2022_JP.encode("日本語のメールです。");
    assert_eq!(read(&mail).0, "ISO-2022-JP");
}

#[test]
fn a_missing_character_becomes_a_reference_or_makes_the_document_utf_8() {
    let latin = Encoding::of(encoding_rs::WINDOWS_1252);
    assert!(latin.can_encode("ä") && !latin.can_encode("日"));
    assert_eq!(latin.write("ä日", Missing::Reference), (b"\xe4&#26085;".to_vec(), false));
    assert_eq!(latin.write("ä日", Missing::None), ("ä日".as_bytes().to_vec(), true));
}

#[test]
fn a_smaller_repertoire_holds_what_every_program_reads_under_the_declared_name() {
    for (declared, given, written) in [
        ("us-ascii", "ä", "&#228;"),
        ("iso-8859-1", "ä€", "ä&#8364;"),
        ("iso-8859-9", "ğ€", "ğ&#8364;"),
        ("windows-1252", "ä€", "ä€"),
        ("shift_jis", "あ①", "あ&#9312;"),
        ("windows-31j", "あ①", "あ①"),
        ("gb2312", "中镕", "中&#38229;"),
        ("gbk", "中镕", "中镕"),
        ("euc-jp", "あ①", "あ&#9312;"),
        ("euc-kr", "가뷁", "가&#48577;"),
    ] {
        let source = format!("<meta charset={declared}>");
        let (encoding, text) = Encoding::read(source.as_bytes()).expect("ASCII");
        let (bytes, became_utf_8) = encoding.write(&format!("{text}{given}"), Missing::Reference);
        let (shown, _, _) = encoding.base.decode(&bytes);
        assert_eq!((&shown[source.len()..], became_utf_8), (written, false), "{declared}");
    }
    // A page that uses more than its declared encoding has is read as browsers read it.
    let (encoding, text) = Encoding::read(b"<meta charset=iso-8859-1>\x80").expect("known");
    assert_eq!(
        encoding.write(&text.replace('€', "€–"), Missing::Reference).0,
        b"<meta charset=iso-8859-1>\x80\x96"
    );
}

#[test]
fn bytes_that_are_no_text_are_kept() {
    for bytes in [
        &b"Die Stra\xc3\x9fe, caf\xe9."[..],
        b"\xef\xbb\xbfcaf\xe9",
        b"<meta charset=utf-8>\xc3\xa4\xff\xe2\x82",
        // A private character of the text itself.
        b"\xf3\xb0\x80\xa9\xff\xc3\xa4",
    ] {
        assert_eq!(read(bytes).0, "UTF-8", "{bytes:?}");
    }
    assert_eq!(read(b"caf\xe9, na\xefve").0, "windows-1252");
    assert_eq!(read(b"\xc3\xa4 \xe9 \xe8 \xe0").0, "windows-1252");
    // Two codes of one character, and half a character.
    let (mut japanese, _, _) = encoding_rs::SHIFT_JIS.encode("<meta charset=shift_jis>日本語の文章です。");
    japanese.to_mut().extend_from_slice(b"\x87\x90 \xed\x40\x81");
    let (name, text) = read(&japanese);
    assert!(name == "Shift_JIS" && text.contains("日本語の文章です。"), "{text}");
}

#[test]
fn kept_bytes_are_text_in_utf_8_where_they_can_be() {
    let (mut japanese, _, _) = encoding_rs::SHIFT_JIS.encode("<meta charset=shift_jis>日本語の文章です。");
    japanese.to_mut().extend_from_slice(b"\x87\x90");
    let (encoding, text) = Encoding::read(&japanese).expect("known");
    assert!(
        String::from_utf8(encoding.write(&format!("{text}ä"), Missing::None).0)
            .is_ok_and(|text| text.ends_with("≒ä"))
    );
}

#[test]
fn xml_is_read_as_its_parsers_read_it() {
    let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe4</a>";
    assert!(Encoding::read_xml(latin).is_ok_and(|(_, text)| text.ends_with("<a>ä</a>")));
    for broken in [
        &b"<a>caf\xe9</a>"[..],
        b"<a>\xc3\xa4\xe9</a>",
        b"<?xml version='1.0' encoding='shift_jis'?><a>\x81</a>",
    ] {
        assert!(matches!(Encoding::read_xml(broken), Err(Error::Encoding { .. })), "{broken:?}");
    }
}

#[test]
fn half_a_character_is_refused() {
    assert!(matches!(Encoding::read(b"\xff\xfea\0\0"), Err(Error::Encoding { name: "UTF-16LE" })));
    assert!(matches!(Encoding::read(b"\xff\xfe\0\xd8"), Err(Error::Encoding { .. })));
    for wide in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\0\0\xfe\xff\0\0\0a", b"H\0\0\0i\0\0\0!\0\0\0\n\0\0\0"] {
        assert_eq!(Encoding::read(wide), Err(Error::Utf32));
    }
}
