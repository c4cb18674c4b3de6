//! The queue: what is kept, reused, paused, corrected.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use translation::{DecodeOptions, Job, JobEvent, JobId, JobResult, JobState, SentenceStatus, Translator};

use crate::ask::{PATIENCE, file, file_into, finished, last, pair, setup_in, submit, written};

pub struct Home {
    pub folder: tempfile::TempDir,
    pub translator: Translator,
}

pub fn home() -> Home {
    let folder = tempfile::tempdir().expect("a folder");
    let translator = Translator::start(setup_in(&folder.path().join("data")), |_| {});
    Home { folder, translator }
}

impl Home {
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("writes");
        path
    }

    pub fn run(&self, input: &Path, options: DecodeOptions) -> (JobId, JobResult) {
        let (id, events) = submit(&self.translator, "de-en", file(input), options);
        (id, finished(&events))
    }

    fn again(&self, id: JobId) -> JobResult {
        finished(&self.resume(id))
    }

    fn resume(&self, id: JobId) -> Receiver<JobEvent> {
        let (sender, events) = channel();
        self.translator.resume(id, move |event| drop(sender.send(event))).expect("is free");
        events
    }

    fn state(&self, id: JobId) -> JobState {
        self.translator.job(id).expect("is there").state
    }
}

const THREE: &str = "Es regnet.\n\nTom ist müde.\n\nWo ist der Bahnhof?\n";

#[test]
fn the_same_sentences_are_translated_once_and_a_changed_setting_anew() {
    let home = home();
    let source = home.write("a.txt", THREE);
    let (_, first) = home.run(&source, DecodeOptions::default());
    assert_eq!((first.reused, first.segments, first.words), (0, 3, 9));
    assert!(first.tokens > 0);
    let (id, second) = home.run(&source, DecodeOptions::default());
    let row = home.translator.job(id).expect("is there");
    assert!(second.demonstration && row.demonstration, "by built-in models");
    assert_eq!((second.reused, second.tokens), (3, 0));
    assert_eq!(written(&first), written(&second));
    assert!(second.sentences.iter().all(|sentence| sentence.status == SentenceStatus::Reused));

    let chosen = BTreeMap::from([("L".to_owned(), "starter-small-en".to_owned())]);
    let sampling = translation::Sampling { temperature: 0.5, top_p: 0.9, top_k: 5, seed: 3 };
    for changed in [
        DecodeOptions { recipe: Some("L".to_owned()), ..DecodeOptions::default() },
        DecodeOptions { recipe: Some("L".to_owned()), chosen, ..DecodeOptions::default() },
        DecodeOptions { sampling: Some(sampling), ..DecodeOptions::default() },
    ] {
        let (_, result) = home.run(&source, changed.clone());
        assert_eq!(result.reused, 0, "{changed:?}");
    }
}

/// Sentences that need no decoding count neither for the time left nor for the speed.
#[test]
fn figures_are_of_what_the_models_translate() {
    let home = home();
    home.run(&home.write("a.txt", "Es regnet.\n"), DecodeOptions::default());
    let source = home.write("b.txt", "Es regnet.\n\nTom ist müde.\n");
    let (_, events) = submit(&home.translator, "de-en", file(&source), DecodeOptions::default());
    let first = events.iter().find(|event| matches!(event, JobEvent::Progress { .. }));
    assert!(matches!(first, Some(JobEvent::Progress { done: 1, eta_s: None, .. })), "{first:?}");
    let result = finished(&events);
    assert_eq!((result.words, result.words_decoded), (5, 3));
    let (_, again) = home.run(&source, DecodeOptions::default());
    assert_eq!((again.words, again.words_decoded), (5, 0));
}

/// Bold words are found by what the models looked at, so what was translated without is translated again; and what is
/// locked in one document is not in another.
#[test]
fn what_a_sentence_has_to_keep_decides_what_is_reused() {
    let home = home();
    let without_memory = || DecodeOptions { memory: false, ..DecodeOptions::default() };
    let text = "Tom ist heute **sehr** müde.\n\nDas Haus `x1` ist alt.\n";
    let plain = home.write("a.txt", &text.replace(['*', '`'], ""));
    let marked = home.write("b.md", text);
    let other = self::home();
    let (_, alone) = other.run(&other.write("b.md", text), without_memory());
    home.run(&plain, without_memory());
    let (_, after) = home.run(&marked, without_memory());
    assert_eq!((after.reused, written(&after)), (0, written(&alone)));
    // The other way round too, and once more each from what is kept.
    assert_eq!(home.run(&plain, without_memory()).1.reused, 2);
    assert_eq!(home.run(&marked, without_memory()).1.reused, 2);
}

