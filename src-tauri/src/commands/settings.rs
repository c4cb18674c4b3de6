//! The commands of the settings: preferences, glossary, memory, hardware, and what is stored where. Dialogs block, so
//! commands with one are `async`, and answer null where the user has closed the dialog.

use super::{Window, show};
use crate::backend::Translate;
use crate::error::Error;
use crate::page::{Adapter, Kept, MemoryPair, Place};
use crate::settings::Preferences;
use crate::state::State;
use std::path::{Path, PathBuf};
use tauri::WebviewWindow;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use translation::{LanguagePair, Problem, Term, TranslationUnit};

/// Saves what the user has set; enlarges the page as set.
#[tauri::command(async)]
pub fn set_preferences(
    state: Window<'_>,
    window: WebviewWindow,
    preferences: Preferences,
) -> Result<(), Error> {
    // A webview that cannot zoom shows the page as it is.
    drop(window.set_zoom(preferences.zoom()));
    state.prefer(preferences)
}

/// Asks for the folder of translations; returns its path for display.
#[tauri::command(async)]
pub fn choose_output_folder(
    state: Window<'_>,
    window: WebviewWindow,
    title: String,
) -> Result<Option<String>, Error> {
    match path(dialog(&window, title).blocking_pick_folder()) {
        Some(folder) => state.put_into(Some(folder)).map(|()| state.output_folder()),
        None => Ok(state.output_folder()),
    }
}

/// Translations go beside their sources again.
#[tauri::command(async)]
pub fn clear_output_folder(state: Window<'_>) -> Result<(), Error> {
    state.put_into(None)
}

/// The adapters with their features and self-tests. Takes seconds.
#[tauri::command(async)]
pub fn adapters() -> Vec<Adapter> {
    translation::test_adapters().into_iter().map(Adapter::from).collect()
}

/// Tokens per second of the current pair's models on some test sentences. Takes as long as they do.
#[tauri::command(async)]
pub fn measure_speed(state: Window<'_>) -> Result<f32, Error> {
    state.measure_speed()
}

/// The terms of a pair, by source.
#[tauri::command(async)]
pub fn terms(state: Window<'_>, from: String, to: String) -> Result<Vec<Term>, Error> {
    state.resources(|resources| resources.terms(&LanguagePair { from, to }))
}

/// Adds a term in place of the one with the source `before`, if there is one.
#[tauri::command(async)]
pub fn add_term(
    state: Window<'_>,
    from: String,
    to: String,
    term: Term,
    before: Option<String>,
) -> Result<(), Error> {
    state.add_term(&LanguagePair { from, to }, term, before.as_deref())
}

/// Removes a term, or all of a pair; returns their number.
#[tauri::command(async)]
pub fn remove_terms(
    state: Window<'_>,
    from: String,
    to: String,
    source: Option<String>,
) -> Result<usize, Error> {
    state.resources(|resources| resources.remove_terms(&LanguagePair { from, to }, source.as_deref()))
}

/// Asks for a glossary file and adds its terms; returns their number.
#[tauri::command(async)]
pub fn import_terms(
    state: Window<'_>,
    window: WebviewWindow,
    from: String,
    to: String,
    title: String,
) -> Result<Option<usize>, Error> {
    let files = dialog(&window, title).add_filter("TBX, CSV, TSV", &["tbx", "csv", "tsv", "txt", "xml"]);
    let chosen = files.blocking_pick_file();
    transfer(&state, chosen, (from, to), |resources, pair, path| resources.import_terms(pair, path))
}

/// Asks for a name and writes the terms of a pair to a new file: TBX, CSV or TSV by its extension; returns their number.
#[tauri::command(async)]
pub fn export_terms(
    state: Window<'_>,
    window: WebviewWindow,
    from: String,
    to: String,
    title: String,
) -> Result<Option<usize>, Error> {
    let name = format!("glossary.{from}-{to}.csv");
    let files =
        dialog(&window, title).add_filter("TBX, CSV, TSV", &["csv", "tsv", "tbx"]).set_file_name(name);
    let chosen = files.blocking_save_file();
    transfer(&state, chosen, (from, to), |resources, pair, path| resources.export_terms(pair, path))
}

/// The pairs of the memory with their number of units.
#[tauri::command(async)]
pub fn memory_pairs(state: Window<'_>) -> Result<Vec<MemoryPair>, Error> {
    let pairs = state.resources(|resources| resources.memory_pairs())?;
    Ok(pairs.into_iter().map(|(pair, units)| MemoryPair { pair, units }).collect())
}

