//! The window's state; the page's commands act on it.

mod models;
mod settings;

use crate::backend::{Backend, Translate, formats};
use crate::drafts::Drafts;
use crate::error::Error;
use crate::files;
use crate::models::{Library, ModelsState};
use crate::page::{Engine, Event, Offer, PageChannel, Snapshot, Suggestion};
use crate::queue::Queue;
use crate::settings::Settings;
use crate::typed_text::TypedText;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use translation::{
    DocumentTerm, DocumentTermEdit, LanguagePair, LoadingStage, Problem, Segment, Source, Term,
};

/// Lives as long as the window.
pub struct State {
    /// Receives all events.
    pub page: Arc<PageChannel>,
    /// The documents.
    pub queue: Queue,
    /// Work on models.
    pub models: ModelsState,
    typed_text: TypedText,
    settings: Arc<Settings>,
    backend: Box<dyn Backend>,
    translator: Mutex<Option<Arc<dyn Translate>>>,
    status: Mutex<Status>,
}

struct Status {
    engine: Engine,
    offer: Offer,
    /// Why the stored documents could not be restored.
    notice: Option<Problem>,
}

impl State {
    /// Call `start` to load the models.
    pub fn new(
        backend: Box<dyn Backend>,
        library: Box<dyn Library>,
        settings: Settings,
        drafts: Drafts,
    ) -> Arc<Self> {
        let (page, settings) = (Arc::new(PageChannel::default()), Arc::new(settings));
        let engine = Engine::Loading { stage: LoadingStage::Reading, done: 0, total: 0 };
        Arc::new(Self {
            queue: Queue::new(Arc::clone(&page), Arc::clone(&settings), drafts),
            models: ModelsState::new(Arc::clone(&page), library),
            page,
            typed_text: TypedText::default(),
            settings,
            backend,
            translator: Mutex::default(),
            status: Mutex::new(Status { engine, offer: Offer::default(), notice: None }),
        })
    }

    /// Starts the engine with the models of the current pair, or reloads one that failed: active documents stay with
    /// their engine.
    pub fn start(self: &Arc<Self>) {
        self.typed_text.stop();
        let offer = self.backend.offer();
        let pair = offer
            .as_ref()
            .map_err(Problem::clone)
            .and_then(|offer| self.current_pair(&offer.pairs).ok_or_else(|| Error::NoModels.problem()));
        self.status.lock().offer = offer.unwrap_or_default();
        let pair = match pair {
            Ok(pair) => pair,
            Err(problem) => return self.set_engine(Engine::Failed { problem }),
        };
        self.set_engine(Engine::Loading { stage: LoadingStage::Reading, done: 0, total: 0 });
        let running = self.translator.lock().clone().filter(|translator| translator.restart(pair.clone()));
        let translator = running.unwrap_or_else(|| self.new_translator(pair));
        *self.translator.lock() = Some(Arc::clone(&translator));
        // The window works without its store, but shows why stored documents are missing. At the first start no page is
        // subscribed yet, so the snapshot contains the notice too.
        let notice = self.queue.restore(&translator).err().map(|error| error.problem());
        self.status.lock().notice.clone_from(&notice);
        let state = Arc::clone(self);
        std::thread::spawn(move || state.queue.detect_languages(&translator));
        if let Some(problem) = notice {
            self.page.send(Event::Refused { problem });
        }
    }

    fn new_translator(self: &Arc<Self>, pair: LanguagePair) -> Arc<dyn Translate> {
        let state = Arc::downgrade(self);
        let on_engine = move |engine| {
            if let Some(state) = state.upgrade() {
                state.set_engine(engine);
            }
        };
        self.backend.start(pair, self.settings.preferences().adapter, Box::new(on_engine))
    }

    /// Sends the event under the lock, so that the page receives changes in order.
    fn set_engine(&self, engine: Engine) {
        let mut status = self.status.lock();
        status.engine = engine.clone();
        let offer = status.offer.clone();
        self.page.send(Event::Engine { pair: self.current_pair(&offer.pairs), engine, offer });
    }

    /// The complete state, for a page that subscribes.
    pub fn snapshot(&self) -> Snapshot {
        let status = self.status.lock();
        Snapshot {
            engine: status.engine.clone(),
            pair: self.current_pair(&status.offer.pairs),
            recent: self.settings.recent(),
            rows: self.queue.rows(),
            preferences: self.settings.preferences(),
            output_folder: self.output_folder(),
            formats: formats(),
            offer: status.offer.clone(),
            notice: status.notice.clone(),
        }
    }

    /// Selects the current pair and returns the recent ones, newest first.
    pub fn choose_pair(&self, pair: LanguagePair) -> Result<Vec<LanguagePair>, Error> {
        self.check_supported(&pair)?;
        if let Err(error) = self.settings.remember(pair) {
            eprintln!("The language pair could not be saved for the next start: {error}");
        }
        Ok(self.settings.recent())
    }

