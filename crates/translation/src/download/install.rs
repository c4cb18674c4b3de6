//! Imports the file of a published model with what the catalogue says about it.

use std::ops::ControlFlow;
use std::path::Path;

use model_files::ImportOptions;

use super::GetEvent;
use super::control::GetControl;
use crate::error::Result;
use crate::model_library;
use crate::published::PublishedModel;
use crate::system::free_name;

/// Imports `source` as the model of a term; returns the name that it got. A wish of `control` cancels it.
pub(super) fn import(
    models: &Path,
    (model, term): (&PublishedModel, &str),
    source: &Path,
    commit: Option<String>,
    control: &GetControl,
    on_event: &mut dyn FnMut(GetEvent),
) -> Result<String> {
    let name = free_name(models, &model.id);
    let options = ImportOptions { name: Some(name.clone()), ..model.import_options(term, commit) };
    model_library::import(Some(models), source, &options, &mut |progress| {
        on_event(GetEvent::Importing {
            model: model.id.clone(),
            stage: progress.stage,
            done: progress.done_bytes,
            total: progress.total_bytes,
        });
        if control.is_stopping() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    on_event(GetEvent::Imported { model: model.id.clone(), name: name.clone() });
    Ok(name)
}
