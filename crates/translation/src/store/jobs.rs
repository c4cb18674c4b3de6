//! The queue of documents.

use std::path::{Path, PathBuf};

use documents::LeftAlone;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::{Store, cache, glossaries, json, now, to_json};
use crate::error::{Error, Problem, Result};
use crate::glossary::TermCount;
use crate::job::{DecodeOptions, Job, Source, Target};
use crate::job_id::JobId;
use crate::languages::LanguagePair;

/// State of a document in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waiting to be translated.
    Waiting,
    /// Being translated.
    Running,
    /// Paused by the user; can be resumed.
    Paused,
    /// The program ended before the document was translated; can be resumed.
    Interrupted,
    /// Translated, written and read back.
    Done,
    /// Failed; finished sentences are not lost.
    Failed,
    /// Cancelled by the user; finished sentences are not lost.
    Cancelled,
}

const STATES: [(JobState, &str); 7] = [
    (JobState::Waiting, "waiting"),
    (JobState::Running, "running"),
    (JobState::Paused, "paused"),
    (JobState::Interrupted, "interrupted"),
    (JobState::Done, "done"),
    (JobState::Failed, "failed"),
    (JobState::Cancelled, "cancelled"),
];

impl JobState {
    /// Whether a process translates it or will do so.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }

    /// Whether it can be resumed.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Paused | Self::Interrupted)
    }

    /// Its name in the store and on the command line.
    pub fn name(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }
}

impl ToSql for JobState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for JobState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        STATES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(state, _)| *state)
            .ok_or(FromSqlError::InvalidType)
    }
}

/// A document in the queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobRow {
    /// Its number in the queue.
    pub id: JobId,
    /// The source file.
    pub input: PathBuf,
    /// Source and target language.
    pub pair: LanguagePair,
    /// Its settings, without the terms of its glossary file.
    #[serde(skip)]
    pub options: DecodeOptions,
    /// The output that the user chose; none = beside the source.
    pub target: Option<Target>,
    /// The path of the written or planned translation.
    pub output: Option<PathBuf>,
    /// Its state.
    pub state: JobState,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// Number of segments; 0 until the source has been read.
    pub total: usize,
    /// Number of finished segments.
    pub done: usize,
    /// Number of segments to review.
    pub to_review: usize,
    /// Of these, segments whose translation is probably wrong.
    pub poor: usize,
    /// Its glossary terms, by whether the translation uses them.
    pub terms: TermCount,
    /// Whether built-in models translate it, which only demonstrate.
    pub demonstration: bool,
    /// The places whose text is left on purpose.
    pub left_alone: LeftAlone,
    /// When it was added, in seconds since 1970.
    pub created_s: i64,
    /// When its state last changed.
    pub changed_s: i64,
    #[serde(skip)]
    pub(crate) hashes: Hashes,
}

/// Hashes of the files of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hashes {
    pub input: Option<Hash>,
    pub output: Option<Hash>,
    /// The output file before it was replaced: after a crash it may still be there.
    pub replaced: Option<Hash>,
}

impl Hashes {
    /// Whether Wasan wrote the file with this hash.
    pub fn is_own_output(&self, hash: &Hash) -> bool {
        self.output.as_ref() == Some(hash) || self.replaced.as_ref() == Some(hash)
    }
}

impl JobRow {
    /// The job to submit again.
    pub(crate) fn job(&self) -> Job {
        let source = Source::File { input: self.input.clone(), output: self.target.clone() };
        Job { pair: self.pair.clone(), source, options: self.options.clone() }
    }
}

const COLUMNS: &str = "id, input, source_language, target_language, options, target, output, state, problem, \
                       total, done, to_review, created, changed, input_hash, output_hash, replaced_hash, terms, \
                       demonstration, left_alone, target_is_folder, poor";

fn job_row(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let path = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.map(PathBuf::from));
    let count = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)? as usize);
    Ok(JobRow {
        id: JobId(row.get::<_, i64>(0)? as u64),
        input: row.get::<_, String>(1)?.into(),
        pair: LanguagePair { from: row.get(2)?, to: row.get(3)? },
        options: json(&row.get::<_, String>(4)?),
        target: match (path(5)?, row.get(20)?) {
            (Some(path), true) => Some(Target::Folder(path)),
            (path, _) => path.map(Target::File),
        },
        output: path(6)?,
        state: row.get(7)?,
        problem: row.get::<_, Option<String>>(8)?.and_then(|text| serde_json::from_str(&text).ok()),
        total: count(9)?,
        done: count(10)?,
        to_review: count(11)?,
        poor: count(21)?,
        created_s: row.get(12)?,
        changed_s: row.get(13)?,
        hashes: Hashes { input: row.get(14)?, output: row.get(15)?, replaced: row.get(16)? },
        terms: json(&row.get::<_, String>(17)?),
        demonstration: row.get(18)?,
        left_alone: json(&row.get::<_, String>(19)?),
    })
}

/// The column text of a path.
pub(crate) fn path_text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::PathName(path.to_owned()))
}

