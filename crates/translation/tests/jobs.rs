//! Jobs through the translator as the window and the command line use it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use translation::{
    DecodeOptions, EngineState, Job, JobEvent, JobId, JobResult, Pair, Setup, Source, Translator,
};

// Longer than any step of these tests takes on a busy software GPU.
const PATIENCE: Duration = Duration::from_secs(120);

fn pair(text: &str) -> Pair {
    text.parse().expect("a pair")
}

fn submit(
    translator: &Translator,
    direction: &str,
    source: Source,
    options: DecodeOptions,
) -> (JobId, Receiver<JobEvent>) {
    let (sender, receiver) = channel();
    let job = Job { pair: pair(direction), source, options };
    // A test that has seen enough drops its receiver.
    let id = translator.submit(job, move |event| drop(sender.send(event)));
    (id, receiver)
}

fn last(receiver: &Receiver<JobEvent>) -> JobEvent {
    loop {
        match receiver.recv_timeout(PATIENCE).expect("the job ends") {
            event @ (JobEvent::Finished(_) | JobEvent::Failed(_) | JobEvent::Cancelled) => return event,
            _ => {}
        }
    }
}

fn finished(receiver: &Receiver<JobEvent>) -> JobResult {
    match last(receiver) {
        JobEvent::Finished(result) => result,
        other => panic!("{other:?}"),
    }
}

fn problem(receiver: &Receiver<JobEvent>) -> String {
    match last(receiver) {
        JobEvent::Failed(problem) => problem.code,
        other => panic!("{other:?}"),
    }
}

fn text(translator: &Translator, direction: &str, text: &str) -> JobResult {
    finished(&submit(translator, direction, Source::Text(text.to_owned()), DecodeOptions::default()).1)
}

fn file(input: &Path) -> Source {
    Source::File { input: input.to_owned(), output: None }
}

const LETTER: &str =
    "Guten Tag.\n\nIch habe keine Zeit. Wie geht es dir?\n\n  Das Haus ist alt.\nEr ist müde.\n";

#[test]
fn text_streams_and_comes_back_whole() {
    let translator = Translator::start(Setup::default(), |_| {});
    let (_, events) = submit(
        &translator,
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
    assert!(!text(&translator, "en-de", "I am tired.").text.expect("a text").is_empty());
    assert_eq!(text(&translator, "de-en", "").text.as_deref(), Some(""));
    assert_eq!(text(&translator, "de-en", "  \n…").text.as_deref(), Some("  \n…"));
    translator.stop();
}

#[test]
fn a_file_comes_back_beside_its_source_and_never_over_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER).expect("writes");
    let translator = Translator::start(Setup::default(), |_| {});
    let first = finished(&submit(&translator, "de-en", file(&source), DecodeOptions::default()).1);
    assert_eq!(first.output.as_deref(), Some(folder.path().join("brief.en.txt").as_path()));
    let second = finished(&submit(&translator, "de-en", file(&source), DecodeOptions::default()).1);
    assert_eq!(second.output.as_deref(), Some(folder.path().join("brief.en-2.txt").as_path()));
    let written = |result: &JobResult| fs::read(result.output.as_ref().expect("a file")).expect("reads");
    assert_eq!(written(&first), written(&second), "the same file gives the same translation");
    assert_eq!(fs::read_to_string(&source).expect("reads"), LETTER);

    let into = |output: PathBuf| Source::File { input: source.clone(), output: Some(output) };
    let refused = |output| problem(&submit(&translator, "de-en", into(output), DecodeOptions::default()).1);
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
        assert_eq!(refused(hard), "exists");
    }
    assert_eq!(refused(folder.path().join("no/folder.txt")), "write");
    assert_eq!(fs::read_to_string(&source).expect("reads"), LETTER);
    translator.stop();
}

#[test]
fn what_cannot_be_translated_fails_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = folder.path().join("picture.txt");
    fs::write(&binary, [0x89, b'P', b'N', b'G', 0, 0xff, 0xfe, 1]).expect("writes");
    let translator = Translator::start(Setup::default(), |_| {});
    let refused = |source| problem(&submit(&translator, "de-en", source, DecodeOptions::default()).1);
    assert_eq!(refused(file(&binary)), "document");
    assert_eq!(refused(file(folder.path())), "not_a_file");
    assert_eq!(refused(file(&folder.path().join("none.txt"))), "read");
    let recipe = |recipe: &str| {
        let options = DecodeOptions { recipe: Some(recipe.to_owned()), ..DecodeOptions::default() };
        problem(&submit(&translator, "de-en", Source::Text("Hallo.".to_owned()), options).1)
    };
    assert_eq!(recipe("L +"), "recipe");
    assert_eq!(recipe("L + base"), "missing_model");
    let other = submit(&translator, "de-ja", Source::Text("Hallo.".to_owned()), DecodeOptions::default());
    assert_eq!(problem(&other.1), "no_model");
    assert!(!text(&translator, "de-en", "Hallo.").text.expect("a text").is_empty());
    translator.stop();
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let setup =
        Setup { adapter: Some("no such adapter".to_owned()), pair: Some(pair("de-en")), ..Setup::default() };
    let (sender, states) = channel();
    let translator = Translator::start(setup, move |state| drop(sender.send(state)));
    let failed = states.iter().find_map(|state| match state {
        EngineState::Failed(problem) => Some(problem),
        _ => None,
    });
    let problem = failed.expect("it fails");
    assert_eq!(problem.code, "gpu");
    assert!(problem.message.contains("no such adapter"), "{}", problem.message);
    translator.stop();
}

#[test]
fn a_cancelled_job_leaves_no_file_and_the_next_one_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("lang.txt");
    fs::write(&source, "Ich habe heute leider gar keine Zeit.\n".repeat(200)).expect("writes");
    let translator = Translator::start(Setup::default(), |_| {});
    let (id, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    assert!(matches!(events.recv_timeout(PATIENCE), Ok(JobEvent::Started { .. })));
    // Typed text does not wait for the document.
    let typed = text(&translator, "de-en", "Guten Tag.");
    assert_eq!(typed.segments, 1);
    translator.cancel(id);
    assert_eq!(last(&events), JobEvent::Cancelled);
    assert!(!text(&translator, "de-en", "Hallo.").text.expect("a text").is_empty());
    translator.stop();
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1, "only the source is there");
}

#[test]
fn a_lost_gpu_costs_time_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER.repeat(4)).expect("writes");
    let translator = Translator::start(Setup::default(), |_| {});
    let undisturbed = finished(&submit(&translator, "de-en", file(&source), DecodeOptions::default()).1);
    let (_, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    let mut lost = false;
    let disturbed = loop {
        match events.recv_timeout(PATIENCE).expect("the job ends") {
            JobEvent::Progress { done, .. } if done > 0 && !lost => {
                lost = true;
                translator.lose_device();
            }
            JobEvent::Finished(result) => break result,
            JobEvent::Failed(problem) => panic!("{problem:?}"),
            _ => {}
        }
    };
    assert!(lost);
    let written = |result: &JobResult| fs::read(result.output.as_ref().expect("a file")).expect("reads");
    assert_eq!(written(&undisturbed), written(&disturbed));
    translator.stop();
}
