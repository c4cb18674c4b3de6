//! WebVTT: cues are translated, everything else stays.

use documents::{Document, Error, FindingKind, Format, Translation};

fn parse(source: &str) -> Document {
    Document::parse(Format::WebVtt, source.as_bytes()).expect("valid WebVTT")
}

fn write(source: &str, translations: &[&str]) -> (String, Vec<FindingKind>) {
    let translations: Vec<Translation> = translations.iter().map(|&text| text.into()).collect();
    let written = parse(source).write(&translations).expect("as many translations as blocks");
    let problems = written.findings.iter().map(|finding| finding.kind).collect();
    (String::from_utf8(written.bytes).expect("UTF-8"), problems)
}

#[test]
fn only_the_words_of_cues_change() {
    let source = "WEBVTT - A title\nKind: captions\n\nNOTE\nnot this\n\nSTYLE\n::cue(b) { color: red }\n\nintro\n00:01.000 --> \
        00:02.000 align:start\n<v Anna>I never <i>thought</i>\nI would see you.\n\n00:03.000 --> 00:04.000\n- Are you &amp; \
        there?\n- <c.loud>Yes.</c>\n\n00:05.000 --> 00:06.000\n<v A>One\n<v B>Two <00:05.500>three\n";
    let texts: Vec<String> = parse(source).blocks().iter().map(|block| block.text.clone()).collect();
    assert_eq!(texts, ["I never thought I would see you.", "Are you & there?", "Yes.", "One", "Two three"]);
    let expected = source
        .replace("I never <i>thought</i>\nI would see you.", "Ich hätte nie gedacht,\ndich zu sehen.")
        .replace("Are you &amp; there?", "Bist du &lt; da?")
        .replace("Yes.", "Ja.")
        .replace("<v A>One", "<v A>Eins")
        .replace("Two <00:05.500>three", "Zwei drei <00:05.500>");
    assert_eq!(
        write(
            source,
            &["Ich hätte nie gedacht, dich zu sehen.", "Bist du < da?", "Ja.", "Eins", "Zwei drei"]
        ),
        (expected, vec![FindingKind::Dropped, FindingKind::Moved])
    );
}

#[test]
fn a_translation_cannot_end_its_cue() {
    let source = "WEBVTT\n\n00:01.000 --> 00:02.000\nwords\n";
    let (text, _) = write(source, &["a\n\n00:05.000 --> 00:06.000\nb"]);
    assert_eq!(parse(&text).blocks().len(), 1, "{text}");
}

#[test]
fn long_lines_are_reported() {
    let source = "WEBVTT\n\n00:01.000 --> 00:02.000\n<b>words</b>\n";
    assert_eq!(write(source, &["two or three words, which are a line"]).1, []);
    assert_eq!(
        write(source, &["so many words that no reader can follow them in a line"]),
        (source.replace("words", "so many words that no reader\ncan follow them in a line"), vec![])
    );
    let words = "so many words that no reader can follow them in a second, nor in any other time";
    assert_eq!(write(source, &[&[words, words].join(" ")]).1, [FindingKind::Long]);
}

#[test]
fn japanese_is_divided_between_characters() {
    let source = "WEBVTT\n\n00:01.000 --> 00:02.000\nI did not know\nthat he was here.\n";
    let (text, _) = write(source, &["彼がここにいるとは知らなかった。"]);
    assert!(text.ends_with("\n彼がここにいると\nは知らなかった。\n"), "{text}");
}

#[test]
fn no_times_are_no_subtitles() {
    let error = Document::parse(Format::WebVtt, b"WEBVTT\n\nwords").expect_err("no cue");
    assert_eq!(error, Error::NoCues);
}

#[test]
fn times_begin_a_cue_without_a_blank_line_before_them() {
    let source = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n00:01.000 --> 00:02.000\nThe dog runs.\n00:03.000 --> 00:04.000 \
        align:start\nThe cat sleeps.\n2\n00:05.000 --> 00:06.000\nA mouse.\n\nSTYLE\n::cue { color: red }\n00:07.000 --> 00:08.000\n\
        Words\n \nafter white space.\n \n3\n00:09.000 --> 00:10.000\nThe end.\n\nNOTE\nnot this\n\nREGION\nid:a b\n";
    for source in [source.to_owned(), source.replace('\n', "\r\n"), source.replace('\n', "\r")] {
        let texts: Vec<String> = parse(&source).blocks().iter().map(|block| block.text.clone()).collect();
        assert_eq!(
            texts,
            ["The dog runs.", "The cat sleeps.", "A mouse.", "Words after white space.", "The end."]
        );
        let (text, _) = write(&source, &["A", "B", "C", "D", "E"]);
        let expected =
            source.replace("The dog runs.", "A").replace("The cat sleeps.", "B").replace("A mouse.", "C");
        assert!(text.starts_with(expected.split("Words").next().expect("a start")), "{text:?}");
    }
}

#[test]
fn readings_of_ruby_go_with_the_words_they_belong_to() {
    let source =
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<ruby>猫<rt>ねこ</rt></ruby>は<ruby>水<rt>みず</ruby>を飲む。\n";
    assert_eq!(parse(source).blocks()[0].text, "猫は水を飲む。");
    let (text, findings) = write(source, &["The cat drinks."]);
    assert!(text.ends_with("\nThe cat drinks.\n") && findings.is_empty(), "{text}");
}