/// Units whose source or target contains a text.
#[tauri::command(async)]
pub fn search_memory(
    state: Window<'_>,
    from: String,
    to: String,
    text: String,
) -> Result<Vec<TranslationUnit>, Error> {
    state.resources(|resources| resources.search_memory(&LanguagePair { from, to }, &text))
}

/// Stores a person's translation of a source.
#[tauri::command(async)]
pub fn edit_unit(
    state: Window<'_>,
    from: String,
    to: String,
    source: String,
    target: String,
) -> Result<(), Error> {
    let taken =
        state.resources(|resources| resources.edit_unit(&LanguagePair { from, to }, &source, &target))?;
    taken.then_some(()).ok_or(Error::NoUnit)
}

/// Removes the unit with this source; returns whether there was one.
#[tauri::command(async)]
pub fn remove_unit(state: Window<'_>, from: String, to: String, source: String) -> Result<bool, Error> {
    state.resources(|resources| resources.remove_unit(&LanguagePair { from, to }, &source))
}

/// Asks for a TMX file and adds its units; returns the number of those that changed something.
#[tauri::command(async)]
pub fn import_memory(
    state: Window<'_>,
    window: WebviewWindow,
    from: String,
    to: String,
    title: String,
) -> Result<Option<usize>, Error> {
    let chosen = dialog(&window, title).add_filter("TMX", &["tmx", "xml"]).blocking_pick_file();
    transfer(&state, chosen, (from, to), |resources, pair, path| resources.import_memory(pair, path))
}

/// Asks for a name and writes the units of a pair to a new TMX file; returns their number.
#[tauri::command(async)]
pub fn export_memory(
    state: Window<'_>,
    window: WebviewWindow,
    from: String,
    to: String,
    title: String,
) -> Result<Option<usize>, Error> {
    let name = format!("memory.{from}-{to}.tmx");
    let files = dialog(&window, title).add_filter("TMX", &["tmx"]).set_file_name(name);
    let chosen = files.blocking_save_file();
    transfer(&state, chosen, (from, to), |resources, pair, path| resources.export_memory(pair, path))
}

/// Removes the units of a pair; returns their number.
#[tauri::command(async)]
pub fn clear_memory(state: Window<'_>, from: String, to: String) -> Result<usize, Error> {
    state.resources(|resources| resources.clear_memory(&LanguagePair { from, to }))
}

/// The folders that Wasan uses, with their sizes.
#[tauri::command(async)]
pub fn places(state: Window<'_>) -> Vec<Place> {
    let places = state.places();
    // A folder in another counts on its own.
    let inner = |outer: &PathBuf| -> u64 {
        let within = places.iter().filter(|(_, path)| path != outer && path.starts_with(outer));
        within.map(|(_, path)| translation::folder_bytes(path)).sum()
    };
    let place = |(kind, path): &(Kept, PathBuf)| Place {
        kind: *kind,
        bytes: translation::folder_bytes(path).saturating_sub(inner(path)),
        path: path.display().to_string(),
    };
    places.iter().map(place).collect()
}

/// Shows one of these folders.
#[tauri::command(async)]
pub fn show_place(state: Window<'_>, kind: Kept) -> Result<(), Error> {
    let found = state.places().into_iter().find(|(one, _)| *one == kind);
    let (_, path) = found.ok_or(Error::NoPage)?;
    // Without it the desktop reports that there is no folder.
    drop(std::fs::create_dir_all(&path));
    show(path.as_os_str())
}

/// A dialog for files.
pub fn dialog(window: &WebviewWindow, title: String) -> FileDialogBuilder<tauri::Wry> {
    window.dialog().file().set_parent(window).set_title(title)
}

/// Does something with the file that the user has chosen for a pair; none if the dialog was closed.
fn transfer(
    state: &State,
    chosen: Option<FilePath>,
    (from, to): (String, String),
    work: impl FnOnce(&dyn Translate, &LanguagePair, &Path) -> Result<usize, Problem>,
) -> Result<Option<usize>, Error> {
    let pair = LanguagePair { from, to };
    path(chosen).map(|path| state.resources(|resources| work(resources, &pair, &path))).transpose()
}

/// What was chosen, if it is a file of this machine.
pub fn path(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen.and_then(|file| file.into_path().ok())
}
