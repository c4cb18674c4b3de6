use super::*;
use crate::backend::StoredJob;
use crate::fake_translator::{FakeTranslator, pair, problem, record_events, result};
use std::path::Path;
use translation::{JobResult, JobState, LeftAlone, TermCount};

mod exports;

const FOLDER: &str = "/home/user/letters";

struct Fixture {
    fake: Arc<FakeTranslator>,
    translator: Translator,
    page: Arc<PageChannel>,
    queue: Queue,
}

fn fixture() -> Fixture {
    let (page, fake) = (Arc::new(PageChannel::default()), Arc::new(FakeTranslator::default()));
    Fixture { translator: fake.clone(), fake, queue: queue(&page), page }
}

fn queue(page: &Arc<PageChannel>) -> Queue {
    let settings = Settings::load(PathBuf::new());
    Queue::new(page.clone(), Arc::new(settings), Drafts::load(None))
}

fn progress(done: usize) -> JobEvent {
    JobEvent::Progress { done, total: 4, tokens_per_second: 9.0, eta_s: Some(3.0) }
}

fn path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

fn stored(job: u64, name: &str, state: JobState) -> StoredJob {
    let (job, input, pair) = (JobId(job), path(name), pair());
    let output = (state == JobState::Done).then(|| path("a.en.txt"));
    let terms = TermCount { met: 1, missed: 1 };
    StoredJob {
        job,
        input,
        pair,
        state,
        problem: None,
        output,
        done: 2,
        total: 4,
        to_review: 1,
        terms,
        demonstration: true,
        left_alone: LeftAlone::default(),
        columns: name.ends_with("csv").then(|| vec![1]),
    }
}

impl Fixture {
    fn add(&self, names: &[&str]) {
        self.add_from(names, |_| None);
    }

    /// With detected languages.
    fn add_from(&self, names: &[&str], pair_from: impl Fn(&str) -> Option<LanguagePair>) {
        let paths = names.iter().map(|name| path(name)).collect();
        self.queue.add(&self.translator, &pair(), paths, pair_from);
    }

    fn states(&self) -> Vec<RowState> {
        self.queue.rows().iter().map(|row| row.state).collect()
    }

    fn ids(&self) -> Vec<u64> {
        self.queue.rows().iter().map(|row| row.id).collect()
    }
}

