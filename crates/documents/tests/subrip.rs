//! SubRip: cues are translated, everything else stays.

use documents::{Document, Error, FindingKind, Format, Translation};

fn parse(source: &str) -> Document {
    Document::parse(Format::SubRip, source.as_bytes()).expect("valid SubRip")
}

fn texts(source: &str) -> Vec<String> {
    parse(source).blocks().iter().map(|block| block.text.clone()).collect()
}

fn write(source: &str, translations: &[&str]) -> (String, Vec<FindingKind>) {
    let translations: Vec<Translation> = translations.iter().copied().map(Translation::from).collect();
    let written = parse(source).write(&translations).expect("as many translations as blocks");
    let problems = written.findings.iter().map(|finding| finding.kind).collect();
    (String::from_utf8(written.bytes).expect("UTF-8"), problems)
}

/// A cue with a number and times.
fn cue(number: usize, text: &str) -> String {
    format!("{number}\n00:00:0{number},000 --> 00:00:0{number},900\n{text}\n\n")
}

#[test]
fn a_cue_is_a_block_on_as_many_lines_as_before() {
    let source = cue(1, "I never thought\nI would see you.") + &cue(2, "Hi.");
    assert_eq!(texts(&source), ["I never thought I would see you.", "Hi."]);
    let expected = cue(1, "Ich hätte nie gedacht,\ndich zu sehen.") + &cue(2, "Hallo, du da drüben.");
    assert_eq!(
        write(&source, &["Ich hätte nie gedacht, dich zu sehen.", "Hallo, du da drüben."]),
        (expected, vec![])
    );
}

#[test]
fn tags_around_a_cue_and_position_codes_are_kept() {
    let source = cue(1, "{\\an8}<i>I never thought</i>\n<i>of that.</i>");
    assert_eq!(texts(&source), ["I never thought of that."]);
    let expected = cue(1, "{\\an8}<i>Daran hatte\nich nie gedacht.</i>");
    assert_eq!(write(&source, &["Daran hatte ich nie gedacht."]), (expected, vec![]));
}

#[test]
fn inner_tags_follow_their_words_or_are_dropped() {
    let source = cue(1, "On the <i>Titanic</i> now");
    assert_eq!(write(&source, &["Jetzt auf der Titanic"]), (cue(1, "Jetzt auf der <i>Titanic</i>"), vec![]));
    assert_eq!(
        write(&source, &["Jetzt auf dem Schiff"]),
        (cue(1, "Jetzt auf dem Schiff"), vec![FindingKind::Dropped])
    );
}

#[test]
fn what_is_too_long_for_a_line_is_divided_before_it_is_marked() {
    let source = cue(1, "I never thought of that.").replace('\n', "\r\n");
    let (first, second) = ("Daran hatte ich wirklich und", "ganz ehrlich nie gedacht.");
    let expected = cue(1, &format!("{first}\n{second}")).replace('\n', "\r\n");
    assert_eq!(write(&source, &[&format!("{first} {second}")]), (expected, vec![]));
    let tagged = cue(1, "<i>I never</i> thought.");
    let (text, problems) = write(&tagged, &["I never dachte an so etwas, wirklich nie."]);
    assert_eq!(
        (text, problems),
        (cue(1, "<i>I never</i> dachte an so etwas, wirklich nie."), vec![]),
        "41 columns"
    );
    let (_, problems) = write(&source, &[&[first, second, first, second].join(" ")]);
    assert_eq!(problems, [FindingKind::Long]);
    let given = |text: &str| std::collections::BTreeMap::from([(0, text.to_owned())]);
    assert_eq!(parse(&source).too_long(&given(&[first, second, first, second].join(" "))), [0]);
    assert!(parse(&source).too_long(&given(first)).is_empty());
    let spoken = cue(1, "- Are you there?\n- Yes.");
    assert_eq!(parse(&spoken).too_long(&given(&format!("{first} {second}"))), [0]);
    let (text, problems) = write(&spoken, &[&format!("{first} {second}"), "Ja."]);
    assert_eq!((text, problems), (cue(1, &format!("- {first} {second}\n- Ja.")), vec![FindingKind::Long]));
}

#[test]
fn two_speakers_are_two_blocks() {
    let source = cue(1, "- Are you there?\n- Yes.");
    assert_eq!(texts(&source), ["Are you there?", "Yes."]);
    assert_eq!(write(&source, &["Bist du da?", "Ja."]), (cue(1, "- Bist du da?\n- Ja."), vec![]));
}

#[test]
fn japanese_is_wrapped_between_characters() {
    let source = cue(1, "I did not know\nthat he was here.");
    assert_eq!(
        write(&source, &["彼がここにいるとは知らなかった。"]),
        (cue(1, "彼がここにいると\nは知らなかった。"), vec![])
    );
}

#[test]
fn odd_files_are_read() {
    let tight =
        "1\n00:00:01.0 --> 00:00:02.0 X1:1\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n\nstill two\n7\n";
    assert_eq!(texts(tight), ["One", "Two", "still two 7"]);
    assert_eq!(texts("\r\n1\r\n00:00:01,000 --> 00:00:02,000\r\na < b <3\r\n"), ["a < b <3"]);
    let empty = Document::parse(Format::SubRip, b"just text");
    assert_eq!(empty.err(), Some(Error::NoCues));
}

#[test]
fn a_translation_cannot_end_its_cue() {
    let source = cue(1, "words") + &cue(2, "more");
    let (text, _) = write(&source, &["a\n\n2\n00:00:05,000 --> 00:00:06,000\nb", "c"]);
    assert_eq!(texts(&text).len(), 2, "{text}");
}

#[test]
fn cues_need_no_blank_lines_numbers_or_hours() {
    let source = "1\n00:00:01,000 --> 00:00:02,000\nThe dog runs.\n2\n00:00:03,000 --> 00:00:04,000 X1:10\nThe cat sleeps.\n00:05,000 --> \
        00:06,000\nA mouse.\n";
    for source in [
        source.to_owned(),
        source.replace('\n', "\r\n"),
        source.replace('\n', "\r"),
        source.replacen('\n', "\r\n", 2),
    ] {
        let document = Document::parse(Format::SubRip, source.as_bytes()).expect("valid");
        let texts: Vec<&str> = document.blocks().iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, ["The dog runs.", "The cat sleeps.", "A mouse."]);
        let written = document.write(&["A".into(), "B".into(), "C".into()]).expect("one for each").bytes;
        let expected =
            source.replace("The dog runs.", "A").replace("The cat sleeps.", "B").replace("A mouse.", "C");
        assert_eq!(String::from_utf8(written).expect("UTF-8"), expected);
    }
}
