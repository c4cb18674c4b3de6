//! What the Models page needs of `translation`: a trait, so that tests can replace it.

use crate::page::{Candidate, Models};
use std::path::{Path, PathBuf};
use translation::{
    GetControl, GetEvent, GetOutcome, ImportOptions, LanguagePair, Problem, Progress, RecipeInUse,
};

/// Why work failed, and a page that helps.
#[derive(Clone, Debug)]
pub struct Failure {
    pub problem: Problem,
    pub page: Option<String>,
}

/// A download that has not been finished.
#[derive(Clone, Debug)]
pub struct Unfinished {
    pub set: String,
    pub done: u64,
    pub total: u64,
}

/// Something to import.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: PathBuf,
    /// What is known about it; the user's choices replace name, role and languages.
    pub options: ImportOptions,
    /// Adapters: name of the installed model that is its base, once the user has chosen it.
    pub base: Option<String>,
}

/// What a test translates with.
#[derive(Clone, Debug)]
pub struct TestPlan {
    pub directions: Vec<LanguagePair>,
    pub recipe: RecipeInUse,
}

/// Receives the progress of an import; break cancels it.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> std::ops::ControlFlow<()>;

/// Published, installed and found models. All calls block.
pub trait Library: Send + Sync {
    /// Everything but works and candidate.
    ///
    /// # Errors
    /// A catalogue that cannot be read.
    fn read(&self) -> Result<Models, Problem>;
    /// Measures the adapter's bandwidth, from which speeds are estimated, unless it is known; opens the adapter. True if it
    /// is known now and was not before.
    fn measure(&self) -> bool;
    /// Changes whenever another program has added, removed or changed a model, a recipe or a download.
    fn stamp(&self) -> String;
    /// Downloads that were paused, failed or interrupted.
    fn unfinished(&self) -> Vec<Unfinished>;
    /// Title of a published set.
    ///
    /// # Errors
    /// No such set.
    fn title(&self, set: &str) -> Result<String, Problem>;
    /// Downloads and imports a set.
    ///
    /// # Errors
    /// Those of the download, of the disk and of the import. What was downloaded is kept.
    fn get(
        &self,
        set: &str,
        control: &GetControl,
        on_event: &mut dyn FnMut(GetEvent),
    ) -> Result<GetOutcome, Failure>;
    /// Deletes what was downloaded of a set.
    ///
    /// # Errors
    /// Another process downloads it; a folder that cannot be removed.
    fn remove_download(&self, set: &str) -> Result<(), Problem>;
    /// How an installed set is tested. `near`: the pair that matters most.
    ///
    /// # Errors
    /// The set is not installed.
    fn set_test(&self, set: &str, near: Option<&LanguagePair>) -> Result<TestPlan, Problem>;
    /// How an imported model is tested; none if its languages or its role allow no test.
    fn model_test(&self, name: &str) -> Option<TestPlan>;
    /// Removes the models of a set that no other complete set uses.
    ///
    /// # Errors
    /// A file that cannot be removed.
    fn remove_set(&self, set: &str) -> Result<(), Problem>;
    /// Removes an imported model.
    ///
    /// # Errors
    /// No such model; a file that cannot be removed.
    fn remove_model(&self, name: &str) -> Result<(), Problem>;
    /// What an import of a file or folder would make; a problem is part of the candidate. `id` is the candidate's.
    fn look_at(&self, path: &Path, id: u64) -> (Candidate, Source);
    /// The same of a found model.
    ///
    /// # Errors
    /// It is gone.
    fn look_at_found(&self, found: &str, id: u64) -> Result<(Candidate, Source), Problem>;
    /// Imports a model.
    ///
    /// # Errors
    /// A source that cannot be read, a disk that is full, a name that is taken; cancelled.
    fn import(&self, source: &Source, on_progress: OnProgress<'_>) -> Result<(), Problem>;
    /// Chooses what translates a pair.
    ///
    /// # Errors
    /// Its models are gone; a file that cannot be written.
    fn set_recipe(&self, pair: &LanguagePair, choice: &str) -> Result<(), Problem>;
    /// Address of the page of a set's first gated model.
    fn gated_page(&self, set: &str) -> Option<String>;
    /// Address of a licence's text.
    fn licence_page(&self, licence: &str) -> Option<String>;
    /// Folder of the installed models; it need not exist.
    fn folder(&self) -> PathBuf;
}
