use super::fake_library::{FakeLibrary, OnGet};
use super::*;
use crate::fake_translator::{FakeTranslator, pair, problem, record_events};
use serde_json::Value;
use std::path::Path;
use translation::{GetEvent, GetOutcome, TestVerdict, WaitReason};

struct Fixture {
    library: Arc<FakeLibrary>,
    models: Arc<ModelsState>,
    translator: FakeTranslator,
    events: Box<dyn Fn() -> Vec<Value>>,
}

fn fixture() -> Fixture {
    let (page, library) = (Arc::new(PageChannel::default()), Arc::<FakeLibrary>::default());
    let models = Arc::new(ModelsState::new(Arc::clone(&page), Box::new(Arc::clone(&library))));
    let translator = FakeTranslator::default();
    *translator.verdict.lock() = Some(TestVerdict::Works);
    Fixture { library, models, translator, events: Box::new(record_events(&page)) }
}

impl Fixture {
    /// The states of the works that the page received, in order.
    fn states(&self) -> Vec<String> {
        let state = |event: &Value| match event["type"].as_str() {
            Some("work") => event["work"]["state"]["state"].as_str().map(str::to_owned),
            Some("work_gone") => Some("gone".to_owned()),
            _ => None,
        };
        (self.events)().iter().filter_map(state).collect()
    }

    fn works(&self) -> Vec<Work> {
        self.models.send().unwrap();
        self.models.works.lock().iter().map(|entry| entry.work.clone()).collect()
    }

    fn on_get(&self, get: OnGet) {
        *self.library.on_get.lock() = Some(get);
    }
}

fn progress(done: u64) -> GetEvent {
    let file = String::from("a.gguf");
    GetEvent::Progress { file, file_done: done, file_total: 9, done, total: 9, bytes_per_second: 3 }
}

fn kept(done: u64) -> Unfinished {
    Unfinished { set: "europe".into(), done, total: 9 }
}

#[test]
fn a_set_is_downloaded_imported_tested_and_ready() {
    let fixture = fixture();
    fixture.on_get(Box::new(|_, report| {
        report(progress(3));
        report(GetEvent::Waiting { file: "a.gguf".into(), seconds: 55, reason: WaitReason::RateLimit });
        report(GetEvent::Verifying { file: "a.gguf".into(), done: 9, total: 9 });
        report(GetEvent::Importing { model: "a".into(), stage: "hashing", done: 9, total: 9 });
        Ok(GetOutcome::Installed(Default::default()))
    }));
    assert!(fixture.models.begin_set("europe").unwrap());
    assert!(!fixture.models.begin_set("europe").unwrap(), "it is at work already");
    assert!(fixture.models.install("europe"));
    fixture.models.test_set("europe", Some(&pair()), &fixture.translator);
    let expected = [
        "queued",
        "downloading",
        "downloading",
        "waiting",
        "verifying",
        "importing",
        "testing",
        "testing",
        "ready",
    ];
    assert_eq!(fixture.states(), expected);
    assert_eq!(fixture.library.take_calls(), ["get europe", "test europe de-en"]);
    assert_eq!(fixture.translator.take_calls(), ["test de-en L + src"]);
    let last = (fixture.events)().pop().unwrap();
    assert_eq!(last["work"]["title"], "EUROPE");
    assert_eq!(last["work"]["state"]["directions"][0]["verdict"], "works");
    fixture.models.dismiss("europe");
    assert!(fixture.works().is_empty());
}

#[test]
fn a_download_can_be_paused_resumed_and_cancelled() {
    let fixture = fixture();
    *fixture.library.unfinished.lock() = vec![kept(3)];
    fixture.on_get(Box::new(|control, report| {
        report(progress(3));
        control.pause();
        Ok(GetOutcome::Paused)
    }));
    fixture.models.begin_set("europe").unwrap();
    assert!(!fixture.models.install("europe"));
    assert_eq!(fixture.works()[0].state, WorkState::Paused { done: 3, total: 9 });
    fixture.on_get(Box::new(|_, _| Ok(GetOutcome::Cancelled)));
    assert!(fixture.models.begin_set("europe").unwrap(), "paused work can be begun again");
    assert!(!fixture.models.install("europe"));
    assert_eq!(fixture.states().last().unwrap(), "gone");
    fixture.library.take_calls();
    // What an earlier run has left is shown as paused, and can be cancelled without being resumed.
    assert_eq!(fixture.works()[0].state, WorkState::Paused { done: 3, total: 9 });
    fixture.models.cancel("europe").unwrap();
    assert_eq!(fixture.library.take_calls(), ["read", "remove download europe"]);
    // Another process has finished a download that was shown as paused.
    assert_eq!(fixture.works().len(), 1);
    fixture.library.unfinished.lock().clear();
    assert!(fixture.works().is_empty());
}

