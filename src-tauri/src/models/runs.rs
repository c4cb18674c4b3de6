//! Work that runs: downloads, imports and tests, one after the other.

use super::meter::Meter;
use super::{Failure, MODEL, ModelsState, Source, TestPlan, Unfinished};
use crate::backend::Translate;
use crate::page::{DirectionReport, TestedSentence, WorkState};
use std::ops::ControlFlow;
use translation::{DirectionTest, GetOutcome, LanguagePair};

/// Sentences of a test in one direction.
const SENTENCES: u64 = 10;

impl ModelsState {
    /// Downloads and imports a queued set. Blocks; true once it is installed.
    pub fn install(&self, set: &str) -> bool {
        let _running = self.running.lock();
        let connecting =
            WorkState::Downloading { done: 0, total: 0, bytes_per_second: 0, eta_s: None, files: Vec::new() };
        let Some(control) = self.start(set, connecting) else { return false };
        let kept = |one: &Unfinished| one.set == set;
        let before =
            self.library.unfinished().into_iter().find(kept).map_or((0, 0), |one| (one.done, one.total));
        let mut meter = Meter::new(before);
        let outcome = self.library.get(set, &control, &mut |event| {
            if let Some(state) = meter.state(event) {
                self.update(set, state);
            }
        });
        let after = self.library.unfinished().into_iter().find(kept);
        let (done, total) = after.map_or((0, 0), |one| (one.done, one.total));
        match outcome {
            Ok(GetOutcome::Installed(_)) => return true,
            Ok(GetOutcome::Paused) => self.end(set, WorkState::Paused { done, total }, None),
            Ok(GetOutcome::Cancelled) => self.remove(set),
            Err(Failure { problem, page }) => {
                let state = WorkState::Failed { problem, page: page.is_some(), done, total };
                self.end(set, state, page);
            }
        }
        false
    }

    /// Translates test sentences with an installed set. Blocks.
    pub fn test_set(&self, set: &str, near: Option<&LanguagePair>, translator: &dyn Translate) {
        match self.library.set_test(set, near) {
            Ok(plan) => self.test(set, &plan, translator),
            Err(problem) => self.fail(set, problem),
        }
    }

    fn test(&self, id: &str, plan: &TestPlan, translator: &dyn Translate) {
        let _running = self.running.lock();
        let total = SENTENCES * plan.directions.len() as u64;
        let Some(control) = self.start(id, WorkState::Testing { done: 0, total }) else { return };
        let mut directions = Vec::new();
        for pair in &plan.directions {
            self.update(id, WorkState::Testing { done: SENTENCES * directions.len() as u64, total });
            let tested = translator.test(pair, &plan.recipe);
            // Cancelled: the models stay, without a result; the work under this id may be another one.
            if control.is_stopping() {
                return;
            }
            match tested {
                Ok(test) => directions.push(report(test)),
                Err(problem) => return self.fail(id, problem),
            }
        }
        self.end(id, WorkState::Ready { directions }, None);
    }

    /// Imports a queued model. Blocks; true once it is installed.
    pub fn import(&self, id: &str, source: &Source) -> bool {
        let _running = self.running.lock();
        let model = source.options.name.clone().unwrap_or_default();
        let starting = WorkState::Importing { model: model.clone(), done: 0, total: 0 };
        let Some(control) = self.start(id, starting) else { return false };
        let mut meter = Meter::default();
        let imported = self.library.import(source, &mut |progress| {
            let (done, total) = (progress.done_bytes, progress.total_bytes);
            if meter.is_due(done == total) {
                self.update(id, WorkState::Importing { model: model.clone(), done, total });
            }
            if control.is_stopping() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match imported {
            Ok(()) => return true,
            Err(_) if control.is_stopping() => self.remove(id),
            Err(problem) => self.fail(id, problem),
        }
        false
    }

    /// Translates test sentences with an imported model, if it can be tested. Blocks.
    pub fn test_model(&self, id: &str, translator: &dyn Translate) {
        match self.library.model_test(id.trim_start_matches(MODEL)) {
            Some(plan) => self.test(id, &plan, translator),
            None => self.end(id, WorkState::Ready { directions: Vec::new() }, None),
        }
    }
}

fn report(test: DirectionTest) -> DirectionReport {
    let DirectionTest { pair, chrf, tokens_per_second, verdict, remarks, sentences, .. } = test;
    let sentences = sentences.into_iter().map(|one| TestedSentence {
        source: one.source,
        translation: one.translation,
        reference: one.reference,
    });
    DirectionReport { pair, chrf, tokens_per_second, verdict, remarks, sentences: sentences.collect() }
}