#[test]
fn a_document_goes_from_waiting_to_done_and_the_page_sees_no_path() {
    let fixture = fixture();
    let events = record_events(&fixture.page);
    fixture.add(&["a.txt"]);
    let id = fixture.ids()[0];
    assert!(matches!(fixture.queue.output(id), Err(Error::NotFinished(_))));
    fixture.fake.emit(0, JobEvent::Started { segments: 4 });
    fixture.fake.emit(0, progress(2));
    let left_alone = serde_json::from_str(r#"{"svg-text":2}"#).unwrap();
    let finished = JobResult { left_alone, ..result(Some(path("a.en.txt"))) };
    fixture.fake.emit(0, JobEvent::Finished(finished));
    let received = events();
    let states: Vec<_> = received.iter().map(|event| event["row"]["state"].as_str().unwrap()).collect();
    // Added, its language detected, submitted, started.
    assert_eq!(states, ["waiting", "waiting", "waiting", "waiting", "translating", "done"]);
    assert_eq!(received[3]["row"]["total"], 4);
    assert_eq!(received[4]["row"]["done"], 2);
    assert_eq!(received[5]["row"]["output"], "a.en.txt");
    assert_eq!(received[5]["row"]["left_alone"]["svg-text"], 2);
    assert!(!format!("{received:?}").contains(FOLDER));
    assert_eq!(fixture.queue.output(id).unwrap(), path("a.en.txt"));
}

#[test]
fn a_drop_reported_twice_is_added_once_until_it_ends() {
    let fixture = fixture();
    fixture.add(&["a.txt", "b.md"]);
    fixture.add(&["a.txt", "b.md"]);
    assert_eq!(fixture.states(), [RowState::Waiting; 2]);
    fixture.fake.emit(0, JobEvent::Cancelled);
    fixture.add(&["a.txt"]);
    assert_eq!(fixture.states(), [RowState::Cancelled, RowState::Waiting, RowState::Waiting]);
}

#[test]
fn a_document_in_another_language_waits_for_an_answer() {
    let fixture = fixture();
    fixture.add(&["日記.txt", "a.txt", "日本.txt"]);
    let rows = fixture.queue.rows();
    assert_eq!(rows[0].looks_like.as_deref(), Some("ja"));
    assert_eq!((rows[1].looks_like.as_deref(), &rows[0].pair), (None, &pair()));
    assert_eq!(fixture.states(), [RowState::Held, RowState::Waiting, RowState::Held]);
    assert_eq!(fixture.fake.take_calls(), ["submit a.txt de-en as 0"]);
    fixture.queue.resume(&fixture.translator, None).unwrap();
    assert_eq!(fixture.fake.take_calls(), [""; 0], "it is asked about each");
    fixture.queue.resume(&fixture.translator, Some(rows[0].id)).unwrap();
    let japanese = LanguagePair { from: "ja".into(), to: "en".into() };
    fixture.queue.set_pair(&fixture.translator, rows[2].id, japanese).unwrap();
    let submitted = ["submit 日記.txt de-en as 1", "submit 日本.txt ja-en as 2"];
    assert_eq!(fixture.fake.take_calls(), submitted);
    assert_eq!(fixture.states(), [RowState::Waiting; 3]);
}

#[test]
fn documents_are_translated_from_detected_languages_without_a_question() {
    let fixture = fixture();
    let japanese = || LanguagePair { from: "ja".into(), to: "en".into() };
    fixture.add_from(&["日記.txt", "日.csv", "a.txt"], |code| (code == "ja").then(japanese));
    let pairs: Vec<_> = fixture.queue.rows().into_iter().map(|row| row.pair).collect();
    assert_eq!(pairs, [japanese(), japanese(), pair()]);
    assert_eq!(fixture.states(), [RowState::Waiting, RowState::Held, RowState::Waiting], "a table asks");
    assert_eq!(fixture.fake.take_calls(), ["submit 日記.txt ja-en as 0", "submit a.txt de-en as 1"]);
}

#[test]
fn the_language_of_restored_documents_is_shown() {
    let fixture = fixture();
    // Of the restored documents, only unfinished ones are checked.
    *fixture.fake.stored.lock() =
        vec![stored(7, "日本.txt", JobState::Paused), stored(8, "日本語.txt", JobState::Done)];
    fixture.queue.restore(&fixture.translator).unwrap();
    fixture.queue.look_into_restored(&fixture.translator);
    let detected: Vec<_> = fixture.queue.rows().iter().map(|row| row.looks_like.clone()).collect();
    assert_eq!(detected, [Some("ja".to_owned()), None]);
}

#[test]
fn a_paused_document_resumes_where_it_stopped() {
    let fixture = fixture();
    fixture.add(&["a.txt", "b.txt"]);
    fixture.fake.emit(0, progress(2));
    fixture.fake.take_calls();
    fixture.queue.pause(&fixture.translator, None).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["pause 0", "pause 1"]);
    assert_eq!(fixture.states(), [RowState::Translating, RowState::Waiting], "until the engine confirms");
    fixture.fake.emit(0, JobEvent::Paused);
    fixture.fake.emit(1, JobEvent::Paused);
    assert_eq!(fixture.states(), [RowState::Paused; 2]);
    fixture.queue.pause(&fixture.translator, None).unwrap();
    fixture.queue.resume(&fixture.translator, None).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["resume 0", "resume 1"]);
    assert_eq!(fixture.states(), [RowState::Waiting; 2]);
    assert_eq!(fixture.queue.rows()[0].done, 2);
    fixture.fake.emit(0, progress(3));
    assert_eq!(fixture.states()[0], RowState::Translating);
}

