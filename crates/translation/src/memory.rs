//! The translation memory: stored translation units and fuzzy matches.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use crate::access::Access;
use crate::error::Result;
use crate::languages::LanguagePair;
use crate::store::Store;
use crate::store::memory::{TranslationUnit, UnitOrigin};
use crate::translator::Translator;
use crate::{files, limits};

/// A unit whose source is similar to a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The unit.
    #[serde(flatten)]
    pub unit: TranslationUnit,
    /// Similarity: 1 − edit distance / length of the longer text, in characters; 1 for the same text.
    pub score: f64,
}

/// Minimum similarity of a suggestion.
pub const MIN_MATCH_SCORE: f64 = 0.75;

/// The units most similar to a text, best first.
pub(crate) fn suggestions(
    store: &Store,
    pair: &LanguagePair,
    text: &str,
    most: usize,
) -> Result<Vec<Suggestion>> {
    let length = text.chars().count();
    if length == 0 || length > limits::FUZZY_CHARS {
        return Ok(Vec::new());
    }
    let shortest = (length as f64 * MIN_MATCH_SCORE).ceil() as usize;
    let longest = (length as f64 / MIN_MATCH_SCORE) as usize;
    let counts = char_counts(text);
    let mut found = Vec::new();
    store.units(pair, (shortest, longest), |unit| {
        // Computing the edit distance is slow; it is at least the number of characters that only the longer text has.
        let shared = shared_chars(&counts, &unit.source) as f64;
        if shared < MIN_MATCH_SCORE * length.max(unit.source.chars().count()) as f64 {
            return;
        }
        let score = strsim::normalized_levenshtein(&unit.source, text);
        if score >= MIN_MATCH_SCORE {
            found.push(Suggestion { unit, score });
        }
    })?;
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.unit.source.cmp(&b.unit.source)));
    found.truncate(most);
    Ok(found)
}

fn char_counts(text: &str) -> HashMap<char, usize> {
    let mut counts = HashMap::new();
    text.chars().for_each(|c| *counts.entry(c).or_default() += 1);
    counts
}

// The number of characters of a text that are among the counted ones, with multiplicity.
fn shared_chars(counts: &HashMap<char, usize>, text: &str) -> usize {
    let mut left = counts.clone();
    let mut takes = |c: &char| {
        left.get_mut(c).is_some_and(|count| count.checked_sub(1).map(|less| *count = less).is_some())
    };
    text.chars().filter(|c| takes(c)).count()
}

