//! The queue.

use std::path::{Path, PathBuf};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::{Store, json, now, to_json};
use crate::error::{Error, Problem, Result};
use crate::glossary::TermCount;
use crate::job::{DecodeOptions, Job, JobId, Source};
use crate::languages::LanguagePair;

/// How it stands with a document of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Others go first.
    Waiting,
    /// On its way.
    Running,
    /// Set aside by the reader; it can be resumed.
    Paused,
    /// The program ended before the document did; it can be resumed.
    Interrupted,
    /// Translated, written and read back.
    Done,
    /// It could not be done; what is finished of it is kept.
    Failed,
    /// Given up by the reader; what is finished of it is kept.
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
    /// Whether a process works on it, or is about to.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }

    /// Whether the reader is offered to go on with it.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Paused | Self::Interrupted)
    }

    /// Its name, as the store and the command line have it.
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

/// A document of the queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobRow {
    /// Its number.
    pub id: JobId,
    /// The source.
    pub input: PathBuf,
    /// From which language into which.
    pub pair: LanguagePair,
    /// How it is translated.
    #[serde(skip)]
    pub options: DecodeOptions,
    /// Where the reader wants the translation; none = beside the source.
    pub target: Option<PathBuf>,
    /// Where the translation is, or is about to be written.
    pub output: Option<PathBuf>,
    /// How it stands.
    pub state: JobState,
    /// Why it failed.
    pub problem: Option<Problem>,
    /// Segments in all; 0 before it was read.
    pub total: usize,
    /// Segments done.
    pub done: usize,
    /// Segments that a person should look at.
    pub to_review: usize,
    /// How often terms of the glossary stand in it, by whether the translation has them.
    pub terms: TermCount,
    /// When it was added, in seconds since 1970.
    pub created_s: i64,
    /// When its state last changed.
    pub changed_s: i64,
    #[serde(skip)]
    pub(crate) hashes: Hashes,
}

/// What the files of a job looked like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hashes {
    pub input: Option<Hash>,
    pub output: Option<Hash>,
    /// What stood at the output before: a crash may have kept the new one from taking its place.
    pub replaced: Option<Hash>,
}

impl Hashes {
    /// Whether a file with this hash is our own work.
    pub fn wrote(&self, hash: &Hash) -> bool {
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
                       total, done, to_review, created, changed, input_hash, output_hash, replaced_hash, terms";

fn job_row(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let path = |place| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(place)?.map(PathBuf::from));
    let count = |place| Ok::<_, rusqlite::Error>(row.get::<_, i64>(place)? as usize);
    Ok(JobRow {
        id: JobId(row.get::<_, i64>(0)? as u64),
        input: row.get::<_, String>(1)?.into(),
        pair: LanguagePair { from: row.get(2)?, to: row.get(3)? },
        options: json(&row.get::<_, String>(4)?),
        target: path(5)?,
        output: path(6)?,
        state: row.get(7)?,
        problem: row.get::<_, Option<String>>(8)?.and_then(|text| serde_json::from_str(&text).ok()),
        total: count(9)?,
        done: count(10)?,
        to_review: count(11)?,
        created_s: row.get(12)?,
        changed_s: row.get(13)?,
        hashes: Hashes { input: row.get(14)?, output: row.get(15)?, replaced: row.get(16)? },
        terms: json(&row.get::<_, String>(17)?),
    })
}

/// A path as a column.
pub(crate) fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::PathName(path.to_owned()))
}

impl Store {
    /// Adds a document to the queue.
    pub fn add_job(&self, input: &Path, output: Option<&Path>, job: &Job) -> Result<JobId> {
        // Resumed from another folder it must still be the same file.
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let (input, output) = (whole(input), output.map(whole));
        let (input, output) = (text(&input)?, output.as_deref().map(text).transpose()?);
        let options = to_json(&job.options);
        self.change(|change| {
            change.execute(
                "INSERT INTO jobs (input, source_language, target_language, options, target, state, created, changed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
                (input, &job.pair.from, &job.pair.to, options, output, JobState::Waiting, now()),
            )?;
            Ok(JobId(change.last_insert_rowid() as u64))
        })
    }

    /// Every document of the queue, oldest first.
    pub fn jobs(&self) -> Result<Vec<JobRow>> {
        self.run(|db| {
            let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs ORDER BY id"))?;
            select.query_map([], job_row)?.collect()
        })
    }

    /// A document of the queue.
    pub fn job(&self, id: JobId) -> Result<JobRow> {
        let found = self.run(|db| {
            let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?"))?;
            select.query_row([id.0 as i64], job_row).optional()
        })?;
        found.ok_or(Error::NoSuchJob(id))
    }

    /// Changes how it stands with a document.
    pub fn set_state(&self, id: JobId, state: JobState, problem: Option<&Problem>) -> Result<()> {
        let problem = problem.map(to_json);
        self.run(|db| {
            let mut update =
                db.prepare_cached("UPDATE jobs SET state = ?2, problem = ?3, changed = ?4 WHERE id = ?1")?;
            update.execute((id.0 as i64, state, problem, now()))?;
            Ok(())
        })
    }

    /// Changes how a document is translated, and where the translation goes. What was written to another place before
    /// stays there, and is no longer known.
    pub fn set_options(&self, id: JobId, options: &DecodeOptions, target: Option<&Path>) -> Result<()> {
        let target = target.map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let target = target.as_deref().map(text).transpose()?;
        self.run(|db| {
            db.execute(
                "UPDATE jobs SET options = ?2, target = ?3,
                        output = CASE WHEN target IS ?3 THEN output END,
                        output_hash = CASE WHEN target IS ?3 THEN output_hash END,
                        replaced_hash = CASE WHEN target IS ?3 THEN replaced_hash END
                 WHERE id = ?1",
                (id.0 as i64, to_json(options), target),
            )?;
            Ok(())
        })
    }

    /// Says what was read of a document, and that it is on its way.
    pub fn start_job(&self, id: JobId, input: &Hash, total: usize, done: usize) -> Result<()> {
        self.run(|db| {
            db.execute(
                "UPDATE jobs SET state = 'running', problem = NULL, input_hash = ?2, total = ?3, done = ?4, changed = ?5
                 WHERE id = ?1",
                (id.0 as i64, input, total as i64, done as i64, now()),
            )?;
            Ok(())
        })
    }

    /// Documents that a process had begun which is no more. Only who holds the queue may ask.
    pub fn mark_active_interrupted(&self) -> Result<()> {
        self.run(|db| {
            db.execute("UPDATE jobs SET state = 'interrupted' WHERE state IN ('waiting', 'running')", [])?;
            Ok(())
        })
    }

    /// Takes a document off the queue, unless a process works on it. Files stay. With the last document go the finished
    /// segments: an empty queue holds nobody's text.
    pub fn forget(&self, id: JobId) -> Result<()> {
        let gone = self.change(|change| {
            let gone = change.execute(
                "DELETE FROM jobs WHERE id = ? AND state NOT IN ('waiting', 'running')",
                [id.0 as i64],
            )?;
            change.execute("DELETE FROM sentence_cache WHERE NOT EXISTS (SELECT 1 FROM jobs)", [])?;
            Ok(gone)
        })?;
        match gone {
            0 => self.job(id).and(Err(Error::JobActive(id))),
            _ => Ok(()),
        }
    }
}