#[test]
fn a_document_that_is_not_in_the_store_is_submitted_again() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Failed(problem("read")));
    *fixture.fake.next_error.lock() = Some(problem(NO_SUCH_JOB));
    fixture.fake.take_calls();
    let id = fixture.ids()[0];
    fixture.queue.resume(&fixture.translator, Some(id)).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["resume 0", "submit a.txt de-en as 1"]);
    assert_eq!(fixture.queue.rows()[0].problem, None);
    fixture.queue.resume(&fixture.translator, Some(id)).unwrap();
    assert_eq!(fixture.fake.take_calls(), [""; 0], "it is active");
}

#[test]
fn a_document_that_cannot_be_resumed_shows_the_reason() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Cancelled);
    *fixture.fake.next_error.lock() = Some(problem("queue_busy"));
    fixture.queue.resume(&fixture.translator, Some(fixture.ids()[0])).unwrap();
    assert_eq!(fixture.states(), [RowState::Failed]);
    assert_eq!(fixture.queue.rows()[0].problem, Some(problem("queue_busy")));
}

#[test]
fn another_pair_restarts_the_document_and_deletes_the_first_job() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    let (id, back) = (fixture.ids()[0], LanguagePair { from: "en".into(), to: "de".into() });
    fixture.fake.take_calls();
    fixture.queue.set_pair(&fixture.translator, id, back.clone()).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["cancel 0", "submit a.txt en-de as 1"]);
    fixture.fake.emit(0, progress(1));
    fixture.fake.emit(0, JobEvent::Cancelled);
    assert_eq!(fixture.fake.take_calls(), ["forget 0"]);
    assert_eq!((fixture.states(), fixture.ids()), (vec![RowState::Waiting], vec![id]));
    fixture.fake.emit(1, progress(1));
    assert_eq!(fixture.queue.rows()[0].pair, back);
    fixture.queue.set_pair(&fixture.translator, id, back).unwrap();
    assert_eq!(fixture.fake.take_calls(), [""; 0], "it already has this pair");
}

/// The language hint appears while a document is translated, or after it is done.
#[test]
fn the_pair_can_be_changed_in_every_state() {
    let back = LanguagePair { from: "en".into(), to: "de".into() };
    let ends = [
        JobEvent::Finished(result(Some(path("a.en.txt")))),
        JobEvent::Failed(problem("read")),
        JobEvent::Cancelled,
        JobEvent::Paused,
    ];
    for end in ends {
        let fixture = fixture();
        fixture.add(&["a.txt"]);
        let id = fixture.ids()[0];
        fixture.fake.emit(0, progress(2));
        fixture.fake.emit(0, end);
        fixture.fake.take_calls();
        fixture.queue.set_pair(&fixture.translator, id, back.clone()).unwrap();
        assert_eq!(fixture.fake.take_calls(), ["forget 0", "submit a.txt en-de as 1"]);
        let row = &fixture.queue.rows()[0];
        assert_eq!((row.id, row.state, &row.pair), (id, RowState::Waiting, &back));
        assert_eq!((row.done, row.to_review, &row.output, &row.problem), (0, 0, &None, &None));
    }
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, progress(2));
    fixture.fake.take_calls();
    fixture.queue.set_pair(&fixture.translator, fixture.ids()[0], back).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["cancel 0", "submit a.txt en-de as 1"]);
    fixture.fake.emit(0, JobEvent::Cancelled);
    assert_eq!(fixture.fake.take_calls(), ["forget 0"]);
}

#[test]
fn a_document_that_is_done_is_translated_again() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Finished(result(Some(path("a.en.txt")))));
    fixture.fake.take_calls();
    fixture.queue.resume(&fixture.translator, Some(fixture.ids()[0])).unwrap();
    assert_eq!(
        (fixture.fake.take_calls(), fixture.states()),
        (vec!["resume 0".into()], vec![RowState::Waiting])
    );
}

