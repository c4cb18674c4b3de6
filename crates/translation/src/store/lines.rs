//! The segments of translated documents, as they are reviewed.

use rusqlite::{Row, Transaction};

use super::jobs::text;
use super::segments::Hash;
use super::{Store, json, links_of_json, links_to_json, memory, now, to_json};
use crate::answer::SentenceStatus;
use crate::error::Result;
use crate::glossary::TermCount;
use crate::job::JobId;
use crate::languages::LanguagePair;
use crate::memory::UnitOrigin;
use crate::review::Line;

/// A translated document that is about to be written.
pub(crate) struct Plan<'a> {
    pub job: JobId,
    pub pair: &'a LanguagePair,
    pub lines: &'a [Line],
    pub to_review: usize,
    pub terms: TermCount,
    /// Whether the memory learns from it.
    pub learns: bool,
}

/// A person's correction that is in the file.
pub(crate) struct Correction<'a> {
    pub job: JobId,
    pub pair: &'a LanguagePair,
    pub line: &'a Line,
    /// All that differ from what is kept, itself among them: writing may have found something else of others.
    pub changed: &'a [&'a Line],
    pub to_review: usize,
    pub terms: TermCount,
    /// Whether the memory learns it.
    pub learns: bool,
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        index: row.get::<_, i64>(0)? as usize,
        block: row.get::<_, i64>(1)? as usize,
        source: row.get(2)?,
        separator: row.get(3)?,
        target: row.get(4)?,
        status: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or(SentenceStatus::Doubtful),
        reasons: json(&row.get::<_, String>(6)?),
        spans: json(&row.get::<_, String>(7)?),
        links: links_of_json(&row.get::<_, String>(8)?),
        found: json(&row.get::<_, String>(9)?),
        terms: json(&row.get::<_, String>(10)?),
    })
}

impl Store {
    /// Keeps what a document was translated to, before it is written.
    pub fn plan(&self, plan: &Plan<'_>) -> Result<()> {
        let job = plan.job.0 as i64;
        self.change(|change| {
            change.execute("DELETE FROM lines WHERE job = ?", [job])?;
            for line in plan.lines {
                put(change, job, line)?;
                let unit = (line.source.as_str(), line.target.as_str());
                match line.shown() {
                    SentenceStatus::Done if plan.learns => {
                        memory::learn(change, plan.pair, unit, UnitOrigin::Machine)?;
                    }
                    SentenceStatus::Reused if plan.learns => memory::count_use(change, plan.pair, unit)?,
                    _ => {}
                }
            }
            let lines = plan.lines.len() as i64;
            change.execute(
                "UPDATE jobs SET total = ?2, done = ?2, to_review = ?3, terms = ?4 WHERE id = ?1",
                (job, lines, plan.to_review as i64, to_json(&plan.terms)),
            )?;
            Ok(())
        })
    }

    /// Says where a document is about to be written, and over what work of ours.
    pub fn aim(
        &self,
        job: JobId,
        output: &std::path::Path,
        hash: &Hash,
        replaced: Option<&Hash>,
    ) -> Result<()> {
        let output = text(output)?;
        self.run(|db| {
            db.execute(
                "UPDATE jobs SET output = ?2, output_hash = ?3, replaced_hash = ?4 WHERE id = ?1",
                (job.0 as i64, output, hash, replaced),
            )?;
            Ok(())
        })
    }

    /// The segments of a translated document, in its order.
    pub fn lines(&self, job: JobId) -> Result<Vec<Line>> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT position, block, source, separator, target, status, reasons, spans, links, found, terms
                 FROM lines
                 WHERE job = ? ORDER BY position",
            )?;
            select.query_map([job.0 as i64], line)?.collect()
        })
    }

    /// Keeps a segment that a person wrote, with what it changed of others, and teaches it to the memory.
    pub fn correct(&self, correction: &Correction<'_>) -> Result<()> {
        let Correction { job, pair, line, changed, to_review, terms, learns } = correction;
        let job = job.0 as i64;
        self.change(|change| {
            for line in *changed {
                put(change, job, line)?;
            }
            if *learns {
                memory::learn(change, pair, (&line.source, &line.target), UnitOrigin::Edited)?;
            }
            change.execute(
                "UPDATE jobs SET to_review = ?2, terms = ?3, changed = ?4 WHERE id = ?1",
                (job, *to_review as i64, to_json(terms), now()),
            )?;
            Ok(())
        })
    }
}

fn put(change: &Transaction<'_>, job: i64, line: &Line) -> rusqlite::Result<()> {
    let mut insert = change.prepare_cached(
        "INSERT OR REPLACE INTO lines VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    insert.execute((
        job,
        line.index as i64,
        line.block as i64,
        &line.source,
        &line.separator,
        &line.target,
        to_json(&line.status),
        to_json(&line.reasons),
        to_json(&line.spans),
        links_to_json(&line.links),
        to_json(&line.found),
        to_json(&line.terms),
    ))?;
    Ok(())
}
