//! The documents behind the rows of the queue.

use crate::backend::StoredJob;
use crate::error::Error;
use crate::page::{Column, Row, RowState};
use std::path::{Path, PathBuf};
use translation::{JobId, JobState, LanguagePair, LeftAlone, TermCount};

/// All added documents.
#[derive(Default)]
pub struct Documents {
    pub list: Vec<Document>,
    /// The last id given to a row or an attempt.
    pub last_id: u64,
}

/// A row, and what stays in Rust of it.
pub struct Document {
    pub row: Row,
    pub input: PathBuf,
    pub output: Option<PathBuf>,
    /// Whether language detection has run.
    pub language_checked: bool,
    /// Tables: the columns that were chosen; none: those that hold text.
    pub columns: Option<Vec<usize>>,
    /// Whether its job does not know these columns yet.
    pub has_new_columns: bool,
    /// Its job, once submitted.
    pub job: Option<JobId>,
    /// Whether it was asked to pause or to be cancelled.
    pub is_ending: bool,
    /// Identifies the current attempt; events of earlier attempts are ignored.
    pub attempt: u64,
}

impl Documents {
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn find(&mut self, id: u64) -> Result<&mut Document, Error> {
        self.list.iter_mut().find(|document| document.row.id == id).ok_or(Error::NoSuchDocument)
    }

    pub fn new_document(&mut self, input: PathBuf, pair: LanguagePair) -> Document {
        let (id, attempt) = (self.next_id(), self.next_id());
        let row = Row::waiting(id, file_name(&input), pair);
        Document {
            row,
            input,
            output: None,
            language_checked: false,
            columns: None,
            has_new_columns: false,
            job: None,
            is_ending: false,
            attempt,
        }
    }

    pub fn ids(&self, wanted: impl Fn(RowState) -> bool) -> Vec<u64> {
        self.list
            .iter()
            .map(|document| &document.row)
            .filter(|row| wanted(row.state))
            .map(|row| row.id)
            .collect()
    }
}

impl Document {
    pub fn restore(&mut self, stored: StoredJob, state: RowState) {
        self.row.state = state;
        self.row.problem = stored.problem;
        // In other states it is the planned output, which may not exist.
        self.output = stored.output.filter(|_| state == RowState::Done);
        self.row.output = self.output.as_deref().map(file_name);
        (self.row.done, self.row.total, self.row.to_review) = (stored.done, stored.total, stored.to_review);
        self.row.terms = stored.terms;
        self.row.demonstration = stored.demonstration;
        self.row.left_alone = stored.left_alone;
        self.columns = stored.columns;
        self.job = Some(stored.job);
        // A finished document needs no language hint.
        self.language_checked = state == RowState::Done;
    }

    /// Shows the columns of a table that has several, those that were chosen as such.
    pub fn show_columns(&mut self, columns: Vec<Column>) {
        let shown = columns.into_iter().enumerate().map(|(at, column)| Column {
            chosen: self.columns.as_ref().map_or(column.chosen, |chosen| chosen.contains(&at)),
            ..column
        });
        let shown: Vec<_> = shown.collect();
        if shown.len() > 1 {
            self.row.columns = shown;
        }
    }

    /// Back to `Waiting`. The progress stays shown until the first event of the new attempt.
    pub fn requeue(&mut self, attempt: u64) {
        self.row.state = RowState::Waiting;
        (self.row.problem, self.row.output, self.output) = (None, None, None);
        (self.row.to_review, self.row.terms) = (0, TermCount::default());
        (self.row.demonstration, self.row.left_alone) = (false, LeftAlone::default());
        (self.is_ending, self.attempt) = (false, attempt);
    }
}

/// None while another process works on it.
pub fn row_state(state: JobState) -> Option<RowState> {
    match state {
        JobState::Waiting | JobState::Running => None,
        JobState::Paused => Some(RowState::Paused),
        JobState::Interrupted => Some(RowState::Interrupted),
        JobState::Done => Some(RowState::Done),
        JobState::Failed => Some(RowState::Failed),
        JobState::Cancelled => Some(RowState::Cancelled),
    }
}

/// The last part of a path, for display.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
