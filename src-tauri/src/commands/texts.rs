//! The commands of typed text and of its history.

use super::Window;
use crate::error::Error;
use crate::typed_text::TypedSentence;
use translation::HistoryText;

/// Translates a text and cancels the previous one; its events carry `seq`.
#[tauri::command]
pub fn translate(state: Window<'_>, seq: u64, text: String) -> Result<(), Error> {
    state.translate(seq, text)
}

/// Cancels the translation of the text.
#[tauri::command]
pub fn stop(state: Window<'_>) {
    state.stop();
}

/// Detects the language of a text; none if uncertain. Returns its code.
#[tauri::command(async)]
pub fn detect(state: Window<'_>, text: String) -> Result<Option<String>, Error> {
    state.detect(&text)
}

/// Translates a translation back; its events carry `seq`.
#[tauri::command]
pub fn translate_back(state: Window<'_>, seq: u64, text: String) -> Result<(), Error> {
    state.translate_back(seq, text)
}

/// The sentences of the last finished text, to be corrected.
#[tauri::command]
pub fn typed_sentences(state: Window<'_>) -> Vec<TypedSentence> {
    state.typed_sentences()
}

/// Texts of the history that contain something, newest first.
#[tauri::command(async)]
pub fn history(state: Window<'_>, text: String) -> Result<Vec<HistoryText>, Error> {
    state.history(&text)
}

/// Removes a text from the history; all of them without one.
#[tauri::command(async)]
pub fn forget_text(state: Window<'_>, id: Option<i64>) -> Result<(), Error> {
    state.forget_text(id)
}
