//! The segments of translated documents, for review.

use documents::Link;
use rusqlite::{Row, Transaction};

use super::jobs::path_text;
use super::{Hash, Store, json, links_of_json, links_to_json, memory, now, to_json};
use crate::checks::Reason;
use crate::error::Result;
use crate::glossary::{TermCount, Terms};
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::quality::{Grade, QualityEstimate};
use crate::segment::{Segment, SpanMark, TaggedTexts};
use crate::sentence_report::SentenceStatus;
use crate::store::memory::UnitOrigin;
use crate::tags::{self, PlacedMark};

/// A stored segment. What writing the document finds changes with every write, so it is stored separately.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SegmentRecord {
    pub index: usize,
    pub block: usize,
    pub source: String,
    pub separator: String,
    pub target: String,
    /// Status before the document was written.
    pub status: SentenceStatus,
    pub reasons: Vec<Reason>,
    /// Reasons found when the document was last written.
    pub findings: Vec<Reason>,
    pub spans: Vec<SpanMark>,
    /// Word alignment of source and translation; empty for an edited segment.
    pub links: Vec<Link>,
    /// Where its markup was when the document was last written.
    pub placed: Vec<PlacedMark>,
    /// Where a person has put markup.
    pub chosen: Vec<PlacedMark>,
    pub terms: Terms,
    /// The estimated quality of a machine translation.
    pub quality: Option<QualityEstimate>,
}

impl SegmentRecord {
    /// Status in the written document. Findings make a machine translation doubtful, but not an edited one; their reasons
    /// are shown for both.
    pub fn status_in_document(&self) -> SentenceStatus {
        match self.status {
            _ if self.is_source_kept() => SentenceStatus::Kept,
            SentenceStatus::Done | SentenceStatus::Reused | SentenceStatus::Copied
                if !self.findings.is_empty() =>
            {
                SentenceStatus::Doubtful
            }
            status => status,
        }
    }

    /// Whether the document keeps its source.
    fn is_source_kept(&self) -> bool {
        self.findings
            .iter()
            .any(|reason| matches!(reason, Reason::Refused | Reason::Empty | Reason::Placeholders))
    }

    /// Its own reasons and those found when the document was written.
    pub fn all_reasons(&self) -> Vec<Reason> {
        self.reasons.iter().chain(&self.findings).cloned().collect()
    }
}

impl From<SegmentRecord> for Segment {
    fn from(segment: SegmentRecord) -> Self {
        let (status, reasons, is_source_kept) =
            (segment.status_in_document(), segment.all_reasons(), segment.is_source_kept());
        let SegmentRecord { index, block, source, mut target, spans, placed, terms, mut quality, .. } =
            segment;
        let tagged_source = tags::tagged_source(&source, &spans);
        let tagged_target = match is_source_kept {
            true => tagged_source.clone(),
            false => tags::tagged(&target, &spans, &placed),
        };
        let tagged = tagged_source.zip(tagged_target).map(|(source, target)| TaggedTexts { source, target });
        if is_source_kept {
            target.clone_from(&source);
            quality = None;
        }
        Self { index, block, source, target, status, reasons, spans, tagged, terms, quality }
    }
}

/// How many segments of a document a person should look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ReviewCounts {
    pub to_review: usize,
    /// Of these, machine translations that are probably wrong.
    pub poor: usize,
}

impl ReviewCounts {
    pub fn of(segments: &[SegmentRecord]) -> Self {
        let count = |is: fn(&SegmentRecord) -> bool| segments.iter().filter(|segment| is(segment)).count();
        let is_poor = |segment: &SegmentRecord| {
            !segment.is_source_kept() && segment.quality.is_some_and(|quality| quality.grade == Grade::Poor)
        };
        Self { to_review: count(|segment| segment.status_in_document().is_to_review()), poor: count(is_poor) }
    }
}

/// The segments of a translated document that is about to be written.
pub(crate) struct DocumentSegments<'a> {
    pub job: JobId,
    pub pair: &'a LanguagePair,
    pub segments: &'a [SegmentRecord],
    pub counts: ReviewCounts,
    pub terms: TermCount,
    /// Whether its translations are added to the memory.
    pub memory: bool,
}

/// An edited segment whose file has been written.
pub(crate) struct SegmentEdit<'a> {
    pub job: JobId,
    pub pair: &'a LanguagePair,
    pub segment: &'a SegmentRecord,
    /// The edited segment and all others that differ from the stored ones, because writing found something else in them.
    pub changed: &'a [&'a SegmentRecord],
    pub counts: ReviewCounts,
    pub terms: TermCount,
    /// Whether it is added to the memory.
    pub memory: bool,
}

