//! The commands of typed text and of its history.

use super::State;
use crate::error::Error;
use crate::typed_text::TypedSentence;
use std::sync::Arc;
use translation::{HistoryText, LanguagePair, Source};

/// Texts of the history shown at once; a search finds the others.
const SHOWN_TEXTS: usize = 100;

impl State {
    /// Translates a text with the current pair and cancels the previous text.
    pub fn translate(&self, seq: u64, text: String) -> Result<(), Error> {
        let translator = self.translator()?;
        let remember = self.settings.preferences().history;
        let job = self.settings.job(self.pair()?, Source::Text(text));
        self.typed_text.translate(translator, Arc::clone(&self.page), seq, job, remember);
        Ok(())
    }

    /// Detects the language of a text; none if uncertain. Returns its code.
    pub fn detect(&self, text: &str) -> Result<Option<String>, Error> {
        Ok(self.translator()?.detect(text))
    }

    /// Cancels the text.
    pub fn stop(&self) {
        self.typed_text.stop();
    }

    /// Translates a translation back, in the other direction of the current pair; cancels the one before.
    pub fn translate_back(&self, seq: u64, text: String) -> Result<(), Error> {
        let LanguagePair { from, to } = self.pair()?;
        let back = LanguagePair { from: to, to: from };
        self.check_supported(&back)?;
        let job = self.settings.job(back, Source::Text(text));
        self.typed_text.translate_back(self.translator()?, Arc::clone(&self.page), seq, job);
        Ok(())
    }

    /// The sentences of the last finished text.
    pub fn typed_sentences(&self) -> Vec<TypedSentence> {
        self.typed_text.sentences()
    }

    /// Texts of the history that contain something, newest first.
    pub fn history(&self, wanted: &str) -> Result<Vec<HistoryText>, Error> {
        self.resources(|resources| resources.history(wanted, SHOWN_TEXTS))
    }

    /// Removes a text from the history; all of them without one.
    pub fn forget_text(&self, id: Option<i64>) -> Result<(), Error> {
        self.resources(|resources| resources.forget_text(id))
    }
}
