//! Progress on standard error: one line that is rewritten on a terminal, nothing elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Arc, Mutex};

use translation::{EngineState, LoadingStage, Setup, Translator};

/// The progress line.
pub struct Progress {
    shown: Mutex<usize>,
    terminal: bool,
}

impl Progress {
    /// An empty line.
    pub fn new() -> Self {
        Self { shown: Mutex::new(0), terminal: stderr().is_terminal() }
    }

    /// Rewrites the line.
    pub fn show(&self, text: &str) {
        if !self.terminal {
            return;
        }
        let mut shown = self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let length = text.chars().count();
        // Ignores a closed terminal.
        drop(write!(stderr(), "\r{text}{}", " ".repeat(shown.saturating_sub(length))));
        drop(stderr().flush());
        *shown = length;
    }

    /// Removes the line.
    pub fn clear(&self) {
        self.show("");
        if self.terminal {
            drop(write!(stderr(), "\r"));
            drop(stderr().flush());
        }
    }

    /// Shows the engine's state.
    pub fn engine(&self, state: &EngineState) {
        match state {
            EngineState::Loading { stage, done, total } => {
                let what = match stage {
                    LoadingStage::Reading => "reading the models",
                    LoadingStage::Uploading => "copying weights to the GPU",
                    LoadingStage::Pipelines => "compiling kernels",
                    LoadingStage::WarmingUp => "warming up",
                };
                let share = (100 * done).checked_div(*total).unwrap_or(0);
                match stage {
                    LoadingStage::Uploading => self.show(&format!("{what}: {share} %")),
                    _ => self.show(&format!("{what} …")),
                }
            }
            EngineState::Ready(_) => self.clear(),
            // The job that needed the engine reports the failure.
            EngineState::Failed(_) => self.clear(),
        }
    }
}

/// Starts a translator whose engine state is shown on the returned progress line.
pub fn start_translator(setup: Setup) -> (Translator, Arc<Progress>) {
    let progress = Arc::new(Progress::new());
    let shown = Arc::clone(&progress);
    (Translator::start(setup, move |state| shown.engine(&state)), progress)
}