#[test]
fn equal_sentences_are_decoded_once() {
    let home = home();
    let one = home.write("a.txt", "Wo ist der Bahnhof?\n\nEs regnet.\n\n");
    let (_, alone) = home.run(&one, DecodeOptions::default());
    let other = self::home();
    let many = other.write("b.txt", &"Wo ist der Bahnhof?\n\nEs regnet.\n\n".repeat(100));
    let (id, result) = other.run(&many, DecodeOptions::default());
    assert_eq!((result.segments, result.reused, result.tokens), (200, 198, alone.tokens));
    assert_eq!(written(&result), written(&alone).repeat(100));
    let row = other.translator.job(id).expect("is there");
    assert_eq!((row.done, row.total), (200, 200));
}

/// Two documents that are on their way at once: what one has finished the other takes.
#[test]
fn documents_on_their_way_share_what_is_finished() {
    let folder = tempfile::tempdir().expect("a folder");
    let setup = translation::Setup { sequences: 1, ..setup_in(&folder.path().join("data")) };
    let home = Home { translator: Translator::start(setup, |_| {}), folder };
    let text: String = (10..30).map(|n| format!("Ich habe heute {n} Minuten Zeit.\n\n")).collect();
    let (first, second) = (home.write("a.txt", &text), home.write("b.txt", &text));
    let submit = |source: &Path| submit(&home.translator, "de-en", file(source), DecodeOptions::default()).1;
    let (first, second) = (submit(&first), submit(&second));
    let (first, second) = (finished(&first), finished(&second));
    assert_eq!((first.reused, written(&first)), (0, written(&second)));
    // What was in the batch when the first document ran out of sentences was asked for twice.
    assert!(second.reused >= 16, "{}", second.reused);
}

#[test]
fn of_a_changed_source_only_what_changed_is_translated() {
    let home = home();
    let source = home.write("a.txt", THREE);
    let (id, first) = home.run(&source, DecodeOptions::default());
    home.write("a.txt", &THREE.replace("Tom ist müde.", "Maria ist müde."));
    let second = home.again(id);
    assert_eq!((second.reused, second.segments), (2, 3));
    assert_eq!(second.output, first.output, "its own work is replaced");
    assert!(fs::read_to_string(second.output.expect("a file")).expect("reads").contains("Mary"));
}

#[test]
fn a_paused_document_goes_on_where_it_was() {
    let home = home();
    let text: Vec<String> = (0..120).map(|n| format!("Ich habe heute {n} Briefe geschrieben.")).collect();
    let source = home.write("a.txt", &text.join("\n\n"));
    let (id, events) = submit(&home.translator, "de-en", file(&source), DecodeOptions::default());
    let some = |event: JobEvent| matches!(event, JobEvent::Progress { done, .. } if done > 0);
    while !some(events.recv_timeout(PATIENCE).expect("it goes on")) {}
    assert!(home.translator.resume(id, |_| {}).is_err(), "it is on its way");
    assert!(home.translator.forget(&[id]).is_err(), "it is on its way");
    home.translator.pause(id);
    assert_eq!(last(&events), JobEvent::Paused);
    assert_eq!(home.state(id), JobState::Paused);
    let done = home.translator.job(id).expect("is there").done;
    assert!((1..120).contains(&done), "{done} of 120");

    let result = home.again(id);
    assert!(result.reused >= done, "{} of {done}", result.reused);
    assert_eq!(home.state(id), JobState::Done);
    let whole = Home { folder: tempfile::tempdir().expect("a folder"), translator: home.translator.clone() };
    let other = whole.write("b.txt", &text.join("\n\n"));
    let (_, unbroken) = whole.run(&other, DecodeOptions { memory: false, ..DecodeOptions::default() });
    assert_eq!(written(&result), written(&unbroken));
}

