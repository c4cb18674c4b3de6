//! Documents.

use std::fs;

use translation::{DecodeOptions, Reason, SentenceStatus, Setup, Translator};

use crate::ask::{file, file_to, finished, problem, setup_in, submit, text, translator, written};

pub const LETTER: &str =
    "Guten Tag.\n\nIch habe keine Zeit. Wie geht es dir?\n\n  Das Haus ist alt.\nEr ist müde.\n";

#[test]
fn a_file_comes_back_beside_its_source_and_never_over_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER).expect("writes");
    let translator = translator();
    let first = finished(&submit(translator, "de-en", file(&source), DecodeOptions::default()).1);
    assert_eq!(first.output.as_deref(), Some(folder.path().join("brief.en.txt").as_path()));
    let second = finished(&submit(translator, "de-en", file(&source), DecodeOptions::default()).1);
    assert_eq!(second.output.as_deref(), Some(folder.path().join("brief.en-2.txt").as_path()));
    assert_eq!(written(&first), written(&second), "the same file gives the same translation");
    assert_eq!(fs::read_to_string(&source).expect("reads"), LETTER);

    let refused =
        |output| problem(&submit(translator, "de-en", file_to(&source, output), DecodeOptions::default()).1);
    assert_eq!(refused(source.clone()), "over_source");
    assert_eq!(refused(folder.path().join("./brief.txt")), "over_source");
    assert_eq!(refused(folder.path().join("brief.en.txt")), "exists");
    #[cfg(unix)]
    {
        let link = folder.path().join("link.txt");
        std::os::unix::fs::symlink(&source, &link).expect("links");
        assert_eq!(refused(link), "over_source");
        let hard = folder.path().join("hard.txt");
        fs::hard_link(&source, &hard).expect("links");
        assert_eq!(refused(hard), "over_source");
    }
    assert_eq!(refused(folder.path().join("no/folder.txt")), "write");
    assert_eq!(fs::read_to_string(&source).expect("reads"), LETTER);
}

#[test]
fn what_cannot_be_translated_fails_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = folder.path().join("picture.txt");
    fs::write(&binary, [0x89, b'P', b'N', b'G', 0, 0xff, 0xfe, 1]).expect("writes");
    let translator = translator();
    let refused = |source| problem(&submit(translator, "de-en", source, DecodeOptions::default()).1);
    assert_eq!(refused(file(&binary)), "document");
    assert_eq!(refused(file(folder.path())), "not_a_file");
    assert_eq!(refused(file(&folder.path().join("none.txt"))), "read");
    assert!(!text(translator, "de-en", "Hallo.").text.expect("a text").is_empty());
}

#[test]
fn an_empty_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("leer.txt");
    fs::write(&source, "").expect("writes");
    let job = submit(translator(), "de-en", file(&source), DecodeOptions::default());
    assert_eq!(problem(&job.1), "document");
    assert!(!folder.path().join("leer.en.txt").exists());
}

/// A subtitle's line that is too long in all words that the models find; two speakers have a line each.
#[test]
fn what_is_found_in_writing_is_told_with_its_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("film.srt");
    let cue = "1\n00:00:01,000 --> 00:00:03,000\n- Tom and Mary do not want to go home today.\n- Why?\n";
    fs::write(&source, cue).expect("writes");
    let result = finished(&submit(translator(), "en-de", file(&source), DecodeOptions::default()).1);
    let [long, short] = result.sentences.as_slice() else { panic!("{result:?}") };
    assert_eq!(result.to_review, 1);
    assert_eq!((long.status, &*long.reasons), (SentenceStatus::Doubtful, &[Reason::LongLine][..]));
    assert_eq!((short.status, &*short.reasons), (SentenceStatus::Done, &[][..]));
}

/// A subtitle that became too long is shortened; a second run finds the shorter text in the store.
#[test]
fn a_subtitle_that_is_too_long_is_said_in_fewer_words() {
    const MOST: usize = 42;
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("film.srt");
    let said = "I was very happy to see you yesterday.";
    let long = text(translator(), "en-de", said).text.expect("a text");
    assert!(long.chars().count() > MOST, "{long}");
    fs::write(&source, format!("1\n00:00:01,000 --> 00:00:03,000\n- {said}\n- Thank you.\n"))
        .expect("writes");
    let run = || finished(&submit(translator(), "en-de", file(&source), DecodeOptions::default()).1);
    let (first, second) = (run(), run());
    let short = &first.sentences[0];
    assert_eq!((first.to_review, short.status), (0, SentenceStatus::Done), "{short:?}");
    assert!(short.translation.chars().count() <= MOST && !short.translation.is_empty(), "{short:?}");
    assert_eq!((second.reused, &second.sentences[0].translation), (2, &short.translation));
    assert_eq!(written(&first), written(&second));
}

/// Where one sequence decodes at once there is no search for others, and equal lines end together all the same.
#[test]
fn long_subtitles_stay_where_nothing_shorter_can_be_looked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("film.srt");
    let cue = "1\n00:00:01,000 --> 00:00:03,000\n- I was very happy to see you yesterday.\n- Why?\n\n";
    fs::write(&source, cue.repeat(2)).expect("writes");
    let translator = Translator::start(Setup { sequences: 1, ..setup_in(folder.path()) }, |_| {});
    let result = finished(&submit(&translator, "en-de", file(&source), DecodeOptions::default()).1);
    translator.stop();
    assert_eq!((result.segments, result.to_review), (4, 2), "{result:?}");
    assert!(result.sentences.iter().step_by(2).all(|long| long.reasons == [Reason::LongLine]), "{result:?}");
}

/// A file dropped twice at once: neither translation takes the other's name.
#[test]
fn one_file_in_two_jobs_gives_two_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER).expect("writes");
    let jobs = [(); 2].map(|()| submit(translator(), "de-en", file(&source), DecodeOptions::default()).1);
    let results = jobs.map(|events| finished(&events));
    assert_ne!(results[0].output, results[1].output);
    assert_eq!(written(&results[0]), written(&results[1]));
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 3);
}

#[test]
fn what_stands_around_the_text_of_a_document_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("notiz.md");
    fs::write(&source, "# Guten Morgen.\n\n- Es regnet.\n- `let x = 1;`\n").expect("writes");
    let target = folder.path().join("note.md");
    let job = submit(translator(), "de-en", file_to(&source, target.clone()), DecodeOptions::default());
    assert_eq!(finished(&job.1).output, Some(target.clone()));
    let text = fs::read_to_string(target).expect("reads");
    assert!(text.starts_with("# ") && text.ends_with("\n- `let x = 1;`\n"), "{text}");
    assert!(!text.contains("regnet"), "{text}");
}

#[test]
fn what_is_left_alone_is_in_the_result_and_stays_in_the_queue() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("page.html");
    fs::write(&source, "<p>Es regnet.</p><svg><text>Umsatz</text><text>Mai</text></svg>").expect("writes");
    let translator = Translator::start(setup_in(folder.path()), |_| {});
    let (id, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    let left = finished(&events).left_alone;
    assert!(left.to_string().starts_with("2 text places"), "{left}");
    assert_eq!(translator.job(id).expect("is there").left_alone, left);
    translator.stop();
}
