//! The locked items of a sentence: which an output lacks, and an output completed with them.

use std::ops::Range;

use documents::Translation;

use super::{SentenceTask, Strategy};
use crate::checks::Reason;
use crate::sentence_report::SentenceReport;

// A sentence seldom has more items; what is missing then is put in without the models.
const MAX_PULLS: usize = 3;

impl SentenceTask {
    /// The locked ranges that a translation lacks, if they may be pulled into another output.
    pub fn items_to_pull(&self, translation: &str) -> Vec<Range<usize>> {
        match self.is_whole() && self.strategy != Strategy::Shorter && self.pulls < MAX_PULLS {
            true => documents::missing_items(&self.text, &self.locked, translation),
            false => Vec::new(),
        }
    }

    /// Whether there are words besides locked items in it.
    pub fn has_words(&self) -> bool {
        let mut words = self.text.char_indices().filter(|(_, c)| c.is_alphabetic());
        words.any(|(at, _)| !self.locked.iter().any(|locked| locked.contains(&at)))
    }

    /// Puts the locked items that a candidate lacks beside their neighbours, and writes the others as the source does.
    pub(super) fn put_in_items(&self, report: &mut SentenceReport) {
        let missing = documents::missing_items(&self.text, &self.locked, &report.translation);
        if self.locked.is_empty() || report.translation.is_empty() {
            return;
        }
        let (text, links) = (std::mem::take(&mut report.translation), std::mem::take(&mut report.links));
        let completed =
            documents::with_items(&self.text, &self.locked, &Translation { links, ..text.into() });
        (report.translation, report.links) = (completed.text, completed.links);
        let items = missing.into_iter().filter_map(|range| self.text.get(range));
        report.reasons.extend(items.map(|item| Reason::Inserted(item.to_owned())));
    }
}
