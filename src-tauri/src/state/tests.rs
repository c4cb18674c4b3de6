use super::*;
use crate::backend::OnEngine;
use crate::fake_translator::{FakeTranslator, pair, record_events};
use crate::models::fake_library::FakeLibrary;
use crate::page::RowState;
use crate::settings::Preferences;
use std::sync::atomic::Ordering;

/// The next results of the backend, and what it was started with.
#[derive(Default)]
pub struct FakeBackend {
    pub offers: Vec<Result<Offer, Problem>>,
    /// The error of the next translator when its store is first read.
    next_error: Option<Problem>,
    started: Vec<(LanguagePair, OnEngine)>,
    pub adapters: Vec<Option<String>>,
    pub translators: Vec<Arc<FakeTranslator>>,
}

impl Backend for Arc<Mutex<FakeBackend>> {
    fn offer(&self) -> Result<Offer, Problem> {
        self.lock().offers.pop().unwrap_or_else(|| Ok(both()))
    }

    fn start(&self, pair: LanguagePair, adapter: Option<String>, on_engine: OnEngine) -> Arc<dyn Translate> {
        let (mut backend, translator) = (self.lock(), Arc::new(FakeTranslator::default()));
        *translator.next_error.lock() = backend.next_error.take();
        backend.started.push((pair, on_engine));
        backend.adapters.push(adapter);
        backend.translators.push(translator.clone());
        translator
    }
}

pub fn both() -> Offer {
    Offer { pairs: vec![pair(), back()], demonstrations: vec![], languages: vec![] }
}

fn back() -> LanguagePair {
    LanguagePair { from: "en".into(), to: "de".into() }
}

pub fn french() -> LanguagePair {
    LanguagePair { from: "fr".into(), to: "en".into() }
}

fn problem() -> Problem {
    Problem { code: "lost".into(), message: "lost".into(), hint: "Again.".into() }
}

pub fn state(folder: &tempfile::TempDir) -> (Arc<State>, Arc<Mutex<FakeBackend>>) {
    let backend = Arc::<Mutex<FakeBackend>>::default();
    let settings = Settings::load(folder.path().join("settings.json"));
    (
        State::new(
            Box::new(Arc::clone(&backend)),
            Box::new(Arc::<FakeLibrary>::default()),
            settings,
            Drafts::load(None),
        ),
        backend,
    )
}

#[test]
fn the_page_receives_engine_states_and_can_restart_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    let events = record_events(&state.page);
    state.start();
    backend.lock().started[0].1(Engine::Failed { problem: problem() });
    state.start();
    backend.lock().started[0].1(Engine::Loading { stage: LoadingStage::Uploading, done: 1, total: 2 });
    let received = events();
    assert_eq!(received[0]["offer"]["pairs"].as_array().unwrap().len(), 2);
    assert_eq!(received[1]["engine"]["problem"]["code"], "lost");
    assert_eq!(received[2]["engine"]["state"], "loading");
    assert_eq!(received[3]["engine"]["stage"], "uploading");
    assert!(matches!(state.snapshot().engine, Engine::Loading { stage: LoadingStage::Uploading, .. }));
}

/// A second engine could not control active documents, and would load the models twice.
#[test]
fn a_failed_engine_is_restarted_instead_of_a_second_one() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    state.start();
    let document = folder.path().join("a.txt");
    std::fs::write(&document, "Hallo.").unwrap();
    state.add(vec![document]).unwrap();
    backend.lock().started[0].1(Engine::Failed { problem: problem() });
    state.start();
    let first = backend.lock().translators[0].clone();
    assert_eq!(first.take_calls(), ["submit a.txt de-en as 0", "restart de-en"]);
    state.pause(None).unwrap();
    assert_eq!(first.take_calls(), ["pause 0"], "the document can still be reached");
    assert_eq!(backend.lock().started.len(), 1);
    first.ended.store(true, Ordering::Relaxed);
    state.start();
    assert_eq!(backend.lock().started.len(), 2, "an engine whose thread has ended is replaced");
}

/// The window starts before its page subscribes.
#[test]
fn an_unreadable_store_is_reported_to_a_page_that_subscribes_later() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    backend.lock().next_error = Some(problem());
    state.start();
    assert_eq!(state.snapshot().notice, Some(problem()));
    state.start();
    assert_eq!(state.snapshot().notice, None, "it can be read now");
}

#[test]
fn unreadable_or_missing_models_fail_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    backend.lock().offers = vec![Ok(Offer::default()), Err(problem())];
    for code in ["lost", "no_models"] {
        state.start();
        let Engine::Failed { problem } = state.snapshot().engine else { panic!("{code}") };
        assert_eq!(problem.code, code);
    }
    assert!(backend.lock().started.is_empty());
    assert!(matches!(state.translate(1, "Hallo".into()), Err(Error::NotStarted)));
}

#[test]
fn the_chosen_pair_is_kept_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = state(&folder);
    first.start();
    assert_eq!(first.snapshot().pair, Some(pair()), "the best supported pair");
    assert_eq!(first.choose_pair(back()).unwrap(), [back()]);
    assert_eq!(first.snapshot().pair, Some(back()));
    let (next, backend) = state(&folder);
    next.start();
    assert_eq!(next.snapshot().pair, Some(back()));
    assert_eq!(backend.lock().started[0].0, back(), "its models are loaded first");
}

#[test]
fn documents_in_other_languages_ask_unless_languages_are_to_be_detected() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    let (japanese, german) = ([("ja", "fr"), ("ja", "en")], [("de", "ja"), ("en", "de")]);
    let pairs = german.into_iter().chain(japanese);
    let pairs = pairs.map(|(from, to)| LanguagePair { from: from.into(), to: to.into() }).collect();
    backend.lock().offers = vec![Ok(Offer { pairs, ..both() })];
    state.start();
    let add = |name: &str, from: &str, to: &str, detect| {
        state.prefer(Preferences { detect, ..Preferences::default() }).unwrap();
        state.choose_pair(LanguagePair { from: from.into(), to: to.into() }).unwrap();
        let document = folder.path().join(name);
        std::fs::write(&document, "Hallo.").unwrap();
        state.add(vec![document]).unwrap();
        let row = state.snapshot().rows.pop().unwrap();
        (row.state, row.pair.to_string())
    };
    assert_eq!(add("日.txt", "en", "de", false), (RowState::Held, "en-de".into()));
    assert_eq!(add("日.txt", "en", "de", true), (RowState::Waiting, "ja-fr".into()), "the first offered");
    assert_eq!(add("日記.txt", "de", "ja", true), (RowState::Waiting, "ja-fr".into()));
    assert_eq!(add("a.txt", "en", "de", true), (RowState::Waiting, "en-de".into()), "nothing is certain");
}

#[test]
fn invalid_commands_are_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let (state, _) = state(&folder);
    assert!(matches!(state.resume(Some(1)), Err(Error::NotStarted)));
    state.start();
    assert!(matches!(state.choose_pair(french()), Err(Error::UnsupportedPair { .. })));
    assert!(matches!(state.set_row_pair(1, french()), Err(Error::UnsupportedPair { .. })));
    assert!(matches!(state.set_row_pair(1, back()), Err(Error::NoSuchDocument)));
    for result in [state.resume(Some(1)), state.pause(Some(1)), state.cancel(1), state.remove(1)] {
        assert!(matches!(result, Err(Error::NoSuchDocument)));
    }
    assert!(matches!(state.segments(1), Err(Error::NoSuchDocument)));
    assert!(matches!(state.suggestions(1, 0), Err(Error::NoSuchDocument)));
    assert_eq!(state.snapshot().recent, []);
}
