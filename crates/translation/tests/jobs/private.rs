//! What others may see of a user's texts, what stays of them, and where they go.

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;

use translation::{DecodeOptions, JobState, Source, Term, Translator};

use crate::ask::{PATIENCE, file, file_into, finished, last, pair, problem, setup_in, submit, written};
use crate::queue::home;

const LETTER: &str = "Es regnet.\n\nTom ist müde.\n";

fn contains(folder: &Path, text: &str) -> bool {
    let files = fs::read_dir(folder).expect("lists").map(|entry| entry.expect("lists").path());
    files
        .filter(|path| path.is_file())
        .any(|path| String::from_utf8_lossy(&fs::read(path).expect("reads")).contains(text))
}

#[cfg(unix)]
#[test]
fn a_translation_is_never_wider_than_its_source() {
    use std::os::unix::fs::PermissionsExt;

    let home = home();
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("sets");
    for (name, wanted) in [("a.txt", 0o600), ("b.txt", 0o400), ("c.txt", 0o640), ("d.txt", 0o644)] {
        let source = home.write(name, LETTER);
        set(&source, wanted);
        let (id, result) = home.run(&source, DecodeOptions::default());
        let output = result.output.expect("a file");
        assert_eq!(mode(&output) & !wanted, 0, "{name}: {:o}", mode(&output));
        let page = home.translator.export_beside(id, &output).expect("writes");
        let units = home.folder.path().join(format!("{name}.tmx"));
        home.translator.export_units(&pair("de-en"), &[id], &units).expect("writes");
        // What the user has closed is not opened again by a correction.
        set(&output, 0o600 & wanted);
        home.translator.edit(id, 0, "It pours.").expect("is edited");
        for written in [&output, &page, &units] {
            assert_eq!(mode(written) & !wanted, 0, "{}: {:o}", written.display(), mode(written));
        }
        assert_eq!(mode(&output) & 0o077, 0, "{name}: {:o}", mode(&output));
    }
    let units = home.folder.path().join("memory.tmx");
    home.translator.export_memory(&pair("de-en"), &units).expect("writes");
    assert_eq!(mode(&units), 0o600);
    let data = home.folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    for entry in fs::read_dir(&data).expect("lists") {
        let path = entry.expect("lists").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_document_in_memory_is_translated_and_forgotten() {
    let home = home();
    let bytes = || "# Quittenmus.\n\nTom ist **müde**.\n".as_bytes().to_vec();
    let source = |name: &str| Source::Bytes { name: name.to_owned(), bytes: bytes() };
    let options = || DecodeOptions { memory: false, ..DecodeOptions::default() };
    let result = finished(&submit(&home.translator, "de-en", source("x.md"), options()).1);
    let text = String::from_utf8(result.bytes.expect("a translation")).expect("is text");
    assert!(text.starts_with("# ") && text.ends_with("\n\nTom is **tired**.\n"), "{text}");
    assert_eq!((result.output, result.segments), (None, 2));
    assert!(home.translator.jobs().expect("reads").is_empty());
    assert!(!contains(&home.folder.path().join("data"), "Quittenmus"));
    // The same as from a file.
    let path = home.write("x.md", &String::from_utf8(bytes()).expect("is text"));
    assert_eq!(written(&home.run(&path, options()).1), text.as_bytes());
    let image = Source::Bytes { name: "x.docx".to_owned(), bytes: b"\x89PNG\r\n\x1a\n".to_vec() };
    let (id, events) = submit(&home.translator, "de-en", image, options());
    assert_eq!(problem(&events), "document");
    assert!(home.translator.job(id).is_err());
    // The memory learns from it unless it is told not to.
    let other = Source::Bytes { name: "y.txt".to_owned(), bytes: b"Wo ist der Bahnhof?\n".to_vec() };
    finished(&submit(&home.translator, "de-en", other, DecodeOptions::default()).1);
    assert_eq!(home.translator.search_memory(&pair("de-en"), "Bahnhof", 9).expect("reads").len(), 1);
}

#[test]
fn a_target_folder_stays_a_folder() {
    let home = home();
    let text: String = (0..120).map(|n| format!("Ich habe heute {n} Minuten Zeit.\n\n")).collect();
    let source = home.write("a.txt", &text);
    let out = home.folder.path().join("new/out");
    let (id, events) =
        submit(&home.translator, "de-en", file_into(&source, out.clone()), DecodeOptions::default());
    home.translator.pause(id);
    last(&events);
    assert!(out.is_dir(), "it is made at once");
    fs::remove_dir_all(home.folder.path().join("new")).expect("removes");
    let (sender, events) = channel();
    home.translator.resume(id, move |event| drop(sender.send(event))).expect("is free");
    assert_eq!(finished(&events).output, Some(out.join("a.en.txt")));

    let inside = home.write("file", "mine").join("out");
    let refused = submit(&home.translator, "de-en", file_into(&source, inside), DecodeOptions::default());
    assert_eq!(problem(&refused.1), "write");
}

#[test]
fn a_document_is_current_until_its_source_or_translation_changes() {
    let home = home();
    let source = home.write("a.txt", LETTER);
    let (id, result) = home.run(&source, DecodeOptions::default());
    let is_current = || home.translator.is_current(id).expect("reads");
    assert!(is_current());
    home.translator.edit(id, 0, "It pours.").expect("is edited");
    assert!(is_current(), "a correction is ours");
    let output = result.output.expect("a file");
    let bytes = fs::read(&output).expect("reads");
    fs::write(&output, "mine").expect("writes");
    assert!(!is_current());
    fs::write(&output, bytes).expect("writes");
    assert!(is_current());
    home.write("a.txt", "Es schneit.");
    assert!(!is_current());
    home.write("a.txt", LETTER);
    fs::remove_file(&output).expect("removes");
    assert!(!is_current());
}

/// A long name is shortened, so that the translation is not lost after it was made.
#[test]
fn the_longest_names_are_translated() {
    let home = home();
    for stem in ["a".repeat(251), "ä".repeat(125), "契".repeat(83)] {
        let source = home.write(&format!("{stem}.txt"), "Es regnet.\n");
        let (id, result) = home.run(&source, DecodeOptions { memory: false, ..DecodeOptions::default() });
        let output = result.output.expect("a file");
        assert_eq!(fs::read(&output).expect("reads"), b"It's raining.\n");
        home.translator.export_beside(id, &output).expect("writes");
        home.translator.edit(id, 0, "It pours.").expect("is edited");
    }
}

#[cfg(unix)]
#[test]
fn a_deleted_database_is_said_and_a_new_one_is_used_then() {
    let home = home();
    let text: String = (0..200).map(|n| format!("Ich habe heute {n} Minuten Zeit.\n\n")).collect();
    let source = home.write("a.txt", &text);
    let (_, events) = submit(&home.translator, "de-en", file(&source), DecodeOptions::default());
    let some = |event| matches!(event, translation::JobEvent::Progress { done, .. } if done > 0);
    while !some(events.recv_timeout(PATIENCE).expect("it goes on")) {}
    fs::remove_dir_all(home.folder.path().join("data")).expect("removes");
    assert_eq!(problem(&events), "store_gone");
    let short = home.write("b.txt", "Es regnet.\n");
    // The first document that finds it gone says so.
    let (_, first) = submit(&home.translator, "de-en", file(&short), DecodeOptions::default());
    if problem_or_none(&first).is_some() {
        let (_, second) = submit(&home.translator, "de-en", file(&short), DecodeOptions::default());
        assert_eq!(written(&finished(&second)), b"It's raining.\n");
    }
    assert!(!home.folder.path().join("a.en.txt").exists());
}

#[cfg(unix)]
fn problem_or_none(events: &std::sync::mpsc::Receiver<translation::JobEvent>) -> Option<String> {
    match last(events) {
        translation::JobEvent::Failed(problem) => Some(problem.code),
        _ => None,
    }
}

/// Terms given with a document are kept with it, once for all documents that have them.
#[test]
fn a_documents_own_glossary_is_there_when_it_is_resumed() {
    let home = home();
    let source = home.write("a.txt", "Wo ist der Bahnhof?\n");
    let terms = vec![Term { source: "Bahnhof".to_owned(), target: "terminal".to_owned() }];
    let (id, first) = home.run(&source, DecodeOptions { terms, ..DecodeOptions::default() });
    assert_eq!(first.terms.met + first.terms.missed, 1);
    assert!(home.translator.job(id).expect("reads").options.terms.is_empty());
    home.translator.stop();
    let translator = Translator::start(setup_in(&home.folder.path().join("data")), |_| {});
    let row = translator.job(id).expect("reads");
    assert_eq!(row.state, JobState::Done);
    translator.set_options(id, &row.options, row.target.as_ref()).expect("sets");
    let (sender, events) = channel();
    translator.resume(id, move |event| drop(sender.send(event))).expect("is free");
    let again = finished(&events);
    assert_eq!((again.terms, again.reused), (first.terms, 1));
    translator.stop();
}
