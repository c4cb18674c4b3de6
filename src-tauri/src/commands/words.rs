//! The commands for the words of typed text. They wait for the models.

use super::Window;
use crate::error::Error;
use crate::page::BegunSentence;
use translation::NextWords;

/// The words that may follow `kept`, the beginning of the translation of the sentence with this index.
#[tauri::command(async)]
pub fn next_words(
    state: Window<'_>,
    text: String,
    sentence: usize,
    kept: String,
) -> Result<NextWords, Error> {
    state.next_words(text, sentence, &kept)
}

/// Translates the sentence with this index so that its translation begins with `beginning`.
#[tauri::command(async)]
pub fn begin_with(
    state: Window<'_>,
    text: String,
    sentence: usize,
    beginning: String,
) -> Result<BegunSentence, Error> {
    state.begin_with(text, sentence, &beginning)
}
