//! Typed text.

use translation::{DecodeOptions, JobEvent, SentenceStatus, Source};

use crate::ask::{PATIENCE, submit, text, translator};

#[test]
fn text_streams_and_comes_back_whole() {
    let translator = translator();
    let (_, events) = submit(
        translator,
        "de-en",
        Source::Text("Wie geht es dir? Ich habe keine Zeit.\n\n123 …\nDas Haus ist alt.".to_owned()),
        DecodeOptions::default(),
    );
    let mut streamed = String::new();
    let result = loop {
        match events.recv_timeout(PATIENCE).expect("the job ends") {
            JobEvent::Text { text, .. } => streamed = text,
            JobEvent::Finished(result) => break result,
            JobEvent::Started { segments } => assert_eq!(segments, 4),
            JobEvent::Progress { done, total, .. } => assert!(done <= total),
            other => panic!("{other:?}"),
        }
    };
    let whole = result.text.expect("a text");
    assert_eq!(streamed, whole);
    assert!(whole.contains("\n\n123 …\n"), "{whole:?}");
    assert_eq!(result.segments, 4);
    // The other direction has the same models in other roles; nothing is text too.
    assert!(!text(translator, "en-de", "I am tired.").text.expect("a text").is_empty());
    assert_eq!(text(translator, "de-en", "").text.as_deref(), Some(""));
    assert_eq!(text(translator, "de-en", "  \n…").text.as_deref(), Some("  \n…"));
}

#[test]
fn what_has_no_words_is_copied_and_counts_as_done() {
    let result = text(translator(), "de-en", "Es ist 8 Uhr.\n\n3 + 4 = 7\n…");
    let statuses: Vec<_> = result.sentences.iter().map(|sentence| sentence.status).collect();
    assert_eq!(statuses[1..], [SentenceStatus::Copied; 2]);
    assert_eq!(statuses[0], SentenceStatus::Done);
    assert_eq!(result.to_review, 0);
    let copied = text(translator(), "de-en", "— 42 —");
    assert_eq!((copied.text.as_deref(), copied.tokens), (Some("— 42 —"), 0));
}

/// Line ends, blank lines and spaces are the source's, whatever stands between them.
#[test]
fn the_frame_of_a_text_is_kept() {
    for (source, ends) in
        [("Es regnet.\r\n", "\r\n"), ("\n\nEs regnet.", "."), ("Es regnet.\n\n\n", "\n\n\n")]
    {
        let result = text(translator(), "de-en", source).text.expect("a text");
        let blank = |text: &str| text.chars().take_while(|c| c.is_whitespace()).count();
        assert_eq!(blank(&result), blank(source), "{result:?}");
        assert!(result.ends_with(ends) && result.len() > source.len() / 2, "{result:?}");
        assert_eq!(result.matches('\n').count(), source.matches('\n').count());
    }
}

/// A sentence longer than the context is translated in pieces; nothing of it is lost.
#[test]
fn a_sentence_longer_than_the_context_goes_in_pieces() {
    let phrase = "und der Mann mit dem Hund geht in das Haus";
    let source = format!("Es regnet. {}. Guten Tag.", [phrase; 40].join(" "));
    let result = text(translator(), "de-en", &source);
    let sources: Vec<_> = result.sentences.iter().map(|sentence| sentence.source.as_str()).collect();
    assert_eq!((sources.len(), sources.join(" ")), (2, source.clone()));
    assert!(result.sentences.iter().all(|sentence| sentence.status != SentenceStatus::Kept));
    let long = &result.sentences[0].translation;
    assert!(long.split_whitespace().count() > 8, "{long}");
    let whole = result.text.expect("a text");
    let parts: Vec<_> = result.sentences.iter().map(|sentence| sentence.translation.as_str()).collect();
    assert_eq!(whole, parts.join(" "));
}

/// A doubtful word is marked where it stands in the whole text, counted in UTF-16 units, as long as it stands there.
#[test]
fn doubtful_words_are_whole_words_of_the_text() {
    let source =
        "Größe 😀 ist ungewiß. Die schwere Kiste steht im Keller.\n\nÜbermüdete Zöllner prüften 🚂 Züge.";
    let (_, events) =
        submit(translator(), "de-en", Source::Text(source.to_owned()), DecodeOptions::default());
    let mut marked = 0;
    while let Ok(event) = events.recv_timeout(PATIENCE) {
        let JobEvent::Text { text, doubts } = event else { continue };
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut before = 0;
        for doubt in doubts {
            assert!(before <= doubt.start && doubt.start < doubt.end && doubt.end <= units.len());
            before = doubt.end;
            let word = String::from_utf16(&units[doubt.start..doubt.end]).expect("whole characters");
            assert!(!word.contains(char::is_whitespace), "{word:?} of {text:?}");
            let beside = |at: Option<usize>| {
                at.and_then(|at| units.get(at)).and_then(|unit| char::from_u32((*unit).into()))
            };
            let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let cut_before =
                word.starts_with(char::is_alphanumeric) && letter(beside(doubt.start.checked_sub(1)));
            let cut_after = word.ends_with(char::is_alphanumeric) && letter(beside(Some(doubt.end)));
            assert!(!cut_before && !cut_after, "{word:?} of {text:?}");
            assert!((0.0..0.5).contains(&doubt.probability));
            marked += 1;
        }
    }
    assert!(marked > 0, "such a text leaves doubts");
}
