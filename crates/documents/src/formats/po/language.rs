//! The language of the translations that a PO file's header names.

use std::ops::Range;

use super::{PoEntry, PoField};

/// What precedes it in the header.
const FIELD: &str = "Language:";

impl PoEntry<'_> {
    /// Where a header names the language.
    pub(super) fn language(&self, source: &str) -> Option<Range<usize>> {
        let literals = &self.fields.iter().find(|field: &&PoField| field.keyword == "msgstr")?.literals;
        literals.iter().find_map(|literal| {
            let text = source.get(literal.clone())?;
            let start =
                if text.starts_with(FIELD) { 0 } else { text.find("\\nLanguage:")? + 2 } + FIELD.len();
            let value = text.get(start..)?;
            let end = value.find('\\').unwrap_or(value.len());
            let blank = value.len() - value.trim_start_matches(' ').len();
            let start = literal.start + start;
            Some(start + blank.min(end)..start + end)
        })
    }
}
