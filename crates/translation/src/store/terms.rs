//! The rows of the glossary.

use super::Store;
use crate::error::Result;
use crate::glossary::Term;
use crate::languages::LanguagePair;

impl Store {
    /// The terms of a pair, sorted by source.
    pub fn terms(&self, pair: &LanguagePair) -> Result<Vec<Term>> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT source, target FROM terms WHERE source_language = ?1 AND target_language = ?2 ORDER BY source",
            )?;
            let term = |row: &rusqlite::Row<'_>| Ok(Term { source: row.get(0)?, target: row.get(1)? });
            select.query_map((&pair.from, &pair.to), term)?.collect()
        })
    }

    /// Adds terms; an existing term with the same source is replaced.
    pub fn add_terms(&self, pair: &LanguagePair, terms: &[Term]) -> Result<()> {
        self.change(|change| {
            let mut insert = change.prepare_cached("INSERT OR REPLACE INTO terms VALUES (?1, ?2, ?3, ?4)")?;
            for term in terms {
                insert.execute((&pair.from, &pair.to, &term.source, &term.target))?;
            }
            Ok(())
        })
    }

    /// Removes a term, or all terms of a pair; returns their number.
    pub fn remove_terms(&self, pair: &LanguagePair, source: Option<&str>) -> Result<usize> {
        self.run(|db| {
            db.execute(
                "DELETE FROM terms WHERE source_language = ?1 AND target_language = ?2 AND (?3 IS NULL OR source = ?3)",
                (&pair.from, &pair.to, source),
            )
        })
    }
}
