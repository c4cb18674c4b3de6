//! A library under a test's control.

use super::library::{Failure, Library, OnProgress, Source, TestPlan, Unfinished};
use crate::fake_translator::{pair, problem};
use crate::page::{Candidate, Models};
use parking_lot::Mutex;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use translation::{
    GetControl, GetEvent, GetOutcome, ImportOptions, LanguagePair, Problem, Progress, RecipeInUse,
    RecipeOrigin,
};

/// Called while a set is got, with the events to report.
pub type OnGet = Box<dyn FnOnce(&GetControl, &mut dyn FnMut(GetEvent)) -> Result<GetOutcome, Failure> + Send>;

/// Records all calls.
#[derive(Default)]
pub struct FakeLibrary {
    pub calls: Mutex<Vec<String>>,
    pub stamp: Mutex<String>,
    /// Whether the next `measure` finds something new.
    pub is_unmeasured: Mutex<bool>,
    pub unfinished: Mutex<Vec<Unfinished>>,
    /// How the next set is got; none: it is installed at once.
    pub on_get: Mutex<Option<OnGet>>,
    /// The error of the next call that can fail.
    pub next_error: Mutex<Option<Problem>>,
}

impl FakeLibrary {
    /// The calls since the last time.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock())
    }

    fn record(&self, call: String) -> Result<(), Problem> {
        self.calls.lock().push(call);
        self.next_error.lock().take().map_or(Ok(()), Err)
    }
}

fn plan(recipe: &str) -> TestPlan {
    let recipe =
        RecipeInUse { recipe: recipe.into(), models: Default::default(), origin: RecipeOrigin::Specialists };
    TestPlan { directions: vec![pair()], recipe }
}

impl Library for Arc<FakeLibrary> {
    fn read(&self) -> Result<Models, Problem> {
        self.record("read".into())?;
        Ok(Models::default())
    }

    fn measure(&self) -> bool {
        self.calls.lock().push("measure".into());
        std::mem::take(&mut *self.is_unmeasured.lock())
    }

    fn stamp(&self) -> String {
        self.stamp.lock().clone()
    }

    fn unfinished(&self) -> Vec<Unfinished> {
        self.unfinished.lock().clone()
    }

    fn title(&self, set: &str) -> Result<String, Problem> {
        if set == "unknown" { Err(problem("unknown_set")) } else { Ok(set.to_uppercase()) }
    }

    fn get(
        &self,
        set: &str,
        control: &GetControl,
        on_event: &mut dyn FnMut(GetEvent),
    ) -> Result<GetOutcome, Failure> {
        self.calls.lock().push(format!("get {set}"));
        let on_get = self.on_get.lock().take();
        on_get.map_or_else(|| Ok(GetOutcome::Installed(Default::default())), |get| get(control, on_event))
    }

    fn remove_download(&self, set: &str) -> Result<(), Problem> {
        self.record(format!("remove download {set}"))
    }

    fn set_test(&self, set: &str, near: Option<&LanguagePair>) -> Result<TestPlan, Problem> {
        self.record(format!("test {set} {}", near.map_or("–".into(), ToString::to_string)))?;
        Ok(plan("L + src"))
    }

    fn model_test(&self, name: &str) -> Option<TestPlan> {
        (name != "untestable").then(|| plan("L"))
    }

    fn remove_set(&self, set: &str) -> Result<(), Problem> {
        self.record(format!("remove set {set}"))
    }

    fn remove_model(&self, name: &str) -> Result<(), Problem> {
        self.record(format!("remove {name}"))
    }

    fn look_at(&self, path: &Path, id: u64) -> (Candidate, Source) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let candidate = Candidate {
            id,
            name: "model".into(),
            file,
            source_bytes: 2,
            import_bytes: 1,
            languages: Vec::new(),
            role: "large".into(),
            licence: None,
            adapter: None,
            problem: None,
        };
        (candidate, Source { path: path.into(), options: ImportOptions::default(), base: None })
    }

    fn look_at_found(&self, found: &str, id: u64) -> Result<(Candidate, Source), Problem> {
        self.record(format!("look at {found}"))?;
        Ok(self.look_at(Path::new(found), id))
    }

    fn import(&self, source: &Source, on_progress: OnProgress<'_>) -> Result<(), Problem> {
        let ImportOptions { name, role, languages, .. } = &source.options;
        let base = source.base.as_ref().map_or_else(String::new, |base| format!(" over {base}"));
        self.record(format!("import {} as {name:?} {role:?} {languages:?}{base}", source.path.display()))?;
        match on_progress(Progress { stage: "hashing", done_bytes: 1, total_bytes: 2 }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(problem("cancelled")),
        }
    }

    fn set_recipe(&self, pair: &LanguagePair, choice: &str) -> Result<(), Problem> {
        self.record(format!("recipe {pair} {choice}"))
    }

    fn gated_page(&self, set: &str) -> Option<String> {
        Some(format!("https://example.org/{set}"))
    }

    fn licence_page(&self, licence: &str) -> Option<String> {
        (licence == "MIT").then(|| "https://example.org/mit".into())
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from("models")
    }
}