#[test]
fn a_given_up_document_can_be_tried_again_and_forgotten() {
    let home = home();
    let text: String = (0..200).map(|n| format!("Ich habe heute {n} Minuten Zeit.\n\n")).collect();
    let source = home.write("a.txt", &text);
    let (id, events) = submit(&home.translator, "de-en", file(&source), DecodeOptions::default());
    home.translator.cancel(id);
    assert_eq!(last(&events), JobEvent::Cancelled);
    assert_eq!(home.state(id), JobState::Cancelled);
    home.write("a.txt", "Es regnet.");
    assert_eq!(home.again(id).segments, 1);
    home.translator.forget(&[id]).expect("is done");
    assert!(home.translator.jobs().expect("reads").is_empty());
    assert!(home.folder.path().join("a.en.txt").is_file(), "files stay");
}

/// Neither the store's file nor its log has anything of what was forgotten, also while it is open.
#[test]
fn what_is_forgotten_is_gone_from_the_disk() {
    let home = home();
    let source = home.write("a.txt", "Tom isst Quittenmus.\n");
    let (id, _) = home.run(&source, DecodeOptions::default());
    let data = home.folder.path().join("data");
    let holds_it = || {
        let files = fs::read_dir(&data).expect("lists").map(|entry| entry.expect("lists").path());
        files
            .filter(|path| String::from_utf8_lossy(&fs::read(path).expect("reads")).contains("Quittenmus"))
            .count()
    };
    assert!(holds_it() > 0);
    home.translator.forget(&[id]).expect("is done");
    home.translator.clear_memory(&pair("de-en")).expect("clears");
    assert_eq!(holds_it(), 0);
}

/// A kill in a correction or an export leaves an unfinished file; who takes the queue up takes it away, but not one that
/// may be under way.
#[test]
fn what_a_kill_left_of_a_file_is_taken_away() {
    let home = home();
    let source = home.write("a.txt", "Es regnet.");
    let (_, result) = home.run(&source, DecodeOptions::default());
    assert_eq!(result.output, Some(home.folder.path().join("a.en.txt")));
    let names = [".a.en.txt.wasan-part", ".a.en.txt.de-en.html.wasan-part"];
    let parts = names.map(|name| home.write(name, "half"));
    home.translator.jobs().expect("reads");
    assert!(parts.iter().all(|part| part.is_file()), "they may be under way");
    for part in &parts {
        let file = fs::File::options().write(true).open(part).expect("opens");
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(3600))
            .expect("is set");
    }
    // The finished job may hold the queue for a moment more.
    let asked = std::time::Instant::now();
    while parts.iter().any(|part| part.exists()) {
        assert!(asked.elapsed() < PATIENCE, "they are still there");
        home.translator.jobs().expect("reads");
    }
}

/// While one process works on the queue another says so, and sees what is on its way.
#[test]
fn a_second_process_waits_its_turn() {
    let home = home();
    let source = home.write("a.txt", THREE);
    let hold = home.translator.lock_queue().expect("is free");
    let second = Translator::start(setup_in(&home.folder.path().join("data")), |_| {});
    let job = || Job { pair: pair("de-en"), source: file(&source), options: DecodeOptions::default() };
    let (sender, events) = channel();
    second.submit(job(), move |event| drop(sender.send(event)));
    assert_eq!(crate::ask::problem(&events), "queue_busy");
    assert!(second.jobs().expect("reads").is_empty());

    let (sender, turns) = channel();
    let waiting = second.clone();
    let thread =
        std::thread::spawn(move || sender.send(waiting.wait_for_queue_lock().is_ok()).expect("is received"));
    assert!(turns.try_recv().is_err());
    drop(hold);
    assert_eq!(turns.recv_timeout(PATIENCE), Ok(true));
    thread.join().expect("ends");
    let (sender, events) = channel();
    second.submit(job(), move |event| drop(sender.send(event)));
    assert_eq!(finished(&events).segments, 3);
    second.stop();
}

#[test]
fn a_translation_may_go_into_a_folder_and_never_over_its_source() {
    let home = home();
    let source = home.write("a.txt", "Es regnet.");
    let out = home.folder.path().join("out");
    let result = finished(
        &submit(&home.translator, "de-en", file_into(&source, out.clone()), DecodeOptions::default()).1,
    );
    assert_eq!(result.output, Some(out.join("a.en.txt")));
    let result = finished(
        &submit(&home.translator, "de-en", file_into(&source, out.clone()), DecodeOptions::default()).1,
    );
    assert_eq!(result.output, Some(out.join("a.en-2.txt")));
}
