//! The events of jobs: each changes its row, which is sent to the page.

use super::documents::{Document, file_name};
use super::{NO_SUCH_JOB, Shared, Translator};
use crate::backend::OnEvent;
use crate::page::{Event, RowState};
use std::sync::{Arc, OnceLock};
use translation::{JobEvent, JobId, Problem};

impl Shared {
    pub fn send_row(&self, document: &Document) {
        self.page.send(Event::Row { row: document.row.clone() });
    }

    /// Returns the event callback of an attempt, and the cell for its job id if `job` is not known yet. At the last
    /// event of an attempt whose row was removed, the callback deletes the job from the store.
    pub fn listener(
        self: &Arc<Self>,
        translator: &Translator,
        attempt: u64,
        job: Option<JobId>,
    ) -> (OnEvent, Arc<OnceLock<JobId>>) {
        let job_cell = Arc::new(job.map_or_else(OnceLock::new, OnceLock::from));
        let (shared, known, translator) =
            (Arc::clone(self), Arc::clone(&job_cell), Arc::downgrade(translator));
        let on_event = move |event: JobEvent| {
            let is_last = event.is_last();
            if shared.apply(attempt, event) || !is_last {
                return;
            }
            if let (Some(job), Some(translator)) = (known.get(), translator.upgrade())
                && let Err(problem) = forget(&translator, *job)
            {
                shared.page.send(Event::Refused { problem });
            }
        };
        (Box::new(on_event), job_cell)
    }

    /// Applies an event to its row and sends the row. False if the attempt has no row.
    pub fn apply(&self, attempt: u64, event: JobEvent) -> bool {
        let mut documents = self.documents.lock();
        let Some(document) = documents.list.iter_mut().find(|document| document.attempt == attempt) else {
            return false;
        };
        let row = &mut document.row;
        match event {
            JobEvent::Text { .. } => return true,
            JobEvent::Started { segments } => row.total = segments,
            JobEvent::Progress { done, total, tokens_per_second, eta_s } => {
                row.state = RowState::Translating;
                (row.done, row.total) = (done, total);
                (row.tokens_per_second, row.eta_s) = (tokens_per_second, eta_s);
            }
            JobEvent::Finished(result) => {
                row.state = RowState::Done;
                (row.done, row.total) = (result.segments, result.segments);
                row.tokens_per_second = result.tokens_per_second;
                (row.to_review, row.terms) = (result.to_review, result.terms);
                row.demonstration = result.demonstration;
                row.left_alone = result.left_alone;
                row.output = result.output.as_deref().map(file_name);
                document.output = result.output;
            }
            JobEvent::Failed(problem) => {
                row.state = RowState::Failed;
                row.problem = Some(problem);
            }
            JobEvent::Cancelled => row.state = RowState::Cancelled,
            JobEvent::Paused => row.state = RowState::Paused,
        }
        self.send_row(document);
        true
    }
}

/// Deletes a job from the store; succeeds if the store does not contain it.
pub fn forget(translator: &Translator, job: JobId) -> Result<(), Problem> {
    translator.forget(job).or_else(|problem| if problem.code == NO_SUCH_JOB { Ok(()) } else { Err(problem) })
}
