//! Asking the translator and hearing what it says.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use translation::{
    DecodeOptions, Job, JobEvent, JobId, JobResult, LanguagePair, Setup, Source, Target, Translator,
};

// Longer than any step of these tests takes on a busy software GPU.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The models of the program alone and a store of its own, whatever the user of this machine has.
pub fn setup() -> Setup {
    // The program's end takes the folders away with the machine's other temporary files.
    let data = tempfile::tempdir().expect("a folder").keep();
    setup_in(&data)
}

/// The models of the program alone and the store of this folder.
pub fn setup_in(data: &Path) -> Setup {
    let nothing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-models");
    Setup { models: Some(nothing), data: Some(data.to_owned()), ..Setup::default() }
}

/// A translator that all tests share which do it no harm.
pub fn translator() -> &'static Translator {
    static SHARED: OnceLock<Translator> = OnceLock::new();
    SHARED.get_or_init(|| Translator::start(setup(), |_| {}))
}

pub fn pair(text: &str) -> LanguagePair {
    text.parse().expect("a pair")
}

pub fn submit(
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

pub fn last(receiver: &Receiver<JobEvent>) -> JobEvent {
    loop {
        let event = receiver.recv_timeout(PATIENCE).expect("the job ends");
        if event.is_last() {
            let more = receiver.recv_timeout(PATIENCE);
            assert_eq!(more, Err(RecvTimeoutError::Disconnected), "nothing comes after the last event");
            return event;
        }
    }
}

pub fn finished(receiver: &Receiver<JobEvent>) -> JobResult {
    match last(receiver) {
        JobEvent::Finished(result) => result,
        other => panic!("{other:?}"),
    }
}

pub fn problem(receiver: &Receiver<JobEvent>) -> String {
    match last(receiver) {
        JobEvent::Failed(problem) => problem.code,
        other => panic!("{other:?}"),
    }
}

pub fn text_with(translator: &Translator, direction: &str, text: &str, options: DecodeOptions) -> JobResult {
    finished(&submit(translator, direction, Source::Text(text.to_owned()), options).1)
}

pub fn text(translator: &Translator, direction: &str, text: &str) -> JobResult {
    text_with(translator, direction, text, DecodeOptions::default())
}

pub fn file(input: &Path) -> Source {
    Source::File { input: input.to_owned(), output: None }
}

pub fn file_to(input: &Path, output: PathBuf) -> Source {
    Source::File { input: input.to_owned(), output: Some(Target::File(output)) }
}

pub fn file_into(input: &Path, folder: PathBuf) -> Source {
    Source::File { input: input.to_owned(), output: Some(Target::Folder(folder)) }
}

pub fn written(result: &JobResult) -> Vec<u8> {
    std::fs::read(result.output.as_ref().expect("a file")).expect("reads")
}
