//! The history of typed texts: kept on this computer only, bounded, and removed at the user's word.

use crate::error::Result;
use crate::languages::LanguagePair;
use crate::limits;
use crate::store::history::HistoryText;
use crate::translator::Translator;

impl Translator {
    /// Keeps a typed text with its translation, in place of an earlier state of the same text. Texts that are too long are
    /// not kept; the oldest leave for new ones.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn remember_text(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<()> {
        let fits = source.len() + target.len() <= limits::HISTORY_TEXT_BYTES;
        if source.trim().is_empty() || !fits {
            return Ok(());
        }
        self.store()?.remember_text(pair, source, target)
    }

    /// The typed texts whose source or translation contains `wanted`, ignoring case; newest first.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn history(&self, wanted: &str, most: usize) -> Result<Vec<HistoryText>> {
        let wanted = wanted.to_lowercase();
        let mut found = Vec::new();
        self.store()?.visit_history(|text| {
            let has = |side: &str| side.to_lowercase().contains(&wanted);
            if found.len() < most && (has(&text.source) || has(&text.target)) {
                found.push(text);
            }
            found.len() < most
        })?;
        Ok(found)
    }

    /// Removes a text from the history and from the store's log; returns whether there was one.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn forget_text(&self, id: i64) -> Result<bool> {
        let store = self.store()?;
        let count = store.remove_text(id)?;
        store.truncate_log()?;
        Ok(count > 0)
    }

    /// Removes all texts from the history and from the store's log; returns their number.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn clear_history(&self) -> Result<usize> {
        let store = self.store()?;
        let count = store.clear_history()?;
        store.truncate_log()?;
        Ok(count)
    }
}
