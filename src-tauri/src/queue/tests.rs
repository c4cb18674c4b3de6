use super::*;
use crate::scripted::{Scripted, listen, pair, problem, result};

const FOLDER: &str = "/home/reader/letters";

struct Scene {
    scripted: Arc<Scripted>,
    translator: Translator,
    page: Arc<Page>,
    queue: Queue,
}

fn scene() -> Scene {
    let (page, scripted) = (Arc::new(Page::default()), Arc::new(Scripted::default()));
    Scene { translator: scripted.clone(), scripted, queue: Queue::new(page.clone()), page }
}

fn progress(done: usize) -> JobEvent {
    JobEvent::Progress { done, total: 4, tokens_per_second: 9.0, eta_s: Some(3.0) }
}

fn path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

fn kept(job: u64, name: &str, state: JobState) -> Kept {
    let (job, input, pair) = (JobId(job), path(name), pair());
    let output = (state == JobState::Done).then(|| path("a.en.txt"));
    let terms = TermCount { met: 1, missed: 1 };
    Kept { job, input, pair, state, problem: None, output, done: 2, total: 4, to_review: 1, terms }
}

impl Scene {
    fn add(&self, names: &[&str]) {
        self.queue.add(&self.translator, &pair(), names.iter().map(|name| path(name)).collect());
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
    let scene = scene();
    let heard = listen(&scene.page);
    scene.add(&["a.txt"]);
    let id = scene.ids()[0];
    assert!(matches!(scene.queue.output(id), Err(Error::NotFinished(_))));
    scene.scripted.tell(0, JobEvent::Started { segments: 4 });
    scene.scripted.tell(0, progress(2));
    scene.scripted.tell(0, JobEvent::Finished(result(Some(path("a.en.txt")))));
    let seen = heard();
    let states: Vec<_> = seen.iter().map(|event| event["row"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["waiting", "waiting", "translating", "done"]);
    assert_eq!(seen[1]["row"]["total"], 4);
    assert_eq!(seen[2]["row"]["done"], 2);
    assert_eq!(seen[3]["row"]["output"], "a.en.txt");
    assert!(!format!("{seen:?}").contains(FOLDER));
    assert_eq!(scene.queue.output(id).unwrap(), path("a.en.txt"));
}

#[test]
fn a_drop_reported_twice_is_added_once_until_it_ends() {
    let scene = scene();
    scene.add(&["a.txt", "b.md"]);
    scene.add(&["a.txt", "b.md"]);
    assert_eq!(scene.states(), [RowState::Waiting; 2]);
    scene.scripted.tell(0, JobEvent::Cancelled);
    scene.add(&["a.txt"]);
    assert_eq!(scene.states(), [RowState::Cancelled, RowState::Waiting, RowState::Waiting]);
}

#[test]
fn what_a_text_looks_like_is_shown_and_changes_nothing() {
    let scene = scene();
    scene.add(&["日記.txt", "a.txt"]);
    let rows = scene.queue.rows();
    assert_eq!(rows[0].looks_like.as_deref(), Some("ja"));
    assert_eq!((rows[1].looks_like.as_deref(), &rows[0].pair), (None, &pair()));
    // Of the last time, it is looked for in what is not done.
    *lock(&scene.scripted.kept) =
        vec![kept(7, "日本.txt", JobState::Paused), kept(8, "日本語.txt", JobState::Done)];
    scene.queue.restore(&scene.translator).unwrap();
    scene.queue.look(&scene.translator);
    let seen: Vec<_> = scene.queue.rows()[2..].iter().map(|row| row.looks_like.clone()).collect();
    assert_eq!(seen, [Some("ja".to_owned()), None]);
}

#[test]
fn a_document_is_set_aside_and_goes_on_where_it_was() {
    let scene = scene();
    scene.add(&["a.txt", "b.txt"]);
    scene.scripted.tell(0, progress(2));
    scene.scripted.asked();
    scene.queue.pause(&scene.translator, None).unwrap();
    assert_eq!(scene.scripted.asked(), ["pause 0", "pause 1"]);
    assert_eq!(scene.states(), [RowState::Translating, RowState::Waiting], "until the engine says so");
    scene.scripted.tell(0, JobEvent::Paused);
    scene.scripted.tell(1, JobEvent::Paused);
    assert_eq!(scene.states(), [RowState::Paused; 2]);
    scene.queue.pause(&scene.translator, None).unwrap();
    scene.queue.resume(&scene.translator, None).unwrap();
    assert_eq!(scene.scripted.asked(), ["resume 0", "resume 1"]);
    assert_eq!(scene.states(), [RowState::Waiting; 2]);
    assert_eq!(scene.queue.rows()[0].done, 2);
    scene.scripted.tell(0, progress(3));
    assert_eq!(scene.states()[0], RowState::Translating);
}

#[test]
fn a_document_that_the_store_never_had_is_handed_over_again() {
    let scene = scene();
    scene.add(&["a.txt"]);
    scene.scripted.tell(0, JobEvent::Failed(problem("read")));
    *lock(&scene.scripted.refusal) = Some(problem(NOT_KEPT));
    scene.scripted.asked();
    let id = scene.ids()[0];
    scene.queue.resume(&scene.translator, Some(id)).unwrap();
    assert_eq!(scene.scripted.asked(), ["resume 0", "submit a.txt de-en as 1"]);
    assert_eq!(scene.queue.rows()[0].problem, None);
    scene.queue.resume(&scene.translator, Some(id)).unwrap();
    assert_eq!(scene.scripted.asked(), [""; 0], "it is on its way");
}

#[test]
fn a_document_that_cannot_go_on_says_why() {
    let scene = scene();
    scene.add(&["a.txt"]);
    scene.scripted.tell(0, JobEvent::Cancelled);
    *lock(&scene.scripted.refusal) = Some(problem("queue_busy"));
    scene.queue.resume(&scene.translator, Some(scene.ids()[0])).unwrap();
    assert_eq!(scene.states(), [RowState::Failed]);
    assert_eq!(scene.queue.rows()[0].problem, Some(problem("queue_busy")));
}

#[test]
fn other_languages_start_the_document_anew_and_forget_the_first_try() {
    let scene = scene();
    scene.add(&["a.txt"]);
    let (id, back) = (scene.ids()[0], LanguagePair { from: "en".into(), to: "de".into() });
    scene.scripted.asked();
    scene.queue.set_pair(&scene.translator, id, back.clone()).unwrap();
    assert_eq!(scene.scripted.asked(), ["cancel 0", "submit a.txt en-de as 1"]);
    scene.scripted.tell(0, progress(1));
    scene.scripted.tell(0, JobEvent::Cancelled);
    assert_eq!(scene.scripted.asked(), ["forget 0"]);
    assert_eq!((scene.states(), scene.ids()), (vec![RowState::Waiting], vec![id]));
    scene.scripted.tell(1, progress(1));
    assert_eq!(scene.queue.rows()[0].pair, back);
    scene.queue.set_pair(&scene.translator, id, back).unwrap();
    assert_eq!(scene.scripted.asked(), [""; 0], "it is in these languages");
}

/// What a text looks like is seen when it is under way, or after it is done.
#[test]
fn the_languages_can_be_changed_whatever_became_of_the_document() {
    let back = LanguagePair { from: "en".into(), to: "de".into() };
    let ends = [
        JobEvent::Finished(result(Some(path("a.en.txt")))),
        JobEvent::Failed(problem("read")),
        JobEvent::Cancelled,
        JobEvent::Paused,
    ];
    for end in ends {
        let scene = scene();
        scene.add(&["a.txt"]);
        let id = scene.ids()[0];
        scene.scripted.tell(0, progress(2));
        scene.scripted.tell(0, end);
        scene.scripted.asked();
        scene.queue.set_pair(&scene.translator, id, back.clone()).unwrap();
        assert_eq!(scene.scripted.asked(), ["forget 0", "submit a.txt en-de as 1"]);
        let row = &scene.queue.rows()[0];
        assert_eq!((row.id, row.state, &row.pair), (id, RowState::Waiting, &back));
        assert_eq!((row.done, row.to_review, &row.output, &row.problem), (0, 0, &None, &None));
    }
    let scene = scene();
    scene.add(&["a.txt"]);
    scene.scripted.tell(0, progress(2));
    scene.scripted.asked();
    scene.queue.set_pair(&scene.translator, scene.ids()[0], back).unwrap();
    assert_eq!(scene.scripted.asked(), ["cancel 0", "submit a.txt en-de as 1"]);
    scene.scripted.tell(0, JobEvent::Cancelled);
    assert_eq!(scene.scripted.asked(), ["forget 0"]);
}

#[test]
fn a_document_that_is_done_is_translated_again() {
    let scene = scene();
    scene.add(&["a.txt"]);
    scene.scripted.tell(0, JobEvent::Finished(result(Some(path("a.en.txt")))));
    scene.scripted.asked();
    scene.queue.resume(&scene.translator, Some(scene.ids()[0])).unwrap();
    assert_eq!((scene.scripted.asked(), scene.states()), (vec!["resume 0".into()], vec![RowState::Waiting]));
}

#[test]
fn a_removed_document_is_given_up_and_forgotten() {
    let scene = scene();
    scene.add(&["a.txt"]);
    let (id, heard) = (scene.ids()[0], listen(&scene.page));
    scene.scripted.asked();
    scene.queue.remove(&scene.translator, Some(id)).unwrap();
    assert_eq!(scene.scripted.asked(), ["cancel 0"]);
    scene.scripted.tell(0, JobEvent::Cancelled);
    assert_eq!(scene.scripted.asked(), ["forget 0"]);
    assert_eq!(heard().len(), 1);
    assert_eq!(heard()[0]["type"], "gone");
    assert!(matches!(scene.queue.remove(&scene.translator, Some(id)), Err(Error::NoSuchDocument)));
    scene.add(&["b.txt"]);
    assert_ne!(scene.ids()[0], id, "a number is never given twice");
}

#[test]
fn finished_documents_are_cleared_together() {
    let scene = scene();
    scene.add(&["a.txt", "b.txt", "c.txt"]);
    scene.scripted.tell(0, JobEvent::Finished(result(None)));
    scene.scripted.tell(2, JobEvent::Finished(result(None)));
    scene.scripted.asked();
    *lock(&scene.scripted.refusal) = Some(problem(NOT_KEPT));
    scene.queue.remove(&scene.translator, None).unwrap();
    assert_eq!(scene.scripted.asked(), ["forget 0", "forget 2"]);
    assert_eq!(scene.states(), [RowState::Waiting]);
}

#[test]
fn documents_of_the_last_time_are_shown_once() {
    let scene = scene();
    let states = [JobState::Interrupted, JobState::Running, JobState::Paused, JobState::Done];
    let all = || states.into_iter().zip(0..).map(|(state, job)| kept(job, "a.txt", state)).collect();
    for _ in 0..2 {
        *lock(&scene.scripted.kept) = all();
        scene.queue.restore(&scene.translator).unwrap();
    }
    assert_eq!(scene.states(), [RowState::Interrupted, RowState::Paused, RowState::Done]);
    assert_eq!(scene.queue.rows()[0].done, 2);
    assert_eq!(scene.queue.rows()[2].terms, TermCount { met: 1, missed: 1 });
    assert_eq!(scene.queue.output(scene.ids()[2]).unwrap(), path("a.en.txt"));
    scene.queue.resume(&scene.translator, None).unwrap();
    assert_eq!(scene.scripted.asked(), ["resume 0", "resume 2"]);
    *lock(&scene.scripted.refusal) = Some(problem("store_damaged"));
    let refused = scene.queue.restore(&scene.translator).unwrap_err();
    assert_eq!(refused.problem(), problem("store_damaged"));
}

#[test]
fn an_edit_tells_how_much_is_left_to_review() {
    let scene = scene();
    scene.add(&["a.txt"]);
    scene.scripted.tell(0, JobEvent::Finished(result(Some(path("a.en.txt")))));
    scene.scripted.asked();
    let id = scene.ids()[0];
    assert_eq!(scene.queue.rows()[0].to_review, 1);
    assert_eq!(scene.queue.segments(&scene.translator, id).unwrap(), []);
    let edited = scene.queue.edit(&scene.translator, id, 3, "Hello").unwrap();
    assert_eq!((edited[0].index, &*edited[0].target), (3, "Hello"));
    assert_eq!(scene.queue.suggestions(&scene.translator, id, 3).unwrap(), []);
    assert_eq!(scene.scripted.asked(), ["segments 0", "edit 3 Hello 0", "suggestions 3 0"]);
    assert_eq!(scene.queue.rows()[0].to_review, 0);
    assert_eq!(scene.queue.rows()[0].terms, TermCount { met: 2, missed: 0 });
    *lock(&scene.scripted.refusal) = Some(problem("store_full"));
    let refused = scene.queue.edit(&scene.translator, id, 3, "Hello").unwrap_err();
    assert_eq!(refused.problem(), problem("store_full"));
}