impl Store {
    /// Adds a document to the queue.
    pub fn add_job(&self, input: &Path, target: Option<&Target>, job: &Job) -> Result<JobId> {
        // A relative path would name another file when the job is resumed from another folder.
        let input = std::path::absolute(input).unwrap_or_else(|_| input.to_owned());
        let input = path_text(&input)?;
        let (target, is_folder) = target_columns(target)?;
        let options = to_json(&job.options);
        self.change(|change| {
            let glossary = glossaries::add(change, &job.options.terms)?;
            change.execute(
                "INSERT INTO jobs (input, source_language, target_language, options, glossary, target, target_is_folder,
                                   state, created, changed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
                (
                    input,
                    &job.pair.from,
                    &job.pair.to,
                    options,
                    glossary,
                    target,
                    is_folder,
                    JobState::Waiting,
                    now(),
                ),
            )?;
            Ok(JobId(change.last_insert_rowid() as u64))
        })
    }

    /// The documents in the queue, oldest first.
    pub fn jobs(&self) -> Result<Vec<JobRow>> {
        self.run(|db| {
            let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs ORDER BY id"))?;
            select.query_map([], job_row)?.collect()
        })
    }

    /// A document in the queue.
    pub fn job(&self, id: JobId) -> Result<JobRow> {
        let found = self.run(|db| {
            let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?"))?;
            select.query_row([id.0 as i64], job_row).optional()
        })?;
        found.ok_or(Error::NoSuchJob(id))
    }

    /// Sets the state of a document.
    pub fn set_state(&self, id: JobId, state: JobState, problem: Option<&Problem>) -> Result<()> {
        let problem = problem.map(to_json);
        self.run(|db| {
            let mut update =
                db.prepare_cached("UPDATE jobs SET state = ?2, problem = ?3, changed = ?4 WHERE id = ?1")?;
            update.execute((id.0 as i64, state, problem, now()))?;
            Ok(())
        })
    }

    /// Changes the settings and the target of a document; its repeated terms are found again, without terms its glossary
    /// stays. One that is done counts as interrupted, since its segments are those of the settings before. An output already
    /// written to another path is left there and forgotten.
    pub fn set_options(&self, id: JobId, options: &DecodeOptions, target: Option<&Target>) -> Result<()> {
        let (target, is_folder) = target_columns(target)?;
        self.change(|change| {
            let glossary = glossaries::add(change, &options.terms)?;
            change.execute(
                "UPDATE jobs SET options = ?2, target = ?3, target_is_folder = ?4, glossary = coalesce(?5, glossary),
                        document_terms = NULL,
                        state = CASE state WHEN 'done' THEN 'interrupted' ELSE state END,
                        output = CASE WHEN target IS ?3 THEN output END,
                        output_hash = CASE WHEN target IS ?3 THEN output_hash END,
                        replaced_hash = CASE WHEN target IS ?3 THEN replaced_hash END
                 WHERE id = ?1",
                (id.0 as i64, to_json(options), target, is_folder, glossary),
            )?;
            glossaries::remove_unused(change)
        })
    }

    /// Marks a document as running and stores what was read of it: the number of its segments, of those done, the places
    /// that are left alone, and which cached sentences it uses.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`]; a store that cannot be written.
    pub fn start_job(
        &self,
        id: JobId,
        input: &Hash,
        (total, done): (usize, usize),
        demonstration: bool,
        left_alone: &LeftAlone,
        used: &[Hash],
    ) -> Result<()> {
        let found = self.change(|change| {
            for key in used {
                cache::add_use(change, key, id)?;
            }
            change.execute(
                "UPDATE jobs SET state = 'running', problem = NULL, input_hash = ?2, total = ?3, done = ?4, changed = ?5,
                        demonstration = ?6, left_alone = ?7,
                        document_terms = CASE WHEN input_hash IS ?2 THEN document_terms END
                 WHERE id = ?1",
                (id.0 as i64, input, total as i64, done as i64, now(), demonstration, to_json(left_alone)),
            )
        })?;
        if found == 0 { Err(Error::NoSuchJob(id)) } else { Ok(()) }
    }

    /// Marks waiting and running documents as interrupted. The caller must hold the queue lock.
    pub fn mark_active_interrupted(&self) -> Result<()> {
        self.run(|db| {
            db.execute("UPDATE jobs SET state = 'interrupted' WHERE state IN ('waiting', 'running')", [])?;
            Ok(())
        })
    }

    /// Removes an inactive document from the queue with its segments, and with the finished sentences and the glossary
    /// that no other document has; its files stay.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`]; [`Error::JobActive`]; a store that cannot be written.
    pub fn forget(&self, id: JobId) -> Result<()> {
        let is_removed = self.change(|change| {
            let inactive = "SELECT 1 FROM jobs WHERE id = ? AND state NOT IN ('waiting', 'running')";
            if change.query_row(inactive, [id.0 as i64], |_| Ok(())).optional()?.is_none() {
                return Ok(false);
            }
            cache::remove_of(change, id)?;
            change.execute("DELETE FROM jobs WHERE id = ?", [id.0 as i64])?;
            glossaries::remove_unused(change)?;
            Ok(true)
        })?;
        if is_removed { Ok(()) } else { self.job(id).and(Err(Error::JobActive(id))) }
    }
}

// The columns of a target, whose path must not depend on the current folder.
fn target_columns(target: Option<&Target>) -> Result<(Option<String>, bool)> {
    let target = target.map(Target::absolute);
    let path = target.as_ref().map(|target| path_text(target.path()).map(str::to_owned)).transpose()?;
    Ok((path, matches!(target, Some(Target::Folder(_)))))
}
