//! Everything behind the page's commands.

use crate::engine::{Engines, LanguagePair, LoadingStage, Problem, Translate, formats};
use crate::error::Error;
use crate::files;
use crate::live::Live;
use crate::page::{Engine, Event, Offer, Page, Segment, Snapshot, Suggestion};
use crate::queue::Queue;
use crate::settings::Settings;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One for the window's life.
pub struct State {
    /// Whoever listens.
    pub page: Arc<Page>,
    /// The documents.
    pub queue: Queue,
    live: Live,
    settings: Settings,
    engines: Box<dyn Engines>,
    translator: Mutex<Option<Arc<dyn Translate>>>,
    present: Mutex<Present>,
}

struct Present {
    engine: Engine,
    offer: Offer,
    /// Why the documents of the last time are not there.
    notice: Option<Problem>,
}

impl State {
    /// Nothing runs before `start`.
    pub fn new(engines: Box<dyn Engines>, settings: Settings) -> Arc<Self> {
        let page = Arc::new(Page::default());
        let engine = Engine::Loading { stage: LoadingStage::Reading, done: 0, total: 0 };
        Arc::new(Self {
            queue: Queue::new(Arc::clone(&page)),
            page,
            live: Live::default(),
            settings,
            engines,
            translator: Mutex::default(),
            present: Mutex::new(Present { engine, offer: Offer::default(), notice: None }),
        })
    }

    /// Starts the engine with the models of the present pair, or lets one that failed load them anew: documents that
    /// are on their way stay with the engine that has them.
    pub fn start(self: &Arc<Self>) {
        self.live.stop();
        let offer = self.engines.offer();
        let pair = offer
            .as_ref()
            .map_err(Problem::clone)
            .and_then(|offer| self.pair_of(&offer.pairs).ok_or_else(|| Error::NoModels.problem()));
        lock(&self.present).offer = offer.unwrap_or_default();
        let pair = match pair {
            Ok(pair) => pair,
            Err(problem) => return self.tell(Engine::Failed { problem }),
        };
        self.tell(Engine::Loading { stage: LoadingStage::Reading, done: 0, total: 0 });
        let before = lock(&self.translator).clone().filter(|translator| translator.restart(pair.clone()));
        let translator = before.unwrap_or_else(|| self.new_translator(pair));
        *lock(&self.translator) = Some(Arc::clone(&translator));
        // The window works without its store, but whoever looks for the documents of the last time is told why they are
        // not there. At the start no page listens yet.
        let notice = self.queue.restore(&translator).err().map(|error| error.problem());
        lock(&self.present).notice.clone_from(&notice);
        let state = Arc::clone(self);
        std::thread::spawn(move || state.queue.look(&translator));
        if let Some(problem) = notice {
            self.page.say(Event::Refused { problem });
        }
    }

    fn new_translator(self: &Arc<Self>, pair: LanguagePair) -> Arc<dyn Translate> {
        let state = Arc::downgrade(self);
        let on_engine = move |engine| {
            if let Some(state) = state.upgrade() {
                state.tell(engine);
            }
        };
        self.engines.start(pair, Box::new(on_engine))
    }

    /// Says it under the lock, so that the page hears of changes in their order.
    fn tell(&self, engine: Engine) {
        let mut present = lock(&self.present);
        present.engine = engine.clone();
        let offer = present.offer.clone();
        self.page.say(Event::Engine { pair: self.pair_of(&offer.pairs), engine, offer });
    }

    /// The present, for a page that starts to listen.
    pub fn snapshot(&self) -> Snapshot {
        let present = lock(&self.present);
        Snapshot {
            engine: present.engine.clone(),
            pair: self.pair_of(&present.offer.pairs),
            recent: self.settings.recent(),
            rows: self.queue.rows(),
            formats: formats(),
            offer: present.offer.clone(),
            notice: present.notice.clone(),
        }
    }

    /// Makes the pair the present one and returns the recent ones, newest first.
    pub fn choose(&self, pair: LanguagePair) -> Result<Vec<LanguagePair>, Error> {
        self.offers(&pair)?;
        if let Err(error) = self.settings.remember(pair) {
            eprintln!("The pair is forgotten when the window closes, since it could not be saved: {error}");
        }
        Ok(self.settings.recent())
    }

    /// Translates a text in the present pair, in place of the text before.
    pub fn translate(&self, seq: u64, text: String) -> Result<(), Error> {
        let translator = self.translator()?;
        self.live.translate(translator, Arc::clone(&self.page), self.pair()?, seq, text);
        Ok(())
    }

    /// The code of the language that a text seems to be in, where that is clear.
    pub fn detect(&self, text: &str) -> Result<Option<String>, Error> {
        Ok(self.translator()?.detect(text))
    }

