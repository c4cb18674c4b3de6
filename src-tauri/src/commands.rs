//! The commands that the page can call. None takes a path: files are dropped or chosen in a dialog that Rust opens.
//! Commands that read or write files are `async`, so that they do not block the window's thread. Addresses of web pages
//! come from Rust too; titles of dialogs from the page, which has the words.

pub mod exports;
pub mod settings;
pub mod texts;
pub mod words;

use crate::backend::extensions;
use crate::drafts::Draft;
use crate::error::Error;
use crate::page::{Event, Snapshot, Suggestion};
use crate::state::State;
use std::ffi::OsStr;
use std::process::Command;
use std::sync::Arc;
use tauri::ipc::Channel;
use tauri::{State as Managed, WebviewWindow};
use tauri_plugin_dialog::DialogExt;
use translation::{DocumentTerm, DocumentTermEdit, LanguagePair, Segment, Term};

type Window<'a> = Managed<'a, Arc<State>>;

/// Sends later events to `channel`; returns the state before them.
#[tauri::command]
pub fn subscribe(state: Window<'_>, channel: Channel<Event>) -> Snapshot {
    state.page.attach(channel);
    state.snapshot()
}

/// Selects a language pair; returns the recent pairs, newest first.
#[tauri::command]
pub fn set_pair(state: Window<'_>, from: String, to: String) -> Result<Vec<LanguagePair>, Error> {
    state.choose_pair(LanguagePair { from, to })
}

/// Opens a file dialog and returns at once; the chosen documents are added to the queue.
#[tauri::command]
pub fn choose_files(state: Window<'_>, window: WebviewWindow, title: String) {
    let state = Arc::clone(&state);
    let extensions: Vec<_> = extensions().into_iter().collect();
    let dialog = window.dialog().file().set_parent(&window).set_title(&title);
    dialog.add_filter(title, &extensions).pick_files(move |files| {
        state.add_in_background(
            files.into_iter().flatten().filter_map(|file| file.into_path().ok()).collect(),
        );
    });
}

/// Opens a folder dialog and returns at once; the documents in the chosen folder are added to the queue.
#[tauri::command]
pub fn choose_folder(state: Window<'_>, window: WebviewWindow, title: String) {
    let state = Arc::clone(&state);
    let dialog = window.dialog().file().set_parent(&window).set_title(title);
    dialog.pick_folder(move |folder| {
        state.add_in_background(folder.into_iter().filter_map(|folder| folder.into_path().ok()).collect());
    });
}

/// Restarts the translation of a document with another language pair.
#[tauri::command(async)]
pub fn set_row_pair(state: Window<'_>, id: u64, from: String, to: String) -> Result<(), Error> {
    state.set_row_pair(id, LanguagePair { from, to })
}

/// Pauses a document, or all that are waiting or in progress.
#[tauri::command(async)]
pub fn pause(state: Window<'_>, id: Option<u64>) -> Result<(), Error> {
    state.pause(id)
}

/// Resumes a document, or all that are paused or interrupted; restarts one that failed, was cancelled or is done.
#[tauri::command(async)]
pub fn resume(state: Window<'_>, id: Option<u64>) -> Result<(), Error> {
    state.resume(id)
}

/// Cancels the translation of a document.
#[tauri::command(async)]
pub fn cancel(state: Window<'_>, id: u64) -> Result<(), Error> {
    state.cancel(id)
}

/// Removes a document from the list.
#[tauri::command(async)]
pub fn remove(state: Window<'_>, id: u64) -> Result<(), Error> {
    state.remove(id)
}

/// The segments of a translated document, in document order.
#[tauri::command(async)]
pub fn segments(state: Window<'_>, id: u64) -> Result<Vec<Segment>, Error> {
    state.segments(id)
}

/// Translation memory matches for a segment, best first.
#[tauri::command(async)]
pub fn suggestions(state: Window<'_>, id: u64, index: usize) -> Result<Vec<Suggestion>, Error> {
    state.suggestions(id, index)
}

/// Replaces the translation of a segment, or of all with the same source, and rewrites the output file; returns all segments
/// that changed. Numbered tags in the text place the formatting.
#[tauri::command(async)]
pub fn edit(
    state: Window<'_>,
    id: u64,
    index: usize,
    text: String,
    equal: bool,
) -> Result<Vec<Segment>, Error> {
    state.edit(id, index, &text, equal)
}

/// The terms that a translated document keeps the same, the most frequent first.
#[tauri::command(async)]
pub fn document_terms(state: Window<'_>, id: u64) -> Result<Vec<DocumentTerm>, Error> {
    state.document_terms(id)
}

/// Changes the translation of a document's term; the segments that lack it are marked for review.
#[tauri::command(async)]
pub fn set_document_term(state: Window<'_>, id: u64, term: Term) -> Result<DocumentTermEdit, Error> {
    state.set_document_term(id, &term)
}

/// The unsaved corrections of a document.
#[tauri::command(async)]
pub fn drafts(state: Window<'_>, id: u64) -> Result<Vec<Draft>, Error> {
    state.queue.drafts(id)
}

/// Stores the unsaved corrections of a document, in place of those before.
#[tauri::command(async)]
pub fn keep_drafts(state: Window<'_>, id: u64, drafts: Vec<Draft>) -> Result<(), Error> {
    state.queue.keep_drafts(id, drafts)
}

/// Closes the window, whatever is in progress, unless files of a later start have just arrived.
#[tauri::command]
pub fn close(state: Window<'_>, window: WebviewWindow) -> Result<(), Error> {
    let closed = if state.close() { window.destroy() } else { Ok(()) };
    closed.map_err(|error| Error::Settings(std::io::Error::other(error)))
}

