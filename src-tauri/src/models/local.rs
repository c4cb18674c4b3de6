//! The models of this computer, through `translation`.

mod candidates;
mod recipes;
mod rows;

use super::library::{Failure, Library, OnProgress, Source, TestPlan, Unfinished};
use crate::page::{Candidate, Language, Models};
use candidates::look_at;
use parking_lot::Mutex;
use rows::{card, found_id, found_row, installed};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use translation::{
    Catalog, Error, GetControl, GetEvent, GetOptions, GetOutcome, ImportOptions, LanguagePair, ModelFolders,
    Problem, PublishedSet, RecipeInUse, RecipeOrigin, Role, Setup, languages,
};

/// Published sets, the user's models folder, and the folders of other programs.
#[derive(Default)]
pub struct LocalLibrary {
    /// Found models by the id that the page knows, with what is known about them.
    found: Mutex<HashMap<String, translation::FoundModel>>,
}

impl Library for LocalLibrary {
    fn read(&self) -> Result<Models, Problem> {
        let folder = self.folder();
        let catalog = catalog()?;
        let overview =
            translation::sets_overview(&Setup::default(), false).map_err(|error| error.problem())?;
        let machine = overview.machine.as_ref();
        let installed: Vec<_> = installed(&catalog);
        let downloads: u64 = translation::unfinished_downloads(None).iter().map(|one| one.done_bytes).sum();
        let used = installed.iter().filter(|model| !model.built_in).map(|model| model.bytes).sum::<u64>();
        let found = translation::find_models(&ModelFolders::of_this_computer());
        let sets = overview.sets.iter().map(|set| card(set, machine, &overview.sets, &catalog, &found));
        let models = Models {
            sets: sets.collect::<Result<_, _>>()?,
            recipes: recipes::all(&catalog),
            found: found.iter().map(|model| found_row(model, &overview.sets)).collect(),
            disk_used: used + downloads,
            disk_free: translation::free_disk_bytes(&folder),
            languages: languages::LANGUAGES.iter().map(language).collect(),
            installed,
            ..Models::default()
        };
        *self.found.lock() = found.into_iter().map(|model| (found_id(&model), model)).collect();
        Ok(models)
    }

    fn measure(&self) -> bool {
        let setup = Setup::default();
        let is_unknown = translation::machine(&setup).is_ok_and(|machine| machine.copy_bytes_per_s.is_none());
        is_unknown && translation::measured_machine(&setup).is_ok()
    }

    fn stamp(&self) -> String {
        let Ok(catalog) = catalog() else { return String::new() };
        let models: Vec<_> = catalog.entries.iter().map(|entry| (&entry.id, entry.imported)).collect();
        let downloads: Vec<_> =
            translation::unfinished_downloads(None).into_iter().map(|one| one.set).collect();
        format!("{models:?} {:?} {:?} {downloads:?}", catalog.choices, catalog.tuned.keys())
    }

    fn unfinished(&self) -> Vec<Unfinished> {
        let all = translation::unfinished_downloads(None).into_iter();
        all.map(|one| Unfinished { set: one.set, done: one.done_bytes, total: one.total_bytes }).collect()
    }

    fn title(&self, set: &str) -> Result<String, Problem> {
        published(set).map(|set| set.title.clone())
    }

    fn get(
        &self,
        set: &str,
        control: &GetControl,
        on_event: &mut dyn FnMut(GetEvent),
    ) -> Result<GetOutcome, Failure> {
        let set = published(set).map_err(|problem| Failure { problem, page: None })?;
        let found = translation::find_models(&ModelFolders::of_this_computer());
        let local = translation::local_files(set, &found, None);
        let options = GetOptions { local, ..GetOptions::default() };
        translation::get_set(set, &options, control, on_event).map_err(|error| match error {
            Error::DiskSpace { needed, free, .. } => Failure { problem: disk_full(needed, free), page: None },
            Error::Fetch { code, message, hint, page } => {
                // Other failures are not overcome on a page.
                let page = page.filter(|_| ["gated", "unauthorized"].contains(&code.as_str()));
                Failure { problem: Problem { code, message, hint }, page }
            }
            other => Failure { problem: other.problem(), page: None },
        })
    }

    fn remove_download(&self, set: &str) -> Result<(), Problem> {
        translation::remove_download(None, published(set)?).map_err(|error| error.problem())
    }

