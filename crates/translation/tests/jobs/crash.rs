//! A queue whose process is killed at any moment, again and again: nothing finished is lost, nothing half-written is
//! left, and what comes out in the end is what an undisturbed run writes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use translation::{DecodeOptions, Job, JobEvent, JobId, JobState, Source, Translator};

use crate::ask::{PATIENCE, file, finished, pair, setup_in, submit, written};

// `WASAN_KILLS=100 cargo test -p translation crash` measures more.
const KILLS: usize = 20;

const FOLDER: &str = "WASAN_CRASH_FOLDER";

fn sources(folder: &Path) -> Vec<PathBuf> {
    let sentence = |n: usize| match n % 5 {
        0 => format!("Ich habe {n} Bücher gelesen."),
        1 => format!("Tom hat seiner Mutter gestern {n} lange Briefe geschrieben, und sie hat alle gelesen."),
        2 => format!("Wir haben um {n} Uhr im Park auf Maria gewartet."),
        3 => format!("Es regnet seit {n} Tagen."),
        _ => format!("Wo sind die {n} Kinder?"),
    };
    let text = |from: usize| (from..from + 24).map(sentence).collect::<Vec<_>>();
    let files = [
        ("a.txt", text(0).join("\n\n")),
        ("b.md", format!("# Notiz\n\n- {}\n", text(24).join("\n- "))),
        ("c.txt", text(48).join(" ")),
    ];
    let write = |(name, text): (&str, String)| {
        let path = folder.join(name);
        fs::write(&path, text).expect("writes");
        path
    };
    files.into_iter().map(write).collect()
}

/// The process that is killed: starts or resumes the documents and prints its progress.
#[test]
#[ignore = "the test below runs it in a process of its own"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let translator = Translator::start(setup_in(&folder.join("data")), |_| {});
    let rows = translator.jobs().expect("reads");
    let (sender, events) = channel();
    let listener = |id: u64| {
        let sender = sender.clone();
        move |event| drop(sender.send((id, event)))
    };
    let mut open = 0;
    if rows.is_empty() {
        // "queued" is printed once all documents are in the queue: a kill before it may lose some.
        for (index, input) in sources(&folder).iter().enumerate() {
            let job = Job { pair: pair("de-en"), source: file(input), options: DecodeOptions::default() };
            translator.submit(job, listener(index as u64 + 1));
            open += 1;
        }
        println!("\nqueued");
    }
    for row in rows.iter().filter(|row| row.state != JobState::Done) {
        translator.resume(row.id, listener(row.id.0)).expect("is free");
        open += 1;
    }
    while open > 0 {
        match events.recv_timeout(PATIENCE).expect("an event") {
            (id, JobEvent::Progress { done, .. }) => println!("\nprogress {id} {done}"),
            (id, JobEvent::Finished(result)) => {
                open -= 1;
                println!("\nfinished {id} {}", result.segments);
            }
            (_, JobEvent::Failed(problem)) => panic!("{problem:?}"),
            _ => {}
        }
    }
    println!("\nall");
}

fn start(folder: &Path) -> (Child, Receiver<String>) {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["crash::child", "--exact", "--include-ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let out = child.stdout.take().expect("is piped");
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        lines.filter(|line| !line.is_empty()).try_for_each(|line| sender.send(line))
    });
    (child, lines)
}