/// Opens a translated document in its default application.
#[tauri::command]
pub fn open(state: Window<'_>, id: u64) -> Result<(), Error> {
    show(state.queue.output(id)?.as_os_str())
}

/// Opens the folder of a translated document.
#[tauri::command]
pub fn reveal(state: Window<'_>, id: u64) -> Result<(), Error> {
    let output = state.queue.output(id)?;
    show(output.parent().unwrap_or(&output).as_os_str())
}

/// Restarts the engine after a failure.
#[tauri::command]
pub fn restart(state: Window<'_>) {
    state.start();
}

/// Reads everything on the Models page; sends it as an event.
#[tauri::command(async)]
pub fn models(state: Window<'_>) -> Result<(), Error> {
    state.send_models()
}

/// Looks for models that another program has imported or removed; sends them as an event.
#[tauri::command(async)]
pub fn look_at_models(state: Window<'_>) {
    state.look_at_models();
}

/// Downloads, imports and tests a set, or goes on with it.
#[tauri::command(async)]
pub fn get_set(state: Window<'_>, id: String) -> Result<(), Error> {
    state.get_set(id)
}

/// Pauses a download.
#[tauri::command(async)]
pub fn pause_work(state: Window<'_>, id: String) {
    state.models.pause(&id);
}

/// Stops work on models and deletes what it has left.
#[tauri::command(async)]
pub fn cancel_work(state: Window<'_>, id: String) -> Result<(), Error> {
    state.cancel_work(&id)
}

/// Removes a result or a failure from the page.
#[tauri::command(async)]
pub fn dismiss_work(state: Window<'_>, id: String) {
    state.models.dismiss(&id);
}

/// Translates test sentences with an installed set.
#[tauri::command(async)]
pub fn test_set(state: Window<'_>, id: String) -> Result<(), Error> {
    state.test_set(id)
}

/// Removes the models of a set.
#[tauri::command(async)]
pub fn remove_set(state: Window<'_>, id: String) -> Result<(), Error> {
    state.remove_set(&id)
}

/// Removes an imported model.
#[tauri::command(async)]
pub fn remove_model(state: Window<'_>, name: String) -> Result<(), Error> {
    state.remove_model(&name)
}

/// Opens the page of a set's gated model in the user's browser.
#[tauri::command(async)]
pub fn open_model_page(state: Window<'_>, id: String) -> Result<(), Error> {
    browse(state.models.page_of(&id))
}

/// Opens the text of a licence in the user's browser.
#[tauri::command(async)]
pub fn open_licence(state: Window<'_>, id: String) -> Result<(), Error> {
    browse(state.models.licence_page(&id))
}

/// Opens the folder of the installed models.
#[tauri::command(async)]
pub fn reveal_models(state: Window<'_>) -> Result<(), Error> {
    let folder = state.models.folder();
    // Without it the desktop reports that there is no folder.
    drop(std::fs::create_dir_all(&folder));
    show(folder.as_os_str())
}

/// Opens a file dialog and returns at once; the page is asked about the chosen model.
#[tauri::command]
pub fn choose_model_file(state: Window<'_>, window: WebviewWindow, title: String) {
    let state = Arc::clone(&state);
    let dialog = window.dialog().file().set_parent(&window).set_title(title);
    dialog.add_filter("GGUF", &["gguf", "GGUF"]).pick_file(move |file| {
        if let Some(path) = file.and_then(|file| file.into_path().ok()) {
            state.offer_model_in_background(path);
        }
    });
}

/// Opens a folder dialog and returns at once; the page is asked about the chosen model.
#[tauri::command]
pub fn choose_model_folder(state: Window<'_>, window: WebviewWindow, title: String) {
    let state = Arc::clone(&state);
    let dialog = window.dialog().file().set_parent(&window).set_title(title);
    dialog.pick_folder(move |folder| {
        if let Some(path) = folder.and_then(|folder| folder.into_path().ok()) {
            state.offer_model_in_background(path);
        }
    });
}

/// Asks the page about a model of another program.
#[tauri::command(async)]
pub fn choose_found(state: Window<'_>, id: String) -> Result<(), Error> {
    state.models.offer_found(&id)
}

/// Imports the model that the page was asked about; an adapter with the name of its base.
#[tauri::command(async)]
pub fn import_model(
    state: Window<'_>,
    id: u64,
    name: String,
    role: String,
    languages: Vec<String>,
    base: Option<String>,
) -> Result<(), Error> {
    state.import_model(id, name, &role, languages, base)
}

/// Forgets the model that the page was asked about.
#[tauri::command]
pub fn dismiss_candidate(state: Window<'_>, id: u64) {
    state.models.dismiss_candidate(id);
}

/// Chooses what translates a pair.
#[tauri::command(async)]
pub fn set_recipe(state: Window<'_>, from: String, to: String, recipe: String) -> Result<(), Error> {
    state.set_recipe(&LanguagePair { from, to }, &recipe)
}

/// Opens an address in the user's browser.
fn browse(address: Option<String>) -> Result<(), Error> {
    let is_web = |address: &String| address.starts_with("https://") || address.starts_with("http://");
    show(OsStr::new(&address.filter(is_web).ok_or(Error::NoPage)?))
}

/// Opens a path or address with the desktop's default application.
fn show(path: &OsStr) -> Result<(), Error> {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let started = Command::new(program).arg(path).spawn();
    let mut child = started.map_err(|source| Error::NotShown { program, source, path: path.to_owned() })?;
    // Waiting avoids a zombie process; the desktop itself reports failures.
    std::thread::spawn(move || child.wait());
    Ok(())
}
