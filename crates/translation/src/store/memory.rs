//! The translation memory in the store.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::{Store, now};
use crate::error::Result;
use crate::languages::LanguagePair;
use crate::limits;

/// The origin of a translation unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitOrigin {
    /// A machine translation; it is suggested, never reused automatically.
    Machine,
    /// Edited by a person in review.
    Edited,
    /// Imported.
    Imported,
}

const ORIGINS: [(UnitOrigin, &str); 3] =
    [(UnitOrigin::Machine, "machine"), (UnitOrigin::Edited, "edited"), (UnitOrigin::Imported, "imported")];

impl UnitOrigin {
    /// Its name in the store.
    fn name(self) -> &'static str {
        ORIGINS.iter().find(|(origin, _)| *origin == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        ORIGINS.iter().find(|(_, known)| *known == name).map(|(origin, _)| *origin)
    }
}

/// A unit of the translation memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranslationUnit {
    /// The source.
    pub source: String,
    /// Its translation.
    pub target: String,
    /// Its origin.
    pub origin: UnitOrigin,
    /// How often it was reused.
    pub uses: usize,
    /// When it was last used or changed, in seconds since 1970.
    pub used_s: i64,
}

fn unit(row: &Row<'_>) -> rusqlite::Result<TranslationUnit> {
    let origin: String = row.get(2)?;
    Ok(TranslationUnit {
        source: row.get(0)?,
        target: row.get(1)?,
        origin: UnitOrigin::named(&origin).unwrap_or(UnitOrigin::Imported),
        uses: row.get::<_, i64>(3)? as usize,
        used_s: row.get(4)?,
    })
}

/// Adds a unit; returns whether anything changed. An edited unit is replaced only by an edited one, an imported unit never
/// by a machine translation.
pub(crate) fn add_unit(
    db: &Connection,
    pair: &LanguagePair,
    (source, target): (&str, &str),
    origin: UnitOrigin,
) -> rusqlite::Result<bool> {
    let characters = source.chars().count();
    let fits = |text: &str, characters: usize| !text.trim().is_empty() && characters <= limits::MEMORY_CHARS;
    if !fits(source, characters) || !fits(target, target.chars().count()) {
        return Ok(false);
    }
    let replaceable = match origin {
        UnitOrigin::Edited => "'machine', 'imported', 'edited'",
        UnitOrigin::Imported => "'machine', 'imported'",
        UnitOrigin::Machine => "'machine'",
    };
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO memory VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)
         ON CONFLICT DO UPDATE SET target = ?4, origin = ?5, used = ?7 WHERE origin IN ({replaceable})"
    ))?;
    let changed =
        insert.execute((&pair.from, &pair.to, source, target, origin.name(), characters as i64, now()))?;
    Ok(changed > 0)
}

/// Counts the reuse of a unit, if the translation came from the memory.
pub(crate) fn count_use(
    db: &Connection,
    pair: &LanguagePair,
    (source, target): (&str, &str),
) -> rusqlite::Result<()> {
    let mut update = db.prepare_cached(
        "UPDATE memory SET uses = uses + 1, used = ?5
         WHERE source_language = ?1 AND target_language = ?2 AND source = ?3 AND target = ?4 AND origin <> 'machine'",
    )?;
    update.execute((&pair.from, &pair.to, source, target, now()))?;
    Ok(())
}

impl Store {
    /// The edited or imported translation of exactly this source. Machine translations are reused from the cache only,
    /// because other models may translate better.
    pub fn exact_match(&self, pair: &LanguagePair, source: &str) -> Result<Option<String>> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT target FROM memory
                 WHERE source_language = ?1 AND target_language = ?2 AND source = ?3 AND origin <> 'machine'",
            )?;
            select.query_row((&pair.from, &pair.to, source), |row| row.get(0)).optional()
        })
    }

    /// Adds units; returns the number of those that changed something.
    pub fn add_units(
        &self,
        pair: &LanguagePair,
        units: &[(String, String)],
        origin: UnitOrigin,
    ) -> Result<usize> {
        self.change(|change| {
            let mut count = 0;
            for (source, target) in units {
                count += usize::from(add_unit(change, pair, (source, target), origin)?);
            }
            Ok(count)
        })
    }

    /// Calls `visit` with every unit of a pair whose source has between `characters.0` and `characters.1` characters.
    pub fn units(
        &self,
        pair: &LanguagePair,
        characters: (usize, usize),
        mut visit: impl FnMut(TranslationUnit),
    ) -> Result<()> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT source, target, origin, uses, used FROM memory
                 WHERE source_language = ?1 AND target_language = ?2 AND characters BETWEEN ?3 AND ?4",
            )?;
            let range = (characters.0 as i64, characters.1.min(limits::MEMORY_CHARS) as i64);
            let mut rows = select.query((&pair.from, &pair.to, range.0, range.1))?;
            while let Some(row) = rows.next()? {
                visit(unit(row)?);
            }
            Ok(())
        })
    }

    /// Deletes the unit with this source; returns the number of those deleted.
    pub fn remove_unit(&self, pair: &LanguagePair, source: &str) -> Result<usize> {
        self.run(|db| {
            db.execute(
                "DELETE FROM memory WHERE source_language = ?1 AND target_language = ?2 AND source = ?3",
                (&pair.from, &pair.to, source),
            )
        })
    }

    /// Deletes the units of a pair; returns their number.
    pub fn clear_memory(&self, pair: &LanguagePair) -> Result<usize> {
        self.run(|db| {
            db.execute(
                "DELETE FROM memory WHERE source_language = ?1 AND target_language = ?2",
                (&pair.from, &pair.to),
            )
        })
    }

    /// The language pairs of the memory with their number of units.
    pub fn memory_pairs(&self) -> Result<Vec<(LanguagePair, usize)>> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT source_language, target_language, count(*) FROM memory GROUP BY 1, 2 ORDER BY 1, 2",
            )?;
            let pair = |row: &Row<'_>| {
                Ok((LanguagePair { from: row.get(0)?, to: row.get(1)? }, row.get::<_, i64>(2)? as usize))
            };
            select.query_map([], pair)?.collect()
        })
    }
}
