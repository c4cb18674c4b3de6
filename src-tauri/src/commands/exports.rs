//! The commands for tables and for translated documents in other forms.

use super::Window;
use super::settings::{dialog, path};
use crate::error::Error;
use crate::page::ExportKind;
use tauri::WebviewWindow;

/// Chooses the columns of a table that are translated when it starts the next time: indices, from 0.
#[tauri::command(async)]
pub fn choose_columns(state: Window<'_>, id: u64, columns: Vec<usize>) -> Result<(), Error> {
    state.queue.choose_columns(id, &columns)
}

/// How many corrections, saved or not, may be lost when a document is translated again.
#[tauri::command(async)]
pub fn corrections_at_risk(state: Window<'_>, id: u64) -> Result<usize, Error> {
    state.corrections_at_risk(id)
}

/// Writes a bilingual page of a translated document beside its translation; returns the page's name.
#[tauri::command(async)]
pub fn export_beside(state: Window<'_>, id: u64) -> Result<String, Error> {
    state.export_beside(id)
}

/// Asks for a name and writes a translated document in another form to a new file; returns the file's name, or null where
/// the user has closed the dialog.
#[tauri::command(async)]
pub fn export_document(
    state: Window<'_>,
    window: WebviewWindow,
    id: u64,
    kind: ExportKind,
    title: String,
) -> Result<Option<String>, Error> {
    let proposed = state.queue.export_path(id, kind)?;
    let extension = kind.extension();
    let mut files = dialog(&window, title).add_filter(extension.to_uppercase(), &[extension]);
    if let (Some(folder), Some(name)) = (proposed.parent(), proposed.file_name()) {
        files = files.set_directory(folder).set_file_name(name.to_string_lossy());
    }
    path(files.blocking_save_file()).map(|path| state.export(id, kind, &path)).transpose()
}