#[test]
fn work_that_waits_for_other_work_is_taken_out_of_the_queue_at_once() {
    let fixture = fixture();
    for end in [ModelsState::pause, |models: &ModelsState, set: &str| models.cancel(set).unwrap()] {
        fixture.models.begin_set("europe").unwrap();
        end(&fixture.models, "europe");
        assert_eq!(fixture.states().last().unwrap(), "gone");
        assert!(!fixture.models.install("europe"), "its turn comes and passes");
    }
    assert!(!fixture.library.take_calls().contains(&"get europe".to_owned()));
}

#[test]
fn a_failure_keeps_what_arrived_and_knows_the_page_that_helps() {
    let fixture = fixture();
    *fixture.library.unfinished.lock() = vec![kept(5)];
    for (page, expected) in
        [(Some("https://hub/page"), "https://hub/page"), (None, "https://example.org/europe")]
    {
        fixture.on_get(Box::new(move |_, _| {
            Err(Failure { problem: problem("gated"), page: page.map(str::to_owned) })
        }));
        fixture.models.begin_set("europe").unwrap();
        assert!(!fixture.models.install("europe"));
        let failed = WorkState::Failed { problem: problem("gated"), page: page.is_some(), done: 5, total: 9 };
        assert_eq!(fixture.works()[0].state, failed);
        assert_eq!(fixture.models.page_of("europe").unwrap(), expected);
    }
    assert_eq!(fixture.models.page_of("other"), None);
    assert!(fixture.models.begin_set("unknown").is_err());
}

#[test]
fn a_cancelled_test_is_gone_at_once_and_changes_nothing_later() {
    let fixture = fixture();
    fixture.models.begin_set("europe").unwrap();
    *fixture.translator.on_test.lock() = Some(Box::new({
        let models = Arc::clone(&fixture.models);
        move || {
            models.cancel("europe").unwrap();
            assert!(models.begin_set("europe").unwrap(), "it can be begun again");
        }
    }));
    fixture.models.test_set("europe", None, &fixture.translator);
    assert_eq!(fixture.states(), ["queued", "testing", "testing", "gone", "queued"]);
}

#[test]
fn a_test_that_cannot_be_run_fails_the_work() {
    let fixture = fixture();
    *fixture.translator.verdict.lock() = None;
    fixture.models.begin_set("europe").unwrap();
    fixture.models.test_set("europe", None, &fixture.translator);
    *fixture.library.next_error.lock() = Some(problem("not_installed"));
    fixture.models.begin_set("japanese").unwrap();
    fixture.models.test_set("japanese", None, &fixture.translator);
    let codes: Vec<_> = fixture.works().into_iter().map(|work| work.state).collect();
    for (state, code) in codes.into_iter().zip(["test_failed", "not_installed"]) {
        assert!(matches!(state, WorkState::Failed { problem, .. } if problem.code == code));
    }
}

#[test]
fn a_file_is_asked_about_before_it_is_imported() {
    let fixture = fixture();
    fixture.models.offer(Path::new("/secret/a.gguf"));
    let event = (fixture.events)().pop().unwrap();
    assert_eq!(event["candidate"]["file"], "a.gguf");
    assert!(!event.to_string().contains("secret"), "paths stay in Rust");
    let id = event["candidate"]["id"].as_u64().unwrap();
    fixture.models.send().unwrap();
    assert_eq!((fixture.events)().pop().unwrap()["models"]["candidate"]["id"], id);
    let begin = |id, role: &str, languages: &[&str]| {
        let languages = languages.iter().map(|&code| code.to_owned()).collect();
        fixture.models.begin_import(id, "mine".into(), role, languages, Some("large".into()))
    };
    assert!(matches!(begin(id, "xx", &["de"]), Err(Error::UnknownLanguage(code)) if code == "xx"));
    assert!(matches!(begin(id, "de", &["yy"]), Err(Error::UnknownLanguage(code)) if code == "yy"));
    assert!(matches!(begin(id + 1, "de", &["de"]), Err(Error::NoCandidate)));
    let (work, source) = begin(id, "de", &["de", "en"]).unwrap().unwrap();
    assert!(matches!(begin(id, "de", &["de"]), Err(Error::NoCandidate)), "the question is answered");
    fixture.library.take_calls();
    assert!(fixture.models.import(&work, &source));
    fixture.models.test_model(&work, &fixture.translator);
    let call = "import /secret/a.gguf as Some(\"mine\") Some(Specialist { language: \"de\" }) [\"de\", \"en\"] over large";
    assert_eq!(fixture.library.take_calls(), [call]);
    assert_eq!(fixture.states(), ["queued", "importing", "importing", "testing", "testing", "ready"]);
}

