//! Everything behind the page's commands.

use crate::engine::{Engines, Pair, Problem, Stage, Translate, formats};
use crate::error::Error;
use crate::files;
use crate::live::Live;
use crate::page::{Engine, Event, Offer, Page, Segment, Snapshot};
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
}

impl State {
    /// Nothing runs before `start`.
    pub fn new(engines: Box<dyn Engines>, settings: Settings) -> Arc<Self> {
        let page = Arc::new(Page::default());
        let engine = Engine::Loading { stage: Stage::Reading, done: 0, total: 0 };
        Arc::new(Self {
            queue: Queue::new(Arc::clone(&page)),
            page,
            live: Live::default(),
            settings,
            engines,
            translator: Mutex::default(),
            present: Mutex::new(Present { engine, offer: Offer::default() }),
        })
    }

    /// Starts the engine with the models of the present pair, or a new one in place of one that failed.
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
        self.tell(Engine::Loading { stage: Stage::Reading, done: 0, total: 0 });
        let state = Arc::downgrade(self);
        let translator = self.engines.start(
            pair,
            Box::new(move |engine| {
                if let Some(state) = state.upgrade() {
                    state.tell(engine);
                }
            }),
        );
        *lock(&self.translator) = Some(Arc::clone(&translator));
        // Without its store nothing is lost that this window knows of: documents can be added, and say themselves why not.
        if let Err(error) = self.queue.restore(&translator) {
            self.page.say(Event::Refused { problem: error.problem() });
        }
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
        }
    }

    /// Makes the pair the present one and returns the recent ones, newest first.
    pub fn choose(&self, pair: Pair) -> Result<Vec<Pair>, Error> {
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

    /// Gives up the text.
    pub fn stop(&self) {
        self.live.stop();
    }

    /// Adds documents, and those in folders, in the present pair. Reads them, so it takes its time.
    pub fn add(&self, paths: Vec<PathBuf>) -> Result<(), Error> {
        let (translator, pair) = (self.translator()?, self.pair()?);
        self.queue.add(&translator, &pair, files::documents(paths, &pair.to)?);
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

    /// Changes the languages of a document that waits.
    pub fn set_row_pair(&self, id: u64, pair: Pair) -> Result<(), Error> {
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

    /// Takes the reader's translation of a segment.
    pub fn edit(&self, id: u64, index: usize, text: &str) -> Result<Segment, Error> {
        self.queue.edit(&self.translator()?, id, index, text)
    }

    fn translator(&self) -> Result<Arc<dyn Translate>, Error> {
        lock(&self.translator).clone().ok_or(Error::NotStarted)
    }

    fn pair(&self) -> Result<Pair, Error> {
        self.pair_of(&lock(&self.present).offer.pairs).ok_or(Error::NoModels)
    }

    fn offers(&self, pair: &Pair) -> Result<(), Error> {
        let offered = lock(&self.present).offer.pairs.contains(pair);
        offered
            .then_some(())
            .ok_or_else(|| Error::NotOffered { from: pair.from.clone(), to: pair.to.clone() })
    }

    /// The newest recent pair that is offered, else the best that is.
    fn pair_of(&self, offered: &[Pair]) -> Option<Pair> {
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

    /// What the scripted engines offer next, and the functions that they were started with.
    #[derive(Default)]
    struct Script {
        offers: Vec<Result<Offer, Problem>>,
        started: Vec<(Pair, OnEngine)>,
    }

    impl Engines for Arc<Mutex<Script>> {
        fn offer(&self) -> Result<Offer, Problem> {
            lock(self).offers.pop().unwrap_or_else(|| Ok(both()))
        }

        fn start(&self, pair: Pair, on_engine: OnEngine) -> Arc<dyn Translate> {
            lock(self).started.push((pair, on_engine));
            Arc::new(Scripted::default())
        }
    }

    fn both() -> Offer {
        Offer { pairs: vec![pair(), back()], languages: vec![] }
    }

    fn back() -> Pair {
        Pair { from: "en".into(), to: "de".into() }
    }

    fn french() -> Pair {
        Pair { from: "fr".into(), to: "en".into() }
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
        lock(&script).started[1].1(Engine::Loading { stage: Stage::Uploading, done: 1, total: 2 });
        let said = heard();
        assert_eq!(said[0]["offer"]["pairs"].as_array().unwrap().len(), 2);
        assert_eq!(said[1]["engine"]["problem"]["code"], "lost");
        assert_eq!(said[2]["engine"]["state"], "loading");
        assert_eq!(said[3]["engine"]["stage"], "uploading");
        assert!(matches!(state.snapshot().engine, Engine::Loading { stage: Stage::Uploading, .. }));
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
        assert_eq!(state.snapshot().recent, []);
    }
}