    /// Gives up the text.
    pub fn stop(&self) {
        self.live.stop();
    }

    /// Adds documents, and those in folders, in the present pair; the page hears of folders that cannot be meant.
    /// Reads them, so it takes its time.
    pub fn add(&self, paths: Vec<PathBuf>) -> Result<(), Error> {
        let (translator, pair) = (self.translator()?, self.pair()?);
        let (documents, refused) = files::documents(paths, &pair.to);
        for error in refused {
            self.page.say(Event::Refused { problem: error.problem() });
        }
        self.queue.add(&translator, &pair, documents);
        Ok(())
    }

    /// Adds documents on a thread of its own; the page hears what comes of it.
    pub fn add_later(self: &Arc<Self>, paths: Vec<PathBuf>) {
        let state = Arc::clone(self);
        std::thread::spawn(move || {
            if let Err(error) = state.add(paths) {
                state.page.say(Event::Refused { problem: error.problem() });
            }
        });
    }

    /// Translates a document in other languages, from its beginning.
    pub fn set_row_pair(&self, id: u64, pair: LanguagePair) -> Result<(), Error> {
        self.offers(&pair)?;
        self.queue.set_pair(&self.translator()?, id, pair)
    }

    /// Sets a document aside, or all.
    pub fn pause(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.pause(&self.translator()?, id)
    }

    /// Goes on with a document, or all that were set aside or broken off.
    pub fn resume(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.resume(&self.translator()?, id)
    }

    /// Gives up a document.
    pub fn cancel(&self, id: u64) -> Result<(), Error> {
        self.queue.cancel(&self.translator()?, id)
    }

    /// Takes a document off the list, or all that are done.
    pub fn remove(&self, id: Option<u64>) -> Result<(), Error> {
        self.queue.remove(&self.translator()?, id)
    }

    /// The segments of a translated document.
    pub fn segments(&self, id: u64) -> Result<Vec<Segment>, Error> {
        self.queue.segments(&self.translator()?, id)
    }

    /// What the memory has that comes near a segment, best first.
    pub fn suggestions(&self, id: u64, index: usize) -> Result<Vec<Suggestion>, Error> {
        self.queue.suggestions(&self.translator()?, id, index)
    }

    /// Takes the reader's translation of a segment; returns all that changed.
    pub fn edit(&self, id: u64, index: usize, text: &str) -> Result<Vec<Segment>, Error> {
        self.queue.edit(&self.translator()?, id, index, text)
    }

    fn translator(&self) -> Result<Arc<dyn Translate>, Error> {
        lock(&self.translator).clone().ok_or(Error::NotStarted)
    }

    fn pair(&self) -> Result<LanguagePair, Error> {
        self.pair_of(&lock(&self.present).offer.pairs).ok_or(Error::NoModels)
    }

    fn offers(&self, pair: &LanguagePair) -> Result<(), Error> {
        let offered = lock(&self.present).offer.pairs.contains(pair);
        offered
            .then_some(())
            .ok_or_else(|| Error::NotOffered { from: pair.from.clone(), to: pair.to.clone() })
    }

    /// The newest recent pair that is offered, else the best that is.
    fn pair_of(&self, offered: &[LanguagePair]) -> Option<LanguagePair> {
        let recent = self.settings.recent().into_iter().find(|pair| offered.contains(pair));
        recent.or_else(|| offered.first().cloned())
    }
}