#[test]
fn an_import_can_fail_be_dismissed_or_need_no_test() {
    let fixture = fixture();
    fixture.models.offer_found("ollama").unwrap();
    fixture.models.dismiss_candidate(1);
    assert!(fixture.models.candidate.lock().is_none());
    let import = |name: &str, error| {
        fixture.models.offer(Path::new("a.gguf"));
        let id = fixture.models.candidate.lock().as_ref().unwrap().0.id;
        let begun = fixture.models.begin_import(id, name.into(), "large", vec!["de".into()], None);
        let (work, source) = begun.unwrap().unwrap();
        *fixture.library.next_error.lock() = error;
        (fixture.models.import(&work, &source), work)
    };
    assert!(!import("full", Some(problem("write"))).0);
    assert!(
        matches!(&fixture.works()[0].state, WorkState::Failed { problem, .. } if problem.code == "write")
    );
    let (_, work) = import("untestable", None);
    fixture.models.test_model(&work, &fixture.translator);
    assert_eq!(fixture.works()[1].state, WorkState::Ready { directions: Vec::new() });
    fixture.models.remove_model("untestable").unwrap();
    fixture.models.remove_set("europe").unwrap();
    assert_eq!(fixture.works().len(), 1, "a removed model has no result");
}

#[test]
fn estimates_follow_once_they_can_be_made() {
    let fixture = fixture();
    *fixture.library.is_unmeasured.lock() = true;
    fixture.models.measure().unwrap();
    fixture.models.measure().unwrap();
    assert_eq!(fixture.library.take_calls(), ["measure", "read", "measure"]);
}

#[test]
fn a_change_by_another_program_is_noticed_once() {
    let fixture = fixture();
    fixture.models.send().unwrap();
    assert!(!fixture.models.has_changed());
    *fixture.library.stamp.lock() = "another".into();
    assert!(fixture.models.has_changed());
    fixture.models.send().unwrap();
    assert!(!fixture.models.has_changed());
    *fixture.library.next_error.lock() = Some(problem("catalogue"));
    assert!(fixture.models.send().is_err());
}

/// What stands still or is on its way to a stop loses nothing by closing.
#[test]
fn closing_stops_only_work_that_goes_on() {
    let fixture = fixture();
    let stops = |models: &Arc<ModelsState>| models.is_stopped_by_closing();
    assert!(!stops(&fixture.models), "there is no work");
    assert!(fixture.models.begin_set("europe").unwrap());
    assert!(stops(&fixture.models), "what is queued would be forgotten");
    let models = Arc::clone(&fixture.models);
    fixture.on_get(Box::new(move |control, report| {
        report(progress(3));
        assert!(stops(&models), "it downloads");
        report(GetEvent::Waiting { file: "a.gguf".into(), seconds: 55, reason: WaitReason::RateLimit });
        assert!(!stops(&models), "it waits, and what has arrived is kept");
        report(GetEvent::Verifying { file: "a.gguf".into(), done: 9, total: 9 });
        assert!(stops(&models));
        report(GetEvent::Importing { model: "a".into(), stage: "hashing", done: 9, total: 9 });
        assert!(stops(&models), "an import begins anew");
        control.pause();
        assert!(!stops(&models), "it is about to be paused");
        Ok(GetOutcome::Paused)
    }));
    assert!(!fixture.models.install("europe"));
    assert!(!stops(&fixture.models), "it is paused");
    fixture.library.unfinished.lock().push(kept(3));
    fixture.models.send().unwrap();
    assert!(!stops(&fixture.models), "paused by an earlier run");
    assert!(fixture.models.begin_set("europe").unwrap());
    let models = Arc::clone(&fixture.models);
    *fixture.translator.on_test.lock() =
        Some(Box::new(move || assert!(!stops(&models), "a test can be repeated")));
    fixture.models.test_set("europe", None, &fixture.translator);
    assert!(!stops(&fixture.models), "it is done");
}
