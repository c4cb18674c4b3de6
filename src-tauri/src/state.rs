//! The window's state; the page's commands act on it.

mod closing;
mod documents;
mod models;
mod settings;
mod texts;
mod words;

use crate::backend::{Backend, Translate, formats};
use crate::drafts::Drafts;
use crate::error::Error;
use crate::models::{Library, ModelsState};
use crate::page::{Engine, Event, Offer, PageChannel, Snapshot};
use crate::queue::Queue;
use crate::settings::Settings;
use crate::typed_text::TypedText;
use closing::Gate;
use parking_lot::Mutex;
use std::sync::Arc;
use translation::{LanguagePair, LoadingStage, Problem};

/// Lives as long as the window.
pub struct State {
    /// Receives all events.
    pub page: Arc<PageChannel>,
    /// The documents.
    pub queue: Queue,
    /// Work on models.
    pub models: ModelsState,
    typed_text: TypedText,
    gate: Mutex<Gate>,
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
            gate: Mutex::default(),
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
        std::thread::spawn(move || state.queue.look_into_restored(&translator));
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

    fn translator(&self) -> Result<Arc<dyn Translate>, Error> {
        self.translator.lock().clone().ok_or(Error::NotStarted)
    }

    fn pair(&self) -> Result<LanguagePair, Error> {
        self.current_pair(&self.status.lock().offer.pairs).ok_or(Error::NoModels)
    }

    /// This pair with another source: a swapped one if that is its target, else the first supported one from there.
    fn pair_from(&self, code: &str, pair: &LanguagePair) -> Option<LanguagePair> {
        let to = if code == pair.to { &pair.from } else { &pair.to };
        let pairs = &self.status.lock().offer.pairs;
        let mut all = pairs.iter().filter(|one| one.from == code);
        all.clone().find(|one| one.to == *to).or_else(|| all.next()).cloned()
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
pub mod tests;
