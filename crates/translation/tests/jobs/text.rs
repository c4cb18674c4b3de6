//! Typed text.

use translation::{DecodeOptions, JobEvent, Quality, SentenceReport, SentenceStatus, Source, Translator};

use crate::ask::{PATIENCE, pair, setup, setup_in, submit, text, text_with, translator};

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

/// A text that is typed on: finished sentences are not decoded again, whatever changes around them.
#[test]
fn only_changed_sentences_are_decoded_again() {
    let translator = Translator::start(setup(), |_| {});
    let reuse = || DecodeOptions { reuse: true, ..DecodeOptions::default() };
    let first = text_with(&translator, "de-en", "Das Haus ist alt. Es regnet.", reuse());
    let same = text_with(&translator, "de-en", "Das Haus ist alt. Es regnet.", reuse());
    assert_eq!((same.tokens, same.reused, &same.text), (0, 2, &first.text));
    assert_eq!(same.sentences, first.sentences, "what is said of them stays");
    let (_, events) = submit(
        &translator,
        "de-en",
        Source::Text("Guten Tag.\n\nEs regnet. Das Haus ist alt.".to_owned()),
        reuse(),
    );
    let mut progress = Vec::new();
    let result = loop {
        match events.recv_timeout(PATIENCE).expect("the job ends") {
            JobEvent::Progress { done, total, .. } => progress.push((done, total)),
            JobEvent::Finished(result) => break result,
            _ => {}
        }
    };
    assert_eq!(progress.first(), Some(&(2, 3)), "two of three are there at once");
    assert_eq!(result.reused, 2);
    let alone = text_with(&translator, "de-en", "Guten Tag.", DecodeOptions::default());
    assert_eq!(result.tokens, alone.tokens, "only the new one is decoded");
    let said = |report: &SentenceReport| {
        (report.translation.clone(), report.score, report.quality, report.words.clone())
    };
    assert_eq!([1, 2].map(|at| said(&result.sentences[at])), [1, 0].map(|at| said(&first.sentences[at])));
    // Another language, another setting, and a program that wants to measure.
    assert_eq!(text_with(&translator, "en-de", "Guten Tag.", reuse()).reused, 0);
    let slow = DecodeOptions { quality: Quality::Best, ..reuse() };
    assert_eq!(text_with(&translator, "de-en", "Es regnet.", slow).reused, 0);
    assert_eq!(text_with(&translator, "de-en", "Es regnet.", DecodeOptions::default()).reused, 0);
    // Equal sentences are decoded once.
    let twice = text_with(&translator, "de-en", "Wo bist du? Ja.\nWo bist du?", reuse());
    assert_eq!((twice.reused, twice.sentences.len()), (1, 3));
    assert_eq!(twice.sentences[0].translation, twice.sentences[2].translation);
}

/// A person's translation of a sentence is used wherever the sentence is typed again.
#[test]
fn corrections_are_reused_in_typed_text() {
    let translator = Translator::start(setup(), |_| {});
    let reuse = || DecodeOptions { reuse: true, ..DecodeOptions::default() };
    let before = text_with(&translator, "de-en", "Es regnet. Das Haus ist alt.", reuse());
    translator.edit_unit(&pair("de-en"), "Das Haus ist alt.", "That house is old!").expect("is stored");
    let after = text_with(&translator, "de-en", "Es regnet. Das Haus ist alt.", reuse());
    assert_eq!(after.sentences[0], before.sentences[0]);
    assert_eq!(
        (after.sentences[1].translation.as_str(), after.sentences[1].status, after.tokens),
        ("That house is old!", SentenceStatus::Reused, 0)
    );
    let without = DecodeOptions { memory: false, ..reuse() };
    assert_eq!(
        text_with(&translator, "de-en", "Das Haus ist alt.", without).sentences[0].translation,
        before.sentences[1].translation
    );
}

/// The history holds what was typed until it is told to forget it; then no file of the store has it.
#[test]
fn the_history_is_searched_and_forgets_for_good() {
    let data = tempfile::tempdir().expect("a folder");
    let translator = Translator::start(setup_in(data.path()), |_| {});
    let [german, english] = ["de-en", "en-de"].map(pair);
    translator.remember_text(&german, "Das Geheimnis", "The secret").expect("is stored");
    translator.remember_text(&english, "Where is the station?", "Wo ist der Bahnhof?").expect("is stored");
    translator.remember_text(&german, " \n", "").expect("is ignored");
    translator.remember_text(&german, &"x".repeat(300 << 10), "").expect("is ignored");
    let found = |wanted: &str| -> Vec<String> {
        let texts = translator.history(wanted, 9).expect("reads");
        texts.into_iter().map(|text| text.source).collect()
    };
    assert_eq!(found(""), ["Where is the station?", "Das Geheimnis"]);
    assert_eq!(found("SECRET"), ["Das Geheimnis"]);
    assert_eq!(translator.history("", 1).expect("reads").len(), 1);
    let id = translator.history("geheimnis", 1).expect("reads")[0].id;
    assert!(translator.forget_text(id).expect("writes") && !translator.forget_text(id).expect("writes"));
    assert_eq!(translator.clear_history().expect("writes"), 1);
    for entry in std::fs::read_dir(data.path()).expect("lists") {
        let bytes = std::fs::read(entry.expect("lists").path()).expect("reads");
        assert!(!bytes.windows(9).any(|part| part == b"Geheimnis" || part == b"e station"));
    }
}
