//! The only door to `translation`: the rest of the window knows it through this file.

use crate::page::{Engine, Language, Offer};
use std::collections::BTreeSet;
use std::sync::Arc;
use translation::{Catalog, EngineState, Job, Setup, Translator, languages, models_folder};

#[cfg(test)]
pub use translation::JobResult;
pub use translation::{Doubt, JobEvent, LoadedModel, Pair, Problem, Source, Stage};

/// Extensions of the documents that can be translated, for the dialog; what counts is the content.
pub const FORMATS: &[&str] = &["txt", "md", "srt"];

/// Told what the engine is doing, from the engine's thread.
pub type OnEngine = Box<dyn Fn(Engine) + Send>;
/// Told what a job is doing, from the engine's thread.
pub type OnEvent = Box<dyn FnMut(JobEvent) + Send>;
/// Gives up the job that it was returned for.
pub type Cancel = Box<dyn FnOnce() + Send>;

/// Where translators come from.
pub trait Engines: Send + Sync {
    /// What the models at hand can do, the best first.
    ///
    /// # Errors
    /// Models that cannot be read.
    fn offer(&self) -> Result<Offer, Problem>;
    /// Starts to load the models of this pair; returns at once.
    fn start(&self, pair: Pair, on_engine: OnEngine) -> Arc<dyn Translate>;
}

/// Takes jobs, also while models are loaded.
pub trait Translate: Send + Sync {
    /// Takes a job; returns at once.
    fn submit(&self, pair: Pair, source: Source, on_event: OnEvent) -> Cancel;
}

/// The engine of this computer.
pub struct Local;

impl Engines for Local {
    fn offer(&self) -> Result<Offer, Problem> {
        let pairs = Catalog::read(&models_folder()).map_err(|error| error.problem())?.pairs();
        let codes: BTreeSet<&str> = pairs.iter().flat_map(|pair| [&*pair.from, &*pair.to]).collect();
        let languages = codes.into_iter().filter_map(languages::language).map(|language| Language {
            code: language.code,
            name: language.name,
            endonym: language.endonym,
        });
        Ok(Offer { languages: languages.collect(), pairs })
    }

    fn start(&self, pair: Pair, on_engine: OnEngine) -> Arc<dyn Translate> {
        let setup = Setup { pair: Some(pair), ..Setup::default() };
        Arc::new(Translator::start(setup, move |state| on_engine(state.into())))
    }
}

impl Translate for Translator {
    fn submit(&self, pair: Pair, source: Source, on_event: OnEvent) -> Cancel {
        let job = self.submit(Job { pair, source, options: Default::default() }, on_event);
        let translator = self.clone();
        Box::new(move || translator.cancel(job))
    }
}

impl From<EngineState> for Engine {
    fn from(state: EngineState) -> Self {
        match state {
            EngineState::Loading { stage, done, total } => Self::Loading { stage, done, total },
            EngineState::Ready(info) => Self::Ready {
                adapter: info.adapter,
                software: info.software,
                recipe: info.recipe,
                models: info.models,
            },
            EngineState::Failed(problem) => Self::Failed { problem },
        }
    }
}