#[test]
fn a_removed_document_is_cancelled_and_deleted() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    let (id, events) = (fixture.ids()[0], record_events(&fixture.page));
    fixture.fake.take_calls();
    fixture.queue.remove(&fixture.translator, id).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["cancel 0"]);
    fixture.fake.emit(0, JobEvent::Cancelled);
    assert_eq!(fixture.fake.take_calls(), ["forget 0"]);
    assert_eq!(events().len(), 1);
    assert_eq!(events()[0]["type"], "gone");
    assert!(matches!(fixture.queue.remove(&fixture.translator, id), Err(Error::NoSuchDocument)));
    fixture.add(&["b.txt"]);
    assert_ne!(fixture.ids()[0], id, "ids are never reused");
}

#[test]
fn a_document_that_is_not_in_the_store_can_be_removed() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Finished(result(None)));
    fixture.fake.take_calls();
    *fixture.fake.next_error.lock() = Some(problem(NO_SUCH_JOB));
    fixture.queue.remove(&fixture.translator, fixture.ids()[0]).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["forget 0"]);
    assert_eq!(fixture.states(), []);
}

#[test]
fn drafts_are_kept_with_their_document() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Finished(result(None)));
    let id = fixture.ids()[0];
    let draft = Draft { index: 1, source: "Satz".into(), text: "Sentence".into() };
    fixture.queue.keep_drafts(id, vec![draft.clone()]).unwrap();
    assert_eq!((fixture.queue.drafts(id).unwrap(), fixture.queue.rows()[0].drafts), (vec![draft], 1));
    fixture.queue.remove(&fixture.translator, id).unwrap();
    assert!(fixture.queue.drafts.of(JobId(0)).is_empty());
    assert!(matches!(fixture.queue.drafts(id), Err(Error::NoSuchDocument)));
}

#[test]
fn stored_documents_are_restored_once() {
    let fixture = fixture();
    let states = [JobState::Interrupted, JobState::Running, JobState::Paused, JobState::Done];
    let all = || states.into_iter().zip(0..).map(|(state, job)| stored(job, "a.txt", state)).collect();
    for _ in 0..2 {
        *fixture.fake.stored.lock() = all();
        fixture.queue.restore(&fixture.translator).unwrap();
    }
    assert_eq!(fixture.states(), [RowState::Interrupted, RowState::Paused, RowState::Done]);
    assert_eq!(fixture.queue.rows()[0].done, 2);
    assert_eq!(fixture.queue.rows()[2].terms, TermCount { met: 1, missed: 1 });
    assert_eq!(fixture.queue.output(fixture.ids()[2]).unwrap(), path("a.en.txt"));
    fixture.queue.resume(&fixture.translator, None).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["resume 0", "resume 2"]);
    *fixture.fake.next_error.lock() = Some(problem("store_damaged"));
    let error = fixture.queue.restore(&fixture.translator).unwrap_err();
    assert_eq!(error.problem(), problem("store_damaged"));
}

#[test]
fn an_edit_updates_the_number_left_to_review() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Finished(result(Some(path("a.en.txt")))));
    fixture.fake.take_calls();
    let id = fixture.ids()[0];
    assert_eq!(fixture.queue.rows()[0].to_review, 1);
    assert_eq!(fixture.queue.segments(&fixture.translator, id).unwrap(), []);
    let edited = fixture.queue.edit(&fixture.translator, id, 3, ("Hello", false)).unwrap();
    assert_eq!((edited[0].index, &*edited[0].target), (3, "Hello"));
    assert_eq!(fixture.queue.suggestions(&fixture.translator, id, 3).unwrap(), []);
    assert_eq!(fixture.fake.take_calls(), ["segments 0", "edit 3 Hello 0", "suggestions 3 0"]);
    assert_eq!(fixture.queue.rows()[0].to_review, 0);
    assert_eq!(fixture.queue.rows()[0].terms, TermCount { met: 2, missed: 0 });
    *fixture.fake.next_error.lock() = Some(problem("store_full"));
    let error = fixture.queue.edit(&fixture.translator, id, 3, ("Hello", true)).unwrap_err();
    assert_eq!(error.problem(), problem("store_full"));
}
