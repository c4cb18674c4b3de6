//! The Models page's commands.

use super::State;
use crate::error::Error;
use crate::files;
use crate::page::{Engine, Event};
use std::path::PathBuf;
use std::sync::Arc;
use translation::LanguagePair;

impl State {
    /// Sends everything on the Models page. Slow: it reads the headers of models that other programs keep.
    pub fn send_models(self: &Arc<Self>) -> Result<(), Error> {
        self.refresh_offer();
        self.models.send()?;
        // A second device beside one that is loading models would take memory from it.
        let is_loading = matches!(self.status.lock().engine, Engine::Loading { .. });
        if is_loading { Ok(()) } else { self.models.measure() }
    }

    /// Sends models that another program has imported or removed to the page.
    pub fn look_at_models(self: &Arc<Self>) {
        if self.models.has_changed() {
            self.models_changed();
        }
    }

    /// Offers the pairs of the models that are installed now; restarts an engine that had none to load.
    fn models_changed(self: &Arc<Self>) {
        self.refresh_offer();
        if let Err(error) = self.models.send() {
            self.page.send(Event::Refused { problem: error.problem() });
        }
        if matches!(self.status.lock().engine, Engine::Failed { .. }) {
            self.start();
        }
    }

    /// Reads the offer again, on a thread of its own.
    pub fn refresh_in_background(self: &Arc<Self>) {
        let state = Arc::clone(self);
        std::thread::spawn(move || state.refresh_offer());
    }

    fn refresh_offer(&self) {
        // Models that cannot be read are reported where they are needed.
        let Ok(mut offer) = self.backend.offer() else { return };
        let mut status = self.status.lock();
        // The pair in use stays, also where others are better now.
        let pair = self.current_pair(&status.offer.pairs);
        offer.pairs.sort_by_key(|one| Some(one) != pair.as_ref());
        if status.offer != offer {
            status.offer = offer.clone();
            let engine = status.engine.clone();
            self.page.send(Event::Engine { pair: self.current_pair(&offer.pairs), engine, offer });
        }
    }

    /// Downloads, imports and tests a set, on a thread of its own.
    pub fn get_set(self: &Arc<Self>, set: String) -> Result<(), Error> {
        if self.models.begin_set(&set)? {
            let state = Arc::clone(self);
            std::thread::spawn(move || {
                let is_installed = state.models.install(&set);
                state.models_changed();
                if is_installed {
                    state.run_set_test(&set);
                }
            });
        }
        Ok(())
    }

    /// Tests an installed set, on a thread of its own.
    pub fn test_set(self: &Arc<Self>, set: String) -> Result<(), Error> {
        if self.models.begin_set(&set)? {
            let state = Arc::clone(self);
            std::thread::spawn(move || state.run_set_test(&set));
        }
        Ok(())
    }

    fn run_set_test(&self, set: &str) {
        match self.translator() {
            Ok(translator) => self.models.test_set(set, self.pair().ok().as_ref(), &*translator),
            Err(error) => self.models.fail(set, error.problem()),
        }
    }

    /// Imports the candidate and tests the model, on a thread of its own.
    pub fn import_model(
        self: &Arc<Self>,
        candidate: u64,
        name: String,
        role: &str,
        languages: Vec<String>,
        base: Option<String>,
    ) -> Result<(), Error> {
        if let Some((id, source)) = self.models.begin_import(candidate, name, role, languages, base)? {
            let state = Arc::clone(self);
            std::thread::spawn(move || {
                if state.models.import(&id, &source) {
                    state.models_changed();
                    match state.translator() {
                        Ok(translator) => state.models.test_model(&id, &*translator),
                        Err(error) => state.models.fail(&id, error.problem()),
                    }
                }
            });
        }
        Ok(())
    }

    /// Stops work and deletes what it has left.
    pub fn cancel_work(self: &Arc<Self>, id: &str) -> Result<(), Error> {
        self.models.cancel(id)?;
        self.models.send()
    }

    /// Removes the models of a set.
    pub fn remove_set(self: &Arc<Self>, set: &str) -> Result<(), Error> {
        let removed = self.models.remove_set(set);
        self.models_changed();
        removed
    }

    /// Removes an imported model.
    pub fn remove_model(self: &Arc<Self>, name: &str) -> Result<(), Error> {
        let removed = self.models.remove_model(name);
        self.models_changed();
        removed
    }

    /// Chooses what translates a pair.
    pub fn set_recipe(self: &Arc<Self>, pair: &LanguagePair, choice: &str) -> Result<(), Error> {
        self.check_supported(pair)?;
        let chosen = self.models.set_recipe(pair, choice);
        self.models_changed();
        chosen
    }

    /// Asks about the first model among paths, and adds the documents; reports problems to the page. Slow.
    pub fn take(&self, paths: Vec<PathBuf>) {
        let (models, documents): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| files::is_model(path));
        if let Some(model) = models.into_iter().next() {
            self.models.offer(&model);
        }
        if !documents.is_empty()
            && let Err(error) = self.add(documents)
        {
            self.page.send(Event::Refused { problem: error.problem() });
        }
    }

    /// Takes dropped paths, on a thread of its own.
    pub fn take_in_background(self: &Arc<Self>, paths: Vec<PathBuf>) {
        let state = Arc::clone(self);
        std::thread::spawn(move || state.take(paths));
    }

    /// Asks about a file or folder that was chosen as a model, on a thread of its own.
    pub fn offer_model_in_background(self: &Arc<Self>, path: PathBuf) {
        let state = Arc::clone(self);
        std::thread::spawn(move || state.models.offer(&path));
    }
}

#[cfg(test)]
mod tests;