fn segment(row: &Row<'_>) -> rusqlite::Result<SegmentRecord> {
    Ok(SegmentRecord {
        index: row.get::<_, i64>(0)? as usize,
        block: row.get::<_, i64>(1)? as usize,
        source: row.get(2)?,
        separator: row.get(3)?,
        target: row.get(4)?,
        status: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or(SentenceStatus::Doubtful),
        reasons: json(&row.get::<_, String>(6)?),
        spans: json(&row.get::<_, String>(7)?),
        links: links_of_json(&row.get::<_, String>(8)?),
        findings: json(&row.get::<_, String>(9)?),
        terms: json(&row.get::<_, String>(10)?),
        quality: json(&row.get::<_, String>(11)?),
        placed: json(&row.get::<_, String>(12)?),
        chosen: json(&row.get::<_, String>(13)?),
    })
}

impl Store {
    /// Stores the segments of a document before it is written.
    pub fn save_segments(&self, document: &DocumentSegments<'_>) -> Result<()> {
        let job = document.job.0 as i64;
        self.change(|change| {
            change.execute("DELETE FROM segments WHERE job = ?", [job])?;
            for segment in document.segments {
                save_segment(change, job, segment)?;
                if document.memory {
                    learn(change, document.pair, segment)?;
                }
            }
            let segments = document.segments.len() as i64;
            change.execute(
                "UPDATE jobs SET total = ?2, done = ?2, to_review = ?3, poor = ?4, terms = ?5 WHERE id = ?1",
                (
                    job,
                    segments,
                    document.counts.to_review as i64,
                    document.counts.poor as i64,
                    to_json(&document.terms),
                ),
            )?;
            Ok(())
        })
    }

    /// Adds the translations of a document to the memory.
    pub fn learn(&self, pair: &LanguagePair, segments: &[SegmentRecord]) -> Result<()> {
        self.change(|change| segments.iter().try_for_each(|segment| learn(change, pair, segment)))
    }

    /// Stores the path and hash of the output before it is written, and the hash of the own file that it replaces.
    pub fn record_output_target(
        &self,
        job: JobId,
        output: &std::path::Path,
        hash: &Hash,
        replaced: Option<&Hash>,
    ) -> Result<()> {
        let output = path_text(output)?;
        self.run(|db| {
            db.execute(
                "UPDATE jobs SET output = ?2, output_hash = ?3, replaced_hash = ?4 WHERE id = ?1",
                (job.0 as i64, output, hash, replaced),
            )?;
            Ok(())
        })
    }

    /// The segments of a translated document, in its order.
    pub fn segments(&self, job: JobId) -> Result<Vec<SegmentRecord>> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT position, block, source, separator, target, status, reasons, spans, links, found, terms,
                        quality, placed, chosen
                 FROM segments
                 WHERE job = ? ORDER BY position",
            )?;
            select.query_map([job.0 as i64], segment)?.collect()
        })
    }

    /// Stores an edited segment with the others that changed, and adds it to the memory.
    pub fn save_edit(&self, edit: &SegmentEdit<'_>) -> Result<()> {
        let job = edit.job.0 as i64;
        self.change(|change| {
            for segment in edit.changed {
                save_segment(change, job, segment)?;
            }
            if edit.memory {
                let unit = (edit.segment.source.as_str(), edit.segment.target.as_str());
                memory::add_unit(change, edit.pair, unit, UnitOrigin::Edited)?;
            }
            change.execute(
                "UPDATE jobs SET to_review = ?2, poor = ?3, terms = ?4, changed = ?5 WHERE id = ?1",
                (job, edit.counts.to_review as i64, edit.counts.poor as i64, to_json(&edit.terms), now()),
            )?;
            Ok(())
        })
    }
}

// Adds a translation to the memory, or counts its use if it came from there.
fn learn(change: &Transaction<'_>, pair: &LanguagePair, segment: &SegmentRecord) -> rusqlite::Result<()> {
    let unit = (segment.source.as_str(), segment.target.as_str());
    match segment.status_in_document() {
        SentenceStatus::Done => memory::add_unit(change, pair, unit, UnitOrigin::Machine).map(drop),
        SentenceStatus::Reused => memory::count_use(change, pair, unit),
        _ => Ok(()),
    }
}

/// Adds or replaces a segment of a document.
pub(super) fn save_segment(
    change: &Transaction<'_>,
    job: i64,
    segment: &SegmentRecord,
) -> rusqlite::Result<()> {
    let mut insert = change.prepare_cached(
        "INSERT OR REPLACE INTO segments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    insert.execute((
        job,
        segment.index as i64,
        segment.block as i64,
        &segment.source,
        &segment.separator,
        &segment.target,
        to_json(&segment.status),
        to_json(&segment.reasons),
        to_json(&segment.spans),
        links_to_json(&segment.links),
        to_json(&segment.findings),
        to_json(&segment.terms),
        to_json(&segment.quality),
        to_json(&segment.placed),
        to_json(&segment.chosen),
    ))?;
    Ok(())
}