/// What a panicking thread left behind is still whole: no lock here spans more than one change.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::OnEngine;
    use crate::scripted::{Scripted, listen, pair};
    use std::sync::atomic::Ordering;

    /// What the scripted engines offer next, and the functions that they were started with.
    #[derive(Default)]
    struct Script {
        offers: Vec<Result<Offer, Problem>>,
        /// What the next translator's store says when it is first read.
        refusal: Option<Problem>,
        started: Vec<(LanguagePair, OnEngine)>,
        translators: Vec<Arc<Scripted>>,
    }

    impl Engines for Arc<Mutex<Script>> {
        fn offer(&self) -> Result<Offer, Problem> {
            lock(self).offers.pop().unwrap_or_else(|| Ok(both()))
        }

        fn start(&self, pair: LanguagePair, on_engine: OnEngine) -> Arc<dyn Translate> {
            let (mut script, translator) = (lock(self), Arc::new(Scripted::default()));
            *lock(&translator.refusal) = script.refusal.take();
            script.started.push((pair, on_engine));
            script.translators.push(translator.clone());
            translator
        }
    }

    fn both() -> Offer {
        Offer { pairs: vec![pair(), back()], languages: vec![] }
    }

    fn back() -> LanguagePair {
        LanguagePair { from: "en".into(), to: "de".into() }
    }

    fn french() -> LanguagePair {
        LanguagePair { from: "fr".into(), to: "en".into() }
    }

    fn problem() -> Problem {
        Problem { code: "lost".into(), message: "lost".into(), hint: "Again.".into() }
    }

    fn state(folder: &tempfile::TempDir) -> (Arc<State>, Arc<Mutex<Script>>) {
        let script = Arc::<Mutex<Script>>::default();
        let settings = Settings::load(folder.path().join("settings.json"));
        (State::new(Box::new(Arc::clone(&script)), settings), script)
    }

    #[test]
    fn the_page_hears_what_the_engine_does_and_can_start_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let (state, script) = state(&folder);
        let heard = listen(&state.page);
        state.start();
        lock(&script).started[0].1(Engine::Failed { problem: problem() });
        state.start();
        lock(&script).started[0].1(Engine::Loading { stage: LoadingStage::Uploading, done: 1, total: 2 });
        let said = heard();
        assert_eq!(said[0]["offer"]["pairs"].as_array().unwrap().len(), 2);
        assert_eq!(said[1]["engine"]["problem"]["code"], "lost");
        assert_eq!(said[2]["engine"]["state"], "loading");
        assert_eq!(said[3]["engine"]["stage"], "uploading");
        assert!(matches!(state.snapshot().engine, Engine::Loading { stage: LoadingStage::Uploading, .. }));
    }

    /// Documents on their way would be out of reach with another engine, and models twice on the GPU.
    #[test]
    fn an_engine_that_failed_is_started_again_and_not_a_second_one() {
        let folder = tempfile::tempdir().unwrap();
        let (state, script) = state(&folder);
        state.start();
        let document = folder.path().join("a.txt");
        std::fs::write(&document, "Hallo.").unwrap();
        state.add(vec![document]).unwrap();
        lock(&script).started[0].1(Engine::Failed { problem: problem() });
        state.start();
        let first = lock(&script).translators[0].clone();
        assert_eq!(first.asked(), ["submit a.txt de-en as 0", "restart de-en"]);
        state.pause(None).unwrap();
        assert_eq!(first.asked(), ["pause 0"], "the document can still be reached");
        assert_eq!(lock(&script).started.len(), 1);
        first.gone.store(true, Ordering::Relaxed);
        state.start();
        assert_eq!(lock(&script).started.len(), 2, "one whose thread is gone is replaced");
    }

    /// The window starts before its page listens.
    #[test]
    fn a_store_that_cannot_be_read_is_told_to_a_page_that_comes_later() {
        let folder = tempfile::tempdir().unwrap();
        let (state, script) = state(&folder);
        lock(&script).refusal = Some(problem());
        state.start();
        assert_eq!(state.snapshot().notice, Some(problem()));
        state.start();
        assert_eq!(state.snapshot().notice, None, "it can be read now");
    }

    #[test]
    fn models_that_cannot_be_read_or_translate_nothing_fail_the_engine() {
        let folder = tempfile::tempdir().unwrap();
        let (state, script) = state(&folder);
        lock(&script).offers = vec![Ok(Offer::default()), Err(problem())];
        for code in ["lost", "no_models"] {
            state.start();
            let Engine::Failed { problem } = state.snapshot().engine else { panic!("{code}") };
            assert_eq!(problem.code, code);
        }
        assert!(lock(&script).started.is_empty());
        assert!(matches!(state.translate(1, "Hallo".into()), Err(Error::NotStarted)));
    }

    #[test]
    fn the_chosen_pair_is_the_present_one_also_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = state(&folder);
        first.start();
        assert_eq!(first.snapshot().pair, Some(pair()), "the best that is offered");
        assert_eq!(first.choose(back()).unwrap(), [back()]);
        assert_eq!(first.snapshot().pair, Some(back()));
        let (next, script) = state(&folder);
        next.start();
        assert_eq!(next.snapshot().pair, Some(back()));
        assert_eq!(lock(&script).started[0].0, back(), "its models are loaded first");
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (state, _) = state(&folder);
        assert!(matches!(state.resume(Some(1)), Err(Error::NotStarted)));
        state.start();
        assert!(matches!(state.choose(french()), Err(Error::NotOffered { .. })));
        assert!(matches!(state.set_row_pair(1, french()), Err(Error::NotOffered { .. })));
        assert!(matches!(state.set_row_pair(1, back()), Err(Error::NoSuchDocument)));
        for refused in [state.resume(Some(1)), state.pause(Some(1)), state.cancel(1), state.remove(Some(1))] {
            assert!(matches!(refused, Err(Error::NoSuchDocument)));
        }
        assert!(matches!(state.segments(1), Err(Error::NoSuchDocument)));
        assert!(matches!(state.suggestions(1, 0), Err(Error::NoSuchDocument)));
        assert_eq!(state.snapshot().recent, []);
    }
}