    fn set_test(&self, set: &str, near: Option<&LanguagePair>) -> Result<TestPlan, Problem> {
        let set = published(set)?;
        let recipe = catalog()?.set_recipe(set).map_err(|error| error.problem())?;
        let near = near.filter(|pair| set.covers(pair) && translation::can_test(pair));
        let directions = match near {
            Some(LanguagePair { from, to }) => {
                let back = LanguagePair { from: to.clone(), to: from.clone() };
                vec![LanguagePair { from: from.clone(), to: to.clone() }, back]
            }
            None => translation::test_directions(&set.languages, 1),
        };
        Ok(TestPlan { directions, recipe })
    }

    fn model_test(&self, name: &str) -> Option<TestPlan> {
        let entry = catalog().ok()?.find(name).ok().filter(|entry| entry.info.role == Role::Large)?;
        let directions = translation::test_directions(&entry.info.languages, 1);
        let recipe = RecipeInUse {
            recipe: "L".into(),
            models: BTreeMap::from([("L".to_owned(), entry.id)]),
            origin: RecipeOrigin::Chosen,
        };
        (!directions.is_empty()).then_some(TestPlan { directions, recipe })
    }

    fn remove_set(&self, set: &str) -> Result<(), Problem> {
        let (set, catalog) = (published(set)?, catalog()?);
        let others = translation::published_sets().map_err(|error| error.problem())?.iter();
        let others = others.filter(|other| other.id != set.id).map(|other| catalog.set_state(other));
        let kept: Vec<String> = others
            .filter(|state| state.is_complete())
            .flat_map(|state| state.installed.into_values())
            .collect();
        for name in catalog.set_state(set).installed.values().filter(|name| !kept.contains(name)) {
            self.remove_model(name)?;
        }
        Ok(())
    }

    fn remove_model(&self, name: &str) -> Result<(), Problem> {
        translation::remove(None, name).map(drop).map_err(|error| error.problem())
    }

    fn look_at(&self, path: &Path, id: u64) -> (Candidate, Source) {
        let options = ImportOptions::default();
        look_at(path.to_owned(), options, id)
    }

    fn look_at_found(&self, found: &str, id: u64) -> Result<(Candidate, Source), Problem> {
        let model = self.found.lock().get(found).cloned();
        let model = model.ok_or_else(|| Error::UnknownModel(found.to_owned()).problem())?;
        let (mut candidate, source) = look_at(model.path.clone(), model.import_options(), id);
        // The name of a cached file says less than the one that its program shows.
        candidate.file = model.name;
        Ok((candidate, source))
    }

    fn import(&self, source: &Source, on_progress: OnProgress<'_>) -> Result<(), Problem> {
        let base = source.base.as_deref().map(|base| translation::base(None, base)).transpose();
        let imported = base.and_then(|base| {
            let options = ImportOptions { base, ..source.options.clone() };
            translation::import(None, &source.path, &options, on_progress)
        });
        imported.map(drop).map_err(|error| error.problem())
    }

    fn set_recipe(&self, pair: &LanguagePair, choice: &str) -> Result<(), Problem> {
        recipes::choose(&catalog()?, pair, choice).map_err(|error| error.problem())
    }

    fn gated_page(&self, set: &str) -> Option<String> {
        let members = published(set).ok()?.members.iter().map(|member| &member.model);
        members.filter(|model| model.gated).map(translation::PublishedModel::page).next()
    }

    fn licence_page(&self, licence: &str) -> Option<String> {
        translation::licence(licence).map(|licence| licence.page.to_owned())
    }

    fn folder(&self) -> PathBuf {
        translation::models_folder(None).unwrap_or_default()
    }
}

fn catalog() -> Result<Catalog, Problem> {
    Catalog::of(None).map_err(|error| error.problem())
}

fn published(set: &str) -> Result<&'static PublishedSet, Problem> {
    translation::published_set(set).map_err(|error| error.problem())
}

fn language(language: &languages::Language) -> Language {
    Language { code: language.code, name: language.name, endonym: language.endonym }
}

fn disk_full(needed: u64, free: u64) -> Problem {
    let gb = |bytes: u64| bytes as f64 / 1e9;
    Problem {
        code: "disk_full".into(),
        message: format!(
            "{:.1} GB of disk space are needed for a while, {:.1} GB are free",
            gb(needed),
            gb(free)
        ),
        hint: "Free some space, then resume.".into(),
    }
}