    /// Translates a text with the current pair and cancels the previous text.
    pub fn translate(&self, seq: u64, text: String) -> Result<(), Error> {
        let translator = self.translator()?;
        let job = self.settings.job(self.pair()?, Source::Text(text));
        self.typed_text.translate(translator, Arc::clone(&self.page), seq, job);
        Ok(())
    }

    /// Detects the language of a text; none if uncertain. Returns its code.
    pub fn detect(&self, text: &str) -> Result<Option<String>, Error> {
        Ok(self.translator()?.detect(text))
    }

    /// Cancels the text.
    pub fn stop(&self) {
        self.typed_text.stop();
    }

    /// Adds documents, and those in folders, with the current pair; reports folders without usable documents to the
    /// page. Slow: it reads the documents.
    pub fn add(&self, paths: Vec<PathBuf>) -> Result<(), Error> {
        let (translator, pair) = (self.translator()?, self.pair()?);
        let (documents, errors) = files::documents(paths, &pair.to);
        for error in errors {
            self.page.send(Event::Refused { problem: error.problem() });
        }
        self.queue.add(&translator, &pair, documents);
        Ok(())
    }

    /// Adds documents on a separate thread; reports errors to the page.
    pub fn add_in_background(self: &Arc<Self>, paths: Vec<PathBuf>) {
        let state = Arc::clone(self);
        std::thread::spawn(move || {
            if let Err(error) = state.add(paths) {
                state.page.send(Event::Refused { problem: error.problem() });
            }
        });
    }

    /// Restarts the translation of a document with another language pair.
    pub fn set_row_pair(&self, id: u64, pair: LanguagePair) -> Result<(), Error> {
        self.check_supported(&pair)?;
        self.queue.set_pair(&self.translator()?, id, pair)
    }

    /// Pauses a document, or all that are active.
    pub fn pause(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.pause(&self.translator()?, id)
    }

    /// Resumes a document, or all that are paused or interrupted.
    pub fn resume(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.resume(&self.translator()?, id)
    }

    /// Cancels the translation of a document.
    pub fn cancel(&self, id: u64) -> Result<(), Error> {
        self.queue.cancel(&self.translator()?, id)
    }

    /// Removes a document from the list.
    pub fn remove(&self, id: u64) -> Result<(), Error> {
        self.queue.remove(&self.translator()?, id)
    }

    /// The segments of a translated document.
    pub fn segments(&self, id: u64) -> Result<Vec<Segment>, Error> {
        self.queue.segments(&self.translator()?, id)
    }

    /// Translation memory matches for a segment, best first.
    pub fn suggestions(&self, id: u64, index: usize) -> Result<Vec<Suggestion>, Error> {
        self.queue.suggestions(&self.translator()?, id, index)
    }

    /// Replaces the translation of a segment; returns all segments that changed.
    pub fn edit(&self, id: u64, index: usize, text: &str) -> Result<Vec<Segment>, Error> {
        self.queue.edit(&self.translator()?, id, index, text)
    }

    /// The terms that a translated document keeps the same.
    pub fn document_terms(&self, id: u64) -> Result<Vec<DocumentTerm>, Error> {
        self.queue.document_terms(&self.translator()?, id)
    }

    /// Changes the translation of a document's term.
    pub fn set_document_term(&self, id: u64, term: &Term) -> Result<DocumentTermEdit, Error> {
        self.queue.set_document_term(&self.translator()?, id, term)
    }

    fn translator(&self) -> Result<Arc<dyn Translate>, Error> {
        self.translator.lock().clone().ok_or(Error::NotStarted)
    }

    fn pair(&self) -> Result<LanguagePair, Error> {
        self.current_pair(&self.status.lock().offer.pairs).ok_or(Error::NoModels)
    }

    fn check_supported(&self, pair: &LanguagePair) -> Result<(), Error> {
        let supported = self.status.lock().offer.pairs.contains(pair);
        supported
            .then_some(())
            .ok_or_else(|| Error::UnsupportedPair { from: pair.from.clone(), to: pair.to.clone() })
    }

    /// The newest recent pair that is supported, else the best supported one.
    fn current_pair(&self, supported: &[LanguagePair]) -> Option<LanguagePair> {
        let recent = self.settings.recent().into_iter().find(|pair| supported.contains(pair));
        recent.or_else(|| supported.first().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::OnEngine;
    use crate::fake_translator::{FakeTranslator, pair, record_events};
    use crate::models::fake_library::FakeLibrary;
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

        fn start(
            &self,
            pair: LanguagePair,
            adapter: Option<String>,
            on_engine: OnEngine,
        ) -> Arc<dyn Translate> {
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
}