#[test]
fn killed_at_any_moment_nothing_finished_is_lost() {
    let home = tempfile::tempdir().expect("a folder");
    let calm = home.path().join("calm");
    fs::create_dir(&calm).expect("creates");
    let translator = Translator::start(setup_in(&calm.join("data")), |_| {});
    let undisturbed: Vec<Vec<u8>> = sources(&calm)
        .iter()
        .map(|input| {
            written(&finished(&submit(&translator, "de-en", file(input), DecodeOptions::default()).1))
        })
        .collect();
    translator.stop();

    let wanted = std::env::var("WASAN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut random = fastrand::Rng::with_seed(7);
    let (mut kills, mut round) = (0, 0);
    while kills < wanted {
        round += 1;
        kills += kill_repeatedly(
            &home.path().join(format!("round-{round}")),
            wanted - kills,
            &mut random,
            &undisturbed,
        );
    }
    assert_eq!(kills, wanted);
}

/// Kills one queue until it is through; counts the kills.
fn kill_repeatedly(folder: &Path, most: usize, random: &mut fastrand::Rng, undisturbed: &[Vec<u8>]) -> usize {
    fs::create_dir(folder).expect("creates");
    let mut acknowledged: BTreeMap<u64, usize> = BTreeMap::new();
    let (mut kills, mut queued, mut all) = (0, false, false);
    while !all {
        let (mut child, lines) = start(folder);
        // Some runs are killed within a few events, some after many; some a moment after an event.
        let events = if kills < most { random.usize(1..12) } else { usize::MAX };
        let mut seen = 0;
        while seen < events {
            let Ok(line) = lines.recv_timeout(PATIENCE) else { break };
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["progress" | "finished", id, done] => {
                    let number = |text: &str| text.parse::<u64>().expect("a number");
                    let most = acknowledged.entry(number(id)).or_default();
                    *most = (*most).max(number(done) as usize);
                }
                ["queued"] => queued = true,
                ["all"] => all = true,
                _ => continue,
            }
            seen += 1;
        }
        if !all {
            // What a moment is depends on the machine; any will do.
            drop(lines.recv_timeout(Duration::from_micros(random.u64(0..30_000))));
            child.kill().expect("is killed");
            kills += 1;
        }
        child.wait().expect("ends");
        if queued {
            look(folder, &acknowledged);
        } else {
            fs::remove_dir_all(folder.join("data")).expect("removes");
        }
    }
    let translator = Translator::start(setup_in(&folder.join("data")), |_| {});
    let rows = translator.jobs().expect("reads");
    assert!(rows.iter().all(|row| row.state == JobState::Done), "{rows:?}");
    for (row, expected) in rows.iter().zip(undisturbed) {
        let output = row.output.as_ref().expect("is written");
        assert_eq!(&fs::read(output).expect("reads"), expected, "{}", output.display());
    }
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("lists")
        .map(|entry| entry.expect("lists").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["a.en.txt", "a.txt", "b.en.md", "b.md", "c.en.txt", "c.txt", "data"]);
    kills
}

/// After a kill: what was said to be done is there, no output is torn, and the sources are as they were.
fn look(folder: &Path, acknowledged: &BTreeMap<u64, usize>) {
    let translator = Translator::start(setup_in(&folder.join("data")), |_| {});
    let rows = translator.jobs().expect("reads");
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let said = acknowledged.get(&row.id.0).copied().unwrap_or(0);
        assert!(row.done >= said, "{} of job {}, {said} were said to be done", row.done, row.id);
        assert!(!row.state.is_active(), "{row:?}");
        if row.state == JobState::Done {
            assert!(row.output.as_ref().is_some_and(|output| output.is_file()));
        }
    }
    let before: Vec<Vec<u8>> = {
        let copy = tempfile::tempdir().expect("a folder");
        sources(copy.path()).iter().map(|path| fs::read(path).expect("reads")).collect()
    };
    for (row, source) in rows.iter().zip(before) {
        assert_eq!(fs::read(&row.input).expect("reads"), source);
    }
    translator.stop();
}

/// Work that only has to be written needs no models, and is written once.
#[test]
fn what_is_translated_is_written_without_models() {
    let home = tempfile::tempdir().expect("a folder");
    let input = home.path().join("a.txt");
    fs::write(&input, "Es regnet.\n\nTom ist müde.\n").expect("writes");
    let data = home.path().join("data");
    let translator = Translator::start(setup_in(&data), |_| {});
    let (id, events) = submit(&translator, "de-en", file(&input), DecodeOptions::default());
    let first = finished(&events);
    translator.stop();

    let gone = translation::Setup { adapter: Some("no such adapter".to_owned()), ..setup_in(&data) };
    let translator = Translator::start(gone, |_| {});
    let again = |id: JobId| {
        let (sender, events) = channel();
        translator.resume(id, move |event| drop(sender.send(event))).expect("is free");
        finished(&events)
    };
    let second = again(id);
    assert_eq!((second.output.clone(), second.reused), (first.output.clone(), 2));
    // Gone from its place, it is written there again.
    let output = first.output.expect("a file");
    let bytes = fs::read(&output).expect("reads");
    fs::remove_file(&output).expect("removes");
    assert_eq!(again(id).output.as_deref(), Some(output.as_path()));
    assert_eq!(fs::read(&output).expect("reads"), bytes);
    // Another file in its place is not touched.
    fs::write(&output, "mine").expect("writes");
    let third = again(id);
    assert_eq!(third.output.as_deref(), Some(home.path().join("a.en-2.txt").as_path()));
    assert_eq!(fs::read(&output).expect("reads"), b"mine");
    let source = Source::File { input, output: None };
    let job = Job {
        pair: pair("de-en"),
        source,
        options: DecodeOptions { recipe: Some("L".to_owned()), ..DecodeOptions::default() },
    };
    let (sender, events) = channel();
    translator.submit(job, move |event| drop(sender.send(event)));
    // Another recipe finds nothing, so it needs the models that this setup cannot load.
    assert_eq!(crate::ask::problem(&events), "gpu");
    translator.stop();
}
