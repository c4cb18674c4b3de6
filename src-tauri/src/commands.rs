//! What the page may ask. No command takes a path: files are chosen in a dialog that Rust opens, or dropped. Those
//! that read or write something do not keep the window's thread waiting (`async`).

use crate::engine::{LanguagePair, extensions};
use crate::error::Error;
use crate::page::{Event, Segment, Snapshot, Suggestion};
use crate::state::State;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tauri::ipc::Channel;
use tauri::{State as Managed, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

type Window<'a> = Managed<'a, Arc<State>>;

/// Sends events to `channel` from now on; returns all that was before them.
#[tauri::command]
pub fn subscribe(state: Window<'_>, channel: Channel<Event>) -> Snapshot {
    state.page.attach(channel);
    state.snapshot()
}

/// Returns the recent pairs, newest first.
#[tauri::command]
pub fn set_pair(state: Window<'_>, from: String, to: String) -> Result<Vec<LanguagePair>, Error> {
    state.choose(LanguagePair { from, to })
}

/// The page hears of this text as `seq`; the text before is given up.
#[tauri::command]
pub fn translate(state: Window<'_>, seq: u64, text: String) -> Result<(), Error> {
    state.translate(seq, text)
}

/// Gives up the text.
#[tauri::command]
pub fn stop(state: Window<'_>) {
    state.stop();
}

/// Returns the code of the language that a text seems to be in, where that is clear.
#[tauri::command(async)]
pub fn detect(state: Window<'_>, text: String) -> Result<Option<String>, Error> {
    state.detect(&text)
}

/// Returns at once; what the reader picks joins the queue.
#[tauri::command]
pub fn choose_files(state: Window<'_>, window: WebviewWindow) {
    let state = Arc::clone(&state);
    let extensions: Vec<_> = extensions().into_iter().collect();
    let dialog = window.dialog().file().set_parent(&window).set_title("Documents to translate");
    dialog.add_filter("Documents", &extensions).pick_files(move |files| {
        state.add_later(files.into_iter().flatten().filter_map(|file| file.into_path().ok()).collect());
    });
}

/// Returns at once; the documents of the folder that the reader picks join the queue.
#[tauri::command]
pub fn choose_folder(state: Window<'_>, window: WebviewWindow) {
    let state = Arc::clone(&state);
    let dialog = window.dialog().file().set_parent(&window).set_title("Folder of documents to translate");
    dialog.pick_folder(move |folder| {
        state.add_later(folder.into_iter().filter_map(|folder| folder.into_path().ok()).collect());
    });
}

/// Translates a document in other languages, from its beginning.
#[tauri::command(async)]
pub fn set_row_pair(state: Window<'_>, id: u64, from: String, to: String) -> Result<(), Error> {
    state.set_row_pair(id, LanguagePair { from, to })
}

/// Sets a document aside, or all that are on their way.
#[tauri::command(async)]
pub fn pause(state: Window<'_>, id: Option<u64>) -> Result<(), Error> {
    state.pause(id)
}

/// Goes on with a document, or all that were set aside or broken off; tries again one that failed or is done.
#[tauri::command(async)]
pub fn resume(state: Window<'_>, id: Option<u64>) -> Result<(), Error> {
    state.resume(id)
}

/// Gives up a document.
#[tauri::command(async)]
pub fn cancel(state: Window<'_>, id: u64) -> Result<(), Error> {
    state.cancel(id)
}

/// Takes a document off the list, or all that are done.
#[tauri::command(async)]
pub fn remove(state: Window<'_>, id: Option<u64>) -> Result<(), Error> {
    state.remove(id)
}

/// The segments of a translated document, in its order.
#[tauri::command(async)]
pub fn segments(state: Window<'_>, id: u64) -> Result<Vec<Segment>, Error> {
    state.segments(id)
}

/// What the memory has that comes near a segment of a translated document, best first.
#[tauri::command(async)]
pub fn suggestions(state: Window<'_>, id: u64, index: usize) -> Result<Vec<Suggestion>, Error> {
    state.suggestions(id, index)
}

/// Takes the reader's translation of a segment; returns all segments that changed when the file is written anew.
#[tauri::command(async)]
pub fn edit(state: Window<'_>, id: u64, index: usize, text: String) -> Result<Vec<Segment>, Error> {
    state.edit(id, index, &text)
}

/// Opens a translated document in its own program.
#[tauri::command]
pub fn open(state: Window<'_>, id: u64) -> Result<(), Error> {
    show(&state.queue.output(id)?)
}

/// Opens the folder that a translated document lies in.
#[tauri::command]
pub fn reveal(state: Window<'_>, id: u64) -> Result<(), Error> {
    let output = state.queue.output(id)?;
    show(output.parent().unwrap_or(&output))
}

/// Starts the engine again after it failed.
#[tauri::command]
pub fn restart(state: Window<'_>) {
    state.start();
}

/// Hands a path of ours to the desktop.
fn show(path: &Path) -> Result<(), Error> {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let started = Command::new(program).arg(path).spawn();
    let mut child = started.map_err(|source| Error::NotShown { program, source, path: path.to_owned() })?;
    // Waited for, so that it does not stay behind as a zombie; the desktop itself says what went wrong.
    std::thread::spawn(move || child.wait());
    Ok(())
}