impl Translator {
    /// The units of the memory most similar to a text, best first.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn suggest(&self, pair: &LanguagePair, text: &str, most: usize) -> Result<Vec<Suggestion>> {
        suggestions(&self.store()?, pair, text, most)
    }

    /// Units whose source or target contains `text`, ignoring case.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn search_memory(
        &self,
        pair: &LanguagePair,
        text: &str,
        most: usize,
    ) -> Result<Vec<TranslationUnit>> {
        let wanted = text.to_lowercase();
        let mut found = Vec::new();
        self.store()?.units(pair, (0, usize::MAX), |unit| {
            let has = |side: &str| side.to_lowercase().contains(&wanted);
            if found.len() < most && (has(&unit.source) || has(&unit.target)) {
                found.push(unit);
            }
        })?;
        Ok(found)
    }

    /// Imports the units of a TMX file; returns the number of those that were added or replaced another.
    ///
    /// # Errors
    /// A file that cannot be read or is not TMX, a store that cannot be written.
    pub fn import_memory(&self, pair: &LanguagePair, path: &Path) -> Result<usize> {
        let bytes = files::read_at_most(path, limits::MEMORY_BYTES)?;
        let units = documents::tmx_tbx::read_units(&bytes, &pair.from, &pair.to)?;
        self.store()?.add_units(pair, &units, UnitOrigin::Imported)
    }

    /// Writes the units of a pair as TMX 1.4 to a new file that only the user may read; returns their number.
    ///
    /// # Errors
    /// A file that exists or cannot be written, a store that cannot be read.
    pub fn export_memory(&self, pair: &LanguagePair, path: &Path) -> Result<usize> {
        let mut units = Vec::new();
        self.store()?.units(pair, (0, usize::MAX), |unit| units.push((unit.source, unit.target)))?;
        let units: Vec<(&str, &str)> =
            units.iter().map(|(source, target)| (source.as_str(), target.as_str())).collect();
        let bytes = documents::tmx_tbx::write_units(&units, &pair.from, &pair.to);
        files::write(path, &bytes, &Access::private())?;
        Ok(units.len())
    }

    /// Stores a person's translation of a source, in place of another; returns whether the memory takes it.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn edit_unit(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<bool> {
        let unit = [(source.to_owned(), target.to_owned())];
        Ok(self.store()?.add_units(pair, &unit, UnitOrigin::Edited)? > 0)
    }

    /// Deletes the unit with this source; returns whether there was one.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn remove_unit(&self, pair: &LanguagePair, source: &str) -> Result<bool> {
        let store = self.store()?;
        let count = store.remove_unit(pair, source)?;
        store.truncate_log()?;
        Ok(count > 0)
    }

    /// Deletes the units of a pair; returns their number.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn clear_memory(&self, pair: &LanguagePair) -> Result<usize> {
        let store = self.store()?;
        let count = store.clear_memory(pair)?;
        store.truncate_log()?;
        Ok(count)
    }

    /// The language pairs of the memory with their number of units.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn memory_pairs(&self) -> Result<Vec<(LanguagePair, usize)>> {
        self.store()?.memory_pairs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store, LanguagePair) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        (folder, store, "de-en".parse().expect("a pair"))
    }

    fn learn(store: &Store, pair: &LanguagePair, source: &str, target: &str, origin: UnitOrigin) -> usize {
        store.add_units(pair, &[(source.to_owned(), target.to_owned())], origin).expect("learns")
    }

    #[test]
    fn edited_and_imported_units_are_not_replaced_by_machine_translations() {
        let (_folder, store, pair) = store();
        let steps = [
            (UnitOrigin::Machine, "one", 1, None),
            (UnitOrigin::Imported, "two", 1, Some("two")),
            (UnitOrigin::Machine, "three", 0, Some("two")),
            (UnitOrigin::Edited, "four", 1, Some("four")),
            (UnitOrigin::Imported, "five", 0, Some("four")),
            (UnitOrigin::Edited, "six", 1, Some("six")),
        ];
        for (origin, target, changed, recalled) in steps {
            assert_eq!(learn(&store, &pair, "Haus", target, origin), changed, "{target}");
            assert_eq!(store.exact_match(&pair, "Haus").expect("reads").as_deref(), recalled, "{target}");
        }
        let other: LanguagePair = "en-de".parse().expect("a pair");
        assert_eq!(store.exact_match(&other, "Haus").expect("reads"), None);
        assert_eq!(store.exact_match(&pair, "haus").expect("reads"), None);
        assert_eq!(learn(&store, &pair, " ", "x", UnitOrigin::Edited), 0);
        assert_eq!(learn(&store, &pair, &"x".repeat(limits::MEMORY_CHARS + 1), "x", UnitOrigin::Edited), 0);
    }

    #[test]
    fn a_removed_unit_is_gone_and_no_other() {
        let (_folder, store, pair) = store();
        for source in ["Haus", "Hof"] {
            learn(&store, &pair, source, "x", UnitOrigin::Edited);
        }
        assert_eq!(store.remove_unit(&pair, "Haus").expect("writes"), 1);
        assert_eq!(store.remove_unit(&pair, "Haus").expect("writes"), 0);
        assert_eq!(store.memory_pairs().expect("reads"), [(pair, 1)]);
    }

    #[test]
    fn similar_units_come_best_first_and_others_not_at_all() {
        let (_folder, store, pair) = store();
        for source in
            ["Das Haus ist alt.", "Das Haus ist sehr alt.", "Das Boot ist alt.", "Wo ist der Bahnhof?"]
        {
            learn(&store, &pair, source, "x", UnitOrigin::Machine);
        }
        let found = suggestions(&store, &pair, "Das Haus ist kalt.", 9).expect("reads");
        let sources: Vec<&str> = found.iter().map(|s| s.unit.source.as_str()).collect();
        assert_eq!(sources, ["Das Haus ist alt.", "Das Haus ist sehr alt."]);
        assert!((found[0].score - (1.0 - 1.0 / 18.0)).abs() < 1e-9, "one letter of 18: {}", found[0].score);
        assert_eq!(suggestions(&store, &pair, "Das Haus ist alt.", 1).expect("reads")[0].score, 1.0);
        assert!(suggestions(&store, &pair, "", 1).expect("reads").is_empty());
        learn(&store, &pair, "東京都庁", "x", UnitOrigin::Machine);
        assert_eq!(suggestions(&store, &pair, "東京都", 1).expect("reads").len(), 1);
    }
}
